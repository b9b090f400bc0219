package session

import (
	"context"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// Flaws are what to check about listed rooms, by address in lower case: their data,
// whether Exchange hides them, and what their settings do to bookings as they were
// read back last. It makes no call.
func (s *Session) Flaws(rooms []tenant.Room) map[string][]tenant.Flaw {
	seen := s.hidden()
	rooms = slices.Clone(rooms)
	for i := range rooms {
		if hidden, known := seen[strings.ToLower(rooms[i].EmailAddress)]; known {
			rooms[i].Hidden = &hidden
		}
	}
	flaws := tenant.Flaws(rooms)
	at := s.ProcessingAt()
	for _, state := range s.everyProcessing() {
		if key := strings.ToLower(state.Room); s.changedSince(state.Room, at) == nil {
			flaws[key] = append(flaws[key], state.Flaws()...)
		}
	}
	return flaws
}

// hidden is whether Exchange hides rooms, by address in lower case, as the CSV of
// the script rooms-show had it that was imported last.
func (s *Session) hidden() map[string]bool {
	known, _ := s.cached(cacheImported)
	hidden := map[string]bool{}
	for _, r := range known.Rooms {
		if r.Hidden != nil {
			hidden[strings.ToLower(r.EmailAddress)] = *r.Hidden
		}
	}
	return hidden
}

// Unlisted are the rooms that Exchange hides, as Flaws knows it, and that are not
// listed.
func (s *Session) Unlisted(rooms []tenant.Room) (addresses []string) {
	hidden := s.hidden()
	for _, r := range rooms {
		delete(hidden, strings.ToLower(r.EmailAddress))
	}
	for address, is := range hidden {
		if is {
			addresses = append(addresses, address)
		}
	}
	slices.Sort(addresses)
	return addresses
}

// listsBeside is how many room lists are read at once.
const listsBeside = 4

// InLists are the rooms with the room lists that they are in. One list that does not
// come whole is an error: its rooms would count as being in none.
func (s *Session) InLists(ctx context.Context, rooms []tenant.Room, report task.Report) ([]tenant.Room, error) {
	lists := s.RoomLists(ctx)
	if lists.Problem != nil {
		return nil, lists.Problem
	}
	var mu sync.Mutex
	of, done := map[string][]string{}, 0
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(listsBeside)
	for _, list := range lists.Items {
		group.Go(func() error {
			l := s.RoomsOf(ctx, list.EmailAddress)
			switch {
			case l.Problem != nil:
				return l.Problem
			case !l.Complete:
				return problem.New(codeRoomsIncomplete, words.T("The list of the rooms in %s is incomplete.", list.DisplayName))
			}
			mu.Lock()
			defer mu.Unlock()
			for _, r := range l.Items {
				key := strings.ToLower(r.EmailAddress)
				of[key] = append(of[key], list.EmailAddress)
			}
			done++
			report.Say(done, len(lists.Items), words.Plain(list.DisplayName))
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	rooms = slices.Clone(rooms)
	for i := range rooms {
		rooms[i].Lists = of[strings.ToLower(rooms[i].EmailAddress)]
	}
	return rooms, nil
}
