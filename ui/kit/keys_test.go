package kit

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// typed presses a key where the keyboard is.
func typed(c fyne.Canvas, key fyne.KeyName) {
	if f := c.Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: key})
	}
}

func TestEnterPressesAButtonAndTabGoesOnFromIt(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme())
	pressed := 0
	first, second := NewButton("First", func() { pressed++ }), NewButton("Second", nil)
	w := test.NewTempWindow(t, Column(Gap, NewButton("Before", nil), first, second))
	w.Resize(fyne.NewSize(300, 200))
	test.TapAt(first, fyne.NewPos(2, 2))
	typed(w.Canvas(), fyne.KeyReturn)
	if pressed != 2 {
		t.Errorf("pressed %d times, want by mouse and by Enter", pressed)
	}
	w.Canvas().FocusNext()
	if w.Canvas().Focused() != second {
		t.Error("Tab does not go on at the button that was pressed")
	}
}

func TestAPageScrollsToWhatHasTheKeyboard(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme())
	body := Column(Gap)
	var fields []*Field
	for i := range 30 {
		f := TextField(fmt.Sprintf("Field %d", i), "", "")
		fields = append(fields, f)
		body.Add(f)
	}
	frame := NewFrame("Page", "", body)
	w := test.NewTempWindow(t, frame.Object)
	w.Resize(fyne.NewSize(600, 400))
	for i := range fields {
		w.Canvas().FocusNext()
		if w.Canvas().Focused() != fields[i].Input() {
			t.Fatalf("step %d is not field %d", i, i)
		}
		o := fields[i].Input().(fyne.CanvasObject)
		if top := position(o).Y; top < 0 || top+o.Size().Height > 400 {
			t.Fatalf("field %d is at %v, out of sight", i, top)
		}
	}
}

// TestAListStaysWhereItIs when a button below it gets the keyboard, although the rest
// of the list would lie there.
func TestAListStaysWhereItIs(t *testing.T) {
	lightApp(t)
	list := NewVScroll(AtLeast(100, 5000, NewText("rows")))
	below := NewButton("Continue", func() {})
	w := test.NewTempWindow(t, Dock(nil, below, nil, nil, list))
	w.Resize(fyne.NewSize(400, 300))
	w.Canvas().Focus(below)
	if list.Offset.Y != 0 {
		t.Errorf("the list moves by %v", list.Offset.Y)
	}
}

func TestTheWheelScrollsAPageOverItsFields(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme())
	body := Column(Gap)
	for range 30 {
		body.Add(TextField("Field", "", ""))
	}
	frame := NewFrame("Page", "", body)
	w := test.NewTempWindow(t, frame.Object)
	w.Resize(fyne.NewSize(600, 400))
	test.Scroll(w.Canvas(), fyne.NewPos(100, 150), 0, -notchOfFyne)
	if frame.scroll.Offset.Y != notch {
		t.Errorf("a notch over a field scrolls %v, want %v", frame.scroll.Offset.Y, notch)
	}
	if !frame.Turn(fyne.KeyEnd) || !frame.Turn(fyne.KeyHome) || frame.scroll.Offset.Y != 0 {
		t.Error("End and Home do not scroll")
	}
}

func TestManyOptionsAreFoundByTyping(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme())
	var options []Option
	for i := range 3000 {
		options = append(options, Option{fmt.Sprint(i), fmt.Sprintf("Réunion %d", i)})
	}
	got := ""
	f := SelectField("Room", "", options)
	f.OnChanged = func(v string) { got = v }
	w := test.NewTempWindow(t, Column(0, f))
	w.Resize(fyne.NewSize(800, 600))
	w.Canvas().Focus(f.Input())
	f.Input().TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	w.Canvas().Focused().TypedRune(' ') // the same press of the space bar
	if got := f.choice.search.entry.Text; got != "" {
		t.Errorf("the search begins with %q", got)
	}
	typed(w.Canvas(), fyne.KeyEscape)
	f.Input().TypedRune('r')
	top := w.Canvas().Overlays().Top()
	if top == nil {
		t.Fatal("typing does not open the options")
	}
	if size := f.choice.search.pop.Content.Size(); size.Height > 400 {
		t.Errorf("the options are %v high and cover the window", size.Height)
	}
	for _, r := range "eunion 2718" {
		w.Canvas().Focused().TypedRune(r)
	}
	typed(w.Canvas(), fyne.KeyReturn)
	if got != "2718" || w.Canvas().Overlays().Top() != nil {
		t.Errorf("chosen %q", got)
	}
	f.Input().TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	typed(w.Canvas(), fyne.KeyDown)
	typed(w.Canvas(), fyne.KeyEscape)
	if got != "2718" || w.Canvas().Overlays().Top() != nil {
		t.Error("Escape chose something, or left the list open")
	}
	f.Input().TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	typed(w.Canvas(), fyne.KeyDown)
	typed(w.Canvas(), fyne.KeyReturn)
	if got != "2719" {
		t.Errorf("the next option is %q", got)
	}
}

// TestTheWheelOverLines turns the page, and the lines where they do not fit.
func TestTheWheelOverLines(t *testing.T) {
	f := LinesField("Redirect URIs", "", "", 2)
	var over *wheel
	var find func(o fyne.CanvasObject)
	find = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *wheel:
			over = o
		case *fyne.Container:
			for _, in := range o.Objects {
				find(in)
			}
		case *Field:
			for _, in := range test.WidgetRenderer(o).Objects() {
				find(in)
			}
		}
	}
	find(f)
	for text, page := range map[string]bool{"": true, "a\nb": true, "a\nb\nc": false} {
		f.SetValue(text)
		if over == nil || over.Visible() != page {
			t.Errorf("%q turns the page: %v", text, !page)
		}
	}
}

// TestAQuestionIsThePagesMainAction while the page has no other, unless its yes is
// dangerous.
func TestAQuestionIsThePagesMainAction(t *testing.T) {
	for _, danger := range []bool{false, true} {
		card := NewConfirmCard("Create it?", "", "Create", "Not now", danger, func(bool) {})
		frame := NewFrame("Page", "", Column(0, card))
		if got := frame.Primary(); (got == card.Yes) == danger {
			t.Errorf("dangerous %v: the main action is %v", danger, got)
		}
	}
}
