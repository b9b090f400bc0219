package tenant

import (
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// ScheduleStep is how finely free and busy are asked for.
const ScheduleStep = 15 * time.Minute

// Availability is what a mailbox shows to others of its calendar.
type Availability struct {
	Room string
	// View has a state for each ScheduleStep from From on.
	From time.Time
	View []Presence
	// Hours is nil when they are not known; NoHours then says why.
	Hours   *WorkingHours
	NoHours words.Text
	// Problem says why Microsoft tells nothing about this mailbox.
	Problem *problem.Problem
}

// Presence is what a calendar shows of a quarter of an hour.
type Presence byte

// What a calendar shows.
const (
	Free Presence = iota
	// Tentative is a meeting that waits for an approval.
	Tentative
	Busy
	// Unknown is a time that was not told about.
	Unknown
)

// Schedule is the same as spans. What the view does not reach up to an end may
// be busy.
func (a Availability) Schedule(to time.Time) Schedule {
	s := Schedule{Hours: a.Hours, NoHours: a.NoHours}
	for i := range int(to.Sub(a.From) / ScheduleStep) {
		if start := a.From.Add(time.Duration(i) * ScheduleStep); a.at(start) != Free {
			s.Busy = append(s.Busy, Span{start, start.Add(ScheduleStep)})
		}
	}
	return s
}

func (a Availability) at(t time.Time) Presence {
	if i := int(t.Sub(a.From) / ScheduleStep); !t.Before(a.From) && i < len(a.View) {
		return a.View[i]
	}
	return Unknown
}

// A day is shown from seven to twenty.
const (
	DayFrom = 7
	DayTo   = 20
)

// daySlots is how many quarters of an hour a day has.
const daySlots = (DayTo - DayFrom) * int(time.Hour/ScheduleStep)

// Day is a day of a room by its own clocks.
type Day struct {
	Room string `json:"room"`
	// Start is DayFrom o'clock in the room's time zone, or in this computer's when
	// Microsoft does not tell the room's.
	Start     time.Time `json:"start"`
	ZoneKnown bool      `json:"zoneKnown"`
	// Slots has a state for each quarter of an hour, nil with a problem.
	Slots   []Presence       `json:"-"`
	Problem *problem.Problem `json:"problem,omitempty"`
}

// DayBounds are when the day of a date begins and ends somewhere on earth: from
// seven where it begins first up to twenty where it ends last.
func DayBounds(date time.Time) (from, to time.Time) {
	at := func(hour, zone int) time.Time {
		return time.Date(date.Year(), date.Month(), date.Day(), hour-zone, 0, 0, 0, time.UTC)
	}
	return at(DayFrom, 14), at(DayTo, -12)
}

// Day cuts a date out of what a mailbox shows.
func (a Availability) Day(date time.Time) Day {
	zone := time.Local
	if a.Hours != nil {
		zone = a.Hours.Zone
	}
	d := Day{Room: a.Room, Problem: a.Problem, ZoneKnown: a.Hours != nil, Start: time.Date(date.Year(), date.Month(), date.Day(), DayFrom, 0, 0, 0, zone)}
	if a.Problem != nil {
		return d
	}
	d.Slots = make([]Presence, daySlots)
	for i := range d.Slots {
		d.Slots[i] = a.at(d.Start.Add(time.Duration(i) * ScheduleStep))
	}
	return d
}

// Meeting is a time of a day in one state.
type Meeting struct {
	Span
	Presence Presence
}

// Meetings are the times of a day that are not free, neighbours in one state
// together.
func (d Day) Meetings() (list []Meeting) {
	for i, p := range d.Slots {
		start := d.Start.Add(time.Duration(i) * ScheduleStep)
		if n := len(list); n > 0 && p != Free && list[n-1].Presence == p && list[n-1].End.Equal(start) {
			list[n-1].End = start.Add(ScheduleStep)
		} else if p != Free {
			list = append(list, Meeting{Span{start, start.Add(ScheduleStep)}, p})
		}
	}
	return list
}
