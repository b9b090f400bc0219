package session

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/exchange"
)

// cacheProcessing is the last CSV with calendar processing that was read back.
const cacheProcessing = "calendar-processing.csv"

// ReadProcessing reads a CSV that a script of this connection wrote, keeps it,
// and says for each room what differs from the product's policy.
func (s *Session) ReadProcessing(data []byte) ([]exchange.RoomState, error) {
	p, err := s.Product()
	if err != nil {
		return nil, err
	}
	states, err := exchange.ReadProcessing(data, s.Document(), p.Policy)
	if err != nil {
		return nil, err
	}
	return states, s.env.Store.PutCache(s.ID(), cacheProcessing, data)
}

// ProcessingAt is how old what was read back last is: when the script looked at
// the first room, or when its CSV was read where that does not say; zero for
// never.
func (s *Session) ProcessingAt() time.Time {
	_, at, _ := s.env.Store.Cache(s.ID(), cacheProcessing)
	for _, state := range s.Processing() {
		if !state.Read.IsZero() && state.Read.Before(at) {
			at = state.Read
		}
	}
	return at
}

// Processing is what was read back last, nil when nothing was.
func (s *Session) Processing() []exchange.RoomState {
	data, _, ok := s.env.Store.Cache(s.ID(), cacheProcessing)
	p, err := s.Product()
	if !ok || err != nil {
		return nil
	}
	states, err := exchange.ReadProcessing(data, s.Document(), p.Policy)
	if err != nil {
		return nil
	}
	return states
}

// roomPolicy is what is known of a room's calendar processing, nil when it was
// never read back.
func (s *Session) roomPolicy(room string) *check.RoomPolicy {
	states := s.Processing()
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
	if !ok || r.WhatIf || r.FinishedAt.Before(read) {
		return nil
	}
	for _, o := range r.Results {
		if strings.EqualFold(o.Identity, room) && o.Status == exchange.Changed {
			return o.After
		}
	}
	return nil
}
