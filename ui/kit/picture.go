package kit

import (
	"sort"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// picture is the base of a widget that is drawn from small parts and stands in a
// scroll of its own. Only what is in sight is drawn, so that its cost does not grow
// with the tenant.
type picture struct {
	widget.BaseWidget
	scroll  *Scroll
	objects []fyne.CanvasObject
	made    bool
	// size is that for which it is drawn.
	size  fyne.Size
	whole fyne.Widget
	// paint puts what is in sight into the picture, painted is told afterwards.
	paint, painted func()
	// pointed gets where the mouse is, left is told when it is elsewhere.
	pointed func(fyne.Position)
	left    func()
	// focused is whether the keyboard is here, for a picture that takes it.
	focused bool
}

// begin makes the scroll around the whole widget.
func (p *picture) begin(whole fyne.Widget) fyne.CanvasObject {
	p.whole = whole
	p.ExtendBaseWidget(whole)
	p.scroll = NewVScroll(whole)
	p.scroll.OnScrolled = func(fyne.Position) { p.draw() }
	p.scroll.resized = p.draw
	return p.scroll
}

// draw brings the picture up to date, once it is on screen.
func (p *picture) draw() {
	if !p.made {
		return
	}
	p.fill()
	canvas.Refresh(p.whole)
	if p.painted != nil {
		p.painted()
	}
}

func (p *picture) fill() {
	p.objects = nil
	p.paint()
}

// visible is what of the picture can be seen, from the top to before the bottom.
func (p *picture) visible() (top, bottom float32) {
	return p.scroll.Offset.Y, p.scroll.Offset.Y + p.scroll.Size().Height
}

// besideBar is what the scroll bar needs at the right.
const besideBar float32 = 8

// wide is how wide the picture is beside the scroll bar.
func (p *picture) wide() float32 { return max(0, p.whole.Size().Width-besideBar) }

// reveal scrolls to a part of the picture.
func (p *picture) reveal(top, height float32) {
	if from, to := p.visible(); top < from {
		p.scroll.ScrollToOffset(fyne.NewPos(0, max(0, top)))
	} else if top+height > to {
		p.scroll.ScrollToOffset(fyne.NewPos(0, top+height-(to-from)))
	}
}

// ring is around a part of the picture that has the keyboard; outside the picture none
// of it would be seen.
func (p *picture) ring(at fyne.Position, size fyne.Size) {
	left, top := max(0, ringGap-at.X), max(0, ringGap-at.Y)
	p.objects = append(p.objects, ringAt(at.AddXY(left, top), size.SubtractWidthHeight(left, top)))
}

// box is a rounded box in a colour of the theme.
func (p *picture) box(at fyne.Position, size fyne.Size, radius float32, fill fyne.ThemeColorName) *canvas.Rectangle {
	b := canvas.NewRectangle(theme.Color(fill))
	b.CornerRadius = radius
	b.Move(at)
	b.Resize(size)
	p.objects = append(p.objects, b)
	return b
}

// outline gives a box a border.
func outline(b *canvas.Rectangle, width float32, color fyne.ThemeColorName) {
	b.StrokeWidth, b.StrokeColor = width, theme.Color(color)
}

// longestLine is how many letters of a line can fit at all.
const longestLine = 120

// line is a line of small text in the middle of a box, cut to its width; nothing
// when not a letter fits.
func (p *picture) line(s string, ink fyne.ThemeColorName, style fyne.TextStyle, at fyne.Position, size fyne.Size, align fyne.TextAlign) {
	scale := theme.Size(theme.SizeNameCaptionText)
	wide := func(s string) float32 { return fyne.MeasureText(s, scale, style).Width }
	runes := []rune(s)
	if len(runes) > longestLine || wide(s) > size.Width {
		n := min(len(runes), longestLine)
		n = sort.Search(n, func(n int) bool { return wide(string(runes[:n+1])+"…") > size.Width })
		if n == 0 {
			return
		}
		s = string(runes[:n]) + "…"
	}
	t := canvas.NewText(s, theme.Color(ink))
	t.TextSize, t.TextStyle, t.Alignment = scale, style, align
	high := t.MinSize().Height
	t.Move(at.AddXY(0, (size.Height-high)/2))
	t.Resize(fyne.NewSize(size.Width, high))
	p.objects = append(p.objects, t)
}

// MouseIn tells what is under the mouse.
func (p *picture) MouseIn(e *desktop.MouseEvent) { p.MouseMoved(e) }

// MouseMoved tells what is under the mouse.
func (p *picture) MouseMoved(e *desktop.MouseEvent) { p.pointed(e.Position) }

// MouseOut tells that nothing is under the mouse.
func (p *picture) MouseOut() { p.left() }

// FocusLost ends what showed where the keyboard is.
func (p *picture) FocusLost() {
	p.focused = false
	p.left()
	p.draw()
}

// TypedRune is Fyne's.
func (p *picture) TypedRune(rune) {}

// CreateRenderer is Fyne's.
func (p *picture) CreateRenderer() fyne.WidgetRenderer {
	p.made = true
	p.fill()
	return pictureRenderer{p}
}

type pictureRenderer struct{ of *picture }

// Layout draws for another size only: Fyne lays out again whatever has new parts, which
// would have new ones then, frame after frame.
func (r pictureRenderer) Layout(size fyne.Size) {
	if size != r.of.size {
		r.of.size = size
		r.of.draw()
	}
}

func (r pictureRenderer) MinSize() fyne.Size           { return r.of.whole.MinSize() }
func (r pictureRenderer) Objects() []fyne.CanvasObject { return r.of.objects }
func (r pictureRenderer) Destroy()                     {}
func (r pictureRenderer) Refresh()                     { r.of.draw() }
