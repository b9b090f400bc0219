package page

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/ui/kit"
)

// forgetOffer asks whether the credential may leave this computer's keychain,
// and once more before it does: nobody deletes it with one press. kept is called
// for a no, done when it is gone or could not be deleted.
func forgetOffer(env *Env, kept func(), done func(error)) fyne.CanvasObject {
	kind := vault.ClientSecret
	if env.Connection().Application.Credential.Kind == connection.CredentialCertificate {
		kind = vault.Certificate
	}
	place := kit.Column(0)
	sure := kit.NewConfirmCard(kit.L("Permanently delete the credential from this computer?"),
		kit.L("Microsoft does not show it again. To test or push later, renew the credential first."),
		kit.L("Delete from this computer"), kit.L("Cancel"), true, func(yes bool) {
			if !yes {
				kept()
				return
			}
			env.Scope.Run(func(ctx context.Context) error { return env.Session.ForgetSecret(ctx, kind) }, done)
		})
	place.Add(kit.NewConfirmCard(kit.L("Keep the credential in the keychain of this computer?"),
		kit.L("Roomkey needs it to test and push the connection. Without it, you must renew the credential first."),
		kit.L("Keep it"), kit.L("Delete from this computer…"), false, func(keep bool) {
			if keep {
				kept()
				return
			}
			place.Objects = []fyne.CanvasObject{sure}
			place.Refresh()
		}))
	return place
}
