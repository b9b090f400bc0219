package booking

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// liar is a server of the contract that is honest apart from one thing.
type liar struct {
	*httptest.Server
	mu       sync.Mutex
	stored   json.RawMessage
	revision int
	replays  map[string]string
	// put answers a PUT instead of the server; store does what was asked.
	put func(w http.ResponseWriter, r *http.Request, attempt int, store func() bool)
	// body changes what GET and PUT say of what is stored.
	body   func(string) string
	header map[string]string
	puts   int
}

func newLiar(t *testing.T) *liar {
	t.Helper()
	l := &liar{replays: map[string]string{}}
	l.Server = httptest.NewServer(http.HandlerFunc(l.serve))
	t.Cleanup(l.Close)
	return l
}

func (l *liar) serve(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case strings.HasPrefix(r.URL.Path, "/.well-known"):
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"product":"P","contractVersion":1,"apiBase":"%s/api","sealingRecipient":"%s"}`, l.URL, recipient)
	case r.Method == http.MethodPut:
		l.puts++
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		store := func() bool { return l.store(r, raw) }
		if l.put != nil {
			l.put(w, r, l.puts, store)
		} else {
			l.answerPut(w, store)
		}
	default:
		l.show(w, http.StatusOK)
	}
}

func (l *liar) etag() string { return fmt.Sprintf(`"r%d"`, l.revision) }

// store is a PUT as the contract has it; false is a precondition that failed.
func (l *liar) store(r *http.Request, raw []byte) bool {
	if l.replays[r.Header.Get("Idempotency-Key")] == string(raw) {
		return true
	}
	if none, match := r.Header.Get("If-None-Match"), r.Header.Get("If-Match"); none == "*" && l.stored != nil || match != "" && match != l.etag() {
		return false
	}
	var cfg map[string]any
	if json.Unmarshal(raw, &cfg) != nil {
		return false
	}
	delete(cfg["credential"].(map[string]any), "sealed")
	l.stored, _ = json.Marshal(cfg)
	l.revision++
	l.replays[r.Header.Get("Idempotency-Key")] = string(raw)
	return true
}

func (l *liar) answerPut(w http.ResponseWriter, store func() bool) {
	if !store() {
		refuseWith(w, http.StatusPreconditionFailed, "etag-mismatch")
		return
	}
	l.show(w, http.StatusOK)
}

func refuseWith(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"code":%q,"status":%d,"title":"No"}`, code, status)
}

func (l *liar) show(w http.ResponseWriter, status int) {
	if l.stored == nil {
		refuseWith(w, http.StatusNotFound, "not-configured")
		return
	}
	body := fmt.Sprintf(`{"configuration":%s,"storedAt":%q}`, l.stored, time.Now().UTC().Format(time.RFC3339))
	if l.body != nil {
		body = l.body(body)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("ETag", l.etag())
	for k, v := range l.header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (l *liar) open(t *testing.T, log PushLog) *Client {
	t.Helper()
	client, err := transport.New(transport.Options{Owner: transport.BookingServer, InsecureLoopback: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Open(Options{Server: connection.Server{URL: l.URL, PinnedRecipient: recipient}, Token: vault.NewSecret(token), HTTP: client, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func lied(digest string) Configuration {
	return Configuration{
		Digest: digest, Tenant: Tenant{ID: "t"}, Application: Application{ClientID: "c"}, Credential: Credential{Kind: "secret", Fingerprint: "f" + digest},
		Rooms: Rooms{Mode: "all", Items: []Room{{EmailAddress: "a@x"}}},
	}
}

// judge pushes through one lie and holds every sentence of it to what the server
// really has: done is what is there, "nothing was changed" is what was there, and
// everything else says that it is not known or what is otherwise.
func judge(t *testing.T, l *liar, before bool) {
	t.Helper()
	log := &memory{}
	c := l.open(t, log)
	old := ""
	var seen Current
	if before {
		raw, err := json.Marshal(lied("old"))
		if err != nil {
			t.Fatal(err)
		}
		l.stored, l.revision, old = raw, 1, "old"
		cfg := lied("old")
		seen = Current{Configuration: &cfg, ETag: `"r1"`}
	}
	cleared, err := Gate(Checked{Digest: "new", Verdict: "pass"}, "new", false)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Push(t.Context(), lied("new"), vault.NewSecret("s"), cleared, seen, PushOptions{})
	l.mu.Lock()
	var has struct{ Digest string }
	if l.stored != nil {
		if err := json.Unmarshal(l.stored, &has); err != nil {
			t.Fatal(err)
		}
	}
	l.mu.Unlock()
	state := log.lines[len(log.lines)-1].State
	switch code := problem.CodeOf(err); {
	case err == nil:
		if has.Digest != "new" || state != store.PushDone {
			t.Errorf("said to be done, and the server holds %q, state %s", has.Digest, state)
		}
	case code == codeUnknown:
		if state != store.PushUnknown {
			t.Errorf("not known, and in state %s", state)
		}
	case code.In(codeContradiction, codeNotKept, codeOtherContent):
		if state != store.PushFailed {
			t.Errorf("%s in state %s", code, state)
		}
		if code == codeNotKept && problem.Of(err).Detail.String() == "" {
			t.Error("it is not said what is different")
		}
	default:
		if has.Digest != old || state != store.PushFailed {
			t.Errorf("%s claims that nothing was changed, and the server holds %q instead of %q, state %s", code, has.Digest, old, state)
		}
	}
}

// TestLiesAboutStatus: any status code, before or instead of storing or after
// it, at the first attempt or at all of them, on an empty server or not.
func TestLiesAboutStatus(t *testing.T) {
	count := 0
	for _, status := range []int{101, 103, 199, 200, 201, 202, 203, 204, 205, 206, 226, 299, 300, 301, 302, 303, 304, 305, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 417, 418, 421, 422, 423, 424, 425, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 507, 508, 511, 599} {
		for _, when := range []string{"instead", "after", "first instead", "first after", "first lost, then instead"} {
			for _, before := range []bool{false, true} {
				count++
				t.Run(fmt.Sprint(status, " ", when, " ", before), func(t *testing.T) {
					l := newLiar(t)
					l.put = func(w http.ResponseWriter, _ *http.Request, attempt int, store func() bool) {
						switch first := strings.HasPrefix(when, "first"); {
						case when == "first lost, then instead" && attempt == 1:
							store()
							panic(http.ErrAbortHandler)
						case first && when != "first lost, then instead" && attempt > 1:
							l.answerPut(w, store)
							return
						case strings.HasSuffix(when, "after"):
							store()
						}
						w.Header().Set("Location", "/elsewhere")
						refuseWith(w, status, "invented")
					}
					judge(t, l, before)
				})
			}
		}
	}
	if count < 500 {
		t.Errorf("only %d", count)
	}
}

// TestUnchangedPush: what is pushed is what the server has. A refusal changed
// nothing and is none of the server's contradictions, and of a push without an
// answer nobody knows whether it arrived.
func TestUnchangedPush(t *testing.T) {
	for _, tt := range []struct {
		first, then int
		code, said  string
	}{
		{403, 403, "booking.forbidden", "Nothing was changed."},
		{401, 401, "booking.token-wrong", "Nothing was changed."},
		{400, 400, "booking.refused", "nothing was changed"},
		{409, 409, "booking.refused", "nothing was changed"},
		{404, 404, "booking.not-found", "Nothing was changed."},
		{500, 403, "booking.forbidden", "Nothing was changed."},
		{500, 422, "booking.refused", "nothing was changed"},
		{412, 412, "booking.contradiction", "has the one that was shown"},
		{500, 500, "booking.unknown", "not known"},
		{503, 504, "booking.unknown", "not known"},
	} {
		t.Run(fmt.Sprint(tt.first, " then ", tt.then), func(t *testing.T) {
			l, log, cfg := newLiar(t), &memory{}, lied("same")
			l.stored, _ = json.Marshal(cfg) // plain fields
			l.put = func(w http.ResponseWriter, _ *http.Request, attempt int, _ func() bool) {
				status := tt.then
				if attempt == 1 {
					status = tt.first
				}
				refuseWith(w, status, "invented")
			}
			c := l.open(t, log)
			seen, err := c.Current(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			cleared, err := Gate(Checked{Digest: "same", Verdict: "pass"}, "same", false)
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Push(t.Context(), cfg, vault.NewSecret("s"), cleared, seen, PushOptions{})
			if said := sentences(err); problem.CodeOf(err).String() != tt.code || !strings.Contains(said, tt.said) {
				t.Errorf("%v: %s", err, said)
			}
			r, err := c.Resolve(t.Context(), &cfg)
			if open := tt.code == "booking.unknown"; err != nil || open != (r != nil) || open && (r.Holds != HoldsSame || !strings.Contains(r.Text().String(), "It is not known")) {
				t.Errorf("resolved: %+v %v", r, err)
			}
			if last := log.lines[len(log.lines)-1]; last.State != store.PushFailed {
				t.Errorf("state %s", last.State)
			}
		})
	}
}

// TestLiesOfAContent are bodies, headers and ends of connections.
func TestLiesOfAContent(t *testing.T) {
	replace := func(old, new string) func(string) string {
		return func(s string) string { return strings.ReplaceAll(s, old, new) }
	}
	for name, l := range map[string]struct {
		body   func(string) string
		header map[string]string
	}{
		"empty":               {body: func(string) string { return "" }},
		"null":                {body: func(string) string { return "null" }},
		"a list":              {body: func(s string) string { return "[" + s + "]" }},
		"a number":            {body: func(string) string { return "7" }},
		"a text":              {body: func(string) string { return `"stored"` }},
		"cut":                 {body: func(s string) string { return s[:len(s)/2] }},
		"twice":               {body: func(s string) string { return s + s }},
		"garbage after":       {body: func(s string) string { return s + "x" }},
		"a page":              {body: func(string) string { return "<!DOCTYPE html><title>Log in</title>" }},
		"no configuration":    {body: func(string) string { return `{"storedAt":"2026-01-01T00:00:00Z"}` }},
		"other digest":        {body: replace(`"new"`, `"newer"`)},
		"no digest":           {body: replace(`"digest":"new",`, "")},
		"digest of old":       {body: replace(`"new"`, `"old"`)},
		"digest twice":        {body: replace(`"digest":"new"`, `"digest":"old","digest":"new"`)},
		"digest in two cases": {body: replace(`"digest":"new"`, `"Digest":"old","digest":"new"`)},
		"other fingerprint":   {body: replace("fnew", "fold")},
		"no fingerprint":      {body: replace("fnew", "")},
		"other kind":          {body: replace(`"secret"`, `"certificate"`)},
		"other tenant":        {body: replace(`"id":"t"`, `"id":"u"`)},
		"tenant as number":    {body: replace(`"id":"t"`, `"id":1`)},
		"no tenant":           {body: replace(`"id":"t"`, `"id":""`)},
		"other client":        {body: replace(`"clientId":"c"`, `"clientId":"d"`)},
		"other case":          {body: replace(`"clientId":"c"`, `"clientId":"C"`)},
		"no room":             {body: replace(`{"emailAddress":"a@x"}`, "")},
		"another room":        {body: replace(`a@x`, "b@x")},
		"a room more":         {body: replace(`{"emailAddress":"a@x"}`, `{"emailAddress":"a@x"},{"emailAddress":"b@x"}`)},
		"a room named":        {body: replace(`{"emailAddress":"a@x"}`, `{"emailAddress":"a@x","displayName":"A"}`)},
		"a room of null":      {body: replace(`{"emailAddress":"a@x"}`, `null`)},
		"rooms null":          {body: replace(`[{"emailAddress":"a@x"}]`, `null`)},
		"rooms as object":     {body: replace(`[{"emailAddress":"a@x"}]`, `{}`)},
		"other mode":          {body: replace(`"mode":"all"`, `"mode":"selected"`)},
		"no ETag":             {header: map[string]string{"ETag": ""}},
		"weak ETag":           {header: map[string]string{"ETag": `W/"r2"`}},
		"ETag without quotes": {header: map[string]string{"ETag": "r2"}},
		"ETag with a space":   {header: map[string]string{"ETag": `"r 2"`}},
		"two ETags":           {header: map[string]string{"ETag": `"r1", "r2"`}},
		"the same ETag":       {header: map[string]string{"ETag": `"r1"`}},
		"text":                {header: map[string]string{"Content-Type": "text/plain"}},
		"a page's type":       {header: map[string]string{"Content-Type": "text/html"}},
		"a problem's type":    {header: map[string]string{"Content-Type": "application/problem+json"}},
		"a vendor's type":     {header: map[string]string{"Content-Type": "application/vnd.x+json"}},
		"type of nothing":     {header: map[string]string{"Content-Type": ";"}},
		"compressed":          {header: map[string]string{"Content-Encoding": "gzip"}},
		"too long":            {header: map[string]string{"Content-Length": "100000"}},
		"elsewhere":           {header: map[string]string{"Location": "https://evil.example/"}},
		"wait a year":         {header: map[string]string{"Retry-After": "31536000"}},
		"a cookie":            {header: map[string]string{"Set-Cookie": "a=b"}},
		"replayed":            {header: map[string]string{"Idempotency-Replayed": "maybe"}},
		"stored never":        {body: replace(`"storedAt"`, `"stored"`)},
		"stored as number":    {body: func(s string) string { return s[:strings.Index(s, `"storedAt"`)] + `"storedAt":5}` }},
		"stored in words":     {body: func(s string) string { return s[:strings.Index(s, `"storedAt"`)] + `"storedAt":"yesterday"}` }},
		"stored in future": {body: func(s string) string {
			return s[:strings.Index(s, `"storedAt"`)] + `"storedAt":"2999-01-01T00:00:00Z"}`
		}},
		"stored long ago": {body: func(s string) string {
			return s[:strings.Index(s, `"storedAt"`)] + `"storedAt":"2001-01-01T00:00:00Z"}`
		}},
		"stored twice":   {body: func(s string) string { return strings.TrimSuffix(s, "}") + `,"storedAt":"2026-01-01T00:00:00Z"}` }},
		"stored in null": {body: func(s string) string { return s[:strings.Index(s, `"storedAt"`)] + `"storedAt":null}` }},
	} {
		for _, before := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " ", before), func(t *testing.T) {
				server := newLiar(t)
				server.body, server.header = l.body, l.header
				judge(t, server, before)
				if strings.HasPrefix(name, "stored ") && name != "stored twice" {
					now, err := server.open(t, nil).Current(t.Context())
					if err != nil || !now.StoredAt.IsZero() && name != "stored long ago" {
						t.Errorf("believed: %v %v", now.StoredAt, err)
					}
				}
			})
		}
	}
}

// TestEndsOfAConnection: whatever hangs ends at the limit and at the cancel.
func TestEndsOfAConnection(t *testing.T) {
	for name, put := range map[string]func(w http.ResponseWriter, r *http.Request, attempt int, store func() bool){
		"cut before": func(http.ResponseWriter, *http.Request, int, func() bool) { panic(http.ErrAbortHandler) },
		"cut after": func(_ http.ResponseWriter, _ *http.Request, _ int, store func() bool) {
			store()
			panic(http.ErrAbortHandler)
		},
		"cut within": func(w http.ResponseWriter, _ *http.Request, _ int, store func() bool) {
			store()
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, "{")
			panic(http.ErrAbortHandler)
		},
		"switched": func(w http.ResponseWriter, _ *http.Request, _ int, store func() bool) {
			store()
			w.Header().Set("Upgrade", "x")
			w.WriteHeader(http.StatusSwitchingProtocols)
		},
		"silent after": func(_ http.ResponseWriter, r *http.Request, _ int, store func() bool) { store(); <-r.Context().Done() },
	} {
		for _, before := range []bool{false, true} {
			t.Run(fmt.Sprint(name, before), func(t *testing.T) {
				l := newLiar(t)
				l.put = put
				judge(t, l, before)
			})
		}
	}
}

// TestLiesOfAView: ok is believed only as the contract says it.
func TestLiesOfAView(t *testing.T) {
	const at = `"checkedAt":"2026-01-01T00:00:00Z"`
	const good = `"checks":[{"id":"token","state":"ok"},{"id":"rooms","state":"ok"}]`
	for body, want := range map[string]string{
		`{"state":"ok",` + at + `,` + good + `}`:                                                                                        "ok",
		`{"state":"ok",` + good + `}`:                                                                                                   "unknown",
		`{"state":"ok","checkedAt":null,` + good + `}`:                                                                                  "unknown",
		`{"state":"ok","checkedAt":"",` + good + `}`:                                                                                    "unknown",
		`{"state":"ok","checkedAt":"now",` + good + `}`:                                                                                 "unknown",
		`{"state":"ok","checkedAt":1764115200,` + good + `}`:                                                                            "unknown",
		`{"state":"ok","checkedAt":{},` + good + `}`:                                                                                    "unknown",
		`{"state":"ok","checkedAt":"2026-01-01 00:00:00",` + good + `}`:                                                                 "unknown",
		`{"state":"ok","checkedAt":"2026-02-30T00:00:00Z",` + good + `}`:                                                                "unknown",
		`{"state":"ok","checkedAt":"2999-01-01T00:00:00Z",` + good + `}`:                                                                "unknown",
		`{"state":"ok","checkedAt":"0001-01-01T00:00:00Z",` + good + `}`:                                                                "unknown",
		`{"state":"ok","checkedat":"2026-01-01T00:00:00Z",` + at + `,` + good + `}`:                                                     "booking.unexpected-answer",
		`{"state":"ok","state":"failing",` + at + `,` + good + `}`:                                                                      "booking.unexpected-answer",
		`{"state":"OK",` + at + `,` + good + `}`:                                                                                        "booking.unexpected-answer",
		`{"state":"",` + at + `,` + good + `}`:                                                                                          "booking.unexpected-answer",
		`{"state":true,` + at + `,` + good + `}`:                                                                                        "booking.unexpected-answer",
		`{"state":"ok",` + at + `,"checks":[]}`:                                                                                         "unknown",
		`{"state":"ok",` + at + `,"checks":null}`:                                                                                       "unknown",
		`{"state":"ok",` + at + `,"checks":{}}`:                                                                                         "booking.unexpected-answer",
		`{"state":"ok",` + at + `,"checks":["token","rooms"]}`:                                                                          "booking.unexpected-answer",
		`{"state":"ok",` + at + `,"checks":[{"id":"token","state":"OK"},{"id":"rooms","state":"ok"}]}`:                                  "unknown",
		`{"state":"ok",` + at + `,"checks":[{"id":"Token","state":"ok"},{"id":"rooms","state":"ok"}]}`:                                  "unknown",
		`{"state":"ok",` + at + `,"checks":[{"id":"token "," state":"ok"},{"id":"rooms","state":"ok"}]}`:                                "unknown",
		`{"state":"ok",` + at + `,"checks":[{"id":"token","state":"ok"},{"id":"token","state":"ok"},{"id":"rooms","state":"ok"}]}`:      "unknown",
		`{"state":"ok",` + at + `,"checks":[{"id":"token","state":"unknown"},{"id":"token","state":"ok"},{"id":"rooms","state":"ok"}]}`: "unknown",
		`{"state":"ok",` + at + `,"checks":[{"id":"token","state":"ok"},{"id":"rooms","state":"ok"},{"id":"","state":"failed"}]}`:       "booking.unexpected-answer",
		`{"state":"ok",` + at + `,"checks":[{"id":"token","id":"rooms","state":"ok"}]}`:                                                 "booking.unexpected-answer",
		`{"state":"failing",` + at + `,"checks":[]}`:                                                                                    "failing",
		`{"state":"failing","checks":[{"id":"token","state":"failed"},{"id":"token","state":"failed"}]}`:                                "failing",
		`{"state":"unknown"}`:        "unknown",
		`{"state":"not-configured"}`: "not-configured",
		`{"state":"not configured"}`: "booking.unexpected-answer",
	} {
		s, err := fake(t, "application/json", body, 200).Status(t.Context())
		got := s.State
		if err != nil {
			got = problem.CodeOf(err).String()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
	for status, want := range map[int]string{404: "", 500: "booking.server-error", 410: "booking.refused", 200: "booking.unexpected-answer"} {
		if _, err := fake(t, "application/problem+json", `{"code":"not-configured"}`, status).Current(t.Context()); problem.CodeOf(err).String() != want && (err != nil || want != "") {
			t.Errorf("not-configured with %d: %v, want %q", status, err, want)
		}
	}
}

// TestProves: a credential goes only on a view that is newer than the push and
// names what it handed over.
func TestProves(t *testing.T) {
	began := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	push := store.Push{At: began, Digest: "d", State: store.PushDone}
	cfg := Configuration{Digest: "d"}
	now := Current{Configuration: &cfg, ETag: `"r2"`, StoredAt: began.Add(2 * time.Second)}
	view := Status{State: StatusOK, Digest: "d", ETag: `"r2"`, CheckedAt: began.Add(3 * time.Second)}
	if !Proves(push, now, view) {
		t.Fatal("a good view is no proof")
	}
	other := Configuration{Digest: "e"}
	for name, spoil := range map[string]func(*store.Push, *Current, *Status){
		"another push":          func(p *store.Push, _ *Current, _ *Status) { p.Digest = "e" },
		"a push without an end": func(p *store.Push, _ *Current, _ *Status) { p.State = store.PushUnknown },
		"nothing held":          func(_ *store.Push, c *Current, _ *Status) { c.Configuration = nil },
		"something else held":   func(_ *store.Push, c *Current, _ *Status) { c.Configuration = &other },
		"not ok":                func(_ *store.Push, _ *Current, s *Status) { s.State = StatusUnknown },
		"of another":            func(_ *store.Push, _ *Current, s *Status) { s.Digest = "e" },
		"of none":               func(_ *store.Push, _ *Current, s *Status) { s.Digest = "" },
		"of another tag":        func(_ *store.Push, _ *Current, s *Status) { s.ETag = `"r1"` },
		"without a time":        func(_ *store.Push, _ *Current, s *Status) { s.CheckedAt = time.Time{} },
		"before the push":       func(_ *store.Push, _ *Current, s *Status) { s.CheckedAt = began.Add(-time.Minute) },
		"before it was stored":  func(_ *store.Push, _ *Current, s *Status) { s.CheckedAt = began.Add(time.Second) },
	} {
		p, c, s := push, now, view
		spoil(&p, &c, &s)
		if Proves(p, c, s) {
			t.Errorf("%s is taken for proof", name)
		}
	}
}

// TestCancelEndsEverything: a server that never ends is left at once.
func TestCancelEndsEverything(t *testing.T) {
	l := newLiar(t)
	ctx, cancel := context.WithCancel(t.Context())
	l.put = func(_ http.ResponseWriter, r *http.Request, _ int, _ func() bool) { cancel(); <-r.Context().Done() }
	log := &memory{}
	cleared, err := Gate(Checked{Digest: "new", Verdict: "pass"}, "new", false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.open(t, log).Push(ctx, lied("new"), vault.NewSecret("s"), cleared, Current{}, PushOptions{}); problem.CodeOf(err) != codeUnknown || log.lines[len(log.lines)-1].State != store.PushUnknown {
		t.Errorf("%v %+v", err, log.lines)
	}
}
