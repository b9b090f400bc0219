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
)
