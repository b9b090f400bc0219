package booking

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/vault"
)

type pushes []store.Push

func (p *pushes) Append(line store.Push) error  { *p = append(*p, line); return nil }
func (p *pushes) Pushes() ([]store.Push, error) { return *p, nil }

// TestServerThatAlters: a server that repeats the digest and drops a room does
// not hold what it was given, now or when it is asked again.
func TestServerThatAlters(t *testing.T) {
	var srv *httptest.Server
	var held map[string]any
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Accept-Encoding"); got != "identity" {
			t.Errorf("%s %s accepts %q: a proxy that compresses would weaken the entity tag", r.Method, r.URL.Path, got)
		}
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasPrefix(r.URL.Path, "/.well-known"):
			fmt.Fprintf(w, `{"product":"P","contractVersion":1,"apiBase":"%s/api","sealingRecipient":"%s"}`, srv.URL, recipient)
			return
		case r.Method == http.MethodPut:
			if err := json.NewDecoder(r.Body).Decode(&held); err != nil {
				t.Error(err)
			}
			rooms := held["rooms"].(map[string]any)
			rooms["items"] = rooms["items"].([]any)[1:]
		}
		w.Header().Set("ETag", `"r1"`)
		_ = json.NewEncoder(w).Encode(map[string]any{"configuration": held, "storedAt": "2026-01-01T00:00:00Z"})
	}))
	defer srv.Close()
	log := new(pushes)
	c, err := Open(Options{Server: connection.Server{URL: srv.URL, PinnedRecipient: recipient}, Token: vault.NewSecret(token), HTTP: srv.Client(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	cleared, err := Gate(Checked{Digest: "d", Verdict: "pass"}, "d", false)
	if err != nil {
		t.Fatal(err)
	}
	cfg := Configuration{
		Digest: "d", Tenant: Tenant{ID: "t"}, Application: Application{ClientID: "c"}, Credential: Credential{Kind: "secret", Fingerprint: "f"},
		Rooms: Rooms{Mode: "all", Items: []Room{{EmailAddress: "a@x"}, {EmailAddress: "b@x"}}},
	}
	receipt, err := c.Push(t.Context(), cfg, vault.NewSecret("s"), cleared, Current{}, PushOptions{})
	if p := problem.Of(err); p == nil || p.Code.String() != "booking.not-kept" || !strings.Contains(p.Detail.String(), "a@x") {
		t.Errorf("got %v", err)
	}
	if c.Keeps(receipt.Current, cfg) {
		t.Error("what the server altered counts as kept")
	}
	renamed := cfg
	renamed.Rooms.Items = []Room{{EmailAddress: "B@X", DisplayName: "Renamed since"}}
	if !c.Keeps(receipt.Current, renamed) {
		t.Error("the name of a room, or the case of its address, counts")
	}
	if r, err := c.Resolve(t.Context(), nil); err != nil || r != nil {
		t.Errorf("the push that was not kept is told as arrived: %+v %v", r, err)
	}
	if last := (*log)[len(*log)-1]; last.State != store.PushFailed {
		t.Errorf("state %q", last.State)
	}
	// The same after a push whose answer was lost: the digest alone is no proof.
	lost := store.Push{Digest: cfg.Digest, State: store.PushUnknown, ETag: "before", IdempotencyKey: "lost", Server: srv.URL}
	if err := log.Append(lost); err != nil {
		t.Fatal(err)
	}
	if r, err := c.Resolve(t.Context(), &cfg); err != nil || r == nil || r.Holds != HoldsOther {
		t.Errorf("what the server altered is told as %+v %v", r, err)
	}
}

// TestDescriptionWithMistakes: what a server says of itself is known together
// with what is wrong with it, so that it is not taken for a server without the
// contract.
func TestDescriptionWithMistakes(t *testing.T) {
	for text, code := range map[string]string{
		`{"product":"P","contractVersion":2}`:   "booking.contract-version",
		`{"product":"P","contractVersion":0}`:   "booking.contract-version",
		`{"product":"P"}`:                       "booking.unexpected-answer",
		`{"product":"P","contractVersion":"1"}`: "booking.unexpected-answer",
		`{"product":"P","contractVersion":1,"apiBase":"/api","sealingRecipient":"` + recipient + `"}`:            "booking.unexpected-answer",
		`{"product":"P","contractVersion":1,"apiBase":"https://x/a?b=c","sealingRecipient":"` + recipient + `"}`: "booking.unexpected-answer",
		`{"product":"P","contractVersion":1,"apiBase":"https://x/a","sealingRecipient":"age1qqqq"}`:              "booking.unexpected-answer",
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, text)
		}))
		c, err := Open(Options{Server: connection.Server{URL: srv.URL}, HTTP: srv.Client()})
		if err != nil {
			t.Fatal(err)
		}
		d, err := c.Describe(t.Context())
		if problem.CodeOf(err).String() != code || d.Product != "P" {
			t.Errorf("%s: %+v %v, want %s", text, d, err, code)
		}
		if speaks := strings.Contains(text, `"contractVersion":1,`); code == "booking.unexpected-answer" && doubtsAddress(err) == speaks {
			t.Errorf("%s: %v", text, problem.Of(err).Remedies)
		}
		srv.Close()
	}
}
