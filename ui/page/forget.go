package page

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/ui/kit"
)

// forgetOffer asks whether the credential may leave this computer's keychain,
// now that the booking server has it. kept is called for a no, done when it is
// gone or could not be forgotten.
func forgetOffer(env *Env, kept func(), done func(error)) fyne.CanvasObject {
	kind := vault.ClientSecret
	if env.Connection().Application.Credential.Kind == connection.CredentialCertificate {
		kind = vault.Certificate
	}
	return kit.NewConfirmCard(kit.L("Remove the credential from the keychain of this computer?"),
		kit.L("The booking server has its own copy and goes on working. Roomkey can then test and push the connection no more, until you renew the credential."),
		kit.L("Delete from this computer"), kit.L("Keep it"), false, func(yes bool) {
			if !yes {
				kept()
				return
			}
			env.Scope.Run(func(ctx context.Context) error { return env.Session.ForgetSecret(ctx, kind) }, done)
		})
}
