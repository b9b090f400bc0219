package check

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
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
		ID: RoomSettings, Claim: evidence.Booking, Title: words.T("The calendar processing of the rooms allows bookings"),
		DependsOn: []string{Lint}, After: []string{RoomList, ChosenLists, ChosenRule}, Optional: true, Applies: books, Wanted: wantsSettings, Run: checkSettings,
	}, {
		ID: TestBooking, Claim: evidence.Booking, Proves: true, Title: words.T("A room answers an invitation"),
		DependsOn: []string{Token}, After: []string{RoomCalendars, Notifications}, Applies: books, Wanted: wantsTestBooking, Run: checkBooking,
	}}
}

func books(in Input) (bool, words.Text) {
	return in.Product.Writes != product.WritesNothing, words.T("%s books nothing.", in.Product.Name)
}

func wantsTestBooking(in Input) (bool, words.Text) {
	return in.Options.Organizer != "" && in.Options.TestRoom != "",
		words.T("It invites one room and then cancels the invitation. This may leave a trace in mail, on door panels and in holds. To test it, allow writes and name an organizer and a room.")
}

// checkBooking books the way real bookings come: an organizer invites a room.
// Writing into the room's own calendar would bypass its calendar processing and
// prove nothing.
func checkBooking(ctx context.Context, s *State) Finding {
	o := s.Options
	if strings.EqualFold(strings.TrimSpace(o.Organizer), strings.TrimSpace(o.TestRoom)) {
		return fail(problem.New(codeBookingOrganizerIsRoom, words.T("%s cannot invite itself.", o.TestRoom)).
			Lead(words.T("Name a person with an Exchange Online mailbox as the organizer of the test booking."), problem.PlaceOrganizer)).noted(words.T("Nothing was sent.")).with("room", o.TestRoom)
	}
	if s.inList(o.TestRoom) != permission.Yes {
		if p := s.lookUp(ctx, o.TestRoom); p != nil {
			return fail(p).noted(words.T("Nothing was sent.")).with("room", o.TestRoom)
		}
	}
	plan, err := s.planBooking(ctx)
	switch code := problem.CodeOf(err); {
	case code == codeNoTime, code == codeBookingNoHours && !o.TestRoomPolicy.keepsHours(), code == codeAsksPeople, code == codeDoesNotAccept:
		return unknown(problem.Of(err)).with("room", o.TestRoom)
	case err != nil:
		return judge(err).with("room", o.TestRoom)
	case !o.AllowWrites:
		return Finding{Status: Skipped, Note: words.T("No test booking was made because writes were not allowed. %s", plan.Says())}
	case !o.BookingAt.IsZero() && !o.BookingAt.Equal(plan.Start):
		return unknown(problem.New(codeBookingTimeTaken, words.T("%s is no longer free at the agreed time.", o.TestRoom)).
			With(words.T("Nothing was created. The next free time is %s.", plan.when())).
			Fix(words.T("Select \"Test again\" and agree to the new time.")))
	}
	s.say(0, 0, plan.Says())
	trace := Trace{Kind: "event", Key: rand.Text(), State: TraceIntended, Mailbox: o.Organizer, Room: o.TestRoom, At: s.now(), Start: plan.Start}
	if err := s.Journal.Append(trace); err != nil {
		return unknown(problem.Of(err))
	}
	var made tenant.Event
	inner, seen := transport.Record(ctx)
	err = s.onMailbox(inner, func() (err error) {
		made, err = s.Calendars.CreateEvent(inner, o.Organizer, NewEvent{
			Subject: testSubject, Body: testBody + " " + trace.Key, Start: plan.Start, End: plan.End,
			Room: o.TestRoom, TransactionID: trace.Key,
		})
		return err
	})
	if err != nil && problem.KindOf(err).Lost() { // the answer is lost, the meeting perhaps not
		if found, lost := s.lookFor(inner, trace); lost == nil && found.ID != "" {
			made, err = found, nil
		}
	}
	seen.Repeat(ctx)
	if err != nil {
		if problem.KindOf(err).Decided() {
			trace.State = TraceRemoved // it was refused, so there is nothing
			_ = s.Journal.Append(trace)
		}
		s.deny(err, "Calendars.ReadWrite")
		return judge(ofOrganizer(o.Organizer, err)).with("organizer", o.Organizer)
	}
	if made.ID == "" {
		return unknown(unexpected(words.T("The meeting was created without an ID. Look for %q in the calendar of %s.", testSubject, o.Organizer)))
	}
	trace.ID, trace.UID, trace.State = made.ID, made.ICalUID, TraceCreated
	_ = s.Journal.Append(trace)
	s.prove(seen.Last().RequestID, "Calendars.ReadWrite")
	f := s.awaitRoom(ctx, made, plan)
	if left := s.takeBack(ctx, trace); left != nil {
		if f.Status == Pass {
			f = warn(left)
		}
		f = f.with("left", left.Title.String())
	}
	f.Note = words.T("%s It was for %s.", f.Note, plan.when())
	if f.Status != Pass {
		f.Note = plan.Says()
	}
	return f.with("organizer", o.Organizer).with("room", o.TestRoom).with("start", plan.Start.UTC()).with("when", plan.when()).with("withinHours", plan.within())
}

// ofOrganizer names the organizer in an error about a mailbox that is not there.
func ofOrganizer(organizer string, err error) error {
	p := problem.Of(err)
	if p == nil || p.Kind != problem.Absent {
		return err
	}
	named := problem.New(CodeNoOrganizer, words.T("The organizer %s has no mailbox in Exchange Online.", organizer)).
		With(words.Sentences(p.Title, p.Detail)).
		Lead(words.T("Name a person with an Exchange Online mailbox as the organizer of the test booking."), problem.PlaceOrganizer).By(err)
	named.RequestID = p.RequestID
	return named
}

func (s *State) lookFor(ctx context.Context, trace Trace) (found tenant.Event, err error) {
	err = s.onMailbox(ctx, func() (err error) { found, err = locate(ctx, s.Calendars, trace); return err })
	return found, err
}

// locate finds the meeting of a trace in the organizer's calendar by its key;
// without an id when it is not there.
func locate(ctx context.Context, calendars Calendars, trace Trace) (tenant.Event, error) {
	events, err := calendars.CalendarView(ctx, trace.Mailbox, trace.Start, trace.Start.Add(testMinutes*time.Minute), 0)
	for _, e := range events {
		if strings.Contains(e.Body, trace.Key) {
			return e, nil
		}
	}
	return tenant.Event{}, err
}

// awaitRoom waits for the room's answer and reads what arrived.
func (s *State) awaitRoom(ctx context.Context, made tenant.Event, plan BookingPlan) Finding {
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
			return s.judgeDecline(plan)
		case e.Response == "tentativelyAccepted":
			return fail(problem.New(codeBookingTentative, words.T("%s accepted tentatively. Someone must approve the booking.", o.TestRoom)).
				Lead(words.T("Run the calendar-processing script for it, so that it accepts automatically."), problem.PlaceCalendarScript))
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
	return problem.New(codeBookingRoomSilent, words.T("%s did not answer the invitation within %s.", room, wait)).
		With(words.T("A room that does not process invitations accepts no bookings.")).
		Lead(words.T("Run the calendar-processing script for it: AutomateProcessing must be AutoAccept."), problem.PlaceCalendarScript)
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
	var lost []words.Text
	for _, part := range []struct {
		name string
		text words.Text
	}{{"subject", words.T("subject")}, {"body", words.T("body")}, {"organizer", words.T("organizer")}} {
		if !kept[part.name] {
			lost = append(lost, part.text)
		}
	}
	if len(lost) > 0 {
		return warn(problem.New(codeBookingTestNotKept, words.T("%s accepted the booking but did not keep its %s.", o.TestRoom, words.And(lost...))).
			Lead(words.T("Run the calendar-processing script for it: it keeps subject and body (DeleteSubject, AddOrganizerToSubject and DeleteComments off)."), problem.PlaceCalendarScript)).
			with("kept", kept)
	}
	return pass(words.T("%s accepted the invitation and kept subject, body and organizer.", o.TestRoom)).with("kept", kept)
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
	return problem.New(codeBookingLeftBehind, words.T("The test booking could not be removed from every calendar.")).
		With(problem.Of(gone).Title).
		Fix(words.T("Delete %q from the calendars of %s and %s by hand, or let the next start of Roomkey try again.", testSubject, trace.Mailbox, trace.Room)).By(gone)
}

// Remove takes back a test booking by its trace: the organizer cancels, what
// is left of it in either calendar is deleted, and both are looked at again. It
// touches nothing but the meeting with the trace's own ids or, where these never
// arrived, its key.
func Remove(ctx context.Context, calendars Calendars, trace Trace) error {
	if trace.ID == "" {
		if trace.Start.IsZero() {
			return problem.New(codeBookingTraceWithoutID, words.T("The meeting's ID is not known.")).
				Fix(words.T("Look for %q in the calendar of %s.", testSubject, trace.Mailbox))
		}
		found, err := locate(ctx, calendars, trace)
		if err != nil || found.ID == "" {
			return err // it is not there: it was never made
		}
		trace.ID, trace.UID = found.ID, found.ICalUID
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
			if denied(err) {
				return err // it stays so: nobody learns there whether it is gone
			}
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
