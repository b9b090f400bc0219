package main

import (
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
)

// TestProofHasAnAge: what was tested yesterday, or is withdrawn after the test,
// is not pushed, and the server holds nothing then.
func TestProofHasAnAge(t *testing.T) {
	b, err := start(t.Context(), 4, 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.close() })
	ahead := time.Duration(0)
	b.env.Now = func() time.Time { return time.Now().Add(ahead) }
	s, err := b.open(t.Context(), "age")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if run, err := s.Check(t.Context(), check.Options{}, nil, nil); err != nil || run.Verdict != check.Passed {
		t.Fatalf("%v, %+v", err, run.RootCause)
	}
	plan, err := s.Plan(t.Context(), false)
	if err == nil {
		err = s.Confirm(t.Context(), plan.Confirmations)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, fault string
		ahead       time.Duration
		lasts, want string
	}{
		{"a permission is withdrawn", "missing-role", 0, "", "booking.gate-withdrawn"},
		{"a mailbox is withdrawn", "calendar-denied", 0, "", "booking.gate-withdrawn"},
		{"the secret is withdrawn", "wrong-secret", 0, "", "booking.gate-withdrawn"},
		{"the server has another key", "server-recipient-changed", 0, "", "booking.recipient-changed"},
		{"too old", "", 25 * time.Hour, "", "booking.gate-old"},
		{"too old for a careful administrator", "", 2 * time.Hour, "1h", "booking.gate-old"},
		{"dated in the future", "", -time.Hour, "", "booking.gate-future"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() { ahead = 0; _ = b.sim.SetFaults() }()
			if err := s.Edit(t.Context(), func(c *connection.Connection) { c.Server.TestLasts = tt.lasts }); err != nil {
				t.Fatal(err)
			}
			plan, err := s.Plan(t.Context(), true)
			if err != nil {
				t.Fatal(err)
			}
			ahead = tt.ahead
			if tt.fault != "" {
				if err := b.sim.SetFaults(tt.fault); err != nil {
					t.Fatal(err)
				}
			}
			_, err = s.Push(t.Context(), plan, true, nil)
			if p := problem.Of(err); problem.CodeOf(err).String() != tt.want || len(p.Remedies) == 0 {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if tt.want == "booking.gate-withdrawn" {
				if claims, err := s.Claims(t.Context()); err != nil {
					t.Error(err)
				} else if bad, ok := evidence.Worst(claims); !ok {
					t.Errorf("nothing is remembered against it: %+v", bad)
				}
			}
			_ = b.sim.SetFaults()
			if held, err := s.ServerState(t.Context()); err != nil || held.Current.Configuration != nil {
				t.Errorf("the server holds something: %v", err)
			}
			ahead = 0
			if _, err := s.Check(t.Context(), check.Options{}, nil, nil); err != nil {
				t.Fatal(err)
			}
		})
	}
	plan, err = s.Plan(t.Context(), false)
	if err == nil {
		_, err = s.Push(t.Context(), plan, false, nil)
	}
	if err != nil {
		t.Errorf("nothing is withdrawn, and the push was refused: %v", err)
	}
}
