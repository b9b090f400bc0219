package window

import (
	"context"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/ui/page"
)

// simulatedHome has an open connection to a simulated tenant.
func simulatedHome(t *testing.T) (*Home, page.Opened) {
	t.Helper()
	h, err := Open(t.Context(), t.TempDir(), "memory", "test")
	if err != nil {
		t.Fatal(err)
	}
	h.Options = simulator.Options{Rooms: 4, Users: 12}
	t.Cleanup(h.Close)
	id, err := h.Simulate(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := h.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opened.Session.Close)
	return h, opened
}

func quickly(t *testing.T) context.Context {
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(stop)
	return ctx
}

// TestSignInNamesTheTenant: what it is called is kept, and the registration and
// mailboxes can be looked at from then on.
func TestSignInNamesTheTenant(t *testing.T) {
	h, opened := simulatedHome(t)
	ctx := quickly(t)
	s := opened.Session
	way := session.SignIn{Open: func(address string) { h.Simulated(s.Document().Cloud).Browse(ctx, address) }}
	if _, err := s.SignIn(ctx, way, entra.ScopesRead); err != nil {
		t.Fatal(err)
	}
	if name := s.Document().Tenant.DisplayName; name == "" {
		t.Error("the tenant has no name")
	}
	plan, err := s.RegisterPlan(ctx, register.Options{}, nil)
	if err != nil || plan.Asks.IsZero() == (len(plan.Todo()) > 0) {
		t.Errorf("%d to do, asks %q, %v", len(plan.Todo()), plan.Asks, err)
	}
}
