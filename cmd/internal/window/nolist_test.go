package window

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/ui/page"
)

// stepOf is where a step of the connection stands.
func stepOf(t *testing.T, s page.Session, id string) setup.Step {
	t.Helper()
	steps, err := s.Steps(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range steps {
		if st.ID == id {
			return st
		}
	}
	t.Fatalf("there is no step %s", id)
	return setup.Step{}
}

// TestATenantThatListsNoRooms is registered all the same, and the step says what
// was seen: that there is no such list there, or that it is empty. Neither counts
// as a list that works when the connection is proven.
func TestATenantThatListsNoRooms(t *testing.T) {
	for _, tt := range []struct {
		fault, registered string
		proven            setup.State
	}{
		{fault.NoPlaces, "Listing rooms is not available in this tenant.", setup.Done},
		{fault.RoomHidden, "The tenant shows the application no room.", setup.Failed},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			h := home(t, simulator.Options{Rooms: 1, Users: 3})
			id, err := h.Simulate(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			s := opened(t, h, id)
			rooms := s.Rooms(t.Context(), func([]tenant.Room) {})
			if err := s.Change(t.Context(), connection.Put("rooms.mode", connection.Selected), connection.Put("rooms.items", rooms.Items[0].EmailAddress)); err != nil {
				t.Fatal(err)
			}
			if err := h.sim.Load().SetFaults(tt.fault); err != nil {
				t.Fatal(err)
			}
			if run, err := s.QuickProof(quickly(t), nil, nil); err != nil || run.Verdict == check.Failed {
				t.Fatalf("%s, %v", run.Verdict, err)
			}
			if st := stepOf(t, s, setup.Register); st.State != setup.Done || !strings.Contains(st.Reason.String(), tt.registered) {
				t.Errorf("the registration is %s: %s", st.State, st.Reason)
			}
			if _, err := s.Check(quickly(t), check.Options{NoSubscription: true}, nil, nil); err != nil {
				t.Fatal(err)
			}
			if st := stepOf(t, s, setup.Register); st.State != setup.Done {
				t.Errorf("after a whole test the registration is %s: %s", st.State, st.Reason)
			}
			if st := stepOf(t, s, setup.Prove); st.State != tt.proven {
				t.Errorf("the connection is %s: %s", st.State, st.Reason)
			}
		})
	}
}
