package kit

import (
	"cmp"
	"runtime"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Button is Fyne's with the keyboard of other applications: Enter presses it,
// pressing it with the mouse leaves the keyboard there, and a page scrolls to it.
type Button struct {
	widget.Button
	// self is what stands on the page: the button, or what it is part of.
	self interface {
		fyne.CanvasObject
		fyne.Focusable
	}
	focused bool
}

// NewButton is a button with a label.
func NewButton(label string, tapped func()) *Button {
	return NewButtonWithIcon(label, nil, tapped)
}

// NewButtonWithIcon is a button with a label, which may be empty, and an icon.
func NewButtonWithIcon(label string, icon fyne.Resource, tapped func()) *Button {
	b := &Button{}
	b.self, b.Text, b.Icon, b.OnTapped = b, label, icon, tapped
	b.ExtendBaseWidget(b)
	return b
}

// Tapped presses the button; without an event, so not by mouse or key, the
// keyboard is given up, so that the next key does not press it again.
func (b *Button) Tapped(event *fyne.PointEvent) {
	c, tapped := canvasOf(b.self), b.OnTapped
	if event == nil || c == nil || tapped == nil || b.Disabled() {
		b.Button.Tapped(event)
		return
	}
	b.OnTapped = func() {
		b.OnTapped = tapped
		c.Focus(b.self) // Fyne has just taken it away
		tapped()
	}
	b.Button.Tapped(event)
}

// CreateRenderer is Fyne's with a ring around the button that has the keyboard.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	gap := float32(2)
	if b.Importance == widget.HighImportance { // which has the ring's colour
		gap = 4
	}
	return ringed(b.Button.CreateRenderer(), gap, func() bool { return b.focused })
}

// Press shows a button of several as the one that is in.
func (b *Button) Press(in bool) {
	b.Importance = widget.LowImportance
	if in {
		b.Importance = widget.MediumImportance
	}
	b.Refresh()
}

// FocusGained scrolls the page to the button. The ring says where the keyboard is:
// Fyne's shade would look like a button that is disabled.
func (b *Button) FocusGained() {
	b.focused = true
	b.Refresh()
	InSight(b.self)
}

// FocusLost takes the ring away.
func (b *Button) FocusLost() {
	b.focused = false
	b.Refresh()
}

// TypedKey presses the button at Enter as at the space bar.
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		b.Tapped(&fyne.PointEvent{})
	default:
		pass(b.self, e)
	}
}

// Check is Fyne's; the keys that it has no use for are the page's.
type Check struct {
	widget.Check
	focused bool
}

// NewCheck is a yes or no with a label.
func NewCheck(label string, changed func(bool)) *Check {
	c := &Check{}
	c.Text, c.OnChanged = label, changed
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer is Fyne's with a ring around the check that has the keyboard.
func (c *Check) CreateRenderer() fyne.WidgetRenderer {
	return ringed(c.Check.CreateRenderer(), 0, func() bool { return c.focused })
}

// FocusGained scrolls the page to the check.
func (c *Check) FocusGained() {
	c.focused = true
	c.Refresh()
	InSight(c)
}

// FocusLost takes the ring away.
func (c *Check) FocusLost() {
	c.focused = false
	c.Refresh()
}

// TypedKey leaves all keys to the page: the space bar comes as a rune.
func (c *Check) TypedKey(e *fyne.KeyEvent) {
	if e.Name != fyne.KeySpace {
		pass(c, e)
	}
}

// pass gives a key that a widget has no use for to the window.
func pass(from fyne.CanvasObject, e *fyne.KeyEvent) {
	if c := canvasOf(from); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(e)
	}
}

// canvasOf is the canvas that an object is on, nil for none.
func canvasOf(o fyne.CanvasObject) fyne.Canvas { return fyne.CurrentApp().Driver().CanvasForObject(o) }

// Scroll is Fyne's with a wheel as fast as in other applications.
type Scroll struct {
	container.Scroll
	// resized is called when there is more or less room, nil for nothing.
	resized func()
}

// NewVScroll lets its content be taller than the room for it.
func NewVScroll(content fyne.CanvasObject) *Scroll {
	s := &Scroll{}
	s.Direction, s.Content = container.ScrollVerticalOnly, content
	s.ExtendBaseWidget(s)
	return s
}

// Resize gives the content another room.
func (s *Scroll) Resize(size fyne.Size) {
	s.Scroll.Resize(size)
	if s.resized != nil {
		s.resized()
	}
}

// Scrolled moves the content.
func (s *Scroll) Scrolled(e *fyne.ScrollEvent) { s.Scroll.Scrolled(faster(e)) }

// Page moves the content by parts of what is seen: 1 is a screenful down.
func (s *Scroll) Page(parts float32) {
	s.Scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -parts*s.Size().Height)})
}

// Turn moves the content as a key asks for; false for another key.
func (s *Scroll) Turn(key fyne.KeyName) bool {
	switch key {
	case fyne.KeyPageDown:
		s.Page(0.9)
	case fyne.KeyPageUp:
		s.Page(-0.9)
	case fyne.KeyDown:
		s.Page(0.1)
	case fyne.KeyUp:
		s.Page(-0.1)
	case fyne.KeyHome:
		s.ScrollToTop()
	case fyne.KeyEnd:
		s.ScrollToBottom()
	default:
		return false
	}
	return true
}

// notch is how far Fyne scrolls at a notch of the wheel, and how far other
// applications do. macOS says itself how far.
const (
	notchOfFyne float32 = 25
	notch       float32 = 80
)

func faster(e *fyne.ScrollEvent) *fyne.ScrollEvent {
	if runtime.GOOS == "darwin" {
		return e
	}
	quick := *e
	quick.Scrolled = fyne.NewDelta(e.Scrolled.DX*notch/notchOfFyne, e.Scrolled.DY*notch/notchOfFyne)
	return &quick
}

// wheel lies over an object that would swallow the wheel, and gives it to
// another. It takes nothing else.
type wheel struct {
	widget.BaseWidget
	turned func(e *fyne.ScrollEvent)
	// fits is whether the wheel is its own to take; nil for always.
	fits func() bool
}

func overWheel(under fyne.CanvasObject, turned func(self fyne.CanvasObject, e *fyne.ScrollEvent)) *fyne.Container {
	w := &wheel{}
	w.turned = func(e *fyne.ScrollEvent) { turned(w, e) }
	w.ExtendBaseWidget(w)
	return container.NewStack(under, w)
}

func (w *wheel) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}

// Visible leaves the wheel to what is under it where that has to turn itself.
func (w *wheel) Visible() bool { return w.BaseWidget.Visible() && (w.fits == nil || w.fits()) }

func (w *wheel) Scrolled(e *fyne.ScrollEvent) { w.turned(e) }

// turnPage scrolls what an object lies in.
func turnPage(self fyne.CanvasObject, e *fyne.ScrollEvent) {
	if s := scrollAround(self); s != nil {
		s.Scrolled(e)
	}
}

// InSight scrolls what an object lies in until the object is seen whole, or from its
// beginning when it is too high for that.
func InSight(o fyne.CanvasObject) {
	s := scrollAround(o)
	if s == nil {
		return
	}
	top := position(o).Y - position(s.Content).Y
	bottom := top + o.Size().Height + GapWide
	switch {
	case top-GapWide < s.Offset.Y:
		s.ScrollToOffset(fyne.NewPos(0, max(0, top-GapBlocks)))
	case bottom > s.Offset.Y+s.Size().Height:
		s.ScrollToOffset(fyne.NewPos(0, max(0, min(bottom-s.Size().Height, top-GapBlocks))))
	}
}

func position(o fyne.CanvasObject) fyne.Position {
	return fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
}

// scrollAround is the innermost Scroll whose content an object lies in, nil for
// none. Fyne's objects do not know what they lie in; where a widget hides it, what
// lies under its place has to do.
func scrollAround(o fyne.CanvasObject) (found *Scroll) {
	c := canvasOf(o)
	if c == nil {
		return nil
	}
	at := position(o)
	var look func(part fyne.CanvasObject, in *Scroll) bool
	look = func(part fyne.CanvasObject, in *Scroll) bool {
		if part == nil || !part.Visible() {
			return false
		}
		if part == o {
			found = in
			return true
		}
		if s, is := part.(*Scroll); is {
			in = s
			if from, size := position(s.Content), s.Content.Size(); at.X >= from.X && at.Y >= from.Y && at.X < from.X+size.Width && at.Y < from.Y+size.Height {
				found = s
			}
		}
		return slices.ContainsFunc(partsOf(part), func(part fyne.CanvasObject) bool { return look(part, in) })
	}
	look(c.Content(), nil)
	return found
}

// FirstInput is where a person begins to type on a page: the first field that must not
// be empty and is, else the first field or the filter of a table; nil for none.
func FirstInput(o fyne.CanvasObject) (first fyne.Focusable) {
	var filtered fyne.Focusable
	walk(o, func(o fyne.CanvasObject) bool {
		switch o := o.(type) {
		case *Field:
			if o.file == nil && (first == nil || o.lacks()) {
				first = o.Input()
			}
			return !o.lacks()
		case *SecretField:
			if in := o.Input(); in != nil {
				first = in
				return false
			}
		case *filter:
			filtered = cmp.Or[fyne.Focusable](filtered, o)
		}
		return true
	})
	return cmp.Or(first, filtered)
}

// walk visits what is visible in an object until visit answers false.
func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject) bool) bool {
	if o == nil || !o.Visible() {
		return true
	}
	if !visit(o) {
		return false
	}
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			if !walk(child, visit) {
				return false
			}
		}
	case *Scroll:
		return walk(o.Content, visit)
	case *Surface:
		return walk(o.Content, visit)
	case *container.ThemeOverride:
		return walk(o.Content, visit)
	case *ConfirmCard:
		return walk(o.Content, visit)
	}
	return true
}
