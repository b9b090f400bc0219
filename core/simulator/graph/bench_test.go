package graph

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/simulator/entra"
	"github.com/roomkey/roomkey/core/simulator/exchange"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// open is the Graph of a new tenant, without a server around it.
func open(b *testing.B, rooms, users int) *Graph {
	t, err := tenant.New(tenant.Options{Seed: 1, Rooms: rooms, Users: users, Dir: b.TempDir(), Temporary: true, Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	return New(exchange.New(b.Context(), t, nil), nil, nil)
}

// BenchmarkPeoplePage is one page of 999 people out of 200,000, from request to
// decoded answer.
func BenchmarkPeoplePage(b *testing.B) {
	g := open(b, tenant.MaxRooms, tenant.MaxUsers)
	roles := []string{"User.Read.All"}
	c := &call{g: g, claims: &entra.Claims{Roles: &roles}}
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

// BenchmarkCalendarView is a week of one room, as a check of the rooms asks for
// it.
func BenchmarkCalendarView(b *testing.B) {
	g := open(b, 200, 500)
	roles := []string{"Calendars.ReadWrite"}
	room := g.Directory.Room(0).Email
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "https://127.0.0.1:1/v1.0/users/"+room+"/calendarView?startDateTime=2026-11-23T00:00:00Z&endDateTime=2026-11-28T00:00:00Z&$top=50", nil)
	if err != nil {
		b.Fatal(err)
	}
	c := &call{g: g, claims: &entra.Claims{Roles: &roles}, r: r, query: r.URL.Query(), vars: []string{room}}
	for b.Loop() {
		if _, out, err := c.run(&route{serve: (*call).calendarView}); err != nil || !strings.Contains(string(out), "dateTime") {
			b.Fatal(err)
		}
	}
}
