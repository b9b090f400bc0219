package page

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/ui/kit"
)

// readResult asks for a file that a script wrote.
func (r *Restrict) readResult() {
	r.env.Files.Open([]string{".json", ".csv"}, r.Take)
}

// Take reads a file that was chosen or dropped onto the window: a result file,
// or a CSV with today's calendar processing.
func (r *Restrict) Take(name string, data []byte) {
	var back Readback
	r.env.Scope.Run(func(ctx context.Context) (err error) {
		if strings.EqualFold(filepath.Ext(name), ".csv") {
			_, err = r.env.Backend.ImportProcessing(ctx, r.env.ID, data, name)
		} else {
			_, err = r.env.Backend.ImportResult(ctx, r.env.ID, data, name)
		}
		if err != nil {
			return err
		}
		back, err = r.env.Backend.Readback(ctx, r.env.ID)
		return err
	}, func(err error) {
		r.cameBack(back, err)
		if err != nil {
			r.notice.also(kit.Small(kit.L("The file was %s.", problem.Line(name))))
			r.frame.Object.Refresh()
		}
	})
}

// cameBack shows what was read back, or why it was not.
func (r *Restrict) cameBack(back Readback, err error) {
	r.read++
	r.env.Changed()
	r.notice.fail(problem.Of(err))
	if err == nil {
		r.showBack(back)
		r.open(r.current)
		r.tabs.Open(ViewResults)
	}
	r.frame.Object.Refresh()
}

// results is the view of what was read back.
type results struct {
	env    *Env
	data   Readback
	object *fyne.Container
	list   *fyne.Container
	scroll *container.Scroll
	table  *kit.DataTable[roomLine]
	head   *fyne.Container
	split  *container.Split
	empty  fyne.CanvasObject
	write  func()
}

// roomLine is one line of the table: a setting that differs, or a room where
// none does.
type roomLine struct{ room, setting, is, wanted string }

// newResults makes the view; write begins the script for the rooms that differ.
func newResults(env *Env, write func()) *results {
	v := &results{env: env, list: kit.Column(kit.GapWide), head: kit.Column(kit.Gap), write: write}
	v.table = kit.NewDataTable([]kit.TableColumn[roomLine]{
		{Title: kit.L("Room"), Share: 3, Text: func(l roomLine) string { return l.room }},
		{Title: kit.L("Setting"), Share: 2.6, Text: func(l roomLine) string { return l.setting }},
		{Title: kit.L("Is"), Share: 1.4, Text: func(l roomLine) string { return l.is }},
		{Title: kit.L("Wanted"), Share: 1.4, Text: func(l roomLine) string { return l.wanted }},
	}, func(l roomLine) string { return l.room + l.setting }, false,
		kit.EmptyState(theme.ListIcon(), kit.L("No calendar processing was read back"),
			kit.L("Run the script that shows today's calendar processing and drop its CSV here: then this says per room what differs.")))
	v.scroll = container.NewVScroll(kit.Pad(0, 14, kit.GapWide, 0, v.list))
	split := container.NewHSplit(v.scroll, kit.Dock(kit.Pad(0, 0, 10, 14, v.head), nil, nil, nil, kit.Pad(0, 0, 0, 14, v.table.Object)))
	split.SetOffset(0.42)
	v.split = split
	v.empty = kit.EmptyState(theme.FolderOpenIcon(), kit.L("Nothing was read back yet"),
		kit.L("Each script writes a result file (.json), and the ones about calendar processing a CSV. Drop such a file onto this window, or press “Read a result…”."))
	v.object = container.NewStack(v.split, v.empty)
	v.set(Readback{})
	return v
}

func (v *results) set(back Readback) {
	v.data = back
	nothing := len(back.Results)+len(back.Processing.Rooms) == 0
	v.split.Hidden = nothing
	if nothing {
		v.empty.Show()
	} else {
		v.empty.Hide()
	}
	v.list.RemoveAll()
	newest := slices.Clone(back.Results)
	slices.SortStableFunc(newest, func(a, b ScriptResult) int { return b.At.Compare(a.At) })
	for _, r := range newest {
		v.list.Add(v.card(r))
	}
	if len(newest) == 0 {
		v.list.Add(kit.Muted(kit.L("No result file was read yet.")))
	}
	v.showRooms()
	v.scroll.Refresh()
	v.object.Refresh()
}

// card is one result file.
func (v *results) card(r ScriptResult) fyne.CanvasObject {
	mark := kit.MarkDone
	if r.Failed > 0 || len(r.Problems) > 0 {
		mark = kit.MarkAttention
	}
	now := v.env.Now()
	says := kit.Column(kit.GapTight, kit.Strong(kit.Say(r.Title)),
		kit.NewText(kit.L("%d done, %d failed. It ended at %s.", r.Done, r.Failed, at(r.At, now))))
	if !r.Reach.IsZero() {
		says.Add(kit.NewText(kit.Say(r.Reach)))
	}
	switch {
	case r.Settles.IsZero():
	case now.Before(r.Settles):
		says.Add(marked(kit.MarkUnknown, kit.L("The change counts everywhere from %s. A test before then may still see what was.", at(r.Settles, now)), ""))
	default:
		says.Add(marked(kit.MarkDone, kit.L("The change counts everywhere since %s.", at(r.Settles, now)), ""))
		says.Add(kit.Row(0, -1, kit.QuietButton(kit.L("Test again on the page Prove"), theme.NavigateNextIcon(), func() { v.env.Go(setup.Prove) })))
	}
	for i, row := range r.Rows {
		if i == 5 {
			says.Add(kit.Muted(kit.L("and %d more", len(r.Rows)-i)))
			break
		}
		says.Add(kit.Small(row.Object + "  ·  " + row.Status + "  ·  " + row.Message))
	}
	for _, p := range r.Problems {
		says.Add(kit.ProblemAs(v.env.Host, kit.MarkAttention, p))
	}
	return kit.Tinted(mark.Tint(), mark.Color(), says)
}

// showRooms fills the table with what differs, room by room.
func (v *results) showRooms() {
	rooms, differing := v.data.Processing.Rooms, v.data.Processing.Differing()
	var lines, same []roomLine
	wrong := 0
	for _, r := range rooms {
		switch {
		case !r.Wrong.IsZero():
			wrong++
			lines = append(lines, roomLine{kit.L("Line %d", r.Line), kit.Say(r.Wrong), "", ""})
		case len(r.Differences) == 0:
			same = append(same, roomLine{r.Room, kit.L("as the product needs it"), "", ""})
		}
		for _, d := range r.Differences {
			lines = append(lines, roomLine{r.Room, kit.Say(d.Name), shownValue(d.Old), shownValue(d.New)})
		}
	}
	v.table.SetRows(append(lines, same...))
	v.head.RemoveAll()
	if len(rooms) == 0 {
		return
	}
	v.head.Add(kit.Strong(kit.L("%d of %d rooms are not as the product needs them", len(differing), len(rooms)-wrong)))
	if wrong > 0 {
		v.head.Add(kit.Small(kit.L("%d lines of the CSV could not be used; they are in the table.", wrong)))
	}
	if len(differing) > 0 {
		v.head.Add(kit.Row(0, -1, widget.NewButtonWithIcon(kit.L("Write the script for these rooms only (%s)", strconv.Itoa(len(differing))), theme.DocumentCreateIcon(), v.write)))
	}
}

// shownValue is a setting as it is shown; an empty one is said to be.
func shownValue(value string) string {
	if value == "" {
		return kit.L("(empty)")
	}
	return value
}
