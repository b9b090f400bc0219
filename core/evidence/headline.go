package evidence

import "github.com/roomkey/roomkey/core/words"

// said is how the headline speaks of the claims of one standing.
type said struct {
	standing  Standing
	one, many words.Key
}

// sayings are in the order of the headline: what is wrong comes first.
var sayings = []said{
	{Failed, "%s does not work.", "%s do not work."},
	{Attention, "%s needs attention.", "%s need attention."},
	{Works, "%s works.", "%s work."},
	{Unknown, "%s could not be tested.", "%s could not be tested."},
	{Void, "%s must be tested again.", "%s must be tested again."},
	{Untested, "%s has not been tested.", "%s have not been tested."},
}

// Headline says in a few sentences what is proven and what is not: "Sign-in and
// reading work. Booking has not been tested."
func Headline(states []State) words.Text {
	var line words.Text
	tried := false
	for _, saying := range sayings {
		names, number := subjects(states, saying.standing)
		if len(names) == 0 {
			continue
		}
		tried = tried || saying.standing != Untested
		sentence := words.N(number, saying.one, saying.many, words.And(names...))
		if line.IsZero() {
			line = sentence
		} else {
			line = words.T("%s %s", line, sentence)
		}
	}
	if !tried {
		return words.T("Nothing has been tested yet.")
	}
	return line
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
