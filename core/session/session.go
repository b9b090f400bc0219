package session

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/handover"
	"github.com/roomkey/roomkey/core/owner"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/proof"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Session is one opened connection: its document, which the Owner keeps, what was
// proven of it, the hand-over to its booking server, and the clients that the
// document asks for. Its methods may be called from several goroutines.
type Session struct {
	*owner.Owner
	*proof.Ledger
	*handover.Handover
	env *Environment
	// admin is the sign-in of an administrator.
	admin signIn

	mu sync.Mutex
	// app is kept so that a token is asked for once; it is of the document of one
	// revision.
	app         *entra.Application
	appRevision string
	// making is held while the client is made, so that there is one for all.
	making sync.Mutex
	// running is the step that something works on, "" for none.
	running string
	// shown are the scripts as they were shown last, by name; see KeepShown.
	shown map[string]exchange.Document
	days  keptDays
	// listed are the rooms as they were listed last, by address in lower case.
	listed map[string]tenant.Room
}

// Open opens a connection.
func (e *Environment) Open(id string) (*Session, error) {
	own, err := owner.Own(e.Store, id)
	if err != nil {
		return nil, err
	}
	s := &Session{Owner: own, env: e}
	s.Ledger = proof.Open(e.Store, s.ID(), s.facts, e.Now)
	s.Handover, err = handover.New(handover.Options{
		Owner: own, Ledger: s.Ledger, Store: e.Store, Credential: s.credential,
		Token:   func(ctx context.Context) (vault.Secret, error) { return e.Vault.Get(ctx, s.ID(), vault.ServerToken) },
		Product: s.Product, Cloud: s.Cloud, HTTP: s.serverHTTP, Rooms: s.ResolveRooms, Looked: s.looked,
		Test: s.test, Steps: s.Steps, Begin: func() (func(), error) { return s.work(setup.HandOver, true) }, Now: e.Now,
	})
	return s, err
}

// facts are what is known here of the connection as it is now.
func (s *Session) facts(ctx context.Context) proof.Facts {
	f := proof.Facts{Connection: s.Document(), Permissions: s.env.Permissions, Result: s.scriptResult}
	if !s.ProcessingAt().IsZero() { // what is of no known age says nothing about now
		f.Settings = s.Processing()
	}
	var noProduct, noCloud error
	f.Product, f.Needs, noProduct = s.needs()
	f.Cloud, noCloud = s.Cloud()
	f.Known = noProduct == nil && noCloud == nil
	if noProduct == nil {
		f.Product.Adapter = f.Product.AdapterOf(f.Connection.Server.Adapter)
	}
	rooms, looked := s.looked()
	f.Rooms, f.Looked = tenant.Addresses(rooms), looked
	f.Fingerprint, _ = s.fingerprint(ctx)
	return f
}

// Close keeps what is only in memory and worth keeping, and signs out.
func (s *Session) Close() {
	_ = s.KeepShown() // what it loses can be generated again
	_ = s.SignOut()
}

// work marks a step as running until done is called. What changes the tenant or
// the server is done by one Roomkey at a time: another that is at it is
// "store.in-use".
func (s *Session) work(step string, outside bool) (done func(), err error) {
	unlock := func() error { return nil }
	if outside {
		lock, err := s.env.Store.Lock(s.ID())
		if err != nil {
			return nil, err
		}
		unlock = lock.Unlock
	}
	mark := func(step string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.running = step
	}
	mark(step)
	return func() { mark(""); _ = unlock() }, nil
}

// Delete removes the connection, what is stored beside it and its secrets. The
// secrets go first: a document without secrets can be deleted again, secrets
// without a document would be forgotten in the keychain. While another works on
// the tenant or the server, nothing is deleted.
func (s *Session) Delete(ctx context.Context) error {
	lock, err := s.env.Store.Lock(s.ID())
	if err != nil {
		return err
	}
	defer func() { _ = lock.Unlock() }() // the system gives it back anyway
	for _, kind := range append(vault.Kinds(), register.NextKinds()...) {
		if err := s.env.Vault.Delete(ctx, s.ID(), kind); err != nil {
			return err
		}
	}
	_ = s.SignOut()
	return lock.Delete(ctx)
}

// Cloud is the connection's row of the table.
func (s *Session) Cloud() (cloud.Cloud, error) {
	return s.env.cloud(s.Document().Cloud)
}

func (e *Environment) cloud(id string) (cloud.Cloud, error) {
	c, ok := e.Clouds.Get(id)
	if locked := e.Policy.Cloud(id); !ok && locked != nil {
		return cloud.Cloud{}, locked
	}
	if !ok {
		return cloud.Cloud{}, problem.New(CodeCloudUnknown, words.T("There is no cloud called %s.", id)).
			Run(words.T("To list them:"), "roomkeyctl cloud list").
			Fix(words.T("You can add your own cloud in clouds.yaml in the configuration folder."))
	}
	return c, nil
}

// Product is the connection's booking product.
func (s *Session) Product() (product.Product, error) {
	return s.env.product(s.Document().Product.ID)
}

func (e *Environment) product(id string) (product.Product, error) {
	if id == "" {
		return product.Product{}, problem.New(CodeProductUnknown, words.T("No booking product is chosen.")).
			Lead(words.T("Choose the booking product that will be connected."), problem.PlaceProduct).
			Run(words.T("To list them:"), "roomkeyctl product list")
	}
	p, ok := e.Products.Get(id)
	if locked := e.Policy.Product(id); !ok && locked != nil {
		return product.Product{}, locked
	}
	if !ok {
		return product.Product{}, problem.New(CodeProductUnknown, words.T("There is no product called %s.", id)).
			Lead(words.T("Choose the booking product that will be connected."), problem.PlaceProduct).
			Run(words.T("To list them:"), "roomkeyctl product list")
	}
	return p, nil
}

// needs are the product's, with the connection's options merged in.
func (s *Session) needs() (product.Product, product.Needs, error) {
	p, err := s.Product()
	if err != nil {
		return p, product.Needs{}, err
	}
	c := s.Document()
	return p, p.With(c.Product.Options, c.Product.Permissions), nil
}

// cloudHTTP is the client for Microsoft's endpoints of a cloud.
func (s *Session) cloudHTTP(c cloud.Cloud) (*http.Client, error) {
	o := c.Endpoints()
	o.Retry, o.Connection = true, s.ID()
	return s.env.client(o)
}

// serverPatience bounds how long a busy booking server is waited for: somebody
// is watching, and one in maintenance says so for longer than that.
const serverPatience = 15 * time.Second

// serverHTTP is the client for the booking server.
func (s *Session) serverHTTP() (*http.Client, error) {
	return s.env.client(transport.Options{Connection: s.ID(), CAFile: s.Document().Server.CAFile, Owner: transport.BookingServer, InsecureLoopback: true, Retry: true, RetryBudget: serverPatience})
}

// forgetApplication drops the client of a credential that was replaced.
func (s *Session) forgetApplication() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app = nil
}

// application makes the client that gets the application's own token.
func (s *Session) application(ctx context.Context) (*entra.Application, error) {
	s.making.Lock()
	defer s.making.Unlock()
	c := s.Document()
	s.mu.Lock()
	kept, of := s.app, s.appRevision
	s.mu.Unlock()
	if kept != nil && of == c.Revision {
		return kept, nil
	}
	row, err := s.Cloud()
	if err != nil {
		return nil, err
	}
	client, err := s.cloudHTTP(row)
	if err != nil {
		return nil, err
	}
	o := entra.ApplicationOptions{Cloud: row, TenantID: tenantOf(c), ClientID: c.Application.ClientID, HTTP: client}
	if c.Application.Credential.Kind == connection.CredentialCertificate {
		secret, err := s.env.Vault.Get(ctx, c.ID, vault.Certificate)
		if err != nil {
			return nil, err
		}
		pair, err := vault.ParseCertificate([]byte(secret.Reveal()), vault.Secret{})
		if err != nil {
			return nil, err
		}
		o.Certificate = &pair
	} else if o.Secret, err = s.env.Vault.Get(ctx, c.ID, vault.ClientSecret); err != nil {
		return nil, err
	}
	app, err := entra.NewApplication(o)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app, s.appRevision = app, c.Revision
	return app, nil
}

func tenantOf(c *connection.Connection) string {
	typed := cmp.Or(c.Tenant.ID, c.Tenant.Domain)
	if name, p := cloud.ParseTenant(typed); p == nil {
		return name // the domain of an address, for one
	}
	return typed
}

// tokens gets the application's token on demand, so that a missing secret is a
// finding of the token check and not a failure to begin.
type tokens struct{ s *Session }

func (t tokens) Token(ctx context.Context) (entra.Token, error) {
	app, err := t.s.application(ctx)
	if err != nil {
		return entra.Token{}, err
	}
	return app.Token(ctx)
}

func (t tokens) Fresh(ctx context.Context) (entra.Token, error) {
	app, err := t.s.application(ctx)
	if err != nil {
		return entra.Token{}, err
	}
	return app.Fresh(ctx)
}

// tenant reads the tenant with the application's own token: what the booking
// server will see. Where nobody has one, it reads with the administrator's
// sign-in.
func (s *Session) tenant() (Tenant, error) {
	access := s.applications
	if s.theirs() {
		access = s.asAdministrator
	}
	o, err := access()
	if err != nil {
		return nil, err
	}
	return s.env.Graph(o), nil
}

// applications is access with the application's own token.
func (s *Session) applications() (GraphOptions, error) {
	row, err := s.Cloud()
	if err != nil {
		return GraphOptions{}, err
	}
	client, err := s.cloudHTTP(row)
	if err != nil {
		return GraphOptions{}, err
	}
	return GraphOptions{
		Cloud: row, HTTP: client, Source: tenant.SourceApplication,
		Token: func(ctx context.Context) (vault.Secret, error) {
			t, err := tokens{s}.Token(ctx)
			return t.Value, err
		},
		Renew: func(ctx context.Context) (vault.Secret, error) {
			t, err := tokens{s}.Fresh(ctx)
			return t.Value, err
		},
	}, nil
}
