// Package file reads the files that somebody named, such as a certificate
// authority, a plan or a picture, without hanging on a pipe or filling the memory.
package file

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// MaxBytes is the largest file that any of Roomkey's inputs may be.
const MaxBytes = 32 << 20

// errNotRegular is a name that stands for a folder, a pipe or a device.
var errNotRegular = errors.New("it is not a regular file but a folder, a pipe or a device")

// Regular is nil for a regular file and for a name that is free: only these may
// be opened to write. Opening a pipe waits until somebody reads from it.
func Regular(name string) error {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &os.PathError{Op: "open", Path: name, Err: errNotRegular}
	}
	return nil
}

// Read reads a regular file of at most limit bytes. Anything else is refused
// before it is opened: opening a pipe waits until somebody writes into it.
func Read(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, &os.PathError{Op: "read", Path: name, Err: errNotRegular}
	case info.Size() > limit:
		return nil, tooLarge(name, limit)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1)) // it may have grown, and in /proc it has no size
	if err == nil && int64(len(data)) > limit {
		return nil, tooLarge(name, limit)
	}
	return data, err
}

func tooLarge(name string, limit int64) error {
	size := fmt.Sprintf("%d bytes", limit)
	switch {
	case limit%(1<<20) == 0:
		size = fmt.Sprintf("%d MB", limit>>20)
	case limit%(1<<10) == 0:
		size = fmt.Sprintf("%d KB", limit>>10)
	}
	return &os.PathError{Op: "read", Path: name, Err: fmt.Errorf("the file is larger than %s", size)}
}
