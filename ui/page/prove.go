package page

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/ui/kit"
)

// Prove is the fifth step: every link of the chain is tried.
type Prove struct {
	env     *Env
	frame   *kit.Frame
	notice  *notice
	left    *fyne.Container
	verdict *fyne.Container
	proof   *proofChain
	options *runOptions
	facts   *fyne.Container
	run     *kit.Button
	next    *kit.Button
	report  *kit.Button
	running bool
	// Every is the pause between two tries of one check.
	Every time.Duration
}

// NewProve makes the page.
func NewProve(env *Env) *Prove {
	p := &Prove{env: env, notice: newNotice(env.Host), left: kit.Column(0), verdict: kit.Column(kit.Gap),
		proof: newProofChain(env), facts: kit.Column(kit.GapWide), Every: 15 * time.Second}
	p.options = newRunOptions(env, p.relayout)
	env.Remember(map[string]*kit.Field{"prove.organizer": p.options.organizer, "prove.outOfReach": p.options.outOfReach}, func() { p.options.show() })
	p.proof.again, p.proof.relayout, p.proof.trace = p.again, p.relayout, p.openTrace
	body := kit.Column(kit.GapWide, p.notice.object, p.left, p.verdict, p.proof.object, p.options.object, p.facts)
	p.frame = kit.NewFrame(kit.L("Prove that it works"),
		kit.L("Roomkey tests every link with the application's own credential. Only what was tested counts as working, and nothing is changed unless you allow it."), body)
	p.notice.top = p.frame.ToTop
	p.run = kit.PrimaryButton(kit.L("Test the connection"), theme.MediaPlayIcon(), p.Start)
	p.report = kit.NewButtonWithIcon(kit.L("Save report…"), theme.DocumentSaveIcon(), p.chooseReport)
	p.next = kit.NewButtonWithIcon(kit.L("Hand over"), theme.NavigateNextIcon(), func() { env.Go(setup.HandOver) })
	p.frame.Spot("check", p.run, nil)
	p.frame.Spot("organizer", p.options.organizer, p.options.openBooking)
	p.frame.Spot("notification", p.options.notification, p.options.openNotification)
	p.frame.Spot("scope.outside", p.options.outOfReach, p.options.open)
	p.actions(nil)
	return p
}

func (p *Prove) relayout() {
	if p.frame != nil {
		p.frame.Object.Refresh()
	}
}

// Frame is the page.
func (p *Prove) Frame() *kit.Frame { return p.frame }

// Shown shows the last run, or what will be tried.
func (p *Prove) Shown() {
	if p.running {
		return
	}
	var run *diagnosis
	var ready prepared
	var chain evidence.Chain
	p.env.Scope.Run(func(ctx context.Context) (err error) {
		if ready, err = p.env.prepare(ctx); err != nil {
			return err
		}
		if chain, err = p.env.Session.Chain(ctx); err != nil {
			return err
		}
		last, current, err := p.env.Session.LastCheck(ctx)
		if last != nil {
			run = &diagnosis{Run: *last, current: current, before: p.env.Session.PreviousCheck()}
			if err == nil {
				err = run.stand(ctx, p.env.Session)
			}
		}
		return err
	}, func(err error) {
		if p.running {
			return
		}
		if err != nil {
			p.notice.fail(problem.Of(err))
			return
		}
		p.options.prepare(ready)
		p.showLeft(ready.left)
		p.show(run, chain)
	})
}

// openTrace unfolds the options at the test that a link needs.
func (p *Prove) openTrace(link evidence.LinkID) {
	if link == evidence.LinkNotifications {
		p.options.openNotification()
		p.frame.Reveal("notification")
		return
	}
	p.options.openBooking()
	p.frame.Reveal("organizer")
}

func (p *Prove) actions(run *diagnosis) {
	p.run.SetText(kit.L("Test the connection"))
	p.run.Importance = widget.HighImportance
	if run == nil {
		p.frame.Actions(p.run)
		return
	}
	p.run.SetText(kit.L("Test again"))
	if run.current && run.Verdict.Passes() && run.next.State != setup.Blocked {
		p.run.Importance = widget.MediumImportance
		p.next.Importance = widget.HighImportance
		p.frame.Actions(p.report, p.run, p.next)
		return
	}
	p.frame.Actions(p.report, p.run)
}

// Start runs all checks with the options of the moment, after a yes to what
// leaves a trace.
func (p *Prove) Start() {
	if p.running {
		return
	}
	o, ok := p.options.chosen()
	switch {
	case !ok:
		p.frame.ToWrong()
		return
	case !o.AllowWrites:
		p.begin(o)
		return
	}
	if o.Organizer != "" {
		p.plan(o)
		return
	}
	p.ask(o, check.BookingPlan{})
}

// begin runs all checks; findings come in as they are known.
func (p *Prove) begin(o check.Options) {
	p.running = true
	p.run.Disable()
	p.options.close()
	p.notice.clear()
	p.facts.RemoveAll()
	p.verdict.RemoveAll()
	p.proof.coming(nil)
	p.env.Changed()
	var (
		run    diagnosis
		ready  prepared
		chain  evidence.Chain
		soFar  []check.Finding
		coming = newStream[check.Finding](p.env.Scope, func(found []check.Finding) {
			soFar = append(soFar, found...)
			p.proof.coming(soFar)
			p.relayout()
		})
	)
	p.env.Scope.Show(kit.L("Testing the connection"), func(ctx context.Context, report task.Report) error {
		before, _, err := p.env.Session.LastCheck(ctx)
		if err != nil && problem.CodeOf(err) != store.CodeStateDamaged { // this run takes the place of a damaged one
			return err
		}
		run.current, run.before = true, before
		if run.Run, err = p.env.Session.Check(ctx, o, coming.add, report); err != nil {
			return err
		}
		// Cancelled or not, what the run made may still be there.
		ctx = context.WithoutCancel(ctx)
		if chain, err = p.env.Session.Chain(ctx); err != nil {
			return err
		}
		if err = run.stand(ctx, p.env.Session); err == nil {
			ready, err = p.env.prepare(ctx)
		}
		return err
	}, func(err error) {
		p.running = false
		p.run.Enable()
		p.env.Changed()
		if err != nil {
			p.notice.fail(problem.Of(err))
			p.Shown()
			return
		}
		p.options.prepare(ready)
		p.showLeft(ready.left)
		p.show(&run, chain)
		p.notice.fail(run.NotKept)
	})
}

// show draws the chain as it is proven, and the last whole run; nil is none yet.
func (p *Prove) show(run *diagnosis, chain evidence.Chain) {
	p.actions(run)
	p.verdict.RemoveAll()
	p.facts.RemoveAll()
	if run == nil {
		var all []check.Finding
		for _, c := range check.Catalogue() {
			all = append(all, check.Finding{ID: c.ID, Title: c.Title})
		}
		p.proof.set(chain, all, "")
		return
	}
	mark, text := headline(run)
	card := kit.Tinted(mark.Tint(), mark.Color(), text)
	card.Pad = 12
	p.verdict.Add(card)
	p.facts.Add(about(run))
	cause := ""
	if run.RootCause != nil {
		cause = run.RootCause.Check
	}
	p.proof.set(chain, run.Findings, cause)
	if len(run.Features)+len(run.Unproven) > 0 {
		p.facts.Add(featureList(run.Run))
	}
	if len(run.Layers) > 0 {
		p.facts.Add(p.permissionTable(run.Layers))
	}
	if len(run.Endpoints) > 0 {
		p.facts.Add(endpointList(p.env.Host, run.Endpoints))
	}
	p.relayout()
}

// headline is what stands above a run: green only when the run passed, the step is
// done by it and nothing else that is known is wrong, such as the server's own view;
// where the step is not done, its own reason stands first.
func headline(run *diagnosis) (kit.Mark, *fyne.Container) {
	mark, title := verdictOf(run)
	if !run.Headline.IsZero() {
		title = kit.Say(run.Headline)
	}
	text := kit.Column(kit.GapTight, kit.Heading(title))
	if mark == kit.MarkDone && run.step.State != setup.Done {
		mark = StepMark(run.step.State)
		text = kit.Column(kit.GapTight, kit.Heading(kit.Say(run.step.Reason)))
		if !run.Headline.IsZero() && run.Headline.String() != run.step.Reason.String() {
			text.Add(kit.NewText(title))
		}
	}
	if bad, ok := evidence.Worst(run.Claims); ok && mark == kit.MarkDone {
		mark = kit.MarkAttention
		if bad.Standing == evidence.Failed {
			mark = kit.MarkFail
		}
	}
	return mark, text
}

// about is from where and when a run tested, and what changed since the one before.
func about(run *diagnosis) fyne.CanvasObject {
	text := kit.Column(kit.GapTight, kit.NewText(kit.Say(provenFrom(run.Run))))
	if !run.Finished.IsZero() {
		text.Add(kit.Small(kit.L("Tested on %s, in %.1f seconds.", run.Finished.Local().Format(time.DateTime), run.Finished.Sub(run.Started).Seconds())))
	}
	if run.before != nil && len(run.Only) == 0 {
		text.Add(kit.Pad(kit.GapTight, 0, 0, 0, comparison(run)))
	}
	return kit.Card(text)
}

// verdictOf never answers green for anything but a pass on this configuration.
func verdictOf(run *diagnosis) (kit.Mark, string) {
	switch run.Verdict {
	case check.Passed:
		if run.current {
			return kit.MarkDone, kit.L("It works.")
		}
		return kit.MarkAttention, kit.L("It worked, but the configuration has changed since.")
	case check.Warned:
		if run.current {
			return kit.MarkAttention, kit.L("It works, with warnings.")
		}
		return kit.MarkAttention, kit.L("It worked with warnings, but the configuration has changed since.")
	case check.Failed:
		return kit.MarkFail, kit.L("It does not work yet.")
	}
	return kit.MarkUnknown, kit.L("The test is incomplete, so it proves nothing.")
}

// MarkOf is the mark of a finding's status.
func MarkOf(status check.Status) kit.Mark {
	switch status {
	case check.Pass:
		return kit.MarkDone
	case check.Warn:
		return kit.MarkAttention
	case check.Fail:
		return kit.MarkFail
	case check.Unknown:
		return kit.MarkUnknown
	case check.Skipped:
		return kit.MarkSkipped
	}
	return kit.MarkTodo
}

// findingOf is a finding as it is shown.
func findingOf(f check.Finding, rootCause string) kit.Finding {
	seen, requestID := facts(f)
	shown := kit.Finding{ID: f.ID, Mark: MarkOf(f.Status), Title: kit.Say(f.Title), Summary: kit.Say(f.Note), Facts: seen,
		Problem: f.Problem, Duration: f.Duration, RequestID: requestID, Cause: f.ID == rootCause && rootCause != ""}
	if why := because(f); f.Status == check.Skipped && !why.IsZero() {
		shown.Summary = kit.L("Skipped: %s", why)
	} else if shown.Summary == "" && f.Problem != nil {
		shown.Summary = kit.Say(f.Problem.Title)
	}
	return shown
}
