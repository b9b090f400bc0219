package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

func newSecret(a *app) *cobra.Command {
	return group("secret", "Secrets in the keychain: client-secret, certificate, server-token",
		secretSet(a), secretStatus(a), secretForget(a))
}

func kindOf(name string) (vault.Kind, error) {
	switch k := vault.Kind(name); k {
	case vault.ClientSecret, vault.Certificate, vault.ServerToken:
		return k, nil
	}
	return "", usage("The secret must be client-secret, certificate or server-token, not %q.", name)
}

func secretSet(a *app) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "set KIND", Short: "Store a secret in the keychain", Args: cobra.ExactArgs(1),
		Long: "Reads the secret from standard input, or asks for it at a terminal without showing it. A " +
			"certificate is a PEM file with its private key on standard input, or --file " +
			"with a PEM or PFX file, whose password is then read from standard input.",
		RunE: func(c *cobra.Command, args []string) error {
			kind, err := kindOf(args[0])
			if err != nil {
				return err
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			var secret, password vault.Secret
			if file != "" {
				if kind != vault.Certificate {
					return usage("--file is for a certificate. Give other secrets on standard input.")
				}
				data, err := a.read(c.Context(), file)
				if err != nil {
					return err
				}
				secret = vault.NewSecret(string(data))
				if password, err = a.passwordFor(c.Context(), data); err != nil {
					return err
				}
			} else if secret, err = a.secret(c.Context(), prompts[kind]); err != nil {
				return err
			}
			state, err := s.SetSecret(c.Context(), kind, secret, password)
			if file == "" && problem.CodeOf(err) == vault.CodeCertificateEncrypted {
				// Standard input has the file, and no room for its password.
				encrypted := *problem.Of(err)
				encrypted.Remedies = nil
				return encrypted.Run(words.T("Name the file, and type the password of its key when it is asked for:"), "roomkeyctl secret set certificate --file FILE")
			}
			if err != nil {
				return err
			}
			return a.showSecrets([]session.SecretState{state})
		},
	}
	c.Flags().StringVar(&file, "file", "", "`file` with the certificate and its private key (PEM or PFX)")
	return c
}

// passwordFor asks for a password only when the file cannot be opened without.
func (a *app) passwordFor(ctx context.Context, data []byte) (vault.Secret, error) {
	if _, err := vault.ParseCertificate(data, vault.Secret{}); problem.CodeOf(err) != vault.CodeCertificateEncrypted && problem.CodeOf(err) != vault.CodeCertificatePassword {
		return vault.Secret{}, nil
	}
	password, err := a.secret(ctx, "Password of the file")
	return vault.NewSecret(trimLineEnd(password.Reveal())), err
}

func trimLineEnd(s string) string {
	for len(s) > 0 && (s[len(s)-1] == '\n' || s[len(s)-1] == '\r') {
		s = s[:len(s)-1]
	}
	return s
}

var prompts = map[vault.Kind]words.Key{
	vault.ClientSecret: "Client secret (the Value, not the Secret ID)",
	vault.Certificate:  "Certificate with private key (PEM)",
	vault.ServerToken:  "Token of the booking server",
}

// kept says where a secret is.
func (a *app) kept() words.Text {
	if wire.InMemory(a.vaultKind) {
		return words.T("in memory, for this command only")
	}
	return words.T("in the keychain")
}

// warnOfMemory comes before a credential is made that would outlive the only
// place where it is kept.
func (a *app) warnOfMemory() {
	if wire.InMemory(a.vaultKind) {
		a.say("Secrets are kept in memory: the new credential is lost when this command ends. Use the keychain to keep it.")
	}
}

func (a *app) showSecrets(states []session.SecretState) error {
	return a.show(states, func(w io.Writer) {
		var cells [][]string
		for _, s := range states {
			stored, expires := l("no"), ""
			if s.Stored {
				stored = say(a.kept())
			}
			if !s.Expires.IsZero() {
				expires = s.Expires.Format("2006-01-02")
			}
			cells = append(cells, []string{word(s.Kind), stored, s.Fingerprint, expires, s.Subject})
		}
		rows(w, []words.Key{"secret", "stored", "fingerprint", "expires", "certificate"}, cells)
		for _, s := range states {
			if s.Thumbprint != "" {
				fmt.Fprintln(w)
				printLine(w, "Thumbprint of the certificate, as the portal shows it (SHA-1): %s", s.Thumbprint)
				printLine(w, "Thumbprint of the certificate (SHA-256): %s", s.Thumbprint256)
			}
		}
	})
}

func secretStatus(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Show which secrets are in the keychain", Args: cobra.NoArgs,
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			states, err := s.SecretStates(c.Context())
			if err != nil {
				return err
			}
			if err := a.showSecrets(states); err != nil {
				return err
			}
			for _, state := range states {
				if state.Problem != nil {
					return state.Problem
				}
			}
			return nil
		}),
	}
}

func secretForget(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "forget KIND", Short: "Delete a secret from the keychain", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			kind, err := kindOf(args[0])
			if err != nil {
				return err
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			if err := s.ForgetSecret(c.Context(), kind); err != nil {
				return err
			}
			return a.show(map[string]vault.Kind{"forgotten": kind}, func(io.Writer) {})
		},
	}
}

// credentialNoun is what the commands about secrets call a kind of credential.
var credentialNoun = map[string]vault.Kind{connection.CredentialSecret: vault.ClientSecret, connection.CredentialCertificate: vault.Certificate}

// credentialOf is a connection's credential, and when it must be replaced.
func credentialOf(k connection.Credential) words.Text {
	kind, day := words.T(stateWords[k.Kind]), k.Expires.Format(time.DateOnly)
	switch {
	case k.Expires.IsZero():
		return kind
	case time.Until(k.Expires) < register.ExpiryWarning:
		return words.T("%s, expires on %s. To replace it: %s", kind, day, "roomkeyctl register rotate")
	}
	return words.T("%s, expires on %s", kind, day)
}
