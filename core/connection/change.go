package connection

import (
	"errors"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Change is one edit of a document. It is applied to the document as it is then,
// not as it was when somebody began to type: changes to different fields never
// undo each other.
type Change struct {
	path, value string
	was         *string
	edit        func(*Connection)
}

// Put writes a typed or pasted value into the field at a dotted path, as Set
// does.
func Put(path, value string) Change { return Change{path: path, value: value} }

// BasedOn is the change for somebody who saw the value was in the field: where it
// holds another by now, the change is refused and both are named.
func (c Change) BasedOn(was string) Change {
	c.was = &was
	return c
}

// Edit is a change of several fields that belong together, by a function.
func Edit(f func(*Connection)) Change { return Change{edit: f} }

// Sets gives the new value when the change is of the field at path.
func (c Change) Sets(path string) (value string, ok bool) { return c.value, c.path == path }

// Apply makes all the changes or none, and says of every wrong one what is wrong.
func (c *Connection) Apply(changes ...Change) error {
	next := c.Clone()
	var wrong []error
	for _, change := range changes {
		if err := change.apply(next, c); err != nil {
			wrong = append(wrong, err)
		}
	}
	if err := joined(wrong); err != nil {
		return err
	}
	*c = *next
	return nil
}

// joined leaves a single error what it is.
func joined(list []error) error {
	if len(list) == 1 {
		return list[0]
	}
	return errors.Join(list...)
}

func (c Change) apply(next, before *Connection) error {
	if c.edit != nil {
		c.edit(next)
		return nil
	}
	now, err := before.Get(c.path)
	if err != nil {
		return err
	}
	if now == c.value {
		return nil
	}
	if c.was != nil && now != *c.was {
		return conflict(c.path, now, c.value)
	}
	return next.Set(c.path, c.value)
}

func conflict(path, now, wanted string) *problem.Problem {
	shown := func(value string) words.Text {
		if value == "" {
			return words.T("nothing")
		}
		return words.Plain(problem.Line(cut(strings.ReplaceAll(value, ",", ", "), 200)))
	}
	return problem.New(CodeConflict, words.T("The field \"%s\" was changed elsewhere while you edited it.", Label(path))).
		With(words.T("It is now: %s. You entered: %s.", shown(now), shown(wanted))).
		Lead(words.T("Decide which value is right, enter it and save again."), problem.PlaceOf(path))
}
