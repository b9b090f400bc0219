package backend

import (
	"context"
	"errors"
	"strings"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// KeepScript remembers a script that was saved, whatever stands in the form
// afterwards.
func (b *Backend) KeepScript(ctx context.Context, id, name string, data []byte) error {
	s, err := b.session(ctx, id)
	if err != nil {
		return err
	}
	return s.KeepScript(exchange.Document{Name: name, Text: data})
}

// ImportResult reads the result file of a script that was run.
func (b *Backend) ImportResult(ctx context.Context, id string, data []byte, _ string) (page.ScriptResult, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.ScriptResult{}, err
	}
	r, err := s.ReadScriptResult(data)
	if err != nil {
		return page.ScriptResult{}, err
	}
	return shownResult(r), nil
}

func shownResult(r exchange.Result) page.ScriptResult {
	out := page.ScriptResult{
		Script: r.Script, Title: words.Plain(r.Script), At: r.FinishedAt, Failed: r.Summary[exchange.Failed],
		Done: r.Summary[exchange.Changed] + r.Summary[exchange.Same], Settles: r.Settled(),
	}
	for _, script := range exchange.Catalogue() {
		if script.Name == r.Script {
			out.Title = words.T(script.Title)
		}
	}
	// What failed comes first: a long list is cut.
	for _, failed := range []bool{true, false} {
		for _, o := range r.Results {
			if (o.Status == exchange.Failed) == failed {
				out.Rows = append(out.Rows, page.ResultRow{Object: o.Identity, Status: o.Status, Message: strings.TrimSpace(o.Action + " " + o.Error)})
			}
		}
	}
	if reach := r.Reach(); len(reach.Roles)+len(reach.Wrong) > 0 {
		out.Reach = words.T("The limit of the application: %s.", reach.String())
	}
	if r.WhatIf {
		out.Problems = append(out.Problems, problem.New(codeExchangeWhatIf, words.T("It ran with -WhatIf: nothing was changed.")).
			Fix(words.T("Run the same command without -WhatIf, then read that result file.")))
	}
	if r.Err != "" {
		out.Problems = append(out.Problems, problem.New(codeExchangeStopped, words.T("The script stopped early: %s", r.Err)).
			Fix(words.T("Mend what it says and run it again: what is done already is left as it is.")))
	}
	return out
}

// ImportProcessing reads the CSV with calendar processing.
func (b *Backend) ImportProcessing(ctx context.Context, id string, data []byte, _ string) (page.Processing, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.Processing{}, err
	}
	states, err := s.ReadProcessing(data)
	return shownProcessing(states), err
}

func shownProcessing(states []exchange.RoomState) page.Processing {
	var out page.Processing
	for _, st := range states {
		room := page.RoomProcessing{Room: st.Room, Line: st.Line}
		if st.Problem != nil {
			room.Wrong = st.Problem.Title
		}
		for _, d := range st.Differences {
			room.Differences = append(room.Differences, page.Difference{Name: words.Plain(d.Parameter), Old: d.Is, New: d.Wanted})
		}
		out.Rooms = append(out.Rooms, room)
	}
	return out
}

// Readback is what was read back so far.
func (b *Backend) Readback(ctx context.Context, id string) (page.Readback, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.Readback{}, err
	}
	out := page.Readback{Processing: shownProcessing(s.Processing()), Simulated: b.simulates(s) != nil}
	out.Processing.At = s.ProcessingAt()
	for _, r := range s.ScriptResults() {
		out.Results = append(out.Results, shownResult(r))
	}
	return out, nil
}

// Colleague has the simulated colleague run a script.
func (b *Backend) Colleague(ctx context.Context, id, name string, values map[string]string) (page.ScriptResult, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.ScriptResult{}, err
	}
	sim := b.simulates(s)
	if sim == nil {
		return page.ScriptResult{}, problem.New(CodeUsageNotSimulated, words.T("This tenant is not simulated: no colleague is played for it.")).
			Fix(words.T("Save the script and give it to an Exchange administrator; its result file is read on this page."))
	}
	doc, err := b.generate(ctx, id, name, values)
	if err != nil {
		return page.ScriptResult{}, err
	}
	if err := s.KeepScript(doc); err != nil {
		return page.ScriptResult{}, err
	}
	result, err := sim.ApplyIntent(doc.Intent)
	if err != nil {
		return page.ScriptResult{}, problem.New(CodeUsageIntent, words.T("The simulated colleague cannot run this.")).With(words.Plain(err.Error())).By(err)
	}
	r, err := s.ReadScriptResult(result)
	if err != nil && !errors.Is(err, context.Canceled) {
		return page.ScriptResult{}, err
	}
	return shownResult(r), err
}
