//go:build !ci

// Command empty opens a Fyne window in which there is nothing, and whose first
// frame can still be seen: what Roomkey's window is held against. It is left out
// where Fyne is compiled without a driver (its tag ci, as for a Mac from elsewhere).
package main

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/canvas"
)

func main() {
	w := app.NewWithID("app.roomkey.empty").NewWindow("Empty")
	w.SetContent(canvas.NewHorizontalGradient(color.Black, color.White))
	w.Resize(fyne.NewSize(1280, 800))
	w.ShowAndRun()
}
