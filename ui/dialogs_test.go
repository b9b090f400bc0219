package ui

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"github.com/ncruces/zenity"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
)

// TestDialogsOpen: each of them opens over the window.
func TestDialogsOpen(t *testing.T) {
	app := test.NewTempApp(t)
	w := test.NewTempWindow(t, nil)
	w.Resize(WindowSize)
	files := Dialogs(w, func(f func()) { f() }, app.Preferences())
	for name, open := range map[string]func(){
		"open":   func() { files.Open([]string{".json"}, func(string, []byte) {}) },
		"save":   func() { files.Save(page.File{Name: "plan.json"}, func(string, *problem.Problem) {}) },
		"folder": func() { files.Folder(func(string) {}) },
	} {
		open()
		top := w.Canvas().Overlays().Top()
		if top == nil {
			t.Fatalf("%s: no dialog is over the window", name)
		}
		w.Canvas().Overlays().Remove(top)
	}
}

// TestDialogsBeginWhereTheyEnded: each in its own folder, and elsewhere when that
// is gone.
func TestDialogsBeginWhereTheyEnded(t *testing.T) {
	app := test.NewTempApp(t)
	f := folders{app.Preferences()}
	f.ended(opening, filepath.Join("there", "rooms.csv"))
	f.ended(saving, filepath.Join("elsewhere", "plan.json"))
	if f.last(opening) != "there" || f.last(saving) != "elsewhere" || f.last(choosing) != "" {
		t.Errorf("opened in %q, saved in %q, chosen in %q", f.last(opening), f.last(saving), f.last(choosing))
	}
	w := test.NewTempWindow(t, nil)
	w.Resize(WindowSize)
	Dialogs(w, func(f func()) { f() }, app.Preferences()).Open([]string{".csv"}, func(string, []byte) {})
	if w.Canvas().Overlays().Top() == nil {
		t.Error("a folder that is gone keeps the dialog from opening")
	}
}

// TestNativeDialogs: one at a time; what is chosen is read, what is cancelled is
// not, and where it ended is remembered.
func TestNativeDialogs(t *testing.T) {
	app := test.NewTempApp(t)
	queue := kit.NewQueue()
	n := &native{dialogs: &dialogs{window: test.NewTempWindow(t, nil), dispatch: queue.Dispatch, folders: folders{app.Preferences()}}}
	folder := t.TempDir()
	file := filepath.Join(folder, "rooms.csv")
	var asked atomic.Int32
	answer := func(path string, err error) func(...zenity.Option) (string, error) {
		return func(...zenity.Option) (string, error) { asked.Add(1); return path, err }
	}
	got := ""
	until := func(done func() bool) {
		t.Helper()
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		if err := queue.Until(ctx, done); err != nil {
			t.Fatal(err)
		}
	}
	chosen := func(path string) { queue.Dispatch(func() { got = path }) }
	n.ask(opening, "", answer(file, nil), chosen)
	n.ask(opening, "", answer("another", nil), chosen)
	until(func() bool { return got != "" })
	if got != file || asked.Load() != 1 || n.folders.last(opening) != folder {
		t.Errorf("%d dialogs gave %q, remembered is %q", asked.Load(), got, n.folders.last(opening))
	}
	n.ask(opening, "", answer("", zenity.ErrCanceled), chosen)
	until(func() bool { return asked.Load() == 2 && !n.open })
	if got != file || n.window.Canvas().Overlays().Top() != nil {
		t.Error("a dialog that was cancelled does something")
	}
}
