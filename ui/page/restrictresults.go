package page

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// readResult asks for a file that a script wrote.
func (r *Restrict) readResult() {
	r.env.Files.Open([]string{".json", ".csv", ".txt"}, r.Take)
}

// Take reads a file that was chosen or dropped onto the window: a result file,
// a CSV with today's calendar processing or with rooms, or the transcript or the
// CSV of previous values of a run that left no result.
func (r *Restrict) Take(name string, data []byte) {
	view := ViewResults
	if strings.EqualFold(filepath.Ext(name), ".csv") {
		view = ViewProcessing
	}
	var rooms tenant.Listing[tenant.Room]
	var wrong []*problem.Problem
	r.env.Scope.Run(func(context.Context) (err error) {
		if view == ViewProcessing {
			switch _, err = r.env.Session.ReadProcessing(data); problem.CodeOf(err) {
			case exchange.CodeNotCurrent:
				_, err = r.env.Session.ReadScriptResult(data)
			case exchange.CodeNoSettings:
				if rooms, wrong = r.env.Session.ImportRooms(data); len(rooms.Items) > 0 {
					err = nil
				}
			}
		} else {
			var read exchange.Result
			read, err = r.env.Session.ReadScriptResult(data)
			view = resultView(read.Script)
		}
		return err
	}, func(err error) {
		if len(rooms.Items) > 0 {
			r.env.Changed()
			r.notice.put(append([]fyne.CanvasObject{r.roomsCame(rooms.Items)}, unusable(r.env, wrong)...)...)
			r.frame.Object.Refresh()
			return
		}
		r.cameBack(view, err)
		if err != nil {
			r.notice.also(kit.Small(kit.L("The file was %s.", problem.Line(name))))
			r.frame.Object.Refresh()
		}
	})
}

// roomsCame says what a file of rooms has brought, and leads to them.
func (r *Restrict) roomsCame(rooms []tenant.Room) fyne.CanvasObject {
	hidden := 0
	for _, room := range rooms {
		if room.Hidden != nil && *room.Hidden {
			hidden++
		}
	}
	said := words.N(len(rooms), "%d room was read.", "%d rooms were read.", len(rooms))
	if hidden > 0 {
		said = words.Sentences(said, words.N(hidden, "%d room is hidden from address lists.", "%d rooms are hidden from address lists.", hidden))
	}
	return kit.Row(kit.Gap, 0, kit.MarkedText(kit.MarkReady, kit.Say(said)),
		kit.QuietButton(kit.L("Open the rooms"), theme.NavigateNextIcon(), func() { r.env.Go(setup.Choose) }))
}

// resultView is where the result of a script is shown.
func resultView(script string) int {
	if script == accessScript {
		return ViewAccess
	}
	return ViewResults
}

// cameBack shows what was read back, or why it was not.
func (r *Restrict) cameBack(view int, err error) {
	r.env.Changed()
	if p := problem.Of(err); p != nil && p.Kind == problem.Unmet { // what it says of the run
		r.notice.warn(p)
	} else {
		r.notice.fail(p)
	}
	if err == nil {
		r.tabs.Open(view)
		r.reload(func() error { return nil })
	}
	r.frame.Object.Refresh()
}

// results are the views of what was read back: result files, and rooms.
type results struct {
	env            *Env
	data           readback
	results, rooms fyne.CanvasObject
	list, head     *fyne.Container
	scroll         *kit.Scroll
	table          *kit.DataTable[roomLine]
	write          func()
}

// roomLine is one line of the table: a setting that differs, or a room where
// none does.
type roomLine struct{ room, setting, is, wanted string }

// newResults makes the views; write begins the script for the rooms that differ.
func newResults(env *Env, write func()) *results {
	v := &results{env: env, list: kit.Column(kit.GapWide), head: kit.Column(kit.GapTight), write: write}
	v.table = kit.NewDataTable("processing", []kit.TableColumn[roomLine]{
		{Title: kit.L("Room"), Share: 3, Text: func(l roomLine) string { return l.room }},
		{Title: kit.L("Setting"), Share: 2.6, Text: func(l roomLine) string { return l.setting }},
		{Title: kit.L("Is"), Share: 1.6, Text: func(l roomLine) string { return l.is }},
		{Title: kit.L("Wanted"), Share: 1.6, Text: func(l roomLine) string { return l.wanted }},
	}, func(l roomLine) string { return l.room + l.setting }, false,
		kit.EmptyState(theme.ListIcon(), kit.L("No calendar processing was read back"),
			kit.L("Run the script that shows today's calendar processing and drop its CSV file onto this window. Roomkey then shows for each room what differs from what the product needs.")))
	v.scroll = kit.NewVScroll(kit.Readable(v.list))
	v.results = v.scroll
	v.rooms = kit.Dock(v.head, nil, nil, nil, v.table.Object)
	v.set(readback{})
	return v
}

func (v *results) set(back readback) {
	v.data = back
	v.list.RemoveAll()
	newest := slices.Clone(back.results)
	slices.SortStableFunc(newest, func(a, b exchange.Result) int { return b.FinishedAt.Compare(a.FinishedAt) })
	for _, r := range newest {
		v.list.Add(v.card(r))
	}
	if len(newest) == 0 {
		v.list.Add(kit.EmptyState(theme.FolderOpenIcon(), kit.L("Nothing was read back yet"),
			kit.L("Each script writes a result file (.json). Drop it onto this window or select “Read a result…”. It shows what was changed and when the change takes effect.")))
	}
	v.showRooms()
	v.scroll.Refresh()
}

// card is one result file.
func (v *results) card(r exchange.Result) fyne.CanvasObject {
	mark := kit.MarkReady // no test has confirmed it
	if !r.Passed() || len(problemsOf(r)) > 0 {
		mark = kit.MarkAttention
	}
	now := v.env.Now()
	text := kit.Column(kit.GapTight, kit.Strong(titleOf(r)),
		kit.NewText(kit.L("%d done, %d failed. Finished at %s.", doneBy(r), r.Summary[exchange.Failed], at(r.FinishedAt, now))))
	if r.Complete() && !r.Settled().IsZero() {
		text.Add(kit.Small(kit.L("Its result says so. No test has confirmed it.")))
	}
	if reach := reachOf(r); reach != "" {
		text.Add(kit.NewText(reach))
	}
	switch settles := r.Settled(); {
	case settles.IsZero():
	case now.Before(settles):
		text.Add(marked(kit.MarkUnknown, kit.L("The change is in effect everywhere from %s. A test before then may still see the old state.", at(settles, now)), ""))
	default:
		text.Add(marked(kit.MarkReady, kit.L("The change has been in effect everywhere since %s.", at(settles, now)), ""))
		text.Add(kit.Row(0, -1, kit.QuietButton(kit.L("Test again on the page Prove"), theme.NavigateNextIcon(), func() { v.env.Go(setup.Prove) })))
	}
	for i, o := range outcomes(r) {
		if i == 5 {
			text.Add(kit.Muted(kit.L("and %d more", len(r.Results)-i)))
			break
		}
		parts := []string{o.Identity, kit.Say(exchange.StatusText(o.Status)), o.Action}
		if p := r.Reason(o); p != nil {
			parts = append(parts, kit.Say(p.Title))
		} else {
			parts = append(parts, problem.Line(o.Error))
		}
		parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
		text.Add(kit.Small(strings.Join(parts, "  ·  ")))
	}
	for _, p := range problemsOf(r) {
		text.Add(kit.ProblemAs(v.env.Host, kit.MarkAttention, p))
	}
	return kit.Tinted(mark.Tint(), mark.Color(), text)
}

// showRooms fills the table with what differs, room by room.
func (v *results) showRooms() {
	rooms, differing := v.data.rooms, v.data.differing()
	var lines, same []roomLine
	var wrong []string
	for _, r := range rooms {
		switch {
		case r.Problem != nil:
			wrong = append(wrong, kit.Say(r.Problem.Title))
		case r.AsNeeded():
			same = append(same, roomLine{r.Room, kit.L("as the product needs it"), "", ""})
		default:
			for _, d := range r.Lines() {
				lines = append(lines, lineOf(r.Room, d))
			}
		}
	}
	v.table.SetRows(append(lines, same...))
	v.head.RemoveAll()
	if len(rooms) == 0 {
		return
	}
	text := kit.Strong(kit.Say(words.N(len(rooms)-len(wrong), "Not as the product needs it: %d of %d room", "Not as the product needs them: %d of %d rooms", len(differing), len(rooms)-len(wrong))))
	line := kit.Row(kit.Gap, 0, text)
	if len(differing) > 0 {
		line.Add(kit.NewButtonWithIcon(kit.L("Write the script for these rooms only"), theme.DocumentCreateIcon(), v.write))
	}
	v.head.Add(line)
	switch {
	case v.data.at.IsZero():
		v.head.Add(marked(kit.MarkAttention, kit.L("The file does not say when this was read, so a test does not rely on it. Read the calendar processing again."), ""))
	case v.outdated():
		v.head.Add(marked(kit.MarkAttention, kit.L("A script changed rooms after this was read at %s. Read the calendar processing again.", at(v.data.at, v.env.Now())), ""))
	}
	for i, w := range wrong {
		if i == 3 {
			v.head.Add(kit.Small(kit.L("and %d more lines that cannot be used", len(wrong)-i)))
			break
		}
		v.head.Add(marked(kit.MarkAttention, w, ""))
	}
	v.head.Add(kit.Pad(0, 0, kit.GapTight, 0, kit.Column(0)))
	v.head.Refresh()
}

// outdated is whether calendar processing was changed after it was read.
func (v *results) outdated() bool {
	return slices.ContainsFunc(v.data.results, func(r exchange.Result) bool {
		return strings.HasPrefix(r.Script, mainScript) && doneBy(r) > 0 && r.Script != showScript && r.FinishedAt.After(v.data.at)
	})
}

// lineOf is what differs, or what is said of a room as a whole.
func lineOf(room string, l exchange.Line) roomLine {
	if l.Wanted == "" {
		return roomLine{room, kit.Say(l.Setting), "", ""}
	}
	return roomLine{room, kit.Say(l.Setting), shownValue(l.Is), shownValue(l.Wanted)}
}

// shownValue is a setting as it is shown; an empty one is said to be.
func shownValue(value string) string {
	if value == "" {
		return kit.L("(empty)")
	}
	return value
}
