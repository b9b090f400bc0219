//go:build unix

package store

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestWriteFileToAPipe: who reads a pipe gets the file; one that nobody reads is
// refused at once.
func TestWriteFileToAPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	refused := make(chan error, 1)
	go func() { refused <- WriteFile(pipe, []byte("x")) }()
	select {
	case err := <-refused:
		if !errors.Is(err, syscall.ENXIO) {
			t.Errorf("nobody reads it: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for a reader")
	}
	reader, err := os.OpenFile(pipe, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	long := make([]byte, 1<<20) // more than a pipe holds
	wrote := make(chan error, 1)
	go func() { wrote <- WriteFile(pipe, long) }()
	for left := len(long); left > 0; {
		n, err := reader.Read(make([]byte, left))
		if err != nil {
			t.Fatal(err)
		}
		left -= n
	}
	if err := <-wrote; err != nil {
		t.Error(err)
	}
}
