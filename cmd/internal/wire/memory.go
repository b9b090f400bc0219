package wire

import (
	"cmp"
	"context"
	"os"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/vault"
)

// memory is a vault for one process, where there is no keychain (a build
// server). What nobody set in it comes from the environment of the process,
// which, unlike arguments, other users cannot list.
type memory struct{ vault.Vault }

// InMemory reports whether secrets are kept in memory only, and are gone when the
// program ends; kind is as in Options.
func InMemory(kind string) bool { return cmp.Or(kind, os.Getenv("ROOMKEY_VAULT")) == "memory" }

var variables = map[vault.Kind]string{
	vault.ClientSecret: "ROOMKEY_CLIENT_SECRET",
	vault.Certificate:  "ROOMKEY_CERTIFICATE",
	vault.ServerToken:  "ROOMKEY_SERVER_TOKEN",
	session.Webhook:    "ROOMKEY_WEBHOOK",
}

func (m memory) Get(ctx context.Context, connection string, kind vault.Kind) (vault.Secret, error) {
	secret, err := m.Vault.Get(ctx, connection, kind)
	if problem.CodeOf(err) == vault.CodeAbsent {
		if value := os.Getenv(variables[kind]); value != "" {
			return vault.NewSecret(value), nil
		}
	}
	return secret, err
}
