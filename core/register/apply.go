package register

import (
	"cmp"
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Result is what a run did.
type Result struct {
	Application connection.Application `json:"application"`
	// Done are the items of the plan that were carried out or found done.
	Done []string `json:"done"`
	// Consent is why consent is still missing, nil when it is given.
	Consent *problem.Problem `json:"consent"`
	Proof   Proof            `json:"proof"`
}

// run is one Apply on its way.
type run struct {
	in      Input
	id      string
	journal journal
	plan    Plan
	state   state
	wanted  Wanted
	total   int
	result  Result
	// requestID is that of the last call that acted.
	requestID string
}

// step is one thing to bring about: look whether it is so, act if it is not,
// look again.
type step struct {
	id, request string
	title       words.Text
	look        func(context.Context) (bool, error)
	act         func(context.Context) error
	// made says what exists since; before, which may be nil, what was there.
	made   func() *made
	before func() any
}

// Apply carries out the plan: exactly that, or nothing when the tenant has
// changed meanwhile ("register.stale"). A plan whose run was cut off goes on
// where it was. Consent that Microsoft refuses is no error: Result.Consent says
// it, and everything else is done.
func Apply(ctx context.Context, in Input, reviewed Plan) (Result, error) {
	reviewed.Options.Reviewer = cmp.Or(in.Options.Reviewer, reviewed.Options.Reviewer)
	reviewed.Options.Ticket = cmp.Or(in.Options.Ticket, reviewed.Options.Ticket)
	in.Options = reviewed.Options
	r := &run{in: in, id: strings.ToLower(rand.Text()[:12])}
	var err error
	if r.journal, err = in.readJournal(); err != nil {
		return r.result, err
	}
	if r.state, r.wanted, err = in.look(ctx); err != nil {
		return r.result, err
	}
	if r.plan, err = in.plan(ctx, r.state, r.wanted, r.journal); err != nil {
		return r.result, err
	}
	r.wanted = r.plan.Wanted
	if err := agree(reviewed, r.plan, r.journal); err != nil {
		return r.result, err
	}
	if r.plan.Blocked != nil {
		return r.result, r.plan.Blocked
	}
	// A keychain that is locked now would be locked when Microsoft's answer
	// has to go into it.
	if _, _, err := in.held(ctx, vaultKind(r.wanted.Credential.Kind)); err != nil {
		return r.result, err
	}
	if err := r.write(entry{Phase: change.PhaseStart, Verb: "apply", Plan: reviewed.Digest, Reviewer: reviewed.Options.Reviewer, Ticket: reviewed.Options.Ticket}); err != nil {
		return r.result, err
	}
	if err := r.all(ctx); err != nil {
		return r.result, err
	}
	r.result.Application = in.Document().Application
	return r.result, r.write(entry{Phase: change.PhaseEnd, Code: problem.CodeOf(r.result.Consent.Err()).String()})
}

// agree is nil when the reviewed plan is still the plan. After an interrupted
// run of the same plan, what is left must be a part of what was reviewed.
func agree(reviewed, now Plan, j journal) error {
	if reviewed.Version != planVersion {
		return problem.New(codePlanVersion, words.T("The plan was created by another version of Roomkey.")).Fix(words.T("Create a new plan."))
	}
	if !strings.EqualFold(reviewed.Tenant, now.Tenant) || reviewed.Product != now.Product || reviewed.Cloud != now.Cloud {
		return stale(words.T("The plan is for the product %s in the tenant %s; the connection is for %s in %s.", reviewed.Product, reviewed.Tenant, now.Product, now.Tenant))
	}
	known := map[string]change.Item{}
	for _, i := range reviewed.Items {
		known[i.ID] = i
	}
	same := reviewed.Digest == now.Digest
	resumes := j.unfinished() == reviewed.Digest && reviewed.Digest != ""
	var differences []words.Text
	for _, i := range now.Items {
		before, there := known[i.ID]
		switch {
		case i.Action.Does() && resumes && strings.HasPrefix(i.ID, "orphan:"):
		case i.Action.Does() && before.Action.Does() && (same || resumes):
		case !i.Action.Does() && (same || resumes):
		case there && before.Action == i.Action && before.Today.String() == i.Today.String() && before.Wanted.String() == i.Wanted.String():
		default:
			differences = append(differences, words.T("%s: %s", i.Title, i.Today))
		}
	}
	switch {
	case len(differences) == 0 && (same || resumes):
		return nil
	case len(reviewed.Todo()) > 0 && len(now.Todo()) == 0:
		return stale(words.T("Nothing is left to do. The plan was already applied, or someone else made the changes."))
	case len(differences) == 0:
		return stale(words.T("Something that the plan does not show has changed: a credential of the application, or another application with the same name."))
	}
	what := differences[0]
	for _, d := range differences[1:] {
		what = words.T("%s; %s", what, d)
	}
	return stale(words.T("Different now: %s", what))
}

// do brings one step about.
func (r *run) do(ctx context.Context, s step) error {
	r.in.Report.Say(len(r.result.Done), r.total, s.title)
	answered, err := r.in.Bring(ctx, s.look, func(ctx context.Context) error { return r.act(ctx, s) }, func(attempt int, wait time.Duration) {
		r.in.Report.Say(len(r.result.Done), r.total, words.T("%s: waiting for Microsoft to catch up, attempt %d, next in %s", s.title, attempt, wait.Round(time.Second)))
	}, func(waited time.Duration, last error) error { return unfinished(s.title, waited, last) })
	if err != nil && r.journal.dangling(s.id) != nil {
		return unrecorded(words.T("This was requested from Microsoft, but not recorded on this computer: %s.", s.title), err)
	}
	if err != nil {
		return err
	}
	return r.finish(s, answered)
}

// act makes the call of a step, with the journal before and after.
func (r *run) act(ctx context.Context, s step) error {
	e := entry{Phase: change.PhaseBefore, Step: s.id, Request: s.request, Made: s.made()}
	if s.before != nil {
		e.Before = s.before()
	}
	if err := r.write(e); err != nil {
		return err
	}
	err := r.recorded(ctx, s.act)
	if err == nil {
		return nil
	}
	if p := problem.Of(err); change.Refused(p) {
		if werr := r.write(entry{Phase: change.PhaseFailed, Step: s.id, Request: s.request, Made: e.Made, Code: p.Code.String(), RequestID: p.RequestID}); werr != nil {
			return werr
		}
	}
	return err
}

// recorded makes a call and keeps the id of its last request.
func (r *run) recorded(ctx context.Context, call func(context.Context) error) (err error) {
	r.requestID, err = change.Recorded(ctx, call)
	return err
}

// finish records a step that is so: also one that an earlier run brought about
// and could not record.
func (r *run) finish(s step, answered bool) error {
	r.result.Done = append(r.result.Done, s.id)
	begun := r.journal.dangling(s.id)
	if !answered && begun == nil {
		return nil
	}
	e := entry{Phase: change.PhaseAfter, Step: s.id, Request: s.request, Made: s.made()}
	if answered {
		e.RequestID = r.requestID
	}
	if begun != nil && begun.Made != nil {
		// What was there before is only known from then.
		e.Made.What, e.Made.Added = begun.Made.What, begun.Made.Added
	}
	return r.write(e)
}
