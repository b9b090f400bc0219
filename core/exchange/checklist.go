package exchange

import (
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// Stage is where a script stands on the checklist of a connection.
type Stage string

// The stages. A script that is in none is not on the checklist.
const (
	Needed   Stage = "needed"
	Optional Stage = "optional"
	// Reported is that a result file says that everything was done. Anybody can
	// write such a file.
	Reported Stage = "reported"
	// Proven is that calls have shown what the script is for.
	Proven Stage = "proven"
)

// text is the stage as a sentence.
func (s Stage) text() words.Text {
	switch s {
	case Needed:
		return words.T("Needed.")
	case Optional:
		return words.T("Optional.")
	case Reported:
		return words.T("Reported.")
	case Proven:
		return words.T("Done.")
	}
	return words.Text{}
}

// Task is a script with its place on the checklist.
type Task struct {
	Script Script `json:"script"`
	Stage  Stage  `json:"stage,omitempty"`
	// Why says why it is on the checklist, or what is known of it.
	Why words.Text `json:"why,omitzero"`
	// At is when the run ended that Why is about, zero for none.
	At time.Time `json:"at,omitzero"`
}

// Text is the stage, and why; nothing for a script that is not on the checklist.
func (t Task) Text() words.Text { return words.Sentences(t.Stage.text(), t.Why) }

// Checklist are all scripts of a target whose rooms have their data as far as it was
// read: first those that are needed, in the order to run them, with the optional ones
// that only show something in their place, then the other optional ones, then the others.
func Checklist(t Target) []Task {
	var needed, optional, others []Task
	for _, s := range Catalogue() {
		task := Task{Script: s}
		task.Stage, task.Why = s.need(t)
		into := &others
		switch {
		case task.Stage == Needed, task.Stage == Optional && (s.Reads || s.Name == t.Product.LimitScript().Field):
			into = &needed
		case task.Stage == Optional:
			into = &optional
		}
		task.read(t.Results)
		*into = append(*into, task)
	}
	return slices.Concat(needed, optional, others)
}

// read takes what the last run of the script reported.
func (t *Task) read(results []Result) {
	i := slices.IndexFunc(results, func(r Result) bool { return r.Script == t.Script.Name })
	if i < 0 || t.Stage == "" || results[i].WhatIf {
		return
	}
	r := results[i]
	t.At = r.FinishedAt
	switch failed := r.Summary[Failed]; {
	case r.Undo && r.Complete():
		t.Why = words.T("The last run took back what it had done.")
	case r.Complete():
		t.Stage, t.Why = Reported, words.T("Its result says that everything was done. No test has confirmed it.")
	case failed > 0:
		t.Why = words.N(failed, "The last run failed for %d object.", "The last run failed for %d objects.", failed)
	default:
		t.Why = words.T("The last run did not do everything. Its results say what it skipped, or why it stopped.")
	}
}

// need is whether a connection needs the script, and why; nothing has been run yet.
func (s Script) need(t Target) (Stage, words.Text) {
	c, p := t.Connection, t.Product
	limits := c.Scope.Kind == connection.ScopeRBAC || p.LimitFirst && p.Scoping.Way != product.ScopingPolicy
	switch s.Name {
	case "rooms-show":
		switch listed := slices.Contains(p.With(c.Product.Options, c.Product.Permissions).Lists, "rooms"); {
		case listed || p.Model == product.Vendor || p.Model == product.User: // an administrator's sign-in lists them
		case len(t.Rooms) == 0:
			return Needed, words.T("%s has no permission to list rooms, so Exchange lists them.", p.Name)
		default:
			return Optional, words.T("Finds rooms that were added since.")
		}
	case "calendar-processing-show":
		if len(p.Policy) > 0 {
			return Optional, words.T("Shows beforehand which rooms would be changed.")
		}
	case "calendar-processing":
		if len(p.Policy) > 0 {
			return Needed, words.T("%s needs the rooms to answer meeting requests in its way.", p.Name)
		}
	case "service-account":
		if p.ServiceAccount != nil && c.ServiceAccount != "" {
			return Optional, words.T("Only if the service account does not exist yet.")
		}
	case "service-account-reach", "delegate-rooms":
		if p.DelegationScript().Field == s.Name {
			return Needed, words.T("%s works in the rooms with the service account.", p.Name)
		}
	case "limit-application":
		if limits {
			return Needed, words.T("Until then, the application can reach every mailbox of the tenant.")
		}
		return s.limitsVendor(p)
	case "remove-grant":
		if limits {
			return Needed, words.T("The limit takes effect only when the tenant-wide consent is gone.")
		}
	case "access-policy":
		if c.Scope.Kind == connection.ScopePolicy || p.LimitFirst && !limits {
			return Needed, words.T("Until then, the application can reach every mailbox of the tenant.")
		}
		return s.limitsVendor(p)
	case "block-room-sign-in":
		return Optional, words.T("No one needs to sign in as a room.")
	case "set-places":
		if n := undescribed(t.Rooms); n > 0 {
			return Optional, words.N(n, "%d room has no building or no seats.", "%d rooms have no building or no seats.", n)
		}
	case "ews-show":
		if len(p.NotUpdatable) > 0 {
			return Optional, words.T("Shows whether the applications of %s can still use EWS.", p.Name)
		}
	}
	return "", words.Text{}
}

// limitsVendor is about the limit of a vendor's application: nobody registers it
// here, so nobody was asked whether to limit it.
func (s Script) limitsVendor(p product.Product) (Stage, words.Text) {
	known := p.Scoping.Way == product.ScopingRBAC || p.Scoping.Way == product.ScopingPolicy
	if p.Model != product.Vendor || !p.Calendars() || !known || p.LimitScript().Field != s.Name {
		return "", words.Text{}
	}
	return Optional, words.T("Without it, the application can reach every mailbox of the tenant.")
}

// undescribed is how many rooms lack a building or seats.
func undescribed(rooms []tenant.Room) (n int) {
	for _, r := range rooms {
		if r.Building == "" || !r.Seated() {
			n++
		}
	}
	return n
}
