package tenant

import (
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// TestDay cuts one date out of what was told, by the clocks of rooms around the
// earth.
func TestDay(t *testing.T) {
	date := time.Date(2026, 11, 26, 15, 0, 0, 0, time.UTC)
	from, to := DayBounds(date)
	for zone, offset := range map[string]int{"Kiritimati": 14 * 3600, "Kathmandu": 5*3600 + 45*60, "UTC": 0, "Baker": -12 * 3600} {
		in := time.FixedZone(zone, offset)
		ten := time.Date(2026, 11, 26, 10, 0, 0, 0, in)
		a := Availability{Room: "r", From: from, View: make([]Presence, to.Sub(from)/ScheduleStep), Hours: &WorkingHours{Zone: in}}
		at := int(ten.Sub(from) / ScheduleStep)
		a.View[at], a.View[at+1], a.View[at+2] = Busy, Busy, Tentative
		d := a.Day(date)
		m := d.Meetings()
		if len(d.Slots) != daySlots || len(m) != 2 || !m[0].Start.Equal(ten) || m[0].End.Sub(m[0].Start) != 30*time.Minute || m[1].Presence != Tentative || !m[1].Start.Equal(m[0].End) {
			t.Errorf("%s: %v", zone, m)
		}
		if s := a.Schedule(to); len(s.Busy) != 3 {
			t.Errorf("%s: %v", zone, s.Busy)
		}
	}
}

// TestDayNotTold: what was not told about is not free.
func TestDayNotTold(t *testing.T) {
	date := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	from, to := DayBounds(date)
	short := Availability{From: from, View: make([]Presence, 4)}
	if d := short.Day(date); d.ZoneKnown || len(d.Meetings()) != 1 || d.Meetings()[0].Presence != Unknown {
		t.Errorf("%+v", d)
	}
	if s := short.Schedule(to); len(s.Busy) != int(to.Sub(from)/ScheduleStep)-4 {
		t.Errorf("%d quarters are busy", len(s.Busy))
	}
	if d := (Availability{Problem: problem.New(CodeNoSchedule, words.T("No."))}).Day(date); d.Slots != nil || d.Problem == nil {
		t.Errorf("%+v", d)
	}
}
