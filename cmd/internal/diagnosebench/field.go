package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/tenant"
)

// insteadOf is a tenant in which a permission was granted in the place of the one
// that is asked for.
func insteadOf(asked, granted, remedy string) scenario {
	return fault(permissions, granted+" instead of "+asked, "missing-role="+asked+",extra-role="+granted, check.Failed, check.Roles, "permission.missing", remedy)
}

// custom is a product of one's own that asks for these permissions.
func custom(values ...string) func(*bench, *connection.Connection) {
	return func(_ *bench, c *connection.Connection) {
		c.Product = connection.Product{ID: "custom", Permissions: values}
	}
}

// broader is a product that asks for less than what the tenant granted.
func broader(name, faultName, remedy string) scenario {
	sc := fault(permissions, name, faultName, check.Warned, check.Excess, "permission.superfluous", remedy)
	sc.change = custom("Calendars.ReadWrite", "Place.Read.All", "User.Read.All", "GroupMember.Read.All")
	if faultName == "" {
		sc.faults = nil
	}
	return sc
}

const onePerson = `{"@odata.type":"#microsoft.graph.user","id":"6f3a1d34-0000-4000-8000-000000000009","displayName":"Ada","userPrincipalName":"ada@contoso.example","mail":"ada@contoso.example","accountEnabled":true,"userType":"Member"}`

// secondPage is a list whose first page comes, and whose second is answered with
// this.
func secondPage(list, then string) string {
	return "answer=skiptoken=2 " + then + "; " + list + ` 200 application/json {"value":[` + onePerson + `],"@odata.nextLink":"{graph}/v1.0` + strings.TrimSuffix(list, "?") + `?$skiptoken=2"}`
}

// half is a tenant of which only the first page of people comes.
func half(name, then, code, remedy string) scenario {
	return fault(people, "the first page of people, then "+name, secondPage("/users?", then), check.Incomplete, check.PeopleList, code, remedy)
}

// rooms is the whole list of the tenant's rooms; the page after it is empty.
func listOfRooms(rooms ...string) string {
	return `answer=skip= 200 application/json {"value":[]}; /graph.room 200 application/json {"value":[` + strings.Join(rooms, ",") + `]}`
}

func roomOf(id, name, address string) string {
	return fmt.Sprintf(`{"id":%q,"displayName":%q,"emailAddress":%q}`, id, name, address)
}

// token is a sign-in that Microsoft answers with a token of these claims.
func token(name string, claims map[string]any, id, code, remedy string) scenario {
	sc := scenario{area: signIn, name: name, verdict: check.Failed, check: id, code: code, remedy: remedy}
	all := map[string]any{"aud": "{graph}", "tid": "{tenant}", "appid": "{client}", "roles": []string{"Calendars.ReadWrite", "Place.Read.All", "User.Read.All", "Group.Read.All"}}
	for k, v := range claims {
		all[k] = v
	}
	sc.faultsOf = func(b *bench) []string {
		for k, v := range all {
			if text, ok := v.(string); ok {
				all[k] = b.named([]string{text})[0]
			}
		}
		all["exp"] = time.Now().Add(time.Hour).Unix()
		payload, _ := json.Marshal(all)
		jwt := "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString(payload) + ".c2lnbmF0dXJl"
		return []string{`answer=/token 200 application/json {"token_type":"Bearer","expires_in":3600,"access_token":"` + jwt + `"}`}
	}
	return sc
}

// defaults names the groups of the tenant that new people get.
func defaults(groups ...string) func(*bench, *connection.Connection) {
	return func(b *bench, c *connection.Connection) {
		for _, name := range groups {
			c.People.DefaultGroups = append(c.People.DefaultGroups, b.groups[name])
		}
	}
}

const officePlace = "https://admin.officeplace.global/"

// spa is a product whose sign-in runs in the browser and wants access tokens.
func spa(name string, spoil func(*tenant.ApplicationChange), verdict check.Verdict, id, code, remedy string) scenario {
	return scenario{area: signOn, name: name, registered: true, verdict: verdict, check: id, code: code, remedy: remedy,
		change: func(b *bench, c *connection.Connection) {
			c.Product, c.Rooms, c.Server = connection.Product{ID: "officeplace"}, selected(b, 2), connection.Server{}
			c.SingleSignOn.RedirectURIs = []string{officePlace}
		},
		application: func(c *tenant.ApplicationChange) {
			on := true
			c.Platform, c.RedirectURIs, c.AccessTokens = "spa", &[]string{officePlace}, &on
			if spoil != nil {
				spoil(c)
			}
		}}
}

// fieldTenants are what real tenants look like when something is wrong.
var fieldTenants = []scenario{
	insteadOf("User.Read.All", "User.ReadBasic.All", "add User.Read.All as application"),
	insteadOf("Calendars.ReadWrite", "Calendars.Read", "add Calendars.ReadWrite as application"),
	insteadOf("Calendars.ReadWrite", "Calendars.ReadBasic.All", "add Calendars.ReadWrite as application"),
	insteadOf("Calendars.ReadWrite", "Calendars.ReadWrite.All", "work hours"),
	insteadOf("Group.Read.All", "GroupMember.Read.All", "add Group.Read.All as application"),
	broader("Group.Read.All where GroupMember.Read.All is asked for", "", "First add GroupMember.Read.All"),
	broader("Directory.Read.All in the place of two", "missing-role=User.Read.All,Group.Read.All,extra-role=Directory.Read.All", "First add User.Read.All, GroupMember.Read.All"),
	{area: permissions, name: "Place.Read.All not granted, and the rooms are typed", faults: []string{"missing-role=Place.Read.All"}, change: three,
		verdict: check.Failed, check: check.Roles, code: "permission.missing", remedy: "add Place.Read.All"},
	fault(permissions, "may change anybody's account", "extra-role=User.ReadWrite.All", check.Warned, check.Excess, "permission.dangerous", "Revoke"),

	answered(signIn, "another national cloud, as Entra says it", "/token 400 AADSTS90038 The specified tenant belongs to the National Cloud 'MicrosoftOnline.US'.", check.Failed, check.Token, "entra.AADSTS90038", "own cloud"),
	token("a token for something else", map[string]any{"aud": "https://outlook.office365.com"}, check.Token, "token.wrong-audience", "clouds.yaml"),
	token("a token of another tenant", map[string]any{"tid": goneGroup}, check.Token, "token.wrong-tenant", "tenant"),
	token("a token of another application", map[string]any{"appid": goneGroup}, check.Token, "token.wrong-application", "client ID"),
	token("a token of delegated permissions", map[string]any{"scp": "Calendars.ReadWrite", "roles": nil}, check.Roles, "permission.no-consent", "as application permissions"),

	half("500", "500 InternalServerError x", "graph.unavailable", "Try again"),
	half("a refusal", "403 Authorization_RequestDenied Insufficient privileges to complete the operation.", "graph.Authorization_RequestDenied", "does not help"),
	half("too many requests", "429:60 TooManyRequests x", "graph.throttled", "Try again"),
	half("a sign-in page", "200 text/html <html></html>", "graph.unexpected-answer", "sign-in or a proxy"),
	half("a page without a list", "200 application/json {}", "graph.unexpected-answer", "Try again"),
	half("the first page again", `200 application/json {"value":[],"@odata.nextLink":"{graph}/v1.0/users?$skiptoken=2"}`, "graph.unexpected-answer", "Try again"),
	half("a link that is none", `200 application/json {"value":[],"@odata.nextLink":7}`, "graph.unexpected-answer", "Try again"),
	fault(people, "the first page of people, then a cut", secondPage("/users?", "200 application/json {\"value\":[]}")+",cut=skiptoken=2", check.Incomplete, check.PeopleList, "net.cut", ""),
	fault(people, "people without end", "endless-list=/users", check.Incomplete, check.PeopleList, "graph.list-endless", "Load the list again"),
	grouped("members without end", "endless-list=/members", check.Incomplete, "graph.list-endless", "Load the list again", "Room bookers"),
	fault(mailboxes, "rooms without end", "endless-list=/places", check.Incomplete, check.RoomList, "graph.list-endless", "Load the list again"),
	answered(mailboxes, "the first page of rooms, then 500", `skip= 500 InternalServerError x; /graph.room 200 application/json {"value":[`+roomOf("1", "Board", "boston-seaport-1.01@contoso.example")+`]}`,
		check.Incomplete, check.RoomList, "graph.unavailable", "Try again"),
	{area: people, name: "the first page of members, then 500", faults: []string{`answer=skiptoken=2 500 InternalServerError x; /members/microsoft.graph.user 200 application/json {"value":[` + onePerson + `],"@odata.nextLink":"{graph}/v1.0/groups/x/members/microsoft.graph.user?$skiptoken=2"}`},
		change: members("Room bookers"), verdict: check.Incomplete, check: check.ChosenGroups, code: "graph.unavailable", remedy: "Try again"},

	grouped("a group of contacts, devices and applications", "group-others", check.Failed, "groups.no-people", "another group", "Room bookers"),
	grouped("one of two chosen groups has no people", "group-others", check.Warned, "groups.no-people", "another group", "Room bookers", "Sales"),
	grouped("a group inside a chosen group, beside people", "group-nested", check.Warned, "groups.nested-beside", "groups inside it too", "Room bookers"),
	grouped("a group of a room's account", `answer=/members 200 application/json {"value":[{"@odata.type":"#microsoft.graph.user","id":"6f3a1d34-0000-4000-8000-000000000009","displayName":"Board","userPrincipalName":"{room0}","mail":"{room0}","accountEnabled":false}]}`,
		check.Failed, "groups.no-people", "another group", "Room bookers"),
	{area: people, name: "default group without people", faults: []string{"group-others"}, change: defaults("Room bookers"), verdict: check.Warned, check: check.GroupList, code: "groups.no-people", remedy: "another group"},
	{area: people, name: "default group empty", faults: []string{"group-empty"}, change: defaults("Sales", "Room bookers"), verdict: check.Warned, check: check.GroupList, code: "groups.empty", remedy: "Add members"},
	{area: people, name: "default group of disabled people", faults: []string{"people-disabled=Room bookers"}, change: defaults("Room bookers"), verdict: check.Warned, check: check.GroupList, code: "groups.all-disabled", remedy: "another group"},

	fault(mailboxes, "two rooms of one address", listOfRooms(roomOf("1", "Board", "{room0}"), roomOf("2", "Board old", "{room0}")), check.Warned, check.RoomList, "rooms.one-address", "mailbox of its own"),
	fault(mailboxes, "a room without an address beside another", listOfRooms(roomOf("1", "Board", "{room0}"), roomOf("2", "Attic", "")), check.Warned, check.RoomList, "rooms.no-address", "room mailbox"),
	listed("a mail contact in a room list", `answer=skip= 200 application/json {"value":[]}; roomlist/rooms 200 application/json {"value":[`+roomOf("1", "Board", "board@fabrikam.example")+`]}`,
		check.Failed, check.RoomCalendars, "rooms.other-tenant", "another tenant's", "first"),
	listed("a room without an address in a room list", `answer=skip= 200 application/json {"value":[]}; roomlist/rooms 200 application/json {"value":[`+roomOf("1", "Board", "{room0}")+`,`+roomOf("2", "Attic", "")+`]}`,
		check.Warned, check.ChosenLists, "rooms.no-address", "room mailbox", "first"),

	// The web platform comes first: a registration keeps what another scenario gave it.
	spa("redirect URI of the browser registered for the web", func(c *tenant.ApplicationChange) { c.Platform = "" },
		check.Failed, check.RedirectURIs, "sign-on.redirect-platform", "remove it from the other platform"),
	spa("access tokens off", func(c *tenant.ApplicationChange) { off := false; c.AccessTokens = &off },
		check.Failed, check.AccessTokens, "sign-on.access-tokens-off", "Access tokens"),
	{area: signOn, name: "blanks of the guide not filled in", registered: true, change: func(_ *bench, c *connection.Connection) {
		c.Product = connection.Product{ID: "humly", Permissions: granted}
		c.SingleSignOn.RedirectURIs = nil
	}, verdict: check.Warned, check: check.RedirectURIs, code: "sign-on.redirect-blank", remedy: "Fill in the blanks"},
	{area: signOn, name: "a blank of the guide copied as it is", registered: true, change: func(_ *bench, c *connection.Connection) {
		c.Product = connection.Product{ID: "humly", Permissions: granted}
		c.SingleSignOn.RedirectURIs = []string{"https://<server>/sso/redirect"}
	}, verdict: check.Failed, check: check.Lint, code: "connection.redirect-uri", remedy: "angle brackets"},
}

// granted is what the simulated application holds.
var granted = []string{"Calendars.ReadWrite", "Place.Read.All", "User.Read.All", "Group.Read.All"}

// fieldSound are healthy tenants of odd shape.
var fieldSound = []scenario{
	{area: "healthy", name: "contacts and devices beside the people of a group", change: members("Sales"), verdict: check.Passed,
		faults: []string{`answer=/members? 200 application/json {"value":[` + onePerson + `,{"@odata.type":"#microsoft.graph.orgContact","id":"6f3a1d34-0000-4000-8000-000000000010"},{"@odata.type":"#microsoft.graph.device","id":"6f3a1d34-0000-4000-8000-000000000011"}]}`}},
	odd("an empty last page of people", secondPage("/users?", `200 application/json {"value":[]}`)),
	odd("two rooms of one name", listOfRooms(roomOf("1", "Board", "{room0}"), roomOf("2", "Board", "boston-seaport-1.02@contoso.example"))),
	odd("a room without a name, and properties of tomorrow", listOfRooms(`{"id":"1","displayName":null,"emailAddress":"{room0}","placeType":"x","new":{"a":[1]}}`)),
	{area: "healthy", name: "a room without an address that nobody chose", faults: []string{listOfRooms(roomOf("1", "Board", "{room0}"), roomOf("2", "Attic", ""))}, change: one, verdict: check.Passed},
	{area: "healthy", name: "two rooms of one address that nobody chose", change: one, verdict: check.Passed,
		faults: []string{listOfRooms(roomOf("1", "Board", "{room0}"), roomOf("2", "Attic", "boston-seaport-1.02@contoso.example"), roomOf("3", "Old attic", "boston-seaport-1.02@contoso.example"))}},
	sound("a default group in capital letters", func(_ *bench, c *connection.Connection) {
		c.People.DefaultGroups = []string{"ROOM-BOOKERS@CONTOSO.EXAMPLE"}
	}),
	sound("a group in capital letters", func(b *bench, c *connection.Connection) { members(strings.ToUpper(b.groups["Sales"]))(b, c) }),
	{area: "healthy", name: "a nested group that nobody chose", faults: []string{"group-nested"}, change: members("Sales"), verdict: check.Passed},
	odd("one sign-in too many", "answer=/token*1 429:1 text/html <html>Too many requests</html>"),
	sound("the permissions in another order, and one that another includes", custom("Group.Read.All", "User.ReadBasic.All", "Calendars.ReadWrite", "Place.Read.All", "User.Read.All", "Calendars.Read")),
}
