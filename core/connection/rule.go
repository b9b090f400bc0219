package connection

import (
	"regexp"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// Rule chooses rooms by what is known of them: those for which every part that
// is given holds, those included that are created later. Without a part it is
// no rule.
type Rule struct {
	// Buildings are names of buildings, one of which must be the room's.
	Buildings []string `json:"buildings,omitempty"`
	// Name is a pattern for the whole display name, in which * stands for
	// anything and ? for one character; upper and lower case are the same.
	Name string `json:"name,omitempty"`
	// SeatsFrom and SeatsTo bound the number of seats, 0 for no bound. A room
	// whose seats are not known is within neither.
	SeatsFrom int `json:"seatsFrom,omitempty"`
	SeatsTo   int `json:"seatsTo,omitempty"`
	// Lists are addresses of room lists, one of which must have the room.
	Lists []string `json:"lists,omitempty"`
}

// Given reports whether the rule has a part.
func (r Rule) Given() bool {
	return len(r.Buildings)+len(r.Lists) > 0 || r.Name != "" || r.SeatsFrom > 0 || r.SeatsTo > 0
}

// Matcher tells the rooms that the rule matches by their data alone: which lists
// have a room is asked of the tenant.
func (r Rule) Matcher() func(tenant.Room) bool {
	pattern := regexp.QuoteMeta(r.Name)
	pattern = strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(pattern)
	name := regexp.MustCompile("(?is)^" + pattern + "$")
	return func(room tenant.Room) bool {
		switch {
		case r.Name != "" && !name.MatchString(room.DisplayName):
			return false
		case len(r.Buildings) > 0 && !slices.ContainsFunc(r.Buildings, func(b string) bool { return strings.EqualFold(b, strings.TrimSpace(room.Building)) }):
			return false
		case r.SeatsFrom == 0 && r.SeatsTo == 0:
			return true
		}
		return room.Capacity != nil && *room.Capacity > 0 && *room.Capacity >= r.SeatsFrom && (r.SeatsTo == 0 || *room.Capacity <= r.SeatsTo)
	}
}

// Text is the rule in words.
func (r Rule) Text() words.Text {
	var parts []words.Text
	if len(r.Buildings) > 0 {
		parts = append(parts, words.T("in %s", strings.Join(r.Buildings, ", ")))
	}
	if r.Name != "" {
		parts = append(parts, words.T("named %s", r.Name))
	}
	if r.SeatsFrom > 0 {
		parts = append(parts, words.N(r.SeatsFrom, "with at least %d seat", "with at least %d seats", r.SeatsFrom))
	}
	if r.SeatsTo > 0 {
		parts = append(parts, words.N(r.SeatsTo, "with at most %d seat", "with at most %d seats", r.SeatsTo))
	}
	if len(r.Lists) > 0 {
		parts = append(parts, words.T("in the room list %s", strings.Join(r.Lists, ", ")))
	}
	if len(parts) == 0 {
		return words.T("an empty rule")
	}
	return listed(parts)
}
