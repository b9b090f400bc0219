package handover

import (
	"testing"

	"github.com/roomkey/roomkey/core/booking"
)

// TestUnchanged: a server that holds everything is not as it should be while there is
// something on it that is to go.
func TestUnchanged(t *testing.T) {
	held := booking.Preview{Current: booking.Current{Configuration: &booking.Configuration{}}}
	stays := held
	stays.DryRun.Unwanted = 1
	for name, tt := range map[string]struct {
		plan Plan
		want bool
	}{
		"nothing there":       {Plan{}, false},
		"the same":            {Plan{Preview: held}, true},
		"something stays":     {Plan{Preview: stays}, true},
		"something is to go":  {Plan{Preview: stays, Choices: booking.Choices{Remove: true}}, false},
		"nothing is there to": {Plan{Preview: held, Choices: booking.Choices{Remove: true}}, true},
	} {
		if got := tt.plan.Unchanged(); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
