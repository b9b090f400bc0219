package window

import (
	"context"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// bare is a connection to a simulated tenant that knows neither application nor
// credential.
func bare(t *testing.T, faults ...string) (*Home, page.Session) {
	t.Helper()
	h := home(t, simulator.Options{Faults: faults})
	sim, err := h.simulated()
	if err != nil {
		t.Fatal(err)
	}
	id, err := h.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := opened(t, h, id)
	if err := s.Change(t.Context(), connection.Edit(func(c *connection.Connection) {
		c.Name, c.Cloud, c.Tenant = "Bare", wire.SimulatedCloud, connection.Tenant{ID: sim.Account().TenantID, Domain: sim.Account().Domain}
		c.Product.ID, c.Server.URL = "flexo", "https://flexo.contoso.example"
		c.SingleSignOn.RedirectURIs = []string{"https://flexo.contoso.example/signin-oidc"}
	})); err != nil {
		t.Fatal(err)
	}
	return h, s
}

// person signs in as the window does, and notes what was disclosed.
type person struct {
	h    *Home
	s    page.Session
	told []string
}

func (p *person) way(ctx context.Context) session.SignIn {
	return session.SignIn{
		Disclose: func(t words.Text) { p.told = append(p.told, t.String()) },
		Open:     func(address string) { p.h.Simulated(p.s.Document().Cloud).Browse(ctx, address) },
		Show:     func(entra.DeviceCode) {},
	}
}

func (p *person) grow(ctx context.Context, t *testing.T, scopes ...[]string) {
	t.Helper()
	if _, err := p.s.SignIn(ctx, p.way(ctx), slices.Concat(scopes...)); err != nil {
		t.Fatal(err)
	}
}

// TestRegister goes from a bare tenant to a proven application, undoes it and
// restores it, with the sign-ins of one person.
func TestRegister(t *testing.T) {
	h, s := bare(t)
	ctx := quickly(t)
	p := &person{h: h, s: s}
	if says, err := s.Disclosure("", entra.ScopesRead); err != nil || !strings.Contains(says.String(), "Microsoft Graph Command Line Tools") {
		t.Fatalf("disclosure %q, %v", says, err)
	}
	p.grow(ctx, t, entra.ScopesRead)
	if who := s.Administrator(); who == nil || len(who.Roles) == 0 || who.RolesFrom == "" || len(who.Consented) == 0 {
		t.Fatalf("signed in %+v", who)
	}
	if s.Document().Tenant.DisplayName == "" {
		t.Error("what the tenant is called was not kept")
	}
	plan, err := s.RegisterPlan(ctx, register.Options{}, nil)
	if err != nil || plan.Blocked != nil || len(plan.Todo()) == 0 {
		t.Fatalf("plan %+v, %v", plan, err)
	}
	if asks := plan.Asks.String(); !strings.Contains(asks, "Application.ReadWrite.All") || strings.Contains(asks, "Directory.Read.All") {
		t.Errorf("apply asks for more than it lacks: %s", asks)
	}
	p.grow(ctx, t, session.ScopesFor(plan.Plan))
	if len(p.told) != 2 || !strings.Contains(p.told[1], "Application.ReadWrite.All") {
		t.Errorf("the further consent was not said: %v", p.told)
	}
	result, err := s.RegisterApply(ctx, plan.Plan, plan.Options, nil)
	if err != nil || result.Consent != nil || !result.Proof.Token || len(result.Proof.Missing) > 0 || len(result.Proof.Roles) == 0 {
		t.Fatalf("applied %+v, %v", result, err)
	}
	if !result.Proven() || len(result.Check.Only) == 0 {
		t.Fatalf("the test after it: %+v", result.Check)
	}
	if state, err := s.Registration(ctx); err != nil || !state.Proven {
		t.Errorf("the step is not done: %+v, %v", state, err)
	}
	if secret, err := s.SecretState(ctx, vault.ClientSecret); err != nil || !secret.Stored {
		t.Fatalf("the keychain: %+v, %v", secret, err)
	}
	again, err := s.RegisterPlan(ctx, register.Options{}, nil)
	if err != nil || len(again.Todo()) != 0 || !again.Asks.IsZero() {
		t.Fatalf("after apply %d to do, %v", len(again.Todo()), err)
	}
	off, err := s.RegisterHandOff(again.Plan)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if paths, err := off.Save(folder); err != nil || len(paths) != 3 {
		t.Fatalf("hand-off %v, %v", paths, err)
	}
	list, err := os.ReadFile(filepath.Join(folder, "checklist.txt"))
	if err != nil || !strings.Contains(string(list), result.Application.ClientID) || !strings.Contains(string(list), "adminconsent") {
		t.Errorf("checklist %s, %v", list, err)
	}
	if _, err := s.RegisterUndo(ctx, "something else", register.Options{}, nil); problem.CodeOf(err) != register.CodeName {
		t.Fatalf("undone with a wrong name: %v", err)
	}
	undo, err := s.RegisterUndoPlan(ctx)
	if err != nil || len(undo.Items) == 0 {
		t.Fatalf("undo %+v, %v", undo, err)
	}
	if _, err := s.RegisterUndo(ctx, undo.Name, register.Options{}, nil); err != nil {
		t.Fatal(err)
	}
	if state, err := s.Registration(ctx); err != nil || !state.Restorable || state.Unfinished {
		t.Fatalf("after undo %+v, %v", state, err)
	}
	if a, err := s.RegisterRestore(ctx); err != nil || a.DisplayName != undo.Name {
		t.Fatalf("restored %q, %v", a.DisplayName, err)
	}
	if state, err := s.Registration(ctx); err != nil || state.Restorable {
		t.Fatalf("after restore %+v, %v", state, err)
	}
}

// TestSignInIsRefused, and nobody is signed in then.
func TestSignInIsRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("device codes are asked about every five seconds")
	}
	for _, tt := range []struct {
		fault, code string
		device      bool
		instead     func(error) bool
	}{
		{fault.DeviceDefaults, "entra.AADSTS530035", true, entra.BrowserInstead},
		{fault.UserNotAssigned, "entra.AADSTS50105", false, entra.OwnClientInstead},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			h, s := bare(t, tt.fault)
			p := &person{h: h, s: s}
			ctx := quickly(t)
			way := p.way(ctx)
			way.DeviceCode = tt.device
			way.Show = func(c entra.DeviceCode) { h.Simulated(s.Document().Cloud).TypeCode(ctx, c) }
			_, err := s.SignIn(ctx, way, entra.ScopesRead)
			if problem.CodeOf(err).String() != tt.code || !tt.instead(err) {
				t.Errorf("%v", err)
			}
			if state, err := s.Registration(ctx); err != nil || state.Account != nil {
				t.Errorf("signed in: %+v, %v", state.Account, err)
			}
		})
	}
}

// TestReview saves a plan, has it compared, applies exactly it, and finds it stale
// afterwards; the record says who reviewed it.
func TestReview(t *testing.T) {
	h, s := bare(t)
	ctx := quickly(t)
	p := &person{h: h, s: s}
	p.grow(ctx, t, entra.ScopesRead)
	plan, err := s.RegisterPlan(ctx, register.Options{HomePage: "https://flexo.contoso.example/"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	file, err := plan.File()
	if err != nil {
		t.Fatal(err)
	}
	reviewed, err := register.ReadPlan(file, "plan.json")
	if err != nil {
		t.Fatal(err)
	}
	reviewed.Options.Reviewer, reviewed.Options.Ticket = "Bea", "CHG-17"
	now, err := s.ReviewedPlan(ctx, reviewed, nil)
	if err != nil || now.Reviewed == nil || now.Digest != plan.Digest || now.Asks.IsZero() || now.Options.HomePage != plan.Options.HomePage {
		t.Fatalf("%+v, %v", now, err)
	}
	p.grow(ctx, t, session.ScopesFor(reviewed))
	if _, err := s.RegisterApply(ctx, reviewed, reviewed.Options, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ReviewedPlan(ctx, reviewed, nil); problem.CodeOf(err) != register.CodeStale || problem.Of(err).Detail.IsZero() {
		t.Errorf("after apply: %v", err)
	}
	records, err := s.History()
	if err != nil || len(records) < 4 || records[0].Reviewer != "Bea" || records[0].Ticket != "CHG-17" {
		t.Fatalf("%+v, %v", records, err)
	}
	if err := s.AllowSignInLog(ctx, p.way(ctx)); err != nil {
		t.Fatal(err)
	}
	if undo, err := s.RegisterUndoPlan(ctx); err != nil || len(undo.LastSignIns) == 0 {
		t.Errorf("the last sign-ins are %+v, %v", undo.LastSignIns, err)
	}
	if _, err := s.PublicCertificate(ctx); problem.CodeOf(err) != vault.CodeAbsent {
		t.Errorf("a certificate that there is not: %v", err)
	}
}

// TestAnAPIOnAnotherHostIsConfirmedFirst: nothing is known of what the server
// holds before its API's host is confirmed, and the window can confirm it.
func TestAnAPIOnAnotherHostIsConfirmedFirst(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"product":"P","contractVersion":1,"apiBase":"https://api.example/v1","sealingRecipient":"%s"}`, key.Recipient())
	}))
	defer server.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	_, s := simulatedTenant(t)
	ctx := quickly(t)
	if err := s.Change(ctx, connection.Put("server.url", server.URL), connection.Put("server.caFile", ca)); err != nil {
		t.Fatal(err)
	}
	plan, err := s.PlanWith(ctx, false, booking.Choices{})
	if err != nil || plan.Unchanged() || plan.Asked() || len(plan.Confirmations) != 2 {
		t.Fatalf("%+v, %v", plan, err)
	}
	if err := s.Confirm(ctx, plan.Confirmations); err != nil {
		t.Fatal(err)
	}
	if kept := s.Document().Server; !slices.Contains(kept.ConfirmedHosts, "api.example") || kept.PinnedRecipient != key.Recipient().String() {
		t.Errorf("not kept: %+v", kept)
	}
}

// TestAMailboxIsLookedUpWithTheSignIn: whether the mailbox that must be out of
// reach exists is asked with the administrator's sign-in, once there is one.
func TestAMailboxIsLookedUpWithTheSignIn(t *testing.T) {
	h, s := simulatedTenant(t)
	ctx := quickly(t)
	looked := func() (status int) {
		t.Helper()
		o := check.Options{Only: []string{check.ScopeOutside}, OutOfReach: "nobody-there@" + s.Document().Tenant.Domain, NoSubscription: true}
		run, err := s.Check(ctx, o, nil, nil)
		if f, _ := run.Finding(check.ScopeOutside); err != nil || f.Status != check.Unknown {
			t.Fatalf("%+v, %v", f, err)
		}
		for _, r := range h.sim.Load().Requests() {
			if strings.Contains(r.Query, "proxyAddresses") {
				status = r.Status
			}
		}
		return status
	}
	if looked() != 0 {
		t.Error("looked up with the application's own token")
	}
	p := &person{h: h, s: s}
	p.grow(ctx, t, entra.ScopesRead)
	if status := looked(); status != 200 {
		t.Errorf("the look-up was answered with %d", status)
	}
}
