package ui

import (
	"errors"
	"path/filepath"
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"github.com/roomkey/roomkey/core/file"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
)

// Dialogs asks for files: with the system's own dialogs on Windows and macOS, with
// Fyne's over the window elsewhere. Each begins in the folder in which it ended
// last. Files are read and written away from the UI thread: they may be on a slow
// network drive.
func Dialogs(w fyne.Window, d kit.Dispatch, keep fyne.Preferences) page.Files {
	fallback := &dialogs{window: w, dispatch: d, folders: folders{keep}}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return &native{dialogs: fallback}
	}
	return fallback
}

type dialogs struct {
	window   fyne.Window
	dispatch kit.Dispatch
	folders  folders
}

// The dialogs, as their folders are remembered.
const (
	opening  = "open"
	saving   = "save"
	choosing = "folder"
)

// folders remembers in which folder each dialog ended.
type folders struct{ keep fyne.Preferences }

func (f folders) last(dialog string) string { return f.keep.String("folder." + dialog) }

// ended remembers the folder of a file.
func (f folders) ended(dialog, path string) {
	f.keep.SetString("folder."+dialog, filepath.Dir(path))
}

// show opens a file dialog with room for its columns. It has no size before it
// is shown: Fyne's Resize fails then.
func (d *dialogs) show(f *dialog.FileDialog, which string) {
	if last := d.folders.last(which); last != "" {
		if at, err := storage.ListerForURI(storage.NewFileURI(last)); err == nil { // else it is gone
			f.SetLocation(at)
		}
	}
	f.Show()
	f.Resize(fyne.NewSize(860, 560))
}

func (d *dialogs) fail(err error) { dialog.ShowError(err, d.window) }

func (d *dialogs) Open(extensions []string, got func(string, []byte)) {
	open := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		if err != nil {
			d.fail(err)
			return
		}
		if r == nil {
			return
		}
		_ = r.Close() // it is read as every file that is named
		d.folders.ended(opening, filepath.FromSlash(r.URI().Path()))
		go func() {
			data, err := read(r.URI())
			d.dispatch(func() {
				if err != nil {
					d.fail(err)
					return
				}
				got(r.URI().Name(), data)
			})
		}()
	}, d.window)
	open.SetFilter(regular{storage.NewExtensionFileFilter(extensions)})
	d.show(open, opening)
}

// take reads the files that were dropped onto the window, away from the UI
// thread, and hands them to the page in front.
func take(s *Shell, dropped []fyne.URI, dispatch kit.Dispatch) {
	go func() {
		for _, u := range dropped {
			data, err := read(u)
			dispatch(func() {
				if err != nil {
					s.Refuse(unread(u.Name(), err))
					return
				}
				s.Take(u.Name(), data)
			})
		}
	}()
}

func read(u fyne.URI) ([]byte, error) {
	return file.Read(filepath.FromSlash(u.Path()), file.MaxBytes)
}

// regular leaves out of a dialog what only looks like a file: Fyne opens what was
// chosen on the UI thread, and opening a pipe waits until somebody writes to it.
type regular struct{ storage.FileFilter }

func (r regular) Matches(u fyne.URI) bool {
	return r.FileFilter.Matches(u) && file.Regular(filepath.FromSlash(u.Path())) == nil
}

func unread(name string, err error) *problem.Problem {
	if p := new(problem.Problem); errors.As(err, &p) {
		return p
	}
	return problem.New(codeFileNotRead, words.T("The file %s could not be read.", problem.Line(name))).With(words.Plain(err.Error())).
		Fix(words.T("Check that it is a file, not a folder, and that you can read it. Then drop it again.")).By(err)
}

func (d *dialogs) Save(f page.File, saved func(string, *problem.Problem)) {
	save := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		if err != nil {
			saved("", unwritten(err))
			return
		}
		if w == nil {
			return
		}
		d.folders.ended(saving, filepath.FromSlash(w.URI().Path()))
		go func() {
			_, err := w.Write(f.Data)
			if closed := w.Close(); err == nil {
				err = closed
			}
			path := filepath.FromSlash(w.URI().Path())
			d.dispatch(func() { saved(path, unwritten(err)) })
		}()
	}, d.window)
	save.SetFileName(f.Name)
	d.show(save, saving)
}

func unwritten(err error) *problem.Problem {
	if err == nil {
		return nil
	}
	return problem.New(codeFileNotWritten, words.T("The file could not be written.")).With(words.Plain(err.Error())).
		Fix(words.T("Choose another folder, or free space on the disk, and save again.")).By(err)
}

func (d *dialogs) Folder(got func(string)) {
	open := dialog.NewFolderOpen(func(u fyne.ListableURI, err error) {
		if err != nil {
			d.fail(err)
			return
		}
		if u != nil {
			path := filepath.FromSlash(u.Path())
			d.folders.ended(choosing, path)
			got(path)
		}
	}, d.window)
	d.show(open, choosing)
}
