package booking_test

import (
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/vault"
)

// TestOverRealTLS: the client with the transport that Roomkey uses, against the
// simulated server with an authority of its own.
func TestOverRealTLS(t *testing.T) {
	sim, err := simulator.Start(t.Context(), simulator.Options{Rooms: 3, Users: 3, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	account := sim.Account()
	open := func(caFile string) *booking.Client {
		t.Helper()
		client, err := transport.New(transport.Options{CAFile: caFile, Timeout: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		c, err := booking.Open(booking.Options{Server: connection.Server{URL: sim.BookingURL()}, Token: vault.NewSecret(account.ServerToken), HTTP: client})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if _, err := open("").Describe(t.Context()); problem.CodeOf(err).String() != "net.tls-untrusted" {
		t.Errorf("without the authority: %v", err)
	}
	c := open(sim.CAFile())
	d, err := c.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := booking.Confirmations(connection.Server{URL: sim.BookingURL()}, d); err != nil || len(again) != 1 || again[0].Kind != booking.ConfirmRecipient {
		t.Errorf("only the recipient should be asked for: %+v %v", again, err)
	}
	if now, err := c.Current(t.Context()); err != nil || now.Configuration != nil {
		t.Errorf("%+v %v", now, err)
	}
	for fault, want := range map[string]string{
		"server-token-wrong": "booking.token-wrong", "server-down": "net.refused", "server-cut": "net.cut",
		"server-html": "booking.unexpected-answer", "server-old-contract": "booking.contract-version",
	} {
		if err := sim.SetFaults(fault); err != nil {
			t.Fatal(err)
		}
		_, err := open(sim.CAFile()).Current(t.Context())
		if problem.CodeOf(err).String() != want {
			t.Errorf("%s: got %v, want %s", fault, err, want)
		}
	}
}
