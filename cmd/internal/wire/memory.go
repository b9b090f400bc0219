package wire

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/vault"
)

// memory is a vault for one process, where there is no keychain (a build
// server). What nobody set in it is what was given in the environment of the
// process, which, unlike arguments, other users cannot list.
type memory struct {
	vault.Vault
	given map[vault.Kind]vault.Secret
}

// InMemory reports whether secrets are kept in memory only, and are gone when the
// program ends; kind is as in Options.
func InMemory(kind string) bool { return cmp.Or(kind, os.Getenv("ROOMKEY_VAULT")) == "memory" }

var variables = map[vault.Kind]string{
	vault.ClientSecret: "ROOMKEY_CLIENT_SECRET",
	vault.Certificate:  "ROOMKEY_CERTIFICATE",
	vault.ServerToken:  "ROOMKEY_SERVER_TOKEN",
	session.Webhook:    "ROOMKEY_WEBHOOK",
}

// taken are the secrets that this process found in its environment.
var taken = struct {
	sync.Mutex
	secrets map[vault.Kind]vault.Secret
}{secrets: map[vault.Kind]vault.Secret{}}

// TakeSecrets gives the secrets of the environment and takes them out of it, so
// that the browser and other programs that are started do not inherit them.
func TakeSecrets() map[vault.Kind]vault.Secret {
	taken.Lock()
	defer taken.Unlock()
	takeProxyLogins()
	for kind, name := range variables {
		if value, set := os.LookupEnv(name); set {
			taken.secrets[kind] = vault.NewSecret(value)
			_ = os.Unsetenv(name) // fails only for a name that is none
		}
	}
	return maps.Clone(taken.secrets)
}

func (m memory) Get(ctx context.Context, connection string, kind vault.Kind) (vault.Secret, error) {
	secret, err := m.Vault.Get(ctx, connection, kind)
	if problem.CodeOf(err) == vault.CodeAbsent {
		if given := m.given[kind]; !given.IsZero() {
			return given, nil
		}
	}
	return secret, err
}

// takeProxyLogins takes names and passwords out of the addresses of proxies in the
// environment. net/http reads them once, here at the latest, and goes on with
// what it read.
func takeProxyLogins() {
	_, _ = http.ProxyFromEnvironment(&http.Request{URL: new(url.URL)})
	for _, variable := range os.Environ() {
		name, address, _ := strings.Cut(variable, "=")
		at := strings.LastIndex(address, "@")
		if at < 0 || !strings.HasSuffix(strings.ToLower(name), "_proxy") {
			continue
		}
		scheme, _, typed := strings.Cut(address[:at], "://")
		if typed {
			scheme += "://"
		} else {
			scheme = ""
		}
		_ = os.Setenv(name, scheme+address[at+1:]) // fails only for a name that is none
	}
}
