package page

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// showCode shows the script, or what changed in it.
func (r *Restrict) showCode() {
	if r.changes && r.changed != "" {
		r.code.SetText(kit.L("%s: what changed", r.doc.File), r.changed, r.diff)
		return
	}
	r.changes = false
	r.code.SetText(r.doc.File, r.text, r.rows)
}

// showDocument adds what the generated script does and how to run it, below
// what is kept.
func (r *Restrict) showDocument(doc exchange.Document) {
	r.about.Objects = r.about.Objects[:min(r.kept, len(r.about.Objects))]
	r.showChanges()
	for _, w := range doc.Warnings {
		r.about.Add(kit.Tinted(kit.ColorWarnTint, theme.ColorNameWarning, kit.NewText(kit.Say(w))))
	}
	if len(doc.Explain) > 0 {
		steps := kit.Column(kit.Gap, kit.Heading(kit.L("What this does")))
		for i, e := range doc.Explain {
			steps.Add(kit.TopRow(kit.Gap, 1, kit.Muted(strconv.Itoa(i+1)+".").As(kit.Whole, kit.ColorMuted), kit.NewText(kit.Say(e))))
		}
		r.about.Add(kit.Card(steps))
	}
	if r.env.simulated() != nil {
		r.about.Add(kit.Card(kit.Column(kit.Gap, kit.Heading(kit.L("The simulated colleague")),
			kit.NewText(kit.L("This tenant is simulated. Its Exchange administrator can run this script now and hand back the result file.")),
			kit.Row(0, -1, kit.NewButtonWithIcon(kit.L("Let the simulated colleague run it"), theme.MediaPlayIcon(), r.runByColleague)))))
	}
	if len(doc.HowToRun) > 0 {
		how := kit.Column(kit.Gap, kit.Heading(kit.L("How to run it")))
		for _, h := range doc.HowToRun {
			how.Add(kit.NewText(kit.Say(h.Text)))
			if h.Command != "" {
				how.Add(kit.Command(r.env.Host, h.Command))
			}
		}
		r.about.Add(kit.Card(how))
	}
	r.about.Refresh()
	r.side.Refresh()
}

// showChanges compares with the script of this name that was generated last.
func (r *Restrict) showChanges() {
	if r.last.IsZero() {
		return
	}
	when := at(r.last, r.env.Now())
	if r.changed == "" {
		r.about.Add(kit.Card(marked(kit.MarkDone, kit.L("The same as the one generated at %s.", when), "")))
		return
	}
	added, removed := 0, 0
	for line := range strings.Lines(r.changed) {
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
		case line[0] == '+':
			added++
		case line[0] == '-':
			removed++
		}
	}
	press := kit.NewButtonWithIcon(kit.L("Show what changed"), theme.VisibilityIcon(), nil)
	name := func() {
		press.SetText(kit.L("Show what changed"))
		if r.changes {
			press.SetText(kit.L("Show the whole script"))
		}
	}
	press.OnTapped = func() {
		r.changes = !r.changes
		name()
		r.showCode()
	}
	name()
	r.about.Add(kit.Card(kit.Column(kit.Gap, marked(kit.MarkAttention, kit.L("Changed since the one generated at %s: %d added, %d removed.", when, added, removed), ""),
		kit.Row(0, -1, press))))
}

// saveOne saves the script as PowerShell wants it, and remembers it.
func (r *Restrict) saveOne() {
	if r.text == "" {
		return
	}
	doc := r.doc
	r.env.Files.Save(File{Name: doc.File, Data: doc.Text}, func(path string, p *problem.Problem) {
		r.notice.fail(p)
		if p != nil {
			r.frame.Object.Refresh()
			return
		}
		r.env.Scope.Run(func(context.Context) error { return r.env.Session.KeepScript(doc) }, func(err error) {
			if err != nil {
				r.notice.fail(problem.Of(err))
				return
			}
			r.notice.good(kit.L("Saved to %s.", path))
			r.frame.Object.Refresh()
			r.generate()
		})
	})
}

func (r *Restrict) saveAll() {
	r.env.Files.Folder(func(folder string) {
		var paths []string
		r.env.Scope.Show(kit.L("Writing the scripts"), func(ctx context.Context, _ task.Report) (err error) {
			paths, err = r.env.Session.WriteScriptFolder(ctx, folder)
			return err
		}, func(err error) {
			r.notice.fail(problem.Of(err))
			if err == nil {
				r.notice.good(kit.Say(words.N(len(paths), "%d file was written to %s.", "%d files were written to %s: numbered scripts, a README for the colleague who runs them, and a checklist.", len(paths), folder)))
			}
			r.frame.Object.Refresh()
		})
	})
}

// runByColleague has the simulated colleague run the script as it is.
func (r *Restrict) runByColleague() {
	name, values := r.current, r.values()
	r.env.Scope.Show(kit.L("The simulated colleague runs the script"), func(ctx context.Context, _ task.Report) error {
		doc, err := r.env.generate(ctx, name, values)
		if err != nil {
			return err
		}
		if err := r.env.Session.KeepScript(doc); err != nil {
			return err
		}
		result, err := r.env.simulated().Run(doc)
		if err == nil {
			_, err = r.env.Session.ReadScriptResult(result)
		}
		return err
	}, func(err error) { r.cameBack(resultView(name), err) })
}
