package handover

import (
	"cmp"
	"context"
	"slices"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// essentials are the checks that must hold in the seconds before a push: with a
// token that is issued now, for what was tested may have been withdrawn since.
var essentials = []string{check.Token, check.Roles, check.RoomCalendars, check.ServerContract}

// wanted is the configuration over the rooms as they are now. When Microsoft refuses
// to list them, though they were tested, the essentials say what was withdrawn.
func (h *Handover) wanted(ctx context.Context) (booking.Configuration, error) {
	cfg, err := h.Configuration(ctx)
	if _, tested := h.o.Looked(); !tested || err == nil {
		return cfg, err
	}
	if kind := problem.Of(err).Kind; kind == problem.Refused || kind == problem.Denied {
		err = cmp.Or(h.reprove(ctx, cfg), err)
	}
	return cfg, err
}

// reprove runs the essentials on one room of the configuration. What does not
// hold any longer stops the push, and is remembered; what holds is not: less was
// tried than the last check tried.
func (h *Handover) reprove(ctx context.Context, cfg booking.Configuration) error {
	room := ""
	if rooms := cfg.Rooms.Items; len(rooms) > 0 {
		room = rooms[0].EmailAddress
	}
	run, err := h.o.Test(ctx, essentials, room)
	if err != nil {
		return err
	}
	if run.RootCause == nil || run.Verdict != check.Failed && run.Verdict != check.Incomplete {
		return nil
	}
	against := slices.DeleteFunc(run.Evidence(h.o.Ledger.Basis(ctx, h.o.Owner.Document())), func(r evidence.Record) bool {
		return r.Outcome == evidence.Proven || r.Outcome == evidence.Doubtful
	})
	if err := h.o.Ledger.Remember(ctx, against...); err != nil {
		return err
	}
	f, _ := run.Finding(run.RootCause.Check)
	if why := problem.Of(f.Problem); why.Kind != problem.Blocked {
		return withdrawn(why)
	}
	return f.Problem // it says by itself that nothing was sent
}

// withdrawn is what no longer holds, with what helps against it.
func withdrawn(why *problem.Problem) *problem.Problem {
	p := problem.New(codeWithdrawn, words.T("Something that was tested no longer works, so nothing was pushed.")).
		With(words.Sentences(why.Title, why.Detail)).By(why)
	p.Remedies = slices.Clone(why.Remedies)
	p.RequestID, p.Attempts, p.Links = why.RequestID, why.Attempts, why.Links
	return p.Lead(words.T("Test the connection."), problem.PlaceCheck)
}
