package page

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// Restrict is the fifth step: the Exchange scripts that only an Exchange
// administrator may run, and their results.
type Restrict struct {
	env     *Env
	frame   *kit.Frame
	notice  *notice
	scripts []Script
	pick    *kit.Field
	current string
	about   *fyne.Container
	fields  map[string]*kit.Field
	files   map[string]string
	code    *kit.CodeView
	doc     Document
	side    *container.Scroll
	serial  int
}

// mainScript is the one that every connection needs.
const mainScript = "calendar-processing"

// NewRestrict makes the page.
func NewRestrict(env *Env) *Restrict {
	r := &Restrict{env: env, notice: newNotice(env.Host), about: kit.Column(kit.GapWide)}
	r.code = kit.NewCodeView(env.Host, r.saveOne)
	r.side = container.NewVScroll(kit.Pad(0, 14, kit.GapWide, 0, r.about))
	split := container.NewHSplit(r.side, r.code.Object)
	split.SetOffset(0.4)
	r.pick = kit.SelectField("", "", nil)
	r.pick.OnChanged = r.open
	body := kit.Dock(kit.Column(kit.Gap, r.notice.object, kit.Pad(0, 0, 14, 0, kit.Readable(r.pick))), nil, nil, nil, split)
	r.frame = kit.NewWideFrame(kit.L("Set up Exchange"),
		kit.L("These scripts are for an Exchange administrator. They run today, change one mailbox at a time, keep what was there before, and can be undone."), body)
	r.frame.Actions(
		widget.NewButtonWithIcon(kit.L("Read a result…"), theme.FolderOpenIcon(), r.readResult),
		widget.NewButtonWithIcon(kit.L("Save everything…"), theme.FolderIcon(), r.saveAll),
		kit.PrimaryButton(kit.L("Continue"), theme.NavigateNextIcon(), func() { env.Go(setup.HandOver) }))
	return r
}

// Frame is the page.
func (r *Restrict) Frame() *kit.Frame { return r.frame }

// Shown reads the catalogue for the connection as it is now.
func (r *Restrict) Shown() {
	var scripts []Script
	r.env.Scope.Run(func(ctx context.Context) (err error) {
		scripts, err = r.env.Backend.Scripts(ctx, r.env.ID)
		return err
	}, func(err error) {
		if err != nil {
			r.notice.fail(problem.Of(err))
			return
		}
		r.scripts = scripts
		if r.current == "" && len(scripts) > 0 {
			r.current = scripts[0].Name
			if slices.ContainsFunc(scripts, func(s Script) bool { return s.Name == mainScript }) {
				r.current = mainScript
			}
		}
		r.open(r.current)
	})
}

// Open shows a script of the catalogue.
func (r *Restrict) Open(name string) { r.open(name) }

func (r *Restrict) open(name string) {
	r.current = name
	i := slices.IndexFunc(r.scripts, func(s Script) bool { return s.Name == name })
	if i < 0 {
		return
	}
	r.show(r.scripts[i])
	r.generate()
}

// show draws what a script is about, with its form.
func (r *Restrict) show(s Script) {
	var options []kit.Option
	for i, other := range r.scripts {
		options = append(options, kit.Option{ID: other.Name, Name: strconv.Itoa(i+1) + ".  " + kit.Say(other.Title)})
	}
	r.pick.SetOptions(options)
	r.pick.SetValue(s.Name)
	r.about.RemoveAll()
	facts := kit.Column(kit.Gap)
	for _, f := range []struct {
		title string
		text  words.Text
	}{
		{kit.L("What it changes"), s.Changes}, {kit.L("Who may run it"), s.Role},
		{kit.L("When it takes effect"), s.Effect}, {kit.L("How to undo it"), s.Undo},
	} {
		if !f.text.IsZero() {
			facts.Add(kit.Column(1, kit.Small(f.title), kit.NewText(kit.Say(f.text))))
		}
	}
	r.about.Add(kit.Card(facts))
	r.fields, r.files = map[string]*kit.Field{}, map[string]string{}
	if len(s.Parameters) > 0 {
		form := kit.Column(14, kit.Heading(kit.L("Settings")))
		for _, p := range s.Parameters {
			form.Add(r.field(p))
		}
		r.about.Add(kit.Card(form))
	}
	r.about.Refresh()
	r.side.Refresh()
}

// field is the input for one parameter.
func (r *Restrict) field(p Parameter) fyne.CanvasObject {
	title, help := kit.Say(p.Title), kit.Say(p.Help)
	var f *kit.Field
	switch p.Kind {
	case KindSwitch:
		if p.Default == "" {
			f = kit.SelectField(title, help, []kit.Option{{ID: "", Name: kit.L("Leave as it is")}, {ID: "true", Name: kit.L("Yes")}, {ID: "false", Name: kit.L("No")}})
		} else {
			f = kit.SwitchField(title, help)
		}
	case KindChoice:
		options := []kit.Option{}
		if p.Default == "" {
			options = append(options, kit.Option{ID: "", Name: kit.L("Leave as it is")})
		}
		for _, c := range p.Choices {
			options = append(options, kit.Option{ID: c, Name: c})
		}
		f = kit.SelectField(title, help, options)
	case KindList, KindRooms:
		f = kit.LinesField(title, help, "", 3)
	case KindCSV, KindResult:
		return r.fileField(p, title, help)
	default:
		f = kit.TextField(title, help, "")
	}
	if p.Kind == KindNumber {
		f.Check = func(v string) words.Text {
			if _, err := strconv.Atoi(v); v != "" && err != nil {
				return words.T("This takes a whole number.")
			}
			return words.Text{}
		}
	}
	f.SetValue(p.Default)
	f.OnChanged = func(string) { r.generate() }
	r.fields[p.Name] = f
	return f
}

// fileField takes the content of a file as a parameter.
func (r *Restrict) fileField(p Parameter, title, help string) fyne.CanvasObject {
	name := kit.Line(kit.L("No file chosen.")).As(kit.Clip, kit.ColorMuted)
	extension := ".csv"
	if p.Kind == KindResult {
		extension = ".json"
	}
	press := widget.NewButtonWithIcon(kit.L("Choose…"), theme.FolderOpenIcon(), func() {
		r.env.Files.Open([]string{extension}, func(file string, data []byte) {
			r.files[p.Name] = string(data)
			name.SetText(file)
			r.generate()
		})
	})
	return kit.Column(kit.GapTight, kit.Strong(title), kit.Row(kit.Gap, 1, press, name), kit.Small(help))
}

func (r *Restrict) values() map[string]string {
	values := map[string]string{}
	for name, f := range r.fields {
		values[name] = f.Value()
	}
	for name, content := range r.files {
		values[name] = content
	}
	return values
}

// generate writes the script for the form as it is; only the newest answer is
// shown.
func (r *Restrict) generate() {
	r.serial++
	serial, name, values := r.serial, r.current, r.values()
	var doc Document
	var rows []widget.TextGridRow
	r.env.Scope.Run(func(ctx context.Context) (err error) {
		if doc, err = r.env.Backend.Script(ctx, r.env.ID, name, values); err == nil {
			rows = kit.Highlight(doc.Text)
		}
		return err
	}, func(err error) {
		if serial != r.serial {
			return
		}
		var wrong FieldErrors
		if errors.As(err, &wrong) {
			for field, says := range wrong {
				if f, ok := r.fields[field]; ok {
					f.Say(says)
				} else {
					r.notice.put(kit.Muted(kit.Say(says)))
				}
			}
			r.code.SetText(kit.L("Fill in the settings first"), "", nil)
			return
		}
		r.notice.fail(problem.Of(err))
		if err != nil {
			r.code.SetText(kit.L("No script yet"), "", nil)
			r.frame.Object.Refresh()
			return
		}
		for _, f := range r.fields {
			f.Say(words.Text{})
		}
		r.doc = doc
		r.code.SetText(doc.Name, doc.Text, rows)
		r.showDocument(doc)
		r.frame.Object.Refresh()
	})
}

// showDocument adds what the generated script does and how to run it, below
// the form.
func (r *Restrict) showDocument(doc Document) {
	keep := 1
	if r.hasForm() {
		keep = 2
	}
	r.about.Objects = r.about.Objects[:min(keep, len(r.about.Objects))]
	for _, w := range doc.Warnings {
		r.about.Add(kit.Tinted(kit.ColorWarnTint, theme.ColorNameWarning, kit.NewText(kit.Say(w))))
	}
	if len(doc.Explains) > 0 {
		steps := kit.Column(kit.Gap, kit.Heading(kit.L("What this does")))
		for i, e := range doc.Explains {
			steps.Add(kit.TopRow(kit.Gap, 1, kit.Muted(strconv.Itoa(i+1)+".").As(kit.Whole, kit.ColorMuted), kit.NewText(kit.Say(e))))
		}
		r.about.Add(kit.Card(steps))
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

func (r *Restrict) hasForm() bool {
	for _, s := range r.scripts {
		if s.Name == r.current {
			return len(s.Parameters) > 0
		}
	}
	return false
}

func (r *Restrict) saveOne() {
	if r.doc.Text == "" {
		return
	}
	r.env.Files.Save(File{Name: r.doc.Name, Data: []byte(r.doc.Text)}, r.saved)
}

func (r *Restrict) saved(path string, p *problem.Problem) {
	r.notice.fail(p)
	if p == nil {
		r.notice.good(kit.L("Saved to %s.", path))
	}
	r.frame.Object.Refresh()
}

func (r *Restrict) saveAll() {
	r.env.Files.Folder(func(folder string) {
		var paths []string
		r.env.Scope.Show(kit.L("Writing the scripts"), func(ctx context.Context, _ task.Report) (err error) {
			paths, err = r.env.Backend.SaveScripts(ctx, r.env.ID, folder, nil)
			return err
		}, func(err error) {
			r.notice.fail(problem.Of(err))
			if err == nil {
				r.notice.good(kit.L("%d files were written to %s: numbered scripts, a README for the colleague who runs them, and a checklist.", len(paths), folder))
			}
			r.frame.Object.Refresh()
		})
	})
}

func (r *Restrict) readResult() {
	r.env.Files.Open([]string{".json", ".csv"}, func(name string, data []byte) {
		var result ScriptResult
		r.env.Scope.Run(func(ctx context.Context) (err error) {
			result, err = r.env.Backend.ImportResult(ctx, r.env.ID, data, name)
			return err
		}, func(err error) {
			r.env.Changed()
			if err != nil {
				r.notice.fail(problem.Of(err))
				r.frame.Object.Refresh()
				return
			}
			r.showResult(result)
		})
	})
}

func (r *Restrict) showResult(result ScriptResult) {
	mark := kit.MarkDone
	if result.Failed > 0 {
		mark = kit.MarkAttention
	}
	says := kit.Column(kit.GapTight, kit.Strong(kit.Say(result.Title)),
		kit.NewText(kit.L("%d done, %d failed.", result.Done, result.Failed)))
	for i, row := range result.Rows {
		if i == 5 {
			says.Add(kit.Muted(kit.L("and %d more", len(result.Rows)-i)))
			break
		}
		says.Add(kit.Line(row.Object+"  ·  "+row.Status+"  ·  "+row.Message).As(kit.Clip, kit.ColorMuted))
	}
	cards := []fyne.CanvasObject{kit.Tinted(mark.Tint(), mark.Color(), says)}
	for _, p := range result.Problems {
		cards = append(cards, kit.ProblemAs(r.env.Host, kit.MarkAttention, p))
	}
	r.notice.put(cards...)
	r.frame.Object.Refresh()
}
