package ui

import (
	"github.com/roomkey/roomkey/ui/kit"

	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/ui/page"
	"github.com/roomkey/roomkey/ui/uitest"
)

// pushed is a window whose connection was handed over.
func pushed(t *testing.T, b *fakeCore) *person {
	t.Helper()
	p := simulated(t, b)
	p.goes(setup.Prove)
	p.press("Test the connection")
	p.goes(setup.HandOver)
	for _, c := range p.shell.Page().(*page.HandOver).Confirmations() {
		c.SetChecked(true)
	}
	p.press("Push")
	p.rest()
	return p
}

// TestHandOverIsTakenBack: what goes, what stays and the last use are shown, and
// only the connection's name removes it.
func TestHandOverIsTakenBack(t *testing.T) {
	b := newFake(t)
	p := pushed(t, b)
	p.press("Remove from the server…")
	p.rest()
	for _, text := range []string{"The sign-in", "The accounts of people", "The server last tried it today."} {
		p.sees(text)
	}
	p.types("Type the connection's name to confirm", "another")
	p.press("Remove")
	p.rest()
	p.sees("the name does not match")
	if !b.pushed {
		t.Fatal("another name removed it")
	}
	p.types("Type the connection's name to confirm", p.shell.Session().Document().Name)
	p.press("Remove")
	p.rest()
	p.sees("The booking server has deleted it")
	p.sees("Undo the app registration.")
	p.sees("Nothing yet.")
	if b.pushed {
		t.Error("it is still there")
	}
}

// TestARenewedKeyIsConfirmedAnew: a server that shows another key than the confirmed
// one can be used again without leaving the window, and not before a yes.
func TestARenewedKeyIsConfirmedAnew(t *testing.T) {
	p := simulated(t, newFake(t))
	if err := p.shell.Session().Change(t.Context(), connection.Put("server.pinnedRecipient", "age1old")); err != nil {
		t.Fatal(err)
	}
	p.goes(setup.HandOver)
	p.sees("shows another key")
	p.press("Forget the old key")
	p.rest()
	p.sees("Is this the booking server's key?")
	if left := p.shell.Session().Document().Server.PinnedRecipient; left != "" {
		t.Errorf("the key %s is still confirmed", left)
	}
}

// TestDeletingNamesWhatStaysElsewhere, and leads to where it is removed.
func TestDeletingNamesWhatStaysElsewhere(t *testing.T) {
	p := pushed(t, newFake(t))
	p.goes(page.RouteSettings)
	p.press("Delete the connection…")
	p.sees("created elsewhere remains.")
	p.press("Take me there")
	p.rest()
	if p.shell.Route() != setup.HandOver || !p.shell.Page().Frame().Reveal("remove") {
		t.Errorf("it leads to %s", p.shell.Route())
	}
	if p.goes(page.RouteSettings); strings.Contains(p.reads(), "created elsewhere remains") {
		t.Error("what was to be removed is still named on the way back")
	}
}

// TestPushTakesOverAndRemoves: the window has what the command line has flags for.
func TestPushTakesOverAndRemoves(t *testing.T) {
	b := newFake(t)
	b.Takeable, b.Unwanted = true, 2
	p := simulated(t, b)
	p.goes(setup.HandOver)
	p.press("Created by Roomkey: it will be reused")
	p.rest()
	if b.Asked["TakeOver"] != 1 {
		t.Error("it was not taken over")
	}
	uitest.Each(p.shell.Object(), func(o fyne.CanvasObject) {
		if c, ok := o.(*kit.Check); ok && strings.HasPrefix(c.Text, "Remove 2 items that Roomkey created there") {
			c.SetChecked(true)
		}
	})
	p.rest()
	if !b.choices.Remove {
		t.Errorf("the plan was not asked for with the removal: %d plans, %s", b.Asked["PlanWith"], p.reads())
	}
}
