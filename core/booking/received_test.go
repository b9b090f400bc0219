package booking

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/problem"
)

// TestReceived: what came is told as it came.
func TestReceived(t *testing.T) {
	const whole = `{"configuration":{"digest":"d","tenant":{"id":"t"},"application":{"clientId":"c"},"credential":{"kind":"secret","fingerprint":"f"},"rooms":{"mode":"selected","items":[]}},"storedAt":"2026-01-01T00:00:00Z"}`
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(whole)) // a buffer takes everything
	_ = z.Close()
	tag := []string{"ETag", `"1"`}
	for name, tt := range map[string]struct {
		body   string
		status int
		header []string
		want   string
	}{
		"whole":                  {whole, 200, tag, ""},
		"a status without words": {"", 529, nil, "The server answered 529."},
		"a status with words":    {"", 503, nil, "The server answered 503 Service Unavailable."},
		"null for the rooms":     {strings.Replace(whole, `{"mode":"selected","items":[]}`, "null", 1), 200, tag, "The response does not contain a complete configuration."},
		"null for their list":    {strings.Replace(whole, "[]", "null", 1), 200, tag, "The response does not contain a complete configuration."},
		"packed":                 {packed.String(), 200, append([]string{"Content-Encoding", "GZIP"}, tag...), ""},
		"packed otherwise":       {"\x78\x9c", 200, append([]string{"Content-Encoding", "br"}, tag...), "The response is in the encoding “br”, which was not asked for."},
	} {
		_, err := fake(t, "application/json", tt.body, tt.status, tt.header...).Current(t.Context())
		got := ""
		if err != nil {
			got = problem.Of(err).Detail.String()
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
