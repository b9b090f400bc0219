package page

import (
	"context"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/export"
	"github.com/roomkey/roomkey/core/handover"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/proof"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/task"
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
	h.frame = kit.NewFrame(kit.Say(setup.TitleOf(setup.HandOver, h.theirs())), lead, body)
	h.notice.top = h.frame.ToTop
	h.look = kit.NewButtonWithIcon(kit.L("Check again"), theme.ViewRefreshIcon(), h.lookAgain)
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

// instruction says what is to be done in the vendor's console.
func (h *HandOver) instruction() string {
	p := h.env.product()
	switch {
	case p.Model == product.User && h.env.Connection().ServiceAccount != "":
		return kit.L("Sign in to %s as its administrator, start the connection to Microsoft 365 there, and sign in on Microsoft's page as %s.", p.Name, h.env.Connection().ServiceAccount)
	case p.Model != product.Own:
		return kit.L("Sign in to %s as its administrator and connect Microsoft 365 there.", p.Name)
	}
	return kit.L("%s is set up in the vendor's own console. Below are its fields in the vendor's order; each has a copy button.", p.Name)
}

// lookAgain asks for the plan and for what the server holds.
func (h *HandOver) lookAgain() {
	h.look.Disable()
	h.push.Disable()
	h.plan.Objects = []fyne.CanvasObject{kit.Muted(kit.L("Checking the booking server…"))}
	h.frame.Object.Refresh()
	var plan handover.Plan
	var held handover.Held
	var heldErr error
	h.env.Scope.Show(kit.L("Checking the booking server"), func(ctx context.Context, _ task.Report) (err error) {
		held, heldErr = h.env.Session.Held(ctx)
		plan, err = h.env.Session.PlanWith(ctx, false, h.choices)
		return err
	}, func(err error) {
		h.look.Enable()
		h.plan.RemoveAll()
		if err != nil {
			h.plan.Add(kit.ProblemCard(h.env.Host, problem.Of(err)))
			h.asks.RemoveAll()
			hide(h.asks, problem.CodeOf(err) != booking.CodeRecipientChanged)
			if h.asks.Visible() {
				h.asks.Add(h.oldKey())
			}
			h.plan.Add(h.asks)
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

// question has to be answered with yes before a push.
type question struct {
	id, title, detail string
	// value is what is to be compared, a fingerprint or a host; "" for none.
	value, yes string
}

func idOf(c booking.Confirmation) string { return c.Kind + " " + c.Value }

func questions(plan handover.Plan) (list []question) {
	for _, c := range plan.Confirmations {
		title := kit.L("Is this the booking server's key?")
		if c.Kind == booking.ConfirmHost {
			title = kit.L("Does this host belong to your booking server?")
		}
		list = append(list, question{idOf(c), title, kit.Say(c.About), c.Value, kit.L("I have compared it and it is right")})
	}
	if warned(plan) {
		list = append(list, question{acceptWarnings, kit.L("Hand over in spite of the warnings?"), kit.Say(plan.Gate.Title), "", kit.L("I have read the warnings and accept them")})
	}
	return list
}

// warned is whether only the warnings of the check stand in the way.
func warned(plan handover.Plan) bool {
	return plan.Gate != nil && plan.Gate.Code == booking.CodeGateWarnings
}

// open is whether nothing but questions stands in the way.
func open(plan handover.Plan) bool { return plan.Gate == nil || !plan.Asked() || warned(plan) }

func (h *HandOver) showPlan(plan handover.Plan) {
	h.planned, h.yes, h.checks = &plan, map[string]bool{}, nil
	if !open(plan) {
		h.plan.Add(kit.ProblemAs(h.env.Host, kit.MarkAttention, plan.Gate))
	}
	for _, p := range plan.DryRun.Problems {
		h.plan.Add(kit.ProblemCard(h.env.Host, booking.Objection(p.Code, words.T("The booking server says: %s", p.Detail)).
			With(words.T("Field %s", p.Pointer))))
	}
	h.offer(plan)
	h.asks.RemoveAll()
	h.plan.Add(h.asks)
	for _, q := range questions(plan) { // above the differences, which can be many: Push waits for them
		check := kit.NewCheck(q.yes, func(on bool) { h.yes[q.id] = on; h.ready() })
		body := kit.Column(kit.Gap, kit.Strong(q.title))
		if q.detail != "" {
			body.Add(kit.NewText(q.detail))
		}
		if q.value != "" {
			body.Add(kit.Command(h.env.Host, q.value))
		}
		body.Add(check)
		h.checks = append(h.checks, check)
		h.asks.Add(kit.Tinted(kit.ColorWarnTint, theme.ColorNameWarning, body))
	}
	hide(h.asks, len(h.checks) == 0)
	if plan.Unchanged() {
		h.plan.Add(kit.Tinted(kit.ColorGoodTint, theme.ColorNameSuccess, kit.NewText(kit.L("The server has exactly this configuration. There is nothing to push."))))
	} else {
		h.plan.Add(differences(plan.Changes, h.frame.Object.Refresh))
	}
	h.ready()
}

// Confirmations are the switches that the plan waits for.
func (h *HandOver) Confirmations() []*kit.Check { return h.checks }

// ready switches Push on once everything was confirmed.
func (h *HandOver) ready() {
	ok := h.planned != nil && open(*h.planned) && !h.planned.Unchanged()
	if ok {
		for _, q := range questions(*h.planned) {
			ok = ok && h.yes[q.id]
		}
	}
	if ok {
		h.push.Enable()
	} else {
		h.push.Disable()
	}
}

// send pushes exactly the plan that is shown.
func (h *HandOver) send() {
	plan, accept := *h.planned, h.yes[acceptWarnings]
	var yes []booking.Confirmation
	for _, c := range plan.Confirmations {
		if h.yes[idOf(c)] {
			yes = append(yes, c)
		}
	}
	h.pushing = true
	h.push.Disable()
	h.look.Disable()
	h.notice.clear()
	var held handover.Held
	h.env.Scope.Show(kit.L("Pushing the configuration"), func(ctx context.Context, report task.Report) (err error) {
		if err := h.env.Session.Confirm(ctx, yes); err != nil {
			return err
		}
		if !plan.Asked() {
			return problem.New(handover.CodePlanStale, words.T("Your confirmation is kept. What the server has and what would change could not be shown before.")).
				Fix(words.T("Test the connection.")).
				Fix(words.T("Then check the plan again."))
		}
		if _, err := h.env.Session.Push(ctx, plan, accept, report); err != nil {
			return err
		}
		held, err = h.env.Session.Held(ctx)
		return err
	}, func(err error) {
		h.pushing = false
		h.look.Enable()
		if err != nil {
			h.notice.fail(problem.Of(err))
			if problem.KindOf(err) == problem.Cancelled {
				h.ready() // nothing was sent: the plan is as it was
			}
		} else {
			h.plan.RemoveAll()
			mark, says := viewOf(held)
			switch {
			case mark == kit.MarkFail && held.StatusProblem != nil:
				h.notice.fail(held.StatusProblem)
			case mark == kit.MarkFail:
				h.notice.put(kit.Tinted(mark.Tint(), mark.Color(), kit.Column(kit.Gap,
					kit.Strong(kit.L("The booking server has the configuration, but it does not work there.")), kit.NewText(kit.Say(says)))))
			case held.SignIn != nil:
				h.notice.warn(held.SignIn)
			case held.Matches:
				h.notice.good(kit.L("The booking server now has exactly this configuration. It was read back from the server."))
				if mark == kit.MarkDone {
					h.offerForget()
				}
			default:
				h.notice.warn(problem.New(codeBookingNotAsPushed, wordsNotAsPushed))
			}
			h.showHeld(held, nil)
			h.fillForm()
		}
		h.frame.ToTop()
		h.env.Changed()
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
			h.notice.good(kit.L("The credential was deleted from this computer."))
		}
		h.env.Changed()
	}))
}

// showHeld shows what the server holds and what it says of itself.
func (h *HandOver) showHeld(held handover.Held, err error) {
	h.holds.RemoveAll()
	h.remove.show(held.Current.Configuration != nil)
	column := kit.Column(kit.Gap, kit.Heading(kit.L("What the booking server has")))
	switch {
	case err != nil:
		h.holds.Add(kit.ProblemCard(h.env.Host, problem.Of(err)))
		return
	case held.Current.Configuration == nil:
		column.Add(kit.Muted(kit.L("Nothing yet.")))
	default:
		line := kit.Row(kit.Gap, -1, kit.Badge(kit.MarkAttention, kit.L("Differs from this connection")))
		if held.Matches {
			line = kit.Row(kit.Gap, -1, kit.Badge(kit.MarkDone, kit.L("As in this connection")))
		}
		column.Add(line)
		c := held.Current.Configuration
		column.Add(kit.Facts(h.env.Host, [][2]string{
			{kit.L("Stored"), held.Current.StoredAt.Local().Format(time.DateTime)},
			{kit.L("Tenant"), strings.TrimSpace(c.Tenant.Domain + " " + c.Tenant.ID)},
			{kit.L("Client ID"), c.Application.ClientID},
			{kit.L("Credential"), c.Credential.Kind + " " + c.Credential.Fingerprint},
			{kit.L("Rooms"), strconv.Itoa(len(c.Rooms.Items))},
			{kit.L("ETag"), held.Current.ETag},
		}))
	}
	mark, says := viewOf(held)
	if held.SignIn != nil {
		column.Add(kit.ProblemAs(h.env.Host, kit.MarkAttention, held.SignIn))
	}
	column.Add(kit.Rule())
	column.Add(kit.TopRow(kit.Gap, 1, kit.MarkIcon(mark, 20), kit.Column(2, kit.NewText(kit.Say(says)), kit.Small(kit.L("The server's own view.")))))
	server := strings.TrimSpace(held.Description.Product + " " + held.Description.ProductVersion)
	column.Add(kit.Small(kit.L("%s, as of %s.", server, h.env.Now().Local().Format(time.DateTime))))
	h.holds.Add(kit.Card(column))
	if held.StatusProblem != nil {
		h.holds.Add(kit.Pad(kit.Gap, 0, 0, 0, kit.ProblemAs(h.env.Host, kit.MarkAttention, held.StatusProblem)))
	}
	h.holds.Refresh()
}

// viewOf is the server's own view.
func viewOf(held handover.Held) (kit.Mark, words.Text) {
	switch held.Status.State {
	case booking.StatusOK:
		return kit.MarkDone, serverView(check.ServerWorks)
	case booking.StatusFailing:
		for _, c := range held.Status.Checks {
			if c.State == "failed" {
				return kit.MarkFail, words.T("The booking server reports that it does not work: %s %s", c.Code, c.Detail)
			}
		}
		return kit.MarkFail, serverView(check.ServerFails)
	}
	return kit.MarkUnknown, serverView(check.ServerUnproven)
}

// fillForm shows the vendor's form.
func (h *HandOver) fillForm() {
	var entries []export.Entry
	var steps []setup.Step
	h.env.Scope.Run(func(ctx context.Context) (err error) {
		if steps, err = h.env.Session.Steps(ctx); err != nil {
			return err
		}
		entries, err = h.env.Session.Form(ctx)
		return err
	}, func(err error) {
		h.form.RemoveAll()
		h.entered.RemoveAll()
		if err != nil {
			h.form.Add(kit.ProblemCard(h.env.Host, problem.Of(err)))
		} else if blocked := limitBlocks(steps, h.env.product()); blocked != nil {
			h.form.Add(kit.ProblemAs(h.env.Host, kit.MarkAttention, blocked))
		} else if len(entries) > 0 || h.theirs() {
			h.showForm(entries)
			h.showEntered(steps)
		}
		h.frame.Object.Refresh()
	})
}

// limitBlocks is why nothing may be handed over before the limit in Exchange was
// proven, nil where it may.
func limitBlocks(steps []setup.Step, p product.Product) *problem.Problem {
	for _, s := range steps {
		if s.ID == setup.HandOver && s.State == setup.Blocked && p.LimitFirst {
			return proof.LimitFirst(p)
		}
	}
	return nil
}

// showEntered asks for the word of the person who filled in the form, or shows
// it: no server says there what it holds.
func (h *HandOver) showEntered(steps []setup.Step) {
	said, cannot := kit.L("I have entered it"), kit.Small(kit.L("Roomkey cannot see the vendor's console. A booking made there shows that the values are right."))
	switch {
	case h.theirs():
		said, cannot = kit.L("It works there"), kit.Small(kit.L("Roomkey cannot test it: it has no credential of the vendor's application. Book a room there and look at its calendar before you confirm it."))
	case h.byForm():
	case h.adapter() == booking.AdapterSeatsurfing:
		said, cannot = kit.L("It works there"), kit.Small(kit.L("This booking server cannot say whether it works. Sign in there before you confirm it."))
	default:
		return // the server says it by itself
	}
	for _, s := range steps {
		if s.ID == setup.HandOver && s.State == setup.Done {
			h.entered.Add(kit.Column(kit.GapTight, kit.MarkedText(kit.MarkDone, kit.Say(s.Reason)), cannot))
			return
		}
		if s.ID == setup.HandOver && (s.State == setup.Blocked || !h.byForm() && s.State == setup.Ready) {
			return // nothing was proven that could be entered, or pushed that could work
		}
	}
	by := kit.TextField(kit.L("Your name"), "", "")
	by.Clean = strings.TrimSpace
	by.Check = func(v string) words.Text {
		if v == "" {
			return words.T("Enter your name: it is kept with the date.")
		}
		return words.Text{}
	}
	press := kit.NewButtonWithIcon(said, theme.ConfirmIcon(), func() {
		if !by.Validate() {
			return
		}
		h.env.Scope.Run(func(ctx context.Context) error { return h.env.Session.Entered(ctx, by.Value()) }, func(err error) {
			h.notice.fail(problem.Of(err))
			if err == nil {
				h.notice.clear()
				h.fillForm()
			}
			h.env.Changed()
		})
	})
	h.entered.Add(kit.Card(kit.Column(kit.GapWide, by, kit.Row(0, -1, press), cannot)))
}

// showForm shows the form at once where it is the only way, else on request.
func (h *HandOver) showForm(entries []export.Entry) {
	if len(entries) == 0 {
		return
	}
	if h.byForm() {
		h.form.Add(h.formCard(entries))
		return
	}
	h.form.Add(kit.Row(0, -1, kit.QuietButton(kit.L("Type it into the vendor's console instead"), theme.MenuExpandIcon(), func() {
		h.form.Objects = []fyne.CanvasObject{h.formCard(entries)}
		h.frame.Object.Refresh()
	})))
}

func (h *HandOver) formCard(entries []export.Entry) fyne.CanvasObject {
	column := kit.Column(14, kit.Heading(kit.L("The vendor's form")))
	for _, e := range entries {
		column.Add(kit.Rule())
		label := kit.Column(2, kit.Strong(e.Label))
		if e.Help != "" {
			label.Add(kit.Small(kit.L(e.Help)))
		}
		line := kit.SharesCentred([]float32{1, 1.4})
		line.Add(kit.Pad(0, 16, 0, 0, label))
		line.Add(h.formValue(e))
		column.Add(line)
	}
	return kit.Card(column)
}

func (h *HandOver) formValue(e export.Entry) fyne.CanvasObject {
	switch {
	case e.Action:
		return kit.Muted(kit.L("Press this button in the vendor's console."))
	case !e.Missing.IsZero():
		missing := kit.Column(kit.GapTight, kit.NewText(kit.Say(e.Missing)))
		if !e.Place.IsZero() {
			missing.Add(kit.Row(0, -1, kit.TakeThere(h.env.Host, e.Place)))
		}
		return kit.TopRow(kit.Gap, 1, kit.MarkIcon(kit.MarkAttention, 16), missing)
	case e.Secret != "":
		says := kit.Muted("••••••••••••").As(kit.Clip, kit.ColorMuted)
		var b *kit.CopyButton
		b = kit.NewCopyButton(nil, kit.L("Copy without showing"), func() string { return "" })
		b.OnTapped = func() {
			copySecret(h.env, e.Secret, func(p *problem.Problem) {
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
