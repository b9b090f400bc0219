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
	verdict *fyne.Container
	cause   *fyne.Container
	list    *kit.FindingList
	table   *fyne.Container
	run     *widget.Button
	next    *widget.Button
	report  *widget.Button
	running bool
}

// NewProve makes the page.
func NewProve(env *Env) *Prove {
	p := &Prove{env: env, notice: newNotice(env.Host), verdict: kit.Column(kit.Gap), cause: kit.Column(kit.Gap),
		list: kit.NewFindingList(env.Host), table: kit.Column(0)}
	checks := kit.Card(p.list)
	checks.Pad = 6
	body := kit.Column(kit.GapWide, p.notice.object, p.verdict, p.cause, checks, p.table)
	p.frame = kit.NewFrame(kit.L("Prove that it works"),
		kit.L("Every link is tried with the application's own credential. Nothing counts as working that was not exercised; nothing is changed."), body)
	p.run = kit.PrimaryButton(kit.L("Test the connection"), theme.MediaPlayIcon(), p.Start)
	p.report = widget.NewButtonWithIcon(kit.L("Save report…"), theme.DocumentSaveIcon(), p.saveReport)
	p.next = widget.NewButtonWithIcon(kit.L("Choose rooms"), theme.NavigateNextIcon(), func() { env.Go(setup.Choose) })
	p.actions(nil)
	return p
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
	p.env.Scope.Run(func(ctx context.Context) (err error) {
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
		p.list.Clear()
		for _, f := range todo {
			p.list.Put(p.finding(f, ""))
		}
		p.show(run)
	})
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

// Start runs all checks; findings come in as they are known.
func (p *Prove) Start() {
	p.running = true
	p.run.Disable()
	p.notice.clear()
	p.cause.RemoveAll()
	p.table.RemoveAll()
	p.verdict.RemoveAll()
	p.list.Clear()
	p.env.Changed()
	var (
		run    Run
		coming = newStream[Finding](p.env.Scope, func(found []Finding) {
			for _, f := range found {
				p.list.Put(p.finding(f, ""))
			}
			p.frame.Object.Refresh()
		})
	)
	p.env.Scope.Show(kit.L("Testing the connection"), func(ctx context.Context, report task.Report) (err error) {
		run, err = p.env.Backend.Check(ctx, p.env.ID, coming.add, report)
		return err
	}, func(err error) {
		p.running = false
		p.run.Enable()
		p.env.Changed()
		if err != nil {
			p.notice.fail(problem.Of(err))
			return
		}
		p.show(&run)
	})
}

// show draws a whole run; nil is none yet.
func (p *Prove) show(run *Run) {
	p.actions(run)
	p.verdict.RemoveAll()
	p.cause.RemoveAll()
	p.table.RemoveAll()
	if run == nil {
		p.verdict.Add(kit.Tinted(kit.ColorInfoTint, theme.ColorNamePrimary, kit.NewText(kit.L("Nothing was tried yet. This is what will be tried:"))))
		p.frame.Object.Refresh()
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
	p.verdict.Add(kit.Tinted(mark.Tint(), mark.Color(), says))
	p.list.Clear()
	for _, f := range run.Findings {
		p.list.Put(p.finding(f, run.RootCause))
		if f.ID == run.RootCause && f.Problem != nil {
			p.cause.Add(kit.ProblemCard(p.env.Host, f.Problem))
		}
	}
	if len(run.Permissions) > 0 {
		p.table.Add(permissionTable(run.Permissions))
	}
	p.frame.Object.Refresh()
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

func (p *Prove) saveReport() {
	var file File
	p.env.Scope.Run(func(ctx context.Context) (err error) {
		file, err = p.env.Backend.Report(ctx, p.env.ID)
		return err
	}, func(err error) {
		if err != nil {
			p.notice.fail(problem.Of(err))
			return
		}
		p.env.Files.Save(file, func(path string, failed *problem.Problem) {
			p.notice.fail(failed)
			if failed == nil {
				p.notice.good(kit.L("Saved to %s.", path))
			}
		})
	})
}

// permissionTable shows the four layers of truth about each permission.
func permissionTable(rows []PermissionRow) fyne.CanvasObject {
	column := kit.Column(kit.Gap, kit.Heading(kit.L("Permissions, in four layers")),
		kit.Muted(kit.L("Declared on the application, consented by an administrator, carried by the token, and proven by a call. What could not be read is unknown and counts as not good.")))
	head := kit.Shares([]float32{3.4, 1, 1, 1, 1})
	for _, title := range []string{kit.L("Permission"), kit.L("Declared"), kit.L("Consented"), kit.L("In token"), kit.L("Proven")} {
		head.Add(kit.Small(title).As(kit.Clip, kit.ColorMuted))
	}
	column.Add(kit.Pad(kit.Gap, 0, 0, 0, head))
	for _, r := range rows {
		line := kit.Shares([]float32{3.4, 1, 1, 1, 1})
		name := kit.Column(2, kit.Mono(r.Value).As(kit.Clip, ""))
		text := r.Reason
		if !r.Note.IsZero() {
			text = kit.Say(r.Note)
		}
		if text != "" {
			name.Add(kit.Small(text))
		}
		line.Add(kit.Pad(0, 12, 0, 0, name))
		for _, layer := range []string{r.Declared, r.Consented, r.InToken, r.Proven} {
			line.Add(layerMark(layer))
		}
		column.Add(kit.Rule())
		column.Add(line)
	}
	return kit.Card(column)
}

func layerMark(layer string) fyne.CanvasObject {
	mark, text := kit.MarkUnknown, kit.L("unknown")
	switch layer {
	case "yes":
		mark, text = kit.MarkDone, kit.L("yes")
	case "no":
		mark, text = kit.MarkFail, kit.L("no")
	case "not-applicable":
		mark, text = kit.MarkSkipped, kit.L("not needed")
	}
	return kit.MarkedText(mark, text)
}
