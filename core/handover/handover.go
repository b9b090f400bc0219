// Package handover takes a tested configuration to the booking server of one
// connection: the plan of the push, the yes to the server's key, the push, what
// is read back, and what became of it.
package handover

import (
	"context"
	"net/http"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/owner"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/proof"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
)

// Handover is the booking server's side of one connection. Its methods may be
// called from several goroutines.
type Handover struct{ o Options }

// Options are what a hand-over works on; it needs all of them.
type Options struct {
	Owner  *owner.Owner
	Ledger *proof.Ledger
	Store  *store.Store
	// Credential is the connection's, Token what the server lets us in with.
	Credential, Token func(context.Context) (vault.Secret, error)
	// Product and Cloud are the connection's, or why they are not known.
	Product func() (product.Product, error)
	Cloud   func() (cloud.Cloud, error)
	// HTTP makes the client for the booking server.
	HTTP func() (*http.Client, error)
	// Rooms looks up the rooms that the choice comes to; Looked are those that were
	// looked up last, if any were.
	Rooms  func(context.Context) ([]tenant.Room, error)
	Looked func() ([]tenant.Room, bool)
	// Test runs some of the checks on one room, "" for none in particular.
	Test func(ctx context.Context, only []string, room string) (check.Run, error)
	// Steps are where the work stands.
	Steps func(context.Context) ([]setup.Step, error)
	// Begin marks the hand-over as running until done is called; it is refused
	// while another Roomkey is at it.
	Begin func() (done func(), err error)
	Now   func() time.Time
}

// New is the hand-over of a connection.
func New(o Options) (*Handover, error) { return &Handover{o}, problem.Complete(o) }

// adapter is how the configuration reaches the server, "" while the product is
// not known.
func (h *Handover) adapter() string {
	p, err := h.o.Product()
	if err != nil {
		return ""
	}
	return p.AdapterOf(h.o.Owner.Document().Server.Adapter)
}

// client opens the client of the connection's server. A missing token is no
// error here: the server's description needs none.
func (h *Handover) client(ctx context.Context) (*booking.Client, error) {
	p, err := h.o.Product()
	if err != nil {
		return nil, err
	}
	client, err := h.o.HTTP()
	if err != nil {
		return nil, err
	}
	c := h.o.Owner.Document()
	token, err := h.o.Token(ctx)
	if err != nil && problem.CodeOf(err) != vault.CodeAbsent {
		return nil, err
	}
	c.Server.Adapter = p.AdapterOf(c.Server.Adapter)
	kept := beside{h.o.Store, c.ID}
	return booking.Open(booking.Options{Server: c.Server, Token: token, HTTP: client, Log: kept, Memory: kept, Now: h.o.Now})
}

// beside keeps pushes, and what was made on the server, beside the document.
type beside struct {
	store *store.Store
	id    string
}

func (b beside) Append(p store.Push) error     { return b.store.AppendPush(b.id, p) }
func (b beside) Pushes() ([]store.Push, error) { return b.store.Pushes(b.id) }
func (b beside) Made() (store.Made, error)     { return b.store.Made(b.id) }
func (b beside) UpdateMade(ctx context.Context, update func(*store.Made)) error {
	return b.store.UpdateMade(ctx, b.id, update)
}

// How long a server is asked what it speaks: for a page, and by a check.
const (
	pagePatience  = 5 * time.Second
	checkPatience = 20 * time.Second
)

// FindAdapter asks a server what it speaks, for the page that describes it: one
// that does not answer soon is asked again when something is wanted of it. A
// certificate that is not trusted is an error, for it is mended on that page.
func (h *Handover) FindAdapter(ctx context.Context) error {
	patient, cancel := context.WithTimeout(ctx, 2*pagePatience)
	defer cancel()
	_, silent, err := h.RedirectURIs(patient)
	switch {
	case patient.Err() != nil:
		return ctx.Err()
	case err == nil && problem.KindOf(silent) == problem.Untrusted:
		return silent
	}
	return err
}

// findWithin gives, apart from what goes wrong here, why the server did
// not tell what it speaks.
func (h *Handover) findWithin(ctx context.Context, patience time.Duration) (silent, err error) {
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := h.find(patient); !booking.Inconclusive(err) {
		return nil, err
	} else if ctx.Err() == nil {
		silent = err
	}
	return silent, ctx.Err()
}

// find asks a server whether it speaks the contract, where neither the
// connection nor the product says that it does: a vendor's product whose server
// has learned it needs no new data file. What is found is kept. A server that
// gives no answer is an error, for what it speaks is then not known.
func (h *Handover) find(ctx context.Context) error {
	c := h.o.Owner.Document()
	p, err := h.o.Product()
	if err != nil {
		return err
	}
	if c.Server.URL == "" || p.AdapterOf(c.Server.Adapter) != booking.AdapterForm || c.Server.Adapter != "" || p.Model != product.Own {
		return nil
	}
	client, err := h.o.HTTP()
	if err != nil {
		return err
	}
	server := c.Server
	server.Adapter = booking.AdapterContract
	asked, err := booking.Open(booking.Options{Server: server, HTTP: client})
	if err != nil {
		return nil // its address is wrong, which is said at the field
	}
	d, err := asked.Describe(ctx)
	switch {
	case booking.Inconclusive(err):
		return err
	case err != nil && d.Product == "" && d.APIBase == "" && d.SealingRecipient == "":
		return nil
	}
	// A server that describes itself in another version, or with a mistake,
	// still speaks the contract: what is wrong is then named instead of sending
	// the administrator to the vendor's form.
	return h.o.Owner.Edit(ctx, func(now *connection.Connection) {
		if now.Server.URL == c.Server.URL && now.Server.Adapter == "" {
			now.Server.Adapter = booking.AdapterContract
		}
	})
}

// RedirectURIs asks a server that has an interface where its sign-in leads back
// to. One that does not answer is no obstacle: silent is why it did not say.
func (h *Handover) RedirectURIs(ctx context.Context) (uris []string, silent, err error) {
	if silent, err = h.findWithin(ctx, pagePatience); silent != nil || err != nil || h.adapter() == booking.AdapterForm {
		return nil, silent, err
	}
	client, silent := h.client(ctx)
	if silent != nil {
		return nil, silent, ctx.Err()
	}
	d, silent := client.Describe(ctx)
	return d.RedirectURIs, silent, ctx.Err()
}

// SameKey asks the server whether it still has the key that was confirmed, nil
// when it cannot be asked.
func (h *Handover) SameKey(ctx context.Context) error {
	client, err := h.client(ctx)
	if err != nil {
		return nil
	}
	patient, cancel := context.WithTimeout(ctx, pagePatience)
	defer cancel()
	if _, err := client.Describe(patient); problem.CodeOf(err) == booking.CodeRecipientChanged {
		return err
	}
	return ctx.Err()
}
