package page

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/ui/kit"
)

// proxyLogin is the part of the settings that keeps a user name and password for
// proxies that ask for them.
type proxyLogin struct {
	env            *Env
	object         fyne.CanvasObject
	notice         *notice
	text           *kit.Text
	name, password *kit.Field
	store, forget  *kit.Button
}

func newProxyLogin(env *Env) *proxyLogin {
	l := &proxyLogin{env: env, notice: newNotice(env.Host), text: kit.NewText("")}
	l.name = kit.TextField(kit.L("User name for proxies"), "", "")
	l.password = kit.PasswordField(kit.L("Password for proxies"), kit.L("It is kept in the keychain."), "")
	l.store = kit.NewButtonWithIcon(kit.L("Store in the keychain"), theme.LoginIcon(), l.set)
	l.forget = kit.NewButtonWithIcon(kit.L("Remove the login"), theme.DeleteIcon(), func() { l.work(env.Home.ForgetProxyLogin) })
	l.object = section(kit.L("Sign-in to proxies"),
		kit.Muted(kit.L("For proxies that ask for a user name and a password (Basic). To proxies that take the login of Windows, Roomkey signs in automatically.")),
		l.notice.object, l.text, l.name, l.password, kit.Row(kit.Gap, -1, l.store, l.forget))
	return l
}

// shown asks the keychain whose login it has.
func (l *proxyLogin) shown() { l.work(func(context.Context) error { return nil }) }

func (l *proxyLogin) set() {
	name, password := l.name.Value(), vault.NewSecret(l.password.Value())
	l.work(func(ctx context.Context) error {
		return l.env.Home.SetProxyLogin(ctx, name, password)
	})
}

// work does something and shows what the keychain has then.
func (l *proxyLogin) work(do func(context.Context) error) {
	l.store.Disable()
	l.forget.Disable()
	var name string
	l.env.Scope.Run(func(ctx context.Context) (err error) {
		if err = do(ctx); err == nil {
			name, err = l.env.Home.ProxyName(ctx)
		}
		return err
	}, func(err error) {
		l.store.Enable()
		l.forget.Enable()
		if l.notice.fail(problem.Of(err)); err != nil {
			return
		}
		l.text.SetText(kit.L("No login is stored."))
		if name != "" {
			l.text.SetText(kit.L("Proxies that ask for a password are told the login %s.", problem.Line(name)))
			l.name.SetValue("")
			l.password.SetValue("")
		}
		hide(l.forget, name == "")
	})
}
