package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/graph"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// bench is one simulated tenant on which many connections are diagnosed, one
// after another.
type bench struct {
	env *session.Environment
	sim *simulator.Simulator
	dir string
	n   int
	// known are the addresses of the tenant's rooms and lists those of its room
	// lists, groups are the ids of its groups by name.
	known  []string
	lists  []string
	groups map[string]string
	// admin is the administrator once signed in; required is what the
	// application declares when it is in order.
	admin    *graph.Client
	required []tenant.RequiredResource
	// patience is how long one call goes on after it was turned away, stall how long
	// an attempt waits for an answer; 0 is as long as always.
	patience, stall time.Duration
	// between, when set, stands between Roomkey and everybody else.
	between func(http.RoundTripper) http.RoundTripper
}

// way is the way out, with whatever a scenario puts between: clients are kept
// longer than a scenario lasts.
type way struct {
	b    *bench
	next http.RoundTripper
}

func (w way) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.b.between != nil {
		return w.b.between(w.next).RoundTrip(r)
	}
	return w.next.RoundTrip(r)
}

// start makes a tenant of a size. Waiting for a tenant in trouble is cut short,
// since here the trouble never ends.
func start(ctx context.Context, rooms, users int, latency time.Duration) (*bench, error) {
	dir, err := os.MkdirTemp("", "roomkey-diagnose-")
	if err != nil {
		return nil, err
	}
	env, err := wire.New(wire.Options{ConfigDir: dir, Vault: "memory", Version: "bench"})
	if err != nil {
		return nil, err
	}
	b := &bench{env: env, dir: dir, patience: 4 * time.Second}
	patient := env.HTTP
	env.HTTP = func(o transport.Options) (*http.Client, error) {
		o.RetryBudget, o.Timeout = b.patience, b.stall
		client, err := patient(o)
		if err == nil {
			client.Transport = way{b, client.Transport}
		}
		return client, err
	}
	b.sim, err = wire.Simulate(ctx, env, dir, simulator.Options{Rooms: rooms, Users: users, Latency: latency})
	if err != nil {
		return nil, err
	}
	return b, b.know(ctx)
}

func (b *bench) close() error {
	err := b.sim.Close()
	if e := os.RemoveAll(b.dir); err == nil {
		err = e
	}
	return err
}

// diagnose makes the scenario's connection and checks it.
func (b *bench) diagnose(ctx context.Context, sc scenario) (check.Run, error) {
	var none check.Run
	b.n++
	b.stall = sc.stall
	if err := b.sim.SetFaults(); err != nil {
		return none, err
	}
	s, err := b.open(ctx, fmt.Sprintf("%s %d", sc.name, b.n))
	if err != nil {
		return none, err
	}
	defer s.Close()
	if sc.pushed {
		if err := b.push(ctx, s); err != nil {
			return none, fmt.Errorf("pushing beforehand: %w", err)
		}
	}
	if sc.change != nil {
		if err := s.Edit(ctx, func(c *connection.Connection) { sc.change(b, c) }); err != nil {
			return none, err
		}
	}
	if sc.registered {
		if err := b.register(ctx, sc.application); err != nil {
			return none, fmt.Errorf("the registration: %w", err)
		}
		if err := b.signIn(ctx, s); err != nil {
			return none, err
		}
	}
	for kind, text := range sc.secrets(b) {
		if err := b.env.Vault.Set(ctx, s.ID(), kind, vault.NewSecret(text)); err != nil {
			return none, err
		}
	}
	if sc.absent != "" {
		if err := b.env.Vault.Delete(ctx, s.ID(), sc.absent); err != nil {
			return none, err
		}
	}
	if sc.settings != nil {
		if err := b.sim.SetFaults(b.named(sc.misset)...); err != nil {
			return none, err
		}
		if _, err := s.ReadProcessing([]byte(sc.settings(b))); err != nil {
			return none, err
		}
	}
	if sc.faultsOf != nil {
		sc.faults = sc.faultsOf(b)
	}
	if err := b.sim.SetFaults(b.named(sc.faults)...); err != nil {
		return none, err
	}
	defer func() { _ = b.sim.SetFaults() }()
	if sc.before != nil {
		sc.before()
	}
	o := check.Options{}
	if sc.options != nil {
		sc.options(b, &o)
	}
	return s.Check(ctx, o, sc.emit, nil)
}

// open makes a connection with all rooms chosen, to a server of the contract.
func (b *bench) open(ctx context.Context, name string) (*session.Session, error) {
	s, err := wire.ConnectSimulated(ctx, b.env, b.sim, name)
	if err != nil {
		return nil, err
	}
	if err = s.Discover(ctx); err == nil {
		err = s.Edit(ctx, func(c *connection.Connection) {
			c.Server.Adapter, c.Rooms.Mode = booking.AdapterContract, connection.All
		})
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// push hands the configuration over as it is.
func (b *bench) push(ctx context.Context, s *session.Session) error {
	if _, err := s.Check(ctx, check.Options{}, nil, nil); err != nil {
		return err
	}
	plan, err := s.Plan(ctx, true)
	if err != nil {
		return err
	}
	if err := s.Confirm(ctx, plan.Confirmations); err != nil {
		return err
	}
	if plan, err = s.Plan(ctx, true); err != nil {
		return err
	}
	_, err = s.Push(ctx, plan, true, nil)
	return err
}

// named fills in what a scenario's faults name of the tenant.
func (b *bench) named(faults []string) []string {
	out := make([]string, len(faults))
	for i, f := range faults {
		out[i] = strings.NewReplacer("{room0}", b.room(0), "{organizer}", b.sim.Account().OrganizerUPN, "{graph}", b.sim.Cloud().Graph,
			"{tenant}", b.sim.Account().TenantID, "{client}", b.sim.Account().ClientID).Replace(f)
	}
	return out
}

// outcome is what a diagnosis came to, beside what it should have.
type outcome struct {
	scenario scenario
	run      check.Run
	err      error
	took     time.Duration
}

// Kinds of outcome.
const (
	right      = "right cause"
	wrong      = "wrong cause"
	falseGreen = "false green"
	falseRed   = "false red"
)

func (o outcome) kind() string {
	healthy := o.scenario.verdict == check.Passed
	green := o.err == nil && o.run.Verdict == check.Passed
	switch {
	case healthy && green:
		return right
	case healthy:
		return falseRed
	case green:
		return falseGreen
	case o.err == nil && o.run.Verdict == o.scenario.verdict && o.cause() == o.scenario.check+" "+o.scenario.code && strings.Contains(o.remedy(), o.scenario.remedy):
		return right
	}
	return wrong
}

func (o outcome) cause() string {
	if o.run.RootCause == nil {
		return ""
	}
	return o.run.RootCause.Check + " " + o.run.RootCause.Code
}

// remedy is the first that the root cause offers.
func (o outcome) remedy() string {
	if o.run.RootCause == nil {
		return ""
	}
	f, _ := o.run.Finding(o.run.RootCause.Check)
	if f.Problem == nil || len(f.Problem.Remedies) == 0 {
		return ""
	}
	return f.Problem.Remedies[0].String()
}

// said is everything that a reader of the table needs to judge an outcome.
func (o outcome) said() string {
	if o.err != nil {
		return problem.Of(o.err).Error()
	}
	said := fmt.Sprintf("%s, %s: %s", o.run.Verdict, o.cause(), o.remedy())
	if o.kind() != right && o.run.RootCause != nil {
		f, _ := o.run.Finding(o.run.RootCause.Check)
		said += "\n" + f.Problem.Error()
	}
	return said
}

// room is the address of a room of the tenant.
func (b *bench) room(i int) string { return b.known[i] }

// know lists the tenant's rooms and groups once.
func (b *bench) know(ctx context.Context) error {
	s, err := wire.ConnectSimulated(ctx, b.env, b.sim, "rooms")
	if err != nil {
		return err
	}
	defer s.Close()
	l := s.Rooms(ctx, nil)
	if l.Problem != nil {
		return l.Problem
	}
	for _, r := range l.Items {
		b.known = append(b.known, r.EmailAddress)
	}
	lists := s.RoomLists(ctx)
	for _, r := range lists.Items {
		b.lists = append(b.lists, r.EmailAddress)
	}
	if lists.Problem != nil {
		return lists.Problem
	}
	groups := s.Groups(ctx, nil)
	b.groups = map[string]string{}
	for _, g := range groups.Items {
		b.groups[g.DisplayName] = g.ID
	}
	if groups.Problem != nil {
		return groups.Problem
	}
	return nil
}
