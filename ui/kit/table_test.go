package kit

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/roomkey/roomkey/core/sheet"
	"github.com/roomkey/roomkey/core/tenant"
)

// desk is a row of a table for tests.
type desk struct {
	Name  string `json:"name"`
	Where string `json:"where"`
	Seats *int   `json:"seats"`
}

func deskTable(t testing.TB, name string, rows ...desk) *DataTable[desk] {
	table := NewDataTable(name, []TableColumn[desk]{
		{Title: "Name", Share: 2, Text: func(d desk) string { return d.Name }},
		{Title: "Where", Share: 2, Text: func(d desk) string { return d.Where }},
		{Title: "Seats", Share: 1, Number: func(d desk) *int { return d.Seats }},
	}, func(d desk) string { return d.Name }, false, nil)
	table.SetRows(rows)
	w := test.NewTempWindow(t, table.Object)
	w.Resize(fyne.NewSize(640, 400))
	return table
}

func names(table *DataTable[desk]) string {
	var names []string
	for _, d := range table.left() {
		names = append(names, d.Name)
	}
	return strings.Join(names, " ")
}

// TestTableSortsAndFilters: without case and accents, over all columns, numbers by
// value and what has no value last; rows that come later find their places.
func TestTableSortsAndFilters(t *testing.T) {
	lightApp(t)
	table := deskTable(t, "", desk{"Zoë", "Málaga", seats(1200)}, desk{"Ann", "Berlin", nil}, desk{"bob", "", seats(9)})
	for _, c := range []struct {
		column int
		want   string
	}{{0, "Ann bob Zoë"}, {0, "Zoë bob Ann"}, {1, "Ann Zoë bob"}, {1, "Zoë Ann bob"}, {2, "bob Zoë Ann"}, {2, "Zoë bob Ann"}} {
		if table.sortBy(c.column); names(table) != c.want {
			t.Errorf("sorted by %d: %s, want %s", c.column, names(table), c.want)
		}
	}
	table.Append([]desk{{"Cem", "Köln", seats(100)}, {"Dua", "Köln", nil}})
	if got := names(table); got != "Zoë Cem bob Ann Dua" {
		t.Errorf("rows that came later: %s", got)
	}
	for typed, want := range map[string]string{"ZOE": "Zoë", "malaga": "Zoë", "koln": "Cem Dua", "1,200": "Zoë", "1200": "Zoë", "koln d": "Dua", "berlin koln": ""} {
		if table.filter.SetText(typed); names(table) != want {
			t.Errorf("%q leaves %s, want %s", typed, names(table), want)
		}
	}
	table.filter.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	table.Only(func(d desk) bool { return d.Seats == nil })
	if got := names(table); got != "Ann Dua" {
		t.Errorf("only those without seats: %s", got)
	}
}

// TestTableCopiesAndSaves: a cell, marked rows, and files that Excel may open.
func TestTableCopiesAndSaves(t *testing.T) {
	lightApp(t)
	table := deskTable(t, "", desk{"Ann", "=cmd|' /C calc'!A0", seats(1200)}, desk{"Bob", "+49 30", seats(-1)})
	clip := test.NewClipboard()
	copied := func() string {
		table.grid.TypedShortcut(&fyne.ShortcutCopy{Clipboard: clip})
		return clip.Content()
	}
	table.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	if got := copied(); got != "=cmd|' /C calc'!A0" {
		t.Errorf("the cell is copied as %q", got)
	}
	table.grid.TypedShortcut(&fyne.ShortcutSelectAll{})
	if got := copied(); got != "Ann\t'=cmd|' /C calc'!A0\t1200\nBob\t'+49 30\t-1" {
		t.Errorf("all rows are copied as %q", got)
	}
	table.layout.toggle(table.layout.columns[0])
	data, err := table.csv()()
	if want := "\xEF\xBB\xBFWhere,Seats\r\n'=cmd|' /C calc'!A0,1200\r\n'+49 30,-1\r\n"; err != nil || string(data) != want {
		t.Errorf("CSV: %q, %v", data, err)
	}
	read, _, err := sheet.Read(bytes.NewReader(data), []sheet.Column{{Key: "where", Title: "Where"}})
	if err != nil || read.Rows[0].Get("where") != "=cmd|' /C calc'!A0" {
		t.Errorf("it reads back as %+v, %v", read.Rows, err)
	}
	if data, err = table.json()(); err != nil || !strings.Contains(string(data), `"where": "+49 30"`) {
		t.Errorf("JSON: %s, %v", data, err)
	}
}

// TestTableKeepsItsColumns: widths that were dragged and columns that were hidden
// are so at the next start.
func TestTableKeepsItsColumns(t *testing.T) {
	lightApp(t)
	table := deskTable(t, "desks", desk{Name: "Ann"})
	first, second := table.layout.columns[0], table.layout.columns[1]
	before, both := first.width, first.width+second.width
	table.layout.grips[0].Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(50, 0)})
	if first.width != before+50 || abs(first.width+second.width-both) > 0.01 {
		t.Fatalf("dragged from %v to %v beside %v", before, first.width, second.width)
	}
	table.layout.grips[0].Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(-5000, 0)})
	if abs(first.width-leastColumn) > 0.01 {
		t.Errorf("a column may become %v wide", first.width)
	}
	table.layout.toggle(table.layout.columns[2])
	again := deskTable(t, "desks", desk{Name: "Ann"})
	if got := again.layout.columns; abs(got[0].width/got[1].width-first.width/second.width) > 0.01 || !got[2].Hidden || again.heads[2].Visible() {
		t.Errorf("not kept: %+v %+v", got[0], got[2])
	}
	for _, s := range again.layout.columns {
		if !s.Hidden {
			again.layout.toggle(s)
		}
	}
	if len(again.layout.shown()) != 1 {
		t.Error("all columns can be hidden")
	}
}

func abs(x float32) float32 { return max(x, -x) }

// TestTableExplainsCutText: the whole of a cut text stands over its cell.
func TestTableExplainsCutText(t *testing.T) {
	lightApp(t)
	table := deskTable(t, "", desk{Name: strings.Repeat("long ", 40), Where: "short"})
	hover := func(x float32) bool {
		table.grid.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 10)}})
		objects := table.grid.drawn.objects
		return objects[len(objects)-1] == fyne.CanvasObject(table.grid.drawn.tip)
	}
	if !hover(20) || len(table.grid.drawn.tipText.Text()) != 200 {
		t.Errorf("cut, and not explained: %q", table.grid.drawn.tipText.Text())
	}
	if hover(table.layout.columns[1].x + 20) {
		t.Error("a text that is seen whole is explained")
	}
	table.grid.MouseOut()
}

// TestFindGoesToTheFilter: of the table that is in sight.
func TestFindGoesToTheFilter(t *testing.T) {
	lightApp(t)
	hidden, shown := deskTable(t, ""), deskTable(t, "")
	hidden.Object.Hide()
	w := test.NewTempWindow(t, Column(0, hidden.Object, shown.Object))
	if !FindIn(w.Content()) || w.Canvas().Focused() != fyne.Focusable(shown.filter) {
		t.Errorf("%T has the keyboard", w.Canvas().Focused())
	}
}

// people is a directory of n people as large as a real one's.
func people(n int) []tenant.Person {
	list := make([]tenant.Person, n)
	for i := range list {
		list[i] = tenant.Person{ID: fmt.Sprintf("%08x-0000-4000-8000-%012x", i, i), DisplayName: fmt.Sprintf("Zoë Müller %d", i),
			UserPrincipalName: fmt.Sprintf("zoe.mueller.%d@contoso.example", i), Mail: fmt.Sprintf("zoe.mueller.%d@contoso.example", i), Department: departments[i%len(departments)]}
	}
	return list
}

var departments = []string{"Sales", "Facility Management", "Personalabteilung", "Information Technology", ""}

func peopleTable(t testing.TB) *DataTable[tenant.Person] {
	lightApp(t)
	table := NewDataTable("", []TableColumn[tenant.Person]{
		{Title: "Name", Share: 2, Text: func(p tenant.Person) string { return p.DisplayName }},
		{Title: "Sign-in name", Share: 3, Text: func(p tenant.Person) string { return p.UserPrincipalName }},
		{Title: "Department", Share: 2, Text: func(p tenant.Person) string { return p.Department }},
		{Title: "Mail", Share: 3, Text: func(p tenant.Person) string { return p.Mail }},
	}, func(p tenant.Person) string { return p.ID }, false, nil)
	w := test.NewTempWindow(t, table.Object)
	w.Resize(fyne.NewSize(1000, 700))
	return table
}

const many = 150_000

// BenchmarkTableFilter is one keystroke in the filter of 150,000 people, sorted.
func BenchmarkTableFilter(b *testing.B) {
	table := peopleTable(b)
	table.SetRows(people(many))
	table.sortBy(2)
	typed := []string{"m", "mu", "mue", "muell", "muell 9", "muell 99", "muell 99 sales", ""}
	for i := 0; b.Loop(); i++ {
		table.filter.SetText(typed[i%len(typed)])
	}
}

// BenchmarkTableScroll is one notch of the wheel over 150,000 people.
func BenchmarkTableScroll(b *testing.B) {
	table := peopleTable(b)
	table.SetRows(people(many))
	for b.Loop() {
		table.grid.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -notchOfFyne)})
	}
}

// BenchmarkTableSort is a press on a head.
func BenchmarkTableSort(b *testing.B) {
	table := peopleTable(b)
	table.SetRows(people(many))
	for b.Loop() {
		table.sortBy(0)
	}
}

// TestTableMemory: 150,000 people with all that the table keeps of them stay under
// 150 MB.
func TestTableMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	table := peopleTable(t)
	list := people(many)
	for page := range many / 1000 {
		table.Append(list[page*1000 : (page+1)*1000])
	}
	table.SetRows(list)
	table.sortBy(1)
	runtime.GC()
	runtime.ReadMemStats(&after)
	held := float64(after.HeapAlloc-before.HeapAlloc) / 1e6
	t.Logf("%.0f MB, of which the people's own records are %.0f", held, many*float64(unsafe.Sizeof(tenant.Person{}))/1e6)
	if held > 150 {
		t.Errorf("%d people take %.0f MB", many, held)
	}
	runtime.KeepAlive(table)
	runtime.KeepAlive(list)
}
