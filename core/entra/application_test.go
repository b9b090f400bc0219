package entra

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

const (
	tenantID = "11111111-1111-1111-1111-111111111111"
	right    = "the~right.Secret-Value"
)

// authority is an Entra ID on loopback; token answers token requests.
func authority(t *testing.T, token http.HandlerFunc) (cloud.Cloud, *http.Client) {
	t.Helper()
	var server *httptest.Server
	mux := http.NewServeMux()
	mux.HandleFunc("GET /"+tenantID+"/v2.0/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		root := server.URL + "/" + tenantID
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": root + "/v2.0",
			"authorization_endpoint": root + "/oauth2/v2.0/authorize", "token_endpoint": root + "/oauth2/v2.0/token"})
	})
	mux.HandleFunc("POST /"+tenantID+"/oauth2/v2.0/token", token)
	server = httptest.NewTLSServer(mux)
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := transport.New(transport.Options{CAFile: ca, Retry: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.CloseIdleConnections)
	off := false
	return cloud.Cloud{ID: "lab", Authority: server.URL, Graph: "https://graph.lab", InstanceDiscovery: &off}, h
}

func jwt(claims map[string]any) string {
	payload, _ := json.Marshal(claims)
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString(payload) + ".c2ln"
}

func grant(w http.ResponseWriter, token string) {
	_ = json.NewEncoder(w).Encode(map[string]any{"token_type": "Bearer", "expires_in": 3599, "access_token": token})
}

func application(t *testing.T, c cloud.Cloud, h *http.Client, secret string) *Application {
	t.Helper()
	a, err := NewApplication(ApplicationOptions{Cloud: c, TenantID: tenantID, ClientID: client, Secret: vault.NewSecret(secret), HTTP: h})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTokenBySecret(t *testing.T) {
	var issued atomic.Int32
	c, h := authority(t, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("client_secret") != right || r.FormValue("grant_type") != "client_credentials" || r.FormValue("client_id") != client ||
			!slices.Contains(strings.Fields(r.FormValue("scope")), "https://graph.lab/.default") {
			t.Errorf("form %v", r.Form)
		}
		grant(w, jwt(map[string]any{"tid": tenantID, "appid": client, "oid": "o", "app_displayname": "Booking", "aud": "https://graph.lab",
			"iss": "https://sts.windows.net/" + tenantID + "/", "exp": 2000000000, "iat": 1999996400, "roles": []string{fmt.Sprintf("Role.%d", issued.Add(1))}}))
	})
	a := application(t, c, h, right)
	ctx, recorder := transport.Record(t.Context())
	token, err := a.Token(ctx)
	if err != nil {
		t.Fatal(err)
	}
	k := token.Claims
	if k == nil || k.TenantID != tenantID || k.AppID != client || k.Name != "Booking" || k.Audience != "https://graph.lab" ||
		k.Expires.Unix() != 2000000000 || k.Roles[0] != "Role.1" {
		t.Fatalf("claims %+v", k)
	}
	if time.Until(token.Expires) < 50*time.Minute {
		t.Errorf("expires %v", token.Expires)
	}
	if last := recorder.Last(); !strings.HasSuffix(last.URL, "/oauth2/v2.0/token") || last.Status != 200 {
		t.Errorf("evidence %+v", last)
	}
	again, err := a.Token(t.Context())
	if err != nil || again.Claims.Roles[0] != "Role.1" || issued.Load() != 1 {
		t.Errorf("a second token was asked for: %v %v", again.Claims, err)
	}
	fresh, err := a.Fresh(t.Context())
	if err != nil || fresh.Claims.Roles[0] != "Role.2" {
		t.Errorf("fresh: %v %v", fresh.Claims, err)
	}
	if now, err := a.Token(t.Context()); err != nil || now.Claims.Roles[0] != "Role.2" {
		t.Errorf("after fresh: %v %v", now.Claims, err)
	}
}

func TestTokenByCertificate(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "booking"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	c, h := authority(t, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("client_secret") != "" || r.FormValue("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
			t.Errorf("form %v", r.Form)
		}
		if said := readClaims(vault.NewSecret(r.FormValue("client_assertion"))); said == nil || said.Issuer != client {
			t.Errorf("assertion %+v", said)
		}
		grant(w, "opaque-token")
	})
	a, err := NewApplication(ApplicationOptions{Cloud: c, TenantID: tenantID, ClientID: client, HTTP: h,
		Certificate: &vault.KeyPair{Certificates: []*x509.Certificate{cert}, Key: key}})
	if err != nil {
		t.Fatal(err)
	}
	token, err := a.Token(t.Context())
	if err != nil || token.Value.Reveal() != "opaque-token" || token.Claims != nil {
		t.Errorf("%+v %v", token.Claims, err)
	}
}

func TestRefusedToken(t *testing.T) {
	for name, tt := range map[string]struct {
		serve http.HandlerFunc
		want  string
	}{
		"wrong secret": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(401)
			fmt.Fprint(w, `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret `+r.PostFormValue("client_secret")+` provided.\r\nTrace ID: `+trace+`\r\nCorrelation ID: `+correlation+`\r\nTimestamp: x","error_codes":[7000215]}`)
		}, "entra.AADSTS7000215"},
		"a hotel's page": {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<html>Room number?</html>") }, "entra.unexpected-answer"},
		"cut-off token": {func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `{"access_token":"eyJhbGciOiJub25lIn0.hush`)
		}, "entra.unexpected-answer"},
		"an answer without token": {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{}`) }, "entra.unexpected-answer"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://example.com/", http.StatusFound)
		}, "entra.unexpected-answer"},
		"out of order": {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) }, "entra.unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			c, h := authority(t, tt.serve)
			_, err := application(t, c, h, right).Token(t.Context())
			p := problem.Of(err)
			if p.Code.String() != tt.want || len(p.Remedies) == 0 {
				t.Fatalf("%v, want %s", p, tt.want)
			}
			shown := fmt.Sprintf("%+v %v", p, p.Cause)
			if strings.Contains(shown, "hush") || strings.Contains(shown, right) {
				t.Errorf("a secret is in %s", shown)
			}
		})
	}
}

func TestCancelWhileWaitingForAToken(t *testing.T) {
	arrived := make(chan struct{}, 1)
	c, h := authority(t, func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(429)
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	ended := make(chan error, 1)
	go func() { _, err := application(t, c, h, right).Token(ctx); ended <- err }()
	select {
	case err := <-ended:
		if problem.CodeOf(err) != problem.CodeCancelled {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("still waiting after the cancel")
	}
}

func TestNewApplicationSaysWhatIsMissing(t *testing.T) {
	for want, o := range map[string]ApplicationOptions{
		"entra.no-tenant":     {ClientID: client, Secret: vault.NewSecret("x")},
		"entra.no-client-id":  {TenantID: tenantID, Secret: vault.NewSecret("x")},
		"entra.no-credential": {TenantID: tenantID, ClientID: client},
	} {
		o.Cloud = global
		if _, err := NewApplication(o); problem.CodeOf(err).String() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestReadClaims(t *testing.T) {
	for name, tt := range map[string]struct {
		token string
		want  func(*Claims) bool
	}{
		"opaque":      {"abc", func(c *Claims) bool { return c == nil }},
		"not JSON":    {"a." + base64.RawURLEncoding.EncodeToString([]byte("x")) + ".c", func(c *Claims) bool { return c == nil }},
		"not base64":  {"a.*.c", func(c *Claims) bool { return c == nil }},
		"no roles":    {jwt(map[string]any{"appid": "a"}), func(c *Claims) bool { return len(c.Roles) == 0 && c.AppID == "a" }},
		"empty roles": {jwt(map[string]any{"roles": []string{}}), func(c *Claims) bool { return len(c.Roles) == 0 }},
		"a person":    {jwt(map[string]any{"upn": "a@b", "scp": "User.Read Mail.Send", "wids": []string{"w"}}), func(c *Claims) bool { return c.UPN == "a@b" && len(c.Scopes) == 2 && c.WIDs[0] == "w" }},
		"version two": {jwt(map[string]any{"azp": "a", "preferred_username": "p", "aud": []string{"x", "y"}}), func(c *Claims) bool { return c.AppID == "a" && c.UPN == "p" && c.Audience == "x y" }},
		"padded":      {"a." + base64.URLEncoding.EncodeToString([]byte(`{"tid":"t"}`)) + ".c", func(c *Claims) bool { return c.TenantID == "t" }},
	} {
		if got := readClaims(vault.NewSecret(tt.token)); !tt.want(got) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
