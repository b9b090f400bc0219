package page

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
)

func TestGrouped(t *testing.T) {
	got := [][3]string{}
	for _, d := range grouped([]booking.Change{
		{Path: "tenant.id", To: "t"},
		{Path: "rooms.items[a@x].capacity", From: "4", To: "6"},
		{Path: "rooms.items[a@x].floor", To: "2"},
		{Path: "rooms.items[b@x].displayName", To: "B"},
		{Path: "new.field", From: "x"},
	}) {
		got = append(got, [3]string{d.Path, d.From, d.To})
	}
	want := [][3]string{{"Tenant ID", "", "t"}, {"Rooms", "1 different entry", "2 different entries"}, {"new.field", "x", ""}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestVerdictIsNeverFalselyGreen goes through every verdict, on this
// configuration and on another: green is a pass on exactly this one.
func TestVerdictIsNeverFalselyGreen(t *testing.T) {
	for _, verdict := range []check.Verdict{check.Passed, check.Warned, check.Failed, check.Incomplete, "", "passed", "unknown"} {
		for _, current := range []bool{true, false} {
			mark, says := verdictOf(&diagnosis{Run: check.Run{Verdict: verdict}, current: current})
			if green := mark == "done"; green != (verdict == check.Passed && current) {
				t.Errorf("%q, current %v: %s, %s", verdict, current, mark, says)
			}
		}
	}
	for _, status := range []check.Status{check.Warn, check.Fail, check.Unknown, check.Skipped, "", "ok"} {
		if MarkOf(status) == "done" {
			t.Errorf("status %q is green", status)
		}
	}
}
