package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Badge is a word or two with the colour of a mark.
func Badge(mark Mark, text string) fyne.CanvasObject {
	t := styled(&Text{Scale: theme.SizeNameCaptionText, Style: fyne.TextStyle{Bold: true}, Color: mark.Color(), Fit: Whole}, text)
	return (&Surface{Content: Pad(2, 8, 2, 8, t), Fill: mark.Tint(), Radius: 9}).ready()
}
