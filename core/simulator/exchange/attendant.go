package exchange

import (
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// processingDelay is how long a room takes to answer.
const processingDelay = 300 * time.Millisecond

// Settle lets rooms look at the invitations that are due.
func (x *Exchange) Settle() {
	now := x.Now()
	for address, m := range x.State.Mailboxes {
		if arg, silent := x.Fault(fault.RoomSilent); silent && fault.Hits(arg, address, true) {
			continue
		}
		due := m.Waiting
		m.Waiting = nil
		for _, inv := range due {
			if now.Before(inv.Due) {
				m.Waiting = append(m.Waiting, inv)
			} else {
				x.process(address, m, inv)
			}
		}
	}
}

// process is the room's resource booking attendant.
func (x *Exchange) process(address string, m *tenant.Mailbox, inv tenant.Invitation) {
	p := x.processingOf(address)
	if p == nil || p.AutomateProcessing != "AutoAccept" {
		return
	}
	if inv.Cancelled {
		for id, e := range m.Events {
			if e.ICalUID != inv.EventID {
				continue
			}
			if p.RemoveCanceledMeetings {
				delete(m.Events, id)
				continue
			}
			e.Cancelled, e.ShowAs, e.Subject, e.Modified = true, "free", "Canceled: "+strings.TrimPrefix(e.Subject, "Canceled: "), x.Now()
		}
		return
	}
	org := x.State.Mailboxes[inv.Organizer]
	if org == nil || org.Events[inv.EventID] == nil {
		return
	}
	meeting := org.Events[inv.EventID]
	if !p.AllBookInPolicy && p.AllRequestInPolicy && !slices.ContainsFunc(p.BookInPolicy, func(a string) bool { return strings.EqualFold(a, inv.Organizer) }) {
		return // a delegate is to answer
	}
	answer := "accepted"
	if !x.accepts(address, p, meeting) {
		answer = "declined"
	}
	for i := range meeting.Attendees {
		if strings.EqualFold(meeting.Attendees[i].Address, address) {
			meeting.Attendees[i].Response, meeting.Attendees[i].At = answer, x.Now()
		}
	}
	if answer == "declined" {
		return
	}
	own := *meeting
	own.ID, own.Response, own.Attendees = EventID(), answer, slices.Clone(meeting.Attendees)
	name := x.NameOf(meeting.Organizer)
	switch {
	case p.AddOrganizerToSubject && p.DeleteSubject:
		own.Subject = name + " "
	case p.AddOrganizerToSubject:
		own.Subject = name + " " + meeting.Subject
	case p.DeleteSubject:
		own.Subject = ""
	}
	if p.DeleteComments {
		own.Body = ""
	}
	if p.RemovePrivateProperty {
		own.Sensitivity = "normal"
	}
	for id, e := range m.Events {
		if e.ICalUID == own.ICalUID { // an update of what the room has
			delete(m.Events, id)
		}
	}
	m.Events[own.ID] = &own
	x.notify(address, own.ID, "created")
}

// accepts applies the room's booking policy.
func (x *Exchange) accepts(address string, p *tenant.Processing, e *tenant.Event) bool {
	if arg, on := x.Fault(fault.BookingsDeclined); on && fault.Hits(arg, address, true) {
		return false
	}
	now := x.Now()
	external := !strings.HasSuffix(e.Organizer, "@"+x.Directory.Domain)
	switch {
	case p.BookingType == "Reserved",
		external && !p.ProcessExternalMeetingMessages,
		e.Start.After(now.AddDate(0, 0, p.BookingWindowInDays+1)),
		p.MaximumDurationInMinutes > 0 && e.End.Sub(e.Start) > time.Duration(p.MaximumDurationInMinutes)*time.Minute,
		(p.ScheduleOnlyDuringWorkHours || x.Has(fault.RoomHours)) && !x.HoursOf(address).include(e.Start, e.End),
		!p.AllBookInPolicy && !slices.ContainsFunc(p.BookInPolicy, func(a string) bool { return strings.EqualFold(a, e.Organizer) }):
		return false
	case p.AllowConflicts:
		return true
	}
	others := x.seededEvents(address, e.Start, e.End)
	for _, o := range x.Box(address).Events {
		if o.ICalUID != e.ICalUID && !o.Cancelled && o.Start.Before(e.End) && o.End.After(e.Start) {
			others = append(others, o)
		}
	}
	return len(others) == 0
}

// Invite sends the meeting to the rooms among its attendees.
func (x *Exchange) Invite(organizer string, e *tenant.Event) {
	for _, a := range e.Attendees {
		if x.isRoom(a.Address) && a.Address != organizer {
			box := x.Box(a.Address)
			box.Waiting = append(box.Waiting, tenant.Invitation{Due: x.Now().Add(processingDelay), Organizer: organizer, EventID: e.ID})
		}
	}
	x.notify(organizer, e.ID, "created")
}

// Withdraw tells the rooms that the meeting is off.
func (x *Exchange) Withdraw(organizer string, e *tenant.Event) {
	for _, a := range e.Attendees {
		if x.isRoom(a.Address) && a.Address != organizer {
			box := x.Box(a.Address)
			box.Waiting = append(box.Waiting, tenant.Invitation{Due: x.Now().Add(processingDelay), Organizer: organizer, EventID: e.ICalUID, Cancelled: true})
		}
	}
}
