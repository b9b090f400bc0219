package session

import (
	"cmp"
	"context"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/proof"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
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
	basis := s.Basis(ctx, in.Connection)
	run, err := check.Diagnose(ctx, in, emit, report)
	if err != nil {
		return run, err
	}
	if gone := s.Refresh(); problem.CodeOf(gone) == store.CodeDeleted {
		return run, gone
	}
	run = s.Keep(ctx, run, in.Connection, basis)
	if len(run.Only) == 0 && run.NotKept == nil {
		resolved, _ := s.cached(cacheResolved)
		run.NotKept = problem.Of(s.keepRooms(cacheProven, resolved))
	}
	return run, nil
}

// test runs some of the checks on one room; what is kept of it is its caller's.
func (s *Session) test(ctx context.Context, only []string, room string) (check.Run, error) {
	in, err := s.checkInput(ctx, check.Options{Only: only})
	if err != nil {
		return check.Run{}, err
	}
	in.Proofs, in.Digest = nil, nil
	if room != "" {
		in.Connection = in.Connection.Clone()
		in.Connection.Rooms = connection.Rooms{Mode: connection.Selected, Items: []string{room}}
	}
	run, err := check.Diagnose(ctx, in, nil, nil)
	return run, cmp.Or(ctx.Err(), err)
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
	server, err := s.Server(ctx)
	if err != nil {
		return check.Input{}, err
	}
	c := s.Document()
	p, needs, err := s.needs()
	if err != nil {
		return check.Input{}, err
	}
	p.Adapter = p.AdapterOf(c.Server.Adapter)
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
		Server: server, From: transport.Here(ctx), Options: o,
	}
	// A sign-in for something else, such as for the sign-in of rooms, reads no registration.
	if admin, directory, err := s.admin.opened(); err == nil && admin.Holds(entra.ScopesRead) {
		in.Registration, in.Exists = registrationReader{admin, directory}, directory.Exists
	}
	if o.Now == nil {
		in.Options.Now = s.env.Now
	}
	if o.TestRoom != "" && o.TestRoomPolicy == nil {
		in.Options.TestRoomPolicy = s.roomPolicy(o.TestRoom)
	}
	in.Settings, in.SettingsAt = s.roomSettings(), s.ProcessingAt()
	if o.ScopeChanged.IsZero() {
		in.Options.ScopeChanged = proof.Facts{Result: s.scriptResult}.ScopeChanged()
	}
	in.Options.LimitedBy = proof.Facts{Result: s.scriptResult, Product: p}.LimitedBy()
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
