package check

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

const (
	tenantID = "11111111-1111-1111-1111-111111111111"
	clientID = "22222222-2222-2222-2222-222222222222"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) // a Monday

// world is a tenant and a booking server as fakes: each answer can be replaced.
type world struct {
	in Input

	discovery    cloud.Discovery
	discoverErr  error
	resolveErr   error
	noAddress    bool
	probe        func(url string) (transport.Evidence, error)
	token        entra.Token
	tokenErr     error
	rooms        tenant.Listing[tenant.Room]
	people       tenant.Listing[tenant.Person]
	groups       tenant.Listing[tenant.Group]
	accounts     map[string]tenant.Account
	members      map[string]members
	lists        map[string]tenant.Listing[tenant.Room]
	calendar     func(mailbox string) error
	calendarID   func(mailbox string) (string, error)
	description  ServerDescription
	describeErr  error
	current      ServerCurrent
	currentErr   error
	status       ServerStatus
	statusErr    error
	underway     atomic.Int32
	mostUnderway atomic.Int32
	calls        atomic.Int32
	latency      time.Duration
}

// members are what a group holds.
type members struct {
	people []tenant.Person
	groups []string
	// others is how many contacts and devices it has.
	others int
}

type fakePermissions map[string]permission.Entry

func (p fakePermissions) Get(value string) (permission.Entry, bool) { e, ok := p[value]; return e, ok }

var someEntries = fakePermissions{
	"Calendars.ReadWrite": {Value: "Calendars.ReadWrite", ApplicationID: "a-crw", ExchangeRole: "Application Calendars.ReadWrite", Covers: []string{"Calendars.Read"}},
	"Calendars.Read":      {Value: "Calendars.Read", ApplicationID: "a-cr", ExchangeRole: "Application Calendars.Read"},
	"Place.Read.All":      {Value: "Place.Read.All", ApplicationID: "a-pra"},
	"User.Read.All":       {Value: "User.Read.All", ApplicationID: "a-ura", Covers: []string{"User.ReadBasic.All"}},
	"Group.Read.All":      {Value: "Group.Read.All", ApplicationID: "a-gra"},
	"openid":              {Value: "openid", DelegatedID: "d-openid"},
	"Directory.ReadWrite.All": {Value: "Directory.ReadWrite.All", ApplicationID: "a-drw",
		Dangerous: "It can change every account of the tenant."},
}

// Covers asks the real catalogue: the rule stands there.
func (fakePermissions) Covers(held, wanted permission.Ref) bool {
	real, err := permission.Load()
	return err == nil && real.Covers(held, wanted)
}

func app(value string) product.Permission {
	return product.Permission{Ref: permission.Ref{Value: value, Kind: permission.Application}, Reason: words.Key("needed for " + value)}
}

// healthy is a world in which everything works, with n rooms.
func healthy(n int) *world {
	w := &world{
		discovery:   cloud.Discovery{TenantID: tenantID, Domain: "contoso.example"},
		description: ServerDescription{Product: "Bookings", Version: "5.1", Contract: "1.0.0", ContractKnown: true},
		status:      ServerStatus{State: ServerWorks, Token: true, Room: true, Rooms: n, CheckedAt: noon},
		current:     ServerCurrent{Stored: true, TenantID: tenantID, ClientID: clientID},
		calendar:    func(string) error { return nil },
	}
	w.token = entra.Token{Value: vault.NewSecret("t"), Expires: noon.Add(time.Hour), Claims: &entra.Claims{
		TenantID: tenantID, AppID: clientID, Name: "Room booking", Audience: "https://graph.microsoft.com",
		Roles: []string{"Calendars.ReadWrite", "Place.Read.All", "User.Read.All", "Group.Read.All"},
	}}
	yes := true
	for i := range n {
		w.rooms.Items = append(w.rooms.Items, tenant.Room{EmailAddress: fmt.Sprintf("room%d@contoso.example", i), DisplayName: fmt.Sprint("Room ", i)})
	}
	w.rooms.Complete = true
	w.people = tenant.Listing[tenant.Person]{Complete: true, Items: []tenant.Person{{ID: "p1", Mail: "p1@contoso.example", Enabled: &yes}}}
	w.groups = tenant.Listing[tenant.Group]{Complete: true, Items: []tenant.Group{{ID: "g1"}}}
	w.probe = func(url string) (transport.Evidence, error) {
		return transport.Evidence{Method: "GET", URL: url, Status: 200, Issuer: "DigiCert Inc", FirstByte: 20 * time.Millisecond, ServerDate: noon,
			ValidFrom: noon.AddDate(0, -2, 0), ValidUntil: noon.AddDate(0, 1, 0)}, nil
	}
	w.in = Input{
		Connection: &connection.Connection{
			ID: "c1", Name: "Contoso", Cloud: "global", Tenant: connection.Tenant{ID: tenantID, Domain: "contoso.example"},
			Application: connection.Application{ClientID: clientID}, Rooms: connection.Rooms{Mode: connection.All},
			Scope: connection.Scope{Kind: connection.ScopeNone}, Server: connection.Server{URL: "https://booking.example"},
		},
		Product: product.Product{ID: "offision-application", Name: "Offision", Writes: product.WritesRooms},
		Needs: product.Needs{Lists: []string{"rooms", "people", "groups"}, Permissions: []product.Permission{
			app("Calendars.ReadWrite"), app("Place.Read.All"), app("User.Read.All"), app("Group.Read.All"),
		}},
		Cloud:       cloud.Cloud{ID: "global", Name: "Global", Authority: "https://login.microsoftonline.com", Graph: "https://graph.microsoft.com"},
		Permissions: someEntries, From: "laptop (192.0.2.7)",
		Digest:  func(rooms []string) string { return "digest of " + strings.Join(rooms, ",") },
		Options: Options{Now: func() time.Time { return noon }},
	}
	w.current.Digest = w.in.Digest(tenant.Addresses(w.rooms.Items))
	w.in.Discover = func(context.Context) (cloud.Discovery, error) { return w.discovery, w.discoverErr }
	w.in.Network, w.in.Tokens, w.in.Directory, w.in.Server = network{w}, tokens{w}, directory{w}, server{w}
	w.in.Calendars = &calendars{world: w}
	w.in.Journal, w.in.Subscriber = &memory{}, &subscriber{id: "sub"}
	return w
}

type network struct{ *world }

func (n network) Resolve(context.Context, string) ([]string, error) {
	time.Sleep(5 * time.Millisecond)
	if n.resolveErr != nil || n.noAddress {
		return nil, n.resolveErr
	}
	return []string{"192.0.2.1"}, nil
}
func (n network) Probe(_ context.Context, url string) (transport.Evidence, error) {
	return n.probe(url)
}

type tokens struct{ *world }

func (t tokens) Fresh(context.Context) (entra.Token, error) { return t.token, t.tokenErr }

type directory struct{ *world }

func paged[T any](l tenant.Listing[T], page func([]T)) tenant.Listing[T] {
	l.Items = slices.Clone(l.Items)
	if page != nil {
		page(l.Items)
	}
	return l
}

func (d directory) Rooms(_ context.Context, page func([]tenant.Room)) tenant.Listing[tenant.Room] {
	return paged(d.rooms, page)
}
func (d directory) RoomsOf(_ context.Context, list string) tenant.Listing[tenant.Room] {
	l, known := d.lists[list]
	if !known {
		return tenant.Listing[tenant.Room]{Problem: problem.Of(notFound())}
	}
	return l
}
func (d directory) RoomLists(context.Context) tenant.Listing[tenant.RoomList] {
	return tenant.Listing[tenant.RoomList]{}
}
func (d directory) People(_ context.Context, _ string, page func([]tenant.Person)) tenant.Listing[tenant.Person] {
	return paged(d.people, page)
}
func (d directory) Members(_ context.Context, id, _ string, _ func([]tenant.Person)) tenant.Listing[tenant.Person] {
	m, known := d.members[id]
	if !known {
		return tenant.Listing[tenant.Person]{Problem: problem.Of(notFound())}
	}
	return tenant.Listing[tenant.Person]{Items: m.people, Complete: true}
}
func (d directory) Inside(_ context.Context, id string) tenant.Listing[tenant.Member] {
	l := tenant.Listing[tenant.Member]{Complete: true}
	for _, inside := range d.members[id].groups {
		l.Items = append(l.Items, tenant.Member{ID: inside, Group: true})
	}
	for i := range d.members[id].others {
		l.Items = append(l.Items, tenant.Member{ID: fmt.Sprint("other", i)})
	}
	return l
}
func (d directory) Look(_ context.Context, address string) (tenant.Account, error) {
	return d.accounts[address], nil
}

func (d directory) Groups(_ context.Context, page func([]tenant.Group)) tenant.Listing[tenant.Group] {
	return paged(d.groups, page)
}

// calendars is a fake of the tenant's mailboxes.
type calendars struct {
	*world
	mu      sync.Mutex
	events  map[string]tenant.Event // by mailbox + id
	answer  string
	changes func(tenant.Event) tenant.Event
	refuse  map[string]error // by verb
	made    []NewEvent
	// schedule is what Graph tells of a room; nil for one that is free and open
	// on weekdays from 8 to 17 o'clock UTC.
	schedule func() (tenant.Schedule, error)
}

var weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}

func (c *calendars) Schedule(_ context.Context, _, _ string, _, _ time.Time) (tenant.Schedule, error) {
	if c.schedule != nil {
		return c.schedule()
	}
	return tenant.Schedule{Hours: &tenant.WorkingHours{Days: weekdays, From: 8 * time.Hour, To: 17 * time.Hour, Zone: time.UTC}}, nil
}

func (c *calendars) CalendarView(ctx context.Context, mailbox string, _, _ time.Time, top int) ([]tenant.Event, error) {
	c.calls.Add(1)
	now := c.underway.Add(1)
	defer c.underway.Add(-1)
	for most := c.mostUnderway.Load(); now > most && !c.mostUnderway.CompareAndSwap(most, now); most = c.mostUnderway.Load() {
	}
	if c.latency > 0 {
		select {
		case <-time.After(c.latency):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, held := c.events[mailbox]; held && top == 0 {
		return []tenant.Event{e}, c.calendar(mailbox)
	}
	return nil, c.calendar(mailbox)
}

func (c *calendars) Calendar(_ context.Context, mailbox string) (string, error) {
	if c.calendarID == nil {
		return "id", nil
	}
	return c.calendarID(mailbox)
}

func (c *calendars) CreateEvent(_ context.Context, mailbox string, e NewEvent) (tenant.Event, error) {
	if err := c.refuse["create"]; err != nil {
		return tenant.Event{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.events == nil {
		c.events = map[string]tenant.Event{}
	}
	c.made = append(c.made, e)
	own := tenant.Event{ID: "own", ICalUID: "uid", Subject: e.Subject, Body: e.Body, Organizer: mailbox, Start: e.Start, End: e.End, Response: c.answer}
	c.events[mailbox] = own
	copied := own
	copied.ID = "copy"
	if c.changes != nil {
		copied = c.changes(copied)
	}
	if c.answer == "accepted" {
		c.events[e.Room] = copied
	}
	if err := c.refuse["created"]; err != nil { // made, and the answer lost
		return tenant.Event{}, err
	}
	return own, nil
}

func (c *calendars) Event(_ context.Context, mailbox, id string) (tenant.Event, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.events[mailbox]; ok && e.ID == id {
		return e, nil
	}
	return tenant.Event{}, notFound()
}

func (c *calendars) CancelEvent(_ context.Context, mailbox, _, _ string) error {
	if err := c.refuse["cancel"]; err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.events)
	return nil
}

func (c *calendars) DeleteEvent(_ context.Context, mailbox, id string) error {
	if err := c.refuse["delete"]; err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.events, mailbox)
	return nil
}

func (c *calendars) FindEvents(_ context.Context, mailbox, uid string) ([]tenant.Event, error) {
	if err := c.refuse["find"]; err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.events[mailbox]; ok && e.ICalUID == uid {
		return []tenant.Event{e}, nil
	}
	return nil, nil
}

type server struct{ *world }

func (s server) Describe(context.Context) (ServerDescription, error) {
	return s.description, s.describeErr
}
func (s server) Current(context.Context) (ServerCurrent, error) { return s.current, s.currentErr }
func (s server) Status(context.Context) (ServerStatus, error)   { return s.status, s.statusErr }

func notFound() error {
	return problem.DeclareFamily("").New("graph.ErrorItemNotFound", problem.Absent, words.T("Not found."))
}
func forbidden() error {
	return problem.DeclareFamily("").New("graph.ErrorAccessDenied", problem.Refused, words.T("Access is denied."))
}
func refusal(code string) *problem.Problem {
	kind := problem.Refused
	if code == "graph.TooManyRequests" {
		kind = problem.Throttled
	}
	return problem.DeclareFamily("").New(code, kind, words.T("Refused."))
}

type progress = task.Progress

// keptProofs keep in memory.
type keptProofs struct {
	mu     sync.Mutex
	proofs map[string]RoomProof
}

func (k *keptProofs) Proven(room string) (RoomProof, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	p, ok := k.proofs[room]
	return p, ok
}
func (k *keptProofs) Keep(p RoomProof) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.proofs[p.Room] = p
	return nil
}
func (k *keptProofs) Forget() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.proofs)
	return nil
}
