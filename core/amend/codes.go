package amend

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	codeHidden        = problem.Declare("amend.buildings-off", problem.Absent)
	codeInUse         = problem.Declare("amend.in-use", problem.Unmet)
	codeNoAccount     = problem.Declare("amend.no-account", problem.Absent)
	codeNoPassword    = problem.Declare("amend.no-password", problem.WrongInput)
	codeNoPermission  = problem.Declare("amend.no-permission", problem.Absent)
	codeNoPlan        = problem.Declare("amend.no-plan", problem.WrongInput)
	codeNoPlaces      = problem.Declare("amend.places-not-in-cloud", problem.Unsupported)
	codeNoRoom        = problem.Declare("amend.no-room", problem.Absent)
	codeNoSpace       = problem.Declare("amend.no-parent", problem.Stale)
	codeNobody        = problem.Declare("amend.nobody-matches", problem.WrongInput)
	codeNotKept       = problem.Declare("amend.not-kept", problem.Unmet)
	codeNothing       = problem.Declare("amend.nothing-made", problem.Absent)
	codePreviewAbsent = problem.Declare("amend.preview-absent", problem.Unsupported)
	codePreviewCannot = problem.Declare("amend.preview-cannot", problem.Unsupported)
	codeRepeated      = problem.Declare("amend.repeated-failure", problem.Refused)
	codeRole          = problem.Declare("amend.role-refused", problem.Denied)
	codeStale         = problem.Declare("amend.stale", problem.Stale)
)
