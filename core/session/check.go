package session

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Check runs the diagnosis, keeps the run and gives it, saying so if it could
// not be kept. Findings are emitted as they come. A cancelled run is kept as
// what it is: incomplete. A warning or a failure of an earlier run stays in the
// verdict until the same is tried again and passes.
func (s *Session) Check(ctx context.Context, o check.Options, emit func(check.Finding), report task.Report) (check.Run, error) {
	return s.check(ctx, setup.Prove, o, emit, report)
}

// QuickProof tests at once what a registration has to give: sign-in, permissions
// and lists.
func (s *Session) QuickProof(ctx context.Context, emit func(check.Finding), report task.Report) (check.Run, error) {
	return s.check(ctx, setup.Register, check.Options{Quick: true}, emit, report)
}

func (s *Session) check(ctx context.Context, step string, o check.Options, emit func(check.Finding), report task.Report) (check.Run, error) {
	if err := s.testable(); err != nil {
		return check.Run{}, err
	}
	done, err := s.work(step, false)
	if err != nil {
		return check.Run{}, err
	}
	defer done()
	in, err := s.checkInput(ctx, o)
	if err != nil {
		return check.Run{}, err
	}
	basis := s.basis(ctx, in.Connection)
	run := check.Diagnose(ctx, in, emit, report)
	basis[evidence.ChosenRooms] = s.roomsDigest(in.Connection) // all rooms are looked up by the run
	seen := run.Evidence(basis)
	if f, ran := run.Finding(check.ServerToken); ran && f.Evidence["stored"] == false && s.pushedBefore() {
		seen = append(seen, lostAgain(run.Finished, basis)...)
	}
	run.NotKept = problem.Of(s.remember(ctx, seen...))
	if len(run.Only) == 0 && run.NotKept == nil {
		run.NotKept = s.keepCheck(run)
	}
	return s.whole(ctx, run), nil
}

// pushedBefore reports whether the last push ended well and was not taken back.
func (s *Session) pushedBefore() bool {
	pushes, err := s.env.Store.Pushes(s.ID())
	return err == nil && len(pushes) > 0 && pushes[len(pushes)-1].State == store.PushDone
}

// keepCheck keeps a run, and the one before it; it gives the reason if it
// cannot.
func (s *Session) keepCheck(run check.Run) *problem.Problem {
	data, err := json.Marshal(run)
	if err == nil {
		err = s.keepPrevious()
	}
	if err == nil {
		resolved, _ := s.cached(cacheResolved)
		err = s.keepRooms(cacheProven, resolved)
	}
	if err == nil {
		err = s.env.Store.SaveCheck(s.ID(), store.LastCheck{At: run.Finished, Digest: run.Digest, Verdict: string(run.Verdict), Report: data, Texts: words.Keep(run)})
	}
	return problem.Of(err)
}

// PlanBooking finds when the test booking of these options would be.
func (s *Session) PlanBooking(ctx context.Context, o check.Options) (check.BookingPlan, error) {
	in, err := s.checkInput(ctx, o)
	if err != nil {
		return check.BookingPlan{}, err
	}
	return check.PlanBooking(ctx, in)
}

// checkInput joins what a diagnosis works on. What cannot be made (an unknown
// cloud, an unreadable CA file) ends it; what cannot be reached is a finding.
func (s *Session) checkInput(ctx context.Context, o check.Options) (check.Input, error) {
	silent, err := s.findAdapterWithin(ctx, checkPatience)
	if err != nil {
		return check.Input{}, err
	}
	c := s.Document()
	p, needs, err := s.needs()
	if err != nil {
		return check.Input{}, err
	}
	p.Adapter = adapterOf(c, p)
	row, err := s.Cloud()
	if err != nil {
		return check.Input{}, err
	}
	client, err := s.cloudHTTP(row)
	if err != nil {
		return check.Input{}, err
	}
	reader, err := s.tenant()
	if err != nil {
		return check.Input{}, err
	}
	in := check.Input{
		Connection: s.hinted(ctx, c), Product: p, Needs: needs, Cloud: row, Permissions: s.env.Permissions,
		FieldProblems: s.fieldProblems(ctx, c),
		Discover: func(ctx context.Context) (cloud.Discovery, error) {
			return cloud.Discover(ctx, client, row, tenantOf(c))
		},
		Network: network{s}, Tokens: tokens{s}, Directory: placing{reader, s}, Calendars: reader, Subscriber: reader,
		Journal: journal{s}, Proofs: newProofs(s),
		From: here(ctx), Options: o,
	}
	if admin, directory, err := s.admin.opened(); err == nil {
		in.Registration, in.Exists = registrationReader{admin, directory}, directory.Exists
	}
	if o.Now == nil {
		in.Options.Now = s.env.Now
	}
	if o.TestRoom != "" && o.TestRoomPolicy == nil {
		in.Options.TestRoomPolicy = s.roomPolicy(o.TestRoom)
	}
	in.Settings = s.roomSettings()
	if o.ScopeChanged.IsZero() {
		in.Options.ScopeChanged = s.scopeChanged()
	}
	switch {
	case silent != nil:
		in.Server = refusingServer{unanswered(silent)}
	case p.Adapter != adapterForm:
		in.Server = s.server(ctx)
	}
	in.KnownRooms, in.Places, in.ProvenRooms = s.knownRooms(nil).Items, s.places(), s.ProvenRooms()
	fingerprint, err := s.fingerprint(ctx)
	if err != nil && problem.CodeOf(err) != vault.CodeAbsent {
		return check.Input{}, err
	}
	in.Digest = func(rooms []string) string {
		_ = s.keepResolved(rooms)
		return c.Digest(fingerprint, rooms)
	}
	return in, nil
}

// hinted is c with the first characters of its client secret, by which the
// secret is found among the application's, where nothing better was recorded: a
// secret from the environment never went through SetSecret.
func (s *Session) hinted(ctx context.Context, c *connection.Connection) *connection.Connection {
	own := c.Application.Credential
	if own.Kind == connection.CredentialCertificate || own.KeyID != "" || own.Hint != "" {
		return c
	}
	secret, err := s.env.Vault.Get(ctx, s.ID(), vault.ClientSecret)
	if err != nil {
		return c
	}
	seen := *c
	seen.Application.Credential.Hint = hint(secret)
	return &seen
}

// scopeChanged is when a script that was read back last changed the
// application's reach.
func (s *Session) scopeChanged() (at time.Time) {
	for _, name := range []string{"limit-application", "limit-application-undo", "access-policy-migrate", "remove-grant", "restore-grant"} {
		if r, ok := s.scriptResult(name); ok && !r.WhatIf && r.Summary[exchange.Changed] > 0 && r.FinishedAt.After(at) {
			at = r.FinishedAt
		}
	}
	return at
}

// fieldProblems are those of the document and of the stored client secret.
func (s *Session) fieldProblems(ctx context.Context, c *connection.Connection) []*problem.Problem {
	var out []*problem.Problem
	for _, f := range s.env.Lint(c) {
		out = append(out, f.Problem)
	}
	if kind := credentialKind(c); c.Application.ClientID != "" {
		secret, err := s.env.Vault.Get(ctx, c.ID, kind)
		if err != nil {
			return append(out, problem.Of(err))
		}
		for _, f := range connection.LintSecret(string(kind), secret.Reveal()) {
			out = append(out, f.Problem)
		}
	}
	return out
}

func (s *Session) keepResolved(addresses []string) error {
	c := cachedRooms{Source: tenant.SourceApplication, At: s.env.Now()}
	for _, a := range addresses {
		c.Rooms = append(c.Rooms, tenant.Room{EmailAddress: a})
	}
	return s.keepRooms(cacheResolved, c)
}

// LastCheck is the run that was kept, nil when there is none, and whether it
// ran on the configuration as it is now, as far as this computer can tell
// without asking the tenant for its rooms.
func (s *Session) LastCheck(ctx context.Context) (run *check.Run, current bool, err error) {
	last, err := s.env.Store.LastCheck(s.ID())
	if err != nil || last == nil {
		return nil, false, err
	}
	run = new(check.Run)
	if err := json.Unmarshal(last.Report, run); err != nil {
		return nil, false, err
	}
	last.Texts.Restore(run)
	*run = s.whole(ctx, *run)
	digest, err := s.lastDigest(ctx)
	return run, err == nil && digest != "" && digest == last.Digest, nil
}

var errNothingResolved = errors.New("no rooms were resolved yet")

// lastDigest is the digest over the rooms of the last check.
func (s *Session) lastDigest(ctx context.Context) (string, error) {
	resolved, ok := s.cached(cacheResolved)
	if !ok {
		return "", errNothingResolved
	}
	fingerprint, err := s.fingerprint(ctx)
	if err != nil {
		return "", err
	}
	return s.Document().Digest(fingerprint, tenant.Addresses(resolved.Rooms)), nil
}

// here names this computer and the address that it would leave from.
func here(ctx context.Context) string {
	name, err := os.Hostname()
	if err != nil {
		name = "this computer"
	}
	// No packet is sent: connecting a datagram socket only asks the routing
	// table. The address is one of those reserved for documentation.
	if c, err := new(net.Dialer).DialContext(ctx, "udp", "192.0.2.1:9"); err == nil {
		defer c.Close()
		if host, _, err := net.SplitHostPort(c.LocalAddr().String()); err == nil {
			return name + " (" + host + ")"
		}
	}
	return name
}
