package seatsurfing

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/google/renameio/v2/maybe"
)

// kept is all that the server keeps across restarts.
type kept struct {
	Next      int      `json:"next"`
	Providers []object `json:"providers"`
	Locations []object `json:"locations"`
	// Spaces are those of all locations; locationId says which.
	Spaces []object `json:"spaces"`
	// Users are the ids of the providers that people are bound to.
	Users []string `json:"users"`
}

func (s *Server) load() error {
	if s.o.File == "" {
		return nil
	}
	raw, err := os.ReadFile(s.o.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, &s.kept); err != nil {
		return fmt.Errorf("the file of the simulated Seatsurfing: %w", err)
	}
	return nil
}

// save writes what the server holds. A file that cannot be written costs what
// was changed since, at the next start.
func (s *Server) save() {
	if s.o.File == "" {
		return
	}
	if raw, err := json.Marshal(s.kept); err == nil {
		_ = maybe.WriteFile(s.o.File, raw, 0o600)
	}
}
