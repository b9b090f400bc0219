package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Bar is one way of parting what a table shows.
type Bar struct {
	Title string
	Parts []BarPart
}

// BarPart is one part of a Bar.
type BarPart struct {
	Name  string
	Count int
}

// Bars draws a bar a line, its parts as wide as they are many. A press on a part
// chooses it in its bar, a second one takes that away.
type Bars struct {
	widget.BaseWidget
	// OnPress gets the bar and the chosen part, -1 for none.
	OnPress func(bar, part int)
	// Hovered gets the part under the mouse or the keyboard, nil for none.
	Hovered func(*BarPart)

	bars   []Bar
	chosen []int
	boxes  []barBox
	// focused is whether the keyboard is here, at the box with this index.
	focused bool
	at      int
}

// barBox is where a part is drawn.
type barBox struct {
	bar, part int
	at        fyne.Position
	size      fyne.Size
}

var (
	_ fyne.Focusable    = (*Bars)(nil)
	_ fyne.Tappable     = (*Bars)(nil)
	_ desktop.Hoverable = (*Bars)(nil)
)

const (
	barHigh      float32 = 24
	barGap       float32 = 3
	barLeast     float32 = 26
	barTitleWide float32 = 96
	barInset     float32 = 6
	barName      float32 = 44
)

// barText is how large what a part says is.
func barText(p BarPart) fyne.Size { return caption(p.Name + "  " + Number(p.Count)) }

func caption(s string) fyne.Size {
	return fyne.MeasureText(s, theme.Size(theme.SizeNameCaptionText), fyne.TextStyle{})
}

// NewBars is without bars.
func NewBars() *Bars {
	b := &Bars{}
	b.ExtendBaseWidget(b)
	return b
}

// Set replaces the bars. What is chosen in them stays while they are as many.
func (b *Bars) Set(bars []Bar) {
	b.bars = bars
	if len(b.chosen) != len(bars) {
		b.chosen = make([]int, len(bars))
		for i := range b.chosen {
			b.chosen[i] = -1
		}
	}
	b.place()
	b.Refresh()
}

// Choose chooses a part of a bar, -1 for none, without OnPress.
func (b *Bars) Choose(bar, part int) {
	b.chosen[bar] = part
	b.Refresh()
}

// place gives each part its width: one that is small is still read where that fits, and
// can be pressed.
func (b *Bars) place() {
	b.boxes = nil
	for i, bar := range b.bars {
		total := 0
		for _, p := range bar.Parts {
			total += p.Count
		}
		n := float32(len(bar.Parts))
		free := b.Size().Width - barTitleWide - (n-1)*barGap
		share := max(free/n, barLeast)
		least := make([]float32, len(bar.Parts))
		for j, p := range bar.Parts {
			least[j] = min(barText(p).Width+2*barInset, share)
			free -= least[j]
		}
		x := barTitleWide
		for j, p := range bar.Parts {
			wide := least[j] + max(free, 0)*float32(p.Count)/float32(max(total, 1))
			b.boxes = append(b.boxes, barBox{i, j, fyne.NewPos(x, float32(i)*(barHigh+barGap)), fyne.NewSize(wide, barHigh)})
			x += wide + barGap
		}
	}
	b.at = max(0, min(b.at, len(b.boxes)-1))
}

// MinSize is as high as all bars.
func (b *Bars) MinSize() fyne.Size {
	return fyne.NewSize(barTitleWide+4*barLeast, max(0, float32(len(b.bars))*(barHigh+barGap)-barGap))
}

// Resize gives the parts other widths.
func (b *Bars) Resize(size fyne.Size) {
	b.BaseWidget.Resize(size)
	b.place()
	b.Refresh()
}

func (b *Bars) press(box int) {
	x := b.boxes[box]
	if b.chosen[x.bar] == x.part {
		x.part = -1
	}
	b.Choose(x.bar, x.part)
	if b.OnPress != nil {
		b.OnPress(x.bar, x.part)
	}
}

// box is the index of the part at a place, -1 for none.
func (b *Bars) box(p fyne.Position) int {
	for i, x := range b.boxes {
		if p.X >= x.at.X && p.Y >= x.at.Y && p.X < x.at.X+x.size.Width && p.Y < x.at.Y+x.size.Height {
			return i
		}
	}
	return -1
}

// Tapped chooses the part.
func (b *Bars) Tapped(e *fyne.PointEvent) {
	if i := b.box(e.Position); i >= 0 {
		b.at = i
		b.press(i)
	}
}

func (b *Bars) tell(box int) {
	if b.Hovered == nil {
		return
	}
	if box < 0 || box >= len(b.boxes) {
		b.Hovered(nil)
		return
	}
	x := b.boxes[box]
	b.Hovered(&b.bars[x.bar].Parts[x.part])
}

// MouseIn tells what is under the mouse.
func (b *Bars) MouseIn(e *desktop.MouseEvent) { b.tell(b.box(e.Position)) }

// MouseMoved tells what is under the mouse.
func (b *Bars) MouseMoved(e *desktop.MouseEvent) { b.tell(b.box(e.Position)) }

// MouseOut tells that nothing is.
func (b *Bars) MouseOut() { b.tell(-1) }

// FocusGained shows where the keyboard is.
func (b *Bars) FocusGained() { b.focus(true) }

// FocusLost ends that.
func (b *Bars) FocusLost() { b.focus(false) }

func (b *Bars) focus(on bool) {
	b.focused = on
	at := -1
	if on {
		at = b.at
	}
	b.tell(at)
	b.Refresh()
}

// TypedRune is Fyne's.
func (b *Bars) TypedRune(rune) {}

// TypedKey goes from part to part and presses one.
func (b *Bars) TypedKey(e *fyne.KeyEvent) {
	var step int
	switch e.Name {
	case fyne.KeyLeft, fyne.KeyUp:
		step = -1
	case fyne.KeyRight, fyne.KeyDown:
		step = 1
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		if b.at < len(b.boxes) {
			b.press(b.at)
		}
		return
	default:
		pass(b, e)
		return
	}
	b.at = max(0, min(b.at+step, len(b.boxes)-1))
	b.focus(true)
}

// CreateRenderer is Fyne's.
func (b *Bars) CreateRenderer() fyne.WidgetRenderer {
	r := &barsRenderer{of: b}
	r.Refresh()
	return r
}

type barsRenderer struct {
	of      *Bars
	objects []fyne.CanvasObject
}

func (r *barsRenderer) Refresh() {
	b := r.of
	r.objects = nil
	for i, bar := range b.bars {
		r.text(bar.Title, ColorMuted, fyne.NewPos(0, float32(i)*(barHigh+barGap)), fyne.NewSize(barTitleWide-Gap, barHigh), false)
	}
	for i, x := range b.boxes {
		part := b.bars[x.bar].Parts[x.part]
		fill, ink := theme.ColorNameInputBackground, theme.ColorNameForeground
		if b.chosen[x.bar] == x.part {
			fill, ink = theme.ColorNamePrimary, theme.ColorNameForegroundOnPrimary
		}
		box := canvas.NewRectangle(theme.Color(fill))
		box.CornerRadius, box.StrokeWidth, box.StrokeColor = 4, 1, theme.Color(theme.ColorNameInputBorder)
		box.Move(x.at)
		box.Resize(x.size)
		r.objects = append(r.objects, box)
		says, count := part.Name+"  "+Number(part.Count), "  "+Number(part.Count)
		// The number stays as long as enough of the name does.
		if room := x.size.Width - 2*barInset - caption(count).Width; room >= barName && caption(part.Name).Width > room {
			name, _ := clip(part.Name, room, theme.Size(theme.SizeNameCaptionText), fyne.TextStyle{})
			says = name + count
		}
		r.text(says, ink, x.at.AddXY(barInset, 0), x.size.SubtractWidthHeight(2*barInset-1, 0), x.size.Width < 2*barLeast)
		if b.focused && i == b.at {
			r.objects = append(r.objects, ringAt(x.at, x.size))
		}
	}
	canvas.Refresh(b)
}

// text draws a line of text in a box; whole is whether it is left out where it
// would be cut.
func (r *barsRenderer) text(s string, ink fyne.ThemeColorName, at fyne.Position, size fyne.Size, whole bool) {
	points := theme.Size(theme.SizeNameCaptionText)
	s, cut := clip(s, size.Width, points, fyne.TextStyle{})
	if cut && whole {
		return
	}
	t := canvas.NewText(s, theme.Color(ink))
	t.TextSize = points
	high := t.MinSize().Height
	t.Move(at.AddXY(0, (size.Height-high)/2))
	t.Resize(fyne.NewSize(size.Width, high))
	r.objects = append(r.objects, t)
}

func (r *barsRenderer) Layout(fyne.Size)             {}
func (r *barsRenderer) MinSize() fyne.Size           { return r.of.MinSize() }
func (r *barsRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *barsRenderer) Destroy()                     {}
