package exchange_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/simulator/cmdlet"
)

// stumble stands between a script and the simulated Graph. What meets the change
// number at is kind; the changes are counted.
type stumble struct {
	mu      sync.Mutex
	graph   string
	client  *http.Client
	kind    cmdlet.FaultKind
	at      int
	once    bool
	changes int
}

func (s *stumble) set(kind cmdlet.FaultKind, at int, once bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kind, s.at, s.once, s.changes = kind, at, once, 0
}

func (s *stumble) meets(r *http.Request) cmdlet.FaultKind {
	if r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "$batch") {
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	if s.kind != "" && (s.changes-1 == s.at || s.changes-1 > s.at && !s.once) {
		return s.kind
	}
	return ""
}

// refusals are how Graph answers a fault.
var refusals = map[cmdlet.FaultKind]struct {
	status int
	code   string
}{cmdlet.Denied: {403, "Authorization_RequestDenied"}, cmdlet.Throttled: {429, "TooManyRequests"}, cmdlet.Down: {503, "ServiceUnavailable"}, cmdlet.Lost: {502, "BadGateway"}}

func (s *stumble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind := s.meets(r)
	refuse := func(kind cmdlet.FaultKind) {
		w.Header().Set("Content-Type", "application/json")
		if kind == cmdlet.Throttled {
			w.Header().Set("Retry-After", "7")
		}
		w.WriteHeader(refusals[kind].status)
		fmt.Fprintf(w, `{"error":{"code":"%s","message":"It is so.","innerError":{"request-id":"0f0f0f0f-1111-4222-8333-444444444444"}}}`, refusals[kind].code)
	}
	switch kind {
	case cmdlet.Killed:
		w.Header().Set("X-Standin-Killed", "1")
		return
	case cmdlet.Denied, cmdlet.Throttled, cmdlet.Down:
		refuse(kind)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	on, err := http.NewRequestWithContext(r.Context(), r.Method, s.graph+r.URL.RequestURI(), strings.NewReader(string(body)))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	on.Header = r.Header.Clone()
	answer, err := s.client.Do(on)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	switch kind {
	case cmdlet.KilledOn:
		w.Header().Set("X-Standin-Killed", "1")
		return
	case cmdlet.Lost:
		refuse(kind)
		return
	}
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(w, answer.Body)
}

// trusting is a client that knows the simulator's certificate.
func trusting(t *testing.T, file string) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
}

// TestGraphScriptsStumble: each script of Graph meets each fault, and is killed
// before and after each change. What it says is true, and one more run ends where
// an undisturbed one does.
func TestGraphScriptsStumble(t *testing.T) {
	g := newGraphLab(t)
	between := &stumble{graph: g.sim.Cloud().Graph, client: trusting(t, g.sim.CAFile())}
	server := httptest.NewServer(between)
	t.Cleanup(server.Close)
	g.env["ROOMKEY_STANDIN_GRAPH"] = server.URL
	kills, n := 0, 0
	fresh := func() { // another object for each case, so that nothing is there yet
		n++
		g.to.Connection.Server.URL = fmt.Sprintf("https://booking%d.contoso.com", n)
		g.to.Connection.ServiceAccount = fmt.Sprintf("o'brien+%d@%s", n, g.to.Connection.Tenant.Domain)
	}
	for name, script := range map[string]struct {
		before, doc func() exchange.Document
	}{
		"register-application": {doc: func() exchange.Document { return g.make("register-application", nil) }},
		"service-account":      {doc: func() exchange.Document { return g.make("service-account", nil) }},
		"remove-grant":         {before: func() exchange.Document { return g.make("restore-grant", nil) }, doc: func() exchange.Document { return g.removal() }},
		"restore-grant":        {doc: func() exchange.Document { return g.make("restore-grant", nil) }, before: func() exchange.Document { return g.removal() }},
	} {
		t.Run(name, func(t *testing.T) {
			g.t = t
			g.limited(strings.HasSuffix(name, "grant"))
			begin := func() exchange.Document {
				fresh()
				between.set("", 0, false)
				if script.before != nil {
					if o := g.play(script.before(), nil); o.Exit != 0 {
						t.Fatalf("before: %s", o.Output)
					}
				}
				between.set("", 0, false)
				return script.doc()
			}
			doc := begin()
			o := g.play(doc, nil)
			changes := between.changes
			if !o.result.Complete() || changes == 0 {
				t.Fatalf("plain: %s %s", o.Output, o.Error)
			}
			heal := func(what string, doc exchange.Document) {
				t.Helper()
				between.set("", 0, false)
				if o := g.play(doc, nil); !o.result.Complete() {
					t.Errorf("%s: one more run does not heal it: %s", what, o.Output)
				}
				if o := g.play(doc, nil); !o.result.Complete() || o.result.Summary[exchange.Changed] > 0 || between.changes > changes {
					t.Errorf("%s: a third run changes something: %s", what, o.Output)
				}
			}
			for i := range changes {
				for _, kind := range []cmdlet.FaultKind{cmdlet.Killed, cmdlet.KilledOn, cmdlet.Throttled, cmdlet.Lost, cmdlet.Denied, cmdlet.Down} {
					if os.Getenv("ROOMKEY_EVERY_KILL") == "" && (i > 0 || kind == cmdlet.Killed || kind == cmdlet.Down) {
						continue
					}
					doc := begin()
					between.set(kind, i, kind != cmdlet.Denied && kind != cmdlet.Down)
					o := g.play(doc, nil)
					what := fmt.Sprintf("%s at %d", kind, i)
					switch kind {
					case cmdlet.Killed, cmdlet.KilledOn:
						if kills++; !o.Killed {
							t.Errorf("%s: %s", what, o.Output)
						}
					case cmdlet.Throttled, cmdlet.Lost:
						if !o.result.Complete() {
							t.Errorf("%s is not got over: %s", what, o.Output)
						}
					default:
						if o.Exit == 0 || o.err != nil || o.result.Complete() {
							t.Errorf("%s is taken for good: %s", what, o.Output)
						}
						if kind == cmdlet.Denied && (strings.Contains(o.Output, "HTTP/1.1") || !strings.Contains(o.Output, "0f0f0f0f-1111-4222-8333-444444444444") || len(o.result.Reasons()) == 0 || o.result.Reasons()[0].Code.String() != "script.denied") {
							t.Errorf("%s: message and request id alone: %s", what, o.Output)
						}
					}
					heal(what, doc)
				}
			}
		})
	}
	t.Logf("%d kills", kills)
}
