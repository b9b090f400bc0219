package page

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// record shows what was done to the tenant: runs, the newest first, with their
// steps.
type record struct {
	p    *planner
	fold *fold
	body *fyne.Container
	// open are the runs whose steps are shown, detail those with before and
	// after, too.
	open, detail map[string]bool
	runs         []recordRun
}

// recordRun is one run as a person reads it.
type recordRun struct {
	change.Record
	steps []recordStep
	ended bool
	// code is why a run that ended did not do everything.
	code string
}

// recordStep is one step: the call that was begun and what became of it.
type recordStep struct {
	change.Record
	before any
}

func newRecord(p *planner) *record {
	r := &record{p: p, body: kit.Column(kit.GapWide), open: map[string]bool{}, detail: map[string]bool{}}
	r.fold = newFold(kit.L("Record of what was done…"), kit.Card(r.body), r.look, p.page.relayout)
	return r
}

// look reads the record.
func (r *record) look() {
	var records []change.Record
	r.p.env.Scope.Run(func(context.Context) (err error) {
		records, err = r.p.env.Session.History()
		return err
	}, func(err error) {
		if err != nil {
			r.body.Objects = []fyne.CanvasObject{kit.ProblemCard(r.p.env.Host, problem.Of(err))}
			r.p.page.relayout()
			return
		}
		r.runs = runsOf(records)
		if len(r.runs) > 0 {
			r.open[r.runs[0].Run] = true
		}
		r.draw()
	})
}

// again reads the record anew where it is shown.
func (r *record) again() {
	if r.fold.open() {
		r.look()
	}
}

// runsOf puts the lines of the record together, the newest run first.
func runsOf(records []change.Record) (runs []recordRun) {
	at := map[string]int{}
	for _, e := range records {
		n, known := at[e.Run]
		if !known {
			n = len(runs)
			at[e.Run] = n
			runs = append(runs, recordRun{Record: e})
		}
		run := &runs[n]
		switch {
		case e.Phase == change.PhaseEnd:
			run.ended, run.code, run.Verb = true, e.Code, cmp.Or(run.Verb, e.Verb)
		case e.Step != "":
			run.add(e)
		}
	}
	slices.Reverse(runs)
	return runs
}

// add joins a line to the call that it ends.
func (run *recordRun) add(e change.Record) {
	for i, s := range slices.Backward(run.steps) {
		if s.Step == e.Step && s.Phase == change.PhaseBefore && e.Phase != change.PhaseBefore {
			e.Request = cmp.Or(e.Request, s.Request)
			run.steps[i] = recordStep{e, s.before}
			return
		}
	}
	run.steps = append(run.steps, recordStep{e, e.Before})
}

func (r *record) draw() {
	r.body.Objects = nil
	lead := kit.Muted(kit.L("Kept on this computer and never changed: who did what to the tenant, with what was there before and after, and Microsoft's request id."))
	if len(r.runs) == 0 {
		r.body.Objects = []fyne.CanvasObject{kit.EmptyState(theme.HistoryIcon(), kit.L("Nothing was done to the tenant yet"),
			kit.L("Apply, Undo and credential renewal record here what they did."))}
	} else {
		save := kit.QuietButton(kit.L("Save…"), theme.DocumentSaveIcon(), r.save)
		r.body.Add(kit.TopRow(kit.GapWide, 0, lead, save))
	}
	for i, run := range r.runs {
		if i > 0 {
			r.body.Add(kit.Rule())
		}
		r.body.Add(r.run(run))
	}
	r.body.Refresh()
	r.p.page.relayout()
}

// verbOf is what a run is called.
func verbOf(verb string) string {
	switch verb {
	case "apply":
		return kit.L("Apply")
	case "undo":
		return kit.L("Undo")
	case "rotate":
		return kit.L("Renewal of the credential")
	case "restore":
		return kit.L("Restore")
	}
	return kit.L("Clean-up")
}

func (r *record) run(run recordRun) fyne.CanvasObject {
	when := run.At.Local().Format(time.DateTime)
	column := kit.Column(kit.Gap)
	mark, note := kit.MarkDone, kit.L("done")
	switch {
	case run.code != "":
		mark, note = kit.MarkAttention, kit.L("incomplete: %s", run.code)
	case !run.ended && run.Verb != "rotate":
		mark, note = kit.MarkAttention, kit.L("did not end")
	}
	column.Add(kit.Row(kit.Gap, 0, kit.Strong(kit.L("%s  ·  %s", verbOf(run.Verb), when)).As(kit.Clip, ""), kit.Badge(mark, note)))
	by := []string{run.By}
	if run.Reviewer != "" {
		by = append(by, kit.L("reviewed by %s", run.Reviewer))
	}
	if run.Ticket != "" {
		by = append(by, kit.L("change ticket %s", run.Ticket))
	}
	column.Add(kit.Small(strings.Join(by, "  ·  ")))
	toggle := func(shown map[string]bool, on, off string) fyne.CanvasObject {
		text, icon := on, theme.MenuExpandIcon()
		if shown[run.Run] {
			text, icon = off, theme.MenuDropDownIcon()
		}
		return kit.QuietButton(text, icon, func() { shown[run.Run] = !shown[run.Run]; r.draw() })
	}
	line := kit.Row(kit.GapTight, -1)
	if len(run.steps) > 0 {
		line.Add(toggle(r.open, kit.Say(words.N(len(run.steps), "Show its %d step", "Show its %d steps", len(run.steps))), kit.L("Hide the steps")))
	}
	if r.open[run.Run] {
		for _, s := range run.steps {
			column.Add(r.step(s, r.detail[run.Run]))
		}
		line.Add(toggle(r.detail, kit.L("Before and after"), kit.L("Hide before and after")))
	}
	column.Add(line)
	return column
}

// step is one line of a run.
func (r *record) step(s recordStep, detail bool) fyne.CanvasObject {
	mark, text := kit.MarkDone, ""
	switch s.Phase {
	case change.PhaseBefore:
		mark, text = kit.MarkUnknown, kit.L("started; no response was received")
	case change.PhaseFailed:
		mark, text = kit.MarkFail, kit.L("refused: %s", s.Code)
	case change.PhaseUndone:
		mark, text = kit.MarkSkipped, kit.L("removed")
	}
	facts := []string{s.At.Local().Format(time.TimeOnly)}
	for _, fact := range []string{text, s.Request} {
		if fact != "" {
			facts = append(facts, fact)
		}
	}
	column := kit.Column(2, kit.NewText(kit.Say(s.Title)), kit.Small(strings.Join(facts, "  ·  ")))
	line := kit.TopRow(kit.Gap, 1, kit.MarkIcon(mark, 18), column)
	if id := s.RequestID; id != "" {
		column.Add(kit.Small(kit.L("Request ID %s", id)))
		line.Add(kit.NewCopyButton(r.p.env.Host, "", func() string { return id }))
	}
	if detail {
		column.Add(kit.Small(kit.L("Before: %s", fieldsOf(s.before))))
		column.Add(kit.Small(kit.L("After: %s", fieldsOf(s.After))))
	}
	return line
}

// held is what the tenant held, as names and values.
func fieldsOf(v any) string {
	data, err := json.Marshal(v)
	if err != nil || v == nil {
		return kit.L("nothing")
	}
	var fields map[string]any
	if json.Unmarshal(data, &fields) != nil {
		return string(data)
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		list = append(list, name+": "+plainly(fields[name]))
	}
	return strings.Join(list, ",  ")
}

// plainly is one value without the quotes of JSON where it can do without.
func plainly(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var list []string
		for _, each := range v {
			list = append(list, plainly(each))
		}
		return strings.Join(list, " ")
	}
	data, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(data)
}

func (r *record) save() {
	var data []byte
	r.p.env.Scope.Run(func(context.Context) error {
		records, err := r.p.env.Session.History()
		if err == nil {
			data, err = json.MarshalIndent(records, "", "  ")
		}
		return err
	}, func(err error) {
		r.p.saved(r.p.env.file("-record.json", append(data, '\n')), err, func(path string) string { return kit.L("The record is in %s.", path) })
	})
}
