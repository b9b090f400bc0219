package producttest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/reach"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// lab is one simulated tenant with an administrator's browser.
type lab struct {
	*testing.T
	sim *simulator.Simulator
	env *session.Environment
	web *http.Client
}

// newLab is one with product files of one's own.
func newLab(t *testing.T, files ...string) *lab {
	t.Helper()
	config := t.TempDir()
	if err := os.MkdirAll(filepath.Join(config, "products"), 0o700); err != nil {
		t.Fatal(err)
	}
	for i, file := range files {
		if err := os.WriteFile(filepath.Join(config, "products", fmt.Sprint(i, ".yaml")), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env, err := wire.New(wire.Options{ConfigDir: config, Vault: "memory"})
	if err != nil {
		t.Fatal(err)
	}
	sim, err := simulator.Start(t.Context(), simulator.Options{Dir: t.TempDir(), Seatsurfing: "1.125.0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	env.Clouds.Add(sim.Cloud())
	web, err := transport.New(transport.Options{CAFile: sim.CAFile()})
	if err != nil {
		t.Fatal(err)
	}
	return &lab{t, sim, env, web}
}

func (l *lab) browse(address string) string {
	l.Helper()
	r, err := http.NewRequestWithContext(l.Context(), http.MethodGet, address, nil)
	if err != nil {
		l.Fatal(err)
	}
	resp, err := l.web.Do(r)
	if err != nil {
		l.Error(err)
		return ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		l.Error(err)
	}
	return string(body)
}

func (l *lab) connect(p product.Product) *session.Session {
	l.Helper()
	s, err := l.env.Create(l.Context(), p.ID, func(c *connection.Connection) {
		c.Cloud, c.Tenant.ID, c.Tenant.Domain = l.sim.Cloud().ID, l.sim.Account().TenantID, l.sim.Account().Domain
		c.Product.ID, c.Server.URL = p.ID, "https://"+p.ID+".contoso.example"
		c.Rooms.Mode = connection.All
		if p.Choose {
			c.Product.Permissions = map[product.Model][]string{product.User: {"delegated:Calendars.ReadWrite.Shared"}}[p.Model]
			if p.Model != product.User {
				c.Product.Permissions = []string{"Calendars.ReadWrite"}
			}
		}
		if p.ServiceAccount != nil {
			c.ServiceAccount = l.sim.Account().OrganizerUPN
		}
	})
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(s.Close)
	return s
}

func (l *lab) signIn(s *session.Session, scopes ...string) {
	l.Helper()
	ctx, cancel := context.WithTimeout(l.Context(), time.Minute)
	defer cancel()
	open := func(address string) {
		if err := simulator.Browse(ctx, l.web, address); err != nil {
			l.Error(err)
		}
	}
	if _, err := s.SignIn(ctx, session.SignIn{Open: open}, scopes); err != nil {
		l.Fatal(err)
	}
}

func (l *lab) steps(s *session.Session) map[string]setup.Step {
	l.Helper()
	list, err := s.Steps(l.Context())
	if err != nil {
		l.Fatal(err)
	}
	steps := map[string]setup.Step{}
	for _, st := range list {
		steps[st.ID] = st
	}
	return steps
}

// TestEveryProduct takes each product to where its model ends: an application of
// the customer's whose own token carries what the file asks for, or a consent
// that was read back and a person's word, with what cannot be proven said.
func TestEveryProduct(t *testing.T) {
	products, problems := product.Load("")
	if len(problems) > 0 || len(products.All()) < 20 {
		t.Fatalf("%d products, %v", len(products.All()), problems)
	}
	l := newLab(t)
	for _, p := range products.All() {
		t.Run(p.ID, func(t *testing.T) {
			l := &lab{t, l.sim, l.env, l.web}
			s := l.connect(p)
			if p.Model == product.Own {
				l.own(s, p)
			} else {
				l.theirs(s, p)
			}
		})
	}
}

func (l *lab) own(s *session.Session, p product.Product) {
	if steps := l.steps(s); len(steps) != 6 {
		l.Errorf("%d steps", len(steps))
	}
	l.edit(s, func(c *connection.Connection) {
		c.Server.CAFile = l.sim.CAFile()
		c.Server.URL = map[string]string{product.AdapterContract: l.sim.BookingURL(), product.AdapterSeatsurfing: l.sim.SeatsurfingURL(),
			product.AdapterForm: l.sim.Cloud().Graph}[p.Adapter] // a server that says nothing of itself
		if signOn := p.SingleSignOn; p.Adapter == product.AdapterForm && signOn.RedirectURIs && len(signOn.Patterns) == 0 {
			c.SingleSignOn.RedirectURIs = []string{"https://rooms.contoso.example/signin"}
		}
		if needs := p.With(nil, c.Product.Permissions); !slices.Contains(needs.Lists, "rooms") {
			c.Rooms = connection.Rooms{Mode: connection.Selected, Items: []string{l.sim.Account().RoomAddress}}
		}
	})
	l.secret(s, vault.ServerToken, l.sim.Account().ServerToken)
	blanks := map[string]string{}
	for _, b := range p.SingleSignOn.Blanks(nil) {
		if b.Name != product.BlankServer {
			blanks[b.Name] = "contoso"
		}
	}
	if err := s.FillRedirects(l.Context(), blanks); err != nil {
		l.Fatal(err)
	}
	l.signIn(s, slices.Concat(entra.ScopesRead, session.ScopesRooms)...)
	plan, err := s.RegisterPlan(l.Context(), register.Options{Use: register.New, Name: p.ID}, nil)
	if p.Ends != "" { // Roomkey registers nothing for Exchange Web Services
		if problem.CodeOf(plan.Blocked.Err()).String() != "register.not-graph" {
			l.Errorf("%v, %v", plan.Blocked, err)
		}
		return
	}
	if err != nil || plan.Blocked != nil {
		l.Fatalf("plan: %v, %v", err, plan.Blocked)
	}
	if open := p.SingleSignOn.Empty(s.Document().SingleSignOn.RedirectURIs); len(open) > 0 {
		l.Errorf("the redirect URIs %v are not filled in", open)
	}
	l.signIn(s, session.ScopesFor(plan.Plan)...)
	result, err := s.RegisterApply(l.Context(), plan.Plan, plan.Options, nil)
	if err != nil || !result.Proof.Token || len(result.Proof.Missing) > 0 {
		l.Fatalf("apply: %v, %+v", err, result.Proof)
	}
	form, err := s.Form(l.Context())
	if err != nil || len(form) != len(p.Form) {
		l.Errorf("the vendor's form has %d entries: %v", len(form), err)
	}
	l.script(s, p)
	l.prove(s, p)
	l.handOver(s, p)
}

// prove tests the whole connection, sign-on included: nothing fails.
func (l *lab) prove(s *session.Session, p product.Product) {
	run, err := s.Check(l.Context(), check.Options{NoSubscription: true}, nil, nil)
	if err != nil || !run.Verdict.Passes() {
		l.Errorf("the test is %s: %+v, %v", run.Verdict, run.RootCause, err)
	}
	for _, f := range run.Findings {
		if f.Status == check.Fail || f.ID == check.RedirectURIs && f.Status != check.Pass && len(p.SingleSignOn.Patterns) > 0 {
			l.Errorf("%s: %s %v", f.ID, f.Status, f.Problem)
		}
	}
}

// handOver ends where the booking server, or the person who typed into the
// vendor's console, says that it has the configuration.
func (l *lab) handOver(s *session.Session, p product.Product) {
	ctx := l.Context()
	if p.Adapter == product.AdapterForm {
		if p.LimitFirst {
			if err := s.Entered(ctx, "Ada"); problem.CodeOf(err).String() != "booking.limit-first" {
				l.Errorf("it is handed over before it is limited: %v", err)
			}
			l.limit(s, p)
		}
		if err := s.Entered(ctx, "Ada"); err != nil {
			l.Error(err)
		}
		if st := l.steps(s)[setup.HandOver]; st.State != setup.Done {
			l.Errorf("handed over: %+v", st)
		}
		return
	}
	plan, err := s.PlanWith(ctx, true, booking.Choices{})
	if err != nil {
		l.Fatal(err)
	}
	if err := s.Confirm(ctx, plan.Confirmations); err != nil {
		l.Fatal(err)
	}
	if plan, err = s.PlanWith(ctx, true, booking.Choices{}); err != nil || plan.Gate != nil {
		l.Fatalf("%v, %v", plan.Gate, err)
	}
	if _, err := s.Push(ctx, plan, true, nil); err != nil {
		l.Fatal(err)
	}
	if held, err := s.ServerState(ctx); err != nil || held.Current.Configuration == nil {
		l.Errorf("the server holds nothing: %v", err)
	}
}

// limit has the colleague limit the application in Exchange as the product
// survives it, and reads the result.
func (l *lab) limit(s *session.Session, p product.Product) {
	target, err := s.ScriptTarget(l.Context())
	if err != nil {
		l.Fatal(err)
	}
	doc, err := exchange.Generate(p.LimitScript().Field, target, map[string]any{"outside": l.sim.Account().OrganizerUPN})
	if err != nil {
		l.Fatal(err)
	}
	result, err := l.sim.ApplyIntent(doc.Intent)
	if err != nil {
		l.Fatal(err)
	}
	if _, err := s.ReadScriptResult(result); err != nil {
		l.Fatal(err)
	}
}

func (l *lab) theirs(s *session.Session, p product.Product) {
	ctx := l.Context()
	if _, proves := l.steps(s)[setup.Prove]; proves {
		l.Error("there is a step for a test that nobody can run")
	}
	if p.VendorApplication == nil || p.VendorApplication.ClientID == "" {
		if _, err := s.Consent(); err == nil || p.Leaves(product.UnknownApplication) == "" {
			l.Errorf("nobody asks for the client ID: %v", err)
		}
		if err := s.Edit(ctx, func(c *connection.Connection) { c.Application.ClientID = l.sim.VendorClientID(p.ID) }); err != nil {
			l.Fatal(err)
		}
	}
	l.signIn(s, entra.ScopesRead...)
	before, err := s.ReadConsent(ctx)
	if err != nil || len(before.Problems) == 0 || len(before.Missing) == 0 || len(before.Unprovable) == 0 || !strings.HasPrefix(before.Link, l.sim.Cloud().Authority) {
		l.Fatalf("before the consent: %+v, %v", before, err)
	}
	if got := l.steps(s)[setup.Register].State; got != setup.Failed {
		l.Errorf("before the consent the step is %s", got)
	}
	if page := l.browse(before.Link); !strings.Contains(page, "accepted") {
		l.Fatalf("the consent page says %q", page)
	}
	after, err := s.ReadConsent(ctx)
	if err != nil || len(after.Problems) > 0 || len(after.Missing) > 0 {
		l.Fatalf("after the consent: %+v, %v", after, err)
	}
	steps := l.steps(s)
	if steps[setup.Register].State != setup.Done || steps[setup.HandOver].State != setup.Ready {
		l.Errorf("after the consent: %+v", steps)
	}
	if err := s.Entered(ctx, "Ada"); err != nil {
		l.Error(err)
	}
	if st := l.steps(s)[setup.HandOver]; st.State != setup.Done || !strings.Contains(st.Reason.String(), "cannot test it") {
		l.Errorf("handed over: %+v", st)
	}
	claims, err := s.Claims(ctx)
	if err != nil || evidence.Find(claims, evidence.ServerWorks).Standing == evidence.Works {
		l.Errorf("what nobody saw counts as proven: %v, %v", claims, err)
	}
	l.script(s, p)
}

// script writes the room policy, where the product has one.
func (l *lab) script(s *session.Session, p product.Product) {
	target, err := s.ScriptTarget(l.Context())
	if err != nil || len(p.Policy) == 0 || len(target.Rooms) == 0 {
		return
	}
	if _, err := exchange.Generate("calendar-processing", target, map[string]any{"BookingWindowInDays": "365"}); err != nil {
		l.Error(err)
	}
}

// TestOtherApplication warns before the consent link when the tenant shows
// another name or publisher than the file, or more than the file asks for.
func TestOtherApplication(t *testing.T) {
	l := newLab(t, `id: theirs
name: Their server
about: It books.
model: vendor
vendorApplication: {name: Theirs, publisher: Their Ltd, clientId: f56e91e5-5a82-452f-b435-d4d78aeaf064}
needs: {permissions: [{value: Place.Read.All, kind: application, reason: It lists rooms.}]}
writes: none
adapter: form
`)
	p, _ := l.env.Products.Get("theirs")
	s := l.connect(p)
	l.signIn(s, entra.ScopesRead...)
	if err := s.Edit(context.WithoutCancel(t.Context()), func(c *connection.Connection) { c.Application.ClientID = l.sim.VendorClientID("webex") }); err != nil {
		t.Fatal(err)
	}
	seen, err := s.Consent()
	if err != nil || len(seen.Problems) != 1 {
		t.Fatalf("%+v, %v", seen.Problems, err)
	}
	l.browse(seen.Link)
	seen, err = s.ReadConsent(t.Context())
	var codes []string
	for _, p := range seen.Problems {
		codes = append(codes, p.Code.String())
	}
	got := strings.Join(codes, " ")
	if err != nil || strings.Count(got, "consent.other-application") != 3 || !strings.Contains(got, "consent.missing") || !strings.Contains(got, "consent.excess") {
		t.Errorf("%s, %v", got, err)
	}
}

// TestRoomAccess reads what else can read a room: the applications that ship with
// the simulated tenant and a vendor's that was consented to.
func TestRoomAccess(t *testing.T) {
	l := newLab(t)
	products, _ := product.Load("")
	p, _ := products.Get("cronofy")
	s := l.connect(p)
	seen, err := s.Consent()
	if err != nil {
		t.Fatal(err)
	}
	l.browse(seen.Link)
	l.signIn(s, entra.ScopesRead...)
	list, err := s.RoomAccess(t.Context(), "room@"+l.sim.Account().Domain)
	if err != nil {
		t.Fatal(err)
	}
	owners := map[string]string{}
	for _, a := range list.Applications {
		owners[a.Name] = a.Owner
		if a.State != reach.Unknown || a.Level != permission.CalendarWrite {
			t.Errorf("%s: %s %s without an answer of Exchange", a.Name, a.State, a.Level)
		}
	}
	if !strings.HasPrefix(owners["Cronofy"], "tenant ") || owners["Room booking"] != "this tenant" || owners["Visitor badges"] != "" {
		t.Errorf("%v", owners)
	}
}

// TestSeededApplications: of seventy-five applications with and without reach into a room,
// by grants, roles and policies, each is classified as it is, the worst first; and
// none is said not to reach it while Exchange was not asked.
func TestSeededApplications(t *testing.T) {
	l := newLab(t)
	products, _ := product.Load("")
	p, _ := products.Get("cronofy")
	s := l.connect(p)
	l.signIn(s, append(slices.Clone(entra.ScopesRead), session.ScopesRooms...)...)
	rooms, err := s.ResolveRooms(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	room := rooms[0].EmailAddress
	seeded, err := l.sim.SeedReach(room)
	if err != nil || len(seeded) != 75 {
		t.Fatalf("%d applications, %v", len(seeded), err)
	}
	look := func() map[string]reach.Access {
		list, err := s.RoomAccess(t.Context(), room)
		if err != nil {
			t.Fatal(err)
		}
		byID := map[string]reach.Access{}
		for i, a := range list.Applications {
			byID[a.AppID] = a
			if i > 0 && list.Applications[i-1].State == reach.No && a.State != reach.No {
				t.Errorf("%s, which may reach the room, stands below one that does not", a.Name)
			}
		}
		return byID
	}
	for _, a := range look() {
		if a.State == reach.Reaches || a.State == reach.No && a.Enabled {
			t.Errorf("%s %s, and Exchange was not asked", a.Name, a.State)
		}
	}
	target, err := s.ScriptTarget(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := exchange.Generate("room-access", target, map[string]any{"room": room})
	if err != nil {
		t.Fatal(err)
	}
	result, err := l.sim.ApplyIntent(doc.Intent)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ReadScriptResult(result); err != nil {
		t.Fatal(err)
	}
	found, right := look(), 0
	for _, want := range seeded {
		got, listed := found[want.AppID]
		level := string(got.Level)
		if want.Level == "?" {
			if got.State == reach.Unknown {
				right++
			} else {
				t.Errorf("%s: %s, and nobody can tell", want.Name, got.State)
			}
			continue
		}
		if listed && (got.State == reach.Reaches) == (want.Level != "") && level == want.Level || !listed && want.Level == "" {
			right++
			continue
		}
		t.Errorf("%s: %s %q, and it is %q: %v", want.Name, got.State, level, want.Level, got.Ways)
	}
	t.Logf("%d of %d right", right, len(seeded))
}
