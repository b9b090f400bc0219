package register

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// fake is a directory in memory. Fail can refuse or lose any call; Lag hides
// new secrets for so many looks, as replication does.
type fake struct {
	apps       []*tenant.Application
	principals []*tenant.ServicePrincipal
	roles      []tenant.AppRoleGrant
	scopes     []tenant.DelegatedGrant
	policy     tenant.CredentialPolicy
	policyErr  error
	deleted    []tenant.Application
	texts      map[string]string

	calls []string
	fail  func(call string) (err error, acted bool)
	lag   map[string]int
	n     int
}

func refusal(code string) *problem.Problem {
	return problem.DeclareFamily("").New(code, problem.Refused, words.T("Microsoft said no.")).With(words.T("Request: x. Microsoft says: y"))
}

var graphPrincipal = tenant.ServicePrincipal{
	ID: "graph", AppID: tenant.GraphAppID, Enabled: true,
	Roles: []tenant.Permission{
		{ID: "trap", Value: "Calendars.ReadWrite.All", Enabled: true, Application: true},
		{ID: "role-calendars", Value: "Calendars.ReadWrite", Enabled: true, Application: true},
		{ID: "off", Value: "Place.Read.All", Enabled: false, Application: true},
	},
	Scopes: []tenant.Permission{{ID: "scope-openid", Value: "openid", Enabled: true}, {ID: "scope-profile", Value: "profile", Enabled: true}, {ID: "scope-email", Value: "email", Enabled: true}},
}

// does runs a changing call with the faults of the test.
func (f *fake) does(call string, act func()) error {
	f.calls = append(f.calls, call)
	if f.fail != nil {
		if err, acted := f.fail(call); err != nil {
			if acted {
				act()
			}
			return err
		}
	}
	act()
	return nil
}

func (f *fake) id(prefix string) string { f.n++; return fmt.Sprintf("%s-%d", prefix, f.n) }

func (f *fake) find(is func(*tenant.Application) bool) (tenant.Application, error) {
	for _, a := range f.apps {
		if is(a) {
			shown := *a
			shown.Secrets = slices.DeleteFunc(slices.Clone(a.Secrets), func(k tenant.Credential) bool {
				f.lag[k.KeyID]--
				return f.lag[k.KeyID] >= 0
			})
			shown.Certificates = slices.Clone(a.Certificates)
			return shown, nil
		}
	}
	return tenant.Application{}, refusal(tenant.CodeNotFound.String())
}

func (f *fake) Application(_ context.Context, clientID string) (tenant.Application, error) {
	return f.find(func(a *tenant.Application) bool { return a.AppID == clientID })
}
func (f *fake) ApplicationByID(_ context.Context, id string) (tenant.Application, error) {
	return f.find(func(a *tenant.Application) bool { return a.ID == id })
}
func (f *fake) ApplicationByUniqueName(_ context.Context, name string) (tenant.Application, error) {
	return f.find(func(a *tenant.Application) bool { return a.UniqueName == name })
}
func (f *fake) ApplicationsNamed(_ context.Context, name string) (list []tenant.Application, err error) {
	for _, a := range f.apps {
		if a.DisplayName == name {
			list = append(list, *a)
		}
	}
	return list, nil
}
func (f *fake) DeletedApplications(context.Context) ([]tenant.Application, error) {
	return f.deleted, nil
}
func (f *fake) ServicePrincipal(_ context.Context, appID string) (tenant.ServicePrincipal, error) {
	if appID == tenant.GraphAppID {
		return graphPrincipal, nil
	}
	for _, sp := range f.principals {
		if sp.AppID == appID {
			return *sp, nil
		}
	}
	return tenant.ServicePrincipal{}, refusal(tenant.CodeNotFound.String())
}
func (f *fake) AppRoleGrants(_ context.Context, id string) ([]tenant.AppRoleGrant, error) {
	return slices.DeleteFunc(slices.Clone(f.roles), func(g tenant.AppRoleGrant) bool { return g.PrincipalID != id }), nil
}
func (f *fake) DelegatedGrants(_ context.Context, id string) ([]tenant.DelegatedGrant, error) {
	return slices.DeleteFunc(slices.Clone(f.scopes), func(g tenant.DelegatedGrant) bool { return g.ClientID != id }), nil
}
func (f *fake) CredentialPolicy(context.Context, string) (tenant.CredentialPolicy, error) {
	return f.policy, f.policyErr
}

func (f *fake) set(a *tenant.Application, c tenant.ApplicationChange) {
	if c.DisplayName != nil {
		a.DisplayName = *c.DisplayName
	}
	if c.SignInAudience != nil {
		a.SignInAudience = *c.SignInAudience
	}
	if c.RedirectURIs != nil {
		a.RedirectURIs = *c.RedirectURIs
	}
	if c.IDTokens != nil {
		a.IDTokens = *c.IDTokens
	}
	if c.Required != nil {
		a.Required = *c.Required
	}
	if c.Certificates != nil {
		a.Certificates = *c.Certificates
	}
}
func (f *fake) UpsertApplication(_ context.Context, name string, c tenant.ApplicationChange) error {
	return f.does("upsert", func() {
		for _, a := range f.apps {
			if a.UniqueName == name {
				f.set(a, c)
				return
			}
		}
		a := &tenant.Application{ID: f.id("object"), AppID: f.id("client"), UniqueName: name}
		f.set(a, c)
		f.apps = append(f.apps, a)
	})
}
func (f *fake) SetLogo(_ context.Context, id string, picture []byte) error {
	return f.does("logo", func() {
		for _, a := range f.apps {
			if a.ID == id {
				a.Branding.LogoURL = fmt.Sprintf("https://cdn.example/%d", len(picture))
			}
		}
	})
}
func (f *fake) ChangeApplication(_ context.Context, id string, c tenant.ApplicationChange) error {
	return f.does("change", func() {
		for _, a := range f.apps {
			if a.ID == id {
				f.set(a, c)
			}
		}
	})
}
func (f *fake) DeleteApplication(_ context.Context, id string) error {
	return f.does("delete", func() {
		f.apps = slices.DeleteFunc(f.apps, func(a *tenant.Application) bool { return a.ID == id })
	})
}
func (f *fake) AddSecret(_ context.Context, id, name string, end time.Time) (k tenant.Credential, secret vault.Secret, err error) {
	err = f.does("secret", func() {
		key := f.id("key")
		k = tenant.Credential{KeyID: key, DisplayName: name, Hint: "abc", End: end}
		f.texts[key] = "abc-" + key
		for _, a := range f.apps {
			if a.ID == id {
				a.Secrets = append(a.Secrets, k)
			}
		}
	})
	return k, vault.NewSecret(f.texts[k.KeyID]), err
}
func (f *fake) RemoveSecret(_ context.Context, id, keyID string) error {
	return f.does("remove-secret", func() {
		for _, a := range f.apps {
			if a.ID == id {
				a.Secrets = slices.DeleteFunc(a.Secrets, func(k tenant.Credential) bool { return k.KeyID == keyID })
			}
		}
	})
}
func (f *fake) CreateServicePrincipal(_ context.Context, appID string) error {
	return f.does("principal", func() {
		f.principals = append(f.principals, &tenant.ServicePrincipal{ID: f.id("sp"), AppID: appID, Enabled: true})
	})
}
func (f *fake) DeleteServicePrincipal(context.Context, string) error { return nil }
func (f *fake) GrantAppRole(_ context.Context, sp, resource, role string) error {
	return f.does("grant", func() {
		f.roles = append(f.roles, tenant.AppRoleGrant{ID: f.id("grant"), PrincipalID: sp, ResourceID: resource, AppRoleID: role})
	})
}
func (f *fake) RevokeAppRole(context.Context, string, string) error { return nil }
func (f *fake) GrantScopes(_ context.Context, sp, resource, scope string) error {
	return f.does("scopes", func() {
		f.scopes = append(f.scopes, tenant.DelegatedGrant{ID: f.id("scopes"), ClientID: sp, ResourceID: resource, ConsentType: "AllPrincipals", Scope: scope})
	})
}
func (f *fake) ChangeScopes(context.Context, string, string) error   { return nil }
func (f *fake) RevokeScopes(context.Context, string) error           { return nil }
func (f *fake) RestoreApplication(_ context.Context, _ string) error { return nil }

// notes is a journal in memory.
type notes struct{ lines []json.RawMessage }

func (n *notes) Append(e any) error {
	data, err := json.Marshal(e)
	n.lines = append(n.lines, data)
	return err
}
func (n *notes) Entries() ([]json.RawMessage, error) { return n.lines, nil }

// bench is everything that a run works on, in memory.
type bench struct {
	*fake
	in    Input
	notes *notes
	doc   *connection.Connection
	// roles are those that the next tokens carry; nil for all that are granted.
	tokens func() (entra.Token, error)
}

func newBench(t *testing.T) *bench {
	t.Helper()
	permissions, err := permission.Load()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{fake: &fake{texts: map[string]string{}, lag: map[string]int{}}, notes: &notes{}, doc: connection.New("Contoso")}
	b.doc.Product.ID, b.doc.Server.URL = "p", "https://booking.contoso.com"
	b.doc.SingleSignOn.RedirectURIs = []string{"https://booking.contoso.com/signin"}
	b.in = Input{
		Cloud: cloud.Cloud{ID: "global", Authority: "https://login.example", Graph: "https://graph.example"}, TenantID: "tenant",
		Product:     product.Product{ID: "p", Name: "Product", Model: product.Own, Credential: product.Credential{Kinds: []string{"secret", "certificate"}, Months: 24, Name: "Product"}, SingleSignOn: product.SSO{RedirectURIs: true, IDTokens: true}, Writes: product.WritesRoomsAndOrganizers},
		Needs:       product.Needs{Permissions: []product.Permission{{Ref: permission.Ref{Value: "Calendars.ReadWrite", Kind: permission.Application}, Reason: "r"}}},
		Permissions: permissions, Directory: b.fake, Vault: vault.Memory(), Journal: b.notes, By: "admin@contoso.com",
		Document: func() *connection.Connection { return b.doc.Clone() },
		Keep: func(_ context.Context, edit func(*connection.Connection)) error {
			edit(b.doc)
			return nil
		},
		Token: func(context.Context, string, vault.Secret, *vault.KeyPair) (entra.Token, error) {
			if b.tokens != nil {
				return b.tokens()
			}
			return entra.Token{Claims: &entra.Claims{Roles: []string{"Calendars.ReadWrite"}}}, nil
		},
		Clock: change.Clock{Pace: func(int) time.Duration { return time.Millisecond }, Patience: 3 * time.Second},
	}
	return b
}

func (b *bench) apply(t *testing.T) (Result, error) {
	t.Helper()
	plan, err := MakePlan(t.Context(), b.in)
	if err != nil {
		return Result{}, err
	}
	return Apply(t.Context(), b.in, plan)
}
