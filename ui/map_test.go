package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/ui/kit"
)

// TestRoomsAreChosenOnTheMap chooses a building by a press on its name, and finds
// it in the table and in the document.
func TestRoomsAreChosenOnTheMap(t *testing.T) {
	p := simulated(t, newFake(t))
	p.goes(setup.Choose)
	var plan *kit.RoomMap
	for _, o := range test.LaidOutObjects(p.window.Canvas().Content()) {
		if m, ok := o.(*kit.RoomMap); ok {
			plan = m
		}
	}
	if plan == nil {
		t.Fatal("there is no map")
	}
	building := func() { plan.Tapped(&fyne.PointEvent{Position: fyne.NewPos(4, 4)}) }
	p.chooses("All rooms")
	building() // all are handled, and none can be taken away
	p.chooses("Chosen rooms")
	p.sees("3 of 12 chosen")
	building()
	p.sees("12 of 12 chosen")
	p.press("Save the choice")
	if n := len(p.shell.Session().Document().Rooms.Items); n != 12 {
		t.Errorf("%d rooms are stored", n)
	}
}
