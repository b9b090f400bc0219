package setup

import (
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/words"
)

// only are the claims that belong.
func (k Known) only(belongs func(evidence.State) bool) []evidence.State {
	var own []evidence.State
	for _, c := range k.Claims {
		if belongs(c) {
			own = append(own, c)
		}
	}
	return own
}

// stateOf is the state of a step whose claim stands like this.
func stateOf(s evidence.Standing) State {
	switch s {
	case evidence.Failed:
		return Failed
	case evidence.Attention, evidence.Unknown, evidence.Void:
		return Attention
	case evidence.Works:
		return Done
	}
	return Ready
}

// judge is the state of a step that is done when its claims are proven; untried
// says what to do while none is. What an ordinary test leaves out is not waited
// for, but once it was proven it counts like the rest.
func judge(id string, claims []evidence.State, untried words.Text) Step {
	if bad, ok := evidence.Worst(claims); ok {
		return step(id, stateOf(bad.Standing), bad.Reason)
	}
	var good []evidence.State
	open, tried := false, false
	for _, c := range claims {
		tried = tried || c.Standing != evidence.Untested
		switch {
		case c.Standing == evidence.Void, c.Standing == evidence.Unknown && !c.Optional:
			return step(id, Attention, words.Sentences(evidence.Headline(claims), c.Reason))
		case c.Standing == evidence.Works:
			good = append(good, c)
		case c.Standing == evidence.Lacking: // there is nothing to prove
		case !c.Optional:
			open = true
		}
	}
	switch {
	case !tried:
		return step(id, Ready, untried)
	case open:
		return step(id, Ready, evidence.Headline(claims))
	}
	return proven(id, evidence.Headline(claims), good...)
}
