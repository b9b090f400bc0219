package session

import (
	"time"

	"github.com/roomkey/roomkey/core/exchange"
)

// keptName is where the script that was saved last is kept.
func keptName(script string) string { return "script-" + script + ".ps1" }

// KeepScript remembers a script that left Roomkey, so that the next one can be
// compared with it. A connection that may only be looked at keeps nothing.
func (s *Session) KeepScript(d exchange.Document) error {
	if s.ReadOnly != nil {
		return nil
	}
	return s.env.Store.PutCache(s.ID(), keptName(d.Name), d.Text)
}

// ScriptChanges is what differs from the script of this name that was saved
// last, in the form of diff -u, and when that was. It is empty when there is no
// difference; at is zero when none was saved.
func (s *Session) ScriptChanges(d exchange.Document) (diff string, at time.Time) {
	last, at, ok := s.env.Store.Cache(s.ID(), keptName(d.Name))
	if !ok {
		return "", time.Time{}
	}
	return d.Diff(last), at
}
