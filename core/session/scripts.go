package session

import (
	"context"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/tenant"
)

// ScriptTarget is what scripts of this connection are written for, with the
// rooms that its choice comes to.
func (s *Session) ScriptTarget(ctx context.Context) (exchange.Target, error) {
	rooms, err := s.ResolveRooms(ctx)
	if err != nil {
		return exchange.Target{}, err
	}
	return s.scriptTarget(rooms)
}

// LastScriptTarget is ScriptTarget with the rooms as they are known here,
// without a call: for showing the catalogue.
func (s *Session) LastScriptTarget() (exchange.Target, error) {
	rooms := s.knownRooms(nil).Items
	if resolved, ok := s.cached(cacheResolved); ok {
		rooms = resolved.Rooms
	}
	return s.scriptTarget(rooms)
}

func (s *Session) scriptTarget(rooms []tenant.Room) (exchange.Target, error) {
	p, needs, err := s.needs()
	if err != nil {
		return exchange.Target{}, err
	}
	row, err := s.Cloud()
	if err != nil {
		return exchange.Target{}, err
	}
	t := exchange.Target{Connection: s.Document(), Cloud: row, Product: p, Rooms: rooms, Now: s.env.Now()}
	for _, n := range needs.Permissions {
		entry, _ := s.env.Permissions.Get(n.Value)
		t.Permissions = append(t.Permissions, exchange.Permission{Entry: entry, Kind: n.Kind})
	}
	return t, nil
}
