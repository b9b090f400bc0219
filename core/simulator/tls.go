package simulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"log"
	"log/slog"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// authority is the simulator's own certificate authority and the certificate
// that it signed for loopback.
type authority struct {
	root *x509.Certificate
	key  any
	leaf tls.Certificate
}

// openAuthority takes the authority from the folder or makes one that lasts
// ten years. Only the root's key is kept; the leaf is made anew at each start.
func openAuthority(dir string, now time.Time) (*authority, error) {
	certFile, keyFile := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "ca-key.pem")
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if errors.Is(err, os.ErrNotExist) {
		if err = makeAuthority(certFile, keyFile, now); err == nil {
			pair, err = tls.LoadX509KeyPair(certFile, keyFile)
		}
	}
	if err != nil {
		return nil, err
	}
	root, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return nil, err
	}
	leaf, err := issue(root, pair.PrivateKey, now.Add(-time.Hour), now.AddDate(1, 0, 0))
	return &authority{root: root, key: pair.PrivateKey, leaf: leaf}, err
}

func makeAuthority(certFile, keyFile string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "Roomkey simulator", Organization: []string{"Roomkey simulator"}},
		NotBefore:    now.Add(-time.Hour), NotAfter: now.AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600); err != nil {
		return err
	}
	return os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
}

func issue(root *x509.Certificate, rootKey any, from, until time.Time) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano() + 1),
		Subject:      pkix.Name{CommonName: "localhost", Organization: []string{"Roomkey simulator"}},
		NotBefore:    from, NotAfter: until,
		DNSNames:    []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, root, &key.PublicKey, rootKey)
	return tls.Certificate{Certificate: [][]byte{der, root.Raw}, PrivateKey: key}, err
}

// transport trusts the system's authorities and this one.
func (a *authority) transport() http.RoundTripper {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	pool.AddCert(a.root)
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = nil
	t.DisableKeepAlives = true
	t.TLSClientConfig = &tls.Config{RootCAs: pool}
	return t
}

// site is one listening address that can be taken down and put up again on the
// same port.
type site struct {
	handler http.Handler
	tls     *tls.Config
	addr    string
	log     *log.Logger

	mu       sync.Mutex
	server   *http.Server
	listener net.Listener
}

// expiring is the certificate that a server shows which forgot to renew its own.
func (a *authority) expiring(in time.Duration) (*tls.Certificate, error) {
	now := time.Now()
	leaf, err := issue(a.root, a.key, now.AddDate(0, 0, -90), now.Add(in))
	return &leaf, err
}

// shown is which certificate a site shows to a client.
type shown func(*tls.ClientHelloInfo) (*tls.Certificate, error)

func (a *authority) valid(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &a.leaf, nil }

// open listens. A port from last time that is taken gives way to a free one.
func (a *authority) open(addr string, certificate shown, h http.Handler, l *slog.Logger) (*site, error) {
	s := &site{handler: h, addr: addr, log: slog.NewLogLogger(l.Handler(), slog.LevelWarn), tls: &tls.Config{GetCertificate: certificate, MinVersion: tls.VersionTLS12}}
	return s, s.up()
}

func (s *site) up() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		return nil
	}
	ln, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	s.addr, s.listener = ln.Addr().String(), ln
	s.server = &http.Server{
		Handler: s.handler, TLSConfig: s.tls, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: s.log,
	}
	go func(srv *http.Server) { _ = srv.ServeTLS(ln, "", "") }(s.server)
	return nil
}

func (s *site) url() string { return "https://" + s.addr }

// close ends at once: what is in flight is cut, as a server that dies would.
func (s *site) close() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server == nil {
		return nil
	}
	err := s.server.Close()
	s.server = nil
	_ = s.listener.Close() // the server may not have got hold of it yet
	return err
}

// ports are those of the tenant, the booking server and Seatsurfing.
type ports [3]string

// lastPorts are the ports that the folder remembers: a connection document
// names the booking server by its address, and has to find it again. A folder
// that remembers none gets ports below those that systems lend to outgoing
// connections (32768 and up), so that nobody sits on them after a restart.
func (s *Simulator) lastPorts() (last ports) {
	if s.temporary {
		return last
	}
	if data, err := os.ReadFile(filepath.Join(s.dir, "ports.json")); err == nil {
		_ = json.Unmarshal(data, &last) // what cannot be read is not remembered
	}
	for i := range last {
		for try := 0; try < 50 && !free(last[i]); try++ {
			last[i] = strconv.Itoa(20_000 + mathrand.IntN(10_000))
		}
	}
	return last
}

// free reports whether a port of loopback can be listened on.
func free(port string) bool {
	if port == "" {
		return false
	}
	ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
	return err == nil && ln.Close() == nil
}

func (s *Simulator) keepPorts() error {
	now := s.lastPorts() // a Seatsurfing that is not served this time finds its port again
	for i, site := range []*site{s.microsoft, s.booking, s.surf} {
		if site != nil {
			_, now[i], _ = net.SplitHostPort(site.addr)
		}
	}
	data, err := json.Marshal(now)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.dir, "ports.json"), data, 0o600)
}
