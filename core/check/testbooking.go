package check

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

const (
	// testSubject and testBody are looked for in the room's copy.
	testSubject = "Roomkey test booking"
	testBody    = "Roomkey checks that bookings reach this room. It removes this meeting by itself."
	testMinutes = 15
)

func bookingChecks() []Check {
	return []Check{{
		ID: TestBooking, Title: words.T("A room answers an invitation"),
		DependsOn: []string{Token}, After: []string{RoomCalendars, Notifications}, Wanted: wantsTestBooking, Run: checkBooking,
	}}
}

func wantsTestBooking(in Input) (bool, words.Text) {
	o := in.Options
	switch {
	case in.Product.Writes == product.WritesNothing:
		return false, words.T("%s books nothing.", in.Product.Name)
	case !o.AllowWrites || o.Organizer == "" || o.TestRoom == "":
		return false, words.T("It invites one room and takes the invitation back; mail, door panels and holds may show a trace. Allow writes, and name an organizer and a room, to have it tried.")
	case in.Journal == nil:
		return false, words.T("There is no place to write down what would be made.")
	}
	return true, words.Text{}
}

// checkBooking books the way real bookings come: an organizer invites a room.
// Writing into the room's own calendar would bypass its calendar processing and
// prove nothing.
func checkBooking(ctx context.Context, s *State) Finding {
	if s.Calendars == nil {
		return absent(words.T("no way to write calendars was given"))
	}
	o := s.Options
	if p := o.TestRoomPolicy.refuses(o.TestRoom); p != nil {
		return unknown(p)
	}
	start, err := s.freeSlot(ctx)
	if err != nil {
		return judge(err).saw("room", o.TestRoom)
	}
	if start.IsZero() {
		return unknown(problem.New("booking.no-free-time", words.T("%s has no free quarter of an hour in working time within its booking window.", o.TestRoom)).
			Fix(words.T("Name another room for the test booking.")))
	}
	trace := Trace{Kind: "event", Key: rand.Text(), State: TraceIntended, Mailbox: o.Organizer, Room: o.TestRoom, At: s.now()}
	if err := s.Journal.Append(trace); err != nil {
		return unknown(problem.Of(err))
	}
	var made tenant.Event
	err = s.onMailbox(ctx, func() (err error) {
		made, err = s.Calendars.CreateEvent(ctx, o.Organizer, NewEvent{
			Subject: testSubject, Body: testBody, Start: start, End: start.Add(testMinutes * time.Minute),
			Room: o.TestRoom, TransactionID: trace.Key,
		})
		return err
	})
	if err != nil {
		if !passing(problem.Code(err)) {
			trace.State = TraceRemoved // it was refused, so there is nothing
			_ = s.Journal.Append(trace)
		}
		s.deny(err, "Calendars.ReadWrite")
		return judge(err).saw("organizer", o.Organizer)
	}
	if made.ID == "" {
		return unknown(unexpected(words.T("The meeting was made without an id; look for %q in the calendar of %s.", testSubject, o.Organizer)))
	}
	trace.ID, trace.UID, trace.State = made.ID, made.ICalUID, TraceCreated
	_ = s.Journal.Append(trace)
	s.prove("", "Calendars.ReadWrite")
	f := s.awaitRoom(ctx, made)
	if left := s.takeBack(ctx, trace); left != nil {
		if f.Status == Pass {
			f = warn(left)
		}
		f = f.saw("left", left.Title.String())
	}
	return f.saw("organizer", o.Organizer).saw("room", o.TestRoom).saw("start", start)
}

// refuses is why a room must not be used for a test booking, nil if it may or
// nothing is known of it.
func (r *RoomPolicy) refuses(room string) *problem.Problem {
	choose := words.T("Name a room that accepts invitations by itself.")
	switch {
	case r == nil:
		return nil
	case r.HasDelegates || r.NeedsApproval:
		return problem.New("booking.room-asks-people", words.T("Bookings of %s are decided by people, who would be bothered by a test.", room)).Fix(choose)
	case !r.AutoAccept:
		return problem.New("booking.room-does-not-accept", words.T("%s does not accept invitations by itself.", room)).Fix(choose).
			Fix(words.T("Or run the calendar-processing script under \"Restrict\" for it."))
	}
	return nil
}

// freeSlot finds a quarter of an hour on a working day between 10 and 16 o'clock
// UTC in which the room is free, from tomorrow on and inside its booking window;
// zero when there is none.
func (s *State) freeSlot(ctx context.Context) (time.Time, error) {
	days := 7
	if p := s.Options.TestRoomPolicy; p != nil && p.WindowDays > 0 {
		days = min(days, p.WindowDays)
	}
	day := s.now().UTC().Truncate(24 * time.Hour)
	for range days {
		day = day.AddDate(0, 0, 1)
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		from, to := day.Add(10*time.Hour), day.Add(16*time.Hour)
		var busy []tenant.Event
		err := s.onMailbox(ctx, func() (err error) {
			busy, err = s.Calendars.CalendarView(ctx, s.Options.TestRoom, from, to, 100)
			return err
		})
		if err != nil {
			return time.Time{}, err
		}
		for slot := from; slot.Before(to); slot = slot.Add(testMinutes * time.Minute) {
			if free(slot, slot.Add(testMinutes*time.Minute), busy) {
				return slot, nil
			}
		}
	}
	return time.Time{}, nil
}

func free(from, to time.Time, busy []tenant.Event) bool {
	for _, e := range busy {
		if e.Start.Before(to) && e.End.After(from) {
			return false
		}
	}
	return true
}

// awaitRoom waits for the room's answer and reads what arrived.
func (s *State) awaitRoom(ctx context.Context, made tenant.Event) Finding {
	o := s.Options
	wait := o.BookingWait
	if wait <= 0 {
		wait = 2 * time.Minute
	}
	ctx, cancel := context.WithTimeoutCause(ctx, wait, errRoomSilent)
	defer cancel()
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		var e tenant.Event
		err := s.onMailbox(ctx, func() (err error) { e, err = s.Calendars.Event(ctx, o.Organizer, made.ID); return err })
		switch {
		case err != nil && ctx.Err() == nil:
			return judge(err)
		case err != nil:
		case e.Response == "accepted":
			return s.judgeCopy(ctx, made)
		case e.Response == "declined":
			return fail(problem.New("booking.declined", words.T("%s declined the invitation.", o.TestRoom)).
				With(words.T("The room was free at that time, so its calendar processing forbids the booking.")).
				Fix(words.T("Run the calendar-processing script under \"Restrict\" for it, and look whether the organizer may book it (BookInPolicy).")))
		case e.Response == "tentativelyAccepted":
			return fail(problem.New("booking.tentative", words.T("%s answered with a reservation: somebody has to approve.", o.TestRoom)).
				Fix(words.T("Run the calendar-processing script under \"Restrict\" for it, so that it accepts by itself.")))
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			if errors.Is(context.Cause(ctx), errRoomSilent) {
				return fail(errRoomSilent.about(o.TestRoom, wait))
			}
			return judge(ctx.Err())
		}
	}
}

type silence struct{}

var errRoomSilent = &silence{}

func (*silence) Error() string { return "the room did not answer" }

func (*silence) about(room string, wait time.Duration) *problem.Problem {
	return problem.New("booking.room-silent", words.T("%s did not answer the invitation within %s.", room, wait)).
		With(words.T("A room that does not process invitations takes no booking from anybody.")).
		Fix(words.T("Run the calendar-processing script under \"Restrict\" for it: AutomateProcessing has to be AutoAccept."))
}

// judgeCopy reads the room's copy: whether subject, body and organizer came
// through its calendar processing.
func (s *State) judgeCopy(ctx context.Context, made tenant.Event) Finding {
	o := s.Options
	var copies []tenant.Event
	err := s.onMailbox(ctx, func() (err error) { copies, err = s.Calendars.FindEvents(ctx, o.TestRoom, made.ICalUID); return err })
	if err != nil {
		return judge(err)
	}
	if len(copies) == 0 {
		return unknown(unexpected(words.T("The room accepted, but the meeting is not in its calendar.")))
	}
	c := copies[0]
	kept := map[string]bool{
		"subject":   c.Subject == testSubject,
		"body":      strings.Contains(c.Body, testBody),
		"organizer": strings.EqualFold(c.Organizer, o.Organizer),
	}
	lost := []string{}
	for _, part := range []string{"subject", "body", "organizer"} {
		if !kept[part] {
			lost = append(lost, part)
		}
	}
	if len(lost) > 0 {
		return warn(problem.New("booking.not-kept", words.T("%s accepted the booking but did not keep its %s.", o.TestRoom, strings.Join(lost, ", "))).
			Fix(words.T("Run the calendar-processing script under \"Restrict\" for it: it keeps subject and body (DeleteSubject, AddOrganizerToSubject and DeleteComments off)."))).
			saw("kept", kept)
	}
	return pass(words.T("%s accepted the invitation and kept subject, body and organizer.", o.TestRoom)).saw("kept", kept)
}

// takeBack cancels the meeting and looks into both calendars whether it is gone.
func (s *State) takeBack(ctx context.Context, trace Trace) *problem.Problem {
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), s.cleanupTime(ctx))
	defer done()
	gone := Remove(ctx, s.Calendars, trace)
	if gone == nil {
		trace.State = TraceRemoved
		_ = s.Journal.Append(trace)
		return nil
	}
	trace.State = TraceLeft
	_ = s.Journal.Append(trace)
	return problem.New("booking.left-behind", words.T("The test booking could not be removed from every calendar.")).
		With(problem.Of(gone).Title).
		Fix(words.T("Delete %q from the calendars of %s and %s by hand, or let the next start of Roomkey try again.", testSubject, trace.Mailbox, trace.Room)).By(gone)
}

// Remove takes back a test booking by its trace: the organizer cancels, what
// is left of it in either calendar is deleted, and both are looked at again. It
// touches nothing but the meeting with the trace's own ids.
func Remove(ctx context.Context, calendars Calendars, trace Trace) error {
	if trace.ID == "" {
		return problem.New("booking.trace-without-id", words.T("The meeting's id is not known.")).
			Fix(words.T("Look for %q in the calendar of %s.", testSubject, trace.Mailbox))
	}
	if err := calendars.CancelEvent(ctx, trace.Mailbox, trace.ID, testBody); err != nil && !missing(err) {
		if err := calendars.DeleteEvent(ctx, trace.Mailbox, trace.ID); err != nil && !missing(err) {
			return err
		}
	}
	if trace.UID == "" {
		return nil
	}
	var last error
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		clean := true
		for _, mailbox := range []string{trace.Mailbox, trace.Room} {
			copies, err := calendars.FindEvents(ctx, mailbox, trace.UID)
			if err != nil {
				clean, last = false, err
				continue
			}
			for _, c := range copies {
				clean = false
				if err := calendars.DeleteEvent(ctx, mailbox, c.ID); err != nil && !missing(err) {
					last = err
				}
			}
		}
		if clean {
			return nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			if last != nil {
				return last
			}
			return ctx.Err()
		}
	}
}
