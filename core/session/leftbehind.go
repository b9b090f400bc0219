package session

import (
	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/words"
)

// LeftBehind says what of this connection would stay elsewhere when it is
// deleted here, and where to remove it first; nil when nothing is known of any.
func (s *Session) LeftBehind() *problem.Problem {
	p := problem.New(codeLeftBehind, words.T("What this connection created elsewhere remains when you delete the connection here, and Roomkey can then no longer remove it."))
	last, _ := s.LastHandover() // what cannot be read is not known of
	switch last.State {
	case store.PushStarted, store.PushDone, store.PushUnknown:
		p.Lead(words.T("Remove what the booking server has from here."), problem.PlaceRemove)
	}
	if s.Registered() {
		p.Lead(words.T("Undo the app registration."), problem.PlaceUndo)
	}
	if len(p.Remedies) == 0 {
		return nil
	}
	return p
}

// Registered reports whether there is anything of the app registration that
// Roomkey made and has not undone.
func (s *Session) Registered() bool {
	history, _ := s.registerHistory() // what cannot be read is not known of
	made := 0
	for _, r := range history {
		switch r.Phase {
		case change.PhaseAfter:
			made++
		case change.PhaseUndone:
			made--
		}
	}
	return made > 0
}
