package store

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/roomkey/roomkey/core/problem"
)

const draftsFile = "drafts.json"

// Draft is a value that somebody typed and has not saved; Was is what the field
// held when they began. A secret is never a draft. Of a file that was chosen, the
// value is the name. Page is the step on whose page it waits to be saved, "" for
// what is used there and belongs to no document.
type Draft struct {
	Value string `json:"value"`
	Was   string `json:"was"`
	Page  string `json:"page,omitempty"`
	File  string `json:"file,omitempty"` // the content in base64
}

// MaxDraftFile is the largest file that is kept as a draft, in bytes: all drafts
// are written with every key.
const MaxDraftFile = 4 << 20

// PutDrafts keeps the drafts of a connection by field, whole or not at all. None
// removes what was kept.
func (s *Store) PutDrafts(id string, drafts map[string]Draft) error {
	if len(drafts) == 0 {
		if err := os.Remove(filepath.Join(s.dir(id), draftsFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return cannotWrite(filepath.Join(s.dir(id), draftsFile), err)
		}
		return nil
	}
	data, err := json.Marshal(drafts)
	if err != nil {
		return problem.Of(err)
	}
	return s.put(id, draftsFile, data)
}

// Drafts gives back what PutDrafts kept. What cannot be read is no draft: the
// document itself is whole.
func (s *Store) Drafts(id string) map[string]Draft {
	drafts := map[string]Draft{}
	if data, err := s.get(id, draftsFile); err == nil {
		_ = json.Unmarshal(data, &drafts)
	}
	return drafts
}
