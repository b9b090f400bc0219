package session

import (
	"context"
	"errors"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/vault"
)

// SecretState is what may be known of a secret without showing it.
type SecretState struct {
	Kind   vault.Kind `json:"kind"`
	Stored bool       `json:"stored"`
	// Fingerprint tells two secrets apart and cannot be turned back.
	Fingerprint string    `json:"fingerprint,omitempty"`
	Expires     time.Time `json:"expires,omitzero"`
	// Thumbprint (SHA-1, as the portal shows it), Thumbprint256 (SHA-256) and
	// Subject are a certificate's.
	Thumbprint    string `json:"thumbprint,omitempty"`
	Thumbprint256 string `json:"thumbprint256,omitempty"`
	Subject       string `json:"subject,omitempty"`
	// Problem is why what is stored cannot be used, nil when it can.
	Problem *problem.Problem `json:"problem,omitempty"`
}

// SecretStates asks the keychain for every kind.
func (s *Session) SecretStates(ctx context.Context) ([]SecretState, error) {
	var out []SecretState
	for _, kind := range vault.Kinds() {
		state, err := s.SecretState(ctx, kind)
		if err != nil {
			return out, err
		}
		out = append(out, state)
	}
	return out, nil
}

// SecretState asks the keychain for one kind. A secret that is not there is no
// error, nor is one that cannot be used; a keychain that cannot be asked is.
func (s *Session) SecretState(ctx context.Context, kind vault.Kind) (SecretState, error) {
	secret, err := s.env.Vault.Get(ctx, s.ID(), kind)
	if problem.CodeOf(err) == vault.CodeAbsent {
		return SecretState{Kind: kind}, nil
	}
	if err != nil {
		return SecretState{Kind: kind}, err
	}
	state := SecretState{Kind: kind, Stored: true, Fingerprint: vault.Fingerprint(secret)}
	if kind == vault.Certificate {
		pair, err := vault.ParseCertificate([]byte(secret.Reveal()), vault.Secret{})
		if state.Problem = problem.Of(err); len(pair.Certificates) == 0 {
			return state, nil
		}
		leaf := pair.Certificates[0]
		state.Expires, state.Thumbprint, state.Thumbprint256, state.Subject = leaf.NotAfter, pair.Thumbprint(), pair.Thumbprint256(), leaf.Subject.String()
	} else if c := s.Document(); kind == vault.ClientSecret && c.Application.Credential.Kind == connection.CredentialSecret {
		state.Expires = c.Application.Credential.Expires
	}
	return state, nil
}

// SetSecret lints a pasted or loaded secret and puts it into the keychain. For
// a certificate, secret is the content of a PEM or PFX file and password opens
// it; stored is the key pair, and the connection then signs in with it.
func (s *Session) SetSecret(ctx context.Context, kind vault.Kind, secret, password vault.Secret) (SecretState, error) {
	credential := connection.Credential{Kind: connection.CredentialSecret}
	switch kind {
	case vault.Certificate:
		pair, err := vault.ParseCertificate([]byte(secret.Reveal()), password)
		if err != nil {
			return SecretState{Kind: kind}, err
		}
		secret = pair.PEM()
		credential = connection.Credential{Kind: connection.CredentialCertificate, Thumbprint: pair.Thumbprint(), Expires: pair.Certificates[0].NotAfter}
	default:
		secret = vault.NewSecret(connection.Clean(secret.Reveal()))
		if wrong := connection.LintSecret(string(kind), secret.Reveal()); len(wrong) > 0 {
			return SecretState{Kind: kind}, wrong[0].Problem
		}
		if kind == vault.ClientSecret {
			credential.Hint = hint(secret)
		}
	}
	put := func() error {
		// A connection that is no more would never let go of it.
		if _, err := s.env.Store.Load(s.ID()); problem.CodeOf(err) == store.CodeDeleted {
			return err
		}
		return s.env.Vault.Set(ctx, s.ID(), kind, secret)
	}
	if kind == vault.ServerToken {
		if err := put(); err != nil {
			return SecretState{Kind: kind}, err
		}
	} else if err := s.replaceCredential(ctx, kind, credential, put); err != nil {
		return SecretState{Kind: kind}, err
	}
	s.forgetApplication()
	return s.SecretState(ctx, kind)
}

// replaceCredential records a new credential and puts its secret into the
// keychain: both or neither. What was recorded of the old one (its end, its key
// id) says nothing about the new one, so it goes first: if this is cut off, the
// document says too little, but nothing false.
func (s *Session) replaceCredential(ctx context.Context, kind vault.Kind, credential connection.Credential, put func() error) error {
	if _, err := s.env.Vault.Get(ctx, s.ID(), kind); problem.CodeOf(err) == vault.CodeLocked || problem.CodeOf(err) == vault.CodeUnavailable {
		return err
	}
	was := s.Document().Application.Credential
	record := func(ctx context.Context, k connection.Credential) error {
		return s.Edit(ctx, func(c *connection.Connection) { c.Application.Credential = k })
	}
	if err := record(ctx, credential); err != nil {
		return err
	}
	err := put()
	if err != nil {
		_ = record(context.WithoutCancel(ctx), was) // why it was not stored is what counts
	}
	return err
}

// hint is what Microsoft's portal shows of a secret, its first three
// characters, so that the two can be compared by eye.
func hint(secret vault.Secret) string {
	r := []rune(secret.Reveal())
	if len(r) < 16 {
		return ""
	}
	return string(r[:3])
}

// ForgetSecret removes a secret from the keychain.
func (s *Session) ForgetSecret(ctx context.Context, kind vault.Kind) error {
	err := s.env.Vault.Delete(ctx, s.ID(), kind)
	s.forgetApplication()
	return err
}

// Secret is the way to the clipboard.
func (s *Session) Secret(ctx context.Context, kind vault.Kind) (vault.Secret, error) {
	if locked := s.env.Policy.Secrets(); locked != nil {
		return vault.Secret{}, locked
	}
	return s.env.Vault.Get(ctx, s.ID(), kind)
}

// credentialKind is the vault's kind of the connection's credential.
func credentialKind(c *connection.Connection) vault.Kind {
	if c.Application.Credential.Kind == connection.CredentialCertificate {
		return vault.Certificate
	}
	return vault.ClientSecret
}

// presence asks the keychain whether it has a secret.
func (s *Session) presence(ctx context.Context, kind vault.Kind) setup.Presence {
	_, err := s.env.Vault.Get(ctx, s.ID(), kind)
	var p *problem.Problem
	switch {
	case err == nil:
		return setup.Present
	case errors.As(err, &p) && p.Code == vault.CodeAbsent:
		return setup.Absent
	}
	return setup.PresenceUnknown
}

// fingerprint is that of the connection's credential, "" when there is none.
func (s *Session) fingerprint(ctx context.Context) (string, error) {
	secret, err := s.credential(ctx)
	if err != nil {
		return "", err
	}
	return vault.Fingerprint(secret), nil
}

// credential is the connection's.
func (s *Session) credential(ctx context.Context) (vault.Secret, error) {
	return s.env.Vault.Get(ctx, s.ID(), credentialKind(s.Document()))
}
