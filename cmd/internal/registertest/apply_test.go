package registertest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/vault"
)

// whole checks that the tenant holds exactly one of everything, and that the
// keychain's credential is the live one.
func (l *lab) whole(kind string) {
	l.t.Helper()
	apps, sp, roles, scopes := l.look()
	if len(apps) != 1 {
		l.t.Fatalf("%d applications", len(apps))
	}
	a := apps[0]
	if n := len(a.Secrets) + len(a.Certificates); n != 1 {
		l.t.Fatalf("%d credentials: %+v %+v", n, a.Secrets, a.Certificates)
	}
	c := l.document().Application
	want := append(slices.Clone(a.Secrets), a.Certificates...)[0]
	if c.ClientID != a.AppID || c.ObjectID != a.ID || c.ServicePrincipalID != sp.ID || c.Credential.KeyID != want.KeyID || c.Credential.Kind != kind {
		l.t.Fatalf("the document has %+v, the tenant %s %s %s %s", c, a.AppID, a.ID, sp.ID, want.KeyID)
	}
	if !slices.Equal(roles, []string{"Calendars.ReadWrite"}) || scopes != "openid profile email" {
		l.t.Fatalf("granted %v %q", roles, scopes)
	}
	if !a.IDTokens || !slices.Equal(a.RedirectURIs, []string{"https://booking.contoso.example/signin-oidc"}) || a.SignInAudience != "AzureADMyOrg" {
		l.t.Fatalf("settings: %+v", a)
	}
	in := l.input(l.http, register.Options{})
	// The record knows the same one, and no other.
	undo, err := register.MakeUndoPlan(l.t.Context(), in)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, name := range []string{want.DisplayName, want.Thumbprint} {
		undo.Items = slices.DeleteFunc(undo.Items, func(i change.Item) bool { return i.Today.String() == name })
	}
	for _, i := range undo.Items {
		if t := i.Title.String(); t == "Client secret" || t == "Certificate" {
			l.t.Fatalf("undo would remove %s, which is not there; there is %+v", i.Today, want)
		}
	}
	var secret vault.Secret
	var pair *vault.KeyPair
	if kind == "secret" {
		secret, err = l.vault.Get(l.t.Context(), l.id, vault.ClientSecret)
	} else {
		var pem vault.Secret
		if pem, err = l.vault.Get(l.t.Context(), l.id, vault.Certificate); err == nil {
			var p vault.KeyPair
			p, err = vault.ParseCertificate([]byte(pem.Reveal()), vault.Secret{})
			pair = &p
		}
	}
	if err != nil {
		l.t.Fatal(err)
	}
	token, err := in.Token(l.t.Context(), c.ClientID, secret, pair)
	if err != nil {
		l.t.Fatalf("the keychain's credential: %v", err)
	}
	if !slices.Equal(token.Claims.Roles, []string{"Calendars.ReadWrite"}) {
		l.t.Fatalf("roles of the token: %v", token.Claims.Roles)
	}
}

func TestApply(t *testing.T) {
	for _, kind := range []string{"secret", "certificate"} {
		t.Run(kind, func(t *testing.T) {
			l := newLab(t)
			result := l.mustApply(register.Options{Credential: kind})
			if !result.Proof.Token || len(result.Proof.Missing) > 0 || !slices.Equal(result.Proof.Roles, []string{"Calendars.ReadWrite"}) || result.Consent != nil {
				t.Fatalf("%+v", result)
			}
			l.whole(kind)

			// Once more changes nothing.
			before := changes(l)
			l.mustApply(register.Options{Credential: kind})
			if after := changes(l); after != before {
				t.Errorf("the second apply made %d changing calls", after-before)
			}
			l.whole(kind)
		})
	}
}

func changes(l *lab) (n int) {
	for _, r := range l.sim.Requests() {
		if r.Method != http.MethodGet && strings.HasPrefix(r.Path, "/v1.0/") {
			n++
		}
	}
	return n
}

// cutter lets a number of requests pass and then takes the network away for
// good, before the next request is sent or after it was carried out: what a
// process that is killed there would have seen.
type cutter struct {
	next  http.RoundTripper
	after bool

	mu    sync.Mutex
	left  int
	count int
	die   context.CancelFunc
}

var errKilled = errors.New("killed")

func (c *cutter) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.count++
	c.left--
	left := c.left
	c.mu.Unlock()
	if left >= 0 {
		return c.next.RoundTrip(r)
	}
	if left == -1 && c.after {
		// The dead process cannot take its request back.
		if res, err := c.next.RoundTrip(r.WithContext(context.WithoutCancel(r.Context()))); err == nil {
			_ = res.Body.Close()
		}
	}
	c.die()
	return nil, errKilled
}

// TestKilledAnywhere cuts an Apply off at every single request, before it is
// sent and after it was carried out, and starts again with what was on the
// disk: one application, one service principal, one live credential, the
// planned grants.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"secret", "certificate"} {
		options := register.Options{Credential: kind}
		if kind == "certificate" {
			options.Use = register.New // what the first run registered is the new one
		}
		full := newLab(t)
		count := &cutter{next: full.http.Transport, left: 1 << 30}
		if _, err := full.apply(t.Context(), &http.Client{Transport: count}, options); err != nil {
			t.Fatal(err)
		}
		if count.count < 15 {
			t.Fatalf("a whole run has only %d requests", count.count)
		}
		l := newLab(t)
		for _, after := range []bool{false, true} {
			for n := range count.count {
				name := fmt.Sprintf("%s/before-%d", kind, n+1)
				if after {
					name = fmt.Sprintf("%s/after-%d", kind, n+1)
				}
				ok := t.Run(name, func(t *testing.T) {
					l := &lab{t: t, sim: l.sim, upn: l.upn}
					l.computer()
					l.prepare()
					ctx, die := context.WithCancel(t.Context())
					defer die()
					cut := &cutter{next: l.http.Transport, after: after, left: n, die: die}
					if _, err := l.apply(ctx, &http.Client{Transport: cut}, options); err == nil {
						t.Fatal("the run went through although it was cut")
					}
					l.mustApply(options)
					l.whole(kind)
					l.clear()
				})
				if !ok {
					return
				}
			}
		}
	}
}

// clear makes the tenant bare again.
func (l *lab) clear() {
	l.t.Helper()
	d := l.directory(l.http)
	apps, _, _, _ := l.look()
	for _, a := range apps {
		if err := d.DeleteApplication(l.t.Context(), a.ID); err != nil {
			l.t.Fatal(err)
		}
	}
}

// TestLostAnswer loses the answer to each changing call and lets the same run
// go on.
func TestLostAnswer(t *testing.T) {
	for n := 1; n <= 5; n++ {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			l := newLab(t, fmt.Sprintf("killed-after-act=%d", n))
			l.mustApply(register.Options{})
			l.whole("secret")
		})
	}
}

func TestWaitsForMicrosoft(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{"replication-delay=300ms", "stale-roles=400ms", "throttled"} {
		t.Run(fault, func(t *testing.T) {
			l := newLab(t, fault)
			l.mustApply(register.Options{})
			if err := l.sim.SetFaults(); err != nil {
				t.Fatal(err)
			}
			l.whole("secret")
		})
	}
}

func TestConsentOfAnother(t *testing.T) {
	l := newLab(t)
	l.upn = l.sim.Account().LesserAdminUPN
	result := l.mustApply(register.Options{})
	if problem.CodeOf(result.Consent) != register.CodeConsentRefused || result.Consent.RequestID == "" {
		t.Fatalf("consent: %v", result.Consent)
	}
	if !result.Proof.Token || len(result.Proof.Roles) != 0 {
		t.Fatalf("proof: %+v", result.Proof)
	}
	if _, _, roles, scopes := l.look(); len(roles) != 0 || scopes != "openid profile email" {
		t.Errorf("an Application Administrator may consent to delegated permissions, and to those only: %v %q", roles, scopes)
	}
	// A colleague with the role applies what is left; nothing is made twice.
	l.upn = l.sim.Account().AdminUPN
	if result = l.mustApply(register.Options{}); result.Consent != nil {
		t.Fatal(result.Consent)
	}
	l.whole("secret")
}

// TestTwoComputers registers from two computers at once: one application, and
// each computer has a credential of its own.
func TestTwoComputers(t *testing.T) {
	a := newLab(t)
	b := &lab{t: t, sim: a.sim, upn: a.upn}
	b.computer()
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, l := range []*lab{a, b} {
		in := l.input(l.http, register.Options{})
		plan, err := register.MakePlan(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() { _, errs[i] = register.Apply(t.Context(), in, plan) })
	}
	wg.Wait()
	for i, l := range []*lab{a, b} {
		if problem.CodeOf(errs[i]) == register.CodeStale { // planned again, as a person would
			_, errs[i] = l.apply(t.Context(), l.http, register.Options{})
		}
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
	}
	apps, _, roles, _ := a.look()
	if len(apps) != 1 || len(apps[0].Secrets) != 2 || len(roles) != 1 {
		t.Fatalf("%d applications, %d secrets, roles %v", len(apps), len(apps[0].Secrets), roles)
	}
	if a.document().Application.ClientID != b.document().Application.ClientID {
		t.Error("two applications")
	}
}
