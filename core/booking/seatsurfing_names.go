package booking

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/roomkey/roomkey/core/problem"
)

// visible is a name without what nobody sees: control and format characters, and
// space at the ends.
func visible(name string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case problem.Invisible(r):
			return -1
		}
		return r
	}, name)), " ")
}

// ssRooms are the rooms as spaces: a name that is unique in its building. Each
// keeps its address in lower case, which is what identity hangs on.
func ssRooms(cfg Configuration) []Room {
	type place struct{ building, name string }
	count := map[place]int{}
	at := func(r Room) place {
		return place{cmp.Or(visible(r.Building), ssBuilding), cmp.Or(visible(r.DisplayName), strings.ToLower(r.EmailAddress))}
	}
	for _, r := range cfg.Rooms.Items {
		count[at(r)]++
	}
	rooms := []Room{}
	for _, r := range cfg.Rooms.Items {
		p := at(r)
		address := strings.ToLower(r.EmailAddress)
		if count[p] > 1 {
			p.name += " (" + address + ")"
		}
		rooms = append(rooms, Room{EmailAddress: address, DisplayName: p.name, Building: p.building})
	}
	slices.SortFunc(rooms, func(a, b Room) int { return cmp.Compare(a.EmailAddress, b.EmailAddress) })
	return rooms
}

// ssRemarks are what a person should know of the names before they are written.
func ssRemarks(cfg Configuration) (found []DryRunProblem) {
	say := func(severity, code, detail string) {
		found = append(found, DryRunProblem{Severity: severity, Pointer: "/rooms/items", Code: code, Detail: detail})
	}
	rooms := map[string]Room{}
	perBuilding := map[string]int{}
	buildings := []string{}
	for _, r := range ssRooms(cfg) {
		rooms[r.EmailAddress] = r
		if perBuilding[r.Building]++; perBuilding[r.Building] == 1 {
			buildings = append(buildings, r.Building)
		}
	}
	for _, b := range buildings {
		if n := utf8.RuneCountInString(b); n > ssName {
			say("error", "name-too-long", "The building “"+short(b)+"” has a name of more than 128 characters, which Seatsurfing does not take. Shorten it in Microsoft 365.")
		}
		if perBuilding[b] > ssBulk {
			say("warning", "many-rooms", "The building “"+short(b)+"” has more than 64 rooms. Seatsurfing takes 64 at once, so they are written in parts.")
		}
	}
	for _, r := range cfg.Rooms.Items {
		as := rooms[strings.ToLower(r.EmailAddress)]
		switch name := visible(r.DisplayName); {
		case utf8.RuneCountInString(as.DisplayName) > ssName:
			say("error", "name-too-long", "The room "+r.EmailAddress+" has a name of more than 128 characters, which Seatsurfing does not take. Shorten it in Microsoft 365.")
		case name == "":
			say("warning", "no-name", "The room "+r.EmailAddress+" has no name that can be seen. Its space is called by its address.")
		case name != as.DisplayName:
			say("warning", "name-twice", "The room "+r.EmailAddress+" has the same name as another room in “"+short(as.Building)+"”. Its space is called “"+as.DisplayName+"”.")
		case name != r.DisplayName:
			say("warning", "invisible-characters", "The name of the room "+r.EmailAddress+" holds characters that cannot be seen. Its space is called “"+name+"”.")
		}
	}
	return found
}

// short is a name that fits into a sentence.
func short(name string) string {
	if runes := []rune(name); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return name
}
