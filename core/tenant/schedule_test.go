package tenant

import (
	"testing"
	"time"
)

func TestWorkingHours(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	h := WorkingHours{Days: []time.Weekday{time.Monday, time.Sunday}, From: 8 * time.Hour, To: 24 * time.Hour, Zone: berlin}
	for at, want := range map[string]bool{
		"2026-11-23T07:00:00Z": true, "2026-11-23T06:59:00Z": false, "2026-11-23T22:45:00Z": true, "2026-11-23T22:46:00Z": false,
		"2026-11-22T23:30:00Z": false, // Monday already
		"2026-11-24T12:00:00Z": false,
	} {
		start, _ := time.Parse(time.RFC3339, at)
		if got := h.Include(Span{start, start.Add(15 * time.Minute)}); got != want {
			t.Errorf("%s: %v", at, got)
		}
	}
	if h.Never() || !(WorkingHours{From: 1, To: 2}).Never() || !(WorkingHours{Days: h.Days}).Never() {
		t.Error("what is never open")
	}
}
