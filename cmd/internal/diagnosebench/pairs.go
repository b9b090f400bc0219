package main

import (
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/check"
)

// pair is two faults at once: the upstream one is the root cause. Both are
// scenarios of their own, by name.
type pair struct{ upstream, downstream string }

var pairs = []pair{
	{"no secret stored", "unknown tenant"},
	{"tenant ID pasted as client ID", "wrong secret"},
	{"unknown tenant", "wrong secret"},
	{"tenant of another cloud", "server down"},
	{"unknown tenant", "every calendar denied"},
	{"wrong secret", "no consent"},
	{"expired secret", "one room's mailbox gone"},
	{"application disabled", "Calendars.ReadWrite not granted"},
	{"Conditional Access", "token not accepted"},
	{"unknown application", "always throttled"},
	{"wrong secret", "old contract"},
	{"Place.Read.All not granted", "one room denied"},
	{"User.Read.All not granted", "server down"},
	{"no consent", "token not accepted"},
	{"Calendars.ReadWrite not granted", "one room's mailbox gone"},
	{"one room's mailbox gone", "token not accepted"},
	{"every calendar denied", "server down"},
	{"no consent", "rooms decline"},
	{"clock off", "wrong secret"},
	{"ended yesterday, as recorded", "server down"},
}

// scenario joins the two; what is expected is the upstream one's.
func (p pair) scenario() scenario {
	up, down := named(p.upstream), named(p.downstream)
	joined := up
	joined.area, joined.name = "pair", p.upstream+" + "+p.downstream
	joined.faults = slices.Concat(up.faults, down.faults)
	if joined.change == nil {
		joined.change = down.change
	}
	if joined.options == nil {
		joined.options = down.options
	}
	if joined.absent == "" {
		joined.absent = down.absent
	}
	joined.verdict = up.verdict
	if up.verdict != check.Failed && down.verdict == check.Failed {
		joined.verdict = check.Failed
	}
	return joined
}

func named(name string) scenario {
	at := slices.IndexFunc(broken, func(s scenario) bool { return strings.EqualFold(s.name, name) })
	return broken[at]
}
