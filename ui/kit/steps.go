package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Item is an entry of the navigation.
type Item struct {
	ID     string
	Title  string
	Detail string
	Mark   Mark
	// Icon stands in place of the mark when it is set.
	Icon fyne.Resource
}

// StepList is the navigation: an entry a step, with its state. Up and Down move
// between the entries, Enter or Space opens one.
type StepList struct {
	widget.BaseWidget
	OnOpen func(id string)
	column *fyne.Container
	items  []*item
	open   string
	// compact is whether only the entry that is open shows its detail.
	compact bool
}

// Compact leaves out the details of all entries but the open one, or shows them
// again.
func (l *StepList) Compact(on bool) {
	if l.compact != on {
		l.compact = on
		l.Select(l.open)
		l.column.Refresh()
	}
}

// NewStepList is an empty list.
func NewStepList(open func(id string)) *StepList {
	l := &StepList{OnOpen: open, column: Column(2)}
	l.ExtendBaseWidget(l)
	return l
}

// CreateRenderer is Fyne's.
func (l *StepList) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(l.column) }

// Len is how many entries there are.
func (l *StepList) Len() int { return len(l.items) }

// Input is the entry that is open, for the keyboard; nil while none is.
func (l *StepList) Input() fyne.Focusable {
	for _, w := range l.items {
		if w.selected {
			return w
		}
	}
	return nil
}

// Set shows the items; those that were there keep the keyboard's focus.
func (l *StepList) Set(items []Item) {
	if len(items) != len(l.items) {
		l.items = nil
		l.column.Objects = nil
		for i := range items {
			w := newItem(l, i)
			l.items = append(l.items, w)
			l.column.Add(w)
		}
	}
	for i, it := range items {
		l.items[i].set(it, it.ID == l.open)
	}
	l.column.Refresh()
	l.Refresh()
}

// Select marks the entry whose page is shown.
func (l *StepList) Select(id string) {
	l.open = id
	for _, w := range l.items {
		w.set(w.item, w.item.ID == id)
	}
}

// item is one entry.
type item struct {
	pressable
	list          *StepList
	item          Item
	picture       *widget.Icon
	title, detail *Text
	ground        *Surface
	selected      bool
}

func newItem(l *StepList, index int) *item {
	w := &item{list: l, title: NewText(""), detail: Small("").As(Wrap, ColorMuted)}
	icon, box := iconAt(nil, 20)
	w.picture = icon
	w.ground = Ground("", Pad(8, 10, 8, 10, TopRow(10, 1, box, Column(1, w.title, w.detail))))
	w.ground.Radius = 8
	w.back, w.forth, w.beside = fyne.KeyUp, fyne.KeyDown, func(by int) fyne.Focusable { return at(l.items, index+by) }
	w.begin(w, w.open, w.show)
	return w
}

func (w *item) set(it Item, selected bool) {
	w.item, w.selected = it, selected
	if it.Icon != nil {
		w.picture.SetResource(theme.NewColoredResource(it.Icon, ColorMuted))
	} else {
		w.picture.SetResource(it.Mark.Icon())
	}
	w.title.Style.Bold = selected
	w.title.SetText(it.Title)
	w.detail.SetText(it.Detail)
	w.detail.Hidden = it.Detail == "" || w.list.compact && !selected
	w.show()
}

func (w *item) show() {
	w.ground.Fill, w.ground.Border = "", ""
	switch {
	case w.selected:
		w.ground.Fill = ColorCard
		w.ground.Border = ColorLine
	case w.hovered:
		w.ground.Fill = theme.ColorNameHover
	}
	if w.focused {
		w.ground.Border = theme.ColorNamePrimary
	}
	w.ground.Refresh()
	canvas.Refresh(w)
}

func (w *item) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(w.ground) }

func (w *item) open() {
	if w.list.OnOpen != nil {
		w.list.OnOpen(w.item.ID)
	}
}
