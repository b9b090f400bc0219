package bench

import (
	"bytes"
	"context"
	"image"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/cmd/internal/window"
	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/ui"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
	"github.com/roomkey/roomkey/ui/uitest"
)

const (
	// slowly is how long Microsoft and the booking server take to answer.
	slowly = 3 * time.Second
	// atOnce is what a person takes for at once.
	atOnce = 100 * time.Millisecond
)

// testIt is what the button says before the first test.
const testIt = "Test the connection"

// presses are those that ask Microsoft or the booking server: of a button, or of a
// step, whose page asks when it opens.
var presses = []struct{ route, button string }{
	{setup.Prove, testIt},
	{setup.HandOver, ""},
	{setup.HandOver, "Check again"},
}

// noFiles is a person who cancels every file dialog.
type noFiles struct{}

func (noFiles) Open([]string, func(string, []byte))            {}
func (noFiles) Save(page.File, func(string, *problem.Problem)) {}
func (noFiles) Folder(func(string))                            {}

// waiting sits at the window of a connection whose servers take their time.
type waiting struct {
	testing.TB
	shell  *ui.Shell
	queue  *kit.Queue
	canvas fyne.Canvas
	slow   *atomic.Bool
}

func sitWaiting(t testing.TB) *waiting {
	h, err := window.Open(t.Context(), wire.Options{ConfigDir: t.TempDir(), Vault: "memory"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	h.Options = simulator.Options{Rooms: 4, Users: 4}
	w := &waiting{TB: t, queue: kit.NewQueue(), slow: new(atomic.Bool)}
	plain := h.Environment.HTTP
	h.Environment.HTTP = func(o transport.Options) (*http.Client, error) {
		client, err := plain(o)
		if err != nil {
			return nil, err
		}
		slow := *client
		slow.Transport = RoundTripFunc(func(r *http.Request) (*http.Response, error) {
			if w.slow.Load() {
				select {
				case <-time.After(slowly):
				case <-r.Context().Done():
					return nil, r.Context().Err()
				}
			}
			return client.Transport.RoundTrip(r)
		})
		return &slow, nil
	}
	id, err := h.Simulate(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	test.NewTempApp(t).Settings().SetTheme(kit.ForcedTheme(theme.VariantLight))
	w.shell = ui.NewShell(t.Context(), ui.Options{Home: h, Files: noFiles{}, Host: &kit.Host{
		Dispatch: w.queue.Dispatch, Clipboard: func() fyne.Clipboard { return test.NewClipboard() },
		OpenURL: func(string) {}, After: func(time.Duration, func()) func() { return func() {} },
	}})
	content := test.NewTempWindow(t, w.shell.Object())
	content.Resize(fyne.NewSize(1280, 800))
	w.canvas = content.Canvas()
	w.shell.Load(id)
	t.Cleanup(func() { w.shell.Close(5 * time.Second); w.queue.Drain() })
	w.rest()
	return w
}

func (w *waiting) rest() {
	w.Helper()
	ctx, stop := context.WithTimeout(w.Context(), time.Minute)
	defer stop()
	if err := w.queue.Until(ctx, func() bool { return !w.shell.Busy() }); err != nil {
		w.Fatalf("waited in vain on the page %s", w.shell.Route())
	}
}

// press gives how long a click keeps the window from drawing, and how long it takes
// to the picture that shows it; the answers are still to come then.
func (w *waiting) press(route, text string) (heard, drawn time.Duration) {
	w.Helper()
	click := func() { w.shell.Go(route) }
	if w.shell.Go(setup.Describe); text != "" {
		click()
		w.rest()
		click = w.button(text).OnTapped
	}
	w.rest()
	before := w.picture()
	w.slow.Store(true)
	began := time.Now()
	click()
	w.queue.Drain()
	heard = time.Since(began)
	after := w.picture()
	drawn = time.Since(began)
	if bytes.Equal(before.Pix, after.Pix) {
		w.Errorf("after a press of %q on the page %s the picture is the same", text, route)
	}
	if !w.shell.Busy() {
		w.Errorf("%q on the page %s asks nobody", text, route)
	}
	w.slow.Store(false)
	if stop, ok := uitest.Find(w.shell.Object(), func(b *kit.Button) bool { return b.Text == "Cancel" }); ok {
		stop.OnTapped()
	}
	w.rest()
	return heard, drawn
}

func (w *waiting) button(text string) *kit.Button {
	w.Helper()
	b, ok := uitest.Find(w.shell.Object(), func(b *kit.Button) bool { return b.Text == text || b.Text == "Test again" && text == testIt })
	if !ok || b.Disabled() {
		w.Fatalf("there is no button %q on the page %s that can be pressed", text, w.shell.Route())
	}
	return b
}

func (w *waiting) picture() *image.NRGBA { return w.canvas.Capture().(*image.NRGBA) }

// TestClick: a press shows that it was heard, and keeps the window from drawing for
// no time that a person sees, however long the servers take. Of three tries the
// fastest counts: what else runs here slows the others.
func TestClick(t *testing.T) {
	w := sitWaiting(t)
	for _, p := range presses {
		best := slowly
		for range 3 {
			heard, drawn := w.press(p.route, p.button)
			t.Logf("%q on the page %s: heard in %s, drawn in software in %s", p.button, p.route, heard, drawn)
			best = min(best, heard)
		}
		if best > atOnce {
			t.Errorf("%q on the page %s keeps the window from drawing for %s", p.button, p.route, best)
		}
	}
}

func BenchmarkClick(b *testing.B) {
	w := sitWaiting(b)
	var heard, drawn []time.Duration
	for b.Loop() {
		for _, p := range presses {
			h, d := w.press(p.route, p.button)
			heard, drawn = append(heard, h), append(drawn, d)
		}
	}
	held("from a click until the window can draw, with servers that take 3 s", heard, "100 ms", atOnce)
	held("the same until its picture of 1280 × 800 is drawn, in software", drawn, "100 ms", atOnce)
}
