package booking

import (
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// The codes of this package's problems.
var (
	codeAdapter          = problem.Declare("booking.adapter", problem.WrongInput)
	codeAddress          = problem.Declare("booking.address", problem.WrongInput)
	codeCertificate      = problem.Declare("booking.certificate", problem.WrongInput)
	codeContractVersion  = problem.Declare("booking.contract-version", problem.Unsupported)
	codeETagMismatch     = problem.Declare("booking.etag-mismatch", problem.Refused)
	codeForbidden        = problem.Declare("booking.forbidden", problem.Denied)
	codeGateChanged      = problem.Declare("booking.gate-changed", problem.Blocked)
	codeGateFailed       = problem.Declare("booking.gate-failed", problem.Blocked)
	codeGateIncomplete   = problem.Declare("booking.gate-incomplete", problem.Blocked)
	codeGateFuture       = problem.Declare("booking.gate-future", problem.Blocked)
	codeGateOld          = problem.Declare("booking.gate-old", problem.Blocked)
	codeGateUnchecked    = problem.Declare("booking.gate-unchecked", problem.Blocked)
	CodeGateWarnings     = problem.Declare("booking.gate-warnings", problem.Blocked)
	codeInProgress       = problem.Declare("booking.in-progress", problem.NoAnswer)
	codeNameTaken        = problem.Declare("booking.name-taken", problem.Refused)
	CodeNoAPI            = problem.Declare("booking.no-api", problem.Absent)
	codeNoContract       = problem.Declare("booking.no-contract", problem.Absent)
	codeNetworkSignIn    = problem.Declare("booking.network-sign-in", problem.NoAnswer)
	codeNoLog            = problem.Declare("booking.no-log", problem.Local)
	codeGuarded          = problem.Declare("booking.description-guarded", problem.Denied)
	CodeNotFound         = problem.Declare("booking.not-found", problem.Absent)
	codeNotKept          = problem.Declare("booking.not-kept", problem.Refused)
	CodeNothingStored    = problem.Declare("booking.nothing-stored", problem.Absent)
	codeOccupied         = problem.Declare("booking.conformance-occupied", problem.Blocked)
	codePlainHTTP        = problem.Declare("booking.plain-http", problem.WrongInput)
	codeReadOnly         = problem.Declare("booking.read-only", problem.Denied)
	CodeRecipientChanged = problem.Declare("booking.recipient-changed", problem.Blocked)
	codeRedirected       = problem.Declare("booking.redirected", problem.Untrusted)
	codeRefused          = problem.Declare("booking.refused", problem.Refused)
	codeServerError      = problem.Declare("booking.server-error", problem.NoAnswer)
	codeTokenMissing     = problem.Declare("booking.token-missing", problem.SignInNeeded)
	codeTokenWrong       = problem.Declare("booking.token-wrong", problem.Refused)
	codeTooManyRequests  = problem.Declare("booking.too-many-requests", problem.Throttled)
	CodeUnconfirmed      = problem.Declare("booking.unconfirmed", problem.Blocked)
	codeUnexpectedAnswer = problem.Declare("booking.unexpected-answer", problem.UnexpectedAnswer)
	codePartRefused      = problem.Declare("booking.part-refused", problem.Refused)
	codeContradiction    = problem.Declare("booking.contradiction", problem.UnexpectedAnswer)
	codeOtherContent     = problem.Declare("booking.other-content", problem.Stale)
	codeReadOnlyToken    = problem.Declare("booking.read-only-token", problem.Denied)
	codeSignInTaken      = problem.Declare("booking.sign-in-taken", problem.Refused)
	CodeSignInUsed       = problem.Declare("booking.sign-in-used", problem.Refused)
	CodeRedirectMissing  = problem.Declare("booking.redirect-uri-missing", problem.Stale)
	codeUnknown          = problem.Declare("booking.unknown", problem.NoAnswer)
)

// objections are what a server says against a configuration in a dry run, with
// the server's own code.
var objections = problem.DeclareFamily("booking.server-")

// Objection is a server's own objection as a problem.
func Objection(code string, title words.Text) *problem.Problem {
	return objections.New(code, problem.Refused, title)
}
