package store

import (
	"context"
	"encoding/json"
	"path/filepath"

	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

const evidenceFile = "evidence.json"

// evidenceSchema is the version of the file of evidence.
const evidenceSchema = 1

type storedEvidence struct {
	Schema  int               `json:"schema"`
	Records []evidence.Record `json:"records"`
	// Texts are those of the records, which are English, by their keys.
	Texts words.Kept `json:"texts,omitempty"`
}

// Evidence gives what is remembered of a connection; kept is false when nothing
// was kept yet, which is so after an update from a version that kept none. A
// file that cannot be read is the problem "store.state-damaged".
func (s *Store) Evidence(id string) (records []evidence.Record, kept bool, err error) {
	data, err := s.get(id, evidenceFile)
	if data == nil || err != nil {
		return nil, false, err
	}
	var stored storedEvidence
	if err := json.Unmarshal(data, &stored); err != nil || stored.Schema > evidenceSchema {
		return nil, false, problem.New(CodeStateDamaged, words.T("The previous test cannot be read: %s.", filepath.Join(s.dir(id), evidenceFile))).By(err).
			Fix(words.T("Delete this file and run the checks again, or open the connection with the version of Roomkey that wrote it."))
	}
	stored.Texts.Restore(&stored.Records)
	return stored.Records, true, nil
}

// UpdateEvidence replaces what is remembered by what update makes of it; nobody
// else writes in between.
func (s *Store) UpdateEvidence(ctx context.Context, id string, update func(records []evidence.Record, kept bool) []evidence.Record) error {
	if err := s.folder(id); err != nil {
		return err
	}
	return s.writing(ctx, id, func() error {
		records, kept, err := s.Evidence(id)
		if err != nil {
			return err
		}
		records = update(records, kept)
		data, err := json.MarshalIndent(storedEvidence{evidenceSchema, records, words.Keep(records)}, "", "  ")
		if err != nil {
			return problem.Of(err)
		}
		return s.put(id, evidenceFile, append(data, '\n'))
	})
}
