package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/roomkey/roomkey/core/tenant"
)

// TestAViewInALowWindow: a view that nobody asked for gives way to the rows; one that
// somebody asked for is as low as it can be, leaves three rows, and has the page
// scroll.
func TestAViewInALowWindow(t *testing.T) {
	table := peopleTable(t)
	table.SetRows(make([]tenant.Person, 20))
	over, insists := AtLeast(0, 0, NewText("view")), false
	both := Overview(over, table.Object, func() Wants { return Wants{High: 400, Least: 160, Insists: insists} })
	page := NewVScroll(both)
	w := test.NewTempWindow(t, page)
	w.SetPadded(false)
	for _, c := range []struct{ high, least, most float32 }{{180, 160, 160}, {340, 160, 160}, {700, 279, 281}, {1200, 400, 400}} {
		for _, insists = range []bool{false, true} {
			w.Resize(fyne.NewSize(800, c.high))
			page.Refresh()
			view, rows := float32(0), table.grid.scroll.Size().Height
			if both.Objects[0].Visible() {
				view = over.Size().Height
			}
			shown := insists || c.high > 340
			if shown != (view > 0) || shown && (view < c.least || view > c.most) || rows < leastRows*rowHeight {
				t.Errorf("%v high, insists %v: the view is %v high, the rows %v", c.high, insists, view, rows)
			}
		}
	}
}
