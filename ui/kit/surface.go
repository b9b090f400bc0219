package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Surface is a ground with a border under its content.
type Surface struct {
	widget.BaseWidget
	Content fyne.CanvasObject
	// Fill and Border are theme colours, "" for none; Stripe is a bar of that
	// colour at the left edge.
	Fill, Border, Stripe fyne.ThemeColorName
	// Pad is the space around the content, Radius that of the corners.
	Pad, Radius float32
}

// Card is content on a card.
func Card(content fyne.CanvasObject) *Surface {
	return (&Surface{Content: content, Fill: ColorCard, Border: ColorLine, Pad: 16, Radius: 8}).ready()
}

// Tinted is a card that carries a meaning: the fill is a tint, the stripe its
// colour.
func Tinted(fill, stripe fyne.ThemeColorName, content fyne.CanvasObject) *Surface {
	return (&Surface{Content: content, Fill: fill, Stripe: stripe, Pad: 16, Radius: 8}).ready()
}

// Ground is a plain ground without border and padding.
func Ground(fill fyne.ThemeColorName, content fyne.CanvasObject) *Surface {
	return (&Surface{Content: content, Fill: fill}).ready()
}

func (s *Surface) ready() *Surface { s.ExtendBaseWidget(s); return s }

// CreateRenderer is Fyne's.
func (s *Surface) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	r := &surfaceRenderer{surface: s, ground: canvas.NewRectangle(nil), stripe: canvas.NewRectangle(nil)}
	r.colors()
	return r
}

const stripeWidth float32 = 4

type surfaceRenderer struct {
	surface        *Surface
	ground, stripe *canvas.Rectangle
}

func (r *surfaceRenderer) colors() {
	s := r.surface
	r.ground.FillColor, r.ground.StrokeColor, r.ground.StrokeWidth = nil, nil, 0
	if s.Fill != "" {
		r.ground.FillColor = theme.Color(s.Fill)
	}
	if s.Border != "" {
		r.ground.StrokeColor, r.ground.StrokeWidth = theme.Color(s.Border), 1
	}
	r.ground.CornerRadius = s.Radius
	r.stripe.Hidden = s.Stripe == ""
	if s.Stripe != "" {
		r.stripe.FillColor = theme.Color(s.Stripe)
		r.stripe.CornerRadius = stripeWidth / 2
	}
}

func (r *surfaceRenderer) insets() (left, other float32) {
	left = r.surface.Pad
	if r.surface.Stripe != "" {
		left += stripeWidth
	}
	return left, r.surface.Pad
}

func (r *surfaceRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.stripe.Resize(fyne.NewSize(stripeWidth, size.Height))
	left, other := r.insets()
	r.surface.Content.Move(fyne.NewPos(left, other))
	r.surface.Content.Resize(within(size, left+other, 2*other))
}

func (r *surfaceRenderer) MinSize() fyne.Size {
	left, other := r.insets()
	return r.surface.Content.MinSize().AddWidthHeight(left+other, 2*other)
}

func (r *surfaceRenderer) Refresh() {
	r.colors()
	r.Layout(r.surface.Size())
	r.surface.Content.Refresh()
	canvas.Refresh(r.surface)
}

func (r *surfaceRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.stripe, r.surface.Content}
}
func (r *surfaceRenderer) Destroy() {}
