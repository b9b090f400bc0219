package check

import (
	"slices"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

func pass(note words.Text) Finding       { return Finding{Status: Pass, Note: note} }
func warn(p *problem.Problem) Finding    { return Finding{Status: Warn, Problem: p} }
func fail(p *problem.Problem) Finding    { return Finding{Status: Fail, Problem: p} }
func unknown(p *problem.Problem) Finding { return Finding{Status: Unknown, Problem: p} }

// saw adds a fact to the evidence.
func (f Finding) saw(name string, value any) Finding {
	if f.Evidence == nil {
		f.Evidence = map[string]any{}
	}
	f.Evidence[name] = value
	return f
}

// err is the finding's problem as an error, nil when there is none.
func (f Finding) err() error {
	if f.Problem == nil {
		return nil
	}
	return f.Problem
}

// says sets the note.
func (f Finding) says(note words.Text) Finding { f.Note = note; return f }

// judge makes a finding of an error: a failure when the other side said no, and
// unknown when it said nothing that can be relied on, for instance that it is
// busy. An error is never a pass.
func judge(err error) Finding {
	p := problem.Of(err)
	if p == nil {
		p = problem.New(problem.CodeUnexpected, words.T("This check ended without a result."))
	}
	if !p.Kind.Decided() {
		return unknown(p)
	}
	return fail(p)
}

// conclude weighs the findings: a failure fails; else what is missing makes it
// incomplete; else a warning warns. Only a run in which everything that is
// needed passed is green.
func (r *Run) conclude(s *State, cancelled bool) {
	var failed, open, warned *Finding
	proven, untried := false, false
	for i := range r.Findings {
		f := &r.Findings[i]
		switch f.Status {
		case Pass:
			proven = true
		case Warn:
			proven = true
			if warned == nil {
				warned = f
			}
		case Fail:
			if failed == nil {
				failed = f
			}
		case Skipped:
			// Not wanted spoils nothing, unless it was asked for by name; skipped
			// for another's failure has that one beside it; cancelled is counted
			// by the caller.
			untried = untried || f.Because == "" && slices.Contains(r.Only, f.ID)
			if f.Because != "" && !f.Optional && open == nil {
				if cause, ok := r.Finding(f.Because); ok && cause.Status == Unknown && cause.Optional {
					open = f
				}
			}
		default:
			if open == nil && !f.Optional {
				open = f
			}
		}
	}
	switch {
	case failed != nil:
		r.Verdict, r.RootCause = Failed, causeOf(failed)
	case open != nil:
		r.Verdict, r.RootCause = Incomplete, causeOf(open)
	case cancelled || !proven || untried:
		r.Verdict = Incomplete
	case warned != nil:
		r.Verdict, r.RootCause = Warned, causeOf(warned)
	default:
		r.Verdict = Passed
	}
	s.summarize(r)
}

func causeOf(f *Finding) *Cause {
	c := &Cause{Check: f.ID}
	if f.Problem != nil {
		c.Code = f.Problem.Code.String()
	}
	return c
}

// refused is a failure of a check that asks whether somebody answers at all: no
// answer is the answer, unless the run was cancelled.
func refused(err error) Finding {
	f := judge(err)
	if f.Problem.Kind != problem.Cancelled {
		f.Status = Fail
	}
	return f
}
