package page

import (
	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/ui/kit"
)

// quickProof is the test that a registration ends with: sign-in, permissions
// and lists, with what each showed.
type quickProof struct {
	env     *Env
	object  *fyne.Container
	list    *kit.FindingList
	notKept *fyne.Container
}

func newQuickProof(env *Env) *quickProof {
	q := &quickProof{env: env, list: kit.NewFindingList(env.Host), notKept: kit.Column(0)}
	card := kit.Card(q.list)
	card.Pad = 6
	q.object = kit.Column(kit.Gap, q.notKept, card)
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
	q.notKept.RemoveAll()
	if q.notKept.Hidden = run.NotKept == nil; run.NotKept != nil {
		q.notKept.Add(kit.ProblemCard(q.env.Host, run.NotKept))
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
