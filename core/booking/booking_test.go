package booking

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
)

const (
	recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
	token     = "the-token-of-the-server"
)

func TestGate(t *testing.T) {
	for _, c := range []struct {
		name   string
		last   Checked
		digest string
		accept bool
		code   string
	}{
		{"never checked", Checked{}, "d", true, "booking.gate-unchecked"},
		{"no digest", Checked{Digest: "d", Verdict: "pass"}, "", true, "booking.gate-unchecked"},
		{"both empty", Checked{Verdict: "pass"}, "", true, "booking.gate-unchecked"},
		{"another digest", Checked{Digest: "x", Verdict: "pass"}, "d", true, "booking.gate-changed"},
		{"passed", Checked{Digest: "d", Verdict: "pass"}, "d", false, ""},
		{"warnings", Checked{Digest: "d", Verdict: "warn"}, "d", false, "booking.gate-warnings"},
		{"warnings accepted", Checked{Digest: "d", Verdict: "warn"}, "d", true, ""},
		{"failed", Checked{Digest: "d", Verdict: "fail"}, "d", true, "booking.gate-failed"},
		{"incomplete", Checked{Verdict: "incomplete"}, "d", true, "booking.gate-incomplete"},
		{"old", Checked{Digest: "d", Verdict: "pass", Age: 25 * time.Hour, Life: 24 * time.Hour}, "d", true, "booking.gate-old"},
		{"nearly old", Checked{Digest: "d", Verdict: "pass", Age: 23 * time.Hour, Life: 24 * time.Hour}, "d", true, ""},
		{"dated in the future", Checked{Digest: "d", Verdict: "pass", Age: -time.Hour, Life: 24 * time.Hour}, "d", true, "booking.gate-future"},
		{"a clock that was set back a little", Checked{Digest: "d", Verdict: "pass", Age: -time.Minute, Life: 24 * time.Hour}, "d", true, ""},
		{"a verdict from the future", Checked{Digest: "d", Verdict: "green"}, "d", true, "booking.gate-incomplete"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Gate(c.last, c.digest, c.accept)
			if problem.CodeOf(err).String() != c.code {
				t.Errorf("got %v, want %q", err, c.code)
			}
			if (err == nil) != (got.digest == c.digest && c.digest != "") {
				t.Errorf("clearance %+v with %v", got, err)
			}
		})
	}
}

func TestConfirmations(t *testing.T) {
	d := Description{APIBase: "https://rooms.example/api", SealingRecipient: recipient,
		RedirectURIs: []string{"https://Rooms.example:443/cb", "https://sso.example/cb"}, NotificationURL: "https://hook.example:8443/n"}
	server := connection.Server{URL: "https://rooms.example"}
	open, err := Confirmations(server, d)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range open {
		got = append(got, c.Kind+" "+c.Value)
	}
	want := []string{"recipient " + recipient, "host hook.example:8443", "host sso.example"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if problem.CodeOf(pinned(server, d)).String() != "booking.unconfirmed" {
		t.Error("what is not confirmed was let through")
	}
	Confirm(&server, open)
	if open, err = Confirmations(server, d); err != nil || len(open) != 0 {
		t.Errorf("asked again: %+v %v", open, err)
	}
	d.NotificationURL = "https://evil.example/n"
	if open, _ = Confirmations(server, d); len(open) != 1 || open[0].Value != "evil.example" {
		t.Errorf("a new host was not asked for: %+v", open)
	}
	d.SealingRecipient = "age1other"
	if _, err = Confirmations(server, d); problem.CodeOf(err).String() != "booking.recipient-changed" {
		t.Errorf("another recipient: %v", err)
	}
}

func TestOf(t *testing.T) {
	c := connection.New("x")
	c.Product.Options = []string{"teams"}
	c.Application.Credential = connection.Credential{Kind: "secret", Thumbprint: "left over", Expires: time.Date(2030, 1, 1, 1, 0, 0, 5, time.FixedZone("", 3600))}
	floor := 3
	cfg := Of(c, product.Product{ID: "p"}, []tenant.Room{{EmailAddress: "B@x", FloorNumber: &floor}, {EmailAddress: "a@x", FloorLabel: "G", FloorNumber: &floor}}, "d", cloud.Cloud{ID: "global", Authority: "https://a", Graph: "https://g"}, "f")
	if cfg.Rooms.Items[0] != (Room{EmailAddress: "a@x", Floor: "G"}) || cfg.Rooms.Items[1].Floor != "3" {
		t.Errorf("rooms: %+v", cfg.Rooms.Items)
	}
	if cfg.Credential.Thumbprint != "" || cfg.Credential.Expires.Format(time.RFC3339Nano) != "2030-01-01T00:00:00Z" || cfg.Credential.Fingerprint != "f" {
		t.Errorf("credential: %+v", cfg.Credential)
	}
	if got := Changes(&cfg, cfg); len(got) != 0 {
		t.Errorf("a configuration differs from itself: %+v", got)
	}
	other := cfg
	other.Digest = "e"
	if got := Changes(&cfg, other); len(got) != 0 {
		t.Errorf("the digest is not for people: %+v", got)
	}
}

// TestHostileNames: what differs is shown, harmlessly.
func TestHostileNames(t *testing.T) {
	old := Configuration{Rooms: Rooms{Items: []Room{{EmailAddress: "a@x", DisplayName: "Room\x1b[2J"}}}}
	next := Configuration{Rooms: Rooms{Items: []Room{{EmailAddress: "a@x", DisplayName: "Room\u202e\r\n" + strings.Repeat("x", 10000)}}}}
	got := Changes(&old, next)
	if len(got) != 1 || got[0].From != "Room\uFFFD[2J" || len(got[0].To) > 5000 || strings.ContainsAny(got[0].To, "\u202e\r\n") {
		t.Errorf("%+v", got)
	}
}

func TestAddresses(t *testing.T) {
	for address, code := range map[string]string{
		"https://rooms.example": "", "http://127.0.0.1:80": "", "http://[::1]": "", "http://localhost:9": "",
		"http://rooms.example": "booking.plain-http", "http://127.0.0.1.evil.example": "booking.plain-http",
		"ftp://rooms.example": "booking.address", "rooms.example": "booking.address", "": "booking.address",
		"https://user:pass@rooms.example": "booking.address",
		"https://rooms.example:8443/a":    "", "https://räume.example": "",
		"https://$(reboot).example": "booking.address", "https://a;reboot": "booking.address", "https://a'b": "booking.address",
		"https://rooms.example:": "booking.address", "https://:443": "booking.address",
	} {
		_, err := Open(Options{Server: connection.Server{URL: address}, HTTP: http.DefaultClient})
		if problem.CodeOf(err).String() != code {
			t.Errorf("%q: got %v, want %q", address, err, code)
		}
	}
	if _, err := Open(Options{Server: connection.Server{URL: "https://x", Adapter: AdapterForm}}); problem.CodeOf(err).String() != "booking.no-api" {
		t.Errorf("form: %v", err)
	}
}

// fake answers the description truthfully and everything else with one answer.
func fake(t *testing.T, kind, body string, status int, header ...string) *Client {
	t.Helper()
	var srv *httptest.Server
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/.well-known") {
			if r.Header.Get("Authorization") != "" {
				t.Error("the token went to the description")
			}
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"product":"P","contractVersion":1,"apiBase":"%s/api","sealingRecipient":"%s"}`, srv.URL, recipient)
			return
		}
		w.Header().Set("Content-Type", kind)
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Add(header[i], header[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(srv.Close)
	c, err := Open(Options{Server: connection.Server{URL: srv.URL}, Token: vault.NewSecret(token), HTTP: srv.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const whole = `{"storedAt":"2026-01-01T00:00:00Z","configuration":{"digest":"d","tenant":{"id":"t"},"application":{"clientId":"c"},"credential":{"kind":"secret","fingerprint":"f"},"rooms":{"mode":"all","items":[]},"people":{"mode":"all"}}}`

// TestAnswersThatDoNotFit: whatever a server says, the client either knows
// what it means or says that it does not.
func TestAnswersThatDoNotFit(t *testing.T) {
	for _, c := range []struct {
		name, kind, body string
		status           int
		header           []string
		code             string
	}{
		{"good", "application/json", whole, 200, []string{"ETag", `"r1"`}, ""},
		{"no ETag", "application/json", whole, 200, nil, "booking.unexpected-answer"},
		{"weak ETag", "application/json", whole, 200, []string{"ETag", `W/"r1"`}, "booking.unexpected-answer"},
		{"two ETags", "application/json", whole, 200, []string{"ETag", `"r1"`, "ETag", `"r2"`}, "booking.unexpected-answer"},
		{"gzip that is none", "application/json", "\x1f\x8bgarbage", 200, []string{"ETag", `"r1"`, "Content-Encoding", "gzip"}, "booking.unexpected-answer"},
		{"not modified", "", "", 304, nil, "booking.unexpected-answer"},
		{"a redirect to nowhere", "", "", 302, nil, "booking.unexpected-answer"},
		{"a sign-in page", "text/html", "<!DOCTYPE html><title>Log in</title>", 200, nil, "booking.unexpected-answer"},
		{"a page called JSON", "application/json", "<html></html>", 200, nil, "booking.unexpected-answer"},
		{"nothing", "application/json", "", 200, nil, "booking.unexpected-answer"},
		{"no content", "", "", 204, nil, "booking.unexpected-answer"},
		{"null", "application/json", "null", 200, []string{"ETag", `"r1"`}, "booking.unexpected-answer"},
		{"a list", "application/json", "[]", 200, nil, "booking.unexpected-answer"},
		{"empty object", "application/json", "{}", 200, []string{"ETag", `"r1"`}, "booking.unexpected-answer"},
		{"wrong types", "application/json", `{"configuration":{"tenant":{"id":7}}}`, 200, nil, "booking.unexpected-answer"},
		{"cut JSON", "application/json", whole[:100], 200, nil, "booking.unexpected-answer"},
		{"redirect", "", "", 302, []string{"Location", "https://evil.example/"}, "booking.redirected"},
		{"redirect to itself", "", "", 307, []string{"Location", "/elsewhere"}, "booking.redirected"},
		{"nothing stored", "application/problem+json", `{"code":"not-configured","status":404}`, 404, nil, ""},
		{"404 of another server", "text/html", "<html>", 404, nil, "booking.not-found"},
		{"401", "application/problem+json", `{"code":"unauthorized"}`, 401, nil, "booking.token-wrong"},
		{"403", "text/plain", "no", 403, nil, "booking.forbidden"},
		{"500", "text/html", "<html><title>Oops</title>", 500, nil, "booking.server-error"},
		{"429", "text/plain", "", 429, nil, "booking.too-many-requests"},
		{"511", "text/html", "<html><title>Wi-Fi</title>", 511, nil, "booking.network-sign-in"},
		{"418", "text/plain", "", 418, nil, "booking.refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := fake(t, c.kind, c.body, c.status, c.header...).Current(t.Context())
			if problem.CodeOf(err).String() != c.code {
				t.Errorf("got %v, want %q", err, c.code)
			}
			if c.code != "booking.redirected" && doubtsAddress(err) { // it has described itself there
				t.Errorf("doubts the address: %v", problem.Of(err).Remedies)
			}
		})
	}
}

// TestRefusalsSayWhatCame: a method that is not taken is no missing page, and a
// server's own wait is what the remedy says.
func TestRefusalsSayWhatCame(t *testing.T) {
	_, err := fake(t, "text/plain", "", 405).Current(t.Context())
	if title := problem.Of(err).Title.String(); !strings.HasSuffix(title, " does not accept GET at this address (HTTP 405).") {
		t.Errorf("405: %q", title)
	}
	for wait, want := range map[string]string{"": "Wait a minute", "9999": "The server asks to wait until ", "31536000": "The server asks to wait for a day or longer."} {
		_, err = fake(t, "text/plain", "", 429, "Retry-After", wait).Current(t.Context())
		if remedy := problem.Of(err).Remedies[0].String(); !strings.HasPrefix(remedy, want) {
			t.Errorf("429, Retry-After %q: %q", wait, remedy)
		}
	}
	s, err := fake(t, "application/json", `{"state":"ok","checkedAt":"2999-01-01T00:00:00Z","checks":[{"id":"token","state":"ok"},{"id":"rooms","state":"ok"}]}`, 200).Status(t.Context())
	if err != nil || !s.Undated {
		t.Errorf("a time in the future: %+v %v", s, err)
	}
}

// doubtsAddress reports whether a remedy is to look at the server's address.
func doubtsAddress(err error) bool {
	return err != nil && slices.ContainsFunc(problem.Of(err).Remedies, func(r problem.Remedy) bool { return r.Place == problem.PlaceServerURL })
}

// TestStatusIsNeverFalselyGreen: ok counts only when what the contract asks for
// was tried and nothing failed.
func TestStatusIsNeverFalselyGreen(t *testing.T) {
	for body, want := range map[string]string{
		`{"state":"ok","checkedAt":"2026-01-01T00:00:00Z","checks":[{"id":"token","state":"ok"},{"id":"rooms","state":"ok"}]}`: "ok",
		`{"state":"ok","checks":[{"id":"token","state":"ok"},{"id":"rooms","state":"ok"}]}`:                                    "unknown",
		`{"state":"ok","checks":[{"id":"token","state":"ok"}]}`:                                                                "unknown",
		`{"state":"ok"}`: "unknown",
		`{"state":"ok","checks":[{"id":"token","state":"ok"},{"id":"rooms","state":"unknown"}]}`:                               "unknown",
		`{"state":"ok","checks":[{"id":"token","state":"ok"},{"id":"rooms","state":"ok"},{"id":"calendar","state":"failed"}]}`: "booking.unexpected-answer",
		`{"state":"green","checks":[]}`: "booking.unexpected-answer",
		`{"state":"failing","checks":[{"id":"token","state":"failed","code":"AADSTS53003"}]}`: "failing",
		`{}`: "booking.unexpected-answer",
	} {
		s, err := fake(t, "application/json", body, 200).Status(t.Context())
		if got := s.State + problem.CodeOf(err).String(); got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}

// TestSecretsOfAnEcho: a server that repeats the token in its error does not
// get it onto the screen.
func TestSecretsOfAnEcho(t *testing.T) {
	c := fake(t, "application/problem+json", `{"code":"x","detail":"got Bearer `+token+` \u202e\u001b[2J","errors":[{"pointer":"/a","detail":"`+token+`"}]}`, 422, "X-Request-Id", token)
	_, err := c.Current(t.Context())
	p := problem.Of(err)
	var shown strings.Builder
	p.Terminal(&shown, nil)
	all := shown.String() + p.Error() + fmt.Sprintf("%+v", p)
	if strings.Contains(all, token) || strings.ContainsAny(all, "\x1b\u202e") || !strings.Contains(all, "[secret]") {
		t.Errorf("shown: %q", all)
	}
}

// TestTokenStaysWithTheTypedHost: an API on another host gets the token only
// after that host was confirmed.
func TestTokenStaysWithTheTypedHost(t *testing.T) {
	var asked int
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("ETag", `"r1"`)
		fmt.Fprint(w, whole)
	}))
	defer api.Close()
	typed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"product":"P","contractVersion":1,"apiBase":"%s/","sealingRecipient":"%s"}`, api.URL, recipient)
	}))
	defer typed.Close()
	for _, confirmed := range []bool{false, true} {
		server := connection.Server{URL: typed.URL}
		if confirmed {
			server.ConfirmedHosts = []string{hostOf(api.URL)}
		}
		c, err := Open(Options{Server: server, Token: vault.NewSecret(token), HTTP: typed.Client()})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Current(t.Context())
		if confirmed && err != nil || !confirmed && (problem.CodeOf(err).String() != "booking.unconfirmed" || asked != 0) {
			t.Errorf("confirmed %v: %v after %d calls", confirmed, err, asked)
		}
	}
}

type brokenLog struct{}

func (brokenLog) Append(store.Push) error       { return errors.New("disk full") }
func (brokenLog) Pushes() ([]store.Push, error) { return nil, nil }

// TestPushIsNotBegun without clearance for exactly this digest, and without a
// line in the log.
func TestPushIsNotBegun(t *testing.T) {
	var puts int
	var srv *httptest.Server
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			puts++
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"product":"P","contractVersion":1,"apiBase":"%s/api","sealingRecipient":"%s"}`, srv.URL, recipient)
	}))
	defer srv.Close()
	c, err := Open(Options{Server: connection.Server{URL: srv.URL, PinnedRecipient: recipient}, Token: vault.NewSecret(token), HTTP: srv.Client(), Log: brokenLog{}})
	if err != nil {
		t.Fatal(err)
	}
	cleared, err := Gate(Checked{Digest: "d", Verdict: "pass"}, "d", false)
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]struct {
		cfg   Configuration
		clear Clearance
		want  string
	}{
		"no clearance":         {Configuration{Digest: "d"}, Clearance{}, "booking.gate-unchecked"},
		"no digest":            {Configuration{}, Clearance{}, "booking.gate-unchecked"},
		"another's clearance":  {Configuration{Digest: "e"}, cleared, "booking.gate-changed"},
		"log cannot be writte": {Configuration{Digest: "d"}, cleared, problem.CodeUnexpected.String()},
	} {
		_, err := c.Push(t.Context(), try.cfg, vault.NewSecret("s"), try.clear, Current{}, PushOptions{})
		if problem.CodeOf(err).String() != try.want {
			t.Errorf("%s: got %v, want %s", name, err, try.want)
		}
	}
	if puts != 0 {
		t.Errorf("%d configurations were sent", puts)
	}
}

func TestCancelIsPrompt(t *testing.T) {
	stop := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-stop:
		case <-r.Context().Done():
		}
	}))
	defer srv.Close()
	defer close(stop)
	c, err := Open(Options{Server: connection.Server{URL: srv.URL}, Token: vault.NewSecret(token), HTTP: srv.Client()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err = c.Current(ctx)
	if problem.CodeOf(err).String() != problem.CodeCancelled.String() {
		t.Errorf("got %v", err)
	}
}

func FuzzCurrent(f *testing.F) {
	f.Add([]byte(whole), `"r1"`, "application/json")
	f.Add([]byte(`{"configuration":null}`), "", "text/html")
	f.Fuzz(func(t *testing.T, body []byte, etag, kind string) {
		c := &contract{caller: newCaller(http.DefaultClient, vault.Secret{}), now: time.Now}
		now, err := c.current(answer{status: 200, header: http.Header{"Content-Type": {kind}, "Etag": {etag}}, body: body})
		if err == nil && (now.Configuration == nil || now.ETag == "" || now.Configuration.Digest == "") {
			t.Errorf("taken for whole: %s", body)
		}
		if err == nil {
			Changes(now.Configuration, *now.Configuration)
		}
	})
}

// TestChangesTellPermissionsApart: each permission is a line of its own.
func TestChangesTellPermissionsApart(t *testing.T) {
	next := Configuration{Permissions: []permission.Ref{
		{Value: "Place.Read.All", Kind: permission.Application}, {Value: "email", Kind: permission.Delegated},
	}}
	var paths []string
	for _, c := range Changes(&Configuration{}, next) {
		paths = append(paths, c.Path)
	}
	want := []string{
		"permissions[application Place.Read.All].kind", "permissions[application Place.Read.All].value",
		"permissions[delegated email].kind", "permissions[delegated email].value",
	}
	if !slices.Equal(paths, want) {
		t.Errorf("got %q, want %q", paths, want)
	}
}
