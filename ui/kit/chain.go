package kit

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// ChainLink is one link of a Chain: Says is its state in a word or two, Detail
// more of it, such as since when.
type ChainLink struct {
	ID, Title, Says, Detail string
	Mark                    Mark
}

// Chain draws links one after another with what joins them, in as many rows as
// the width asks for. A link can be pressed; the arrow keys move between them.
type Chain struct {
	widget.BaseWidget
	OnOpen func(id string)

	links []*chainLink
	joins []*join
	area  *fyne.Container
	open  string
}

// NewChain is a chain without links.
func NewChain(open func(id string)) *Chain {
	c := &Chain{OnOpen: open}
	c.area = container.New(&chainLayout{chain: c})
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer is Fyne's.
func (c *Chain) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.area) }

// Set shows the links; those that were there keep the keyboard's focus.
func (c *Chain) Set(links []ChainLink) {
	if len(links) != len(c.links) {
		c.links, c.joins, c.area.Objects = nil, nil, nil
		for i := range links {
			c.links = append(c.links, newChainLink(c, i))
			if i > 0 {
				j := newJoin()
				c.joins = append(c.joins, j)
				c.area.Objects = append(c.area.Objects, j.objects()...)
			}
		}
		for _, l := range c.links {
			c.area.Objects = append(c.area.Objects, l)
		}
	}
	for i, l := range links {
		c.links[i].set(l, l.ID == c.open)
		if i > 0 {
			c.joins[i-1].to = l.Mark
		}
	}
	c.area.Refresh()
	c.Refresh()
}

// Select marks the link whose checks are shown, "" for none.
func (c *Chain) Select(id string) {
	c.open = id
	for _, l := range c.links {
		l.set(l.link, l.link.ID == id)
	}
	c.area.Refresh()
}

// The least width of a link, and the gaps that what joins them is drawn in.
const (
	linkWidth float32 = 136
	linkGap   float32 = 18
	rowGap    float32 = 22
)

// chainLayout puts the links into rows of the same length, as far as that goes.
type chainLayout struct {
	chain  *Chain
	height float32
}

func (l *chainLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	links := l.chain.links
	n := len(links)
	if n == 0 {
		l.height = 0
		return
	}
	across := min(max(int((size.Width+linkGap)/(linkWidth+linkGap)), 1), n)
	rows := int(math.Ceil(float64(n) / float64(across)))
	across = int(math.Ceil(float64(n) / float64(rows)))
	width := (size.Width - float32(across-1)*linkGap) / float32(across)
	y := float32(0)
	for first := 0; first < n; first += across {
		row := links[first:min(first+across, n)]
		height := float32(0)
		for _, w := range row {
			height = fyne.Max(height, fit(w, width))
		}
		for i, w := range row {
			w.Move(fyne.NewPos(float32(i)*(width+linkGap), y))
			w.Resize(fyne.NewSize(width, height))
		}
		y += height + rowGap
	}
	l.height = y - rowGap
	for i, j := range l.chain.joins {
		j.between(links[i], links[i+1])
		j.paint()
	}
}

// MinSize is the height at the width of the last layout: the parents ask for it
// many times.
func (l *chainLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(linkWidth, l.height)
}

// join is what is drawn between two links: thick where the chain holds, thin
// where nobody has been.
type join struct {
	lines [3]*canvas.Line
	to    Mark
}

func newJoin() *join {
	j := &join{}
	for i := range j.lines {
		j.lines[i] = canvas.NewLine(nil)
	}
	return j
}

func (j *join) objects() (all []fyne.CanvasObject) {
	for _, l := range j.lines {
		all = append(all, l)
	}
	return all
}

// paint takes the colours of the theme of the moment.
func (j *join) paint() {
	for _, l := range j.lines {
		l.StrokeColor, l.StrokeWidth = theme.Color(j.to.Color()), 3
		if j.to == MarkTodo || j.to == MarkSkipped || j.to == MarkRunning {
			l.StrokeWidth = 1
		}
	}
}

// between draws from one link to the next: straight in a row, around the corner
// to the next row.
func (j *join) between(from, to fyne.CanvasObject) {
	a, b := from.Position(), to.Position()
	points := []fyne.Position{
		{X: a.X + from.Size().Width, Y: a.Y + from.Size().Height/2},
		{X: b.X, Y: b.Y + to.Size().Height/2},
	}
	if b.Y > a.Y {
		middle := b.Y - rowGap/2
		below, above := a.X+from.Size().Width/2, b.X+to.Size().Width/2
		points = []fyne.Position{{X: below, Y: a.Y + from.Size().Height}, {X: below, Y: middle}, {X: above, Y: middle}, {X: above, Y: b.Y}}
	}
	for i, l := range j.lines {
		l.Hidden = i+1 >= len(points)
		if !l.Hidden {
			l.Position1, l.Position2 = points[i], points[i+1]
		}
	}
}

// chainLink is one link as it is drawn.
type chainLink struct {
	pressable
	chain               *Chain
	link                ChainLink
	picture             *widget.Icon
	title, text, detail *Text
	ground              *Surface
	under               *Surface
	selected            bool
}

func newChainLink(c *Chain, index int) *chainLink {
	w := &chainLink{chain: c, title: Strong(""), detail: Small("")}
	w.text = styled(&Text{Scale: theme.SizeNameCaptionText, Style: fyne.TextStyle{Bold: true}}, "")
	icon, box := iconAt(nil, 20)
	w.picture = icon
	w.ground = Ground("", Pad(9, 10, 9, 10, Column(3, Row(7, 1, box, w.text), w.title, w.detail)))
	w.ground.Radius = 8
	w.under = Ground("", AtLeast(0, 3, Column(0)))
	w.under.Radius = 1.5
	w.back, w.forth, w.beside = fyne.KeyLeft, fyne.KeyRight, func(by int) fyne.Focusable { return at(c.links, index+by) }
	w.begin(w, w.open, w.show)
	return w
}

// CreateRenderer is Fyne's.
func (w *chainLink) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(chosenLayout{}, w.ground, w.under))
}

// chosenLayout draws the mark of what is chosen at the lower edge of a link.
type chosenLayout struct{}

func (chosenLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	objects[1].Move(fyne.NewPos(10, size.Height-4))
	objects[1].Resize(fyne.NewSize(max(size.Width-20, 0), 3))
}

func (chosenLayout) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

func (w *chainLink) set(l ChainLink, selected bool) {
	w.link, w.selected = l, selected
	w.picture.SetResource(l.Mark.Icon())
	w.title.SetText(l.Title)
	w.text.Color = l.Mark.Color()
	w.text.SetText(l.Says)
	w.detail.Hidden = l.Detail == ""
	w.detail.SetText(l.Detail)
	w.show()
}

func (w *chainLink) show() {
	w.ground.Fill, w.ground.Border = w.link.Mark.Tint(), w.link.Mark.Color()
	if m := w.link.Mark; m == MarkTodo || m == MarkSkipped {
		w.ground.Fill, w.ground.Border = ColorCard, ColorLine
	}
	w.under.Fill = ""
	if w.selected || w.hovered {
		w.under.Fill = w.link.Mark.Color()
	}
	if w.focused {
		w.ground.Border, w.under.Fill = theme.ColorNamePrimary, theme.ColorNamePrimary
	}
	w.ground.Refresh()
	w.under.Refresh()
	canvas.Refresh(w)
}

func (w *chainLink) open() {
	if w.chain.OnOpen != nil {
		w.chain.OnOpen(w.link.ID)
	}
}
