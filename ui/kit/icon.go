package kit

import (
	"bytes"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/resources/icons"
)

// Mark is the icon of a state, with its colour.
type Mark string

// The marks of steps and findings.
const (
	MarkTodo      Mark = "todo"
	MarkReady     Mark = "ready"
	MarkRunning   Mark = "running"
	MarkDone      Mark = "done"
	MarkAttention Mark = "attention"
	MarkBlocked   Mark = "blocked"
	MarkFail      Mark = "fail"
	MarkUnknown   Mark = "unknown"
	MarkSkipped   Mark = "skipped"
)

// Color is the theme colour in which a mark is drawn.
func (m Mark) Color() fyne.ThemeColorName {
	switch m {
	case MarkDone:
		return theme.ColorNameSuccess
	case MarkAttention, MarkUnknown:
		return theme.ColorNameWarning
	case MarkFail:
		return theme.ColorNameError
	case MarkReady, MarkRunning:
		return theme.ColorNamePrimary
	}
	return ColorMuted
}

// Tint is the ground that goes with the mark.
func (m Mark) Tint() fyne.ThemeColorName {
	switch m {
	case MarkDone:
		return ColorGoodTint
	case MarkAttention, MarkUnknown:
		return ColorWarnTint
	case MarkFail:
		return ColorBadTint
	}
	return ColorInfoTint
}

// Icon is the mark as a coloured picture.
func (m Mark) Icon() fyne.Resource { return tinted{Picture(string(m) + ".svg"), m.Color()} }

// tinted is a picture drawn in black that takes a colour of the theme of the
// moment. Fyne's own colouring changes fills only, and these are strokes.
type tinted struct {
	picture fyne.Resource
	color   fyne.ThemeColorName
}

func (t tinted) hex() string {
	r, g, b, _ := theme.Color(t.color).RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

// Name differs by colour, because Fyne keeps drawn pictures by name.
func (t tinted) Name() string { return t.hex()[1:] + t.picture.Name() }

// Content is the picture in the colour.
func (t tinted) Content() []byte {
	return bytes.ReplaceAll(t.picture.Content(), []byte("#000000"), []byte(t.hex()))
}

// Picture is one of Roomkey's own pictures by file name.
func Picture(name string) fyne.Resource {
	data, err := icons.Files.ReadFile(name)
	if err != nil {
		return theme.BrokenImageIcon()
	}
	return fyne.NewStaticResource(name, data)
}

// iconAt is an icon of a fixed size that stands in the middle of a text line.
func iconAt(res fyne.Resource, size float32) (*widget.Icon, fyne.CanvasObject) {
	icon := widget.NewIcon(res)
	return icon, AtLeast(size, size, icon)
}

// MarkedText is a mark with a sentence beside it, which wraps.
func MarkedText(mark Mark, text string) fyne.CanvasObject {
	_, icon := iconAt(mark.Icon(), 16)
	return TopRow(6, 1, Pad(2, 0, 0, 0, icon), NewText(text).As(Wrap, mark.Color()))
}

// MarkIcon is a mark as a picture of that size.
func MarkIcon(mark Mark, size float32) fyne.CanvasObject {
	_, icon := iconAt(mark.Icon(), size)
	return icon
}

// Logo is Roomkey's own picture, for sizes up to 48.
func Logo(size float32) fyne.CanvasObject {
	return AtLeast(size, size, widget.NewIcon(Picture("logo.png")))
}
