package page

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/handover"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// HandOver is the sixth step: the configuration reaches the booking server, by
// push or through the vendor's form.
type HandOver struct {
	env    *Env
	frame  *kit.Frame
	notice *notice
	plan   *fyne.Container
	holds  *fyne.Container
	form   *fyne.Container
	// asks are the questions that a push waits for, entered is where a person says
	// that it works.
	asks, entered *fyne.Container
	// open is what the vendor's guide leaves open.
	open *fyne.Container

	look    *kit.Button
	push    *kit.Button
	export  *kit.Button
	remove  *removal
	choices booking.Choices
	planned *handover.Plan
	yes     map[string]bool
	checks  []*kit.Check
	pushing bool
}

// NewHandOver makes the page.
func NewHandOver(env *Env) *HandOver {
	h := &HandOver{env: env, notice: newNotice(env.Host), plan: kit.Column(kit.GapWide), holds: kit.Column(0), form: kit.Column(kit.GapWide), asks: kit.Column(kit.GapWide), entered: kit.Column(kit.GapWide), open: kit.Column(kit.Gap), yes: map[string]bool{}}
	h.remove = newRemoval(h)
	body := kit.Column(kit.GapWide, h.notice.object, h.plan, h.holds, h.remove.object, h.open, h.form, h.entered)
	lead := kit.L("Roomkey hands over only a configuration that was just proven. You see what would change before anything is sent.")
	if h.theirs() {
		lead = kit.L("No secret is handed over. %s is connected in the vendor's own console.", env.product().Name)
	}
	h.frame = kit.NewFrame(kit.Say(setup.TitleOf(setup.HandOver, h.theirs(), env.product().Model == product.User)), lead, body)
	h.notice.top = h.frame.ToTop
	h.look = kit.NewButtonWithIcon(kit.L("Check again"), theme.ViewRefreshIcon(), func() {
		h.notice.clear()
		h.lookAgain()
	})
	h.push = kit.PrimaryButton(kit.L("Push"), theme.UploadIcon(), h.send)
	h.push.Disable()
	h.export = kit.NewButtonWithIcon(kit.L("Export as a file…"), theme.DocumentSaveIcon(), h.save)
	for name, o := range map[string]fyne.CanvasObject{"push": h.push, "look": h.look, "export": h.export, "confirm": h.asks, "warnings": h.asks, "form": h.form, "entered": h.entered, "remove": h.remove.object} {
		h.frame.Spot(name, o, nil)
	}
	return h
}

// Frame is the page.
func (h *HandOver) Frame() *kit.Frame { return h.frame }

// byForm is whether the vendor's console has to be typed into.
func (h *HandOver) byForm() bool {
	return h.adapter() == booking.AdapterForm
}

// theirs is whether the application is the vendor's.
func (h *HandOver) theirs() bool { return h.env.product().Model != product.Own }

// adapter is how the configuration reaches the server.
func (h *HandOver) adapter() string {
	return h.env.product().AdapterOf(h.env.Connection().Server.Adapter)
}

// Shown asks the server anew.
func (h *HandOver) Shown() {
	if h.pushing {
		return
	}
	h.notice.clear() // it may be mended by now
	if h.byForm() {
		h.frame.Actions(h.export)
		h.holds.RemoveAll()
		h.remove.show(false)
		h.asks.RemoveAll()
		h.plan.RemoveAll()
		h.plan.Add(kit.Tinted(kit.ColorInfoTint, theme.ColorNamePrimary,
			kit.NewText(h.instruction())))
	} else {
		h.frame.Actions(h.export, h.look, h.push)
		h.lookAgain()
	}
	h.env.asks(h.open, setup.HandOver)
	h.fillForm()
}

// oldKey asks whether the key that was confirmed is to be forgotten, for a server
// that shows another.
func (h *HandOver) oldKey() fyne.CanvasObject {
	return kit.NewConfirmCard(kit.L("Was the booking server's key renewed on purpose?"),
		kit.L("Ask whoever runs the server first. You then compare the new key and confirm it."),
		kit.L("Forget the old key"), kit.L("Keep it"), true, func(yes bool) {
			h.asks.Hide()
			h.frame.Object.Refresh()
			if !yes {
				return
			}
			h.env.Scope.Run(func(ctx context.Context) error {
				return h.env.Session.Change(ctx, connection.Put("server.pinnedRecipient", ""))
			}, func(err error) {
				if err != nil {
					h.notice.fail(problem.Of(err))
					return
				}
				h.lookAgain()
			})
		})
}

// acceptWarnings is the id of the question about a check with warnings.
const acceptWarnings = "accept-warnings"

func (h *HandOver) save() {
	var data []byte
	h.env.Scope.Run(func(ctx context.Context) (err error) {
		data, err = h.env.Session.Export(ctx, "json")
		return err
	}, func(err error) {
		if err != nil {
			h.notice.fail(problem.Of(err))
			h.frame.ToTop()
			return
		}
		h.env.Files.Save(h.env.file(".roomkey", data), func(path string, p *problem.Problem) {
			h.notice.fail(p)
			if p == nil {
				h.notice.good(kit.L("Saved to %s. No secret is in it.", path))
			}
			h.frame.ToTop()
		})
	})
}

var wordsNotAsPushed = words.T("The server answered, but it does not have what was pushed.")
