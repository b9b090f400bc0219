package amend

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// inARow is how many objects may fail in the same way before the rest is not
// tried.
const inARow = 3

// run is one Apply on its way.
type run struct {
	in   *view
	id   string
	plan Plan
	// standing is what an undo can take back, by keyOf.
	standing map[string]Item
	// unwritten is why the journal took no entry: nothing is done without it.
	unwritten error
}

// Apply carries out the plan, object by object: one that is no longer as the plan
// says is left alone ("amend.stale"). Each object is read back; a value that
// Microsoft did not keep is a failure. The result says what became of each, also
// when err is why the rest was not tried.
func Apply(ctx context.Context, in Input, p Plan) (exchange.Result, error) {
	if err := in.fits(p); err != nil {
		return exchange.Result{}, err
	}
	e, err := in.view(p.Script)
	if err != nil {
		return exchange.Result{}, err
	}
	e.undo = p.Undo
	r := &run{in: e, id: strings.ToLower(rand.Text()[:12]), plan: p, standing: map[string]Item{}}
	for _, i := range standing(e.entries) {
		r.standing[keyOf(i)] = i
	}
	if r.in.Patience <= 0 {
		r.in.Patience = 30 * time.Second
	}
	out := exchange.Result{Script: p.result(), Undo: p.Undo, Connection: p.Connection, Tenant: p.Tenant, StartedAt: in.Time().Truncate(time.Second), Account: in.By, Files: []string{}, Results: []exchange.Outcome{}}
	err = r.all(ctx, &out)
	if err != nil {
		out.Problem = problem.Of(err)
		out.Err = plainly(out.Problem)
	}
	out.FinishedAt = in.Time().Truncate(time.Second) // as scripts write it: theirs can follow in the same second
	return exchange.NewResult(out), err
}

// result is the script whose result a run of the plan leaves: what takes back what
// another script rests on must not pass for that.
func (p Plan) result() string {
	if undo := exchange.APIOf(p.Script).Undo; p.Undo && undo != "" {
		return undo
	}
	return p.Script
}

func (r *run) all(ctx context.Context, out *exchange.Result) error {
	verb := "apply"
	if r.plan.Undo {
		verb = "undo"
	}
	if err := r.write(Item{}, change.Record{Phase: change.PhaseStart, Verb: verb}); err != nil {
		return err
	}
	var stop error
	failures, last := 0, ""
	for n, i := range r.plan.Items {
		r.in.Report.Say(n, len(r.plan.Items), i.Title)
		k := kinds[i.Cmdlet]
		o := exchange.Outcome{Identity: i.Identity, Action: k.action, Before: i.Before.strings(), After: i.After.strings()}
		if r.plan.Undo {
			o.Action = k.back
		}
		switch {
		case i.Problem != nil:
			failed(&o, i.Problem)
			if stop == nil && i.Problem.Code == codeHidden { // what goes into it cannot be made either
				stop = i.Problem
			}
		case i.Action == change.Attention:
			o.Status, o.Error = exchange.Skipped, i.Why.String()
		case stop != nil:
			o.Status, o.Error = exchange.Skipped, "not tried"
		default:
			err := r.object(ctx, i, &o)
			p := problem.Of(err)
			if p == nil {
				if i.Action != change.Keep { // nothing was asked of Microsoft for that
					failures = 0
				}
				break
			}
			p = r.in.explained(r.plan, p, words.T("Microsoft did not let %s make this change.", r.in.By))
			failed(&o, p)
			if failures++; p.Code.String() != last {
				failures, last = 1, p.Code.String()
			}
			if stop = r.stops(i, p, failures); ctx.Err() != nil {
				stop = problem.Of(ctx.Err())
			}
		}
		out.Results = append(out.Results, o)
	}
	if stop != nil {
		return stop
	}
	return r.write(Item{}, change.Record{Phase: change.PhaseEnd})
}

// stops is why the rest is not tried after a problem, nil to go on.
func (r *run) stops(i Item, p *problem.Problem, failures int) error {
	switch {
	case r.unwritten != nil:
		return r.unwritten
	case p.Code == codeHidden || p.Code == codePreviewAbsent || p.Code == codeNoPassword || p.Code == codeNoPlaces:
		return p
	case p.Kind == problem.Denied || p.Kind == problem.SignInNeeded || p.Kind == problem.Local || p.Kind == problem.Throttled:
		return p
	case failures >= inARow:
		return problem.New(codeRepeated, words.T("%d objects in a row failed in the same way, so the rest was not tried.", failures)).
			With(words.T("The last one: %s: %s", i.Identity, p.Title)).By(p).Fix(words.T("Correct the cause, then plan and apply again. Roomkey continues where it stopped."))
	}
	return nil
}

// object brings one object to what the plan says.
func (r *run) object(ctx context.Context, i Item, o *exchange.Outcome) error {
	k := kinds[i.Cmdlet]
	done := change.PhaseAfter
	if r.plan.Undo {
		done = change.PhaseUndone
	}
	if i.Action == change.Keep {
		o.Status = exchange.Same
		if r.plan.Undo {
			return r.forget(ctx, i)
		}
		return nil
	}
	var now object
	first, sent, request := true, false, ""
	look := func(ctx context.Context) (so bool, err error) {
		if !first && k.made {
			r.in.spaces = nil
		}
		if now, err = r.in.look(ctx, i); err != nil {
			return false, err
		}
		so = now.holds(i.After)
		others := k.made && now.id != "" && !i.After.empty()
		if first && (!so && (others || !now.holds(i.Before) || !now.leave.IsZero()) || r.plan.Undo && r.in.mayExist(i, now)) {
			return false, stale(i)
		}
		first = false
		return so, nil
	}
	act := func(ctx context.Context) error {
		if err := r.write(i, change.Record{Phase: change.PhaseBefore, Request: k.request}); err != nil {
			return err
		}
		var err error
		request, err = change.Recorded(ctx, func(ctx context.Context) error { return k.change(ctx, r.in, now, i) })
		p := problem.Of(err)
		no := p != nil && change.Refused(p)
		sent = sent || !no
		if no {
			if err := r.write(i, change.Record{Phase: change.PhaseFailed, Request: k.request, Code: p.Code.String(), RequestID: p.RequestID}); err != nil {
				return err
			}
		}
		if err == nil && k.made && !i.After.empty() { // Microsoft says so; it may not show it for long
			err = r.write(i, change.Record{Phase: done, Request: k.request, RequestID: request})
		}
		return err
	}
	acted, err := r.in.Bring(ctx, look, act, func(int, time.Duration) {}, func(_ time.Duration, last error) error {
		if last != nil {
			return last
		}
		if k.inTree && k.made && r.in.spaces != nil && len(*r.in.spaces) == 0 && !i.After.empty() {
			return hidden(i)
		}
		return notKept(i, now)
	})
	if err != nil {
		return err
	}
	// What is so without a call is recorded too: a run that was cut off made it.
	if o.Status = exchange.Same; sent {
		o.Status = exchange.Changed
	}
	return r.write(i, change.Record{Phase: done, Request: map[bool]string{true: k.request}[acted], RequestID: request})
}

// forget records that an object is as it was, because somebody, or a run that was
// cut off, took it back.
func (r *run) forget(ctx context.Context, i Item) error {
	s, there := r.standing[keyOf(i)]
	if !there { // another run did that
		return nil
	}
	now, err := r.in.look(ctx, s)
	if err != nil {
		return err
	}
	s.Action = change.Keep
	if r.in.takeBack(&s, now); s.Action != change.Keep {
		return stale(i)
	}
	return r.write(i, change.Record{Phase: change.PhaseUndone})
}

// strings are the values as a script's result has them.
func (v Values) strings() map[string]string {
	out := map[string]string{}
	for name, value := range v {
		text := canonical(value)
		switch value := value.(type) {
		case bool:
			text = map[bool]string{true: "True", false: "False"}[value]
		case []any, []string:
			text = strings.ReplaceAll(strings.ReplaceAll(text, "|", `\|`), "\n", "|")
		}
		out[name] = text
	}
	return out
}

// failed is an object that was not changed, and why.
func failed(o *exchange.Outcome, p *problem.Problem) {
	o.Status, o.Error, o.Problem = exchange.Failed, plainly(p), p
}

// plainly is a problem as a result says it.
func plainly(p *problem.Problem) string {
	if p.Detail.IsZero() {
		return p.Title.String()
	}
	return fmt.Sprintf("%s %s", p.Title, p.Detail)
}

func stale(i Item) *problem.Problem {
	return problem.New(codeStale, words.T("%s has changed since the plan was created. It was left alone.", i.Identity)).
		Fix(words.T("Plan again."))
}

func notKept(i Item, now object) *problem.Problem {
	kept := Values{}
	for name, want := range i.After {
		if !same(now.values[name], want) {
			kept[name] = now.values[name]
		}
	}
	return problem.New(codeNotKept, words.T("Microsoft accepted the change of %s, but did not keep it.", i.Identity)).
		With(words.T("It still has: %s", kept.text())).
		Fix(words.T("If the object comes from the local Active Directory, change it there. Otherwise plan again in some minutes."))
}

// explained is an error in the light of what the plan is about: which role is needed
// and which script does the same. Denied is the title where Microsoft refused. It does
// not say why Microsoft refused: the answer does not carry that.
func (in Input) explained(p Plan, why *problem.Problem, denied words.Text) *problem.Problem {
	script := problem.PlaceScript(p.result())
	var out *problem.Problem
	switch {
	case why.Code == tenant.CodePlacesNotInCloud:
		out = problem.New(codeNoPlaces, words.T("This Microsoft cloud has no places in Microsoft Graph.")).
			Lead(words.T("Have an Exchange administrator run the script."), script).
			Fix(words.T("Nothing is wrong with the account or its permissions."))
	case why.Kind == problem.Denied:
		out = problem.New(codeRole, denied).
			Fix(words.T("This change needs the role %s. Sign in with an account that has it.", exchange.APIOf(p.Script).Role)).
			Fix(words.T("If the role is only eligible (PIM), activate it in the Microsoft Entra admin center under Privileged Identity Management, and sign in again.")).
			Lead(words.T("Or let a colleague run the script."), script)
	default:
		return why
	}
	out.RequestID = why.RequestID
	return out.With(why.Detail).By(why)
}

// fits is whether the plan is of this connection and can be applied.
func (in Input) fits(p Plan) error {
	if p.Connection != in.Connection.ID || !strings.EqualFold(p.Tenant, in.Connection.Tenant.ID) {
		return problem.New(codeNoPlan, words.T("The plan belongs to another connection or tenant.")).Fix(words.T("Open the connection that the plan was created for."))
	}
	return p.sound()
}
