package ui

import (
	"math"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/uitest"
)

// oddRooms are what tenants hold, and nobody has thought of.
func oddRooms() []tenant.Room {
	minus, top := -1, math.MaxInt32
	return []tenant.Room{
		{EmailAddress: "only@contoso.com"},
		{ID: "1", EmailAddress: "minus@contoso.com", DisplayName: "Minus", Capacity: &minus},
		{ID: "2", EmailAddress: "top@contoso.com", DisplayName: "Top", FloorNumber: &top},
		{ID: "3", EmailAddress: "long@contoso.com", DisplayName: strings.Repeat("long ", 2000)},
		{ID: "4", EmailAddress: "rtl@contoso.com", DisplayName: "\u202Eמועצה\u2066"},
		{ID: "5", EmailAddress: "marks@contoso.com", DisplayName: "Z" + strings.Repeat("\u0335\u0301", 400) + "o"},
		{ID: "6", EmailAddress: "twice@contoso.com", DisplayName: "Twice"},
		{ID: "changed", EmailAddress: "Twice@contoso.com", DisplayName: "Twice"},
	}
}

// TestOddRooms: they are drawn harmlessly at each size, found, and counted by
// their mailboxes.
func TestOddRooms(t *testing.T) {
	b := newFake(t)
	b.Odd, b.RoomCount = oddRooms(), 0
	p := simulated(t, b)
	p.goes(setup.Choose)
	for _, size := range []fyne.Size{fyne.NewSize(1280, 800), fyne.NewSize(960, 540)} {
		p.window.Resize(size)
		p.window.Canvas().Capture()
		markup := test.RenderToMarkup(p.window.Canvas())
		for _, bad := range []string{"\u202E", "\u2066", strings.Repeat("long ", 200)} {
			if strings.Contains(markup, bad) {
				t.Errorf("at %v, %.20q reached the screen", size, bad)
			}
		}
	}
	p.sees("2147483647")
	p.sees("Listed twice")
	p.sees("No room has a building.")
	p.window.Resize(fyne.NewSize(1280, 800)) // in the low window the rows are in its place
	plan, _ := uitest.Find(p.shell.Object(), func(*kit.RoomMap) bool { return true })
	p.window.Canvas().Focus(plan)
	for range b.Odd { // the keyboard tells of each room as the mouse does
		plan.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
		p.missesOut("-1 seat")
	}
	p.chooses("Chosen rooms")
	all := (*kit.Check)(nil)
	uitest.Each(p.shell.Object(), func(o fyne.CanvasObject) {
		if c, ok := o.(*kit.Check); ok && c.Text == "" && all == nil {
			all = c
		}
	})
	all.SetChecked(true)
	p.press("Save the choice")
	p.sees("7 of 7 chosen, 3 more that are not listed")
	if got := p.shell.Session().Document().Rooms.Items; len(got) != 7+3 {
		t.Errorf("eight entries are seven mailboxes, beside the three that were chosen before; %d are stored: %q", len(got), got)
	}
	p.press("Open the scripts")
	if p.shell.Route() != setup.Restrict {
		t.Errorf("it leads to %s", p.shell.Route())
	}
}
