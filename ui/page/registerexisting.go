package page

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/ui/kit"
)

// existing is the way of the page Register for an application that somebody
// registered already.
type existing struct {
	env    *Env
	notice *notice
	object *fyne.Container
	form   *form
	client *kit.Field
	kind   *kit.Field
	secret *secretBox
	cert   *certificateBox
	next   *kit.Button
	wanted *fyne.Container
	proof  *quickProof
	// relayout lays the page out anew.
	relayout func()
}

func newExisting(env *Env, notice *notice, relayout func()) *existing {
	r := &existing{env: env, notice: notice, relayout: relayout, wanted: kit.Column(14), proof: newQuickProof(env)}
	r.form = newForm(env, setup.Register)
	r.client = r.form.bind("application.clientId", kit.TextField(label("application.clientId"),
		kit.L("In the Microsoft Entra admin center under App registrations, on the application's Overview."), "00000000-0000-0000-0000-000000000000"), true)
	r.kind = r.form.bind("application.credential.kind", kit.SelectField(label("application.credential.kind"), "", []kit.Option{
		{ID: connection.CredentialSecret, Name: kit.L("Client secret")},
		{ID: connection.CredentialCertificate, Name: kit.L("Certificate")},
	}), true)
	kindEdited := r.kind.OnChanged
	r.kind.OnChanged = func(v string) { r.showKind(); kindEdited(v) }
	expires := r.form.bind("application.credential.expires", kit.TextField(label("application.credential.expires"),
		kit.L("The date in the column Expires under Certificates & secrets. Roomkey warns before it."), "2027-01-31"), false)
	r.secret = newSecretBox(env, vault.ClientSecret, kit.L("Client secret"),
		kit.L("The secret's Value, which Microsoft shows only once. Not its Secret ID."), "")
	r.cert = newCertificateBox(env)
	r.object = kit.Column(kit.GapWide, r.proof.object,
		section(kit.L("The application that the booking server uses"), r.client, r.kind, r.secret.field, r.cert.object, expires),
		section(kit.L("Permissions that the product asks for"), r.wanted))
	r.next = kit.PrimaryButton(kit.L("Save and continue"), theme.NavigateNextIcon(), r.proceed)
	r.form.changed = func() { r.proof.show(nil) } // it was of other values
	r.fill(env.Connection())
	return r
}

// fill shows the stored document.
func (r *existing) fill(c *connection.Connection) {
	r.form.fill(c)
	r.showKind()
}

// shown looks at the keychain and at what the product asks for; typed is called
// when something is here that somebody typed before the last start.
func (r *existing) shown(typed func()) {
	r.secret.look()
	r.cert.secret.look()
	r.showWanted()
	r.form.restore(func() {
		r.showKind()
		typed()
	})
}

func (r *existing) showKind() {
	certificate := r.kind.Value() == connection.CredentialCertificate
	r.secret.field.Hidden = certificate
	r.cert.object.Hidden = !certificate
	r.relayout()
}

func (r *existing) showWanted() {
	r.wanted.RemoveAll()
	for _, n := range r.env.Session.Needs().Permissions {
		kind := kit.L("Application")
		if n.Kind != "application" {
			kind = kit.L("Delegated")
		}
		r.wanted.Add(kit.Column(2, kit.Row(kit.Gap, -1, kit.Mono(n.Value).As(kit.Whole, ""), kit.Badge(kit.MarkReady, kind)), kit.Muted(kit.L(n.Reason))))
	}
	if len(r.wanted.Objects) == 0 {
		r.wanted.Add(kit.Muted(kit.L("None: the product is used for sign-in only.")))
	}
	r.wanted.Refresh()
}

// proceed puts what was typed or chosen into the keychain and the document,
// tests it when both hold it, and goes on when that passes.
func (r *existing) proceed() {
	r.proof.show(nil)
	r.form.save(func(ok bool, p *problem.Problem) {
		r.notice.fail(p)
		settle := r.secret.settle
		if r.kind.Value() == connection.CredentialCertificate {
			settle = r.cert.settle
		}
		settle(func(stored bool) {
			if ok && stored {
				r.test()
			}
			r.relayout()
		})
	})
}

// test is the proof that the step ends with.
func (r *existing) test() {
	r.next.Disable()
	var run check.Run
	r.env.Scope.Show(testingRegistration(), func(ctx context.Context, report task.Report) (err error) {
		run, err = r.env.Session.QuickProof(ctx, nil, report)
		return err
	}, func(err error) {
		r.next.Enable()
		r.env.Changed()
		r.notice.fail(problem.Of(err))
		if err == nil {
			r.proof.show(&run)
			r.notice.top()
			if run.Verdict.Passes() && run.NotKept == nil {
				r.env.Go(setup.Choose)
			}
		}
		r.relayout()
	})
}

// certificateBox takes a certificate with its key from a file.
type certificateBox struct {
	env      *Env
	object   *fyne.Container
	secret   *secretBox
	password *kit.Field
	path     *kit.Text
	data     []byte
	store    *kit.Button
}

func newCertificateBox(env *Env) *certificateBox {
	b := &certificateBox{env: env, path: kit.Line(kit.L("No file chosen.")).As(kit.Clip, kit.ColorMuted)}
	b.secret = newSecretBox(env, vault.Certificate, kit.L("Certificate"), "", "")
	b.password = kit.PasswordField(kit.L("Password of the file"), kit.L("For a PFX file or an encrypted key; empty when there is none."), "")
	choose := kit.NewButtonWithIcon(kit.L("Choose a PEM or PFX file…"), theme.FolderOpenIcon(), func() {
		env.Files.Open([]string{".pem", ".pfx", ".p12", ".crt", ".cer", ".key"}, func(name string, data []byte) {
			b.data = data
			b.path.SetText(name)
			b.store.Enable()
		})
	})
	b.store = kit.NewButtonWithIcon(kit.L("Store in the keychain"), theme.LoginIcon(), func() { b.settle(func(bool) {}) })
	b.store.Disable()
	b.secret.field.Instead = kit.Column(kit.Gap, kit.Row(kit.Gap, 1, choose, b.path), b.password, kit.Row(kit.Gap, -1, b.store))
	b.object = kit.Column(0, b.secret.field)
	return b
}

// settle stores the file that was chosen and goes on when it is in the keychain;
// file and password stay when it is not.
func (b *certificateBox) settle(then func(ok bool)) {
	if b.data == nil {
		then(true)
		return
	}
	b.secret.waiting = append(b.secret.waiting, func(ok bool) {
		if ok {
			b.password.SetValue("")
			b.data = nil
			b.path.SetText(kit.L("No file chosen."))
			b.store.Disable()
		}
		then(ok)
	})
	b.secret.store(vault.NewSecret(string(b.data)), vault.NewSecret(b.password.Value()))
}
