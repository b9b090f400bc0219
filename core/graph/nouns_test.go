package graph

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
)

func TestRoomsOfAList(t *testing.T) {
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.EscapedPath() != "/v1.0/places/hq%40contoso.com/graph.roomList/rooms" {
			t.Errorf("path %s", r.URL.EscapedPath())
		}
		servePlaces(3)(w, r)
	})
	list := l.RoomsOf(t.Context(), "hq@contoso.com")
	if !list.Complete || len(list.Items) != 3 || list.Items[0].Lists[0] != "hq@contoso.com" {
		t.Errorf("%+v", list)
	}
}

// TestARoomWithoutAddress: Graph's description allows it, and nobody can book it.
func TestARoomWithoutAddress(t *testing.T) {
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("$skip") != "" {
			fmt.Fprint(w, `{"value":[]}`)
			return
		}
		fmt.Fprint(w, `{"@odata.count":2,"value":[{"id":"a","emailAddress":null},{"id":"b","emailAddress":"b@contoso.com"}]}`)
	})
	if list := l.Rooms(t.Context(), nil); !list.Complete || len(list.Items) != 1 {
		t.Errorf("%+v", list)
	}
}

func TestPeople(t *testing.T) {
	const ext = "extension_0123456789abcdef0123456789abcdef_card"
	for attribute, want := range map[string]string{"": "", "employeeId": "E7", "extensionAttribute3": "C3", "extensionAttribute15": "C15", ext: "X1"} {
		var l *lab
		l = newLab(t, func(w http.ResponseWriter, r *http.Request) {
			q := r.URL.Query()
			if q.Get("$skiptoken") == "2" {
				fmt.Fprint(w, `{"value":[{"id":"b","displayName":"Bob","userPrincipalName":"bob@contoso.com","accountEnabled":false,"userType":"Guest"}]}`)
				return
			}
			if q.Get("$top") != "999" || !strings.HasPrefix(q.Get("$select"), "id,displayName,userPrincipalName,mail,department,accountEnabled,userType") {
				t.Errorf("query %v", q)
			}
			fmt.Fprintf(w, `{"@odata.nextLink":"%s/v1.0/users?$skiptoken=2","value":[{"id":"a","displayName":"Ann","userPrincipalName":"ann@contoso.com","mail":null,
				"employeeId":"E7","%s":"X1","onPremisesExtensionAttributes":{"extensionAttribute3":"C3","extensionAttribute15":"C15"}}]}`, l.URL, ext)
		})
		list := l.People(t.Context(), PeopleQuery{CardNumberAttribute: attribute}, nil)
		if !list.Complete || len(list.Items) != 2 {
			t.Fatalf("%q: %+v", attribute, list)
		}
		if a, b := list.Items[0], list.Items[1]; a.CardNumber != want || a.Enabled != nil || b.Enabled == nil || *b.Enabled || b.UserType != "Guest" || b.CardNumber != "" {
			t.Errorf("%q: %+v %+v", attribute, a, b)
		}
	}
	for _, attribute := range []string{"pager", "extensionAttribute16", "id,manager", "extension_x_y"} {
		l := newLab(t, func(w http.ResponseWriter, r *http.Request) { t.Error("a call was made") })
		if p := l.People(t.Context(), PeopleQuery{CardNumberAttribute: attribute}, nil).Problem; p == nil || p.Code.String() != "graph.attribute-unreadable" {
			t.Errorf("%s: %v", attribute, p)
		}
	}
}

func TestGroupsAndMembers(t *testing.T) {
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) {
		switch _, of, _ := strings.Cut(r.URL.Path, "/groups/"); of {
		case "1/members/microsoft.graph.user":
			if sel := r.URL.Query().Get("$select"); !strings.Contains(sel, "accountEnabled") || !strings.Contains(sel, "department") || !strings.Contains(sel, "employeeId") {
				t.Errorf("$select=%s", sel)
			}
			fmt.Fprint(w, `{"value":[{"id":"u","displayName":"Ann","userPrincipalName":"ann@contoso.com","department":"Sales","accountEnabled":false,"employeeId":"7"}]}`)
			return
		case "1/members":
			fmt.Fprint(w, `{"value":[{"@odata.type":"#microsoft.graph.user","id":"u"},{"@odata.type":"#microsoft.graph.group","id":"g"},{"@odata.type":"#microsoft.graph.device","id":"d"}]}`)
			return
		}
		fmt.Fprint(w, `{"value":[{"id":"1","groupTypes":["Unified"],"mailEnabled":true,"securityEnabled":false},{"id":"2","groupTypes":[],"mailEnabled":true,"securityEnabled":true},
			{"id":"3","groupTypes":[],"mailEnabled":false,"securityEnabled":true},{"id":"4","groupTypes":[],"mailEnabled":true,"securityEnabled":false}]}`)
	})
	groups := l.Groups(t.Context(), nil)
	var kinds []string
	for _, g := range groups.Items {
		kinds = append(kinds, g.Kind)
	}
	if got := strings.Join(kinds, " "); got != "microsoft365 mailSecurity security distribution" || !groups.Complete {
		t.Errorf("kinds %q, %v", got, groups.Problem)
	}
	members := l.Members(t.Context(), "1", PeopleQuery{CardNumberAttribute: "employeeId"}, nil)
	if !members.Complete || len(members.Items) != 1 {
		t.Fatalf("%+v", members)
	}
	if p := members.Items[0]; p.UserPrincipalName != "ann@contoso.com" || p.Department != "Sales" || p.CardNumber != "7" || p.Enabled == nil || *p.Enabled {
		t.Errorf("%+v", p)
	}
	if all := l.Inside(t.Context(), "1"); !all.Complete || len(all.Items) != 3 || !all.Items[0].Person || !all.Items[1].Group || all.Items[2].Group {
		t.Errorf("%+v", all)
	}
}

func TestOrganization(t *testing.T) {
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"value":[{"id":"t","displayName":"Contoso","verifiedDomains":[{"name":"contoso.onmicrosoft.com","isDefault":false},{"name":"contoso.com","isDefault":true}]}]}`)
	})
	o, err := l.Organization(t.Context())
	if err != nil || o.ID != "t" || o.DefaultDomain != "contoso.com" || len(o.Domains) != 2 {
		t.Errorf("%+v %v", o, err)
	}
	for _, body := range []string{`{"value":[]}`, `{"value":[{"displayName":"x"}]}`, `{"value":[{"id":"a"},{"id":"b"}]}`} {
		l := newLab(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, body) })
		if _, err := l.Organization(t.Context()); problem.CodeOf(err) != tenant.CodeUnexpected || problem.Of(err).RequestID != "request-1" {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestCalendarView(t *testing.T) {
	var l *lab
	l = newLab(t, func(w http.ResponseWriter, r *http.Request) {
		if prefer := strings.Join(r.Header.Values("Prefer"), ", "); !strings.Contains(prefer, `outlook.timezone="UTC"`) {
			t.Errorf("Prefer %q", prefer)
		}
		if r.URL.Query().Get("$skip") == "" && r.URL.Query().Get("startDateTime") != "2026-11-22T08:00:00Z" {
			t.Errorf("query %v", r.URL.Query())
		}
		if r.URL.Query().Get("$skip") == "2" {
			fmt.Fprint(w, `{"value":[{"id":"e3","start":{"dateTime":"2026-11-22T15:00:00.0000000","timeZone":"UTC"},"end":null}]}`)
			return
		}
		fmt.Fprintf(w, `{"@odata.nextLink":"%s/v1.0/users/room/calendarView?$skip=2","value":[
			{"id":"e1","subject":"Ann","sensitivity":"private","isCancelled":false,"iCalUId":"u1","organizer":{"emailAddress":{"address":"ann@contoso.com"}},
			 "body":{"contentType":"text","content":"hello"},"responseStatus":{"response":"notResponded"},
			 "attendees":[{"emailAddress":{"address":"Room@contoso.com"},"status":{"response":"accepted"}},{"emailAddress":null,"status":null}],
			 "start":{"dateTime":"2026-11-22T09:00:00.0000000","timeZone":"UTC"},"end":{"dateTime":"2026-11-22T10:00:00.0000000","timeZone":"UTC"}},
			{"id":"e2","responseStatus":{"response":"declined"},"start":{"dateTime":"2026-11-22T11:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-11-22T12:00:00","timeZone":"UTC"}}]}`, l.URL)
	})
	from := time.Date(2026, 11, 22, 9, 0, 0, 0, time.FixedZone("CET", 3600))
	events, err := l.CalendarView(t.Context(), "room@contoso.com", from, from.Add(24*time.Hour), 0)
	if err != nil || len(events) != 3 {
		t.Fatalf("%+v %v", events, err)
	}
	want := tenant.Event{ID: "e1", Subject: "Ann", Body: "hello", Organizer: "ann@contoso.com", Private: true, Response: "accepted", ICalUID: "u1",
		Start: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	if events[0] != want {
		t.Errorf("got  %+v\nwant %+v", events[0], want)
	}
	if events[1].Response != "declined" || !events[2].End.IsZero() {
		t.Errorf("%+v", events[1:])
	}
	calls := l.calls()
	if events, err = l.CalendarView(t.Context(), "room@contoso.com", from, from.Add(time.Hour), 1); err != nil || len(events) != 1 || l.calls() != calls+1 {
		t.Errorf("%d events in %d calls, %v", len(events), l.calls()-calls, err)
	}
}

func TestCalendar(t *testing.T) {
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.EscapedPath() != "/v1.0/users/room%40contoso.com/calendar" || r.URL.Query().Get("$select") != "id" {
			t.Errorf("asked %s", r.URL)
		}
		fmt.Fprint(w, `{"id":"the-calendar"}`)
	})
	if id, err := l.Calendar(t.Context(), "room@contoso.com"); err != nil || id != "the-calendar" {
		t.Errorf("%q %v", id, err)
	}
}
