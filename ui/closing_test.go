package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
)

// TestClosingAsksWhileSomethingRuns, once, about what runs now, and no longer.
func TestClosingAsksWhileSomethingRuns(t *testing.T) {
	w := test.NewTempWindow(t, widget.NewLabel(""))
	w.Resize(fyne.NewSize(800, 600))
	left := 0
	c := &closing{window: w, leave: func() { left++ }}
	asks := func() string {
		overlays := w.Canvas().Overlays().List()
		if len(overlays) == 0 {
			return ""
		}
		if len(overlays) > 1 {
			t.Errorf("%d questions", len(overlays))
		}
		return c.named.Text()
	}
	c.runs("Registering")
	c.ask()
	c.ask()
	if text := asks(); !strings.Contains(text, "“Registering”") {
		t.Errorf("it asks %q", text)
	}
	c.runs("Registering, Testing")
	if text := asks(); !strings.Contains(text, "“Registering, Testing”") {
		t.Errorf("it asks %q", text)
	}
	c.runs("")
	if text := asks(); text != "" || left > 0 {
		t.Errorf("nothing runs, and it asks %q; left %d times", text, left)
	}
	c.runs("Testing")
	c.ask()
	c.asked.Confirm()
	if left != 1 {
		t.Errorf("left %d times", left)
	}
	c.runs("")
	c.ask()
	if left != 2 {
		t.Errorf("left %d times", left)
	}
}
