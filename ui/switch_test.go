package ui

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
)

// TestKeysGoToThePageThatIsSeen: what had the keyboard's focus on a page that
// was left, or a button that did its work by its shortcut, gets no more keys.
func TestKeysGoToThePageThatIsSeen(t *testing.T) {
	p := simulated(t, newFake(t))
	c := p.window.Canvas()
	p.goes(setup.Describe)
	c.Focus(p.field("Booking product").Input())
	p.goes(setup.Prove)
	if f := c.Focused(); f != nil {
		t.Errorf("%T of the page that was left has the focus", f)
	}
	c.Focus(p.button("Test the connection"))
	p.shell.pressPrimary()
	p.rest()
	p.sees("It works.")
	if f := c.Focused(); f != nil {
		t.Errorf("%T has the focus after it was pressed", f)
	}
}

// TestSwitcherTellsConnectionsApart: names that look the same in the menu, long
// ones and the menu's own last entry included, open what they say.
func TestSwitcherTellsConnectionsApart(t *testing.T) {
	b := newFake(t)
	p := sit(t, b)
	ids := map[string]bool{}
	for _, name := range []string{strings.Repeat("n", 10_000), strings.Repeat("n", 9_000), "a\nb", "a b", kit.L("All connections…")} {
		id, err := b.Make(connection.New(name))
		if err != nil {
			t.Fatal(err)
		}
		ids[id] = true
	}
	for id := range ids {
		p.shell.Load(id)
		p.rest()
		if got := p.shell.switcher.Value(); got != id {
			t.Errorf("the switcher of %s stands at %q", id, got)
		}
	}
	if w := p.window.Canvas().Content().MinSize().Width; w > 1280 {
		t.Errorf("a long name makes the window %v wide", w)
	}
}

// TestTheSameConnectionIsOpenedAnew: so does whoever picks it in the switcher again.
func TestTheSameConnectionIsOpenedAnew(t *testing.T) {
	b := newFake(t)
	p := sit(t, b)
	id, err := b.Make(connection.New("Contoso"))
	if err != nil {
		t.Fatal(err)
	}
	p.shell.Load(id)
	p.rest()
	before := b.Asked["Open"]
	menu, ok := p.shell.switcher.Input().(interface{ SetSelected(string) })
	if !ok {
		t.Fatal("the switcher is no menu")
	}
	menu.SetSelected("Contoso")
	p.rest()
	if b.Asked["Open"] != before+1 || p.shell.Connection() != id {
		t.Errorf("opened %d times more, and %q is shown", b.Asked["Open"]-before, p.shell.Connection())
	}
}

// TestFileIsDroppedOnTheStartPage: it is opened as a connection, or it is said
// what is wrong with it.
func TestFileIsDroppedOnTheStartPage(t *testing.T) {
	p := sit(t, newFake(t))
	p.shell.Take("broken.json", []byte("{"))
	p.rest()
	p.sees("broken.json")
	data, err := connection.New("From a colleague").Encode()
	if err != nil {
		t.Fatal(err)
	}
	p.shell.Take("colleague.json", data)
	p.rest()
	if p.shell.Route() != setup.Describe {
		t.Errorf("the file leads to %q", p.shell.Route())
	}
}

// TestDeleteAsksForANameThatCanBeTyped: the first of a long one, without what
// nobody can type.
func TestDeleteAsksForANameThatCanBeTyped(t *testing.T) {
	for name, typed := range map[string]string{
		"line\n" + strings.Repeat("n", 10_000): "line " + strings.Repeat("n", 55),
		"contoso.com – FlexO":                  "contoso.com - FlexO",
	} {
		b := newFake(t)
		p := sit(t, b)
		id, err := b.Make(connection.New(name))
		if err != nil {
			t.Fatal(err)
		}
		p.shell.Load(id)
		p.rest()
		p.goes(page.RouteSettings)
		p.press("Delete the connection…")
		p.field("Type its name to confirm").SetValue(typed)
		p.press("Delete")
		p.rest()
		if b.Asked["Delete"] != 1 || p.shell.Connection() != "" {
			t.Errorf("%q was not deleted", typed)
		}
	}
}
