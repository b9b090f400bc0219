package kit

import (
	"context"
	"errors"
	"image/color"
	"math"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// window shows an object in Roomkey's light theme.
func window(t *testing.T, o fyne.CanvasObject, size fyne.Size) fyne.Window {
	t.Helper()
	w := test.NewTempWindow(t, o)
	w.SetPadded(false)
	w.Resize(size)
	fyne.CurrentApp().Settings().SetTheme(ForcedTheme(theme.VariantLight)) // lays it out once more
	return w
}

// lightApp makes an app in Roomkey's light theme.
func lightApp(t testing.TB) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(ForcedTheme(theme.VariantLight))
}

const hostile = "\x1b[31m\u202Eevil\u2066<b>$(rm -rf ~)</b>\x00"

func exampleProblem() *problem.Problem {
	p := problem.DeclareFamily("").New("entra.AADSTS7000215", problem.Refused, words.T("Microsoft does not accept the client secret.")).
		With(words.T("Its Secret ID may have been pasted in place of its Value.")).
		Fix(words.T("Press New client secret and paste its Value.")).
		Run(words.T("Or by PowerShell:"), "Add-MgApplicationPassword").
		See(words.T("The application's secrets"), "https://entra.microsoft.com/")
	p.TraceID = "0b2f4c6d-1111-4222-8333-444455556666"
	return p
}

// TestGoldens keeps how each widget is built and laid out; look at the change
// before a golden is replaced.
func TestGoldens(t *testing.T) {
	host := &Host{}
	field := func() *Field {
		f := TextField("Tenant", "The company's domain.", "contoso.com")
		f.SetValue("contoso")
		f.Say(words.T("This is no domain."))
		return f
	}
	tests := []struct {
		name  string
		build func() fyne.CanvasObject
		size  fyne.Size
	}{
		{"field-wrong", func() fyne.CanvasObject { return field() }, fyne.NewSize(360, 120)},
		{"select", func() fyne.CanvasObject {
			f := SelectField("Cloud", "", []Option{{"global", "Global"}, {"china", "China"}})
			f.SetValue("china")
			return f
		}, fyne.NewSize(300, 80)},
		{"secret-stored", func() fyne.CanvasObject {
			s := NewSecretField(host, "Client secret", "", "")
			s.Stored("3f9a", "valid until 2027-11-22")
			return s
		}, fyne.NewSize(560, 80)},
		{"problem", func() fyne.CanvasObject { return ProblemCard(host, exampleProblem()) }, fyne.NewSize(520, 300)},
		{"steps", func() fyne.CanvasObject {
			l := NewStepList(nil)
			l.Select("b")
			l.Set([]Item{{ID: "a", Title: "Describe", Detail: "Found.", Mark: MarkDone}, {ID: "b", Title: "Prove", Mark: MarkReady}, {ID: "c", Title: "Hand over", Detail: "Not yet.", Mark: MarkBlocked}})
			return l
		}, fyne.NewSize(260, 200)},
		{"findings", func() fyne.CanvasObject {
			l := NewFindingList(host)
			l.Put(Finding{ID: "a", Mark: MarkDone, Title: "Names resolve", Summary: "Two hosts.", Duration: 84 * time.Millisecond, Facts: [][2]string{{"Host", "graph.microsoft.com"}}})
			l.Put(Finding{ID: "b", Mark: MarkFail, Title: "Token", Problem: exampleProblem(), Cause: true})
			l.Open("a", true)
			return l
		}, fyne.NewSize(560, 260)},
		{"findings-again", func() fyne.CanvasObject {
			l := NewFindingList(host)
			l.OnAgain = func(string) {}
			l.Put(Finding{ID: "a", Mark: MarkDone, Title: "Names resolve", Facts: [][2]string{{"Host", "graph.microsoft.com"}}})
			l.Put(Finding{ID: "b", Mark: MarkUnknown, Title: "Clock", Facts: [][2]string{{"Skew", "?"}}})
			l.Open("a", true) // what passed is not tried again
			l.Open("b", true)
			return l
		}, fyne.NewSize(560, 260)},
		{"code-diff", func() fyne.CanvasObject {
			v := NewCodeView(host, nil)
			diff := "--- before\n+++ now\n@@ -1,2 +1,2 @@\n-# One\n+# Two\u202e\n exit\n"
			v.SetText("x.ps1", diff, HighlightDiff(diff))
			return v.Object
		}, fyne.NewSize(420, 200)},
		{"task-bar", func() fyne.CanvasObject {
			b := NewTaskBar()
			j := b.begin("Testing", func() {})
			b.progress(j, task.Progress{Done: 3, Total: 12, Now: words.T("Rooms")})
			return b.Object
		}, fyne.NewSize(640, 46)},
		{"confirm", func() fyne.CanvasObject {
			return NewConfirmCard("Ask the other clouds?", "The name is sent to them.", "Ask", "No", true, func(bool) {})
		}, fyne.NewSize(400, 140)},
		{"empty", func() fyne.CanvasObject { return EmptyState(theme.ListIcon(), "No rooms", "The tenant has none.") }, fyne.NewSize(400, 160)},
		{"badge", func() fyne.CanvasObject { return Row(0, -1, Badge(MarkAttention, "Differs")) }, fyne.NewSize(120, 30)},
		{"code", func() fyne.CanvasObject {
			v := NewCodeView(host, func() {})
			v.SetText("rooms.ps1", "x", Highlight("# note\nforeach ($r in 'a') { }\n"))
			return v.Object
		}, fyne.NewSize(420, 160)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lightApp(t)
			w := window(t, tt.build(), tt.size)
			test.AssertRendersToMarkup(t, tt.name+".xml", w.Canvas())
		})
	}
}

// TestTaskBarNamesEachTask: each has its own cancel, and only the end of a long
// one that nobody cancelled is worth a notice.
func TestTaskBarNamesEachTask(t *testing.T) {
	lightApp(t)
	b := NewTaskBar()
	var told, cancelled []string
	b.OnLong = func(title string) { told = append(told, title) }
	running := "?"
	b.OnChange = func(titles string) { running = titles }
	window(t, b.Object, fyne.NewSize(640, 200))
	var jobs []*job
	for _, title := range []string{"Testing", "Reading", "Pushing"} {
		jobs = append(jobs, b.begin(title, func() { cancelled = append(cancelled, title) }))
	}
	if running != "Testing, Reading, Pushing" {
		t.Errorf("%q runs", running)
	}
	if got := b.Object.MinSize().Height; got < 3*44 {
		t.Errorf("three tasks have a height of %.0f", got)
	}
	test.Tap(jobs[1].stop)
	if strings.Join(cancelled, " ") != "Reading" || !jobs[1].stop.Disabled() || jobs[0].stop.Disabled() {
		t.Errorf("cancelled: %v", cancelled)
	}
	jobs[0].begun, jobs[1].begun = time.Now().Add(-long), time.Now().Add(-long)
	for _, j := range jobs {
		b.end(j)
	}
	if strings.Join(told, " ") != "Testing" || running != "" || b.Busy() {
		t.Errorf("told of: %v, %q runs", told, running)
	}
}

// TestTaskBarStartsAtTheLeft: what it says when nothing runs does not stand
// behind the room of the title that was there before.
func TestTaskBarStartsAtTheLeft(t *testing.T) {
	lightApp(t)
	b := NewTaskBar()
	window(t, b.Object, fyne.NewSize(640, 46))
	before := position(b.idle)
	b.end(b.begin("Reading the tenant", func() {}))
	if after := position(b.idle); after != before {
		t.Errorf("it stands at %v, not at %v", after, before)
	}
}

// TestHostileText puts what a tenant could send into every widget and looks for
// it on screen.
func TestHostileText(t *testing.T) {
	lightApp(t)
	host := &Host{}
	p := problem.DeclareFamily("").New("x", problem.Refused, words.Plain(hostile)).With(words.Plain(hostile)).Run(words.Plain(hostile), hostile)
	p.RequestID = hostile
	list := NewFindingList(host)
	list.Put(Finding{ID: "a", Title: hostile, Summary: hostile, Facts: [][2]string{{hostile, hostile}}, Problem: p})
	list.Open("a", true)
	steps := NewStepList(nil)
	steps.Set([]Item{{ID: "a", Title: hostile, Detail: hostile}})
	table := NewDataTable("", []TableColumn[string]{{Title: "x", Share: 1, Text: func(s string) string { return s }}}, func(s string) string { return s }, true, nil)
	table.SetRows([]string{hostile, strings.Repeat("W", 10_000)})
	choice := SelectField("x", hostile, []Option{{"a", hostile}})
	choice.SetValue("a")
	code := NewCodeView(host, nil)
	code.SetText(hostile, hostile, Highlight("'"+hostile+"'"))
	confirm := NewConfirmCard(hostile, hostile, "Yes", "No", false, func(bool) {})
	w := window(t, Column(4, ProblemCard(host, p), list, steps, choice, confirm, AtLeast(300, 200, table.Object), AtLeast(300, 200, code.Object)), fyne.NewSize(700, 1600))
	markup := test.RenderToMarkup(w.Canvas())
	for _, bad := range []string{"\x1b", "\u202E", "\u2066", "\x00", "&#x1b;", "&#27;"} {
		if strings.Contains(markup, bad) {
			t.Errorf("%q reached the screen", bad)
		}
	}
	if !strings.Contains(markup, "$(rm -rf ~)") {
		t.Error("the harmless part is not shown")
	}
	if strings.Contains(markup, strings.Repeat("W", 500)) {
		t.Error("a name of 10 kB was not cut")
	}
}

func TestFieldSaysWhatIsWrong(t *testing.T) {
	lightApp(t)
	f := TextField("Tenant", "help", "")
	f.Check = func(v string) words.Text {
		if !strings.Contains(v, ".") {
			return words.T("A domain has a dot.")
		}
		return words.Text{}
	}
	w := window(t, f, fyne.NewSize(300, 120))
	test.Type(f.entry, "con")
	if f.Wrong() != "" {
		t.Errorf("scolds while the first value is typed: %q", f.Wrong())
	}
	w.Canvas().Unfocus()
	f.entry.FocusLost()
	if f.Wrong() != "A domain has a dot." {
		t.Errorf("after leaving: %q", f.Wrong())
	}
	test.Type(f.entry, ".com")
	if f.Wrong() != "" {
		t.Errorf("after mending: %q", f.Wrong())
	}
}

func TestFieldCleansWhatIsPasted(t *testing.T) {
	lightApp(t)
	f := TextField("Tenant", "", "")
	f.Clean = strings.TrimSpace
	window(t, f, fyne.NewSize(300, 120))
	clip := test.NewClipboard()
	clip.SetContent("  contoso.com\r\n")
	f.entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: clip})
	if f.Value() != "contoso.com" {
		t.Errorf("pasted %q", f.Value())
	}
}

// TestSecretFieldNeverShows stores a secret and looks for it in what is drawn.
func TestSecretFieldNeverShows(t *testing.T) {
	lightApp(t)
	const text = "q8Q~value-of-the-secret"
	s := NewSecretField(&Host{}, "Client secret", "", "")
	var got vault.Secret
	s.OnStore = func(v vault.Secret) { got = v; s.Stored("3f9a", "") }
	s.Absent()
	w := window(t, s, fyne.NewSize(500, 160))
	test.Type(s.field.entry, text)
	if markup := test.RenderToMarkup(w.Canvas()); strings.Contains(markup, text) {
		t.Error("shown while it is typed")
	}
	s.Store()
	if got.Reveal() != text {
		t.Fatal("another secret was stored")
	}
	if markup := test.RenderToMarkup(w.Canvas()); strings.Contains(markup, text) || !strings.Contains(markup, "In the keychain") {
		t.Error("the stored state shows it, or does not say that it is stored")
	}
	for _, o := range s.body.Objects[1].(*fyne.Container).Objects {
		if b, ok := o.(*Button); ok && b.Text == "Replace" {
			test.Tap(b)
		}
	}
	if s.field == nil || s.field.Value() != "" {
		t.Fatal("Replace offers no entry, or brings the old secret back")
	}
	if w.Canvas().Focused() != s.Input() {
		t.Error("Replace leaves the keyboard elsewhere")
	}
}

func TestCopyButtonTicks(t *testing.T) {
	lightApp(t)
	clip := test.NewClipboard()
	var later func()
	host := &Host{Clipboard: func() fyne.Clipboard { return clip }, After: func(_ time.Duration, f func()) func() { later = f; return func() {} }}
	b := NewCopyButton(host, "", func() string { return "abc" })
	window(t, b, fyne.NewSize(60, 40))
	test.Tap(b)
	if clip.Content() != "abc" || b.Icon.Name() != MarkDone.Icon().Name() {
		t.Errorf("copied %q with icon %s", clip.Content(), b.Icon.Name())
	}
	later()
	if b.Icon.Name() != theme.ContentCopyIcon().Name() {
		t.Error("the tick stays")
	}
}

func TestDataTable(t *testing.T) {
	lightApp(t)
	type row struct {
		name  string
		seats int
	}
	table := NewDataTable("", []TableColumn[row]{
		{Title: "Name", Share: 2, Text: func(r row) string { return r.name }},
		{Title: "Seats", Share: 1, Number: func(r row) *int { return &r.seats }},
	}, func(r row) string { return r.name }, true, EmptyState(theme.ListIcon(), "None", ""))
	window(t, table.Object, fyne.NewSize(500, 400))
	if table.body.Visible() || !table.empty.Visible() {
		t.Error("an empty table shows no empty state")
	}
	table.SetRows([]row{{"b", 9}, {"a", 10}, {"c", 2}})
	changed := 0
	table.OnSelect = func() { changed++ }
	table.sortBy(1)
	if got := table.rows[table.visible[0]].name; got != "c" {
		t.Errorf("sorted by number: %s first", got)
	}
	table.sortBy(1)
	if got := table.rows[table.visible[0]].name; got != "a" {
		t.Errorf("sorted down: %s first", got)
	}
	table.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace}) // the row with the keyboard's focus
	if got := strings.Join(table.Chosen(), ","); got != "a" || changed != 1 {
		t.Errorf("chosen by keyboard: %q, %d changes", got, changed)
	}
	test.Type(table.filter, "C")
	table.chooseAll(true)
	if got := strings.Join(table.Chosen(), ","); got != "a,c" {
		t.Errorf("chosen under a filter: %q", got)
	}
	table.Choose([]string{"a", "gone"})
	if got := strings.Join(table.Chosen(), ","); got != "a,gone" {
		t.Errorf("a choice that is not in the table is lost: %q", got)
	}
	table.SetSelectable(false)
	table.grid.Press(0)
	if got := strings.Join(table.Chosen(), ","); got != "a,gone" {
		t.Errorf("chosen although it is off: %q", got)
	}
}

func TestScope(t *testing.T) {
	lightApp(t)
	q := NewQueue()
	bar := NewTaskBar()
	s := NewScope(t.Context(), q.Dispatch, bar)
	var got error
	waits := make(chan struct{})
	cancel := s.Show("Working", func(ctx context.Context, report task.Report) error {
		report.Say(1, 2, words.T("half"))
		<-waits
		task.Waiting(ctx, time.Minute, words.T("busy until noon"))
		<-ctx.Done()
		return ctx.Err()
	}, func(err error) { got = err })
	if !bar.Busy() || !s.Busy() {
		t.Fatal("running work is not shown")
	}
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	if err := q.Until(ctx, func() bool { return strings.Contains(bar.jobs[0].now.Text(), "1 / 2") }); err != nil {
		t.Fatalf("no progress: %q", bar.jobs[0].now.Text())
	}
	close(waits)
	if err := q.Until(ctx, func() bool { return bar.jobs[0].now.Text() == "busy until noon" }); err != nil {
		t.Fatalf("a wait is not shown: %q", bar.jobs[0].now.Text())
	}
	cancel()
	if err := q.Until(ctx, func() bool { return !s.Busy() }); err != nil || !errors.Is(got, context.Canceled) || bar.Busy() {
		t.Errorf("after cancel: %v, %v, bar busy %v", err, got, bar.Busy())
	}
	late := false
	s.Run(func(ctx context.Context) error { <-ctx.Done(); return nil }, func(error) { late = true })
	s.Close()
	s.Wait()
	q.Drain()
	if late {
		t.Error("a closed scope still speaks to the page")
	}
}

// TestHighlight keeps every rune of a script but the dangerous ones.
func TestHighlight(t *testing.T) {
	rows := Highlight("# it's\r\n$a = 'x\u202Ey'\n\tGet-Mailbox\n")
	var lines []string
	for _, r := range rows {
		var b strings.Builder
		for _, c := range r.Cells {
			b.WriteRune(c.Rune)
		}
		lines = append(lines, b.String())
	}
	want := []string{"# it's", "$a = 'x\uFFFDy'", " Get-Mailbox"}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q", lines)
	}
	if rows[0].Cells[0].Style != widget.TextGridStyle(codeComment) {
		t.Error("a comment has no colour of its own")
	}
}

// TestContrast measures WCAG 2.2's contrast of text on the grounds that it
// stands on: at least 4.5 to 1.
func TestContrast(t *testing.T) {
	grounds := []fyne.ThemeColorName{theme.ColorNameBackground, ColorPanel, ColorCard, ColorRow}
	texts := []fyne.ThemeColorName{theme.ColorNameForeground, ColorMuted, theme.ColorNameDisabled, theme.ColorNamePrimary, theme.ColorNameSuccess, theme.ColorNameWarning, theme.ColorNameError}
	pairs := [][2]fyne.ThemeColorName{
		{theme.ColorNameSuccess, ColorGoodTint}, {theme.ColorNameWarning, ColorWarnTint}, {theme.ColorNameError, ColorBadTint}, {theme.ColorNamePrimary, ColorInfoTint},
		{ColorMuted, ColorGoodTint}, {ColorMuted, ColorWarnTint}, {ColorMuted, ColorBadTint}, {ColorMuted, ColorInfoTint},
		{theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary}, {theme.ColorNameForeground, theme.ColorNameButton}, {theme.ColorNamePlaceHolder, theme.ColorNameInputBackground},
		{ColorCodeComment, theme.ColorNameInputBackground}, {ColorCodeString, theme.ColorNameInputBackground}, {ColorCodeKeyword, theme.ColorNameInputBackground}, {ColorCodeName, theme.ColorNameInputBackground},
	}
	for _, g := range grounds {
		for _, x := range texts {
			pairs = append(pairs, [2]fyne.ThemeColorName{x, g})
		}
	}
	test.NewTempApp(t)
	for name, v := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
		th := ForcedTheme(v)
		for _, p := range pairs {
			if c := contrast(th.Color(p[0], v), th.Color(p[1], v)); c < 4.5 {
				t.Errorf("%s: %s on %s has %.2f", name, p[0], p[1], c)
			}
		}
	}
}

// TestFocusIsSeen measures the ring around what has the keyboard and the border
// of fields against what they stand on: at least 3 to 1 (WCAG 2.2, 1.4.11), and
// the text of a button that has the keyboard is still read.
func TestFocusIsSeen(t *testing.T) {
	test.NewTempApp(t)
	for name, v := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
		th := ForcedTheme(v)
		for _, p := range [][2]fyne.ThemeColorName{{theme.ColorNameForeground, theme.ColorNameButton}, {theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary}} {
			focused := over(th.Color(p[1], v), th.Color(theme.ColorNameFocus, v).(color.NRGBA))
			if c := contrast(th.Color(p[0], v), focused); c < 4.5 {
				t.Errorf("%s: %s on a focused %s has %.2f", name, p[0], p[1], c)
			}
		}
		for _, line := range []fyne.ThemeColorName{theme.ColorNamePrimary, theme.ColorNameInputBorder} {
			for _, ground := range []fyne.ThemeColorName{theme.ColorNameBackground, theme.ColorNameInputBackground, ColorPanel, ColorCard} {
				if c := contrast(th.Color(line, v), th.Color(ground, v)); c < 3 {
					t.Errorf("%s: %s on %s has %.2f", name, line, ground, c)
				}
			}
		}
	}
}

// over is a see-through colour on a ground, as Fyne's button blends them.
func over(ground color.Color, c color.NRGBA) color.Color {
	r, g, b, _ := ground.RGBA()
	mix := func(under uint32, top uint8) uint8 {
		return uint8((uint32(top)*uint32(c.A) + under>>8*(255-uint32(c.A))) / 255)
	}
	return color.NRGBA{R: mix(r, c.R), G: mix(g, c.G), B: mix(b, c.B), A: 255}
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	part := func(v uint32) float64 {
		f := float64(v>>8) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(r) + 0.7152*part(g) + 0.0722*part(b)
}
