package page

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// script is one of the checklist for this connection.
type script struct {
	exchange.Script
	task exchange.Task
	// blocked is why it cannot be generated now, nil when it can.
	blocked *problem.Problem
}

// scripts is the checklist for the connection as it is known here.
func (e *Env) scripts(ctx context.Context) ([]script, error) {
	tasks, err := e.Session.Checklist(ctx)
	if err != nil {
		return nil, err
	}
	target, err := e.Session.LastScriptTarget()
	if err != nil {
		return nil, err
	}
	var list []script
	for _, t := range tasks {
		s, blocked := t.Script.For(target)
		one := script{Script: s, task: t}
		var fields exchange.FieldErrors
		if blocked != nil && !errors.As(blocked, &fields) { // what is only wrong in the form can be filled in
			one.blocked = problem.Of(blocked)
		}
		list = append(list, one)
	}
	return list, nil
}

// generate writes a script for the rooms as they are now.
func (e *Env) generate(ctx context.Context, name string, values map[string]any) (exchange.Document, error) {
	target, err := e.Session.ScriptTarget(ctx)
	if err != nil {
		return exchange.Document{}, err
	}
	return exchange.Generate(name, target, values)
}

// helpOf is what stands under a field of a script.
func helpOf(p exchange.Param) string {
	help := kit.L(p.Help)
	if p.Kind == exchange.KindNumber && p.Min != nil && p.Max != nil {
		help = kit.L("%s %d to %d.", help, *p.Min, *p.Max)
	}
	if p.Reason != "" {
		help = kit.L("%s The product needs it: %s", help, p.Reason)
	}
	return help
}

// readback is what was read back of scripts.
type readback struct {
	// results are the newest of each script, in the catalogue's order.
	results []exchange.Result
	// rooms are the calendar processing as it was read at that time.
	rooms []exchange.RoomState
	at    time.Time
}

func (e *Env) readback() readback {
	return readback{e.Session.ScriptResults(), e.Session.Processing(), e.Session.ProcessingAt()}
}

// differing are the rooms that are not as the product needs them.
func (b readback) differing() []string { return exchange.Differing(b.rooms) }

// titleOf is what a result's script is called.
func titleOf(r exchange.Result) string {
	for _, s := range exchange.Catalogue() {
		if s.Name == r.Script {
			return kit.L(s.TitleOf(r.Undo))
		}
	}
	return r.Script
}

// doneBy is how many objects a run left as they should be.
func doneBy(r exchange.Result) int { return r.Summary[exchange.Changed] + r.Summary[exchange.Same] }

// outcomes are those of a run; what failed comes first, for a long list is cut.
func outcomes(r exchange.Result) []exchange.Outcome {
	list := slices.Clone(r.Results)
	slices.SortStableFunc(list, func(a, b exchange.Outcome) int { return rank(a) - rank(b) })
	return list
}

func rank(o exchange.Outcome) int {
	if o.Status == exchange.Failed {
		return 0
	}
	return 1
}

// reachOf is what was seen of the application's limit, "" for nothing.
func reachOf(r exchange.Result) string {
	reach := r.Reach()
	if len(reach.Roles)+len(reach.Wrong) == 0 {
		return ""
	}
	return kit.L("Limit of the application: %s", reach.Text())
}

// problemsOf is why a result is not the whole evidence.
func problemsOf(r exchange.Result) (list []*problem.Problem) {
	if r.WhatIf {
		list = append(list, problem.New(codeExchangeWhatIf, words.T("It ran with -WhatIf: nothing was changed.")).
			Fix(words.T("Run the same command without -WhatIf, then read that result file.")))
	}
	return append(list, r.Reasons()...)
}
