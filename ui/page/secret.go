package page

import (
	"context"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// secretBox joins a SecretField to the keychain.
type secretBox struct {
	env   *Env
	kind  vault.Kind
	field *kit.SecretField
	// changed is called when a secret was stored or forgotten.
	changed func()
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

// look asks the keychain whether the secret is there.
func (b *secretBox) look() {
	var state SecretState
	b.env.Scope.Run(func(ctx context.Context) (err error) {
		state, err = b.env.Backend.SecretState(ctx, b.env.ID, b.kind)
		return err
	}, func(err error) { b.show(state, err) })
}

func (b *secretBox) show(state SecretState, err error) {
	switch p := problem.Of(err); {
	case p != nil:
		b.field.Failed(p)
	case state.Stored:
		b.field.Stored(state.Fingerprint, b.detail(state))
	default:
		b.field.Absent()
	}
}

func (b *secretBox) detail(s SecretState) string {
	text := s.Detail
	if !s.Expires.IsZero() {
		if text != "" {
			text += "  ·  "
		}
		text += kit.L("valid until %s", s.Expires.Format(time.DateOnly))
	}
	return text
}

func (b *secretBox) store(s, password vault.Secret) {
	var state SecretState
	b.env.Scope.Run(func(ctx context.Context) (err error) {
		state, err = b.env.Backend.SetSecret(ctx, b.env.ID, b.kind, s, password)
		return err
	}, func(err error) {
		b.show(state, err)
		b.env.Reload(b.changed)
	})
}

func (b *secretBox) forget() {
	b.env.Scope.Run(func(ctx context.Context) error {
		return b.env.Backend.ForgetSecret(ctx, b.env.ID, b.kind)
	}, func(err error) {
		b.show(SecretState{}, err)
		b.env.Reload(b.changed)
	})
}

// clipboardLife is how long a copied secret stays on the clipboard.
const clipboardLife = time.Minute

// copySecret puts a secret on the clipboard without showing it, and takes it
// away after a minute unless something else was copied meanwhile.
func copySecret(env *Env, kind vault.Kind, done func(*problem.Problem)) {
	var secret vault.Secret
	env.Scope.Run(func(ctx context.Context) (err error) {
		secret, err = env.Backend.Reveal(ctx, env.ID, kind)
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
