package vault

import (
	"context"
	"errors"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// defaultDeadline is how long a call waits for a person to unlock the keychain.
const defaultDeadline = 60 * time.Second

// maxSecret is the largest secret in bytes: a certificate with a long chain.
const maxSecret = 64 << 10

// items are the single entries of a keychain; go-keyring's calls take no
// context and may wait for a person.
type items interface {
	Set(service, user, text string) error
	Get(service, user string) (string, error)
	Delete(service, user string) error
}

type system struct{}

func (system) Set(service, user, text string) error {
	if err := reachable(); err != nil {
		return err
	}
	return keyring.Set(service, user, text)
}

func (system) Get(service, user string) (string, error) {
	if err := reachable(); err != nil {
		return "", err
	}
	return keyring.Get(service, user)
}

func (system) Delete(service, user string) error {
	if err := reachable(); err != nil {
		return err
	}
	return keyring.Delete(service, user)
}

// Keychain is the keychain of the operating system: Keychain on macOS,
// Credential Manager on Windows, the Secret Service elsewhere. service names
// the owner of the entries: "Roomkey".
func Keychain(service string) Vault { return patient(service, defaultDeadline) }

// patient is Keychain with calls that wait that long.
func patient(service string, deadline time.Duration) *keychain {
	return &keychain{service: service, items: system{}, deadline: deadline, turn: make(chan struct{}, 1), swept: map[string]bool{}}
}

type keychain struct {
	service  string
	items    items
	deadline time.Duration
	// turn lets one call at a time reach the keychain. A call that a person
	// keeps waiting holds it, so that later calls do not pile up more prompts.
	turn chan struct{}
	// swept are the entries whose left-over parts were looked for; whoever has
	// the turn may touch it.
	swept map[string]bool
}

// do runs work on a goroutine of its own when its turn comes, and stops waiting
// when ctx or the deadline ends. The work itself cannot be interrupted inside
// one keychain call, only between two.
func (k *keychain) do(ctx context.Context, kind Kind, work func(step) error) error {
	ctx, cancel := context.WithTimeout(ctx, k.deadline)
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		cancel()
		return problemOf(ctx.Err(), kind)
	}
	done := make(chan error, 1)
	go func() {
		defer cancel()
		defer func() { <-k.turn }()
		defer func() {
			if v := recover(); v != nil {
				done <- crashed(v)
			}
		}()
		done <- work(step{ctx: ctx, keychain: k})
	}()
	select {
	case err := <-done:
		return problemOf(err, kind)
	case <-ctx.Done():
		select {
		case err := <-done: // it ended first, and its end ended ctx
			return problemOf(err, kind)
		default:
			return problemOf(ctx.Err(), kind)
		}
	}
}

func (k *keychain) Set(ctx context.Context, connection string, kind Kind, secret Secret) error {
	if secret.IsZero() {
		return problem.New(CodeRefused, words.T("There is nothing to store for %s.", name(kind))).Fix(words.T("Paste the value first."))
	}
	if len(secret.Reveal()) > maxSecret {
		return problem.New(CodeRefused, words.T("The value for %s is larger than %d KB.", name(kind), maxSecret>>10)).
			Fix(words.T("Store only the certificate, its private key and its chain."))
	}
	return k.do(ctx, kind, func(s step) error { return s.write(key(connection, kind), secret.Reveal()) })
}

func (k *keychain) Get(ctx context.Context, connection string, kind Kind) (Secret, error) {
	var found string
	err := k.do(ctx, kind, func(s step) error {
		user := key(connection, kind)
		text, whole, err := s.read(user)
		if err == nil && !whole {
			return damaged(kind)
		}
		found = text
		if !k.swept[user] && (err == nil || errors.Is(err, keyring.ErrNotFound)) {
			k.swept[user] = true
			_ = s.sweep(user) // what is left is found at the next start
		}
		return err
	})
	if err != nil {
		return Secret{}, err
	}
	return NewSecret(found), nil
}

func (k *keychain) Delete(ctx context.Context, connection string, kind Kind) error {
	return k.do(ctx, kind, func(s step) error { return s.remove(key(connection, kind)) })
}

func key(connection string, kind Kind) string { return connection + "/" + string(kind) }
