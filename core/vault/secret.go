// Package vault keeps secrets in the keychain of the operating system. There is
// no file to fall back to: without a keychain it says so.
package vault

import (
	"context"
	"log/slog"
)

const mask = "[secret]"

// Secret is text that prints as a mask, whichever way it is printed. Reveal is
// the only way to the text.
type Secret struct{ text string }

// NewSecret wraps text.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal is the text itself. Every call of it is a place to review.
func (s Secret) Reveal() string { return s.text }

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.text == "" }

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

// Vault stores secrets by connection id and kind. Every method returns a
// *problem.Problem: "vault.absent" (nothing stored), "vault.unavailable" (no
// keychain), "vault.locked" (locked, or waiting for the person), "vault.refused".
type Vault interface {
	Set(ctx context.Context, connection string, kind Kind, secret Secret) error
	Get(ctx context.Context, connection string, kind Kind) (Secret, error)
	// Delete is not an error when there is nothing.
	Delete(ctx context.Context, connection string, kind Kind) error
}
