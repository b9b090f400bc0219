package main

import (
	"strings"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
)

const aGroup = `{"id":"6f3a1d34-0000-4000-8000-000000000401","displayName":"A","securityEnabled":true}`

// groupsSay is a list of groups that Graph answers with this, and which cannot be
// used.
func groupsSay(name, answer, remedy string) scenario {
	return answered(partial, name, "/groups? "+answer, check.Incomplete, check.GroupList, "graph.unexpected-answer", remedy)
}

// groupsSound is a list of groups in a form that is in order.
func groupsSound(name, answer string) scenario { return odd(name, "answer=/groups? "+answer) }

// quotedAs is a refusal of Graph's that names no cause.
func quotedAs(name, list, answer, id, code string) scenario {
	return answered(partial, name, list+" "+answer, check.Failed, id, code, "names no cause")
}

// otherForms are answers that are seldom seen, in other forms than usual.
var otherForms = []scenario{
	tokenSays("neither a secret nor a certificate came", "401 AADSTS7000218 The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", check.Failed, "entra.AADSTS7000218", "enter its client secret or certificate"),
	tokenSays("a scope in another form", "400 AADSTS1002012 The provided value for scope https://graph.microsoft.com is not valid.", check.Failed, "entra.AADSTS1002012", "clouds.yaml"),
	tokenSays("a part of the request is missing", "400 AADSTS900144 The request body must contain the following parameter: 'scope'.", check.Failed, "entra.AADSTS900144", "names the missing part"),
	tokenSays("an application of one tenant, at the door of all", "400 AADSTS50194 Application is not configured as a multi-tenant application.", check.Failed, "entra.AADSTS50194", "tenant's ID or domain"),
	tokenSays("a federated credential that does not match", "401 AADSTS700213 No matching federated identity record found for presented assertion subject.", check.Failed, "entra.AADSTS700213", "Federated credentials"),
	tokenSays("a tenant that is no name", "400 AADSTS900023 Specified tenant identifier 'contoso' is neither a valid DNS name, nor a valid external domain.", check.Failed, "entra.AADSTS900023", "as a domain"),
	tokenSays("a wrong secret in the words of long ago", "401 AADSTS70002 Error validating credentials. AADSTS50012: Invalid client secret is provided.", check.Failed, "entra.AADSTS70002", "create a new credential"),
	tokenSays("a device that is not compliant, for the application", "401 AADSTS53000 Device is not in required device state: compliant.", check.Failed, "entra.AADSTS53000", "Service principal sign-ins"),
	tokenSays("an account that was deleted, for the application", "400 AADSTS500341 The user account has been deleted.", check.Failed, "entra.AADSTS500341", "Look up the code"),
	tokenSays("a life of the token in words", `200 application/json {"token_type":"Bearer","expires_in":"soon","access_token":"a.b.c"}`, check.Incomplete, "entra.unexpected-answer", "sign-in or a proxy"),
	tokenSays("an empty token", `200 application/json {"token_type":"Bearer","expires_in":3599,"access_token":""}`, check.Incomplete, "entra.failed", "cloud and tenant"),
	incompleteToken("a token that names no tenant", map[string]any{"tid": ""}),
	incompleteToken("a token that names no application", map[string]any{"appid": ""}),
	incompleteToken("a token that names no service", map[string]any{"aud": ""}),
	token("a role with a blank behind it", map[string]any{"roles": []string{"Calendars.ReadWrite ", "Place.Read.All", "User.Read.All", "Group.Read.All"}}, check.Roles, "permission.missing", "add Calendars.ReadWrite"),

	groupsSay("a status that nobody gives", `299 application/json {"value":[]}`, "Try again"),
	groupsSay("not changed since", "304 application/json ", "sign-in or a proxy"),
	groupsSay("a list under another name", `200 application/json {"Value":[]}`, "Try again"),
	groupsSay("a list that is an object", `200 application/json {"value":{}}`, "Try again"),
	groupsSay("a list with a comment behind it", `200 application/json {"value":[`+aGroup+`]}<!-- proxy -->`, "Try again"),
	groupsSay("two lists in one answer", `200 application/json {"value":[]}{"value":[]}`, "Try again"),
	groupsSay("a byte-order mark before the list", "200 application/json \ufeff"+`{"value":[`+aGroup+`]}`, "Try again"),
	groupsSay("an error beside a list", `200 application/json {"error":{"code":"x","message":"y"},"value":[`+aGroup+`]}`, "Try again"),
	groupsSay("a list as a stream of bytes", `200 application/octet-stream {"value":[`+aGroup+`]}`, "sign-in or a proxy"),
	answered(partial, "a part of the list by status", `/groups? 206 application/json {"value":[]}`, check.Incomplete, check.GroupList, "net.part", "answers instead of Microsoft"),
	answered(partial, "a next page without a host", `/groups? 200 application/json {"value":[`+aGroup+`],"@odata.nextLink":"/v1.0/groups?$skiptoken=x"}`, check.Incomplete, check.GroupList, "graph.foreign-link", "cloud"),
	answered(partial, "more groups counted than came", `/groups? 200 application/json {"@odata.count":5,"value":[`+aGroup+`]}`, check.Incomplete, check.GroupList, "graph.list-short", "Load the list again"),
	answered(network, "a page of something in front, out of order", "/groups? 520 text/html <html>Unknown error</html>", check.Incomplete, check.GroupList, "graph.unavailable", "Try again"),
	answered(network, "Graph waited for too long", "/groups? 408 RequestTimeout x", check.Incomplete, check.GroupList, "graph.RequestTimeout", "names no cause"),
	half("what is no longer there", "410 Gone resyncRequired", "graph.Gone", "names no cause"),
	half("a token that has expired", "401 InvalidAuthenticationToken Lifetime validation failed, the token is expired.", "graph.InvalidAuthenticationToken", "the clocks are not the cause"),
	quotedAs("a tenant without a licence for places", "/graph.room", "403 Forbidden The tenant is not licensed for Microsoft Places.", check.RoomList, "graph.Forbidden"),
	quotedAs("people in a state of conflict", "/users?", "409 Conflict x", check.PeopleList, "graph.Conflict"),
	quotedAs("a request that Graph cannot process", "/users?", "422 UnprocessableEntity x", check.PeopleList, "graph.UnprocessableEntity"),
	quotedAs("calendars forbidden without a word", "/calendarview", "403 Forbidden x", check.RoomCalendars, "graph.Forbidden"),
	quotedAs("a tenant that is locked", "/calendarview", "403 AccessBlocked TenantAccessBlocked: service blocked.", check.RoomCalendars, "graph.AccessBlocked"),
	quotedAs("a parameter of a calendar", "/calendarview", "400 ErrorInvalidParameter x", check.RoomCalendars, "graph.ErrorInvalidParameter"),

	subscribing("a subscription that is there already", "409 Conflict Subscription already exists.", check.Incomplete, "notifications.exists", "45 minutes"),
	subscribing("a kind of resource that is not supported", "400 ExtensionError Resource 'users/x/events' is not supported.", check.Failed, "graph.ExtensionError", "names no cause"),
	subscribing("the booking server knows no POST", "400 ValidationError Subscription validation request failed. HTTP status code is 'MethodNotAllowed'.", check.Failed, "notifications.refused", "exactly the one"),
	subscribing("the address of the booking server in words that nobody knows", "400 InvalidRequest The NotificationUrl is not valid.", check.Failed, "notifications.unknown-words", "Read Microsoft's message"),
	invited("a distribution list as the room of a test booking", "", func(_ *bench, o *check.Options) { o.TestRoom = "newsletter@contoso.example" }, check.Failed, check.TestBooking, "rooms.not-a-room", "room mailboxes"),
	invited("a distribution list as the organizer", "", func(_ *bench, o *check.Options) { o.Organizer = "newsletter@contoso.example" }, check.Failed, check.TestBooking, "booking.organizer-without-mailbox", "Exchange Online mailbox"),
	invited("a booking in conflict with another", "answer=/events 409 ErrorIrresolvableConflict x", nil, check.Failed, check.TestBooking, "graph.ErrorIrresolvableConflict", "names no cause"),
	invited("an organizer who may not send under that address", "answer=/events 403 ErrorSendAsDenied x", nil, check.Failed, check.TestBooking, "graph.ErrorSendAsDenied", "addresses of the mailbox"),

	typed(credential, "one room twice", func(b *bench, c *connection.Connection) {
		c.Rooms = connection.Rooms{Mode: connection.Selected, Items: []string{b.room(0), strings.ToUpper(b.room(0))}}
	}, check.Failed, check.Lint, "connection.duplicate", "Remove one"),
	typed(credential, "a name in the place of an address", room(func(*bench) string { return "Board" }), check.Failed, check.Lint, "connection.not-address", "Type one address"),
	typed(clouds, "the tenant of everybody", func(_ *bench, c *connection.Connection) { c.Tenant.ID, c.Tenant.Domain = "", "organizations" },
		check.Failed, check.Lint, "cloud.tenant-undecidable", "copy the Tenant ID"),
	typed(server, "a password in the address", func(_ *bench, c *connection.Connection) {
		c.Server.URL = "https://u:p@" + strings.TrimPrefix(c.Server.URL, "https://")
	}, check.Failed, check.Lint, "connection.wrong-url", "in the keychain"),
}

// incompleteToken is a sign-in with a token that does not say all that a token says.
func incompleteToken(name string, claims map[string]any) scenario {
	sc := token(name, claims, check.Token, "check.unexpected-answer", "Check again")
	sc.verdict = check.Incomplete
	return sc
}

// otherSound are tenants in other forms than usual in which everything works.
var otherSound = []scenario{
	odd("an empty first page of groups", `answer=skiptoken=2 200 application/json {"value":[`+aGroup+`]}; /groups? 200 application/json {"value":[],"@odata.nextLink":"{graph}/v1.0/groups?$skiptoken=2"}`),
	groupsSound("a type of content with parameters", `200 application/json;odata.metadata=minimal;charset=utf-8 {"value":[`+aGroup+`]}`),
	groupsSound("a group with nothing but an id", `200 application/json {"value":[{"id":"6f3a1d34-0000-4000-8000-000000000401"}]}`),
	groupsSound("one group in two pages", `200 application/json {"value":[`+aGroup+`,`+aGroup+`]}`),
	odd("one person without a name to show", listOfPeople(`{"id":"6f3a1d34-0000-4000-8000-000000000501","displayName":null,"userPrincipalName":"a@contoso.example","mail":"a@contoso.example","accountEnabled":true}`)),
	odd("the address of another domain", listOfPeople(`{"id":"6f3a1d34-0000-4000-8000-000000000501","displayName":"A","userPrincipalName":"a@contoso.example","mail":"a@fabrikam.example","accountEnabled":true}`)),
	odd("advice of Graph's beside the list", `answer=/users? 200 application/json {"@odata.context":"x","@microsoft.graph.tips":"Use $select","value":[`+fullPerson+`]}`),
	sound("a domain in capital letters", func(_ *bench, c *connection.Connection) { c.Tenant.Domain = strings.ToUpper(c.Tenant.Domain) }),
	sound("IDs in capital letters", func(_ *bench, c *connection.Connection) {
		c.Tenant.ID, c.Application.ClientID = strings.ToUpper(c.Tenant.ID), strings.ToUpper(c.Application.ClientID)
	}),
	sound("a slash behind the address of the server", func(_ *bench, c *connection.Connection) { c.Server.URL += "/" }),
}
