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

// roomsOfRule are the rooms that a rule matches: of its room lists, if it names
// any, or of those listed.
func roomsOfRule(ctx context.Context, d Directory, rule connection.Rule, listed []tenant.Room) (rooms []tenant.Room, wrong *problem.Problem) {
	if len(rule.Lists) > 0 {
		listed, wrong = roomsOfLists(ctx, d, rule.Lists)
	}
	rooms = Matching(rule, listed)
	if len(rooms) == 0 && wrong == nil {
		wrong = problem.New(codeRuleEmpty, words.T("No room matches the rule: %s.", rule.Text())).
			Lead(words.T("Change the rule. Rooms without a building or seats match no rule about them."), problem.PlaceRoomRule)
	}
	return rooms, wrong
}

// Matching are the rooms that a rule matches by their data.
func Matching(rule connection.Rule, rooms []tenant.Room) []tenant.Room {
	matches := rule.Matcher()
	return slices.DeleteFunc(slices.Clone(rooms), func(r tenant.Room) bool { return !matches(r) })
}

func wantsRule(in Input) (bool, words.Text) {
	return in.Connection.Rooms.Mode == connection.ByRule, words.T("The rooms are not chosen by a rule.")
}

// checkRule resolves the rule, and says what has changed since the last test.
func checkRule(ctx context.Context, s *State) Finding {
	rule := s.Connection.Rooms.Rule
	if !rule.Given() {
		return fail(problem.New(codeRuleEmpty, words.T("The rule for the rooms is empty.")).
			Lead(words.T("Give a building, a name, a number of seats or a room list."), problem.PlaceRoomRule))
	}
	if len(rule.Lists) > 0 {
		if f, can := s.readsLists(); !can {
			return f
		}
	}
	s.mu.Lock()
	listed, known := s.KnownRooms, s.matching
	if s.listed {
		listed = known
	}
	s.mu.Unlock()
	ctx, seen := transport.Record(ctx)
	rooms, wrong := ChosenRooms(ctx, s.Directory, s.Connection.Rooms, nil, listed)
	f := s.resolve(rooms, wrong, seen)
	if f.Status != Pass {
		return f
	}
	f = f.noted(words.N(len(rooms), "%d room matches the rule.", "%d rooms match the rule.", len(rooms)))
	if s.ProvenRooms == nil {
		return f
	}
	added, gone := Since(s.ProvenRooms, tenant.Addresses(rooms))
	if len(added)+len(gone) > 0 {
		f = f.noted(words.Sentences(f.Note, SinceText(added, gone)))
	}
	return f.with("added", len(added)).with("gone", len(gone))
}

// Since compares two sets of rooms by their addresses.
func Since(before, now []string) (added, gone []string) {
	without := func(list, others []string) (left []string) {
		in := map[string]bool{}
		for _, a := range others {
			in[strings.ToLower(a)] = true
		}
		for _, a := range list {
			if !in[strings.ToLower(a)] {
				left = append(left, a)
			}
		}
		return left
	}
	return without(now, before), without(before, now)
}

// SinceText says what Since found, the zero text for nothing.
func SinceText(added, gone []string) words.Text {
	more := words.N(len(added), "%d room is new since the last test: %s.", "%d rooms are new since the last test: %s.", len(added), words.Few(added))
	less := words.N(len(gone), "%d room is gone since the last test: %s.", "%d rooms are gone since the last test: %s.", len(gone), words.Few(gone))
	switch {
	case len(added) > 0 && len(gone) > 0:
		return words.Sentences(more, less)
	case len(added) > 0:
		return more
	case len(gone) > 0:
		return less
	}
	return words.Text{}
}
