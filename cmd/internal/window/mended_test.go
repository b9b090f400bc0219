package window

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/vault"
)

// TestACloudOfOnesOwnIsNoSimulation: a cloud of the administrator's with the id of
// the built-in one is a real one, and "Try it" does not take it over.
func TestACloudOfOnesOwnIsNoSimulation(t *testing.T) {
	folder := t.TempDir()
	row := simulatedRow(t)
	row = strings.ReplaceAll(row, "id: "+wire.SimulatedCloud, "id: simulated")
	if err := os.WriteFile(filepath.Join(folder, "clouds.yaml"), []byte(row), 0o600); err != nil {
		t.Fatal(err)
	}
	h := in(t, folder)
	if len(h.Mistakes()) > 0 {
		t.Fatal(h.Mistakes()[0])
	}
	if _, err := h.Simulate(t.Context(), nil); problem.CodeOf(err) != codeSimulatedTaken {
		t.Errorf("%v", err)
	}
	if h.Simulated(wire.SimulatedCloud) != nil {
		t.Error("Roomkey plays the browser of a real cloud")
	}
	if entries, _ := h.List(); len(entries) > 0 {
		t.Errorf("%d connections were made", len(entries))
	}
}

// simulatedRow is a cloud in the form of clouds.yaml.
func simulatedRow(t *testing.T) string {
	t.Helper()
	sim, err := simulator.Start(t.Context(), simulator.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sim.Close() })
	row, err := wire.CloudsYAML(sim.Cloud())
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// locking is a keychain that is locked until it is opened.
type locking struct {
	vault.Vault
	open atomic.Bool
}

var errLocked = errors.New("locked")

func (l *locking) Set(ctx context.Context, id string, kind vault.Kind, s vault.Secret) error {
	if !l.open.Load() {
		return errLocked
	}
	return l.Vault.Set(ctx, id, kind, s)
}

// TestTryItAgainAfterALockedKeychain: the second press has the same connection,
// with its secrets.
func TestTryItAgainAfterALockedKeychain(t *testing.T) {
	h := home(t, simulator.Options{Rooms: 2, Users: 3})
	keychain := &locking{Vault: h.Environment.Vault}
	h.Environment.Vault = keychain
	if _, err := h.Simulate(t.Context(), nil); !errors.Is(err, errLocked) {
		t.Fatalf("locked: %v", err)
	}
	keychain.open.Store(true)
	id, err := h.Simulate(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if entries, _ := h.List(); len(entries) != 1 {
		t.Errorf("%d connections", len(entries))
	}
	for _, kind := range []vault.Kind{vault.ClientSecret, vault.ServerToken} {
		if state, err := opened(t, h, id).SecretState(t.Context(), kind); err != nil || !state.Stored {
			t.Errorf("%s: %+v %v", kind, state, err)
		}
	}
}

// TestARedirectURIThatCouldNotBeReadIsSaid: a plan without it says so, and why,
// when the server's certificate is not trusted; with the authority it is there.
func TestARedirectURIThatCouldNotBeReadIsSaid(t *testing.T) {
	h := home(t, simulator.Options{Rooms: 2, Users: 3})
	id, err := h.Simulate(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &person{h: h, s: opened(t, h, id)}
	authority := p.s.Document().Server.CAFile
	advice := func(authority string) (said string, uris []string) {
		t.Helper()
		if err := p.s.Change(t.Context(), connection.Put("server.caFile", authority)); err != nil {
			t.Fatal(err)
		}
		plan, err := p.s.RegisterPlan(t.Context(), register.Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range plan.Advice {
			said += a.String() + "\n"
		}
		return said, p.s.Document().SingleSignOn.RedirectURIs
	}
	p.grow(t.Context(), t, entra.ScopesRead)
	if said, uris := advice(""); len(uris) > 0 || !strings.Contains(said, "so this plan has no redirect URI") {
		t.Errorf("not trusted: %q, %v", said, uris)
	}
	if said, uris := advice(authority); len(uris) == 0 || strings.Contains(said, "no redirect URI") {
		t.Errorf("trusted: %q, %v", said, uris)
	}
}
