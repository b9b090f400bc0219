package check

import (
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// MovedRoom is a chosen room whose address has changed.
type MovedRoom struct {
	// From is the address that was chosen.
	From string `json:"from"`
	// To is the room as it is listed now.
	To tenant.Room `json:"to"`
}

// Moved are the chosen rooms that are listed under another address now. Places
// are the place ids, which do not change, with which the addresses were last
// seen, by address in lower case.
func Moved(choice connection.Rooms, places map[string]string, listed []tenant.Room) []MovedRoom {
	if choice.Mode != connection.Selected || len(places) == 0 {
		return nil
	}
	byPlace, here := map[string]tenant.Room{}, map[string]bool{}
	for _, r := range listed {
		here[strings.ToLower(r.EmailAddress)] = true
		if r.PlaceID != "" {
			byPlace[r.PlaceID] = r
		}
	}
	var moved []MovedRoom
	for _, address := range choice.Items {
		key := strings.ToLower(address)
		if r, found := byPlace[places[key]]; found && !here[key] && r.EmailAddress != "" {
			moved = append(moved, MovedRoom{address, r})
		}
	}
	return moved
}

// Follow gives the addresses with those of moved rooms as they are now.
func Follow(addresses []string, moved []MovedRoom) []string {
	if len(moved) == 0 {
		return addresses
	}
	to, seen, out := map[string]string{}, map[string]bool{}, []string{}
	for _, m := range moved {
		to[strings.ToLower(m.From)] = m.To.EmailAddress
	}
	for _, a := range addresses {
		if now, is := to[strings.ToLower(a)]; is {
			a = now
		}
		if key := strings.ToLower(a); !seen[key] {
			seen[key] = true
			out = append(out, a)
		}
	}
	return out
}

// MovedText says which rooms have moved.
func MovedText(moved []MovedRoom) words.Text {
	first := moved[0]
	return words.N(len(moved), "%d chosen room has a new address: %s is %s now.", "%d chosen rooms have new addresses. The first is %s, which is %s now.",
		len(moved), first.From, first.To.EmailAddress)
}

func movedProblem(moved []MovedRoom) *problem.Problem {
	return problem.New(codeRoomsMoved, MovedText(moved)).
		With(words.T("Each was found by its place ID, which stays when a room is renamed, and was tested at its new address.")).
		Lead(words.T("Save the new address with the chosen rooms, so that it does not depend on this computer."), problem.PlaceRooms.With("roomkeyctl rooms select --follow"))
}
