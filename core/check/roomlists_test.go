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
