package check

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

func place(t *testing.T, name string) *time.Location {
	t.Helper()
	in, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// open are working hours without anything in the calendar.
func open(in *time.Location, from, to time.Duration, days ...time.Weekday) func() (tenant.Schedule, error) {
	return func() (tenant.Schedule, error) {
		return tenant.Schedule{Hours: &tenant.WorkingHours{Days: days, From: from, To: to, Zone: in}}, nil
	}
}

// TestBookingIsPlannedWithinHoursAndWindow: it is Monday noon in UTC.
func TestBookingIsPlannedWithinHoursAndWindow(t *testing.T) {
	tonga, tokyo, berlin := place(t, "Pacific/Tongatapu"), place(t, "Asia/Tokyo"), place(t, "Europe/Berlin")
	noSchedule := func() (tenant.Schedule, error) {
		return tenant.Schedule{}, problem.New(tenant.CodeNoSchedule, words.T("Not told."))
	}
	window := func(days int) *RoomPolicy { return &RoomPolicy{AutoAccept: true, WindowDays: days} }
	tests := []struct {
		name     string
		schedule func() (tenant.Schedule, error)
		policy   *RoomPolicy
		when     string // "" where it cannot be planned
		code     string
	}{
		{"Berlin", open(berlin, 8*time.Hour, 17*time.Hour, weekdays...), nil, "Tue 2026-11-24 08:00-08:15 (Europe/Berlin, UTC+01:00)", ""},
		{"Tonga, where it is Tuesday", open(tonga, 9*time.Hour, 10*time.Hour, weekdays...), nil, "Wed 2026-11-25 09:00-09:15 (Pacific/Tongatapu, UTC+13:00)", ""},
		{"Saturdays only", open(tokyo, 9*time.Hour, 18*time.Hour, time.Saturday), nil, "Sat 2026-11-28 09:00-09:15 (Asia/Tokyo, UTC+09:00)", ""},
		{"busy in the morning", func() (tenant.Schedule, error) {
			s, _ := open(time.UTC, 8*time.Hour, 17*time.Hour, weekdays...)()
			tuesday := noon.Add(20 * time.Hour)
			s.Busy = []tenant.Span{{Start: tuesday, End: tuesday.Add(time.Hour)}, {Start: tuesday.Add(65 * time.Minute), End: tuesday.Add(70 * time.Minute)}}
			return s, nil
		}, nil, "Tue 2026-11-24 09:15-09:30 (UTC+00:00)", ""},
		{"busy for weeks", func() (tenant.Schedule, error) {
			s, _ := open(time.UTC, 8*time.Hour, 17*time.Hour, weekdays...)()
			s.Busy = []tenant.Span{{Start: noon, End: noon.AddDate(0, 1, 0)}}
			return s, nil
		}, nil, "", "booking.no-free-time"},
		{"today only", open(time.UTC, 8*time.Hour, 17*time.Hour, weekdays...), window(0), "Mon 2026-11-23 13:15-13:30 (UTC+00:00)", ""},
		{"today only, closed by now", open(time.UTC, 8*time.Hour, 13*time.Hour, weekdays...), window(0), "", "booking.no-free-time"},
		{"tomorrow is closed and last", open(time.UTC, 8*time.Hour, 17*time.Hour, time.Monday, time.Friday), window(1), "Mon 2026-11-23 13:15-13:30 (UTC+00:00)", ""},
		{"window not known", open(time.UTC, 8*time.Hour, 17*time.Hour, time.Friday), window(-1), "Fri 2026-11-27 08:00-08:15 (UTC+00:00)", ""},
		{"ten minutes at most", open(time.UTC, 8*time.Hour, 17*time.Hour, weekdays...), &RoomPolicy{AutoAccept: true, WindowDays: 180, MaxMinutes: 10}, "Tue 2026-11-24 08:00-08:10 (UTC+00:00)", ""},
		{"ten minutes a day", open(time.UTC, 8*time.Hour, 8*time.Hour+10*time.Minute, weekdays...), nil, "", "booking.no-free-time"},
		{"no day", open(time.UTC, 8*time.Hour, 17*time.Hour), nil, "", "booking.no-hours"},
		{"no time", open(time.UTC, 8*time.Hour, 8*time.Hour, weekdays...), nil, "", "booking.no-hours"},
		{"not told", noSchedule, nil, "Tue 2026-11-24 10:00-10:15 (UTC+00:00)", ""},
		{"zone not known", func() (tenant.Schedule, error) { return tenant.Schedule{NoHours: words.T("What zone?")}, nil }, nil, "Tue 2026-11-24 10:00-10:15 (UTC+00:00)", ""},
		{"out of order", func() (tenant.Schedule, error) { return tenant.Schedule{}, refusal("graph.unavailable") }, nil, "", "graph.unavailable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, _, _ := writing()
			w.in.Calendars.(*calendars).schedule, w.in.Options.TestRoomPolicy = tt.schedule, tt.policy
			plan, err := PlanBooking(t.Context(), w.in)
			if problem.CodeOf(err).String() != tt.code {
				t.Fatalf("%v", err)
			}
			if err != nil {
				return
			}
			if plan.when() != tt.when {
				t.Errorf("%s, want %s", plan.when(), tt.when)
			}
			if says := plan.Says().String(); strings.Contains(says, "unknown") == plan.NoHours.IsZero() || !strings.Contains(says, tt.when) {
				t.Error(says)
			}
		})
	}
}

func TestBookingKeepsToThePlan(t *testing.T) {
	tokyo := place(t, "Asia/Tokyo")
	tests := []struct {
		name  string
		spoil func(*world, *calendars)
		made  int
		want  Status
		code  string
		says  string
	}{
		{"no yes", func(w *world, _ *calendars) { w.in.Options.AllowWrites = false }, 0, Skipped, "", "Tue 2026-11-24 09:00-09:15 (Asia/Tokyo, UTC+09:00)"},
		{"agreed", func(w *world, _ *calendars) { w.in.Options.BookingAt = noon.Add(12 * time.Hour) }, 1, Pass, "", "Tue 2026-11-24 09:00"},
		{"taken meanwhile", func(w *world, _ *calendars) { w.in.Options.BookingAt = noon.Add(11 * time.Hour) }, 0, Unknown, "booking.time-taken", ""},
		{"declined within hours", func(_ *world, c *calendars) { c.answer = "declined" }, 1, Fail, "booking.declined", ""},
		{"declined at an hour that may be wrong", func(_ *world, c *calendars) {
			c.answer, c.schedule = "declined", func() (tenant.Schedule, error) { return tenant.Schedule{}, forbidden() }
		}, 1, Unknown, "booking.declined-hours", ""},
		{"declined by a room that is open at any hour", func(w *world, c *calendars) {
			c.answer, c.schedule = "declined", func() (tenant.Schedule, error) { return tenant.Schedule{}, forbidden() }
			w.in.Options.TestRoomPolicy = &RoomPolicy{AutoAccept: true, WindowDays: 180}
		}, 1, Fail, "booking.declined", ""},
		{"never open, and nothing said about declining", func(_ *world, c *calendars) { c.schedule = open(tokyo, 0, 0) }, 0, Unknown, "booking.no-hours", ""},
		{"never open, and so never booked", func(w *world, c *calendars) {
			c.schedule = open(tokyo, 0, 0)
			w.in.Options.TestRoomPolicy = &RoomPolicy{AutoAccept: true, OnlyWorkHours: true}
		}, 0, Fail, "booking.no-hours", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, _, _ := writing()
			w.in.Product.Notifications = false
			c := w.in.Calendars.(*calendars)
			c.schedule = open(tokyo, 9*time.Hour, 17*time.Hour, weekdays...)
			tt.spoil(w, c)
			f, _ := w.run(t).Finding(TestBooking)
			if f.Status != tt.want || problem.CodeOf(f.err()).String() != tt.code || len(c.made) != tt.made || !strings.Contains(f.Note.String(), tt.says) {
				t.Errorf("%s %v %q, %d meetings", f.Status, f.err(), f.Note, len(c.made))
			}
		})
	}
}

// TestAskedForAndNotTriedIsNotGreen: whoever names a check wants it tried.
func TestAskedForAndNotTriedIsNotGreen(t *testing.T) {
	w, _, _ := writing()
	w.in.Options.AllowWrites, w.in.Options.Only = false, []string{TestBooking}
	if r := w.run(t); r.Verdict != Incomplete || r.RootCause != nil {
		t.Errorf("%s %v", r.Verdict, r.RootCause)
	}
	w.in.Options.Only = nil
	if r := w.run(t); r.Verdict != Passed {
		t.Errorf("%s %v", r.Verdict, r.RootCause)
	}
}
