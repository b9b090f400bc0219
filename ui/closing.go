package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"github.com/roomkey/roomkey/ui/kit"
)

// closing is what happens when a person closes the window: it asks while something
// runs, for as long as it does.
type closing struct {
	window  fyne.Window
	leave   func()
	running string
	asked   *dialog.ConfirmDialog
	named   *kit.Text
}

// runs is told the titles of what runs, "" for nothing.
func (c *closing) runs(titles string) {
	c.running = titles
	switch {
	case c.asked == nil:
	case titles == "":
		c.asked.Hide()
	default:
		c.named.SetText(c.sentence())
	}
}

func (c *closing) sentence() string {
	return kit.L("“%s” is still running and would be stopped.", c.running)
}

func (c *closing) ask() {
	switch {
	case c.running == "":
		c.leave()
		return
	case c.asked != nil:
		return
	}
	c.named = kit.NewText(c.sentence())
	c.asked = dialog.NewCustomConfirm(kit.L("Close Roomkey?"), kit.L("Stop it and close"), kit.L("Cancel"), kit.AtLeast(400, 0, c.named), func(yes bool) {
		c.asked = nil
		if yes {
			c.leave()
		}
	}, c.window)
	c.asked.Show()
}
