package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/ui/kit"
)

// fold is a part of a page that stands closed under a quiet button until
// somebody wants it.
type fold struct {
	object fyne.CanvasObject
	body   fyne.CanvasObject
	press  *kit.Button
	// opened is called each time that it opens, relayout lays the page out anew.
	opened, relayout func()
}

func newFold(title string, body fyne.CanvasObject, opened, relayout func()) *fold {
	f := &fold{body: body, opened: opened, relayout: relayout}
	f.press = kit.QuietButton(title, theme.MenuExpandIcon(), func() { f.show(!f.open()) })
	f.object = kit.Column(kit.Gap, kit.Row(0, -1, f.press), body)
	body.Hide()
	return f
}

func (f *fold) open() bool { return f.body.Visible() }

func (f *fold) show(on bool) {
	if on == f.open() {
		return
	}
	if on {
		f.press.SetIcon(theme.MenuDropDownIcon())
		f.body.Show()
		f.opened()
	} else {
		f.press.SetIcon(theme.MenuExpandIcon())
		f.body.Hide()
	}
	f.relayout()
	if on {
		kit.InSight(f.object)
	}
}
