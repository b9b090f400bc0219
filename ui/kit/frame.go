package kit

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Frame is a page: title and lead at the top, the body, and the actions at the
// bottom right with the primary one last.
type Frame struct {
	Object fyne.CanvasObject
	lead   *Text
	scroll *Scroll
	bar    *fyne.Container
	foot   *fyne.Container
	aside  *fyne.Container
	spots  map[string]spot
}

// spot is what Reveal shows; open makes it visible first.
type spot struct {
	object fyne.CanvasObject
	open   func()
}

const (
	pageTop  float32 = 28
	pageSide float32 = 36
)

// NewFrame is a page whose body scrolls at a readable width.
func NewFrame(title, lead string, body fyne.CanvasObject) *Frame {
	f := &Frame{lead: Muted(lead)}
	head := Column(6, Title(title), f.lead)
	f.scroll = NewVScroll(Pad(pageTop, pageSide, GapBlocks, pageSide, Readable(Column(GapBlocks, head, body))))
	f.assemble(nil, f.scroll, Readable)
	return f
}

// NewWideFrame is a page whose body fills what is left, for tables and code, and
// scrolls where that is less than it needs.
func NewWideFrame(title, lead string, body fyne.CanvasObject) *Frame {
	f := &Frame{lead: Muted(lead)}
	head := Pad(0, pageSide, 0, pageSide, Readable(Column(6, Title(title), f.lead)))
	f.scroll = NewVScroll(Pad(0, pageSide, GapWide, pageSide, body))
	f.assemble(head, f.scroll, func(o fyne.CanvasObject) *fyne.Container { return container.NewStack(o) })
	f.Object.(*fyne.Container).Layout = wideLayout{f.lead}
	return f
}

// lowPage is the height under which a wide page leaves out its lead, and how far
// its title keeps away then: the table needs the room more.
const (
	lowPage float32 = 680
	lowGap  float32 = 12
)

// wideLayout is frameLayout with a head that is smaller on a low page.
type wideLayout struct{ lead *Text }

func (l wideLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	gaps := pad{pageTop, pageSide, GapWide, pageSide}
	if l.lead.Hidden = size.Height < lowPage; l.lead.Hidden {
		gaps.top, gaps.bottom = lowGap, lowGap
	}
	objects[0].(*fyne.Container).Layout = gaps
	frameLayout{}.Layout(objects, size)
}

func (l wideLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return frameLayout{}.MinSize(objects)
}

// assemble puts the page together; across gives the actions the width of the body,
// so that they stand under it.
func (f *Frame) assemble(head, body fyne.CanvasObject, across func(fyne.CanvasObject) *fyne.Container) {
	f.aside = Column(0)
	f.bar = Row(Gap, 0, f.aside)
	f.foot = Column(0, Ground(theme.ColorNameBackground, Column(0, Rule(), Pad(10, pageSide, 10, pageSide, across(f.bar)))))
	f.foot.Hide()
	f.Object = container.New(frameLayout{}, nonNil(head), body, f.foot)
}

func nonNil(o fyne.CanvasObject) fyne.CanvasObject {
	if o == nil {
		return Column(0)
	}
	return o
}

// frameLayout is head, stretching body, foot, with heights asked at the width.
type frameLayout struct{}

func (frameLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	head, body, foot := objects[0], objects[1], objects[2]
	top, bottom := fit(head, size.Width), float32(0)
	head.Move(fyne.Position{})
	if foot.Visible() {
		bottom = fit(foot, size.Width)
		foot.Move(fyne.NewPos(0, size.Height-bottom))
	}
	body.Move(fyne.NewPos(0, top))
	body.Resize(within(size, 0, top+bottom))
}

func (frameLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var min fyne.Size
	for _, o := range objects {
		m := o.MinSize()
		min.Width = fyne.Max(min.Width, m.Width)
		if o.Visible() {
			min.Height += m.Height
		}
	}
	return min
}

// Actions sets the buttons at the foot, the primary one last.
func (f *Frame) Actions(buttons ...*Button) {
	f.bar.Objects = []fyne.CanvasObject{f.aside}
	for _, b := range buttons {
		if b != nil {
			f.bar.Add(b)
		}
	}
	f.foot.Hidden = len(f.bar.Objects) == 1
	f.Object.Refresh()
}

// Aside puts an object left of the actions, nil nothing: there it comes and goes
// without moving what is on the page.
func (f *Frame) Aside(o fyne.CanvasObject) {
	f.aside.Objects = nil
	if o != nil {
		f.aside.Add(o)
	}
}

// Primary is the page's main action, or the answer of a question on it; nil when
// it has none.
func (f *Frame) Primary() (main *Button) {
	if n := len(f.bar.Objects); n > 1 {
		return f.bar.Objects[n-1].(*Button)
	}
	walk(f.Object, func(o fyne.CanvasObject) bool {
		if b, ok := o.(*Button); ok && b.Importance == widget.HighImportance {
			main = b
		}
		return main == nil
	})
	return main
}

// Spot names an object of the page, so that Reveal finds it; open, which may be
// nil, makes it visible where it stands behind a tab or a fold.
func (f *Frame) Spot(name string, object fyne.CanvasObject, open func()) {
	if f.spots == nil {
		f.spots = map[string]spot{}
	}
	f.spots[name] = spot{object, open}
}

// Shows reports whether a named object stands on the page, once what it is folded
// into was opened.
func (f *Frame) Shows(name string) bool {
	s, ok := f.spots[name]
	if !ok {
		return false
	}
	if s.open != nil {
		s.open()
	}
	part, filled := s.object.(*fyne.Container)
	return (!filled || len(part.Objects) > 0) && stands(f.Object, s.object)
}

// stands reports whether an object is a part of another that nothing hides.
func stands(whole, wanted fyne.CanvasObject) bool {
	if whole == nil || !whole.Visible() {
		return false
	}
	if whole == wanted {
		return true
	}
	return slices.ContainsFunc(partsOf(whole), func(part fyne.CanvasObject) bool { return stands(part, wanted) })
}

// partsOf are the objects that an object is made of, as far as Roomkey puts them
// together.
func partsOf(whole fyne.CanvasObject) []fyne.CanvasObject {
	switch o := whole.(type) {
	case *fyne.Container:
		return o.Objects
	case *Scroll:
		return []fyne.CanvasObject{o.Content}
	case *container.Scroll:
		return []fyne.CanvasObject{o.Content}
	case *container.Split:
		return []fyne.CanvasObject{o.Leading, o.Trailing}
	case *container.ThemeOverride:
		return []fyne.CanvasObject{o.Content}
	case *Surface:
		return []fyne.CanvasObject{o.Content}
	}
	return nil
}

// Reveal scrolls to a named object and gives it the keyboard; false when the
// page does not show it now, or has not been drawn yet: only what has been drawn
// has a place in the window.
func (f *Frame) Reveal(name string) bool {
	if !f.Shows(name) {
		return false
	}
	s := f.spots[name]
	canvas := canvasOf(s.object)
	if canvas == nil {
		return false
	}
	f.ToSee(s.object)
	if target := focusable(s.object); target != nil {
		canvas.Focus(target)
	}
	return true
}

// ToSee scrolls a readable page as far as an object of it, unless that is in sight.
func (f *Frame) ToSee(o fyne.CanvasObject) {
	if f.scroll == nil || canvasOf(o) == nil {
		return
	}
	at := position(o).Y - position(f.scroll.Content).Y
	if top := f.scroll.Offset.Y; at < top || at+o.Size().Height > top+f.scroll.Size().Height {
		f.scroll.ScrollToOffset(fyne.NewPos(0, max(0, at-GapBlocks)))
	}
}

// ToWrong scrolls to the first field that says what is wrong with it.
func (f *Frame) ToWrong() {
	walk(f.Object, func(o fyne.CanvasObject) bool {
		field, ok := o.(*Field)
		if ok = ok && field.Wrong() != ""; ok {
			f.ToSee(field)
		}
		return !ok
	})
}

// focusable is what of an object takes the keyboard, nil for nothing.
func focusable(o fyne.CanvasObject) fyne.Focusable {
	switch o := o.(type) {
	case interface{ Input() fyne.Focusable }:
		return o.Input()
	case fyne.Focusable:
		return o
	}
	return nil
}

// Turn scrolls the page as a key asks for; false for another key, and for a page
// that does not scroll.
func (f *Frame) Turn(key fyne.KeyName) bool { return f.scroll != nil && f.scroll.Turn(key) }

// ToTop scrolls a readable page to its beginning.
func (f *Frame) ToTop() {
	if f.scroll != nil {
		f.scroll.ScrollToTop()
	}
}

// ToEnd scrolls a readable page to its end.
func (f *Frame) ToEnd() {
	if f.scroll != nil {
		f.scroll.ScrollToBottom()
	}
}

// Tabs are views of one page; unlike Fyne's they can be reached by keyboard.
type Tabs struct {
	Object  fyne.CanvasObject
	OnOpen  func(index int)
	buttons []*Button
	views   []fyne.CanvasObject
	stack   *fyne.Container
	open    int
}

// NewTabs shows the first view.
func NewTabs(titles []string, views []fyne.CanvasObject) *Tabs {
	t := &Tabs{views: views, stack: container.NewStack(views...)}
	line := Row(GapTight, -1)
	for i, title := range titles {
		b := NewButton(title, func() { t.Open(i) })
		t.buttons = append(t.buttons, b)
		line.Add(b)
	}
	t.Object = container.New(frameLayout{}, Pad(0, 0, 12, 0, line), t.stack, Column(0))
	t.Open(0)
	return t
}

// Open shows a view.
func (t *Tabs) Open(index int) {
	t.open = index
	for i, b := range t.buttons {
		b.Press(i == index)
		t.views[i].Hide()
		if i == index {
			t.views[i].Show()
		}
	}
	t.Object.Refresh()
	if t.OnOpen != nil {
		t.OnOpen(index)
	}
}

// Current is the index of the view that is shown.
func (t *Tabs) Current() int { return t.open }

// SetTitle renames a tab, for instance with a count.
func (t *Tabs) SetTitle(index int, title string) { t.buttons[index].SetText(title) }
