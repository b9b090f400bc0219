package backend

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/ui/page"
)

// bare is a Backend with a connection to a simulated tenant that knows neither
// application nor credential.
func bare(t *testing.T, faults ...string) (*Backend, string) {
	t.Helper()
	dir := t.TempDir()
	env, err := wire.New(wire.Options{ConfigDir: dir, Vault: "memory", Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	paths, err := wire.PathsOf(dir)
	if err != nil {
		t.Fatal(err)
	}
	b := New(Options{Environment: env, Paths: paths, Life: t.Context(), Simulated: simulator.Options{Faults: faults}})
	t.Cleanup(b.CloseAll)
	sim, err := b.simulated()
	if err != nil {
		t.Fatal(err)
	}
	c, err := b.Create(t.Context(), "Bare")
	if err != nil {
		t.Fatal(err)
	}
	c.Cloud, c.Tenant = wire.SimulatedCloud, connection.Tenant{ID: sim.Account().TenantID, Domain: sim.Account().Domain}
	c.Product.ID, c.Server.URL = "flexo", "https://flexo.contoso.example"
	c.SingleSignOn.RedirectURIs = []string{"https://flexo.contoso.example/signin-oidc"}
	if err := b.Save(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return b, c.ID
}

func quickly(t *testing.T) context.Context {
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(stop)
	return ctx
}

// TestRegisterThroughTheBackend goes from a bare tenant to a proven
// application, undoes it and restores it, with the sign-ins of one person.
func TestRegisterThroughTheBackend(t *testing.T) {
	b, id := bare(t)
	ctx := quickly(t)
	var news []page.SignInNews
	tell := func(n page.SignInNews) { news = append(news, n) }

	says, err := b.Disclosure(ctx, id, page.ClientLast)
	if err != nil || !strings.Contains(says.String(), "Microsoft Graph Command Line Tools") {
		t.Fatalf("disclosure %q, %v", says, err)
	}
	if _, err := b.SignIn(ctx, id, page.SignIn{}, tell); err != nil {
		t.Fatal(err)
	}
	if len(news) != 1 || !news[0].Simulated || news[0].Disclosure.IsZero() || !strings.Contains(news[0].Address, "client_id=") {
		t.Fatalf("the page was told %+v", news)
	}
	state, err := b.Registration(ctx, id)
	if err != nil || state.Account == nil || len(state.Account.Roles) == 0 || state.Account.RolesFrom == "" || len(state.Account.Consented) == 0 {
		t.Fatalf("state %+v, %v", state.Account, err)
	}
	plan, err := b.RegisterPlan(ctx, id, register.Options{}, nil)
	if err != nil || plan.Blocked != nil || len(plan.Todo()) == 0 {
		t.Fatalf("plan %+v, %v", plan, err)
	}
	if asks := plan.Asks.String(); !strings.Contains(asks, "Application.ReadWrite.All") || strings.Contains(asks, "Directory.Read.All") {
		t.Errorf("apply asks for more than it lacks: %s", asks)
	}
	result, err := b.RegisterApply(ctx, id, plan.Plan, tell, nil)
	if err != nil || result.Consent != nil || !result.Proof.Token || len(result.Proof.Missing) > 0 || len(result.Proof.Roles) == 0 {
		t.Fatalf("applied %+v, %v", result, err)
	}
	if len(news) != 2 || !strings.Contains(news[1].Disclosure.String(), "Application.ReadWrite.All") {
		t.Errorf("the further consent was not said: %+v", news[1:])
	}
	if secret, err := b.SecretState(ctx, id, vault.ClientSecret); err != nil || !secret.Stored {
		t.Fatalf("the keychain: %+v, %v", secret, err)
	}
	again, err := b.RegisterPlan(ctx, id, register.Options{}, nil)
	if err != nil || len(again.Todo()) != 0 || !again.Asks.IsZero() {
		t.Fatalf("after apply %d to do, %v", len(again.Todo()), err)
	}

	folder := t.TempDir()
	paths, err := b.SaveHandOff(ctx, id, again.Plan, folder)
	if err != nil || len(paths) != 3 {
		t.Fatalf("hand-off %v, %v", paths, err)
	}
	list, err := os.ReadFile(filepath.Join(folder, "checklist.txt"))
	if err != nil || !strings.Contains(string(list), result.Application.ClientID) || !strings.Contains(string(list), "adminconsent") {
		t.Errorf("checklist %s, %v", list, err)
	}

	if _, err := b.Undo(ctx, id, "something else", register.Options{}, tell, nil); problem.CodeOf(err) != register.CodeName {
		t.Fatalf("undone with a wrong name: %v", err)
	}
	undo, err := b.UndoPlan(ctx, id, tell)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Undo(ctx, id, undo.Name, register.Options{}, tell, nil); err != nil {
		t.Fatal(err)
	}
	if state, err = b.Registration(ctx, id); err != nil || !state.Restorable || state.Unfinished {
		t.Fatalf("after undo %+v, %v", state, err)
	}
	if name, err := b.Restore(ctx, id, tell); err != nil || name != undo.Name {
		t.Fatalf("restored %q, %v", name, err)
	}
	if state, err = b.Registration(ctx, id); err != nil || state.Restorable {
		t.Fatalf("after restore %+v, %v", state, err)
	}
}

// TestSignInIsRefused gives the way that may pass instead.
func TestSignInIsRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("device codes are asked about every five seconds")
	}
	for _, tt := range []struct {
		fault, code, instead string
		device               bool
	}{
		{simulator.FaultDeviceDefaults, "entra.AADSTS530035", page.InsteadBrowser, true},
		{simulator.FaultUserNotAssigned, "entra.AADSTS50105", page.InsteadOwnClient, false},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			b, id := bare(t, tt.fault)
			instead, err := b.SignIn(quickly(t), id, page.SignIn{DeviceCode: tt.device}, func(page.SignInNews) {})
			if problem.CodeOf(err).String() != tt.code || instead != tt.instead {
				t.Errorf("%v, instead %q", err, instead)
			}
			if state, err := b.Registration(t.Context(), id); err != nil || state.Account != nil {
				t.Errorf("signed in: %+v, %v", state.Account, err)
			}
		})
	}
}

func TestLeft(t *testing.T) {
	start := func(verb string) register.Record { return register.Record{Phase: "start", Verb: verb} }
	end := register.Record{Phase: "end"}
	for _, tt := range []struct {
		name                   string
		history                []register.Record
		registered             bool
		unfinished, restorable bool
	}{
		{"nothing", nil, false, false, false},
		{"applied", []register.Record{start("apply"), end}, true, false, false},
		{"cut off", []register.Record{start("apply")}, false, true, false},
		{"undone", []register.Record{start("apply"), end, start("undo"), end}, false, false, true},
		{"undone, still registered", []register.Record{start("undo"), end}, true, false, false},
		{"undone and applied again", []register.Record{start("undo"), end, start("apply"), end}, true, false, false},
	} {
		if u, r := left(tt.history, tt.registered); u != tt.unfinished || r != tt.restorable {
			t.Errorf("%s: unfinished %v, restorable %v", tt.name, u, r)
		}
	}
}

// TestReviewThroughTheBackend saves a plan, has it compared, applies exactly
// it, and finds it stale afterwards; the record says who reviewed it.
func TestReviewThroughTheBackend(t *testing.T) {
	b, id := bare(t)
	ctx := quickly(t)
	tell := func(page.SignInNews) {}
	if _, err := b.SignIn(ctx, id, page.SignIn{}, tell); err != nil {
		t.Fatal(err)
	}
	plan, err := b.RegisterPlan(ctx, id, register.Options{HomePage: "https://flexo.contoso.example/"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	file, err := b.PlanFile(ctx, id, plan.Plan)
	if err != nil || file.Name != "Bare-plan.json" {
		t.Fatalf("%q, %v", file.Name, err)
	}
	if _, err := b.OpenPlan(ctx, id, []byte("nothing"), "x.json", nil); problem.CodeOf(err).String() != "register.no-plan" {
		t.Errorf("opened nothing: %v", err)
	}
	opened, err := b.OpenPlan(ctx, id, file.Data, file.Name, nil)
	if err != nil || opened.Reviewed == nil || opened.Digest != plan.Digest || opened.Asks.IsZero() || opened.Options.HomePage != plan.Options.HomePage {
		t.Fatalf("%+v, %v", opened, err)
	}
	opened.Reviewed.Options.Reviewer, opened.Reviewed.Options.Ticket = "Bea", "CHG-17"
	if _, err := b.RegisterApply(ctx, id, *opened.Reviewed, tell, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := b.OpenPlan(ctx, id, file.Data, file.Name, nil); problem.CodeOf(err) != register.CodeStale || problem.Of(err).Detail.IsZero() {
		t.Errorf("after apply: %v", err)
	}
	records, err := b.History(ctx, id)
	if err != nil || len(records) < 4 || records[0].Reviewer != "Bea" || records[0].Ticket != "CHG-17" {
		t.Fatalf("%+v, %v", records, err)
	}
	saved, err := b.HistoryFile(ctx, id)
	if err != nil || !strings.Contains(string(saved.Data), `"ticket": "CHG-17"`) {
		t.Errorf("%s, %v", saved.Data, err)
	}
	undo, err := b.UndoPlan(ctx, id, tell)
	if err != nil || len(undo.LastSignIns) == 0 {
		t.Errorf("the last sign-ins are %+v, %v", undo.LastSignIns, err)
	}
	if _, err := b.PublicCertificate(ctx, id); problem.CodeOf(err).String() != "vault.absent" {
		t.Errorf("a certificate that there is not: %v", err)
	}
}
