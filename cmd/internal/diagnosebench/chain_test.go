package main

import (
	"testing"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/evidence"
)

// drawnRight holds the picture of a run to what the run says: no link is proven
// of which a claim is not, and both name the same root cause.
func drawnRight(t *testing.T, run check.Run) {
	t.Helper()
	if len(run.Chain) < 5 {
		t.Fatalf("a chain of %d links", len(run.Chain))
	}
	for _, l := range run.Chain {
		for _, c := range l.Claims {
			if s := evidence.Find(run.Claims, c); l.Standing == evidence.Works && s.Standing != evidence.Works && s.Standing != evidence.Lacking {
				t.Errorf("%s is drawn as proven, and %s is %s", l.ID, c, s.Standing)
			}
		}
	}
	cause, broken := run.Chain.Cause()
	if run.Verdict == check.Failed && (!broken || cause.Standing != evidence.Failed || run.RootCause == nil || cause.Source != run.RootCause.Check) {
		t.Errorf("the picture names %s (%s), the run %+v", cause.ID, cause.Source, run.RootCause)
	}
	if broken && run.Verdict.Passes() {
		t.Errorf("%s is broken in a run that passed", cause.ID)
	}
}
