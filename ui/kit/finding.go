package kit

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
)

// Finding is one line of a FindingList.
type Finding struct {
	ID             string
	Mark           Mark
	Title, Summary string
	Problem        *problem.Problem
	// Facts are names and values that were seen, in order.
	Facts     [][2]string
	Duration  time.Duration
	RequestID string
	// Cause marks the root cause.
	Cause bool
}

// FindingList shows findings, each of which can be opened to its detail.
type FindingList struct {
	widget.BaseWidget
	// OnAgain is offered in the detail of what did not pass; nil offers nothing.
	OnAgain func(id string)

	host   *Host
	column *fyne.Container
	rows   map[string]*findingRow
}

// NewFindingList is an empty list.
func NewFindingList(host *Host) *FindingList {
	l := &FindingList{host: host, column: Column(0), rows: map[string]*findingRow{}}
	l.ExtendBaseWidget(l)
	return l
}

// CreateRenderer is Fyne's.
func (l *FindingList) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(l.column) }

// Clear removes all findings.
func (l *FindingList) Clear() {
	l.rows = map[string]*findingRow{}
	l.column.RemoveAll()
	l.Refresh()
}

// Put adds a finding or replaces the one of the same ID.
func (l *FindingList) Put(f Finding) {
	r, ok := l.rows[f.ID]
	if !ok {
		r = newFindingRow(l)
		l.rows[f.ID] = r
		if len(l.column.Objects) > 0 {
			l.column.Add(Rule())
		}
		l.column.Add(r)
	}
	r.set(f)
	l.column.Refresh()
	l.Refresh()
}

// Open opens or closes the detail of a finding.
func (l *FindingList) Open(id string, open bool) {
	if r, ok := l.rows[id]; ok {
		r.open = open
		r.set(r.finding)
		l.column.Refresh()
	}
}

type findingRow struct {
	pressable
	list    *FindingList
	finding Finding
	open    bool
	ground  *Surface
	column  *fyne.Container
}

func newFindingRow(list *FindingList) *findingRow {
	r := &findingRow{list: list, column: Column(0)}
	r.ground = Ground("", r.column)
	r.ground.Radius = 6
	r.begin(r, r.toggle, r.show)
	return r
}

func (r *findingRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.ground) }

// hasDetail is whether there is something to open.
func (r *findingRow) hasDetail() bool {
	f := r.finding
	return f.Problem != nil || len(f.Facts) > 0 || f.RequestID != ""
}

func (r *findingRow) set(f Finding) {
	r.finding = f
	_, icon := iconAt(f.Mark.Icon(), 20)
	title := NewText(f.Title)
	title.Style.Bold = f.Mark == MarkFail || f.Cause
	text := Column(2, title)
	if f.Summary != "" {
		text.Add(Small(f.Summary))
	}
	line := TopRow(10, 1, icon, text)
	if f.Cause {
		line.Add(Badge(MarkFail, L("Root cause")))
	}
	if f.Duration > 0 {
		line.Add(Pad(2, 0, 0, 0, Small(took(f.Duration)).As(Whole, ColorMuted)))
	}
	arrow := Picture("expand.svg")
	if r.open {
		arrow = Picture("collapse.svg")
	}
	picture, box := iconAt(tinted{arrow, ColorMuted}, 18)
	if !r.hasDetail() {
		picture.Hide()
	}
	line.Add(Pad(1, 0, 0, 0, box))
	r.column.Objects = []fyne.CanvasObject{Pad(9, 8, 9, 8, line)}
	if r.open && r.hasDetail() {
		r.column.Add(Pad(0, 8, 14, 38, r.detail()))
	}
	r.show()
}

func (r *findingRow) detail() fyne.CanvasObject {
	f := r.finding
	body := Column(Gap)
	if f.Problem != nil {
		if title := Say(f.Problem.Title); title != f.Summary {
			body.Add(Strong(title))
		}
		body.Add(problemBody(r.list.host, f.Problem))
	}
	facts := f.Facts
	if f.RequestID != "" && f.Problem == nil {
		facts = append(facts[:len(facts):len(facts)], [2]string{L("Request ID"), f.RequestID})
	}
	if len(facts) > 0 {
		body.Add(Facts(r.list.host, facts))
	}
	if again := r.list.OnAgain; again != nil && (f.Mark == MarkFail || f.Mark == MarkUnknown || f.Mark == MarkAttention) {
		body.Add(Row(0, -1, NewButtonWithIcon(L("Repeat this test until it passes"), theme.ViewRefreshIcon(), func() { again(f.ID) })))
	}
	return body
}

// Facts shows names and values in two columns, without those that have no value;
// each value can be copied.
func Facts(host *Host, facts [][2]string) fyne.CanvasObject {
	column := Column(2)
	for _, f := range facts {
		value := f[1]
		if value == "" {
			continue
		}
		column.Add(Row(GapWide, 1, AtLeast(150, 0, Muted(f[0])), Line(strings.TrimSpace(value)),
			NewCopyButton(host, "", func() string { return value })))
	}
	return column
}

// took is a duration as a person reads it.
func took(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return L("< 1 ms")
	case d < time.Second:
		return L("%d ms", d.Milliseconds())
	}
	return L("%.1f s", d.Seconds())
}

func (r *findingRow) show() {
	r.ground.Fill, r.ground.Border = "", ""
	if r.hovered && r.hasDetail() {
		r.ground.Fill = theme.ColorNameHover
	}
	if r.focused {
		r.ground.Border = theme.ColorNamePrimary
	}
	r.ground.Refresh()
	canvas.Refresh(r)
}

func (r *findingRow) toggle() {
	if r.hasDetail() {
		r.open = !r.open
		r.set(r.finding)
		r.Refresh()
	}
}
