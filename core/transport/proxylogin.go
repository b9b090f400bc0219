package transport

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/problem"
)

// ProxyLogin signs in to the proxies that want it. Its dynamic type must be
// comparable.
type ProxyLogin interface {
	// Begin begins a sign-in to the proxy at host by one of the schemes that it
	// offers, nil when there is nothing to sign in with.
	Begin(ctx context.Context, host string, offers []string) (ProxyHandshake, error)
}

// ProxyHandshake is one sign-in on one connection.
type ProxyHandshake interface {
	Scheme() string
	// Answer is what to send for a challenge, which is nil at the beginning.
	Answer(challenge []byte) ([]byte, error)
	Close()
}

// mostLegs is how often a proxy may challenge in one sign-in; NTLM does it once.
const mostLegs = 4

// signedIn is base for a network whose proxy wants a sign-in: it asks the proxy
// for the way itself, because a sign-in with several legs belongs to one
// connection.
func signedIn(base *http.Transport, login ProxyLogin) *http.Transport {
	t := &tunnels{way: base.Proxy, dial: base.DialContext, login: login, timeout: base.TLSHandshakeTimeout, tls: base.TLSClientConfig}
	signed := base.Clone()
	signed.Proxy, signed.OnProxyConnectResponse, signed.DialContext = nil, nil, t.open
	return signed
}

type tunnels struct {
	way     func(*http.Request) (*url.URL, error)
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	login   ProxyLogin
	timeout time.Duration
	tls     *tls.Config
}

// open is a connection to address, through the proxy that leads there.
func (t *tunnels) open(ctx context.Context, network, address string) (net.Conn, error) {
	proxy, err := t.way((&http.Request{URL: &url.URL{Scheme: "https", Host: address}}).WithContext(ctx))
	if err != nil {
		return nil, err
	}
	if proxy == nil {
		return t.dial(ctx, network, address)
	}
	// The first connection learns what the proxy offers; one that it closes then
	// is made again for the sign-in.
	l := &leg{tunnels: t, proxy: proxy, address: address}
	answer, err := l.ask(ctx, "")
	if err == nil && answer.StatusCode == http.StatusProxyAuthRequired {
		answer, err = l.signIn(ctx, answer) //nolint:bodyclose // the answer of CONNECT has no body, what follows is the tunnel
	}
	if err == nil && answer.StatusCode != http.StatusOK {
		err = opened(ctx, proxy, nil, answer)
	}
	if err != nil {
		l.close()
		return nil, err
	}
	observedBy(ctx).sawOpened()
	_ = l.conn.SetDeadline(time.Time{})
	return l.conn, nil
}

// leg is a connection to a proxy on which the way is asked for.
type leg struct {
	*tunnels
	proxy   *url.URL
	address string
	conn    net.Conn
	// from reads what the proxy says. Nothing of the tunnel is in it: with TLS the
	// client speaks first.
	from *bufio.Reader
}

func (l *leg) close() {
	if l.conn != nil {
		_ = l.conn.Close()
		l.conn = nil
	}
}

// signIn goes through the legs of a sign-in and gives the last answer.
func (l *leg) signIn(ctx context.Context, answer *http.Response) (*http.Response, error) {
	handshake, err := l.login.Begin(ctx, l.proxy.Hostname(), offers(answer.Header))
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil: // no keychain must not hide that it is the proxy that refuses
		return nil, &proxyRefusal{proxy: l.proxy.Host, status: answer.StatusCode, offers: offers(answer.Header), unread: problem.Of(err)}
	case handshake == nil:
		return answer, nil
	}
	defer handshake.Close()
	var challenge []byte
	for range mostLegs {
		token, err := handshake.Answer(challenge)
		if err != nil {
			return nil, &proxyRefusal{proxy: l.proxy.Host, status: answer.StatusCode, tried: handshake.Scheme(), cause: err}
		}
		if answer, err = l.ask(ctx, handshake.Scheme()+" "+base64.StdEncoding.EncodeToString(token)); err != nil {
			return nil, err
		}
		challenge = challengeOf(answer.Header, handshake.Scheme())
		if answer.StatusCode != http.StatusProxyAuthRequired || len(challenge) == 0 {
			break
		}
	}
	if answer.StatusCode == http.StatusProxyAuthRequired {
		return nil, &proxyRefusal{proxy: l.proxy.Host, status: answer.StatusCode, tried: handshake.Scheme()}
	}
	return answer, nil
}

// ask asks the proxy for the way, on a new connection where there is none.
func (l *leg) ask(ctx context.Context, authorization string) (*http.Response, error) {
	if l.conn == nil {
		conn, err := l.dialProxy(ctx)
		if err != nil {
			return nil, &net.OpError{Op: "proxyconnect", Net: "tcp", Err: err}
		}
		l.conn, l.from = conn, bufio.NewReader(conn)
	}
	conn := l.conn
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	_ = conn.SetDeadline(time.Now().Add(l.timeout))
	r := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: l.address}, Host: l.address, Header: http.Header{}}
	r.Header.Set("Proxy-Connection", "Keep-Alive")
	if authorization != "" {
		r.Header.Set("Proxy-Authorization", authorization)
	}
	err := r.Write(conn)
	var answer *http.Response
	if err == nil {
		answer, err = http.ReadResponse(l.from, r)
	}
	if err != nil {
		return nil, errors.Join(context.Cause(ctx), err)
	}
	if answer.StatusCode != http.StatusOK && (answer.Close || !drained(answer.Body)) {
		l.close()
	}
	return answer, nil
}

// drained reads the page that comes with a refusal, so that the connection can
// be asked again; a long one is not worth it.
func drained(page io.Reader) bool {
	n, err := io.Copy(io.Discard, io.LimitReader(page, maxPage+1))
	return err == nil && n <= maxPage
}

const maxPage = 1 << 16

func (l *leg) dialProxy(ctx context.Context) (net.Conn, error) {
	port := l.proxy.Port()
	if port == "" {
		port = map[string]string{"https": "443"}[l.proxy.Scheme]
	}
	if port == "" {
		port = "80"
	}
	conn, err := l.dial(ctx, "tcp", net.JoinHostPort(l.proxy.Hostname(), port))
	if err != nil || l.proxy.Scheme != "https" {
		return conn, err
	}
	c := l.tls.Clone()
	c.ServerName = l.proxy.Hostname()
	secure := tls.Client(conn, c)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}

// challenge is one that a proxy gives: a scheme, with what stands behind it.
type challenge struct{ scheme, token string }

// challenges are those of all header lines. Several may stand in one, with commas
// between them as between the parameters of each (RFC 9110, section 11.6.1).
func challenges(h http.Header) (all []challenge) {
	for _, line := range h.Values("Proxy-Authenticate") {
		quoted := false
		for _, part := range strings.FieldsFunc(line, func(c rune) bool {
			quoted = quoted != (c == '"')
			return c == ',' && !quoted
		}) {
			scheme, rest, _ := strings.Cut(strings.TrimSpace(part), " ")
			if rest = strings.TrimSpace(rest); scheme == "" || strings.Contains(scheme, "=") || strings.HasPrefix(rest, "=") {
				continue // a parameter of the scheme before it
			}
			all = append(all, challenge{scheme, rest})
		}
	}
	return all
}

// offers are the schemes that a proxy names.
func offers(h http.Header) (schemes []string) {
	for _, c := range challenges(h) {
		if !slices.Contains(schemes, c.scheme) {
			schemes = append(schemes, c.scheme)
		}
	}
	return schemes
}

// challengeOf is what a proxy wants answered, nil for nothing.
func challengeOf(h http.Header, scheme string) []byte {
	for _, c := range challenges(h) {
		if !strings.EqualFold(c.scheme, scheme) {
			continue
		}
		if token, err := base64.StdEncoding.DecodeString(c.token); err == nil && len(token) > 0 {
			return token
		}
	}
	return nil
}
