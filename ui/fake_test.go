package ui

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/owner"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/policy"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// fakeAt is the time at which everything in the fake happens.
var fakeAt = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// fakeTenant is the tenant that Discover finds.
const fakeTenant = "5f6d7c1e-2a4b-4c3d-9e8f-0123456789ab"

// fakeCore is a page.Home, and what its sessions answer.
type fakeCore struct {
	fakeRegistration
	fakeDiagnosis
	fakeScripts
	t        *testing.T
	store    *store.Store
	products *product.Catalog

	mu      sync.Mutex
	secrets map[string]vault.Secret
	pushed  bool
	// enteredBy is who said that the vendor's form is filled in.
	enteredBy string
	// Hostile is put into every name that a tenant or server could send.
	Hostile string
	// Relocated are chosen rooms that have another address now.
	Relocated []check.MovedRoom
	// asked is how many rooms each question about a day was about.
	asked []int
	// RoomCount is how many rooms there are.
	RoomCount int
	// Odd are rooms that stand before the others.
	Odd []tenant.Room
	// Policy is that of the computer.
	Policy policy.Policy
	// Unknown makes Discover find nothing; Locked makes the keychain refuse.
	Unknown, Locked bool
	// CutOff is what opening says of an earlier push.
	CutOff *problem.Problem
	// CancelPush cancels the next push before anything is sent, CancelHeld what
	// is read after one.
	CancelPush, CancelHeld bool
	// ServerSays is the code for which the server says that it does not work.
	ServerSays string
	// Health is what was last found of the connections, by id.
	Health map[string]session.Health
	// Trouble is what is wrong with the asking; daily and webhook are what the
	// system runs.
	Trouble []words.Text
	daily   session.Scheduled
	// proxy is the login for proxies.
	proxy   string
	webhook vault.Secret
	// Takeable and Unwanted are what a plan says of what is on the server.
	Takeable bool
	Unwanted int
	// choices are those of the last plan.
	choices booking.Choices
	// Plays is whether every connection is to a simulated tenant.
	Plays bool
	// Hang, while it is open, keeps the server and the tenant from answering.
	Hang chan struct{}
	// NoDraft is why the disk takes no drafts.
	NoDraft error
	// Asked counts the calls by name.
	Asked map[string]int
}

// fakeSession is an opened connection.
type fakeSession struct {
	*owner.Owner
	*fakeCore
}

// Draft keeps what was typed, unless NoDraft.
func (s *fakeSession) Draft(drafts map[string]*store.Draft) error {
	if s.NoDraft != nil {
		return s.NoDraft
	}
	return s.Owner.Draft(drafts)
}

var (
	_ page.Home    = (*fakeCore)(nil)
	_ page.Session = (*fakeSession)(nil)
)

// newFake is one with twelve rooms.
func newFake(t *testing.T) *fakeCore {
	t.Helper()
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	products, _ := product.Load("")
	return &fakeCore{t: t, store: s, products: products, secrets: map[string]vault.Secret{}, RoomCount: 12, Asked: map[string]int{}}
}

func (b *fakeCore) ask(name string) func() {
	b.mu.Lock()
	b.Asked[name]++
	return b.mu.Unlock
}

// hang waits while nothing answers.
func (b *fakeCore) hang() {
	if b.Hang != nil {
		<-b.Hang
	}
}

// List lists the documents.
func (b *fakeCore) List() ([]store.Entry, []*problem.Problem) { return b.store.List() }

// Make stores a document.
func (b *fakeCore) Make(c *connection.Connection) (string, error) {
	return c.ID, b.store.Save(context.Background(), c)
}

// LastHealth is what the test says.
func (b *fakeCore) LastHealth(id string) (session.Health, bool) { h, ok := b.Health[id]; return h, ok }

// Create makes an empty one.
func (b *fakeCore) Create(context.Context) (string, error) {
	return b.Make(connection.New("New connection"))
}

// Import reads one.
func (b *fakeCore) Import(_ context.Context, data []byte, file string) (string, error) {
	c, p := connection.Parse(data, file)
	if p != nil {
		return "", p
	}
	return b.Make(c)
}

// Simulate makes one that is ready.
func (b *fakeCore) Simulate(context.Context, task.Report) (string, error) {
	c := connection.New("Contoso (simulated)")
	c.Rooms.Mode = connection.Selected
	c.Rooms.Items = []string{"room001@contoso.com", "room003@contoso.com", "room004@contoso.com"}
	c.Cloud, c.Tenant = "global", connection.Tenant{ID: fakeTenant, Domain: "contoso.com", DisplayName: "Contoso"}
	c.Product.ID, c.Application.ClientID, c.Application.Credential.Kind = "offision-application", "11111111-2222-4333-8444-555555555555", connection.CredentialSecret
	c.Server.URL, c.Server.Adapter = "https://rooms.contoso.com", "contract"
	b.secrets[string(vault.ClientSecret)] = vault.NewSecret("made-up")
	b.secrets[string(vault.ServerToken)] = vault.NewSecret("made-up-token")
	return b.Make(c)
}

// Open opens one.
func (b *fakeCore) Open(_ context.Context, id string) (page.Opened, error) {
	defer b.ask("Open")()
	o, err := owner.Own(b.store, id)
	if err != nil {
		return page.Opened{}, err
	}
	return page.Opened{Session: &fakeSession{o, b}, Notice: b.CutOff}, nil
}

// Simulated plays where Plays.
func (b *fakeCore) Simulated(string) page.Simulated {
	if !b.Plays {
		return nil
	}
	return fakePlayed{b}
}

// Close is counted.
func (b *fakeCore) Close() { defer b.ask("Close")() }

// fakePlayed is what is outside of the simulated tenant.
type fakePlayed struct{ b *fakeCore }

func (fakePlayed) Browse(context.Context, string)             {}
func (fakePlayed) Consent(context.Context, string)            {}
func (fakePlayed) TypeCode(context.Context, entra.DeviceCode) {}
func (p fakePlayed) Run(exchange.Document) ([]byte, error) {
	p.b.ask("Colleague")()
	return nil, nil
}

// Clouds, Products, Permissions, Mistakes and About are the catalogues.
func (b *fakeCore) Clouds() []cloud.Cloud {
	return []cloud.Cloud{{ID: "global", Name: "Global"}, {ID: "china", Name: "China (21Vianet)"}}
}

// Products are the real ones.
func (b *fakeCore) Products() []product.Product { return b.products.All() }

// Permissions are the real ones.
func (b *fakeCore) Permissions() *permission.Catalog {
	list, err := permission.Load()
	if err != nil {
		b.t.Error(err)
	}
	return list
}

// Mistakes are none.
func (b *fakeCore) Mistakes() []*problem.Problem { return nil }

// About is made up.
func (b *fakeCore) About() page.About {
	return page.About{Version: "0.1.0", ConfigFolder: "/home/ada/.config/roomkey", LogFile: "/home/ada/.local/state/roomkey/roomkey.log",
		CloudsFile: "/home/ada/.config/roomkey/clouds.yaml", ProductsFolder: "/home/ada/.config/roomkey/products", Keychain: words.Plain("GNOME Keyring"), Policy: b.Policy}
}

// Change counts as Save.
func (s *fakeSession) Change(ctx context.Context, changes ...connection.Change) error {
	s.ask("Save")()
	return s.Owner.Change(ctx, changes...)
}

// Product is the connection's.
func (s *fakeSession) Product() (product.Product, error) {
	p, ok := s.products.Get(s.Document().Product.ID)
	if !ok {
		return p, problem.New(session.CodeProductUnknown, words.T("Choose a product."))
	}
	return p, nil
}

// Needs are the product's.
func (s *fakeSession) Needs() product.Needs {
	p, _ := s.Product()
	return p.Needs
}

// Steps follow from the fake's fields.
func (s *fakeSession) Steps(context.Context) ([]setup.Step, error) {
	defer s.ask("Steps")()
	c := s.Document()
	k := setup.Known{TenantFound: c.Tenant.ID != "", ClientID: c.Application.ClientID != "", Credential: setup.Absent, ServerToken: setup.Present, Now: fakeAt, RoomsCount: len(c.Rooms.Items), RoomsChosen: c.Rooms.Mode == connection.Selected}
	if _, ok := s.secrets[string(vault.ClientSecret)]; ok {
		k.Credential = setup.Present
	}
	if p, err := s.Product(); err == nil {
		k.ByForm, k.NoCredential = p.AdapterOf(c.Server.Adapter) == product.AdapterForm, p.Model != product.Own
	}
	k.Claims = s.claims(c.Revision)
	return setup.Steps(k), nil
}

// claims are where three claims stand after the last run and the last push, for
// the document of this revision.
func (s *fakeSession) claims(revision string) []evidence.State {
	var records []evidence.Record
	add := func(c evidence.Claim, o evidence.Outcome) {
		records = append(records, evidence.Record{Claim: c, Source: "fake", Outcome: o, At: fakeAt, Basis: evidence.Basis{evidence.Application: s.ranOn}, Problem: s.Fails})
	}
	if s.run != nil {
		add(evidence.SignIn, map[check.Verdict]evidence.Outcome{check.Passed: evidence.Proven, check.Warned: evidence.Doubtful, check.Failed: evidence.Disproved, check.Incomplete: evidence.Unanswered}[s.run.Verdict])
	}
	if s.enteredBy != "" {
		records = append(records, evidence.Record{Claim: evidence.HandedOver, Source: evidence.SourcePerson, By: s.enteredBy, Outcome: evidence.Proven, At: fakeAt, Basis: evidence.Basis{evidence.Application: s.ranOn}})
	}
	if s.pushed {
		add(evidence.HandedOver, evidence.Proven)
		add(evidence.ServerWorks, evidence.Proven)
	}
	wanted := []evidence.Want{{Claim: evidence.SignIn}, {Claim: evidence.HandedOver}, {Claim: evidence.ServerWorks}}
	return evidence.Assess(records, wanted, evidence.Basis{evidence.Application: revision}, fakeAt)
}

// Export writes the document.
func (s *fakeSession) Export(context.Context, string) ([]byte, error) { return s.Document().Encode() }

// Delete removes the document.
func (s *fakeSession) Delete(ctx context.Context) error {
	s.ask("Delete")()
	return s.store.Delete(ctx, s.ID())
}

// SecretState tells of a stored secret.
func (b *fakeCore) SecretState(_ context.Context, kind vault.Kind) (session.SecretState, error) {
	defer b.ask("SecretState")()
	if b.Locked {
		return session.SecretState{}, lockedKeychain()
	}
	if _, ok := b.secrets[string(kind)]; !ok {
		return session.SecretState{}, nil
	}
	return session.SecretState{Stored: true, Fingerprint: "3f9a 12c4", Expires: fakeAt.AddDate(1, 0, 0)}, nil
}

func lockedKeychain() *problem.Problem {
	return problem.New(vault.CodeLocked, words.T("The keychain is locked or waiting for you.")).
		Fix(words.T("Unlock the keychain of this computer, then try again."))
}

// SetSecret keeps a secret.
func (b *fakeCore) SetSecret(_ context.Context, kind vault.Kind, s, _ vault.Secret) (session.SecretState, error) {
	defer b.ask("SetSecret")()
	if b.Locked {
		return session.SecretState{}, lockedKeychain()
	}
	b.secrets[string(kind)] = s
	return session.SecretState{Stored: true, Fingerprint: "3f9a 12c4"}, nil
}

// ForgetSecret forgets one.
func (b *fakeCore) ForgetSecret(_ context.Context, kind vault.Kind) error {
	defer b.ask("ForgetSecret")()
	delete(b.secrets, string(kind))
	return nil
}

// Secret gives one.
func (b *fakeCore) Secret(_ context.Context, kind vault.Kind) (vault.Secret, error) {
	defer b.ask("Secret")()
	return b.secrets[string(kind)], nil
}

// Discover finds the tenant.
func (s *fakeSession) Discover(ctx context.Context) error {
	s.ask("Discover")()
	c := s.Document()
	if s.Unknown {
		return problem.New(cloud.CodeTenantUnknown, words.T("The cloud %s does not know %s.", c.Cloud, c.Tenant.Domain)).
			Fix(words.T("Check the spelling of the domain."))
	}
	return s.Edit(ctx, func(c *connection.Connection) { c.Tenant.ID, c.Tenant.DisplayName = fakeTenant, "Contoso"+s.Hostile })
}

// DiscoverElsewhere finds it in China.
func (s *fakeSession) DiscoverElsewhere(ctx context.Context, _ task.Report) error {
	s.ask("DiscoverElsewhere")()
	return s.Edit(ctx, func(c *connection.Connection) {
		c.Cloud, c.Tenant.ID, c.Tenant.DisplayName = "china", fakeTenant, "Contoso"
	})
}

// NameAfter leaves the name.
func (s *fakeSession) NameAfter(context.Context) error { return nil }

// FindAdapter finds nothing.
func (s *fakeSession) FindAdapter(context.Context) error { return nil }
