package session

import (
	"context"
	"strings"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/words"
)

// RemovalPlan is what taking the connection off its booking server would do.
type RemovalPlan struct {
	booking.Removal
	// Name is what has to be typed.
	Name string `json:"name"`
	// LastUse says when the server last worked with what would go, as far as it
	// says so.
	LastUse words.Text `json:"lastUse"`
}

// PlanRemoval asks the server what would go; nothing is changed.
func (s *Session) PlanRemoval(ctx context.Context) (RemovalPlan, error) {
	client, err := s.booking(ctx)
	if err != nil {
		return RemovalPlan{}, err
	}
	p := RemovalPlan{Name: s.Document().Name}
	if p.Removal, err = client.Removal(ctx); err != nil {
		return p, err
	}
	p.LastUse = words.T("When it was last used is not known: the server does not say it.")
	if view, err := client.Status(ctx); err == nil && !view.CheckedAt.IsZero() {
		p.LastUse = words.T("The server last tried it at %s, with the result “%s”.", view.CheckedAt.UTC().Format("2006-01-02 15:04 UTC"), problem.Line(view.State))
	}
	return p, nil
}

// LeftBehind says what of this connection would stay elsewhere when it is
// deleted here, and where to remove it first; nil when nothing is known of any.
func (s *Session) LeftBehind() *problem.Problem {
	p := problem.New(codeLeftBehind, words.T("What this connection made elsewhere stays there when it is deleted here, and can then not be removed with Roomkey."))
	pushes, _ := s.env.Store.Pushes(s.ID()) // what cannot be read is not known of
	if n := len(pushes); n > 0 && pushes[n-1].State != store.PushRemoved && pushes[n-1].State != store.PushFailed {
		p.Lead(words.T("Remove what the booking server has from here."), problem.PlaceRemove)
	}
	history, _ := s.RegisterHistory()
	made := 0
	for _, r := range history {
		switch r.Phase {
		case change.PhaseAfter:
			made++
		case change.PhaseUndone:
			made--
		}
	}
	if made > 0 {
		p.Lead(words.T("Undo the app registration, after the booking server has forgotten it."), problem.PlaceUndo)
	}
	if len(p.Remedies) == 0 {
		return nil
	}
	return p
}

// Remove takes off the server exactly what was shown; typed is the name of the
// connection.
func (s *Session) Remove(ctx context.Context, plan RemovalPlan, typed string) error {
	if strings.TrimSpace(typed) != plan.Name {
		return problem.New(CodeNameNotTyped, words.T("Nothing was removed: the name does not match."))
	}
	done, err := s.work(setup.HandOver, true)
	if err != nil {
		return err
	}
	defer done()
	client, err := s.booking(ctx)
	if err != nil {
		return err
	}
	return client.Remove(ctx, plan.Removal)
}
