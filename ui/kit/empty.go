package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// EmptyState says why there is nothing here and what to do about it.
func EmptyState(icon fyne.Resource, title, text string, actions ...fyne.CanvasObject) fyne.CanvasObject {
	_, picture := iconAt(theme.NewColoredResource(icon, ColorMuted), 36)
	body := Column(Gap, container.NewCenter(picture), container.NewCenter(Strong(title).As(Whole, "")), centred(text))
	if len(actions) > 0 {
		body.Add(Pad(Gap, 0, 0, 0, container.NewCenter(Row(Gap, -1, actions...))))
	}
	return Pad(GapBlocks, GapWide, GapBlocks, GapWide, body)
}

// centred is a short muted sentence in the middle; a long one wraps at the left.
func centred(text string) fyne.CanvasObject {
	if len(text) <= 90 {
		return container.NewCenter(Muted(text).As(Whole, ColorMuted))
	}
	return Muted(text)
}

// PrimaryButton is the page's one main action.
func PrimaryButton(text string, icon fyne.Resource, press func()) *Button {
	b := NewButtonWithIcon(text, icon, press)
	b.Importance = widget.HighImportance
	return b
}

// QuietButton is an action without a ground.
func QuietButton(text string, icon fyne.Resource, press func()) *Button {
	b := NewButtonWithIcon(text, icon, press)
	b.Importance = widget.LowImportance
	return b
}
