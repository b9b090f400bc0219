package transport

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/problem"
)

// What a strict proxy says at CONNECT is the proxy's, with its address, and is
// asked once.
func TestARefusalOfTheProxyIsTheProxys(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		offers []string
		says   string
	}{
		"sign-in":       {407, []string{"Negotiate", "NTLM", `Basic realm="corp"`}, "It offers: Negotiate, NTLM, Basic."},
		"Kerberos":      {407, []string{"Negotiate"}, "Px or Cntlm"},
		"sign-in, bare": {407, nil, "requires a sign-in"},
		"Basic":         {407, []string{`Basic realm="corp"`}, "roomkeyctl proxy login NAME"},
		"forbidden":     {403, nil, "was not asked"},
		"gateway":       {502, nil, "It answered 502."},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked++
				if r.Method != http.MethodConnect {
					t.Errorf("%s came to the proxy", r.Method)
				}
				for _, offer := range tt.offers {
					w.Header().Add("Proxy-Authenticate", offer)
				}
				w.WriteHeader(tt.status)
			}))
			defer proxy.Close()
			client, err := New(Options{Retry: true})
			if err != nil {
				t.Fatal(err)
			}
			at, _ := url.Parse(proxy.URL)
			client.Transport.(*roundTripper).base.Proxy = http.ProxyURL(at)
			resp, err := client.Get("https://graph.microsoft.com/v1.0/me")
			if err == nil {
				_ = resp.Body.Close()
				t.Fatal("it went through")
			}
			p := Owner{}.Problem(err, "graph.microsoft.com")
			var b strings.Builder
			p.Terminal(&b, nil)
			said := b.String()
			if p.Code != CodeProxy || !strings.Contains(p.Title.String(), at.Host) || !strings.Contains(said, tt.says) || len(p.Remedies) == 0 {
				t.Error(said)
			}
			if relay := strings.Contains(said, "Cntlm"); relay != slices.Contains(tt.offers, "Negotiate") {
				t.Error(said)
			}
			if strings.Contains(said, "HTTPS_PROXY") || problem.KindOf(p) == problem.Refused {
				t.Error(said)
			}
			if asked != 1 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
}
