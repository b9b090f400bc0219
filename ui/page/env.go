package page

import (
	"context"
	"encoding/base64"
	"maps"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/export"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// The routes beside the ids of the six steps.
const (
	RouteStart    = "start"
	RouteSettings = "settings"
)

// Page is one page. It is made once for an opened connection and keeps what was
// typed; Shown is called each time that it comes to the front.
type Page interface {
	Frame() *kit.Frame
	Shown()
}

// Files asks the person for files.
type Files interface {
	// Open gives the chosen file; extensions like ".csv" filter the choice.
	Open(extensions []string, got func(name string, data []byte))
	// Save asks where to put a file and says where it went; a problem is shown
	// by the caller.
	Save(file File, saved func(path string, p *problem.Problem))
	// Folder gives the chosen folder.
	Folder(got func(path string))
}

// Env is what a page works with.
type Env struct {
	Home Home
	Host *kit.Host
	// Scope is the background work of the open connection.
	Scope *kit.Scope
	Files Files
	// Session is the open connection, nil on the pages that need none.
	Session Session
	// Go shows another page, Load another connection, Changed asks the shell to
	// look at the steps again, Settle to drop what it said on opening of an
	// earlier push.
	Go      func(route string)
	Load    func(id string)
	Changed func()
	Settle  func()
	// Unsaved are the steps on whose pages something was typed and is not saved;
	// Tell shows them. UI thread only.
	Unsaved map[string]bool
	Tell    func()
	Now     func() time.Time
	// SetVariant chooses light or dark: "light", "dark" or "" for the system's.
	SetVariant func(string)
	// Variant is the choice as it is: "light", "dark" or "" for the system's.
	Variant string

	typed drafts
}

// ID is the open connection's, "" for none.
func (e *Env) ID() string {
	if e.Session == nil {
		return ""
	}
	return e.Session.ID()
}

// simulated plays what is outside of the simulated tenant, nil for a real one.
func (e *Env) simulated() Simulated { return e.Home.Simulated(e.Connection().Cloud) }

// Connection is a snapshot of the document.
func (e *Env) Connection() *connection.Connection { return e.Session.Document() }

// Change sends changes, then calls done on the UI thread.
func (e *Env) Change(changes []connection.Change, done func(*problem.Problem)) {
	e.Scope.Run(func(ctx context.Context) error { return e.Session.Change(ctx, changes...) }, func(err error) { done(problem.Of(err)) })
}

// file is a file of the connection's to save, named after it.
func (e *Env) file(ending string, data []byte) File {
	return File{Name: export.FileName(e.Connection().Name) + ending, Data: data}
}

// product is the connection's, the zero value while none is chosen.
func (e *Env) product() product.Product {
	p, _ := e.Session.Product() // a page says at its field that it is missing
	return p
}

// drafts are what was typed and is on its way to the disk; UI thread only.
type drafts struct {
	waiting map[string]*store.Draft
	writing bool
	// lost is whether the disk did not take the last of them; who shows that is
	// told.
	lost bool
	told []func()
}

// Draft keeps what was typed into a field, nil forgets it. It is written at once
// and aside.
func (e *Env) Draft(field string, d *store.Draft) {
	if e.typed.waiting == nil {
		e.typed.waiting = map[string]*store.Draft{}
	}
	e.typed.waiting[field] = d
	e.writeDrafts()
}

func (e *Env) writeDrafts() {
	if e.typed.writing || len(e.typed.waiting) == 0 {
		return
	}
	batch := e.typed.waiting
	e.typed.waiting, e.typed.writing = nil, true
	e.Scope.Run(func(context.Context) error { return e.Session.Draft(batch) }, func(err error) {
		more := len(e.typed.waiting) > 0
		e.typed.writing = false
		if e.typed.lost = err != nil; e.typed.lost { // the next key tries them again
			maps.Copy(batch, e.typed.waiting)
			e.typed.waiting = batch
		}
		for _, told := range e.typed.told {
			told()
		}
		if more {
			e.writeDrafts()
		}
	})
}

// Remember keeps what is typed into fields that are no part of the document, by
// name, until Forget or until they hold again what they begin with; what an earlier window kept is put back, and shown then.
func (e *Env) Remember(fields map[string]*kit.Field, shown func()) {
	begins := map[string]string{}
	for name, f := range fields {
		begins[name] = f.Value()
		changed := f.OnChanged
		f.OnChanged = func(v string) {
			e.Draft(name, draftOf(f, v, begins[name]))
			if changed != nil {
				changed(v)
			}
		}
	}
	var kept map[string]store.Draft
	e.Scope.Run(func(context.Context) error { kept = e.Session.Drafts(); return nil }, func(error) {
		found := false
		for name, f := range fields {
			if d, ok := kept[name]; ok && f.Value() == begins[name] {
				restore(f, d)
				found = true
			}
		}
		if found {
			shown()
		}
	})
}

// draftOf is what is kept of a value, nothing of the one that a field begins with
// and of a file that is too large.
func draftOf(f *kit.Field, v, begins string) *store.Draft {
	file := f.File()
	if v == begins && file == nil || len(file) > store.MaxDraftFile {
		return nil
	}
	return &store.Draft{Value: v, File: base64.StdEncoding.EncodeToString(file)}
}

// restore shows what draftOf kept.
func restore(f *kit.Field, d store.Draft) {
	if !f.TakesFile() {
		f.SetValue(d.Value)
		return
	}
	if file, err := base64.StdEncoding.DecodeString(d.File); err == nil {
		f.SetFile(d.Value, file)
	}
}

// Forget drops what Remember kept, when it has been used.
func (e *Env) Forget(names ...string) {
	for _, name := range names {
		e.Draft(name, nil)
	}
}

// Leave writes what was typed last. It blocks, and is called when nothing else of
// the connection runs any more.
func (e *Env) Leave() {
	if len(e.typed.waiting) > 0 {
		_ = e.Session.Draft(e.typed.waiting)
		e.typed.waiting = nil
	}
}

// StepMark is the mark of a step's state.
func StepMark(s setup.State) kit.Mark {
	switch s {
	case setup.Ready:
		return kit.MarkReady
	case setup.Running:
		return kit.MarkRunning
	case setup.Done:
		return kit.MarkDone
	case setup.Attention:
		return kit.MarkAttention
	case setup.Failed:
		return kit.MarkFail
	case setup.Blocked:
		return kit.MarkBlocked
	}
	return kit.MarkTodo
}

// asks puts into a box what the vendor's guide leaves open on a page.
func (e *Env) asks(box *fyne.Container, page string) {
	box.RemoveAll()
	for _, p := range e.Session.Asks(page) {
		box.Add(kit.ProblemAs(e.Host, kit.MarkAttention, p))
	}
	hide(box, len(box.Objects) == 0)
}

// notice is a place on a page for a problem or a word of success; it stays
// until it is replaced.
type notice struct {
	host   *kit.Host
	object *fyne.Container
	// top brings it into view, nil where it always is.
	top func()
}

func newNotice(host *kit.Host) *notice {
	n := &notice{host: host, object: kit.Column(kit.Gap)}
	n.object.Hide()
	return n
}

func (n *notice) clear() { n.put() }

func (n *notice) put(objects ...fyne.CanvasObject) {
	n.object.Objects = objects
	n.object.Hidden = len(objects) == 0
	n.object.Refresh()
	if n.top != nil && len(objects) > 0 {
		n.top()
	}
}

// fail shows a problem, nil clears. What the person cancelled is no failure.
func (n *notice) fail(p *problem.Problem) {
	switch {
	case p == nil:
		n.clear()
	case p.Code == problem.CodeCancelled:
		n.put(kit.ProblemAs(n.host, kit.MarkSkipped, p))
	default:
		n.put(kit.ProblemCard(n.host, p))
	}
}

// also adds an object below what is shown.
func (n *notice) also(o fyne.CanvasObject) { n.put(append(n.object.Objects, o)...) }

func (n *notice) warn(p *problem.Problem) { n.put(kit.ProblemAs(n.host, kit.MarkAttention, p)) }

// good says that something worked.
func (n *notice) good(text string) {
	n.put(kit.Tinted(kit.ColorGoodTint, theme.ColorNameSuccess, kit.NewText(text)))
}

// section is a card with a heading.
func section(title string, objects ...fyne.CanvasObject) fyne.CanvasObject {
	body := kit.Column(kit.GapWide)
	if title != "" {
		body.Add(kit.Heading(title))
	}
	for _, o := range objects {
		body.Add(o)
	}
	return kit.Card(body)
}

// sentence is what is wrong and what to do, at a field.
func sentence(p *problem.Problem) words.Text {
	switch {
	case p == nil:
		return words.Text{}
	case len(p.Remedies) > 0:
		return words.Sentences(p.Title, p.Remedies[0].Text)
	}
	return p.Title
}
