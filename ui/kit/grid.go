package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// gridRows are the rows that a Grid draws.
type gridRows interface {
	length() int
	cell(row, column int) string
	// box is whether the row has a box, and whether it is ticked.
	box(row int) (there, on bool)
	// press is what a press on rows does, from one to before another.
	press(from, to int)
	// text gives the rows from one to before another, with tabs between the cells.
	text(from, to int) string
}

// Grid draws the rows of a table that are in sight, so that its cost does not
// grow with the table. The arrow keys move a frame around one cell, with Shift
// they mark rows; Space presses them and copying copies them.
type Grid struct {
	widget.BaseWidget
	of      gridRows
	columns *columnLayout
	scroll  *Scroll
	drawn   *gridRenderer

	focused bool
	// row and column are the cell with the keyboard, anchor is where the mark that
	// ends there begins.
	row, column, anchor int
	// shift is whether the mouse was pressed with Shift held.
	shift bool
	// over is the cell under the mouse, row -1 for none.
	over struct{ row, column int }
}

const (
	rowHeight float32 = 33
	// leastRows are in sight however little room there is.
	leastRows         = 3
	cellInset float32 = 8
)

var (
	_ fyne.Focusable    = (*Grid)(nil)
	_ fyne.Tappable     = (*Grid)(nil)
	_ fyne.Shortcutable = (*Grid)(nil)
	_ desktop.Hoverable = (*Grid)(nil)
	_ desktop.Mouseable = (*Grid)(nil)
)

func newGrid(of gridRows, columns *columnLayout) *Grid {
	g := &Grid{of: of, columns: columns}
	g.over.row = -1
	g.ExtendBaseWidget(g)
	g.scroll = NewVScroll(g)
	g.scroll.SetMinSize(fyne.NewSize(0, leastRows*rowHeight))
	g.scroll.OnScrolled = func(fyne.Position) { g.draw() }
	g.scroll.resized = g.draw
	return g
}

// Len is how many rows there are.
func (g *Grid) Len() int { return g.of.length() }

// Text is all rows, a line each, with tabs between the cells.
func (g *Grid) Text() string { return g.of.text(0, g.of.length()) }

// Press does with a row what a press of the mouse on it does.
func (g *Grid) Press(row int) {
	if row >= 0 && row < g.of.length() {
		g.row, g.anchor = row, row
		g.of.press(row, row+1)
	}
}

// MinSize is as high as all rows.
func (g *Grid) MinSize() fyne.Size {
	return fyne.NewSize(120, max(1, float32(g.of.length())*rowHeight))
}

// draw draws what has come into sight.
func (g *Grid) draw() {
	if g.drawn != nil {
		g.drawn.fill()
		canvas.Refresh(g)
	}
}

// renew draws everything anew.
func (g *Grid) renew() {
	if g.drawn != nil {
		g.drawn.age++
	}
	g.scroll.Refresh() // the rows may have become fewer than are scrolled by
	g.draw()
}

// rearranged is told that other rows are shown.
func (g *Grid) rearranged() {
	g.row = max(0, min(g.row, g.of.length()-1))
	g.anchor, g.over.row = g.row, -1
}

// marked are the rows from the anchor to the keyboard.
func (g *Grid) marked() (from, to int) {
	if g.of.length() == 0 {
		return 0, 0
	}
	return min(g.row, g.anchor), max(g.row, g.anchor) + 1
}

// at is the row and the column at a place, row -1 for none.
func (g *Grid) at(p fyne.Position) (row, column int) {
	row = int(p.Y / rowHeight)
	if p.Y < 0 || row >= g.of.length() {
		return -1, 0
	}
	for i, s := range g.columns.shown() {
		if p.X >= s.x {
			column = i
		}
	}
	return row, column
}

// MouseDown remembers whether Shift is held.
func (g *Grid) MouseDown(e *desktop.MouseEvent) { g.shift = e.Modifier&fyne.KeyModifierShift != 0 }

// MouseUp is Fyne's.
func (g *Grid) MouseUp(*desktop.MouseEvent) {}

// Tapped presses a row, and with Shift marks the rows up to it.
func (g *Grid) Tapped(e *fyne.PointEvent) {
	row, column := g.at(e.Position)
	if c := canvasOf(g); c != nil {
		c.Focus(g)
	}
	switch {
	case row < 0:
	case g.shift:
		g.move(row, column, true)
	default:
		g.column = column
		g.Press(row)
		g.renew()
	}
}

// move gives the keyboard to another cell; on marks the rows on the way.
func (g *Grid) move(row, column int, on bool) {
	g.row = max(0, min(row, g.of.length()-1))
	g.column = max(0, min(column, len(g.columns.shown())-1))
	if !on {
		g.anchor = g.row
	}
	top, high := float32(g.row)*rowHeight, g.scroll.Size().Height
	switch {
	case top < g.scroll.Offset.Y:
		g.scroll.ScrollToOffset(fyne.NewPos(0, top))
	case top+rowHeight > g.scroll.Offset.Y+high:
		g.scroll.ScrollToOffset(fyne.NewPos(0, top+rowHeight-high))
	}
	g.renew()
}

// FocusGained shows where the keyboard is.
func (g *Grid) FocusGained() { g.focused = true; g.renew() }

// FocusLost ends that.
func (g *Grid) FocusLost() { g.focused = false; g.renew() }

// TypedRune is Fyne's.
func (g *Grid) TypedRune(rune) {}

// TypedKey moves, marks and presses.
func (g *Grid) TypedKey(e *fyne.KeyEvent) {
	shift := false
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		shift = d.CurrentKeyModifiers()&fyne.KeyModifierShift != 0
	}
	page := max(1, int(g.scroll.Size().Height/rowHeight)-1)
	switch e.Name {
	case fyne.KeyUp:
		g.move(g.row-1, g.column, shift)
	case fyne.KeyDown:
		g.move(g.row+1, g.column, shift)
	case fyne.KeyLeft:
		g.move(g.row, g.column-1, shift)
	case fyne.KeyRight:
		g.move(g.row, g.column+1, shift)
	case fyne.KeyPageUp:
		g.move(g.row-page, g.column, shift)
	case fyne.KeyPageDown:
		g.move(g.row+page, g.column, shift)
	case fyne.KeyHome:
		g.move(0, g.column, shift)
	case fyne.KeyEnd:
		g.move(g.of.length()-1, g.column, shift)
	case fyne.KeySpace:
		if from, to := g.marked(); to > from {
			g.of.press(from, to)
		}
	default:
		pass(g, e)
	}
}

// TypedShortcut copies, or marks all rows.
func (g *Grid) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *fyne.ShortcutCopy:
		s.Clipboard.SetContent(g.copied())
	case *fyne.ShortcutSelectAll:
		g.anchor, g.row = 0, max(0, g.of.length()-1)
		g.renew()
	}
}

// copied is what is copied: the marked rows, or when one is, its cell.
func (g *Grid) copied() string {
	from, to := g.marked()
	if to-from != 1 {
		return g.of.text(from, to)
	}
	for i, s := range g.columns.columns {
		if s == g.columns.shown()[g.column] {
			return g.of.cell(from, i)
		}
	}
	return ""
}

// MouseIn follows the mouse.
func (g *Grid) MouseIn(e *desktop.MouseEvent) { g.MouseMoved(e) }

// MouseMoved follows the mouse.
func (g *Grid) MouseMoved(e *desktop.MouseEvent) { g.hover(g.at(e.Position)) }

// MouseOut ends that.
func (g *Grid) MouseOut() { g.hover(-1, 0) }

func (g *Grid) hover(row, column int) {
	if g.over.row != row || g.over.column != column {
		g.over.row, g.over.column = row, column
		g.draw()
	}
}

// CreateRenderer is Fyne's.
func (g *Grid) CreateRenderer() fyne.WidgetRenderer {
	g.drawn = newGridRenderer(g)
	g.drawn.fill()
	return g.drawn
}

// gridRenderer draws the rows in sight. A row keeps what it is drawn with while
// it stays in sight, and leaves it to the next one that comes.
type gridRenderer struct {
	of                *Grid
	slots             []*slot
	hover, mark, cell *canvas.Rectangle
	tip               *Surface
	tipText           *Text
	objects           []fyne.CanvasObject
	// age grows when everything has to be drawn anew.
	age  int
	size fyne.Size
}

// slot is what a row is drawn with.
type slot struct {
	row, age int
	line     *canvas.Rectangle
	box      *widget.Icon
	texts    []*canvas.Text
	cut      []bool
}

func newGridRenderer(g *Grid) *gridRenderer {
	r := &gridRenderer{of: g, hover: canvas.NewRectangle(nil), mark: canvas.NewRectangle(nil), cell: canvas.NewRectangle(nil), tipText: NewText("")}
	r.tip = (&Surface{Content: r.tipText, Fill: theme.ColorNameOverlayBackground, Border: theme.ColorNameInputBorder, Pad: cellInset, Radius: 4}).ready()
	return r
}

// fill draws the rows in sight.
func (r *gridRenderer) fill() {
	g := r.of
	size := g.scroll.Size()
	first := max(0, int(g.scroll.Offset.Y/rowHeight))
	last := min(g.of.length(), first+int(size.Height/rowHeight)+2)
	if need := int(size.Height/rowHeight) + 2; len(r.slots) != need {
		r.slots = nil
		for range need {
			r.slots = append(r.slots, r.newSlot())
		}
	}
	r.objects = append(r.objects[:0], r.hover, r.mark)
	for row := first; row < last; row++ {
		s := r.slots[row%len(r.slots)]
		if s.row != row || s.age != r.age {
			r.draw(s, row, size.Width)
		}
		r.objects = append(r.objects, s.line)
		if s.box.Visible() {
			r.objects = append(r.objects, s.box)
		}
		for _, t := range s.texts {
			r.objects = append(r.objects, t)
		}
	}
	r.objects = append(r.objects, r.cell)
	r.frame(size.Width)
	if g.over.row >= first && g.over.row < last {
		r.explain(r.slots[g.over.row%len(r.slots)], size)
	}
}

func (r *gridRenderer) newSlot() *slot {
	s := &slot{row: -1, line: canvas.NewRectangle(nil), box: widget.NewIcon(nil)}
	s.box.Resize(fyne.NewSquareSize(20))
	for range r.of.columns.columns {
		s.texts, s.cut = append(s.texts, canvas.NewText("", nil)), append(s.cut, false)
	}
	return s
}

// draw gives a slot to a row.
func (r *gridRenderer) draw(s *slot, row int, width float32) {
	s.row, s.age = row, r.age
	top := float32(row) * rowHeight
	r.rect(s.line, theme.Color(ColorLine), 0, top+rowHeight-1, width, 1)
	there, on := r.of.of.box(row)
	s.box.Hidden = !there
	if there {
		s.box.Resource = theme.CheckButtonIcon()
		if on {
			s.box.Resource = theme.NewPrimaryThemedResource(theme.CheckButtonCheckedIcon())
		}
		s.box.Move(fyne.NewPos((boxWidth-20)/2+2, top+(rowHeight-20)/2))
		s.box.Refresh()
	}
	points, ink := theme.TextSize(), theme.Color(theme.ColorNameForeground)
	for i, c := range r.of.columns.columns {
		t := s.texts[i]
		t.Hidden = c.Hidden
		if c.Hidden {
			continue
		}
		t.Text, s.cut[i] = clip(r.of.of.cell(row, i), c.width-2*cellInset, points, fyne.TextStyle{})
		t.TextSize, t.Color = points, ink
		size := fyne.MeasureText(t.Text, points, fyne.TextStyle{})
		x := c.x + cellInset
		if c.right {
			x = c.x + c.width - cellInset - size.Width
		}
		t.Move(fyne.NewPos(x, top+(rowHeight-size.Height)/2))
		t.Resize(size)
	}
}

// frame draws the row under the mouse, the marked rows and the frame around the
// cell with the keyboard.
func (r *gridRenderer) frame(width float32) {
	g := r.of
	r.hover.Hidden = g.over.row < 0
	r.rect(r.hover, theme.Color(theme.ColorNameHover), 0, float32(g.over.row)*rowHeight, width, rowHeight-1)
	from, to := g.marked()
	r.mark.Hidden = to-from < 2
	r.rect(r.mark, theme.Color(theme.ColorNameSelection), 0, float32(from)*rowHeight, width, float32(to-from)*rowHeight)
	r.cell.Hidden = !g.focused || to == from
	if shown := g.columns.shown(); g.column < len(shown) {
		c := shown[g.column]
		r.cell.StrokeColor, r.cell.StrokeWidth, r.cell.CornerRadius = theme.Color(theme.ColorNamePrimary), 2, 4
		r.rect(r.cell, color.Transparent, c.x+1, float32(g.row)*rowHeight+1, c.width-2, rowHeight-3)
	}
}

func (r *gridRenderer) rect(o *canvas.Rectangle, fill color.Color, x, y, width, height float32) {
	o.FillColor = fill
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(width, height))
}

// tipLimit is how many letters of a cut text are shown whole, tipWidth how wide.
const (
	tipLimit         = 700
	tipWidth float32 = 460
)

// explain shows the whole of a cut text over its cell.
func (r *gridRenderer) explain(s *slot, size fyne.Size) {
	g := r.of
	shown := g.columns.shown()
	if g.over.column >= len(shown) {
		return
	}
	for i, c := range g.columns.columns {
		if c != shown[g.over.column] || !s.cut[i] {
			continue
		}
		text := []rune(g.of.cell(s.row, i))
		if len(text) > tipLimit {
			text = append(text[:tipLimit], '…')
		}
		r.tipText.SetText(string(text))
		points := theme.TextSize()
		wide := min(fyne.MeasureText(string(text), points, fyne.TextStyle{}).Width+1, tipWidth, size.Width-2*cellInset)
		r.tipText.Resize(fyne.NewSize(wide, 0))
		box := fyne.NewSize(wide+2*cellInset, r.tipText.MinSize().Height+2*cellInset)
		x := max(0, min(c.x, size.Width-box.Width))
		y := float32(s.row)*rowHeight + (rowHeight-r.tipText.lineHeight())/2 - cellInset
		y = max(g.scroll.Offset.Y, min(y, g.scroll.Offset.Y+size.Height-box.Height))
		r.tip.Move(fyne.NewPos(x, y))
		r.tip.Resize(box)
		r.objects = append(r.objects, r.tip)
	}
}

// Layout draws anew for another size only: Fyne lays out again whenever a text of a row
// has become wider, so at each notch of the wheel.
func (r *gridRenderer) Layout(size fyne.Size) {
	if size != r.size {
		r.size = size
		r.age++
		r.fill()
	}
}

func (r *gridRenderer) MinSize() fyne.Size           { return r.of.MinSize() }
func (r *gridRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *gridRenderer) Destroy()                     {}

func (r *gridRenderer) Refresh() {
	r.age++
	r.fill()
	canvas.Refresh(r.of)
}
