package page

import (
	"context"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// secretBox joins a SecretField to the keychain.
type secretBox struct {
	env   *Env
	kind  vault.Kind
	field *kit.SecretField
	// waiting are called when what is being stored is stored, or not.
	waiting []func(ok bool)
	storing bool
}

func newSecretBox(env *Env, kind vault.Kind, label, help, placeholder string) *secretBox {
	b := &secretBox{env: env, kind: kind, field: kit.NewSecretField(env.Host, label, help, placeholder)}
	b.field.Clean = connection.Clean
	b.field.Check = func(s vault.Secret) words.Text {
		for _, p := range connection.LintSecret(string(kind), s.Reveal()) {
			return sentence(p.Problem)
		}
		return words.Text{}
	}
	b.field.OnStore = func(s vault.Secret) { b.store(s, vault.Secret{}) }
	b.field.OnForget = b.forget
	return b
}

// look asks the keychain whether the secret is there; what is being typed stays.
func (b *secretBox) look() {
	if b.storing || b.field.Typed() {
		return
	}
	var state session.SecretState
	b.env.Scope.Run(func(ctx context.Context) (err error) {
		state, err = b.env.Session.SecretState(ctx, b.kind)
		return err
	}, func(err error) {
		if !b.storing && !b.field.Typed() {
			b.show(state, err)
		}
	})
}

func (b *secretBox) show(state session.SecretState, err error) {
	switch p := problem.Of(err); {
	case p != nil:
		b.field.Failed(p)
	case state.Problem != nil:
		b.field.Failed(state.Problem)
	case state.Stored:
		b.field.Stored(state.Fingerprint, detail(state), thumbprints(state)...)
	default:
		b.field.Absent()
	}
}

func detail(s session.SecretState) string {
	text := s.Subject
	if !s.Expires.IsZero() {
		return strings.TrimPrefix(text+"  ·  "+kit.L("valid until %s", s.Expires.Format(time.DateOnly)), "  ·  ")
	}
	return text
}

// thumbprints are those of a certificate: the portal shows the one, newer tools the
// other.
func thumbprints(s session.SecretState) []string {
	if s.Thumbprint == "" {
		return nil
	}
	return []string{kit.L("Thumbprint, as the portal shows it (SHA-1): %s", s.Thumbprint), kit.L("Thumbprint (SHA-256): %s", s.Thumbprint256)}
}

func (b *secretBox) store(s, password vault.Secret) {
	b.storing = true
	var state session.SecretState
	b.env.Scope.Run(func(ctx context.Context) (err error) {
		state, err = b.env.Session.SetSecret(ctx, b.kind, s, password)
		return err
	}, func(err error) {
		b.storing = false
		b.show(state, err)
		b.env.Changed()
		waiting := b.waiting
		b.waiting = nil
		for _, then := range waiting {
			then(err == nil)
		}
	})
}

// settle stores what was typed and goes on when it is in the keychain, or could
// not be put there, which the field then says.
func (b *secretBox) settle(then func(ok bool)) {
	switch {
	case b.storing:
		b.waiting = append(b.waiting, then)
	case !b.field.Typed():
		then(true)
	default:
		b.waiting = append(b.waiting, then)
		if !b.field.Store() {
			b.waiting = nil
			then(false)
		}
	}
}

func (b *secretBox) forget() {
	b.env.Scope.Run(func(ctx context.Context) error {
		return b.env.Session.ForgetSecret(ctx, b.kind)
	}, func(err error) {
		b.show(session.SecretState{}, err)
		b.env.Changed()
	})
}

// clipboardLife is how long a copied secret stays on the clipboard.
const clipboardLife = time.Minute

// copySecret puts a secret on the clipboard without showing it, and takes it
// away after a minute unless something else was copied meanwhile.
func copySecret(env *Env, kind vault.Kind, done func(*problem.Problem)) {
	var secret vault.Secret
	env.Scope.Run(func(ctx context.Context) (err error) {
		secret, err = env.Session.Secret(ctx, kind)
		return err
	}, func(err error) {
		if err == nil {
			env.Host.Copy(secret.Reveal())
			if env.Host.After != nil {
				env.Host.After(clipboardLife, func() {
					if clip := env.Host.Clipboard(); clip.Content() == secret.Reveal() {
						clip.SetContent("")
					}
				})
			}
		}
		done(problem.Of(err))
	})
}
