package registertest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/graph"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
)

func (l *lab) plan(o register.Options) register.Plan {
	l.t.Helper()
	plan, err := register.MakePlan(l.t.Context(), l.input(l.http, o))
	if err != nil {
		l.t.Fatal(err)
	}
	return plan
}

func item(t *testing.T, p register.Plan, id string) change.Item {
	t.Helper()
	for _, i := range p.Items {
		if i.ID == id {
			return i
		}
	}
	t.Fatalf("the plan has no item %s: %+v", id, p.Items)
	return change.Item{}
}

// TestStalePlan applies a reviewed plan after somebody else changed the
// application.
func TestStalePlan(t *testing.T) {
	l := newLab(t)
	l.mustApply(register.Options{})
	l.edit(func(c *connection.Connection) {
		c.SingleSignOn.RedirectURIs = append(c.SingleSignOn.RedirectURIs, "https://booking.contoso.example/second")
	})
	reviewed := l.plan(register.Options{})
	if item(t, reviewed, "redirect-uris").Action != change.Change {
		t.Fatalf("%+v", reviewed.Items)
	}
	// The plan goes through a file, as it does to the reviewer.
	data, err := json.Marshal(reviewed)
	if err != nil {
		t.Fatal(err)
	}
	var back register.Plan
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	foreign := []string{"https://booking.contoso.example/signin-oidc", "https://intranet.contoso.example/callback"}
	id := l.document().Application.ObjectID
	if err := l.directory(l.http).ChangeApplication(t.Context(), id, tenant.ApplicationChange{RedirectURIs: &foreign}); err != nil {
		t.Fatal(err)
	}
	before := changes(l)
	if _, err := register.Apply(t.Context(), l.input(l.http, register.Options{}), back); problem.CodeOf(err) != register.CodeStale {
		t.Fatalf("a stale plan: %v", err)
	}
	if changes(l) != before {
		t.Error("a stale plan changed the tenant")
	}
	// Planned again, it is applied, and what the other one added stays.
	l.mustApply(register.Options{})
	a, err := l.directory(l.http).ApplicationByID(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, uri := range append(foreign, "https://booking.contoso.example/second") {
		if !slices.Contains(a.RedirectURIs, uri) {
			t.Errorf("%s is not among %v", uri, a.RedirectURIs)
		}
	}
}

// TestReviewedPlan applies exactly a plan that went through a file, with who
// reviewed it in the record.
func TestReviewedPlan(t *testing.T) {
	l := newLab(t)
	data, err := json.Marshal(l.plan(register.Options{Credential: "certificate"}))
	if err != nil {
		t.Fatal(err)
	}
	var back register.Plan
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if _, err := register.Apply(t.Context(), l.input(l.http, register.Options{Reviewer: "Bea", Ticket: "CHG-17"}), back); err != nil {
		t.Fatal(err)
	}
	l.whole("certificate")
	records, err := register.History(l.store.Journal(l.id))
	if err != nil {
		t.Fatal(err)
	}
	if records[0].Reviewer != "Bea" || records[0].Ticket != "CHG-17" || records[0].By != l.upn {
		t.Errorf("the record begins with %+v", records[0])
	}
	for _, r := range records {
		if r.Phase == "after" && r.RequestID == "" {
			t.Errorf("%s has no request id", r.Step)
		}
	}
}

func TestPolicy(t *testing.T) {
	l := newLab(t, "secrets-forbidden")
	plan := l.plan(register.Options{})
	if problem.CodeOf(plan.Blocked).String() != "register.secrets-forbidden" { // FlexO takes secrets only
		t.Errorf("blocked: %v", plan.Blocked)
	}
	l.edit(func(c *connection.Connection) { c.Product.ID = "custom" })
	plan = l.plan(register.Options{})
	if plan.Blocked != nil || plan.Wanted.Credential.Kind != "certificate" {
		t.Errorf("%v %+v", plan.Blocked, plan.Wanted.Credential)
	}

	l = newLab(t, "secret-lifetime-capped=2160h")
	plan = l.plan(register.Options{})
	if plan.Wanted.Credential.Days != 90 || !strings.Contains(item(t, plan, "credential").Why.String(), "90 days") {
		t.Errorf("%+v", plan.Wanted.Credential)
	}
	l.mustApply(register.Options{})
	l.whole("secret")
}

// TestPolicyOfKeys plans what the tenant's rules about certificates and
// audiences allow, or says whose rule forbids it.
func TestPolicyOfKeys(t *testing.T) {
	const name = "Default app management tenant policy"
	certificate := register.Options{Credential: connection.CredentialCertificate}
	custom := func(c *connection.Connection) { c.Product.ID = "custom" }

	l := newLab(t, "key-lifetime-capped=2160h")
	l.edit(custom)
	plan := l.plan(certificate)
	if plan.Blocked != nil || plan.Wanted.Credential.Days != 90 || !strings.Contains(item(t, plan, "credential").Why.String(), name) {
		t.Errorf("life: %v %+v", plan.Blocked, plan.Wanted.Credential)
	}
	l.mustApply(certificate)
	if got := l.document().Application.Credential; got.Kind != "certificate" || time.Until(got.Expires) > 90*24*time.Hour {
		t.Errorf("made: %+v", got)
	}

	l = newLab(t, "certificate-authority-required")
	l.edit(custom)
	plan = l.plan(certificate)
	if problem.CodeOf(plan.Blocked).String() != "register.authority-required" || !strings.Contains(plan.Blocked.Detail.String(), name) ||
		plan.Blocked.Remedies[0].Command != "roomkeyctl register plan --credential secret" {
		t.Errorf("authority: %+v", plan.Blocked)
	}
	l.mustApply(register.Options{Credential: connection.CredentialSecret})
	if got := l.document().Application.Credential.Kind; got != "secret" {
		t.Errorf("made: %s", got)
	}

	l = newLab(t, "certificate-authority-required", "secrets-forbidden")
	l.edit(custom)
	if plan = l.plan(register.Options{}); problem.CodeOf(plan.Blocked).String() != "register.authority-required" {
		t.Errorf("neither kind: %v", plan.Blocked)
	}

	l = newLab(t, "multi-tenant-forbidden")
	if plan = l.plan(register.Options{}); plan.Blocked != nil {
		t.Errorf("for this organization only: %v", plan.Blocked)
	}
	l.edit(func(c *connection.Connection) {
		c.Product.ID, c.Product.Options = "offision-application", []string{"mail"}
	})
	if plan = l.plan(register.Options{}); plan.Wanted.SignInAudience != "AzureADMultipleOrgs" || problem.CodeOf(plan.Blocked).String() != "register.audience-forbidden" ||
		!strings.Contains(plan.Blocked.Detail.String(), name) {
		t.Errorf("audience %s: %+v", plan.Wanted.SignInAudience, plan.Blocked)
	}
}

// TestForeignSettings takes an application that has settings of others: they
// are kept and pointed out.
func TestForeignSettings(t *testing.T) {
	l := newLab(t, "foreign-settings")
	l.edit(func(c *connection.Connection) { c.Application.ClientID = l.sim.Account().ClientID })
	plan := l.plan(register.Options{})
	if got := item(t, plan, "other-redirect-uris").Today.String(); !strings.Contains(got, "intranet.contoso.example") {
		t.Errorf("other redirect URIs: %s", got)
	}
	if got := item(t, plan, "other-permissions").Today.String(); !strings.Contains(got, "Mail.Send") || !strings.Contains(got, "Place.Read.All") {
		t.Errorf("over-permission: %s", got)
	}
	before, err := l.directory(l.http).Application(t.Context(), l.sim.Account().ClientID)
	if err != nil {
		t.Fatal(err)
	}
	l.mustApply(register.Options{})
	after, err := l.directory(l.http).Application(t.Context(), l.sim.Account().ClientID)
	if err != nil {
		t.Fatal(err)
	}
	for _, uri := range before.RedirectURIs {
		if !slices.Contains(after.RedirectURIs, uri) {
			t.Errorf("%s is gone", uri)
		}
	}
	for _, r := range before.Required {
		for _, a := range r.Access {
			if !slices.ContainsFunc(after.Required, func(o tenant.RequiredResource) bool {
				return o.ResourceAppID == r.ResourceAppID && slices.Contains(o.Access, a)
			}) {
				t.Errorf("permission %s is gone", a.ID)
			}
		}
	}
	if len(after.Secrets) != 2 {
		t.Errorf("%d secrets: the one that was there, and ours", len(after.Secrets))
	}
}

func TestWhichApplication(t *testing.T) {
	t.Run("ews", func(t *testing.T) {
		l := newLab(t, "foreign-settings=ews")
		l.edit(func(c *connection.Connection) { c.Application.ClientID = l.sim.Account().ClientID })
		plan := l.plan(register.Options{})
		if i := item(t, plan, "application"); i.Action != change.Create || !strings.Contains(i.Why.String(), "Exchange Web Services") {
			t.Errorf("%+v", i)
		}
	})
	t.Run("multi-tenant", func(t *testing.T) {
		l := newLab(t, "foreign-settings=multi-tenant")
		l.edit(func(c *connection.Connection) { c.Application.ClientID = l.sim.Account().ClientID })
		if i := item(t, l.plan(register.Options{}), "audience"); i.Action != change.Attention || i.Why.IsZero() {
			t.Errorf("%+v", i)
		}
	})
	t.Run("duplicate names", func(t *testing.T) {
		l := newLab(t, "duplicate-names=FlexO room booking")
		plan := l.plan(register.Options{})
		if problem.CodeOf(plan.Blocked) != register.CodeChoose || len(plan.Choices) != 2 {
			t.Fatalf("%v %v", plan.Blocked, plan.Choices)
		}
		if _, err := l.apply(t.Context(), l.http, register.Options{}); problem.CodeOf(err) != register.CodeChoose {
			t.Errorf("applied without a choice: %v", err)
		}
		chosen := plan.Choices[1].ClientID
		if plan = l.plan(register.Options{Use: chosen}); plan.Target.ClientID != chosen || plan.Blocked != nil {
			t.Errorf("%+v %v", plan.Target, plan.Blocked)
		}
		if plan = l.plan(register.Options{Use: register.New}); plan.Target.Found != "new" || plan.Blocked != nil {
			t.Errorf("%+v %v", plan.Target, plan.Blocked)
		}
	})
	t.Run("registered before", func(t *testing.T) {
		l := newLab(t)
		l.mustApply(register.Options{})
		asked := register.Options{Use: register.New, Name: "Second"}
		plan := l.plan(asked)
		if problem.CodeOf(plan.Blocked) != register.CodeExists || len(plan.Todo()) != 0 || len(plan.Choices) != 1 {
			t.Fatalf("%v %+v", plan.Blocked, plan.Choices)
		}
		if _, err := l.apply(t.Context(), l.http, asked); problem.CodeOf(err) != register.CodeExists {
			t.Errorf("applied: %v", err)
		}
		asked.Use = plan.Choices[0].ClientID
		plan = l.plan(asked)
		if why := item(t, plan, "application").Why.String(); plan.Blocked != nil || why != "An existing application keeps its name." {
			t.Errorf("the first way out: %v, %q", plan.Blocked, why)
		}
		if !undoes(l.plan(register.Options{Use: register.New}).Blocked) {
			t.Error("no way to undo what this connection made")
		}
		// Where another computer registered it, nothing here can undo it.
		l.computer()
		l.prepare()
		if undoes(l.plan(register.Options{Use: register.New}).Blocked) {
			t.Error("leads to an undo that has nothing to undo")
		}
	})
	t.Run("unknown", func(t *testing.T) {
		l := newLab(t)
		l.edit(func(c *connection.Connection) { c.Application.ClientID = "11111111-2222-3333-4444-555555555555" })
		if plan := l.plan(register.Options{}); problem.CodeOf(plan.Blocked).String() != "register.unknown" {
			t.Errorf("%v", plan.Blocked)
		}
	})
	t.Run("another tenant's", func(t *testing.T) {
		l := newLab(t)
		// Microsoft's own application is registered in Microsoft's tenant.
		l.edit(func(c *connection.Connection) { c.Application.ClientID = "14d82eec-204b-4c2f-b7e8-296a70dab67e" })
		if plan := l.plan(register.Options{}); problem.CodeOf(plan.Blocked).String() != "register.foreign" {
			t.Errorf("%v", plan.Blocked)
		}
	})
}

// TestLimitedByExchange leaves out what Exchange grants for some mailboxes, and
// names it when it comes back.
func TestLimitedByExchange(t *testing.T) {
	l := newLab(t)
	l.edit(func(c *connection.Connection) { c.Scope.Kind = connection.ScopeRBAC })
	l.mustApply(register.Options{})
	_, _, roles, _ := l.look()
	if len(roles) != 0 {
		t.Fatalf("granted %v", roles)
	}
	plan := l.plan(register.Options{})
	if i := item(t, plan, "exchange:Calendars.ReadWrite"); i.Action != change.Keep {
		t.Errorf("%+v", i)
	}
	l.edit(func(c *connection.Connection) { c.Scope.Kind = connection.ScopeNone })
	l.mustApply(register.Options{})
	l.edit(func(c *connection.Connection) { c.Scope.Kind = connection.ScopeRBAC })
	if i := item(t, l.plan(register.Options{}), "exchange:Calendars.ReadWrite"); i.Action != change.Attention || problem.CodeOf(i.Problem).String() != "register.scope-undone" {
		t.Errorf("%+v", i)
	}
}

func TestScopeFirst(t *testing.T) {
	l := newLab(t)
	l.edit(func(c *connection.Connection) {
		c.Product.ID, c.Product.Permissions = "custom", []string{"Calendars.ReadWrite"}
	})
	if i := item(t, l.plan(register.Options{}), "scope-first:Calendars.ReadWrite"); i.Action != change.ByHand {
		t.Errorf("%+v", i)
	}
}

// TestRoleTooSmall: somebody who may not even register.
func TestRoleTooSmall(t *testing.T) {
	l := newLab(t, "consent-refused")
	result, err := l.apply(t.Context(), l.http, register.Options{})
	if err != nil || problem.CodeOf(result.Consent) != register.CodeConsentRefused {
		t.Errorf("%v %v", err, result.Consent)
	}
}

// lost is a connection that ends, with the process, when Microsoft has made a
// secret and the answer is on its way.
type lost struct {
	next http.RoundTripper
	die  func()
}

func (l lost) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := l.next.RoundTrip(r)
	if err == nil && strings.HasSuffix(r.URL.Path, "/addPassword") {
		_ = res.Body.Close()
		l.die()
		return nil, errKilled
	}
	return res, err
}

// TestOrphanIsPlanned: a secret that nobody knows is in the next plan as what it
// is, to be removed, and not as somebody else's.
func TestOrphanIsPlanned(t *testing.T) {
	l := newLab(t)
	ctx, die := context.WithCancel(t.Context())
	defer die()
	if _, err := l.apply(ctx, &http.Client{Transport: lost{l.http.Transport, die}}, register.Options{CredentialName: "Boston"}); err == nil {
		t.Fatal("the answer was lost and nobody said so")
	}
	plan := l.plan(register.Options{CredentialName: "Boston"})
	var orphan change.Item
	for _, i := range plan.Items {
		if strings.HasPrefix(i.ID, "orphan:") {
			orphan = i
		}
		if i.ID == "other-credentials" {
			t.Errorf("the orphan is taken for somebody else's: %+v", i)
		}
	}
	if orphan.Action != change.Remove || !strings.HasPrefix(orphan.Today.String(), "Boston rk-") {
		t.Fatalf("%+v", plan.Items)
	}
	if _, err := register.Apply(t.Context(), l.input(l.http, register.Options{}), plan); err != nil {
		t.Fatal(err)
	}
	l.whole("secret")
	for _, i := range l.plan(register.Options{}).Todo() {
		t.Errorf("still to do: %+v", i)
	}
}

// TestUndoShowsTheLastSignIns: what the tenant's records say, and why where they
// say nothing.
func TestUndoShowsTheLastSignIns(t *testing.T) {
	l := newLab(t)
	l.mustApply(register.Options{})
	shown := func(log bool) map[string]register.LastSignIn {
		t.Helper()
		in := l.input(l.http, register.Options{})
		if log {
			token, err := l.sim.UserToken(l.upn, append(slices.Clone(entra.ScopesSignIns), scopes...)...)
			if err != nil {
				t.Fatal(err)
			}
			in.SignIns = graph.New(graph.Options{Cloud: l.sim.Cloud(), HTTP: l.http, Source: tenant.SourceAdministrator,
				Token: func(context.Context) (vault.Secret, error) { return vault.NewSecret(token), nil }})
		}
		plan, err := register.MakeUndoPlan(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		byKind := map[string]register.LastSignIn{}
		for _, s := range plan.LastSignIns {
			byKind[s.Kind] = s
			if s.State == register.SignInUnknown && (s.Problem == nil || len(s.Problem.Links) == 0 || !s.At.IsZero()) {
				t.Errorf("unknown without a reason: %+v", s)
			}
		}
		return byKind
	}
	is := func(s register.LastSignIn, state, code string) {
		t.Helper()
		if s.State != state || code != "" && s.Problem.Code.String() != code {
			t.Errorf("%s: %s %v, want %s %s", s.Kind, s.State, s.Problem, state, code)
		}
	}
	all := shown(true)
	is(all["application"], register.SignInSeen, "")
	is(all["user"], register.SignInNone, "")
	is(all["roomkey"], register.SignInSeen, "")
	not := shown(false)
	is(not["application"], register.SignInUnknown, register.CodeSignInLog.String())
	is(not["user"], register.SignInUnknown, register.CodeSignInLog.String())
	is(not["roomkey"], register.SignInSeen, "")
	for fault, code := range map[string]string{
		"no-premium": "graph.Authentication_RequestFromNonPremiumTenantOrB2CTenant", "reports-denied": "graph.Authentication_RequestFromUnsupportedUserRole",
		"no-reports": "graph.BadRequest", "html=/reports/": "graph.unexpected-answer", "empty-200=/reports/": "graph.unexpected-answer",
		"replication-delay=1h": "",
	} {
		if err := l.sim.SetFaults(fault); err != nil {
			t.Fatal(err)
		}
		state := register.SignInUnknown
		if code == "" {
			state = register.SignInNone // the record was read; it does not know yet
		}
		faulty := shown(true)
		is(faulty["application"], state, code)
		is(faulty["user"], state, code)
	}
}

// undoes is whether a remedy leads to the undo.
func undoes(p *problem.Problem) bool {
	return slices.ContainsFunc(p.Remedies, func(r problem.Remedy) bool { return r.Place == problem.PlaceUndo })
}
