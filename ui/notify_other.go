//go:build !windows

package ui

import "fyne.io/fyne/v2"

// notify shows a notification of the system's.
func notify(app fyne.App, _ fyne.Window, text string) {
	app.SendNotification(fyne.NewNotification("Roomkey", text))
}
