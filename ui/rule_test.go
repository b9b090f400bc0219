package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/ui/kit"
)

// TestRoomsAreChosenByRule types a rule, sees what it matches while it is typed,
// and saves it.
func TestRoomsAreChosenByRule(t *testing.T) {
	p := simulated(t, newFake(t))
	p.goes(setup.Choose)
	p.chooses("By rule")
	p.press("Save the choice")
	p.sees("The rule for the rooms is empty.")
	p.types("Name", "room 00?")
	p.sees("9 rooms match. 7 rooms are new since the last test: room003@contoso.com, room004@contoso.com, room005@contoso.com and 4 more. 1 room is gone since the last test: gone@contoso.com.")
	p.types("Seats from", "many")
	p.press("Save the choice")
	p.sees("it must be a whole number")
	p.types("Seats from", "8")
	p.press("Save the choice")
	p.sees("Saved.")
	rooms := p.shell.Session().Document().Rooms
	if rooms.Mode != connection.ByRule || rooms.Rule.Name != "room 00?" || rooms.Rule.SeatsFrom != 8 {
		t.Errorf("%+v", rooms)
	}
}

// TestAnotherChoiceTakesTheComplaintAway, which was about the one before.
func TestAnotherChoiceTakesTheComplaintAway(t *testing.T) {
	p := simulated(t, newFake(t))
	p.goes(setup.Choose)
	p.chooses("By rule")
	p.press("Save the choice")
	p.sees("The rule for the rooms is empty.")
	p.chooses("All rooms")
	p.missesOut("The rule for the rooms is empty.")
}

// TestAMovedRoomStaysChosen opens the page after a chosen room got another
// address.
func TestAMovedRoomStaysChosen(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	if err := p.shell.Session().Change(t.Context(), connection.Edit(func(c *connection.Connection) {
		c.Rooms = connection.Rooms{Mode: connection.Selected, Items: []string{"Old@contoso.com"}}
	})); err != nil {
		t.Fatal(err)
	}
	b.Relocated = []check.MovedRoom{{From: "Old@contoso.com", To: tenant.Room{EmailAddress: "room002@contoso.com"}}}
	p.goes(setup.Choose)
	p.sees("1 chosen room has a new address: Old@contoso.com is room002@contoso.com now. Save the choice to keep this.")
	p.press("Save the choice")
	if items := p.shell.Session().Document().Rooms.Items; len(items) != 1 || items[0] != "room002@contoso.com" {
		t.Errorf("stored %v", items)
	}
}

// TestDayOfTheRoomsInSight opens the day, which asks only for what is seen and
// tells what is under the mouse.
func TestDayOfTheRoomsInSight(t *testing.T) {
	b := newFake(t)
	b.RoomCount = 800
	p := simulated(t, b)
	p.goes(setup.Choose)
	if len(b.asked) > 0 {
		t.Fatal("the day was read although nobody looked at it")
	}
	p.press("Day")
	var day *kit.DayView
	for _, o := range test.LaidOutObjects(p.window.Canvas().Content()) {
		if d, ok := o.(*kit.DayView); ok {
			day = d
		}
	}
	p.rest()
	if day == nil || len(b.asked) == 0 || b.asked[0] == 0 || b.asked[0] > 40 {
		t.Fatalf("asked for %v", b.asked)
	}
	over := func(row int, hour float32) {
		wide := day.Size().Width - 8 // beside the scroll bar
		title := min(max(wide*0.24, 96), 230)
		day.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(title+(wide-title)*(hour-7)/13, 22+26*float32(row)+10)}})
	}
	over(0, 10.2)
	p.sees("10:00 to 10:30: busy")
	over(0, 12)
	p.sees("12:00: free")
	over(1, 10.2)
	p.sees("10:00 to 10:30: tentative")
	over(2, 10.2)
	p.sees("Microsoft Graph does not say when room003@contoso.com is free.")
	asked := len(b.asked)
	p.press("Day") // hides it
	p.press("Map")
	if strings.Contains(p.reads(), "Today") || len(b.asked) != asked {
		t.Error("the day is still there")
	}
}
