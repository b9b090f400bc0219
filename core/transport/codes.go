package transport

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeCAFile         = problem.Declare("net.ca-file", problem.WrongInput)
	CodeCut            = problem.Declare("net.cut", problem.NoAnswer)
	CodeDNS            = problem.Declare("net.dns", problem.Unreachable)
	CodeFailed         = problem.Declare("net.failed", problem.NoAnswer)
	codeMalformed      = problem.Declare("net.malformed", problem.UnexpectedAnswer)
	codePart           = problem.Declare("net.part", problem.UnexpectedAnswer)
	codePlainHTTP      = problem.Declare("net.plain-http", problem.WrongInput)
	CodeProxy          = problem.Declare("net.proxy", problem.Unreachable)
	CodeRefused        = problem.Declare("net.refused", problem.Unreachable)
	CodeTimeout        = problem.Declare("net.timeout", problem.NoAnswer)
	codeSwitched       = problem.Declare("net.switched", problem.UnexpectedAnswer)
	codeTLSExpired     = problem.Declare("net.tls-expired", problem.Untrusted)
	CodeTLSIntercepted = problem.Declare("net.tls-intercepted", problem.Untrusted)
	codeTLSName        = problem.Declare("net.tls-name", problem.Untrusted)
	codeTLSNone        = problem.Declare("net.tls-none", problem.Untrusted)
	codeTLSRefused     = problem.Declare("net.tls-refused", problem.Refused)
	codeTLSUntrusted   = problem.Declare("net.tls-untrusted", problem.Untrusted)
	codeTooLarge       = problem.Declare("net.too-large", problem.UnexpectedAnswer)
	codeUnreachable    = problem.Declare("net.unreachable", problem.Unreachable)
)
