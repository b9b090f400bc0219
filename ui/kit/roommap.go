package kit

import (
	"cmp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
)

// Cell is a room as a RoomMap draws it.
type Cell struct {
	Key, Name string
	// Building and Floor say where it is, "" for unknown; Level orders floors.
	Building, Floor string
	Level           int
	// Seats is nil when nobody knows.
	Seats *int
	// Flaw says what is wrong with its data, "" for nothing.
	Flaw   string
	Detail string
}

// RoomMap draws buildings as blocks, floors as rows and rooms as cells as wide as
// they have seats. A press chooses a room, one on a floor or a building all of
// its rooms, and dragging all rooms on the way. It draws only what is in sight,
// so that its cost does not grow with the tenant.
type RoomMap struct {
	widget.BaseWidget
	// OnChoose gets the keys whose choice changed; nil when rooms cannot be chosen.
	OnChoose func(keys []string, chosen bool)
	// Hovered gets the cell under the mouse, nil for none.
	Hovered func(*Cell)

	cells  []Cell
	chosen map[string]bool
	lines  []mapLine
	width  float32
	scroll *Scroll
	// drag is what dragging does: it chooses, or takes the choice away; passed
	// are the rooms that it has been over.
	dragging, choosing bool
	passed             map[string]bool
	drawn              *mapRenderer
}

// mapLine is a line of the map: a building's name, or a part of a floor.
type mapLine struct {
	top, height float32
	title       string
	building    bool
	cells       []placed
	// all are the keys that a press on the title chooses.
	all []string
}

type placed struct {
	cell    *Cell
	x, wide float32
}

const (
	mapTitleWide  float32 = 84
	mapCellHigh   float32 = 24
	mapCellGap    float32 = 3
	mapBuilding   float32 = 30
	mapSeatWide   float32 = 1.4
	mapNarrow     float32 = 24
	mapWide       float32 = 86
	mapFloorsHigh         = mapCellHigh + mapCellGap
	// mapLongest is how many letters of a name can fit at all.
	mapLongest = 120
)

// NewRoomMap is an empty map in a scroll of its own.
func NewRoomMap() (*RoomMap, fyne.CanvasObject) {
	m := &RoomMap{chosen: map[string]bool{}}
	m.ExtendBaseWidget(m)
	m.scroll = NewVScroll(m)
	m.scroll.OnScrolled = func(fyne.Position) { m.draw() }
	m.scroll.resized = m.draw
	return m, m.scroll
}

// Set replaces the rooms and the choice.
func (m *RoomMap) Set(cells []Cell, chosen func(key string) bool) {
	m.cells = slices.Clone(cells)
	slices.SortStableFunc(m.cells, func(a, b Cell) int {
		// Rooms of no known building come last.
		return cmp.Or(cmp.Compare(empty(a.Building), empty(b.Building)), strings.Compare(Fold(a.Building), Fold(b.Building)),
			cmp.Compare(b.Level, a.Level), strings.Compare(a.Floor, b.Floor), strings.Compare(Fold(a.Name), Fold(b.Name)), strings.Compare(a.Key, b.Key))
	})
	m.Choice(chosen)
	m.arrange()
}

func empty(s string) int {
	if s == "" {
		return 1
	}
	return 0
}

// Choice shows another choice of the same rooms.
func (m *RoomMap) Choice(chosen func(key string) bool) {
	m.chosen = map[string]bool{}
	for _, c := range m.cells {
		if chosen(c.Key) {
			m.chosen[c.Key] = true
		}
	}
	m.draw()
}

// arrange breaks the floors into lines of the present width.
func (m *RoomMap) arrange() {
	m.lines = nil
	y := float32(0)
	room := max(m.width-mapTitleWide, mapWide)
	for from := 0; from < len(m.cells); {
		building := m.cells[from].Building
		to := from
		for to < len(m.cells) && m.cells[to].Building == building {
			to++
		}
		head := mapLine{top: y, height: mapBuilding, building: true, all: keysOf(m.cells[from:to]),
			title: L("%s (%d rooms)", cmp.Or(problem.Line(building), L("No building")), to-from)}
		m.lines = append(m.lines, head)
		y += mapBuilding
		for from < to {
			floor := from
			for floor < to && m.cells[floor].Level == m.cells[from].Level && m.cells[floor].Floor == m.cells[from].Floor {
				floor++
			}
			line := mapLine{top: y, height: mapFloorsHigh, title: problem.Line(m.cells[from].Floor), all: keysOf(m.cells[from:floor])}
			x := float32(0)
			for i := from; i < floor; i++ {
				wide := seatsWide(m.cells[i].Seats)
				if x > 0 && x+wide > room {
					m.lines = append(m.lines, line)
					y += mapFloorsHigh
					line = mapLine{top: y, height: mapFloorsHigh, all: line.all}
					x = 0
				}
				line.cells = append(line.cells, placed{&m.cells[i], mapTitleWide + x, wide})
				x += wide + mapCellGap
			}
			m.lines = append(m.lines, line)
			y += mapFloorsHigh
			from = floor
		}
		y += Gap
	}
	m.Refresh()
}

func keysOf(cells []Cell) (keys []string) {
	for _, c := range cells {
		keys = append(keys, c.Key)
	}
	return keys
}

func seatsWide(seats *int) float32 {
	if seats == nil || *seats <= 0 {
		return mapNarrow
	}
	return min(mapNarrow+float32(min(*seats, 100))*mapSeatWide, mapWide)
}

// MinSize is as high as all lines.
func (m *RoomMap) MinSize() fyne.Size {
	high := float32(1)
	if n := len(m.lines); n > 0 {
		high = m.lines[n-1].top + m.lines[n-1].height
	}
	return fyne.NewSize(mapTitleWide+mapWide, high)
}

// Resize breaks the lines anew when the width has changed.
func (m *RoomMap) Resize(size fyne.Size) {
	if size.Width != m.width {
		m.width = size.Width
		m.arrange()
	}
	m.BaseWidget.Resize(size)
}

func (m *RoomMap) draw() {
	if m.drawn != nil {
		m.drawn.Refresh()
	}
}

// at is the line and the cell at a place; the cell is nil on a title or between.
func (m *RoomMap) at(p fyne.Position) (line *mapLine, cell *Cell) {
	i := sort.Search(len(m.lines), func(i int) bool { return m.lines[i].top+m.lines[i].height > p.Y })
	if i == len(m.lines) || p.Y < m.lines[i].top {
		return nil, nil
	}
	for _, c := range m.lines[i].cells {
		if p.X >= c.x && p.X < c.x+c.wide {
			return &m.lines[i], c.cell
		}
	}
	return &m.lines[i], nil
}

// Tapped chooses the room, the floor or the building that was pressed, or takes
// the choice away.
func (m *RoomMap) Tapped(e *fyne.PointEvent) {
	line, cell := m.at(e.Position)
	switch {
	case cell != nil:
		m.choose([]string{cell.Key}, !m.chosen[cell.Key])
	case line != nil && (line.building || e.Position.X < mapTitleWide):
		all := !slices.ContainsFunc(line.all, func(k string) bool { return !m.chosen[k] })
		m.choose(line.all, !all)
	}
}

// Dragged chooses the rooms that the mouse is drawn over.
func (m *RoomMap) Dragged(e *fyne.DragEvent) {
	from := e.Position
	if !m.dragging {
		from = e.Position.Subtract(e.Dragged)
		_, cell := m.at(from)
		m.dragging, m.choosing, m.passed = true, cell == nil || !m.chosen[cell.Key], map[string]bool{}
	}
	for _, p := range []fyne.Position{from, e.Position} {
		if _, cell := m.at(p); cell != nil && !m.passed[cell.Key] {
			m.passed[cell.Key] = true
			m.choose([]string{cell.Key}, m.choosing)
		}
	}
}

// DragEnd ends dragging.
func (m *RoomMap) DragEnd() { m.dragging = false }

func (m *RoomMap) choose(keys []string, chosen bool) {
	if m.OnChoose == nil {
		return
	}
	for _, k := range keys {
		if chosen {
			m.chosen[k] = true
		} else {
			delete(m.chosen, k)
		}
	}
	m.draw()
	m.OnChoose(keys, chosen)
}

// MouseIn tells what is under the mouse.
func (m *RoomMap) MouseIn(e *desktop.MouseEvent) { m.MouseMoved(e) }

// MouseMoved tells what is under the mouse.
func (m *RoomMap) MouseMoved(e *desktop.MouseEvent) {
	if m.Hovered != nil {
		_, cell := m.at(e.Position)
		m.Hovered(cell)
	}
}

// MouseOut tells that nothing is under the mouse.
func (m *RoomMap) MouseOut() {
	if m.Hovered != nil {
		m.Hovered(nil)
	}
}

// CreateRenderer is Fyne's.
func (m *RoomMap) CreateRenderer() fyne.WidgetRenderer {
	m.drawn = &mapRenderer{of: m}
	m.drawn.fill()
	return m.drawn
}

// mapRenderer draws the lines that are in sight.
type mapRenderer struct {
	of      *RoomMap
	objects []fyne.CanvasObject
}

func (r *mapRenderer) fill() {
	r.objects = nil
	from, to := r.of.scroll.Offset.Y, r.of.scroll.Offset.Y+r.of.scroll.Size().Height
	first := sort.Search(len(r.of.lines), func(i int) bool { return r.of.lines[i].top+r.of.lines[i].height > from })
	for _, l := range r.of.lines[first:] {
		if l.top > to {
			break
		}
		r.line(l)
	}
}

func (r *mapRenderer) line(l mapLine) {
	if l.title != "" {
		style := fyne.TextStyle{Bold: l.building}
		wide := mapTitleWide - Gap
		if l.building {
			wide = max(r.of.width, mapTitleWide)
		}
		r.text(l.title, ColorMuted, style, fyne.NewPos(0, l.top), fyne.NewSize(wide, l.height-mapCellGap), fyne.TextAlignLeading)
	}
	for _, c := range l.cells {
		fill, ink := theme.ColorNameInputBackground, ColorMuted
		if r.of.chosen[c.cell.Key] {
			fill, ink = theme.ColorNamePrimary, theme.ColorNameForegroundOnPrimary
		}
		box := canvas.NewRectangle(theme.Color(fill))
		box.CornerRadius, box.StrokeWidth, box.StrokeColor = 4, 1, theme.Color(theme.ColorNameInputBorder)
		label := "–"
		if c.cell.Seats != nil && *c.cell.Seats > 0 {
			label = strconv.Itoa(*c.cell.Seats)
		}
		if c.cell.Flaw != "" {
			box.StrokeWidth, box.StrokeColor = 2, theme.Color(theme.ColorNameWarning)
			label = "! " + label
		}
		box.Move(fyne.NewPos(c.x, l.top))
		box.Resize(fyne.NewSize(c.wide, mapCellHigh))
		r.objects = append(r.objects, box)
		r.text(label, ink, fyne.TextStyle{}, fyne.NewPos(c.x, l.top), fyne.NewSize(c.wide, mapCellHigh), fyne.TextAlignCenter)
	}
}

func (r *mapRenderer) text(s string, ink fyne.ThemeColorName, style fyne.TextStyle, at fyne.Position, size fyne.Size, align fyne.TextAlign) {
	r.objects = append(r.objects, smallLine(s, ink, style, at, size, align)...)
}

// smallLine is a line of small text in the middle of a box, cut to its width;
// nothing when not a letter fits.
func smallLine(s string, ink fyne.ThemeColorName, style fyne.TextStyle, at fyne.Position, size fyne.Size, align fyne.TextAlign) []fyne.CanvasObject {
	scale := theme.Size(theme.SizeNameCaptionText)
	if runes := []rune(s); len(runes) > mapLongest {
		s = string(runes[:mapLongest]) + "…"
	}
	for len(s) > 0 && fyne.MeasureText(s, scale, style).Width > size.Width {
		runes := []rune(strings.TrimSuffix(s, "…"))
		s = string(runes[:len(runes)-1]) + "…"
		if len(runes) <= 1 {
			return nil
		}
	}
	t := canvas.NewText(s, theme.Color(ink))
	t.TextSize, t.TextStyle, t.Alignment = scale, style, align
	high := fyne.MeasureText(s, scale, style).Height
	t.Move(at.AddXY(0, (size.Height-high)/2))
	t.Resize(fyne.NewSize(size.Width, high))
	return []fyne.CanvasObject{t}
}

func (r *mapRenderer) Layout(fyne.Size)             { r.fill() }
func (r *mapRenderer) MinSize() fyne.Size           { return r.of.MinSize() }
func (r *mapRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *mapRenderer) Destroy()                     {}

func (r *mapRenderer) Refresh() {
	r.fill()
	canvas.Refresh(r.of)
}
