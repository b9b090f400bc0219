package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/permission"
	simulated "github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/vault"
)

// TestEveryScenario is the benchmark as a test, without the tenant of 3,000
// rooms: real TLS, MSAL and the Graph SDK against the simulated tenant.
func TestEveryScenario(t *testing.T) {
	if testing.Short() {
		t.Skip("takes most of a minute")
	}
	b, err := start(t.Context(), 10, 50, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.close() })
	for _, sc := range scenarios() {
		t.Run(sc.area+"/"+sc.name, func(t *testing.T) {
			run, err := b.diagnose(t.Context(), sc)
			o := outcome{sc, run, err, 0}
			if o.kind() != right {
				t.Errorf("%s: want %s, %s %s %q; got %s", o.kind(), sc.verdict, sc.check, sc.code, sc.remedy, o.said())
			}
			drawnRight(t, run)
		})
	}
}

// TestLimitedByExchange are the scenarios in which Exchange grants the calendars.
func TestLimitedByExchange(t *testing.T) {
	all, err := runApart(t.Context(), 10, 50, limited, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all {
		if o.kind() != right {
			t.Errorf("%s: %s: %s", o.scenario.name, o.kind(), o.said())
		}
		// Who is refused everywhere shows no limit.
		limit := evidence.Find(o.run.Claims, evidence.Scope)
		if slices.ContainsFunc(o.scenario.faults, func(f string) bool { return strings.HasPrefix(f, "scope-") }) && limit.Standing == evidence.Works {
			t.Errorf("%s: the limit is proven", o.scenario.name)
		}
		for _, f := range o.run.Features {
			if works := o.scenario.verdict == check.Passed; f.ID == "reach" && (f.State == check.FeatureWorks) != works {
				t.Errorf("%s: the reach is said to be %s", o.scenario.name, f.State)
			}
		}
	}
}

// TestScenariosAreWhatTheyClaim counts them, and holds each to one fault.
func TestScenariosAreWhatTheyClaim(t *testing.T) {
	if len(broken) < 60 || len(healthy) < 9 || len(pairs) != 20 {
		t.Errorf("%d broken, %d healthy and a large one, %d pairs", len(broken), len(healthy), len(pairs))
	}
	seen := map[string]bool{}
	for _, sc := range scenarios() {
		key := sc.area + sc.name
		if seen[key] {
			t.Errorf("%s is there twice", key)
		}
		seen[key] = true
		if sc.area != "pair" && len(sc.faults) > 1 {
			t.Errorf("%s has %d faults", key, len(sc.faults))
		}
		if sc.verdict != check.Passed && (sc.check == "" || sc.code == "") {
			t.Errorf("%s does not say what has to be found", key)
		}
	}
}

// meddler changes what Microsoft Graph answers, one byte a call deciding how.
type meddler struct {
	next  http.RoundTripper
	steps []byte
	mu    *sync.Mutex
	calls *int
	// honest is whether a calendar was read with an answer of Graph's form.
	honest *bool
}

var statuses = []int{200, 200, 200, 200, 204, 301, 400, 401, 403, 404, 429, 500, 503}

var bodies = []string{
	"", "{}", "null", "[]", "\"value\"", `{"value":null}`, `{"value":{}}`, `{"value":"rooms"}`, `{"value":[null]}`, `{"value":[{}]}`, `{"value":[1,2]}`,
	`{"value":[{"id":7,"emailAddress":{}}]}`, `{"value":[{"id":"`, "<!DOCTYPE html><title>Sign in</title>", "\x00\xff\xfe",
	`{"error":{"code":"ErrorAccessDenied","message":"no"}}`, `{"error":null}`, `{"value":[],"error":{"code":"x","message":"y"}}`,
	`{"@odata.nextLink":"https://evil.example/","value":[]}`,
}

func (m meddler) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.Path, "/v1.0/") || r.URL.Path == "/v1.0/" {
		return m.next.RoundTrip(r)
	}
	m.mu.Lock()
	step := byte(0)
	if len(m.steps) > 0 {
		step = m.steps[*m.calls%len(m.steps)]
	}
	*m.calls++
	status, body := statuses[int(step)%len(statuses)], bodies[int(step)/3%len(bodies)]
	if status == 200 && strings.Contains(body, `"value":[`) && strings.Contains(r.URL.Path, "calendar") {
		*m.honest = true // nearly what Graph says of a calendar
	}
	m.mu.Unlock()
	kind := "application/json"
	if strings.HasPrefix(body, "<") {
		kind = "text/html"
	}
	return &http.Response{
		Status: fmt.Sprint(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {kind}}, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader([]byte(body))),
	}, nil
}

// FuzzGraphAnswers puts any sequence of statuses and bodies in the place of
// Graph's: a permission whose proof did not succeed is not green.
func FuzzGraphAnswers(f *testing.F) {
	b, err := start(f.Context(), 3, 20, 0)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = b.close() })
	b.patience = time.Millisecond
	for i := range len(statuses) * 3 {
		f.Add([]byte{byte(i * 7)})
		f.Add([]byte{byte(i), byte(i * 3), byte(i * 5), byte(i * 11)})
	}
	// Fuzzing proper instruments the whole Graph SDK, which takes many minutes
	// to build; so more than the corners are tried in every run.
	random := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		steps := make([]byte, 24)
		for i := range steps {
			steps[i] = byte(random.Uint32())
		}
		f.Add(steps)
	}
	f.Fuzz(func(t *testing.T, steps []byte) {
		mu, calls, honest := sync.Mutex{}, 0, false
		b.between = nil
		sc := scenario{area: "fuzz", name: "answers", change: nil}
		sc.before = func() {
			b.between = func(next http.RoundTripper) http.RoundTripper { return meddler{next, steps, &mu, &calls, &honest} }
		}
		run, err := b.diagnose(t.Context(), sc)
		b.between = nil
		if err != nil {
			t.Fatal(err)
		}
		if calls == 0 {
			t.Fatal("Graph was not asked")
		}
		if run.Verdict == check.Passed || run.Verdict == check.Warned {
			t.Errorf("%v: %s", steps, run.Verdict)
		}
		for _, l := range run.Layers {
			if l.Proven == permission.Yes && !(honest && strings.HasPrefix(l.Value, "Calendars.")) {
				t.Errorf("%v: %s is called proven", steps, l.Value)
			}
		}
		for _, ft := range run.Features {
			if ft.State == check.FeatureWorks && !(honest && ft.ID == "calendars") {
				t.Errorf("%v: %s is said to work", steps, ft.ID)
			}
		}
	})
}

// BenchmarkCheckOf200Rooms is a whole diagnosis at 50 ms latency. "of-bound" is
// the time over what four calls at a time to 200 calendars take at least, and
// "first-ms" the time to the first finding.
func BenchmarkCheckOf200Rooms(b *testing.B) {
	const rooms, latency, atATime = 200, 50 * time.Millisecond, 4
	t, err := start(b.Context(), rooms, 2000, latency)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = t.close() })
	bound := rooms / atATime * latency
	var took, first time.Duration
	for b.Loop() {
		sc := sound("200 rooms", nil)
		var began time.Time
		sc.before = func() { began = time.Now() }
		sc.emit = func(check.Finding) {
			if first == 0 {
				first = time.Since(began)
			}
		}
		run, err := t.diagnose(b.Context(), sc)
		if err != nil || run.Verdict != check.Passed {
			b.Fatal(err, outcome{sc, run, err, 0}.said())
		}
		took += time.Since(began)
	}
	b.ReportMetric(float64(took)/float64(b.N)/float64(bound), "of-bound")
	b.ReportMetric(float64(first)/float64(time.Millisecond), "first-ms")
}

// TestEveryFaultIsTried: each fault of the simulator is in a scenario, or in a test
// or script of what it concerns.
func TestEveryFaultIsTried(t *testing.T) {
	var tried strings.Builder
	for _, sc := range slices.Concat(scenarios(), limited) {
		tried.WriteString(strings.Join(append(slices.Clone(sc.faults), sc.misset...), "\n") + "\n")
	}
	for _, pattern := range []string{"../../roomkeyctl/testdata/*.txtar", "../registertest/*_test.go", "../../../core/entra/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			tried.Write(text)
		}
	}
	for _, f := range simulated.All() {
		if !regexp.MustCompile(`(?m)(^|[^\w-])` + f.Name + `($|[^\w-])`).MatchString(tried.String()) {
			t.Errorf("nothing tries the fault %q: %s", f.Name, f.Title)
		}
	}
}

// TestBothThumbprintsAreNamed where Microsoft does not know the certificate: the
// portal shows the one, newer tools the other.
func TestBothThumbprintsAreNamed(t *testing.T) {
	b, err := start(t.Context(), 2, 5, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.close() })
	run, err := b.diagnose(t.Context(), named("certificate not registered"))
	if err != nil {
		t.Fatal(err)
	}
	pair, err := vault.ParseCertificate(b.sim.Account().CertificatePEM, vault.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := run.Finding(check.Token)
	for _, name := range []string{pair.Thumbprint(), pair.Thumbprint256()} {
		if !strings.Contains(f.Problem.Error(), name) {
			t.Errorf("%s is not in %s", name, f.Problem.Error())
		}
	}
}
