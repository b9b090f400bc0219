package page

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roomkey/roomkey/core/words"
)

func TestGrouped(t *testing.T) {
	got := [][3]string{}
	for _, d := range grouped([]Difference{
		{Name: words.Plain("tenant.id"), New: "t"},
		{Name: words.Plain("rooms.items[a@x].capacity"), Old: "4", New: "6"},
		{Name: words.Plain("rooms.items[a@x].floor"), New: "2"},
		{Name: words.Plain("rooms.items[b@x].displayName"), New: "B"},
		{Name: words.Plain("new.field"), Old: "x"},
	}) {
		got = append(got, [3]string{d.Name.String(), d.Old, d.New})
	}
	want := [][3]string{{"Tenant ID", "", "t"}, {"Rooms", "1 entry that differs", "2 entries that differ"}, {"new.field", "x", ""}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestVerdictIsNeverFalselyGreen goes through every verdict, on this
// configuration and on another: green is a pass on exactly this one.
func TestVerdictIsNeverFalselyGreen(t *testing.T) {
	for _, verdict := range []string{VerdictPass, VerdictWarn, VerdictFail, VerdictIncomplete, "", "passed", "unknown"} {
		for _, current := range []bool{true, false} {
			mark, says := verdictOf(&Run{Verdict: verdict, Current: current})
			if green := mark == "done"; green != (verdict == VerdictPass && current) {
				t.Errorf("%q, current %v: %s, %s", verdict, current, mark, says)
			}
		}
	}
	for _, status := range []string{StatusWarn, StatusFail, StatusUnknown, StatusSkipped, StatusRunning, "", "ok"} {
		if MarkOf(status) == "done" {
			t.Errorf("status %q is green", status)
		}
	}
}
