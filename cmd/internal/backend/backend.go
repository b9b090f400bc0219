// Package backend gives the window's pages what they ask for: sessions in the
// pages' own words.
package backend

import (
	"context"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/ui/page"
)

// Options are what a Backend is made of.
type Options struct {
	Environment *session.Environment
	Paths       wire.Paths
	Version     string
	// Life ends the simulated tenant.
	Life context.Context
	// Simulated are the options of the simulated tenant.
	Simulated simulator.Options
}

// Backend implements page.Backend.
type Backend struct {
	o   Options
	env *session.Environment

	mu       sync.Mutex
	sessions map[string]*session.Session
	plans    map[string]session.Plan
	sim      *simulator.Simulator
	running  map[string]string
	// ways are how administrators signed in, signed who they are, by
	// connection.
	ways   map[string]session.SignIn
	signed map[string]session.Signed
}

var _ page.Backend = (*Backend)(nil)

// New makes a Backend.
func New(o Options) *Backend {
	return &Backend{
		o: o, env: o.Environment, sessions: map[string]*session.Session{},
		plans: map[string]session.Plan{}, running: map[string]string{},
		ways: map[string]session.SignIn{}, signed: map[string]session.Signed{},
	}
}

// session gives the opened connection.
func (b *Backend) session(ctx context.Context, id string) (*session.Session, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.sessions[id]; s != nil {
		return s, nil
	}
	s, err := b.env.Open(id)
	if err != nil {
		return nil, err
	}
	b.sessions[id] = s
	return s, nil
}

func (b *Backend) keep(s *session.Session) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sessions[s.ID()] = s
}

// work marks a step as running while it is.
func (b *Backend) work(id, step string) (done func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running[id] = step
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.running, id)
	}
}

// Connections lists the documents.
func (b *Backend) Connections(context.Context) ([]page.Entry, error) {
	entries, problems := b.env.Store.List()
	var out []page.Entry
	for _, e := range entries {
		name := e.Product
		if p, ok := b.env.Products.Get(e.Product); ok {
			name = p.Name
		}
		out = append(out, page.Entry{ID: e.ID, Name: e.Name, Tenant: e.Tenant, Product: name})
	}
	for _, p := range problems {
		out = append(out, page.Entry{Name: p.Title.String(), Problem: p})
	}
	return out, nil
}

// Create makes a connection.
func (b *Backend) Create(ctx context.Context, name string) (*connection.Connection, error) {
	s, err := b.env.Create(ctx, name, nil)
	if err != nil {
		return nil, err
	}
	b.keep(s)
	return s.Document(), nil
}

// Open opens a connection; one to the simulated tenant starts it again.
func (b *Backend) Open(ctx context.Context, id string) (page.Opened, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.Opened{}, err
	}
	c := s.Document()
	if c.Cloud == wire.SimulatedCloud {
		if _, err := b.simulated(); err != nil {
			return page.Opened{}, err
		}
	}
	return page.Opened{Connection: c, Notice: b.cutOff(ctx, s)}, nil
}

// cutOff says what became of a push that got no answer.
func (b *Backend) cutOff(ctx context.Context, s *session.Session) *problem.Problem {
	resolution, err := s.ResolvePush(ctx)
	if err != nil || resolution == nil {
		return nil // the step says that it is not known, and Compare asks again
	}
	p := problem.New(codeBookingCutOff, resolution.Text())
	if resolution.Holds == booking.HoldsNew {
		return p
	}
	return p.Fix(pushAgain)
}

// Close gives the lock back.
func (b *Backend) Close(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.sessions[id]; s != nil {
		s.Close()
		delete(b.sessions, id)
	}
}

// CloseAll gives all locks back and stops the simulated tenant.
func (b *Backend) CloseAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, s := range b.sessions {
		s.Close()
		delete(b.sessions, id)
	}
	if b.sim != nil {
		_ = b.sim.Close()
		b.sim = nil
	}
}

// Save stores the document, asks a server whose address is new what it speaks,
// and leaves in c what is stored then.
func (b *Backend) Save(ctx context.Context, c *connection.Connection) error {
	s, err := b.session(ctx, c.ID)
	if err != nil {
		return err
	}
	if err := s.Edit(ctx, func(now *connection.Connection) { revision := now.Revision; *now = *c.Clone(); now.Revision = revision }); err != nil {
		return err
	}
	if err := s.FindAdapter(ctx); err != nil {
		return err
	}
	*c = *s.Document()
	return nil
}

// Delete removes a connection with its secrets.
func (b *Backend) Delete(ctx context.Context, id string) error {
	s, err := b.session(ctx, id)
	if err != nil {
		return err
	}
	err = s.Delete(ctx)
	b.Close(id)
	return err
}

// Import reads an exported document.
func (b *Backend) Import(ctx context.Context, data []byte, file string) (*connection.Connection, error) {
	s, err := b.env.Import(ctx, data, file)
	if err != nil {
		return nil, err
	}
	b.keep(s)
	return s.Document(), nil
}

// Export writes a document without secrets.
func (b *Backend) Export(ctx context.Context, id string) (page.File, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.File{}, err
	}
	data, err := s.Export(ctx, "json")
	return page.File{Name: fileName(s.Document().Name) + ".roomkey.json", Data: data}, err
}

// Steps gives the six steps.
func (b *Backend) Steps(ctx context.Context, id string) ([]setup.Step, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.Steps(ctx)
}

// Clouds, Products and Permissions are the catalogues.
func (b *Backend) Clouds() []cloud.Cloud { return b.env.Clouds.All() }

// Products are the booking products.
func (b *Backend) Products() []product.Product { return b.env.Products.All() }

// Permissions is the permission catalogue.
func (b *Backend) Permissions() []permission.Entry { return b.env.Permissions.All() }

// Mistakes are those in the administrator's own files.
func (b *Backend) Mistakes() []*problem.Problem { return b.env.Problems }

// About is what the settings page shows.
func (b *Backend) About() page.About {
	keychain := map[string]string{
		"windows": "Windows Credential Manager", "darwin": "the macOS keychain",
	}[runtime.GOOS]
	if keychain == "" {
		keychain = "the Secret Service (GNOME Keyring, KWallet)"
	}
	return page.About{
		Version: b.o.Version, ConfigFolder: b.o.Paths.Config, LogFile: b.o.Paths.Log,
		CloudsFile: b.o.Paths.Clouds, ProductsFolder: b.o.Paths.Products, Keychain: keychain,
	}
}

// fileName makes a name that every system takes as a file's.
func fileName(name string) string {
	clean := []rune{}
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			clean = append(clean, r)
		case r == ' ', r == '.':
			clean = append(clean, '-')
		}
	}
	if len(clean) == 0 {
		return "connection"
	}
	return filepath.Base(string(clean[:min(len(clean), 60)]))
}
