package ui

import (
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/ui/page"
)

// TestDialogsOpen: each of them opens over the window.
func TestDialogsOpen(t *testing.T) {
	test.NewTempApp(t)
	w := test.NewTempWindow(t, nil)
	w.Resize(WindowSize)
	files := Dialogs(w, func(f func()) { f() })
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
