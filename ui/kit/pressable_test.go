package kit

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
)

// TestPressedRowsAreFollowed: a row that the keyboard reaches is scrolled into
// sight, and a key that it has no use for scrolls the page.
func TestPressedRowsAreFollowed(t *testing.T) {
	lightApp(t)
	list := NewFindingList(&Host{})
	for i := range 30 {
		list.Put(Finding{ID: fmt.Sprint(i), Mark: MarkDone, Title: "A test"})
	}
	scroll := NewVScroll(list)
	w := window(t, scroll, fyne.NewSize(400, 200))
	last := list.rows["29"]
	w.Canvas().Focus(last)
	if scroll.Offset.Y == 0 {
		t.Error("the focused finding is below the window")
	}
	var passed []fyne.KeyName
	w.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { passed = append(passed, e.Name) })
	for _, key := range []fyne.KeyName{fyne.KeyPageUp, fyne.KeySpace, fyne.KeyDown} {
		last.TypedKey(&fyne.KeyEvent{Name: key})
	}
	if len(passed) != 2 || passed[0] != fyne.KeyPageUp || passed[1] != fyne.KeyDown {
		t.Errorf("the page got %v", passed)
	}
}
