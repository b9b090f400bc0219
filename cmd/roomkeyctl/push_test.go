package main

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/handover"
)

// TestTheServersViewSaysWhatItIsAbout: an "ok" from long ago, or about another
// configuration, is not shown bare.
func TestTheServersViewSaysWhatItIsAbout(t *testing.T) {
	var h handover.ServerState
	h.Current.Configuration = &booking.Configuration{Digest: "held"}
	h.Status = booking.Status{State: booking.StatusOK, Digest: "other", CheckedAt: time.Date(2020, 1, 1, 8, 0, 0, 0, time.UTC)}
	var out strings.Builder
	printServerState(&out, h)
	if want := "The server reports: works\nIt last tested this at 2020-01-01 08:00 UTC.\nIt tested another configuration than the one it has.\n"; !strings.Contains(out.String(), want) {
		t.Errorf("shown:\n%s", out.String())
	}
}

// TestNothingIsSaidOfNothing: where nothing was tried or checked, no time and no
// check is spoken of.
func TestNothingIsSaidOfNothing(t *testing.T) {
	for _, state := range []string{booking.StatusUnknown, booking.StatusNotConfigured} {
		var h handover.ServerState
		h.Current.Configuration = &booking.Configuration{Digest: "held"}
		h.Compared, h.Matches = true, true
		h.Status = booking.Status{State: state, CheckedAt: time.Date(2020, 1, 1, 8, 0, 0, 0, time.UTC)}
		var out strings.Builder
		printServerState(&out, h)
		if said := out.String(); strings.Contains(said, "last tested") || strings.Contains(said, "checked here") || !strings.Contains(said, "It is this connection's configuration.") {
			t.Errorf("%s:\n%s", state, said)
		}
	}
}

// TestCancelledStatusSaysNothing of steps that could not be read any more.
func TestCancelledStatusSaysNothing(t *testing.T) {
	t.Setenv("ROOMKEY_HOME", t.TempDir())
	t.Setenv("ROOMKEY_VAULT", "memory")
	c := &commandLine{t: t}
	if status, printed := c.run("connection", "new", "Lab", "--product", "robin", "--offline"); status != exitDone {
		t.Fatal(printed)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out strings.Builder
	term := &terminal{in: os.Stdin, out: &out, err: &out}
	root := newRoot(term)
	root.SetArgs([]string{"status"})
	if status := term.exit(root.ExecuteContext(ctx)); status != exitFailed || strings.Contains(out.String(), "STEP") {
		t.Errorf("%d\n%s", status, out.String())
	}
}
