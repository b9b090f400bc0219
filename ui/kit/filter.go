package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// filter is the entry over a table in which is typed what rows must hold; Escape
// empties it.
type filter struct{ entry }

func newFilter(changed func()) *filter {
	f := &filter{}
	f.Scroll = fyne.ScrollHorizontalOnly
	f.ExtendBaseWidget(f)
	f.Icon = theme.SearchIcon()
	f.SetPlaceHolder(L("Filter"))
	f.OnChanged = func(string) { changed() }
	return f
}

// TypedKey empties the entry at Escape.
func (f *filter) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyEscape && f.Text != "" {
		f.SetText("")
		return
	}
	f.entry.TypedKey(k)
}

// FindIn gives the keyboard to the filter of the table that is in sight in an
// object; false when there is none.
func FindIn(o fyne.CanvasObject) bool {
	return !walk(o, func(o fyne.CanvasObject) bool {
		f, ok := o.(*filter)
		if c := canvasOf(o); ok && c != nil {
			c.Focus(f)
			f.TypedShortcut(&fyne.ShortcutSelectAll{})
			return false
		}
		return true
	})
}
