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
	mu     sync.Mutex
	remote string
	proxy  string
	// opened is whether the proxy opened the way, now or for an earlier request.
	opened    bool
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
			s.remote, s.opened = i.Conn.RemoteAddr().String(), true
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

func (s *observed) sawOpened() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened = true
}

// closedProxy is the proxy that did not open the way, "" where none is asked for one
// or it did.
func (s *observed) closedProxy() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened {
		return ""
	}
	return s.proxy
}

// evidenceEntry is the evidence of one call while it is being made: of its last
// attempt, and how many there were.
type evidenceEntry struct {
	Evidence
	to      *Recorder
	sent    time.Time
	firstAt time.Time
}

// begin is before an attempt.
func (e *evidenceEntry) begin() {
	e.Attempts++
	e.sent = time.Now()
	e.Status, e.RequestID = 0, ""
}

func (e *evidenceEntry) look(s *observed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.RemoteAddr, e.Proxy, e.firstAt = s.remote, s.proxy, s.firstByte
}

// answer takes what the headers of an answer say.
func (e *evidenceEntry) answer(resp *http.Response) {
	if e.firstAt.IsZero() {
		e.firstAt = time.Now()
	}
	e.Status = resp.StatusCode
	e.FirstByte = e.firstAt.Sub(e.sent)
	e.RequestID = resp.Header.Get("request-id")
	if e.RequestID == "" {
		e.RequestID = resp.Header.Get("x-ms-request-id")
	}
	if resp.TLS != nil && len(resp.TLS.PeerCertificates) > 0 {
		shown := resp.TLS.PeerCertificates[0]
		e.Issuer, e.ValidFrom, e.ValidUntil = issuerOf(shown), shown.NotBefore, shown.NotAfter
	}
	e.ServerDate, e.Skew = time.Time{}, 0
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		e.ServerDate = date
		e.Skew = e.sent.Add(e.FirstByte / 2).Sub(date)
	}
}

// end is after the last attempt.
func (e *evidenceEntry) end(err error) {
	e.Total = time.Since(e.sent)
	if err != nil {
		e.Error = Owner{}.Problem(err, hostOf(e.URL)).Code.String()
	}
	if e.to != nil {
		e.to.add(e.Evidence)
	}
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
