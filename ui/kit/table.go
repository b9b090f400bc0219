package kit

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	english "golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/roomkey/roomkey/core/problem"
)

// TableColumn is one column of a DataTable.
type TableColumn[T any] struct {
	Title string
	// Share is the column's part of the width until somebody drags its border.
	Share float32
	// Text is what a cell shows and what the column is sorted by.
	Text func(T) string
	// Number is set instead of Text where cells are numbers, nil for none: they
	// stand at the right, with separators, and are sorted by their values.
	Number func(T) *int
}

// cell is what a row shows in the column.
func (c TableColumn[T]) cell(row T) string { return c.text(row, Number) }

// plain is what is copied, saved and searched of it.
func (c TableColumn[T]) plain(row T) string { return c.text(row, strconv.Itoa) }

func (c TableColumn[T]) text(row T, number func(int) string) string {
	if c.Number == nil {
		return problem.Line(c.Text(row))
	}
	if n := c.Number(row); n != nil {
		return number(*n)
	}
	return ""
}

// Number is a number with separators between its thousands.
func Number(n int) string { return numbers.Sprintf("%d", n) }

var numbers = message.NewPrinter(english.English)

// DataTable shows rows that can be filtered, sorted by any column, copied, saved
// and, when Selectable, chosen. It draws only what is in sight and keeps of each
// row no more than the text that the filter searches.
type DataTable[T any] struct {
	Object fyne.CanvasObject
	// OnSelect is called after the person changed the choice; OnOpen with the
	// row that was pressed when rows cannot be chosen.
	OnSelect func()
	OnOpen   func(T)
	// OnTake gets rows that have come, fresh when they replace all others. OnArrange
	// gets the rows that the filter leaves whenever they have changed, OnShow is
	// called whenever they or the choice have.
	OnTake    func(rows []T, fresh bool)
	OnArrange func([]T)
	OnShow    func()
	// OnSave gets a file of the rows that the filter leaves: what its name ends
	// in, and what writes it, which may be called on any goroutine. Nil offers none.
	OnSave func(ending string, write func() ([]byte, error))

	columns    []TableColumn[T]
	key        func(T) string
	selectable bool
	selected   map[string]bool

	rows []T
	// folded is what the filter searches, the cells of a row a line each.
	folded []string
	// keys tell how many things the rows are, where they can be chosen: one may
	// stand in two rows.
	keys map[string]bool
	// order are all rows as they are sorted, visible those that the filter leaves.
	order, visible []int32
	sorted         int
	down           bool
	only           func(T) bool

	filter  *filter
	count   *Text
	tools   *fyne.Container
	layout  *columnLayout
	head    *fyne.Container
	heads   []*Button
	all     *Check
	grid    *Grid
	empty   *fyne.Container
	body    *fyne.Container
	noMatch fyne.CanvasObject
	setting bool
}

// NewDataTable is an empty table; name is under which its columns are remembered,
// key tells rows apart. Empty is shown while there are no rows.
func NewDataTable[T any](name string, columns []TableColumn[T], key func(T) string, selectable bool, empty fyne.CanvasObject) *DataTable[T] {
	t := &DataTable[T]{columns: columns, key: key, selectable: selectable, selected: map[string]bool{}, keys: map[string]bool{}, sorted: -1}
	t.filter = newFilter(t.arrange)
	t.count = Muted("").As(Clip, ColorMuted)
	more := NewButtonWithIcon("", theme.MoreHorizontalIcon(), nil)
	more.OnTapped = func() { t.openMenu(more) }
	t.tools = Row(Gap, 1, AtLeast(170, 0, t.filter), t.count, more)

	t.layout = newColumnLayout(name, selectable)
	t.head = container.New(t.layout)
	if selectable {
		t.all = NewCheck("", t.chooseAll)
		t.head.Add(t.all)
	}
	for i, c := range columns {
		b := NewButton(c.Title, func() { t.sortBy(i) })
		b.Importance, b.Alignment, b.IconPlacement = widget.LowImportance, widget.ButtonAlignLeading, widget.ButtonIconTrailingText
		if c.Number != nil {
			b.Alignment = widget.ButtonAlignTrailing
		}
		t.heads = append(t.heads, b)
		t.head.Add(b)
		t.layout.add(c.Title, c.Share, c.Number != nil, b)
	}
	for i := range columns {
		t.head.Add(t.layout.grip(i))
	}
	t.grid = newGrid(t, t.layout)
	t.layout.changed = func() { t.head.Refresh(); t.grid.renew() }
	if empty == nil {
		empty = Column(0)
	}
	t.empty = container.NewStack(empty)
	t.noMatch = EmptyState(theme.SearchIcon(), L("Nothing matches the filter"), L("Clear the filter to see all rows."))
	t.noMatch.Hide()
	t.body = container.New(frameLayout{}, Ground(theme.ColorNameHeaderBackground, t.head), container.NewStack(t.grid.scroll, t.noMatch), Column(0))
	frame := Ground(ColorCard, container.NewStack(t.body, t.empty))
	frame.Border, frame.Radius, frame.Pad = ColorLine, 8, 1
	t.Object = container.New(frameLayout{}, Pad(0, 0, 12, 0, t.tools), frame, Column(0))
	t.arrange()
	return t
}

// AddTool puts an object beside the filter.
func (t *DataTable[T]) AddTool(o fyne.CanvasObject) { t.tools.Add(o) }

// SetRows replaces all rows, and keeps the list; the choice stays.
func (t *DataTable[T]) SetRows(rows []T) {
	t.rows, t.folded, t.order, t.keys = slices.Clip(rows), nil, nil, map[string]bool{}
	t.take(0)
}

// Append adds rows, as pages come in.
func (t *DataTable[T]) Append(rows []T) {
	from := len(t.rows)
	t.rows = append(t.rows, rows...)
	t.take(from)
}

// take puts the rows from one on in their places.
func (t *DataTable[T]) take(from int) {
	t.fold(t.rows[from:])
	for _, row := range t.rows[from:] {
		if t.all != nil {
			t.keys[t.key(row)] = true
		}
	}
	fresh := make([]int32, len(t.rows)-from)
	for i := range fresh {
		fresh[i] = int32(from + i)
	}
	compare := t.compare()
	slices.SortFunc(fresh, compare)
	t.order = merge(t.order, fresh, compare)
	if t.OnTake != nil {
		t.OnTake(t.rows[from:], from == 0)
	}
	t.arrange()
}

// fold keeps what the filter searches, in one piece of memory a page.
func (t *DataTable[T]) fold(rows []T) {
	var all strings.Builder
	ends := make([]int, len(rows))
	for i, row := range rows {
		for _, c := range t.columns {
			text := c.plain(row)
			if c.Number != nil { // found with separators, too
				text += " " + c.cell(row)
			}
			all.WriteString(Fold(text))
			all.WriteByte('\n')
		}
		ends[i] = all.Len()
	}
	from := 0
	for _, end := range ends {
		t.folded = append(t.folded, all.String()[from:end])
		from = end
	}
}

// line is a column's part of what is searched.
func line(folded string, column int) string {
	for range column {
		_, folded, _ = strings.Cut(folded, "\n")
	}
	folded, _, _ = strings.Cut(folded, "\n")
	return folded
}

// compare orders two rows: those without a value come last either way, and those
// that are alike as they came.
func (t *DataTable[T]) compare() func(a, b int32) int {
	if t.sorted < 0 {
		return cmp.Compare[int32]
	}
	column, turn := t.sorted, 1
	if t.down {
		turn = -1
	}
	if number := t.columns[column].Number; number != nil {
		return func(a, b int32) int {
			x, y := number(t.rows[a]), number(t.rows[b])
			switch {
			case x == nil || y == nil:
				return cmp.Or(without(x == nil)-without(y == nil), cmp.Compare(a, b))
			default:
				return cmp.Or(turn*cmp.Compare(*x, *y), cmp.Compare(a, b))
			}
		}
	}
	keys := make([]string, len(t.rows))
	for i, f := range t.folded {
		keys[i] = line(f, column)
	}
	return func(a, b int32) int {
		x, y := keys[a], keys[b]
		if x == "" || y == "" {
			return cmp.Or(without(x == "")-without(y == ""), cmp.Compare(a, b))
		}
		return cmp.Or(turn*strings.Compare(x, y), cmp.Compare(a, b))
	}
}

func without(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// merge puts two sorted lists together.
func merge[T any](a, b []T, compare func(a, b T) int) []T {
	if len(a) == 0 || len(b) == 0 || compare(a[len(a)-1], b[0]) < 0 {
		return append(a, b...)
	}
	out := make([]T, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if compare(a[0], b[0]) <= 0 {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// Rows is how many rows there are.
func (t *DataTable[T]) Rows() int { return len(t.rows) }

// Only leaves the rows for which keep answers true, beside what the filter says;
// nil leaves all.
func (t *DataTable[T]) Only(keep func(T) bool) {
	t.only = keep
	t.arrange()
}

// SetEmpty replaces what is shown without rows.
func (t *DataTable[T]) SetEmpty(o fyne.CanvasObject) {
	t.empty.Objects = []fyne.CanvasObject{o}
	t.empty.Refresh()
}

// Choose replaces the choice by these keys.
func (t *DataTable[T]) Choose(keys []string) {
	t.selected = map[string]bool{}
	for _, k := range keys {
		t.selected[k] = true
	}
	t.show()
}

// Chosen are the keys of the chosen rows: those that are here in the order of
// the rows, then those that were chosen and are not in the table.
func (t *DataTable[T]) Chosen() []string {
	var keys, gone []string
	here := map[string]bool{}
	for _, row := range t.rows {
		if k := t.key(row); t.selected[k] && !here[k] {
			keys = append(keys, k)
			here[k] = true
		}
	}
	for k, on := range t.selected {
		if on && !here[k] {
			gone = append(gone, k)
		}
	}
	slices.Sort(gone)
	return append(keys, gone...)
}

// SetSelectable switches the boxes on or off.
func (t *DataTable[T]) SetSelectable(on bool) {
	if t.all == nil {
		return
	}
	t.selectable, t.layout.box = on, on
	t.all.Hidden = !on
	t.show()
}

func (t *DataTable[T]) sortBy(column int) {
	t.down = t.sorted == column && !t.down
	t.sorted = column
	slices.SortFunc(t.order, t.compare())
	t.arrange()
}

// arrange filters.
func (t *DataTable[T]) arrange() {
	wanted := strings.Fields(Fold(t.filter.Text))
	keep := make([]bool, len(t.rows)) // asked in the order of memory: four times as fast
	for i, folded := range t.folded {
		keep[i] = containsAll(folded, wanted) && (t.only == nil || t.only(t.rows[i]))
	}
	t.visible = t.visible[:0]
	for _, i := range t.order {
		if keep[i] {
			t.visible = append(t.visible, i)
		}
	}
	if t.OnArrange != nil {
		t.OnArrange(t.left())
	}
	t.grid.rearranged()
	t.show()
}

// left are the rows that the filter leaves, in order.
func (t *DataTable[T]) left() []T {
	rows := make([]T, len(t.visible))
	for i, row := range t.visible {
		rows[i] = t.rows[row]
	}
	return rows
}

// show brings the widgets up to date.
func (t *DataTable[T]) show() {
	for i, b := range t.heads {
		b.Icon = nil
		if i == t.sorted {
			b.Icon = theme.MenuDropUpIcon()
			if t.down {
				b.Icon = theme.MenuDropDownIcon()
			}
		}
		b.Refresh()
	}
	hasRows := len(t.rows) > 0
	t.empty.Hidden = hasRows
	t.body.Hidden = !hasRows
	t.noMatch.Hide()
	if hasRows && len(t.visible) == 0 {
		t.noMatch.Show()
	}
	text := Number(len(t.rows))
	if len(t.visible) != len(t.rows) {
		text = L("%s of %s", Number(len(t.visible)), Number(len(t.rows)))
	}
	if t.all != nil && t.selectable {
		chosen := 0
		for _, i := range t.visible {
			if t.selected[t.key(t.rows[i])] {
				chosen++
			}
		}
		t.setting = true
		t.all.SetChecked(chosen > 0 && chosen == len(t.visible))
		t.all.Partial = chosen > 0 && chosen < len(t.visible)
		t.all.Refresh()
		t.setting = false
		here, gone := 0, 0
		for k, on := range t.selected {
			switch {
			case on && t.keys[k]:
				here++
			case on:
				gone++
			}
		}
		shown := len(t.visible)
		switch all := shown == len(t.rows); {
		case gone == 0 && all:
			text = L("%s of %s chosen", Number(here), Number(len(t.keys)))
		case gone == 0:
			text = L("%s of %s chosen, %s shown", Number(here), Number(len(t.keys)), Number(shown))
		case all:
			text = L("%s of %s chosen, %s more that are not listed", Number(here), Number(len(t.keys)), Number(gone))
		default:
			text = L("%s of %s chosen, %s more that are not listed, %s shown", Number(here), Number(len(t.keys)), Number(gone), Number(shown))
		}
	}
	t.count.SetText(text)
	if t.OnShow != nil {
		t.OnShow()
	}
	t.tools.Refresh()
	t.head.Refresh()
	t.grid.renew()
	t.Object.Refresh()
}

// chooseAll chooses or leaves the rows that the filter shows.
func (t *DataTable[T]) chooseAll(on bool) {
	if t.setting || !t.selectable {
		return
	}
	t.choose(0, len(t.visible), on)
}

// choose chooses the rows in sight from one to before another, or takes their
// choice away.
func (t *DataTable[T]) choose(from, to int, on bool) {
	keys := make([]string, to-from)
	for i := range keys {
		keys[i] = t.key(t.rows[t.visible[from+i]])
	}
	t.Select(keys, on)
}

// IsChosen is whether the row of a key is chosen.
func (t *DataTable[T]) IsChosen(key string) bool { return t.selected[key] }

// Selectable is whether rows can be chosen now.
func (t *DataTable[T]) Selectable() bool { return t.selectable }

// Select chooses rows, or takes the choice of them away, as the person did.
func (t *DataTable[T]) Select(keys []string, on bool) {
	for _, k := range keys {
		t.selected[k] = on
	}
	t.show()
	if t.OnSelect != nil {
		t.OnSelect()
	}
}

// The table is what its grid draws.

func (t *DataTable[T]) length() int { return len(t.visible) }

func (t *DataTable[T]) cell(row, column int) string {
	return t.columns[column].cell(t.rows[t.visible[row]])
}

func (t *DataTable[T]) box(row int) (there, on bool) {
	return t.all != nil && t.selectable, t.selected[t.key(t.rows[t.visible[row]])]
}

// press chooses rows, all of them when one is not chosen, or opens the first
// where rows cannot be chosen.
func (t *DataTable[T]) press(from, to int) {
	switch {
	case t.selectable:
		all := true
		for i := from; i < to; i++ {
			_, on := t.box(i)
			all = all && on
		}
		t.choose(from, to, !all)
	case t.OnOpen != nil:
		t.OnOpen(t.rows[t.visible[from]])
	}
}
