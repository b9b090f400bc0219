package page

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeBookingNotAsPushed  = problem.Declare("booking.not-as-pushed", problem.Unmet)
	codeBookingPushedUnread = problem.Declare("booking.pushed-unread", problem.NoAnswer)
	codeCheckNone           = problem.Declare("check.none", problem.Absent)
	codeExchangeWhatIf      = problem.Declare("exchange.what-if", problem.Unmet)
	codeSignInPageError     = problem.Declare("sign-in.page-error", problem.SignInNeeded)
)
