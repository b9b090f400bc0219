package kit

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"github.com/roomkey/roomkey/core/tenant"
)

// TestAMapByKeyboard goes to rooms, floors and buildings, tells of them and chooses
// them; what it does not use is the page's.
func TestAMapByKeyboard(t *testing.T) {
	m, chosen := mapped(t, []Cell{
		{Key: "a", Building: "North", Floor: "2", Level: 2}, {Key: "b", Building: "North", Floor: "2", Level: 2}, {Key: "c", Building: "North", Floor: "1", Level: 1},
		{Key: "d", Building: "South", Floor: "1", Level: 1}, {Key: "e", Building: "South", Floor: "1", Level: 1},
	})
	told := ""
	m.Hovered = func(c *Cell) {
		if told = ""; c != nil {
			told = c.Key
		}
	}
	w := canvasOf(m)
	w.Focus(m)
	for _, c := range []struct {
		key          fyne.KeyName
		told, chosen string
	}{
		{fyne.KeyDown, "", ""}, {fyne.KeyRight, "a", ""}, {fyne.KeySpace, "a", "a"}, {fyne.KeyRight, "b", "a"}, {fyne.KeyDown, "c", "a"},
		{fyne.KeyLeft, "", "a"}, {fyne.KeySpace, "", "a c"}, {fyne.KeyPageDown, "", "a c"}, {fyne.KeyReturn, "", "a c d e"},
		{fyne.KeyEnd, "e", "a c d e"}, {fyne.KeyDown, "e", "a c d e"}, {fyne.KeyHome, "", "a c d e"}, {fyne.KeySpace, "", "a b c d e"}, {fyne.KeyUp, "", "a b c d e"},
	} {
		typed(w, c.key)
		if told != c.told || on(chosen) != c.chosen {
			t.Fatalf("%s tells of %q and leaves %q, want %q and %q", c.key, told, on(chosen), c.told, c.chosen)
		}
	}
	typed(w, fyne.KeyHome)
	if ring := m.objects[len(m.objects)-1]; ring.Position().X < 0 || ring.Position().Y < 0 {
		t.Errorf("the ring at the first title begins at %v, where it is cut", ring.Position())
	}
	m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	m.Only(func(key string) bool { return key == "a" })
	typed(w, fyne.KeyEnd)
	if told != "a" {
		t.Errorf("after filtering the end is %q", told)
	}
	passed := false
	w.SetOnTypedKey(func(*fyne.KeyEvent) { passed = true })
	m.OnChoose = nil
	typed(w, fyne.KeyReturn)
	if !passed {
		t.Error("Enter is lost where rooms cannot be chosen")
	}
}

// TestADayByKeyboard goes through rows and times, and keeps what has the keyboard in
// sight.
func TestADayByKeyboard(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme())
	v, scroll := NewDayView(7, 20)
	told := ""
	v.Hovered = func(row *DayRow, hour float32) {
		if told = ""; row != nil {
			told = fmt.Sprintf("%s %g", row.Name, hour)
		}
	}
	var rows []DayRow
	for i := range 50 {
		rows = append(rows, DayRow{Key: fmt.Sprint(i), Name: fmt.Sprint(i)})
	}
	v.SetRows(rows)
	v.Fill(map[string]DayStrip{"0": {Now: 13.5}})
	w := test.NewTempWindow(t, scroll)
	w.Resize(fyne.NewSize(700, 200))
	w.Canvas().Focus(v)
	for _, c := range []struct {
		key  fyne.KeyName
		want string
	}{{fyne.KeyDown, "1 13.5"}, {fyne.KeyRight, "1 14"}, {fyne.KeyLeft, "1 13.5"}, {fyne.KeyEnd, "49 13.5"}, {fyne.KeyUp, "48 13.5"}} {
		if typed(w.Canvas(), c.key); told != c.want {
			t.Errorf("%s tells %q, want %q", c.key, told, c.want)
		}
	}
	if first, last := v.inSight(); first > 48 || last <= 48 {
		t.Errorf("rows %d to %d are in sight", first, last)
	}
	w.Canvas().Unfocus()
	if told != "" {
		t.Errorf("without the keyboard it tells %q", told)
	}
}

// TestNothingIsUnderTheScrollBar: what a picture draws ends before the bar, or is the
// ground of a line that is as wide as the picture.
func TestNothingIsUnderTheScrollBar(t *testing.T) {
	rooms := make([]Cell, 90)
	rows := make([]DayRow, len(rooms))
	for i := range rooms {
		rooms[i], rows[i] = Cell{Key: fmt.Sprint(i), Building: "North"}, DayRow{Key: fmt.Sprint(i), Name: fmt.Sprint(i)}
	}
	m, _ := mapped(t, rooms)
	v, scroll := NewDayView(7, 20)
	v.SetRows(rows)
	v.Fill(map[string]DayStrip{"0": {Now: 13.5, Marks: []DayMark{{From: 18, To: 20}}}, "1": {Note: strings.Repeat("long ", 90)}})
	w := test.NewTempWindow(t, scroll)
	w.Resize(fyne.NewSize(700, 200))
	w.Canvas().Focus(v)
	for _, p := range []*picture{&m.picture, &v.picture} {
		whole := p.whole.Size().Width
		for _, o := range p.objects {
			if right := o.Position().X + o.Size().Width; right > whole-6 && o.Size().Width < whole {
				t.Errorf("%T: a %T ends at %v of %v", p.whole, o, right, whole)
			}
		}
	}
}

// TestLaidOutAgainNothingIsDrawnAnew: Fyne lays out again what has new parts, so that
// parts that are made by that would keep the window drawing for ever.
func TestLaidOutAgainNothingIsDrawnAnew(t *testing.T) {
	m, _ := mapped(t, []Cell{{Key: "a", Building: "North"}})
	v, scroll := NewDayView(7, 20)
	v.SetRows([]DayRow{{Key: "a", Name: "a"}})
	test.NewTempWindow(t, scroll).Resize(fyne.NewSize(700, 200))
	for _, w := range []fyne.Widget{m, v} {
		r := test.WidgetRenderer(w)
		before := r.Objects()
		if r.Layout(w.Size()); len(before) == 0 || r.Objects()[0] != before[0] {
			t.Errorf("%T of %d parts is drawn anew", w, len(before))
		}
		if r.Layout(w.Size().AddWidthHeight(40, 0)); r.Objects()[0] == before[0] {
			t.Errorf("%T keeps the parts that it had when it was smaller", w)
		}
	}
	table := peopleTable(t)
	table.SetRows(make([]tenant.Person, 20))
	test.NewTempWindow(t, table.Object).Resize(fyne.NewSize(700, 400))
	r := table.grid.drawn
	age := r.age
	if r.Layout(table.grid.Size()); r.age != age {
		t.Error("the rows of the table are drawn anew")
	}
	if r.Layout(table.grid.Size().AddWidthHeight(40, 0)); r.age == age {
		t.Error("the rows of the table are not drawn for another width")
	}
}

// TestTheNumberOfABarIsRead although its name has no room.
func TestTheNumberOfABarIsRead(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme())
	b := NewBars()
	b.Set([]Bar{
		{Title: "Issues", Parts: []BarPart{{"Same name", 3000}, {"No building", 626}, {"No seats", 301}}},
		{Title: "Department", Parts: []BarPart{{"Human Resources and everything that belongs to it", 2885}, {"Information Technology of the whole group", 2764}, {"Research, development and their laboratories", 2601}}},
	})
	w := test.NewTempWindow(t, b)
	w.Resize(fyne.NewSize(520, 100))
	shown := map[string]bool{}
	for _, o := range test.WidgetRenderer(b).Objects() {
		if text, ok := o.(*canvas.Text); ok {
			shown[text.Text[max(0, len(text.Text)-5):]] = true
		}
	}
	for _, n := range []string{"3,000", "  626", "  301", "2,885", "2,764", "2,601"} {
		if !shown[n] {
			t.Errorf("%q is cut: %v", n, shown)
		}
	}
	narrow := NewBars()
	narrow.Set([]Bar{{Title: "Department", Parts: []BarPart{{"Human Resources", 2885}, {"Legal", 2764}, {"Operations", 2601}}}})
	narrow.Resize(fyne.NewSize(310, 30))
	for _, o := range test.WidgetRenderer(narrow).Objects() {
		if text, ok := o.(*canvas.Text); ok && strings.HasPrefix(text.Text, "H") && len(text.Text) < 8 {
			t.Errorf("a narrow part is called %q", text.Text)
		}
	}
}
