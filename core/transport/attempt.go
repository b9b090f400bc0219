package transport

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// errStalled ends an attempt that the other side left hanging.
var errStalled = errors.New("no answer in time")

// errTooLarge ends a body beyond MaxBody.
var errTooLarge = fmt.Errorf("the answer is larger than %d MiB", maxBody>>20)

type roundTripper struct {
	base *http.Transport
	o    Options
	// signed takes the place of base after a proxy wanted a sign-in; nil where
	// there is nobody to sign in.
	signed *http.Transport
	signIn atomic.Bool
}

// CloseIdleConnections lets http.Client reach the pool.
func (t *roundTripper) CloseIdleConnections() {
	t.base.CloseIdleConnections()
	if t.signed != nil {
		t.signed.CloseIdleConnections()
	}
}

// RoundTrip sends the request, repeats it where that is right, and leaves one
// piece of evidence. The answer's body has come whole.
func (t *roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := rewindable(r)
	if err != nil {
		return nil, err
	}
	if r.URL.Scheme != "https" && (!t.o.InsecureLoopback || r.URL.Scheme != "http" || !isLoopback(r.URL.Hostname())) {
		return nil, plainHTTP(r.URL.Host, t.o.Owner)
	}
	seen := &evidenceEntry{to: recorderOf(r.Context())}
	seen.Method, seen.URL, seen.At = r.Method, withoutQuery(r.URL), time.Now()
	if seen.ClientRequestID = r.Header.Get("client-request-id"); seen.ClientRequestID == "" {
		seen.ClientRequestID = uuid.NewString()
	}
	resp, err := t.withRetries(r, body, seen)
	seen.end(err)
	if err != nil {
		t.o.Log.DebugContext(r.Context(), "call failed", "method", r.Method, "url", seen.URL, "attempts", seen.Attempts, "error", seen.Error)
		return nil, &unanswered{err, seen.Attempts, seen.RequestID}
	}
	t.o.Log.DebugContext(r.Context(), "call", "method", r.Method, "url", seen.URL, "status", resp.StatusCode,
		"attempts", seen.Attempts, "requestId", seen.RequestID, "took", seen.FirstByte)
	return resp, nil
}

// unanswered is why a call brought no answer, however often it was sent.
type unanswered struct {
	error
	attempts  int
	requestID string // of an answer that broke off
}

func (u *unanswered) Unwrap() error { return u.error }

type attemptKey struct{}

// Attempts is how often the request was sent until this answer came.
func Attempts(resp *http.Response) int {
	if resp == nil || resp.Request == nil {
		return 0
	}
	n, _ := resp.Request.Context().Value(attemptKey{}).(int)
	return n
}

// errSwitched ends an attempt that the other side wants to go on with in another
// protocol: what then flows is no answer, and never ends.
var errSwitched = errors.New("the other side changed the protocol (101)")

// errPart ends an attempt that brought a part of an answer: Roomkey asks for none,
// and nothing says what the rest would have been.
var errPart = errors.New("only a part of the answer came (206)")

// wholeAnswer is how long one answer may take altogether: a body that trickles is
// never silent and need not end. What a booking server says is small and comes
// within the timeout; a page of Microsoft's may be long and the line slow.
func (t *roundTripper) wholeAnswer() time.Duration {
	if t.o.Owner == BookingServer {
		return t.o.Timeout
	}
	return 4 * t.o.Timeout
}

// attempt sends the request once and reads the whole answer. The watchdog ends
// it when the other side is silent for longer than the timeout, before the
// headers or within the body, or when the whole takes too long.
func (t *roundTripper) attempt(r *http.Request, body func() io.ReadCloser, seen *evidenceEntry) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	watchdog := time.AfterFunc(t.o.Timeout, func() { cancel(errStalled) })
	defer watchdog.Stop()
	defer time.AfterFunc(t.wholeAnswer(), func() { cancel(errStalled) }).Stop()
	seen.begin()
	look := new(observed)
	ctx = context.WithValue(httptrace.WithClientTrace(ctx, look.trace()), observedKey{}, look)
	out := r.Clone(context.WithValue(ctx, attemptKey{}, seen.Attempts))
	if body != nil {
		out.Body = body()
	}
	if len(out.Header["Idempotency-Key"]) > 0 {
		// net/http takes the key for leave to send the request again by itself when
		// the connection ends, and nobody would count that. It can't without a body
		// to send again.
		out.GetBody = nil
	}
	out.Header.Set("client-request-id", seen.ClientRequestID)
	if t.o.UserAgent != "" && out.Header.Get("User-Agent") == "" {
		out.Header.Set("User-Agent", t.o.UserAgent)
	}
	resp, err := t.send(out, body)
	seen.look(look)
	if err == nil {
		seen.answer(resp)
		err = readWhole(resp, func() { watchdog.Reset(t.o.Timeout) })
	}
	// The pool reports "context canceled" for a stall; the cause is true. An end
	// after the attempt was given up is no end either: a server that sees the
	// connection close may finish its answer politely in that moment.
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if err != nil {
		return nil, t.ofProxy(err, look)
	}
	return resp, nil
}

// ofProxy puts the proxy beside an error that came before it opened the way: the
// server was not asked then.
func (t *roundTripper) ofProxy(err error, look *observed) error {
	var refusal *proxyRefusal
	proxy := look.closedProxy()
	switch {
	case proxy == "" || errors.Is(err, context.Canceled):
		return err
	case !errors.As(err, &refusal):
		refusal = &proxyRefusal{proxy: proxy, cause: err}
		err = refusal
	}
	if t.o.Proxy != "" {
		refusal.setBy = t.o.ProxySetBy
	}
	return err
}

// send sends the request; a proxy that wants a sign-in gets one, and from then on
// all go that way.
func (t *roundTripper) send(r *http.Request, body func() io.ReadCloser) (*http.Response, error) {
	if !t.signIn.Load() {
		resp, err := t.base.RoundTrip(r)
		var refusal *proxyRefusal
		if t.signed == nil || !errors.As(err, &refusal) || refusal.status != http.StatusProxyAuthRequired {
			return resp, err
		}
		t.signIn.Store(true)
		if body != nil {
			r.Body = body()
		}
	}
	if _, err := t.base.Proxy(r); err != nil { // it notes which proxy that is
		return nil, err
	}
	return t.signed.RoundTrip(r)
}

// readWhole puts the whole body in the place of the one that is on its way;
// progress is called for each piece.
func readWhole(resp *http.Response, progress func()) error {
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusSwitchingProtocols:
		return errSwitched
	case http.StatusPartialContent:
		return errPart
	}
	var whole bytes.Buffer
	n, err := io.Copy(&whole, io.TeeReader(io.LimitReader(resp.Body, maxBody+1), told(progress)))
	if err == nil && n > maxBody {
		err = errTooLarge
	}
	resp.Body = io.NopCloser(&whole)
	return err
}

// told is a writer that only says that something came.
type told func()

func (t told) Write(p []byte) (int, error) { t(); return len(p), nil }

// rewindable gives a function that makes the body anew for each attempt, nil
// when there is none. What we send is small, so a body without GetBody is read.
func rewindable(r *http.Request) (func() io.ReadCloser, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	sent, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if err != nil {
		return nil, err
	}
	r.ContentLength = int64(len(sent))
	return func() io.ReadCloser { return io.NopCloser(bytes.NewReader(sent)) }, nil
}

// issuerOf names who signed a certificate.
func issuerOf(c *x509.Certificate) string {
	if len(c.Issuer.Organization) > 0 && c.Issuer.Organization[0] != "" {
		return c.Issuer.Organization[0]
	}
	return c.Issuer.CommonName
}
