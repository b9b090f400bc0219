package kit

import (
	"fmt"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
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
// and asks for only what is in sight.
type DayView struct {
	widget.BaseWidget
	// InSight gets the keys of the rows in sight whenever they change.
	InSight func(keys []string)
	// Hovered gets the row under the mouse and the time there in hours, nil for
	// none.
	Hovered func(row *DayRow, hour float32)

	from, to int
	rows     []DayRow
	strips   map[string]DayStrip
	seen     []string
	scroll   *Scroll
	drawn    *dayRenderer
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
	v.ExtendBaseWidget(v)
	v.scroll = NewVScroll(v)
	v.scroll.OnScrolled = func(fyne.Position) { v.draw() }
	v.scroll.resized = v.draw
	return v, v.scroll
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

func (v *DayView) draw() {
	if v.drawn == nil {
		return
	}
	v.drawn.Refresh()
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
	top, high := v.scroll.Offset.Y, v.scroll.Size().Height
	first = min(max(int(top/dayRowHigh), 0), len(v.rows))
	last = min(max(int((top+high-dayHeadHigh)/dayRowHigh)+1, first), len(v.rows))
	return first, last
}

func (v *DayView) titleWide() float32 {
	return min(max(v.Size().Width*0.24, dayTitleMin), dayTitleMax)
}

// x is where an hour is.
func (v *DayView) x(hour float32) float32 {
	title := v.titleWide()
	hour = min(max(hour, float32(v.from)), float32(v.to))
	return title + (v.Size().Width-title)*(hour-float32(v.from))/float32(v.to-v.from)
}

// MouseIn tells what is under the mouse.
func (v *DayView) MouseIn(e *desktop.MouseEvent) { v.MouseMoved(e) }

// MouseMoved tells what is under the mouse.
func (v *DayView) MouseMoved(e *desktop.MouseEvent) {
	if v.Hovered == nil {
		return
	}
	i := int((e.Position.Y - dayHeadHigh) / dayRowHigh)
	if e.Position.Y < v.scroll.Offset.Y+dayHeadHigh || i < 0 || i >= len(v.rows) {
		v.Hovered(nil, 0)
		return
	}
	title := v.titleWide()
	v.Hovered(&v.rows[i], float32(v.from)+(e.Position.X-title)/(v.Size().Width-title)*float32(v.to-v.from))
}

// MouseOut tells that nothing is under the mouse.
func (v *DayView) MouseOut() {
	if v.Hovered != nil {
		v.Hovered(nil, 0)
	}
}

// CreateRenderer is Fyne's.
func (v *DayView) CreateRenderer() fyne.WidgetRenderer {
	v.drawn = &dayRenderer{of: v}
	v.drawn.fill()
	return v.drawn
}

// dayRenderer draws the rows that are in sight, and the hours above them.
type dayRenderer struct {
	of      *DayView
	objects []fyne.CanvasObject
}

func (r *dayRenderer) fill() {
	r.objects = nil
	first, last := r.of.inSight()
	for i := first; i < last; i++ {
		r.row(r.of.rows[i], dayHeadHigh+float32(i)*dayRowHigh)
	}
	r.head(r.of.scroll.Offset.Y)
}

func (r *dayRenderer) row(row DayRow, y float32) {
	v := r.of
	title, wide := v.titleWide(), v.Size().Width
	r.objects = append(r.objects, smallLine(row.Name, theme.ColorNameForeground, fyne.TextStyle{}, fyne.NewPos(0, y), fyne.NewSize(title-Gap, dayRowHigh), fyne.TextAlignLeading)...)
	top := y + (dayRowHigh-dayBarHigh)/2
	strip, known := v.strips[row.Key]
	if strip.Note != "" {
		r.objects = append(r.objects, smallLine(strip.Note, theme.ColorNameWarning, fyne.TextStyle{}, fyne.NewPos(title, y), fyne.NewSize(wide-title, dayRowHigh), fyne.TextAlignLeading)...)
		return
	}
	track := r.bar(title, wide, top, theme.ColorNameInputBackground)
	track.StrokeWidth, track.StrokeColor = 1, theme.Color(theme.ColorNameInputBorder)
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
			r.bar(from, to, top, theme.ColorNamePrimary)
		case DayTentative:
			b := r.bar(from, to, top, ColorCard)
			b.StrokeWidth, b.StrokeColor = 2, theme.Color(theme.ColorNamePrimary)
		default:
			r.bar(from, to, top, theme.ColorNameDisabled)
		}
	}
	if strip.Now >= float32(v.from) && strip.Now <= float32(v.to) {
		x := v.x(strip.Now)
		r.bar(x-1, x+1, y, theme.ColorNameError).Resize(fyne.NewSize(2, dayRowHigh))
	}
}

func (r *dayRenderer) bar(from, to, top float32, color fyne.ThemeColorName) *canvas.Rectangle {
	b := canvas.NewRectangle(theme.Color(color))
	b.CornerRadius = min(3, (to-from)/2)
	b.Move(fyne.NewPos(from, top))
	b.Resize(fyne.NewSize(to-from, dayBarHigh))
	r.objects = append(r.objects, b)
	return b
}

// head are the hours, which stay above the rows that are scrolled.
func (r *dayRenderer) head(top float32) {
	v := r.of
	ground := canvas.NewRectangle(theme.Color(ColorCard))
	ground.Move(fyne.NewPos(0, top))
	ground.Resize(fyne.NewSize(v.Size().Width, dayHeadHigh))
	r.objects = append(r.objects, ground)
	hour := v.x(float32(v.from+1)) - v.x(float32(v.from))
	step := 1
	for float32(step)*hour < dayHourMin {
		step++
	}
	for h := v.from; h < v.to; h += step {
		r.objects = append(r.objects, smallLine(fmt.Sprintf("%d:00", h), ColorMuted, fyne.TextStyle{}, fyne.NewPos(v.x(float32(h)), top), fyne.NewSize(float32(step)*hour, dayHeadHigh), fyne.TextAlignLeading)...)
	}
}

func (r *dayRenderer) Layout(fyne.Size)             { r.of.draw() }
func (r *dayRenderer) MinSize() fyne.Size           { return r.of.MinSize() }
func (r *dayRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *dayRenderer) Destroy()                     {}

func (r *dayRenderer) Refresh() {
	r.fill()
	canvas.Refresh(r.of)
}
