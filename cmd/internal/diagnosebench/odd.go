package main

import (
	"strings"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
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
	pushedThen("the token is withdrawn after the push", "server-token-wrong", check.Failed, check.ServerToken, "booking.token-wrong", "Create a new token"),
	pushedThen("the server fails after the push", "server-error", check.Failed, check.ServerReach, "server.down", "log"),
	pushedThen("a sign-in page stands before the server after the push", "server-html", check.Incomplete, check.ServerContract, "booking.unexpected-answer", "address"),
	pushedThen("a room is deleted after the push", "room-gone={room0}", check.Failed, check.RoomCalendars, "graph.ErrorInvalidUser", "renamed room"),
	subscribing("refused with a code that nobody knows", "400 InvalidRequest Something.", check.Failed, "graph.InvalidRequest", "names no cause"),
	subscribing("the room's mailbox is denied", "403 ExtensionError Operation: Create, Exception: [Status Code: Forbidden, Reason: Access is denied]", check.Failed, "graph.ExtensionError", "Test-ServicePrincipalAuthorization"),
	subscribing("the room has no mailbox", "404 ExtensionError Operation: Create, Exception: [Status Code: NotFound, Reason: Not found]", check.Failed, "graph.ExtensionError", "Exchange Online mailbox"),
	subscribing("the booking server fails when it is called", "400 ValidationError Subscription validation request failed. HTTP status code is 'InternalServerError'.", check.Failed, "notifications.fails", "log"),
	subscribing("a proxy before the booking server fails", "400 ValidationError Subscription validation request failed. HTTP status code is 'GatewayTimeout'.", check.Failed, "notifications.fails", "log"),
	subscribing("Graph takes too long", "504 GatewayTimeout x", check.Incomplete, "graph.unavailable", "Try again"),
	subscribing("too many requests", "429:1 TooManyRequests x", check.Incomplete, "graph.throttled", "ten minutes"),
	subscribing("a web page", "200 text/html <html></html>", check.Incomplete, "graph.unexpected-answer", "sign-in or a proxy"),
	invited("an organizer whom nobody knows", "", func(b *bench, o *check.Options) { o.Organizer = "nobody@" + b.sim.Account().Domain }, check.Failed, check.TestBooking, "booking.organizer-without-mailbox", "Exchange Online mailbox"),
	invited("a room that invites itself", "", func(b *bench, o *check.Options) { o.Organizer = b.room(0) }, check.Failed, check.TestBooking, "booking.organizer-is-room", "Name a person"),
	invited("a room list as the room of a test booking", "", func(b *bench, o *check.Options) { o.TestRoom = b.lists[0] }, check.Failed, check.TestBooking, "rooms.is-a-list", "Choose the rooms of this list"),
	invited("a workspace as the room of a test booking", "workspace={room0}", nil, check.Failed, check.TestBooking, "rooms.workspace", "rooms only"),
	invited("the organizer's calendar may not be written", "answer=/events 403 ErrorAccessDenied Access is denied.", nil, check.Failed, check.TestBooking, "graph.ErrorAccessDenied", "Test-ServicePrincipalAuthorization"),
	invited("free and busy are out of order", "answer=/getschedule 500 InternalServerError x", nil, check.Incomplete, check.TestBooking, "graph.unavailable", "Try again"),
	invited("the answer to the booking is lost", "answer=/events 504 GatewayTimeout x", nil, check.Incomplete, check.TestBooking, "graph.unavailable", "Try again"),
	invited("the room's calendar may not be read", "calendar-denied={room0}", nil, check.Failed, check.RoomCalendars, "graph.ErrorAccessDenied", "Test-ServicePrincipalAuthorization"),
	fault(network, "people behind a sign-in page", "html=/users", check.Incomplete, check.PeopleList, "graph.unexpected-answer", "sign-in or a proxy"),
	fault(network, "Entra answers nothing", "empty-200=entra", check.Incomplete, check.Tenant, "cloud.unexpected-answer", "browser"),
	fault(network, "Entra answers in another form", "wrong-types=entra", check.Incomplete, check.Tenant, "cloud.unexpected-answer", "browser"),
	fault(network, "only the calendars take no token", "unauthorized=/calendarview", check.Failed, check.RoomCalendars, "graph.InvalidAuthenticationToken", "names no cause"),
	fault(network, "the calendars are out of order", "unavailable=/calendarview", check.Incomplete, check.RoomCalendars, "graph.unavailable", "Try again"),
	{area: credential, name: "a masked secret", secret: secretText("abc****************"), verdict: check.Failed, check: check.Lint, code: "connection.not-secret", remedy: "create a new one"},
	{area: credential, name: "a line of a settings file", secret: secretText("CLIENT_SECRET=abc8Q~aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), verdict: check.Failed, check: check.Lint, code: "connection.not-secret", remedy: "follows the ="},
	{area: credential, name: "a reference instead of a secret", secret: secretText("@Microsoft.KeyVault(SecretUri=https://v.example/s)"), verdict: check.Failed, check: check.Lint, code: "connection.not-secret", remedy: "where it is kept"},
	typed(credential, "a certificate that nobody stored", certified, check.Failed, check.Lint, "vault.absent", ""),
	typed(credential, "braces around the client ID", func(_ *bench, c *connection.Connection) { c.Application.ClientID = "{" + c.Application.ClientID + "}" }, check.Failed, check.Lint, "connection.unclean", "Remove"),
	typed(people, "an attribute that Graph does not have", func(_ *bench, c *connection.Connection) { c.People.CardNumberAttribute = "extensionAttribute99" },
		check.Failed, check.PeopleList, "graph.attribute-unreadable", "extensionAttribute15"),
	typed(server, "an authority whose file is gone", func(_ *bench, c *connection.Connection) { c.Server.CAFile = "/nowhere/ca.pem" }, check.Failed, check.ServerReach, "net.ca-file", "path"),
	registered("the registration behind a sign-in page", "answer=/applications 200 text/html <html></html>", check.Incomplete, check.Declared, "graph.unexpected-answer", "sign-in or a proxy"),
	registered("the grants cannot be read at the moment", "answer=/approleassignments 500 InternalServerError x", check.Incomplete, check.Consented, "graph.unavailable", "Try again"),
	registered("the delegated grants may not be read", "answer=/oauth2permissiongrants 403 Authorization_RequestDenied x", check.Incomplete, check.Consented, "sign-in.may-not-read", "Global Reader"),
	registered("no consent to sign in", `answer=/oauth2permissiongrants 200 application/json {"value":[]}`, check.Warned, check.Consented, "permission.delegated-not-consented", "Grant admin consent"),
	registered("disabled, and an administrator looks", "app-disabled", check.Failed, check.Token, "entra.AADSTS7000112", "Enabled for users to sign-in"),
	{area: signOn, name: "open to personal accounts", registered: true, change: ownProduct,
		application: func(c *tenant.ApplicationChange) { a := "AzureADandPersonalMicrosoftAccount"; c.SignInAudience = &a },
		verdict:     check.Warned, check: "deprecated.audience", code: "deprecated.audience", remedy: "this organizational directory only"},
	{area: permissions, name: "the enterprise applications may not be read", registered: true, change: ownProduct, faults: []string{"answer=/serviceprincipals 403 Authorization_RequestDenied Insufficient."},
		verdict: check.Incomplete, check: check.Declared, code: "sign-in.may-not-read", remedy: "Global Reader"},
}

// pushedThen is a connection that was pushed before something happened.
func pushedThen(name, faultName string, verdict check.Verdict, id, code, remedy string) scenario {
	sc := fault(server, name, faultName, verdict, id, code, remedy)
	sc.pushed = true
	return sc
}

// subscribing is a test subscription that Microsoft answers with this.
func subscribing(name, answer string, verdict check.Verdict, code, remedy string) scenario {
	sc := answered(notify, name, "/subscriptions "+answer, verdict, check.Notifications, code, remedy)
	sc.change, sc.options = notified, writes
	return sc
}

// invited is a test booking with other options than usual.
func invited(name, faultName string, other func(*bench, *check.Options), verdict check.Verdict, id, code, remedy string) scenario {
	sc := fault(mailboxes, name, faultName, verdict, id, code, remedy)
	if faultName == "" {
		sc.faults = nil
	}
	sc.options = func(b *bench, o *check.Options) {
		booksInVain(b, o)
		if other != nil {
			other(b, o)
		}
	}
	return sc
}

// registered is a registration that an administrator reads, and how Microsoft
// answers.
func registered(name, faultName string, verdict check.Verdict, id, code, remedy string) scenario {
	sc := fault(permissions, name, faultName, verdict, id, code, remedy)
	sc.registered, sc.change = true, ownProduct
	return sc
}

func secretText(text string) func(*bench) map[vault.Kind]string {
	return func(*bench) map[vault.Kind]string { return map[vault.Kind]string{vault.ClientSecret: text} }
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
	registered("a policy forbids new secrets", "secrets-forbidden", check.Passed, "", "", ""),
	registered("a secret that has expired beside the valid one", "two-secrets", check.Passed, "", "", ""),
	registered("a policy caps the life of secrets", "secret-lifetime-capped", check.Passed, "", "", ""),
	registered("a policy wants certificates of chosen authorities", "certificate-authority-required", check.Passed, "", "", ""),
	registered("a policy forbids multi-tenant applications", "multi-tenant-forbidden", check.Passed, "", "", ""),
	listed("a room of the list is hidden", "room-hidden={room0}", check.Passed, "", "", "", "first"),
	{area: "healthy", name: "the tenant's own name may not be read", registered: true, change: ownProduct, faults: []string{"answer=/organization 403 Authorization_RequestDenied No."}, verdict: check.Passed},
}
