package ui

import (
	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/ui/kit"
)

// Failed makes the window for what keeps Roomkey from starting. A program that
// was started from a menu has no terminal, and on Windows never one: nobody
// would read what it writes there.
func Failed(app fyne.App, p *problem.Problem, dispatch kit.Dispatch) fyne.Window {
	applyVariant(app, app.Preferences().String(variantKey))
	host := &kit.Host{Dispatch: dispatch, Clipboard: app.Clipboard, After: kit.Timer(dispatch), OpenURL: opener(app)}
	w := app.NewWindow("Roomkey")
	w.SetContent(kit.NewVScroll(kit.Pad(24, 24, 24, 24, kit.Column(kit.GapWide,
		kit.Heading(kit.L("Roomkey cannot start")), kit.ProblemCard(host, p)))))
	w.SetMaster()
	w.Resize(fyne.NewSize(720, 420))
	w.CenterOnScreen()
	return w
}
