package session

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/sheet"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// Names of what is cached beside a document.
const (
	// cacheImported are rooms from a file, for products that may not list them.
	cacheImported = "rooms-imported.json"
	// cacheResolved are the rooms that were looked up last, cacheProven those of the
	// last whole test.
	cacheResolved = "rooms-resolved.json"
	cacheProven   = "rooms-proven.json"
)

type cachedRooms struct {
	Source tenant.Source `json:"source"`
	At     time.Time     `json:"at"`
	Rooms  []tenant.Room `json:"rooms"`
}

func (s *Session) cached(name string) (cachedRooms, bool) {
	var c cachedRooms
	data, _, ok := s.env.Store.Cache(s.ID(), name)
	if !ok || json.Unmarshal(data, &c) != nil {
		return cachedRooms{}, false
	}
	return c, true
}

// looked are the rooms that were looked up last, if any were.
func (s *Session) looked() ([]tenant.Room, bool) {
	c, ok := s.cached(cacheResolved)
	return c.Rooms, ok
}

func (s *Session) keepRooms(name string, c cachedRooms) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return s.env.Store.PutCache(s.ID(), name, data)
}

// KnownRooms are those of the last check or, before there was one, the imported
// and typed ones. It makes no call.
func (s *Session) KnownRooms() []tenant.Room {
	if rooms, ok := s.looked(); ok {
		return rooms
	}
	return s.knownRooms(nil).Items
}

// knownRooms are the imported and the typed ones, each once.
func (s *Session) knownRooms(page func([]tenant.Room)) tenant.Listing[tenant.Room] {
	l := tenant.Listing[tenant.Room]{Source: tenant.SourceTyped, Complete: true, At: s.env.Now()}
	if c, ok := s.cached(cacheImported); ok {
		l.Source, l.At, l.Items = c.Source, c.At, c.Rooms
	}
	for _, address := range s.Document().Rooms.Items {
		if !slices.ContainsFunc(l.Items, func(r tenant.Room) bool { return strings.EqualFold(r.EmailAddress, address) }) {
			l.Items = append(l.Items, tenant.Room{EmailAddress: address, DisplayName: address})
		}
	}
	if page != nil && len(l.Items) > 0 {
		page(l.Items)
	}
	if len(l.Items) == 0 {
		l.Complete = false
		l.Problem = problem.New(codeRoomsNotListable, words.T("This product has no permission to list rooms, and none were typed or imported yet.")).
			Lead(words.T("Have an Exchange administrator run the script that lists the rooms."), problem.PlaceRoomsScript).
			Lead(words.T("Then import its result."), problem.PlaceRoomFile)
	}
	return l
}

// ImportRooms reads rooms from a CSV file: the one that the script rooms-show
// wrote (of this tenant, or it is refused) or any with a column of addresses.
// Lines that cannot be used are problems that name the line; the others are kept
// as the connection's known rooms. A file without a room is refused
// ("rooms.none-in-file"), and so is one of the script that was cut off: the rooms of
// an earlier one remain.
func (s *Session) ImportRooms(data []byte) (tenant.Listing[tenant.Room], []*problem.Problem) {
	known := cachedRooms{Source: tenant.SourceExchange, At: s.env.Now()}
	whole, err := exchange.ReadRooms(data, s.Document())
	if err != nil {
		if problem.CodeOf(err) != sheet.CodeNoColumn {
			return failed[tenant.Room](err), nil
		}
		known.Source = tenant.SourceFile
	}
	rooms, lines, err := exchange.ParseRooms(data)
	if err != nil {
		return failed[tenant.Room](err), nil
	}
	var wrong []*problem.Problem
	complete := true
	for _, l := range lines {
		wrong = append(wrong, l.Problem)
		complete = complete && (!l.Skipped || l.Problem.Code == exchange.CodeNotRoom)
	}
	for _, r := range rooms {
		if r.Room.DisplayName == "" {
			r.Room.DisplayName = r.Room.EmailAddress
		}
		known.Rooms = append(known.Rooms, r.Room)
	}
	if len(known.Rooms) == 0 {
		return failed[tenant.Room](s.noneInFile(wrong)), wrong
	}
	if problem.CodeOf(whole.Problem.Err()) == exchange.CodeMaybeCut {
		wrong = append(wrong, whole.Problem)
	}
	return tenant.Listing[tenant.Room]{Items: known.Rooms, Source: known.Source, At: known.At, Complete: complete,
		Problem: problem.Of(s.keepRooms(cacheImported, known))}, wrong
}

// noneInFile refuses a file of rooms that has none; wrong is what its lines are
// instead.
func (s *Session) noneInFile(wrong []*problem.Problem) *problem.Problem {
	p := problem.New(codeRoomsNoneInFile, words.T("The file has no rooms below its header line."))
	if n := len(wrong); n > 0 {
		p = problem.New(codeRoomsNoneInFile, words.N(n, "The file has no rooms: its %d line cannot be used.", "The file has no rooms: none of its %d lines can be used.", n))
	}
	if earlier, ok := s.cached(cacheImported); ok && len(earlier.Rooms) > 0 {
		n := len(earlier.Rooms)
		p.With(words.N(n, "The %d room that was imported before remains.", "The %d rooms that were imported before remain.", n))
	}
	return p.Fix(words.T("Choose a CSV file with one line for each room.")).
		Lead(words.T("Or have an Exchange administrator run the script that lists the rooms. If its file has none, the tenant has no room mailboxes yet."), problem.PlaceRoomsScript)
}

// ResolveRooms lists the rooms that the connection's choice comes to, sorted by
// name. A list that did not come whole is an error: a choice of "all" that
// missed some would be pushed as if it were all. A product that manages no rooms
// gets none.
func (s *Session) ResolveRooms(ctx context.Context) ([]tenant.Room, error) {
	if p, needs, err := s.needs(); err == nil && !p.ManagesRooms(needs) {
		return nil, nil
	}
	choice := s.Document().Rooms
	t, err := s.tenant()
	if err != nil && (choice.Mode == connection.Lists || !s.theirs()) {
		return nil, err
	}
	var listed []tenant.Room
	if choice.Mode != connection.Lists && (choice.Mode != connection.ByRule || len(choice.Rule.Lists) == 0) {
		if listed, err = s.wholeList(ctx); err != nil {
			return nil, err
		}
	}
	rooms, p := check.ChosenRooms(ctx, t, choice, s.places(), listed)
	if p != nil && (!check.LeavesRooms(p) || len(rooms) == 0) {
		return nil, p
	}
	SortRooms(rooms)
	return rooms, nil
}

// wholeList lists all rooms, or says why not all came.
func (s *Session) wholeList(ctx context.Context) ([]tenant.Room, error) {
	l := s.Rooms(ctx, nil)
	switch {
	case l.Problem != nil:
		return nil, l.Problem
	case !l.Complete:
		return nil, problem.New(codeRoomsIncomplete, words.T("The list of rooms is incomplete."))
	}
	return l.Items, nil
}

// SortRooms orders by name as people read it.
func SortRooms(rooms []tenant.Room) {
	c := collate.New(language.English, collate.IgnoreCase, collate.Numeric)
	slices.SortStableFunc(rooms, func(a, b tenant.Room) int {
		if n := c.CompareString(a.DisplayName, b.DisplayName); n != 0 {
			return n
		}
		return strings.Compare(a.EmailAddress, b.EmailAddress)
	})
}

// SelectRooms keeps a choice of rooms: all of them, or those with these
// addresses. Whether they exist is for a test to say.
func (s *Session) SelectRooms(ctx context.Context, all bool, addresses []string) error {
	if all {
		return s.Edit(ctx, func(c *connection.Connection) { c.Rooms = connection.Rooms{Mode: connection.All} })
	}
	var chosen []string
	for _, a := range addresses {
		a = connection.Clean(a)
		if !connection.IsAddress(a) {
			return problem.New(connection.CodeNotAddress, words.T("%s is not an email address.", problem.Line(a))).
				Fix(words.T("Give the rooms' email addresses, as roomkeyctl rooms list shows them."))
		}
		if !slices.ContainsFunc(chosen, func(b string) bool { return strings.EqualFold(a, b) }) {
			chosen = append(chosen, a)
		}
	}
	if len(chosen) == 0 {
		return problem.New(connection.CodeEmpty, words.T("No room is chosen.")).Fix(words.T("Name at least one room, or choose all."))
	}
	return s.Edit(ctx, func(c *connection.Connection) {
		c.Rooms = connection.Rooms{Mode: connection.Selected, Items: chosen}
	})
}

// SelectRoomLists chooses the rooms of room lists, which are given by name or
// address.
func (s *Session) SelectRoomLists(ctx context.Context, names []string) error {
	chosen, err := s.listAddresses(ctx, names)
	if err != nil {
		return err
	}
	if len(chosen) == 0 {
		return problem.New(connection.CodeEmpty, words.T("No room list is chosen.")).Fix(words.T("Name at least one room list, or choose all rooms."))
	}
	return s.Edit(ctx, func(c *connection.Connection) {
		c.Rooms = connection.Rooms{Mode: connection.Lists, Lists: chosen}
	})
}

// SelectRule chooses the rooms that a rule matches; its room lists are given by
// name or address.
func (s *Session) SelectRule(ctx context.Context, rule connection.Rule) (err error) {
	if len(rule.Lists) > 0 {
		if rule.Lists, err = s.listAddresses(ctx, rule.Lists); err != nil {
			return err
		}
	}
	next := s.Document()
	next.Rooms = connection.Rooms{Mode: connection.ByRule, Rule: rule}
	for _, f := range next.Lint() {
		if strings.HasPrefix(f.Field, "rooms.rule") {
			return f.Problem
		}
	}
	return s.Edit(ctx, func(c *connection.Connection) { c.Rooms = next.Rooms })
}

// ProvenRooms are the addresses of the rooms of the last whole test, nil before
// there was one.
func (s *Session) ProvenRooms() []string {
	proven, ok := s.cached(cacheProven)
	if !ok {
		return nil
	}
	return tenant.Addresses(proven.Rooms)
}

// listAddresses are the addresses of room lists that are given by name or
// address, each once.
func (s *Session) listAddresses(ctx context.Context, names []string) (chosen []string, err error) {
	known := s.RoomLists(ctx)
	if known.Problem != nil {
		return nil, known.Problem
	}
	for _, name := range names {
		var matches []string
		for _, l := range known.Items {
			if strings.EqualFold(l.EmailAddress, connection.Clean(name)) || strings.EqualFold(l.DisplayName, strings.TrimSpace(name)) {
				matches = append(matches, l.EmailAddress)
			}
		}
		switch {
		case len(matches) == 0:
			return nil, problem.New(codeRoomListUnknown, words.T("There is no room list %s.", problem.Line(name))).
				Run(words.T("Give the name or the address of a room list as it is listed."), "roomkeyctl rooms lists")
		case len(matches) > 1:
			return nil, problem.New(codeRoomListAmbiguous, words.T("%d room lists are named %s.", len(matches), problem.Line(name))).
				Fix(words.T("Give the address instead: %s.", strings.Join(matches, ", ")))
		case !slices.Contains(chosen, matches[0]):
			chosen = append(chosen, matches[0])
		}
	}
	return chosen, nil
}

// Where says where a room is, for tables.
func Where(r tenant.Room) string {
	parts := []string{}
	if r.Building != "" {
		parts = append(parts, r.Building)
	}
	switch {
	case r.FloorLabel != "":
		parts = append(parts, r.FloorLabel)
	case r.FloorNumber != nil:
		parts = append(parts, fmt.Sprint(*r.FloorNumber))
	}
	return strings.Join(parts, ", ")
}
