package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
)

// Fit says what a Text does with more than fits.
type Fit int

// What a Text can do with its width.
const (
	// Wrap breaks lines, Clip is one line that ends in an ellipsis when the
	// width is too small, Whole is one line that wants its whole width.
	Wrap Fit = iota
	Clip
	Whole
)

// Text is words on screen without any space around them, so that they align
// with fields and cards. Whatever is put in is made harmless.
type Text struct {
	widget.BaseWidget
	// Scale, Color and Style are the theme's; zero values mean running text.
	Scale fyne.ThemeSizeName
	Color fyne.ThemeColorName
	Style fyne.TextStyle
	Fit   Fit
	text  string
	lines []string
	width float32
	shown *textRenderer
}

// NewText is wrapping running text.
func NewText(text string) *Text { return styled(&Text{}, text) }

// Muted is wrapping text that helps.
func Muted(text string) *Text { return styled(&Text{Color: ColorMuted}, text) }

// Small is muted text of caption size.
func Small(text string) *Text {
	return styled(&Text{Color: ColorMuted, Scale: theme.SizeNameCaptionText}, text)
}

// Strong is wrapping bold text.
func Strong(text string) *Text { return styled(&Text{Style: fyne.TextStyle{Bold: true}}, text) }

// Heading is the title of a part of a page.
func Heading(text string) *Text {
	return styled(&Text{Scale: theme.SizeNameSubHeadingText, Style: fyne.TextStyle{Bold: true}}, text)
}

// Title is the title of a page.
func Title(text string) *Text {
	return styled(&Text{Scale: theme.SizeNameHeadingText, Style: fyne.TextStyle{Bold: true}}, text)
}

// Mono is wrapping text of fixed pitch.
func Mono(text string) *Text { return styled(&Text{Style: fyne.TextStyle{Monospace: true}}, text) }

// Line is text on one line that is cut with an ellipsis.
func Line(text string) *Text { return styled(&Text{Fit: Clip}, text) }

func styled(t *Text, text string) *Text {
	t.ExtendBaseWidget(t)
	t.SetText(text)
	return t
}

// As changes fit and colour of a new text.
func (t *Text) As(fit Fit, color fyne.ThemeColorName) *Text {
	t.Fit, t.Color = fit, color
	t.SetText(t.text)
	return t
}

// Text is what was set, made harmless.
func (t *Text) Text() string { return t.text }

// SetText replaces the words.
func (t *Text) SetText(text string) {
	if t.Fit == Wrap {
		t.text = problem.Clean(text)
	} else {
		t.text = problem.Line(text)
	}
	t.rewrap()
	t.Refresh()
}

// MinSize is the height at the present width; a wrapping text is content with
// any width.
func (t *Text) MinSize() fyne.Size {
	t.ExtendBaseWidget(t)
	if t.lines == nil {
		t.rewrap()
	}
	height := t.lineHeight() * float32(max(len(t.lines), 1))
	if t.Fit == Whole {
		return fyne.NewSize(t.measure(t.text), height)
	}
	return fyne.NewSize(20, height)
}

// Resize breaks the lines anew when the width has changed.
func (t *Text) Resize(size fyne.Size) {
	if size.Width != t.width {
		t.width = size.Width
		before := len(t.lines)
		t.rewrap()
		if t.shown != nil {
			t.shown.Refresh()
		}
		if before != len(t.lines) {
			defer canvas.Refresh(t)
		}
	}
	t.BaseWidget.Resize(size)
}

func (t *Text) points() float32 {
	if t.Scale == "" {
		return theme.Size(theme.SizeNameText)
	}
	return theme.Size(t.Scale)
}

func (t *Text) measure(s string) float32 { return fyne.MeasureText(s, t.points(), t.Style).Width }

func (t *Text) lineHeight() float32 {
	return fyne.MeasureText("Mg", t.points(), t.Style).Height + 1
}

func (t *Text) rewrap() {
	switch {
	case t.Fit == Whole, t.width <= 0:
		t.lines = strings.Split(t.text, "\n")
	case t.Fit == Clip:
		line, _ := clip(t.text, t.width, t.points(), t.Style)
		t.lines = []string{line}
	default:
		t.lines = nil
		for line := range strings.SplitSeq(t.text, "\n") {
			t.lines = append(t.lines, t.wrap(strings.ReplaceAll(line, "\t", "    "))...)
		}
	}
}

// clip cuts s with an ellipsis where it is wider than width, and says whether it
// was.
func clip(s string, width, points float32, style fyne.TextStyle) (clipped string, cut bool) {
	measure := func(s string) float32 { return fyne.MeasureText(s, points, style).Width }
	runes := []rune(s)
	if most := int(max(width, 0)) + 1; len(runes) > most { // no letter is narrower than a pixel
		runes, cut = runes[:most], true
	}
	if !cut && measure(s) <= width {
		return s, false
	}
	n := fitting(runes, width-measure("…"), measure)
	return strings.TrimRight(string(runes[:n]), " ") + "…", true
}

// fitting is how many runes of s are at most as wide as width.
func fitting(s []rune, width float32, measure func(string) float32) int {
	low, high := 0, len(s)
	for low < high {
		mid := (low + high + 1) / 2
		if measure(string(s[:mid])) <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return low
}

// wrap breaks one line at spaces, and inside a word that is wider than a line.
func (t *Text) wrap(s string) []string {
	var lines []string
	line := ""
	for _, word := range strings.SplitAfter(s, " ") {
		if t.measure(strings.TrimRight(line+word, " ")) <= t.width {
			line += word
			continue
		}
		if line != "" {
			lines = append(lines, strings.TrimRight(line, " "))
		}
		rest := []rune(word)
		for t.measure(strings.TrimRight(string(rest), " ")) > t.width {
			n := max(fitting(rest, t.width, t.measure), 1)
			lines = append(lines, string(rest[:n]))
			rest = rest[n:]
		}
		line = string(rest)
	}
	return append(lines, strings.TrimRight(line, " "))
}

// CreateRenderer is Fyne's.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	r := &textRenderer{text: t}
	t.shown = r
	r.Refresh()
	return r
}

type textRenderer struct {
	text    *Text
	objects []fyne.CanvasObject
}

func (r *textRenderer) Layout(fyne.Size) {
	height := r.text.lineHeight()
	for i, o := range r.objects {
		o.Move(fyne.NewPos(0, float32(i)*height))
		o.Resize(o.MinSize())
	}
}

func (r *textRenderer) MinSize() fyne.Size { return r.text.MinSize() }

func (r *textRenderer) Refresh() {
	t := r.text
	name := t.Color
	if name == "" {
		name = theme.ColorNameForeground
	}
	for len(r.objects) < len(t.lines) {
		r.objects = append(r.objects, canvas.NewText("", nil))
	}
	r.objects = r.objects[:len(t.lines)]
	for i, o := range r.objects {
		line := o.(*canvas.Text)
		line.Text, line.TextSize, line.TextStyle, line.Color = t.lines[i], t.points(), t.Style, colorOf(name)
	}
	r.Layout(t.BaseWidget.Size())
	canvas.Refresh(t)
}

func (r *textRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *textRenderer) Destroy()                     {}
