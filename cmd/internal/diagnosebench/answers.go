package main

import (
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
)

// answered is a tenant of which Microsoft answers one kind of call with this; the
// answer is as the fault of the simulator takes it.
func answered(area, name, answer string, verdict check.Verdict, id, code, remedy string) scenario {
	return fault(area, name, "answer="+answer, verdict, id, code, remedy)
}

// calm are tenants in which everything works, with something odd beside it.
var calm = []scenario{
	{area: "healthy", name: "a room that nobody chose is gone", faults: []string{"room-gone={room0}"}, change: func(b *bench, c *connection.Connection) {
		c.Rooms = connection.Rooms{Mode: connection.Selected, Items: b.known[1:3]}
	}, verdict: check.Passed},
	{area: "healthy", name: "a group that nobody chose is gone", faults: []string{"group-gone"}, verdict: check.Passed},
	{area: "healthy", name: "a test booking that the room keeps as it is", options: books,
		faults: []string{"room-settings=AddOrganizerToSubject=False,DeleteSubject=False,DeleteComments=False"}, verdict: check.Passed},
	{area: "healthy", name: "no Microsoft Entra ID P1", registered: true, change: ownProduct, faults: []string{"no-premium"}, verdict: check.Passed},
	{area: "healthy", name: "two other applications of the same name", registered: true, change: ownProduct, faults: []string{"duplicate-names"}, verdict: check.Passed},
	{area: "healthy", name: "members stumble once", faults: []string{"error-once=/members"}, change: members("Room bookers", "All employees"), verdict: check.Passed},
	{area: "healthy", name: "members are cut off once", faults: []string{"cut-once=/members"}, change: members("Room bookers", "All employees"), verdict: check.Passed},
	{area: "healthy", name: "a token is withdrawn while members are read", faults: []string{"unauthorized-once=/members"}, change: members("Room bookers", "All employees"), verdict: check.Passed},
	{area: "healthy", name: "a call that nobody makes is refused", faults: []string{"answer=/drives 403 AccessDenied No."}, verdict: check.Passed},
}

// given are answers that Microsoft is known for, and some that nobody knows: these
// are quoted, and no cause is claimed.
var given = []scenario{
	answered(signIn, "no enterprise application", "/token 400 AADSTS7000229 The client application is missing service principal in the tenant.", check.Failed, check.Token, "entra.AADSTS7000229", "enterprise application"),
	answered(signIn, "Microsoft Graph is disabled in the tenant", "/token 400 AADSTS500014 The service principal for resource 'https://graph.microsoft.com' is disabled.", check.Failed, check.Token, "entra.AADSTS500014", "Microsoft Applications"),
	answered(signIn, "a fault of Microsoft's own", "/token 400 AADSTS90033 A transient error has occurred.", check.Incomplete, check.Token, "entra.AADSTS90033", "Wait a few minutes"),
	answered(signIn, "certificate out of its days", "/token 401 AADSTS1000502 The provided certificate is not within its specified validity window.", check.Failed, check.Token, "entra.AADSTS1000502", "date and time"),
	answered(signIn, "client ID in no directory", "/token 400 AADSTS700011 Application was not found in the directory.", check.Failed, check.Token, "entra.AADSTS700011", "Application (client) ID"),
	answered(signIn, "code that nobody knows", "/token 400 AADSTS99999999 Something new.", check.Failed, check.Token, "entra.AADSTS99999999", "Look up the code"),

	answered(signIn, "an account that is not there, for the application", "/token 400 AADSTS50034 The user account does not exist in the tenant.", check.Failed, check.Token, "entra.AADSTS50034", "Service principal sign-ins"),
	answered(signIn, "a sign-in that has expired, for the application", "/token 400 AADSTS700082 The refresh token has expired due to inactivity.", check.Failed, check.Token, "entra.AADSTS700082", "Service principal sign-ins"),
	answered(signIn, "a second factor, for the application", "/token 400 AADSTS50076 You must use multi-factor authentication.", check.Failed, check.Token, "entra.AADSTS50076", "Service principal sign-ins"),
	answered(signIn, "a declined consent, for the application", "/token 400 AADSTS65004 User declined to consent.", check.Failed, check.Token, "entra.AADSTS65004", "Service principal sign-ins"),

	answered(signIn, "an assignment, for the application", "/token 400 AADSTS50105 The signed in user is not assigned to a role for the application.", check.Failed, check.Token, "entra.AADSTS50105", "Service principal sign-ins"),
	answered(permissions, "the list of rooms denied in a mailbox's words", "/places 403 ErrorAccessDenied Access is denied. Check credentials and try again.", check.Failed, check.RoomList, "graph.ErrorAccessDenied", "does not help"),
	answered(permissions, "a licence for the list of people", "/users 403 Authentication_RequestFromNonPremiumTenantOrB2CTenant Neither tenant is B2C or tenant doesn't have premium license.", check.Failed, check.PeopleList, "graph.Authentication_RequestFromNonPremiumTenantOrB2CTenant", "names no cause"),
	answered(permissions, "the mailbox of a list of groups", "/groups 403 ErrorAccessDenied Access is denied.", check.Failed, check.GroupList, "graph.ErrorAccessDenied", "does not help"),
	answered(permissions, "Graph misses a permission that the token carries", "/places 403 Authorization_RequestDenied Insufficient privileges to complete the operation.", check.Failed, check.RoomList, "graph.Authorization_RequestDenied", "does not help"),
	answered(permissions, "Graph does not find the application", "/users 401 Authorization_IdentityNotFound The identity of the calling application could not be established.", check.Failed, check.PeopleList, "graph.Authorization_IdentityNotFound", "Enterprise applications"),
	answered(permissions, "code that nobody knows, for people", "/users 402 PaymentRequired Pay.", check.Failed, check.PeopleList, "graph.PaymentRequired", "names no cause"),
	answered(permissions, "code that nobody knows, for groups", "/groups 423 resourceLocked Locked.", check.Failed, check.GroupList, "graph.resourceLocked", "names no cause"),
	answered(permissions, "code that nobody knows, for rooms", "/places 400 BadRequest Tenant does not have Places enabled.", check.Failed, check.RoomList, "graph.BadRequest", "names no cause"),
	answered(permissions, "rooms that moved for good", "/places 410 Gone Moved.", check.Failed, check.RoomList, "graph.Gone", "names no cause"),

	answered(mailboxes, "the places service fails", "/places 401 UnknownError There was a problem calling the proxy call", check.Incomplete, check.RoomList, "graph.UnknownError", "neither the token nor the permissions"),
	answered(mailboxes, "every mailbox is full", "/calendarview 403 ErrorQuotaExceeded Mailbox has exceeded maximum mailbox size.", check.Failed, check.RoomCalendars, "graph.ErrorQuotaExceeded", "Recoverable Items"),
	answered(mailboxes, "one mailbox is full", "boston-seaport-1.02@contoso.example/calendarview 507 QuotaExceededException Cannot save changes.", check.Failed, check.RoomCalendars, "graph.QuotaExceededException", "Recoverable Items"),
	answered(mailboxes, "no Exchange Online in the tenant", "/calendarview 404 OrganizationFromTenantGuidNotFound The tenant for tenant guid does not exist.", check.Failed, check.RoomCalendars, "graph.OrganizationFromTenantGuidNotFound", "room mailboxes"),
	answered(mailboxes, "no calendar in the mailbox", "/calendarview 404 ErrorItemNotFound Default folder Calendar not found.", check.Failed, check.RoomCalendars, "graph.ErrorItemNotFound", "Outlook on the web"),
	answered(mailboxes, "an item that is not found", "/calendarview 404 ErrorItemNotFound The specified object was not found in the store.", check.Failed, check.RoomCalendars, "graph.ErrorItemNotFound", "names no cause"),
	answered(mailboxes, "mailboxes of another kind", "/calendarview 404 MailboxNotSupportedForRESTAPI Not supported.", check.Failed, check.RoomCalendars, "graph.MailboxNotSupportedForRESTAPI", "Exchange Online mailbox"),
	answered(mailboxes, "a mailbox that is not discovered", "/calendarview 404 ResourceNotFound Resource could not be discovered.", check.Failed, check.RoomCalendars, "graph.ResourceNotFound", "Exchange Online mailbox"),
	answered(mailboxes, "mailboxes on the move", "/calendarview 503 ErrorMailboxMoveInProgress Mailbox move in progress.", check.Incomplete, check.RoomCalendars, "graph.ErrorMailboxMoveInProgress", "Get-MoveRequestStatistics"),
	answered(mailboxes, "an account that is no more", "/calendarview 404 Request_ResourceNotFound Resource does not exist.", check.Failed, check.RoomCalendars, "graph.Request_ResourceNotFound", "renamed room"),
	answered(mailboxes, "code that nobody knows", "/calendarview 400 ErrorSomething Something.", check.Failed, check.RoomCalendars, "graph.ErrorSomething", "names no cause"),
	answered(policy, "an application access policy", "/calendarview 403 ErrorAccessDenied Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.", check.Failed, check.RoomCalendars, "graph.ErrorAccessDenied", "Get-ApplicationAccessPolicy"),

	{area: mailboxes, name: "the rooms of a list denied", faults: []string{"answer=roomlist/rooms 403 ErrorAccessDenied Access is denied."}, change: ofLists("first"),
		verdict: check.Failed, check: check.ChosenLists, code: "graph.ErrorAccessDenied", remedy: "does not help"},
	{area: people, name: "members in another form", faults: []string{"wrong-types=/members"}, change: members("Room bookers"),
		verdict: check.Incomplete, check: check.ChosenGroups, code: "graph.unexpected-answer", remedy: "Try again"},
	{area: mailboxes, name: "the organizer's mailbox is full", faults: []string{"answer=/events 403 ErrorQuotaExceeded Your mailbox is full."}, options: books,
		verdict: check.Failed, check: check.TestBooking, code: "graph.ErrorQuotaExceeded", remedy: "Recoverable Items"},
	{area: mailboxes, name: "the organizer may not send", faults: []string{"answer=/events 400 ErrorMessageSubmissionBlocked Cannot send mail."}, options: books,
		verdict: check.Failed, check: check.TestBooking, code: "graph.ErrorMessageSubmissionBlocked", remedy: "Restricted entities"},
	{area: mailboxes, name: "a reserved room is booked", faults: []string{"room-settings=BookingType=Reserved"}, options: books,
		verdict: check.Failed, check: check.TestBooking, code: "booking.declined", remedy: "calendar-processing script"},
	{area: mailboxes, name: "a room waits for a delegate", faults: []string{"room-settings=AllBookInPolicy=False,AllRequestInPolicy=True"}, options: booksInVain,
		verdict: check.Failed, check: check.TestBooking, code: "booking.room-silent", remedy: "calendar-processing script"},
	{area: people, name: "members denied, groups listed", faults: []string{"answer=/members 403 Authorization_RequestDenied Insufficient privileges."}, change: members("Room bookers"),
		verdict: check.Failed, check: check.ChosenGroups, code: "graph.Authorization_RequestDenied", remedy: "does not help"},
	{area: notify, name: "as many subscriptions as there may be", faults: []string{"answer=/subscriptions 403 Forbidden The maximum number of subscriptions has been reached."}, change: notified, options: writes,
		verdict: check.Failed, check: check.Notifications, code: "graph.Forbidden", remedy: "delete subscriptions"},
	{area: permissions, name: "the registration may not be read", registered: true, change: ownProduct, faults: []string{"answer=/applications 403 Authorization_RequestDenied Insufficient privileges."},
		verdict: check.Incomplete, check: check.Declared, code: "sign-in.may-not-read", remedy: "Global Reader"},
	{area: permissions, name: "the delegated grants are not known", registered: true, change: ownProduct, faults: []string{"answer=/oauth2permissiongrants 500 InternalServerError Broken."},
		verdict: check.Incomplete, check: check.Consented, code: "graph.unavailable", remedy: "Try again"},
}
