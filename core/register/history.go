package register

import (
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/words"
)

// The phases of a Record.
const (
	PhaseStart  = phaseStart
	PhaseBefore = phaseBefore
	PhaseAfter  = phaseAfter
	PhaseFailed = phaseFailed
	PhaseUndone = phaseUndone
	PhaseEnd    = phaseEnd
)

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

// History is the record of what was done to the tenant, oldest first. It is
// never changed.
func History(j Journal) ([]Record, error) {
	read, err := Input{Journal: j}.readJournal()
	if err != nil {
		return nil, err
	}
	list := []Record{}
	for _, e := range read.entries {
		r := Record{At: e.At, Run: e.Run, By: e.By, Verb: e.Verb, Phase: e.Phase, Step: e.Step, Title: e.title(), Request: e.Request, Reviewer: e.Reviewer, Ticket: e.Ticket,
			Before: e.Before, After: e.After, Code: e.Code, RequestID: e.RequestID}
		switch {
		case e.Made == nil:
		case e.Phase == phaseAfter && r.After == nil:
			r.After = e.Made
		case e.Phase == phaseUndone && r.Before == nil:
			r.Before = e.Made
		}
		list = append(list, r)
	}
	return list, nil
}

// title says what a step is about: what it makes or takes away, by name.
func (e entry) title() words.Text {
	switch {
	case e.Step == "":
		return words.Text{}
	case e.Made == nil:
		return words.Plain(e.Step)
	}
	name := e.Made.Name
	if e.Made.What == madeScopes && e.Made.Added != nil {
		name = strings.Join(e.Made.Added.Scopes, ", ")
	}
	if name == "" {
		return titles[e.Made.What]
	}
	return words.T("%s: %s", titles[e.Made.What], name)
}
