package main

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/cmd/internal/window"
	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/ui/kit"
)

// typist does everything with the keyboard.
type typist struct {
	*guide
	t *testing.T
}

func (p typist) rest() {
	p.t.Helper()
	if err := p.idle(); err != nil {
		p.t.Fatal(err)
	}
}

// key presses a key where the keyboard is, or in the window when nothing has it.
func (p typist) key(name fyne.KeyName) {
	c := p.window.Canvas()
	if f := c.Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: name})
	} else {
		c.OnTypedKey()(&fyne.KeyEvent{Name: name})
	}
	p.rest()
}

// press goes with Tab to a button and presses Enter. What has the keyboard on the
// way is in sight.
func (p typist) press(label string) {
	p.t.Helper()
	c := p.window.Canvas()
	var met []string
	for range 300 {
		c.FocusNext()
		b, ok := c.Focused().(*kit.Button)
		if !ok {
			continue
		}
		if b.Text != label || b.Disabled() {
			met = append(met, b.Text)
			continue
		}
		if at := fyne.CurrentApp().Driver().AbsolutePositionForObject(b).Y; at < 0 || at+b.Size().Height > c.Size().Height {
			p.t.Errorf("%q has the keyboard at %v, out of sight", label, at)
		}
		p.key(fyne.KeyReturn)
		return
	}
	p.t.Fatalf("Tab does not reach %q on %s; it met %s", label, p.shell.Route(), strings.Join(met, ", "))
}

// check says yes, with Tab and the space bar, to everything that is asked for.
func (p typist) check() {
	c := p.window.Canvas()
	seen := map[fyne.Focusable]bool{}
	for range 300 {
		c.FocusNext()
		if b, ok := c.Focused().(*kit.Check); ok && !b.Checked && !seen[b] {
			seen[b] = true
			b.TypedRune(' ')
			p.rest()
		}
	}
}

// menu presses an entry of the menu bar by its title.
func (p typist) menu(bar *fyne.MainMenu, title string) {
	p.t.Helper()
	for _, m := range bar.Items {
		for _, i := range m.Items {
			if i.Label == title {
				i.Action()
				p.rest()
				return
			}
		}
	}
	p.t.Fatalf("the menu bar has no %q", title)
}

// TestTheMainJobByKeyboard goes from the start page to a server that works on a
// simulated tenant, without a mouse.
func TestTheMainJobByKeyboard(t *testing.T) {
	home, err := window.Open(t.Context(), wire.Options{ConfigDir: t.TempDir(), Vault: "memory"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(home.Close)
	p := typist{newGuide(t.Context(), home, options{}, t.TempDir()), t}
	p.window.Resize(fyne.NewSize(1024, 700))
	p.shell.Keys(p.window.Canvas())
	bar := p.shell.Menu(func() fyne.Clipboard { return p.app.Clipboard() }, func() {})
	p.shell.Start()
	p.rest()
	p.press("Try it")
	if p.shell.Connection() == "" {
		t.Fatal("no connection is open")
	}
	p.menu(bar, "Register the application")
	p.press("Save and continue")
	if p.shell.Route() != setup.Choose {
		t.Fatalf("Save and continue leads to %s", p.shell.Route())
	}
	p.press("Continue")
	p.press("Let the simulated colleague run it")
	p.menu(bar, "Prove that it works")
	p.key(fyne.KeyReturn)
	p.menu(bar, "Hand over to the booking server")
	p.check()
	p.press("Push")
	steps, err := p.shell.Session().Steps(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range steps {
		want := setup.Done
		if step.ID == setup.Restrict {
			want = setup.Attention // a file reports it; nobody made a test booking
		}
		if step.State != want {
			t.Errorf("%s is %s: %s", step.ID, step.State, step.Reason)
		}
	}
}
