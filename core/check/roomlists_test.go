package check

import (
	"testing"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/tenant"
)

func TestRoomsOfChosenLists(t *testing.T) {
	room := func(address string) tenant.Room { return tenant.Room{EmailAddress: address} }
	whole := func(rooms ...tenant.Room) tenant.Listing[tenant.Room] {
		return tenant.Listing[tenant.Room]{Items: rooms, Complete: true}
	}
	a, b := "a@x", "b@x"
	for name, c := range map[string]struct {
		lists  map[string]tenant.Listing[tenant.Room]
		status Status
		code   string
		rooms  int
	}{
		"two that overlap":  {map[string]tenant.Listing[tenant.Room]{a: whole(room("room0@contoso.example"), room("room1@contoso.example")), b: whole(room("Room1@contoso.example"))}, Pass, "", 2},
		"one is gone":       {map[string]tenant.Listing[tenant.Room]{a: whole(room("room0@contoso.example"))}, Fail, "rooms.list-gone", 0},
		"one is empty":      {map[string]tenant.Listing[tenant.Room]{a: whole(room("room0@contoso.example")), b: whole()}, Warn, "rooms.list-empty", 1},
		"both are empty":    {map[string]tenant.Listing[tenant.Room]{a: whole(), b: whole()}, Fail, "rooms.list-empty", 0},
		"one ended early":   {map[string]tenant.Listing[tenant.Room]{a: whole(room("room0@contoso.example")), b: {Items: []tenant.Room{room("room1@contoso.example")}}}, Unknown, "check.unexpected-answer", 0},
		"empty, and busy":   {map[string]tenant.Listing[tenant.Room]{a: whole(), b: {Problem: refusal("graph.TooManyRequests")}}, Unknown, "graph.TooManyRequests", 0},
		"no lists in cloud": {map[string]tenant.Listing[tenant.Room]{a: {Problem: refusal("graph.places-not-in-cloud")}, b: {Problem: refusal("graph.places-not-in-cloud")}}, Fail, "rooms.lists-not-in-cloud", 0},
	} {
		w := healthy(3)
		w.in.Connection.Rooms = connection.Rooms{Mode: connection.Lists, Lists: []string{a, b}}
		w.lists = c.lists
		r := w.run(t)
		f, _ := r.Finding(ChosenLists)
		got := ""
		if f.Problem != nil {
			got = f.Problem.Code.String()
		}
		if f.Status != c.status || got != c.code || r.Rooms.Chosen != c.rooms {
			t.Errorf("%s: %s %s, %d rooms chosen", name, f.Status, got, r.Rooms.Chosen)
		}
		if opens := r.Digest != ""; opens != (c.rooms > 0) {
			t.Errorf("%s: digest %q", name, r.Digest)
		}
		if green := r.Verdict == Passed; green != (c.status == Pass) {
			t.Errorf("%s: verdict %s", name, r.Verdict)
		}
	}
}

// TestListsOfAProductThatReadsNone is a choice of lists with a product that has no
// permission to read them.
func TestListsOfAProductThatReadsNone(t *testing.T) {
	w := healthy(2)
	w.in.Needs.Lists = []string{"people"}
	w.in.Connection.Rooms = connection.Rooms{Mode: connection.Lists, Lists: []string{"a@x"}}
	if f, _ := w.run(t).Finding(ChosenLists); f.Status != Fail || f.Problem.Code.String() != "rooms.lists-not-readable" {
		t.Errorf("%s %v", f.Status, f.Problem)
	}
}

// TestRoomsOfARule is a rule over the tenant's rooms, over room lists, and one that
// nothing matches.
func TestRoomsOfARule(t *testing.T) {
	rooms := func(w *world) []tenant.Room { return w.rooms.Items }
	for name, c := range map[string]struct {
		rule        connection.Rule
		lists       map[string]tenant.Listing[tenant.Room]
		proven      []string
		change      func(*world)
		status      Status
		code, notes string
		chosen      int
	}{
		"by name":         {rule: connection.Rule{Name: "Oslo"}, status: Pass, notes: "1 room matches the rule.", chosen: 1},
		"with a change":   {rule: connection.Rule{Name: "*o"}, proven: []string{"room0@contoso.example", "gone@contoso.example"}, status: Pass, notes: "2 rooms match the rule. 1 room is new since the last test: room1@contoso.example. 1 room is gone since the last test: gone@contoso.example.", chosen: 2},
		"nothing":         {rule: connection.Rule{Name: "Lima"}, status: Fail, code: "rooms.rule-empty"},
		"no rule at all":  {status: Fail, code: "rooms.rule-empty"},
		"of a list":       {rule: connection.Rule{Name: "Oslo", Lists: []string{"a@x"}}, lists: map[string]tenant.Listing[tenant.Room]{"a@x": {Complete: true, Items: []tenant.Room{{EmailAddress: "room0@contoso.example", DisplayName: "Oslo"}, {EmailAddress: "room1@contoso.example"}}}}, status: Pass, notes: "1 room matches the rule.", chosen: 1},
		"of a list gone":  {rule: connection.Rule{Name: "Oslo", Lists: []string{"a@x"}}, status: Fail, code: "rooms.list-gone"},
		"rooms unknown":   {rule: connection.Rule{Name: "Oslo"}, change: func(w *world) { w.rooms = tenant.Listing[tenant.Room]{Problem: refusal("graph.TooManyRequests")} }, status: Skipped},
		"imported rooms":  {rule: connection.Rule{Name: "Oslo"}, change: func(w *world) { w.in.KnownRooms, w.in.Needs.Lists = rooms(w), []string{"people"} }, status: Pass, notes: "1 room matches the rule.", chosen: 1},
		"lists forbidden": {rule: connection.Rule{Lists: []string{"a@x"}}, change: func(w *world) { w.in.Needs.Lists = []string{"people"} }, status: Fail, code: "rooms.lists-not-readable"},
	} {
		w := healthy(3)
		for i, n := range []string{"Oslo", "Cairo", "Rome"} {
			w.rooms.Items[i].DisplayName = n
		}
		w.in.Connection.Rooms = connection.Rooms{Mode: connection.ByRule, Rule: c.rule}
		w.lists, w.in.ProvenRooms = c.lists, c.proven
		if c.change != nil {
			c.change(w)
		}
		r := w.run(t)
		f, _ := r.Finding(ChosenRule)
		got := ""
		if f.Problem != nil {
			got = f.Problem.Code.String()
		}
		if f.Status != c.status || got != c.code || f.Note.String() != c.notes && c.notes != "" || r.Rooms.Chosen != c.chosen || (r.Digest != "") != (c.chosen > 0) {
			t.Errorf("%s: %s %s %q, %d rooms chosen", name, f.Status, got, f.Note, r.Rooms.Chosen)
		}
	}
}

// TestMovedRooms is a chosen room that has another address and the same place id.
func TestMovedRooms(t *testing.T) {
	w := healthy(3)
	w.rooms.Items[1].PlaceID = "p1"
	w.in.Connection.Rooms = connection.Rooms{Mode: connection.Selected, Items: []string{"room0@contoso.example", "Old1@contoso.example"}}
	w.in.Places = map[string]string{"old1@contoso.example": "p1", "room0@contoso.example": "p0"}
	r := w.run(t)
	f, _ := r.Finding(RoomList)
	if f.Status != Warn || f.Problem.Code != codeRoomsMoved || r.Rooms.Proven != 2 {
		t.Errorf("%s %v, %+v", f.Status, f.Problem, r.Rooms)
	}
	moved := Moved(w.in.Connection.Rooms, w.in.Places, w.rooms.Items)
	if got := Follow(append(w.in.Connection.Rooms.Items, "ROOM1@contoso.example"), moved); len(got) != 2 || got[1] != "room1@contoso.example" {
		t.Errorf("followed %v", got)
	}
	if got := Moved(connection.Rooms{Mode: connection.Selected, Items: []string{"room1@contoso.example"}}, map[string]string{"room1@contoso.example": "p1"}, w.rooms.Items); got != nil {
		t.Errorf("one that has stayed has moved: %v", got)
	}
}
