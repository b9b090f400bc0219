package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// pressable is what a widget embeds that is pressed as a whole, by pointer or
// keyboard. It shows where they are by painting itself.
type pressable struct {
	widget.BaseWidget
	// self is the widget.
	self         fyne.Widget
	press, paint func()
	// back and forth are the keys that move the keyboard to another in its list,
	// beside the one that lies so far away; nil for none.
	back, forth      fyne.KeyName
	beside           func(by int) fyne.Focusable
	hovered, focused bool
}

var (
	_ fyne.Focusable    = (*pressable)(nil)
	_ fyne.Tappable     = (*pressable)(nil)
	_ desktop.Hoverable = (*pressable)(nil)
)

func (p *pressable) begin(self fyne.Widget, press, paint func()) {
	p.self, p.press, p.paint = self, press, paint
	p.ExtendBaseWidget(self)
}

// at gives one of a list, nil for an index that it does not have.
func at[W fyne.Focusable](list []W, index int) fyne.Focusable {
	if index < 0 || index >= len(list) {
		return nil
	}
	return list[index]
}

// Tapped presses it.
func (p *pressable) Tapped(*fyne.PointEvent) { p.press() }

// MouseIn, MouseMoved and MouseOut are Fyne's.
func (p *pressable) MouseIn(*desktop.MouseEvent)    { p.hovered = true; p.paint() }
func (p *pressable) MouseMoved(*desktop.MouseEvent) {}
func (p *pressable) MouseOut()                      { p.hovered = false; p.paint() }

// FocusGained scrolls the page to it.
func (p *pressable) FocusGained() { p.focused = true; p.paint(); InSight(p.self) }

// FocusLost and TypedRune are Fyne's.
func (p *pressable) FocusLost()     { p.focused = false; p.paint() }
func (p *pressable) TypedRune(rune) {}

// TypedKey presses it or moves to another; what it has no use for is the page's.
func (p *pressable) TypedKey(e *fyne.KeyEvent) {
	switch {
	case e.Name == fyne.KeySpace, e.Name == fyne.KeyReturn, e.Name == fyne.KeyEnter:
		p.press()
	case p.beside != nil && e.Name == p.forth:
		p.focus(1)
	case p.beside != nil && e.Name == p.back:
		p.focus(-1)
	default:
		pass(p.self, e)
	}
}

func (p *pressable) focus(by int) {
	if c, to := canvasOf(p.self), p.beside(by); c != nil && to != nil {
		c.Focus(to)
	}
}
