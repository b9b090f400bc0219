package simulator

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// BenchmarkPeoplePage is one page of 999 people out of 200,000, from request to
// decoded answer.
func BenchmarkPeoplePage(b *testing.B) {
	d := tenant.NewDirectory(1, MaxRooms, MaxUsers)
	s := &Simulator{Way: &fault.Way{Switches: &fault.Switches{}}, directory: d, state: &state{}, microsoft: &site{addr: "127.0.0.1:1"}}
	roles := []string{"User.Read.All"}
	c := &call{s: s, claims: &claims{Roles: &roles}}
	for b.Loop() {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "https://127.0.0.1:1/v1.0/users?$top=999&$select=id,displayName,userPrincipalName,mail,accountEnabled,userType&$skiptoken=RFNwdA100000", nil)
		if err != nil {
			b.Fatal(err)
		}
		c.r, c.query = r, r.URL.Query()
		if _, out, err := c.run(&route{serve: (*call).users}); err != nil || !strings.Contains(string(out), "nextLink") {
			b.Fatal(err)
		}
	}
}

// BenchmarkStart is a tenant of the largest size, ready to answer.
func BenchmarkStart(b *testing.B) {
	for i := 0; b.Loop(); i++ {
		s, err := Start(b.Context(), Options{Rooms: MaxRooms, Users: MaxUsers, Seed: uint64(i)})
		if err != nil {
			b.Fatal(err)
		}
		if s.BookingURL() == "" {
			b.Fatal(fmt.Errorf("there is no booking server"))
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCalendarView is a week of one room, as a check of the rooms asks for
// it.
func BenchmarkCalendarView(b *testing.B) {
	d := tenant.NewDirectory(1, 200, 500)
	s := &Simulator{Way: &fault.Way{Switches: &fault.Switches{}}, directory: d, state: &state{Mailboxes: map[string]*mailbox{}}, microsoft: &site{addr: "127.0.0.1:1"}}
	s.o.Now = time.Now
	roles := []string{"Calendars.ReadWrite"}
	room := d.Room(0).Email
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "https://127.0.0.1:1/v1.0/users/"+room+"/calendarView?startDateTime=2026-11-23T00:00:00Z&endDateTime=2026-11-28T00:00:00Z&$top=50", nil)
	if err != nil {
		b.Fatal(err)
	}
	c := &call{s: s, claims: &claims{Roles: &roles}, r: r, query: r.URL.Query(), vars: []string{room}}
	for b.Loop() {
		if _, out, err := c.run(&route{serve: (*call).calendarView}); err != nil || !strings.Contains(string(out), "dateTime") {
			b.Fatal(err)
		}
	}
}
