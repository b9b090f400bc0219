package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/simulator"
)

// TestOneThatHangsDelaysNobody: the server of the first connection gives no answer
// before all the others are told of. If they waited for it, this would not end.
func TestOneThatHangsDelaysNobody(t *testing.T) {
	dir := t.TempDir()
	env, err := wire.New(wire.Options{ConfigDir: dir, Vault: "memory"})
	if err != nil {
		t.Fatal(err)
	}
	sim, err := wire.Simulate(t.Context(), env, dir, simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	told := make(chan struct{})
	hangs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-told:
		case <-r.Context().Done():
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer hangs.Close()
	const others = 5
	for i := range others {
		s, err := wire.ConnectSimulated(t.Context(), env, sim, fmt.Sprintf("Connection %d", i))
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
	s, err := env.Create(t.Context(), "A first one", func(c *connection.Connection) {
		c.Cloud, c.Tenant.Domain, c.Product.ID = wire.SimulatedCloud, sim.Account().Domain, wire.SimulatedProduct
		c.Server.URL = hangs.URL
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	var order []string
	all, problems := env.Survey(t.Context(), session.SurveyOptions{Beside: 2}, func(h session.Health) {
		if order = append(order, h.Name); len(order) == others {
			close(told)
		}
	})
	if len(problems) > 0 || len(all) != others+1 {
		t.Fatalf("%d told, %v", len(all), problems)
	}
	if order[others] != "A first one" || all[0].Name != "A first one" || all[0].Well() {
		t.Errorf("told in the order %v; the first is %+v", order, all[0])
	}
	if kept, ok := env.LastHealth(all[0].ID); !ok || len(kept.Wants) != len(all[0].Wants) {
		t.Errorf("kept: %+v", kept)
	}
}
