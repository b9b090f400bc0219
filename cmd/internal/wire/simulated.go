package wire

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v4"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/vault"
)

// SimulatedName is the name of the connection to the simulated tenant.
const SimulatedName = "Simulated tenant"

// SimulatedCloud is the id of the simulated tenant's cloud.
const SimulatedCloud = "simulated"

// SimulatedProduct is the product that the simulated tenant's application was
// registered for.
const SimulatedProduct = "offision-application"

// Simulate starts the simulated tenant of the configuration folder and makes
// its cloud known to env. The tenant keeps its addresses and its state across
// starts. It ends with ctx.
func Simulate(ctx context.Context, env *session.Environment, configDir string, o simulator.Options) (*simulator.Simulator, error) {
	if o.Dir == "" {
		paths, err := PathsOf(configDir)
		if err != nil {
			return nil, err
		}
		o.Dir = filepath.Join(paths.Config, "simulator")
	}
	sim, err := simulator.Start(ctx, o)
	if err != nil {
		return nil, err
	}
	env.Clouds.Add(sim.Cloud())
	return sim, nil
}

// ConnectSimulated gives the connection to the simulated tenant, made and with
// its secrets in the vault when it is not there yet.
func ConnectSimulated(ctx context.Context, env *session.Environment, sim *simulator.Simulator, name string) (*session.Session, error) {
	if locked := env.Policy.Product(SimulatedProduct); locked != nil {
		return nil, locked // a connection that nothing can be done with
	}
	account := sim.Account()
	if found, err := env.Store.FindByName(name); err == nil {
		s, err := env.Open(found.ID)
		if err != nil {
			return nil, err
		}
		return s, keepSecrets(ctx, s, account)
	}
	s, err := env.Create(ctx, name, func(c *connection.Connection) {
		c.Cloud = sim.Cloud().ID
		c.Tenant.Domain = account.Domain
		c.Product.ID = SimulatedProduct
		c.Application.ClientID = account.ClientID
		c.Server.URL, c.Server.CAFile, c.Server.Adapter = sim.BookingURL(), sim.CAFile(), booking.AdapterContract
	})
	if err != nil {
		return nil, err
	}
	return s, keepSecrets(ctx, s, account)
}

// keepSecrets puts the simulated secrets into the keychain where they are not: it
// may have been locked the last time.
func keepSecrets(ctx context.Context, s *session.Session, account simulator.Account) error {
	for kind, text := range map[vault.Kind]string{vault.ClientSecret: account.ClientSecret, vault.ServerToken: account.ServerToken} {
		state, err := s.SecretState(ctx, kind)
		if err == nil && !state.Stored {
			_, err = s.SetSecret(ctx, kind, vault.NewSecret(text), vault.Secret{})
		}
		if err != nil {
			s.Close()
			return err
		}
	}
	return nil
}

// CloudsYAML is the entry of the administrator's clouds.yaml for a cloud.
func CloudsYAML(c cloud.Cloud) (string, error) {
	data, err := yaml.Marshal(map[string][]cloud.Cloud{"clouds": {c}})
	return string(data), err
}

// SecretFiles writes the simulated application's secret and the simulated
// server's token into files beside the simulator's state, to be piped into
// roomkeyctl secret set. They open nothing but the simulation.
func SecretFiles(dir string, account simulator.Account) (map[vault.Kind]string, error) {
	files := map[vault.Kind]string{}
	for kind, text := range map[vault.Kind]string{vault.ClientSecret: account.ClientSecret, vault.ServerToken: account.ServerToken, vault.Certificate: string(account.CertificatePEM)} {
		files[kind] = filepath.Join(dir, fmt.Sprintf("simulated-%s.txt", kind))
		if err := os.WriteFile(files[kind], []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	return files, nil
}
