package session

import (
	"fmt"
	"testing"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/handover"
	"github.com/roomkey/roomkey/core/problem"
)

// TestChangedRooms: a room that was proven and is not listed is named whatever is
// chosen, a new one where all are; capitals do not matter.
func TestChangedRooms(t *testing.T) {
	proven, now := []string{"A@x", "b@x"}, []string{"a@X", "c@x"}
	for all, want := range map[bool]string{
		false: "[The room b@x is no longer listed.]",
		true:  "[The room b@x is no longer listed. The room c@x is new.]",
	} {
		if got := fmt.Sprint(changedRooms(all, proven, now)); got != want {
			t.Errorf("all %v: %s, want %s", all, got, want)
		}
	}
	if got := changedRooms(true, nil, now); len(got) > 0 {
		t.Errorf("nothing was proven, and %v has changed", got)
	}
}

// TestServerOf: what a server says of another configuration, or of one that was
// not compared, is not said of this connection.
func TestServerOf(t *testing.T) {
	stored, stale := booking.Current{Configuration: &booking.Configuration{}}, &problem.Problem{}
	for name, tt := range map[string]struct {
		held handover.ServerState
		want string
	}{
		"works with this":              {handover.ServerState{Current: stored, Compared: true, Matches: true, Status: booking.Status{State: booking.StatusOK}}, booking.StatusOK},
		"worked long ago":              {handover.ServerState{Current: stored, Compared: true, Matches: true, Status: booking.Status{State: booking.StatusOK}, StatusProblem: stale}, booking.StatusUnknown},
		"fails with this":              {handover.ServerState{Current: stored, Compared: true, Matches: true, Status: booking.Status{State: booking.StatusFailing}, StatusProblem: stale}, booking.StatusFailing},
		"fails with another":           {handover.ServerState{Current: stored, Compared: true, Status: booking.Status{State: booking.StatusFailing}, StatusProblem: stale}, serverOther},
		"works with another":           {handover.ServerState{Current: stored, Compared: true, Status: booking.Status{State: booking.StatusOK}, StatusProblem: stale}, serverOther},
		"is silent about another":      {handover.ServerState{Current: stored, Compared: true, Status: booking.Status{State: booking.StatusUnknown}}, serverOther},
		"fails with what nobody knows": {handover.ServerState{Current: stored, Status: booking.Status{State: booking.StatusFailing}, StatusProblem: stale}, booking.StatusUnknown},
		"has nothing":                  {handover.ServerState{Compared: true, Status: booking.Status{State: booking.StatusNotConfigured}}, booking.StatusNotConfigured},
	} {
		if got := serverOf(tt.held); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
