package kit

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

func seats(n int) *int { return &n }

// mapped is a map of some rooms in a window.
func mapped(t *testing.T, cells []Cell) (*RoomMap, map[string]bool) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(NewTheme())
	chosen := map[string]bool{}
	m, o := NewRoomMap()
	m.OnChoose = func(keys []string, on bool) {
		for _, k := range keys {
			chosen[k] = on
		}
	}
	m.Add(cells)
	m.Only(func(string) bool { return true })
	w := test.NewTempWindow(t, o)
	w.Resize(fyne.NewSize(700, 300))
	return m, chosen
}

// spot is the middle of a room's cell.
func (m *RoomMap) spot(t *testing.T, key string) fyne.Position {
	t.Helper()
	for _, l := range m.lines {
		for _, c := range l.cells {
			if c.cell.Key == key {
				return fyne.NewPos(c.x+c.wide/2, l.top+l.height/2)
			}
		}
	}
	t.Fatalf("%s is not on the map", key)
	return fyne.Position{}
}

func on(chosen map[string]bool) string {
	var keys []string
	for k, is := range chosen {
		if is {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return strings.Join(keys, " ")
}

func TestAMapChoosesRoomsFloorsAndBuildings(t *testing.T) {
	m, chosen := mapped(t, []Cell{
		{Key: "a", Building: "North", Floor: "1", Level: 1, Seats: seats(4)},
		{Key: "b", Building: "North", Floor: "1", Level: 1, Seats: seats(20)},
		{Key: "c", Building: "North", Floor: "2", Level: 2},
		{Key: "d", Building: "South", Floor: "1", Level: 1, Seats: seats(8)},
		{Key: "e"},
	})
	if !m.lines[0].building || !strings.HasPrefix(m.lines[0].title, "North") || !strings.Contains(m.lines[len(m.lines)-2].title, "No building") {
		t.Fatalf("the blocks are wrong: %+v", m.lines)
	}
	tap := func(p fyne.Position) { m.Tapped(&fyne.PointEvent{Position: p}) }
	tap(m.spot(t, "a"))
	if got := on(chosen); got != "a" {
		t.Fatalf("a press on a room chooses %q", got)
	}
	floor := m.spot(t, "a")
	tap(fyne.NewPos(5, floor.Y))
	if got := on(chosen); got != "a b" {
		t.Fatalf("a press on a floor chooses %q", got)
	}
	tap(fyne.NewPos(5, m.lines[0].top+5))
	if got := on(chosen); got != "a b c" {
		t.Fatalf("a press on a building chooses %q", got)
	}
	tap(fyne.NewPos(5, m.lines[0].top+5))
	if got := on(chosen); got != "" {
		t.Fatalf("a second press leaves %q", got)
	}
	from, to := m.spot(t, "a"), m.spot(t, "b")
	draw := func(p fyne.Position) { m.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: p}}) }
	m.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: to}, Dragged: fyne.NewDelta(to.X-from.X, to.Y-from.Y)})
	if got := on(chosen); got != "a b" {
		t.Fatalf("dragging over a floor chooses %q", got)
	}
	draw(m.spot(t, "d"))
	if got := on(chosen); got != "a b c d" {
		t.Fatalf("dragging over all floors chooses %q", got)
	}
	draw(from)
	m.DragEnd()
	if got := on(chosen); got != "a" {
		t.Fatalf("dragging back leaves %q", got)
	}
	var under *Cell
	m.Hovered = func(c *Cell) { under = c }
	m.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: m.spot(t, "d")}})
	if under == nil || under.Key != "d" {
		t.Errorf("the mouse is over %v", under)
	}
	if wide, narrow := m.lines[2].cells[1].wide, m.lines[2].cells[0].wide; wide <= narrow {
		t.Errorf("20 seats are %v wide, 4 are %v", wide, narrow)
	}
}

// TestBuildingsStandSideBySide as far as the window is wide, and each is pressed for
// itself.
func TestBuildingsStandSideBySide(t *testing.T) {
	m, chosen := mapped(t, []Cell{
		{Key: "a", Building: "North", Floor: "1", Level: 1}, {Key: "b", Building: "South", Floor: "1", Level: 1},
		{Key: "c", Building: "West", Floor: "2", Level: 2}, {Key: "d", Building: "West", Floor: "1", Level: 1},
	})
	if one, two := m.lines[0].title, m.lines[len(m.lines)-3].title; one != "North (1 room)" || two != "West (2 rooms)" {
		t.Errorf("the buildings are called %q and %q", one, two)
	}
	if m.spot(t, "a").Y != m.spot(t, "b").Y || m.spot(t, "a").X >= m.spot(t, "b").X {
		t.Fatal("two buildings do not stand side by side")
	}
	at := func(key string) mapLine {
		i := slices.IndexFunc(m.lines, func(l mapLine) bool { return slices.Equal(l.all, []string{key}) && !l.building })
		return m.lines[i]
	}
	m.Tapped(&fyne.PointEvent{Position: fyne.NewPos(at("b").left+5, at("b").top+5)})
	m.Tapped(&fyne.PointEvent{Position: fyne.NewPos(at("c").left+5, at("c").top+5)})
	if got := on(chosen); got != "b c" {
		t.Errorf("two floors are %q", got)
	}
	m.Resize(fyne.NewSize(200, 300))
	if m.spot(t, "a").Y >= m.spot(t, "b").Y {
		t.Error("a narrow map does not put them below each other")
	}
}

// A floor whose label only some rooms bear is one floor, and two labels are two.
func TestAFloorWithALabel(t *testing.T) {
	cell := func(key, floor string, level int) Cell {
		return Cell{Key: key, Building: "North", Floor: floor, Level: level}
	}
	m, _ := mapped(t, []Cell{
		cell("a", "1", 1), cell("b", "L1", 1), cell("c", "2", 2), cell("d", "East", 3), cell("e", "West", 3), cell("f", "3", 3), cell("g", "", -1),
	})
	var floors []string
	for _, l := range m.lines {
		if !l.building {
			floors = append(floors, l.title+" "+strings.Join(l.all, ""))
		}
	}
	if got := strings.Join(floors, ", "); got != "3 f, East d, West e, 2 c, L1 ab,  g" {
		t.Errorf("%q", got)
	}
}

// TestAMapOfHostileRooms draws what a tenant can hold, each room once.
func TestAMapOfHostileRooms(t *testing.T) {
	cells := []Cell{
		{Key: "bare"}, {Key: "minus", Seats: seats(-1)}, {Key: "huge", Seats: seats(math.MaxInt32), Level: math.MaxInt32, Floor: "2147483647"},
		{Key: "long", Name: strings.Repeat("x", 10_000), Building: strings.Repeat("b", 10_000), Floor: strings.Repeat("f", 10_000)},
		{Key: "turned", Building: "\u202eevil", Name: "e\u0301"}, {Key: "same"}, {Key: "same"},
	}
	m, _ := mapped(t, cells)
	n := 0
	for _, l := range m.lines {
		n += len(l.cells)
		for _, c := range l.cells {
			if c.wide < mapNarrow || c.wide > mapWide {
				t.Errorf("%s is %v wide", c.cell.Key, c.wide)
			}
		}
	}
	if n != len(cells) {
		t.Errorf("%d of %d rooms are on the map", n, len(cells))
	}
	for _, o := range m.objects {
		if text, ok := o.(*canvas.Text); ok && (strings.ContainsRune(text.Text, '\u202e') || text.MinSize().Width > 710) {
			t.Errorf("drawn: %.60q", text.Text)
		}
	}
}

// TestAMapDrawsWhatIsInSight counts what is drawn of 20,000 rooms.
func TestAMapDrawsWhatIsInSight(t *testing.T) {
	var cells []Cell
	for i := range 20_000 {
		cells = append(cells, Cell{Key: fmt.Sprint(i), Building: fmt.Sprint("Building ", i/200), Floor: fmt.Sprint(i / 20 % 10), Level: i / 20 % 10, Seats: seats(i % 30)})
	}
	m, _ := mapped(t, cells)
	if n := len(m.objects); n == 0 || n > 800 {
		t.Errorf("%d objects are drawn", n)
	}
	m.scroll.ScrollToBottom()
	if n := len(m.objects); n == 0 || n > 800 {
		t.Errorf("%d objects are drawn at the end", n)
	}
}
