package vault

import (
	"context"
	"sync"

	"github.com/zalando/go-keyring"
)

// Memory is a vault that forgets everything when the program ends.
func Memory() Vault { return &memory{secrets: map[string]Secret{}} }

type memory struct {
	mu      sync.Mutex
	secrets map[string]Secret
}

func (m *memory) Set(ctx context.Context, connection string, kind Kind, secret Secret) error {
	if err := ctx.Err(); err != nil {
		return problemOf(err, kind)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.secrets[key(connection, kind)] = secret
	return nil
}

func (m *memory) Get(ctx context.Context, connection string, kind Kind) (Secret, error) {
	if err := ctx.Err(); err != nil {
		return Secret{}, problemOf(err, kind)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.secrets[key(connection, kind)]
	if s.IsZero() {
		return s, problemOf(keyring.ErrNotFound, kind)
	}
	return s, nil
}

func (m *memory) Delete(ctx context.Context, connection string, kind Kind) error {
	if err := ctx.Err(); err != nil {
		return problemOf(err, kind)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.secrets, key(connection, kind))
	return nil
}
