package kit

import (
	"fmt"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// DayRow is a line of a DayView.
type DayRow struct{ Key, Name string }

// DayStrip is what is known of the day of a row.
type DayStrip struct {
	Marks []DayMark
	// Now is the time of day of the row in hours, negative on another day.
	Now float32
	// Note says why nothing is known, "" when it is.
	Note string
}

// DayMark is a time that is not free, in hours since midnight.
type DayMark struct {
	From, To float32
	Look     DayLook
}

// DayLook is how a DayMark is drawn.
type DayLook int

// The looks of a mark.
const (
	DayBusy DayLook = iota
	DayTentative
	DayUnknown
)

// DayView draws a day as a line for each row, with a line where now is. It draws
// and asks for only what is in sight. The arrow keys go from row to row and through the
// day.
type DayView struct {
	picture
	// InSight gets the keys of the rows in sight whenever they change.
	InSight func(keys []string)
	// Hovered gets the row under the mouse and the time there in hours, nil for
	// none.
	Hovered func(row *DayRow, hour float32)

	from, to int
	rows     []DayRow
	strips   map[string]DayStrip
	seen     []string
	keys     dayKeys
}

const (
	dayRowHigh  float32 = 26
	dayHeadHigh float32 = 22
	dayTitleMin float32 = 96
	dayTitleMax float32 = 230
	dayBarHigh  float32 = 16
	dayHourMin  float32 = 30
)

// NewDayView is an empty view from one hour to another, in a scroll of its own.
func NewDayView(from, to int) (*DayView, fyne.CanvasObject) {
	v := &DayView{from: from, to: to, strips: map[string]DayStrip{}}
	v.paint, v.painted = v.fillRows, v.tellSight
	v.pointed, v.left = v.hover, func() { v.hover(fyne.NewPos(-1, -1)) }
	return v, v.begin(v)
}

// SetRows replaces the rows; what is known of them stays.
func (v *DayView) SetRows(rows []DayRow) {
	v.rows, v.seen = rows, nil
	v.Refresh()
}

// Fill says what is known of the day of some rows.
func (v *DayView) Fill(strips map[string]DayStrip) {
	for key, s := range strips {
		v.strips[key] = s
	}
	v.draw()
}

// Clear forgets what is known of the day, and asks again for what is in sight.
func (v *DayView) Clear() {
	v.strips, v.seen = map[string]DayStrip{}, nil
	v.draw()
}

// MinSize is as high as all rows.
func (v *DayView) MinSize() fyne.Size {
	return fyne.NewSize(dayTitleMin+float32(v.to-v.from)*dayHourMin/2, dayHeadHigh+float32(len(v.rows))*dayRowHigh)
}

// tellSight says which rows are in sight when these have changed.
func (v *DayView) tellSight() {
	first, last := v.inSight()
	var keys []string
	for _, r := range v.rows[first:last] {
		keys = append(keys, r.Key)
	}
	if v.InSight != nil && len(keys) > 0 && v.Visible() && !slices.Equal(keys, v.seen) {
		v.seen = keys
		v.InSight(keys)
	}
}

// inSight are the first row in sight and the one after the last.
func (v *DayView) inSight() (first, last int) {
	top, bottom := v.visible()
	first = min(max(int(top/dayRowHigh), 0), len(v.rows))
	last = min(max(int((bottom-dayHeadHigh)/dayRowHigh)+1, first), len(v.rows))
	return first, last
}

func (v *DayView) titleWide() float32 {
	return min(max(v.wide()*0.24, dayTitleMin), dayTitleMax)
}

// x is where an hour is.
func (v *DayView) x(hour float32) float32 {
	title := v.titleWide()
	hour = min(max(hour, float32(v.from)), float32(v.to))
	return title + (v.wide()-title)*(hour-float32(v.from))/float32(v.to-v.from)
}

// hover tells which row and hour a place is.
func (v *DayView) hover(at fyne.Position) {
	if v.Hovered == nil {
		return
	}
	top, _ := v.visible()
	i := int((at.Y - dayHeadHigh) / dayRowHigh)
	if at.Y < top+dayHeadHigh || i >= len(v.rows) {
		v.Hovered(nil, 0)
		return
	}
	title := v.titleWide()
	v.Hovered(&v.rows[i], float32(v.from)+(at.X-title)/(v.wide()-title)*float32(v.to-v.from))
}

// fillRows draws the rows that are in sight, and the hours above them.
func (v *DayView) fillRows() {
	first, last := v.inSight()
	for i := first; i < last; i++ {
		v.fillRow(v.rows[i], dayHeadHigh+float32(i)*dayRowHigh)
	}
	v.fillKeys()
	top, _ := v.visible()
	v.fillHead(top)
}

func (v *DayView) fillRow(row DayRow, y float32) {
	title, wide := v.titleWide(), v.wide()
	v.line(row.Name, theme.ColorNameForeground, fyne.TextStyle{}, fyne.NewPos(0, y), fyne.NewSize(title-Gap, dayRowHigh), fyne.TextAlignLeading)
	top := y + (dayRowHigh-dayBarHigh)/2
	strip, known := v.strips[row.Key]
	if strip.Note != "" {
		v.line(strip.Note, theme.ColorNameWarning, fyne.TextStyle{}, fyne.NewPos(title, y), fyne.NewSize(wide-title, dayRowHigh), fyne.TextAlignLeading)
		return
	}
	track := v.bar(title, wide, top, theme.ColorNameInputBackground)
	outline(track, 1, theme.ColorNameInputBorder)
	if !known {
		track.FillColor = theme.Color(theme.ColorNameDisabledButton)
		return
	}
	for _, m := range strip.Marks {
		from, to := v.x(m.From)+0.5, v.x(m.To)-0.5
		if to <= from {
			continue
		}
		switch m.Look {
		case DayBusy:
			v.bar(from, to, top, theme.ColorNamePrimary)
		case DayTentative:
			outline(v.bar(from, to, top, ColorCard), 2, theme.ColorNamePrimary)
		default:
			v.bar(from, to, top, theme.ColorNameDisabled)
		}
	}
	if strip.Now >= float32(v.from) && strip.Now <= float32(v.to) {
		v.box(fyne.NewPos(v.x(strip.Now)-1, y), fyne.NewSize(2, dayRowHigh), 1, theme.ColorNameError)
	}
}

func (v *DayView) bar(from, to, top float32, color fyne.ThemeColorName) *canvas.Rectangle {
	return v.box(fyne.NewPos(from, top), fyne.NewSize(to-from, dayBarHigh), min(3, (to-from)/2), color)
}

// fillHead draws the hours, which stay above the rows that are scrolled.
func (v *DayView) fillHead(top float32) {
	v.box(fyne.NewPos(0, top), fyne.NewSize(v.Size().Width, dayHeadHigh), 0, ColorCard)
	hour := v.x(float32(v.from+1)) - v.x(float32(v.from))
	step := 1
	for float32(step)*hour < dayHourMin && step < v.to-v.from {
		step++
	}
	for h := v.from; h < v.to; h += step {
		v.line(fmt.Sprintf("%d:00", h), ColorMuted, fyne.TextStyle{}, fyne.NewPos(v.x(float32(h)), top), fyne.NewSize(float32(step)*hour, dayHeadHigh), fyne.TextAlignLeading)
	}
}
