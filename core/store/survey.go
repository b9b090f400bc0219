package store

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// The files that are about all connections.
const (
	dailyFile  = "daily.json"
	surveyFile = "survey.json"
)

// Daily is what the system was told to run each day.
type Daily struct {
	// At is the time of day in the computer's own time, such as 07:00.
	At string `json:"at"`
	// Webhook is the form of the message to a webhook, "" for none.
	Webhook string `json:"webhook,omitempty"`
	// Since is when the system was told.
	Since time.Time `json:"since"`
}

// Survey is what asking every connection came to.
type Survey struct {
	At time.Time `json:"at"`
	// Connections is how many there were, Wanting how many want attention.
	Connections int `json:"connections"`
	Wanting     int `json:"wanting"`
	// Trouble is what went wrong with the asking itself.
	Trouble []words.Text `json:"trouble,omitempty"`
}

// SaveDaily keeps what the system was told, nil that it runs nothing.
func (s *Store) SaveDaily(d *Daily) error {
	if d != nil {
		return s.putRoot(dailyFile, d)
	}
	path := filepath.Join(s.root, dailyFile)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return cannotWrite(path, err)
	}
	return nil
}

// Daily is what the system was told, ok is false for nothing.
func (s *Store) Daily() (d Daily, ok bool) {
	ok = s.getRoot(dailyFile, &d) && d.At != ""
	return d, ok
}

// SaveSurvey keeps what the last survey came to.
func (s *Store) SaveSurvey(v Survey) error { return s.putRoot(surveyFile, v) }

// LastSurvey is what the last survey came to, ok is false when there was none.
func (s *Store) LastSurvey() (v Survey, ok bool) {
	ok = s.getRoot(surveyFile, &v)
	return v, ok
}

func (s *Store) putRoot(name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return problem.Of(err)
	}
	return writeFile(filepath.Join(s.root, name), append(data, '\n'))
}

// getRoot reads what is made anew by the next run: damaged is none.
func (s *Store) getRoot(name string, v any) bool {
	data, err := readBounded(filepath.Join(s.root, name), maxState)
	return err == nil && json.Unmarshal(data, v) == nil
}
