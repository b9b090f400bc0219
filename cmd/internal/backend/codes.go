package backend

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeBookingCutOff     = problem.Declare("booking.cut-off", problem.NoAnswer)
	codeCheckNone         = problem.Declare("check.none", problem.Absent)
	codeExchangeStopped   = problem.Declare("exchange.stopped", problem.Refused)
	codeExchangeWhatIf    = problem.Declare("exchange.what-if", problem.Unmet)
	CodeUsageIntent       = problem.Declare("usage.intent", problem.WrongInput)
	CodeUsageNotSimulated = problem.Declare("usage.not-simulated", problem.WrongInput)
)
