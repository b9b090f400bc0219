package page

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// askUndo shows what would be removed and wants the name typed.
func (c *applicationCard) askUndo() { c.planUndo(true) }

// planUndo asks for the sign-in log on the way, unless the person gave up on
// that.
func (c *applicationCard) planUndo(withLog bool) {
	var plan register.UndoPlan
	c.p.work(kit.L("Reading the tenant"), func(ctx context.Context, _ task.Report) (err error) {
		if withLog {
			if err := c.p.through(ctx, func(way session.SignIn) error { return c.p.env.Session.AllowSignInLog(ctx, way) }); err != nil {
				return err
			}
		}
		plan, err = c.p.env.Session.RegisterUndoPlan(ctx)
		return err
	}, func(err error) {
		if err != nil {
			c.p.show()
			c.p.fail(problem.Of(err))
			if withLog && problem.CodeOf(err) == problem.CodeCancelled {
				c.p.notice.also(kit.Row(0, -1, kit.NewButtonWithIcon(kit.L("Undo without looking at the sign-in log"), theme.ContentUndoIcon(), func() { c.planUndo(false) })))
				c.p.page.relayout()
			}
			return
		}
		c.showUndo(plan)
	})
}

func (c *applicationCard) showUndo(plan register.UndoPlan) {
	c.typed = kit.TextField(kit.L("Type the application's name to confirm"), "", plan.Name)
	stays := kit.Column(kit.GapTight, kit.Strong(kit.L("What remains, and why")))
	for _, t := range plan.Leaves {
		stays.Add(kit.NewText("– " + kit.Say(t)))
	}
	detail := words.T("The booking server stops working immediately.")
	if plan.Restorable {
		detail = words.Sentences(detail, words.T("A deleted application can be restored for 30 days."))
	}
	var card *kit.ConfirmCard
	card = kit.NewConfirmCard(kit.L("Undo the registration of %s?", plan.Name), kit.Say(detail), kit.L("Remove"), kit.L("Keep it"), true, func(yes bool) {
		if !yes {
			c.ask = nil
			c.p.show()
			return
		}
		card.Yes.Disable()
		card.No.Disable()
		c.undo(func(wrong *problem.Problem) {
			card.Yes.Enable()
			card.No.Enable()
			c.p.show()
			c.typed.Say(sentence(wrong))
			c.p.page.relayout()
		})
	}, c.lastSignIns(plan), planTable(c.p.env.Host, kit.L("What is removed, newest first"), plan.Items, c.p.page.relayout), stays, c.p.notes.object, c.typed)
	c.question(card)
}

// undo removes what Roomkey made; differs is called when the name that was
// typed is another.
func (c *applicationCard) undo(differs func(*problem.Problem)) {
	typed, o := c.typed.Value(), c.p.notes.into(register.Options{})
	c.p.work(kit.L("Undoing the registration"), func(ctx context.Context, report task.Report) error {
		if err := c.p.grow(ctx, entra.ScopesRead, entra.ScopesApply, entra.ScopesConsent); err != nil {
			return err
		}
		_, err := c.p.env.Session.RegisterUndo(ctx, typed, o, report)
		return err
	}, func(err error) {
		if failed := problem.Of(err); failed != nil && failed.Code == register.CodeName {
			differs(failed)
			return
		}
		c.ask = nil
		c.done(kit.L("What Roomkey created was removed."))(err)
	})
}

// lastSignIns says who used the application last: what is not known is said to
// be unknown, with the reason and the page to look at.
func (c *applicationCard) lastSignIns(plan register.UndoPlan) fyne.CanvasObject {
	column := kit.Column(kit.Gap, kit.Heading(kit.L("The last sign-ins with this application")))
	if !plan.InUse.IsZero() {
		column.Add(kit.TopRow(kit.Gap, 1, kit.MarkIcon(kit.MarkAttention, 20), kit.Strong(kit.Say(plan.InUse))))
	}
	var why []*problem.Problem
	for _, l := range plan.LastSignIns {
		when := kit.Strong(kit.Say(l.When()))
		if l.State == register.SignInUnknown {
			when.Color = kit.MarkUnknown.Color()
		}
		column.Add(kit.Rule())
		line := kit.Shares([]float32{1, 1.6})
		line.Add(kit.Pad(0, kit.GapWide, 0, 0, kit.NewText(kit.Say(l.Title()))))
		line.Add(kit.Column(2, when, kit.Small(kit.Say(l.Source))))
		column.Add(line)
		if l.Problem != nil && !contains(why, l.Problem) {
			why = append(why, l.Problem)
		}
	}
	for _, p := range why {
		column.Add(kit.ProblemAs(c.p.env.Host, kit.MarkUnknown, p))
	}
	if len(why) == 0 && plan.SignIns != "" {
		column.Add(kit.Link(c.p.env.Host, kit.L("See them in the Microsoft Entra admin center"), plan.SignIns))
	}
	return kit.Card(column)
}

// says is whether the list has a problem that reads the same.
func contains(list []*problem.Problem, p *problem.Problem) bool {
	for _, other := range list {
		if other.Code == p.Code && kit.Say(other.Title) == kit.Say(p.Title) {
			return true
		}
	}
	return false
}
