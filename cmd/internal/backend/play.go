package backend

import (
	"context"
	"time"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/transport"
)

// simulates is the simulated tenant of a connection, nil for a real one. Its
// sign-in is played here: the system's browser would warn of an authority that
// nobody knows.
func (b *Backend) simulates(s *session.Session) *simulator.Simulator {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s.Document().Cloud != wire.SimulatedCloud {
		return nil
	}
	return b.sim
}

// typingTime is how long a device code of the simulated tenant stands on the
// page before it is typed.
const typingTime = 6 * time.Second

func (b *Backend) playBrowser(ctx context.Context, sim *simulator.Simulator, address string) {
	if sim == nil {
		return
	}
	client, err := b.env.HTTP(transport.Options{CAFile: sim.CAFile()})
	if err == nil {
		err = simulator.Browse(ctx, client, address)
	}
	if err != nil && ctx.Err() == nil {
		b.env.Log.Warn("the simulated browser ended", "error", err) // the page offers to stop waiting
	}
}

func (b *Backend) playCode(ctx context.Context, sim *simulator.Simulator, code entra.DeviceCode) {
	if sim == nil {
		return
	}
	select {
	case <-ctx.Done():
		return
	case <-time.After(typingTime):
	}
	client, err := b.env.HTTP(transport.Options{CAFile: sim.CAFile()})
	if err == nil {
		_, err = simulator.TypeCode(ctx, client, code.Address, code.Code)
	}
	if err != nil && ctx.Err() == nil {
		b.env.Log.Warn("the simulated code was not typed", "error", err)
	}
}
