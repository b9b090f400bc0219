// Package proof keeps what was proven of one connection: the runs of the checks,
// the evidence by claim, and what makes it void. It makes no call to the tenant
// or the booking server.
package proof

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/words"
)

// Ledger is what is remembered of one connection. Its methods may be called from
// several goroutines.
type Ledger struct {
	store *store.Store
	id    string
	facts func(context.Context) Facts
	now   func() time.Time
}

// Open opens the ledger of a connection. facts looks at what the connection is
// now; it may ask the keychain.
func Open(s *store.Store, id string, facts func(context.Context) Facts, now func() time.Time) *Ledger {
	return &Ledger{store: s, id: id, facts: facts, now: now}
}

// Basis is what evidence rests on that is seen of this document now.
func (l *Ledger) Basis(ctx context.Context, c *connection.Connection) evidence.Basis {
	return l.of(ctx, c).basis()
}

func (l *Ledger) of(ctx context.Context, c *connection.Connection) Facts {
	f := l.facts(ctx)
	f.Connection = c
	return f
}

// Claims are where the claims of the connection stand.
func (l *Ledger) Claims(ctx context.Context) ([]evidence.State, error) {
	f := l.facts(ctx)
	records, err := l.remembered(f)
	if err != nil {
		return nil, err
	}
	last, err := l.LastHandover()
	if err != nil {
		return nil, err
	}
	if last.State == store.PushRemoved {
		records = slices.DeleteFunc(records, func(r evidence.Record) bool {
			return r.Claim == evidence.HandedOver || r.Claim == evidence.ServerWorks
		})
	}
	records = evidence.Merge(records, f.administrators()...)
	if r, ok := f.reported(); ok {
		records = evidence.Merge(records, r)
	}
	return evidence.Assess(records, f.wanted(), f.basis(), l.now()), nil
}

// Chain is the chain as it is proven now.
func (l *Ledger) Chain(ctx context.Context) (evidence.Chain, error) {
	claims, err := l.Claims(ctx)
	_, chain := inChain(claims)
	return chain, err
}

// inChain are the claims that a test proves, and the links that they make.
func inChain(claims []evidence.State) ([]evidence.State, evidence.Chain) {
	own := slices.DeleteFunc(slices.Clone(claims), func(c evidence.State) bool {
		id, _ := c.Claim.Link()
		return id == ""
	})
	return own, evidence.Draw(own)
}

// Remember adds what was seen to what is remembered.
func (l *Ledger) Remember(ctx context.Context, seen ...evidence.Record) error {
	// What a cancelled run saw was seen.
	ctx = context.WithoutCancel(ctx)
	return l.store.UpdateEvidence(ctx, l.id, func(records []evidence.Record, kept bool) []evidence.Record {
		if !kept {
			records = l.older(l.facts(ctx))
		}
		return evidence.Merge(records, seen...)
	})
}

// Remembers is whether anything was ever seen of a claim.
func (l *Ledger) Remembers(claim evidence.Claim) (bool, error) {
	records, _, err := l.store.Evidence(l.id)
	return slices.ContainsFunc(records, func(r evidence.Record) bool { return r.Claim == claim }), err
}

// RoomsTested reports whether something was tested with exactly the choice of rooms
// of now and what that came to.
func (l *Ledger) RoomsTested(ctx context.Context) bool {
	f := l.facts(ctx)
	records, err := l.remembered(f)
	now := f.basis()[evidence.ChosenRooms]
	return err == nil && slices.ContainsFunc(records, func(r evidence.Record) bool { return r.Basis[evidence.ChosenRooms] == now })
}

// LastToken is when a test, however small, last got a token of the connection's
// present application; zero when none did.
func (l *Ledger) LastToken(ctx context.Context) (at time.Time) {
	f := l.facts(ctx)
	records, err := l.remembered(f)
	if err != nil {
		return at
	}
	application := f.basis()[evidence.Application]
	for _, r := range records {
		got := r.Outcome == evidence.Proven || r.Outcome == evidence.Doubtful
		if got && r.Claim == evidence.SignIn && r.Source == check.Token && r.Basis[evidence.Application] == application && r.At.After(at) {
			at = r.At
		}
	}
	return at
}

// remembered is what was seen so far.
func (l *Ledger) remembered(f Facts) ([]evidence.Record, error) {
	records, kept, err := l.store.Evidence(l.id)
	if err == nil && !kept {
		records = l.older(f)
	}
	return records, err
}

// older is what a version that kept no evidence left behind: its last
// check and its last push. It counts when they were of exactly the present
// configuration, and is void otherwise.
func (l *Ledger) older(now Facts) []evidence.Record {
	var records []evidence.Record
	on := func(of string) evidence.Basis {
		if digest := now.digest(); digest == "" || of != digest {
			return nil
		}
		return now.basis()
	}
	if last, err := l.store.LastCheck(l.id); err == nil && last != nil {
		var run check.Run
		if json.Unmarshal(last.Report, &run) == nil {
			records = evidence.Merge(records, run.Evidence(on(last.Digest))...)
		}
	}
	if p, err := l.LastHandover(); err == nil && p.State == store.PushDone {
		records = append(records, Pushed(evidence.Proven, words.Text{}, p.At, on(p.Digest)))
	}
	return records
}

// LastPush is the last hand-over; the zero value is that there was none.
func (l *Ledger) LastPush() (store.Push, error) {
	pushes, err := l.store.Pushes(l.id)
	if err != nil || len(pushes) == 0 {
		return store.Push{}, err
	}
	return pushes[len(pushes)-1], nil
}

// LastHandover is the last push or removal that did not fail: one that failed
// takes nothing back of what was handed over before it.
func (l *Ledger) LastHandover() (store.Push, error) {
	pushes, err := l.store.Pushes(l.id)
	for _, p := range slices.Backward(pushes) {
		if p.State != store.PushFailed {
			return p, err
		}
	}
	return store.Push{}, err
}

// Pushed is what a push, or a look at what the server has, says.
func Pushed(outcome evidence.Outcome, note words.Text, at time.Time, basis evidence.Basis) evidence.Record {
	return evidence.Record{Claim: evidence.HandedOver, Source: evidence.SourcePush, Outcome: outcome, Note: note, At: at, Basis: basis.Of(evidence.HandedOver)}
}

// Lost is what is known of a push that the server has nothing of any more.
func Lost(at time.Time, basis evidence.Basis) []evidence.Record {
	note := words.T("The booking server no longer has a configuration. Push it again.")
	return []evidence.Record{
		Pushed(evidence.Doubtful, note, at, basis),
		{Claim: evidence.ServerWorks, Source: check.ServerStatusOf, Outcome: evidence.Unanswered, Note: note, At: at, Basis: basis.Of(evidence.ServerWorks)},
	}
}

// whole is a run with what is remembered. The verdict of a run of all checks
// does not pass over what an earlier run saw and this one did not try.
func (l *Ledger) whole(ctx context.Context, run check.Run) check.Run {
	claims, err := l.Claims(ctx)
	if err != nil {
		run.Verdict, run.NotKept = check.Incomplete, problem.Of(err)
		return run
	}
	run.Claims, run.Chain = inChain(claims)
	run.Headline = evidence.Headline(run.Claims)
	bad, ok := evidence.Worst(setup.Tested(claims))
	verdict := check.Warned
	if bad.Standing == evidence.Failed {
		verdict = check.Failed
	}
	if ok && len(run.Only) == 0 && (run.Verdict == check.Passed || run.Verdict == check.Warned && verdict == check.Failed) {
		run.Verdict, run.RootCause = verdict, causedBy(bad.Source, bad.Problem)
	}
	if link, broken := run.Chain.Cause(); broken && len(run.Only) == 0 && run.Verdict == check.Failed && link.Standing == evidence.Failed {
		run.RootCause = causedBy(link.Source, link.Problem)
	}
	return run
}

func causedBy(source string, p *problem.Problem) *check.Cause {
	cause := &check.Cause{Check: source}
	if p != nil {
		cause.Code = p.Code.String()
	}
	return cause
}
