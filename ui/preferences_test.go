package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
)

// TestTwoWindowsKeepPreferences: what two windows at once remember is all there at
// the next start, and what was kept before counts until it is changed.
func TestTwoWindowsKeepPreferences(t *testing.T) {
	path := filepath.Join(t.TempDir(), "window.json")
	one, two := test.NewTempApp(t), test.NewTempApp(t)
	one.Preferences().SetString(variantKey, "dark") // from the toolkit's own file
	writtenOne, writtenTwo := KeepPreferences(one, path), KeepPreferences(two, path)
	if v := one.Preferences().String(variantKey); v != "dark" {
		t.Errorf("what was kept before is %q", v)
	}
	for width := range 50 { // a column that is dragged
		one.Preferences().SetInt("view", width)
		one.Preferences().SetString("folder.open", "/srv")
	}
	writtenOne()
	two.Preferences().SetString(variantKey, "light")
	writtenTwo()

	next := test.NewTempApp(t)
	KeepPreferences(next, path)
	kept := next.Preferences()
	if kept.String("folder.open") != "/srv" || kept.Int("view") != 49 || kept.String(variantKey) != "light" {
		data, _ := os.ReadFile(path)
		t.Errorf("kept is %s", data)
	}
}

// TestPreferencesOutliveADamagedFile: a file that is no settings is replaced at the
// next change.
func TestPreferencesOutliveADamagedFile(t *testing.T) {
	for _, damaged := range []string{"", "null", "[1]", `{"appearance":`} {
		path := filepath.Join(t.TempDir(), "window.json")
		if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		app := test.NewTempApp(t)
		written := KeepPreferences(app, path)
		app.Preferences().SetString(variantKey, "dark")
		written()
		if data, err := os.ReadFile(path); err != nil || !strings.Contains(string(data), `"dark"`) {
			t.Errorf("after %q it is %q, %v", damaged, data, err)
		}
	}
}
