package check

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

const (
	slotStep = 15 * time.Minute
	// slotAhead is how far ahead a test booking is at least: nobody should find
	// the room taken on arrival.
	slotAhead = time.Hour
	// slotDays is how many days ahead a free time is looked for.
	slotDays = 14
)

// BookingPlan is the meeting that a test booking makes.
type BookingPlan struct {
	Organizer, Room string
	// Start and End are in the time zone of the room; while its hours are not
	// known, in this computer's.
	Start, End time.Time
	// NoHours is why the room's working hours are not known, zero if they are.
	NoHours words.Text
}

// PlanBooking finds when a test booking with these options would be. It only
// reads.
func PlanBooking(ctx context.Context, in Input) (BookingPlan, error) {
	return newState(in, 0, nil).planBooking(ctx)
}

// Says tells who is invited for when, and what is not known of that time.
func (p BookingPlan) Says() words.Text {
	if !p.NoHours.IsZero() {
		return words.T("%s invites %s for %s, in this computer's time zone. The room's working hours are unknown: %s", p.Organizer, p.Room, p.when(), p.NoHours)
	}
	return words.T("%s invites %s for %s, within the room's working hours.", p.Organizer, p.Room, p.when())
}

// when is the time with its zone: "Tue 2026-11-24 08:00-08:15 (Europe/Berlin, UTC+01:00)".
func (p BookingPlan) when() string {
	return p.Start.Format("Mon 2006-01-02 15:04") + p.End.Format("-15:04 ") + "(" + zoneOf(p.Start) + ")"
}

// zoneOf names the time zone of a moment by its place, if it has one, and by
// its distance from UTC.
func zoneOf(t time.Time) string {
	offset := t.Format("UTC-07:00")
	if name := t.Location().String(); strings.Contains(name, "/") {
		return name + ", " + offset
	}
	return offset
}

func (p BookingPlan) within() string {
	if p.NoHours.IsZero() {
		return "yes"
	}
	return "unknown"
}

// planBooking finds the first free time within the room's working hours and
// booking window, tomorrow or later if there is one.
func (s *State) planBooking(ctx context.Context) (BookingPlan, error) {
	o := s.Options
	if p := o.TestRoomPolicy.refuses(o.TestRoom); p != nil {
		return BookingPlan{}, p
	}
	now := s.now()
	from := now.UTC().Truncate(slotStep).Add(slotAhead + slotStep)
	to := from.AddDate(0, 0, slotDays)
	schedule, err := s.scheduleOf(ctx, from, to)
	if err != nil {
		return BookingPlan{}, err
	}
	hours := schedule.Hours
	switch {
	case hours == nil:
		hours = &tenant.WorkingHours{From: 10 * time.Hour, To: 16 * time.Hour, Zone: now.Location(),
			Days: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}}
	case hours.Never():
		return BookingPlan{}, problem.New(codeBookingNoHours, words.T("%s has no suitable time within its working hours.", o.TestRoom)).
			With(words.T("They are: %s.", hoursText(*hours))).
			Fix(words.T("Exchange Online PowerShell: Set-MailboxCalendarConfiguration -Identity %s -WorkDays Weekdays -WorkingHoursStartTime 08:00:00 -WorkingHoursEndTime 18:00:00", o.TestRoom)).
			Fix(words.T("Or name another room for the test booking."))
	}
	plan := BookingPlan{Organizer: o.Organizer, Room: o.TestRoom, NoHours: schedule.NoHours}
	today := now.In(hours.Zone).Format(time.DateOnly)
	last := o.TestRoomPolicy.lastDay(now.In(hours.Zone))
	for start := from; start.Before(to); start = start.Add(slotStep) {
		slot := tenant.Span{Start: start.In(hours.Zone), End: start.In(hours.Zone).Add(o.TestRoomPolicy.length())}
		day := slot.Start.Format(time.DateOnly)
		if day > last || !hours.Include(slot) || !free(slot, schedule.Busy) {
			continue
		}
		if plan.Start.IsZero() || day > today {
			plan.Start, plan.End = slot.Start, slot.End
		}
		if day > today {
			break
		}
	}
	if plan.Start.IsZero() {
		return BookingPlan{}, problem.New(codeNoTime, words.T("%s has no free 15 minutes for a test booking.", o.TestRoom)).
			With(words.T("The days up to %s were checked, between these hours: %s.", min(last, to.In(hours.Zone).Format(time.DateOnly)), hoursText(*hours))).
			Fix(words.T("Name another room for the test booking."))
	}
	return plan, nil
}

// scheduleOf asks for free and busy and for working hours. A room of which
// Microsoft does not tell them is looked at in its own calendar.
func (s *State) scheduleOf(ctx context.Context, from, to time.Time) (schedule tenant.Schedule, err error) {
	o := s.Options
	err = s.onMailbox(ctx, func() (err error) {
		schedule, err = s.Calendars.Schedule(ctx, o.Organizer, o.TestRoom, from, to)
		return ofOrganizer(o.Organizer, err)
	})
	if !denied(err) && problem.CodeOf(err) != tenant.CodeNoSchedule {
		return schedule, err
	}
	schedule = tenant.Schedule{NoHours: problem.Of(err).Title}
	var events []tenant.Event
	err = s.onMailbox(ctx, func() (err error) {
		events, err = s.Calendars.CalendarView(ctx, o.TestRoom, from, to, 0)
		return err
	})
	for _, e := range events {
		if !e.Cancelled {
			schedule.Busy = append(schedule.Busy, tenant.Span{Start: e.Start, End: e.End})
		}
	}
	return schedule, err
}

func free(slot tenant.Span, busy []tenant.Span) bool {
	for _, b := range busy {
		if b.Start.Before(slot.End) && b.End.After(slot.Start) {
			return false
		}
	}
	return true
}

// hoursText is "Mon Tue 08:00-17:00 (Europe/Berlin)".
func hoursText(h tenant.WorkingHours) string {
	var days []string
	for _, d := range h.Days {
		days = append(days, d.String()[:3])
	}
	if len(days) == 0 {
		days = []string{"no day"}
	}
	clock := func(d time.Duration) string { return fmt.Sprintf("%02d:%02d", d/time.Hour, d%time.Hour/time.Minute) }
	return strings.Join(days, " ") + " " + clock(h.From) + "-" + clock(h.To) + " (" + h.Zone.String() + ")"
}

// refuses is why a room must not be used for a test booking, nil if it may or
// nothing is known of it.
func (r *RoomPolicy) refuses(room string) *problem.Problem {
	choose := words.T("Name a room that accepts invitations automatically.")
	switch {
	case r == nil:
		return nil
	case r.HasDelegates || r.NeedsApproval:
		return problem.New(codeAsksPeople, words.T("People approve the bookings of %s, so a test would bother them.", room)).Fix(choose)
	case !r.AutoAccept:
		return problem.New(codeDoesNotAccept, words.T("%s does not accept invitations automatically.", room)).Fix(choose).
			Lead(words.T("Or run the calendar-processing script for it."), problem.PlaceCalendarScript)
	}
	return nil
}

// keepsHours is whether the room is known to decline what is outside its
// working hours.
func (r *RoomPolicy) keepsHours() bool { return r != nil && r.OnlyWorkHours }

// lastDay is the last day of the booking window, as a date.
func (r *RoomPolicy) lastDay(now time.Time) string {
	days := slotDays
	if r != nil && r.WindowDays >= 0 {
		days = min(days, r.WindowDays)
	}
	return now.AddDate(0, 0, days).Format(time.DateOnly)
}

// length is how long a test booking is.
func (r *RoomPolicy) length() time.Duration {
	minutes := testMinutes
	if r != nil && r.MaxMinutes > 0 {
		minutes = min(minutes, r.MaxMinutes)
	}
	return time.Duration(minutes) * time.Minute
}

// judgeDecline tells a refusal for the time from every other.
func (s *State) judgeDecline(plan BookingPlan) Finding {
	room, policy := plan.Room, s.Options.TestRoomPolicy
	if !plan.NoHours.IsZero() && (policy == nil || policy.OnlyWorkHours) {
		return unknown(problem.New(codeBookingDeclinedHours, words.T("%s declined the invitation, perhaps only for the time of day.", room)).
			With(words.T("It was invited for %s without its working hours being known: %s", plan.when(), plan.NoHours)).
			Fix(words.T("Exchange Online PowerShell: Get-MailboxCalendarConfiguration -Identity %s shows its working hours and their time zone, Get-CalendarProcessing -Identity %s whether it declines outside them (ScheduleOnlyDuringWorkHours).", room, room)).
			Fix(words.T("Or name another room for the test booking.")))
	}
	seen := words.T("It was free then and within its working hours (%s), so its calendar processing forbids the booking.", plan.when())
	if !plan.NoHours.IsZero() {
		seen = words.T("It was free then (%s) and takes bookings at any hour, so its calendar processing forbids the booking.", plan.when())
	}
	return fail(problem.New(codeBookingDeclined, words.T("%s declined the invitation.", room)).With(seen).
		Lead(words.T("Run the calendar-processing script for it, and check whether the organizer can book it (BookInPolicy)."), problem.PlaceCalendarScript))
}
