package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// dayKeys is where the keyboard is on a DayView.
type dayKeys struct {
	row  int
	hour float32
}

// dayStep is how far an arrow key goes, in hours.
const dayStep = 0.5

var _ fyne.Focusable = (*DayView)(nil)

// FocusGained shows where the keyboard is: at first on now, or on the morning.
func (v *DayView) FocusGained() {
	v.focused = true
	if v.keys.hour == 0 && v.keys.row < len(v.rows) {
		v.keys.hour = float32(v.from) + 2
		if now := v.strips[v.rows[v.keys.row].Key].Now; now >= float32(v.from) && now < float32(v.to) {
			v.keys.hour = now
		}
	}
	v.goTo(v.keys.row, v.keys.hour)
}

// TypedKey goes to another row or time of the day.
func (v *DayView) TypedKey(e *fyne.KeyEvent) {
	row, hour := v.keys.row, v.keys.hour
	top, bottom := v.visible()
	screen := max(1, int((bottom-top-dayHeadHigh)/dayRowHigh))
	switch e.Name {
	case fyne.KeyUp:
		row--
	case fyne.KeyDown:
		row++
	case fyne.KeyPageUp:
		row -= screen
	case fyne.KeyPageDown:
		row += screen
	case fyne.KeyHome:
		row = 0
	case fyne.KeyEnd:
		row = len(v.rows) - 1
	case fyne.KeyLeft:
		hour -= dayStep
	case fyne.KeyRight:
		hour += dayStep
	default:
		pass(v, e)
		return
	}
	v.goTo(row, hour)
}

// goTo moves the keyboard, and tells about the place as if the mouse was there.
func (v *DayView) goTo(row int, hour float32) {
	if len(v.rows) == 0 {
		return
	}
	v.keys.row = max(0, min(row, len(v.rows)-1))
	v.keys.hour = max(float32(v.from), min(hour, float32(v.to)-dayStep))
	y := dayHeadHigh + float32(v.keys.row)*dayRowHigh
	v.reveal(y-dayHeadHigh, dayHeadHigh+dayRowHigh)
	if v.Hovered != nil {
		v.Hovered(&v.rows[v.keys.row], v.keys.hour)
	}
	v.draw()
}

// fillKeys draws the ring around the row that has the keyboard, and its time.
func (v *DayView) fillKeys() {
	if !v.focused || v.keys.row >= len(v.rows) {
		return
	}
	y, title := dayHeadHigh+float32(v.keys.row)*dayRowHigh, v.titleWide()
	v.ring(fyne.NewPos(title, y+5), fyne.NewSize(v.wide()-title-3, dayRowHigh-10))
	v.box(fyne.NewPos(v.x(v.keys.hour)-1, y), fyne.NewSize(2, dayRowHigh), 1, theme.ColorNameForeground)
}
