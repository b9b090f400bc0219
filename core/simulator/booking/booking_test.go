package booking

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/resources"
)

const (
	testToken  = "token-of-the-booking-server"
	testSecret = "Abc8Q~the-client-secret-that-must-not-be-seen"
)

// bench is a booking server under the eye of its own contract.
type bench struct {
	*httptest.Server
	t      *testing.T
	dir    string
	mu     sync.Mutex
	faults map[string]bool
	probe  error
	// before runs before each PUT reaches the server, after when it is done.
	before, after atomic.Pointer[func()]
	// leaves is whether the caller goes away in before: the server then gets
	// the request only when it has noticed.
	leaves atomic.Bool
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir(), faults: map[string]bool{}}
	h, err := New(Options{
		Dir: b.dir, Token: testToken, Slow: 200 * time.Millisecond,
		Fault: func(name string) bool { b.mu.Lock(); defer b.mu.Unlock(); return b.faults[name] },
		Probe: func(context.Context, string, string, string) error { return b.probe },
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Server = httptest.NewServer(nil)
	b.Config.Handler = b.watched(h)
	t.Cleanup(b.Close)
	return b
}

func (b *bench) fault(names ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = map[string]bool{}
	for _, n := range names {
		b.faults[n] = true
	}
}

// watched holds every request and every answer to the contract. Faults are
// meant to break it, so they are not looked at.
func (b *bench) watched(h http.Handler) http.Handler {
	doc, err := openapi3.NewLoader().LoadFromData(resources.Contract)
	if err != nil {
		b.t.Fatal(err)
	}
	doc.Servers = openapi3.Servers{{URL: b.URL}}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		b.t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		broken := len(b.faults) > 0 || r.Header.Get("X-Deliberately-Wrong") != ""
		b.mu.Unlock()
		if f := b.before.Load(); f != nil && r.Method == http.MethodPut {
			// A server notices only after it has read the whole request.
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			(*f)()
			if b.leaves.Load() {
				<-r.Context().Done()
			}
		}
		if f := b.after.Load(); f != nil && r.Method == http.MethodPut {
			defer (*f)()
		}
		if broken {
			h.ServeHTTP(w, r)
			return
		}
		r.URL.Scheme, r.URL.Host = "http", r.Host
		route, params, err := router.FindRoute(r)
		if err != nil {
			b.t.Errorf("%s %s is not in the contract: %v", r.Method, r.URL, err)
			return
		}
		in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route,
			Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}}
		if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
			b.t.Errorf("request %s %s: %v", r.Method, r.URL, err)
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if err := openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
			RequestValidationInput: in, Status: rec.Code, Header: rec.Header(), Options: in.Options,
			Body: io.NopCloser(bytes.NewReader(rec.Body.Bytes())),
		}); err != nil {
			b.t.Errorf("answer to %s %s: %v\n%s", r.Method, r.URL, err, rec.Body)
		}
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	})
}

type memoryLog struct{ lines []store.Push }

func (m *memoryLog) Append(p store.Push) error     { m.lines = append(m.lines, p); return nil }
func (m *memoryLog) Pushes() ([]store.Push, error) { return m.lines, nil }

// client is a booking client that has confirmed what the server says.
func (b *bench) client(log booking.PushLog) *booking.Client {
	b.t.Helper()
	server := connection.Server{URL: b.URL, Adapter: booking.AdapterContract}
	for range 2 {
		c, err := booking.Open(booking.Options{Server: server, Token: vault.NewSecret(testToken), HTTP: b.Client(), Log: log})
		if err != nil {
			b.t.Fatal(err)
		}
		d, err := c.Describe(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		open, err := booking.Confirmations(server, d)
		if err != nil {
			b.t.Fatal(err)
		}
		if len(open) == 0 {
			return c
		}
		booking.Confirm(&server, open)
	}
	b.t.Fatal("what was confirmed is asked again")
	return nil
}

func validConfiguration(digest string, rooms ...string) booking.Configuration {
	cfg := booking.Configuration{
		Digest:      digest,
		Cloud:       booking.Cloud{ID: "global", Authority: "https://login.microsoftonline.com", Graph: "https://graph.microsoft.com"},
		Tenant:      booking.Tenant{ID: "0b4c3f6e-6d0f-4f6b-9a53-2f2d1d0c9a11", Domain: "contoso.example"},
		Product:     booking.Product{ID: "flexo", Options: []string{"teams"}},
		Application: booking.Application{ClientID: "5d1c8a60-3d55-4a8f-8f0e-0f7f3f9a2b10", DisplayName: "Rooms"},
		Credential:  booking.Credential{Kind: "secret", Fingerprint: "f-" + digest, Expires: time.Date(2028, 1, 2, 3, 4, 5, 0, time.UTC)},
		Permissions: []permission.Ref{{Value: "Calendars.ReadWrite", Kind: permission.Application}},
		Rooms:       booking.Rooms{Mode: "selected", Items: []booking.Room{}},
		People:      booking.People{Mode: "groups", Groups: []string{"g1"}},
	}
	for _, r := range rooms {
		cfg.Rooms.Items = append(cfg.Rooms.Items, booking.Room{EmailAddress: r, DisplayName: "Room " + r})
	}
	return cfg
}

func cleared(t *testing.T, digest string) booking.Clearance {
	t.Helper()
	c, err := booking.Gate(booking.Checked{Digest: digest, Verdict: "pass"}, digest, false)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func push(t *testing.T, c *booking.Client, cfg booking.Configuration) (booking.Receipt, error) {
	t.Helper()
	seen, err := c.Current(t.Context())
	if err != nil {
		return booking.Receipt{}, err
	}
	return c.Push(t.Context(), cfg, vault.NewSecret(testSecret), cleared(t, cfg.Digest), seen, booking.PushOptions{})
}

// TestBookingContract walks the whole contract; client and server are written
// apart, and each word between them is held to the document.
func TestBookingContract(t *testing.T) {
	b := newBench(t)
	log := &memoryLog{}
	c := b.client(log)
	first := validConfiguration("d1", "a@contoso.example", "b@contoso.example")

	before, err := c.Preview(t.Context(), first, booking.Choices{})
	if err != nil {
		t.Fatal(err)
	}
	if before.Current.Configuration != nil || !before.DryRun.Acceptable || len(before.Changes) == 0 || len(before.Changes) != len(before.DryRun.Changes) {
		t.Errorf("before the first push: %+v", before)
	}
	if _, err := push(t, c, first); err != nil {
		t.Fatal(err)
	}
	again, err := c.Preview(t.Context(), first, booking.Choices{})
	if err != nil || len(again.Changes) != 0 || len(again.DryRun.Changes) != 0 {
		t.Errorf("after the push nothing should differ: %+v %v", again.Changes, err)
	}
	second := validConfiguration("d2", "a@contoso.example", "c@contoso.example")
	next, err := c.Preview(t.Context(), second, booking.Choices{})
	if err != nil {
		t.Fatal(err)
	}
	want := []booking.Change{
		{Path: "credential.fingerprint", Kind: "changed", From: "f-d1", To: "f-d2"},
		{Path: "rooms.items[b@contoso.example].displayName", Kind: "removed", From: "Room b@contoso.example"},
		{Path: "rooms.items[b@contoso.example].emailAddress", Kind: "removed", From: "b@contoso.example"},
		{Path: "rooms.items[c@contoso.example].displayName", Kind: "added", To: "Room c@contoso.example"},
		{Path: "rooms.items[c@contoso.example].emailAddress", Kind: "added", To: "c@contoso.example"},
	}
	for _, got := range [][]booking.Change{next.Changes, next.DryRun.Changes} {
		if len(got) != len(want) {
			t.Fatalf("changes: %+v", got)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("change %d: got %+v, want %+v", i, got[i], want[i])
			}
		}
	}
	receipt, err := push(t, c, second)
	if err != nil || receipt.Current.Configuration.Digest != "d2" {
		t.Fatalf("%+v %v", receipt, err)
	}
	if _, digest, err := storedConfiguration(b.dir); err != nil || digest != "d2" {
		t.Errorf("the server's disk holds %q, %v", digest, err)
	}
	status, err := c.Status(t.Context())
	if err != nil || status.State != booking.StatusOK || status.Digest != "d2" {
		t.Errorf("status: %+v %v", status, err)
	}
	b.probe = errors.New("AADSTS7000215: Invalid client secret provided.")
	if status, err = c.Status(t.Context()); err != nil || status.State != booking.StatusFailing || status.Checks[0].Code != "AADSTS7000215" {
		t.Errorf("status: %+v %v", status, err)
	}
	removal, err := c.Removal(t.Context())
	if err != nil || len(removal.Goes) == 0 || len(removal.Stays) == 0 {
		t.Fatalf("%+v %v", removal, err)
	}
	if err := c.Remove(t.Context(), removal); err != nil {
		t.Fatal(err)
	}
	if now, err := c.Current(t.Context()); err != nil || now.Configuration != nil {
		t.Errorf("after the deletion: %+v %v", now, err)
	}
	if status, err = c.Status(t.Context()); err != nil || status.State != booking.StatusNotConfigured {
		t.Errorf("status: %+v %v", status, err)
	}
	if n := len(log.lines); n != 5 || log.lines[3].State != store.PushDone || log.lines[4].State != store.PushRemoved {
		t.Errorf("the log: %+v", log.lines)
	}
	noSecretIn(t, b.dir)
}

// noSecretIn reads every file below dir.
func noSecretIn(t *testing.T, dir string) {
	t.Helper()
	seen := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		seen++
		if bytes.Contains(raw, []byte(testSecret)) || bytes.Contains(raw, []byte(testToken)) {
			t.Errorf("%s holds a secret", path)
		}
		return err
	})
	if err != nil || seen < 3 {
		t.Fatalf("%d files, %v", seen, err)
	}
}

// TestConformanceLeavesWhatIsHeld: a server that holds a configuration is not
// tried, since the trials would overwrite it.
func TestConformanceLeavesWhatIsHeld(t *testing.T) {
	b := newBench(t)
	if _, err := push(t, b.client(&memoryLog{}), validConfiguration("d1")); err != nil {
		t.Fatal(err)
	}
	if _, err := booking.Conform(t.Context(), b.URL, vault.NewSecret(testToken), vault.Secret{}, b.Client()); problem.CodeOf(err).String() != "booking.conformance-occupied" {
		t.Errorf("a server that holds something: %v", err)
	}
}

// TestBookingServerRestarts: recipient, configuration and ETag outlive it.
func TestBookingServerRestarts(t *testing.T) {
	b := newBench(t)
	log := &memoryLog{}
	receipt, err := push(t, b.client(log), validConfiguration("d1", "a@contoso.example"))
	if err != nil {
		t.Fatal(err)
	}
	h, err := New(Options{Dir: b.dir, Token: testToken})
	if err != nil {
		t.Fatal(err)
	}
	b.Config.Handler = b.watched(h)
	now, err := b.client(log).Current(t.Context())
	if err != nil || now.ETag != receipt.Current.ETag || now.Configuration.Digest != "d1" {
		t.Errorf("%+v %v", now, err)
	}
}

// storedConfiguration is what the booking server of dir holds, as the JSON that
// GET answers, and its digest; "" when it holds nothing.
func storedConfiguration(dir string) (raw json.RawMessage, digest string, err error) {
	state, err := load(dir)
	if err != nil || state.Stored == nil {
		return nil, "", err
	}
	shown := *state.Stored
	shown.Configuration.Credential.Sealed = ""
	raw, err = json.Marshal(shown)
	return raw, shown.Configuration.Digest, err
}
