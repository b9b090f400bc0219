package check

import (
	"slices"

	"github.com/roomkey/roomkey/core/cloud"
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

// proof of a feature: the product has it, and these checks show it.
type feature struct {
	id     string
	title  words.Text
	has    func(*State) bool
	checks []string
	// unseen says what would prove a feature of which no check ran.
	unseen words.Text
	// strict is whether a warning already means that it does not hold.
	strict bool
}

var features = []feature{
	{"rooms", words.T("Listing rooms"), func(s *State) bool { return slices.Contains(s.Needs.Lists, "rooms") }, []string{Token, Roles, RoomList},
		words.T("The list of rooms was not asked for."), false},
	{"calendars", words.T("Showing what is booked"), readsCalendars, []string{Token, Roles, RoomCalendars},
		words.T("No calendar was read."), false},
	{"bookings", words.T("Booking rooms"), func(s *State) bool {
		return s.Product.Writes != product.WritesNothing && s.wants("Calendars.ReadWrite")
	}, []string{Token, Roles, RoomCalendars, TestBooking},
		words.T("Nothing was booked. A test booking proves it: name an organizer and a room, and allow writes."), false},
	{"people", words.T("Taking over people"), func(s *State) bool { return slices.Contains(s.Needs.Lists, "people") }, []string{Token, Roles, PeopleList},
		words.T("The list of people was not asked for."), false},
	{"groups", words.T("Taking over groups"), func(s *State) bool { return slices.Contains(s.Needs.Lists, "groups") }, []string{Token, Roles, GroupList},
		words.T("The list of groups was not asked for."), true},
	{"single-sign-on", words.T("Single sign-on"), func(s *State) bool { return s.Product.SingleSignOn.RedirectURIs || s.Product.SingleSignOn.IDTokens }, []string{RedirectURIs, IDTokens, SignInConsent},
		words.T("The application's registration was not read: sign in as an administrator."), false},
	{"notifications", words.T("Hearing of changes at once"), func(s *State) bool { return s.Product.Notifications }, []string{Token, Notifications},
		words.T("No subscription was tried: allow writes, so that one can be made and removed."), false},
	{"chat", words.T("Messages in Teams"), func(s *State) bool { return s.wants("Chat.Create") || s.wants("Chat.ReadWrite.All") }, []string{Token, Roles, "-"},
		words.T("No chat was opened. Messages need a service account that signs in at the booking server itself: an application alone cannot send them."), false},
	{"reach", words.T("No access beyond the rooms"), func(s *State) bool { return s.Connection.Scope.Kind != "" && s.Connection.Scope.Kind != "none" }, []string{Token, ScopeGrant, ScopeOutside},
		words.T("No mailbox outside the scope was tried: name one that must be out of reach."), true},
}

func readsCalendars(s *State) bool {
	wants, _ := wantsCalendars(s.Input)
	return wants
}

// featuresOf derives what works from the findings. A feature is broken by any
// failure among its checks, works when all of them passed (a warning does), and
// is unproven otherwise: also when a check that proves it did not run.
func (s *State) featuresOf(r *Run) []Feature {
	list := []Feature{}
	for _, f := range features {
		if !f.has(s) {
			continue
		}
		out := Feature{ID: f.id, Title: f.title, State: FeatureWorks}
		if f.id == "rooms" && s.Cloud.Lacks(cloud.FeaturePlaces) || f.id == "chat" && s.Cloud.Lacks(cloud.FeatureChat) {
			out.State, out.Because = FeatureBroken, words.T("%s does not have it.", s.Cloud.Name)
			list = append(list, out)
			continue
		}
		for _, id := range f.checks {
			found, ran := r.Finding(id)
			cause := found
			if found.Because != "" {
				cause, _ = r.Finding(found.Because)
			}
			switch {
			case ran && (found.Status == Pass || found.Status == Warn && !f.strict):
				continue
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
			if out.State == FeatureBroken {
				break
			}
		}
		list = append(list, out)
	}
	return list
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
		case Pass, Warn:
			r.Server = ServerWorks
		case Fail:
			r.Server = ServerFails
		}
	}
	r.Unproven = s.unproven(r)
	r.Endpoints = Endpoints(s.Input)
	if rooms, known := s.chosen(); known && len(r.Only) == 0 && s.Digest != nil && r.Verdict != Incomplete {
		r.Digest = s.Digest(rooms)
	}
}

// unproven says what nobody exercised.
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
	for _, l := range r.Layers {
		if l.Wanted && l.Kind == permission.Application && l.InToken == permission.NotApplicable && l.Proven != permission.Yes {
			list = append(list, words.T("%s is granted in Exchange, if at all, and no call has proven it.", l.Value))
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
