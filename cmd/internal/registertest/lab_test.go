package registertest

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/graph"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// lab is a simulated tenant and the disk of one administrator's computer.
type lab struct {
	t     *testing.T
	sim   *simulator.Simulator
	http  *http.Client
	store *store.Store
	vault vault.Vault
	id    string
	upn   string
}

func newLab(t *testing.T, faults ...string) *lab {
	t.Helper()
	sim, err := simulator.Start(t.Context(), simulator.Options{Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	l := &lab{t: t, sim: sim, upn: sim.Account().AdminUPN}
	l.computer()
	return l
}

// computer gives the lab a new, empty computer.
func (l *lab) computer() {
	l.t.Helper()
	var err error
	if l.http, err = transport.New(transport.Options{CAFile: l.sim.CAFile(), Retry: true}); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(l.http.CloseIdleConnections)
	if l.store, err = store.Open(l.t.TempDir()); err != nil {
		l.t.Fatal(err)
	}
	l.vault = vault.Memory()
	c := connection.New("Contoso")
	c.Cloud, c.Tenant.ID, c.Tenant.Domain = "simulated", l.sim.Account().TenantID, l.sim.Account().Domain
	c.Product.ID, c.Server.URL = "flexo", "https://booking.contoso.example"
	c.SingleSignOn.RedirectURIs = []string{"https://booking.contoso.example/signin-oidc"}
	if err := l.store.Save(l.t.Context(), c); err != nil {
		l.t.Fatal(err)
	}
	l.id = c.ID
}

// edit changes the stored document.
func (l *lab) edit(change func(*connection.Connection)) {
	l.t.Helper()
	if err := l.keep(l.t.Context(), change); err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) keep(ctx context.Context, change func(*connection.Connection)) error {
	c, err := l.store.Load(l.id)
	if err != nil {
		return err
	}
	change(c)
	return l.store.Save(ctx, c)
}

func (l *lab) document() *connection.Connection {
	c, err := l.store.Load(l.id)
	if err != nil {
		l.t.Fatal(err)
	}
	return c
}

// scopes are all that a whole Apply needs.
var scopes = append(append(append([]string{"openid"}, entra.ScopesRead...), entra.ScopesApply...), entra.ScopesConsent...)

// directory is Graph with the administrator's token, through client.
func (l *lab) directory(client *http.Client) *graph.Client {
	l.t.Helper()
	token, err := l.sim.UserToken(l.upn, scopes...)
	if err != nil {
		l.t.Fatal(err)
	}
	return graph.New(graph.Options{Cloud: l.sim.Cloud(), HTTP: client, Source: tenant.SourceAdministrator,
		Token: func(context.Context) (vault.Secret, error) { return vault.NewSecret(token), nil }})
}

// input is what a run on this computer works on.
func (l *lab) input(client *http.Client, options register.Options) register.Input {
	l.t.Helper()
	products, problems := product.Load("")
	if len(problems) > 0 {
		l.t.Fatal(problems[0])
	}
	permissions, err := permission.Load()
	if err != nil {
		l.t.Fatal(err)
	}
	c := l.document()
	p, _ := products.Get(c.Product.ID)
	return register.Input{
		Cloud: l.sim.Cloud(), TenantID: l.sim.Account().TenantID, Product: p, Needs: p.With(c.Product.Options, c.Product.Permissions), Permissions: permissions,
		Directory: l.directory(client), Vault: l.vault, Journal: l.store.Journal(l.id),
		Document: l.document, Keep: l.keep, By: l.upn, Options: options,
		Token: func(ctx context.Context, clientID string, secret vault.Secret, pair *vault.KeyPair) (entra.Token, error) {
			o := entra.ApplicationOptions{Cloud: l.sim.Cloud(), TenantID: l.sim.Account().TenantID, ClientID: clientID, HTTP: client}
			if o.Certificate = pair; pair == nil {
				o.Secret = secret
			}
			app, err := entra.NewApplication(o)
			if err != nil {
				return entra.Token{}, err
			}
			return app.Fresh(ctx)
		},
		Clock: change.Clock{Pace: func(int) time.Duration { return 20 * time.Millisecond }, Patience: 10 * time.Second},
	}
}

// apply plans and applies.
func (l *lab) apply(ctx context.Context, client *http.Client, options register.Options) (register.Result, error) {
	in := l.input(client, options)
	plan, err := register.MakePlan(ctx, in)
	if err != nil {
		return register.Result{}, err
	}
	return register.Apply(ctx, in, plan)
}

// mustApply applies and fails the test when that fails.
func (l *lab) mustApply(options register.Options) register.Result {
	l.t.Helper()
	result, err := l.apply(l.t.Context(), l.http, options)
	if err != nil {
		l.t.Fatalf("apply: %v", err)
	}
	return result
}

// look reads what the tenant holds of the connection's application.
func (l *lab) look() (apps []tenant.Application, sp tenant.ServicePrincipal, roles []string, scopes string) {
	l.t.Helper()
	d := l.directory(l.http)
	apps, err := d.ApplicationsNamed(l.t.Context(), "FlexO room booking")
	if err != nil {
		l.t.Fatal(err)
	}
	if len(apps) == 0 {
		return apps, sp, nil, ""
	}
	full, err := d.ApplicationByID(l.t.Context(), apps[0].ID)
	if err != nil {
		l.t.Fatal(err)
	}
	apps[0] = full
	if sp, err = d.ServicePrincipal(l.t.Context(), full.AppID); err != nil {
		l.t.Fatal(err)
	}
	g, err := d.ServicePrincipal(l.t.Context(), tenant.GraphAppID)
	if err != nil {
		l.t.Fatal(err)
	}
	grants, err := d.AppRoleGrants(l.t.Context(), sp.ID)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, r := range grants {
		for _, offered := range g.Roles {
			if offered.ID == r.AppRoleID {
				roles = append(roles, offered.Value)
			}
		}
	}
	delegated, err := d.DelegatedGrants(l.t.Context(), sp.ID)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, d := range delegated {
		scopes += d.Scope
	}
	return apps, sp, roles, scopes
}

// pairs are two certificates for all tests: making one takes its time.
var pairs = sync.OnceValues(func() (list [2]vault.KeyPair, err error) {
	for i := range list {
		if list[i], err = vault.NewCertificate("FlexO", 3072, 365*24*time.Hour, time.Now()); err != nil {
			return list, err
		}
	}
	return list, nil
})

// prepare puts certificates into the keychain, where a run that was cut off
// before its first call left them: the first one and the next one.
func (l *lab) prepare() {
	l.t.Helper()
	made, err := pairs()
	if err != nil {
		l.t.Fatal(err)
	}
	for i, kind := range []vault.Kind{vault.Certificate, vault.Certificate + "-next"} {
		if err := l.vault.Set(l.t.Context(), l.id, kind, made[i].PEM()); err != nil {
			l.t.Fatal(err)
		}
	}
}
