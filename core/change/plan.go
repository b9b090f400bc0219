// Package change is what every change to the tenant has in common: the items of
// a plan, the record of what was done, and look, act, look again.
package change

import (
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Action is what happens to one item of a plan.
type Action string

// The actions of a plan.
const (
	// Keep changes nothing.
	Keep   Action = "keep"
	Create Action = "create"
	Change Action = "change"
	Grant  Action = "grant"
	Remove Action = "remove"
	// ByHand is for a person to do elsewhere.
	ByHand Action = "by hand"
	// Attention changes nothing and must be read.
	Attention Action = "attention"
)

// Text is the action as a person reads it.
func (a Action) Text() words.Text {
	switch a {
	case Keep:
		return words.T("keep")
	case Create:
		return words.T("create")
	case Change:
		return words.T("change")
	case Grant:
		return words.T("grant")
	case Remove:
		return words.T("remove")
	case ByHand:
		return words.T("by hand")
	case Attention:
		return words.T("note")
	}
	return words.Plain(string(a))
}

// Does reports whether something is called for it.
func (a Action) Does() bool {
	return a == Create || a == Change || a == Grant || a == Remove
}

// Item is one line of a plan.
type Item struct {
	ID     string     `json:"id"`
	Title  words.Text `json:"title"`
	Today  words.Text `json:"today"`
	Wanted words.Text `json:"wanted"`
	Action Action     `json:"action"`
	// Why is the reason of the product or of Roomkey.
	Why     words.Text       `json:"why,omitzero"`
	Problem *problem.Problem `json:"problem,omitempty"`
}

// Todo are the items for which something is called.
func Todo(items []Item) (todo []Item) {
	for _, i := range items {
		if i.Action.Does() {
			todo = append(todo, i)
		}
	}
	return todo
}
