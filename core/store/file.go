package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/roomkey/roomkey/core/file"
)

// temporary starts the names of files that are being written, onTheWayOut those
// of folders that are being deleted.
const (
	temporary   = ".writing-"
	onTheWayOut = ".deleted-"
)

// writeFile is WriteFile for a file of the configuration folder.
func writeFile(path string, data []byte) error {
	if err := WriteFile(path, data); err != nil {
		return cannotWrite(path, err)
	}
	return nil
}

// WriteFile puts data at path whole or not at all: a file beside it, synced to
// the disk, then renamed over it. A pipe and a terminal are written to directly,
// and a link's target is what is replaced. Other devices are refused, since they
// keep nothing, or are a disk; only the null device is taken when it is named
// itself, by somebody who wants nothing kept. An error names path.
func WriteFile(path string, data []byte) error {
	if err := replace(path, data); err != nil {
		return naming(path, err)
	}
	return nil
}

// naming is err of the file that was meant, and not of the one beside it.
func naming(path string, err error) error {
	var of *os.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &of):
		return &os.PathError{Op: of.Op, Path: path, Err: of.Err}
	case errors.As(err, &link):
		return &os.PathError{Op: link.Op, Path: path, Err: link.Err}
	}
	return err
}

func replace(path string, data []byte) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return writeInto(path, data)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	f, err := os.CreateTemp(filepath.Dir(path), temporary+"*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	syncFolder(filepath.Dir(path))
	return nil
}

var errDevice = errors.New("it is a device that is not a terminal")

// writeInto writes to what is there already. A pipe that nobody reads refuses:
// to open it would wait for ever.
func writeInto(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && info.Mode()&os.ModeDevice != 0 && !term.IsTerminal(int(f.Fd())) && !isNull(path, info) {
		err = &os.PathError{Op: "write", Path: path, Err: errDevice}
	}
	if err == nil {
		_, err = f.Write(data)
	}
	return errors.Join(err, f.Close())
}

// isNull is whether path is the null device by its own name, or by that of an
// output of the program that leads there (/dev/stdout).
func isNull(path string, info os.FileInfo) bool {
	null, err := os.Stat(os.DevNull)
	return strings.EqualFold(path, os.DevNull) || err == nil && os.SameFile(null, info) && strings.HasPrefix(filepath.Clean(path), "/dev/")
}

// rename retries while a virus scanner or an indexer has the file open, which
// on Windows makes it fail for a moment.
func rename(from, to string) error {
	return unlessBusy(func() error { return os.Rename(from, to) })
}

// unlessBusy repeats a call for as long as the system says that the file is in
// use, for two seconds at most.
func unlessBusy(call func() error) error {
	var err error
	for wait := 5 * time.Millisecond; wait < time.Second; wait *= 2 {
		if err = call(); err == nil || !isBusy(err) {
			return err
		}
		time.Sleep(wait)
	}
	return err
}

// tidy removes what an earlier Roomkey that was interrupted left in the folder:
// half-written files, connections on their way out, and the locks of connections
// that are gone. What cannot be removed is tried again at the next start.
func (s *Store) tidy() {
	entries, err := os.ReadDir(s.root)
	if err != nil {
		return
	}
	sweep(s.root)
	for _, e := range entries {
		path := filepath.Join(s.root, e.Name())
		id, isLock := strings.CutSuffix(strings.TrimSuffix(e.Name(), ".lock"), ".write")
		switch {
		case strings.HasPrefix(e.Name(), onTheWayOut) && old(e):
			_ = os.RemoveAll(path)
		case e.IsDir():
			sweep(path)
			sweep(filepath.Join(path, cacheFolder))
		case (isLock || strings.HasSuffix(e.Name(), ".lock")) && old(e):
			if _, err := os.Stat(s.dir(id)); errors.Is(err, os.ErrNotExist) {
				_ = os.Remove(path)
			}
		}
	}
}

// old is whether nobody can be at it any more.
func old(e os.DirEntry) bool {
	info, err := e.Info()
	return err == nil && time.Since(info.ModTime()) > time.Hour
}

// sweep removes what an interrupted write left behind. The caller holds the
// lock of the connection; state files are written without it, so only what is
// old is removed.
func sweep(folder string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), temporary) && old(e) {
			_ = os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}

// readBounded reads a file of at most limit bytes. Where another Roomkey is
// just putting a new one in its place, Windows refuses to open it for a moment.
func readBounded(path string, limit int64) (data []byte, err error) {
	err = unlessBusy(func() error {
		data, err = file.Read(path, limit)
		return err
	})
	return data, err
}
