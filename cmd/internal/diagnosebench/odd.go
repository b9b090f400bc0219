package main

import (
	"strings"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/tenant"
)

const (
	conditional = "Conditional Access"
	throttling  = "throttling"
	partial     = "answers"
	clouds      = "clouds"
)

// person is an answer with one member of a group.
func person(properties string) string {
	return `answer=/members 200 application/json {"value":[{"@odata.type":"#microsoft.graph.user","id":"6f3a1d34-0000-4000-8000-000000000009",` + properties + `}]}`
}

// chosenGroup is a scenario of the people of the group "Room bookers".
func chosenGroup(area, name, fault string, verdict check.Verdict, code, remedy string) scenario {
	return scenario{area: area, name: name, faults: []string{fault}, change: members("Room bookers"), verdict: verdict, check: check.ChosenGroups, code: code, remedy: remedy}
}

// room chooses one address as the only room.
func room(address func(*bench) string) func(*bench, *connection.Connection) {
	return func(b *bench, c *connection.Connection) {
		c.Rooms = connection.Rooms{Mode: connection.Selected, Items: []string{address(b)}}
	}
}

// rareAnswers are tenants and ways to them that fail in ways which seldom meet.
var rareAnswers = []scenario{
	answered(conditional, "the place is no longer allowed while a token lasts", "/places 401 InvalidAuthenticationToken Continuous access evaluation resulted in challenge with result: InteractionRequired and code: LocationConditionEvaluationSatisfied",
		check.Failed, check.RoomList, "graph.InvalidAuthenticationToken", "named locations"),
	answered(conditional, "security defaults, for the application", "/token 400 AADSTS530035 Access has been blocked by security defaults.", check.Failed, check.Token, "entra.AADSTS530035", "Service principal sign-ins"),
	answered(conditional, "a risk that nobody knows here", "/token 400 AADSTS53011 User blocked due to risk on home tenant.", check.Failed, check.Token, "entra.AADSTS53011", "Look up the code"),
	answered(permissions, "Graph sees neither scope nor role", "/places 401 AccessDenied Either scp or roles claim need to be present in the token.", check.Failed, check.RoomList, "graph.AccessDenied", "names no cause"),
	answered(signIn, "the API is not in the tenant", "/token 400 AADSTS500011 The resource principal named https://graph.microsoft.com was not found in the tenant.", check.Failed, check.Token, "entra.AADSTS500011", "cloud"),
	answered(signIn, "a subscription that has ended", "/token 400 AADSTS5000224 We are sorry, this resource is not available.", check.Failed, check.Token, "entra.AADSTS5000224", "Look up the code"),
	answered(signIn, "an application that people sign in to", "/token 401 AADSTS700025 Client is public so neither 'client_assertion' nor 'client_secret' should be presented.", check.Failed, check.Token, "entra.AADSTS700025", "client ID"),
	answered(signIn, "too many sign-ins", "/oauth2/v2.0/token 429:5 text/html <html>Too many requests</html>", check.Incomplete, check.Token, "entra.unavailable", "Wait a few minutes"),
	answered(signIn, "a filter instead of Entra", "/oauth2/v2.0/token 403 text/html <html><title>Blocked</title></html>", check.Incomplete, check.Token, "entra.unexpected-answer", "proxy"),
	answered(signIn, "a success without a token", "/oauth2/v2.0/token 200 application/json {}", check.Incomplete, check.Token, "entra.unexpected-answer", "test again"),

	answered(throttling, "for an hour", "/places 429:3600 TooManyRequests Too many requests.", check.Incomplete, check.RoomList, "graph.throttled", "Try again in 1h0m0s"),
	answered(throttling, "for a time that is none", "/places 429:soon TooManyRequests Too many requests.", check.Incomplete, check.RoomList, "graph.throttled", "ten minutes"),
	answered(throttling, "in one mailbox", "boston-seaport-1.02@contoso.example/calendarview 429:1 ApplicationThrottled Application is over its MailboxConcurrency limit.", check.Incomplete, check.RoomCalendars, "graph.throttled", "ten minutes"),
	answered(throttling, "by something in front", "/groups 429:1 text/html <html>Too many</html>", check.Incomplete, check.GroupList, "graph.throttled", "ten minutes"),
	answered(throttling, "for moving too much", "/groups 509 BandwidthLimitExceeded Your app has been throttled for exceeding the maximum bandwidth cap.", check.Incomplete, check.GroupList, "graph.throttled", "ten minutes"),

	answered(partial, "a room without an address", `/places 200 application/json {"value":[{"id":"1","displayName":"Board","emailAddress":null}]}`, check.Incomplete, check.RoomList, "graph.list-short", "Load the list again"),
	answered(partial, "a list that is no JSON", `/places 200 text/plain {"value":[]}`, check.Incomplete, check.RoomList, "graph.unexpected-answer", "sign-in or a proxy"),
	answered(partial, "a refusal that comes as a success", `/places 200 application/json {"error":{"code":"UnknownError","message":"x"}}`, check.Incomplete, check.RoomList, "graph.unexpected-answer", "Try again"),
	answered(partial, "no room in the tenant", `/places 200 application/json {"value":[]}`, check.Failed, check.RoomList, "rooms.none-found", "Hide from global address list"),
	answered(partial, "nobody in the tenant", `/users? 200 application/json {"value":[]}`, check.Failed, check.PeopleList, "people.none-found", "right tenant"),
	answered(partial, "no group in the tenant", `/groups 200 application/json {"value":[]}`, check.Warned, check.GroupList, "groups.none-found", "create one"),
	answered(partial, "a next page elsewhere", `/users? 200 application/json {"value":[{"id":"1","userPrincipalName":"a@contoso.example","mail":"a@contoso.example"}],"@odata.nextLink":"https://graph.evil.example/v1.0/users?$skiptoken=1"}`,
		check.Incomplete, check.PeopleList, "graph.foreign-link", "cloud"),
	answered(partial, "a place in the list that was dropped", "/users? 400 Directory_ExpiredPageToken The specified page token value has expired.", check.Incomplete, check.PeopleList, "graph.Directory_ExpiredPageToken", "Load the list again"),
	answered(partial, "rooms that lead to a sign-in page", `/places 302 text/html <a href="https://login.corp.example">Moved</a>`, check.Incomplete, check.RoomList, "graph.unexpected-answer", "sign-in or a proxy"),
	answered(partial, "a calendar without a list", `/calendarview 200 application/json {"value":null}`, check.Incomplete, check.RoomCalendars, "graph.unexpected-answer", "Try again"),
	answered(partial, "a web page for one calendar", `boston-seaport-1.02@contoso.example/calendarview 200 text/html <html></html>`, check.Incomplete, check.RoomCalendars, "graph.unexpected-answer", "sign-in or a proxy"),
	answered(partial, "a web page that was not found", `/calendarview 404 text/html <html>Not found</html>`, check.Incomplete, check.RoomCalendars, "graph.unexpected-answer", "sign-in or a proxy"),
	chosenGroup(partial, "a group of which only ids are shown", person(`"displayName":null,"userPrincipalName":null,"mail":null`), check.Incomplete, "people.hidden", "User.Read.All"),
	chosenGroup(partial, "a group whose only member has no mail", person(`"displayName":"Ada","userPrincipalName":"ada@contoso.example","mail":null,"accountEnabled":true`), check.Failed, "groups.none-usable", "another group"),

	answered(mailboxes, "an account that is suspended", "/calendarview 403 ErrorAccountSuspend Account is suspended.", check.Failed, check.RoomCalendars, "graph.ErrorAccountSuspend", "names no cause"),
	answered(mailboxes, "a licence that is missing", "/calendarview 403 LicenseNotFound User does not have a valid license", check.Failed, check.RoomCalendars, "graph.LicenseNotFound", "names no cause"),
	answered(mailboxes, "a mailbox that was deleted and can be restored", "/calendarview 404 MailboxNotEnabledForRESTAPI The mailbox is either inactive, soft-deleted, or is hosted on-premise.", check.Failed, check.RoomCalendars, "graph.MailboxNotEnabledForRESTAPI", "Exchange Online mailbox"),
	answered(mailboxes, "a database that is away", "/calendarview 503 ErrorMailboxStoreUnavailable The mailbox database is temporarily unavailable.", check.Incomplete, check.RoomCalendars, "graph.unavailable", "Try again"),
	typed(mailboxes, "a room list chosen as a room", room(func(b *bench) string { return b.lists[0] }), check.Failed, check.RoomCalendars, "rooms.is-a-list", "Choose the rooms of this list"),
	typed(mailboxes, "a person chosen as a room list", func(b *bench, c *connection.Connection) {
		c.Rooms = connection.Rooms{Mode: connection.Lists, Lists: []string{b.sim.Account().OrganizerUPN}}
	}, check.Failed, check.ChosenLists, "rooms.list-gone", "Choose the room lists again"),

	fault(clouds, "a tenant of the US Department of Defense", "wrong-cloud=dod-graph.microsoft.us", check.Failed, check.Tenant, "cloud.wrong-cloud", "US Government DoD"),
	fault(clouds, "a tenant of 21Vianet", "wrong-cloud=microsoftgraph.chinacloudapi.cn", check.Failed, check.Tenant, "cloud.wrong-cloud", "China (21Vianet)"),
	fault(clouds, "a tenant of Bleu", "wrong-cloud=graph.svc.sovcloud.fr", check.Failed, check.Tenant, "cloud.wrong-cloud", "Bleu (France)"),
	fault(clouds, "a cloud that nobody knows", "wrong-cloud=graph.nowhere.example", check.Failed, check.Tenant, "cloud.wrong-cloud", "clouds.yaml"),
	answered(clouds, "no groups in this cloud's Graph", "/groups 400 BadRequest Resource not found for the segment 'groups'.", check.Failed, check.GroupList, "graph.BadRequest", "names no cause"),
	typed(clouds, "a tenant ID of nobody", func(_ *bench, c *connection.Connection) { c.Tenant.ID = "6f3a1d34-0000-4000-8000-000000000001" },
		check.Failed, check.Tenant, "cloud.tenant-unknown", "Compare it with the Tenant ID"),
	typed(clouds, "a tenant ID one digit short", func(_ *bench, c *connection.Connection) { c.Tenant.ID = c.Tenant.ID[:35] }, check.Failed, check.Lint, "connection.not-guid", "Copy the Tenant ID"),
	typed(clouds, "a domain that nobody has", func(_ *bench, c *connection.Connection) { c.Tenant.ID, c.Tenant.Domain = "", "fabrikam.example" },
		check.Failed, check.Tenant, "cloud.tenant-unknown", "that is a guess"),

	typed(server, "Microsoft's address instead of the server's", func(b *bench, c *connection.Connection) { c.Server.URL = b.sim.Cloud().Graph }, check.Failed, check.ServerContract, "booking.no-contract", "address of the booking server"),
	typed(server, "the address of a page on the server", func(_ *bench, c *connection.Connection) { c.Server.URL += "/login" }, check.Failed, check.ServerContract, "booking.no-contract", "address of the booking server"),
	{area: server, name: "an older contract than at the push", faults: []string{"server-old-contract"}, pushed: true, verdict: check.Failed, check: check.ServerContract, code: "booking.contract-version", remedy: "Update the booking server"},
	{area: signOn, name: "open to personal accounts", registered: true, change: ownProduct,
		application: func(c *tenant.ApplicationChange) { a := "AzureADandPersonalMicrosoftAccount"; c.SignInAudience = &a },
		verdict:     check.Warned, check: "deprecated.audience", code: "deprecated.audience", remedy: "this organizational directory only"},
	{area: permissions, name: "the enterprise applications may not be read", registered: true, change: ownProduct, faults: []string{"answer=/serviceprincipals 403 Authorization_RequestDenied Insufficient."},
		verdict: check.Incomplete, check: check.Declared, code: "sign-in.may-not-read", remedy: "Global Reader"},
}

// rareAndSound are tenants that look ill and are not.
var rareAndSound = []scenario{
	{area: "healthy", name: "each mailbox turns two calls away", faults: []string{"answer=/calendarview*2 429:1 ApplicationThrottled Application is over its MailboxConcurrency limit."}, verdict: check.Passed},
	{area: "healthy", name: "rooms are out of order twice", faults: []string{"answer=/places*2 503:1 ServiceUnavailable Try later."}, verdict: check.Passed},
	odd("turned away without a time to wait", "throttled-no-retry-after=/groups"),
	odd("a clock that is off by less than counts", "clock-skew=4m"),
	odd("answers that take most of a second", "slow=700ms"),
	odd("a booking server whose texts try to harm", "server-hostile-text"),
	sound("a room in capital letters", room(func(b *bench) string { return strings.ToUpper(b.room(0)) })),
	{area: "healthy", name: "a group of guests", faults: []string{person(`"displayName":"Guest","userPrincipalName":"g_fabrikam.example#EXT#@contoso.example","mail":"g@fabrikam.example","userType":"Guest","accountEnabled":true`)}, change: members("Room bookers"), verdict: check.Passed},
	{area: "healthy", name: "the tenant's own name may not be read", registered: true, change: ownProduct, faults: []string{"answer=/organization 403 Authorization_RequestDenied No."}, verdict: check.Passed},
}
