package page

import (
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// form binds fields to paths of the document. It judges with the document's
// own lint, so that window and command line say the same.
type form struct {
	env    *Env
	bound  []bound
	extend func(*connection.Connection)
	dirty  func()
}

type bound struct {
	path  string
	field *kit.Field
	// needed is whether an empty value is wrong on this page.
	needed bool
}

func (f *form) bind(path string, field *kit.Field, needed bool) *kit.Field {
	field.Clean = connection.Clean
	field.Check = func(value string) words.Text {
		if value == "" && !needed {
			return words.Text{}
		}
		return judge(f.env.Connection(), path, value)
	}
	field.OnChanged = func(string) {
		if f.dirty != nil {
			f.dirty()
		}
	}
	f.bound = append(f.bound, bound{path, field, needed})
	return field
}

// judge says what lint has against a value in an otherwise stored document.
func judge(c *connection.Connection, path, value string) words.Text {
	if err := c.Set(path, value); err != nil {
		return sentence(problem.Of(err))
	}
	for _, p := range c.Lint() {
		if p.Of(path) {
			return sentence(p.Problem)
		}
	}
	return words.Text{}
}

// fill shows the document's values.
func (f *form) fill() {
	c := f.env.Connection()
	for _, b := range f.bound {
		if value, err := c.Get(b.path); err == nil {
			b.field.SetValue(value)
		}
	}
}

// read puts the values into a copy of the document; it is nil when a field is
// wrong, which the field then says.
func (f *form) read() *connection.Connection {
	c := f.env.Connection()
	good := true
	for _, b := range f.bound {
		if !b.field.Visible() {
			continue
		}
		if err := c.Set(b.path, b.field.Value()); err != nil {
			b.field.Say(sentence(problem.Of(err)))
			good = false
		}
	}
	if f.extend != nil {
		f.extend(c)
	}
	if !good {
		return nil
	}
	found := c.Lint()
	for _, b := range f.bound {
		if !b.field.Visible() {
			continue
		}
		var says words.Text
		for _, p := range found {
			if p.Of(b.path) && (b.needed || p.Problem.Code != connection.CodeEmpty) {
				says = sentence(p.Problem)
				good = false
				break
			}
		}
		b.field.Say(says)
	}
	if !good {
		return nil
	}
	return c
}

func (f *form) enable(on bool) {
	for _, b := range f.bound {
		b.field.SetEnabled(on)
	}
}
