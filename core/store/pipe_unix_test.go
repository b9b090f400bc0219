//go:build unix

package store

import (
	"errors"
	"fmt"
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

// TestWriteFileToADevice: only a terminal, a pipe and the null device by its own
// name take a file; through a link a device would keep nothing of it.
func TestWriteFileToADevice(t *testing.T) {
	dir := t.TempDir()
	for target, link := range map[string]string{"/dev/null": "report.html", "/dev/zero": "plan.json", "/dev/full": "connection.json"} {
		link = filepath.Join(dir, link)
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
		if err := WriteFile(link, []byte("x")); !errors.Is(err, errDevice) {
			t.Errorf("a link to %s: %v", target, err)
		}
	}
	if err := WriteFile("/dev/zero", []byte("x")); !errors.Is(err, errDevice) {
		t.Errorf("/dev/zero: %v", err)
	}
	null, err := os.OpenFile("/dev/null", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer write.Close()
	for _, output := range []*os.File{null, write} {
		if err := WriteFile(fmt.Sprintf("/dev/fd/%d", output.Fd()), []byte("x")); err != nil {
			t.Errorf("an output that is %s: %v", output.Name(), err)
		}
	}
	if _, err := os.Stat("/dev/ptmx"); err == nil {
		if err := WriteFile("/dev/ptmx", []byte("x")); err != nil {
			t.Errorf("a terminal: %v", err)
		}
	}
}
