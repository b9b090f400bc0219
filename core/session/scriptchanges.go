package session

import (
	"time"

	"github.com/roomkey/roomkey/core/exchange"
)

// keptName is where the script that was generated last is kept.
func keptName(script string) string { return "script-" + script + ".ps1" }

// KeepScript remembers a script that was shown or left Roomkey, so that the
// next one can be compared with it. A connection that may only be looked at
// keeps nothing.
func (s *Session) KeepScript(d exchange.Document) error {
	if d.File != "" {
		d = d.Called(d.Name + ".ps1") // a file of another name is no difference
	}
	return s.env.Store.PutCache(s.ID(), keptName(d.Name), d.Text)
}

// ShowScript is ScriptChanges for a script that is generated anew with every
// change of a form: the one that stands there when KeepShown is called counts.
func (s *Session) ShowScript(d exchange.Document) (diff string, at time.Time) {
	s.mu.Lock()
	if s.shown == nil {
		s.shown = map[string]exchange.Document{}
	}
	s.shown[d.Name] = d
	s.mu.Unlock()
	return s.ScriptChanges(d)
}

// KeepShown keeps the scripts as they were shown last: whoever comes back to
// them, in this session or the next, sees what changed since.
func (s *Session) KeepShown() error {
	s.mu.Lock()
	shown := s.shown
	s.shown = nil
	s.mu.Unlock()
	for _, d := range shown {
		if err := s.KeepScript(d); err != nil {
			return err
		}
	}
	return nil
}

// ScriptChanges is what differs from the script of this name that was generated
// last, in the form of diff -u, and when that was. It is empty when there is no
// difference; at is zero when none was generated.
func (s *Session) ScriptChanges(d exchange.Document) (diff string, at time.Time) {
	last, at, ok := s.env.Store.Cache(s.ID(), keptName(d.Name))
	if !ok {
		return "", time.Time{}
	}
	return d.Diff(last), at
}
