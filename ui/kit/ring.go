package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// ring is the frame around what has the keyboard, in place of Fyne's shade: that is
// hardly seen, or looks disabled.
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

// ringGap is how far around a part of a widget its ring begins.
const ringGap float32 = 3

// ringAt is the ring around a part of a widget that has the keyboard.
func ringAt(at fyne.Position, size fyne.Size) *canvas.Rectangle {
	ring := canvas.NewRectangle(color.Transparent)
	ring.CornerRadius, ring.StrokeWidth, ring.StrokeColor = 6, 2, theme.Color(theme.ColorNamePrimary)
	ring.Move(at.SubtractXY(ringGap, ringGap))
	ring.Resize(size.AddWidthHeight(2*ringGap, 2*ringGap))
	return ring
}

// Radios draws the disc behind the radio button that has the keyboard in the colour
// of the ring.
func Radios(group *widget.RadioGroup) fyne.CanvasObject {
	return container.NewThemeOverride(group, ringTheme{})
}

// ringTheme is the app's theme with the ring's colour for what has the keyboard.
type ringTheme struct{}

func (ringTheme) app() fyne.Theme { return fyne.CurrentApp().Settings().Theme() }

func (t ringTheme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if name == theme.ColorNameFocus {
		name = theme.ColorNamePrimary
	}
	return t.app().Color(name, v)
}

func (t ringTheme) Font(style fyne.TextStyle) fyne.Resource    { return t.app().Font(style) }
func (t ringTheme) Icon(name fyne.ThemeIconName) fyne.Resource { return t.app().Icon(name) }
func (t ringTheme) Size(name fyne.ThemeSizeName) float32       { return t.app().Size(name) }
