package kit

import (
	"cmp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

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
	Flaw string
	// building and name are what it is sorted by.
	building, name string
}

// RoomMap draws buildings as blocks, floors as rows and rooms as cells as wide as
// they have seats. A press chooses a room, one on a floor or a building all of
// its rooms, and dragging all rooms on the way.
type RoomMap struct {
	picture
	// OnChoose gets the keys whose choice changed; nil when rooms cannot be chosen.
	OnChoose func(keys []string, chosen bool)
	// Hovered gets the cell under the mouse, nil for none.
	Hovered func(*Cell)

	// all are the rooms in the order of the map, cells those that are shown.
	all, cells []Cell
	chosen     map[string]bool
	lines      []mapLine
	width      float32
	// drag is what dragging does: it chooses, or takes the choice away; passed
	// are the rooms that it has been over.
	dragging, choosing bool
	passed             map[string]bool
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
)

// NewRoomMap is an empty map in a scroll of its own.
func NewRoomMap() (*RoomMap, fyne.CanvasObject) {
	m := &RoomMap{chosen: map[string]bool{}}
	m.paint = m.fillLines
	m.pointed = func(p fyne.Position) {
		_, cell := m.at(p)
		m.hover(cell)
	}
	m.left = func() { m.hover(nil) }
	return m, m.begin(m)
}

// Clear takes all rooms away.
func (m *RoomMap) Clear() { m.all, m.cells = nil, nil }

// Add takes rooms in their places, and is not cheap: filtering is for Only.
func (m *RoomMap) Add(cells []Cell) {
	fresh := slices.Clone(cells)
	for i := range fresh {
		fresh[i].building, fresh[i].name = Fold(fresh[i].Building), Fold(fresh[i].Name)
	}
	slices.SortStableFunc(fresh, compareCells)
	m.all = merge(m.all, fresh, compareCells)
	m.cells = m.all
}

// compareCells has rooms of no known building last.
func compareCells(a, b Cell) int {
	return cmp.Or(without(a.Building == "")-without(b.Building == ""), strings.Compare(a.building, b.building), strings.Compare(a.Building, b.Building),
		cmp.Compare(b.Level, a.Level), strings.Compare(a.Floor, b.Floor), strings.Compare(a.name, b.name), strings.Compare(a.Key, b.Key))
}

// Only shows the rooms for which keep answers true.
func (m *RoomMap) Only(keep func(key string) bool) {
	m.cells = make([]Cell, 0, len(m.all))
	for _, c := range m.all {
		if keep(c.Key) {
			m.cells = append(m.cells, c)
		}
	}
	m.arrange()
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

func (m *RoomMap) hover(c *Cell) {
	if m.Hovered != nil {
		m.Hovered(c)
	}
}

// fillLines draws the lines that are in sight.
func (m *RoomMap) fillLines() {
	from, to := m.sight()
	first := sort.Search(len(m.lines), func(i int) bool { return m.lines[i].top+m.lines[i].height > from })
	for _, l := range m.lines[first:] {
		if l.top > to {
			break
		}
		m.fillLine(l)
	}
}

func (m *RoomMap) fillLine(l mapLine) {
	if l.title != "" {
		wide := mapTitleWide - Gap
		if l.building {
			wide = max(m.width, mapTitleWide)
		}
		m.line(l.title, ColorMuted, fyne.TextStyle{Bold: l.building}, fyne.NewPos(0, l.top), fyne.NewSize(wide, l.height-mapCellGap), fyne.TextAlignLeading)
	}
	for _, c := range l.cells {
		fill, ink := theme.ColorNameInputBackground, ColorMuted
		if m.chosen[c.cell.Key] {
			fill, ink = theme.ColorNamePrimary, theme.ColorNameForegroundOnPrimary
		}
		at, size := fyne.NewPos(c.x, l.top), fyne.NewSize(c.wide, mapCellHigh)
		box := m.box(at, size, 4, fill)
		outline(box, 1, theme.ColorNameInputBorder)
		label := "–"
		if c.cell.Seats != nil && *c.cell.Seats > 0 {
			label = strconv.Itoa(*c.cell.Seats)
		}
		if c.cell.Flaw != "" {
			outline(box, 2, theme.ColorNameWarning)
			label = "! " + label
		}
		m.line(label, ink, fyne.TextStyle{}, at, size, fyne.TextAlignCenter)
	}
}
