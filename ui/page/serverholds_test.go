package page

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/handover"
	"github.com/roomkey/roomkey/ui/kit"
)

// TestViewOfASilentServer: a server that has no view is not waited for.
func TestViewOfASilentServer(t *testing.T) {
	for silent, want := range map[bool]string{true: "cannot say whether it works", false: "until the server says so"} {
		mark, text := viewOf(handover.ServerState{Status: booking.Status{State: booking.StatusUnknown, Silent: silent}})
		if mark != kit.MarkUnknown || !strings.Contains(text.String(), want) {
			t.Errorf("silent %v: %v %q", silent, mark, text.String())
		}
	}
}
