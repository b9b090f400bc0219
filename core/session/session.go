package session

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Session is one opened connection. Its methods may be called from several
// goroutines; Document gives copies, Save replaces.
type Session struct {
	env  *Environment
	lock *store.Lock
	// ReadOnly is why nothing may be saved (another copy of Roomkey has it),
	// nil when it may.
	ReadOnly *problem.Problem

	// Registration reads the application's registration while an administrator
	// is signed in, Exists looks a mailbox up for the diagnosis; nil without.
	Registration check.Registration
	Exists       func(ctx context.Context, mailbox string) (bool, error)

	mu  sync.Mutex
	doc *connection.Connection
	// app is kept so that a token is asked for once; a changed document or
	// secret drops it.
	app *entra.Application
	// admin is the sign-in of an administrator, in memory only, and directory
	// what it opens; both nil while nobody is signed in.
	admin     *entra.Administrator
	directory Directory
	// logRefused is why the sign-in may not read the sign-in log.
	logRefused *problem.Problem
	// shown are the scripts as they were shown last, by name; see KeepShown.
	shown map[string]exchange.Document
}

// Open loads a connection and takes its lock. When another copy of Roomkey has
// the lock, the session is read-only and says so.
func (e *Environment) Open(ctx context.Context, id string) (*Session, error) {
	s := &Session{env: e}
	lock, err := e.Store.Lock(id)
	var p *problem.Problem
	switch {
	case err == nil:
		s.lock = lock
	case errors.As(err, &p):
		s.ReadOnly = p
	default:
		return nil, err
	}
	if s.doc, err = e.Store.Load(id); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close gives the lock back.
func (s *Session) Close() {
	_ = s.KeepShown() // what it loses can be generated again
	if s.lock != nil {
		_ = s.lock.Unlock()
		s.lock = nil
	}
}

// ID is the connection's id.
func (s *Session) ID() string { return s.doc.ID }

// Document is a copy of the connection.
func (s *Session) Document() *connection.Connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.doc.Clone()
}

// Save replaces the document, here and on disk, and sets its revision.
func (s *Session) Save(ctx context.Context, c *connection.Connection) error {
	if s.ReadOnly != nil {
		return s.ReadOnly
	}
	if err := s.env.Store.Save(ctx, c); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.doc, s.app = c.Clone(), nil
	return nil
}

// change saves what edit makes of a copy.
func (s *Session) change(ctx context.Context, edit func(*connection.Connection)) error {
	c := s.Document()
	edit(c)
	return s.Save(ctx, c)
}

// Delete removes the connection, what is stored beside it and its secrets. The
// secrets go first: a document without secrets can be deleted again, secrets
// without a document would be forgotten in the keychain.
func (s *Session) Delete(ctx context.Context) error {
	if s.ReadOnly != nil {
		return s.ReadOnly
	}
	for _, kind := range append(vault.Kinds(), register.NextKinds()...) {
		if err := s.env.Vault.Delete(ctx, s.ID(), kind); err != nil {
			return err
		}
	}
	s.Close()
	return s.env.Store.Delete(s.ID())
}

// Cloud is the connection's row of the table.
func (s *Session) Cloud() (cloud.Cloud, error) {
	return s.env.cloud(s.Document().Cloud)
}

func (e *Environment) cloud(id string) (cloud.Cloud, error) {
	c, ok := e.Clouds.Get(id)
	if !ok {
		return cloud.Cloud{}, problem.New("cloud.unknown", words.T("There is no cloud called %s.", id)).
			Run(words.T("See which there are:"), "roomkeyctl cloud list").
			Fix(words.T("A cloud of your own is added in clouds.yaml in the configuration folder."))
	}
	return c, nil
}

// Product is the connection's booking product.
func (s *Session) Product() (product.Product, error) {
	id := s.Document().Product.ID
	p, ok := s.env.Products.Get(id)
	if !ok {
		return product.Product{}, problem.New("product.unknown", words.T("There is no product called %s.", id)).
			Run(words.T("See which there are:"), "roomkeyctl product list")
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
func (e *Environment) cloudHTTP(c cloud.Cloud) (*http.Client, error) {
	o := c.Endpoints()
	o.Retry = true
	return e.client(o)
}

// serverPatience bounds how long a busy booking server is waited for: somebody
// is watching, and one in maintenance says so for longer than that.
const serverPatience = 15 * time.Second

// serverHTTP is the client for the booking server.
func (s *Session) serverHTTP() (*http.Client, error) {
	return s.env.client(transport.Options{CAFile: s.Document().Server.CAFile, Owner: transport.BookingServer, InsecureLoopback: true, Retry: true, RetryBudget: serverPatience})
}

// application makes the client that gets the application's own token.
func (s *Session) application(ctx context.Context) (*entra.Application, error) {
	s.mu.Lock()
	kept := s.app
	s.mu.Unlock()
	if kept != nil {
		return kept, nil
	}
	c := s.Document()
	row, err := s.Cloud()
	if err != nil {
		return nil, err
	}
	client, err := s.env.cloudHTTP(row)
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
	s.app = app
	return app, nil
}

func tenantOf(c *connection.Connection) string {
	if c.Tenant.ID != "" {
		return c.Tenant.ID
	}
	return c.Tenant.Domain
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

// Tenant reads the tenant with the application's own token: what the booking
// server will see.
func (s *Session) Tenant() (Tenant, error) {
	row, err := s.Cloud()
	if err != nil {
		return nil, err
	}
	client, err := s.env.cloudHTTP(row)
	if err != nil {
		return nil, err
	}
	return s.env.Graph(GraphOptions{
		Cloud: row, HTTP: client, Source: tenant.SourceApplication,
		Token: func(ctx context.Context) (vault.Secret, error) {
			t, err := tokens{s}.Token(ctx)
			return t.Value, err
		},
	}), nil
}
