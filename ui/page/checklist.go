package page

import (
	"slices"
	"strconv"

	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// checklist are the scripts that a connection needs or may want, in order, and
// below them a way to all others.
type checklist struct {
	object *fyne.Container
	list   *kit.StepList
	more   *kit.Field
}

// newChecklist is an empty one; open opens a script by name.
func newChecklist(open func(name string)) *checklist {
	c := &checklist{list: kit.NewStepList(open), more: kit.SelectField(kit.L("More scripts"), "", nil)}
	c.more.OnChanged = open
	c.object = kit.Column(kit.Gap, c.list, kit.Pad(0, 10, 0, 10, c.more))
	return c
}

// set shows the scripts and which of them is open.
func (c *checklist) set(scripts []script, open string) {
	var items []kit.Item
	var others []kit.Option
	for _, s := range scripts {
		title := kit.L(s.Title)
		if s.task.Stage == "" {
			if s.Dangerous != "" {
				title = kit.L("%s (high impact)", s.Title)
			}
			others = append(others, kit.Option{ID: s.Name, Name: title})
			continue
		}
		items = append(items, kit.Item{ID: s.Name, Title: strconv.Itoa(len(items)+1) + ".  " + title, Mark: s.mark(), Detail: kit.Say(s.state())})
	}
	c.list.Set(items)
	c.list.Select(open)
	c.more.SetOptions(others)
	c.more.SetValue("")
	if slices.ContainsFunc(others, func(o kit.Option) bool { return o.ID == open }) {
		c.more.SetValue(open)
	}
}

// next is whether the script is to be run and can be.
func (s script) next() bool { return s.task.Stage == exchange.Needed && s.blocked == nil }

// waits is whether something else has to come before the script.
func (s script) waits() bool {
	return s.blocked != nil && s.task.Stage == exchange.Needed && s.task.At.IsZero()
}

func (s script) mark() kit.Mark {
	switch {
	case s.task.Stage == exchange.Proven:
		return kit.MarkDone
	case s.task.Stage == exchange.Reported:
		return kit.MarkUnknown
	case s.waits():
		return kit.MarkBlocked
	case s.task.Stage == exchange.Optional:
		return kit.MarkTodo
	case !s.task.At.IsZero():
		return kit.MarkAttention
	}
	return kit.MarkReady
}

// state is where the script stands, and why.
func (s script) state() words.Text {
	task := s.task
	if s.waits() {
		task.Why = s.blocked.Title
	}
	return task.Text()
}
