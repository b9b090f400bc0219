package session

import (
	"fmt"
	"testing"
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
