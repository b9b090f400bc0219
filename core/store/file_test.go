package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWriteFile: whole or not at all, through a link, and into what is no file.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(file, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err == nil {
		if err := WriteFile(link, []byte("through the link")); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Errorf("the link is gone: %v %v", info, err)
		}
		if got, _ := os.ReadFile(file); string(got) != "through the link" {
			t.Errorf("the file holds %q", got)
		}
	}
	if err := WriteFile(filepath.Join(file, "below"), nil); err == nil {
		t.Error("a file below a file was written")
	}
	if err := WriteFile(os.DevNull, []byte("x")); err != nil {
		t.Errorf("a device: %v", err)
	}
	if err := WriteFile(dir, []byte("x")); err == nil {
		t.Error("a folder was written over")
	}
	for _, path := range []string{filepath.Join(dir, "missing", "x"), filepath.Join(file, "below")} {
		if err := WriteFile(path, nil); err == nil || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), temporary) {
			t.Errorf("of %s is said: %v", path, err)
		}
	}
	left, _ := filepath.Glob(filepath.Join(dir, temporary+"*"))
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestTheSystemsSentenceEndsOnce: Windows ends its messages with a full stop.
func TestTheSystemsSentenceEndsOnce(t *testing.T) {
	p := cannotWrite("file", errors.New("The system cannot find the path specified."))
	if got := p.Detail.String(); got != "System message: The system cannot find the path specified. The file was not changed." {
		t.Error(got)
	}
}
