package entra

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/transport"
)

// reception is a simulated Entra with a person who sits at a browser.
type reception struct {
	t    *testing.T
	sim  *simulator.Simulator
	http *http.Client
}

func newReception(t *testing.T, faults ...string) *reception {
	t.Helper()
	sim, err := simulator.Start(t.Context(), simulator.Options{Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	client, err := transport.New(transport.Options{CAFile: sim.CAFile()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return &reception{t: t, sim: sim, http: client}
}

func (r *reception) administrator() *Administrator {
	r.t.Helper()
	a, err := NewAdministrator(AdministratorOptions{Cloud: r.sim.Cloud(), TenantID: r.sim.Account().TenantID, HTTP: r.http})
	if err != nil {
		r.t.Fatal(err)
	}
	return a
}

// person opens the page and sends its form.
func (r *reception) person(address string) { _ = simulator.Browse(r.t.Context(), r.http, address) }

func TestBrowser(t *testing.T) {
	r := newReception(t)
	a := r.administrator()
	if _, err := a.Token(t.Context()); problem.CodeOf(err) != CodeNeeded {
		t.Fatalf("a token without a sign-in: %v", err)
	}
	account, err := a.Browser(t.Context(), ScopesRead, r.person)
	if err != nil {
		t.Fatal(err)
	}
	if account.UPN != r.sim.Account().AdminUPN || account.TenantID != r.sim.Account().TenantID || account.Name == "" || account.ObjectID == "" {
		t.Errorf("%+v", account)
	}
	if len(account.Roles) != 1 || account.Roles[0].DisplayName != "Global Administrator" {
		t.Errorf("roles %+v", account.Roles)
	}
	if !a.Holds(ScopesRead) || a.Holds(ScopesApply) {
		t.Errorf("holds %v", account.Scopes)
	}
	before, err := a.Token(t.Context())
	if again, _ := a.Token(t.Context()); err != nil || again.Reveal() != before.Reveal() {
		t.Errorf("a token that lasts was renewed: %v", err)
	}
	if renewed, err := a.Renew(t.Context()); err != nil || renewed.Reveal() == before.Reveal() {
		t.Errorf("the token is not a new one: %v", err)
	} else if after, _ := a.Token(t.Context()); after.Reveal() != renewed.Reveal() {
		t.Error("the renewed token was not kept")
	}
	// More scopes keep the ones it had.
	if account, err = a.Browser(t.Context(), ScopesApply, r.person); err != nil || !a.Holds(append(slices.Clone(ScopesRead), ScopesApply...)) {
		t.Fatalf("%v %v", account.Scopes, err)
	}
	token, err := a.Token(t.Context())
	if err != nil || !slices.Contains(readClaims(token).Scopes, "Application.ReadWrite.All") {
		t.Fatalf("%v", err)
	}
	// One that is about to end is renewed with the refresh token.
	a.account.Expires = time.Now().Add(time.Minute)
	renewed, err := a.Token(t.Context())
	if err != nil || !slices.Contains(readClaims(renewed).Scopes, "Application.ReadWrite.All") || time.Until(a.Account().Expires) < 30*time.Minute {
		t.Fatalf("renewed: %v", err)
	}
	// One that Microsoft no longer renews is none: the next sign-in asks the person.
	r.sim.Advance(400 * 24 * time.Hour)
	if _, err := a.Renew(t.Context()); problem.CodeOf(err).String() != "entra.AADSTS700082" || a.Holds(ScopesRead) {
		t.Errorf("a sign-in that ended is kept: %v", err)
	}
	if _, err := a.Browser(t.Context(), ScopesRead, r.person); err != nil || !a.Holds(ScopesRead) {
		t.Fatal(err)
	}
	if err := a.SignOut(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Token(t.Context()); problem.CodeOf(err) != CodeNeeded || a.Account() != nil {
		t.Errorf("a token after the sign-out: %v", err)
	}
}

// TestBrowserRefused: what Microsoft sends back to the port.
func TestBrowserRefused(t *testing.T) {
	for _, tt := range []struct {
		fault, code string
		own         bool
	}{
		{"wrong-account", "entra.AADSTS50020", false},
		{"user-not-assigned", "entra.AADSTS50105", true},
		{"consent-declined", "entra.AADSTS65004", false},
		{"first-party-client-missing=redirect", "entra.AADSTS700016", true},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			r := newReception(t, tt.fault)
			_, err := r.administrator().Browser(t.Context(), ScopesRead, r.person)
			p := problem.Of(err)
			if p == nil || p.Code.String() != tt.code || OwnClientInstead(err) != tt.own {
				t.Fatalf("%v", err)
			}
			if strings.Contains(p.Detail.String(), "&#") {
				t.Errorf("still escaped: %s", p.Detail)
			}
			if ways := strings.Contains(remedies(p), "az ad app create"); ways != tt.own {
				t.Errorf("own client offered: %v", ways)
			}
		})
	}
}

func remedies(p *problem.Problem) string {
	var all []string
	for _, r := range p.Remedies {
		all = append(all, r.String())
	}
	return strings.Join(all, "\n")
}

// TestStray: a preview of the browser calls the port before Microsoft does.
func TestStray(t *testing.T) {
	r := newReception(t)
	a := r.administrator()
	_, err := a.Browser(t.Context(), ScopesRead, func(address string) {
		u, err := url.Parse(address)
		if err != nil {
			t.Error(err)
			return
		}
		res, err := http.Get(u.Query().Get("redirect_uri") + "/favicon.ico")
		if err == nil {
			_ = res.Body.Close()
		}
	})
	if problem.CodeOf(err).String() != "sign-in.interrupted" {
		t.Fatalf("%v", err)
	}
	if _, err := a.Browser(t.Context(), ScopesRead, r.person); err != nil {
		t.Fatalf("once more: %v", err)
	}
}

// TestCancel: nobody comes back, and a half-sent answer holds the port.
func TestCancel(t *testing.T) {
	r := newReception(t)
	for name, act := range map[string]func(address string){
		"nobody": func(string) {},
		"half": func(address string) {
			u, _ := url.Parse(address)
			back, _ := url.Parse(u.Query().Get("redirect_uri"))
			c, err := net.Dial("tcp", back.Host)
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(func() { _ = c.Close() })
			_, _ = c.Write([]byte("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\ncode="))
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			var cancelled time.Time
			time.AfterFunc(200*time.Millisecond, func() { cancelled = time.Now(); cancel() })
			_, err := r.administrator().Browser(ctx, ScopesRead, act)
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("%v", err)
			}
			if took := time.Since(cancelled); took > time.Second {
				t.Errorf("the cancel took %s", took)
			}
		})
	}
}

func TestDeviceCode(t *testing.T) {
	r := newReception(t)
	a := r.administrator()
	account, err := a.DeviceCode(t.Context(), ScopesRead, func(d DeviceCode) {
		if d.Code == "" || time.Until(d.Expires) < 10*time.Minute {
			t.Errorf("%+v", d)
		}
		_, _ = simulator.TypeCode(t.Context(), r.http, d.Address, d.Code)
	})
	if err != nil || account.UPN != r.sim.Account().AdminUPN {
		t.Fatalf("%+v %v", account, err)
	}
	if _, err := a.Token(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDeviceCodeRefused(t *testing.T) {
	for _, tt := range []struct {
		fault, code string
		browser     bool
	}{
		{"device-code-security-defaults", "entra.AADSTS530035", true},
		{"device-code-conditional-access", "entra.AADSTS53003", true},
		{"device-code-confirmation", "entra.AADSTS50199", true},
		{"device-code-declined", "entra.AADSTS70017", false},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			r := newReception(t, tt.fault)
			_, err := r.administrator().DeviceCode(t.Context(), ScopesRead, func(d DeviceCode) {
				_, _ = simulator.TypeCode(t.Context(), r.http, d.Address, d.Code)
			})
			p := problem.Of(err)
			if p == nil || p.Code.String() != tt.code || BrowserInstead(err) != tt.browser {
				t.Fatalf("%v", err)
			}
			if first := strings.Contains(p.Remedies[0].String(), "Sign in with the browser"); first != tt.browser {
				t.Errorf("the first remedy is %s", p.Remedies[0])
			}
		})
	}
}

func TestDeviceCodeCancel(t *testing.T) {
	r := newReception(t)
	ctx, cancel := context.WithCancel(t.Context())
	var cancelled time.Time
	_, err := r.administrator().DeviceCode(ctx, ScopesRead, func(DeviceCode) {
		time.Sleep(100 * time.Millisecond)
		cancelled = time.Now()
		cancel()
	})
	if !errors.Is(err, context.Canceled) || time.Since(cancelled) > time.Second {
		t.Fatalf("%v after %s", err, time.Since(cancelled))
	}
}

// TestDeviceThenBrowser: the policy came after the code. The refresh token of
// the code is refused, and the browser's sign-in does not touch it.
func TestDeviceThenBrowser(t *testing.T) {
	r := newReception(t)
	a := r.administrator()
	if _, err := a.DeviceCode(t.Context(), ScopesRead, func(d DeviceCode) { _, _ = simulator.TypeCode(t.Context(), r.http, d.Address, d.Code) }); err != nil {
		t.Fatal(err)
	}
	if err := r.sim.SetFaults("device-code-conditional-access"); err != nil {
		t.Fatal(err)
	}
	// Another scope makes MSAL turn to its refresh token, as an hour later.
	a.account.Expires, a.asked = time.Now(), append(a.asked, "Organization.Read.All")
	if _, err := a.Token(t.Context()); problem.CodeOf(err).String() != "entra.AADSTS530036" || !BrowserInstead(err) || !strings.Contains(problem.Of(err).Remedies[0].String(), "browser") {
		t.Errorf("renewed in spite of the policy: %v", err)
	}
	if _, err := a.Browser(t.Context(), ScopesRead, r.person); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Token(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOwnClientInChina(t *testing.T) {
	c := cloud.Cloud{ID: "china", Name: "China", Authority: "https://login.partner.microsoftonline.cn", Missing: []cloud.Feature{cloud.FeatureCommandLineClient}}
	_, err := NewAdministrator(AdministratorOptions{Cloud: c, TenantID: "contoso.cn"})
	if p := problem.Of(err); p == nil || p.Code.String() != "sign-in.own-client" || !strings.Contains(remedies(p), "Mobile") && !strings.Contains(remedies(p), "mobile") {
		t.Fatalf("%v", err)
	}
	a, err := NewAdministrator(AdministratorOptions{Cloud: c, TenantID: "contoso.cn", ClientID: "11111111-2222-3333-4444-555555555555"})
	if err != nil {
		t.Fatal(err)
	}
	if s := a.Disclosure(ScopesRead).String(); strings.Contains(s, "Command Line Tools") || !strings.Contains(s, "11111111") {
		t.Errorf("%s", s)
	}
}

// TestOwnClient signs in to a public client that the tenant made for it.
func TestOwnClient(t *testing.T) {
	r := newReception(t)
	token, err := r.sim.UserToken(r.sim.Account().AdminUPN, "Application.ReadWrite.All")
	if err != nil {
		t.Fatal(err)
	}
	post := func(path, body string, into any) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.sim.Cloud().Graph+"/v1.0"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "application/json")
		res, err := r.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		if res.StatusCode != http.StatusCreated || json.NewDecoder(res.Body).Decode(into) != nil {
			t.Fatalf("%s: %s", path, res.Status)
		}
	}
	var app struct {
		AppID string `json:"appId"`
	}
	post("/applications", `{"displayName":"Roomkey sign-in","signInAudience":"AzureADMyOrg","isFallbackPublicClient":true,"publicClient":{"redirectUris":["http://localhost"]}}`, &app)
	post("/servicePrincipals", `{"appId":"`+app.AppID+`"}`, new(any))
	a, err := NewAdministrator(AdministratorOptions{Cloud: r.sim.Cloud(), TenantID: r.sim.Account().TenantID, ClientID: app.AppID, HTTP: r.http})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Browser(t.Context(), ScopesRead, r.person); err != nil {
		t.Fatal(err)
	}
	got, err := a.Token(t.Context())
	if err != nil || readClaims(got).AppID != app.AppID {
		t.Errorf("%v", err)
	}
	if err := r.sim.SetFaults("first-party-client-missing", "user-not-assigned"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Browser(t.Context(), ScopesApply, r.person); err == nil || strings.Contains(remedies(problem.Of(err)), "az ad app create") {
		t.Errorf("whoever has an own client needs no other: %v", err)
	}
}

// TestSilent gives more scopes without a page where they were consented to
// before, and only there; a refusal leaves the sign-in as it was.
func TestSilent(t *testing.T) {
	r := newReception(t)
	a := r.administrator()
	if _, err := a.Silent(t.Context(), ScopesSignIns); problem.CodeOf(err) != CodeNeeded {
		t.Errorf("nobody is signed in: %v", err)
	}
	if _, err := a.Browser(t.Context(), ScopesRead, r.person); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Silent(t.Context(), ScopesSignIns); problem.CodeOf(err).String() != "entra.AADSTS65001" || a.Holds(ScopesSignIns) || !a.Holds(ScopesRead) {
		t.Errorf("not consented to: %v, the sign-in holds %v", err, a.Account().Scopes)
	}
	if _, err := a.Browser(t.Context(), ScopesSignIns, r.person); err != nil {
		t.Fatal(err)
	}
	again := r.administrator()
	if _, err := again.Browser(t.Context(), ScopesRead, r.person); err != nil {
		t.Fatal(err)
	}
	if _, err := again.Silent(t.Context(), ScopesSignIns); err != nil || !again.Holds(append(ScopesRead[:len(ScopesRead):len(ScopesRead)], ScopesSignIns...)) {
		t.Errorf("consented to before: %v, the sign-in holds %v", err, again.Account().Scopes)
	}
	if token, err := again.Token(t.Context()); err != nil || !slices.Contains(readClaims(token).Scopes, "AuditLog.Read.All") {
		t.Errorf("%v", err)
	}
}

func TestDisclosure(t *testing.T) {
	a := newReception(t).administrator()
	s := a.Disclosure(ScopesApply).String()
	for _, part := range []string{"Microsoft Graph Command Line Tools", "Application.ReadWrite.All", "Do not select", "logged under its name"} {
		if !strings.Contains(s, part) {
			t.Errorf("%q is not in %s", part, s)
		}
	}
}

func TestNamedRoles(t *testing.T) {
	got := namedRoles([]string{RoleApplicationAdministrator, "b79fbf4d-3ef9-4689-8143-76b194e85509", "00000000-1111-2222-3333-444444444444"})
	if len(got) != 2 || got[0].DisplayName != "Application Administrator" || got[1].DisplayName != "00000000-1111-2222-3333-444444444444" {
		t.Errorf("%+v", got)
	}
}
