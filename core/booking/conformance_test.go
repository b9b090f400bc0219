package booking_test

import (
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// TestConform: the simulated server keeps to the contract, and a fault is found.
func TestConform(t *testing.T) {
	sim, err := simulator.Start(t.Context(), simulator.Options{Rooms: 3, Users: 3, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	client, err := transport.New(transport.Options{CAFile: sim.CAFile(), Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	token := vault.NewSecret(sim.Account().ServerToken)
	trials, err := booking.Conform(t.Context(), sim.BookingURL(), token, vault.Secret{}, client)
	if err != nil || len(trials) < 45 {
		t.Fatalf("%d trials: %v", len(trials), err)
	}
	for _, trial := range trials {
		if trial.State == booking.TrialFailed {
			t.Errorf("%s: %s: %s", trial.ID, trial.Rule, trial.Seen)
		}
	}
	if err := sim.SetFaults("server-answer-lost"); err != nil {
		t.Fatal(err)
	}
	if trials, err = booking.Conform(t.Context(), sim.BookingURL(), token, vault.Secret{}, client); err != nil {
		t.Fatal(err)
	}
	failed := 0
	for _, trial := range trials {
		if trial.State == booking.TrialFailed {
			failed++
		}
	}
	if failed == 0 {
		t.Error("a server whose answers are lost keeps to the contract")
	}
}
