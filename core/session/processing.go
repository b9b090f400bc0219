package session

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/proof"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// cacheProcessing is the last CSV with calendar processing that was read back.
const cacheProcessing = "calendar-processing.csv"

// ReadProcessing reads a CSV that a script of this connection wrote, keeps it,
// and says for each chosen room what differs from the product's policy. Where no
// line can be used, what was read before remains.
func (s *Session) ReadProcessing(data []byte) ([]exchange.RoomState, error) {
	states, err := s.processing(data)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(states, func(r exchange.RoomState) bool { return r.Problem == nil }) {
		err = s.env.Store.PutCache(s.ID(), cacheProcessing, data)
	}
	return s.ofChosen(states), err
}

func (s *Session) processing(data []byte) ([]exchange.RoomState, error) {
	p, err := s.Product()
	if err != nil {
		return nil, err
	}
	return exchange.ReadProcessing(data, s.Document(), p.Policy)
}

// ofChosen says of every chosen room what was read: a room that the CSV does not
// have was not read, and one that is not chosen is not judged.
func (s *Session) ofChosen(states []exchange.RoomState) []exchange.RoomState {
	rooms, _ := s.looked()
	chosen := proof.Facts{Connection: s.Document(), Rooms: tenant.Addresses(rooms)}.Chosen()
	if len(states) == 0 || len(chosen) == 0 {
		return states
	}
	is := func(room string) func(string) bool { return func(a string) bool { return strings.EqualFold(a, room) } }
	out := slices.Clone(states)
	for i, r := range out {
		if r.Problem == nil && !slices.ContainsFunc(chosen, is(r.Room)) {
			out[i] = exchange.RoomState{Room: r.Room, Line: r.Line, Read: r.Read,
				Problem: problem.New(codeRoomNotChosen, words.T("%s is not a chosen room, so its settings were not evaluated.", r.Room)).
					Lead(words.T("Choose it if the booking server should manage it."), problem.PlaceRooms)}
		}
	}
	for _, a := range chosen {
		if !slices.ContainsFunc(out, func(r exchange.RoomState) bool { return strings.EqualFold(r.Room, a) }) {
			out = append(out, exchange.RoomState{Room: a, Problem: problem.New(codeRoomNotRead, words.T("%s is not in this CSV: its settings were not read.", a)).
				Lead(words.T("Have an Exchange administrator run the script that shows calendar processing, and bring its CSV."), problem.PlaceCalendarScript.With("roomkeyctl script show calendar-processing-show"))})
		}
	}
	return out
}

// roomSettings are what the chosen rooms' settings do to bookings, by address in
// lower case. A room that was not read, or that a script has changed since, is not
// in it. It is nil when nothing was read back.
func (s *Session) roomSettings() map[string]check.Processing {
	states := s.Processing()
	if states == nil {
		return nil
	}
	needs, err := s.Product()
	if err != nil {
		return nil
	}
	names := map[string]string{}
	known, _ := s.cached(cacheResolved)
	for _, r := range known.Rooms {
		names[strings.ToLower(r.EmailAddress)] = r.DisplayName
	}
	out, at := map[string]check.Processing{}, s.ProcessingAt()
	for _, r := range states {
		if r.Problem != nil || s.changedSince(r.Room, at) != nil {
			continue
		}
		address := strings.ToLower(r.Room)
		if wrong, bookable := r.Worst(needs.Name, names[address]); wrong != nil || len(r.Unread) == 0 {
			out[address] = check.Processing{Wrong: wrong, Bookable: bookable}
		}
	}
	return out
}

// ProcessingAt is how old what was read back last is: when the script looked at
// the first room; zero for never, and where the CSV does not say. When it was
// imported says nothing: it may be of any age. A time after that cannot be right,
// and is given as it is.
func (s *Session) ProcessingAt() (at time.Time) {
	_, imported, _ := s.env.Store.Cache(s.ID(), cacheProcessing)
	for _, state := range s.everyProcessing() {
		switch {
		case state.Read.IsZero():
		case state.Read.After(imported.Add(clocksDiffer)):
			return state.Read
		case at.IsZero() || state.Read.Before(at):
			at = state.Read
		}
	}
	return at
}

// clocksDiffer is by how much the clock of the computer on which the script ran
// may be ahead.
const clocksDiffer = 5 * time.Minute

// Processing is what was read back last, nil when nothing was.
func (s *Session) Processing() []exchange.RoomState {
	return s.ofChosen(s.everyProcessing())
}

// everyProcessing has the rooms that are not chosen too.
func (s *Session) everyProcessing() []exchange.RoomState {
	data, _, ok := s.env.Store.Cache(s.ID(), cacheProcessing)
	if !ok {
		return nil
	}
	states, err := s.processing(data)
	if err != nil {
		return nil
	}
	return states
}

// roomPolicy is what is known of a room's calendar processing, nil when it was
// never read back.
func (s *Session) roomPolicy(room string) *check.RoomPolicy {
	states := s.everyProcessing()
	at := slices.IndexFunc(states, func(r exchange.RoomState) bool { return strings.EqualFold(r.Room, room) && r.Problem == nil })
	if at < 0 {
		return nil
	}
	since := s.changedSince(room, s.ProcessingAt())
	value := func(parameter string) string {
		if v, changed := since[parameter]; changed {
			return v
		}
		return states[at].Value(parameter)
	}
	is := func(parameter string) bool { return strings.EqualFold(value(parameter), "True") }
	number := func(parameter string) int {
		n, err := strconv.Atoi(value(parameter))
		if err != nil {
			return -1
		}
		return n
	}
	return &check.RoomPolicy{
		AutoAccept:    strings.EqualFold(value("AutomateProcessing"), "AutoAccept"),
		HasDelegates:  value("ResourceDelegates") != "",
		NeedsApproval: !is("AllBookInPolicy"),
		WindowDays:    number("BookingWindowInDays"), MaxMinutes: number("MaximumDurationInMinutes"),
		OnlyWorkHours: is("ScheduleOnlyDuringWorkHours"),
	}
}

// changedSince is what a script has set for a room after its calendar processing
// was read back.
func (s *Session) changedSince(room string, read time.Time) map[string]string {
	r, ok := s.scriptResult("calendar-processing")
	if !ok || r.WhatIf || r.FinishedAt.Before(read.Truncate(time.Second)) {
		return nil
	}
	for _, o := range r.Results {
		if strings.EqualFold(o.Identity, room) && o.Status == exchange.Changed {
			return o.After
		}
	}
	return nil
}
