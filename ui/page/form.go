package page

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// form binds what is edited on a page to paths of the document. It judges with
// the document's own lint, so that window and command line say the same, keeps
// what was typed as drafts and sends what differs as changes.
type form struct {
	env *Env
	// step is the one whose page it is on.
	step  string
	bound []*bound
	// unsaved says that something is, for the page to show.
	unsaved *kit.Text
	// filling is whether values are put in that nobody typed.
	filling bool
	// restored is whether the drafts of an earlier time were read.
	restored bool
	// changed is called when a person changed a value; nil for nothing.
	changed func()
	// frame is the page, which is scrolled to what is wrong.
	frame *kit.Frame
}

// bound is one field of the document on the page.
type bound struct {
	path string
	// field is what the page shows, nil for what is no field.
	field *kit.Field
	get   func() string
	set   func(string)
	// seen is whether the page shows it, say shows what is wrong with it.
	seen func() bool
	say  func(words.Text)
	// needed is whether an empty value is wrong on this page.
	needed func() bool
	// was is what the document held when shown was put in.
	was, shown string
	filled     bool
}

func newForm(env *Env, step string) *form {
	f := &form{env: env, step: step, unsaved: kit.Small("")}
	f.unsaved.Hide()
	env.typed.told = append(env.typed.told, f.tell)
	return f
}

// label is what the field at a path is called.
func label(path string) string { return kit.Say(connection.Label(path)) }

// bind joins an input field to a path.
func (f *form) bind(path string, field *kit.Field, needed bool) *kit.Field {
	b := &bound{path: path, field: field, get: field.Value, set: field.SetValue, seen: field.Visible, say: field.Say, needed: func() bool { return needed }}
	field.Clean = connection.Clean
	field.Check = func(value string) words.Text {
		if value == "" && !needed {
			return words.Text{}
		}
		return f.env.judge(path, value)
	}
	field.OnChanged = func(string) { f.edited(b) }
	f.bound = append(f.bound, b)
	return field
}

// spots names the fields on the page, so that a remedy leads to them; open shows
// the part that holds them.
func (f *form) spots(frame *kit.Frame, open func()) {
	f.frame = frame
	for _, b := range f.bound {
		if b.field != nil {
			frame.Spot(b.path, b.field, open)
		}
	}
}

// choice joins something that is no field to a path; it gives what to call after
// each edit.
func (f *form) choice(path string, get func() string, set func(string), needed func() bool, say func(words.Text)) (edited func()) {
	b := &bound{path: path, get: get, set: set, seen: always, say: say, needed: needed}
	f.bound = append(f.bound, b)
	return func() { f.edited(b) }
}

func always() bool { return true }

func never() bool { return false }

// edited keeps what was typed.
func (f *form) edited(b *bound) {
	if f.filling {
		return
	}
	if value := b.get(); value == b.shown {
		f.env.Draft(b.path, nil)
	} else {
		f.env.Draft(b.path, &store.Draft{Value: value, Was: b.was, Page: f.step})
	}
	if f.changed != nil {
		f.changed()
	}
	f.tell()
}

// tell shows whether anything is unsaved.
func (f *form) tell() {
	text := kit.L("Not saved yet. What you typed is kept on this computer.")
	if f.env.typed.lost {
		text = kit.L("Not saved yet. What you typed could not be kept on this computer.")
	}
	f.unsaved.SetText(text)
	edited := len(f.edits()) > 0
	hide(f.unsaved, !edited)
	if f.env.Unsaved[f.step] != edited {
		f.env.Unsaved[f.step] = edited
		f.env.Tell()
	}
}

func (f *form) edits() (list []*bound) {
	for _, b := range f.bound {
		if b.get() != b.shown {
			list = append(list, b)
		}
	}
	return list
}

// lint says what is wrong with the fields of a document, and what the policy of
// this computer does not allow.
func (e *Env) lint(c *connection.Connection) []connection.FieldProblem {
	found := c.Lint()
	if locked := e.Home.About().Policy.Address(c.Server.URL); locked != nil {
		found = append(found, connection.FieldProblem{Field: "server.url", Problem: locked})
	}
	return found
}

// judge says what lint has against a value in an otherwise stored document.
func (e *Env) judge(path, value string) words.Text {
	c := e.Connection()
	if err := c.Set(path, value); err != nil {
		return sentence(problem.Of(err))
	}
	for _, p := range e.lint(c) {
		if p.Of(path) {
			return sentence(p.Problem)
		}
	}
	return words.Text{}
}

// fill shows the document's values where nobody has typed another.
func (f *form) fill(c *connection.Connection) {
	f.filling = true
	defer func() { f.filling = false }()
	for _, b := range f.bound {
		value, err := c.Get(b.path)
		if err != nil || b.filled && b.get() != b.shown {
			continue
		}
		b.set(value)
		b.was, b.shown, b.filled = value, b.get(), true
	}
	f.tell()
}

// mean takes what is shown for a path as somebody's choice, although it is only
// what an empty document is shown as.
func (f *form) mean(path string) {
	for _, b := range f.bound {
		if b.path == path && b.was == "" {
			b.shown = ""
		}
	}
}

// restore puts back what was typed and not saved, once.
func (f *form) restore(then func()) {
	if f.restored {
		return
	}
	f.restored = true
	var kept map[string]store.Draft
	f.env.Scope.Run(func(context.Context) error { kept = f.env.Session.Drafts(); return nil }, func(error) {
		found := false
		f.filling = true
		for _, b := range f.bound {
			if d, ok := kept[b.path]; ok && b.get() == b.shown {
				b.set(d.Value)
				if b.get() == b.shown { // it was saved, and the window ended before it could forget it
					f.env.Draft(b.path, nil)
					continue
				}
				b.was, found = d.Was, true
			}
		}
		f.filling = false
		f.tell()
		if found {
			then()
		}
	})
}

// read gives what differs as changes; what is wrong with a field stands there,
// and is no change. ok is whether every field that is seen is fine. Of paths, if
// any are named, only those are looked at.
func (f *form) read(paths ...string) (changes []connection.Change, sent []*bound, ok bool) {
	c := f.env.Connection()
	ok = true
	wrong := map[*bound]bool{}
	var list []*bound
	for _, b := range f.bound {
		if b.seen() && named(paths, b.path) {
			list = append(list, b)
		}
	}
	for _, b := range list {
		if b.get() == b.shown {
			continue
		}
		if err := c.Set(b.path, b.get()); err != nil {
			b.say(sentence(problem.Of(err)))
			wrong[b], ok = true, false
		}
	}
	found := f.env.lint(c)
	for _, b := range list {
		if wrong[b] {
			continue
		}
		var text words.Text
		for _, p := range found {
			if p.Of(b.path) && (b.needed() || p.Problem.Code != connection.CodeEmpty) {
				text, ok = sentence(p.Problem), false
				break
			}
		}
		b.say(text)
		if value := b.get(); value != b.shown && text.IsZero() {
			changes = append(changes, connection.Put(b.path, value).BasedOn(b.was))
			sent = append(sent, b)
		}
	}
	return changes, sent, ok
}

func named(paths []string, path string) bool {
	for _, p := range paths {
		if p == path {
			return true
		}
	}
	return len(paths) == 0
}

// save sends what is fine, then calls done with why that was refused; ok is
// whether nothing is left to mend.
func (f *form) save(done func(ok bool, p *problem.Problem), paths ...string) {
	changes, sent, ok := f.read(paths...)
	ended := func(p *problem.Problem) {
		done(ok && p == nil, p)
		if !ok && p == nil && f.frame != nil { // a problem of its own is at the top
			f.frame.ToWrong()
		}
	}
	if len(changes) == 0 {
		ended(nil)
		return
	}
	f.env.Change(changes, func(p *problem.Problem) {
		switch {
		case p == nil:
			f.saved(sent)
		case p.Code == connection.CodeConflict:
			f.rebase(sent) // whoever saves again has seen both values
		}
		ended(p)
	})
}

// rebase takes the document's values as those that were seen.
func (f *form) rebase(sent []*bound) {
	c := f.env.Connection()
	for _, b := range sent {
		if value, err := c.Get(b.path); err == nil {
			b.was = value
			f.edited(b)
		}
	}
}

// saved takes what was sent as stored.
func (f *form) saved(sent []*bound) {
	c := f.env.Connection()
	for _, b := range sent {
		b.shown = b.get()
		if value, err := c.Get(b.path); err == nil {
			b.was = value
		}
		f.env.Draft(b.path, nil)
	}
	f.fill(c)
}

func hide(o fyne.CanvasObject, hidden bool) {
	if hidden {
		o.Hide()
	} else {
		o.Show()
	}
}
