package page

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/handover"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// lookAgain asks for the plan and for what the server holds.
func (h *HandOver) lookAgain() {
	h.look.Disable()
	h.push.Disable()
	h.plan.Objects = []fyne.CanvasObject{kit.Muted(kit.L("Checking the booking server…"))}
	h.frame.Object.Refresh()
	var plan handover.Plan
	var held handover.ServerState
	var heldErr error
	h.env.Scope.Show(kit.L("Checking the booking server"), func(ctx context.Context, _ task.Report) (err error) {
		held, heldErr = h.env.Session.ServerState(ctx)
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
			h.frame.ToTop()
		} else {
			h.showPlan(plan)
		}
		if p := problem.Of(heldErr); p != nil && err != nil && p.Code == problem.Of(err).Code {
			h.holds.RemoveAll() // it is said above
		} else {
			h.showServerState(held, heldErr)
			h.saysItFails(held)
		}
		h.frame.Object.Refresh()
		h.env.Changed() // a look is remembered
	})
}

// saysItFails puts at the top what does not work at the server: in its own view,
// or the sign-in there.
func (h *HandOver) saysItFails(held handover.ServerState) {
	switch mark, text := viewOf(held); {
	case mark != kit.MarkFail && held.SignIn != nil:
		h.notice.warn(held.SignIn)
	case mark != kit.MarkFail:
	case held.StatusProblem != nil:
		h.notice.fail(held.StatusProblem)
	default:
		h.notice.put(kit.Tinted(mark.Tint(), mark.Color(), kit.Column(kit.Gap,
			kit.Strong(kit.L("The booking server has the configuration, but it does not work there.")), kit.NewText(kit.Say(text)))))
	}
}

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
	if warned(plan) && !plan.Unchanged() {
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
		title := words.T("%s", p.Detail)
		if plan.DryRun.Said {
			title = words.T("The booking server says: %s", p.Detail)
		}
		h.plan.Add(kit.ProblemCard(h.env.Host, booking.Objection(p.Code, title).
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
		h.plan.Add(kit.Tinted(kit.ColorInfoTint, theme.ColorNamePrimary, kit.NewText(kit.L("The server already has exactly this configuration. There is nothing to push."))))
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
	h.env.Settle()
	h.push.Disable()
	h.look.Disable()
	h.notice.clear()
	var pushed handover.Pushed
	var held handover.ServerState
	var unread error
	h.env.Scope.Show(kit.L("Pushing the configuration"), func(ctx context.Context, report task.Report) (err error) {
		if err := h.env.Session.Confirm(ctx, yes); err != nil {
			return err
		}
		if !plan.Asked() {
			return problem.New(handover.CodePlanStale, words.T("Your confirmation is kept. What the server has and what would change could not be shown before.")).
				Fix(words.T("Test the connection.")).
				Fix(words.T("Then check the plan again."))
		}
		if pushed, err = h.env.Session.Push(ctx, plan, accept, report); err != nil {
			return err
		}
		held, unread = h.env.Session.ServerState(ctx) // a push is done, whatever comes of this
		return nil
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
			mark, _ := viewOf(held)
			switch {
			case pushed.Fails && unread != nil:
				h.notice.fail(pushed.Problem)
			case unread != nil:
				h.notice.warn(problem.New(codeBookingPushedUnread, words.T("The booking server has the configuration.")).
					With(words.T("What it reports now was not read: %s", problem.Of(unread).Title)).
					Lead(words.T("Check again."), problem.PlaceLook))
			case mark == kit.MarkFail, held.SignIn != nil:
				h.saysItFails(held)
			case held.Matches:
				h.notice.good(kit.L("The booking server now has exactly this configuration. It was read back from the server."))
				if mark == kit.MarkDone {
					h.offerForget()
				}
			default:
				h.notice.warn(problem.New(codeBookingNotAsPushed, wordsNotAsPushed))
			}
			h.showServerState(held, unread)
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
