package session

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/policy"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// Tenant is a reader of a tenant: what the checks and the previews need of it.
type Tenant interface {
	check.Directory
	check.Calendars
	check.Subscriber
	// Availability asks from one mailbox what the calendars of up to twenty show.
	Availability(ctx context.Context, asker string, rooms []string, from, to time.Time) ([]tenant.Availability, error)
}

// Lint says what is wrong with the fields of a connection, ids of clouds and
// products and what the policy locks included, before any call is made.
func (e *Environment) Lint(c *connection.Connection) (found []connection.FieldProblem) {
	known := connection.Known{}
	for _, row := range e.Clouds.All() {
		known.Clouds = append(known.Clouds, row.ID)
	}
	for _, p := range e.Products.All() {
		known.Products = append(known.Products, p.ID)
	}
	if p, ok := e.Products.Get(c.Product.ID); ok && p.AdapterOf(c.Server.Adapter) != booking.AdapterForm {
		known.Required = append(known.Required, "server.url")
	}
	locked := func(field string, err error) bool {
		is := problem.CodeOf(err) == policy.CodeLocked
		if is {
			found = append(found, connection.FieldProblem{Field: field, Problem: problem.Of(err)})
		}
		return is
	}
	if _, err := e.cloud(c.Cloud); locked("cloud", err) {
		known.Clouds = append(known.Clouds, c.Cloud)
	}
	if _, err := e.product(c.Product.ID); locked("product.id", err) {
		known.Products = append(known.Products, c.Product.ID)
	}
	locked("server.url", e.Policy.Address(c.Server.URL).Err())
	return append(found, c.Lint(known)...)
}

func asTenant(d cloud.Discovery, typed string) connection.Tenant {
	t := connection.Tenant{ID: d.TenantID, Domain: d.Domain}
	if t.Domain == "" && !connection.IsGUID(typed) {
		t.Domain = typed
	}
	return t
}

// Discover finds the connection's tenant in its cloud and keeps its id. The
// problems "cloud.tenant-unknown" and "cloud.wrong-cloud" are the moment to ask
// whether the other clouds may be told the tenant's name.
func (s *Session) Discover(ctx context.Context) error {
	c := s.Document()
	row, err := s.env.cloud(c.Cloud)
	if err != nil {
		return err
	}
	client, err := s.cloudHTTP(row)
	if err != nil {
		return err
	}
	name, p := cloud.ParseTenant(typedTenant(c))
	if p != nil {
		return p
	}
	d, err := cloud.Discover(ctx, client, row, name)
	if err != nil {
		return err
	}
	return s.keepTenant(ctx, c.Cloud, asTenant(d, name))
}

// DiscoverElsewhere asks the other clouds, which tells them the tenant's name,
// and moves the connection to the one that knows it. It is called after a yes.
func (s *Session) DiscoverElsewhere(ctx context.Context, report task.Report) error {
	c := s.Document()
	name, p := cloud.ParseTenant(typedTenant(c))
	if p != nil {
		return p
	}
	others := slices.DeleteFunc(s.env.Clouds.All(), func(o cloud.Cloud) bool { return o.ID == c.Cloud })
	report.Say(0, 0, words.T("Asking %d other clouds for the tenant", len(others)))
	found, d, err := cloud.DiscoverElsewhere(ctx, func(c cloud.Cloud) (*http.Client, error) { return s.cloudHTTP(c) }, others, name)
	if err != nil {
		return err
	}
	return s.keepTenant(ctx, found.ID, asTenant(d, name))
}

func typedTenant(c *connection.Connection) string {
	if c.Tenant.Domain != "" {
		return c.Tenant.Domain
	}
	return c.Tenant.ID
}

func (s *Session) keepTenant(ctx context.Context, cloudID string, found connection.Tenant) error {
	c := s.Document()
	if c.Cloud == cloudID && c.Tenant.ID == found.ID && (found.Domain == "" || c.Tenant.Domain == found.Domain) {
		return nil
	}
	return s.Edit(ctx, func(c *connection.Connection) {
		if found.Domain == "" {
			found.Domain = c.Tenant.Domain
		}
		found.DisplayName = c.Tenant.DisplayName
		c.Cloud, c.Tenant = cloudID, found
	})
}

// Rooms lists the rooms that the booking server will see. Where the product has
// no permission to list them, they are those that the administrator chose or
// imported, and the listing names that source.
func (s *Session) Rooms(ctx context.Context, page func([]tenant.Room)) tenant.Listing[tenant.Room] {
	_, needs, err := s.needs()
	if err != nil {
		return failed[tenant.Room](err)
	}
	if s.theirs() {
		if l := s.roomsByAdministrator(ctx, page); l.Problem == nil || len(l.Items) > 0 {
			return l
		}
		l := s.knownRooms(page)
		if l.Problem != nil {
			l.Problem = problem.New(entra.CodeNeeded, words.T("The rooms are listed with the sign-in of an administrator.")).
				Lead(words.T("Sign in there, then come back."), problem.PlaceConsent).
				Lead(words.T("Or have an Exchange administrator run the script that lists the rooms, and import its result."), problem.PlaceRoomsScript)
		}
		return l
	}
	if !slices.Contains(needs.Lists, "rooms") {
		return s.knownRooms(page)
	}
	t, err := s.tenant()
	if err != nil {
		return failed[tenant.Room](err)
	}
	l := placing{t, s}.Rooms(ctx, page)
	if l.Problem != nil && l.Problem.Code == tenant.CodePlacesNotInCloud {
		return s.knownRooms(page)
	}
	return l
}

// RoomLists lists the room lists.
func (s *Session) RoomLists(ctx context.Context) tenant.Listing[tenant.RoomList] {
	t, err := s.tenant()
	if err != nil {
		return failed[tenant.RoomList](err)
	}
	return t.RoomLists(ctx)
}

// RoomsOf lists the rooms of one room list.
func (s *Session) RoomsOf(ctx context.Context, listAddress string) tenant.Listing[tenant.Room] {
	t, err := s.tenant()
	if err != nil {
		return failed[tenant.Room](err)
	}
	return t.RoomsOf(ctx, listAddress)
}

// People lists the people whom the booking server will take over, as the check
// counts them.
func (s *Session) People(ctx context.Context, page func([]tenant.Person)) check.Taken {
	t, err := s.tenant()
	if err != nil {
		return check.Taken{Listing: failed[tenant.Person](err)}
	}
	p, err := s.Product()
	if err != nil {
		return check.Taken{Listing: failed[tenant.Person](err)}
	}
	// People wait for the rooms, which nobody has to wait for before asking.
	rooms := make(chan []string, 1)
	go func() { rooms <- tenant.Addresses(s.Rooms(ctx, nil).Items) }()
	return check.People(ctx, t, s.Document().People, p.NestedGroups, rooms, page)
}

// Groups lists the groups.
func (s *Session) Groups(ctx context.Context, page func([]tenant.Group)) tenant.Listing[tenant.Group] {
	t, err := s.tenant()
	if err != nil {
		return failed[tenant.Group](err)
	}
	return t.Groups(ctx, page)
}

func failed[T any](err error) tenant.Listing[T] {
	return tenant.Listing[T]{Problem: problem.Of(err), Source: tenant.SourceApplication}
}
