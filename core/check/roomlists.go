package check

import (
	"context"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

// ChosenRooms are the rooms that a choice comes to, each once: all that are
// listed, those with the chosen addresses or place ids (see Moved), those of the
// chosen room lists, or those that the rule matches. A list that is gone or
// empty, or whose rooms did not come, and a rule that matches nothing, is a
// problem. A chosen address that is not listed may still be a room: new ones take
// a day to appear.
func ChosenRooms(ctx context.Context, d Directory, choice connection.Rooms, places map[string]string, listed []tenant.Room) ([]tenant.Room, *problem.Problem) {
	switch choice.Mode {
	case connection.Selected:
		byAddress := map[string]tenant.Room{}
		for _, r := range listed {
			byAddress[strings.ToLower(r.EmailAddress)] = r
		}
		var rooms []tenant.Room
		for _, address := range Follow(choice.Items, Moved(choice, places, listed)) {
			r, ok := byAddress[strings.ToLower(address)]
			if !ok {
				r = tenant.Room{EmailAddress: address, DisplayName: address}
			}
			rooms = append(rooms, r)
		}
		return rooms, nil
	case connection.Lists:
		return roomsOfLists(ctx, d, choice.Lists)
	case connection.ByRule:
		return roomsOfRule(ctx, d, choice.Rule, listed)
	}
	return listed, nil
}

// roomsOfLists reads every list, whatever is wrong with one; the first that is
// wrong is told, a worse one before one that is only empty.
func roomsOfLists(ctx context.Context, d Directory, lists []string) (rooms []tenant.Room, wrong *problem.Problem) {
	rooms = []tenant.Room{}
	at := map[string]int{}
	for _, list := range lists {
		l := d.RoomsOf(ctx, list)
		flaw := flawOfList(list, l)
		if flaw != nil && (wrong == nil || LeavesRooms(wrong) && !LeavesRooms(flaw)) {
			wrong = flaw
		}
		for _, r := range l.Items {
			key := strings.ToLower(r.EmailAddress)
			if i, seen := at[key]; seen {
				rooms[i].Lists = append(rooms[i].Lists, r.Lists...)
			} else if key != "" {
				at[key] = len(rooms)
				rooms = append(rooms, r)
			}
		}
	}
	return rooms, wrong
}

func flawOfList(list string, l tenant.Listing[tenant.Room]) *problem.Problem {
	again := words.T("Choose the room lists again.")
	switch p := ended(l.Complete, l.Problem); {
	case p == nil && len(l.Items) == 0:
		return problem.New(codeRoomListEmpty, words.T("The room list %s is empty.", list)).
			Lead(words.T("Choose another room list."), problem.PlaceRoomLists).
			Fix(words.T("Or have an Exchange administrator add rooms to it: Add-DistributionGroupMember -Identity %s -Member ROOM", list))
	case p == nil:
		return leftOut(l, func(tenant.Room) bool { return true })
	case p.Kind == problem.Absent:
		gone := problem.New(codeRoomListGone, words.T("The room list %s does not exist.", list)).With(p.Detail).Lead(again, problem.PlaceRoomLists).By(p)
		gone.RequestID = p.RequestID
		return gone
	case p.Code == tenant.CodePlacesNotInCloud:
		return problem.New(codeRoomListsNotInCloud, words.T("This cloud's Microsoft Graph has no room lists.")).With(p.Detail).
			Lead(words.T("Choose the rooms themselves: from an Exchange result file, or by typing their addresses."), problem.PlaceRooms).By(p)
	default:
		return p
	}
}

// LeavesRooms reports whether a flaw that ChosenRooms found leaves the rooms that
// it gives in order.
func LeavesRooms(flaw *problem.Problem) bool {
	return slices.Contains([]problem.Code{codeRoomListEmpty, codeRoomsOneAddress, codeRoomsNoAddress}, flaw.Code)
}

func wantsChosenLists(in Input) (bool, words.Text) {
	return in.Connection.Rooms.Mode == connection.Lists, words.T("The rooms are not chosen by room list.")
}

// checkChosenLists resolves the chosen room lists.
func checkChosenLists(ctx context.Context, s *State) Finding {
	if f, can := s.readsLists(); !can {
		return f
	}
	ctx, seen := transport.Record(ctx)
	rooms, wrong := ChosenRooms(ctx, s.Directory, s.Connection.Rooms, nil, nil)
	f := s.resolve(rooms, wrong, seen)
	if f.Status == Pass {
		f = f.noted(words.N(len(rooms), "%d room is in the chosen room lists.", "%d rooms are in the chosen room lists.", len(rooms)))
	}
	return f.with("lists", len(s.Connection.Rooms.Lists))
}

// readsLists is whether room lists can be read, and the finding if they cannot.
func (s *State) readsLists() (Finding, bool) {
	if !slices.Contains(s.Needs.Lists, "rooms") {
		return fail(problem.New(codeRoomListsNotWanted, words.T("%s has no permission to read room lists.", s.Product.Name)).
			Lead(words.T("Choose the rooms themselves."), problem.PlaceRooms)), false
	}
	return Finding{}, true
}

// resolve keeps the rooms that a choice came to, unless they are not all.
func (s *State) resolve(rooms []tenant.Room, wrong *problem.Problem, seen *transport.Recorder) Finding {
	f := pass(words.Text{})
	switch {
	case wrong == nil:
	case LeavesRooms(wrong) && len(rooms) > 0:
		f = warn(wrong)
	default:
		f = judge(wrong)
	}
	if f.Status == Fail || f.Status == Unknown {
		s.deny(wrong, "Place.Read.All")
	} else {
		s.prove(seen.Last().RequestID, "Place.Read.All")
		s.mu.Lock()
		s.resolved = tenant.Addresses(rooms)
		s.mu.Unlock()
	}
	f.Exchanges = seen.All()
	return f.with("rooms", len(rooms))
}
