package ui

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/ncruces/zenity"

	"github.com/roomkey/roomkey/core/file"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
)

// native asks for files with the system's own dialogs: on Windows those of the
// shell, on macOS those of its scripting. They answer on their own goroutine, and
// one is open at a time.
type native struct {
	*dialogs
	open bool
}

// ask opens a dialog in the folder in which it ended last, then calls chosen with
// the path on a goroutine of its own, unless the person has cancelled.
func (n *native) ask(which, name string, open func(...zenity.Option) (string, error), chosen func(path string), options ...zenity.Option) {
	if n.open {
		return
	}
	n.open = true
	at := name
	if last := n.folders.last(which); last != "" {
		at = last + string(filepath.Separator) + name
	}
	go func() {
		path, err := open(append(options, zenity.Filename(at), zenity.Modal())...)
		n.dispatch(func() {
			n.open = false
			switch {
			case errors.Is(err, zenity.ErrCanceled):
			case err != nil:
				n.fail(err)
			default:
				n.folders.ended(which, path)
				go chosen(path)
			}
		})
	}()
}

func (n *native) Open(extensions []string, got func(string, []byte)) {
	var patterns []string
	for _, e := range extensions {
		patterns = append(patterns, "*"+e)
	}
	filter := zenity.FileFilters{{Name: strings.Join(patterns, ", "), Patterns: patterns, CaseFold: true}}
	n.ask(opening, "", zenity.SelectFile, func(path string) {
		data, err := file.Read(path, file.MaxBytes)
		n.dispatch(func() {
			if err != nil {
				n.fail(err)
				return
			}
			got(filepath.Base(path), data)
		})
	}, filter, zenity.Title(kit.L("Open a file")))
}

func (n *native) Save(f page.File, saved func(string, *problem.Problem)) {
	n.ask(saving, f.Name, zenity.SelectFileSave, func(path string) {
		err := os.WriteFile(path, f.Data, 0o600)
		n.dispatch(func() { saved(path, unwritten(err)) })
	}, zenity.ConfirmOverwrite(), zenity.Title(kit.L("Save a file")))
}

func (n *native) Folder(got func(string)) {
	n.ask(choosing, "", zenity.SelectFile, func(path string) {
		n.dispatch(func() { got(path) })
	}, zenity.Directory(), zenity.Title(kit.L("Choose a folder")))
}
