package exchange_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/simulator/cmdlet"
	"github.com/roomkey/roomkey/core/simulator/fault"
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
	// reads is whether everything is counted, and not changes alone.
	reads bool
}

func (s *stumble) set(kind cmdlet.FaultKind, at int, once bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kind, s.at, s.once, s.changes, s.reads = kind, at, once, 0, false
}

// setAny is set, once, for the request number at, whatever it does.
func (s *stumble) setAny(kind cmdlet.FaultKind, at int) {
	s.set(kind, at, true)
	s.reads = true
}

func (s *stumble) meets(r *http.Request) cmdlet.FaultKind {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.reads && (r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "$batch")) {
		return ""
	}
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
}{cmdlet.Denied: {403, "Authorization_RequestDenied"}, cmdlet.Throttled: {429, "TooManyRequests"}, cmdlet.Down: {503, "ServiceUnavailable"}, cmdlet.Lost: {502, "BadGateway"}, cmdlet.Expired: {401, "InvalidAuthenticationToken"}}

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
	case cmdlet.Denied, cmdlet.Throttled, cmdlet.Down, cmdlet.Expired:
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

// allows is the script that allows the sign-in of the room again, on the evidence of a
// block.
func (g *graphLab) allows() exchange.Document {
	at := time.Now().UTC().Truncate(time.Second)
	g.to.Results = []exchange.Result{{Schema: 1, Script: "block-room-sign-in", Connection: g.to.Connection.ID, Tenant: g.to.Connection.Tenant.ID, StartedAt: at, FinishedAt: at,
		Results: []exchange.Outcome{{Identity: g.sim.Account().RoomAddress, Action: "sign-in blocked", Status: exchange.Changed}}, Summary: map[string]int{exchange.Changed: 1}}}
	return g.make("block-room-sign-in", map[string]any{"action": "allow"})
}

// TestGraphScriptsStumble: each script of Graph meets each fault, and is killed
// before and after each change. What it says is true, and one more run ends where
// an undisturbed one does.
func TestGraphScriptsStumble(t *testing.T) {
	g := newGraphLab(t, fault.RoomSignIn)
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
		"block-room-sign-in":   {before: g.allows, doc: func() exchange.Document { return g.make("block-room-sign-in", nil) }},
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
			doc = begin()
			between.setAny("", 0)
			g.play(doc, nil)
			requests := between.changes
			for _, at := range slices.Compact([]int{0, requests / 2, requests - 1}) {
				for _, kind := range []cmdlet.FaultKind{cmdlet.Throttled, cmdlet.Expired, cmdlet.Down} {
					if os.Getenv("ROOMKEY_EVERY_KILL") == "" && at != requests/2 {
						continue
					}
					doc := begin()
					between.setAny(kind, at)
					if o := g.play(doc, nil); !o.result.Complete() {
						t.Errorf("%s at request %d of %d is not got over: %s", kind, at, requests, o.Output)
					}
					heal(fmt.Sprint(kind, " at request ", at), doc)
				}
			}
			// The shell keeps the variables of the run before.
			g.env["ROOMKEY_STANDIN_SIGNIN_ERROR"], g.env["ROOMKEY_STANDIN_TENANT"] = "", ""
			for what, c := range map[string]struct {
				run  shellRun
				env  map[string]string
				code string // why it stops
			}{
				"what if":      {run: shellRun{Prelude: "$global:PSDefaultParameterValues = @{ '*:WhatIf' = $true; '*:ErrorAction' = 'SilentlyContinue'; '*:Debug' = $true };"}},
				"broker":       {env: map[string]string{"ROOMKEY_STANDIN_SIGNIN_ERROR": "A window handle must be configured (WAM)."}, code: "script.broker"},
				"other tenant": {env: map[string]string{"ROOMKEY_STANDIN_TENANT": "00000000-0f5d-4b6a-9c3e-7d8f9a0b1c2d"}, code: "exchange.script-failed"},
				"no folder":    {run: shellRun{Arguments: map[string]any{"OutputFolder": "/proc"}}, code: "no folder"},
				"no broker":    {run: shellRun{Arguments: map[string]any{"NoBroker": true}}, env: map[string]string{"ROOMKEY_STANDIN_SIGNIN_ERROR": "A window handle must be configured (WAM)."}},
				"strict":       {run: shellRun{Prelude: "$global:PSDefaultParameterValues = @{ '*:ErrorAction' = 'SilentlyContinue'; '*:Debug' = $true; '*:Uri' = 'x'; '*:Method' = 'DELETE' }; Set-StrictMode -Version Latest; $OFS = ';';"}},
				"constrained":  {run: shellRun{Constrained: true, Prelude: "Import-Module Microsoft.Graph.Authentication; "}},
			} {
				doc := begin()
				between.set("", 0, false)
				env := maps.Clone(g.env)
				maps.Copy(env, c.env)
				c.run.Environment, c.run.Prelude = env, typed+c.run.Prelude
				o := g.run(doc, c.run)
				code := ""
				if p := o.result.Stopped(); p != nil {
					code = p.Code.String()
				}
				looks := c.code != "" || what == "what if"
				if looks && between.changes > 0 || (o.Exit == 0) != (c.code == "") || c.code != "no folder" && (o.err != nil || code != c.code) || !looks && between.changes == 0 {
					t.Errorf("%s: %s, exit %d, %d changes, %v: %s %s", what, code, o.Exit, between.changes, o.err, o.Output, o.Error)
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
