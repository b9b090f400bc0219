package ui

import (
	"io/fs"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/resources"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
)

// Menu is the menu bar: everything that has a shortcut, so that it can be found.
// Its shortcuts work wherever the keyboard is, unlike a canvas's, which a text
// field swallows.
func (s *Shell) Menu(clipboard func() fyne.Clipboard, quit func()) *fyne.MainMenu {
	s.menu = fyne.NewMainMenu(
		fyne.NewMenu(kit.L("File"),
			item(kit.L("New connection"), command(fyne.KeyN), s.free(func() { s.begin((*page.Start).Create) })),
			item(kit.L("Open a file…"), command(fyne.KeyO), s.free(func() { s.begin((*page.Start).Open) })),
			item(kit.L("All connections"), command(fyne.Key0), s.free(func() { s.Load("") })),
			fyne.NewMenuItemSeparator(),
			&fyne.MenuItem{Label: kit.L("Quit"), IsQuit: true, Action: quit}),
		fyne.NewMenu(kit.L("Edit"),
			item(kit.L("Undo"), &fyne.ShortcutUndo{}, func() { s.edit(&fyne.ShortcutUndo{}) }),
			item(kit.L("Redo"), &fyne.ShortcutRedo{}, func() { s.edit(&fyne.ShortcutRedo{}) }),
			fyne.NewMenuItemSeparator(),
			item(kit.L("Cut"), &fyne.ShortcutCut{}, func() { s.edit(&fyne.ShortcutCut{Clipboard: clipboard()}) }),
			item(kit.L("Copy"), &fyne.ShortcutCopy{}, func() { s.edit(&fyne.ShortcutCopy{Clipboard: clipboard()}) }),
			item(kit.L("Paste"), &fyne.ShortcutPaste{}, func() { s.edit(&fyne.ShortcutPaste{Clipboard: clipboard()}) }),
			item(kit.L("Select all"), &fyne.ShortcutSelectAll{}, func() { s.edit(&fyne.ShortcutSelectAll{}) }),
			fyne.NewMenuItemSeparator(),
			item(kit.L("Find in the table"), command(fyne.KeyF), s.free(func() { kit.FindIn(s.object) }))),
		fyne.NewMenu(kit.L("Connection")),
		fyne.NewMenu(kit.L("View"),
			item(kit.L("Appearance: as the system"), nil, func() { s.look("") }),
			item(kit.L("Appearance: light"), nil, func() { s.look("light") }),
			item(kit.L("Appearance: dark"), nil, func() { s.look("dark") }),
			fyne.NewMenuItemSeparator(),
			item(kit.L("Settings"), command(fyne.KeyComma), s.free(func() { s.Go(page.RouteSettings) }))),
		fyne.NewMenu(kit.L("Help"),
			item(kit.L("Help for this page (F1)"), nil, s.help)))
	s.showMenu(nil)
	return s.menu
}

// key does what a key means that nothing on the page has a use for.
func (s *Shell) key(e *fyne.KeyEvent) {
	over := s.canvas.Overlays()
	switch {
	case over.Top() != nil:
		if e.Name == fyne.KeyEscape {
			over.Remove(over.Top())
		}
	case e.Name == fyne.KeyF1:
		s.help()
	case e.Name == fyne.KeyReturn, e.Name == fyne.KeyEnter:
		s.pressPrimary()
	case s.Page() != nil:
		s.Page().Frame().Turn(e.Name)
	}
}

// edit gives a shortcut to what has the keyboard.
func (s *Shell) edit(shortcut fyne.Shortcut) {
	if to, ok := s.canvas.Focused().(fyne.Shortcutable); ok {
		to.TypedShortcut(shortcut)
	}
}

// free is f for a page that nothing stands over: what is behind a dialog waits for
// its answer.
func (s *Shell) free(f func()) func() {
	return func() {
		if s.canvas == nil || s.canvas.Overlays().Top() == nil {
			f()
		}
	}
}

// begin does something of the start page, wherever the window is.
func (s *Shell) begin(f func(*page.Start)) {
	if s.env.Session == nil {
		s.Go(page.RouteStart)
		f(s.Page().(*page.Start))
		return
	}
	f(page.NewStart(s.env))
}

func (s *Shell) look(variant string) {
	if s.o.SetVariant != nil {
		s.o.SetVariant(variant)
	}
	s.env.Variant = variant
	delete(s.pages, page.RouteSettings)
	if s.route == page.RouteSettings {
		s.Go(page.RouteSettings)
	}
}

// help opens the documentation of the page in front, and the keys that work on each.
func (s *Shell) help() {
	text, err := fs.ReadFile(resources.Help, s.route+".md")
	if err == nil && s.o.Help != nil {
		s.o.Help(string(text) + s.keyboard())
	}
}

// keyboard lists the shortcuts of the menu bar, where Fyne draws them too faintly to
// be found.
func (s *Shell) keyboard() string {
	if s.menu == nil {
		return ""
	}
	var lines strings.Builder
	lines.WriteString("\n\n## " + kit.L("Keyboard") + "\n")
	for _, m := range s.menu.Items {
		for _, i := range m.Items {
			if key, ok := i.Shortcut.(fyne.KeyboardShortcut); ok {
				lines.WriteString("\n- **" + keysOf(key) + "** " + i.Label)
			}
		}
	}
	return lines.String() + "\n"
}

// keysOf is how a shortcut is written.
func keysOf(key fyne.KeyboardShortcut) (keys string) {
	for _, m := range []struct {
		is   fyne.KeyModifier
		name string
	}{{fyne.KeyModifierControl, "Ctrl"}, {fyne.KeyModifierAlt, "Alt"}, {fyne.KeyModifierShift, "Shift"}, {fyne.KeyModifierSuper, "Cmd"}} {
		if key.Mod()&m.is != 0 {
			keys += m.name + "+"
		}
	}
	name := string(key.Key())
	if key.Key() == fyne.KeyReturn {
		name = "Enter"
	}
	return keys + name
}

// connectionMenu is where the steps stand in the menu bar.
const connectionMenu = 2

// showMenu brings the steps of the menu bar up to date.
func (s *Shell) showMenu(steps []setup.Step) {
	if s.menu == nil {
		return
	}
	var items []*fyne.MenuItem
	for i, st := range steps {
		items = append(items, item(kit.Say(st.Title), command(fyne.KeyName(rune('1'+i))), s.free(func() { s.Go(st.ID) })))
	}
	if len(items) > 0 {
		items = append(items, fyne.NewMenuItemSeparator())
	}
	items = append(items, item(kit.L("Select the page's main button"), command(fyne.KeyReturn), s.free(s.pressPrimary)))
	s.menu.Items[connectionMenu].Items = items
	s.menu.Refresh()
}

func item(title string, shortcut fyne.Shortcut, f func()) *fyne.MenuItem {
	i := fyne.NewMenuItem(title, f)
	i.Shortcut = shortcut
	return i
}

func command(key fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
}
