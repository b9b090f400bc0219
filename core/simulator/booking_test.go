package simulator

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
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
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir(), faults: map[string]bool{}}
	h, err := newBookingServer(bookingOptions{
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
			(*f)()
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

type memoryLog struct{ lines []booking.Push }

func (m *memoryLog) Append(p booking.Push) error     { m.lines = append(m.lines, p); return nil }
func (m *memoryLog) Pushes() ([]booking.Push, error) { return m.lines, nil }

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

func configuration(digest string, rooms ...string) booking.Configuration {
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
	return c.Push(t.Context(), cfg, vault.NewSecret(testSecret), cleared(t, cfg.Digest), seen)
}

// TestBookingContract walks the whole contract; client and server are written
// apart, and each word between them is held to the document.
func TestBookingContract(t *testing.T) {
	b := newBench(t)
	log := &memoryLog{}
	c := b.client(log)
	first := configuration("d1", "a@contoso.example", "b@contoso.example")

	before, err := c.Preview(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	if before.Current.Configuration != nil || !before.DryRun.Acceptable || len(before.Changes) == 0 || len(before.Changes) != len(before.DryRun.Changes) {
		t.Errorf("before the first push: %+v", before)
	}
	if _, err := push(t, c, first); err != nil {
		t.Fatal(err)
	}
	again, err := c.Preview(t.Context(), first)
	if err != nil || len(again.Changes) != 0 || len(again.DryRun.Changes) != 0 {
		t.Errorf("after the push nothing should differ: %+v %v", again.Changes, err)
	}
	second := configuration("d2", "a@contoso.example", "c@contoso.example")
	next, err := c.Preview(t.Context(), second)
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
	if err := c.Delete(t.Context(), receipt.Current.ETag); err != nil {
		t.Fatal(err)
	}
	if now, err := c.Current(t.Context()); err != nil || now.Configuration != nil {
		t.Errorf("after the deletion: %+v %v", now, err)
	}
	if status, err = c.Status(t.Context()); err != nil || status.State != booking.StatusNotConfigured {
		t.Errorf("status: %+v %v", status, err)
	}
	if n := len(log.lines); n != 4 || log.lines[3].State != booking.PushDone {
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

// TestBookingServerRestarts: recipient, configuration and ETag outlive it.
func TestBookingServerRestarts(t *testing.T) {
	b := newBench(t)
	log := &memoryLog{}
	receipt, err := push(t, b.client(log), configuration("d1", "a@contoso.example"))
	if err != nil {
		t.Fatal(err)
	}
	h, err := newBookingServer(bookingOptions{Dir: b.dir, Token: testToken})
	if err != nil {
		t.Fatal(err)
	}
	b.Config.Handler = b.watched(h)
	now, err := b.client(log).Current(t.Context())
	if err != nil || now.ETag != receipt.Current.ETag || now.Configuration.Digest != "d1" {
		t.Errorf("%+v %v", now, err)
	}
}

// TestBookingFaults: what each fault becomes for the client.
func TestBookingFaults(t *testing.T) {
	for _, c := range []struct {
		fault string
		call  string
		codes string
	}{
		{faultServerToken, "current", "booking.token-wrong"},
		{faultServerDown, "describe", "net.cut net.closed net.failed net.reset net.refused"},
		{faultServerHTML, "describe", "booking.unexpected-answer"},
		{faultServerHTML, "current", "booking.unexpected-answer"},
		{faultServerHTML, "push", "booking.unexpected-answer booking.unknown"},
		{faultServerCut, "current", "net.cut"},
		{faultServerOld, "describe", "booking.contract-version"},
		{faultServerOtherHost, "push", "booking.unconfirmed"},
		{faultServerRecipient, "push", "booking.recipient-changed"},
		{faultServerRecipient, "confirm", "booking.recipient-changed"},
		{faultStaleETag, "push", "booking.etag-mismatch"},
		{faultServerMicrosoft, "status", ""},
		{faultServerHostile, "describe", ""},
		{faultServerSlow, "current", ""},
	} {
		t.Run(c.fault+" "+c.call, func(t *testing.T) {
			b := newBench(t)
			log := &memoryLog{}
			client := b.client(log)
			if _, err := push(t, client, configuration("d1", "a@contoso.example")); err != nil {
				t.Fatal(err)
			}
			seen, err := client.Current(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			lines := len(log.lines)
			b.fault(c.fault)
			switch c.call {
			case "describe":
				_, err = client.Describe(t.Context())
			case "current":
				_, err = client.Current(t.Context())
			case "status":
				var s booking.Status
				if s, err = client.Status(t.Context()); s.State != booking.StatusFailing || s.Checks[0].Code != "AADSTS53003" {
					t.Errorf("%+v", s)
				}
			case "confirm":
				pin := connection.Server{URL: b.URL, PinnedRecipient: "age1other"}
				d, failed := client.Describe(t.Context())
				if failed != nil {
					t.Fatal(failed)
				}
				_, err = booking.Confirmations(pin, d)
			case "push":
				_, err = client.Push(t.Context(), configuration("d2", "b@contoso.example"), vault.NewSecret(testSecret), cleared(t, "d2"), seen)
			}
			code := problem.Code(err)
			if code != c.codes && (code == "" || !strings.Contains(" "+c.codes+" ", " "+code+" ")) {
				t.Fatalf("got %q (%v), want %q", code, err, c.codes)
			}
			if err != nil && len(problem.Of(err).Remedies) == 0 {
				t.Errorf("%s has no remedy", code)
			}
			if c.fault == faultStaleETag && !strings.Contains(problem.Of(err).Detail.String(), "loginButton") {
				t.Errorf("it does not say what has changed: %q", problem.Of(err).Detail)
			}
			if c.fault == faultServerRecipient && len(log.lines) != lines {
				t.Error("a push was begun in spite of the other key")
			}
			b.fault()
			if now, err := client.Current(t.Context()); err != nil || now.Configuration.Digest == "d2" {
				t.Errorf("the server holds %+v, %v", now, err)
			}
		})
	}
}

// TestPushWithoutAnswer: whatever happens in the middle of a push, the server
// holds the old or the new configuration, and the next start says which.
func TestPushWithoutAnswer(t *testing.T) {
	for _, c := range []struct {
		name   string
		breaks func(b *bench, cancel func())
		code   string
		holds  string
	}{
		{"cancelled before the server saw it", func(b *bench, cancel func()) { f := cancel; b.before.Store(&f) }, "booking.unknown", ""},
		{"cancelled after the server stored it", func(b *bench, cancel func()) { b.fault(faultServerLost); f := cancel; b.after.Store(&f) }, "booking.unknown", booking.HoldsNew},
		{"the answer is lost each time", func(b *bench, _ func()) { b.fault(faultServerLost) }, "booking.unknown", booking.HoldsNew},
		{"the answer is lost once", func(b *bench, _ func()) { b.fault(faultServerLost); f := func() { b.fault() }; b.after.Store(&f) }, "", ""},
		{"the server goes down", func(b *bench, _ func()) { f := func() { b.fault(faultServerDown) }; b.before.Store(&f) }, "booking.unknown", ""},
	} {
		for _, had := range []bool{false, true} {
			t.Run(c.name+map[bool]string{true: ", something stored", false: ", nothing stored"}[had], func(t *testing.T) {
				b := newBench(t)
				log := &memoryLog{}
				client := b.client(log)
				if had {
					if _, err := push(t, client, configuration("d1", "a@contoso.example")); err != nil {
						t.Fatal(err)
					}
				}
				seen, err := client.Current(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				c.breaks(b, cancel)
				_, err = client.Push(ctx, configuration("d2", "b@contoso.example"), vault.NewSecret(testSecret), cleared(t, "d2"), seen)
				if code := problem.Code(err); code != c.code {
					t.Fatalf("got %q (%v), want %q", code, err, c.code)
				}
				b.before.Store(nil)
				b.after.Store(nil)
				b.fault()
				r, err := b.client(log).Resolve(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if c.code == "" {
					if r != nil {
						t.Errorf("a finished push is open: %+v", r)
					}
					return
				}
				_, onDisk, err := storedConfiguration(b.dir)
				if err != nil {
					t.Fatal(err)
				}
				want := booking.HoldsOld
				if onDisk == "d2" {
					want = booking.HoldsNew
				}
				if r == nil || r.Holds != want || c.holds != "" && r.Holds != c.holds {
					t.Fatalf("resolved %+v, the disk holds %q", r, onDisk)
				}
				if r.Text().IsZero() {
					t.Error("nothing is said")
				}
				if r, err := client.Resolve(t.Context()); err != nil || r != nil {
					t.Errorf("it is told twice: %+v %v", r, err)
				}
			})
		}
	}
}

// TestBookingServerIsStrict: what the contract forbids is refused with the
// contract's code, and changes nothing.
func TestBookingServerIsStrict(t *testing.T) {
	b := newBench(t)
	receipt, err := push(t, b.client(&memoryLog{}), configuration("d1", "a@contoso.example"))
	if err != nil {
		t.Fatal(err)
	}
	etag := receipt.Current.ETag
	put := func(body string, h map[string]string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, b.URL+bookingBase+"/microsoft365", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+testToken)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", "0123456789abcdef")
		r.Header.Set("X-Deliberately-Wrong", "yes")
		for k, v := range h {
			r.Header.Set(k, v)
			if v == "" {
				r.Header.Del(k)
			}
		}
		resp, err := b.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(raw)
	}
	for _, c := range []struct {
		name   string
		body   string
		header map[string]string
		status int
		code   string
	}{
		{"no precondition", `{}`, nil, 428, "precondition-required"},
		{"weak tag", `{}`, map[string]string{"If-Match": "W/" + etag}, 400, "malformed"},
		{"any tag", `{}`, map[string]string{"If-Match": "*"}, 400, "malformed"},
		{"both", `{}`, map[string]string{"If-Match": etag, "If-None-Match": "*"}, 400, "malformed"},
		{"old tag", `{}`, map[string]string{"If-Match": `"r0"`}, 412, "etag-mismatch"},
		{"taken for new", `{}`, map[string]string{"If-None-Match": "*"}, 412, "etag-mismatch"},
		{"no key", `{}`, map[string]string{"If-Match": etag, "Idempotency-Key": ""}, 400, "idempotency-key-missing"},
		{"not JSON", `<html>`, map[string]string{"If-Match": etag}, 400, "malformed"},
		{"wrong type", `{"tenant":7}`, map[string]string{"If-Match": etag}, 400, "malformed"},
		{"form", `a=b`, map[string]string{"If-Match": etag, "Content-Type": "text/plain"}, 415, "unsupported-media-type"},
		{"empty", `{}`, map[string]string{"If-Match": etag}, 422, "invalid-configuration"},
		{"wrong token", `{}`, map[string]string{"Authorization": "Bearer other"}, 401, "unauthorized"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := put(c.body, c.header)
			if status != c.status || !strings.Contains(body, `"code":"`+c.code+`"`) {
				t.Errorf("got %d %s", status, body)
			}
		})
	}
	if now, err := b.client(&memoryLog{}).Current(t.Context()); err != nil || now.ETag != etag {
		t.Errorf("something changed: %+v %v", now, err)
	}
}

// TestSealedCredentialStaysWithItsApplication: sealed text is refused in a
// configuration that it was not made for, and by a server that it was not
// sealed to.
func TestSealedCredentialStaysWithItsApplication(t *testing.T) {
	b := newBench(t)
	s := &bookingServer{}
	var err error
	if s.identity, err = bookingIdentity(b.dir, "identity.txt"); err != nil {
		t.Fatal(err)
	}
	if s.other, err = bookingIdentity(b.dir, "identity-2.txt"); err != nil {
		t.Fatal(err)
	}
	stranger, err := bookingIdentity(b.dir, "identity-3.txt")
	if err != nil {
		t.Fatal(err)
	}
	cfg := bookingConfiguration{Tenant: bookingTenant{ID: "t"}, Application: bookingApplication{ClientID: "c"}, Credential: bookingCredential{Kind: "secret"}}
	for want, seal := range map[string]vault.Sealable{
		"":                 {Kind: "secret", TenantID: "T", ClientID: "C", Value: vault.NewSecret("x")},
		"other-credential": {Kind: "secret", TenantID: "t", ClientID: "other", Value: vault.NewSecret("x")},
	} {
		cfg.Credential.Sealed, err = vault.Seal(s.identity.Recipient().String(), seal)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if wrong := s.sealMistakes(cfg, true); len(wrong) > 0 {
			got = wrong[0].Code
		}
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	cfg.Credential.Sealed, err = vault.Seal(stranger.Recipient().String(), vault.Sealable{Kind: "secret", TenantID: "t", ClientID: "c", Value: vault.NewSecret("x")})
	if err != nil {
		t.Fatal(err)
	}
	if wrong := s.sealMistakes(cfg, true); len(wrong) != 1 || wrong[0].Code != "cannot-unseal" {
		t.Errorf("%+v", wrong)
	}
}
