package store

import (
	"context"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/roomkey/roomkey/core/connection"
	named "github.com/roomkey/roomkey/core/file"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Lock is the right to change what lies outside for one connection: its tenant
// and its booking server.
type Lock struct {
	store *Store
	id    string
	flock *flock.Flock
}

// Lock takes the right to work outside for the connection and keeps it until
// Unlock. The second to ask, in this process or another, gets "store.in-use". The
// document, checks, journal and cache are written without it: two may change the
// document at once, and a scheduled check runs while a window is open.
func (s *Store) Lock(id string) (*Lock, error) {
	if !connection.ValidID(id) {
		return nil, misplaced(s.file(id), "")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held[id] != nil {
		return nil, inUse(s.file(id))
	}
	// A file beside the folder: Windows lets nobody read a locked file, nor
	// delete a folder with one in it.
	file := filepath.Join(s.root, id+".lock")
	if err := named.Regular(file); err != nil {
		return nil, cannotWrite(file, err)
	}
	l := &Lock{store: s, id: id, flock: flock.New(file, flock.SetPermissions(0o600))}
	ok, err := l.flock.TryLock()
	if err != nil {
		return nil, cannotWrite(file, err)
	}
	if !ok {
		return nil, inUse(s.file(id))
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

// writePatience is how long a writer waits for the one before: a write takes
// milliseconds.
const writePatience = 5 * time.Second

// Naming runs work while nobody else gives a connection a name, in this process
// or another: a name that is looked for and found free is free until work ends.
func (s *Store) Naming(ctx context.Context, work func() error) error {
	return s.writing(ctx, "names", work)
}

// writing runs work while nobody else writes the document.
func (s *Store) writing(ctx context.Context, id string, work func() error) error {
	file := filepath.Join(s.root, id+".write.lock")
	if err := named.Regular(file); err != nil {
		return cannotWrite(file, err)
	}
	l := flock.New(file, flock.SetPermissions(0o600))
	patient, cancel := context.WithTimeout(ctx, writePatience)
	defer cancel()
	ok, err := l.TryLockContext(patient, 2*time.Millisecond)
	switch {
	case ctx.Err() != nil:
		return problem.Of(ctx.Err())
	case patient.Err() != nil:
		return inUse(s.file(id))
	case err != nil || !ok:
		return cannotWrite(file, err)
	}
	defer func() { _ = l.Unlock() }() // the system gives it back anyway
	return work()
}

func inUse(file string) *problem.Problem {
	p := problem.New(codeInUse, words.T("Another copy of Roomkey is working on this connection.")).
		With(words.Plain(file))
	return p.Fix(words.T("Wait until the other window or terminal (a program named roomkey or roomkeyctl) has finished, then try again."))
}
