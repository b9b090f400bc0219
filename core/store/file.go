package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

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
// the disk, then renamed over it. What is no ordinary file (a pipe, a terminal)
// is written to directly, and a link's target is what is replaced.
func WriteFile(path string, data []byte) error {
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

// writeInto writes to what is there already. A pipe that nobody reads refuses:
// to open it would wait for ever.
func writeInto(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
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
