package booking

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// TestAnotherKeyGetsNoToken: a server that shows another key than the confirmed
// one, or moves its interface to a host that nobody confirmed, is told nothing.
func TestAnotherKeyGetsNoToken(t *testing.T) {
	const confirmed = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg"
	for _, tt := range []struct{ name, base, pinned, want string }{
		{"another key", "", confirmed, "booking.recipient-changed"},
		{"another host", "https://elsewhere.example", recipient, "booking.unconfirmed"},
	} {
		var server *httptest.Server
		calls := 0
		server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls++
			if r.Header.Get("Authorization") != "" || r.URL.Path != wellKnown {
				t.Errorf("%s: %s %s was sent", tt.name, r.Method, r.URL.Path)
			}
			base := tt.base
			if base == "" {
				base = server.URL
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"product":"Rooms","contractVersion":1,"apiBase":"` + base + `","sealingRecipient":"` + recipient + `"}`))
		}))
		defer server.Close()
		client, err := transport.New(transport.Options{Owner: transport.BookingServer, InsecureLoopback: true, Timeout: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		for name, call := range map[string]func(context.Context, *Client) error{
			"current": func(ctx context.Context, c *Client) error { _, err := c.Current(ctx); return err },
			"status":  func(ctx context.Context, c *Client) error { _, err := c.Status(ctx); return err },
			"preview": func(ctx context.Context, c *Client) error {
				_, err := c.Preview(ctx, Configuration{}, Choices{})
				return err
			},
			"removal": func(ctx context.Context, c *Client) error { _, err := c.Removal(ctx); return err },
			"remove":  func(ctx context.Context, c *Client) error { return c.Remove(ctx, Removal{}) },
			"push": func(ctx context.Context, c *Client) error {
				_, err := c.Push(ctx, Configuration{Digest: "d"}, vault.NewSecret("x"), Clearance{"d"}, Current{}, PushOptions{})
				return err
			},
		} {
			c, err := Open(Options{Server: connection.Server{URL: server.URL, PinnedRecipient: tt.pinned}, Token: vault.NewSecret(token), HTTP: client, Log: &pushes{}})
			if err != nil {
				t.Fatal(err)
			}
			calls = 0
			if err := call(t.Context(), c); problem.CodeOf(err).String() != tt.want || calls == 0 || !strings.Contains(err.Error(), "confirmed") {
				t.Errorf("%s, %s: %v after %d calls", tt.name, name, err, calls)
			}
		}
	}
}

// TestTheTokenStays: wherever a server sends a call, no request follows it there.
func TestTheTokenStays(t *testing.T) {
	strangers := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers++ }))
	defer other.Close()
	for _, status := range []int{200, 201, 204, 300, 301, 302, 303, 304, 305, 307, 308, 401, 429, 503} {
		for _, from := range []string{"well-known", "microsoft365", "dry-run", "status"} {
			var server *httptest.Server
			server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if strings.HasSuffix(r.URL.Path, from) || from == "well-known" && strings.HasPrefix(r.URL.Path, "/.well-known") {
					for _, name := range []string{"Location", "Content-Location", "Refresh", "Link", "Alt-Svc"} {
						w.Header().Set(name, other.URL+r.URL.Path)
					}
					w.Header().Set("Retry-After", "0")
					w.WriteHeader(status)
					return
				}
				if strings.HasPrefix(r.URL.Path, "/.well-known") {
					fmt.Fprintf(w, `{"product":"P","contractVersion":1,"apiBase":"%s/api","sealingRecipient":"%s"}`, server.URL, recipient)
					return
				}
				w.WriteHeader(http.StatusNotFound)
			}))
			client, err := transport.New(transport.Options{Owner: transport.BookingServer, InsecureLoopback: true, Timeout: time.Second})
			if err != nil {
				t.Fatal(err)
			}
			c, err := Open(Options{Server: connection.Server{URL: server.URL, PinnedRecipient: recipient}, Token: vault.NewSecret(token), HTTP: client, Log: &pushes{}})
			if err != nil {
				t.Fatal(err)
			}
			cleared, err := Gate(Checked{Digest: "new", Verdict: "pass"}, "new", false)
			if err != nil {
				t.Fatal(err)
			}
			cfg := lied("new")
			_, failed := c.Push(t.Context(), cfg, vault.NewSecret("s"), cleared, Current{}, PushOptions{})
			if failed == nil {
				t.Errorf("%d at %s is taken for done", status, from)
			}
			_, _ = c.Current(t.Context())
			_, _ = c.Status(t.Context())
			_, _ = c.Preview(t.Context(), cfg, Choices{})
			_ = c.Remove(t.Context(), Removal{Current: Current{Configuration: &cfg, ETag: `"1"`}})
			server.Close()
		}
	}
	if strangers > 0 {
		t.Errorf("%d requests went to a host that nobody chose", strangers)
	}
}

// TestNoTokenIsBlamedForTheDescription: the description is asked for without a token,
// so a refusal of it says nothing about one, and nothing about a configuration.
func TestNoTokenIsBlamedForTheDescription(t *testing.T) {
	for status, want := range map[int]string{
		400: "booking.no-contract", 401: "booking.description-guarded", 403: "booking.description-guarded", 404: "booking.no-contract",
		405: "booking.no-contract", 410: "booking.no-contract", 418: "booking.no-contract", 429: "booking.too-many-requests", 500: "booking.server-error",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		defer server.Close()
		c, err := Open(Options{Server: connection.Server{URL: server.URL}, Token: vault.NewSecret(token), HTTP: server.Client()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Describe(t.Context()); problem.CodeOf(err).String() != want || len(problem.Of(err).Remedies) == 0 {
			t.Errorf("%d: %v", status, err)
		}
	}
}
