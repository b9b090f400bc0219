package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// ring is the frame around what has the keyboard: Fyne only shades it, which is
// hardly seen.
type ring struct {
	fyne.WidgetRenderer
	frame   *canvas.Rectangle
	focused func() bool
	gap     float32
}

// ringed adds the frame to a renderer, gap outside the widget.
func ringed(inner fyne.WidgetRenderer, gap float32, focused func() bool) fyne.WidgetRenderer {
	r := &ring{inner, canvas.NewRectangle(nil), focused, gap}
	r.frame.StrokeWidth, r.frame.CornerRadius = 2, theme.Size(theme.SizeNameButtonRadius)+gap
	r.show()
	return r
}

func (r *ring) show() {
	r.frame.Hidden = !r.focused()
	r.frame.StrokeColor = theme.Color(theme.ColorNamePrimary)
}

func (r *ring) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.frame.Move(fyne.NewPos(-r.gap, -r.gap))
	r.frame.Resize(size.AddWidthHeight(2*r.gap, 2*r.gap))
}

func (r *ring) Refresh() {
	r.WidgetRenderer.Refresh()
	r.show()
	r.frame.Refresh()
}

func (r *ring) Objects() []fyne.CanvasObject {
	return append(append([]fyne.CanvasObject(nil), r.WidgetRenderer.Objects()...), r.frame)
}
