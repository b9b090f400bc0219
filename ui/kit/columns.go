package kit

import (
	"encoding/json"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// columnLayout shares the width of a table between its columns, after a box if
// there is one. What the person made of it is kept between starts.
type columnLayout struct {
	// name is under which it is kept, "" for nowhere.
	name    string
	box     bool
	columns []*span
	grips   []*grip
	// changed is called when a column has another width, or comes or goes.
	changed func()
}

// span is a column's place in the width.
type span struct {
	title    string
	right    bool
	head     *Button
	x, width float32
	keptColumn
}

// keptColumn is what is kept of a column.
type keptColumn struct {
	Share  float32
	Hidden bool `json:",omitempty"`
}

const (
	boxWidth    float32 = 40
	leastColumn float32 = 48
	// headInset is what Fyne's button has around its text.
	headInset float32 = 16
)

func newColumnLayout(name string, box bool) *columnLayout { return &columnLayout{name: name, box: box} }

// add adds a column as it was left.
func (l *columnLayout) add(title string, share float32, right bool, head *Button) {
	s := &span{title: title, right: right, head: head, keptColumn: keptColumn{Share: share}}
	if k, ok := l.kept()[title]; ok && k.Share > 0 {
		s.keptColumn = k
	}
	head.Hidden = s.Hidden
	l.columns = append(l.columns, s)
}

func (l *columnLayout) kept() (kept map[string]keptColumn) {
	_ = json.Unmarshal([]byte(fyne.CurrentApp().Preferences().String(l.preference())), &kept) // what cannot be read was not kept
	return kept
}

func (l *columnLayout) preference() string { return "columns." + l.name }

// keep keeps the columns between starts and shows them.
func (l *columnLayout) keep() {
	kept := map[string]keptColumn{}
	for _, s := range l.columns {
		kept[s.title] = s.keptColumn
		s.head.Hidden = s.Hidden
	}
	if data, err := json.Marshal(kept); err == nil && l.name != "" {
		fyne.CurrentApp().Preferences().SetString(l.preference(), string(data))
	}
	l.changed()
}

// shown are the columns that are not hidden.
func (l *columnLayout) shown() (shown []*span) {
	for _, s := range l.columns {
		if !s.Hidden {
			shown = append(shown, s)
		}
	}
	return shown
}

// toggle hides a column or shows it again; the last stays.
func (l *columnLayout) toggle(s *span) {
	if !s.Hidden && len(l.shown()) == 1 {
		return
	}
	s.Hidden = !s.Hidden
	l.keep()
}

// drag moves the border at the right of a column.
func (l *columnLayout) drag(s *span, by float32) {
	next := l.after(s)
	if next == nil {
		return
	}
	by = max(leastColumn-s.width, min(by, next.width-leastColumn))
	unit := (s.Share + next.Share) / (s.width + next.width)
	s.Share, next.Share = s.Share+by*unit, next.Share-by*unit
	s.width, next.width = s.width+by, next.width-by
	l.keep()
}

// after is the next column in sight, nil for none.
func (l *columnLayout) after(s *span) *span {
	shown := l.shown()
	for i := range shown {
		if shown[i] == s && i+1 < len(shown) {
			return shown[i+1]
		}
	}
	return nil
}

// place shares a width.
func (l *columnLayout) place(width float32) {
	x, total := float32(0), float32(0)
	if l.box {
		x, width = boxWidth, width-boxWidth
	}
	for _, s := range l.shown() {
		total += s.Share
	}
	for _, s := range l.shown() {
		s.x, s.width = x, width*s.Share/total
		x += s.width
	}
}

// Layout places the heads, and the grips over their borders.
func (l *columnLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.place(size.Width)
	if l.box {
		objects[0].Move(fyne.NewPos(4, 0))
		objects[0].Resize(fyne.NewSize(boxWidth-4, size.Height))
	}
	for _, s := range l.columns {
		room := s.width - headInset
		if s.head.Icon != nil {
			room -= theme.IconInlineSize() + theme.Padding()
		}
		title, _ := clip(s.title, room, theme.TextSize(), fyne.TextStyle{Bold: true})
		if s.head.Text != title {
			s.head.SetText(title)
		}
		s.head.Move(fyne.NewPos(s.x, 0))
		s.head.Resize(fyne.NewSize(s.width, size.Height))
	}
	for _, g := range l.grips {
		g.Hidden = g.of.Hidden || l.after(g.of) == nil
		g.Move(fyne.NewPos(g.of.x+g.of.width-gripWidth/2, 0))
		g.Resize(fyne.NewSize(gripWidth, size.Height))
	}
}

// MinSize is as high as the heads.
func (l *columnLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	height := float32(0)
	for _, o := range objects {
		height = fyne.Max(height, o.MinSize().Height)
	}
	return fyne.NewSize(120, height)
}

// grip is the border between two heads, by which it is dragged.
type grip struct {
	widget.BaseWidget
	of     *span
	layout *columnLayout
	line   *canvas.Rectangle
}

const gripWidth float32 = 9

var (
	_ fyne.Draggable      = (*grip)(nil)
	_ desktop.Cursorable  = (*grip)(nil)
	_ desktop.Hoverable   = (*grip)(nil)
	_ fyne.DoubleTappable = (*grip)(nil)
)

// grip is the border at the right of a column.
func (l *columnLayout) grip(column int) *grip {
	g := &grip{of: l.columns[column], layout: l, line: canvas.NewRectangle(nil)}
	g.ExtendBaseWidget(g)
	l.grips = append(l.grips, g)
	return g
}

// CreateRenderer is Fyne's.
func (g *grip) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(Pad(8, gripWidth/2, 8, gripWidth/2-1, g.line))
}

func (g *grip) paint(name fyne.ThemeColorName) {
	g.line.FillColor = theme.Color(name)
	g.line.Refresh()
}

// Refresh follows the theme.
func (g *grip) Refresh() { g.paint(ColorLine); g.BaseWidget.Refresh() }

// Cursor says that the border can be moved.
func (g *grip) Cursor() desktop.Cursor { return desktop.HResizeCursor }

// MouseIn lights the border.
func (g *grip) MouseIn(*desktop.MouseEvent) { g.paint(theme.ColorNamePrimary) }

// MouseMoved is Fyne's.
func (g *grip) MouseMoved(*desktop.MouseEvent) {}

// MouseOut ends that.
func (g *grip) MouseOut() { g.paint(ColorLine) }

// Dragged moves the border.
func (g *grip) Dragged(e *fyne.DragEvent) { g.layout.drag(g.of, e.Dragged.DX) }

// DragEnd is Fyne's.
func (g *grip) DragEnd() {}

// DoubleTapped gives the column its even part of what it shares with the next.
func (g *grip) DoubleTapped(*fyne.PointEvent) {
	if next := g.layout.after(g.of); next != nil {
		g.layout.drag(g.of, (next.width-g.of.width)/2)
	}
}
