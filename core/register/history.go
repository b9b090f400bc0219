package register

import (
	"strings"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/words"
)

// History is the record of what was done to the tenant, oldest first. It is
// never changed.
func History(j change.Journal) ([]change.Record, error) {
	read, err := Input{Journal: j}.readJournal()
	if err != nil {
		return nil, err
	}
	list := []change.Record{}
	for _, e := range read.entries {
		r := change.Record{At: e.At, Run: e.Run, By: e.By, Verb: e.Verb, Phase: e.Phase, Step: e.Step, Title: e.title(), Request: e.Request, Reviewer: e.Reviewer, Ticket: e.Ticket,
			Before: e.Before, After: e.After, Code: e.Code, RequestID: e.RequestID}
		switch {
		case e.Made == nil:
		case e.Phase == change.PhaseAfter && r.After == nil:
			r.After = e.Made
		case e.Phase == change.PhaseUndone && r.Before == nil:
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
