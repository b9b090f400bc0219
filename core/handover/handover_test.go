package handover

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/owner"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/proof"
	"github.com/roomkey/roomkey/core/setup"
	simulated "github.com/roomkey/roomkey/core/simulator/booking"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// stand is a hand-over to a booking server, with what it goes by.
type stand struct {
	*Handover
	o     Options
	rooms []tenant.Room
	// tested is what the test in the seconds before a push shows.
	tested check.Run
	steps  []setup.Step
	busy   error
	// refused is what Microsoft says instead of listing the rooms.
	refused error
}

func stage(t *testing.T, id string) *stand {
	t.Helper()
	handler, err := simulated.New(simulated.Options{Dir: t.TempDir(), Token: "token", Fault: func(string) bool { return false },
		Probe: func(context.Context, string, string, string) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	kept, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := connection.New("Contoso")
	c.Tenant = connection.Tenant{ID: "0f5d4b6a-9c3e-4d8f-8a0b-1c2d3e4f5061", Domain: "contoso.com"}
	c.Application.ClientID = "11111111-2222-4333-8444-555555555555"
	c.Product.ID, c.Server.URL, c.Rooms.Mode = id, server.URL, connection.All
	if err := kept.Save(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	own, err := owner.Own(kept, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	clouds, _ := cloud.Load("")
	products, _ := product.Load("")
	permissions, err := permission.Load()
	if err != nil {
		t.Fatal(err)
	}
	row, _ := clouds.Get(c.Cloud)
	p, _ := products.Get(id)
	s := &stand{rooms: []tenant.Room{{EmailAddress: "a@contoso.com", DisplayName: "A"}}}
	credential := vault.NewSecret("q8Q8Q~a-made-up-secret-of-some-length.x0")
	facts := func(context.Context) proof.Facts {
		f := proof.Facts{Connection: own.Document(), Product: p, Needs: p.With(nil, nil), Cloud: row, Known: true, Permissions: permissions,
			Fingerprint: vault.Fingerprint(credential), Rooms: tenant.Addresses(s.rooms), Looked: true, Result: noResult}
		f.Product.Adapter = p.AdapterOf(f.Connection.Server.Adapter)
		return f
	}
	s.o = Options{
		Owner: own, Store: kept, Ledger: proof.Open(kept, c.ID, facts, time.Now),
		Credential: func(context.Context) (vault.Secret, error) { return credential, nil },
		Token:      func(context.Context) (vault.Secret, error) { return vault.NewSecret("token"), nil },
		Product:    func() (product.Product, error) { return p, nil },
		Cloud:      func() (cloud.Cloud, error) { return row, nil },
		HTTP:       func() (*http.Client, error) { return server.Client(), nil },
		Rooms:      func(context.Context) ([]tenant.Room, error) { return s.rooms, s.refused },
		Looked:     func() ([]tenant.Room, bool) { return s.rooms, true },
		Test:       func(context.Context, []string, string) (check.Run, error) { return s.tested, nil },
		Steps:      func(context.Context) ([]setup.Step, error) { return s.steps, nil },
		Begin:      func() (func(), error) { return func() {}, s.busy },
		Now:        time.Now,
	}
	if s.Handover, err = New(s.o); err != nil {
		t.Fatal(err)
	}
	return s
}

// confirmed is the plan after a yes to what the server says of itself, with a test
// of exactly that configuration.
func (s *stand) confirmed(t *testing.T) Plan {
	t.Helper()
	plan := s.plan(t)
	if len(plan.Confirmations) == 0 || plan.Gate == nil {
		t.Fatalf("nothing is asked: %+v", plan)
	}
	if err := s.Confirm(t.Context(), plan.Confirmations); err != nil {
		t.Fatal(err)
	}
	return s.tests(t)
}

// tests is the plan after a test of the present configuration.
func (s *stand) tests(t *testing.T) Plan {
	t.Helper()
	cfg, err := s.Configuration(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := s.o.Owner.Document()
	run := check.Run{Verdict: check.Passed, Digest: cfg.Digest, Finished: time.Now(), Findings: []check.Finding{{ID: check.Token, Status: check.Pass}}}
	if run = s.o.Ledger.Keep(t.Context(), run, c, s.o.Ledger.Basis(t.Context(), c)); run.NotKept != nil {
		t.Fatal(run.NotKept)
	}
	return s.plan(t)
}

func (s *stand) plan(t *testing.T) Plan {
	t.Helper()
	plan, err := s.Plan(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func (s *stand) standing(t *testing.T, c evidence.Claim) evidence.Standing {
	t.Helper()
	claims, err := s.o.Ledger.Claims(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return evidence.Find(claims, c).Standing
}

// TestHandOver goes the whole way: an unconfirmed key, a plan, the push, what is
// read back, taking it off again.
func TestHandOver(t *testing.T) {
	s := stage(t, "flexo")
	plan := s.confirmed(t)
	if plan.Gate != nil || plan.Unchanged() || len(plan.Confirmations) > 0 {
		t.Fatalf("gate %v, %d changes, %d to confirm", plan.Gate, len(plan.Changes), len(plan.Confirmations))
	}
	if c := s.o.Owner.Document(); c.Server.PinnedRecipient == "" || c.Server.Adapter != booking.AdapterContract {
		t.Errorf("what was found and confirmed is not kept: %+v", c.Server)
	}
	pushed, err := s.Push(t.Context(), plan, false, nil)
	if err != nil || pushed.Fails || !pushed.Works {
		t.Fatalf("%+v %v", pushed, err)
	}
	if handed, works := s.standing(t, evidence.HandedOver), s.standing(t, evidence.ServerWorks); handed != evidence.Works || works != evidence.Works {
		t.Errorf("handed over: %s, the server's own view: %s", handed, works)
	}
	held, err := s.ServerState(t.Context())
	if err != nil || !held.HandedOver || !held.Matches || held.Differs() {
		t.Errorf("%+v %v", held, err)
	}
	if proves, err := s.Proves(t.Context()); !proves || err != nil {
		t.Errorf("it proves it: %v %v", proves, err)
	}
	failed := store.Push{At: time.Now(), Digest: plan.Configuration.Digest, State: store.PushFailed, IdempotencyKey: "refused"}
	if err := s.o.Store.AppendPush(s.o.Owner.Document().ID, failed); err != nil {
		t.Fatal(err)
	}
	if held, err := s.ServerState(t.Context()); err != nil || !held.HandedOver {
		t.Errorf("a push that was refused takes the one before it back: %+v %v", held, err)
	}
	if again := s.plan(t); !again.Unchanged() {
		t.Errorf("pushed, and to be pushed again: %+v", again.Changes)
	}
	removal, err := s.PlanRemoval(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(t.Context(), removal, "another name"); problem.CodeOf(err) != CodeNameNotTyped {
		t.Errorf("another name was typed: %v", err)
	}
	if err := s.Remove(t.Context(), removal, " Contoso "); err != nil {
		t.Fatal(err)
	}
	if got := s.standing(t, evidence.HandedOver); got != evidence.Untested {
		t.Errorf("taken off again: %s", got)
	}
}

// TestNotPushed: what stops a push in the seconds before it, and that nothing is
// on the server then.
func TestNotPushed(t *testing.T) {
	denied := problem.New(problem.CodeUnexpected, words.T("Denied."))
	refused := &problem.Problem{Kind: problem.Refused, Title: words.T("Forbidden.")}
	withdrawn := check.Run{Verdict: check.Failed, RootCause: &check.Cause{Check: check.Token}, Finished: time.Now(),
		Findings: []check.Finding{{ID: check.Token, Status: check.Fail, Problem: denied}}}
	for name, tt := range map[string]struct {
		before func(*stand)
		code   problem.Code
	}{
		"another room": {func(s *stand) {
			s.rooms = append(s.rooms, tenant.Room{EmailAddress: "b@contoso.com"})
		}, CodePlanStale},
		"withdrawn since":                         {func(s *stand) { s.tested = withdrawn }, codeWithdrawn},
		"withdrawn, and the rooms are not listed": {func(s *stand) { s.tested, s.refused = withdrawn, refused }, codeWithdrawn},
		"the rooms alone are not listed":          {func(s *stand) { s.refused = refused }, refused.Code},
		"another Roomkey is at it":                {func(s *stand) { s.busy = denied }, denied.Code},
	} {
		t.Run(name, func(t *testing.T) {
			s := stage(t, "flexo")
			plan := s.confirmed(t)
			tt.before(s)
			if _, err := s.Push(t.Context(), plan, false, nil); problem.CodeOf(err) != tt.code {
				t.Errorf("%v", err)
			}
			s.rooms, s.refused = s.rooms[:1], nil
			if held, err := s.ServerState(t.Context()); err != nil || held.Current.Configuration != nil || held.HandedOver {
				t.Errorf("%+v %v", held, err)
			}
			if s.tested.RootCause != nil && s.standing(t, evidence.SignIn) != evidence.Failed {
				t.Error("what was withdrawn is not remembered")
			}
		})
	}
}

// TestWhoDoesNotAccept: a server that was not asked has refused nothing.
func TestWhoDoesNotAccept(t *testing.T) {
	for said, want := range map[bool]string{true: "did not accept", false: "cannot take"} {
		if p := unacceptable(booking.DryRun{Said: said}); !strings.Contains(p.Title.String(), want) {
			t.Errorf("said %t: %s", said, p.Title)
		}
	}
}

// TestCancelledBefore: who stops in time is told that nothing was sent.
func TestCancelledBefore(t *testing.T) {
	s := stage(t, "flexo")
	plan := s.confirmed(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Push(ctx, plan, false, nil)
	if p := problem.Of(err); p == nil || p.Kind != problem.Cancelled || p.Detail.String() != "Nothing was sent to the booking server." {
		t.Errorf("%+v", p)
	}
	if held, err := s.ServerState(t.Context()); err != nil || held.Current.Configuration != nil {
		t.Errorf("%+v %v", held, err)
	}
}

// TestNobodyChoseRooms: what nobody chose is not handed over as "all", unless there is nothing to
// choose.
func TestNobodyChoseRooms(t *testing.T) {
	unchosen := func(c *connection.Connection) { c.Rooms.Mode = "" }
	s := stage(t, "flexo")
	if err := s.o.Owner.Edit(t.Context(), unchosen); err != nil {
		t.Fatal(err)
	}
	plan := s.confirmed(t)
	if gate := plan.Gate; gate == nil || gate.Code != codeRoomsNotChosen || gate.Remedies[0].Place != problem.PlaceRooms {
		t.Errorf("%+v", gate)
	}
	if _, err := s.Push(t.Context(), plan, true, nil); problem.CodeOf(err) != codeRoomsNotChosen {
		t.Errorf("%v", err)
	}
	desks := stage(t, "seatsurfing")
	if err := desks.o.Owner.Edit(t.Context(), unchosen); err != nil {
		t.Fatal(err)
	}
	if err := desks.roomsChosen(); err != nil {
		t.Errorf("it manages no rooms: %v", err)
	}
}

// TestFindAdapterUntrusted: a certificate that is not trusted is said where it can
// be mended, whatever the product; a server that is not there is not.
func TestFindAdapterUntrusted(t *testing.T) {
	strange := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(strange.Close)
	for _, id := range []string{"flexo", "offision-application", "seatsurfing"} {
		s := stage(t, id)
		to := func(url string) {
			if err := s.o.Owner.Edit(t.Context(), func(c *connection.Connection) { c.Server.URL = url }); err != nil {
				t.Fatal(err)
			}
		}
		to(strange.URL)
		s.o.HTTP = func() (*http.Client, error) {
			return transport.New(transport.Options{Owner: transport.BookingServer, InsecureLoopback: true})
		}
		p := problem.Of(s.FindAdapter(t.Context()))
		if p == nil || p.Kind != problem.Untrusted || !slices.ContainsFunc(p.Remedies, func(r problem.Remedy) bool { return r.Place == problem.PlaceServerCA }) {
			t.Errorf("%s: %+v", id, p)
		}
		to("https://127.0.0.1:1")
		if err := s.FindAdapter(t.Context()); err != nil {
			t.Errorf("%s: nobody there: %v", id, err)
		}
	}
}

// TestEntered: a person's word counts where the server cannot say it, once nothing
// stands before it.
func TestEntered(t *testing.T) {
	s := stage(t, "flexo")
	if err := s.FindAdapter(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Entered(t.Context(), "me"); problem.CodeOf(err) != codeSaysItself {
		t.Errorf("a server that says it itself: %v", err)
	}
	form := stage(t, "flexo")
	if err := form.o.Owner.Edit(t.Context(), func(c *connection.Connection) { c.Server.URL, c.Server.Adapter = "", booking.AdapterForm }); err != nil {
		t.Fatal(err)
	}
	form.steps = []setup.Step{{ID: setup.HandOver, State: setup.Blocked, Reason: words.T("Test first.")}}
	if err := form.Entered(t.Context(), "me"); problem.CodeOf(err) != codeNotProven || !strings.Contains(err.Error(), "Test first.") {
		t.Errorf("blocked: %v", err)
	}
	form.steps = nil
	if err := form.Entered(t.Context(), "me"); err != nil {
		t.Fatal(err)
	}
	if got := form.standing(t, evidence.HandedOver); got != evidence.Works {
		t.Errorf("%s", got)
	}
}

// TestMissing: a part that is missing is said when it is built.
func TestMissing(t *testing.T) {
	o := stage(t, "flexo").o
	o.Ledger = nil
	if _, err := New(o); err == nil || !strings.Contains(err.Error(), "without Ledger") {
		t.Error(err)
	}
}

// TestNoWay: what the checks see of a server that cannot be called.
func TestNoWay(t *testing.T) {
	s := stage(t, "flexo")
	gone := errors.New("no way")
	s.Handover.o.HTTP = func() (*http.Client, error) { return nil, gone }
	if err := s.o.Owner.Edit(t.Context(), func(c *connection.Connection) { c.Server.Adapter = booking.AdapterContract }); err != nil {
		t.Fatal(err)
	}
	server, err := s.Server(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.Status(t.Context()); !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
}

func noResult(string) (r exchange.Result, ok bool) { return r, ok }

// before has a server's own view be from the day before.
type before struct{ http.RoundTripper }

func (b before) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, "/status") {
		return resp, err
	}
	var said map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&said); err != nil {
		return nil, err
	}
	said["checkedAt"] = time.Now().Add(-10 * time.Minute)
	raw, err := json.Marshal(said)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
	return resp, err
}
