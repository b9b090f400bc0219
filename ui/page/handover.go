package page

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// HandOver is the sixth step: the configuration reaches the booking server, by
// push or through the vendor's form.
type HandOver struct {
	env     *Env
	frame   *kit.Frame
	notice  *notice
	plan    *fyne.Container
	holds   *fyne.Container
	form    *fyne.Container
	look    *widget.Button
	push    *widget.Button
	export  *widget.Button
	planned Plan
	yes     map[string]bool
	checks  []*widget.Check
	pushing bool
}

// NewHandOver makes the page.
func NewHandOver(env *Env) *HandOver {
	h := &HandOver{env: env, notice: newNotice(env.Host), plan: kit.Column(kit.GapWide), holds: kit.Column(0), form: kit.Column(0), yes: map[string]bool{}}
	body := kit.Column(kit.GapWide, h.notice.object, h.plan, h.holds, h.form)
	h.frame = kit.NewFrame(kit.L("Hand over to the booking server"),
		kit.L("Only a configuration that was just proven is handed over. You see what would change before anything is sent."), body)
	h.look = widget.NewButtonWithIcon(kit.L("Look again"), theme.ViewRefreshIcon(), h.lookAgain)
	h.push = kit.PrimaryButton(kit.L("Push"), theme.UploadIcon(), h.send)
	h.push.Disable()
	h.export = widget.NewButtonWithIcon(kit.L("Export as a file…"), theme.DocumentSaveIcon(), h.save)
	return h
}

// Frame is the page.
func (h *HandOver) Frame() *kit.Frame { return h.frame }

// byForm is whether the vendor's console has to be typed into.
func (h *HandOver) byForm() bool {
	c := h.env.Opened.Connection
	if c.Server.Adapter != "" {
		return c.Server.Adapter == "form"
	}
	return h.product().Adapter == "form"
}

func (h *HandOver) product() product.Product {
	for _, p := range h.env.Backend.Products() {
		if p.ID == h.env.Opened.Connection.Product.ID {
			return p
		}
	}
	return product.Product{}
}

// Shown asks the server anew.
func (h *HandOver) Shown() {
	if h.pushing {
		return
	}
	if h.byForm() {
		h.frame.Actions(h.export)
		h.plan.RemoveAll()
		h.plan.Add(kit.Tinted(kit.ColorInfoTint, theme.ColorNamePrimary,
			kit.NewText(kit.L("%s is set up in the vendor's own console. Below are its fields in the vendor's order; each has a copy button.", h.product().Name))))
	} else {
		h.frame.Actions(h.export, h.look, h.push)
		h.lookAgain()
	}
	h.fillForm()
}

// lookAgain asks for the plan and for what the server holds.
func (h *HandOver) lookAgain() {
	h.look.Disable()
	h.push.Disable()
	h.plan.Objects = []fyne.CanvasObject{kit.Muted(kit.L("Asking the booking server…"))}
	h.frame.Object.Refresh()
	var plan Plan
	var held Held
	var heldErr error
	h.env.Scope.Show(kit.L("Asking the booking server"), func(ctx context.Context, _ task.Report) (err error) {
		held, heldErr = h.env.Backend.Held(ctx, h.env.ID)
		plan, err = h.env.Backend.Plan(ctx, h.env.ID)
		return err
	}, func(err error) {
		h.look.Enable()
		h.plan.RemoveAll()
		if err != nil {
			h.plan.Add(kit.ProblemCard(h.env.Host, problem.Of(err)))
		} else {
			h.showPlan(plan)
		}
		if p := problem.Of(heldErr); p != nil && err != nil && p.Code == problem.Of(err).Code {
			h.holds.RemoveAll() // it is said above
		} else {
			h.showHeld(held, heldErr)
		}
		h.frame.Object.Refresh()
	})
}

func (h *HandOver) showPlan(plan Plan) {
	h.planned, h.yes, h.checks = plan, map[string]bool{}, nil
	if plan.Gate != nil {
		h.plan.Add(kit.ProblemAs(h.env.Host, kit.MarkAttention, plan.Gate))
	}
	for _, p := range plan.Problems {
		h.plan.Add(kit.ProblemCard(h.env.Host, p))
	}
	for _, c := range plan.Confirmations { // above the differences, which can be many: Push waits for them
		check := widget.NewCheck(kit.Say(c.Yes), func(on bool) { h.yes[c.ID] = on; h.ready() })
		body := kit.Column(kit.Gap, kit.Strong(kit.Say(c.Question)))
		if !c.Detail.IsZero() {
			body.Add(kit.NewText(kit.Say(c.Detail)))
		}
		if c.Value != "" {
			body.Add(kit.Command(h.env.Host, c.Value))
		}
		if h.env.ReadOnly() {
			check.Disable()
		}
		body.Add(check)
		h.checks = append(h.checks, check)
		h.plan.Add(kit.Tinted(kit.ColorWarnTint, theme.ColorNameWarning, body))
	}
	if plan.Unchanged {
		h.plan.Add(kit.Tinted(kit.ColorGoodTint, theme.ColorNameSuccess, kit.NewText(kit.L("The server holds exactly this configuration. There is nothing to push."))))
	} else {
		h.plan.Add(differences(plan.Differences, h.frame.Object.Refresh))
	}
	h.ready()
}

// Confirmations are the switches that the plan waits for.
func (h *HandOver) Confirmations() []*widget.Check { return h.checks }

// ready switches Push on once everything was confirmed.
func (h *HandOver) ready() {
	ok := h.planned.Gate == nil && h.planned.ID != "" && !h.planned.Unchanged && !h.env.ReadOnly()
	for _, c := range h.planned.Confirmations {
		ok = ok && h.yes[c.ID]
	}
	if ok {
		h.push.Enable()
	} else {
		h.push.Disable()
	}
}

// send pushes exactly the plan that is shown.
func (h *HandOver) send() {
	plan := h.planned
	var confirmed []string
	for id, on := range h.yes {
		if on {
			confirmed = append(confirmed, id)
		}
	}
	h.pushing = true
	h.push.Disable()
	h.look.Disable()
	h.notice.clear()
	var held Held
	h.env.Scope.Show(kit.L("Pushing the configuration"), func(ctx context.Context, report task.Report) (err error) {
		held, err = h.env.Backend.Push(ctx, h.env.ID, plan.ID, confirmed, report)
		return err
	}, func(err error) {
		h.pushing = false
		h.look.Enable()
		if err != nil {
			h.notice.fail(problem.Of(err))
		} else {
			h.plan.RemoveAll()
			if held.Matches {
				h.notice.good(kit.L("The booking server holds exactly this configuration now. It was read back from the server."))
				h.offerForget()
			} else {
				h.notice.warn(problem.New(codeBookingNotAsPushed, wordsNotAsPushed))
			}
			h.showHeld(held, nil)
		}
		h.frame.ToTop()
		h.env.Reload(nil)
	})
}

// offerForget offers to forget the credential that the server has now.
func (h *HandOver) offerForget() {
	h.notice.also(forgetOffer(h.env, func() {
		h.notice.clear()
		h.frame.Object.Refresh()
	}, func(err error) {
		h.notice.fail(problem.Of(err))
		if err == nil {
			h.notice.good(kit.L("This computer's keychain holds the credential no more."))
		}
		h.env.Reload(nil)
	}))
}

// showHeld shows what the server holds and what it says of itself.
func (h *HandOver) showHeld(held Held, err error) {
	h.holds.RemoveAll()
	column := kit.Column(kit.Gap, kit.Heading(kit.L("What the booking server holds")))
	switch {
	case err != nil:
		h.holds.Add(kit.ProblemCard(h.env.Host, problem.Of(err)))
		return
	case held.Empty:
		column.Add(kit.Muted(kit.L("Nothing yet.")))
	default:
		line := kit.Row(kit.Gap, -1, kit.Badge(kit.MarkAttention, kit.L("Differs from this connection")))
		if held.Matches {
			line = kit.Row(kit.Gap, -1, kit.Badge(kit.MarkDone, kit.L("As in this connection")))
		}
		column.Add(line)
		facts := [][2]string{}
		for _, f := range held.Facts {
			facts = append(facts, [2]string{f.Name, f.Value})
		}
		column.Add(kit.Facts(h.env.Host, facts))
	}
	if held.Status != "" {
		column.Add(kit.Rule())
		column.Add(kit.TopRow(kit.Gap, 1, kit.Pad(0, 0, 0, 0, kit.MarkIcon(MarkOf(held.Status), 20)),
			kit.Column(2, kit.NewText(kit.Say(held.Says)), kit.Small(kit.L("The server's own view.")))))
	}
	if !held.At.IsZero() {
		column.Add(kit.Small(kit.L("%s, as of %s.", held.Server, held.At.Local().Format(time.DateTime))))
	}
	h.holds.Add(kit.Card(column))
	if held.Problem != nil {
		h.holds.Add(kit.Pad(kit.Gap, 0, 0, 0, kit.ProblemAs(h.env.Host, kit.MarkAttention, held.Problem)))
	}
	h.holds.Refresh()
}

// fillForm shows the vendor's form.
func (h *HandOver) fillForm() {
	var entries []FormEntry
	h.env.Scope.Run(func(ctx context.Context) (err error) {
		entries, err = h.env.Backend.Form(ctx, h.env.ID)
		return err
	}, func(err error) {
		h.form.RemoveAll()
		if err != nil {
			h.form.Add(kit.ProblemCard(h.env.Host, problem.Of(err)))
		} else if len(entries) > 0 {
			h.showForm(entries)
		}
		h.frame.Object.Refresh()
	})
}

// showForm shows the form at once where it is the only way, else on request.
func (h *HandOver) showForm(entries []FormEntry) {
	if h.byForm() {
		h.form.Add(h.formCard(entries))
		return
	}
	h.form.Add(kit.Row(0, -1, kit.QuietButton(kit.L("Type it into the vendor's console instead"), theme.MenuExpandIcon(), func() {
		h.form.Objects = []fyne.CanvasObject{h.formCard(entries)}
		h.frame.Object.Refresh()
	})))
}

func (h *HandOver) formCard(entries []FormEntry) fyne.CanvasObject {
	column := kit.Column(14, kit.Heading(kit.L("The vendor's form")))
	for _, e := range entries {
		column.Add(kit.Rule())
		label := kit.Column(2, kit.Strong(e.Label))
		if e.Help != "" {
			label.Add(kit.Small(e.Help))
		}
		line := kit.SharesCentred([]float32{1, 1.4})
		line.Add(kit.Pad(0, 16, 0, 0, label))
		line.Add(h.formValue(e))
		column.Add(line)
	}
	return kit.Card(column)
}

func (h *HandOver) formValue(e FormEntry) fyne.CanvasObject {
	switch {
	case e.Action:
		return kit.Muted(kit.L("Press this button in the vendor's console."))
	case !e.Missing.IsZero():
		return kit.MarkedText(kit.MarkAttention, kit.Say(e.Missing))
	case e.Secret != "":
		says := kit.Muted("••••••••••••").As(kit.Clip, kit.ColorMuted)
		var b *kit.CopyButton
		b = kit.NewCopyButton(nil, kit.L("Copy without showing"), func() string { return "" })
		b.OnTapped = func() {
			copySecret(h.env, vault.Kind(e.Secret), func(p *problem.Problem) {
				if p != nil {
					h.notice.fail(p)
					h.frame.ToTop()
					return
				}
				b.Tick()
				says.SetText(kit.L("Copied for one minute."))
			})
		}
		return kit.Row(kit.Gap, 0, says, b)
	}
	return kit.Command(h.env.Host, e.Value)
}

func (h *HandOver) save() {
	var file File
	h.env.Scope.Run(func(ctx context.Context) (err error) {
		file, err = h.env.Backend.Export(ctx, h.env.ID)
		return err
	}, func(err error) {
		if err != nil {
			h.notice.fail(problem.Of(err))
			h.frame.ToTop()
			return
		}
		h.env.Files.Save(file, func(path string, p *problem.Problem) {
			h.notice.fail(p)
			if p == nil {
				h.notice.good(kit.L("Saved to %s. No secret is in it.", path))
			}
			h.frame.ToTop()
		})
	})
}

var wordsNotAsPushed = words.T("The server answered, but what it holds now is not what was pushed.")
