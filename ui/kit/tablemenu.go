package kit

import (
	"encoding/json"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/sheet"
)

// openMenu opens what can be done with the rows and the columns, under a button.
func (t *DataTable[T]) openMenu(at fyne.CanvasObject) {
	c := canvasOf(at)
	if c == nil {
		return
	}
	items := []*fyne.MenuItem{
		fyne.NewMenuItem(L("Copy these rows"), func() { fyne.CurrentApp().Clipboard().SetContent(t.grid.Text()) }),
	}
	if t.OnSave != nil {
		items = append(items,
			fyne.NewMenuItem(L("Save as CSV…"), func() { t.OnSave(".csv", t.csv()) }),
			fyne.NewMenuItem(L("Save as JSON…"), func() { t.OnSave(".json", t.json()) }))
	}
	items = append(items, fyne.NewMenuItemSeparator())
	for _, s := range t.layout.columns {
		i := fyne.NewMenuItem(s.title, func() { t.layout.toggle(s) })
		i.Checked = !s.Hidden
		items = append(items, i)
	}
	menu := widget.NewPopUpMenu(fyne.NewMenu("", items...), c)
	menu.ShowAtRelativePosition(fyne.NewPos(at.Size().Width-menu.MinSize().Width, at.Size().Height), at)
}

// cells are the rows from one to before another, in the columns that are not
// hidden.
func (t *DataTable[T]) cells(from, to int) [][]string {
	rows := make([][]string, 0, to-from)
	for row := from; row < to; row++ {
		var cells []string
		for i, c := range t.columns {
			if !t.layout.columns[i].Hidden {
				cells = append(cells, c.plain(t.rows[t.visible[row]]))
			}
		}
		rows = append(rows, cells)
	}
	return rows
}

// text is what copying takes: a line a row, with tabs, as spreadsheets paste it.
func (t *DataTable[T]) text(from, to int) string {
	var b strings.Builder
	for i, cells := range t.cells(from, to) {
		if i > 0 {
			b.WriteByte('\n')
		}
		for j, cell := range cells {
			if j > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(sheet.Harmless(cell))
		}
	}
	return b.String()
}

// csv writes the rows that the filter leaves as they are seen.
func (t *DataTable[T]) csv() func() ([]byte, error) {
	var titles []string
	for _, s := range t.layout.shown() {
		titles = append(titles, s.title)
	}
	rows := t.cells(0, len(t.visible))
	return func() ([]byte, error) { return sheet.Write(titles, rows) }
}

// json writes the rows that the filter leaves with all that is known of them.
func (t *DataTable[T]) json() func() ([]byte, error) {
	rows := t.left()
	return func() ([]byte, error) { return json.MarshalIndent(rows, "", "  ") }
}
