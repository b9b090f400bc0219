// Package wire joins the real clients, once, for the window and the command
// line.
package wire

import (
	"cmp"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"gopkg.in/natefinch/lumberjack.v2"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/file"
	"github.com/roomkey/roomkey/core/graph"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/policy"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Options are what the command line and the environment say.
type Options struct {
	// ConfigDir is the folder of the configuration; "" means ROOMKEY_HOME or
	// the system's place for it.
	ConfigDir string
	// Vault is "keychain" or "memory"; "" means ROOMKEY_VAULT or the keychain.
	Vault   string
	Version string
	// Policy is what the administrator of the computer has locked.
	Policy policy.Policy
	// Simulation is for nothing but the simulated tenant: which clouds, products and
	// servers the policy allows is about real ones.
	Simulation bool
}

// Paths are where things are in the configuration folder.
type Paths struct{ Config, Log, Clouds, Products, Languages, Window string }

// PathsOf gives the paths for a typed folder, "" for the default.
func PathsOf(configDir string) (Paths, error) {
	if configDir == "" {
		configDir = os.Getenv("ROOMKEY_HOME")
	}
	if configDir == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return Paths{}, problem.New(codeStoreNoFolder, words.T("This system does not say where it keeps configuration.")).
				Fix(words.T("Name a folder with --config-dir or in ROOMKEY_HOME.")).By(err)
		}
		configDir = filepath.Join(base, "Roomkey")
	}
	dir, err := filepath.Abs(configDir)
	if err != nil {
		return Paths{}, err
	}
	return Paths{
		Config: dir, Log: filepath.Join(dir, "roomkey.log"),
		Clouds: filepath.Join(dir, "clouds.yaml"), Products: filepath.Join(dir, "products"), Languages: filepath.Join(dir, "languages"),
		Window: filepath.Join(dir, "window.json"),
	}, nil
}

// Ahead begins with what takes longest of a start and needs nothing of what the
// program is told: reading Roomkey's products.
func Ahead() { go product.Load("") }

// New opens the configuration folder and joins everything.
func New(o Options) (*session.Environment, error) {
	paths, err := PathsOf(o.ConfigDir)
	if err != nil {
		return nil, err
	}
	if o.Simulation {
		o.Policy.Clouds, o.Policy.Products, o.Policy.Servers = nil, nil, nil
	}
	v, err := vaultOf(o.Vault)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(paths.Config)
	if err != nil {
		return nil, err
	}
	env := &session.Environment{Store: s, Vault: v, Policy: o.Policy, Now: time.Now, Daily: daily(paths, o.Vault)}
	if env.Permissions, err = permission.Load(); err != nil {
		return nil, err
	}
	var mistakes []*problem.Problem
	env.Clouds, mistakes = cloud.Load(paths.Clouds)
	env.Problems = append(env.Problems, mistakes...)
	unknown := env.Clouds.Only(o.Policy.Clouds)
	env.Products, mistakes = product.Load(paths.Products)
	env.Problems = append(env.Problems, mistakes...)
	env.Problems = append(env.Problems, o.Policy.Unknown(unknown, env.Products.Only(o.Policy.Products))...)
	env.Language, env.LanguageCode, mistakes = Language(paths)
	env.Problems = append(env.Problems, mistakes...)

	log := slog.New(slog.DiscardHandler)
	if err := file.Regular(paths.Log); err != nil {
		env.Problems = append(env.Problems, problem.New(codeLog, words.T("The log file %s cannot be written.", paths.Log)).With(words.Plain(err.Error())).By(err).
			Fix(words.T("Remove whatever has its name. Until then, Roomkey keeps no log.")))
	} else {
		log = slog.New(slog.NewJSONHandler(&lumberjack.Logger{Filename: paths.Log, MaxSize: 5, MaxBackups: 3}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	env.Log = log
	login := &proxyLogin{v}
	env.HTTP = func(t transport.Options) (*http.Client, error) {
		t.UserAgent, t.Log, t.ProxyLogin = "Roomkey/"+o.Version, log, login
		t.Proxy, t.ProxySetBy = o.Policy.Proxy, o.Policy.Source
		client, err := transport.New(t)
		if err == nil && t.Owner == transport.BookingServer {
			client.Transport = guarded{client.Transport, o.Policy}
		}
		return client, err
	}
	env.Graph = func(g session.GraphOptions) session.Tenant {
		return tenantClient{graph.New(graph.Options{Cloud: g.Cloud, HTTP: g.HTTP, Token: g.Token, Renew: g.Renew, Source: g.Source})}
	}
	env.Directory = func(g session.GraphOptions) session.Directory {
		return graph.New(graph.Options{Cloud: g.Cloud, HTTP: g.HTTP, Token: g.Token, Renew: g.Renew, Source: g.Source})
	}
	return env, problem.Complete(env)
}

// guarded refuses the booking servers that the policy does not allow, also those
// that another one names, before anything is sent.
type guarded struct {
	http.RoundTripper
	policy policy.Policy
}

func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if locked := g.policy.Server(r.URL.Hostname()); locked != nil {
		return nil, locked
	}
	return g.RoundTripper.RoundTrip(r)
}

func vaultOf(kind string) (vault.Vault, error) {
	given := TakeSecrets()
	switch kind = cmp.Or(kind, os.Getenv("ROOMKEY_VAULT")); {
	case InMemory(kind):
		return memory{vault.Memory(), given}, nil
	case kind == "", kind == "keychain":
		return vault.Keychain("Roomkey"), nil
	}
	return nil, problem.New(codeUsageVault, words.T("Secrets are kept in the keychain or in memory, not in %s.", kind)).
		Fix(words.T("Use --vault keychain or --vault memory."))
}
