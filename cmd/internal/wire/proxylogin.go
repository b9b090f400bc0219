package wire

import (
	"context"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// proxyLogin signs in to proxies: on Windows with the login of Windows, and where
// that does not go, with the name and password that were stored.
type proxyLogin struct{ vault vault.Vault }

func (l *proxyLogin) Begin(ctx context.Context, host string, offers []string) (transport.ProxyHandshake, error) {
	for _, scheme := range []string{"Negotiate", "NTLM"} {
		if offered(offers, scheme) {
			if h := systemLogin(scheme, host); h != nil {
				return h, nil
			}
		}
	}
	if !offered(offers, "Basic") {
		return nil, nil
	}
	login, err := l.vault.Get(ctx, session.ProxyOwner, session.ProxyLogin)
	if problem.CodeOf(err) == vault.CodeAbsent {
		return nil, nil
	}
	return basic{login}, err
}

func offered(offers []string, scheme string) bool {
	return slices.ContainsFunc(offers, func(o string) bool { return strings.EqualFold(o, scheme) })
}

// basic signs in with a name and a password.
type basic struct{ login vault.Secret }

func (basic) Scheme() string                  { return "Basic" }
func (b basic) Answer([]byte) ([]byte, error) { return []byte(b.login.Reveal()), nil }
func (basic) Close()                          {}
