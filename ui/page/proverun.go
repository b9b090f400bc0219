package page

import (
	"context"
	"encoding/json"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// plan finds the time of the test booking before anybody agrees to it.
func (p *Prove) plan(o check.Options) {
	p.running = true
	p.run.Disable()
	p.notice.clear()
	p.verdict.RemoveAll() // what an earlier run came to says nothing of this one
	p.facts.RemoveAll()
	var plan check.BookingPlan
	p.env.Scope.Show(kit.L("Checking when the room is free"), func(ctx context.Context, _ task.Report) (err error) {
		plan, err = p.env.Session.PlanBooking(ctx, o)
		return err
	}, func(err error) {
		p.running = false
		p.run.Enable()
		if err == nil {
			o.BookingAt = plan.Start
			p.ask(o, plan)
			return
		}
		failed := problem.Of(err)
		if failed.Code == check.CodeNoOrganizer {
			p.options.openBooking()
			p.options.organizer.Say(sentence(failed))
		}
		p.notice.fail(failed)
		p.frame.ToTop()
		p.relayout()
	})
}

// ask says what a run leaves, and begins it after a yes.
func (p *Prove) ask(o check.Options, plan check.BookingPlan) {
	p.notice.put(kit.NewConfirmCard(kit.L("This test writes to the tenant. Continue?"), traceOf(o, plan),
		kit.L("Test, and remove it again"), kit.L("Not now"), true, func(yes bool) {
			p.notice.clear()
			if yes {
				p.begin(o)
			}
			p.relayout()
		}))
	p.frame.ToTop()
	p.relayout()
}

// again runs one check, with what it depends on, again and again until it
// passes or the person cancels, for instance while somebody repairs it.
func (p *Prove) again(id string) {
	if p.running {
		return
	}
	p.running = true
	p.run.Disable()
	p.notice.clear()
	outside := p.options.outside()
	was, _ := check.Run{Findings: p.proof.findings}.Finding(id)
	latest := check.Finding{}
	var chain evidence.Chain
	p.env.Scope.Show(kit.L("Testing again: %s", was.Title), func(ctx context.Context, report task.Report) (err error) {
		defer func() {
			drawn, wrong := p.env.Session.Chain(context.WithoutCancel(ctx))
			if chain = drawn; err == nil {
				err = wrong
			}
		}()
		for try := 1; ; try++ {
			run, err := p.env.Session.Check(ctx, check.Options{Only: []string{id}, OutOfReach: outside, NoSubscription: true}, nil, report)
			if err != nil {
				return err
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			for _, f := range run.Findings {
				if f.ID == id {
					latest = f
				}
			}
			if unwanted(latest) || latest.Status == check.Pass || latest.Status == check.Warn && was.Status != check.Warn {
				return nil
			}
			report.Say(0, 0, words.T("Not yet (try %d). The next try is in %d seconds.", try, int(p.Every.Seconds())))
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(p.Every):
			}
		}
	}, func(err error) {
		p.running = false
		p.run.Enable()
		p.env.Changed()
		p.proof.retested(chain, latest)
		p.tell(latest, problem.Of(err))
		p.frame.ToTop()
		p.relayout()
	})
}

// tell says how a check that was tested again ended; the verdict stays that of
// the last whole run.
func (p *Prove) tell(f check.Finding, failed *problem.Problem) {
	switch {
	case failed != nil && failed.Code == problem.CodeCancelled:
		p.notice.put(kit.Tinted(kit.ColorInfoTint, theme.ColorNamePrimary, kit.NewText(kit.L("Stopped. It has not passed yet."))))
	case failed != nil:
		p.notice.fail(failed)
	case unwanted(f):
		p.notice.put(kit.Tinted(kit.ColorWarnTint, theme.ColorNameWarning, kit.Column(kit.GapTight,
			kit.NewText(kit.L("This was not tried again: %s", because(f))),
			kit.NewText(kit.L("Choose it under “Options for the next test” and test the whole connection.")))))
	default:
		p.notice.good(kit.L("%s: this passes now. Test the whole connection again for a complete result.", f.Title))
	}
}

// showLeft names what an interrupted run may have left.
func (p *Prove) showLeft(left []check.Trace) {
	p.left.RemoveAll()
	if len(left) == 0 {
		return
	}
	text := kit.Column(kit.Gap, kit.Strong(kit.L("An interrupted test may have left something in the tenant")))
	for _, l := range left {
		text.Add(kit.NewText("•  " + leftover(l)))
	}
	clean := kit.NewButtonWithIcon(kit.L("Clean up"), theme.DeleteIcon(), p.cleanUp)
	text.Add(kit.Row(kit.Gap, 1, clean, kit.Small(kit.L("Only what is listed here is removed, by the IDs recorded when it was created."))))
	p.left.Add(kit.Tinted(kit.ColorWarnTint, theme.ColorNameWarning, text))
}

func (p *Prove) cleanUp() {
	var removed int
	var after prepared
	p.env.Scope.Show(kit.L("Cleaning up"), func(ctx context.Context, _ task.Report) (err error) {
		removed, err = p.env.Session.CleanUp(ctx)
		ready, wrong := p.env.prepare(ctx)
		after = ready
		if err == nil {
			err = wrong
		}
		return err
	}, func(err error) {
		p.showLeft(after.left)
		p.notice.fail(problem.Of(err))
		if err == nil {
			p.notice.good(kit.L("Removed: %d. Nothing is left of the interrupted test.", removed))
		}
		p.relayout()
	})
}

// chooseReport offers the forms of the report.
func (p *Prove) chooseReport() {
	column := kit.Column(kit.Gap, kit.Strong(kit.L("Save the report of the last test as")))
	for _, form := range []struct {
		id, name, text string
		icon           fyne.Resource
	}{
		{"html", kit.L("Web page (.html)"), kit.L("One file to read, print or mail, with what got better and worse."), theme.DocumentIcon()},
		{"json", kit.L("JSON (.json)"), kit.L("The same for a program."), theme.FileTextIcon()},
		{"zip", kit.L("Support bundle (.zip)"), kit.L("Report, configuration and log for whoever gives support; secrets are taken out."), theme.FolderIcon()},
	} {
		press := kit.NewButtonWithIcon(form.name, form.icon, func() { p.saveReport(form.id) })
		column.Add(kit.Row(kit.GapWide, 1, kit.AtLeast(220, 0, press), kit.Small(form.text)))
	}
	column.Add(kit.Row(0, -1, kit.QuietButton(kit.L("Not now"), theme.CancelIcon(), func() { p.notice.clear(); p.relayout() })))
	p.notice.put(kit.Card(column))
	p.frame.ToTop()
	p.relayout()
}

func (p *Prove) saveReport(form string) {
	var file File
	p.env.Scope.Run(func(ctx context.Context) (err error) {
		file, err = p.reportFile(ctx, form)
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
			p.relayout()
		})
	})
}

// reportFile is the last run as a page, as JSON or as the support bundle.
func (p *Prove) reportFile(ctx context.Context, form string) (File, error) {
	run, _, err := p.env.Session.LastCheck(ctx)
	if err != nil {
		return File{}, err
	}
	if run == nil {
		return File{}, problem.New(codeCheckNone, words.T("Nothing has been checked yet.")).Fix(words.T("Test the connection."))
	}
	switch form {
	case "json":
		data, err := json.MarshalIndent(run, "", "  ")
		return p.env.file("-report.json", data), err
	case "zip":
		about := p.env.Home.About()
		data, err := p.env.Session.Bundle(ctx, about.LogFile, about.Version)
		return p.env.file("-support.zip", data), err
	}
	data, err := p.env.Session.Report(*run)
	return p.env.file("-report.html", data), err
}
