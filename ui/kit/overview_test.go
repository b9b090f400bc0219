package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/roomkey/roomkey/core/tenant"
)

// TestAViewInALowWindow: the view that somebody asked for gets the room of the rows,
// and gives it back.
func TestAViewInALowWindow(t *testing.T) {
	table := peopleTable(t)
	table.SetRows([]tenant.Person{{ID: "a"}, {ID: "b"}})
	over, insists := AtLeast(0, 0, NewText("view")), false
	both := Overview(over, table.Object, func() Wants { return Wants{High: 400, Insists: insists} }, table.HideRows)
	w := test.NewTempWindow(t, both)
	w.SetPadded(false)
	for _, c := range []struct {
		high    float32
		insists bool
		view    bool
		rows    bool
	}{{180, false, false, true}, {180, true, true, false}, {700, true, true, true}} {
		insists = c.insists
		w.Resize(fyne.NewSize(800, c.high))
		both.Refresh()
		if view := over.Size().Height > 100 && both.Objects[0].Visible(); view != c.view || table.frame.Visible() != c.rows {
			t.Errorf("%v high, insists %v: the view is shown: %v (%v high), the rows: %v", c.high, c.insists, view, over.Size().Height, table.frame.Visible())
		}
	}
}
