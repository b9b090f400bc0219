package check

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
)

// registration is what an administrator's sign-in reads of the application.
type registration struct {
	app       tenant.Application
	own       tenant.ServicePrincipal
	roles     []tenant.AppRoleGrant
	scopes    []tenant.DelegatedGrant
	rolesErr  error
	scopesErr error
	appErr    error
	assigned  []tenant.AppRoleGrant
	// namesakes are other applications of the same name; grants are their roles.
	namesakes []tenant.Application
	grants    []tenant.AppRoleGrant
	deleted   []tenant.Application
}

func (r *registration) ApplicationsNamed(context.Context, string) ([]tenant.Application, error) {
	return append([]tenant.Application{r.app}, r.namesakes...), nil
}
func (r *registration) DeletedApplications(context.Context) ([]tenant.Application, error) {
	return r.deleted, nil
}

func (r *registration) Application(context.Context, string) (tenant.Application, error) {
	return r.app, r.appErr
}
func (r *registration) ServicePrincipal(_ context.Context, appID string) (tenant.ServicePrincipal, error) {
	if appID == tenant.GraphAppID {
		graph := tenant.ServicePrincipal{ID: "graph"}
		for _, e := range someEntries {
			if e.ApplicationID != "" {
				graph.Roles = append(graph.Roles, tenant.Permission{ID: e.ApplicationID, Value: e.Value, Enabled: true})
			}
			if e.DelegatedID != "" {
				graph.Scopes = append(graph.Scopes, tenant.Permission{ID: e.DelegatedID, Value: e.Value, Enabled: true})
			}
		}
		return graph, nil
	}
	if appID != clientID {
		return tenant.ServicePrincipal{ID: "other", AppID: appID, Enabled: true}, nil
	}
	return r.own, nil
}
func (r *registration) AppRoleGrants(_ context.Context, principal string) ([]tenant.AppRoleGrant, error) {
	if principal == "other" {
		return r.grants, nil
	}
	return r.roles, r.rolesErr
}
func (r *registration) DelegatedGrants(context.Context, string) ([]tenant.DelegatedGrant, error) {
	return r.scopes, r.scopesErr
}

func (r *registration) Assigned(context.Context, string) ([]tenant.AppRoleGrant, error) {
	return r.assigned, nil
}

const redirect = "https://booking.example/signin-oidc"

// registered is a healthy world with an administrator signed in, and a product
// that signs people in.
func registered() (*world, *registration) {
	w := healthy(2)
	r := &registration{
		app: tenant.Application{ID: "obj", AppID: clientID, DisplayName: "Room booking", SignInAudience: "AzureADMyOrg", IDTokens: true, RedirectURIs: []string{redirect},
			Secrets: []tenant.Credential{{KeyID: "key", Start: noon.AddDate(0, -1, 0), End: noon.AddDate(0, 11, 0)}}},
		own: tenant.ServicePrincipal{ID: "sp", AppID: clientID, Enabled: true},
	}
	graph := tenant.RequiredResource{ResourceAppID: tenant.GraphAppID, Access: []tenant.RequiredAccess{{ID: "d-openid", Type: "Scope"}}}
	for _, p := range w.in.Needs.Permissions {
		id := someEntries[p.Value].ApplicationID
		graph.Access = append(graph.Access, tenant.RequiredAccess{ID: id, Type: "Role"})
		r.roles = append(r.roles, tenant.AppRoleGrant{ResourceID: "graph", AppRoleID: id})
	}
	r.app.Required = []tenant.RequiredResource{graph}
	r.scopes = []tenant.DelegatedGrant{{ResourceID: "graph", ConsentType: "AllPrincipals", Scope: "openid"}}
	w.in.Needs.Permissions = append(w.in.Needs.Permissions, product.Permission{Ref: permission.Ref{Value: "openid", Kind: permission.Delegated}})
	w.in.Product.SingleSignOn = product.SSO{RedirectURIs: true, IDTokens: true}
	w.in.Connection.SingleSignOn.RedirectURIs = []string{redirect}
	w.in.Connection.Application.Credential = connection.Credential{Kind: connection.CredentialSecret, KeyID: "key"}
	w.in.Registration = r
	return w, r
}

func TestRegistration(t *testing.T) {
	tests := []struct {
		name    string
		spoil   func(*world, *registration)
		verdict Verdict
		check   string
		code    string
	}{
		{"healthy", func(*world, *registration) {}, Passed, "", ""},
		{"deleted", func(_ *world, r *registration) { r.app.DeletedAt = noon }, Failed, Declared, "application.deleted"},
		{"registration cannot be read", func(_ *world, r *registration) { r.appErr = refusal("graph.unavailable") }, Incomplete, Declared, "graph.unavailable"},
		{"another application came", func(_ *world, r *registration) { r.app.AppID = "other" }, Incomplete, Declared, "check.unexpected-answer"},
		{"not declared", func(_ *world, r *registration) { r.app.Required[0].Access = r.app.Required[0].Access[:2] }, Warned, Declared, "application.not-declared"},
		{"disabled", func(_ *world, r *registration) { r.own.Enabled = false }, Failed, Consented, "application.disabled"},
		// The false green of a peer: the look-up of the grants failed, and
		// "nothing missing" was concluded.
		{"the account may not read the registration", func(_ *world, r *registration) { r.appErr = refusal("graph.Authorization_RequestDenied") }, Incomplete, Declared, "sign-in.may-not-read"},
		{"the account may not read grants", func(_ *world, r *registration) { r.rolesErr = refusal("graph.Authorization_RequestDenied") }, Incomplete, Consented, "sign-in.may-not-read"},
		{"grants cannot be read", func(_ *world, r *registration) { r.rolesErr = refusal("graph.unavailable") }, Incomplete, Consented, "graph.unavailable"},
		{"no grants at all", func(_ *world, r *registration) { r.roles = nil }, Failed, Consented, "permission.revoked"},
		{"grants of another service", func(_ *world, r *registration) {
			for i := range r.roles {
				r.roles[i].ResourceID = "exchange"
			}
		}, Failed, Consented, "permission.revoked"},
		{"sign-in not consented", func(_ *world, r *registration) { r.scopes = nil }, Warned, Consented, "permission.delegated-not-consented"},
		{"consented for one person only", func(_ *world, r *registration) { r.scopes[0].ConsentType = "Principal" }, Warned, Consented, "permission.delegated-not-consented"},
		{"secret gone", func(_ *world, r *registration) { r.app.Secrets[0].KeyID = "other" }, Failed, KeyMatch, "credential.secret-not-registered"},
		{"certificate not uploaded", func(w *world, _ *registration) {
			w.in.Connection.Application.Credential = connection.Credential{Kind: connection.CredentialCertificate, Thumbprint: "AB"}
		}, Failed, KeyMatch, "credential.certificate-not-registered"},
		{"ends soon", func(_ *world, r *registration) { r.app.Secrets[0].End = noon.AddDate(0, 0, 10) }, Warned, Expiry, "credential.expires-soon"},
		{"ended", func(_ *world, r *registration) { r.app.Secrets[0].End = noon.AddDate(0, 0, -1) }, Failed, Expiry, "credential.expired"},
		{"redirect missing", func(_ *world, r *registration) { r.app.RedirectURIs = nil }, Failed, RedirectURIs, "sign-on.redirect-missing"},
		{"redirect of a single-page application", func(_ *world, r *registration) {
			r.app.RedirectURIs, r.app.SpaURIs = nil, []string{redirect}
		}, Failed, RedirectURIs, "sign-on.redirect-platform"},
		{"redirect with a slash", func(_ *world, r *registration) { r.app.RedirectURIs[0] += "/" }, Failed, RedirectURIs, "sign-on.redirect-differs"},
		{"redirect in other case", func(_ *world, r *registration) { r.app.RedirectURIs[0] = "https://booking.example/Signin-OIDC" }, Failed, RedirectURIs, "sign-on.redirect-differs"},
		{"redirect by http", func(_ *world, r *registration) { r.app.RedirectURIs[0] = "http://booking.example/signin-oidc" }, Failed, RedirectURIs, "sign-on.redirect-differs"},
		{"the server wants another redirect", func(w *world, _ *registration) { w.description.RedirectURIs = []string{"https://booking.example/new"} }, Failed, RedirectURIs, "sign-on.redirect-missing"},
		{"nobody wants people to sign in", func(w *world, r *registration) {
			r.app.RedirectURIs, w.in.Connection.SingleSignOn.RedirectURIs = nil, nil
		}, Passed, "", ""},
		{"assignment required, nobody assigned", func(_ *world, r *registration) { r.own.AssignmentRequired = true }, Failed, SignInAssigned, "sign-on.nobody-assigned"},
		{"assignment required, one person assigned", func(_ *world, r *registration) {
			r.own.AssignmentRequired, r.assigned = true, []tenant.AppRoleGrant{{PrincipalID: "somebody"}}
		}, Warned, SignInAssigned, "sign-on.some-assigned"},
		{"assignment required, the chosen groups assigned", func(w *world, r *registration) {
			w.in.Connection.People = connection.People{Mode: connection.Groups, Groups: []string{"g1"}}
			w.members = map[string]members{"g1": {people: w.people.Items}}
			r.own.AssignmentRequired, r.assigned = true, []tenant.AppRoleGrant{{PrincipalID: "G1"}}
		}, Passed, "", ""},
		{"no ID tokens", func(_ *world, r *registration) { r.app.IDTokens = false }, Failed, IDTokens, "sign-on.id-tokens-off"},
		{"EWS", func(_ *world, r *registration) {
			r.app.Required = append(r.app.Required, tenant.RequiredResource{ResourceAppID: tenant.ExchangeAppID, Access: []tenant.RequiredAccess{{ID: ewsPermissions[0], Type: "Role"}}})
		}, Warned, "deprecated.ews", "deprecated.ews"},
		{"Exchange administration is not EWS", func(_ *world, r *registration) {
			r.app.Required = append(r.app.Required, tenant.RequiredResource{ResourceAppID: tenant.ExchangeAppID, Access: []tenant.RequiredAccess{{ID: "dc50a0fb-09a3-484d-be87-e023b12c6440", Type: "Role"}}})
		}, Passed, "", ""},
		{"long secret", func(_ *world, r *registration) { r.app.Secrets[0].End = noon.AddDate(3, 0, 0) }, Warned, "deprecated.secret-life", "deprecated.secret-life"},
		{"implicit access tokens", func(_ *world, r *registration) { r.app.AccessTokens = true }, Warned, "deprecated.implicit", "deprecated.implicit"},
		{"every organization", func(_ *world, r *registration) { r.app.SignInAudience = "AzureADMultipleOrgs" }, Warned, "deprecated.audience", "deprecated.audience"},
		{"legacy policy", func(w *world, _ *registration) {
			w.in.Connection.Scope = connection.Scope{Kind: connection.ScopePolicy}
		}, Warned, "deprecated.policy", "deprecated.policy"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, r := registered()
			tt.spoil(w, r)
			run := w.run(t)
			var want *Cause
			if tt.check != "" {
				want = &Cause{tt.check, tt.code}
			}
			if run.Verdict != tt.verdict || !cmp.Equal(run.RootCause, want) {
				t.Errorf("verdict %s, cause %+v; want %s, %+v\n%s", run.Verdict, run.RootCause, tt.verdict, want, show(run))
			}
		})
	}
}

// TestLayers is the table of the four truths: what nobody read is unknown.
func TestLayers(t *testing.T) {
	const yes, no, unread, free = permission.Yes, permission.No, permission.Unknown, permission.NotApplicable
	row := func(r Run, value string) [4]permission.Truth {
		for _, l := range r.Layers {
			if l.Value == value {
				return [4]permission.Truth{l.Declared, l.Consented, l.InToken, l.Proven}
			}
		}
		return [4]permission.Truth{-1}
	}
	check := func(name string, r Run, value string, want [4]permission.Truth) {
		t.Helper()
		if got := row(r, value); got != want {
			t.Errorf("%s: %s is %v, want %v", name, value, got, want)
		}
	}
	w, reg := registered()
	run := w.run(t)
	check("healthy", run, "Place.Read.All", [4]permission.Truth{yes, yes, yes, yes})
	check("reading does not prove writing", run, "Calendars.ReadWrite", [4]permission.Truth{yes, yes, yes, unread})
	check("delegated", run, "openid", [4]permission.Truth{yes, yes, free, unread})

	w.in.Registration = nil
	check("nobody signed in", w.run(t), "Place.Read.All", [4]permission.Truth{unread, unread, yes, yes})

	w.in.Registration = reg
	reg.roles = reg.roles[1:]
	reg.app.Required[0].Access = []tenant.RequiredAccess{reg.app.Required[0].Access[2], reg.app.Required[0].Access[3], reg.app.Required[0].Access[4]}
	w.token.Claims.Roles = w.token.Claims.Roles[1:]
	w.in.Connection.Scope.Kind = connection.ScopeRBAC
	check("granted in Exchange", w.run(t), "Calendars.ReadWrite", [4]permission.Truth{free, free, free, unread})

	w = healthy(2)
	w.people = refusedList[tenant.Person]()
	check("refused", w.run(t), "User.Read.All", [4]permission.Truth{unread, unread, yes, no})

	w = healthy(2)
	w.token.Claims = nil
	check("opaque token", w.run(t), "Place.Read.All", [4]permission.Truth{unread, unread, unread, yes})
}

// TestFeaturesAreBrokenByTheirOwn is that one missing permission does not spoil
// what it has nothing to do with.
func TestFeaturesAreBrokenByTheirOwn(t *testing.T) {
	w, r := registered()
	w.token.Claims.Roles, r.roles = w.token.Claims.Roles[1:], r.roles[1:]
	w.calendar = func(string) error { return forbidden() }
	run := w.run(t)
	got := map[string]string{}
	for _, f := range run.Features {
		got[f.ID] = f.State
	}
	want := map[string]string{"rooms": FeatureWorks, "people": FeatureWorks, "groups": FeatureWorks, "single-sign-on": FeatureWorks,
		"calendars": FeatureBroken, "bookings": FeatureBroken}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s\n%s", d, show(run))
	}
}

// TestOutside holds the negative proof to what counts: a refusal by Exchange of
// a mailbox that exists.
func TestOutside(t *testing.T) {
	const outsider = "ceo@contoso.example"
	refuses := func(code string) func(string) (string, error) {
		return func(string) (string, error) { return "", refusal(code) }
	}
	tests := []struct {
		name   string
		spoil  func(*world)
		status Status
		code   string
	}{
		{"refused and exists", func(*world) {}, Pass, ""},
		{"not found", func(w *world) { w.calendarID = refuses("graph.ErrorItemNotFound") }, Unknown, "scope.not-proven"},
		{"throttled", func(w *world) { w.calendarID = refuses("graph.throttled") }, Unknown, "scope.not-proven"},
		{"the token lacks everything", func(w *world) { w.calendarID = refuses("graph.Authorization_RequestDenied") }, Unknown, "scope.not-proven"},
		{"typing error", func(w *world) { w.in.Exists = func(context.Context, string) (bool, error) { return false, nil } }, Unknown, "scope.no-such-mailbox"},
		{"nobody can tell that it exists", func(w *world) { w.in.Exists = nil }, Unknown, "scope.outsider-unseen"},
		{"reached", func(w *world) { w.calendarID = nil }, Fail, "scope.not-limited"},
		{"reached with an empty answer", func(w *world) { w.calendarID = func(string) (string, error) { return "", nil } }, Unknown, "check.unexpected-answer"},
		{"reached, changed an hour ago", func(w *world) { w.calendarID, w.in.Options.ScopeChanged = nil, noon.Add(-time.Hour) }, Unknown, "scope.pending"},
		{"reached, changed three hours ago", func(w *world) { w.calendarID, w.in.Options.ScopeChanged = nil, noon.Add(-3*time.Hour) }, Fail, "scope.not-limited"},
		{"reached by a tenant-wide grant", func(w *world) {
			w.calendarID = nil
			w.token.Claims.Roles = append(w.token.Claims.Roles, "Calendars.ReadWrite")
		}, Warn, "scope.tenant-wide"},
		{"a chosen room named", func(w *world) { w.in.Connection.Scope.Outside = "Room0@contoso.example" }, Unknown, "scope.no-outsider"},
		{"nobody named", func(w *world) { w.in.Connection.Scope.Outside = "" }, Unknown, "scope.no-outsider"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := healthy(2)
			w.token.Claims.Roles = w.token.Claims.Roles[1:]
			w.in.Connection.Scope = connection.Scope{Kind: connection.ScopeRBAC, Outside: outsider}
			w.calendarID = refuses("graph.ErrorAccessDenied")
			w.in.Exists = func(context.Context, string) (bool, error) { return true, nil }
			tt.spoil(w)
			r := w.run(t)
			f, _ := r.Finding(ScopeOutside)
			if f.Status != tt.status || problem.CodeOf(f.err()).String() != tt.code {
				t.Errorf("%s %s, want %s %s", f.Status, problem.CodeOf(f.err()).String(), tt.status, tt.code)
			}
			if tt.code == "scope.not-limited" && !strings.Contains(f.Problem.Remedies[1].String(), "name another one") {
				t.Errorf("the script that was run is all that is advised: %v", f.Problem.Remedies)
			}
			if reach := stateOf(r, "reach"); (reach == FeatureWorks) != (tt.status == Pass) {
				t.Errorf("the feature is %s", reach)
			}
		})
	}
	w := healthy(2)
	w.in.Options.OutOfReach = outsider
	w.people.Items = append(w.people.Items, tenant.Person{ID: "ceo", Mail: "CEO@contoso.example"})
	w.calendarID = refuses("graph.ErrorAccessDenied")
	if f, _ := w.run(t).Finding(ScopeOutside); f.Status != Pass {
		t.Errorf("the list of people shows that it exists: %+v", f)
	}
}

func stateOf(r Run, id string) string {
	for _, f := range r.Features {
		if f.ID == id {
			return f.State
		}
	}
	return ""
}

// TestASecretWhoseHintIsNotShown may be any of the application's.
func TestASecretWhoseHintIsNotShown(t *testing.T) {
	w, r := registered()
	w.in.Connection.Application.Credential = connection.Credential{Kind: connection.CredentialSecret, Hint: "abc"}
	for hint, want := range map[string]Status{"": Unknown, "abc": Pass, "xyz": Fail} {
		r.app.Secrets[0].Hint = hint
		if f, _ := w.run(t).Finding(KeyMatch); f.Status != want {
			t.Errorf("hint %q: %s, want %s", hint, f.Status, want)
		}
	}
}

// TestFold: what an administrator's sign-in would show is one finding that says
// how, also of a run that was stored; what is skipped for another reason stays.
func TestFold(t *testing.T) {
	w, _ := registered()
	w.in.Registration = nil
	data, err := json.Marshal(w.run(t))
	if err != nil {
		t.Fatal(err)
	}
	var run Run
	if err := json.Unmarshal(data, &run); err != nil {
		t.Fatal(err)
	}
	folded := Fold(run.Findings)
	group := folded[len(folded)-1]
	missing := len(run.Findings) - len(folded) + 1
	if missing < 2 || group.ID != SignInGroup || group.Title.String() != fmt.Sprintf("Sign in to check %d more", missing) {
		t.Fatalf("%d are missing: %s", missing, group.Title)
	}
	if r := group.Problem.Remedies; len(r) != 1 || r[0].Command != "roomkeyctl check --sign-in" {
		t.Errorf("%v", r)
	}
	for _, f := range run.Findings {
		kept := slices.ContainsFunc(folded, func(k Finding) bool { return k.ID == f.ID })
		named := strings.Contains(group.Problem.Detail.String(), f.Title.String())
		if kept == named || kept == f.NeedsSignIn {
			t.Errorf("%s: kept %t, named %t", f.ID, kept, named)
		}
	}
	if w, _ := registered(); len(Fold(w.run(t).Findings)) != len(w.run(t).Findings) {
		t.Error("with a sign-in nothing is folded")
	}
}

// TestRetirementWithoutTheRegistration: most of what is being retired shows in the
// registration only, so that without it no more is claimed than was seen.
func TestRetirementWithoutTheRegistration(t *testing.T) {
	w, _ := registered()
	if c := w.claim(w.run(t), evidence.Retirement); c.Standing != evidence.Works || c.Title.String() != "No feature in use is being retired" {
		t.Errorf("with the registration: %s: %s", c.Standing, c.Title)
	}
	w.in.Registration = nil
	if c := w.claim(w.run(t), evidence.Retirement); c.Standing != evidence.Works || !strings.Contains(c.Title.String(), "registration was not read") {
		t.Errorf("without it: %s: %s", c.Standing, c.Title)
	}
}
