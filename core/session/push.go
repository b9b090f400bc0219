package session

import (
	"cmp"
	"context"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/task"
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
}

// Push applies exactly the plan that was shown, and asks the server whether it
// works with it. When the rooms, the document or the credential have changed
// since, it is refused as stale.
func (s *Session) Push(ctx context.Context, plan Plan, acceptWarnings bool, report task.Report) (Pushed, error) {
	done, err := s.work(setup.HandOver, true)
	if err != nil {
		return Pushed{}, err
	}
	defer done()
	basis := s.basis(ctx, s.Document())
	client, receipt, err := s.push(ctx, plan, acceptWarnings, report)
	if err != nil {
		return Pushed{}, err
	}
	out := Pushed{Receipt: receipt}
	status, failed := client.Status(ctx)
	for wait := 250 * time.Millisecond; failed == nil && status.State == booking.StatusUnknown && s.speaks() && wait <= viewPatience/2; wait *= 2 {
		// It has only just got the configuration, and may be trying it now.
		select {
		case <-time.After(wait):
			status, failed = client.Status(ctx)
		case <-ctx.Done():
			failed = ctx.Err()
		}
	}
	out.Status = status
	view := s.view(ctx, status, failed, plan.Configuration.Digest)
	out.Works, out.Fails, out.Problem = view.Status == check.Pass, view.Status == check.Fail, view.Problem
	seen := append(s.viewEvidence(view, basis), pushed(evidence.Proven, words.Text{}, receipt.At, basis))
	return out, s.remember(ctx, seen...)
}

// viewPatience is how long a server that has just got a configuration is given
// to try it.
const viewPatience = 4 * time.Second

// speaks is whether the server can say by itself that it works.
func (s *Session) speaks() bool {
	p, err := s.Product()
	return err == nil && !silent(adapterOf(s.Document(), p))
}

// view is the finding on the server's own view of the configuration with this
// digest.
func (s *Session) view(ctx context.Context, st booking.Status, failed error, digest string) check.Finding {
	row, err := s.Cloud()
	if failed != nil || err != nil {
		return check.Finding{ID: check.ServerStatusOf, Status: check.Unknown, Problem: problem.Of(cmp.Or(failed, err))}
	}
	f := check.JudgeServer(checkedStatus(st), check.View{
		Same: st.Digest != "" && st.Digest == digest, Now: s.env.Now(), From: here(ctx), Cloud: row, Connection: s.Document(),
	})
	f.ID = check.ServerStatusOf
	return f
}

// viewEvidence is what the server's own view proves; nothing of a server that
// cannot say whether it works.
func (s *Session) viewEvidence(view check.Finding, basis evidence.Basis) []evidence.Record {
	if !s.speaks() {
		return nil
	}
	return check.Run{Findings: []check.Finding{view}, Finished: s.env.Now()}.Evidence(basis)
}

// push hands the plan over.
func (s *Session) push(ctx context.Context, plan Plan, acceptWarnings bool, report task.Report) (*booking.Client, booking.Receipt, error) {
	now, err := s.configuration(ctx)
	if err != nil {
		return nil, booking.Receipt{}, err
	}
	if now.Digest != plan.Configuration.Digest {
		return nil, booking.Receipt{}, problem.New(CodeBookingPlanStale, words.T("Something has changed since this plan was shown.")).
			Fix(words.T("Look at the plan again: press “Look again” on the page “Hand over”."))
	}
	clearance, err := s.gate(ctx, now.Digest, acceptWarnings)
	if err != nil {
		return nil, booking.Receipt{}, err
	}
	if err := s.reprove(ctx, plan.Configuration); err != nil {
		return nil, booking.Receipt{}, err
	}
	credential, err := s.env.Vault.Get(ctx, s.ID(), credentialKind(s.Document()))
	if err != nil {
		return nil, booking.Receipt{}, err
	}
	client, err := s.booking(ctx)
	if err != nil {
		return nil, booking.Receipt{}, err
	}
	receipt, err := client.Push(ctx, plan.Configuration, credential, clearance, plan.Current, booking.PushOptions{Choices: plan.Choices, Progress: report})
	return client, receipt, err
}
