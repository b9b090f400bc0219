package page

import (
	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/ui/kit"
)

// quickProof is the test that a registration ends with: sign-in, permissions
// and lists, with what each showed.
type quickProof struct {
	object *fyne.Container
	list   *kit.FindingList
}

func newQuickProof(env *Env) *quickProof {
	q := &quickProof{list: kit.NewFindingList(env.Host)}
	card := kit.Card(q.list)
	card.Pad = 6
	q.object = kit.Column(0, card)
	q.show(nil)
	return q
}

// show shows a run, opened at what has to be repaired first; nil shows nothing.
func (q *quickProof) show(run *check.Run) {
	q.list.Clear()
	q.object.Hidden = run == nil
	if run == nil {
		return
	}
	cause := ""
	if run.RootCause != nil {
		cause = run.RootCause.Check
	}
	for _, f := range check.Fold(run.Findings) {
		q.list.Put(findingOf(f, cause))
	}
	q.list.Open(cause, true)
}

// testingRegistration is what the bar says meanwhile.
func testingRegistration() string { return kit.L("Testing the registration") }
