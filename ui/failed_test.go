package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// TestFailedSaysWhy: what keeps Roomkey from starting stands in a window, with
// what to do.
func TestFailedSaysWhy(t *testing.T) {
	p := problem.DeclareFamily("").New("store.cannot-write", problem.Refused, words.T("The folder %s cannot be written.", "/srv/roomkey")).Fix(words.T("Name another folder with --config-dir."))
	w := Failed(test.NewTempApp(t), p, func(f func()) { f() })
	defer w.Close()
	shown := test.RenderToMarkup(w.Canvas())
	for _, says := range []string{"Roomkey cannot start", "The folder /srv/roomkey cannot be written.", "Name another folder with --config-dir."} {
		if !strings.Contains(shown, says) {
			t.Errorf("the window does not say %q:\n%s", says, shown)
		}
	}
}
