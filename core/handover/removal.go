package handover

import (
	"context"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
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
func (h *Handover) PlanRemoval(ctx context.Context) (RemovalPlan, error) {
	if h.adapter() == booking.AdapterForm {
		return RemovalPlan{}, problem.New(booking.CodeNoAPI, words.T("Nothing can be removed from this booking server from here.")).
			Fix(words.T("Delete what was entered in the vendor's console, including the credential."))
	}
	client, err := h.client(ctx)
	if err != nil {
		return RemovalPlan{}, err
	}
	p := RemovalPlan{Name: h.o.Owner.Document().Name}
	if p.Removal, err = client.Removal(ctx); err != nil {
		return p, err
	}
	p.LastUse = words.T("The server does not say when it was last used.")
	if view, err := client.Status(ctx); err == nil && !view.CheckedAt.IsZero() {
		p.LastUse = words.T("The server last tried it at %s, with the result “%s”.", view.CheckedAt.UTC().Format("2006-01-02 15:04 UTC"), problem.Line(view.State))
	}
	return p, nil
}

// Remove takes off the server exactly what was shown; typed is the name of the
// connection.
func (h *Handover) Remove(ctx context.Context, plan RemovalPlan, typed string) error {
	if !connection.Means(typed, plan.Name) {
		return problem.New(CodeNameNotTyped, words.T("Nothing was removed: the name does not match."))
	}
	done, err := h.o.Begin()
	if err != nil {
		return err
	}
	defer done()
	client, err := h.client(ctx)
	if err != nil {
		return err
	}
	return client.Remove(ctx, plan.Removal)
}
