package page

import (
	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/ui/kit"
)

// runSteps are the steps of a run as they come: those that are done, and what
// goes on now.
type runSteps struct {
	object   fyne.CanvasObject
	column   *fyne.Container
	text     []string
	at       int
	relayout func()
	stream   *stream[task.Progress]
}

func newRunSteps(scope *kit.Scope, relayout func()) *runSteps {
	r := &runSteps{column: kit.Column(kit.Gap), at: -1, relayout: relayout}
	r.column.Add(kit.Muted(kit.L("Reading the tenant again…")))
	r.object = section(kit.L("Registering the application"), r.column,
		kit.Small(kit.L("You can cancel at any time in the bar below. The next Apply continues where this one stopped.")))
	r.stream = newStream(scope, r.take)
	return r
}

// add is called aside.
func (r *runSteps) add(p task.Progress) { r.stream.add(p) }

// take puts progress into lines: a new count of what is done begins a line,
// anything else is news about the line that runs.
func (r *runSteps) take(list []task.Progress) {
	for _, p := range list {
		text := kit.Say(p.Now)
		switch {
		case text == "":
		case p.Total > 0 && p.Done != r.at || len(r.text) == 0:
			if p.Total > 0 {
				r.at = p.Done
			}
			r.text = append(r.text, text)
		default:
			r.text[len(r.text)-1] = text
		}
	}
	r.column.RemoveAll()
	for i, text := range r.text {
		mark := kit.MarkDone
		if i == len(r.text)-1 {
			mark = kit.MarkRunning
		}
		r.column.Add(kit.TopRow(kit.Gap, 1, kit.MarkIcon(mark, 18), kit.NewText(text)))
	}
	r.relayout()
}
