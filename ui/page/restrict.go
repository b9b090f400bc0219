package page

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// Restrict is the fifth step: the Exchange scripts that only an Exchange
// administrator may run, and their results.
type Restrict struct {
	env     *Env
	frame   *kit.Frame
	notice  *notice
	scripts []script
	list    *checklist
	current string
	about   *fyne.Container
	// settings are the fields of the form, folded where they are many.
	settings *fold
	fields   map[string]*kit.Field
	code     *kit.CodeView
	doc      exchange.Document
	// text is the script as it is shown; diff and last are against the one that
	// was generated last.
	text, changed string
	last          time.Time
	// rows are the script, diff what changed, ready to be shown.
	rows, diff []widget.TextGridRow
	side       *kit.Scroll
	split      *container.Split
	serial     int
	// read counts what was read back, so that an older answer is not shown.
	read int
	tabs *kit.Tabs
	back *results
	// access is what else can read a room.
	access *roomAccess
	// only is the switch that limits the script to the rooms that differ, nil
	// where there is none.
	only *kit.Field
	// direct does what the script does, where Graph can.
	direct *amender
	// limit is the choice of the mailboxes that the application can reach.
	limit *limit
	// kept is how many of the cards on the left do not depend on the settings.
	kept int
	// broken is whether the notice is about the script that could not be written.
	broken bool
	// asks is what the vendor's guide leaves open.
	asks *fyne.Container
	// changes is whether the difference is shown instead of the script.
	changes bool
}

// The views of the page.
const (
	ViewScripts = iota
	ViewResults
	ViewProcessing
	ViewAccess
)

// mainScript is the one that every connection needs, showScript the one that
// only looks, onlyRooms the field for the rooms that it is limited to.
const (
	mainScript = "calendar-processing"
	showScript = mainScript + "-show"
	onlyRooms  = "only"
	// accessScript asks what applications reach a room.
	accessScript = "room-access"
)

// fewSettings are as many as are not folded away.
const fewSettings = 8

// NewRestrict makes the page.
func NewRestrict(env *Env) *Restrict {
	r := &Restrict{env: env, notice: newNotice(env.Host), about: kit.Column(kit.GapWide), asks: kit.Column(kit.Gap)}
	r.direct = newAmender(r)
	r.code = kit.NewCodeView(env.Host, r.saveOne)
	r.limit = newLimit(r)
	r.list = newChecklist(func(name string) {
		r.notice.clear()
		r.open(name)
	})
	r.side = kit.NewVScroll(kit.Pad(0, 14, kit.GapWide, 0, kit.Column(kit.GapWide, r.asks, r.limit.object, r.list.object, r.about)))
	r.split = container.NewHSplit(r.side, r.code.Object)
	r.split.SetOffset(0.4)
	r.back = newResults(env, r.differing)
	r.access = newRoomAccess(env, r.openAccess)
	r.tabs = kit.NewTabs([]string{kit.L("Scripts"), kit.L("Results"), kit.L("Calendar processing today"), kit.L("What can read a room")},
		[]fyne.CanvasObject{container.NewStack(r.split, r.direct.plans), r.back.results, r.back.rooms, r.access.object})
	r.tabs.OnOpen = func(view int) {
		if view == ViewAccess {
			r.access.opened()
		}
	}
	body := kit.Dock(kit.Pad(0, 0, kit.Gap, 0, r.notice.object), nil, nil, nil, r.tabs.Object)
	r.frame = kit.NewWideFrame(kit.L("Set up Exchange"),
		kit.L("These scripts are for an Exchange administrator. They change one mailbox at a time, keep the previous values, and can be undone. Drop their result files onto this window."), body)
	r.frame.Actions(
		kit.NewButtonWithIcon(kit.L("Read a result…"), theme.FolderOpenIcon(), r.readResult),
		kit.NewButtonWithIcon(kit.L("Save everything…"), theme.FolderIcon(), r.saveAll),
		kit.PrimaryButton(kit.L("Continue"), theme.NavigateNextIcon(), func() { env.Go(setup.Prove) }))
	r.limit.form.spots(r.frame, func() { r.tabs.Open(ViewScripts) })
	for _, script := range exchange.Catalogue() {
		name := script.Name
		r.frame.Spot(name, r.list.list, func() {
			r.tabs.Open(ViewScripts)
			r.current = name // for a catalogue that is still being read
			r.open(name)
		})
	}
	return r
}

// Frame is the page.
func (r *Restrict) Frame() *kit.Frame { return r.frame }

// Shown reads the checklist for the connection as it is now. Whoever comes back to
// it sees what changed since: the scripts that were shown before are what the next
// ones are compared with.
func (r *Restrict) Shown() {
	r.env.asks(r.asks, setup.Restrict)
	r.limit.shown()
	r.reload(r.env.Session.KeepShown)
}

// Follow shows what somebody else has changed.
func (r *Restrict) Follow(c *connection.Connection) { r.limit.follow(c) }

// reload reads the checklist and what came back of scripts, after something else
// was done.
func (r *Restrict) reload(first func() error) {
	var scripts []script
	var back readback
	r.read++
	read := r.read
	r.env.Scope.Run(func(ctx context.Context) (err error) {
		if err = first(); err == nil {
			scripts, err = r.env.scripts(ctx)
		}
		back = r.env.readback()
		return err
	}, func(err error) {
		if read != r.read {
			return
		}
		if err != nil {
			r.notice.fail(problem.Of(err))
			return
		}
		r.scripts = scripts
		r.showBack(back)
		if r.current == "" && len(scripts) > 0 {
			r.current = scripts[0].Name
			if next := slices.IndexFunc(scripts, script.next); next >= 0 {
				r.current = scripts[next].Name
			}
		}
		r.open(r.current)
	})
}

// Open shows a script of the catalogue.
func (r *Restrict) Open(name string) { r.open(name) }

// View shows one of the views.
func (r *Restrict) View(view int) { r.tabs.Open(view) }

// openAccess shows the script that asks Exchange what reaches a room.
func (r *Restrict) openAccess(room string) {
	r.tabs.Open(ViewScripts)
	r.open(accessScript)
	if f := r.fields["room"]; f != nil {
		f.SetValue(room)
		f.OnChanged(room)
	}
}

func (r *Restrict) showBack(back readback) {
	r.back.set(back)
	r.tabs.SetTitle(ViewResults, counted(kit.L("Results"), len(back.results)))
	r.tabs.SetTitle(ViewProcessing, counted(kit.L("Calendar processing today"), len(back.rooms)))
}

// counted is a title with how many there are of it.
func counted(title string, n int) string {
	if n == 0 {
		return title
	}
	return title + " (" + strconv.Itoa(n) + ")"
}

// differing writes the script for the rooms that differ alone.
func (r *Restrict) differing() {
	r.tabs.Open(ViewScripts)
	r.open(mainScript)
	if r.only != nil {
		r.only.SetValue("true")
		r.only.OnChanged("true")
	}
}

func (r *Restrict) open(name string) {
	r.current = name
	i := slices.IndexFunc(r.scripts, func(s script) bool { return s.Name == name })
	if i < 0 {
		return
	}
	r.show(r.scripts[i])
	r.generate()
}

// show draws what a script is about, with its form.
func (r *Restrict) show(s script) {
	r.list.set(r.scripts, s.Name)
	r.about.RemoveAll()
	facts := kit.Column(kit.Gap)
	for _, f := range []struct {
		title string
		text  words.Key
	}{
		{kit.L("What it changes"), s.Changes}, {kit.L("Who can run it"), s.Role},
		{kit.L("When it takes effect"), s.Takes}, {kit.L("How to undo it"), s.Undo},
	} {
		if f.text != "" {
			facts.Add(kit.Column(1, kit.Small(f.title), kit.NewText(kit.L(f.text))))
		}
	}
	r.about.Add(kit.Heading(kit.L(s.Title)))
	if s.Dangerous != "" {
		r.about.Add(kit.Tinted(kit.ColorWarnTint, theme.ColorNameWarning, kit.Column(2, kit.Strong(kit.L("High impact")), kit.NewText(kit.L(s.Dangerous)))))
	}
	if r.only = r.onlySwitch(s); r.only != nil {
		r.about.Add(kit.Card(r.only))
	}
	r.about.Add(r.direct.show(s))
	r.about.Add(kit.Card(facts))
	r.fields = map[string]*kit.Field{}
	if n := len(s.Params); n > 0 {
		form := kit.Column(14)
		for _, p := range s.Params {
			form.Add(r.field(p))
		}
		r.settings = newFold(kit.L("Settings (%d)", n), form, func() {}, func() { r.about.Refresh(); r.side.Refresh() })
		r.settings.show(n <= fewSettings)
		r.about.Add(kit.Card(r.settings.object))
		typed := map[string]*kit.Field{}
		for name, f := range r.fields {
			typed["script."+s.Name+"."+name] = f
		}
		r.env.Remember(typed, func() {
			r.settings.show(true)
			r.generate()
		})
	}
	r.kept = len(r.about.Objects)
	r.about.Refresh()
	r.side.Refresh()
}

// onlySwitch limits the script to the rooms that differ, nil where nothing was
// read back or the script has no such field.
func (r *Restrict) onlySwitch(s script) *kit.Field {
	rooms := r.back.data.differing()
	if s.Name != mainScript || len(rooms) == 0 || !slices.ContainsFunc(s.Params, func(p exchange.Param) bool { return p.Name == onlyRooms }) {
		return nil
	}
	f := kit.SwitchField(kit.L("Only the rooms that differ (%d)", len(rooms)),
		kit.L("According to the imported CSV file with the current calendar processing. The others already meet the product's needs."))
	f.OnChanged = func(on string) {
		list := ""
		if on == "true" {
			list = strings.Join(rooms, "\n")
		}
		r.fields[onlyRooms].SetValue(list)
		r.generate()
	}
	return f
}

// field is the input for one parameter.
func (r *Restrict) field(p exchange.Param) fyne.CanvasObject {
	title, help, begins := kit.L(p.Title), helpOf(p), ""
	if p.Default != nil {
		begins = fmt.Sprint(p.Default)
	}
	var f *kit.Field
	switch p.Kind {
	case exchange.KindSwitch:
		if begins == "" {
			f = kit.SelectField(title, help, []kit.Option{{ID: "", Name: kit.L("Leave as it is")}, {ID: "true", Name: kit.L("Yes")}, {ID: "false", Name: kit.L("No")}})
		} else {
			f = kit.SwitchField(title, help)
		}
	case exchange.KindChoice:
		options := []kit.Option{}
		if begins == "" {
			options = append(options, kit.Option{ID: "", Name: kit.L("Leave as it is")})
		}
		for _, c := range p.Choices {
			options = append(options, kit.Option{ID: c, Name: c})
		}
		f = kit.SelectField(title, help, options)
	case exchange.KindList, exchange.KindRooms:
		f = kit.LinesField(title, help, "", 3)
	case exchange.KindCSV, exchange.KindResult:
		f = r.fileField(p, title, help)
	default:
		f = kit.TextField(title, help, "")
	}
	if p.Kind == exchange.KindNumber {
		f.Check = func(v string) words.Text {
			if _, err := strconv.Atoi(v); v != "" && err != nil {
				return words.T("This must be a whole number.")
			}
			return words.Text{}
		}
	}
	f.SetValue(begins)
	f.OnChanged = func(string) { r.generate() }
	r.fields[p.Name] = f
	return f
}

// fileField takes the content of a file as a parameter.
func (r *Restrict) fileField(p exchange.Param, title, help string) *kit.Field {
	var f *kit.Field
	extension := ".csv"
	if p.Kind == exchange.KindResult {
		extension = ".json"
	}
	take := func(name string, content []byte) {
		f.SetFile(name, content)
		f.OnChanged(name)
	}
	f = kit.FileField(title, help, func() { r.env.Files.Open([]string{extension}, take) }, func() { take("", nil) })
	return f
}

func (r *Restrict) values() map[string]any {
	values := map[string]any{}
	for name, f := range r.fields {
		switch file := f.File(); {
		case file != nil:
			values[name] = string(file)
		case !f.TakesFile():
			values[name] = f.Value()
		}
	}
	return values
}

// generate writes the script for the form as it is; only the newest answer is
// shown.
func (r *Restrict) generate() {
	r.serial++
	r.direct.drop()
	serial, name, values := r.serial, r.current, r.values()
	var doc exchange.Document
	var text, changed string
	var last time.Time
	var rows, changes []widget.TextGridRow
	r.env.Scope.Run(func(ctx context.Context) (err error) {
		if doc, err = r.env.generate(ctx, name, values); err == nil {
			text = strings.ReplaceAll(strings.TrimPrefix(string(doc.Text), "\ufeff"), "\r\n", "\n")
			changed, last = r.env.Session.ShowScript(doc)
			rows, changes = kit.Highlight(text), kit.HighlightDiff(changed)
		}
		return err
	}, func(err error) {
		if serial != r.serial {
			return
		}
		var wrong exchange.FieldErrors
		if errors.As(err, &wrong) {
			for field, p := range wrong {
				if f, ok := r.fields[field]; ok {
					r.settings.show(true)
					f.Say(p.Title)
				} else {
					r.broken = true
					r.notice.put(kit.Muted(kit.Say(p.Title)))
				}
			}
			r.doc, r.text = exchange.Document{}, ""
			r.code.SetText(kit.L("Fill in the settings first"), "", nil)
			return
		}
		if err != nil {
			r.broken = true
			r.notice.fail(problem.Of(err))
			r.doc, r.text = exchange.Document{}, ""
			r.code.SetText(kit.L("No script yet"), "", nil)
			r.frame.Object.Refresh()
			return
		}
		if r.broken {
			r.broken = false
			r.notice.clear()
		}
		for _, f := range r.fields {
			f.Say(words.Text{})
		}
		r.doc, r.rows, r.diff = doc, rows, changes
		r.text, r.changed, r.last = text, changed, last
		r.showCode()
		r.showDocument(doc)
		r.frame.Object.Refresh()
	})
}
