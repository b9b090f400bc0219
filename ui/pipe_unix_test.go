//go:build unix

package ui

import (
	"path/filepath"
	"syscall"
	"testing"

	"fyne.io/fyne/v2/storage"
)

// TestAPipeIsNoFile: one that is dropped is refused at once, and no dialog offers
// one. Reading it would wait until somebody writes to it.
func TestAPipeIsNoFile(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "rooms.csv")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	at := storage.NewFileURI(pipe)
	if _, err := read(at); unread("rooms.csv", err).Code != codeFileNotRead {
		t.Errorf("dropped: %v", err)
	}
	offers := regular{storage.NewExtensionFileFilter([]string{".csv"})}
	if offers.Matches(at) || !offers.Matches(storage.NewFileURI(filepath.Join(t.TempDir(), "new.csv"))) {
		t.Error("the dialog offers the pipe, or no file")
	}
}
