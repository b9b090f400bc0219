package bench

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// latency is what the simulated tenant adds to every answer.
const latency = 50 * time.Millisecond

// lab is a simulated tenant in a process of its own, so that its memory and its
// garbage are not ours, and the connection to it.
type lab struct {
	*session.Session
	// calls counts the calls so far, to Microsoft and to the booking server.
	calls *atomic.Int64
	// seen is told of every answer, unless nil.
	seen func(*http.Response)
	env  *session.Environment
	// config is the folder of the configuration, caFile whom the servers are
	// trusted by, secrets what roomkeyctl gets instead of a keychain.
	config, caFile string
	secrets        []string
}

// RoundTripFunc is a transport made of a function.
type RoundTripFunc func(*http.Request) (*http.Response, error)

// RoundTrip calls the function.
func (f RoundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// newLab starts roomkeyctl simulate and connects to it as the README says.
func newLab(b *testing.B, rooms, users int, latency time.Duration) *lab {
	b.Helper()
	dir := b.TempDir()
	cmd := exec.CommandContext(b.Context(), program(b, "roomkeyctl"), "simulate", "--output", "json", "--dir", filepath.Join(dir, "simulator"),
		"--rooms", fmt.Sprint(rooms), "--users", fmt.Sprint(users), "--latency", latency.String())
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.StdoutPipe()
	must(b, err)
	must(b, cmd.Start())
	b.Cleanup(func() { _ = cmd.Wait() }) // the context has ended by then
	var sim struct {
		BookingServer, CAFile, Domain, ClientID, Clouds string
		SecretFiles                                     map[vault.Kind]string
	}
	must(b, json.NewDecoder(out).Decode(&sim))

	config := filepath.Join(dir, "config")
	must(b, os.Mkdir(config, 0o700))
	must(b, os.WriteFile(filepath.Join(config, "clouds.yaml"), []byte(sim.Clouds), 0o600))
	env, err := wire.New(wire.Options{ConfigDir: config, Vault: "memory", Version: "bench"})
	must(b, err)
	l := &lab{env: env, calls: new(atomic.Int64), config: config, caFile: sim.CAFile}
	plain := env.HTTP
	env.HTTP = func(o transport.Options) (*http.Client, error) {
		client, err := plain(o)
		if err == nil {
			client.Transport = l.counting(client.Transport)
		}
		return client, err
	}
	l.Session, err = env.Create(b.Context(), "Lab", func(c *connection.Connection) {
		c.Cloud, c.Tenant.Domain, c.Product.ID = wire.SimulatedCloud, sim.Domain, wire.SimulatedProduct
		c.Application.ClientID, c.Server.URL, c.Server.CAFile = sim.ClientID, sim.BookingServer, sim.CAFile
	})
	must(b, err)
	b.Cleanup(l.Close)
	for kind, variable := range map[vault.Kind]string{vault.ClientSecret: "ROOMKEY_CLIENT_SECRET", vault.ServerToken: "ROOMKEY_SERVER_TOKEN"} {
		text, err := os.ReadFile(sim.SecretFiles[kind])
		must(b, err)
		l.secrets = append(l.secrets, variable+"="+string(text))
		_, err = l.SetSecret(b.Context(), kind, vault.NewSecret(string(text)), vault.Secret{})
		must(b, err)
	}
	must(b, l.Discover(b.Context()))
	return l
}

func (l *lab) counting(next http.RoundTripper) http.RoundTripper {
	return RoundTripFunc(func(r *http.Request) (*http.Response, error) {
		l.calls.Add(1)
		resp, err := next.RoundTrip(r)
		if err == nil && l.seen != nil {
			l.seen(resp)
		}
		return resp, err
	})
}

// signedOut is the same connection opened anew: without a token, and without an
// open line to anywhere.
func (l *lab) signedOut(b *testing.B) {
	l.Close()
	s, err := l.env.Open(l.ID())
	must(b, err)
	l.Session = s
}

// roomkeyctl is the real program at work on the connection.
func (l *lab) roomkeyctl(b *testing.B, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(b.Context(), program(b, "roomkeyctl"), args...)
	cmd.Env = append(append(os.Environ(), "ROOMKEY_HOME="+l.config, "ROOMKEY_VAULT=memory"), l.secrets...)
	cmd.Stderr = os.Stderr
	return cmd
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
