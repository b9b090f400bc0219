package kit

import (
	"cmp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
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
// its rooms, and dragging draws a frame and chooses all rooms in it. The arrow keys go
// from room to room, and Space presses where they are.
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
	shelves    []mapShelf
	width      float32
	drag       mapDrag
	keys       mapKeys
}

// mapLine is a line of the map: a building's name, or a part of a floor.
type mapLine struct {
	left, wide, top, height float32
	title                   string
	building                bool
	cells                   []placed
	// all are the keys that a press on the title chooses.
	all []string
}

// mapShelf are buildings side by side: the lines from one to before another.
type mapShelf struct {
	top, height, right float32
	from, to           int
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
	mapLetter     float32 = 8
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

// arrange stands the buildings side by side as far as the present width goes.
func (m *RoomMap) arrange() {
	m.lines, m.shelves = nil, nil
	m.keys.line, m.keys.cell = 0, mapTitle
	for from := 0; from < len(m.cells); {
		to := from
		for to < len(m.cells) && m.cells[to].Building == m.cells[from].Building {
			to++
		}
		m.put(m.block(m.cells[from:to]))
		from = to
	}
	m.Refresh()
}

// floorOf is where the floor ends on which a room is, and its name. Rooms without the
// floor's label are on it with those that have it, if their level has only one.
func floorOf(cells []Cell, from int) (end int, name string) {
	level, plain, labels := cells[from].Level, cells[from].Floor, 0
	for end = from; end < len(cells) && cells[end].Level == level; end++ {
		if cells[end].Floor != plain && (labels == 0 || cells[end].Floor != name) {
			name, labels = cells[end].Floor, labels+1
		}
	}
	if labels == 1 && plain == strconv.Itoa(level) {
		return end, name
	}
	for end = from; end < len(cells) && cells[end].Level == level && cells[end].Floor == plain; {
		end++
	}
	return end, plain
}

// block are the lines of one building, as if it were the only one: its floors, broken
// at the present width.
func (m *RoomMap) block(cells []Cell) (lines []mapLine, wide float32) {
	title := Say(words.N(len(cells), "%s (%d room)", "%s (%d rooms)", cmp.Or(problem.Line(cells[0].Building), L("No building")), len(cells)))
	lines = []mapLine{{height: mapBuilding, building: true, all: keysOf(cells), title: title}}
	wide = min(mapLetter*float32(utf8.RuneCountInString(title)), m.width)
	room, y := max(m.width-mapTitleWide, mapWide), mapBuilding
	for from := 0; from < len(cells); {
		floor, name := floorOf(cells, from)
		line := mapLine{top: y, height: mapFloorsHigh, title: problem.Line(name), all: keysOf(cells[from:floor])}
		x := float32(0)
		for i := from; i < floor; i++ {
			seats := seatsWide(cells[i].Seats)
			if x > 0 && x+seats > room {
				lines = append(lines, line)
				y += mapFloorsHigh
				line = mapLine{top: y, height: mapFloorsHigh, all: line.all}
				x = 0
			}
			line.cells = append(line.cells, placed{&cells[i], mapTitleWide + x, seats})
			wide = max(wide, mapTitleWide+x+seats)
			x += seats + mapCellGap
		}
		lines = append(lines, line)
		y += mapFloorsHigh
		from = floor
	}
	return lines, wide
}

// put stands a building beside the one before, or begins another shelf.
func (m *RoomMap) put(lines []mapLine, wide float32) {
	n := len(m.shelves)
	if n == 0 || m.shelves[n-1].right+wide > m.width {
		next := mapShelf{from: len(m.lines)}
		if n > 0 {
			next.top = m.shelves[n-1].top + m.shelves[n-1].height + Gap
		}
		m.shelves = append(m.shelves, next)
		n++
	}
	shelf := &m.shelves[n-1]
	for _, l := range lines {
		l.left, l.wide, l.top = shelf.right, wide, shelf.top+l.top
		for i := range l.cells {
			l.cells[i].x += l.left
		}
		shelf.height = max(shelf.height, l.top+l.height-shelf.top)
		m.lines = append(m.lines, l)
	}
	shelf.right += wide + GapBlocks
	shelf.to = len(m.lines)
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
	if n := len(m.shelves); n > 0 {
		high = m.shelves[n-1].top + m.shelves[n-1].height
	}
	return fyne.NewSize(mapTitleWide+mapWide, high)
}

// Resize breaks the lines anew when the width has changed.
func (m *RoomMap) Resize(size fyne.Size) {
	if wide := max(0, size.Width-besideBar); wide != m.width {
		m.width = wide
		m.arrange()
	}
	m.BaseWidget.Resize(size)
}

// at is the line and the cell at a place; the cell is nil on a title or between.
func (m *RoomMap) at(p fyne.Position) (line *mapLine, cell *Cell) {
	i := m.shelfBelow(p.Y)
	if i == len(m.shelves) {
		return nil, nil
	}
	lines := m.lines[m.shelves[i].from:m.shelves[i].to]
	j := slices.IndexFunc(lines, func(l mapLine) bool {
		return p.Y >= l.top && p.Y < l.top+l.height && p.X >= l.left && p.X < l.left+l.wide
	})
	if j < 0 {
		return nil, nil
	}
	for _, c := range lines[j].cells {
		if p.X >= c.x && p.X < c.x+c.wide {
			return &lines[j], c.cell
		}
	}
	return &lines[j], nil
}

// shelfBelow is the first shelf that ends below a height.
func (m *RoomMap) shelfBelow(y float32) int {
	return sort.Search(len(m.shelves), func(i int) bool { return m.shelves[i].top+m.shelves[i].height > y })
}

// Tapped chooses the room, the floor or the building that was pressed, or takes
// the choice away.
func (m *RoomMap) Tapped(e *fyne.PointEvent) {
	line, cell := m.at(e.Position)
	if cell != nil || line != nil && (line.building || e.Position.X < line.left+mapTitleWide) {
		m.press(line, cell)
	}
}

// press chooses a room, or without one all rooms of a line, or takes the choice away.
func (m *RoomMap) press(line *mapLine, cell *Cell) {
	keys := line.all
	if cell != nil {
		keys = []string{cell.Key}
	}
	m.choose(keys, slices.ContainsFunc(keys, func(k string) bool { return !m.chosen[k] }))
}

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
	from, to := m.visible()
	for _, shelf := range m.shelves[m.shelfBelow(from):] {
		if shelf.top > to {
			break
		}
		for _, l := range m.lines[shelf.from:shelf.to] {
			if l.top <= to && l.top+l.height > from {
				m.fillLine(l)
			}
		}
	}
	m.fillDrag()
	m.fillKeys()
}

func (m *RoomMap) fillLine(l mapLine) {
	if l.title != "" {
		wide := mapTitleWide - Gap
		if l.building {
			wide = max(l.wide, mapTitleWide)
		}
		m.line(l.title, ColorMuted, fyne.TextStyle{Bold: l.building}, fyne.NewPos(l.left, l.top), fyne.NewSize(wide, l.height-mapCellGap), fyne.TextAlignLeading)
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
