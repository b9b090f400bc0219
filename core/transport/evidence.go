package transport

import (
	"context"
	"sync"
	"time"
)

// Evidence is what was seen of one HTTP exchange: enough to prove a claim or to
// quote to the other side's support, and never a header or body that could hold
// a secret.
type Evidence struct {
	Method string `json:"method"`
	// URL without its query.
	URL    string `json:"url"`
	Status int    `json:"status,omitempty"`
	// RequestID is the server's own (request-id, x-ms-request-id).
	RequestID string `json:"requestId,omitempty"`
	// ClientRequestID is the one that we sent.
	ClientRequestID string `json:"clientRequestId,omitempty"`
	// Issuer is the organization or common name of the authority that signed
	// the server's certificate.
	Issuer string `json:"issuer,omitempty"`
	// ValidFrom and ValidUntil are when that certificate is valid.
	ValidFrom  time.Time `json:"validFrom,omitzero"`
	ValidUntil time.Time `json:"validUntil,omitzero"`
	RemoteAddr string    `json:"remoteAddr,omitempty"`
	Proxy      string    `json:"proxy,omitempty"`
	// Attempts counts the tries, retries included.
	Attempts int       `json:"attempts,omitempty"`
	At       time.Time `json:"at"`
	// FirstByte and Total are times from sending the request the last time.
	FirstByte time.Duration `json:"firstByteNs,omitempty"`
	Total     time.Duration `json:"totalNs,omitempty"`
	// ServerDate is the Date header, zero when there was none; Skew is our
	// clock minus the server's, half the round trip taken off.
	ServerDate time.Time     `json:"serverDate,omitzero"`
	Skew       time.Duration `json:"skewNs,omitempty"`
	Error      string        `json:"error,omitempty"`
}

// Recorder collects the evidence of every exchange made under its context.
type Recorder struct {
	mu   sync.Mutex
	seen []Evidence
}

type recorderKey struct{}

// Record gives a context under which the transport keeps evidence in the
// returned recorder.
func Record(ctx context.Context) (context.Context, *Recorder) {
	r := new(Recorder)
	return context.WithValue(ctx, recorderKey{}, r), r
}

// Repeat gives what was seen to the recorder of an outer context as well, if it
// has one. It is for callees that record for themselves.
func (r *Recorder) Repeat(outer context.Context) {
	if to := recorderOf(outer); to != nil {
		for _, e := range r.All() {
			to.add(e)
		}
	}
}

func recorderOf(ctx context.Context) *Recorder {
	r, _ := ctx.Value(recorderKey{}).(*Recorder)
	return r
}

func (r *Recorder) add(e Evidence) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, e)
}

// All is a copy of what was seen, oldest first.
func (r *Recorder) All() []Evidence {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Evidence(nil), r.seen...)
}

// Last is the most recent exchange, the zero Evidence when there was none.
func (r *Recorder) Last() Evidence {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.seen) == 0 {
		return Evidence{}
	}
	return r.seen[len(r.seen)-1]
}
