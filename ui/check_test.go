package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
	"github.com/roomkey/roomkey/ui/uitest"
)

// TestRoomsToCheck presses what is to check about rooms, sees those rooms alone,
// and goes to what repairs them.
func TestRoomsToCheck(t *testing.T) {
	b := newFake(t)
	b.Odd = []tenant.Room{{DisplayName: "Room 001", EmailAddress: "twin@contoso.com", Building: "Main building"}}
	p := simulated(t, b)
	p.goes(setup.Choose)
	p.press("Issues")
	p.sees("Select a part of the bar")
	p.bar(false)
	p.sees("2 shown")
	p.sees("Set-Mailbox -Identity ADDRESS -DisplayName NAME")
	p.bar(true)
	p.sees("1 shown")
	p.sees("The number of seats has not been entered.")
	p.press("Read the room lists")
	p.missesOut("1 shown")
	p.bar(false)
	p.sees("12 shown")
	p.sees("The room is in no room list")
	p.press("Take me there")
	if p.shell.Route() != setup.Restrict {
		t.Fatalf("leads to %s", p.shell.Route())
	}
	p.sees("Create room lists")
	p.goes(setup.Choose)
	p.press("Map")
	p.missesOut("12 shown")
}

// bar presses the first or the last part of the bar.
func (p *person) bar(last bool) {
	p.t.Helper()
	for _, o := range test.LaidOutObjects(p.window.Canvas().Content()) {
		if b, ok := o.(*kit.Bars); ok {
			x := float32(100)
			if last {
				x = b.Size().Width - 10
			}
			b.Tapped(&fyne.PointEvent{Position: fyne.NewPos(x, 10)})
			p.rest()
			return
		}
	}
	p.t.Fatal("there is no bar")
}

// TestTheChecklist sees which script is needed, and that a result is not taken for
// a proof.
func TestTheChecklist(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	p.goes(setup.Restrict)
	p.sees("1.  Show calendar processing")
	p.sees("2.  Calendar processing for the chosen rooms")
	p.sees("Needed.")
	p.sees("Optional. No one needs to sign in as a room.")
	b.Whole = true
	p.shell.Take("result.json", []byte("{}"))
	p.rest()
	p.shell.Page().(*page.Restrict).View(page.ViewScripts)
	p.rest()
	p.sees("Reported. Its result says that everything was done. No test has confirmed it.")
	p.shell.Page().(*page.Restrict).Open("remove-grant")
	p.rest()
	p.sees("The booking server loses what the limit in Exchange does not give it.")
}

// settings opens those of a script, which are folded where they are many.
func (p *person) settings() {
	p.t.Helper()
	if b, ok := uitest.Find(p.shell.Object(), func(b *kit.Button) bool { return strings.HasPrefix(b.Text, "Settings (") }); ok {
		b.OnTapped()
		p.rest()
	}
}
