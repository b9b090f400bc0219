package page

import (
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/ui/kit"
)

// TestHeadlineIsGreenWhenNothingIsWrong: a test that passed is not green above a
// booking server that says since that it does not work.
func TestHeadlineIsGreenWhenNothingIsWrong(t *testing.T) {
	test.NewTempApp(t)
	for standing, want := range map[evidence.Standing]kit.Mark{
		evidence.Works: kit.MarkDone, evidence.Untested: kit.MarkDone, evidence.Attention: kit.MarkAttention, evidence.Failed: kit.MarkFail,
	} {
		run := &diagnosis{Run: check.Run{Verdict: check.Passed}, current: true, step: setup.Step{State: setup.Done}}
		run.Claims = []evidence.State{{Claim: evidence.ServerWorks, Standing: standing}}
		if mark, _ := headline(run); mark != want {
			t.Errorf("the server's own view is %s: the headline is %v, want %v", standing, mark, want)
		}
	}
}
