package transport

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/roomkey/roomkey/core/problem"
)

// remedies are all that a person is told to do, on a line each.
func remedies(p *problem.Problem) string {
	var b strings.Builder
	for _, r := range p.Remedies {
		b.WriteString(r.String())
		if !r.Place.IsZero() {
			b.WriteString(" [" + r.Place.Page + " " + r.Place.Field + "]")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestRemediesNameThePlace: what a person changes depends on whose endpoint it
// is, and nobody is sent to a field that has nothing to do with it.
func TestRemediesNameThePlace(t *testing.T) {
	const describe, own = "[describe ", `the cloud "lab" in clouds.yaml`
	lab := OwnCloud("lab")
	other := x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"a.example"}}, Host: "b.example"}
	_, missing := New(Options{CAFile: "no-such-file.pem", Owner: lab})
	_, missingOfServer := New(Options{CAFile: "no-such-file.pem", Owner: BookingServer})
	for name, tt := range map[string]struct {
		owner     Owner
		err       error
		host      string
		says, not string
	}{
		"untrusted, server":       {BookingServer, x509.UnknownAuthorityError{}, "rooms.example", "[describe server.caFile]", "clouds.yaml"},
		"untrusted, own cloud":    {lab, x509.UnknownAuthorityError{}, "lab.example", "caFile of " + own, describe},
		"untrusted, Microsoft":    {Owner{}, x509.UnknownAuthorityError{}, "graph.microsoft.com", "certificate store", "clouds.yaml"},
		"file, own cloud":         {lab, missing, "lab.example", "caFile of " + own, describe},
		"file, server":            {BookingServer, missingOfServer, "rooms.example", describe, "clouds.yaml"},
		"name, server":            {BookingServer, other, "rooms.example", "[describe server.url]", "clouds.yaml"},
		"name, own cloud":         {lab, other, "lab.example", own, describe},
		"name, Microsoft":         {Owner{}, other, "graph.microsoft.com", "network's administrator", "renewed"},
		"no such name, own":       {lab, &net.DNSError{Name: "x", IsNotFound: true}, "x", own, describe},
		"no such name, Microsoft": {Owner{}, &net.DNSError{Name: "x", IsNotFound: true}, "x", "not misspelled", "spelling"},
		"no TLS, server":          {BookingServer, http.ErrSchemeMismatch, "rooms.example", "[describe server.url]", "clouds.yaml"},
		"refused, own cloud":      {lab, syscall.ECONNREFUSED, "localhost:45000", own, "localhost:45000 on port"},
		"refused, Microsoft":      {Owner{}, syscall.ECONNREFUSED, "graph.microsoft.com", "graph.microsoft.com on port 443", "running"},
		"time-out":                {BookingServer, context.DeadlineExceeded, "rooms.example", "rooms.example on port 443", ""},
		"time-out at a port":      {BookingServer, context.DeadlineExceeded, "rooms.example:8443", "allow rooms.example:8443.", "on port"},
		"time-out here":           {lab, context.DeadlineExceeded, "localhost:45000", "on this computer", "firewall"},
		"cut here":                {lab, io.ErrUnexpectedEOF, "127.0.0.1:45000", "on this computer", "firewall"},
		"cut on the way":          {lab, io.ErrUnexpectedEOF, "lab.example:8443", "allow lab.example:8443", "on port"},
		"plain http":              {BookingServer, plainHTTP("rooms.example", BookingServer), "rooms.example", describe, "clouds.yaml"},
		"too large":               {BookingServer, errTooLarge, "rooms.example", describe, "clouds.yaml"},
	} {
		p := tt.owner.Problem(tt.err, tt.host)
		if got := remedies(p); !strings.Contains(got, tt.says) || tt.not != "" && strings.Contains(got, tt.not) {
			t.Errorf("%s: %s: has to say %q and not %q:\n%s", name, p.Code, tt.says, tt.not, got)
		}
	}
}
