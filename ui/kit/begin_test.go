package kit

import (
	"fmt"
	"image/color"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/uitest"
)

// TestTheMarkedOptionIsSeen: the arrow keys move a ring in the list.
func TestTheMarkedOptionIsSeen(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme())
	var options []Option
	for i := range 30 {
		options = append(options, Option{fmt.Sprint(i), fmt.Sprintf("Room %d", i)})
	}
	f := SelectField("Room", "", options)
	w := test.NewTempWindow(t, Column(0, f))
	w.Resize(fyne.NewSize(800, 600))
	w.Canvas().Focus(f.Input())
	f.Input().TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	for _, want := range []string{"Room 0", "Room 1", "Room 2"} {
		if got := withRing(f.choice.search.list); got != want {
			t.Errorf("the ring is around %q, want %q", got, want)
		}
		typed(w.Canvas(), fyne.KeyDown)
	}
}

// withRing is the text of the row with a ring.
func withRing(list fyne.Widget) (text string) {
	uitest.Each(list, func(o fyne.CanvasObject) {
		if c, ok := o.(*fyne.Container); ok && len(c.Objects) == 2 {
			if mark, is := c.Objects[0].(*canvas.Rectangle); is && mark.Visible() {
				text += c.Objects[1].(*fyne.Container).Objects[0].(*fyne.Container).Objects[1].(*Text).Text()
			}
		}
	})
	return text
}

// TestAListAboveItsChoiceStaysThere while typing leaves fewer options.
func TestAListAboveItsChoiceStaysThere(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme())
	var options []Option
	for i := range 30 {
		options = append(options, Option{fmt.Sprint(i), fmt.Sprintf("Room %d", i)})
	}
	f := SelectField("Room", "", options)
	w := test.NewTempWindow(t, Column(0, AtLeast(0, 450, Column(0)), f))
	w.Resize(fyne.NewSize(800, 600))
	w.Canvas().Focus(f.Input())
	f.Input().TypedRune('2')
	f.choice.search.entry.TypedRune('9')
	pop := f.choice.search.pop
	if bottom, top := position(pop.Content).Y+pop.Content.Size().Height, position(f.choice).Y; top-bottom > GapBlocks {
		t.Errorf("the list ends at %v, its choice begins at %v", bottom, top)
	}
}

// TestTheFirstInput: a default is no gap, what must be entered comes first, a secret
// too, and a page without fields begins at the filter of its table.
func TestTheFirstInput(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme())
	name, valid := TextField("Name", "", ""), SelectField("Valid for", "", []Option{{"", "24 hours"}})
	name.SetValue("Lab")
	valid.SetValue("")
	optional, needed := TextField("Expires", "", ""), TextField("Tenant", "", "")
	needed.Check = func(v string) words.Text {
		if v == "" {
			return words.T("It is missing.")
		}
		return words.Text{}
	}
	if got := FirstInput(Column(0, name, valid, optional)); got != name.Input() {
		t.Errorf("a page without gaps begins at %T %v", got, got)
	}
	if got := FirstInput(Column(0, name, valid, optional, needed)); got != needed.Input() {
		t.Errorf("a page with a gap begins at %v", got)
	}
	secret := NewSecretField(&Host{}, "Secret", "", "")
	secret.Absent()
	if got := FirstInput(Column(0, name, secret, needed)); got != secret.Input() {
		t.Errorf("a page with a secret that is missing begins at %v", got)
	}
	table := peopleTable(t)
	if got := FirstInput(table.Object); got != table.filter {
		t.Errorf("a page of a table begins at %v", got)
	}
}

// TestTheDiscOfARadioButtonIsSeen where the keyboard is.
func TestTheDiscOfARadioButtonIsSeen(t *testing.T) {
	app := test.NewTempApp(t)
	for name, v := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
		app.Settings().SetTheme(ForcedTheme(v))
		group := widget.NewRadioGroup([]string{"All", "Some"}, nil)
		w := test.NewTempWindow(t, Radios(group))
		w.Canvas().FocusNext()
		best := 0.0
		ground := ForcedTheme(v).Color(theme.ColorNameBackground, v)
		uitest.Each(w.Content(), func(o fyne.CanvasObject) {
			if disc, ok := o.(*canvas.Circle); ok {
				if c, seen := color.NRGBAModel.Convert(disc.FillColor).(color.NRGBA); seen {
					best = max(best, contrast(over(ground, c), ground))
				}
			}
		})
		if best < 3 {
			t.Errorf("%s: the disc has %.2f", name, best)
		}
	}
}

// TestTabGoesAsPeopleRead from top to bottom, and to the sides after the middle.
func TestTabGoesAsPeopleRead(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme())
	part := func(name string) fyne.CanvasObject { return NewButton(name, nil) }
	w := test.NewTempWindow(t, Dock(part("top"), part("bottom"), part("left"), part("right"), part("middle")))
	var met []string
	for range 5 {
		w.Canvas().FocusNext()
		met = append(met, w.Canvas().Focused().(*Button).Text)
	}
	if got := strings.Join(met, " "); got != "top middle left right bottom" {
		t.Errorf("Tab goes %s", got)
	}
}
