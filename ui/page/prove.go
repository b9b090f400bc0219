package page

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/ui/kit"
)

// Prove is the third step: every link of the chain is tried.
type Prove struct {
	env     *Env
	frame   *kit.Frame
	notice  *notice
	left    *fyne.Container
	verdict *fyne.Container
	cause   *fyne.Container
	options *runOptions
	list    *kit.FindingList
	facts   *fyne.Container
	run     *widget.Button
	next    *widget.Button
	report  *widget.Button
	running bool
	// found are the findings as they are shown, by id.
	found map[string]Finding
	// Every is the pause between two tries of one check.
	Every time.Duration
}

// NewProve makes the page.
func NewProve(env *Env) *Prove {
	p := &Prove{env: env, notice: newNotice(env.Host), left: kit.Column(0), verdict: kit.Column(kit.Gap), cause: kit.Column(kit.Gap),
		list: kit.NewFindingList(env.Host), facts: kit.Column(kit.GapWide), found: map[string]Finding{}, Every: 15 * time.Second}
	p.options = newRunOptions(env, p.relayout)
	p.list.OnAgain = p.again
	checks := kit.Card(p.list)
	checks.Pad = 6
	body := kit.Column(kit.GapWide, p.notice.object, p.left, p.verdict, p.cause, p.options.object, checks, p.facts)
	p.frame = kit.NewFrame(kit.L("Prove that it works"),
		kit.L("Every link is tried with the application's own credential. Nothing counts as working that was not exercised; nothing is changed unless you say so."), body)
	p.run = kit.PrimaryButton(kit.L("Test the connection"), theme.MediaPlayIcon(), p.Start)
	p.report = widget.NewButtonWithIcon(kit.L("Save report…"), theme.DocumentSaveIcon(), p.chooseReport)
	p.next = widget.NewButtonWithIcon(kit.L("Choose rooms"), theme.NavigateNextIcon(), func() { env.Go(setup.Choose) })
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
	var run *Run
	var todo []Finding
	var prepared Preparation
	p.env.Scope.Run(func(ctx context.Context) (err error) {
		if prepared, err = p.env.Backend.Prepare(ctx, p.env.ID); err != nil {
			return err
		}
		if run, err = p.env.Backend.LastCheck(ctx, p.env.ID); err != nil || run != nil {
			return err
		}
		todo, err = p.env.Backend.Catalogued(ctx, p.env.ID)
		return err
	}, func(err error) {
		if p.running {
			return
		}
		if err != nil {
			p.notice.fail(problem.Of(err))
			return
		}
		p.options.prepare(prepared)
		p.showLeft(prepared.Leftovers)
		p.list.Clear()
		for _, f := range todo {
			p.put(f, "")
		}
		p.show(run)
	})
}

func (p *Prove) put(f Finding, rootCause string) {
	p.found[f.ID] = f
	p.list.Put(p.finding(f, rootCause))
}

func (p *Prove) actions(run *Run) {
	p.run.SetText(kit.L("Test the connection"))
	p.run.Importance = widget.HighImportance
	if run == nil {
		p.frame.Actions(p.run)
		return
	}
	p.run.SetText(kit.L("Test again"))
	if run.Current && (run.Verdict == VerdictPass || run.Verdict == VerdictWarn) {
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
		return
	case !o.Booking && !o.Notification:
		p.begin(o)
		return
	}
	if o.Booking {
		p.plan(o)
		return
	}
	p.ask(o, BookingPlan{})
}

// begin runs all checks; findings come in as they are known.
func (p *Prove) begin(o CheckOptions) {
	p.running = true
	p.run.Disable()
	p.options.close()
	p.notice.clear()
	p.cause.RemoveAll()
	p.facts.RemoveAll()
	p.verdict.RemoveAll()
	p.list.Clear()
	p.env.Changed()
	var (
		run      Run
		prepared Preparation
		coming   = newStream[Finding](p.env.Scope, func(found []Finding) {
			for _, f := range found {
				p.put(f, "")
			}
			p.relayout()
		})
	)
	p.env.Scope.Show(kit.L("Testing the connection"), func(ctx context.Context, report task.Report) (err error) {
		if run, err = p.env.Backend.Check(ctx, p.env.ID, o, coming.add, report); err != nil {
			return err
		}
		// Cancelled or not, what the run made may still be there.
		prepared, err = p.env.Backend.Prepare(context.WithoutCancel(ctx), p.env.ID)
		return err
	}, func(err error) {
		p.running = false
		p.run.Enable()
		p.env.Changed()
		if err != nil {
			p.notice.fail(problem.Of(err))
			return
		}
		p.options.prepare(prepared)
		p.showLeft(prepared.Leftovers)
		p.show(&run)
		p.notice.fail(run.NotKept)
	})
}

// show draws a whole run; nil is none yet.
func (p *Prove) show(run *Run) {
	p.actions(run)
	p.verdict.RemoveAll()
	p.cause.RemoveAll()
	p.facts.RemoveAll()
	if run == nil {
		p.verdict.Add(kit.Tinted(kit.ColorInfoTint, theme.ColorNamePrimary, kit.NewText(kit.L("Nothing was tried yet. This is what will be tried:"))))
		p.relayout()
		return
	}
	mark, title := verdictOf(run)
	says := kit.Column(kit.GapTight, kit.Heading(title))
	if !run.Says.IsZero() {
		says.Add(kit.NewText(kit.Say(run.Says)))
	}
	if !run.Finished.IsZero() {
		says.Add(kit.Small(kit.L("Tested on %s, in %.1f seconds.", run.Finished.Local().Format(time.DateTime), run.Finished.Sub(run.Started).Seconds())))
	}
	if !run.Before.IsZero() {
		says.Add(kit.Pad(kit.GapTight, 0, 0, 0, comparison(run)))
	}
	p.verdict.Add(kit.Tinted(mark.Tint(), mark.Color(), says))
	p.list.Clear()
	for _, f := range run.Findings {
		p.put(f, run.RootCause)
		if f.ID == run.RootCause && f.Problem != nil {
			p.cause.Add(kit.ProblemAs(p.env.Host, MarkOf(f.Status), f.Problem))
			p.cause.Add(kit.Row(kit.Gap, -1, p.againButton(f.ID)))
		}
	}
	if len(run.Features)+len(run.Unproven) > 0 {
		p.facts.Add(featureList(run))
	}
	if len(run.Permissions) > 0 {
		p.facts.Add(permissionTable(run.Permissions))
	}
	if len(run.Endpoints) > 0 {
		p.facts.Add(endpointList(p.env.Host, run.Endpoints))
	}
	p.relayout()
}

// verdictOf never answers green for anything but a pass on this configuration.
func verdictOf(run *Run) (kit.Mark, string) {
	switch run.Verdict {
	case VerdictPass:
		if run.Current {
			return kit.MarkDone, kit.L("It works.")
		}
		return kit.MarkAttention, kit.L("It worked, but the configuration has changed since.")
	case VerdictWarn:
		if run.Current {
			return kit.MarkAttention, kit.L("It works, with warnings.")
		}
		return kit.MarkAttention, kit.L("It worked with warnings, but the configuration has changed since.")
	case VerdictFail:
		return kit.MarkFail, kit.L("It does not work yet.")
	}
	return kit.MarkUnknown, kit.L("The test is incomplete, which proves nothing.")
}

// MarkOf is the mark of a finding's status.
func MarkOf(status string) kit.Mark {
	switch status {
	case StatusPass:
		return kit.MarkDone
	case StatusWarn:
		return kit.MarkAttention
	case StatusFail:
		return kit.MarkFail
	case StatusUnknown:
		return kit.MarkUnknown
	case StatusSkipped:
		return kit.MarkSkipped
	case StatusRunning:
		return kit.MarkRunning
	}
	return kit.MarkTodo
}

func (p *Prove) finding(f Finding, rootCause string) kit.Finding {
	shown := kit.Finding{ID: f.ID, Mark: MarkOf(f.Status), Title: kit.Say(f.Title), Summary: kit.Say(f.Summary),
		Problem: f.Problem, Duration: f.Duration, RequestID: f.RequestID, Cause: f.ID == rootCause && rootCause != ""}
	if f.Status == StatusSkipped && !f.Because.IsZero() {
		shown.Summary = kit.L("Skipped: %s", f.Because)
	} else if shown.Summary == "" && f.Problem != nil {
		shown.Summary = kit.Say(f.Problem.Title)
	}
	for _, fact := range f.Evidence {
		shown.Facts = append(shown.Facts, [2]string{fact.Name, fact.Value})
	}
	return shown
}
