package page

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/handover"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// offer shows what can be chosen beside a push: to take over what Roomkey made
// elsewhere, and to remove what it made and nobody wants any more.
func (h *HandOver) offer(plan handover.Plan) {
	if plan.DryRun.Takeable {
		h.plan.Add(kit.Row(0, -1, kit.NewButtonWithIcon(kit.L("Created by Roomkey: it will be reused"), theme.DownloadIcon(), func() {
			h.env.Scope.Show(kit.L("Reusing what exists"), func(ctx context.Context, _ task.Report) error { return h.env.Session.TakeOver(ctx) }, func(err error) {
				h.notice.fail(problem.Of(err))
				h.lookAgain()
			})
		})))
	}
	if plan.DryRun.Unwanted > 0 || h.choices.Remove {
		remove := kit.NewCheck(kit.Say(words.N(plan.DryRun.Unwanted, "Remove %d item that Roomkey created there and that is no longer wanted, with its bookings", "Remove %d items that Roomkey created there and that are no longer wanted, with their bookings", plan.DryRun.Unwanted)), nil)
		remove.Checked = h.choices.Remove
		remove.OnChanged = func(on bool) { h.choices.Remove = on; h.lookAgain() }
		h.plan.Add(kit.Tinted(kit.ColorWarnTint, theme.ColorNameWarning, remove))
	}
}

// removal takes back from the booking server what was handed over.
type removal struct {
	h      *HandOver
	object *fyne.Container
}

func newRemoval(h *HandOver) *removal { return &removal{h: h, object: kit.Column(0)} }

// show offers the removal while the server holds something.
func (r *removal) show(held bool) {
	r.object.RemoveAll()
	if held {
		r.object.Add(kit.Row(0, -1, kit.QuietButton(kit.L("Remove from the server…"), theme.DeleteIcon(), r.ask)))
	}
}

// ask shows what goes, what stays and the last use, and wants the name typed.
func (r *removal) ask() {
	var plan handover.RemovalPlan
	r.h.env.Scope.Show(kit.L("Checking the booking server"), func(ctx context.Context, _ task.Report) (err error) {
		plan, err = r.h.env.Session.PlanRemoval(ctx)
		return err
	}, func(err error) {
		if err != nil {
			r.fail(err)
			return
		}
		r.object.Objects = []fyne.CanvasObject{r.question(plan)}
		r.h.frame.Object.Refresh()
		r.h.frame.ToSee(r.object)
	})
}

func (r *removal) question(plan handover.RemovalPlan) fyne.CanvasObject {
	list := func(title string, lines []words.Text) fyne.CanvasObject {
		column := kit.Column(kit.GapTight, kit.Strong(title))
		for _, line := range lines {
			column.Add(kit.NewText("– " + problem.Line(kit.Say(line))))
		}
		return column
	}
	name := kit.TextField(kit.L("Type the connection's name to confirm"), "", plan.Name)
	var card *kit.ConfirmCard
	card = kit.NewConfirmCard(kit.L("Remove what the booking server has from here?"), kit.Say(plan.LastUse), kit.L("Remove"), kit.L("Cancel"), true, func(yes bool) {
		if !yes {
			r.show(true)
			r.h.frame.Object.Refresh()
			return
		}
		card.Yes.Disable()
		card.No.Disable()
		r.h.env.Scope.Show(kit.L("Removing from the booking server"), func(ctx context.Context, _ task.Report) error {
			return r.h.env.Session.Remove(ctx, plan, name.Value())
		}, func(err error) {
			if failed := problem.Of(err); failed != nil && failed.Code == handover.CodeNameNotTyped {
				card.Yes.Enable()
				card.No.Enable()
				name.Say(failed.Title)
				r.h.frame.Object.Refresh()
				return
			}
			r.show(false)
			r.fail(err)
			if err == nil {
				r.h.notice.good(kit.L("The booking server has deleted it. The app registration is still there."))
				if left := r.h.env.Session.LeftBehind(); left != nil {
					r.h.notice.also(kit.ProblemAs(r.h.env.Host, kit.MarkAttention, left))
				}
			}
			r.h.lookAgain()
			r.h.env.Changed()
		})
	}, list(kit.L("Will be removed from the booking server"), plan.Goes), list(kit.L("Will remain"), plan.Stays), name)
	return card
}

func (r *removal) fail(err error) {
	r.h.notice.fail(problem.Of(err))
	r.h.frame.ToTop()
}
