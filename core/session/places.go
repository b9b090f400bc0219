package session

import (
	"context"
	"encoding/json"
	"maps"
	"strings"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/tenant"
)

// cachePlaces are the place ids of the chosen rooms, by address in lower case: a
// room that gets another address is found again by it.
const cachePlaces = "rooms-places.json"

func (s *Session) places() map[string]string {
	places := map[string]string{}
	if data, _, ok := s.env.Store.Cache(s.ID(), cachePlaces); ok {
		_ = json.Unmarshal(data, &places) // a damaged one is none
	}
	return places
}

// place keeps the place ids of the chosen rooms that are listed. One that is not
// listed any more keeps its own: that is when it is needed.
func (s *Session) place(listed []tenant.Room) {
	choice, before := s.Document().Rooms, s.places()
	if choice.Mode != connection.Selected {
		return
	}
	now := maps.Clone(before)
	for _, r := range listed {
		if r.PlaceID != "" {
			now[strings.ToLower(r.EmailAddress)] = r.PlaceID
		}
	}
	chosen := map[string]bool{}
	for _, address := range choice.Items {
		chosen[strings.ToLower(address)] = true
	}
	maps.DeleteFunc(now, func(address, _ string) bool { return !chosen[address] })
	if maps.Equal(before, now) {
		return
	}
	if data, err := json.Marshal(now); err == nil {
		_ = s.env.Store.PutCache(s.ID(), cachePlaces, data) // the next list has them too
	}
}

// placing is a tenant whose rooms are remembered by their place ids.
type placing struct {
	Tenant
	s *Session
}

// Rooms lists the rooms.
func (p placing) Rooms(ctx context.Context, page func([]tenant.Room)) tenant.Listing[tenant.Room] {
	l := p.Tenant.Rooms(ctx, page)
	p.s.place(l.Items)
	listed := map[string]tenant.Room{}
	for _, r := range l.Items {
		listed[strings.ToLower(r.EmailAddress)] = r
	}
	p.s.mu.Lock()
	p.s.listed = listed
	p.s.mu.Unlock()
	return l
}

// Moved are the chosen rooms that are listed under another address now.
func (s *Session) Moved(listed []tenant.Room) []check.MovedRoom {
	return check.Moved(s.Document().Rooms, s.places(), listed)
}

// FollowRooms puts the present addresses of moved rooms into the choice, and
// gives those rooms, if any.
func (s *Session) FollowRooms(ctx context.Context) ([]check.MovedRoom, error) {
	l := s.Rooms(ctx, nil)
	if l.Problem != nil {
		return nil, l.Problem
	}
	moved := s.Moved(l.Items)
	if len(moved) == 0 {
		return nil, nil
	}
	return moved, s.Edit(ctx, func(c *connection.Connection) {
		c.Rooms.Items = check.Follow(c.Rooms.Items, moved)
	})
}
