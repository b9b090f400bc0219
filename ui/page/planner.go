package page

import (
	"context"
	"maps"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// planner is the way of the page Register on which Roomkey registers the
// application: sign in, read the plan, apply it, look after it.
type planner struct {
	*administration
	page   *Register
	object *fyne.Container

	application *applicationCard
	choices     *choices
	notes       *notes
	review      *review
	record      *record
	plan        *session.RegistrationPlan
	result      *session.Registered
	proof       *quickProof
	// left is whether the consent of that result was left to a colleague, used
	// are the choices of the plan that was applied.
	left bool
	used register.Options
	// renewed is whether that run made a credential.
	renewed bool
	// steps are what a run has done so far, nil while none runs.
	steps *runSteps
	// handOff is the card for a colleague, nil while it is not open.
	handOff fyne.CanvasObject
}

func newPlanner(env *Env, notice *notice, page *Register) *planner {
	p := &planner{page: page, object: kit.Column(kit.GapWide)}
	p.administration = newAdministration(env, notice, p)
	p.application = newApplicationCard(p)
	p.choices = newChoices(p)
	p.notes = newNotes()
	p.review = newReview(p)
	p.record = newRecord(p)
	p.proof = newQuickProof(env)
	env.Remember(p.typed(), func() {
		p.choices.dirty = p.choices.dirty || p.plan != nil // it was made without them
		p.show()
	})
	return p
}

// typed are the inputs of the page that are no part of the document, by the names
// of their drafts.
func (p *planner) typed() map[string]*kit.Field {
	c := p.choices
	return map[string]*kit.Field{
		"register.name": c.app, "register.credentialKind": c.kind, "register.leaveConsent": c.leave, "register.logo": c.logo,
		"register.credentialName": c.name, "register.months": c.months, "register.homePage": c.home, "register.support": c.support,
		"register.privacy": c.privacy, "register.terms": c.terms, "register.reviewer": p.notes.reviewer, "register.ticket": p.notes.ticket,
	}
}

// shown asks what is known; a result is read once, and a plan is made anew for
// what was described meanwhile.
func (p *planner) shown() {
	if !p.busy {
		p.plan, p.result, p.handOff, p.application.ask = nil, nil, nil, nil
		p.proof.show(nil)
		p.choices.advise()
		p.record.again()
		p.ask(nil)
	}
}

func (p *planner) purpose() string {
	return kit.L("Roomkey reads the tenant and shows a plan. Nothing is changed until you select Apply, and the credential goes from Microsoft straight into the keychain.")
}

func (p *planner) scopes() []string { return entra.ScopesRead }

// looked goes on with the plan once somebody is signed in.
func (p *planner) looked(then func()) {
	if p.state.Account == nil {
		p.plan, p.handOff = nil, nil
	} else if p.plan == nil && p.result == nil && then == nil {
		then = p.makePlan
	}
	p.show()
	if then != nil {
		then()
	}
}

// began takes off the page what an earlier run showed.
func (p *planner) began() {
	p.handOff = nil
	p.proof.show(nil)
}

func (p *planner) ended() {
	p.steps = nil
	p.record.again()
}

func (p *planner) relayout() { p.page.relayout() }

func (p *planner) toTop() { p.page.frame.ToTop() }

// show brings the page up to date.
func (p *planner) show() {
	p.object.RemoveAll()
	add := func(o fyne.CanvasObject) {
		if o != nil {
			p.object.Add(o)
		}
	}
	if p.known {
		if p.state.Unfinished && p.steps == nil && p.result == nil {
			add(kit.Tinted(kit.ColorInfoTint, theme.ColorNamePrimary, kit.NewText(kit.L("An earlier run was interrupted. Apply continues where it stopped and creates nothing twice."))))
		}
		if p.application.ask != nil {
			add(p.application.ask)
		}
		add(p.resultCard())
		if p.application.ask == nil { // a question stands alone
			add(p.proof.object)
		}
		add(p.handOff)
		add(p.signIn.show())
		switch {
		case p.steps != nil:
			add(p.steps.object)
		case p.result == nil && p.application.ask == nil:
			add(p.application.show())
			if p.plan != nil {
				for _, o := range p.planObjects() {
					add(o)
				}
			}
		}
		if p.steps == nil && p.application.ask == nil {
			add(p.more())
		}
	}
	if p.page.frame != nil {
		p.page.actions()
	}
	p.page.relayout()
}

// more is what stands folded at the end of the page.
func (p *planner) more() fyne.CanvasObject {
	column := kit.Column(kit.Gap)
	if p.plan != nil && p.plan.Reviewed == nil && p.result == nil {
		column.Add(p.choices.fold.object)
		column.Add(p.review.show())
	}
	column.Add(p.record.fold.object)
	return column
}

// actions are the buttons at the foot, the main one last.
func (p *planner) actions() []*kit.Button {
	switch {
	case !p.known || p.steps != nil || p.application.ask != nil: // a question has its own
		return nil
	case p.result != nil && p.result.Consent == nil && !p.left:
		return p.proved(p.result.Proven())
	case p.state.Account == nil:
		signIn := p.signIn.button()
		if !p.application.registered() || p.state.Unfinished || p.state.Unheld {
			return []*kit.Button{signIn}
		}
		signIn.Importance = widget.MediumImportance
		return append([]*kit.Button{signIn}, p.proved(p.state.Proven)...)
	case p.plan == nil || p.choices.dirty:
		return []*kit.Button{p.able(kit.PrimaryButton(kit.L("Create the plan"), theme.SearchIcon(), p.makePlan))}
	}
	apply := p.able(kit.PrimaryButton(kit.L("Apply"), theme.ConfirmIcon(), p.apply))
	if p.plan.Reviewed != nil && p.plan.Blocked == nil && len(p.plan.Todo()) > 0 {
		return []*kit.Button{apply}
	}
	again := p.able(kit.NewButtonWithIcon(kit.L("Check again"), theme.ViewRefreshIcon(), p.makePlan))
	switch {
	case p.plan.Blocked != nil:
		return []*kit.Button{again}
	case len(p.plan.Todo()) == 0 && !p.state.Unfinished:
		return append([]*kit.Button{again}, p.proved(p.state.Proven)...)
	}
	return []*kit.Button{again, apply}
}

// proved are the buttons of a registration with nothing left to apply: on, or
// the test that it ends with.
func (p *planner) proved(proven bool) []*kit.Button {
	if proven {
		return []*kit.Button{p.page.forward()}
	}
	return []*kit.Button{p.able(kit.PrimaryButton(kit.L("Test the registration"), theme.MediaPlayIcon(), p.test))}
}

// test tests what was registered.
func (p *planner) test() {
	var run check.Run
	p.work(testingRegistration(), func(ctx context.Context, report task.Report) (err error) {
		run, err = p.env.Session.QuickProof(ctx, nil, report)
		return err
	}, func(err error) {
		p.env.Changed()
		if err == nil {
			p.proof.show(&run)
			if p.result != nil {
				p.result.Check, p.result.NotTested = &run, nil
			}
		}
		p.ask(func() { p.notice.fail(problem.Of(err)) })
	})
}

// makePlan reads the tenant.
func (p *planner) makePlan() { p.makePlanThen(nil) }

// makePlanThen reads the tenant, shows the plan and goes on.
func (p *planner) makePlanThen(then func()) {
	o := p.choices.read()
	if o == nil {
		return
	}
	var plan session.RegistrationPlan
	p.work(kit.L("Reading the tenant"), func(ctx context.Context, report task.Report) (err error) {
		plan, err = p.env.Session.RegisterPlan(ctx, *o, report)
		return err
	}, func(err error) {
		if err != nil {
			p.show()
			p.fail(problem.Of(err))
			return
		}
		p.plan, p.result, p.choices.dirty = &plan, nil, false
		p.choices.offer(plan.Plan)
		p.show()
		if then != nil {
			then()
		}
	})
}

// apply carries the plan out.
func (p *planner) apply() {
	plan := applied(p.plan, p.notes)
	steps := newRunSteps(p.env.Scope, p.page.relayout)
	var result session.Registered
	p.work(kit.L("Registering the application"), func(ctx context.Context, report task.Report) (err error) {
		if err := p.grow(ctx, session.ScopesFor(plan)); err != nil {
			return err
		}
		result, err = p.env.Session.RegisterApply(ctx, plan, plan.Options, func(now task.Progress) {
			report(now)
			steps.add(now)
		})
		return err
	}, func(err error) {
		failed := problem.Of(err)
		p.env.Changed()
		if failed == nil {
			p.plan, p.result, p.left, p.used = nil, &result, plan.LeavesConsent(), plan.Options
			p.proof.show(result.Check)
			p.choices.registered()
			p.used.Use = ""
			p.env.Forget(slices.Collect(maps.Keys(p.typed()))...)
			p.renewed = slices.ContainsFunc(plan.Todo(), func(i change.Item) bool { return i.ID == "credential" })
			p.page.frame.ToTop()
			p.ask(p.offerHandOff)
			return
		}
		stale := failed.Code == register.CodeStale
		p.fail(failed)
		p.ask(func() {
			if stale {
				p.makePlanThen(func() { p.fail(failed) })
			}
		})
	})
	p.steps = steps
	p.show()
}

// offerHandOff opens the card for a colleague where consent is missing.
func (p *planner) offerHandOff() {
	if p.result != nil && (p.result.Consent != nil || p.left) {
		var plan session.RegistrationPlan
		p.env.Scope.Run(func(ctx context.Context) (err error) {
			plan, err = p.env.Session.RegisterPlan(ctx, p.used, nil)
			return err
		}, func(err error) {
			if err != nil {
				p.fail(problem.Of(err))
				return
			}
			p.openHandOff(plan.Plan)
		})
	}
}

// saved asks where a file that was made may go, and says where it went.
func (p *planner) saved(file File, err error, text func(path string) string) {
	if err != nil {
		p.fail(problem.Of(err))
		return
	}
	p.env.Files.Save(file, func(path string, failed *problem.Problem) {
		p.notice.fail(failed)
		if failed == nil {
			p.notice.good(text(path))
		}
		p.page.frame.ToTop()
		p.page.relayout()
	})
}

// resultCard is what a run did. It is green only when a fresh token proved it.
func (p *planner) resultCard() fyne.CanvasObject {
	r := p.result
	if r == nil {
		return nil
	}
	credential := kit.L("Client secret, in the keychain")
	if r.Application.Credential.Kind == "certificate" {
		credential = kit.L("Certificate, in the keychain")
	}
	if end := r.Application.Credential.Expires; !end.IsZero() {
		credential = kit.L("%s, expires on %s", credential, end.Format("2006-01-02"))
	}
	facts := kit.Facts(p.env.Host, [][2]string{{kit.L("Application"), r.Application.DisplayName}, {kit.L("Client ID"), r.Application.ClientID}})
	rest := pairs([][2]string{{kit.L("Credential"), credential}, {kit.L("Proof"), kit.Say(proofOf(r.Proof, p.renewed))}})
	if !r.Proven() {
		column := kit.Column(kit.GapWide)
		for _, why := range []*problem.Problem{r.Consent, r.NotTested} {
			if why != nil {
				column.Add(kit.ProblemAs(p.env.Host, kit.MarkAttention, why))
			}
		}
		column.Add(section(kit.L("Registered, but not proven yet"), kit.Column(kit.GapTight, facts, rest)))
		return column
	}
	return kit.Tinted(kit.ColorGoodTint, theme.ColorNameSuccess,
		kit.Column(kit.Gap, kit.Heading(kit.L("The application is registered and proven")), kit.Column(kit.GapTight, facts, rest)))
}

func proofOf(p register.Proof, renewed bool) words.Text {
	switch {
	case !p.Token && !renewed:
		return words.T("No new token was issued.")
	case !p.Token:
		return words.T("No token was issued for the new credential yet.")
	case p.Opaque:
		return words.T("A fresh token came. It does not show its permissions.")
	case len(p.Missing) > 0:
		return words.T("A fresh token came. It does not carry %s yet.", strings.Join(p.Missing, ", "))
	case !renewed && len(p.Roles) == 0:
		return words.T("A fresh token came. It carries no application permissions.")
	case !renewed:
		return words.T("A fresh token came. It carries %s.", strings.Join(p.Roles, ", "))
	case len(p.Roles) == 0:
		return words.T("A fresh token came with the new credential. It carries no application permissions.")
	}
	return words.T("A fresh token came with the new credential. It carries %s.", strings.Join(p.Roles, ", "))
}
