package evidence

import "github.com/roomkey/roomkey/core/words"

// said is how the headline speaks of the claims of one standing.
type said struct {
	standing Standing
	say      func(n int, who words.List) words.Text
}

// sayings are in the order of the headline: what is wrong comes first.
var sayings = []said{
	{Failed, func(n int, who words.List) words.Text { return words.N(n, "%s does not work.", "%s do not work.", who) }},
	{Attention, func(n int, who words.List) words.Text {
		return words.N(n, "%s needs attention.", "%s need attention.", who)
	}},
	{Works, func(n int, who words.List) words.Text { return words.N(n, "%s works.", "%s work.", who) }},
	{Unknown, func(n int, who words.List) words.Text {
		return words.N(n, "%s could not be tested.", "%s could not be tested.", who)
	}},
	{Void, func(n int, who words.List) words.Text {
		return words.N(n, "%s must be tested again.", "%s must be tested again.", who)
	}},
	{Lacking, func(n int, who words.List) words.Text {
		return words.N(n, "%s is not available in this tenant.", "%s are not available in this tenant.", who)
	}},
	{Untested, func(n int, who words.List) words.Text {
		return words.N(n, "%s has not been tested.", "%s have not been tested.", who)
	}},
}

// Headline says in a few sentences what is proven and what is not: "Sign-in and
// reading work. Booking has not been tested."
func Headline(states []State) words.Text {
	var line []words.Text
	tried := false
	for _, saying := range sayings {
		names, number := subjects(states, saying.standing)
		if len(names) == 0 {
			continue
		}
		tried = tried || saying.standing != Untested
		line = append(line, saying.say(number, words.And(names...)))
	}
	if !tried {
		return words.T("Nothing has been tested yet.")
	}
	return words.Sentences(line...)
}

// subjects are the names of the claims of a standing, for one sentence, and the
// number of things that they name; "the settings" are two. The claims that read
// are one subject when they all stand the same.
func subjects(states []State, standing Standing) (names []words.Text, number int) {
	apart := false
	for _, s := range states {
		apart = apart || s.Claim.info().reads && s.Standing != standing
	}
	reading := false
	for _, s := range states {
		c := s.Claim.info()
		switch {
		case s.Standing != standing, c.quiet && standing != Failed && standing != Attention:
			continue
		case c.reads && !apart:
			if reading {
				continue
			}
			reading = true
			c.name, c.inner, c.plural = words.T("Reading"), words.T("reading"), false
		}
		name := c.inner
		if len(names) == 0 {
			name = c.name
		}
		names, number = append(names, name), number+1
		if c.plural {
			number++
		}
	}
	return names, number
}
