package handover

import (
	"cmp"
	"context"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/proof"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

// Pushed is what a push came to: what the server has now, and whether it works
// with it.
type Pushed struct {
	booking.Receipt
	Status booking.Status `json:"status"`
	// Problem is why the server does not work with it, or why it is not known
	// whether it does; nil when the server says that it works.
	Problem *problem.Problem `json:"problem"`
	// Works is whether the server said that it works with this configuration.
	Works bool `json:"works"`
	// Fails is whether it said that it does not.
	Fails bool `json:"fails"`
	// NotKept is why this is not remembered here, nil when it is.
	NotKept *problem.Problem `json:"notKept,omitempty"`
}

// Push applies exactly the plan that was shown, and asks the server whether it
// works with it. When the rooms, the document or the credential have changed
// since, it is refused as stale.
func (h *Handover) Push(ctx context.Context, plan Plan, acceptWarnings bool, report task.Report) (Pushed, error) {
	done, err := h.o.Begin()
	if err != nil {
		return Pushed{}, err
	}
	defer done()
	basis, began := h.o.Ledger.Basis(ctx, h.o.Owner.Document()), h.o.Now()
	client, receipt, err := h.push(ctx, plan, acceptWarnings, report)
	if p := problem.Of(err); p != nil && p.Kind == problem.Cancelled { // later it would be unknown
		return Pushed{}, problem.New(p.Code, p.Title).With(words.T("Nothing was sent to the booking server.")).By(err)
	}
	if err != nil {
		return Pushed{}, err
	}
	out := Pushed{Receipt: receipt}
	status, failed := client.Status(ctx)
	for wait := 250 * time.Millisecond; failed == nil && status.State == booking.StatusUnknown && h.speaks() && wait <= viewPatience/2; wait *= 2 {
		// It has only just got the configuration, and may be trying it now.
		select {
		case <-time.After(wait):
			status, failed = client.Status(ctx)
		case <-ctx.Done():
			failed = ctx.Err()
		}
	}
	out.Status = status
	held := receipt.Current
	held.StoredAt = cmp.Or(held.StoredAt, began) // of a push that arrived this is the earliest
	view := h.view(ctx, status, failed, plan.Configuration.Digest, held)
	out.Works, out.Fails, out.Problem = view.Status == check.Pass, view.Status == check.Fail, view.Problem
	seen := append(h.viewEvidence(view, basis), proof.Pushed(evidence.Proven, words.Text{}, receipt.At, basis))
	out.NotKept = problem.Of(h.o.Ledger.Remember(ctx, seen...)) // the push is done, whatever comes of this
	return out, nil
}

// viewPatience is how long a server that has just got a configuration is given
// to try it.
const viewPatience = 4 * time.Second

// speaks is whether the server can say by itself that it works.
func (h *Handover) speaks() bool { return booking.SaysItself(h.adapter()) }

// view is the finding on the server's own view of the configuration with this
// digest, given what it holds.
func (h *Handover) view(ctx context.Context, st booking.Status, failed error, digest string, held booking.Current) check.Finding {
	row, err := h.o.Cloud()
	if failed = cmp.Or(failed, err); failed != nil {
		f := check.Finding{Status: check.Unknown, Problem: problem.Of(failed)}
		if f.Problem.Kind == problem.Absent {
			f = check.ServerSilent(failed, held.Configuration != nil)
		}
		f.ID = check.ServerStatusOf
		return f
	}
	tried := st.Digest
	if tried == "" && held.Configuration != nil {
		tried = held.Configuration.Digest // one that names none is of what is there
	}
	f := check.JudgeServer(checkedStatus(st), check.View{
		Same: tried != "" && tried == digest, Stored: held.Configuration != nil, Since: held.StoredAt, Now: h.o.Now(), From: transport.Here(ctx), Cloud: row, Connection: h.o.Owner.Document(),
	})
	f.ID = check.ServerStatusOf
	return f
}

// viewEvidence is what the server's own view proves; nothing of a server that
// cannot say whether it works.
func (h *Handover) viewEvidence(view check.Finding, basis evidence.Basis) []evidence.Record {
	if !h.speaks() {
		return nil
	}
	return check.Run{Findings: []check.Finding{view}, Finished: h.o.Now()}.Evidence(basis)
}

// push hands the plan over.
func (h *Handover) push(ctx context.Context, plan Plan, acceptWarnings bool, report task.Report) (*booking.Client, booking.Receipt, error) {
	now, err := h.wanted(ctx)
	if err != nil {
		return nil, booking.Receipt{}, err
	}
	if now.Digest != plan.Configuration.Digest {
		return nil, booking.Receipt{}, problem.New(CodePlanStale, words.T("Something has changed since this plan was shown.")).
			Fix(words.T("Check the plan again."))
	}
	clearance, err := h.gate(ctx, now.Digest, acceptWarnings)
	if err != nil {
		return nil, booking.Receipt{}, err
	}
	if err := h.reprove(ctx, plan.Configuration); err != nil {
		return nil, booking.Receipt{}, err
	}
	credential, err := h.o.Credential(ctx)
	if err != nil {
		return nil, booking.Receipt{}, err
	}
	client, err := h.client(ctx)
	if err != nil {
		return nil, booking.Receipt{}, err
	}
	receipt, err := client.Push(ctx, plan.Configuration, credential, clearance, plan.Current, booking.PushOptions{Choices: plan.Choices, Progress: report})
	return client, receipt, err
}
