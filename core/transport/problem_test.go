package transport

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certificate is a server certificate signed by an authority of the given
// organization, and the authority as a file.
func certificate(t *testing.T, organization string, names []string, ips []net.IP, until time.Time) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{Organization: []string{organization}, CommonName: "Root"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour), IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "leaf"}, NotBefore: time.Now().Add(-24 * time.Hour),
		NotAfter: until, DNSNames: names, IPAddresses: ips, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	rootDER, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "root.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

func TestCertificateProblems(t *testing.T) {
	loopback := []net.IP{net.IPv4(127, 0, 0, 1)}
	tomorrow := time.Now().Add(24 * time.Hour)
	for _, tt := range []struct {
		name, organization, want, says string
		names                          []string
		ips                            []net.IP
		until                          time.Time
		trust                          bool
	}{
		{"good", "Our House", "", "", nil, loopback, tomorrow, true},
		{"own authority that is not trusted", "Our House", "net.tls-untrusted", "Our House", nil, loopback, tomorrow, false},
		{"a box that opens TLS", "Zscaler Inc.", "net.tls-intercepted", "Zscaler Inc.", nil, loopback, tomorrow, false},
		{"expired", "Our House", "net.tls-expired", "valid from", nil, loopback, time.Now().Add(-time.Hour), true},
		{"another name", "Our House", "net.tls-name", "rooms.example.com", []string{"rooms.example.com"}, nil, tomorrow, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cert, root := certificate(t, tt.organization, tt.names, tt.ips, tt.until)
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			server.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are the point
			server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
			server.StartTLS()
			defer server.Close()
			o := Options{}
			if tt.trust {
				o.CAFile = root
			}
			client, err := New(o)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = send(t.Context(), client, "GET", server.URL, "")
			p := Owner{}.Problem(err, "the-host")
			if tt.want == "" {
				if p != nil {
					t.Fatal(p)
				}
				return
			}
			if p == nil || p.Code.String() != tt.want {
				t.Fatalf("problem %v, want %s", p, tt.want)
			}
			if all := p.Error(); !strings.Contains(all, tt.says) || len(p.Remedies) == 0 {
				t.Errorf("says %q with %d remedies", all, len(p.Remedies))
			}
		})
	}
}

func TestConnectionProblems(t *testing.T) {
	cut := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		fmt.Fprint(buffered, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
		buffered.Flush()
		conn.Close()
	}))
	cut.Start()
	defer cut.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	client, err := New(Options{InsecureLoopback: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, url, want string }{
		{"cut in mid-body", cut.URL, "net.cut"},
		{"nobody listens", "http://" + closed.Addr().String(), "net.refused"},
		{"no such name", "https://no-such-host.invalid", "net.dns"},
		{"no TLS there", "https" + strings.TrimPrefix(cut.URL, "http"), "net.tls-none"},
	} {
		_, _, err := send(t.Context(), client, "GET", tt.url, "")
		if p := (Owner{}).Problem(err, "the-host"); p == nil || p.Code.String() != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestProblemOfKnownErrors(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{context.Canceled, "task.cancelled"},
		{&url.Error{Op: "Get", URL: "https://x", Err: context.DeadlineExceeded}, "net.timeout"},
		{&proxyRefusal{proxy: "p:1", cause: &net.OpError{Op: "proxyconnect", Net: "tcp", Err: errors.New("refused")}}, "net.proxy"},
		{&url.Error{Op: "Get", URL: "https://x", Err: &proxyRefusal{proxy: "p:8080", status: 407}}, "net.proxy"},
		{fmt.Errorf("wrapped: %w", &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}), "net.dns"},
		{fmt.Errorf("wrapped: %w", plainHTTP("x", BookingServer)), "net.plain-http"},
		{errors.New("something else"), "net.failed"},
	} {
		if p := (Owner{}).Problem(tt.err, "the-host"); p.Code.String() != tt.want || len(p.Remedies) == 0 && tt.want != "task.cancelled" {
			t.Errorf("%v: %v, want %s with a remedy", tt.err, p, tt.want)
		}
	}
	if p := (Owner{}).Problem(nil, "h"); p != nil {
		t.Errorf("nil became %v", p)
	}
	if p := (Owner{}).Problem(&url.Error{Op: "Get", URL: "https://x/?code=hush", Err: errors.New("odd")}, "x"); strings.Contains(p.Error(), "hush") {
		t.Errorf("the query is shown: %v", p)
	}
}

func TestIntercepts(t *testing.T) {
	for _, tt := range []struct {
		host, issuer string
		want         bool
	}{
		{"login.microsoftonline.com", "Microsoft Corporation", false},
		{"login.microsoftonline.com", "DigiCert Inc", false},
		{"graph.microsoft.com:443", "Contoso Web Gateway", true},
		{"graph.microsoft.com", "Zscaler Inc.", true},
		{"booking.contoso.com", "Contoso Issuing CA", false},
		{"booking.contoso.com", "FortiGate CA", true},
		{"notmicrosoft.com", "Somebody", false},
		{"graph.microsoft.com", "", false},
	} {
		if _, got := intercepts(tt.host, tt.issuer); got != tt.want {
			t.Errorf("Intercepts(%q, %q) = %v", tt.host, tt.issuer, got)
		}
	}
}
