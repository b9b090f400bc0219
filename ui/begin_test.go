package ui

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"github.com/roomkey/roomkey/core/connection"
)

// TestBeginsWithAFile: the system opens an exported connection with Roomkey.
func TestBeginsWithAFile(t *testing.T) {
	b := newFake(t)
	data, err := connection.New("Contoso").Encode()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "contoso.roomkey")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	queue := make(chan func(), 100)
	New(t.Context(), test.NewTempApp(t), b, func(f func()) { queue <- f }, file)
	for deadline := time.After(20 * time.Second); ; {
		select {
		case f := <-queue:
			f()
		case <-deadline:
			t.Fatal("the file was not imported")
		}
		if all, _ := b.List(); len(all) == 1 {
			return
		}
	}
}
