package ui

import (
	"io/fs"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/resources"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
	"github.com/roomkey/roomkey/ui/uitest"
)

// TestEveryPageHasHelp opens the help of each page from the menu bar.
func TestEveryPageHasHelp(t *testing.T) {
	p := simulated(t, newFake(t))
	shown := ""
	p.shell.o.Help = func(markdown string) { shown = markdown }
	for _, route := range append(setup.Order(), page.RouteSettings) {
		p.shell.Go(route)
		p.rest()
		p.shell.key(&fyne.KeyEvent{Name: fyne.KeyF1})
		want, err := fs.ReadFile(resources.Help, route+".md")
		if err != nil || !strings.HasPrefix(shown, "# ") || shown != string(want) {
			t.Errorf("%s: help begins %.40q (%v)", route, shown, err)
		}
	}
}

// TestHelpListsTheShortcuts of the menu bar as they are now.
func TestHelpListsTheShortcuts(t *testing.T) {
	p := simulated(t, newFake(t))
	shown := ""
	p.shell.o.Help = func(markdown string) { shown = markdown }
	p.shell.Menu(func() fyne.Clipboard { return p.clip }, func() {})
	p.shell.showMenu(p.steps())
	p.shell.key(&fyne.KeyEvent{Name: fyne.KeyF1})
	command := "Ctrl"
	if fyne.KeyModifierShortcutDefault == fyne.KeyModifierSuper {
		command = "Cmd"
	}
	for _, want := range []string{"## Keyboard", "**" + command + "+3** Choose rooms and people", "**" + command + "+F** Find in the table", "**" + command + "+Enter** Select the page's main button"} {
		if !strings.Contains(shown, want) {
			t.Errorf("help does not say %q:\n%s", want, shown)
		}
	}
}

// TestTheMenuBarFollowsTheConnection finds the steps in the menu bar, presses
// one, and finds none when no connection is open.
func TestTheMenuBarFollowsTheConnection(t *testing.T) {
	p := sit(t, newFake(t))
	quits := 0
	bar := p.shell.Menu(func() fyne.Clipboard { return p.clip }, func() { quits++ })
	// Fyne would add a Quit of its own, which asks nothing and keeps nothing.
	file := bar.Items[0].Items
	if last := file[len(file)-1]; !last.IsQuit {
		t.Errorf("the File menu ends with %q", last.Label)
	} else if last.Action(); quits != 1 {
		t.Error("Quit does not close the window as its button does")
	}
	if n := len(bar.Items[connectionMenu].Items); n != 1 {
		t.Errorf("without a connection the menu has %d entries", n)
	}
	p.press("Try it")
	items := bar.Items[connectionMenu].Items
	if len(items) != len(setup.Order())+2 {
		t.Fatalf("the menu has %d entries", len(items))
	}
	items[4].Action()
	p.rest()
	if p.shell.Route() != setup.Prove {
		t.Errorf("the menu leads to %s", p.shell.Route())
	}
	over := widget.NewModalPopUp(kit.NewText("A question"), p.window.Canvas())
	over.Show()
	items[0].Action()
	p.rest()
	if p.shell.Route() != setup.Prove {
		t.Errorf("behind a question the page turned to %s", p.shell.Route())
	}
	over.Hide()
	for _, m := range bar.Items {
		for _, i := range m.Items {
			if !i.IsSeparator && (i.Label == "" || i.Action == nil) {
				t.Errorf("%s has an entry %q that does nothing", m.Label, i.Label)
			}
		}
	}
}

// TestTheKeyboardBeginsInTheFirstField types at once after opening a page.
func TestTheKeyboardBeginsInTheFirstField(t *testing.T) {
	p := simulated(t, newFake(t))
	p.shell.Go(setup.Prove)
	p.shell.Go(setup.Describe)
	p.rest()
	first := kit.FirstInput(p.shell.Page().Frame().Object)
	if first == nil || p.window.Canvas().Focused() != first {
		t.Fatalf("the keyboard is at %T, want the first field", p.window.Canvas().Focused())
	}
}

// TestTheEditMenuReachesTheField pastes by the menu bar.
func TestTheEditMenuReachesTheField(t *testing.T) {
	p := simulated(t, newFake(t))
	p.shell.Go(setup.Prove)
	p.shell.Go(setup.Describe)
	p.rest()
	p.window.Canvas().Focus(p.field("Name").Input())
	p.clip.SetContent("Pasted")
	p.shell.edit(&fyne.ShortcutSelectAll{})
	p.shell.edit(&fyne.ShortcutPaste{Clipboard: p.clip})
	if got := p.field("Name").Value(); got != "Pasted" {
		t.Errorf("the name is %q", got)
	}
}

// TestHelpByKeyboard scrolls the window of help, and closes and opens it again.
func TestHelpByKeyboard(t *testing.T) {
	app := test.NewTempApp(t)
	help := helper(app)
	help("# One\n" + strings.Repeat("\nmore\n", 200))
	windows := app.Driver().AllWindows()
	w := windows[len(windows)-1]
	scroll, _ := uitest.Find(w.Content(), func(*kit.Scroll) bool { return true })
	press := w.Canvas().OnTypedKey()
	for _, c := range []struct {
		key   fyne.KeyName
		moved bool
	}{{fyne.KeyPageDown, true}, {fyne.KeyHome, false}, {fyne.KeyEnd, true}} {
		if press(&fyne.KeyEvent{Name: c.key}); (scroll.Offset.Y > 0) != c.moved {
			t.Errorf("after %s the text is at %v", c.key, scroll.Offset.Y)
		}
	}
	press(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if n := len(app.Driver().AllWindows()); n != len(windows)-1 {
		t.Errorf("Escape leaves %d windows", n)
	}
	help("# Two")
	if n := len(app.Driver().AllWindows()); n != len(windows) {
		t.Errorf("help opened again makes %d windows", n)
	}
}
