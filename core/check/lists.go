package check

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

func listChecks() []Check {
	return []Check{
		{ID: RoomList, Claim: evidence.Rooms, Proves: true, Title: words.T("The tenant's rooms can be listed"), DependsOn: []string{Token}, Applies: wantsRooms, Run: checkRooms},
		{ID: ChosenLists, Claim: evidence.Rooms, Proves: true, Title: words.T("The chosen room lists contain rooms"), DependsOn: []string{Token}, After: []string{RoomList}, Applies: wantsChosenLists, Run: checkChosenLists},
		{ID: ChosenRule, Claim: evidence.Rooms, Proves: true, Title: words.T("The rule for the rooms matches rooms"), DependsOn: []string{Token, RoomList}, Applies: wantsRule, Run: checkRule},
		{ID: RoomCalendars, Claim: evidence.Calendars, Proves: true, Title: words.T("The calendar of every chosen room can be read"), DependsOn: []string{Token}, After: []string{RoomList, ChosenLists, ChosenRule}, Applies: wantsCalendars, Run: checkCalendars},
		{ID: PeopleList, Claim: evidence.People, Proves: true, Title: words.T("The tenant's people can be listed"), DependsOn: []string{Token}, After: []string{RoomList}, Applies: wantsList("people"), Run: checkPeople},
		{ID: GroupList, Claim: evidence.Groups, Proves: true, Title: words.T("The tenant's groups can be listed"), DependsOn: []string{Token}, Applies: wantsList("groups"), Run: checkGroups},
		{ID: ChosenGroups, Claim: evidence.People, Proves: true, Title: words.T("The chosen groups have members"), DependsOn: []string{Token}, After: []string{PeopleList, GroupList}, Applies: wantsChosenGroups, Run: checkChosenGroups},
	}
}

func wantsRooms(in Input) (bool, words.Text) {
	if in.Cloud.Lacks(cloud.FeaturePlaces) {
		return false, words.T("%s has no list of rooms. Import rooms from an Exchange result file or type them in.", in.Cloud.Name)
	}
	return wantsList("rooms")(in)
}

// checkRooms lists every room and keeps only their addresses.
func checkRooms(ctx context.Context, s *State) Finding {
	ctx, seen := transport.Record(ctx)
	addresses, isRoom, reserved := []string{}, map[string]bool{}, []string{}
	var matching, placed []tenant.Room
	handles := s.handles()
	add := func(rooms []tenant.Room) {
		for _, r := range rooms {
			key := strings.ToLower(r.EmailAddress)
			if key == "" || isRoom[key] {
				continue
			}
			isRoom[key] = true
			addresses = append(addresses, r.EmailAddress)
			if len(s.Places) > 0 {
				placed = append(placed, r)
			}
			if !handles(r) {
				continue
			}
			if s.Connection.Rooms.Mode == connection.ByRule {
				matching = append(matching, r)
			}
			if strings.EqualFold(r.BookingType, "reserved") {
				reserved = append(reserved, r.EmailAddress)
			}
		}
	}
	l := s.Directory.Rooms(ctx, add)
	add(l.Items)
	if l.Problem != nil && l.Problem.Code == tenant.CodePlacesNotInCloud {
		// Sources disagree about some clouds, so it was tried: not a failure of
		// this tenant, and nothing that it could repair.
		s.mu.Lock()
		s.noPlaces = true
		s.mu.Unlock()
		return Finding{Status: Skipped, Note: l.Problem.Title, NotOffered: true, Exchanges: seen.All()}
	}
	f := s.judgeList(l.Problem, l.Complete, len(addresses), listing{
		code: codeRoomsNoneFound, empty: words.T("The tenant shows the application no room."),
		remedies: []words.Text{
			words.T("Rooms that are hidden from address lists are not shown. To show a room, open it in the Exchange admin center under Resources and switch off \"Hide from global address list\"."),
			words.T("A new room takes 24 to 48 hours to appear. Until then, import the rooms from an Exchange result file or type them in."),
		},
		// Which rooms there are, if any, is not the registration's matter.
		mild: s.Options.Quick,
	}).with("rooms", len(addresses))
	f.Exchanges = seen.All()
	if f.Status != Pass {
		s.deny(f.err(), "Place.Read.All")
		return f
	}
	s.prove(seen.Last().RequestID, "Place.Read.All")
	s.mu.Lock()
	s.rooms, s.isRoom, s.listed, s.matching = addresses, isRoom, true, matching
	s.moved = Moved(s.Connection.Rooms, s.Places, placed)
	s.mu.Unlock()
	if left := leftOut(l, handles); left != nil && s.Connection.Rooms.Mode != connection.Lists {
		return warn(left).with("rooms", len(addresses)).with("leftOut", len(l.LeftOut))
	}
	if can, _ := books(s.Input); can && len(reserved) > 0 {
		return warn(problem.New(codeRoomsReserved, words.N(len(reserved), "%d chosen room is reserved (BookingType), so people cannot book it: %s.", "%d chosen rooms are reserved (BookingType), so people cannot book them. The first is %s.", len(reserved), reserved[0])).
			Lead(words.T("Run the calendar-processing script for it with BookingType=Standard, or remove it from the chosen rooms."),
				problem.PlaceCalendarScript.With("roomkeyctl script show calendar-processing --set only="+reserved[0]+" --set BookingType=Standard"))).
			with("rooms", len(addresses)).with("reserved", len(reserved))
	}
	if len(s.moved) > 0 {
		return warn(movedProblem(s.moved)).with("rooms", len(addresses)).with("moved", len(s.moved))
	}
	return f.noted(words.N(len(addresses), "%d room was listed.", "%d rooms were listed.", len(addresses)))
}

// leftOut is what is wrong with the listed rooms that cannot be used, nil where
// none of them is among the chosen ones.
func leftOut(l tenant.Listing[tenant.Room], handles func(tenant.Room) bool) *problem.Problem {
	for _, r := range l.LeftOut {
		at := slices.IndexFunc(l.Items, func(other tenant.Room) bool {
			return r.EmailAddress != "" && strings.EqualFold(other.EmailAddress, r.EmailAddress)
		})
		switch {
		case !handles(r):
		case at >= 0:
			return problem.New(codeRoomsOneAddress, words.T("Two rooms have the address %s: %s and %s.", r.EmailAddress, l.Items[at].DisplayName, r.DisplayName)).
				With(words.T("Both addresses belong to one mailbox, so booking one books the other.")).
				Fix(words.T("Exchange admin center, Resources: give each room a mailbox of its own. If one of the two was deleted, wait until the list of rooms no longer shows it, which takes up to 48 hours."))
		case r.EmailAddress == "":
			return problem.New(codeRoomsNoAddress, words.T("The room %s has no email address.", cmp.Or(r.DisplayName, r.ID))).
				With(words.T("No one can invite it, and a booking server does not see it.")).
				Fix(words.T("Exchange admin center, Resources: check whether it has a room mailbox. A place without one cannot be booked."))
		}
	}
	return nil
}

func checkGroups(ctx context.Context, s *State) Finding {
	ctx, seen := transport.Record(ctx)
	names, mails := map[string]string{}, map[string]string{}
	l := s.Directory.Groups(ctx, func(page []tenant.Group) { nameGroups(page, names, mails) })
	nameGroups(l.Items, names, mails)
	f := s.judgeList(l.Problem, l.Complete, len(names), listing{
		code: codeGroupsNoneFound, empty: words.T("The tenant shows the application no group."), mild: true,
		remedies: []words.Text{words.T("To import people by group, create one in the Microsoft Entra admin center under Groups.")},
	})
	if f.Status == Pass {
		s.prove(seen.Last().RequestID, "Group.Read.All", "GroupMember.Read.All", "Group.ReadBasic.All")
		s.mu.Lock()
		s.groupNames = names
		s.mu.Unlock()
		f = f.noted(words.N(len(names), "%d group was listed.", "%d groups were listed.", len(names)))
	} else {
		s.deny(f.err(), "Group.Read.All", "GroupMember.Read.All")
	}
	if l.Complete && f.Status == Pass {
		f = s.judgeDefaults(ctx, f, names, mails)
	}
	f.Exchanges = seen.All()
	return f.with("groups", len(names))
}

func nameGroups(page []tenant.Group, names, mails map[string]string) {
	for _, g := range page {
		if g.ID != "" {
			names[strings.ToLower(g.ID)] = g.DisplayName
			mails[strings.ToLower(g.Mail)] = g.ID
		}
	}
}

// judgeDefaults looks at the default groups that are given by an id or an address.
// One that is given by name is the booking server's own.
func (s *State) judgeDefaults(ctx context.Context, f Finding, names, mails map[string]string) Finding {
	for _, given := range s.Connection.People.DefaultGroups {
		id := strings.ToLower(strings.TrimSpace(given))
		switch {
		case connection.IsAddress(id):
			id = mails[id]
		case !connection.IsGUID(id):
			continue
		}
		if _, known := names[strings.ToLower(id)]; !known {
			return warn(problem.New(codeGroupsDefaultGone, words.T("The default group %s does not exist in the tenant.", given)).
				Lead(words.T("Correct the default groups."), problem.PlaceDefaultGroups))
		}
		g := ChosenGroup{ID: id}
		g.read(ctx, s.Directory, "", s.Product.NestedGroups, func(l tenant.Listing[tenant.Person]) {
			for _, p := range l.Items {
				g.People.add(p)
			}
		})
		if g.Problem != nil {
			return judge(g.Problem)
		}
		if flaw := s.flaw(g); flaw != nil {
			return warn(flaw)
		}
	}
	return f
}

// namedDefaults are the default groups that are given neither by an id nor by an
// address, so that nobody knows whose they are.
func (s *State) namedDefaults() []words.Text {
	var named []words.Text
	for _, g := range s.Connection.People.DefaultGroups {
		if key := strings.TrimSpace(g); !connection.IsGUID(key) && !connection.IsAddress(key) {
			named = append(named, words.Plain(key))
		}
	}
	return named
}

// listing is what an empty list means.
type listing struct {
	code     problem.Code
	empty    words.Text
	remedies []words.Text
	// mild is whether the product works without an entry.
	mild bool
}

// judgeList passes only a list that came whole and holds something: an empty
// one proves nothing, and one that ended early is not known.
func (s *State) judgeList(p *problem.Problem, complete bool, n int, l listing) Finding {
	switch {
	case p != nil && n > 0 && !complete:
		return unknown(p).noted(words.N(n, "The list ended early: %d entry was received.", "The list ended early: %d entries were received.", n))
	case p != nil:
		return judge(p)
	case !complete:
		return unknown(ended(complete, p))
	case n == 0:
		empty := problem.New(l.code, l.empty)
		for _, r := range l.remedies {
			empty.Fix(r)
		}
		f := fail(empty)
		if l.mild {
			f = warn(empty)
		}
		f.Empty = true
		return f
	}
	return pass(words.Text{})
}
