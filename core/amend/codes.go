package amend

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeNoAccount = problem.Declare("amend.no-account", problem.Absent)
	codeNotKept   = problem.Declare("amend.not-kept", problem.Unmet)
	codeNoPlan    = problem.Declare("amend.no-plan", problem.WrongInput)
	codeNothing   = problem.Declare("amend.nothing-made", problem.Absent)
	codeRepeated  = problem.Declare("amend.repeated-failure", problem.Refused)
	codeRole      = problem.Declare("amend.role-refused", problem.Denied)
	codeStale     = problem.Declare("amend.stale", problem.Stale)
)
