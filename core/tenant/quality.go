package tenant

import (
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Flaw is something to check about the data or the settings of a room.
type Flaw struct {
	// Short is it in a few words, the same for every room that has it.
	Short words.Text `json:"short"`
	// Problem says more, and what to do.
	Problem *problem.Problem `json:"problem"`
}

// describe is the way to the data of a room.
func describe(code problem.Code, title words.Text) *problem.Problem {
	return problem.New(code, title).Lead(words.T("Have an Exchange administrator run the script that describes the rooms, with a table that has it."), problem.PlaceDescribeScript)
}

// Those that say the same of every room.
var (
	noSeats = Flaw{words.T("No seats"), describe(codeNoSeats, words.T("The number of seats has not been entered."))}
	// noBuilding is a room that Graph and Outlook show outside of every building.
	noBuilding = Flaw{words.T("No building"), describe(codeNoBuilding, words.T("The room is in no building."))}
	sameName   = Flaw{words.T("Same name"), problem.New(codeSameName, words.T("Another room has the same name, so people cannot tell them apart.")).
			Run(words.T("Rename one of them in Exchange PowerShell:"), "Set-Mailbox -Identity ADDRESS -DisplayName NAME")}
	listedTwice = Flaw{words.T("Listed twice"), problem.New(codeListedTwice, words.T("Microsoft lists two rooms with this address. Whoever chooses it chooses both.")).
			Run(words.T("See both entries in Exchange PowerShell:"), "Get-Place -Identity ADDRESS | Format-List")}
	twoAddresses = Flaw{words.T("Two addresses"), problem.New(codeTwoAddresses, words.T("Microsoft lists this room under two addresses, with one place ID.")).
			Lead(words.T("Choose one of the two addresses, so that the booking server does not have the room twice."), problem.PlaceRooms)}
	hidden = Flaw{words.T("Hidden"), problem.New(CodeHidden, words.T("The room is hidden from address lists, so Microsoft Graph does not list it and people do not find it.")).
		Run(words.T("If people can book it, show it in Exchange PowerShell. The list of rooms has it a day later at most:"), "Set-Mailbox -Identity ADDRESS -HiddenFromAddressListsEnabled $false").
		Lead(words.T("If it should stay hidden, remove it from the chosen rooms."), problem.PlaceRooms)}
	inNoList = Flaw{words.T("In no room list"), problem.New(codeInNoList, words.T("The room is in no room list, so Outlook's room finder does not offer it with its building.")).
			Lead(words.T("Have an Exchange administrator run the script that creates room lists."), problem.PlaceListsScript)}
)

// mostNamed is how many rooms a sentence names.
const mostNamed = 5

// Unlisted is that rooms with these addresses are hidden and therefore not listed.
func Unlisted(addresses []string) *problem.Problem {
	var named []words.Text
	for _, a := range addresses[:min(mostNamed, len(addresses))] {
		named = append(named, words.Plain(a))
	}
	if n := len(addresses) - len(named); n > 0 {
		named = append(named, words.N(n, "%d other", "%d others", n))
	}
	p := *hidden.Problem
	p.Title = words.N(len(addresses), "%d room is hidden from address lists, so Microsoft Graph does not list it: %s.", "%d rooms are hidden from address lists, so Microsoft Graph does not list them: %s.",
		len(addresses), words.And(named...))
	return &p
}

// Flaws says what the data of each room lacks or shares with another room, by the
// room's address in lower case. To be in no room list is a flaw where other rooms
// were seen in one. A room without a flaw is not in it.
func Flaws(rooms []Room) map[string][]Flaw {
	lists := slices.ContainsFunc(rooms, func(r Room) bool { return len(r.Lists) > 0 })
	names, addresses, places := map[string]int{}, map[string]int{}, map[string]map[string]bool{}
	for _, r := range rooms {
		address := strings.ToLower(r.EmailAddress)
		names[strings.ToLower(strings.TrimSpace(r.DisplayName))]++
		addresses[address]++
		if r.PlaceID != "" {
			if places[r.PlaceID] == nil {
				places[r.PlaceID] = map[string]bool{}
			}
			places[r.PlaceID][address] = true
		}
	}
	flaws := map[string][]Flaw{}
	for _, r := range rooms {
		address := strings.ToLower(r.EmailAddress)
		if _, seen := flaws[address]; seen {
			continue
		}
		name := strings.ToLower(strings.TrimSpace(r.DisplayName))
		for _, flaw := range []struct {
			is bool
			Flaw
		}{
			{!r.Seated(), noSeats},
			{r.Building == "", noBuilding},
			{name != "" && names[name] > 1, sameName},
			{addresses[address] > 1, listedTwice},
			{len(places[r.PlaceID]) > 1, twoAddresses},
			{r.Hidden != nil && *r.Hidden, hidden},
			{lists && len(r.Lists) == 0, inNoList},
		} {
			if flaw.is {
				flaws[address] = append(flaws[address], flaw.Flaw)
			}
		}
	}
	return flaws
}

// FlawKind is a flaw that several rooms may have; its problem is that of one of them.
type FlawKind struct {
	Flaw
	// Rooms are the addresses of those that have it.
	Rooms []string
}

// FlawKinds are the kinds of flaws that rooms have, the most frequent first.
func FlawKinds(rooms []Room, flaws map[string][]Flaw) (kinds []FlawKind) {
	at := map[string]int{}
	for _, r := range rooms {
		for _, f := range flaws[strings.ToLower(r.EmailAddress)] {
			i, known := at[f.Short.String()]
			if !known {
				i = len(kinds)
				at[f.Short.String()] = i
				kinds = append(kinds, FlawKind{Flaw: f})
			}
			kinds[i].Rooms = append(kinds[i].Rooms, r.EmailAddress)
		}
	}
	slices.SortStableFunc(kinds, func(a, b FlawKind) int { return len(b.Rooms) - len(a.Rooms) })
	return kinds
}
