package window

import (
	"context"
	"time"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

// simulated plays what is outside for the simulated tenant: the system's browser
// would warn of an authority that nobody knows.
type simulated struct {
	env *session.Environment
	sim *simulator.Simulator
}

// typingTime is how long a device code stands on the page before it is typed.
const typingTime = 6 * time.Second

// Browse signs in as the simulated administrator.
func (s simulated) Browse(ctx context.Context, address string) {
	client, err := s.env.HTTP(transport.Options{CAFile: s.sim.CAFile()})
	if err == nil {
		err = simulator.Browse(ctx, client, address)
	}
	s.ended(ctx, err)
}

// Consent accepts on Microsoft's page as the simulated administrator.
func (s simulated) Consent(ctx context.Context, link string) {
	client, err := s.env.HTTP(transport.Options{CAFile: s.sim.CAFile()})
	if err == nil {
		err = simulator.Consent(ctx, client, link)
	}
	s.ended(ctx, err)
}

// TypeCode types a device code after a while.
func (s simulated) TypeCode(ctx context.Context, code entra.DeviceCode) {
	select {
	case <-ctx.Done():
		return
	case <-time.After(typingTime):
	}
	client, err := s.env.HTTP(transport.Options{CAFile: s.sim.CAFile()})
	if err == nil {
		_, err = simulator.TypeCode(ctx, client, code.Address, code.Code)
	}
	s.ended(ctx, err)
}

// ended logs what went wrong; the page offers to stop waiting.
func (s simulated) ended(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		s.env.Log.Warn("the simulated browser ended", "error", err)
	}
}

// Run has the simulated colleague run a script.
func (s simulated) Run(doc exchange.Document) ([]byte, error) {
	result, err := s.sim.ApplyIntent(doc.Intent)
	if err != nil {
		return nil, problem.New(wire.CodeIntent, words.T("The simulated colleague cannot run this.")).With(words.Plain(err.Error())).By(err)
	}
	return result, nil
}
