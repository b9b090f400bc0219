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
	"sync"
	"time"

	"github.com/google/uuid"
)

// errStalled ends an attempt that the other side left hanging.
var errStalled = errors.New("no answer in time")

// errTooLarge ends a body beyond MaxBody.
var errTooLarge = fmt.Errorf("the answer is larger than %d MiB", MaxBody>>20)

type roundTripper struct {
	base *http.Transport
	o    Options
}

// CloseIdleConnections lets http.Client reach the pool.
func (t *roundTripper) CloseIdleConnections() { t.base.CloseIdleConnections() }

// RoundTrip sends the request, repeats it where that is right, and leaves one
// piece of evidence.
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
	if err != nil {
		seen.end(err)
		t.o.Log.DebugContext(r.Context(), "call failed", "method", r.Method, "url", seen.URL, "attempts", seen.Attempts, "error", seen.Error)
		return nil, err
	}
	t.o.Log.DebugContext(r.Context(), "call", "method", r.Method, "url", seen.URL, "status", resp.StatusCode,
		"attempts", seen.Attempts, "requestId", seen.RequestID, "took", seen.FirstByte)
	return resp, nil
}

// errSwitched ends an attempt that the other side wants to go on with in another
// protocol: what then flows is no answer, and never ends.
var errSwitched = errors.New("the other side changed the protocol (101)")

// wholeBody is how many timeouts one answer may take altogether: a body that
// trickles is never silent and need not end.
const wholeBody = 4

// attempt sends the request once. The watchdog ends it when the other side is
// silent for longer than the timeout, before the headers or within the body, or
// when the whole answer takes wholeBody times that.
func (t *roundTripper) attempt(r *http.Request, body func() io.ReadCloser, seen *evidenceEntry) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	watchdog := time.AfterFunc(t.o.Timeout, func() { cancel(errStalled) })
	whole := time.AfterFunc(wholeBody*t.o.Timeout, func() { cancel(errStalled) })
	seen.Attempts++
	look := new(observed)
	ctx = context.WithValue(httptrace.WithClientTrace(ctx, look.trace()), observedKey{}, look)
	out := r.Clone(ctx)
	if body != nil {
		out.Body = body()
	}
	out.Header.Set("client-request-id", seen.ClientRequestID)
	if t.o.UserAgent != "" && out.Header.Get("User-Agent") == "" {
		out.Header.Set("User-Agent", t.o.UserAgent)
	}
	sent := time.Now()
	resp, err := t.base.RoundTrip(out)
	seen.look(look)
	if err == nil && resp.StatusCode == http.StatusSwitchingProtocols {
		_ = resp.Body.Close()
		err = errSwitched
	}
	if err != nil {
		watchdog.Stop()
		whole.Stop()
		// The pool reports "context canceled" for a stall; the cause is true.
		if errors.Is(context.Cause(ctx), errStalled) {
			err = errStalled
		}
		cancel(nil)
		return nil, err
	}
	seen.answer(resp, sent)
	resp.Body = &watchedBody{
		ReadCloser: resp.Body, left: MaxBody, ctx: ctx,
		progress: func() { watchdog.Reset(t.o.Timeout) },
		done:     func(err error) { watchdog.Stop(); whole.Stop(); cancel(nil); seen.end(err) },
	}
	return resp, nil
}

// watchedBody limits a body, keeps the watchdog quiet while it flows, and says
// when and how it ended.
type watchedBody struct {
	io.ReadCloser
	left     int64
	ctx      context.Context
	progress func()
	done     func(error)
	once     sync.Once
	ended    error // what every further Read says
}

func (b *watchedBody) Read(p []byte) (int, error) {
	if b.ended != nil {
		return 0, b.ended
	}
	n, err := b.read(p)
	b.ended = err
	return n, err
}

func (b *watchedBody) read(p []byte) (int, error) {
	if b.left <= 0 {
		b.finish(errTooLarge)
		return 0, errTooLarge
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	// An end after the attempt was given up is no end either: a server that sees
	// the connection close may finish its answer politely in that moment.
	if cause := context.Cause(b.ctx); err != nil && cause != nil {
		err = cause
	}
	switch {
	case errors.Is(err, io.EOF):
		b.finish(nil)
	case err != nil:
		b.finish(err)
	case n > 0:
		b.progress()
	}
	return n, err
}

func (b *watchedBody) Close() error {
	err := b.ReadCloser.Close()
	b.finish(nil)
	return err
}

func (b *watchedBody) finish(err error) { b.once.Do(func() { b.done(err) }) }

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
