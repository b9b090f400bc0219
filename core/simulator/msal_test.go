package simulator

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// TestMSALConfidential signs in as an application through Microsoft's own
// library: with the secret, and with the certificate.
func TestMSALConfidential(t *testing.T) {
	c := start(t, Options{})
	a := c.Account()
	secret, err := confidential.NewCredFromSecret(a.ClientSecret)
	if err != nil {
		t.Fatal(err)
	}
	certs, key, err := confidential.CertFromPEM(a.CertificatePEM, "")
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := confidential.NewCredFromCert(certs, key)
	if err != nil {
		t.Fatal(err)
	}
	for id, cred := range map[string]confidential.Credential{a.ClientID: secret, a.CertificateClientID: certificate} {
		for _, tenant := range []string{a.TenantID, a.Domain} {
			client, err := confidential.New(c.Cloud().Authority+"/"+tenant, id, cred, confidential.WithHTTPClient(c.client), confidential.WithInstanceDiscovery(false))
			if err != nil {
				t.Fatal(err)
			}
			got, err := client.AcquireTokenByCredential(t.Context(), []string{c.Cloud().Scope()})
			if err != nil {
				t.Fatalf("%s in %s: %v", id, tenant, err)
			}
			c.token = got.AccessToken
			c.want(c.graph(http.MethodGet, roomsPath, ""), 200, "")
		}
	}
}

// drive plays the browser for MSAL: it opens the page and posts its form to the
// loopback port.
func (c *tester) drive(address string) error {
	page := c.do(http.MethodGet, address, "", "")
	action := regexp.MustCompile(`action="([^"]*)"`).FindStringSubmatch(page.raw)
	form := url.Values{}
	for _, m := range regexp.MustCompile(`name="([a-z_]+)" value="([^"]*)"`).FindAllStringSubmatch(page.raw, -1) {
		form.Set(m[1], unescape(m[2]))
	}
	go func() {
		res, err := http.PostForm(unescape(action[1]), form)
		if err == nil {
			_ = res.Body.Close()
		}
	}()
	return nil
}

func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#39;", "'", "&#34;", `"`, "&amp;", "&").Replace(s)
}

func (c *tester) publicClient() public.Client {
	c.t.Helper()
	client, err := public.New(tenant.CommandLineToolsAppID, public.WithAuthority(c.Cloud().Authority+"/"+c.Account().TenantID), public.WithHTTPClient(c.client), public.WithInstanceDiscovery(false))
	if err != nil {
		c.t.Fatal(err)
	}
	return client
}

func TestMSALInteractive(t *testing.T) {
	c := start(t, Options{})
	client := c.publicClient()
	scope := []string{c.Cloud().Graph + "/Application.ReadWrite.All", c.Cloud().Graph + "/Directory.Read.All"}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	got, err := client.AcquireTokenInteractive(ctx, scope, public.WithOpenURL(c.drive))
	if err != nil {
		t.Fatal(err)
	}
	if got.Account.PreferredUsername != c.Account().AdminUPN || got.Account.Realm != c.Account().TenantID || len(got.DeclinedScopes) != 0 {
		t.Errorf("account %+v, declined %v", got.Account, got.DeclinedScopes)
	}
	c.token = got.AccessToken
	c.want(c.graph(http.MethodGet, "/applications", ""), 200, "")

	cached, err := client.AcquireTokenSilent(ctx, scope, public.WithSilentAccount(got.Account))
	if err != nil || cached.AccessToken != got.AccessToken {
		t.Errorf("the cache gives another token: %v", err)
	}
	// Further scopes need a further consent; afterwards they come in silence.
	more := []string{c.Cloud().Graph + "/AppRoleAssignment.ReadWrite.All"}
	if _, err := client.AcquireTokenSilent(ctx, more, public.WithSilentAccount(got.Account)); err == nil || !strings.Contains(err.Error(), "AADSTS65001") {
		t.Errorf("scopes without consent: %v", err)
	}
	if got, err = client.AcquireTokenInteractive(ctx, more, public.WithOpenURL(c.drive), public.WithLoginHint(got.Account.PreferredUsername)); err != nil || !slices.Contains(got.GrantedScopes, more[0]) {
		t.Errorf("granted %v, %v", got.GrantedScopes, err)
	}

	if err := c.SetFaults(fault.UserNotAssigned); err != nil {
		t.Fatal(err)
	}
	if _, err = client.AcquireTokenInteractive(ctx, scope, public.WithOpenURL(c.drive)); err == nil || !strings.Contains(err.Error(), "AADSTS50105") {
		t.Errorf("a user who is not assigned: %v", err)
	}
}

func TestMSALDeviceCode(t *testing.T) {
	for fault, code := range map[string]string{"": "", fault.DeviceDefaults: "AADSTS530035", fault.DeviceConditional: "AADSTS53003"} {
		c := start(t, Options{})
		if fault != "" {
			_ = c.SetFaults(fault)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		dc, err := c.publicClient().AcquireTokenByDeviceCode(ctx, []string{c.Cloud().Graph + "/User.Read"})
		if err != nil {
			t.Fatal(err)
		}
		c.form("/devicelogin", "user_code", dc.Result.UserCode)
		got, err := dc.AuthenticationResult(ctx)
		cancel()
		if code == "" && (err != nil || got.Account.PreferredUsername != c.Account().AdminUPN) || code != "" && (err == nil || !strings.Contains(err.Error(), code)) {
			t.Errorf("%q: %+v, %v", fault, got.Account, err)
		}
	}
}
