package graph_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/graph"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/internal/facts"
)

// contract checks every request against Microsoft's own description of Graph.
type contract struct {
	t      *testing.T
	next   http.RoundTripper
	router routers.Router
	asked  *atomic.Int64
}

func (c contract) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Path, "/v1.0/") {
		c.asked.Add(1)
		c.check(r)
	}
	return c.next.RoundTrip(r)
}

func (c contract) check(r *http.Request) {
	route, path, err := c.router.FindRoute(r)
	if err != nil {
		c.t.Errorf("%s %s: %v", r.Method, r.URL, err)
		return
	}
	input := &openapi3filter.RequestValidationInput{Request: r, PathParams: path, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}
	if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
		c.t.Errorf("%s %s: %v", r.Method, r.URL, err)
	}
}

func routerOf(t *testing.T) routers.Router {
	router, err := facts.Graph("/v1.0")
	if err != nil {
		t.Fatal(err)
	}
	return router
}

// The whole way: MSAL and the Graph SDK, unmocked, over TLS to the simulated
// tenant, every request within Microsoft's description of Graph.
func TestTheSimulatedTenant(t *testing.T) {
	router := routerOf(t)
	const nRooms, nPeople = 230, 2100
	sim, err := simulator.Start(t.Context(), simulator.Options{Rooms: nRooms, Users: nPeople, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	h, err := transport.New(transport.Options{CAFile: sim.CAFile(), Retry: true})
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int64
	h.Transport = contract{t, h.Transport, router, &asked}
	account := sim.Account()
	app, err := entra.NewApplication(entra.ApplicationOptions{Cloud: sim.Cloud(), TenantID: account.TenantID, ClientID: account.ClientID,
		Secret: vault.NewSecret(account.ClientSecret), HTTP: h})
	if err != nil {
		t.Fatal(err)
	}
	if token, err := app.Token(t.Context()); err != nil || token.Claims == nil || token.Claims.TenantID != account.TenantID {
		t.Fatalf("%+v %v", token.Claims, err)
	}
	g := graph.New(graph.Options{Cloud: sim.Cloud(), HTTP: h, Token: bearer(app), Source: tenant.SourceApplication})

	o, err := g.Organization(t.Context())
	if err != nil || o.ID != account.TenantID || o.DefaultDomain == "" {
		t.Errorf("organization %+v %v", o, err)
	}
	rooms := g.Rooms(t.Context(), nil)
	if !rooms.Complete || len(rooms.Items) != nRooms {
		t.Fatalf("%d rooms of %d, %v", len(rooms.Items), nRooms, rooms.Problem)
	}
	people := g.People(t.Context(), graph.PeopleQuery{CardNumberAttribute: "extensionAttribute1"}, nil)
	if !people.Complete || len(people.Items) < nPeople {
		t.Errorf("%d people, %v", len(people.Items), people.Problem)
	}
	inFinance, card := 0, ""
	for _, p := range people.Items {
		if p.Department == "Finance" {
			inFinance++
		}
		card = max(card, p.CardNumber)
	}
	many := []string{"Finance"}
	for range 20 { // more than one filter compares with
		many = append(many, "R&D O'Neil")
	}
	for by, values := range map[string][]string{"Department": many, "CustomAttribute1": {card}, "Office": {"Nowhere"}} {
		want := map[string]int{"Department": inFinance, "CustomAttribute1": 1}[by]
		if n, err := g.Matching(t.Context(), by, values); err != nil || n != want {
			t.Errorf("%s: %d match, %d expected: %v", by, n, want, err)
		}
	}
	lists := g.RoomLists(t.Context())
	if !lists.Complete || len(lists.Items) == 0 {
		t.Fatalf("%d room lists, %v", len(lists.Items), lists.Problem)
	}
	if of := g.RoomsOf(t.Context(), lists.Items[0].EmailAddress); !of.Complete || len(of.Items) == 0 {
		t.Errorf("%d rooms in %s, %v", len(of.Items), lists.Items[0].EmailAddress, of.Problem)
	}
	groups := g.Groups(t.Context(), nil)
	if !groups.Complete || len(groups.Items) == 0 {
		t.Fatalf("%d groups, %v", len(groups.Items), groups.Problem)
	}
	for _, group := range groups.Items {
		members, inside := g.Members(t.Context(), group.ID, graph.PeopleQuery{}, nil), g.Inside(t.Context(), group.ID)
		if nested := group.DisplayName == "All departments"; !members.Complete || !inside.Complete || len(members.Items) == 0 != nested || inside.Items[0].Group != nested {
			t.Errorf("%s: %d members, %v, %d groups, %v", group.DisplayName, len(members.Items), members.Problem, len(inside.Items), inside.Problem)
		}
	}
	mailbox := rooms.Items[0].EmailAddress
	if id, err := g.Calendar(t.Context(), mailbox); err != nil || id == "" {
		t.Errorf("calendar %q %v", id, err)
	}
	if _, err := g.CalendarView(t.Context(), mailbox, time.Now(), time.Now().Add(7*24*time.Hour), 10); err != nil {
		t.Errorf("calendarView: %v", err)
	}
	monday := time.Date(2026, 7, 6, 0, 0, 0, 0, time.UTC)
	for _, in := range []struct {
		room int
		zone string
	}{{0, "Europe/Berlin"}, {25, "America/Los_Angeles"}, {50, "UTC-05:00"}, {75, "Asia/Shanghai"}, {100, "UTC"}} { // a building each
		s, err := g.Schedule(t.Context(), account.OrganizerUPN, rooms.Items[in.room].EmailAddress, monday, monday.AddDate(0, 0, 14))
		if err != nil || s.Hours == nil || s.Hours.Zone.String() != in.zone || len(s.Hours.Days) != 5 || len(s.Busy) == 0 {
			t.Errorf("schedule of room %d: %+v %v", in.room, s.Hours, err)
		}
	}
	if asked.Load() < 17 {
		t.Errorf("only %d requests went to Graph", asked.Load())
	}
}

// What each fault of the simulated tenant comes out as: never as a complete
// list.
func TestSimulatedFaults(t *testing.T) {
	sim, err := simulator.Start(t.Context(), simulator.Options{Rooms: 120, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	account := sim.Account()
	for _, one := range fault.All() {
		if strings.HasPrefix(one.Name, "server-") {
			continue // the booking server's
		}
		t.Run(one.Name, func(t *testing.T) {
			if err := sim.SetFaults(one.Name); err != nil {
				t.Skip(err) // wants an argument
			}
			h, err := transport.New(transport.Options{CAFile: sim.CAFile(), Timeout: 2 * time.Second, Retry: true, RetryBudget: 2 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			defer h.CloseIdleConnections()
			app, err := entra.NewApplication(entra.ApplicationOptions{Cloud: sim.Cloud(), TenantID: account.TenantID, ClientID: account.ClientID,
				Secret: vault.NewSecret(account.ClientSecret), HTTP: h})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			rooms := graph.New(graph.Options{Cloud: sim.Cloud(), HTTP: h, Token: bearer(app)}).Rooms(ctx, nil)
			all := 120
			if one.Name == fault.RoomHidden || one.Name == fault.Workspace {
				all-- // what is hidden from address lists, or a workspace, is not listed as a room
			}
			if rooms.Complete && len(rooms.Items) != all {
				t.Errorf("%d of %d rooms pass for all", len(rooms.Items), all)
			}
			if !rooms.Complete && (rooms.Problem == nil || len(rooms.Problem.Remedies) == 0) {
				t.Errorf("incomplete without saying why: %v", rooms.Problem)
			}
			if p := rooms.Problem; p != nil {
				if p.Code.String() == "internal.unexpected" || p.Code.String() == "entra.failed" || p.Code.String() == "net.failed" {
					t.Errorf("not explained: %v", p)
				}
			}
		})
	}
}

// bearer is the value of the application's token.
func bearer(app *entra.Application) func(context.Context) (vault.Secret, error) {
	return func(ctx context.Context) (vault.Secret, error) {
		t, err := app.Token(ctx)
		return t.Value, err
	}
}

// TestTheUsersOfAUnit are counted as those of a group are, page by page, and a unit that
// is not there is not found.
func TestTheUsersOfAUnit(t *testing.T) {
	sim, err := simulator.Start(t.Context(), simulator.Options{Users: 4000, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	h, err := transport.New(transport.Options{CAFile: sim.CAFile()})
	if err != nil {
		t.Fatal(err)
	}
	account := sim.Account()
	with := func(scopes ...string) *graph.Client {
		token, err := sim.UserToken(account.AdminUPN, scopes...)
		if err != nil {
			t.Fatal(err)
		}
		return graph.New(graph.Options{Cloud: sim.Cloud(), HTTP: h, Source: tenant.SourceAdministrator,
			Token: func(context.Context) (vault.Secret, error) { return vault.NewSecret(token), nil }})
	}
	// Before a sign-in with the permission, which later ones include.
	if _, _, err := with("User.Read.All").UnitPeople(t.Context(), account.UnitID); problem.KindOf(err) != problem.Denied {
		t.Errorf("without the permission: %v", err)
	}
	admin := with("AdministrativeUnit.Read.All", "User.Read.All", "GroupMember.Read.All")
	group, _, _, err := admin.GroupAt(t.Context(), "room-bookers@"+account.Domain)
	if err != nil || group < 1000 {
		t.Fatal(group, err)
	}
	if n, found, err := admin.UnitPeople(t.Context(), account.UnitID); err != nil || !found || n != group {
		t.Errorf("%d of %d users, %v, %v", n, group, found, err)
	}
	if _, found, err := admin.UnitPeople(t.Context(), account.TenantID); err != nil || found {
		t.Errorf("%v, %v", found, err)
	}
}
