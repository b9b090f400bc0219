// Package check proves, call by call, whether a booking server will work in a
// tenant. It holds the catalogue of checks, the runner that respects what each
// of them depends on, and the verdict. Its promise: nothing is called working
// that was not exercised, and a look-up that failed is never "nothing missing".
package check

import (
	"encoding/json"
	"time"

	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

// Status is what one check found. The zero value is no status, and counts as
// unknown wherever statuses are weighed.
type Status string

// What a check can find.
const (
	Pass    Status = "pass"
	Warn    Status = "warn"
	Fail    Status = "fail"
	Unknown Status = "unknown"
	Skipped Status = "skipped"
)

// Finding is what one check found, with the evidence.
type Finding struct {
	ID     string
	Title  words.Text
	Status Status
	// Problem is set unless the check passed or was not wanted.
	Problem *problem.Problem
	// Note says in a sentence what was seen, or why the check was skipped.
	Note words.Text
	// Evidence are facts by name: counts, names, addresses. Never a secret.
	Evidence map[string]any
	// Exchanges are the calls that were made for it, the first and last few
	// where there were many.
	Exchanges []transport.Evidence
	Duration  time.Duration
	// Because is the id of the check for whose failure this one was skipped,
	// "" when it was skipped for being not wanted.
	Because string
	// Optional is whether the verdict can do without an answer: unknown then
	// goes to the list of what is unproven instead of making it incomplete.
	Optional bool
	// NeedsSignIn is whether it was skipped because no administrator signed in.
	NeedsSignIn bool
	// NotOffered is whether it was skipped because Microsoft said that it does not
	// offer there what the check tests.
	NotOffered bool
	// Empty is whether what was listed came whole and holds nothing.
	Empty bool
}

// Verdict is what a whole run comes to.
type Verdict string

// The verdicts. Incomplete is never green: the run was cancelled, or something
// that it needed is unknown or could not be looked at.
const (
	Passed     Verdict = "pass"
	Warned     Verdict = "warn"
	Failed     Verdict = "fail"
	Incomplete Verdict = "incomplete"
)

// Passes reports whether everything that is needed was seen to work, if with
// warnings.
func (v Verdict) Passes() bool { return v == Passed || v == Warned }

// Cause is the most upstream failure: the one to repair first.
type Cause struct {
	Check string `json:"check"`
	Code  string `json:"code"`
}

// Run is one whole diagnosis. It survives a round trip through JSON.
type Run struct {
	// Connection is the connection's name, ConnectionID its id.
	Connection   string  `json:"connection"`
	ConnectionID string  `json:"connectionId,omitempty"`
	Verdict      Verdict `json:"verdict"`
	// RootCause is nil when nothing failed and nothing is unknown.
	RootCause *Cause    `json:"rootCause"`
	Findings  []Finding `json:"checks"`
	// Layers are the four layers of truth about every permission that the
	// product wants or the token carries.
	Layers   []permission.Layers `json:"layers"`
	Features []Feature           `json:"features"`
	// Unproven are sentences about what was not tested.
	Unproven []words.Text `json:"unproven"`
	// From is the computer that the calls were made from: what is proven is
	// proven from there.
	From string `json:"from"`
	// Server is what the booking server says of itself: "works", "fails" or
	// "unproven".
	Server string `json:"server"`
	// Digest is the connection's over exactly the rooms that were looked at, ""
	// when they are not known. A run with an empty digest opens no gate.
	Digest string `json:"digest,omitempty"`
	// Only are the ids that the run was limited to, empty for a whole one.
	Only      []string   `json:"only,omitempty"`
	Rooms     RoomTally  `json:"rooms"`
	Endpoints []Endpoint `json:"endpoints,omitempty"`
	// Headline and Claims are what all runs so far have proven; they are filled in
	// when a run is given out and are not part of what is stored.
	Headline words.Text       `json:"headline,omitzero"`
	Claims   []evidence.State `json:"claims,omitempty"`
	// Chain is the claims as the links that are drawn, filled in with them.
	Chain evidence.Chain `json:"chain,omitempty"`
	// NotKept is why a whole run could not be saved; a push asks for one that
	// was.
	NotKept  *problem.Problem `json:"notKept,omitempty"`
	Started  time.Time        `json:"started"`
	Finished time.Time        `json:"finished"`
}

// Finding gives the finding of a check by its id.
func (r Run) Finding(id string) (Finding, bool) {
	for _, f := range r.Findings {
		if f.ID == id {
			return f, true
		}
	}
	return Finding{}, false
}

// finding is the documented JSON form.
type finding struct {
	ID         string               `json:"id"`
	Title      words.Text           `json:"title"`
	Status     Status               `json:"status"`
	Problem    *problem.Problem     `json:"problem,omitempty"`
	Note       words.Text           `json:"note"`
	Because    string               `json:"because,omitempty"`
	Optional   bool                 `json:"optional,omitempty"`
	SignIn     bool                 `json:"needsSignIn,omitempty"`
	NotOffered bool                 `json:"notOffered,omitempty"`
	Empty      bool                 `json:"empty,omitempty"`
	Evidence   map[string]any       `json:"evidence"`
	Exchanges  []transport.Evidence `json:"exchanges,omitempty"`
	DurationMs int64                `json:"durationMs"`
}

// MarshalJSON writes the documented form.
func (f Finding) MarshalJSON() ([]byte, error) {
	d := finding{f.ID, f.Title, f.Status, f.Problem, f.Note, f.Because, f.Optional, f.NeedsSignIn, f.NotOffered, f.Empty, f.Evidence, f.Exchanges, f.Duration.Milliseconds()}
	if d.Evidence == nil {
		d.Evidence = map[string]any{}
	}
	return json.Marshal(d)
}

// UnmarshalJSON reads back what MarshalJSON wrote; a duration keeps its
// milliseconds.
func (f *Finding) UnmarshalJSON(b []byte) error {
	var d finding
	if err := json.Unmarshal(b, &d); err != nil {
		return err
	}
	*f = Finding{d.ID, d.Title, d.Status, d.Problem, d.Note, d.Evidence, d.Exchanges, time.Duration(d.DurationMs) * time.Millisecond, d.Because, d.Optional, d.SignIn, d.NotOffered, d.Empty}
	if len(f.Evidence) == 0 {
		f.Evidence = nil
	}
	return nil
}
