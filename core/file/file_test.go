package file

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestReadTakesRegularFilesUpToTheLimit(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "a")
	if err := os.WriteFile(name, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := Read(name, 5); err != nil || string(data) != "12345" {
		t.Error(string(data), err)
	}
	if data, err := Read(name, 4); err == nil || data != nil {
		t.Error("a file over the limit was read")
	}
	if _, err := Read(folder, 5); !errors.Is(err, errNotRegular) {
		t.Error(err)
	}
	if _, err := Read(name+"x", 5); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	pipe := filepath.Join(folder, "pipe")
	if exec.CommandContext(t.Context(), "mkfifo", pipe).Run() != nil {
		t.Skip("no pipes with names here")
	}
	if _, err := Read(pipe, 5); !errors.Is(err, errNotRegular) {
		t.Error(err)
	}
}
