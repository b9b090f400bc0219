package booking_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/booking"
	simulated "github.com/roomkey/roomkey/core/simulator/booking"
	"github.com/roomkey/roomkey/core/vault"
)

// TestConformQuotes: the report quotes answers in plain words, and no part of a secret
// also where the quotation ends within one.
func TestConformQuotes(t *testing.T) {
	for name, tt := range map[string]struct {
		call string
		tell http.HandlerFunc
		want string
	}{
		"a secret where the quotation ends": {"GET ", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			fmt.Fprint(w, strings.Repeat("x", 188)+conformToken)
		}, "wanted"},
		"a closed connection": {"GET /status", func(http.ResponseWriter, *http.Request) {
			panic(http.ErrAbortHandler)
		}, "was closed before the response was complete"},
		"a number for a text": {"GET /status", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"state":7,"checks":[]}`)
		}, "“state” must be text, but is a number."},
	} {
		t.Run(name, func(t *testing.T) {
			h, err := simulated.New(simulated.Options{Dir: t.TempDir(), Token: conformToken})
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if is(r, tt.call) {
					tt.tell(w, r)
					return
				}
				h.ServeHTTP(w, r)
			}))
			defer server.Close()
			trials, err := booking.Conform(t.Context(), server.URL, vault.NewSecret(conformToken), vault.Secret{}, server.Client())
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			for _, trial := range trials {
				said = append(said, trial.Seen.String())
			}
			if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, tt.want) }) {
				t.Errorf("not said: %q", said)
			}
			for _, s := range said {
				for _, never := range []string{conformToken[:8], "EOF", "json:", "unmarshal", "Get \""} {
					if strings.Contains(s, never) {
						t.Errorf("said %q", s)
					}
				}
			}
		})
	}
}
