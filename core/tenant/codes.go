package tenant

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	CodeDenied           = problem.Declare("graph.Authorization_RequestDenied", problem.Denied)
	CodeBadRequest       = problem.Declare("graph.Request_BadRequest", problem.Refused)
	CodeMailboxDenied    = problem.Declare("graph.ErrorAccessDenied", problem.Denied)
	CodeValidation       = problem.Declare("graph.ValidationError", problem.Refused)
	CodeNotFound         = problem.Declare("graph.Request_ResourceNotFound", problem.Absent)
	CodeAlready          = problem.Declare("graph.already-there", problem.Refused)
	CodeNoSchedule       = problem.Declare("graph.no-schedule", problem.Unsupported)
	CodeNotYet           = problem.Declare("graph.not-yet", problem.NoAnswer)
	CodePlacesNotInCloud = problem.Declare("graph.places-not-in-cloud", problem.Unsupported)
	CodeGraphThrottled   = problem.Declare("graph.throttled", problem.Throttled)
	CodeGraphUnavailable = problem.Declare("graph.unavailable", problem.NoAnswer)
	CodeUnexpected       = problem.Declare("graph.unexpected-answer", problem.UnexpectedAnswer)

	codeNoSeats      = problem.Declare("rooms.no-seats", problem.Unmet)
	codeNoBuilding   = problem.Declare("rooms.no-building", problem.Unmet)
	codeSameName     = problem.Declare("rooms.same-name", problem.Unmet)
	codeListedTwice  = problem.Declare("rooms.listed-twice", problem.Unmet)
	codeTwoAddresses = problem.Declare("rooms.two-addresses", problem.Unmet)
	codeInNoList     = problem.Declare("rooms.in-no-list", problem.Unmet)
	CodeHidden       = problem.Declare("rooms.hidden", problem.Unmet)
)
