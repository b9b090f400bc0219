package session

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	CodeBookingPlanStale       = problem.Declare("booking.plan-stale", problem.Stale)
	codeWithdrawn              = problem.Declare("booking.gate-withdrawn", problem.Blocked)
	codeSaysItself             = problem.Declare("booking.says-itself", problem.WrongInput)
	codeNotProven              = problem.Declare("booking.not-proven", problem.Blocked)
	codeBookingUnacceptable    = problem.Declare("booking.unacceptable", problem.Refused)
	codeCheckTraceWithoutID    = problem.Declare("check.trace-without-id", problem.Internal)
	CodeCloudUnknown           = problem.Declare("cloud.unknown", problem.WrongInput)
	codeConnectionNameTaken    = problem.Declare("connection.name-taken", problem.WrongInput)
	CodeNameNotTyped           = problem.Declare("connection.name-not-typed", problem.WrongInput)
	codeLeftBehind             = problem.Declare("connection.left-behind", problem.Unmet)
	codeConnectionNone         = problem.Declare("connection.none", problem.WrongInput)
	codeConnectionWhich        = problem.Declare("connection.which", problem.WrongInput)
	codeExchangeResultFuture   = problem.Declare("exchange.result-future", problem.WrongInput)
	codeIncomplete             = problem.Declare("internal.incomplete", problem.Internal)
	codeExportCannotWrite      = problem.Declare("export.cannot-write", problem.WrongInput)
	CodeProductUnknown         = problem.Declare("product.unknown", problem.WrongInput)
	codeRoomsIncomplete        = problem.Declare("rooms.incomplete", problem.NoAnswer)
	codeRoomsNotListable       = problem.Declare("rooms.not-listable", problem.WrongInput)
	codeServerInterfaceUnknown = problem.Declare("server.interface-unknown", problem.NoAnswer)
	codeSignInOtherTenant      = problem.Declare("sign-in.other-tenant", problem.Refused)
	codeWebhookAddress         = problem.Declare("schedule.webhook-address", problem.WrongInput)
	codeWebhookRefused         = problem.Declare("schedule.webhook-refused", problem.Refused)
	codeWebhookSilent          = problem.Declare("schedule.webhook-silent", problem.NoAnswer)
	codeUsageFormat            = problem.Declare("usage.format", problem.WrongInput)
	codeRoomNotChosen          = problem.Declare("rooms.not-chosen", problem.WrongInput)
	codeRoomNotRead            = problem.Declare("rooms.not-read", problem.Unmet)
)
