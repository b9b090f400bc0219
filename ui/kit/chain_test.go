package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func exampleChain(open func(string)) *Chain {
	c := NewChain(open)
	c.Set([]ChainLink{
		{ID: "computer", Title: "This computer", Says: "Proven", Detail: "12:00", Mark: MarkDone},
		{ID: "sign-in", Title: "Microsoft sign-in", Says: "Needs attention", Detail: "12:00", Mark: MarkAttention},
		{ID: "exchange", Title: "Calendars and Exchange limit", Says: "Root cause", Detail: "12:00", Mark: MarkFail},
		{ID: "booking", Title: "Test booking", Says: "Not reached", Mark: MarkSkipped},
		{ID: "server", Title: "Booking server", Says: "Not tested", Mark: MarkTodo},
	})
	return c
}

// TestChainGoldens: a row where there is room, and rows joined around the corner
// where there is not.
func TestChainGoldens(t *testing.T) {
	for _, tt := range []struct {
		name  string
		width float32
	}{{"chain-wide", 840}, {"chain-narrow", 480}} {
		t.Run(tt.name, func(t *testing.T) {
			lightApp(t)
			c := exampleChain(nil)
			c.Select("exchange")
			w := window(t, Column(0, c), fyne.NewSize(tt.width, 260))
			test.AssertRendersToMarkup(t, tt.name+".xml", w.Canvas())
		})
	}
}

// TestChainIsWalkedByKeys: the arrows move between the links, Enter opens one,
// and no link covers another at any width.
func TestChainIsWalkedByKeys(t *testing.T) {
	lightApp(t)
	opened := ""
	c := exampleChain(func(id string) { opened = id })
	w := window(t, Column(0, c), fyne.NewSize(840, 260))
	w.Canvas().Focus(c.links[0])
	for _, key := range []fyne.KeyName{fyne.KeyLeft, fyne.KeyRight, fyne.KeyRight, fyne.KeyReturn} {
		w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: key})
	}
	if opened != "exchange" || !c.links[2].focused {
		t.Errorf("%q is open", opened)
	}
	test.Tap(c.links[4])
	if opened != "server" {
		t.Errorf("a press opened %q", opened)
	}
	for width := float32(140); width < 1200; width += 37 {
		w.Resize(fyne.NewSize(width, 900))
		for i, a := range c.links {
			if a.Size().Height < a.MinSize().Height || a.Position().X+a.Size().Width > width+1 {
				t.Errorf("%.0f: %s does not fit", width, a.link.ID)
			}
			for _, b := range c.links[i+1:] {
				p, q := a.Position(), b.Position()
				if p.X < q.X+b.Size().Width && q.X < p.X+a.Size().Width && p.Y < q.Y+b.Size().Height && q.Y < p.Y+a.Size().Height {
					t.Errorf("%.0f: %s covers %s", width, a.link.ID, b.link.ID)
				}
			}
		}
	}
}
