package check

import (
	"encoding/json"
	"time"
)

// Journal outlives the process: what is created in the tenant is written down
// before, so that what was left behind can be found and offered for clean-up.
type Journal interface {
	Append(entry any) error
}

// States of a trace.
const (
	TraceIntended = "intended"
	TraceCreated  = "created"
	TraceRemoved  = "removed"
	TraceLeft     = "left"
)

// Trace is one entry of the journal about something that a check made.
type Trace struct {
	// Kind is "event" or "subscription"; Key tells this one from all others.
	Kind string `json:"checkTrace"`
	Key  string `json:"key"`
	// State is TraceIntended, TraceCreated, TraceRemoved or TraceLeft.
	State string `json:"state"`
	// Mailbox is the organizer's.
	Mailbox string `json:"mailbox,omitempty"`
	Room    string `json:"room,omitempty"`
	ID      string `json:"id,omitempty"`
	// UID is the meeting's in every calendar.
	UID string    `json:"uid,omitempty"`
	At  time.Time `json:"at"`
	// Start is the meeting's; together with Key, which stands in its text, it
	// finds a meeting whose id never arrived.
	Start time.Time `json:"start,omitzero"`
}

// Leftovers are the traces of the journal's entries that were not removed: what
// the next start offers to clean up. Subscriptions that have ended by themselves
// are not among them. An intended one without an id may or may not have been
// made.
func Leftovers(entries []json.RawMessage, now time.Time) []Trace {
	last := map[string]Trace{}
	order := []string{}
	for _, e := range entries {
		var t Trace
		if json.Unmarshal(e, &t) != nil || t.Kind == "" || t.Key == "" {
			continue
		}
		if _, seen := last[t.Key]; !seen {
			order = append(order, t.Key)
		}
		last[t.Key] = t
	}
	left := []Trace{}
	for _, key := range order {
		t := last[key]
		over := t.Kind == "subscription" && now.Sub(t.At) > subscriptionLife
		if t.State != TraceRemoved && !over {
			left = append(left, t)
		}
	}
	return left
}
