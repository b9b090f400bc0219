package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/file"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// maxState is the largest state file that is read, in bytes: a check of
// thousands of rooms, a journal of years.
const maxState = 64 << 20

// LastCheck is the last run of the checks.
type LastCheck struct {
	At time.Time `json:"at"`
	// Digest is that of the configuration that was checked: the result means
	// nothing for another.
	Digest  string          `json:"digest"`
	Verdict string          `json:"verdict"`
	Report  json.RawMessage `json:"report,omitempty"`
	// Texts are those of the report, which is English, by their keys.
	Texts words.Kept `json:"texts,omitempty"`
}

// SaveCheck keeps the last check of a connection.
func (s *Store) SaveCheck(id string, check LastCheck) error {
	data, err := json.MarshalIndent(check, "", "  ")
	if err != nil {
		return problem.Of(err)
	}
	return s.put(id, checkFile, append(data, '\n'))
}

// LastCheck gives the last check, nil when there was none. One that cannot be
// read is the problem "store.state-damaged": check again.
func (s *Store) LastCheck(id string) (*LastCheck, error) {
	data, err := s.get(id, checkFile)
	if data == nil || err != nil {
		return nil, err
	}
	var check LastCheck
	if err := json.Unmarshal(data, &check); err != nil {
		return nil, problem.New(CodeStateDamaged, words.T("The result of the last check cannot be read: %s.", filepath.Join(s.dir(id), checkFile))).By(err).
			Fix(words.T("Run the checks again."))
	}
	return &check, nil
}

// States of a push.
const (
	// PushStarted was written before the call.
	PushStarted = "started"
	PushDone    = "done"
	// PushFailed means that the server did not take it, or holds something else
	// than what it was given.
	PushFailed = "failed"
	// PushUnknown is a push that was started and whose end nobody saw.
	PushUnknown = "unknown"
	// PushRemoved is no push: what was handed over was taken back.
	PushRemoved = "removed"
)

// Push is one attempt to hand the configuration to the booking server.
type Push struct {
	// At is when the push began.
	At     time.Time `json:"at"`
	Digest string    `json:"digest"`
	State  string    `json:"state"`
	// ETag is that of the server's content before the push, and after it once
	// State is done.
	ETag           string `json:"etag,omitempty"`
	IdempotencyKey string `json:"idempotencyKey"`
	Server         string `json:"server"`
}

// AppendPush keeps a push, or a new state of the push with the same
// IdempotencyKey.
func (s *Store) AppendPush(id string, p Push) error { return s.add(id, pushesFile, p) }

// Pushes gives every push once with its latest state, in the order in which
// they were started. One that is still "started" after a restart was
// interrupted: the server holds the old or the new configuration.
func (s *Store) Pushes(id string) ([]Push, error) {
	lines, err := s.lines(id, pushesFile)
	if err != nil {
		return nil, err
	}
	var all []Push
	at := map[string]int{}
	for _, line := range lines {
		var p Push
		if json.Unmarshal(line, &p) != nil {
			continue
		}
		i, again := at[p.IdempotencyKey]
		if again && p.IdempotencyKey != "" {
			all[i] = p
			continue
		}
		at[p.IdempotencyKey] = len(all)
		all = append(all, p)
	}
	return all, nil
}

// Made is what was made for a connection on a booking server that keeps objects
// and no configuration as a whole. Identity is the object's id there, whatever
// people call it.
type Made struct {
	// Server is its address: ids mean nothing at another.
	Server string `json:"server"`
	// Digest is the configuration's of the last hand-over that was finished, and
	// Fingerprint its credential's: the server shows neither.
	Digest      string `json:"digest,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"`
	// RedirectURIs are what the server sent people to Microsoft with, when it was
	// last asked.
	RedirectURIs []string `json:"redirectUris,omitempty"`
	// Objects are found by what they stand for: "sign-in", "location BUILDING",
	// "space ADDRESS".
	Objects map[string]MadeObject `json:"objects,omitempty"`
}

// MadeObject is one object on the server. It is noted before it is made: one
// without an id may be there, under Name, because an answer was lost.
type MadeObject struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	// In is the id of the location that holds a space.
	In string `json:"in,omitempty"`
	// Unseen is a space whose id the server said and did not show yet.
	Unseen bool `json:"unseen,omitempty"`
	// Gone is a space that was looked for everywhere and not found.
	Gone bool `json:"gone,omitempty"`
}

// UpdateMade changes what was made on the booking server, on disk when it
// returns; nobody else writes in between.
func (s *Store) UpdateMade(ctx context.Context, id string, update func(*Made)) error {
	if err := s.folder(id); err != nil {
		return err
	}
	return s.writing(ctx, id, func() error {
		made, err := s.Made(id)
		if err != nil {
			return err
		}
		update(&made)
		data, err := json.MarshalIndent(made, "", "  ")
		if err != nil {
			return problem.Of(err)
		}
		return s.put(id, madeFile, append(data, '\n'))
	})
}

// Made gives what was made on the booking server; nothing where there is no file.
func (s *Store) Made(id string) (Made, error) {
	var made Made
	data, err := s.get(id, madeFile)
	if data == nil || err != nil {
		return made, err
	}
	if err := json.Unmarshal(data, &made); err != nil {
		return made, problem.New(CodeStateDamaged, words.T("The list of what was created on the booking server cannot be read: %s.", filepath.Join(s.dir(id), madeFile))).By(err).
			Fix(words.T("Put the file back from a backup. Without it, Roomkey does not know which objects on the server are its own."))
	}
	return made, nil
}

// Journal is what was done to the tenant for a connection: it only grows.
type Journal struct {
	store *Store
	id    string
}

// Journal gives the journal of a connection.
func (s *Store) Journal(id string) *Journal { return &Journal{s, id} }

// Append adds an entry, which is on the disk when it returns.
func (j *Journal) Append(entry any) error { return j.store.add(j.id, journalFile, entry) }

// Entries gives the entries in their order. A line that was torn by a crash was
// never acknowledged and is left out.
func (j *Journal) Entries() ([]json.RawMessage, error) { return j.store.lines(j.id, journalFile) }

var cacheName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// PutCache keeps bytes that can be had again, such as the last list of rooms.
func (s *Store) PutCache(id, name string, data []byte) error {
	if !cacheName.MatchString(name) {
		return cannotWrite(filepath.Join(s.dir(id), cacheFolder, name), fs.ErrInvalid)
	}
	if err := s.folder(id); err != nil {
		return err
	}
	// Not with the folder above: it would come back of a connection that was deleted.
	if err := os.Mkdir(filepath.Join(s.dir(id), cacheFolder), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return s.unlessDeleted(id, cannotWrite(s.dir(id), err))
	}
	return s.put(id, filepath.Join(cacheFolder, name), data)
}

// Cache gives back what PutCache kept and when, ok false when there is nothing
// that can be read.
func (s *Store) Cache(id, name string) (data []byte, at time.Time, ok bool) {
	if !cacheName.MatchString(name) {
		return nil, at, false
	}
	path := filepath.Join(cacheFolder, name)
	data, err := s.get(id, path)
	if err != nil || data == nil {
		return nil, at, false
	}
	info, err := os.Stat(filepath.Join(s.dir(id), path))
	if err != nil {
		return nil, at, false
	}
	return data, info.ModTime(), true
}

// folder says when a connection is not stored: state without a document would
// be an orphan.
func (s *Store) folder(id string) error {
	if !connection.ValidID(id) {
		return misplaced(s.file(id), "")
	}
	if _, err := os.Stat(s.file(id)); errors.Is(err, fs.ErrNotExist) {
		return deleted(s.file(id))
	}
	return nil
}

// unlessDeleted is why something was not written: it may be that the connection
// was deleted meanwhile.
func (s *Store) unlessDeleted(id string, err error) error {
	if gone := s.folder(id); err != nil && gone != nil {
		return gone
	}
	return err
}

func (s *Store) put(id, name string, data []byte) error {
	if err := s.folder(id); err != nil {
		return err
	}
	return s.unlessDeleted(id, writeFile(filepath.Join(s.dir(id), name), data))
}

// get reads a state file, nil when there is none.
func (s *Store) get(id, name string) ([]byte, error) {
	if !connection.ValidID(id) {
		return nil, misplaced(s.file(id), "")
	}
	path := filepath.Join(s.dir(id), name)
	data, err := readBounded(path, maxState)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, cannotRead(path, err)
	}
	if data == nil {
		data = []byte{}
	}
	return data, nil
}

// add appends one line of JSON, synced. A torn last line is closed first, so
// that it takes only itself along.
func (s *Store) add(id, name string, entry any) error {
	if err := s.folder(id); err != nil {
		return err
	}
	line, err := json.Marshal(entry)
	if err != nil {
		return problem.Of(err)
	}
	s.append.Lock()
	defer s.append.Unlock()
	path := filepath.Join(s.dir(id), name)
	if err := file.Regular(path); err != nil {
		return cannotWrite(path, err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return s.unlessDeleted(id, cannotWrite(path, err))
	}
	if info, err := f.Stat(); err == nil && info.Size() > 0 {
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, info.Size()-1); err == nil && last[0] != '\n' {
			line = append([]byte{'\n'}, line...)
		}
	}
	_, err = f.Write(append(line, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return cannotWrite(path, err)
	}
	return nil
}

func (s *Store) lines(id, name string) ([]json.RawMessage, error) {
	data, err := s.get(id, name)
	if err != nil {
		return nil, err
	}
	var all []json.RawMessage
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		if line = bytes.TrimSpace(line); len(line) > 0 && json.Valid(line) {
			all = append(all, json.RawMessage(line))
		}
	}
	return all, nil
}
