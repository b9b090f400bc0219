package store

import (
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Lock is the right to change one connection.
type Lock struct {
	store *Store
	id    string
	flock *flock.Flock
}

// Lock takes the right to change the connection and keeps it until Unlock. The
// second to ask, in this process or another, gets "store.in-use": it may load
// and look, but not save. Checks, journal and cache are written without it, so
// that a scheduled check runs while a window is open.
func (s *Store) Lock(id string) (*Lock, error) {
	if !connection.ValidID(id) {
		return nil, misplaced(s.File(id), "")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held[id] != nil {
		return nil, inUse(s.File(id))
	}
	// A file beside the folder: Windows lets nobody read a locked file, nor
	// delete a folder with one in it.
	file := filepath.Join(s.root, id+".lock")
	l := &Lock{store: s, id: id, flock: flock.New(file, flock.SetPermissions(0o600))}
	ok, err := l.flock.TryLock()
	if err != nil {
		return nil, cannotWrite(file, err)
	}
	if !ok {
		return nil, inUse(s.File(id))
	}
	s.held[id] = l
	return l, nil
}

// Unlock gives the right back. It may be called twice.
func (l *Lock) Unlock() error {
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	if l.store.held[l.id] == l {
		delete(l.store.held, l.id)
	}
	return l.flock.Unlock()
}

// locked runs work under the lock of the connection, the one that this store
// holds already or one of its own.
func (s *Store) locked(id string, work func() error) error {
	s.mu.Lock()
	held := s.held[id] != nil
	s.mu.Unlock()
	if held {
		return work()
	}
	l, err := s.Lock(id)
	if err != nil {
		return err
	}
	defer func() { _ = l.Unlock() }() // the system gives it back anyway
	return work()
}

func inUse(file string) *problem.Problem {
	p := problem.New("store.in-use", words.T("This connection is open in another Roomkey, so it can be looked at here but not saved.")).
		With(words.Plain(file))
	return p.Fix(words.T("Close the connection in the other window or terminal (a program named roomkey or roomkeyctl), then try again."))
}
