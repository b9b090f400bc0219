package booking

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/google/renameio/v2/maybe"
)

// state is all that the booking server keeps, in one file, so that a
// configuration and the idempotency key that brought it appear together or not
// at all.
type state struct {
	// Revision counts the changes; the ETag is made of it.
	Revision int               `json:"revision"`
	Stored   *stored           `json:"stored,omitempty"`
	Pushes   map[string]replay `json:"pushes,omitempty"`
}

// replay is the answer that was given under an idempotency key.
type replay struct {
	Request string          `json:"request"`
	Status  int             `json:"status"`
	ETag    string          `json:"etag,omitempty"`
	Body    json.RawMessage `json:"body"`
	At      time.Time       `json:"at"`
}

// replayFor is how long the contract keeps an idempotency key.
const replayFor = 24 * time.Hour

func (s *state) etag() string {
	if s.Stored == nil {
		return ""
	}
	return fmt.Sprintf(`"r%d"`, s.Revision)
}

func folder(dir string) string { return filepath.Join(dir, "booking") }

func load(dir string) (*state, error) {
	state := &state{Pushes: map[string]replay{}}
	raw, err := os.ReadFile(filepath.Join(folder(dir), "configuration.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return state, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, state); err != nil {
		return nil, fmt.Errorf("the booking server's file: %w", err)
	}
	return state, nil
}

func (s *state) save(dir string, now time.Time) error {
	for key, p := range s.Pushes {
		if now.Sub(p.At) > replayFor {
			delete(s.Pushes, key)
		}
	}
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return maybe.WriteFile(filepath.Join(folder(dir), "configuration.json"), raw, 0o600)
}

// Identity reads the age identity name of dir, making it at the first use.
func Identity(dir, name string) (*age.X25519Identity, error) {
	file := filepath.Join(folder(dir), name)
	raw, err := os.ReadFile(file)
	if err == nil {
		return age.ParseX25519Identity(strings.TrimSpace(string(raw)))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, err
	}
	return identity, maybe.WriteFile(file, []byte(identity.String()+"\n"), 0o600)
}

// unseal opens a sealed credential.
func unseal(sealed string, identities ...age.Identity) (sealedCredential, error) {
	var c sealedCredential
	r, err := age.Decrypt(armor.NewReader(strings.NewReader(sealed)), identities...)
	if err != nil {
		return c, err
	}
	raw, err := io.ReadAll(io.LimitReader(r, 64<<10))
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return c, errors.New("the sealed text is not a credential document")
	}
	return c, nil
}
