package booking

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// response is an honest one that a lie changes before it is sent.
type response struct {
	status int
	header http.Header
	body   string
	// raw sends something else than a response.
	raw func(http.ResponseWriter, *http.Request)
}

func (a *response) swap(old, new string) { a.body = strings.ReplaceAll(a.body, old, new) }

func (a *response) refuse(status int, code string) {
	a.status, a.body = status, fmt.Sprintf(`{"code":%q,"status":%d,"title":"No"}`, code, status)
	a.header = http.Header{"Content-Type": {"application/problem+json"}}
}

// The calls of the contract.
const (
	describes = "describe"
	gets      = "GET"
	puts      = "PUT"
	deletes   = "DELETE"
	tries     = "dry-run"
	views     = "status"
)

func callOf(r *http.Request) string {
	switch {
	case strings.HasPrefix(r.URL.Path, "/.well-known"):
		return describes
	case strings.HasSuffix(r.URL.Path, "/dry-run"):
		return tries
	case strings.HasSuffix(r.URL.Path, "/status"):
		return views
	}
	return r.Method
}

// world is an honest server behind a lie. elsewhere is a host that nobody
// confirmed.
type world struct {
	*otherServer
	elsewhere *httptest.Server
	strangers atomic.Int32
	count     map[string]int
	lie       func(call string, n int, a *response)
}

func newWorld(t *testing.T, lie func(w *world, call string, n int, a *response)) *world {
	t.Helper()
	w := &world{otherServer: newOther(t, habit{}), count: map[string]int{}}
	w.lie = func(call string, n int, a *response) { lie(w, call, n, a) }
	w.elsewhere = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { w.strangers.Add(1) }))
	t.Cleanup(w.elsewhere.Close)
	honest := w.Config.Handler
	w.Config.Handler = http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		honest.ServeHTTP(rec, r)
		a := &response{status: rec.Code, header: rec.Header(), body: rec.Body.String()}
		call := callOf(r)
		w.mu.Lock()
		w.count[call]++
		w.lie(call, w.count[call], a)
		w.mu.Unlock()
		if a.raw != nil {
			a.raw(out, r)
			return
		}
		for k, v := range a.header {
			out.Header()[k] = v
		}
		out.WriteHeader(a.status)
		_, _ = io.WriteString(out, a.body)
	})
	return w
}

func (w *world) digest() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	d, _ := w.config["digest"].(string)
	return d
}

func (w *world) client(t *testing.T, log PushLog) *Client {
	t.Helper()
	client, err := transport.New(transport.Options{Owner: transport.BookingServer, InsecureLoopback: true, Timeout: 200 * time.Millisecond, Retry: true, RetryBudget: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Open(Options{Server: connection.Server{URL: w.URL, PinnedRecipient: w.identity.Recipient().String()}, Token: vault.NewSecret(token), HTTP: client, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestWholeLife goes through everything that is ever asked of a server, at one
// that lies in one way. Whatever is said is held against what the server really
// has.
func TestWholeLife(t *testing.T) {
	table := lies(t)
	if len(table) < 100 {
		t.Errorf("only %d", len(table))
	}
	for name, lie := range table {
		for _, before := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " ", before), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, lie)
				live(t, w, before)
				if n := w.strangers.Load(); n > 0 {
					t.Errorf("%d calls went to a host that nobody confirmed", n)
				}
			})
		}
	}
}

func live(t *testing.T, w *world, before bool) {
	t.Helper()
	log := &memory{}
	cfg := habitual("new", Room{EmailAddress: "a@x"})
	old := ""
	if before {
		old = "old"
		w.mu.Lock()
		w.config, w.version, w.storedAt = asMap(habitual("old", Room{EmailAddress: "a@x"})), 1, time.Now()
		w.mu.Unlock()
	}
	c := w.client(t, log)
	d, err := c.Describe(t.Context())
	if err == nil {
		_, err = Confirmations(c.server, d)
	}
	shown(t, err)
	preview, err := c.Preview(t.Context(), cfg, Choices{})
	if shown(t, err); err != nil || !preview.DryRun.Acceptable {
		if w.digest() != old {
			t.Errorf("looking changed it to %q", w.digest())
		}
		return
	}
	if strings.Contains(t.Name(), "dry_run") {
		t.Errorf("taken for a yes: %+v", preview.DryRun)
	}
	cleared, err := Gate(Checked{Digest: "new", Verdict: "pass"}, "new", false)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_, err = c.Push(t.Context(), cfg, vault.NewSecret("s-new"), cleared, preview.Current, PushOptions{})
	shown(t, err)
	has := w.digest()
	last := store.Push{}
	if len(log.lines) > 0 {
		last = log.lines[len(log.lines)-1]
	}
	switch said := sentences(err); {
	case err == nil && (has != "new" || last.State != store.PushDone):
		t.Errorf("said to be done, and it has %q (%s)", has, last.State)
	case err != nil && has != old && last.State == store.PushFailed && problem.CodeOf(err) != codeContradiction && problem.CodeOf(err) != codeNotKept && problem.CodeOf(err) != codeOtherContent:
		t.Errorf("closed as failed, and it has %q: %s", has, said)
	case strings.Contains(said, "nothing was changed") && has != old:
		t.Errorf("it has %q: %s", has, said)
	case problem.CodeOf(err) == codeETagMismatch && !strings.Contains(t.Name(), "another_tag"):
		t.Errorf("no one changed it: %s", said)
	}
	again := w.client(t, log)
	if r, err := again.Resolve(t.Context(), &cfg); err == nil && r != nil {
		if r.Holds == HoldsNew && has != "new" || r.Holds == HoldsOld && has != old {
			t.Errorf("resolved as %s, and it has %q", r.Holds, has)
		}
		last = log.lines[len(log.lines)-1]
	} else {
		shown(t, err)
	}
	now, err := again.Current(t.Context())
	shown(t, err)
	view, failed := again.Status(t.Context())
	shown(t, failed)
	if err == nil && failed == nil && Proves(last, now, view) && (w.digest() != "new" || view.CheckedAt.Before(began.Add(-time.Second))) {
		t.Errorf("proven by %+v of %q", view, w.digest())
	}
	removal, err := again.Removal(t.Context())
	if shown(t, err); err != nil {
		return
	}
	err = again.Remove(t.Context(), removal)
	shown(t, err)
	switch left := w.digest(); {
	case err == nil && left != "":
		t.Error("said to be removed, and it is there")
	case err != nil && left == "" && problem.CodeOf(err) != codeUnknown && problem.CodeOf(err) != codeNotKept:
		t.Errorf("it is gone: %s", sentences(err))
	case problem.CodeOf(err) == codeETagMismatch && !strings.Contains(t.Name(), "another_tag") || problem.CodeOf(err) == CodeNothingStored:
		t.Errorf("of a removal that no one came before: %s", sentences(err))
	}
}

// shown holds a problem to what every one must be.
func shown(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	p := problem.Of(err)
	if said := sentences(err); p.Code == problem.CodeUnexpected || strings.Contains(said, token) || len(p.Remedies) == 0 || len(said) > 6000 {
		t.Errorf("%s: %.300s", p.Code, said)
	}
}

func sentences(err error) string {
	p := problem.Of(err)
	if p == nil {
		return ""
	}
	said := p.Title.String() + "\n" + p.Detail.String()
	for _, r := range p.Remedies {
		said += "\n" + r.String()
	}
	return said
}

// asMap is a configuration as a server without types keeps it.
func asMap(cfg Configuration) (m map[string]any) {
	raw, _ := json.Marshal(cfg) // knows all of it
	_ = json.Unmarshal(raw, &m)
	return m
}
