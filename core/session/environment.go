// Package session opens one connection with its clients. It is what both front
// ends work on; every constructor that reaches outside is injected.
package session

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/policy"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Environment is what all connections share: where they are kept, where secrets
// are kept, the catalogues, and how to reach the outside.
type Environment struct {
	Store       *store.Store
	Vault       vault.Vault
	Clouds      *cloud.Catalog
	Products    *product.Catalog
	Permissions *permission.Catalog
	// Policy is what the administrator of the computer has locked. What it does
	// not allow is not in the catalogues.
	Policy policy.Policy `optional:"nothing is locked"`
	// Problems are the mistakes in the administrator's own files.
	Problems []*problem.Problem `optional:"there are none"`
	// Language is that of whoever reads, nil for English, with its code.
	Language     words.Language `optional:"English"`
	LanguageCode string         `optional:"English"`
	// HTTP makes the client for one set of endpoints.
	HTTP func(transport.Options) (*http.Client, error)
	// Graph makes the reader of a tenant.
	Graph func(GraphOptions) Tenant
	// Directory makes the administrator's access to the directory.
	Directory func(GraphOptions) Directory
	// Daily is how the system asks every connection each day.
	Daily Daily
	Now   func() time.Time
	// Log is the log file; it never gets a secret.
	Log *slog.Logger

	mu      sync.Mutex
	clients map[transport.Options]*http.Client
}

// client keeps one client for each way of calling, so that connections are
// used again. A CA file that is exchanged on disk counts at the next start.
func (e *Environment) client(o transport.Options) (*http.Client, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if c := e.clients[o]; c != nil {
		return c, nil
	}
	c, err := e.HTTP(o)
	if err != nil {
		return nil, err
	}
	if e.clients == nil {
		e.clients = map[transport.Options]*http.Client{}
	}
	e.clients[o] = c
	return c, nil
}

// GraphOptions are what a reader of a tenant is made of.
type GraphOptions struct {
	Cloud cloud.Cloud
	HTTP  *http.Client
	Token func(context.Context) (vault.Secret, error)
	// Renew gives a token that was issued now.
	Renew  func(context.Context) (vault.Secret, error)
	Source tenant.Source
}

// Create makes a new connection and saves it.
func (e *Environment) Create(ctx context.Context, name string, fill func(*connection.Connection)) (*Session, error) {
	if p := connection.CheckName(name); p != nil {
		return nil, p
	}
	c := connection.New(name)
	if fill != nil {
		fill(c)
	}
	return e.adopt(ctx, c, func() error {
		if other, taken := e.taken(name, ""); taken {
			return nameTaken(other)
		}
		return nil
	})
}

func nameTaken(other string) *problem.Problem {
	return problem.New(codeConnectionNameTaken, words.T("There is already a connection called %s, or one with a similar name.", problem.Line(other))).
		Fix(words.T("Choose another name, or delete that connection first."))
}

// taken gives the connection other than id whose name can be taken for this one.
func (e *Environment) taken(name, id string) (string, bool) {
	entries, _ := e.Store.List() // one that cannot be read has no name to compare
	for _, other := range entries {
		if other.ID != id && (connection.LooksLike(other.Name, name) || other.ID == name) {
			return other.Name, true
		}
	}
	return "", false
}

// FreeName is name, or name with the first number that makes it the only one.
func (e *Environment) FreeName(name string) string {
	free := name
	for n := 2; ; n++ {
		if _, taken := e.taken(free, ""); !taken {
			return free
		}
		free = connection.Numbered(name, n)
	}
}

// Change is the Owner's, and refuses a name that can be taken for another
// connection's.
func (s *Session) Change(ctx context.Context, changes ...connection.Change) error {
	var names []string
	for _, change := range changes {
		if name, renames := change.Sets("name"); renames && name != s.Document().Name {
			names = append(names, connection.Clean(name))
		}
		if file, set := change.Sets("server.caFile"); set {
			if err := transport.CheckCAFile(connection.Clean(file), transport.BookingServer); err != nil {
				return err
			}
		}
	}
	if len(names) == 0 {
		return s.Owner.Change(ctx, changes...)
	}
	return s.env.Store.Naming(ctx, func() error {
		for _, name := range names {
			if other, taken := s.env.taken(name, s.ID()); taken {
				return nameTaken(other)
			}
		}
		return s.Owner.Change(ctx, changes...)
	})
}

// NewName is what a connection is called until it is known what it joins.
const NewName = "New connection"

// NameAfter calls a connection that nobody has named after its tenant and its
// product, as soon as both are known, and again when the product is another.
func (s *Session) NameAfter(ctx context.Context) error {
	c := s.Document()
	p, err := s.Product()
	tenant := cmp.Or(c.Tenant.DisplayName, c.Tenant.Domain)
	is := func(name string) bool { return c.Name == name || strings.HasPrefix(c.Name, name+" (") }
	after := func(p product.Product) bool {
		return is(nameOf(c.Tenant.DisplayName, p)) || is(nameOf(c.Tenant.Domain, p))
	}
	if err != nil || tenant == "" || after(p) || !is(NewName) && !slices.ContainsFunc(s.env.Products.All(), after) {
		return nil // a product that is missing is said at its field
	}
	return s.Change(ctx, connection.Put("name", s.env.FreeName(nameOf(tenant, p))).BasedOn(c.Name))
}

func nameOf(tenant string, p product.Product) string {
	return words.T("%s – %s", tenant, p.Name).String()
}

// adopt saves a document that is new here, once name has seen to its name, and
// opens it.
func (e *Environment) adopt(ctx context.Context, c *connection.Connection, name func() error) (*Session, error) {
	err := e.Store.Naming(ctx, func() error {
		if err := name(); err != nil {
			return err
		}
		return e.Store.Save(ctx, c)
	})
	if err != nil {
		return nil, err
	}
	return e.Open(c.ID)
}

// Find gives the id of the connection that is meant: by name or id, or the only
// one there is when nameOrID is empty.
func (e *Environment) Find(nameOrID string) (string, error) {
	if nameOrID != "" {
		found, err := e.Store.FindByName(nameOrID)
		if err != nil {
			return "", err
		}
		return found.ID, nil
	}
	entries, problems := e.Store.List()
	switch {
	case len(entries) == 1 && len(problems) > 0:
		// The one that cannot be read may be the one that is meant.
		return "", problem.New(codeConnectionWhich, words.T("Besides %s, there is a connection that cannot be read. Name the one to use.", entries[0].Name)).
			With(problems[0].Title).Fix(words.T("Add --connection NAME."))
	case len(entries) == 1:
		return entries[0].ID, nil
	case len(entries) == 0 && len(problems) > 0:
		return "", problems[0]
	case len(entries) == 0:
		return "", problem.New(codeConnectionNone, words.T("There is no connection yet.")).
			Run(words.T("Create one:"), "roomkeyctl connection new NAME --tenant DOMAIN --product PRODUCT --server URL").
			Run(words.T("Or try everything on a simulated tenant:"), "roomkeyctl demo")
	}
	return "", problem.New(codeConnectionWhich, words.T("There are %d connections. Name the one to use.", len(entries))).
		Fix(words.T("Add --connection NAME."))
}
