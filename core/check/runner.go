package check

import (
	"context"
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

// grace is how long a cancelled check may take to come back before the run
// ends without it: a run stops within a second of its cancel.
const grace = 700 * time.Millisecond

// exchangesKept is how many calls of one check are kept at each end.
const exchangesKept = 3

// Diagnose runs the checks that are wanted, those that do not wait for each
// other at the same time, and gives the verdict. emit gets every finding as it
// comes, one after another on the caller's goroutine; it and report may be nil.
// The findings of the run are in the catalogue's order.
func Diagnose(ctx context.Context, in Input, emit func(Finding), report task.Report) (Run, error) {
	if err := problem.Complete(in); err != nil {
		return Run{}, err
	}
	return diagnose(ctx, in, Catalogue(), emit, report), nil
}

func diagnose(ctx context.Context, in Input, catalogue []Check, emit func(Finding), report task.Report) Run {
	if in.Options.Quick {
		in.Options.Only = append(in.Options.Only[:len(in.Options.Only):len(in.Options.Only)], quickProof(in)...)
	}
	catalogue = limitTo(catalogue, in.Options.Only)
	s := newState(in, len(catalogue), report)
	started := s.now()
	done := make(map[string]Finding, len(catalogue))
	running := make(map[string]bool, len(catalogue))
	results := make(chan Finding, len(catalogue))
	finish := func(c Check, f Finding) {
		f.ID, f.Optional = c.ID, c.Optional
		if f.Title.IsZero() { // it proved what it is called
			f.Title = c.Title
		}
		done[c.ID] = f
		delete(running, c.ID)
		s.step(c)
		if emit != nil {
			emit(f)
		}
	}
	cancelled := false
	for len(done) < len(catalogue) {
		for progress := true; progress; {
			progress = false
			for _, c := range catalogue {
				if _, ended := done[c.ID]; ended || running[c.ID] || !c.ready(done, catalogue) {
					continue
				}
				progress = true
				if f, skip := c.skip(in, done); skip {
					finish(c, f)
					continue
				}
				running[c.ID] = true
				go func() { results <- c.attempt(ctx, s) }()
			}
		}
		if len(done) == len(catalogue) {
			break
		}
		select {
		case f := <-results:
			finish(find(catalogue, f.ID), f)
		case <-ctx.Done():
			cancelled = true
			collect(results, len(running), func(f Finding) { finish(find(catalogue, f.ID), f) })
			for _, c := range catalogue {
				if _, ended := done[c.ID]; !ended {
					finish(c, Finding{Status: Skipped, Problem: problem.Of(context.Canceled), Note: words.T("Canceled before it finished.")})
				}
			}
		}
	}
	run := Run{
		Connection: in.Connection.Name, ConnectionID: in.Connection.ID, From: in.From,
		Only: in.Options.Only, Started: started, Finished: s.now(),
	}
	for _, c := range catalogue {
		run.Findings = append(run.Findings, done[c.ID])
	}
	run.conclude(s, cancelled || ctx.Err() != nil)
	return run
}

// collect takes what still comes from n running checks within the grace.
func collect(results <-chan Finding, n int, take func(Finding)) {
	timer := time.NewTimer(grace)
	defer timer.Stop()
	for range n {
		select {
		case f := <-results:
			take(f)
		case <-timer.C:
			return
		}
	}
}

// attempt runs the check under a recorder of its own. A check that panics on
// something that it did not expect is unknown, and the run goes on.
func (c Check) attempt(ctx context.Context, s *State) (f Finding) {
	started := time.Now()
	ctx, recorder := transport.Record(ctx)
	defer func() {
		if r := recover(); r != nil {
			f = unknown(broke(r))
		}
		if !slices.Contains([]Status{Pass, Warn, Fail, Unknown, Skipped}, f.Status) || f.Status != Pass && f.Status != Skipped && f.Problem == nil {
			f.Status = Unknown
			f.Problem = problem.New(problem.CodeUnexpected, words.T("This check ended without a result."))
		}
		f.ID, f.Duration = c.ID, time.Since(started)
		f.Exchanges = append(f.Exchanges, recorder.All()...)
		if n := len(f.Exchanges); n > 2*exchangesKept {
			f.Exchanges = slices.Concat(f.Exchanges[:exchangesKept], f.Exchanges[n-exchangesKept:])
		}
		if f.Problem != nil && f.Problem.RequestID == "" {
			f.Problem.RequestID = recorder.Last().RequestID
		}
	}()
	return c.Run(ctx, s)
}

// ready is whether everything that the check waits for has ended.
func (c Check) ready(done map[string]Finding, among []Check) bool {
	for _, id := range slices.Concat(c.DependsOn, c.After) {
		if _, ended := done[id]; !ended && slices.ContainsFunc(among, func(o Check) bool { return o.ID == id }) {
			return false
		}
	}
	return true
}

// skip is whether the check cannot or need not run. One that waits for a
// failure names the failure itself, not the check between them that was
// skipped for the same reason.
func (c Check) skip(in Input, done map[string]Finding) (Finding, bool) {
	for _, asked := range []func(Input) (bool, words.Text){c.Applies, c.Wanted} {
		if asked == nil {
			continue
		}
		if wanted, why := asked(in); !wanted {
			return Finding{Status: Skipped, Note: why}, true
		}
	}
	if c.SignIn && in.Registration == nil {
		return Finding{Status: Skipped, Note: needsSignIn, NeedsSignIn: true}, true
	}
	for _, id := range c.DependsOn {
		f, ran := done[id]
		switch {
		case !ran, f.Status == Pass, f.Status == Warn:
			continue
		case f.Status == Skipped && f.Because == "" && f.Problem == nil:
			continue // not wanted here
		case f.Status == Skipped && f.Because != "":
			id = f.Because
		}
		cause := done[id]
		return Finding{Status: Skipped, Because: id, Note: words.T("Not tested, because this did not succeed: %s", cause.Title)}, true
	}
	return Finding{}, false
}

func find(catalogue []Check, id string) Check {
	return catalogue[slices.IndexFunc(catalogue, func(c Check) bool { return c.ID == id })]
}

// limitTo keeps the named checks and all that they depend on. Dependencies are
// run and reported like the rest: a finding without its ground proves nothing.
func limitTo(catalogue []Check, only []string) []Check {
	if len(only) == 0 {
		return catalogue
	}
	keep := map[string]bool{}
	for _, id := range only {
		keep[id] = true
	}
	// The catalogue is in an order in which a check comes after what it depends
	// on, but waits (After) may point forward: so until nothing is added.
	for added := true; added; {
		added = false
		for _, c := range catalogue {
			for _, id := range slices.Concat(c.DependsOn, c.After) {
				if keep[c.ID] && !keep[id] {
					keep[id], added = true, true
				}
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(catalogue), func(c Check) bool { return !keep[c.ID] })
}
