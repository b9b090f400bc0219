package simulator

import (
	"crypto/sha256"

	"golang.org/x/text/encoding/unicode"

	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/simulator/booking"
	"github.com/roomkey/roomkey/core/simulator/fault"
)

// freeHour is an hour of a working day in which the rooms have no meeting.
func freeHour(t *testing.T, c *tester, rooms ...string) time.Time {
	t.Helper()
	at := time.Now().UTC().Truncate(time.Hour).Add(24 * time.Hour)
	for range 24 * 14 {
		free := true
		for _, r := range rooms {
			c.tenant.Lock()
			free = free && len(c.exchange.EventsBetween(r, at, at.Add(time.Hour))) == 0
			c.tenant.Unlock()
		}
		if free && at.Hour() > 7 && at.Hour() < 17 && at.Weekday() != time.Saturday && at.Weekday() != time.Sunday {
			return at
		}
		at = at.Add(time.Hour)
	}
	t.Fatal("there is no free hour")
	return at
}

func invitationFor(at time.Time, room string) string {
	return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.event","subject":"Quarterly <b>numbers</b>","sensitivity":"private","transactionId":"roomkey-1",
 "body":{"contentType":"text","content":"the text"},"start":{"dateTime":"%s","timeZone":"UTC"},"end":{"dateTime":"%s","timeZone":"UTC"},
 "attendees":[{"emailAddress":{"address":"%s"},"type":"resource"}]}`, at.Format("2006-01-02T15:04:05"), at.Add(time.Hour).Format("2006-01-02T15:04:05"), room)
}

// intent is what stands beside a script.
func (c *tester) intent(operations ...string) string {
	c.t.Helper()
	raw, err := c.ApplyIntent(json.RawMessage(`{"schema":1,"script":"test","connection":"c1","tenant":"` + c.Account().TenantID + `","operations":[` + strings.Join(operations, ",") + `]}`))
	if err != nil {
		c.t.Fatal(err)
	}
	var file struct {
		Seal   string          `json:"seal"`
		Result json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(raw, &file); err != nil || file.Seal != seal(file.Result) {
		c.t.Fatalf("the result file is not sealed: %v %s", err, raw)
	}
	return string(file.Result)
}

// TestBookingTheWayRealOnesCome invites a room and sees what calendar
// processing leaves of it: everything hidden by default, everything kept after
// the script ran.
func TestBookingTheWayRealOnesCome(t *testing.T) {
	now := time.Now()
	c := start(t, Options{Now: func() time.Time { return now }}) // rooms answer when the clock is moved
	organizer, room := c.Account().OrganizerUPN, c.tenant.Directory.Room(0).Email
	at := freeHour(t, c, room)
	view := "/users/" + room + "/calendarView?startDateTime=" + at.Format(time.RFC3339) + "&endDateTime=" + at.Add(time.Hour).Format(time.RFC3339)

	made := c.graph(http.MethodPost, "/users/"+organizer+"/events", invitationFor(at, room))
	c.want(made, 201, "")
	if again := c.graph(http.MethodPost, "/users/"+organizer+"/events", invitationFor(at, room)); again.text("id") != made.text("id") {
		t.Error("the same transactionId made a second event")
	}
	event := "/users/" + organizer + "/events/" + made.text("id")
	if got := c.graph(http.MethodGet, event, ""); got.text("attendees", "0", "status", "response") != "none" {
		t.Errorf("the room answered at once: %s", got.raw)
	}
	c.Advance(time.Second)
	if got := c.graph(http.MethodGet, event, ""); got.text("attendees", "0", "status", "response") != "accepted" {
		t.Errorf("the room did not accept: %s", got.raw)
	}
	held := c.graph(http.MethodGet, view, "", "Prefer", `outlook.timezone="Europe/Berlin"`)
	if len(held.values()) != 1 || strings.Contains(held.raw, "Quarterly") || strings.Contains(held.raw, "the text") || held.text("value", "0", "sensitivity") != "normal" ||
		held.text("value", "0", "organizer", "emailAddress", "address") != organizer || held.text("value", "0", "start", "timeZone") != "Europe/Berlin" {
		t.Errorf("the room holds %s", held.raw)
	}
	second := c.graph(http.MethodPost, "/users/"+c.Account().AdminUPN+"/events", strings.Replace(invitationFor(at, room), "roomkey-1", "roomkey-2", 1))
	c.Advance(time.Second)
	if got := c.graph(http.MethodGet, "/users/"+c.Account().AdminUPN+"/events/"+second.text("id"), ""); got.text("attendees", "0", "status", "response") != "declined" {
		t.Errorf("a second meeting at the same time: %s", got.raw)
	}

	c.want(c.graph(http.MethodPost, event+"/cancel", `{"comment":"test"}`), 202, "")
	c.Advance(time.Second)
	if held = c.graph(http.MethodGet, view, ""); len(held.values()) != 1 || held.text("value", "0", "isCancelled") != "true" || held.text("value", "0", "showAs") != "free" {
		t.Errorf("after the cancellation the room holds %s", held.raw)
	}
	c.want(c.graph(http.MethodGet, event, ""), 404, "ErrorItemNotFound")

	result := c.intent(`{"cmdlet":"Set-CalendarProcessing","identity":"` + room + `","parameters":{"AddOrganizerToSubject":false,"DeleteSubject":false,"DeleteComments":"False","RemovePrivateProperty":false,"RemoveCanceledMeetings":true}}`)
	if !strings.Contains(result, `"status":"changed"`) || !strings.Contains(result, `"DeleteSubject":"True"`) {
		t.Errorf("result %s", result)
	}
	again := c.graph(http.MethodPost, "/users/"+organizer+"/events", strings.Replace(invitationFor(at, room), "roomkey-1", "roomkey-3", 1))
	c.Advance(time.Second)
	held = c.graph(http.MethodGet, view+"&$top=50&$filter="+url.QueryEscape("isCancelled eq false"), "")
	if len(held.values()) != 1 || !strings.Contains(held.text("value", "0", "subject"), "Quarterly") || held.text("value", "0", "body", "content") != "the text" || held.text("value", "0", "sensitivity") != "private" {
		t.Errorf("after the script the room holds %s", held.raw)
	}
	c.want(c.graph(http.MethodDelete, "/users/"+organizer+"/events/"+again.text("id"), ""), 204, "")
	c.Advance(time.Second)
	if held = c.graph(http.MethodGet, view+"&$filter="+url.QueryEscape("isCancelled eq false"), ""); len(held.values()) != 0 {
		t.Errorf("after it was deleted the room holds %s", held.raw)
	}

	for fault, want := range map[string]string{fault.BookingsDeclined: "declined", fault.RoomSilent: "none"} {
		if err := c.SetFaults(fault); err != nil {
			t.Fatal(err)
		}
		e := c.graph(http.MethodPost, "/users/"+organizer+"/events", strings.Replace(invitationFor(at, room), "roomkey-1", fault, 1))
		c.Advance(time.Second)
		if got := c.graph(http.MethodGet, "/users/"+organizer+"/events/"+e.text("id"), ""); got.text("attendees", "0", "status", "response") != want {
			t.Errorf("%s: %s", fault, got.raw)
		}
	}
	for body, what := range map[string]string{
		`{"subject":"x"}`: "no time", `{"subjekt":"x"}`: "an unknown property",
		strings.Replace(invitationFor(at, room), room, "nobody", 1): "an attendee without address",
	} {
		if a := c.graph(http.MethodPost, "/users/"+organizer+"/events", body); a.status != 400 {
			t.Errorf("%s: %d %s", what, a.status, a.raw)
		}
	}
}

// TestLimitedApplication goes the way of the scripts: scope, role, proof, then
// the tenant-wide grant.
func TestLimitedApplication(t *testing.T) {
	c := start(t, Options{Faults: []string{fault.ScopePending}})
	a := c.Account()
	room, person := c.tenant.Directory.Room(0).Email, c.tenant.Directory.UPN(20)
	const role = "Application Calendars.ReadWrite"
	scope := []string{
		`{"cmdlet":"New-ServicePrincipal","identity":"` + a.ClientID + `","parameters":{"AppId":"` + a.ClientID + `","ObjectId":"` + a.ServicePrincipalID + `"}}`,
		`{"cmdlet":"New-ManagementScope","identity":"Roomkey rooms","parameters":{"Target":"rooms","Group":"","Organizers":"room-bookers@contoso.example","Rooms":[]}}`,
		`{"cmdlet":"New-ManagementRoleAssignment","identity":"Roomkey Calendars.ReadWrite","parameters":{"App":"` + a.ServicePrincipalID + `","Role":"` + role + `","CustomResourceScope":"Roomkey rooms"}}`,
	}
	proof := []string{
		`{"cmdlet":"Test-ServicePrincipalAuthorization","identity":"` + room + `","parameters":{"Role":"` + role + `","InScope":"True"}}`,
		`{"cmdlet":"Test-ServicePrincipalAuthorization","identity":"` + person + `","parameters":{"Role":"` + role + `","InScope":"False"}}`,
	}
	if r := c.intent(proof...); !strings.Contains(r, "does not hold") {
		t.Errorf("before the scope: %s", r)
	}
	if r := c.intent(append(scope, proof...)...); strings.Contains(r, `"failed":1`) || !strings.Contains(r, `"changed":3`) || !strings.Contains(r, `"same":2`) {
		t.Errorf("scope: %s", r)
	}
	if r := c.intent(scope...); !strings.Contains(r, `"same":3`) {
		t.Errorf("the second run: %s", r)
	}
	if r := c.intent(strings.Replace(scope[0], a.ServicePrincipalID, a.ObjectID, 1)); !strings.Contains(r, "not that of the enterprise application") {
		t.Errorf("the wrong object id: %s", r)
	}
	calendar := func(mailbox string) answered {
		return c.graph(http.MethodGet, "/users/"+mailbox+"/calendar?$select=id", "")
	}
	c.want(calendar(person), 200, "") // the tenant-wide grant makes the scope worthless
	c.intent(`{"cmdlet":"remove appRoleAssignment","identity":"Calendars.ReadWrite","parameters":{"appId":"` + a.ClientID + `"}}`)
	c.want(calendar(person), 200, "") // the old token keeps it
	c.token = c.application().text("access_token")
	c.want(calendar(room), 403, "ErrorAccessDenied") // not in effect yet
	c.Advance(31 * time.Minute)
	c.want(calendar(room), 200, "")
	c.want(calendar(a.OrganizerUPN), 200, "")
	c.want(calendar(person), 403, "ErrorAccessDenied")
	c.want(calendar("nobody@contoso.example"), 404, "ErrorInvalidUser")
	c.intent(`{"cmdlet":"restore appRoleAssignment","identity":"Calendars.ReadWrite","parameters":{"appId":"` + a.ClientID + `"}}`)
	c.token = c.application().text("access_token")
	c.want(calendar(person), 200, "")
}

func TestApplicationAccessPolicy(t *testing.T) {
	c := start(t, Options{})
	a := c.Account()
	c.intent(`{"cmdlet":"New-ApplicationAccessPolicy","identity":"` + a.ClientID + `","parameters":{"AppId":"` + a.ClientID + `","PolicyScopeGroupId":"room-bookers@contoso.example","AccessRight":"RestrictAccess"}}`)
	outside := c.graph(http.MethodGet, "/users/"+c.tenant.Directory.Room(0).Email+"/calendar", "")
	c.want(outside, 403, "ErrorAccessDenied")
	if !strings.Contains(outside.raw, "Access to OData is disabled") {
		t.Error(outside.raw)
	}
	c.want(c.graph(http.MethodGet, "/users/"+a.OrganizerUPN+"/calendar", ""), 200, "")
	if r := c.intent(`{"cmdlet":"Remove-ApplicationAccessPolicy","identity":"` + a.ClientID + `","parameters":{}}`); !strings.Contains(r, `"changed":1`) {
		t.Error(r)
	}
	c.want(c.graph(http.MethodGet, "/users/"+c.tenant.Directory.Room(0).Email+"/calendar", ""), 200, "")
}

// TestNewRooms makes rooms, a list and places by script and finds them in
// Graph.
func TestNewRooms(t *testing.T) {
	c := start(t, Options{})
	r := c.intent(
		`{"cmdlet":"New-Mailbox","identity":"new-1@contoso.example","parameters":{"Name":"New room","ResourceCapacity":6}}`,
		`{"cmdlet":"New-DistributionGroup","identity":"Annex","parameters":{"RoomList":true}}`,
		`{"cmdlet":"Add-DistributionGroupMember","identity":"Annex","parameters":{"Member":"`+c.tenant.Directory.Room(2).Email+`"}}`,
		`{"cmdlet":"Set-Place","identity":"new-1@contoso.example","parameters":{"Building":"Annex","Floor":2,"Tags":["quiet"]}}`,
		`{"cmdlet":"New-Mailbox","identity":"new-2@fabrikam.example","parameters":{"Name":"Foreign"}}`,
		`{"cmdlet":"Format-Disk","identity":"C","parameters":{}}`)
	if !strings.Contains(r, `"changed":4`) || !strings.Contains(r, `"failed":2`) {
		t.Errorf("result %s", r)
	}
	room := c.graph(http.MethodGet, "/places/new-1@contoso.example", "")
	if room.text("building") != "Annex" || room.text("floorNumber") != "2" || room.text("capacity") != "6" {
		t.Errorf("room %s", room.raw)
	}
	if all := c.graph(http.MethodGet, roomsPath+"?$count=true", ""); all.text("@odata.count") != "11" {
		t.Errorf("rooms %s", all.raw)
	}
	if in := c.graph(http.MethodGet, "/places/annex@contoso.example/microsoft.graph.roomList/rooms", ""); len(in.values()) != 1 {
		t.Errorf("list %s", in.raw)
	}
	if _, err := c.ApplyIntent(json.RawMessage(`{"schema":1,"tenant":"fabrikam.example"}`)); err == nil {
		t.Error("a script for another tenant ran")
	}
}

// answering is a notification address without a network.
type answering func(*http.Request) (*http.Response, error)

func (f answering) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func textAnswer(status int, kind, body string) (*http.Response, error) {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func TestSubscriptions(t *testing.T) {
	notified := make(chan string, 10)
	c := start(t, Options{Callback: answering(func(r *http.Request) (*http.Response, error) {
		token := r.URL.Query().Get("validationToken")
		switch r.URL.Path {
		case "/good":
			if token == "" {
				body, _ := io.ReadAll(r.Body)
				notified <- string(body)
				return textAnswer(202, "text/plain", "")
			}
			return textAnswer(200, "text/plain; charset=utf-8", token)
		case "/echo":
			return textAnswer(200, "text/plain", "validationToken="+token)
		case "/html":
			return textAnswer(200, "text/html", token)
		case "/gone":
			return textAnswer(404, "text/plain", "")
		}
		return nil, fmt.Errorf("dial tcp: lookup %s: no such host", r.URL.Hostname())
	})})
	room := c.tenant.Directory.Room(0).Email
	body := func(path, more string) string {
		return `{"changeType":"created,updated,deleted","notificationUrl":"https://booking.contoso.example` + path + `","resource":"/users/` + room + `/events","expirationDateTime":"` +
			time.Now().Add(10*time.Minute).UTC().Format(time.RFC3339) + `"` + more + `}`
	}
	made := c.graph(http.MethodPost, "/subscriptions", body("/good", `,"clientState":"s","latestSupportedTlsVersion":"v1_2","lifecycleNotificationUrl":"https://booking.contoso.example/good"`))
	c.want(made, 201, "")
	if until, err := time.Parse(time.RFC3339, made.text("expirationDateTime")); err != nil || time.Until(until) < 44*time.Minute {
		t.Errorf("it expires at %s, 45 minutes are the least", made.text("expirationDateTime"))
	}
	c.want(c.graph(http.MethodPost, "/subscriptions", body("/good", "")), 409, "Conflict")
	for path, want := range map[string]string{"/gone": "NotFound", "/echo": "validationToken", "/html": "validationToken", "/": "could not be resolved"} {
		got := c.graph(http.MethodPost, "/subscriptions", body(path, ""))
		c.want(got, 400, "InvalidRequest")
		if !strings.Contains(got.raw, want) {
			t.Errorf("%s: %s", path, got.raw)
		}
	}
	for what, wrong := range map[string]string{
		"http":            strings.Replace(body("/good", ""), "https://", "http://", 1),
		"another thing":   strings.Replace(body("/good", ""), "/events", "/messages", 1),
		"too long a life": strings.Replace(body("/good", ""), time.Now().UTC().Format("2006-01"), "2099-01", 1),
	} {
		if got := c.graph(http.MethodPost, "/subscriptions", wrong); got.status != 400 {
			t.Errorf("%s: %d %s", what, got.status, got.raw)
		}
	}
	c.want(c.graph(http.MethodPost, "/subscriptions", strings.Replace(body("/good", ""), room, "nobody@contoso.example", 1)), 404, "ErrorInvalidUser")
	if list := c.graph(http.MethodGet, "/subscriptions", ""); len(list.values()) != 1 {
		t.Errorf("subscriptions %s", list.raw)
	}

	at := freeHour(t, c, room)
	event := c.graph(http.MethodPost, "/users/"+c.Account().OrganizerUPN+"/events", invitationFor(at, room))
	c.Advance(time.Second)
	c.graph(http.MethodGet, "/users/"+c.Account().OrganizerUPN+"/events/"+event.text("id"), "")
	select {
	case got := <-notified:
		if !strings.Contains(got, made.text("id")) || !strings.Contains(got, `"clientState":"s"`) {
			t.Errorf("notified %s", got)
		}
	case <-time.After(5 * time.Second):
		t.Error("nobody was notified")
	}
	c.want(c.graph(http.MethodDelete, "/subscriptions/"+made.text("id"), ""), 204, "")
	c.want(c.graph(http.MethodDelete, "/subscriptions/"+made.text("id"), ""), 404, "ResourceNotFound")

	for how, want := range map[string]string{"": "200 OK", "=404": "NotFound", "=slow": "timed out", "=echo": "validationToken", "=tls": "SSL", "=dns": "could not be resolved"} {
		if err := c.SetFaults(fault.CallbackUnreachable + how); err != nil {
			t.Fatal(err)
		}
		if got := c.graph(http.MethodPost, "/subscriptions", body("/good", "")); got.status != 400 || !strings.Contains(got.raw, want) {
			t.Errorf("%s: %s", how, got.raw)
		}
	}
	if err := c.SetFaults(fault.CallbackUnreachable + "=lifecycle"); err != nil {
		t.Fatal(err)
	}
	c.want(c.graph(http.MethodPost, "/subscriptions", body("/good", "")), 201, "")
}

func TestBatchAndSchedule(t *testing.T) {
	c := start(t, Options{})
	room := c.tenant.Directory.Room(0).Email
	got := c.graph(http.MethodPost, "/$batch", `{"requests":[
 {"id":"1","method":"GET","url":"/users/`+room+`/calendar?$select=id"},
 {"id":"2","method":"GET","url":"/users/nobody@contoso.example/calendar"},
 {"id":"3","method":"GET","url":"/users?$top=1","dependsOn":["2"]}]}`)
	c.want(got, 200, "")
	for i, want := range []string{"200", "404", "424"} {
		if s := got.text("responses", fmt.Sprint(i), "status"); s != want {
			t.Errorf("part %d is %s: %s", i+1, s, got.raw)
		}
	}
	if got.text("responses", "1", "body", "error", "code") != "ErrorInvalidUser" {
		t.Errorf("the error inside: %s", got.raw)
	}
	many := strings.TrimSuffix(strings.Repeat(`{"id":"1","method":"GET","url":"/users"},`, 21), ",")
	c.want(c.graph(http.MethodPost, "/$batch", `{"requests":[`+many+`]}`), 400, "BadRequest")

	ask := `{"schedules":["` + room + `","nobody@contoso.example"],"startTime":{"dateTime":"2026-11-23T08:00:00","timeZone":"UTC"},"endTime":{"dateTime":"2026-11-23T18:00:00","timeZone":"UTC"},"availabilityViewInterval":60}`
	free := c.graph(http.MethodPost, "/users/"+room+"/calendar/getSchedule", ask)
	c.want(free, 200, "")
	if len(free.text("value", "0", "availabilityView")) != 10 || free.text("value", "1", "error", "responseCode") != "ErrorMailRecipientNotFound" {
		t.Errorf("schedule %s", free.raw)
	}
	twentyOne := strings.TrimSuffix(strings.Repeat(`"a@contoso.example",`, 21), ",")
	c.want(c.graph(http.MethodPost, "/users/"+room+"/calendar/getSchedule", strings.Replace(ask, `"`+room+`","nobody@contoso.example"`, twentyOne, 1)), 400, "ErrorInvalidParameter")
}

// TestTheOtherScripts runs what is left of the catalogue, twice: the second run
// finds everything done.
func TestTheOtherScripts(t *testing.T) {
	c := start(t, Options{})
	room := c.tenant.Directory.Room(0).Email
	operations := []string{
		`{"cmdlet":"PATCH /applications","identity":"roomkey-1","parameters":{"displayName":"By script","redirectUris":["https://b.example/cb"],"application":["Calendars.ReadWrite"],"delegated":["openid"]}}`,
		`{"cmdlet":"POST /servicePrincipals","identity":"roomkey-1","parameters":{}}`,
		`{"cmdlet":"POST /appRoleAssignedTo","identity":"Calendars.ReadWrite","parameters":{}}`,
		`{"cmdlet":"POST /users","identity":"booking@contoso.example","parameters":{"displayName":"Booking","accountEnabled":true}}`,
		`{"cmdlet":"Set-MailboxFolderPermission","identity":"` + room + `","parameters":{"User":"Default","AccessRights":"LimitedDetails"}}`,
		`{"cmdlet":"PATCH /users","identity":"` + room + `","parameters":{"accountEnabled":true}}`,
		`{"cmdlet":"Set-OrganizationConfig","identity":"organization","parameters":{"EwsAllowedAppIDs":["11111111-2222-4333-8444-555555555555"],"EwsEnabled":true}}`,
		`{"cmdlet":"Get-CalendarProcessing","identity":"` + room + `","parameters":{}}`,
		`{"cmdlet":"Set-CalendarProcessing","identity":"` + room + `","parameters":{"BookingWindowInDays":"365","BookInPolicy":""}}`,
	}
	if r := c.intent(operations...); !strings.Contains(r, `"changed":8`) || !strings.Contains(r, `"failed":0`) {
		t.Errorf("the first run: %s", r)
	}
	if r := c.intent(operations...); !strings.Contains(r, `"same":9`) {
		t.Errorf("the second run: %s", r)
	}
	for parameters, what := range map[string]string{
		`{"BookingWindowInDays":2000}`: "a value out of range", `{"DeleteSubjects":true}`: "an unknown parameter", `{"DeleteSubject":"maybe"}`: "a value of another type",
	} {
		if r := c.intent(`{"cmdlet":"Set-CalendarProcessing","identity":"` + room + `","parameters":` + parameters + `}`); !strings.Contains(r, `"failed":1`) {
			t.Errorf("%s: %s", what, r)
		}
	}
	if r := c.intent(`{"cmdlet":"Set-CalendarProcessing","identity":"` + c.Account().OrganizerUPN + `","parameters":{"DeleteSubject":false}}`); !strings.Contains(r, `"failed":1`) {
		t.Errorf("a mailbox that is no room: %s", r)
	}
}

// TestNotificationsReachTheBookingServer makes a subscription over real TLS.
func TestNotificationsReachTheBookingServer(t *testing.T) {
	c := start(t, Options{})
	room := c.tenant.Directory.Room(0).Email
	described := c.do(http.MethodGet, c.BookingURL()+booking.WellKnown, "", "")
	c.want(c.graph(http.MethodPost, "/subscriptions", `{"changeType":"updated","notificationUrl":"`+described.text("notificationUrl")+`","lifecycleNotificationUrl":"`+described.text("lifecycleNotificationUrl")+`","resource":"users('`+room+`')/events","expirationDateTime":"`+time.Now().Add(time.Hour).UTC().Format(time.RFC3339)+`"}`), 201, "")
}

// seal is computed as a script does: SHA-256 over UTF-16LE with its mark.
func seal(text []byte) string {
	raw, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(text)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%x", sha256.Sum256(raw))
}
