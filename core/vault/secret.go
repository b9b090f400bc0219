// Package vault keeps secrets in the keychain of the operating system. There is
// no file to fall back to: without a keychain it says so.
package vault

import (
	"bytes"
	"context"
	"crypto/pbkdf2"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
)

const mask = "[secret]"

// Secret is text that prints as a mask, whichever way it is printed. Reveal is
// the only way to the text.
type Secret struct {
	// text is behind a pointer because fmt calls no methods on unexported
	// fields of other structs: it then prints an address.
	text *string
}

// NewSecret wraps text.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// Reveal is the text itself. Every call of it is a place to review.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.text == nil }

// Format is the mask for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask) }

// String is the mask.
func (s Secret) String() string { return mask }

// GoString is the mask.
func (s Secret) GoString() string { return mask }

// LogValue is the mask.
func (s Secret) LogValue() slog.Value { return slog.StringValue(mask) }

// MarshalText is the mask.
func (s Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }

// MarshalJSON is the mask.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + mask + `"`), nil }

// MarshalYAML is the mask.
func (s Secret) MarshalYAML() (any, error) { return mask, nil }

// Fingerprint tells whether two secrets are the same without telling what they
// are: 16 hex digits of a slow, one-way function. It is "" for no secret. The
// order of the sections of a PEM text does not matter.
func Fingerprint(s Secret) string {
	if s.IsZero() {
		return ""
	}
	of := sha256.Sum256([]byte(s.Reveal()))
	if known, ok := fingerprints.Load(of); ok {
		return known.(string)
	}
	key, err := pbkdf2.Key(sha256.New, ordered(s.Reveal()), []byte("Roomkey fingerprint"), 20_000, 8)
	if err != nil {
		panic(err) // only for parameters that FIPS forbids
	}
	known, _ := fingerprints.LoadOrStore(of, hex.EncodeToString(key))
	return known.(string)
}

// fingerprints are those of this run by the secrets' digests, in memory only: one is
// asked for many times in a test of a connection.
var fingerprints sync.Map

// ordered is a PEM text with its key first and its certificates sorted behind it.
func ordered(text string) string {
	key, certificates, err := readPEM([]byte(text), Secret{})
	if private, ok := key.(*rsa.PrivateKey); err == nil && ok {
		slices.SortFunc(certificates, func(a, b *x509.Certificate) int { return bytes.Compare(a.Raw, b.Raw) })
		return KeyPair{Certificates: certificates, Key: private}.PEM().Reveal()
	}
	return text
}

// Kind names a secret of a connection.
type Kind string

// The secrets that a connection can have.
const (
	// ClientSecret is the application's client secret.
	ClientSecret Kind = "client-secret"
	// Certificate is the application's certificate with its private key: PEM.
	Certificate Kind = "certificate"
	// ServerToken is the bearer token of the booking server.
	ServerToken Kind = "server-token"
)

// Kinds are all of them.
func Kinds() []Kind { return []Kind{ClientSecret, Certificate, ServerToken} }

// Vault stores secrets by connection id and kind. Every method returns a
// *problem.Problem: "vault.absent" (nothing stored), "vault.unavailable" (no
// keychain), "vault.locked" (locked, or waiting for the person),
// "vault.damaged" (stored only in part), "vault.refused".
type Vault interface {
	Set(ctx context.Context, connection string, kind Kind, secret Secret) error
	Get(ctx context.Context, connection string, kind Kind) (Secret, error)
	// Delete is not an error when there is nothing.
	Delete(ctx context.Context, connection string, kind Kind) error
}
