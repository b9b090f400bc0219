package tenant

import (
	"strings"

	"github.com/roomkey/roomkey/core/words"
)

// Flaws says what the data of each room lacks or shares with another room, by
// the room's address in lower case. A room without a flaw is not in it.
func Flaws(rooms []Room) map[string][]words.Text {
	names, addresses := map[string]int{}, map[string]int{}
	for _, r := range rooms {
		names[strings.ToLower(strings.TrimSpace(r.DisplayName))]++
		addresses[strings.ToLower(r.EmailAddress)]++
	}
	flaws := map[string][]words.Text{}
	for _, r := range rooms {
		address := strings.ToLower(r.EmailAddress)
		if _, seen := flaws[address]; seen {
			continue
		}
		var of []words.Text
		if !r.Seated() {
			of = append(of, words.T("No seats"))
		}
		if r.Building == "" {
			of = append(of, words.T("No building"))
		}
		if name := strings.ToLower(strings.TrimSpace(r.DisplayName)); name != "" && names[name] > 1 {
			of = append(of, words.T("Another room has this name"))
		}
		if addresses[address] > 1 {
			of = append(of, words.T("Listed twice"))
		}
		if len(of) > 0 {
			flaws[address] = of
		}
	}
	return flaws
}
