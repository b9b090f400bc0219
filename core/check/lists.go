package check

import (
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
		{ID: RoomCalendars, Claim: evidence.Calendars, Proves: true, Title: words.T("The calendar of every chosen room can be read"), DependsOn: []string{Token}, After: []string{RoomList}, Applies: wantsCalendars, Run: checkCalendars},
		{ID: PeopleList, Claim: evidence.People, Proves: true, Title: words.T("The tenant's people can be listed"), DependsOn: []string{Token}, Applies: wantsList("people"), Run: checkPeople},
		{ID: GroupList, Claim: evidence.Groups, Proves: true, Title: words.T("The tenant's groups can be listed"), DependsOn: []string{Token}, Applies: wantsList("groups"), Run: checkGroups},
	}
}

func wantsRooms(in Input) (bool, words.Text) {
	if in.Cloud.Lacks(cloud.FeaturePlaces) {
		return false, words.T("%s has no list of rooms; rooms come from an Exchange result file or are typed.", in.Cloud.Name)
	}
	return wantsList("rooms")(in)
}

// checkRooms lists every room and keeps only their addresses.
func checkRooms(ctx context.Context, s *State) Finding {
	if s.Directory == nil {
		return absent(words.T("no directory was given"))
	}
	ctx, seen := transport.Record(ctx)
	addresses, isRoom := []string{}, map[string]bool{}
	add := func(rooms []tenant.Room) {
		for _, r := range rooms {
			key := strings.ToLower(r.EmailAddress)
			if key == "" || isRoom[key] {
				continue
			}
			isRoom[key] = true
			addresses = append(addresses, r.EmailAddress)
		}
	}
	l := s.Directory.Rooms(ctx, add)
	add(l.Items)
	if l.Problem != nil && l.Problem.Code == tenant.CodePlacesNotInCloud {
		// Sources disagree about some clouds, so it was tried: not a failure of
		// this tenant, and nothing that it could repair.
		return Finding{Status: Skipped, Note: l.Problem.Title, Exchanges: seen.All()}
	}
	f := s.judgeList(l.Problem, l.Complete, len(addresses), listing{
		code: codeRoomsNoneFound, empty: words.T("The tenant shows the application no room."),
		remedies: []words.Text{
			words.T("Rooms that are hidden from address lists are not shown: Exchange admin center, Resources, open the room, \"Hide from global address list\" off."),
			words.T("A new room takes 24 to 48 hours to appear; until then give the rooms as an Exchange result file or type them."),
		},
	}).saw("rooms", len(addresses))
	f.Exchanges = seen.All()
	if f.Status != Pass {
		s.deny(f.err(), "Place.Read.All")
		return f
	}
	s.prove(seen.Last().RequestID, "Place.Read.All")
	s.mu.Lock()
	s.rooms, s.isRoom, s.listed = addresses, isRoom, true
	s.mu.Unlock()
	return f.says(words.N(len(addresses), "%d room was listed.", "%d rooms were listed.", len(addresses)))
}

func checkPeople(ctx context.Context, s *State) Finding {
	if s.Directory == nil {
		return absent(words.T("no directory was given"))
	}
	ctx, seen := transport.Record(ctx)
	people, cards, shown := 0, 0, false
	var everybody crowd
	outsider, sawOutsider := s.outOfReach(), false
	count := func(page []tenant.Person) {
		for _, p := range page {
			if p.ID == "" {
				continue
			}
			people++
			everybody.add(p)
			if p.CardNumber != "" {
				cards++
			}
			shown = shown || p.Enabled != nil
			sawOutsider = sawOutsider || outsider != "" && (sameID(p.UserPrincipalName, outsider) || sameID(p.Mail, outsider))
		}
	}
	defer func() {
		s.mu.Lock()
		s.sawOutsider = sawOutsider
		s.mu.Unlock()
	}()
	attribute := s.Connection.People.CardNumberAttribute
	l := s.Directory.People(ctx, attribute, count)
	if people == 0 {
		count(l.Items)
	}
	f := s.judgeList(l.Problem, l.Complete, people, listing{
		code: codePeopleNoneFound, empty: words.T("The application sees no people in the tenant."),
		remedies: []words.Text{words.T("Look in the Microsoft Entra admin center under Users whether this is the right tenant.")},
	}).saw("people", people).saw("withCardNumber", cards)
	f.Exchanges = seen.All()
	if f.Status != Pass {
		s.deny(f.err(), "User.ReadBasic.All", "User.Read.All")
		return f
	}
	// Whether an account is enabled is shown to User.Read.All and not to
	// User.ReadBasic.All, so seeing it tells which of them was at work.
	s.prove(seen.Last().RequestID, "User.ReadBasic.All")
	if shown {
		s.prove(seen.Last().RequestID, "User.Read.All")
	}
	if attribute != "" && cards == 0 {
		return warn(problem.New(codePeopleNoCardNumbers, words.T("Nobody has a card number in %s.", attribute)).
			Lead(words.T("Choose the attribute that holds your card numbers."), problem.PlaceCardNumber)).
			saw("people", people).saw("withCardNumber", 0)
	}
	if s.Connection.People.Mode != connection.Groups {
		switch p, failure := everybody.judge(); {
		case failure:
			return fail(p).saw("people", people).saw("disabled", everybody.disabled).saw("withoutMail", everybody.noMail)
		case p != nil:
			return warn(p).saw("people", people).saw("withCardNumber", cards)
		}
	}
	return f.says(words.N(people, "%d person was listed.", "%d people were listed.", people))
}

func checkGroups(ctx context.Context, s *State) Finding {
	if s.Directory == nil {
		return absent(words.T("no directory was given"))
	}
	ctx, seen := transport.Record(ctx)
	groups := 0
	chosen := map[string]bool{}
	if s.Connection.People.Mode == connection.Groups {
		for _, id := range s.Connection.People.Groups {
			chosen[strings.ToLower(id)] = true
		}
	}
	count := func(page []tenant.Group) {
		for _, g := range page {
			if g.ID == "" {
				continue
			}
			groups++
			delete(chosen, strings.ToLower(g.ID))
		}
	}
	l := s.Directory.Groups(ctx, count)
	if groups == 0 {
		count(l.Items)
	}
	f := s.judgeList(l.Problem, l.Complete, groups, listing{
		code: codeGroupsNoneFound, empty: words.T("The tenant shows the application no group."), mild: len(chosen) == 0,
		remedies: []words.Text{words.T("If people are to be taken over by group, create one in the Microsoft Entra admin center under Groups.")},
	}).saw("groups", groups)
	f.Exchanges = seen.All()
	if f.Status == Pass {
		s.prove(seen.Last().RequestID, "Group.Read.All", "GroupMember.Read.All", "Group.ReadBasic.All")
	} else {
		s.deny(f.err(), "Group.Read.All", "GroupMember.Read.All")
	}
	if f.Status == Pass && len(chosen) > 0 {
		gone := []string{}
		for id := range chosen {
			gone = append(gone, id)
		}
		slices.Sort(gone)
		return fail(problem.New(codeGroupsGone, words.T("A group that was chosen does not exist: %s", gone[0])).
			Lead(words.T("Choose the groups again."), problem.PlaceGroups)).saw("gone", gone)
	}
	if f.Status == Pass {
		return f.says(words.N(groups, "%d group was listed.", "%d groups were listed.", groups))
	}
	return f
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
		return unknown(p).says(words.N(n, "The list ended early: %d entry had come.", "The list ended early: %d entries had come.", n))
	case p != nil:
		return judge(p)
	case !complete:
		return unknown(unexpected(words.T("The list ended early without a reason.")))
	case n == 0:
		empty := problem.New(l.code, l.empty)
		for _, r := range l.remedies {
			empty.Fix(r)
		}
		if l.mild {
			return warn(empty)
		}
		return fail(empty)
	}
	return pass(words.Text{})
}
