package page

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// planner is the part of the page Register that registers by itself: sign in,
// read the plan, apply it.
type planner struct {
	env     *Env
	backend Registration
	object  *fyne.Container
	account *fyne.Container
	notice  *notice
	plan    *fyne.Container
	client  *kit.Field
	current register.Plan
	options register.Options
	// changed is called when the application of the connection has changed.
	changed func()
	apply   *widget.Button
}

func newPlanner(env *Env, backend Registration, changed func()) *planner {
	p := &planner{env: env, backend: backend, changed: changed, account: kit.Column(kit.Gap), notice: newNotice(env.Host), plan: kit.Column(kit.GapWide)}
	p.client = kit.TextField(kit.L("Public client for the sign-in"), kit.L("Empty for Microsoft Graph Command Line Tools. Needed in China and wherever that one is blocked: the client ID of a public client of your own."), "")
	p.apply = kit.PrimaryButton(kit.L("Apply the plan"), theme.ConfirmIcon(), p.confirmApply)
	p.object = kit.Column(kit.GapWide, p.account, p.notice.object, p.plan)
	return p
}

// shown looks who is signed in; the plan of somebody who is costs nothing but
// reading.
func (p *planner) shown() {
	if who, ok := p.backend.SignedIn(p.env.ID); ok {
		p.showAccount(who)
		if p.current.Items == nil {
			p.makePlan()
		}
		return
	}
	p.showSignIn()
}

func (p *planner) showSignIn() {
	browser := widget.NewButtonWithIcon(kit.L("Sign in with the browser…"), theme.LoginIcon(), func() { p.ask(false, nil, p.makePlan) })
	if p.env.Opened.Connection.Application.ClientID == "" {
		browser.Importance = widget.HighImportance
	}
	code := kit.QuietButton(kit.L("Use a device code instead"), theme.ComputerIcon(), func() { p.ask(true, nil, p.makePlan) })
	p.account.Objects = []fyne.CanvasObject{section(kit.L("Let Roomkey register it"),
		kit.NewText(kit.L("Sign in once as an administrator. Roomkey reads the tenant and shows a plan; nothing is changed before you press Apply. The credential goes from Microsoft straight into the keychain.")),
		p.client, kit.Row(kit.Gap, -1, browser, code),
		kit.Small(kit.L("Many tenants block device codes; the browser works in more of them.")))}
	p.plan.RemoveAll()
	p.object.Refresh()
}

func (p *planner) showAccount(who SignedIn) {
	roles := strings.Join(who.Roles, ", ")
	if roles == "" {
		roles = kit.L("no directory role that can be seen")
	}
	says := kit.Column(2, kit.Strong(who.Name).As(kit.Clip, ""), kit.Muted(who.UserPrincipalName), kit.Small(kit.L("Roles: %s", roles)), kit.Small(kit.L("Signed in to %s.", who.Client)))
	if len(who.Consented) > 0 {
		says.Add(kit.Small(kit.L("Given to it, and kept at Microsoft after the sign-in: %s", strings.Join(who.Consented, ", "))))
	}
	out := widget.NewButtonWithIcon(kit.L("Sign out"), theme.LogoutIcon(), func() {
		p.current = register.Plan{}
		p.env.Scope.Run(func(ctx context.Context) error { return p.backend.SignOut(ctx, p.env.ID) }, func(err error) {
			p.notice.fail(problem.Of(err))
			p.showSignIn()
		})
	})
	undo := kit.QuietButton(kit.L("Undo…"), theme.ContentUndoIcon(), p.askUndo)
	p.account.Objects = []fyne.CanvasObject{kit.Card(kit.Row(kit.GapWide, 0, says, undo, out))}
	p.object.Refresh()
}

// ask shows what the sign-in is for before it opens, and goes on when the
// sign-in that there is suffices.
func (p *planner) ask(byCode bool, plan *register.Plan, then func()) {
	o := SignIn{ClientID: strings.TrimSpace(p.client.Value()), DeviceCode: byCode, Open: p.env.Host.Open}
	var says words.Text
	p.env.Scope.Run(func(ctx context.Context) (err error) {
		says, err = p.backend.Disclosure(ctx, p.env.ID, o, plan)
		return err
	}, func(err error) {
		switch {
		case err != nil:
			p.notice.fail(problem.Of(err))
		case says.IsZero():
			then()
		default:
			p.notice.put(kit.NewConfirmCard(kit.L("Sign in to Microsoft 365"), kit.Say(says), kit.L("Continue to the sign-in"), kit.L("Not now"), false, func(yes bool) {
				p.notice.clear()
				if yes {
					p.signIn(o, plan, then)
				}
			}))
		}
		p.object.Refresh()
	})
}

func (p *planner) signIn(o SignIn, plan *register.Plan, then func()) {
	o.Show = func(code DeviceCode) { p.env.Host.Dispatch(func() { p.showCode(code) }) }
	var who SignedIn
	p.env.Scope.Show(kit.L("Waiting for the sign-in"), func(ctx context.Context, _ task.Report) (err error) {
		who, err = p.backend.SignIn(ctx, p.env.ID, o, plan)
		return err
	}, func(err error) {
		p.notice.fail(problem.Of(err))
		if err == nil {
			p.showAccount(who)
			then()
		}
		p.object.Refresh()
	})
}

// showCode shows a device code until the sign-in has ended.
func (p *planner) showCode(code DeviceCode) {
	p.notice.put(section(kit.L("Type this code on Microsoft's page"), kit.Command(p.env.Host, code.Code), kit.Link(p.env.Host, code.Address, code.Address),
		kit.Small(kit.L("The code is good until %s. Cancel stands in the bar below.", code.Expires.Local().Format(time.TimeOnly)))))
	p.object.Refresh()
}

func (p *planner) makePlan() {
	var plan register.Plan
	var advice []words.Text
	options := p.options
	p.env.Scope.Show(kit.L("Reading the tenant"), func(ctx context.Context, report task.Report) (err error) {
		plan, advice, err = p.backend.RegisterPlan(ctx, p.env.ID, options, report)
		return err
	}, func(err error) {
		if err != nil {
			p.notice.fail(problem.Of(err))
			p.object.Refresh()
			return
		}
		p.showPlan(plan, advice)
	})
}

func (p *planner) showPlan(plan register.Plan, advice []words.Text) {
	p.current = plan
	p.plan.RemoveAll()
	for _, a := range advice {
		p.plan.Add(kit.Tinted(kit.ColorWarnTint, theme.ColorNameWarning, kit.NewText(kit.Say(a))))
	}
	if plan.Blocked != nil {
		p.plan.Add(kit.ProblemAs(p.env.Host, kit.MarkAttention, plan.Blocked))
	}
	if len(plan.Choices) > 0 {
		options := []kit.Option{{ID: register.New, Name: kit.L("Make a new application")}}
		for _, c := range plan.Choices {
			options = append(options, kit.Option{ID: c.ClientID, Name: c.DisplayName + "  ·  " + c.ClientID + "  ·  " + c.CreatedAt.Format(time.DateOnly)})
		}
		choice := kit.SelectField(kit.L("Which application?"), kit.L("The tenant has several of that name."), options)
		choice.OnChanged = func(id string) { p.options.Use = id; p.makePlan() }
		p.plan.Add(choice)
	}
	p.plan.Add(planTable(p.env.Host, plan.Items))
	todo := len(plan.Todo())
	line := kit.Row(kit.Gap, 0, kit.Muted(kit.L("%d things to do. Nothing was changed yet.", todo)),
		widget.NewButtonWithIcon(kit.L("For a colleague…"), theme.DocumentSaveIcon(), p.saveHandOff), p.apply)
	if plan.Blocked != nil || p.env.ReadOnly() {
		p.apply.Disable()
	} else {
		p.apply.Enable()
	}
	if todo == 0 && plan.Blocked == nil {
		p.apply.Disable()
		line = kit.Row(kit.Gap, -1, kit.Badge(kit.MarkDone, kit.L("Everything is as it should be")))
	}
	p.plan.Add(line)
	p.object.Refresh()
}

// planTable shows today, wanted and action of each item.
func planTable(host *kit.Host, items []register.Item) fyne.CanvasObject {
	shares := []float32{1.5, 1.5, 1.7, 0.9}
	column := kit.Column(kit.Gap, kit.Heading(kit.L("The plan")))
	head := kit.Shares(shares)
	for _, t := range []string{kit.L("What"), kit.L("Today"), kit.L("Wanted"), kit.L("Action")} {
		head.Add(kit.Small(t))
	}
	column.Add(head)
	for _, it := range items {
		line := kit.Shares(shares)
		for _, t := range []fyne.CanvasObject{kit.NewText(kit.Say(it.Title)), kit.Muted(kit.Say(it.Today)), kit.NewText(kit.Say(it.Wanted))} {
			line.Add(kit.Pad(0, 12, 0, 0, t))
		}
		mark, text := actionOf(it.Action)
		line.Add(kit.MarkedText(mark, text))
		column.Add(kit.Rule())
		column.Add(line)
		if !it.Why.IsZero() {
			column.Add(kit.Small(kit.Say(it.Why)))
		}
		if it.Problem != nil {
			column.Add(kit.ProblemAs(host, kit.MarkAttention, it.Problem))
		}
	}
	return kit.Card(column)
}

func actionOf(a register.Action) (kit.Mark, string) {
	switch a {
	case register.Keep:
		return kit.MarkDone, kit.L("keep")
	case register.Create:
		return kit.MarkReady, kit.L("create")
	case register.Change:
		return kit.MarkReady, kit.L("change")
	case register.Grant:
		return kit.MarkReady, kit.L("grant")
	case register.Remove:
		return kit.MarkAttention, kit.L("remove")
	case register.ByHand:
		return kit.MarkAttention, kit.L("by hand")
	case register.Attention:
		return kit.MarkAttention, kit.L("to read")
	}
	return kit.MarkUnknown, string(a)
}

// confirmApply asks for the further consent that applying needs, and applies.
func (p *planner) confirmApply() {
	plan := p.current
	p.ask(false, &plan, func() { p.run(plan) })
}

func (p *planner) run(plan register.Plan) {
	p.apply.Disable()
	var result register.Result
	p.env.Scope.Show(kit.L("Registering the application"), func(ctx context.Context, report task.Report) (err error) {
		result, err = p.backend.RegisterApply(ctx, p.env.ID, plan, report)
		return err
	}, func(err error) {
		failed := problem.Of(err)
		p.env.Reload(p.changed)
		if failed != nil {
			p.notice.fail(failed)
			p.apply.Enable()
			if failed.Code == register.CodeStale {
				p.makePlan()
			}
			p.object.Refresh()
			return
		}
		p.plan.RemoveAll()
		p.showResult(result)
	})
}

// showResult never calls a registration finished whose consent is missing or
// whose proof did not come.
func (p *planner) showResult(r register.Result) {
	switch {
	case r.Consent != nil:
		p.notice.warn(r.Consent)
	case !r.Proof.Token || len(r.Proof.Missing) > 0:
		p.notice.warn(problem.New("register.unproven", words.T("Everything was carried out, but the application's token does not show it yet.")).
			With(words.T("Still missing: %s", strings.Join(r.Proof.Missing, ", "))).
			Fix(words.T("Wait some minutes and test on the page Prove that it works.")))
	default:
		p.notice.good(kit.L("The application is registered, and a fresh token proved its credential and permissions."))
	}
	p.object.Refresh()
}

func (p *planner) saveHandOff() {
	plan := p.current
	var file File
	p.env.Scope.Run(func(ctx context.Context) (err error) {
		file, err = p.backend.HandOff(ctx, p.env.ID, plan)
		return err
	}, func(err error) {
		if err != nil {
			p.notice.fail(problem.Of(err))
			return
		}
		p.env.Files.Save(file, func(path string, failed *problem.Problem) {
			p.notice.fail(failed)
			if failed == nil {
				p.notice.good(kit.L("Saved to %s: plan, links and a checklist for the colleague who may consent.", path))
			}
			p.object.Refresh()
		})
	})
}

// askUndo shows what would be taken away and wants the name typed.
func (p *planner) askUndo() {
	var plan register.UndoPlan
	p.env.Scope.Show(kit.L("Reading the tenant"), func(ctx context.Context, _ task.Report) (err error) {
		plan, err = p.backend.UndoPlan(ctx, p.env.ID)
		return err
	}, func(err error) {
		if err != nil {
			p.notice.fail(problem.Of(err))
			p.object.Refresh()
			return
		}
		name := kit.TextField(kit.L("Type the application's name to confirm"), "", plan.Name)
		extra := []fyne.CanvasObject{planTable(p.env.Host, plan.Items)}
		for _, leaves := range plan.Leaves {
			extra = append(extra, kit.Muted(kit.Say(leaves)))
		}
		if plan.SignIns != "" {
			extra = append(extra, kit.Link(p.env.Host, kit.L("The application's last sign-ins"), plan.SignIns))
		}
		detail := kit.L("The booking server stops working with it at once.")
		if plan.Restorable {
			detail += " " + kit.L("A deleted application can be restored for 30 days.")
		}
		p.notice.put(kit.NewConfirmCard(kit.L("Undo the registration of %s?", plan.Name), detail, kit.L("Undo"), kit.L("Keep it"), true, func(yes bool) {
			typed := name.Value()
			p.notice.clear()
			if yes {
				p.undo(typed)
			}
			p.object.Refresh()
		}, append(extra, name)...))
		p.object.Refresh()
	})
}

func (p *planner) undo(typed string) {
	p.env.Scope.Show(kit.L("Undoing the registration"), func(ctx context.Context, report task.Report) error {
		_, err := p.backend.Undo(ctx, p.env.ID, typed, report)
		return err
	}, func(err error) {
		p.notice.fail(problem.Of(err))
		if err == nil {
			p.notice.good(kit.L("What Roomkey made was taken away again."))
		}
		p.plan.RemoveAll()
		p.env.Reload(p.changed)
		p.object.Refresh()
	})
}
