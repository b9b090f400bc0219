package entra

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeCredentialUnusable = problem.Declare("entra.credential-unusable", problem.WrongInput)
	CodeFailed             = problem.Declare("entra.failed", problem.UnexpectedAnswer)
	codeNoClientID         = problem.Declare("entra.no-client-id", problem.WrongInput)
	codeNoCredential       = problem.Declare("entra.no-credential", problem.WrongInput)
	codeNoTenant           = problem.Declare("entra.no-tenant", problem.WrongInput)
	CodeUnavailable        = problem.Declare("entra.unavailable", problem.NoAnswer)
	codeUnexpectedAnswer   = problem.Declare("entra.unexpected-answer", problem.UnexpectedAnswer)
	codeSignInCodeExpired  = problem.Declare("sign-in.code-expired", problem.SignInNeeded)
	CodeSignInInterrupted  = problem.Declare("sign-in.interrupted", problem.NoAnswer)
	CodeNeeded             = problem.Declare("sign-in.needed", problem.SignInNeeded)
	CodeSignInOwnClient    = problem.Declare("sign-in.own-client", problem.Unsupported)
	CodeSignInTimeout      = problem.Declare("sign-in.timeout", problem.SignInNeeded)
)
