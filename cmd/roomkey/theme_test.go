package main

import (
	"os"
	"runtime"
	"testing"

	"fyne.io/fyne/v2/theme"
)

// TestBeginsLight: where nobody says what the system wants, the window is light, and
// what was set for the toolkit's start goes to no browser.
func TestBeginsLight(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("the system says what it wants")
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	t.Setenv("FYNE_THEME", "") // put back at the end
	os.Unsetenv("FYNE_THEME")
	if v := newApp().Settings().ThemeVariant(); v != theme.VariantLight {
		t.Errorf("the variant is %d", v)
	}
	if v, set := os.LookupEnv("FYNE_THEME"); set {
		t.Errorf("FYNE_THEME=%s goes to other programs", v)
	}
	t.Setenv("FYNE_THEME", "dark")
	if v := newApp().Settings().ThemeVariant(); v != theme.VariantDark {
		t.Errorf("what a person set is %d", v)
	}
}
