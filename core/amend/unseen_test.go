package amend

import (
	"slices"
	"testing"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
)

// TestUndoOfWhatIsNotShown: what Microsoft does not show is neither taken for removed
// nor forgotten, and is removed once it is shown; the remedies lead there.
func TestUndoOfWhatIsNotShown(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		hide   func(w *world, on bool)
		code   problem.Code
		found  int // changes of the undo once it is shown
	}{
		"buildings switched off": {"places-buildings", func(w *world, on bool) {
			w.hidden, w.Places = on, slices.DeleteFunc(w.Places, func(s tenant.Space) bool { return s.ID == "old" || s.ID[0] == 'n' || s.ID[0] == 's' })
		}, codeHidden, 1},
		"an account that is late": {"service-account", func(w *world, on bool) { w.late = on }, problem.Code{}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.Parents = nil
			c.hide(w, true)
			in, m := w.input()
			p, err := MakePlan(t.Context(), in, works()[c.script])
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Apply(t.Context(), in, p); problem.CodeOf(err) != c.code {
				t.Fatal(err)
			}
			for range 2 {
				undo, err := MakeUndoPlan(t.Context(), in, c.script)
				if err != nil || undo.Items[0].Action != change.Attention || undo.Items[0].Why.IsZero() || undo.Items[0].Problem != nil || len(undo.Todo()) != 0 {
					t.Fatal(err, undo.Items)
				}
				if out, err := Apply(t.Context(), in, undo); err != nil || out.Summary[exchange.Skipped] != len(undo.Items) {
					t.Fatal(err, out.Results)
				}
			}
			// A plan that found it gone, when it is shown again before it is applied.
			gone, err := MakeUndoPlan(t.Context(), in, c.script)
			if err != nil {
				t.Fatal(err)
			}
			gone.Items[0].Action, gone.Items[0].Before, gone.Items[0].After = change.Keep, nil, nil
			if out, err := Apply(t.Context(), in, gone); err != nil || out.Results[0].Status != exchange.Failed {
				t.Fatal(err, out.Results)
			}
			c.hide(w, false)
			if out, err := Apply(t.Context(), in, gone); err != nil || out.Results[0].Status != exchange.Failed {
				t.Fatal(err, out.Results)
			}
			undo, err := MakeUndoPlan(t.Context(), in, c.script)
			if err != nil || len(undo.Todo()) != c.found {
				t.Fatal(err, undo.Items)
			}
			if out, err := Apply(t.Context(), in, undo); err != nil || out.Summary[exchange.Changed] != c.found || len(w.Places)*len(w.Accounts) != 0 {
				t.Fatal(err, out.Results)
			}
			if _, err := MakeUndoPlan(t.Context(), in, c.script); problem.CodeOf(err) != codeNothing {
				t.Fatal(err, len(m.lines))
			}
		})
	}
}

// TestBuildingRemovedByHand: the remedy of a building that Microsoft does not show
// because somebody removed it ends with the building there, and with undo removing it.
func TestBuildingRemovedByHand(t *testing.T) {
	w := newWorld()
	w.Places, w.hidden = nil, true
	in, _ := w.input()
	job := works()["places-buildings"]
	apply := func() (exchange.Result, error) {
		p, err := MakePlan(t.Context(), in, job)
		if err != nil {
			t.Fatal(err)
		}
		return Apply(t.Context(), in, p)
	}
	if _, err := apply(); problem.CodeOf(err) != codeHidden {
		t.Fatal(err)
	}
	w.Places, w.hidden = nil, false // somebody removed it
	_, err := apply()
	remedies := problem.Of(err).Remedies
	if last := remedies[len(remedies)-1]; last.Place != problem.PlaceScript("places-buildings") {
		t.Fatal(remedies)
	}
	w.Places = []tenant.Space{{ID: "by script", Name: "North", Kind: "building"}}
	if out, err := apply(); err != nil || out.Summary[exchange.Failed] != 0 {
		t.Fatal(err, out.Results)
	}
	undo, err := MakeUndoPlan(t.Context(), in, "places-buildings")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := Apply(t.Context(), in, undo); err != nil || out.Summary[exchange.Failed]+out.Summary[exchange.Skipped] != 0 || len(w.Places) != 0 {
		t.Fatal(err, out.Results, w.Places)
	}
}

// TestPeopleWhoBook: a plan says how many accounts the limit matches, and a limit that
// matches nobody is refused.
func TestPeopleWhoBook(t *testing.T) {
	in, _ := newWorld().input()
	job := works()["limit-application"]
	p, err := MakePlan(t.Context(), in, job)
	if err != nil || len(p.Warnings) != 1 || p.Warnings[0].String() != "3 accounts match the people who book (Department: R&D; O'Neil)." {
		t.Fatal(err, p.Warnings)
	}
	for n, o := range job.Operations {
		if o.Cmdlet == "New-ManagementScope" {
			job.Operations[n].Parameters = []byte(`{"Target":"rooms","OrganizersBy":"Office","Organizers":"Nowhere"}`)
		}
	}
	if _, err := MakePlan(t.Context(), in, job); problem.CodeOf(err) != codeNobody || len(problem.Of(err).Remedies) != 2 {
		t.Fatal(err)
	}
}
