package main

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/tenant"
)

const settled = "room settings"

// tokenSays is a sign-in of the application that Entra answers with this.
func tokenSays(name, answer string, verdict check.Verdict, code, remedy string) scenario {
	return answered(signIn, name, "/oauth2/v2.0/token "+answer, verdict, check.Token, code, remedy)
}

// roomsSay is a list of rooms that Graph answers with this, and ends there.
func roomsSay(area, name, answer string, verdict check.Verdict, code, remedy string) scenario {
	return answered(area, name, `skip= 200 application/json {"value":[]}; /graph.room `+answer, verdict, check.RoomList, code, remedy)
}

// peopleSay is a list of people in a form that is not Graph's, so that a check cannot
// tell about them.
func peopleSay(name, answer string) scenario {
	return answered(partial, name, "/users? "+answer, check.Incomplete, check.PeopleList, "graph.unexpected-answer", "Try again")
}

// principal is the enterprise application as Graph shows it to an administrator.
func principal(name, fields string, verdict check.Verdict, code, remedy string) scenario {
	return registered(name, `answer=/serviceprincipals(appid='{client}') 200 application/json {"id":"6f3a1d34-0000-4000-8000-000000000077",`+fields+`}`, verdict, check.Consented, code, remedy)
}

// withoutColumn is a table of settings that lacks a column.
func withoutColumn(name string) func(*bench) string {
	return func(b *bench) string {
		rows, err := csv.NewReader(strings.NewReader(readBack(b))).ReadAll()
		if err != nil {
			return err.Error()
		}
		at := slices.Index(rows[0], name)
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		for _, row := range rows {
			_ = w.Write(slices.Delete(row, at, at+1)) // a buffer takes everything
		}
		w.Flush()
		return out.String()
	}
}

func undated(name, values string, rooms func(*bench, *connection.Connection), verdict check.Verdict, code, remedy string) scenario {
	return scenario{area: settled, name: name, change: rooms, settings: withoutColumn("Read"), misset: []string{"room-settings=" + needed + values},
		verdict: verdict, check: check.RoomSettings, code: code, remedy: remedy}
}

// declaredFor has the registration declare a permission of another API.
func declaredFor(api string) func(*tenant.ApplicationChange) {
	return func(c *tenant.ApplicationChange) {
		with := []tenant.RequiredResource{{ResourceAppID: api, Access: []tenant.RequiredAccess{{ID: "ef54d2bf-783f-4e0f-bca1-3210c0444d99", Type: "Role"}}}}
		c.Required = &with
	}
}

func otherAPI(name, api string) scenario {
	return scenario{area: permissions, name: name, registered: true, change: ownProduct, faults: []string{"no-roles"}, application: declaredFor(api),
		verdict: check.Failed, check: check.Roles, code: "permission.other-api", remedy: `the tab "Microsoft APIs", Microsoft Graph`}
}

const fullPerson = `{"id":"6f3a1d34-0000-4000-8000-000000000201","displayName":"Ada","userPrincipalName":"ada@contoso.example","mail":"ada@contoso.example","accountEnabled":true}`

// furtherTenants are more of what goes wrong at Microsoft and on the way to it.
var furtherTenants = []scenario{
	tokenSays("a network that restricts sign-in to other tenants", "400 AADSTS500021 Access to 'Contoso' tenant is denied.", check.Failed, "entra.AADSTS500021", "Restrict-Access-To-Tenants"),
	tokenSays("a network that restricts sign-in, in other words", "400 AADSTS500022 Access to 'Contoso' tenant is denied.", check.Failed, "entra.AADSTS500022", "Restrict-Access-To-Tenants"),
	tokenSays("a service behind Entra is away", "503 AADSTS90006 External service unavailable.", check.Incomplete, "entra.AADSTS90006", "Wait a few minutes"),
	tokenSays("Entra ran out of time", "400 AADSTS90012 The request has timed out.", check.Incomplete, "entra.AADSTS90012", "Wait a few minutes"),
	tokenSays("a passing fault of Entra", "400 AADSTS90024 A transient error has occurred.", check.Incomplete, "entra.AADSTS90024", "Wait a few minutes"),
	tokenSays("a code that nobody knows, and a status of trouble", "500 AADSTS99999998 Something new.", check.Incomplete, "entra.AADSTS99999998", "Look up the code"),
	tokenSays("a signature of another time", "401 AADSTS700024 Client assertion is not within its valid time range.", check.Failed, "entra.AADSTS700024", "date, time and time zone"),
	tokenSays("a refusal without words", `400 application/json {"error":"invalid_client"}`, check.Failed, "entra.invalid_client", "Sign-in logs"),
	tokenSays("a refusal in Graph's form", `401 application/json {"error":{"code":"x","message":"y"}}`, check.Incomplete, "entra.unexpected-answer", "proxy"),
	tokenSays("a token that is a number", `200 application/json {"token_type":"Bearer","expires_in":3599,"access_token":7}`, check.Incomplete, "entra.unexpected-answer", "proxy"),
	tokenSays("an assignment that the API requires", "400 AADSTS501051 Application '1' is not assigned to a role for the application '2'.", check.Failed, "entra.AADSTS501051", "Look up the code"),

	roomsSay(throttling, "for longer than any day", "429:99999999999999 TooManyRequests x", check.Incomplete, "graph.throttled", "Try again in 24h0m0s"),
	roomsSay(throttling, "for less than no time", "429:-5 TooManyRequests x", check.Incomplete, "graph.throttled", "ten minutes"),
	roomsSay(throttling, "out of order for two hours", "503:7200 ServiceUnavailable x", check.Incomplete, "graph.unavailable", "Try again in 2h0m0s"),
	answered(partial, "what is not done", "/groups? 501 NotImplemented Not done here.", check.Failed, check.GroupList, "graph.NotImplemented", "names no cause"),
	roomsSay(network, "a filter that answers in JSON", `403 application/json {"Message":"Denied by rule 7."}`, check.Incomplete, "graph.unexpected-answer", "sign-in or a proxy"),
	roomsSay(network, "a proxy that wants a sign-in of its own", "407 text/html <html>Proxy</html>", check.Incomplete, "graph.unexpected-answer", "sign-in or a proxy"),
	roomsSay(network, "a refusal in another form of JSON", `403 application/problem+json {"title":"Forbidden"}`, check.Incomplete, "graph.unexpected-answer", "sign-in or a proxy"),
	roomsSay(partial, "a list of another kind", "200 application/atom+xml <feed/>", check.Incomplete, "graph.unexpected-answer", "sign-in or a proxy"),
	roomsSay(partial, "a list that is promised", "202 application/json {}", check.Incomplete, "graph.unexpected-answer", "Try again"),
	roomsSay(partial, "a success without a list", "204 application/json ", check.Incomplete, "graph.unexpected-answer", "Try again"),
	roomsSay(partial, "a number of seats in letters", `200 application/json {"value":[{"id":"1","displayName":"Board","emailAddress":"{room0}","capacity":"12"}]}`, check.Incomplete, "graph.unexpected-answer", "Try again"),
	roomsSay(partial, "a list that says that there is more", `200 application/json {"@odata.count":100,"value":[`+roomOf("1", "Board", "{room0}")+`]}`, check.Incomplete, "graph.list-short", "Load the list again"),
	roomsSay(mailboxes, "closed for reasons of law", "451 UnavailableForLegalReasons No.", check.Failed, "graph.UnavailableForLegalReasons", "names no cause"),
	peopleSay("disabled, in letters", `200 application/json {"value":[{"id":"1","userPrincipalName":"a@contoso.example","mail":"a@contoso.example","accountEnabled":"false"}]}`),
	peopleSay("a person who is null", `200 application/json {"value":[null,`+fullPerson+`]}`),
	peopleSay("people who are words", `200 application/json {"value":["a","b"]}`),
	peopleSay("one person instead of a list", `200 application/json {"value":`+fullPerson+`}`),
	peopleSay("a person without an id", `200 application/json {"value":[{"userPrincipalName":"a@contoso.example","mail":"a@contoso.example"}]}`),
	answered(partial, "a meeting that is null", `/calendarview 200 application/json {"value":[null]}`, check.Incomplete, check.RoomCalendars, "graph.unexpected-answer", "Try again"),
	answered(partial, "a group without an id", `/groups? 200 application/json {"value":[{"id":null,"displayName":"A"}]}`, check.Incomplete, check.GroupList, "graph.unexpected-answer", "Try again"),

	grouped("a group that is listed and not found", "answer=/members 404 Request_ResourceNotFound Resource does not exist.", check.Incomplete, "groups.unsettled", "within the last minutes", "Room bookers"),
	grouped("a mail address of blanks", person(`"displayName":"Ada","userPrincipalName":"ada@contoso.example","mail":"   ","accountEnabled":true`), check.Failed, "groups.none-usable", "another group", "Room bookers"),

	// What a scenario gives the registration stays until another gives it something else.
	otherAPI("permissions of Exchange Online instead of Graph's", tenant.ExchangeAppID),
	otherAPI("permissions of Azure AD Graph instead of Graph's", "00000002-0000-0000-c000-000000000000"),
	registered("the registration is not in this tenant", "answer=/applications(appid 404 Request_ResourceNotFound Resource does not exist.", check.Failed, check.Declared, "application.not-here", "Application (client) ID"),
	registered("no enterprise application, and the token works", "answer=/serviceprincipals(appid='{client}') 404 Request_ResourceNotFound Resource does not exist.", check.Failed, check.Consented, "application.no-enterprise-application", "Grant admin consent"),
	principal("an enterprise application that does not say whether it is enabled", `"appId":"{client}","accountEnabled":null`, check.Incomplete, "graph.unexpected-answer", "Try again"),
	principal("another enterprise application than was asked for", `"appId":"6f3a1d34-0000-4000-8000-000000000078","accountEnabled":true`, check.Incomplete, "check.unexpected-answer", "Check again"),
	registered("consent for one person only", `answer=/oauth2permissiongrants 200 application/json {"value":[{"id":"a","clientId":"x","consentType":"Principal","principalId":"y","resourceId":"z","scope":"openid profile email"}]}`,
		check.Warned, check.Consented, "permission.delegated-not-consented", "Grant admin consent"),
	registered("every grant is gone, and a token lasts", `answer=/approleassignments 200 application/json {"value":[]}`, check.Failed, check.Consented, "permission.revoked", "Grant admin consent"),

	invited("a booking that is answered with nothing", "answer=/events 201 application/json ", nil, check.Incomplete, check.TestBooking, "graph.unexpected-answer", "Try again"),
	invited("a booking without an id", `answer=/events 201 application/json {"subject":"x"}`, nil, check.Incomplete, check.TestBooking, "graph.unexpected-answer", "Try again"),
	invited("a booking that the mailbox refuses for its recipients", "answer=/events 400 ErrorInvalidRecipients At least one recipient is not valid.", nil, check.Failed, check.TestBooking, "graph.ErrorInvalidRecipients", "names no cause"),
	invited("free and busy of nobody", `answer=/getschedule 200 application/json {"value":[]}`, nil, check.Incomplete, check.TestBooking, "graph.unexpected-answer", "Try again"),
	invited("free and busy in another form", `answer=/getschedule 200 application/json {"value":[{"scheduleId":"x","availabilityView":7}]}`, nil, check.Incomplete, check.TestBooking, "graph.unexpected-answer", "Try again"),
	subscribing("a subscription without an id", "201 application/json {}", check.Incomplete, "graph.unexpected-answer", "Try again"),
	subscribing("the booking server wants a sign-in", "400 ValidationError Subscription validation request failed. HTTP status code is 'Unauthorized'.", check.Failed, "notifications.refused", "without a sign-in"),
	subscribing("a length of time that Microsoft does not give", "400 ExtensionError Subscription expiration can only be 4230 minutes in the future.", check.Failed, "graph.ExtensionError", "names no cause"),

	undated("settings of an unknown day in which a room accepts conflicts", ",{room0},AllowConflicts=True", three, check.Warned, "exchange.books-twice", "AllowConflicts=False"),
	undated("settings of an unknown day in which every room accepts conflicts", ",AllowConflicts=True", three, check.Warned, "exchange.books-twice", "AllowConflicts=False"),
	typed(clouds, "tenant ID and client ID exchanged", func(_ *bench, c *connection.Connection) {
		c.Tenant.ID, c.Tenant.Domain, c.Application.ClientID = c.Application.ClientID, "", c.Tenant.ID
	}, check.Failed, check.Tenant, "cloud.tenant-unknown", "Application (client) ID of an app registration is another value"),
	typed(credential, "one value as tenant ID and client ID", func(_ *bench, c *connection.Connection) { c.Tenant.ID = c.Application.ClientID },
		check.Failed, check.Lint, "connection.tenant-as-client", "Directory (tenant) ID"),
	{area: credential, name: "a thumbprint with colons as the secret", secret: secretText("A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90:A1:B2:C3:D4"), verdict: check.Failed, check: check.Lint, code: "connection.not-secret", remedy: "choose its file"},
	{area: credential, name: "a row of the portal as the secret", secret: secretText("abc8Q~aaaaaaaaaaaaaaaaaaaaaaaaaa 6f3a1d34-0000-4000-8000-000000000001"), verdict: check.Failed, check: check.Lint, code: "connection.not-secret", remedy: "only the column Value"},
	{area: credential, name: "a Secret ID without hyphens", secret: secretText("6f3a1d34000040008000000000000001"), verdict: check.Failed, check: check.Lint, code: "connection.secret-id", remedy: "column Value"},
}

// furtherSound are more tenants that look ill and are not.
var furtherSound = []scenario{
	peopleSound("a list that changes between its pages, with one person twice", `200 application/json {"value":[`+fullPerson+`,`+fullPerson+`]}`),
	peopleSound("an account of which nothing is said of its state", `200 application/json {"value":[`+fullPerson+`,{"id":"6f3a1d34-0000-4000-8000-000000000202","displayName":"Bo","userPrincipalName":"bo@contoso.example","mail":"bo@contoso.example","accountEnabled":null}]}`),
	undated("settings of an unknown day that were right", "", three, check.Passed, "", ""),
	sound("the address of a sign-in page as the domain", func(_ *bench, c *connection.Connection) {
		c.Tenant.ID, c.Tenant.Domain = "", "https://"+c.Tenant.Domain+"/"
	}),
	sound("a person's address as the domain", func(_ *bench, c *connection.Connection) { c.Tenant.ID, c.Tenant.Domain = "", "admin@"+c.Tenant.Domain }),
	invited("free and busy that may not be seen, and a room that answers", "answer=/getschedule 403 ErrorAccessDenied Access is denied.,room-settings=AddOrganizerToSubject=False,DeleteSubject=False,DeleteComments=False", nil, check.Passed, "", "", ""),
	sound("a credential that lasts for years", func(_ *bench, c *connection.Connection) {
		c.Application.Credential.Expires = time.Now().AddDate(9, 0, 0)
	}),
}

func peopleSound(name, answer string) scenario {
	return scenario{area: "healthy", name: name, faults: []string{"answer=/users? " + answer}, verdict: check.Passed}
}
