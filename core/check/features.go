package check

import (
	"slices"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/words"
)

// What a feature of the product comes to.
const (
	FeatureWorks    = "works"
	FeatureBroken   = "broken"
	FeatureUnproven = "unproven"
)

// Feature is something that the product does, and whether it will: it works
// only when every check that proves it passed.
type Feature struct {
	ID    string     `json:"id"`
	Title words.Text `json:"title"`
	State string     `json:"state"`
	// Because says why it is broken or unproven.
	Because words.Text `json:"because"`
	// Check is the id of the finding behind it, "" for none.
	Check string `json:"check,omitempty"`
}

// feature is how something that the product does is derived.
type feature struct {
	id    string
	title words.Text
	has   func(*State) bool
	// needs are permissions without which it cannot work; checks are those that
	// exercise it: all of them have to pass.
	needs  []string
	checks func(*State) []string
	// unseen says what would prove a feature of which no check ran.
	unseen words.Text
	// strict is whether a warning already means that it does not hold.
	strict bool
}

func list(name string) func(*State) bool {
	return func(s *State) bool { return slices.Contains(s.Needs.Lists, name) }
}

func always(ids ...string) func(*State) []string { return func(*State) []string { return ids } }

var features = []feature{
	{id: "rooms", title: words.T("Listing rooms"), has: list("rooms"), needs: []string{"Place.Read.All"}, checks: always(Token, RoomList),
		unseen: words.T("The list of rooms was not requested.")},
	{id: "calendars", title: words.T("Showing what is booked"), has: readsCalendars, needs: []string{"Calendars.Read", "Calendars.ReadWrite"}, checks: always(Token, RoomCalendars),
		unseen: words.T("No calendar was read.")},
	{id: "bookings", title: words.T("Booking rooms"), has: func(s *State) bool {
		return s.Product.Writes != product.WritesNothing && s.wants("Calendars.ReadWrite")
	},
		needs: []string{"Calendars.ReadWrite"}, checks: always(Token, RoomCalendars, TestBooking),
		unseen: words.T("Nothing was booked. To test booking, name an organizer and a room, and allow writes.")},
	{id: "people", title: words.T("Import people"), has: list("people"), needs: []string{"User.Read.All", "User.ReadBasic.All"}, checks: takesPeople,
		unseen: words.T("The list of people was not requested.")},
	{id: "groups", title: words.T("Import groups"), has: list("groups"), needs: []string{"Group.Read.All", "GroupMember.Read.All"}, checks: always(Token, GroupList),
		unseen: words.T("The list of groups was not requested."), strict: true},
	{id: "single-sign-on", title: words.T("Single sign-on"), has: func(s *State) bool { return len(signsOn(s)) > 2 }, checks: signsOn,
		unseen: words.T("The app registration was not read. Sign in as an administrator.")},
	{id: "notifications", title: words.T("Change notifications"), has: func(s *State) bool { return s.Product.Notifications }, checks: always(Token, Notifications),
		unseen: words.T("No subscription was tested. Allow writes so that one can be created and removed.")},
	{id: "chat", title: words.T("Messages in Teams"), has: func(s *State) bool { return s.wants("Chat.Create") || s.wants("Chat.ReadWrite.All") },
		needs: []string{"Chat.Create", "Chat.ReadWrite.All"}, checks: always("-"), // nothing exercises it
		unseen: words.T("No chat was opened. Messages need a service account that signs in at the booking server itself: an application alone cannot send them.")},
	{id: "reach", title: words.T("No access beyond the rooms"), has: func(s *State) bool { is, _ := scoped(s.Input); return is }, checks: always(Token, RoomCalendars, ScopeGrant, ScopeOutside), // refused everywhere, nothing is limited
		unseen: words.T("No mailbox outside the scope was tested. Name one that must be out of reach."), strict: true},
}

// takesPeople are the checks of whom the booking server takes over.
func takesPeople(s *State) []string {
	if s.Connection.People.Mode == connection.Groups {
		return []string{Token, PeopleList, ChosenGroups}
	}
	return []string{Token, PeopleList}
}

// signsOn are the checks of what this product's single sign-on needs.
func signsOn(s *State) []string {
	ids := []string{SignInConsent, SignInAssigned}
	if s.Product.SingleSignOn.RedirectURIs {
		ids = append(ids, RedirectURIs)
	}
	if s.Product.SingleSignOn.IDTokens {
		ids = append(ids, IDTokens)
	}
	if s.Product.SingleSignOn.AccessTokens {
		ids = append(ids, AccessTokens)
	}
	return ids
}

func readsCalendars(s *State) bool {
	wants, _ := wantsCalendars(s.Input)
	return wants
}

// featuresOf derives what works from the findings and the layers. A feature is
// broken by any failure among its checks and by a permission that it lacks,
// works when all its checks passed, and is unproven otherwise: also when a check
// that proves it did not run.
func (s *State) featuresOf(r *Run) []Feature {
	all := []Feature{}
	for _, f := range features {
		if !f.has(s) {
			continue
		}
		out := Feature{ID: f.id, Title: f.title, State: FeatureWorks}
		for _, id := range f.checks(s) {
			s.weigh(&out, f, id, r)
		}
		for _, l := range r.Layers {
			if l.Wanted && slices.Contains(f.needs, l.Value) && l.InToken == permission.No && l.Proven != permission.Yes {
				out.State, out.Check, out.Because = FeatureBroken, Roles, words.T("The application lacks a permission: %s", l.Value)
			}
		}
		if f.id == "rooms" && s.Cloud.Lacks(cloud.FeaturePlaces) || f.id == "chat" && s.Cloud.Lacks(cloud.FeatureChat) {
			out.State, out.Check, out.Because = FeatureBroken, "", words.T("%s does not have it.", s.Cloud.Name)
		}
		all = append(all, out)
	}
	return all
}

// weigh adds what one check says of a feature.
func (s *State) weigh(out *Feature, f feature, id string, r *Run) {
	found, ran := r.Finding(id)
	cause := found
	if found.Because != "" {
		cause, _ = r.Finding(found.Because)
	}
	switch {
	case out.State == FeatureBroken:
	case ran && (found.Status == Pass || found.Status == Warn && !f.strict):
	case ran && (cause.Status == Fail || cause.Status == Warn):
		out.State, out.Check = FeatureBroken, cause.ID
		if cause.Problem != nil {
			out.Because = cause.Problem.Title
		}
	case out.State == FeatureWorks:
		out.State, out.Because, out.Check = FeatureUnproven, f.unseen, found.ID
		if found.Status == Unknown && found.Problem != nil {
			out.Because = found.Problem.Title
		}
	}
}

// summarize adds to the run what follows from the findings and the state.
func (s *State) summarize(r *Run) {
	s.mu.Lock()
	// A client that did not listen to the cancel must not report afterwards.
	r.Rooms, s.progress = s.tally, nil
	s.mu.Unlock()
	r.Layers = s.layers()
	r.Features = s.featuresOf(r)
	r.Server = ServerUnproven
	if f, ran := r.Finding(ServerStatusOf); ran {
		switch f.Status {
		case Pass:
			r.Server = ServerWorks
		case Fail:
			r.Server = ServerFails
		}
	}
	r.Unproven = s.unproven(r)
	r.Endpoints = endpoints(s.Input)
	if rooms, known := s.chosen(); known && s.Digest != nil && r.Verdict != Incomplete {
		// Of a run that was limited, the rooms are known and the rest is not.
		if digest := s.Digest(rooms); len(r.Only) == 0 {
			r.Digest = digest
		}
	}
}

// unproven says what was not tested.
func (s *State) unproven(r *Run) []words.Text {
	list := []words.Text{}
	if r.Server == ServerUnproven {
		list = append(list, words.T("What the booking server itself can reach: all of this was proven from %s.", s.fromHere()))
	}
	for _, f := range r.Features {
		if f.State == FeatureUnproven {
			list = append(list, words.T("%s: %s", f.Title, f.Because))
		}
	}
	for _, f := range r.Findings {
		if f.Optional && f.Status == Unknown && f.Problem != nil {
			list = append(list, words.T("%s: %s", f.Title, f.Problem.Title))
		}
	}
	if named := s.namedDefaults(); len(named) > 0 {
		list = append(list, words.T("Default groups: %s is given by name, which may be the name of one of the booking server's own groups.", words.And(named...)))
	}
	for _, l := range r.Layers {
		if l.Wanted && l.Kind == permission.Application && l.InToken == permission.NotApplicable && l.Proven != permission.Yes {
			list = append(list, words.T("%s can only be granted in Exchange, and no call has proven it.", l.Value))
		}
	}
	return list
}

func (s *State) fromHere() string {
	if s.From == "" {
		return "this computer"
	}
	return s.From
}
