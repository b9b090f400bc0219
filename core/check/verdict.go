package check

import (
	"slices"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

func pass(note words.Text) Finding       { return Finding{Status: Pass, Note: note} }
func warn(p *problem.Problem) Finding    { return Finding{Status: Warn, Problem: p} }
func fail(p *problem.Problem) Finding    { return Finding{Status: Fail, Problem: p} }
func unknown(p *problem.Problem) Finding { return Finding{Status: Unknown, Problem: p} }

// with adds a fact to the evidence.
func (f Finding) with(name string, value any) Finding {
	if f.Evidence == nil {
		f.Evidence = map[string]any{}
	}
	f.Evidence[name] = value
	return f
}

// err is the finding's problem as an error, nil when there is none.
func (f Finding) err() error { return f.Problem.Err() }

// noted sets the note.
func (f Finding) noted(note words.Text) Finding { f.Note = note; return f }

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
	s.putBeside(r)
	// Of two findings the one further up the chain is the cause.
	var failed, open, warned *Finding
	upstream := upstreams()
	first := func(f, than *Finding) *Finding {
		if than == nil || upstream[f.ID] < upstream[than.ID] {
			return f
		}
		return than
	}
	proven, untried := false, false
	for i := range r.Findings {
		f := &r.Findings[i]
		switch f.Status {
		case Pass:
			proven = true
		case Warn:
			proven = true
			warned = first(f, warned)
		case Fail:
			failed = first(f, failed)
		case Skipped:
			// Not wanted spoils nothing, unless it was asked for by name; skipped
			// for another's failure has that one beside it; cancelled is counted
			// by the caller.
			untried = untried || f.Because == "" && slices.Contains(r.Only, f.ID)
			if f.Because != "" && !f.Optional {
				if cause, ok := r.Finding(f.Because); ok && cause.Status == Unknown && cause.Optional {
					open = first(f, open)
				}
			}
		default:
			if !f.Optional {
				open = first(f, open)
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

// readers are the checks that read Graph with the application's token.
var readers = []string{RoomList, ChosenLists, ChosenRule, RoomCalendars, PeopleList, GroupList, ChosenGroups}

// putBeside adds to what a reader was answered what the run knows beside it: the
// other readers that the same token opened, and what an Exchange scope means for
// a mailbox that stays closed.
func (s *State) putBeside(r *Run) {
	worked := []words.Text{}
	for _, id := range readers {
		if f, ran := r.Finding(id); ran && (f.Status == Pass || f.Status == Warn) {
			worked = append(worked, f.Title)
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		switch f.ID {
		case Token:
			s.putSecretBeside(f)
		case Roles:
			s.putWritten(f)
		}
		if !slices.Contains(readers, f.ID) || f.Problem == nil || f.Status == Pass || f.Status == Warn {
			continue
		}
		if f.Problem.Kind != problem.Unmet && f.Problem.Kind != problem.Cancelled && len(worked) > 0 {
			beside := words.T("The same token worked for: %s.", words.And(worked...))
			if !f.Note.IsZero() {
				beside = words.T("%s The same token worked for: %s.", f.Note, words.And(worked...))
			}
			f.Note = beside
		}
		granted, ran := r.Finding(Roles)
		carries := ran && granted.Status == Pass
		advised := *f.Problem
		switch code := f.Problem.Code; {
		case code == tenant.CodeDenied && carries:
			advised.Title = words.T("Microsoft Graph says that a permission for this request is missing, and the token carries every permission that the product needs.")
			advised.Remedies = ofCarried
		case code != tenant.CodeMailboxDenied:
			continue
		case f.ID != RoomCalendars && carries: // about a list, not about a mailbox
			advised.Remedies = ofCarried
		case f.ID == RoomCalendars && s.Connection.Scope.Kind == connection.ScopeRBAC:
			advised.Remedies = ofLimit
		}
		f.Problem = &advised
	}
}

// ofCarried is what to do when Graph misses a permission that the token carries.
var ofCarried = new(problem.Problem).
	Fix(words.T("Granting consent again does not help: the permissions are in the token. If one was granted within the last hour, wait until every service of Microsoft has taken it up.")).Remedies

// ofLimit is what to do when an application that Exchange limits is refused.
var ofLimit = new(problem.Problem).
	Lead(words.T("The application is limited in Exchange. First run the test of the script that limits it: it shows whether the role assignment is enabled and what its filter matches."), problem.PlaceLimitScript.With("roomkeyctl script show limit-application-test")).
	Fix(words.T("Only direct members of the scope's group count. Add the mailbox itself, not a group that contains it.")).
	Fix(words.T("A change takes 30 minutes to 2 hours to take effect. Wait, then test again.")).Remedies

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
