package main

import (
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/words"
)

// TestStepsSayWhenProven: a proven step says since when and until when, one
// without evidence only its reason.
func TestStepsSayWhenProven(t *testing.T) {
	var out strings.Builder
	printSteps(&out, []setup.Step{
		{Title: words.T("Prove"), State: "done", Reason: words.T("Everything works."), ProvenAt: time.Date(2026, 11, 22, 12, 0, 0, 0, time.Local), VoidWhen: words.T("Valid until the rooms change.")},
		{Title: words.T("Hand over"), State: "open", Reason: words.T("Nothing was pushed.")},
	})
	proven, open, _ := strings.Cut(out.String(), "Hand over")
	for _, want := range []string{"2026-11-22 12:00", "Everything works. Valid until the rooms change."} {
		if !strings.Contains(proven, want) {
			t.Errorf("the proven step lacks %q:\n%s", want, proven)
		}
	}
	if !strings.Contains(open, "Nothing was pushed.") || strings.Contains(open, "20") {
		t.Errorf("the open step: %s", open)
	}
}
