package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// ConfirmCard is a question that stands on the page until it is answered.
type ConfirmCard struct {
	*Surface
	Yes, No *Button
}

// NewConfirmCard asks question; extra may be further objects between the detail
// and the buttons. A danger's Yes is coloured as one.
func NewConfirmCard(question, detail, yes, no string, danger bool, answer func(yes bool), extra ...fyne.CanvasObject) *ConfirmCard {
	c := &ConfirmCard{}
	c.Yes = NewButton(yes, func() { answer(true) })
	c.Yes.Importance = widget.HighImportance
	mark := MarkReady
	if danger {
		c.Yes.Importance = widget.DangerImportance
		mark = MarkAttention
	}
	c.No = NewButton(no, func() { answer(false) })
	body := Column(Gap, Strong(question))
	if detail != "" {
		body.Add(NewText(detail))
	}
	for _, o := range extra {
		body.Add(o)
	}
	body.Add(Pad(GapTight, 0, 0, 0, Row(Gap, -1, c.Yes, c.No)))
	c.Surface = &Surface{Content: body, Fill: mark.Tint(), Stripe: mark.Color(), Pad: 16, Radius: 8}
	c.ExtendBaseWidget(c) // not as a Surface: a change of the theme must reach this one
	return c
}
