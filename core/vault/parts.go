package vault

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/zalando/go-keyring"
)

// partSize is how many bytes one entry holds. Windows takes 2,560 bytes; macOS
// takes a command line of 4,096 bytes in which the text is base64 (2,560 bytes
// become 3,434 with the names around); the Secret Service has no limit. One
// size for all means that what is tested on one system is what runs on the
// others.
const partSize = 2560

// manifestMark starts an entry that only says where the parts are: mark, slot,
// number of parts, SHA-256 of the whole.
const manifestMark = "roomkey-parts"

// A secret that fits is one entry. A longer one is parts in the slot "a" or
// "b", whichever the stored one does not use, and then a manifest in the
// secret's own entry: until that is written the old secret is still whole, and
// without it the parts mean nothing.
type step struct {
	ctx      context.Context
	keychain *keychain
}

func (s step) get(user string) (string, bool, error) {
	if err := s.ctx.Err(); err != nil {
		return "", false, err
	}
	text, err := s.keychain.items.Get(s.keychain.service, user)
	if errors.Is(err, keyring.ErrNotFound) {
		return "", false, nil
	}
	return text, err == nil, err
}

// set writes one entry and reads it back: macOS's security tool reports success
// in cases where nothing was stored, and so does a dismissed prompt on Linux.
func (s step) set(user, text string) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	if err := s.keychain.items.Set(s.keychain.service, user, text); err != nil {
		return err
	}
	back, there, err := s.get(user)
	if err != nil {
		return err
	}
	if !there || back != text {
		return errors.New("the keychain said that it stored the entry, but does not give it back")
	}
	return nil
}

func (s step) delete(user string) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	err := s.keychain.items.Delete(s.keychain.service, user)
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

type manifest struct {
	slot  string
	parts int
	hash  string
}

func (m manifest) String() string {
	return fmt.Sprintf("%s %s %d %s", manifestMark, m.slot, m.parts, m.hash)
}

func readManifest(text string) (manifest, bool) {
	var m manifest
	if !strings.HasPrefix(text, manifestMark+" ") {
		return m, false
	}
	n, err := fmt.Sscanf(text, manifestMark+" %1s %d %64s", &m.slot, &m.parts, &m.hash)
	return m, err == nil && n == 3 && m.String() == text && m.parts > 0 && m.parts <= maxSecret/partSize+1
}

func hashOf(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

func part(user, slot string, i int) string { return fmt.Sprintf("%s/%s%d", user, slot, i) }

// read gives the stored text; whole is false when parts are missing or changed.
func (s step) read(user string) (text string, whole bool, err error) {
	text, there, err := s.get(user)
	if err != nil {
		return "", false, err
	}
	if !there {
		return "", false, keyring.ErrNotFound
	}
	if !strings.HasPrefix(text, manifestMark) {
		return text, true, nil
	}
	m, ok := readManifest(text)
	if !ok {
		return "", false, nil
	}
	var b strings.Builder
	for i := range m.parts {
		piece, there, err := s.get(part(user, m.slot, i))
		if err != nil {
			return "", false, err
		}
		if !there {
			return "", false, nil
		}
		b.WriteString(piece)
	}
	if hashOf(b.String()) != m.hash {
		return "", false, nil
	}
	return b.String(), true, nil
}

func (s step) write(user, text string) error {
	old, _, err := s.get(user)
	if err != nil {
		return err
	}
	before, _ := readManifest(old)
	if len(text) <= partSize && !strings.HasPrefix(text, manifestMark) {
		if err := s.set(user, text); err != nil {
			return err
		}
		return s.clear(user, "a", "b")
	}
	m := manifest{slot: "a", hash: hashOf(text)}
	if before.slot == "a" {
		m.slot = "b"
	}
	if err := s.clear(user, m.slot); err != nil { // left by an interrupted write
		return err
	}
	for rest := text; rest != ""; m.parts++ {
		n := min(partSize, len(rest))
		if err := s.set(part(user, m.slot, m.parts), rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	if err := s.set(user, m.String()); err != nil {
		return err
	}
	// Another Roomkey that starts in this moment may take parts without a
	// manifest for left-overs.
	if _, whole, err := s.read(user); err != nil || !whole {
		return cmp.Or(err, errors.New("a part of it was removed while it was stored"))
	}
	return s.clear(user, other(m.slot))
}

func other(slot string) string {
	if slot == "a" {
		return "b"
	}
	return "a"
}

// remove takes the secret's own entry first: without it the parts mean nothing.
func (s step) remove(user string) error {
	if err := s.delete(user); err != nil {
		return err
	}
	return s.clear(user, "a", "b")
}

// sweep removes the parts that no manifest speaks of: a write or a removal that
// was interrupted leaves them behind, and they are pieces of a key.
func (s step) sweep(user string) error {
	text, _, err := s.get(user)
	if err != nil {
		return err
	}
	if m, parts := readManifest(text); parts {
		return s.clear(user, other(m.slot))
	}
	return s.clear(user, "a", "b")
}

// farthest is how many missing places in a row end the search for parts: another
// program, or a person in the keychain's own window, may have taken one out.
const farthest = 8

// clear deletes the parts in the slots.
func (s step) clear(user string, slots ...string) error {
	for _, slot := range slots {
		for n, missing := 0, 0; missing < farthest; n++ {
			_, there, err := s.get(part(user, slot, n))
			if err != nil {
				return err
			}
			if !there {
				missing++
				continue
			}
			if err := s.delete(part(user, slot, n)); err != nil {
				return err
			}
			missing = 0
		}
	}
	return nil
}
