package main

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/cmd/internal/window"
	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/internal/texts"
	"github.com/roomkey/roomkey/ui/kit"
)

// TestEveryTextIsInTheCatalogue takes the tour in the language that nobody speaks:
// what is plain English there would stay so in every language.
func TestEveryTextIsInTheCatalogue(t *testing.T) {
	t.Setenv("ROOMKEY_LANG", "qps-ploc")
	home, err := window.Open(t.Context(), wire.Options{ConfigDir: t.TempDir(), Vault: "memory", Version: "dev"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(home.Close)
	t.Cleanup(func() { kit.Speak(nil) })
	bypasses, err := texts.NewBypasses(
		// The simulated tenant's names, and what its Microsoft answers.
		"Simulated tenant", "Simulated Rooms", "Everybody who works here", "All departments", "Global Administrator",
		"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app",
		// A command, and the fields of a record.
		"az ad app create", "what: application", "what: secret", "what: role", "what: scopes",
		// Do what a script calls its step, and an application.
		"calendar processing", "FlexO room booking", "Room booking", "Room booking with certificate")
	if err != nil {
		t.Fatal(err)
	}
	g := newGuide(t.Context(), home, options{}, t.TempDir())
	g.window.Resize(fyne.NewSize(1280, 800))
	met := map[string]bool{}
	// constants are names and values in evidence, in the server's document and of a
	// script's parameters.
	constants := []string{"room", "read", "when", "yes", "rooms", "group", "secret", "all", "organizer"}
	seen := 0
	g.look = func(name string) error {
		for _, shown := range visible(g.window.Canvas()) {
			seen++
			if slices.Contains(constants, shown) {
				continue
			}
			for _, english := range bypasses.In(shown) {
				if !met[english] {
					t.Errorf("%s: %q in %q", name, english, shown)
				}
				met[english] = true
			}
		}
		return nil
	}
	if err := g.walk(); err != nil {
		t.Error(err)
	}
	if seen < 3000 {
		t.Errorf("only %d texts were seen", seen)
	}
}

// visible is every text that can be seen: what a person reads, not what a script
// says or what somebody typed.
func visible(c fyne.Canvas) (all []string) {
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if o == nil || !o.Visible() {
			return
		}
		switch o := o.(type) {
		case *kit.Text:
			all = append(all, o.Text())
		case *widget.RichText:
			all = append(all, o.String())
		case *canvas.Text:
			all = append(all, o.Text)
		case *widget.TextGrid:
		case *fyne.Container:
			for _, child := range o.Objects {
				walk(child)
			}
		case fyne.Widget:
			for _, child := range test.WidgetRenderer(o).Objects() {
				walk(child)
			}
		}
	}
	for _, o := range append(slices.Clone(c.Overlays().List()), c.Content()) {
		walk(o)
	}
	return all
}
