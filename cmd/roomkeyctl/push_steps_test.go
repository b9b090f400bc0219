package main

import (
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
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

// TestATestThatIsNotKept says why, after a change as after a check, and does not
// exit as if it counted.
func TestATestThatIsNotKept(t *testing.T) {
	run := check.Run{Verdict: check.Passed, NotKept: problem.New(codeUsageFile, words.T("The file cannot be written."))}
	var out strings.Builder
	printTested(&out, session.Tested{Check: &run})
	if !strings.Contains(out.String(), "no push can rely on it") || !strings.Contains(out.String(), "The file cannot be written.") {
		t.Errorf("the test after a change:\n%s", out.String())
	}
	if err := ending(session.Tested{Check: &run}); err == nil {
		t.Error("exit status 0")
	}
}
