package handover

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	CodePlanStale              = problem.Declare("booking.plan-stale", problem.Stale)
	codeWithdrawn              = problem.Declare("booking.gate-withdrawn", problem.Blocked)
	codeSaysItself             = problem.Declare("booking.says-itself", problem.WrongInput)
	codeRoomsNotChosen         = problem.Declare("booking.rooms-not-chosen", problem.Blocked)
	codeNotProven              = problem.Declare("booking.not-proven", problem.Blocked)
	codeUnacceptable           = problem.Declare("booking.unacceptable", problem.Refused)
	CodeNameNotTyped           = problem.Declare("connection.name-not-typed", problem.WrongInput)
	codeServerInterfaceUnknown = problem.Declare("server.interface-unknown", problem.NoAnswer)
)
