package wire

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/roomkey/roomkey/core/transport"
)

// TestProxyLoginsAreTaken: what Roomkey starts does not inherit the name and
// password in the address of a proxy, and Roomkey itself still signs in with them.
func TestProxyLoginsAreTaken(t *testing.T) {
	if os.Getenv("ROOMKEY_TEST_CHILD") != "" {
		TakeSecrets()
		if client, err := transport.New(transport.Options{}); err == nil {
			_, _ = client.Get("https://login.contoso.example/") //nolint:bodyclose // the proxy refuses it
		}
		_, _ = os.Stdout.WriteString(strings.Join(os.Environ(), "\n") + "\n")
		return
	}
	var login atomic.Value
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		login.Store(r.Header.Get("Proxy-Authorization"))
		w.WriteHeader(http.StatusForbidden)
	}))
	defer proxy.Close()
	host := strings.TrimPrefix(proxy.URL, "http://")
	for given, want := range map[string]string{
		"HTTPS_PROXY=http://ada:a-secret@" + host:           "HTTPS_PROXY=http://" + host,
		"https_proxy=ada:a-secret@" + host:                  "https_proxy=" + host,
		"HTTP_PROXY=http://ada:a-secret@proxy:80/":          "HTTP_PROXY=http://proxy:80/",
		"ALL_PROXY=socks5://ada:a-se%40cr@et@proxy:1080":    "ALL_PROXY=socks5://proxy:1080",
		"all_proxy=socks5h://a-secret@[fd00::1]:1080":       "all_proxy=socks5h://[fd00::1]:1080",
		"NO_PROXY=localhost,.contoso.example":               "NO_PROXY=localhost,.contoso.example",
		"PLAIN_PROXY=http://proxy.contoso.example:8080":     "PLAIN_PROXY=http://proxy.contoso.example:8080",
		"ROOMKEY_MAIL=ada@contoso.example":                  "ROOMKEY_MAIL=ada@contoso.example",
		"RSYNC_PROXY=ada:a-secret@proxy.contoso.example:80": "RSYNC_PROXY=proxy.contoso.example:80",
	} {
		login.Store("")
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProxyLoginsAreTaken$")
		child.Env = []string{"ROOMKEY_TEST_CHILD=1", given}
		out, err := child.Output()
		if err != nil || !strings.Contains(string(out), "\n"+want+"\n") || strings.Contains(string(out), "a-secret") {
			t.Errorf("%s: %v\n%s", given, err, out)
		}
		if signs := strings.HasPrefix(strings.ToLower(given), "https_proxy="); signs != (login.Load() != "") {
			t.Errorf("%s: the proxy was given %q", given, login.Load())
		}
	}
}
