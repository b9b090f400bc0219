// Package store keeps connections on disk: a folder a connection with the
// document, and beside it what was proven and done (last check, pushes,
// journal, cache), so that an imported document cannot carry a green.
package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// The files of a connection's folder.
const (
	documentFile = "document.json"
	checkFile    = "check.json"
	madeFile     = "made.json"
	pushesFile   = "pushes.jsonl"
	journalFile  = "journal.jsonl"
	cacheFolder  = "cache"
)

// Store is a config folder. It may be used from several goroutines.
type Store struct {
	root string
	mu   sync.Mutex
	held map[string]*Lock
	// append orders what this process adds to the files that only grow.
	append sync.Mutex
}

// Open opens the config folder dir and makes it when it is not there.
func Open(dir string) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, cannotRead(dir, err)
	}
	s := &Store{root: filepath.Join(dir, "connections"), held: map[string]*Lock{}}
	if err := os.MkdirAll(s.root, 0o700); err != nil {
		return nil, cannotWrite(s.root, err)
	}
	s.tidy()
	return s, nil
}

// Entry is one connection in a list.
type Entry struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Cloud    string    `json:"cloud"`
	Tenant   string    `json:"tenant"`
	Product  string    `json:"product"`
	File     string    `json:"file"`
	Modified time.Time `json:"modified"`
}

// dir is the folder of a connection.
func (s *Store) dir(id string) string { return filepath.Join(s.root, id) }

// file is the document of a connection.
func (s *Store) file(id string) string { return filepath.Join(s.root, id, documentFile) }

// List gives the connections by name. A document that cannot be read is a
// problem that names it, is left as it is, and does not keep the others from
// loading.
func (s *Store) List() ([]Entry, []*problem.Problem) {
	folders, err := os.ReadDir(s.root)
	if err != nil {
		return nil, []*problem.Problem{cannotRead(s.root, err)}
	}
	var entries []Entry
	var problems []*problem.Problem
	for _, f := range folders {
		id := f.Name()
		if !f.IsDir() || strings.HasPrefix(id, ".") {
			continue
		}
		info, err := os.Stat(s.file(id))
		if errors.Is(err, fs.ErrNotExist) {
			if rest, _ := os.ReadDir(s.dir(id)); len(rest) > 0 {
				problems = append(problems, missing(s.file(id)))
			}
			continue
		}
		if err != nil {
			problems = append(problems, cannotRead(s.file(id), err))
			continue
		}
		c, err := s.Load(id)
		if err != nil {
			problems = append(problems, problem.Of(err))
			continue
		}
		tenant := c.Tenant.Domain
		if tenant == "" {
			tenant = c.Tenant.ID
		}
		entries = append(entries, Entry{ID: id, Name: c.Name, Cloud: c.Cloud, Tenant: tenant, Product: c.Product.ID, File: s.file(id), Modified: info.ModTime()})
	}
	slices.SortFunc(entries, func(a, b Entry) int {
		if n := strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	return entries, problems
}

// Load reads one connection. Its problems are those of connection.Parse,
// "store.unknown-connection" and "store.cannot-read".
func (s *Store) Load(id string) (*connection.Connection, error) {
	file := s.file(id)
	if !connection.ValidID(id) {
		return nil, misplaced(file, "")
	}
	data, err := readBounded(file, connection.MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, deleted(file) // an id is of one that was there
	}
	if err != nil {
		return nil, cannotRead(file, err)
	}
	c, p := connection.Parse(data, file)
	if p != nil {
		return nil, p
	}
	if c.ID != id {
		return nil, misplaced(file, c.ID)
	}
	c.Revision = revision(data)
	return c, nil
}

// FindByName loads the connection with this name or id, or the one that somebody
// who types this means, unless there are two.
func (s *Store) FindByName(name string) (*connection.Connection, error) {
	entries, broken := s.List()
	var exact, loose []Entry
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
		if e.ID == name {
			return s.Load(e.ID)
		}
		if e.Name == name {
			exact = append(exact, e)
		}
		if connection.Means(name, e.Name) {
			loose = append(loose, e)
		}
	}
	if len(exact) == 0 {
		exact = loose
	}
	switch {
	case len(exact) == 1:
		return s.Load(exact[0].ID)
	case len(exact) > 1:
		var ids []string
		for _, e := range exact {
			ids = append(ids, e.ID)
		}
		return nil, problem.New(codeAmbiguous, words.T("There are %d connections with the name %q.", len(exact), name)).
			Fix(words.T("Use the ID instead of the name: %s.", strings.Join(ids, ", ")))
	}
	p := unknownConnection(name, names)
	if len(broken) > 0 {
		p.With(words.T("It may be one of those that cannot be read: %s", broken[0].Title))
	}
	return nil, p
}

// Save writes the document, whole or not at all, and sets its Revision. It
// refuses with "store.changed" when the document on disk is not the one that c was
// loaded from, and with "store.cannot-write" when the disk does.
func (s *Store) Save(ctx context.Context, c *connection.Connection) error {
	if err := ctx.Err(); err != nil {
		return problem.Of(err)
	}
	if !connection.ValidID(c.ID) {
		return misplaced(s.file(c.ID), c.ID)
	}
	return s.writing(ctx, c.ID, func() error { return s.save(c) })
}

// Update applies edit to the document as it is on disk now, saves it and gives
// it, with its Revision: nobody else writes in between. What edit refuses changes
// nothing.
func (s *Store) Update(ctx context.Context, id string, edit func(*connection.Connection) error) (*connection.Connection, error) {
	if !connection.ValidID(id) {
		return nil, misplaced(s.file(id), "")
	}
	if _, err := os.Stat(s.file(id)); errors.Is(err, fs.ErrNotExist) {
		return nil, deleted(s.file(id))
	}
	var c *connection.Connection
	err := s.writing(ctx, id, func() (err error) {
		if c, err = s.Load(id); err != nil {
			return err
		}
		if err := edit(c); err != nil {
			return err
		}
		return s.save(c)
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (s *Store) save(c *connection.Connection) error {
	file := s.file(c.ID)
	data, err := c.Encode()
	if err != nil {
		return problem.Of(err)
	}
	if _, p := connection.Parse(data, file); p != nil {
		return p // nothing is written that could not be read again
	}
	now, err := readBounded(file, connection.MaxSize)
	isNew := errors.Is(err, fs.ErrNotExist) && c.Revision == ""
	switch {
	case isNew:
		if err := os.MkdirAll(s.dir(c.ID), 0o700); err != nil {
			return cannotWrite(s.dir(c.ID), err)
		}
	case errors.Is(err, fs.ErrNotExist):
		return deleted(file)
	case err != nil:
		return cannotRead(file, err)
	case revision(now) != c.Revision:
		return changed(file)
	case bytes.Equal(now, data):
		return nil
	}
	sweep(s.dir(c.ID))
	if err := writeFile(file, data); err != nil {
		if isNew {
			_ = os.Remove(s.dir(c.ID)) // it is empty; what has files in it stays
		}
		return err
	}
	c.Revision = revision(data)
	return nil
}

// Delete removes the connection with everything beside its document, unless
// another works on it ("store.in-use"). Secrets are the vault's to delete. Where another program holds a file of it, the
// connection is gone all the same, and "store.left-over" names what is left.
func (s *Store) Delete(ctx context.Context, id string) error {
	l, err := s.Lock(id)
	if err != nil {
		return err
	}
	defer func() { _ = l.Unlock() }() // the system gives it back anyway
	return l.Delete(ctx)
}

// Delete is the store's, by who has the right to work on the connection.
func (l *Lock) Delete(ctx context.Context) error {
	s, id := l.store, l.id
	if _, err := os.Stat(s.dir(id)); errors.Is(err, fs.ErrNotExist) {
		return deleted(s.file(id))
	}
	return s.writing(ctx, id, func() error {
		// Moved aside first, so that a crash leaves no half connection.
		gone, err := os.MkdirTemp(s.root, onTheWayOut)
		if err != nil {
			return cannotWrite(s.root, err)
		}
		if err := rename(s.dir(id), filepath.Join(gone, id)); err != nil {
			_ = os.Remove(gone)
			return cannotWrite(s.dir(id), err)
		}
		if err := unlessBusy(func() error { return removeAll(gone) }); err != nil {
			return leftOver(gone, err)
		}
		return nil
	})
}

// removeAll is replaced in a test.
var removeAll = os.RemoveAll

func revision(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}
