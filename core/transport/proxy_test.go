package transport

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/problem"
)

// stopped asks Microsoft by a proxy that does not open the way, and gives the problem
// with its text.
func stopped(t *testing.T, client *http.Client) (*problem.Problem, string) {
	t.Helper()
	resp, err := client.Get("https://graph.microsoft.com/v1.0/me")
	if err == nil {
		_ = resp.Body.Close()
		t.Fatal("it went through")
	}
	p := Owner{}.Problem(err, "graph.microsoft.com")
	var b strings.Builder
	p.Terminal(&b, nil)
	return p, b.String()
}

// What a strict proxy says at CONNECT is the proxy's, with its address, and is
// asked once.
func TestARefusalOfTheProxyIsTheProxys(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		offers []string
		says   string
		leads  string // its Location
	}{
		"sign-in":       {407, []string{"Negotiate", "NTLM", `Basic realm="corp"`}, "It offers: Negotiate, NTLM, Basic.", ""},
		"Kerberos":      {407, []string{"Negotiate"}, "Px or Cntlm", ""},
		"sign-in, bare": {407, nil, "requires a sign-in", ""},
		"Basic":         {407, []string{`Basic realm="corp"`}, "roomkeyctl proxy login NAME", ""},
		"forbidden":     {403, nil, "was not asked", ""},
		"one line":      {407, []string{`Negotiate, Basic realm="a, NTLM b", charset="UTF-8", Digest realm = x`}, "It offers: Negotiate, Basic, Digest.", ""},
		"gateway":       {502, nil, "It answered 502.", ""},
		"portal":        {302, nil, "leads to https://portal.example instead", "https://u:p@portal.example/in?token=4711"},
		"its terms":     {302, nil, "Open any website in the browser", "https://portal.example/in?token=4711"},
		"relative":      {307, nil, "It answered 307.\n", "/in"},
		"no page":       {307, nil, "Open any website in the browser", "javascript:alert(4711)"},
		"network":       {511, nil, "Open any website in the browser", ""},
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
				if tt.leads != "" {
					w.Header().Set("Location", tt.leads)
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
			p, said := stopped(t, client)
			if p.Code != CodeProxy || !strings.Contains(p.Title.String(), at.Host) || !strings.Contains(said, tt.says) || len(p.Remedies) == 0 {
				t.Error(said)
			}
			if relay := strings.Contains(said, "Cntlm"); relay != strings.HasPrefix(strings.Join(tt.offers, ""), "Negotiate") {
				t.Error(said)
			}
			if strings.Contains(said, "4711") || strings.Contains(said, "u:p") || strings.Contains(said, "browser") != (tt.status/100 == 3 || tt.status == 511) {
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

// TestASilentProxyIsNamed: what ends before the way is open is the proxy's, with its
// address, and the place where it is set.
func TestASilentProxyIsNamed(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	for name, tt := range map[string]struct {
		says  func(net.Conn)
		title string
	}{
		"hangs":   {func(net.Conn) { <-stop }, "did not answer in time"},
		"closes":  {func(net.Conn) {}, "closed the connection"},
		"garbage": {func(c net.Conn) { fmt.Fprint(c, "SSH-2.0-OpenSSH_9.6\r\n\r\n") }, "did not answer as a proxy does"},
		"nobody":  {nil, "cannot be reached"},
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if tt.says == nil {
			_ = l.Close()
		}
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					_, _ = http.ReadRequest(bufio.NewReader(conn))
					tt.says(conn)
					_ = conn.Close()
				}()
			}
		}()
		for way, login := range map[string]ProxyLogin{"without a sign-in": nil, "with one": scriptedLogin{&scripted{scheme: "Negotiate"}}} {
			for setBy, remedy := range map[string]string{"": "HTTPS_PROXY", "/etc/roomkey/policy.yaml": "in /etc/roomkey/policy.yaml"} {
				o := Options{ProxyLogin: login, Timeout: 500 * time.Millisecond, ProxySetBy: "/etc/roomkey/policy.yaml"}
				if setBy != "" {
					o.Proxy = "http://" + l.Addr().String()
				}
				client, err := New(o)
				if err != nil {
					t.Fatal(err)
				}
				rt := client.Transport.(*roundTripper)
				proxy := &url.URL{Scheme: "http", Host: l.Addr().String()}
				rt.base.Proxy = proxyOf(http.ProxyURL(proxy))
				if login != nil {
					rt.signed = signedIn(rt.base, login)
					rt.signIn.Store(true)
				}
				if p, said := stopped(t, client); p.Code != CodeProxy || !strings.Contains(p.Title.String(), proxy.Host) || !strings.Contains(said, tt.title) || !strings.Contains(said, remedy) {
					t.Errorf("%s, %s, set by %q: %s", name, way, setBy, said)
				}
			}
		}
		_ = l.Close()
	}
}
