package booking

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/internal/bounded"
)

// A booking server that answers with a mountain is read for what it is worth.
func TestAnswersAreBounded(t *testing.T) {
	many := func(n int, item string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, item, i)
		}
		return b.String()
	}
	const self = `"product":"p","version":"1","contractVersion":1,"sealingRecipient":"RECIPIENT","apiBase":"BASE/api"`
	for name, body := range map[string]string{
		"nested":                `{` + self + `,"x":` + strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000) + `}`,
		"100,000 redirect URIs": `{` + self + `,"redirectUris":[` + many(100_000, `"https://a.example/%d"`) + `]}`,
		"many fields":           `{` + self + `,` + many(200_000, `"f%d":1`) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte(strings.NewReplacer("BASE", "http://"+r.Host, "RECIPIENT", recipient).Replace(body)))
			}))
			defer srv.Close()
			bounded.Run(t, 600, func() {
				c, err := Open(Options{Server: connection.Server{URL: srv.URL}, HTTP: srv.Client()})
				if err != nil {
					t.Fatal(err)
				}
				if d, err := c.Describe(t.Context()); err == nil && len(d.RedirectURIs) > 0 {
					t.Errorf("taken with %d redirect URIs", len(d.RedirectURIs))
				}
			})
		})
	}
}
