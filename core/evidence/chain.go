package evidence

import (
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// NotReached is the standing of a link that lies behind the one which is broken
// and was not tested. No claim stands like this by itself.
const NotReached Standing = "not-reached"

// LinkID is one link of the chain. Its values are stable: they are in the JSON.
type LinkID string

// The links of the chain, from this computer to what the booking server says.
const (
	LinkComputer      LinkID = "computer"
	LinkSignIn        LinkID = "sign-in"
	LinkApplication   LinkID = "application"
	LinkDirectory     LinkID = "directory"
	LinkExchange      LinkID = "exchange"
	LinkBooking       LinkID = "booking"
	LinkServer        LinkID = "server"
	LinkNotifications LinkID = "notifications"
	LinkServerView    LinkID = "server-view"
)

// Link is one link of the chain and where it stands.
type Link struct {
	ID       LinkID     `json:"id"`
	Title    words.Text `json:"title"`
	Standing Standing   `json:"state"`
	// RootCause marks the first broken link.
	RootCause bool `json:"rootCause,omitempty"`
	// At is when it was proven, or when that was seen which speaks against it;
	// zero for what was never tested.
	At       time.Time  `json:"at,omitzero"`
	VoidWhen words.Text `json:"voidWhen,omitzero"`
	// Reason says why it is not proven.
	Reason words.Text `json:"reason,omitzero"`
	// Source is the check that decides, "" while it is proven or not tested.
	Source string `json:"source,omitempty"`
	// Claims are those that it is made of: it is proven when all of them are.
	Claims  []Claim          `json:"claims"`
	Problem *problem.Problem `json:"-"`
	// partly is whether some of its claims are proven and the rest not tested.
	partly bool
}

// Chain is the links of a connection, each after what it needs.
type Chain []Link

// link is what is known of a link before anything was seen.
type link struct {
	id     LinkID
	claims []Claim
	// title names it by the claims that the connection makes.
	title func(claimed func(Claim) bool) words.Text
}

func called(t words.Text) func(func(Claim) bool) words.Text {
	return func(func(Claim) bool) words.Text { return t }
}

// links are in the order in which they are drawn. The booking server stands
// before the notifications, which do not arrive when it is down.
var links = []link{
	{LinkComputer, []Claim{Fields, Network}, called(words.T("This computer"))},
	{LinkSignIn, []Claim{SignIn}, called(words.T("Microsoft sign-in"))},
	{LinkApplication, []Claim{Permissions, SingleSignOn, Retirement}, called(words.T("Application and permissions"))},
	{LinkDirectory, []Claim{Rooms, People, Groups}, func(claimed func(Claim) bool) words.Text {
		switch {
		case claimed(Groups):
			return words.T("Rooms, people, groups")
		case claimed(People):
			return words.T("Rooms and people")
		}
		return words.T("Rooms")
	}},
	{LinkExchange, []Claim{Calendars, Scope}, func(claimed func(Claim) bool) words.Text {
		switch {
		case claimed(Scope) && !claimed(Calendars):
			return words.T("Exchange limit")
		case claimed(Scope):
			return words.T("Calendars and Exchange limit")
		}
		return words.T("Calendars")
	}},
	{LinkBooking, []Claim{Booking}, called(words.T("Test booking"))},
	{LinkServer, []Claim{Server}, called(words.T("Booking server"))},
	{LinkNotifications, []Claim{Notifications}, called(words.T("Change notifications"))},
	{LinkServerView, []Claim{ServerWorks}, called(words.T("The server's own view"))},
}

// Link is the link that a claim belongs to, "" for none: what is not proven by a
// test is not in the chain. Upstream is its place, the first being 0.
func (c Claim) Link() (id LinkID, upstream int) {
	i := slices.IndexFunc(links, func(l link) bool { return slices.Contains(l.claims, c) })
	if i < 0 {
		return "", len(links)
	}
	return links[i].id, i
}

// Draw makes the chain of the claims of a connection. A link without any claim
// is not in it. The first link that failed is the root cause, else the first
// that could not be tested; what lies behind it and was not tested is not
// reached.
func Draw(states []State) Chain {
	var chain Chain
	for _, l := range links {
		var own []State
		for _, s := range states {
			if slices.Contains(l.claims, s.Claim) {
				own = append(own, s)
			}
		}
		if len(own) > 0 {
			chain = append(chain, l.drawn(own))
		}
	}
	cause := chain.broken(states)
	if cause < 0 {
		return chain
	}
	chain[cause].RootCause = true
	for i := cause + 1; i < len(chain); i++ {
		l := &chain[i]
		idle := l.Standing == Untested || l.Standing == Void || l.Standing == Unknown && l.Problem == nil
		if idle {
			l.Standing, l.Source, l.Reason = NotReached, "", words.T("Not reached. Repair this first: %s.", chain[cause].Title)
		}
	}
	return chain
}

// drawn is the link with the claims that the connection makes of it. The worst
// of them decides.
func (l link) drawn(own []State) Link {
	out := Link{ID: l.id, Title: l.title(func(c Claim) bool { return Find(own, c).Claim != "" })}
	for _, s := range own {
		out.Claims = append(out.Claims, s.Claim)
	}
	here := slices.DeleteFunc(slices.Clone(own), func(s State) bool { return s.Standing == Lacking })
	if len(here) == 0 { // nothing of it is there that could work
		out.Standing, out.At, out.Source, out.Reason = Lacking, own[0].At, own[0].Source, own[0].Reason
		return out
	}
	own = here
	for _, standing := range []Standing{Failed, Attention, Unknown, Void, Untested} {
		i := slices.IndexFunc(own, func(s State) bool { return s.Standing == standing })
		if i < 0 {
			continue
		}
		s := own[i]
		out.Standing, out.At, out.Source, out.Problem, out.Reason = standing, s.At, s.Source, s.Problem, s.Reason
		if standing == Untested {
			out.Reason = untested(own)
			out.partly = slices.ContainsFunc(own, func(s State) bool { return s.Standing == Works })
		}
		return out
	}
	out.Standing = Works
	out.At, out.VoidWhen = Since(own...)
	return out
}

// untested names the claims of a link that were not tested.
func untested(own []State) words.Text {
	var names []words.Text
	number := 0
	for _, s := range own {
		if s.Standing != Untested {
			continue
		}
		c := s.Claim.info()
		if number++; c.plural {
			number++
		}
		if len(names) == 0 {
			names = append(names, c.name)
		} else {
			names = append(names, c.inner)
		}
	}
	return words.N(number, "%s has not been tested.", "%s have not been tested.", words.And(names...))
}

// broken is where the chain is broken, -1 for nowhere. What could not be tested
// because of another link, or need not be, breaks nothing.
func (c Chain) broken(states []State) int {
	if i := slices.IndexFunc(c, func(l Link) bool { return l.Standing == Failed }); i >= 0 {
		return i
	}
	return slices.IndexFunc(c, func(l Link) bool {
		return l.Standing == Unknown && slices.ContainsFunc(l.Claims, func(id Claim) bool {
			s := Find(states, id)
			return s.Standing == Unknown && s.Problem != nil && !s.Optional
		})
	})
}

// Cause is the link that is the root cause; ok is false when none is broken.
func (c Chain) Cause() (l Link, ok bool) {
	if i := slices.IndexFunc(c, func(l Link) bool { return l.RootCause }); i >= 0 {
		return c[i], true
	}
	return Link{}, false
}

// shown is how a standing is drawn without colour.
var shown = map[Standing]struct {
	sign string
	text words.Text
}{
	Works:      {"✓", words.T("Proven")},
	Attention:  {"!", words.T("Needs attention")},
	Failed:     {"✗", words.T("Broken")},
	Unknown:    {"?", words.T("Could not be checked")},
	Void:       {"↻", words.T("Test again")},
	Untested:   {"·", words.T("Not tested")},
	NotReached: {"–", words.T("Not reached")},
	Lacking:    {"–", words.T("Not available here")},
}

// Sign is one character for the standing, for where there is no colour.
func (s Standing) Sign() string { return shown[s].sign }

// Says is how the link stands in a word or two.
func (l Link) Says() words.Text {
	if l.RootCause && l.Standing == Failed {
		return words.T("Root cause")
	}
	if l.partly && l.Standing == Untested {
		return words.T("Partly tested")
	}
	return shown[l.Standing].text
}
