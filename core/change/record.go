package change

import (
	"context"
	"encoding/json"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

// The phases of a Record.
const (
	PhaseStart  = "start"  // a run begins
	PhaseBefore = "before" // a call is about to be made
	PhaseAfter  = "after"  // it was made, or found made
	PhaseFailed = "failed" // it was refused; nothing happened
	PhaseUndone = "undone" // what a call made was taken back
	PhaseEnd    = "end"    // a run ended with everything done
)

// Journal is what was done to the tenant for the connection. An entry is on the
// disk when Append returns.
type Journal interface {
	Append(entry any) error
	Entries() ([]json.RawMessage, error)
}

// Record is one line of what was done, for a person.
type Record struct {
	At    time.Time `json:"at"`
	Run   string    `json:"run"`
	By    string    `json:"by,omitempty"`
	Verb  string    `json:"verb,omitempty"`
	Phase string    `json:"phase"`
	Step  string    `json:"step,omitempty"`
	// Title says in words what the step is about, zero for what concerns a run
	// as a whole.
	Title     words.Text `json:"title,omitzero"`
	Request   string     `json:"request,omitempty"`
	Reviewer  string     `json:"reviewer,omitempty"`
	Ticket    string     `json:"ticket,omitempty"`
	Before    any        `json:"before,omitempty"`
	After     any        `json:"after,omitempty"`
	Code      string     `json:"code,omitempty"`
	RequestID string     `json:"requestId,omitempty"`
}

// Recorded makes a call and gives the id of its last request.
func Recorded(ctx context.Context, call func(context.Context) error) (requestID string, err error) {
	recording, seen := transport.Record(ctx)
	err = call(recording)
	seen.Repeat(ctx)
	for _, e := range seen.All() {
		if e.RequestID != "" {
			requestID = e.RequestID
		}
	}
	return requestID, err
}

// Refused is whether Microsoft said no, so that nothing was made. An answer
// that got lost, and what failed here after an answer, leave the call dangling
// until a look finds what it did.
func Refused(p *problem.Problem) bool {
	return p.Kind.Rejected() && p.Code != tenant.CodeAlready
}
