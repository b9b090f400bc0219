// Package fake is a core without a tenant, for tests of the window: its documents
// are real ones in a folder of their own, everything else answers from fields and
// remembers what it was asked to do.
package fake

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/owner"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// At is the time at which everything in the fake happens.
var At = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// TenantID is the tenant that Discover finds.
const TenantID = "5f6d7c1e-2a4b-4c3d-9e8f-0123456789ab"

// Backend is a page.Home, and what its sessions answer.
type Backend struct {
	Registers
	Diagnosis
	Returned
	t        *testing.T
	store    *store.Store
	products *product.Catalog

	mu      sync.Mutex
	secrets map[string]vault.Secret
	pushed  bool
	// Hostile is put into every name that a tenant or server could send.
	Hostile string
	// RoomCount is how many rooms there are.
	RoomCount int
	// Unknown makes Discover find nothing; Locked makes the keychain refuse.
	Unknown, Locked bool
	// ServerSays is the code for which the server says that it does not work.
	ServerSays string
	// Plays is whether every connection is to a simulated tenant.
	Plays bool
	// Hang, while it is open, keeps the server and the tenant from answering.
	Hang chan struct{}
	// Asked counts the calls by name.
	Asked map[string]int
}

// Session is an opened connection.
type Session struct {
	*owner.Owner
	*Backend
}

var (
	_ page.Home    = (*Backend)(nil)
	_ page.Session = (*Session)(nil)
)

// New is a fake with twelve rooms.
func New(t *testing.T) *Backend {
	t.Helper()
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	products, _ := product.Load("")
	return &Backend{t: t, store: s, products: products, secrets: map[string]vault.Secret{}, RoomCount: 12, Asked: map[string]int{}}
}

func (b *Backend) ask(name string) func() {
	b.mu.Lock()
	b.Asked[name]++
	return b.mu.Unlock
}

// hang waits while nothing answers.
func (b *Backend) hang() {
	if b.Hang != nil {
		<-b.Hang
	}
}

// List lists the documents.
func (b *Backend) List() ([]store.Entry, []*problem.Problem) { return b.store.List() }

// Make stores a document.
func (b *Backend) Make(c *connection.Connection) (string, error) {
	return c.ID, b.store.Save(context.Background(), c)
}

// Create makes an empty one.
func (b *Backend) Create(context.Context) (string, error) {
	return b.Make(connection.New("New connection"))
}

// Import reads one.
func (b *Backend) Import(_ context.Context, data []byte, file string) (string, error) {
	c, p := connection.Parse(data, file)
	if p != nil {
		return "", p
	}
	return b.Make(c)
}

// Simulate makes one that is ready.
func (b *Backend) Simulate(context.Context, task.Report) (string, error) {
	c := connection.New("Contoso (simulated)")
	c.Rooms.Mode = connection.Selected
	c.Rooms.Items = []string{"room001@contoso.com", "room003@contoso.com", "room004@contoso.com"}
	c.Cloud, c.Tenant = "global", connection.Tenant{ID: TenantID, Domain: "contoso.com", DisplayName: "Contoso"}
	c.Product.ID, c.Application.ClientID, c.Application.Credential.Kind = "offision-application", "11111111-2222-4333-8444-555555555555", connection.CredentialSecret
	c.Server.URL, c.Server.Adapter = "https://rooms.contoso.com", "contract"
	b.secrets[string(vault.ClientSecret)] = vault.NewSecret("made-up")
	b.secrets[string(vault.ServerToken)] = vault.NewSecret("made-up-token")
	return b.Make(c)
}

// Open opens one.
func (b *Backend) Open(_ context.Context, id string) (page.Opened, error) {
	defer b.ask("Open")()
	o, err := owner.Own(b.store, id)
	if err != nil {
		return page.Opened{}, err
	}
	return page.Opened{Session: &Session{o, b}}, nil
}

// Simulated plays where Plays.
func (b *Backend) Simulated(string) page.Simulated {
	if !b.Plays {
		return nil
	}
	return played{b}
}

// Close is counted.
func (b *Backend) Close() { defer b.ask("Close")() }

// played is what is outside of the simulated tenant.
type played struct{ b *Backend }

func (played) Browse(context.Context, string)             {}
func (played) TypeCode(context.Context, entra.DeviceCode) {}
func (p played) Run(exchange.Document) ([]byte, error) {
	p.b.ask("Colleague")()
	return nil, nil
}

// Clouds, Products, Permissions, Mistakes and About are the catalogues.
func (b *Backend) Clouds() []cloud.Cloud {
	return []cloud.Cloud{{ID: "global", Name: "Global"}, {ID: "china", Name: "China (21Vianet)"}}
}

// Products are the real ones.
func (b *Backend) Products() []product.Product { return b.products.All() }

// Permissions are the real ones.
func (b *Backend) Permissions() *permission.Catalog {
	list, err := permission.Load()
	if err != nil {
		b.t.Error(err)
	}
	return list
}

// Mistakes are none.
func (b *Backend) Mistakes() []*problem.Problem { return nil }

// About is made up.
func (b *Backend) About() page.About {
	return page.About{Version: "0.1.0", ConfigFolder: "/home/ada/.config/roomkey", LogFile: "/home/ada/.local/state/roomkey/roomkey.log",
		CloudsFile: "/home/ada/.config/roomkey/clouds.yaml", ProductsFolder: "/home/ada/.config/roomkey/products", Keychain: "GNOME Keyring"}
}

// Change counts as Save.
func (s *Session) Change(ctx context.Context, changes ...connection.Change) error {
	s.ask("Save")()
	return s.Owner.Change(ctx, changes...)
}

// Product is the connection's.
func (s *Session) Product() (product.Product, error) {
	p, ok := s.products.Get(s.Document().Product.ID)
	if !ok {
		return p, problem.New(session.CodeProductUnknown, words.T("Choose a product."))
	}
	return p, nil
}

// Needs are the product's.
func (s *Session) Needs() product.Needs {
	p, _ := s.Product()
	return p.Needs
}

// Steps follow from the fake's fields.
func (s *Session) Steps(context.Context) ([]setup.Step, error) {
	defer s.ask("Steps")()
	c := s.Document()
	k := setup.Known{TenantFound: c.Tenant.ID != "", ClientID: c.Application.ClientID != "", Credential: setup.Absent, ServerToken: setup.Present, Now: At, RoomsCount: len(c.Rooms.Items), RoomsChosen: c.Rooms.Mode == connection.Selected}
	if _, ok := s.secrets[string(vault.ClientSecret)]; ok {
		k.Credential = setup.Present
	}
	if s.run != nil {
		k.Verdict, k.Current, k.CheckedAt = string(s.run.Verdict), s.ranOn == c.Revision, At
	}
	k.Pushed, k.PushedAt = s.pushed, At
	return setup.Steps(k), nil
}

// Export writes the document.
func (s *Session) Export(context.Context, string) ([]byte, error) { return s.Document().Encode() }

// Delete removes the document.
func (s *Session) Delete(ctx context.Context) error {
	s.ask("Delete")()
	return s.store.Delete(ctx, s.ID())
}

// SecretState tells of a stored secret.
func (b *Backend) SecretState(_ context.Context, kind vault.Kind) (session.SecretState, error) {
	defer b.ask("SecretState")()
	if b.Locked {
		return session.SecretState{}, locked()
	}
	if _, ok := b.secrets[string(kind)]; !ok {
		return session.SecretState{}, nil
	}
	return session.SecretState{Stored: true, Fingerprint: "3f9a 12c4", Expires: At.AddDate(1, 0, 0)}, nil
}

func locked() *problem.Problem {
	return problem.New(vault.CodeLocked, words.T("The keychain is locked or waiting for you.")).
		Fix(words.T("Unlock the keychain of this computer, then try again."))
}

// SetSecret keeps a secret.
func (b *Backend) SetSecret(_ context.Context, kind vault.Kind, s, _ vault.Secret) (session.SecretState, error) {
	defer b.ask("SetSecret")()
	if b.Locked {
		return session.SecretState{}, locked()
	}
	b.secrets[string(kind)] = s
	return session.SecretState{Stored: true, Fingerprint: "3f9a 12c4"}, nil
}

// ForgetSecret forgets one.
func (b *Backend) ForgetSecret(_ context.Context, kind vault.Kind) error {
	defer b.ask("ForgetSecret")()
	delete(b.secrets, string(kind))
	return nil
}

// Secret gives one.
func (b *Backend) Secret(_ context.Context, kind vault.Kind) (vault.Secret, error) {
	defer b.ask("Secret")()
	return b.secrets[string(kind)], nil
}

// Discover finds the tenant.
func (s *Session) Discover(ctx context.Context) error {
	s.ask("Discover")()
	c := s.Document()
	if s.Unknown {
		return problem.New(cloud.CodeTenantUnknown, words.T("The cloud %s does not know %s.", c.Cloud, c.Tenant.Domain)).
			Fix(words.T("Check the spelling of the domain."))
	}
	return s.Edit(ctx, func(c *connection.Connection) { c.Tenant.ID, c.Tenant.DisplayName = TenantID, "Contoso"+s.Hostile })
}

// DiscoverElsewhere finds it in China.
func (s *Session) DiscoverElsewhere(ctx context.Context, _ task.Report) error {
	s.ask("DiscoverElsewhere")()
	return s.Edit(ctx, func(c *connection.Connection) {
		c.Cloud, c.Tenant.ID, c.Tenant.DisplayName = "china", TenantID, "Contoso"
	})
}

// FindAdapter finds nothing.
func (s *Session) FindAdapter(context.Context) error { return nil }
