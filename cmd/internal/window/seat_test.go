package window

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/ui"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
	"github.com/roomkey/roomkey/ui/uitest"
)

// seat is somebody at the window of a Home: presses, types and reads.
type seat struct {
	home   *Home
	t      testing.TB
	shell  *ui.Shell
	queue  *kit.Queue
	window fyne.Window
	files  *files
}

// simulate sits down before the connection to a simulated tenant.
func simulate(t *testing.T, o simulator.Options) (*Home, *seat) {
	t.Helper()
	h := home(t, o)
	id, err := h.Simulate(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return h, sitDown(t, h, id)
}

// sitDown opens a connection in a window without a display.
func sitDown(t testing.TB, h *Home, id string) *seat {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(kit.ForcedTheme(theme.VariantLight))
	s := &seat{home: h, t: t, queue: kit.NewQueue(), files: &files{}}
	clip := test.NewClipboard()
	s.shell = ui.NewShell(t.Context(), ui.Options{Home: h, Files: s.files, Host: &kit.Host{
		Dispatch: s.queue.Dispatch, Clipboard: func() fyne.Clipboard { return clip },
		OpenURL: func(string) {}, After: func(time.Duration, func()) func() { return func() {} },
	}})
	s.window = test.NewTempWindow(t, s.shell.Object())
	s.window.SetPadded(false)
	s.window.Resize(fyne.NewSize(1280, 1400))
	s.shell.Load(id)
	s.rest()
	t.Cleanup(func() { s.shell.Close(5 * time.Second); s.queue.Drain() })
	return s
}

// noFiles is a person who cancels every file dialog.
type noFiles struct{}

func (noFiles) Open([]string, func(string, []byte))            {}
func (noFiles) Save(page.File, func(string, *problem.Problem)) {}
func (noFiles) Folder(func(string))                            {}

// files is a person who chooses the table with this content, if there is one.
type files struct {
	noFiles
	content string
}

func (f *files) Open(kinds []string, done func(string, []byte)) {
	if f.content != "" && slices.Contains(kinds, ".csv") {
		done("chosen", []byte(f.content))
	}
}

// rest waits until nothing runs.
func (s *seat) rest() {
	s.t.Helper()
	ctx, stop := context.WithTimeout(s.t.Context(), 2*time.Minute)
	defer stop()
	if err := s.queue.Until(ctx, func() bool { return !s.shell.Busy() }); err != nil {
		s.t.Fatalf("waited in vain on the page %s", s.shell.Route())
	}
}

// shows finds the last object of a type that fits.
func shows[T fyne.CanvasObject](s *seat, fits func(T) bool) (found T, ok bool) {
	return uitest.Find(s.shell.Object(), fits)
}

func (s *seat) goes(route string) { s.shell.Go(route); s.rest() }

func (s *seat) button(text string) *kit.Button {
	s.t.Helper()
	b, ok := shows(s, func(b *kit.Button) bool { return b.Text == text })
	if !ok {
		s.t.Fatalf("there is no button %q on the page %s:\n%s", text, s.shell.Route(), s.reads())
	}
	return b
}

func (s *seat) press(text string) {
	s.t.Helper()
	if b := s.button(text); b.Disabled() {
		s.t.Fatalf("the button %q cannot be pressed:\n%s", text, s.reads())
	} else {
		b.OnTapped()
	}
	s.rest()
}

func (s *seat) field(label string) *kit.Field {
	s.t.Helper()
	f, ok := shows(s, func(f *kit.Field) bool { return f.Label == label })
	if !ok {
		s.t.Fatalf("there is no field %q on the page %s:\n%s", label, s.shell.Route(), s.reads())
	}
	return f
}

// puts chooses or types a whole value.
func (s *seat) puts(label, value string) {
	s.t.Helper()
	f := s.field(label)
	f.SetValue(value)
	if f.OnChanged != nil {
		f.OnChanged(value)
	}
	s.rest()
}

// types puts text into a field key by key, and calls typed after each.
func (s *seat) types(label, text string, typed func(so string)) {
	s.t.Helper()
	input := s.field(label).Input()
	s.window.Canvas().Focus(input)
	for i, r := range text {
		input.TypedRune(r)
		s.rest()
		typed(text[:i+len(string(r))])
	}
}

func (s *seat) chooses(text string) {
	s.t.Helper()
	g, ok := shows(s, func(g *widget.RadioGroup) bool { return slices.Contains(g.Options, text) })
	if !ok {
		s.t.Fatalf("there is no choice %q on the page %s", text, s.shell.Route())
	}
	g.SetSelected(text)
	s.rest()
}

// reads is all text on screen, from the top.
func (s *seat) reads() string {
	var b strings.Builder
	uitest.Each(s.shell.Object(), func(o fyne.CanvasObject) {
		switch v := o.(type) {
		case *kit.Text:
			b.WriteString(v.Text() + "\n")
		case *kit.Grid:
			b.WriteString(v.Text() + "\n")
		case *kit.Button:
			b.WriteString(v.Text + "\n")
		}
	})
	return b.String()
}

func (s *seat) sees(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		if !strings.Contains(s.reads(), text) {
			s.t.Errorf("%q is not on the page %s:\n%s", text, s.shell.Route(), s.reads())
		}
	}
}

func (s *seat) missesOut(text string) {
	s.t.Helper()
	if strings.Contains(s.reads(), text) {
		s.t.Errorf("%q is on the page %s", text, s.shell.Route())
	}
}
