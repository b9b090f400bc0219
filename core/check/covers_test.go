package check

import (
	"testing"

	"github.com/roomkey/roomkey/core/permission"
)

// TestAStrongerPermissionIsEnough over more than one level, as the catalogue has
// it: what includes a permission that includes the wanted one is enough.
func TestAStrongerPermissionIsEnough(t *testing.T) {
	catalogue, err := permission.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := &State{Input: Input{Permissions: catalogue}}
	for _, tt := range []struct {
		held, wanted string
		want         bool
	}{
		{"Calendars.ReadWrite", "Calendars.ReadBasic.All", true},
		{"Calendars.Read", "Calendars.ReadBasic.All", true},
		{"Calendars.ReadBasic.All", "Calendars.Read", false},
		{"Calendars.Read", "Calendars.ReadWrite", false},
		{"Calendars.Read", "Calendars.Read", true},
	} {
		if got := s.covers(tt.held, tt.wanted); got != tt.want {
			t.Errorf("%s is enough for %s: %v", tt.held, tt.wanted, got)
		}
	}
}
