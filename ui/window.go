package ui

import (
	"context"
	"net/url"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
)

// WindowSize is how large the window opens.
var WindowSize = fyne.NewSize(1280, 800)

// patience is how long a closing window waits for work to stop: every call
// stops within a second of its cancel.
const patience = 3 * time.Second

// variantKey is where the choice of light or dark is remembered.
const variantKey = "appearance"

// New makes the window of the application with its shell, ready to be shown.
// Closing it cancels what runs and waits until it has stopped. The files that it
// begins with are taken as if they were dropped onto it.
func New(ctx context.Context, app fyne.App, home page.Home, dispatch kit.Dispatch, files ...string) fyne.Window {
	applyVariant(app, app.Preferences().String(variantKey))
	w := app.NewWindow("Roomkey")
	closes := &closing{window: w}
	front := true
	shell := NewShell(ctx, Options{
		Home: home,
		Host: &kit.Host{
			Dispatch:  dispatch,
			Clipboard: app.Clipboard,
			After:     kit.Timer(dispatch),
			OpenURL:   opener(app),
			Runs:      closes.runs,
			Notify: func(title string) {
				if !front {
					notify(app, w, kit.L("“%s” has ended.", title))
				}
			},
		},
		Files: Dialogs(w, dispatch, app.Preferences()),
		SetVariant: func(v string) {
			app.Preferences().SetString(variantKey, v)
			applyVariant(app, v)
		},
		Variant: app.Preferences().String(variantKey),
		Help:    helper(app),
	})
	app.Lifecycle().SetOnEnteredForeground(func() { dispatch(func() { front = true; shell.Return() }) })
	app.Lifecycle().SetOnExitedForeground(func() { dispatch(func() { front = false }) })
	w.SetPadded(false)
	w.SetContent(shell.Object())
	w.SetMaster()
	w.Resize(WindowSize)
	w.CenterOnScreen()
	shell.Keys(w.Canvas())
	w.SetOnDropped(func(_ fyne.Position, dropped []fyne.URI) { take(shell, dropped, dispatch) })
	closes.leave = func() {
		w.Canvas().Unfocus() // what was typed is kept when its field is left
		shell.Close(patience)
		w.Close()
	}
	w.SetCloseIntercept(closes.ask)
	w.SetMainMenu(shell.Menu(app.Clipboard, closes.ask))
	shell.Start()
	var begin []fyne.URI
	for _, file := range files {
		begin = append(begin, storage.NewFileURI(file))
	}
	take(shell, begin, dispatch)
	return w
}

// helper shows help in a window of its own, so that it can stand beside the page; its
// keys are those of a page, and Escape closes it.
func helper(app fyne.App) func(markdown string) {
	var open fyne.Window
	return func(markdown string) {
		if open == nil {
			open = app.NewWindow(kit.L("Roomkey help"))
			open.Resize(fyne.NewSize(560, 620))
			open.SetOnClosed(func() { open = nil })
		}
		text := widget.NewRichTextFromMarkdown(markdown)
		text.Wrapping = fyne.TextWrapWord
		scroll := kit.NewVScroll(kit.Pad(kit.GapWide, kit.GapBlocks, kit.GapBlocks, kit.GapBlocks, text))
		open.SetContent(scroll)
		open.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) {
			if e.Name == fyne.KeyEscape {
				open.Close()
				return
			}
			scroll.Turn(e.Name)
		})
		open.Show()
		open.RequestFocus()
	}
}

// opener opens addresses of the web, and no others, in the browser.
func opener(app fyne.App) func(address string) {
	return func(address string) {
		if u, err := url.Parse(address); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
			if err := app.OpenURL(u); err != nil {
				fyne.LogError("The browser did not open", err)
			}
		}
	}
}

func applyVariant(app fyne.App, v string) {
	switch v {
	case "light":
		app.Settings().SetTheme(kit.ForcedTheme(theme.VariantLight))
	case "dark":
		app.Settings().SetTheme(kit.ForcedTheme(theme.VariantDark))
	default:
		app.Settings().SetTheme(kit.NewTheme())
	}
}
