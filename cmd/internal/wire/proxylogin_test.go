package wire

import (
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/roomkey/roomkey/core/policy"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// TestStoredLogin: the proxy of the policy asks for a password, and gets it once
// there is one.
func TestStoredLogin(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") }))
	defer server.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Authorization", r.Header.Get("Proxy-Authorization"))
		if name, password, ok := r.BasicAuth(); !ok || name != "ada" || password != "a:secret" {
			w.Header().Set("Proxy-Authenticate", "Basic realm=corp")
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		to, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		defer to.Close()
		from, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer from.Close()
		_, _ = io.WriteString(from, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
		_, _ = io.Copy(from, to)
	}))
	defer proxy.Close()
	env, err := New(Options{ConfigDir: t.TempDir(), Vault: "memory", Policy: policy.Policy{Proxy: proxy.URL}})
	if err != nil {
		t.Fatal(err)
	}
	ask := func() error {
		client, err := env.HTTP(transport.Options{CAFile: ca})
		if err != nil {
			t.Fatal(err)
		}
		defer client.CloseIdleConnections()
		resp, err := client.Get("https://example.com/")
		if err == nil {
			err = resp.Body.Close()
		}
		return err
	}
	if p := (transport.Owner{}).Problem(ask(), "example.com"); p == nil || p.Code != transport.CodeProxy || p.Remedies[0].Command != "roomkeyctl proxy login NAME" {
		t.Errorf("without a login: %v", p)
	}
	if err := env.SetProxyLogin(t.Context(), "a:da", vault.NewSecret("x")); problem.Of(err) == nil {
		t.Error("a name with a colon was stored")
	}
	if err := env.SetProxyLogin(t.Context(), " ada ", vault.NewSecret("a:secret")); err != nil {
		t.Fatal(err)
	}
	if name, err := env.ProxyName(t.Context()); name != "ada" || err != nil {
		t.Errorf("%q, %v", name, err)
	}
	if err := ask(); err != nil {
		t.Errorf("with a login: %v", err)
	}
	if err := env.ForgetProxyLogin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if name, err := env.ProxyName(t.Context()); name != "" || err != nil {
		t.Errorf("%q, %v", name, err)
	}
}
