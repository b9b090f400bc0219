// Package transport is the one HTTP client of Roomkey: the system's proxy, an
// own certificate authority, limits, retries that a person can cancel, no
// redirects, and evidence of every exchange.
package transport

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"time"

	named "github.com/roomkey/roomkey/core/file"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// maxBody is how much of one answer is read, after decompression. The largest
// page that Graph sends is a few MiB.
const maxBody = 64 << 20

// Options say how a client is built; the zero value is good for Microsoft's
// own endpoints, without retries.
type Options struct {
	// CAFile is a PEM file of an authority that is trusted in addition to the
	// system's, "" for none.
	CAFile string
	// Owner is whose endpoints are called, so that a problem names the place
	// where CAFile and address stand.
	Owner Owner
	// Timeout is how long one attempt may wait for the other side: for the
	// headers, and then for each piece of the body. 0 means 30 s.
	Timeout time.Duration
	// UserAgent is sent with requests that name none.
	UserAgent string
	// Retry repeats what was throttled, cut off or answered by a server in
	// trouble; see retry.go for what is repeated and how often.
	Retry bool
	// RetryBudget bounds the time that one call spends on retries, 0 means 60 s.
	RetryBudget time.Duration
	// Proxy is the address of the proxy, "direct" for none and "" for the system's.
	Proxy string
	// ProxySetBy is the file or registry key in which the administrator of this
	// computer sets Proxy.
	ProxySetBy string
	// ProxyLogin signs in to proxies that want it, nil for nobody.
	ProxyLogin ProxyLogin
	// InsecureLoopback allows plain http to the loopback interface. Plain http
	// to anything else is always refused.
	InsecureLoopback bool
	// Connection is the id of the connection whose calls these are, "" for none:
	// the lines of the log carry it.
	Connection string
	// Log gets a debug line an attempt: never a header, a query or a body.
	Log *slog.Logger
}

// New makes a client. Its error is a problem: the CA file cannot be read or
// holds no certificate.
func New(o Options) (*http.Client, error) {
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.RetryBudget <= 0 {
		o.RetryBudget = time.Minute
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Connection != "" {
		o.Log = o.Log.With("connection", o.Connection)
	}
	roots, err := rootsWith(o.CAFile, o.Owner)
	if err != nil {
		return nil, err
	}
	base := http.DefaultTransport.(*http.Transport).Clone()
	way, err := proxyAt(o.Proxy)
	if err != nil {
		return nil, err
	}
	base.Proxy = proxyOf(way)
	base.OnProxyConnectResponse = opened
	base.DialContext = (&net.Dialer{Timeout: min(o.Timeout, 15*time.Second), KeepAlive: 30 * time.Second}).DialContext
	base.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	base.TLSHandshakeTimeout = min(o.Timeout, 15*time.Second)
	base.MaxResponseHeaderBytes = 1 << 20
	base.MaxIdleConnsPerHost = 8
	t := &roundTripper{base: base, o: o}
	if o.ProxyLogin != nil {
		t.signed = signedIn(base, o.ProxyLogin)
	}
	return &http.Client{
		Transport: t,
		// A redirect would carry tokens to a host that nobody chose; the
		// caller sees the 3xx instead.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// CheckCAFile is why a file with a certificate authority of owner's cannot be used, nil
// for none.
func CheckCAFile(file string, owner Owner) error {
	_, err := rootsWith(file, owner)
	return err
}

// rootsWith is nil (the system's own verification) without a file.
func rootsWith(file string, owner Owner) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := named.Read(file, named.MaxBytes)
	if err != nil {
		return nil, owner.checkCAFile(problem.New(codeCAFile, words.T("The file with the certificate authority cannot be read.")).
			With(words.Plain(err.Error()))).By(err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, owner.checkCAFile(problem.New(codeCAFile, words.T("The file %s does not contain a certificate.", file)).
			Fix(words.T("Export the authority's certificate as \"Base-64 encoded X.509\" (PEM, it begins with -----BEGIN CERTIFICATE-----) and name that file.")))
	}
	return roots, nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func plainHTTP(host string, owner Owner) *problem.Problem {
	p := problem.New(codePlainHTTP, words.T("%s uses http, which others on the network can read and change.", host))
	if at := owner.addressIn(); !at.IsZero() {
		p.Lead(words.T("Begin %s with https://.", at), owner.place())
	}
	return p.Fix(words.T("Use an address that begins with https://. Plain http is accepted only for a server on this computer."))
}
