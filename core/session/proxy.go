package session

import (
	"context"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// ProxyLogin is the kind of secret that a name and password for proxies are, and
// ProxyOwner stands in the vault where others have the connection's id.
const (
	ProxyLogin vault.Kind = "proxy-login"
	ProxyOwner string     = "proxy"
)

// SetProxyLogin stores what proxies that ask for a name and a password are told.
func (e *Environment) SetProxyLogin(ctx context.Context, name string, password vault.Secret) error {
	name = strings.TrimSpace(name)
	if name == "" || strings.Contains(name, ":") || password.IsZero() {
		return problem.New(codeProxyLogin, words.T("This is not a user name and a password.")).
			Fix(words.T("Give both. The name cannot contain a colon."))
	}
	return e.Vault.Set(ctx, ProxyOwner, ProxyLogin, vault.NewSecret(name+":"+password.Reveal()))
}

// ForgetProxyLogin removes it.
func (e *Environment) ForgetProxyLogin(ctx context.Context) error {
	return e.Vault.Delete(ctx, ProxyOwner, ProxyLogin)
}

// ProxyName is the name that is stored, "" for none.
func (e *Environment) ProxyName(ctx context.Context) (string, error) {
	login, err := e.Vault.Get(ctx, ProxyOwner, ProxyLogin)
	if problem.CodeOf(err) == vault.CodeAbsent {
		return "", nil
	}
	name, _, _ := strings.Cut(login.Reveal(), ":")
	return name, err
}
