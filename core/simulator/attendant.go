package simulator

import (
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// processingDelay is how long a room takes to answer.
const processingDelay = 300 * time.Millisecond

func (s *Simulator) box(address string) *mailbox {
	m := s.state.Mailboxes[address]
	if m == nil {
		m = &mailbox{Events: map[string]*event{}}
		s.state.Mailboxes[address] = m
	}
	return m
}

// settle lets rooms look at the invitations that are due.
func (s *Simulator) settle() {
	now := s.now()
	for address, m := range s.state.Mailboxes {
		if arg, silent := s.Fault(fault.RoomSilent); silent && fault.Hits(arg, address, true) {
			continue
		}
		due := m.Waiting
		m.Waiting = nil
		for _, inv := range due {
			if now.Before(inv.Due) {
				m.Waiting = append(m.Waiting, inv)
			} else {
				s.process(address, m, inv)
			}
		}
	}
}

// process is the room's resource booking attendant.
func (s *Simulator) process(address string, m *mailbox, inv invitation) {
	p := s.processingOf(address)
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
			e.Cancelled, e.ShowAs, e.Subject, e.Modified = true, "free", "Canceled: "+strings.TrimPrefix(e.Subject, "Canceled: "), s.now()
		}
		return
	}
	org := s.state.Mailboxes[inv.Organizer]
	if org == nil || org.Events[inv.EventID] == nil {
		return
	}
	meeting := org.Events[inv.EventID]
	answer := "accepted"
	if !s.accepts(address, p, meeting) {
		answer = "declined"
	}
	for i := range meeting.Attendees {
		if strings.EqualFold(meeting.Attendees[i].Address, address) {
			meeting.Attendees[i].Response, meeting.Attendees[i].At = answer, s.now()
		}
	}
	if answer == "declined" {
		return
	}
	own := *meeting
	own.ID, own.Response, own.Attendees = eventID(), answer, slices.Clone(meeting.Attendees)
	name := s.nameOf(meeting.Organizer)
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
	s.notify(address, own.ID, "created")
}

// accepts applies the room's booking policy.
func (s *Simulator) accepts(address string, p *processing, e *event) bool {
	if arg, on := s.Fault(fault.BookingsDeclined); on && fault.Hits(arg, address, true) {
		return false
	}
	now := s.now()
	external := !strings.HasSuffix(e.Organizer, "@"+s.directory.Domain)
	switch {
	case external && !p.ProcessExternalMeetingMessages,
		e.Start.After(now.AddDate(0, 0, p.BookingWindowInDays+1)),
		p.MaximumDurationInMinutes > 0 && e.End.Sub(e.Start) > time.Duration(p.MaximumDurationInMinutes)*time.Minute,
		(p.ScheduleOnlyDuringWorkHours || s.Has(fault.RoomHours)) && !s.hoursOf(address).include(e.Start, e.End),
		!p.AllBookInPolicy && !slices.ContainsFunc(p.BookInPolicy, func(a string) bool { return strings.EqualFold(a, e.Organizer) }):
		return false
	case p.AllowConflicts:
		return true
	}
	others := s.seededEvents(address, e.Start, e.End)
	for _, o := range s.box(address).Events {
		if o.ICalUID != e.ICalUID && !o.Cancelled && o.Start.Before(e.End) && o.End.After(e.Start) {
			others = append(others, o)
		}
	}
	return len(others) == 0
}

// invite sends the meeting to the rooms among its attendees.
func (s *Simulator) invite(organizer string, e *event) {
	for _, a := range e.Attendees {
		if s.isRoom(a.Address) && a.Address != organizer {
			box := s.box(a.Address)
			box.Waiting = append(box.Waiting, invitation{Due: s.now().Add(processingDelay), Organizer: organizer, EventID: e.ID})
		}
	}
	s.notify(organizer, e.ID, "created")
}

// withdraw tells the rooms that the meeting is off.
func (s *Simulator) withdraw(organizer string, e *event) {
	for _, a := range e.Attendees {
		if s.isRoom(a.Address) && a.Address != organizer {
			box := s.box(a.Address)
			box.Waiting = append(box.Waiting, invitation{Due: s.now().Add(processingDelay), Organizer: organizer, EventID: e.ICalUID, Cancelled: true})
		}
	}
}
