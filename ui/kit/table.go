package kit

import (
	"cmp"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
)

// TableColumn is one column of a DataTable.
type TableColumn[T any] struct {
	Title string
	// Share is the column's part of the width.
	Share float32
	// Text is what a cell shows and, without Less, what it is sorted by.
	Text func(T) string
	// Less compares two rows for sorting; nil compares the texts.
	Less func(a, b T) int
}

// DataTable shows rows that can be filtered, sorted by any column and, when Key
// is set and Selectable, chosen. Up and Down move, Space chooses.
type DataTable[T any] struct {
	Object fyne.CanvasObject
	// OnSelect is called after the person changed the choice; OnOpen with the
	// row that was pressed when rows cannot be chosen.
	OnSelect func()
	OnOpen   func(T)
	// OnArrange gets the rows that the filter leaves whenever they have changed,
	// OnShow is called whenever they or the choice have.
	OnArrange func([]T)
	OnShow    func()

	columns    []TableColumn[T]
	key        func(T) string
	selectable bool
	selected   map[string]bool

	rows    []tableItem[T]
	visible []int
	sorted  int
	down    bool

	filter  *widget.Entry
	count   *Text
	tools   *fyne.Container
	heads   []*Button
	all     *Check
	list    *widget.List
	empty   *fyne.Container
	body    *fyne.Container
	noMatch fyne.CanvasObject
	setting bool
}

// tableItem keeps what is filtered and sorted by beside the row.
type tableItem[T any] struct {
	row    T
	cells  []string
	folded string
}

// NewDataTable is an empty table; key tells rows apart. Empty is shown while
// there are no rows.
func NewDataTable[T any](columns []TableColumn[T], key func(T) string, selectable bool, empty fyne.CanvasObject) *DataTable[T] {
	t := &DataTable[T]{columns: columns, key: key, selectable: selectable, selected: map[string]bool{}, sorted: -1}
	t.filter = widget.NewEntry()
	t.filter.SetPlaceHolder(L("Filter"))
	t.filter.OnChanged = func(string) { t.arrange() }
	t.count = Muted("").As(Whole, ColorMuted)
	t.tools = Row(GapWide, 1, AtLeast(260, 0, t.filter), Spacer(), t.count)

	head := container.New(columnsLayout{t.shares(), selectable})
	if selectable {
		t.all = NewCheck("", t.chooseAll)
		head.Add(t.all)
	}
	for i, c := range columns {
		b := NewButton(c.Title, func() { t.sortBy(i) })
		b.Importance, b.Alignment, b.IconPlacement = widget.LowImportance, widget.ButtonAlignLeading, widget.ButtonIconTrailingText
		t.heads = append(t.heads, b)
		head.Add(b)
	}
	t.list = widget.NewList(func() int { return len(t.visible) }, t.newRow, t.fillRow)
	t.list.HideSeparators = true
	t.list.OnSelected = t.pressed
	if empty == nil {
		empty = Column(0)
	}
	t.empty = container.NewStack(empty)
	t.noMatch = EmptyState(theme.SearchIcon(), L("Nothing matches the filter"), L("Clear the filter to see all rows."))
	t.noMatch.Hide()
	t.body = container.New(frameLayout{}, Ground(theme.ColorNameHeaderBackground, head), container.NewStack(t.list, t.noMatch), Column(0))
	frame := Ground(ColorCard, container.NewStack(t.body, t.empty))
	frame.Border, frame.Radius, frame.Pad = ColorLine, 8, 1
	t.Object = container.New(frameLayout{}, Pad(0, 0, 12, 0, t.tools), frame, Column(0))
	t.arrange()
	return t
}

func (t *DataTable[T]) shares() []float32 {
	shares := make([]float32, len(t.columns))
	for i, c := range t.columns {
		shares[i] = c.Share
	}
	return shares
}

// AddTool puts an object beside the filter.
func (t *DataTable[T]) AddTool(o fyne.CanvasObject) { t.tools.Add(o) }

// SetRows replaces all rows; the choice stays.
func (t *DataTable[T]) SetRows(rows []T) {
	t.rows = t.rows[:0]
	t.Append(rows)
}

// Append adds rows, as pages come in.
func (t *DataTable[T]) Append(rows []T) {
	for _, r := range rows {
		item := tableItem[T]{row: r, cells: make([]string, len(t.columns))}
		for i, c := range t.columns {
			item.cells[i] = problem.Line(c.Text(r))
		}
		item.folded = Fold(strings.Join(item.cells, "\n"))
		t.rows = append(t.rows, item)
	}
	t.arrange()
}

// Rows is how many rows there are.
func (t *DataTable[T]) Rows() int { return len(t.rows) }

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
	for _, item := range t.rows {
		if k := t.key(item.row); t.selected[k] && !here[k] {
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
	t.selectable = on
	t.all.Hidden = !on
	t.show()
}

func (t *DataTable[T]) sortBy(column int) {
	t.down = t.sorted == column && !t.down
	t.sorted = column
	t.arrange()
}

// arrange filters and sorts.
func (t *DataTable[T]) arrange() {
	wanted := strings.Fields(Fold(t.filter.Text))
	t.visible = t.visible[:0]
	for i := range t.rows {
		if containsAll(t.rows[i].folded, wanted) {
			t.visible = append(t.visible, i)
		}
	}
	if t.sorted >= 0 {
		compare := t.order()
		slices.SortFunc(t.visible, func(a, b int) int {
			order := compare(a, b)
			if t.down {
				order = -order
			}
			return cmp.Or(order, a-b)
		})
	}
	if t.OnArrange != nil {
		rows := make([]T, len(t.visible))
		for i, row := range t.visible {
			rows[i] = t.rows[row].row
		}
		t.OnArrange(rows)
	}
	t.show()
}

// order compares two rows, by their numbers, in the column that is sorted by.
// Texts are folded once and not with each comparison: a directory has 200,000.
func (t *DataTable[T]) order() func(a, b int) int {
	if less := t.columns[t.sorted].Less; less != nil {
		return func(a, b int) int { return less(t.rows[a].row, t.rows[b].row) }
	}
	folded := make([]string, len(t.rows))
	for _, i := range t.visible {
		folded[i] = Fold(t.rows[i].cells[t.sorted])
	}
	return func(a, b int) int { return strings.Compare(folded[a], folded[b]) }
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
	chosen := 0
	for _, i := range t.visible {
		if t.selected[t.key(t.rows[i].row)] {
			chosen++
		}
	}
	if t.all != nil {
		t.setting = true
		t.all.SetChecked(chosen > 0 && chosen == len(t.visible))
		t.all.Partial = chosen > 0 && chosen < len(t.visible)
		t.all.Refresh()
		t.setting = false
	}
	says := L("%d", len(t.rows))
	if len(t.visible) != len(t.rows) {
		says = L("%d of %d", len(t.visible), len(t.rows))
	}
	if t.selectable {
		says = L("%d of %d chosen", len(t.Chosen()), len(t.rows))
		if len(t.visible) != len(t.rows) {
			says += L(", %d shown", len(t.visible))
		}
	}
	t.count.SetText(says)
	if t.OnShow != nil {
		t.OnShow()
	}
	t.tools.Refresh()
	t.list.Refresh()
	t.Object.Refresh()
}

// chooseAll chooses or leaves the rows that the filter shows.
func (t *DataTable[T]) chooseAll(on bool) {
	if t.setting || !t.selectable {
		return
	}
	keys := make([]string, len(t.visible))
	for i, row := range t.visible {
		keys[i] = t.key(t.rows[row].row)
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

func (t *DataTable[T]) pressed(id widget.ListItemID) {
	t.list.UnselectAll()
	if id < 0 || id >= len(t.visible) {
		return
	}
	row := t.rows[t.visible[id]].row
	if !t.selectable {
		if t.OnOpen != nil {
			t.OnOpen(row)
		}
		return
	}
	k := t.key(row)
	t.Select([]string{k}, !t.selected[k])
}

func (t *DataTable[T]) newRow() fyne.CanvasObject {
	line := container.New(columnsLayout{t.shares(), t.all != nil})
	if t.all != nil {
		icon := widget.NewIcon(theme.CheckButtonIcon())
		line.Add(container.NewCenter(AtLeast(20, 20, icon)))
	}
	for range t.columns {
		line.Add(Pad(6, 4, 6, 8, Line("")))
	}
	return container.NewBorder(nil, Rule(), nil, nil, line)
}

func (t *DataTable[T]) fillRow(id widget.ListItemID, o fyne.CanvasObject) {
	if id >= len(t.visible) {
		return
	}
	item := t.rows[t.visible[id]]
	cells := o.(*fyne.Container).Objects[0].(*fyne.Container).Objects
	if t.all != nil {
		icon := cells[0].(*fyne.Container).Objects[0].(*fyne.Container).Objects[0].(*widget.Icon)
		switch {
		case t.selected[t.key(item.row)] && t.selectable:
			icon.SetResource(theme.NewPrimaryThemedResource(theme.CheckButtonCheckedIcon()))
		case t.selectable:
			icon.SetResource(theme.CheckButtonIcon())
		default:
			icon.SetResource(nil)
		}
		cells = cells[1:]
	}
	for i, c := range cells {
		text := c.(*fyne.Container).Objects[0].(*Text)
		if text.Text() != item.cells[i] {
			text.SetText(item.cells[i])
		}
	}
}

// columnsLayout shares the width between columns, after a box if there is one.
type columnsLayout struct {
	shares []float32
	box    bool
}

const boxWidth float32 = 40

func (l columnsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x, free := float32(0), size.Width
	if l.box && len(objects) > 0 {
		objects[0].Move(fyne.NewPos(4, 0))
		objects[0].Resize(fyne.NewSize(boxWidth-4, size.Height))
		objects = objects[1:]
		x, free = boxWidth, free-boxWidth
	}
	total := float32(0)
	for _, s := range l.shares {
		total += s
	}
	for i, o := range objects {
		width := free * l.shares[i] / total
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(width, size.Height))
		x += width
	}
}

func (l columnsLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	height := float32(0)
	for _, o := range objects {
		height = fyne.Max(height, o.MinSize().Height)
	}
	return fyne.NewSize(120, height)
}

var _ fyne.Layout = columnsLayout{}
