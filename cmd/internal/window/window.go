// Package window opens connections for the window, and the simulated tenant with
// them.
package window

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
)

// Home is the window's page.Home.
type Home struct {
	// Environment is what all connections share.
	Environment *session.Environment
	Paths       wire.Paths
	Version     string
	// Life ends the simulated tenant, Options are its.
	Life    context.Context
	Options simulator.Options

	// starting is held while the simulated tenant starts.
	starting sync.Mutex
	sim      atomic.Pointer[simulator.Simulator]
	// imported has what to say of an imported connection when it is opened, a
	// *problem.Problem by id.
	imported sync.Map
}

var _ page.Home = (*Home)(nil)

// Open makes the Home of a configuration folder.
func Open(ctx context.Context, o wire.Options) (*Home, error) {
	paths, err := wire.PathsOf(o.ConfigDir)
	if err != nil {
		return nil, err
	}
	env, err := wire.New(o)
	if err != nil {
		return nil, err
	}
	kit.Speak(env.Language)
	return &Home{Environment: env, Paths: paths, Version: o.Version, Life: ctx}, nil
}

// Close stops the simulated tenant.
func (h *Home) Close() {
	if sim := h.sim.Swap(nil); sim != nil {
		_ = sim.Close()
	}
}

// List gives the stored connections.
func (h *Home) List() ([]store.Entry, []*problem.Problem) { return h.Environment.Store.List() }

// LastHealth is what was last found of a connection.
func (h *Home) LastHealth(id string) (session.Health, bool) { return h.Environment.LastHealth(id) }

// LastSurvey is what asking all of them last came to.
func (h *Home) LastSurvey() (words.Text, []words.Text) { return h.Environment.LastSurvey() }

// Scheduled is what the system runs each day.
func (h *Home) Scheduled(ctx context.Context) (session.Scheduled, error) {
	return h.Environment.Scheduled(ctx)
}

// Schedule has the system ask every connection each day.
func (h *Home) Schedule(ctx context.Context, at, form string, address vault.Secret) error {
	_, err := h.Environment.Schedule(ctx, at, form, address)
	return err
}

// Unschedule ends that.
func (h *Home) Unschedule(ctx context.Context) error { return h.Environment.Unschedule(ctx) }

// ProxyName is whom proxies that ask for a password are told.
func (h *Home) ProxyName(ctx context.Context) (string, error) { return h.Environment.ProxyName(ctx) }

// SetProxyLogin stores that login.
func (h *Home) SetProxyLogin(ctx context.Context, name string, password vault.Secret) error {
	return h.Environment.SetProxyLogin(ctx, name, password)
}

// ForgetProxyLogin removes it.
func (h *Home) ForgetProxyLogin(ctx context.Context) error {
	return h.Environment.ForgetProxyLogin(ctx)
}

// Create makes an empty connection.
func (h *Home) Create(ctx context.Context) (string, error) {
	s, err := h.Environment.Create(ctx, h.Environment.FreeName(session.NewName), nil)
	return id(s, err)
}

// Import makes a connection of an exported file.
func (h *Home) Import(ctx context.Context, data []byte, file string) (string, error) {
	s, notes, err := h.Environment.Import(ctx, data, file)
	if err == nil {
		h.imported.Store(s.ID(), problem.New(codeImported, words.T("The connection was imported.")).With(words.Sentences(notes...)))
	}
	return id(s, err)
}

func id(s *session.Session, err error) (string, error) {
	if err != nil {
		return "", err
	}
	s.Close()
	return s.ID(), nil
}

// Simulate makes the connection to the simulated tenant, ready to be proven.
func (h *Home) Simulate(ctx context.Context, report task.Report) (string, error) {
	report.Say(0, 0, words.T("Starting the simulated tenant"))
	if !h.plays(wire.SimulatedCloud) {
		return "", problem.New(codeSimulatedTaken, words.T("Your clouds.yaml has a cloud called %s, which is the name of the built-in simulation.", wire.SimulatedCloud)).
			Fix(words.T("Give it another id in clouds.yaml and start Roomkey again.")).
			Fix(words.T("Or open the connection that uses it."))
	}
	sim, err := h.simulated()
	if err != nil {
		return "", err
	}
	s, err := wire.ConnectSimulated(ctx, h.Environment, sim, wire.SimulatedName)
	if err != nil {
		return "", err
	}
	defer s.Close()
	return s.ID(), s.Discover(ctx)
}

// simulated starts the simulated tenant once.
func (h *Home) simulated() (*simulator.Simulator, error) {
	h.starting.Lock()
	defer h.starting.Unlock()
	if sim := h.sim.Load(); sim != nil {
		return sim, nil
	}
	sim, err := wire.Simulate(h.Life, h.Environment, h.Paths.Config, h.Options)
	if err == nil {
		h.sim.Store(sim)
	}
	return sim, err
}

// Open opens a connection; one to the simulated tenant starts it again. A cloud
// of the administrator's own is a real one, whatever it is called.
func (h *Home) Open(ctx context.Context, id string) (page.Opened, error) {
	s, err := h.Environment.Open(id)
	if err != nil {
		return page.Opened{}, err
	}
	if h.plays(s.Document().Cloud) {
		if _, err := h.simulated(); err != nil {
			return page.Opened{}, err
		}
	}
	notice := cutOff(ctx, s)
	if said, ok := h.imported.LoadAndDelete(id); ok {
		notice = said.(*problem.Problem)
	}
	return page.Opened{Session: s, Notice: notice}, nil
}

// plays is whether a cloud is the built-in simulation.
func (h *Home) plays(cloudID string) bool {
	row, _ := h.Environment.Clouds.Get(cloudID)
	return cloudID == wire.SimulatedCloud && !row.Own
}

// Simulated plays what is outside of the simulated tenant while it runs.
func (h *Home) Simulated(cloudID string) page.Simulated {
	sim := h.sim.Load()
	if sim == nil || !h.plays(cloudID) {
		return nil
	}
	return simulated{h.Environment, sim}
}

// cutOff says what became of a push that got no answer.
func cutOff(ctx context.Context, s *session.Session) *problem.Problem {
	resolution, err := s.ResolvePush(ctx)
	if err != nil || resolution == nil {
		return nil // the step says that it is not known, and the page asks again
	}
	p := problem.New(codeCutOff, resolution.Text())
	if resolution.Holds == booking.HoldsNew || resolution.Holds == booking.HoldsSame {
		return p
	}
	return p.Lead(words.T("Check again, review what would change, and push again."), problem.PlaceLook)
}

// Clouds are the catalogue of clouds.
func (h *Home) Clouds() []cloud.Cloud { return h.Environment.Clouds.All() }

// Products are the booking products.
func (h *Home) Products() []product.Product { return h.Environment.Products.All() }

// Permissions is the permission catalogue.
func (h *Home) Permissions() *permission.Catalog { return h.Environment.Permissions }

// Mistakes are those in the administrator's own files.
func (h *Home) Mistakes() []*problem.Problem { return h.Environment.Problems }

// About is what the settings page shows.
func (h *Home) About() page.About {
	keychain := words.T("Secret Service (GNOME Keyring, KWallet)")
	switch runtime.GOOS {
	case "windows":
		keychain = words.Plain("Windows Credential Manager")
	case "darwin":
		keychain = words.T("macOS Keychain")
	}
	return page.About{
		Version: h.Version, ConfigFolder: h.Paths.Config, LogFile: h.Paths.Log,
		CloudsFile: h.Paths.Clouds, ProductsFolder: h.Paths.Products, Keychain: keychain, Policy: h.Environment.Policy,
	}
}
