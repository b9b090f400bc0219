package transport

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"
)

// observed is what the connection showed of itself during one attempt. The trace
// is called from other goroutines, also after the attempt has ended.
type observed struct {
	mu        sync.Mutex
	remote    string
	proxy     string
	firstByte time.Time
}

type observedKey struct{}

func observedBy(ctx context.Context) *observed {
	s, _ := ctx.Value(observedKey{}).(*observed)
	return s
}

func (s *observed) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.remote = i.Conn.RemoteAddr().String()
		},
		GotFirstResponseByte: func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.firstByte = time.Now()
		},
	}
}

func (s *observed) sawProxy(host string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.proxy = host
}

// evidenceEntry is the evidence of one call while it is being made. It is in
// the recorder from the answer's headers on, and completed by the body's end.
type evidenceEntry struct {
	Evidence
	to      *Recorder
	sent    time.Time
	firstAt time.Time
	place   int
	kept    bool
}

func (e *evidenceEntry) look(s *observed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.RemoteAddr, e.Proxy, e.firstAt = s.remote, s.proxy, s.firstByte
}

func (e *evidenceEntry) answer(resp *http.Response, sent time.Time) {
	now := time.Now()
	if e.firstAt.IsZero() {
		e.firstAt = now
	}
	e.sent = sent
	e.Status = resp.StatusCode
	e.FirstByte, e.Total = e.firstAt.Sub(sent), now.Sub(sent)
	e.RequestID = resp.Header.Get("request-id")
	if e.RequestID == "" {
		e.RequestID = resp.Header.Get("x-ms-request-id")
	}
	if resp.TLS != nil && len(resp.TLS.PeerCertificates) > 0 {
		e.Issuer = issuerOf(resp.TLS.PeerCertificates[0])
	}
	e.ServerDate, e.Skew = time.Time{}, 0
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		e.ServerDate = date
		e.Skew = sent.Add(e.FirstByte / 2).Sub(date)
	}
	e.keep()
}

// end completes the entry: nil for a body that was read or closed in order.
func (e *evidenceEntry) end(err error) {
	from := e.sent
	if from.IsZero() {
		from = e.At
	}
	e.Total = time.Since(from)
	if err != nil {
		e.Error = Owner{}.Problem(err, hostOf(e.URL)).Code.String()
	}
	e.keep()
}

func (e *evidenceEntry) keep() {
	if e.to == nil {
		return
	}
	if !e.kept {
		e.place, e.kept = e.to.add(e.Evidence), true
		return
	}
	e.to.replace(e.place, e.Evidence)
}

func withoutQuery(u *url.URL) string {
	bare := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return bare.String()
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}
