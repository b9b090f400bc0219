package transport

import (
	"net/http"
	"strings"
	"testing"
)

// TestMalformed: what breaks the rules of HTTP is called that, and neither quoted, for
// it may be anything, nor told in the words of a library.
func TestMalformed(t *testing.T) {
	const begin = "HTTP/1.1 200 OK\r\n"
	for name, tt := range map[string]struct{ said, fault string }{
		"no HTTP":          {"{\"token\":\"s3cr3t\"}", "malformed HTTP response"},
		"a status of four": {"HTTP/1.1 2000 s3cr3t\r\n\r\n", "malformed HTTP status code"},
		"a status of none": {"HTTP/1.1 s3cr3t\r\n\r\n", "malformed HTTP status code"},
		"a preface":        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "malformed HTTP status code"},
		"length below 0":   {begin + "Content-Length: -5\r\n\r\n{}", "bad Content-Length"},
		"length in words":  {begin + "Content-Length: s3cr3t\r\n\r\n{}", "bad Content-Length"},
		"two lengths":      {begin + "Content-Length: 5\r\nContent-Length: 9\r\n\r\n{}", "message cannot contain multiple Content-Length headers"},
		"another encoding": {begin + "Transfer-Encoding: s3cr3t\r\n\r\n{}", "unsupported transfer encoding"},
		"chunk in letters": {begin + "Transfer-Encoding: chunked\r\n\r\ns3cr3t\r\n", "invalid byte in chunk length"},
		"no colon":         {begin + "Authorization s3cr3t\r\n\r\n", "malformed MIME header: missing colon"},
		"a long header":    {begin + "X: " + strings.Repeat("s3cr3t", 400_000) + "\r\n\r\n", "server response headers exceeded 1048576 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			client, url := lab(t, Options{Owner: BookingServer}, func(w http.ResponseWriter, _ *http.Request) {
				c, _, err := w.(http.Hijacker).Hijack()
				if err != nil {
					panic(err)
				}
				_, _ = c.Write([]byte(tt.said))
				_ = c.Close()
			})
			_, _, err := send(t.Context(), client, "GET", url, "")
			p := BookingServer.Problem(err, "h.example")
			if p == nil || p.Code != codeMalformed || !strings.Contains(p.Detail.String(), tt.fault) || len(p.Remedies) != 2 || !strings.Contains(p.Remedies[1].String(), "whoever runs h.example") {
				t.Fatalf("%+v", p)
			}
			if text := p.Error() + p.Detail.String(); strings.Contains(text, "s3cr3t") || strings.Contains(text, "net/http") {
				t.Errorf("says %s", text)
			}
		})
	}
}
