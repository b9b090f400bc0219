package session

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

const adapterForm = booking.AdapterForm

// adapterOf is how the configuration reaches the server.
func adapterOf(c *connection.Connection, p product.Product) string {
	return p.AdapterOf(c.Server.Adapter)
}

// How long a server is asked what it speaks: for a page, and by a check.
const (
	adapterPatience = 5 * time.Second
	checkPatience   = 20 * time.Second
)

// FindAdapter is findAdapter for a page: a server that does not answer soon is
// asked again when something is wanted of it.
func (s *Session) FindAdapter(ctx context.Context) error {
	_, err := s.findAdapterWithin(ctx, adapterPatience)
	return err
}

// findAdapterWithin gives, apart from what goes wrong here, why the server did
// not tell what it speaks.
func (s *Session) findAdapterWithin(ctx context.Context, patience time.Duration) (silent, err error) {
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := s.findAdapter(patient); !booking.Inconclusive(err) {
		return nil, err
	} else if ctx.Err() == nil {
		silent = err
	}
	return silent, ctx.Err()
}

// findAdapter asks a server whether it speaks the contract, where neither the
// connection nor the product says that it does: a vendor's product whose server
// has learned it needs no new data file. What is found is kept. A server that gives no answer is an error,
// for what it speaks is then not known.
func (s *Session) findAdapter(ctx context.Context) error {
	c := s.Document()
	p, err := s.Product()
	if err != nil {
		return err
	}
	if c.Server.URL == "" || adapterOf(c, p) != adapterForm || c.Server.Adapter != "" || p.Model != product.Own {
		return nil
	}
	client, err := s.serverHTTP()
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
	return s.Edit(ctx, func(now *connection.Connection) {
		if now.Server.URL == c.Server.URL && now.Server.Adapter == "" {
			now.Server.Adapter = booking.AdapterContract
		}
	})
}

// booking opens the client of the connection's server. A missing token is no
// error here: the server's description needs none.
func (s *Session) booking(ctx context.Context) (*booking.Client, error) {
	p, err := s.Product()
	if err != nil {
		return nil, err
	}
	var client *http.Client
	if client, err = s.serverHTTP(); err != nil {
		return nil, err
	}
	token, err := s.env.Vault.Get(ctx, s.ID(), vault.ServerToken)
	if err != nil && problem.CodeOf(err) != vault.CodeAbsent {
		return nil, err
	}
	c := s.Document()
	c.Server.Adapter = adapterOf(c, p)
	return booking.Open(booking.Options{
		Server: c.Server, Token: token, HTTP: client, Log: pushLog{s}, Memory: memory{s}, Now: s.env.Now,
	})
}

// pushLog keeps pushes beside the document.
type pushLog struct{ s *Session }

func (l pushLog) Append(p booking.Push) error {
	return l.s.env.Store.AppendPush(l.s.ID(), store.Push(p))
}

func (l pushLog) Pushes() ([]booking.Push, error) {
	kept, err := l.s.env.Store.Pushes(l.s.ID())
	var out []booking.Push
	for _, p := range kept {
		out = append(out, booking.Push(p))
	}
	return out, err
}

// memory keeps what was made on the server beside the document.
type memory struct{ s *Session }

func (m memory) Made() (store.Made, error)      { return m.s.env.Store.Made(m.s.ID()) }
func (m memory) SaveMade(made store.Made) error { return m.s.env.Store.SaveMade(m.s.ID(), made) }

// Plan is what a push would do, and what stands in its way.
type Plan struct {
	Description   booking.Description    `json:"server"`
	Confirmations []booking.Confirmation `json:"confirmations"`
	booking.Preview
	// Gate is why nothing may be pushed now, nil when it may. Warnings alone
	// need AcceptWarnings.
	Gate          *problem.Problem      `json:"gate"`
	Configuration booking.Configuration `json:"configuration"`
	Choices       booking.Choices       `json:"choices"`
}

// Unchanged is whether the server was asked and holds exactly this already.
func (p Plan) Unchanged() bool { return p.Current.Configuration != nil && len(p.Changes) == 0 }

// Asked is whether the server could be asked: not where its API is on a host that
// nobody has confirmed yet.
func (p Plan) Asked() bool { return p.Gate == nil || p.Gate.Code != booking.CodeUnconfirmed }

// Plan asks the server what a push would change; nothing is stored there. The
// rooms are looked up anew, so that what is pushed is what is there.
func (s *Session) Plan(ctx context.Context, acceptWarnings bool) (Plan, error) {
	return s.PlanWith(ctx, acceptWarnings, booking.Choices{})
}

// PlanWith is Plan with what the administrator has chosen.
func (s *Session) PlanWith(ctx context.Context, acceptWarnings bool, choices booking.Choices) (Plan, error) {
	if err := s.findAdapter(ctx); err != nil {
		return Plan{}, err
	}
	client, err := s.booking(ctx)
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{Choices: choices}
	if plan.Description, err = client.Describe(ctx); err != nil {
		return plan, err
	}
	if plan.Confirmations, err = booking.Confirmations(s.Document().Server, plan.Description); err != nil {
		return plan, err
	}
	if plan.Configuration, err = s.configuration(ctx); err != nil {
		return plan, err
	}
	plan.Preview, err = client.Preview(ctx, plan.Configuration, choices)
	switch {
	case problem.CodeOf(err) == booking.CodeUnconfirmed && len(plan.Confirmations) > 0:
		// The API itself is on a host that nobody has confirmed yet: the token
		// does not go there, and the questions are all there is to show.
		plan.Gate = problem.Of(err)
		return plan, nil
	case err != nil:
		return plan, err
	case !plan.DryRun.Acceptable:
		plan.Gate = unacceptable(plan.DryRun)
		return plan, nil
	}
	_, err = s.gate(ctx, plan.Configuration.Digest, acceptWarnings)
	plan.Gate = problem.Of(err)
	return plan, nil
}

// unacceptable is a dry run that the server said no to.
func unacceptable(dry booking.DryRun) *problem.Problem {
	p := problem.New(codeBookingUnacceptable, words.T("The booking server would not take this configuration."))
	for _, said := range dry.Problems {
		if said.Severity == "error" {
			p.Fix(words.T("%s (field %s, code %s)", problem.Line(said.Detail), problem.Line(cmp.Or(said.Pointer, "/")), problem.Line(said.Code)))
		}
	}
	return p
}

// gate weighs the last whole check, and what is remembered of what it did not
// try.
func (s *Session) gate(ctx context.Context, digest string, acceptWarnings bool) (booking.Clearance, error) {
	last, err := s.env.Store.LastCheck(s.ID())
	if err != nil {
		return booking.Clearance{}, err
	}
	checked := booking.Checked{}
	if last != nil {
		checked = booking.Checked{
			Digest: last.Digest, Verdict: last.Verdict, At: last.At,
			Age: s.env.Now().Sub(last.At), Life: s.Document().Server.TestLife(),
		}
		if run := s.whole(ctx, check.Run{Verdict: check.Verdict(last.Verdict)}); last.Verdict != "" {
			checked.Verdict = string(run.Verdict)
		}
	}
	return booking.Gate(checked, digest, acceptWarnings)
}

// configuration is what the server would get, over the rooms as they are now.
func (s *Session) configuration(ctx context.Context) (booking.Configuration, error) {
	rooms, err := s.ResolveRooms(ctx)
	if err != nil {
		return booking.Configuration{}, err
	}
	return s.configurationOf(ctx, rooms)
}

// lastChecked is what the server would get, over the rooms of the last check.
func (s *Session) lastChecked(ctx context.Context) (booking.Configuration, error) {
	resolved, ok := s.cached(cacheResolved)
	if !ok {
		return booking.Configuration{}, errNothingResolved
	}
	return s.configurationOf(ctx, resolved.Rooms)
}

func (s *Session) configurationOf(ctx context.Context, rooms []tenant.Room) (booking.Configuration, error) {
	p, err := s.Product()
	if err != nil {
		return booking.Configuration{}, err
	}
	row, err := s.Cloud()
	if err != nil {
		return booking.Configuration{}, err
	}
	fingerprint, err := s.fingerprint(ctx)
	if err != nil {
		return booking.Configuration{}, err
	}
	c := s.Document()
	return booking.Of(c, p, rooms, c.Digest(fingerprint, tenant.Addresses(rooms)), row, fingerprint), nil
}

// Confirm pins what the administrator said yes to.
func (s *Session) Confirm(ctx context.Context, confirmed []booking.Confirmation) error {
	if len(confirmed) == 0 {
		return nil
	}
	return s.Edit(ctx, func(c *connection.Connection) { booking.Confirm(&c.Server, confirmed) })
}

// TakeOver makes what is on the server under the names of this configuration
// this connection's own; see booking.Client.TakeOver.
func (s *Session) TakeOver(ctx context.Context) error {
	done, err := s.work(setup.HandOver, true)
	if err != nil {
		return err
	}
	defer done()
	client, err := s.booking(ctx)
	if err != nil {
		return err
	}
	cfg, err := s.configuration(ctx)
	if err != nil {
		return err
	}
	return client.TakeOver(cfg)
}
