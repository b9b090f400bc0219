package page

import (
	"cmp"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// floorPlan shows the rooms that a table's filter leaves as a map, and chooses in
// the table.
type floorPlan struct {
	table   *kit.DataTable[tenant.Room]
	handles func(tenant.Room) bool
	plan    *kit.RoomMap
	hint    *kit.Text
	// view is what stands above the table: the map, the day or neither.
	view  fyne.CanvasObject
	maps  *fyne.Container
	day   *roomDay
	check *roomCheck
	box   *fyne.Container
	// pressed is whether the view is what the person pressed.
	pressed bool
	// toggles show the views and say which is shown.
	toggles map[fyne.CanvasObject]*kit.Button
	// over is the view above the table.
	over *fyne.Container
	// shown is how many rooms the filter leaves.
	shown int
	byKey map[string]tenant.Room
}

func newFloorPlan(env *Env, table *kit.DataTable[tenant.Room], text *notice, handles func(tenant.Room) bool) *floorPlan {
	f := &floorPlan{table: table, handles: handles, hint: kit.Small("").As(kit.Clip, kit.ColorMuted), toggles: map[fyne.CanvasObject]*kit.Button{}}
	plan, scroll := kit.NewRoomMap()
	f.plan = plan
	f.plan.Hovered = f.hovered
	frame := kit.Ground(kit.ColorCard, kit.Dock(nil, kit.Pad(4, 0, 0, 0, f.hint), nil, nil, scroll))
	frame.Border, frame.Radius, frame.Pad = kit.ColorLine, 8, 10
	f.maps = kit.Pad(0, 0, kit.Gap, 0, frame)
	f.day, f.check = newRoomDay(env), newRoomCheck(env, table, text, f.relayout)
	f.box = container.NewStack(f.maps, f.day.object, f.check.object)
	toggle := func(label string, view fyne.CanvasObject) {
		press := kit.QuietButton(label, nil, func() {
			next := view
			if f.view == view {
				next = nil
			}
			f.open(next)
		})
		f.toggles[view] = press
		table.AddTool(press)
	}
	toggle(kit.L("Map"), f.maps)
	toggle(kit.L("Day"), f.day.object)
	toggle(kit.L("Issues"), f.check.object)
	f.turn(f.maps)
	table.OnTake, table.OnArrange = f.take, f.arrange
	table.OnShow = f.show
	return f
}

// open shows the view that somebody asked for, however little room there is.
func (f *floorPlan) open(view fyne.CanvasObject) {
	f.pressed = true
	f.turn(view)
	f.show()
}

// turn shows one of the views, nil for none.
func (f *floorPlan) turn(view fyne.CanvasObject) {
	f.view = view
	for of, press := range f.toggles {
		press.Press(of == view)
	}
	hide(f.maps, view != f.maps)
	hide(f.box, view == nil)
	f.day.turn(view == f.day.object)
	hide(f.check.object, view != f.check.object)
	if view != f.check.object && f.check.chosen >= 0 {
		f.check.choose(-1)
	}
	f.relayout()
}

// above puts the map above the table.
func (f *floorPlan) above(table fyne.CanvasObject) fyne.CanvasObject {
	f.over = kit.Overview(f.box, table, func() kit.Wants {
		if f.shown == 0 {
			return kit.Wants{}
		}
		wants := kit.Wants{High: f.needs(), Insists: f.pressed, Least: leastView}
		switch repair := f.view == f.check.object && f.check.chosen >= 0; {
		case repair: // which is read to its end
			wants.Whole, wants.Least = true, wants.High
		case f.view == f.day.object: // which is of many rooms
			wants.Whole = true
		}
		return wants
	})
	return f.over
}

// leastView shows three lines of a view with what stands around them.
const leastView float32 = 172

// relayout gives the view the room that it needs now.
func (f *floorPlan) relayout() {
	if f.over != nil {
		f.over.Refresh()
	}
}

// take gets rooms that have come.
func (f *floorPlan) take(rooms []tenant.Room, fresh bool) {
	if fresh {
		f.byKey = map[string]tenant.Room{}
		f.plan.Clear()
	}
	cells := make([]kit.Cell, len(rooms))
	for i, r := range rooms {
		key := strings.ToLower(r.EmailAddress)
		f.byKey[key] = r
		cells[i] = kit.Cell{Key: key, Name: cmp.Or(r.DisplayName, r.EmailAddress), Building: r.Building, Floor: floor(r), Level: value(r.FloorNumber),
			Seats: r.Capacity, Flaw: f.flaw(r)}
	}
	f.plan.Add(cells)
}

// arrange shows the rooms that the filter leaves.
func (f *floorPlan) arrange(rooms []tenant.Room) {
	f.shown = len(rooms)
	defer f.relayout()
	left := make(map[string]bool, len(rooms))
	for _, r := range rooms {
		left[strings.ToLower(r.EmailAddress)] = true
	}
	f.plan.Only(func(key string) bool { return left[key] })
	f.day.arrange(rooms)
}

func (f *floorPlan) chosen(key string) bool { return f.handles(f.byKey[key]) }

// flaw says what is to check about a room, "" for nothing.
func (f *floorPlan) flaw(r tenant.Room) string {
	if f == nil {
		return ""
	}
	return f.check.toCheck(r)
}

// show follows the choice on the page.
func (f *floorPlan) show() {
	if f == nil {
		return
	}
	f.plan.OnChoose = nil
	if f.table.Selectable() {
		f.plan.OnChoose = f.table.Select
	}
	f.plan.Choice(f.chosen)
	f.hovered(nil)
}

func (f *floorPlan) hovered(c *kit.Cell) {
	if c == nil {
		f.hint.SetText(f.usage())
		return
	}
	r := f.byKey[c.Key]
	parts := []string{problem.Line(c.Name), r.EmailAddress}
	if r.Seated() {
		parts = append(parts, kit.Say(words.N(*r.Capacity, "%d seat", "%d seats", *r.Capacity)))
	}
	if c.Flaw != "" {
		parts = append(parts, c.Flaw)
	}
	f.hint.SetText(strings.Join(parts, "  ·  "))
}

// needs is how high what is shown would be as a whole.
func (f *floorPlan) needs() float32 {
	const frame, line = 36, 36 // what stands around a view, and below it
	switch f.view {
	case f.maps:
		return f.plan.MinSize().Height + frame + line
	case f.check.object:
		return f.check.needs() + frame
	}
	return f.day.view.MinSize().Height + frame + line
}

// usage says what the map is for while nothing is pointed at.
func (f *floorPlan) usage() string {
	if f.table.Selectable() {
		return kit.L("Select a room, a floor or a building to choose it, or drag over rooms. Numbers are seats.")
	}
	return kit.L("Point at a room to see its name. Numbers are seats.")
}
