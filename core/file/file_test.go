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
	var named *os.PathError
	if data, err := Read(name, 4); !errors.As(err, &named) || named.Path != name || named.Err.Error() != "the file is larger than 4 bytes" || data != nil {
		t.Errorf("a file over the limit: %v", err)
	}
	if err := os.Truncate(name, 1<<30); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(name, MaxBytes); !errors.As(err, &named) || named.Err.Error() != "the file is larger than 32 MB" {
		t.Error(err)
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
