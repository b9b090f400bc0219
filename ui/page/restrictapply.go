package page

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/amend"
	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// amender does what a script does, with the administrator's own sign-in.
type amender struct {
	r    *Restrict
	body *fyne.Container
	// plans holds the plan, in the place of the scripts.
	plans   *kit.Scroll
	planned *fyne.Container
	script  script
	plan    *amend.Plan
	// password is the field for that of an account which the plan makes.
	password *kit.Field
}

func newAmender(r *Restrict) *amender {
	a := &amender{r: r, body: kit.Column(0), planned: kit.Column(kit.Gap)}
	a.plans = kit.NewVScroll(kit.Pad(0, 14, kit.GapWide, 0, kit.Readable(a.planned)))
	a.plans.Hide()
	return a
}

// show is the card for a script; a plan of the settings from before is dropped.
func (a *amender) show(s script) fyne.CanvasObject {
	a.script, a.plan, a.password = s, nil, nil
	a.draw()
	return a.body
}

// drop forgets the plan, because the settings changed.
func (a *amender) drop() {
	if a.plan != nil {
		a.plan = nil
		a.draw()
	}
}

func (a *amender) draw() {
	a.planned.RemoveAll()
	a.password = nil
	if a.plan == nil {
		a.plans.Hide()
		a.r.split.Show()
	} else {
		a.planned.Add(a.planCard())
		a.r.split.Hide()
		a.plans.Show()
		a.plans.Refresh()
	}
	a.put(a.card())
}

func (a *amender) put(o fyne.CanvasObject) {
	a.body.Objects = []fyne.CanvasObject{o}
	a.body.Refresh()
	a.r.about.Refresh()
	a.r.side.Refresh()
}

// ask shows what a sign-in asks for: above the plan, while there is one.
func (a *amender) ask(o fyne.CanvasObject) {
	if a.plan == nil {
		a.put(o)
		return
	}
	plan := a.planned.Objects[len(a.planned.Objects)-1]
	a.planned.Objects = []fyne.CanvasObject{o, plan}
	a.plans.Refresh()
	a.plans.ScrollToTop()
}

func (a *amender) card() fyne.CanvasObject {
	if a.script.API == nil {
		if a.script.Name == mainScript {
			return kit.Card(kit.NewText(kit.L("Microsoft has no supported API for calendar processing, so it stays a script.")))
		}
		return kit.Column(0)
	}
	plan := kit.NewButtonWithIcon(kit.L("Sign in and plan"), theme.LoginIcon(), func() { a.makePlan(false) })
	text := kit.Column(kit.Gap, kit.Heading(kit.L("Let Roomkey do it")),
		kit.NewText(kit.L("Roomkey signs you in and shows a plan. Nothing is changed until you select Apply. Every change is read back, and the previous values are kept.")),
		kit.Small(kit.L("Needs the role %s.", kit.L(a.script.API.Role))))
	if a.script.API.Preview {
		plan.Disable()
		text.Add(kit.Badge(kit.MarkAttention, kit.L("Preview at Microsoft")))
		text.Add(kit.NewCheck(kit.L("Use what Microsoft may change without notice and does not support in production"), func(on bool) {
			if plan.Disable(); on {
				plan.Enable()
			}
		}))
	}
	text.Add(kit.Row(kit.Gap, -1, plan, kit.QuietButton(kit.L("Undo…"), theme.ContentUndoIcon(), func() { a.makePlan(true) })))
	return kit.Card(text)
}

func (a *amender) planCard() fyne.CanvasObject {
	items := make([]change.Item, len(a.plan.Items))
	for n, i := range a.plan.Items {
		items[n] = i.Item
	}
	title, apply := kit.L("The plan"), kit.L("Apply")
	if a.plan.Undo {
		title, apply = kit.L("What is restored"), kit.L("Restore")
	}
	row, leave := kit.Row(kit.Gap, -1), kit.L("Close")
	if len(a.plan.Todo()) > 0 {
		row.Add(kit.PrimaryButton(apply, theme.ConfirmIcon(), a.apply))
		leave = kit.L("Cancel")
	}
	row.Add(kit.NewButton(leave, func() { a.drop() }))
	out := kit.Column(kit.Gap, kit.Heading(kit.L(a.script.Title)))
	if account := a.plan.NewAccount(); account != "" {
		a.password = kit.PasswordField(kit.L("Password for %s", account), kit.L("It goes to Microsoft only. Keep it in your organization's password manager."), "")
		a.password.Check = func(v string) words.Text {
			if v == "" {
				return words.T("Type a password.")
			}
			return words.Text{}
		}
		out.Add(a.password)
	}
	out.Add(row)
	for _, w := range a.plan.Warnings {
		out.Add(kit.Small(kit.Say(w)))
	}
	out.Add(planTable(a.r.env.Host, title, items, a.plans.Refresh)) // the buttons first: there may be hundreds of rooms
	return out
}

func (a *amender) way(ctx context.Context) session.SignIn { return a.r.env.way(ctx, a.ask) }

// way is a sign-in whose page opens in the browser, or is played where the tenant
// is simulated; ask shows what it asks for.
func (e *Env) way(ctx context.Context, ask func(fyne.CanvasObject)) session.SignIn {
	played := e.simulated()
	var text words.Text
	tell := func(objects ...fyne.CanvasObject) {
		e.Host.Dispatch(func() {
			ask(kit.Card(kit.Column(kit.Gap, append([]fyne.CanvasObject{kit.Heading(kit.L("Sign in on Microsoft's page")), kit.NewText(kit.Say(text))}, objects...)...)))
		})
	}
	return session.SignIn{
		Disclose: func(t words.Text) { text = t },
		Open: func(address string) {
			tell(kit.Small(kit.L("No page? Open this address in a browser on this computer:")), kit.Command(e.Host, address))
			if played != nil {
				played.Browse(ctx, address)
				return
			}
			e.Host.Dispatch(func() { e.Host.Open(address) })
		},
		Show: func(c entra.DeviceCode) {
			tell(kit.Command(e.Host, c.Code), kit.Link(e.Host, c.Address, c.Address))
			if played != nil {
				played.TypeCode(ctx, c)
			}
		},
	}
}

// makePlan signs in to look alone, and shows what would be changed or undone.
func (a *amender) makePlan(undo bool) {
	name, values := a.script.Name, a.r.values()
	var plan amend.Plan
	a.r.env.Scope.Show(kit.L("Reading the tenant"), func(ctx context.Context, report task.Report) (err error) {
		if _, err = a.r.env.Session.SignIn(ctx, a.way(ctx), session.ScopesToAmend(name, false)); err != nil {
			return err
		}
		if undo {
			plan, err = a.r.env.Session.AmendUndoPlan(ctx, name, report)
		} else {
			plan, err = a.r.env.Session.AmendPlan(ctx, name, values, report)
		}
		return err
	}, func(err error) {
		a.r.notice.fail(problem.Of(err))
		if a.script.Name != name {
			return
		}
		if a.plan = nil; err == nil {
			a.plan = &plan
		}
		a.draw()
		a.r.frame.Object.Refresh()
	})
}

// apply carries out the plan; the sign-in grows by what that needs.
func (a *amender) apply() {
	plan := *a.plan
	var password vault.Secret
	if a.password != nil {
		if !a.password.Validate() {
			return
		}
		password = vault.NewSecret(a.password.Value())
	}
	var result exchange.Result
	a.r.env.Scope.Show(kit.L("Applying the plan"), func(ctx context.Context, report task.Report) (err error) {
		if _, err = a.r.env.Session.SignIn(ctx, a.way(ctx), session.ScopesToAmend(plan.Script, true)); err != nil {
			return err
		}
		result, err = a.r.env.Session.Amend(ctx, plan, password, report)
		return err
	}, func(err error) {
		a.plan = nil
		a.draw()
		if result.Script == "" {
			a.r.cameBack(ViewResults, err)
			return
		}
		a.r.cameBack(ViewResults, nil) // also what was done before it stopped
		a.r.notice.fail(problem.Of(err))
		a.r.frame.Object.Refresh()
	})
}
