package check

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
	"github.com/roomkey/roomkey/core/words"
)

// Taken are the people whom the booking server takes over.
type Taken struct {
	tenant.Listing[tenant.Person]
	// Groups are the chosen groups, none when all people are taken over.
	Groups []ChosenGroup
	// Rooms is how many users were left out for being the accounts of rooms.
	Rooms int
	// heads counts the people, as they come.
	heads headcount
}

// ChosenGroup is what was seen of a group whose members are taken over.
type ChosenGroup struct {
	ID     string
	People headcount
	// Groups is how many groups are inside it, Others how many members are neither
	// people nor groups.
	Groups, Others int
	// Problem is why its members are not known, nil when they are.
	Problem *problem.Problem
}

// People lists the people whom the booking server takes over with a choice, each
// once: all of the tenant, or the members of the groups, with those of groups
// inside them if the product follows these. The accounts of rooms are left out:
// every room mailbox has one among the users. The rooms' addresses may come while
// the people do; pages wait for them. A group that is gone does not keep the others
// from being read.
func People(ctx context.Context, d Directory, choice connection.People, nested bool, rooms <-chan []string, page func([]tenant.Person)) Taken {
	t := Taken{Listing: tenant.Listing[tenant.Person]{Items: []tenant.Person{}, Source: tenant.SourceApplication, Complete: true}}
	var isRoom map[string]bool
	know := func(addresses []string) {
		isRoom = map[string]bool{}
		for _, address := range addresses {
			isRoom[strings.ToLower(address)] = true
		}
	}
	room := func(p tenant.Person) bool {
		return isRoom[strings.ToLower(p.Mail)] || isRoom[strings.ToLower(p.UserPrincipalName)]
	}
	// take counts some and shows those who are people.
	take := func(some []tenant.Person) []tenant.Person {
		people := make([]tenant.Person, 0, len(some))
		for _, p := range some {
			if room(p) {
				t.Rooms++
				continue
			}
			t.heads.add(p)
			people = append(people, p)
		}
		if page != nil && len(people) > 0 {
			page(people)
		}
		return people
	}
	if choice.Mode != connection.Groups {
		var early [][]tenant.Person
		taken := 0
		t.Listing = d.People(ctx, choice.CardNumberAttribute, func(people []tenant.Person) {
			early = append(early, people)
			if isRoom == nil {
				select {
				case addresses := <-rooms:
					know(addresses)
				default:
					return
				}
			}
			for _, page := range early {
				take(page)
				taken += len(page)
			}
			early = nil
		})
		if isRoom == nil {
			know(<-rooms)
		}
		take(t.Items[taken:])
		t.Items = slices.DeleteFunc(t.Items, room)
		return t
	}
	seen := map[string]bool{} // who is in several groups
	know(<-rooms)
	t.heads.chosen = true
	for _, id := range choice.Groups {
		g := ChosenGroup{ID: id}
		g.read(ctx, d, choice.CardNumberAttribute, nested, func(l tenant.Listing[tenant.Person]) {
			t.Items = append(t.Items, take(slices.DeleteFunc(slices.Clone(l.Items), func(p tenant.Person) bool {
				known := p.ID == "" || seen[p.ID]
				seen[p.ID] = true
				return known
			}))...)
			t.At = l.At
			for _, p := range l.Items {
				if room(p) {
					g.Others++
				} else {
					g.People.add(p)
				}
			}
		})
		t.Groups = append(t.Groups, g)
		if g.Problem != nil && t.Problem == nil {
			t.Complete, t.Problem = false, g.Problem
		}
		if g.Problem != nil && g.Problem.Kind != problem.Absent {
			break
		}
	}
	return t
}

// read goes through a group, and through those inside it if the product follows
// them.
func (g *ChosenGroup) read(ctx context.Context, d Directory, cardNumberAttribute string, nested bool, got func(tenant.Listing[tenant.Person])) {
	been := map[string]bool{strings.ToLower(g.ID): true}
	for ahead := []string{g.ID}; len(ahead) > 0; ahead = ahead[1:] {
		l := d.Members(ctx, ahead[0], cardNumberAttribute, nil)
		got(l)
		if g.Problem = ended(l.Complete, l.Problem); g.Problem != nil {
			return
		}
		inside := d.Inside(ctx, ahead[0])
		if g.Problem = ended(inside.Complete, inside.Problem); g.Problem != nil {
			return
		}
		for _, in := range inside.Items {
			switch id := strings.ToLower(in.ID); {
			case !in.Group && !in.Person:
				g.Others++
			case !in.Group:
			case !been[id]:
				been[id] = true
				g.Groups++
				if nested {
					ahead = append(ahead, in.ID)
				}
			}
		}
	}
}

// ended is why a list is not whole, nil for one that is.
func ended(complete bool, p *problem.Problem) *problem.Problem {
	if p == nil && !complete {
		return unexpected(words.T("The list ended early without a reason."))
	}
	return p
}

func checkPeople(ctx context.Context, s *State) Finding {
	ctx, seen := transport.Record(ctx)
	choice := s.Connection.People
	everybody := choice
	everybody.Mode = connection.All
	t := People(ctx, s.Directory, everybody, false, s.roomAddresses(), nil)
	c := t.heads
	outsider := s.outOfReach()
	s.mu.Lock()
	s.sawOutsider = outsider != "" && slices.ContainsFunc(t.Items, func(p tenant.Person) bool {
		return sameID(p.UserPrincipalName, outsider) || sameID(p.Mail, outsider)
	})
	s.mu.Unlock()
	f := s.judgeList(t.Problem, t.Complete, c.people, listing{
		code: codePeopleNoneFound, empty: words.T("The application sees no people in the tenant."),
		remedies: []words.Text{words.T("In the Microsoft Entra admin center, under Users, check that this is the right tenant.")},
	})
	if f.Status != Pass {
		f.Exchanges = seen.All()
		s.deny(f.err(), "User.ReadBasic.All", "User.Read.All")
		return c.show(f)
	}
	// Whether an account is enabled is shown to User.Read.All and not to
	// User.ReadBasic.All, so seeing it tells which of them was at work.
	s.prove(seen.Last().RequestID, "User.ReadBasic.All")
	if c.shown > 0 {
		s.prove(seen.Last().RequestID, "User.Read.All")
	}
	s.mu.Lock()
	s.people = c.people
	s.mu.Unlock()
	f = f.noted(words.N(c.people, "%d person was listed.", "%d people were listed.", c.people))
	if choice.Mode != connection.Groups {
		f = c.judge(choice, f.Note)
	}
	f.Exchanges = seen.All()
	return c.show(f).with("roomMailboxes", t.Rooms)
}

// roomAddresses are the rooms that are known: the tenant's, once they were listed.
func (s *State) roomAddresses() <-chan []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listed {
		return already(s.rooms)
	}
	return already(tenant.Addresses(s.KnownRooms))
}

func already(addresses []string) <-chan []string {
	come := make(chan []string, 1)
	come <- addresses
	return come
}

func wantsChosenGroups(in Input) (bool, words.Text) {
	if in.Connection.People.Mode != connection.Groups {
		return false, words.T("All people are imported, whatever groups they are in.")
	}
	if people, why := wantsList("people")(in); !people {
		groups, _ := wantsList("groups")(in)
		return groups, why
	}
	return true, words.Text{}
}

// checkChosenGroups reads the members of the chosen groups as the booking server
// will.
func checkChosenGroups(ctx context.Context, s *State) Finding {
	ctx, seen := transport.Record(ctx)
	t := People(ctx, s.Directory, s.Connection.People, s.Product.NestedGroups, s.roomAddresses(), nil)
	c := t.heads
	f := s.judgeGroups(t, c)
	f.Exchanges = seen.All()
	if f.Status == Pass || f.Status == Warn {
		s.prove(seen.Last().RequestID, "Group.Read.All", "GroupMember.Read.All")
	}
	s.mu.Lock()
	everybody := s.people
	s.mu.Unlock()
	if everybody >= c.people && everybody > 0 {
		f = f.with("inNoChosenGroup", everybody-c.people)
	}
	return c.show(f).with("groups", len(t.Groups)).with("roomMailboxes", t.Rooms)
}

func (s *State) judgeGroups(t Taken, c headcount) Finding {
	var gone []string
	var flaw *problem.Problem
	for _, g := range t.Groups {
		switch {
		case g.Problem != nil && g.Problem.Kind == problem.Absent && s.listsGroup(g.ID):
			return unknown(asked(problem.New(codeGroupsUnsettled, words.T("Microsoft lists the group %s and does not find it when asked for its members.", s.groupName(g.ID))).
				Fix(words.T("If it was created or deleted within the last minutes, wait until every server of Microsoft knows, then test again.")).
				Lead(words.T("If this continues, choose the groups again."), problem.PlaceGroups), g.Problem))
		case g.Problem != nil && g.Problem.Kind == problem.Absent:
			gone = append(gone, g.ID)
		case g.Problem != nil:
			return judge(g.Problem)
		case flaw == nil:
			flaw = s.flaw(g)
		}
	}
	switch {
	case len(gone) > 0:
		return fail(problem.New(codeGroupsGone, words.T("A chosen group does not exist: %s", gone[0])).
			Lead(words.T("Choose the groups again."), problem.PlaceGroups)).with("gone", gone)
	case flaw != nil && c.usable == 0:
		return fail(flaw)
	case flaw != nil:
		return warn(flaw)
	}
	s.mu.Lock()
	everybody := s.people
	s.mu.Unlock()
	note := words.N(c.people, "%d person is in the chosen groups.", "%d people are in the chosen groups.", c.people)
	if everybody >= c.people && everybody > 0 {
		note = words.T("%d of the tenant's %d people are in the chosen groups.", c.people, everybody)
	}
	f := c.judge(s.Connection.People, note)
	if at := slices.IndexFunc(t.Groups, func(g ChosenGroup) bool { return g.Groups > 0 }); at >= 0 && f.Status == Pass && !s.Product.NestedGroups {
		g := t.Groups[at]
		f = warn(problem.New(codeGroupsNestedBeside, words.N(g.Groups, "The group %s also has %d group as a member, whose people are not imported.", "The group %s also has %d groups as members, whose people are not imported.", s.groupName(g.ID), g.Groups)).
			With(words.Sentences(note, s.directOnly())).
			Lead(words.T("Choose the groups inside it too."), problem.PlaceGroups).Fix(addPeople))
	}
	return f
}

// directOnly says whom a product takes of a group.
func (s *State) directOnly() words.Text {
	return words.T("%s imports only direct members of a group, not members of nested groups.", s.Product.Name)
}

// addPeople is the way around groups inside a group.
var addPeople = words.T("Or add the people to the group themselves: Microsoft Entra admin center, Groups, the group, Members, \"Add members\".")

// groupName is the name of a group, or its id where the name is not known.
func (s *State) groupName(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return cmp.Or(s.groupNames[strings.ToLower(id)], id)
}

// listsGroup is whether the tenant's list of groups has one.
func (s *State) listsGroup(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, listed := s.groupNames[strings.ToLower(id)]
	return listed
}

// flaw is why a chosen group gives the booking server nobody, nil when it gives
// somebody.
func (s *State) flaw(g ChosenGroup) *problem.Problem {
	if g.People.usable > 0 || g.People.hidden > 0 {
		return nil
	}
	name, other := s.groupName(g.ID), words.T("Choose another group.")
	switch {
	case g.People.people == 0 && g.Groups > 0 && s.Product.NestedGroups:
		return problem.New(codeGroupsEmpty, words.T("Neither the group %s nor the groups inside it have people as members.", name)).
			Lead(other, problem.PlaceGroups)
	case g.People.people == 0 && g.Groups > 0:
		return problem.New(codeGroupsNestedOnly, words.N(g.Groups, "The group %s has no people as direct members, only %d other group.", "The group %s has no people as direct members, only %d other groups.", name, g.Groups)).
			With(s.directOnly()).Lead(words.T("Choose the groups inside it instead."), problem.PlaceGroups).Fix(addPeople)
	case g.People.people == 0 && g.Others > 0:
		return problem.New(codeGroupsNoPeople, words.N(g.Others, "The group %s has no people as members, only %d account of a room, contact, device or application.", "The group %s has no people as members, only %d accounts of rooms, contacts, devices or applications.", name, g.Others)).
			With(words.T("A booking server imports users. A contact is not a user: invite the person as a guest instead.")).
			Lead(other, problem.PlaceGroups).Fix(addPeople)
	case g.People.people == 0:
		return problem.New(codeGroupsEmpty, words.T("The group %s has no members.", name)).
			Fix(words.T("Microsoft Entra admin center, Groups, the group, Members, \"Add members\": add the people who book.")).
			Lead(other, problem.PlaceGroups).Fix(hiddenMembers)
	case g.People.disabled == g.People.people:
		return problem.New(codeGroupsAllDisabled, words.T("Every account in the group %s is disabled.", name)).
			Lead(other, problem.PlaceGroups)
	}
	return problem.New(codeGroupsNoneUsable, words.T("No one in the group %s has an email address and an enabled account.", name)).
		With(g.People.facts(false)).Lead(other, problem.PlaceGroups)
}
