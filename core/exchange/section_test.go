package exchange_test

import (
	"testing"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/simulator/cmdlet"
)

// TestRoomInASection: a room in a section of its floor, or in a section of that, is not
// taken out of it, one on another floor is moved.
func TestRoomInASection(t *testing.T) {
	l := newLab(t, 4)
	table := "Address,Building,Floor\r\nroom0@contoso.com,North,1\r\nroom1@contoso.com,North,1\r\nroom2@contoso.com,North,1\r\nroom3@contoso.com,North,1\r\n"
	l.State.Settings = "Default:true"
	for id, place := range map[string][3]string{"b": {"Building", "North", ""}, "f1": {"Floor", "1", "b"}, "f2": {"Floor", "2", "b"}, "s1": {"Section", "Left", "f1"}, "s2": {"Section", "Corner", "s1"}, "o1": {"Section", "Round", "o2"}, "o2": {"Section", "Round", "o1"}} {
		l.State.PlacesV3 = append(l.State.PlacesV3, cmdlet.Object{"PlaceId": id, "Type": place[0], "DisplayName": place[1], "ParentId": place[2]})
	}
	l.State.Places = map[string]cmdlet.Object{"room0@contoso.com": {"ParentId": "s1"}, "room1@contoso.com": {"ParentId": "f2"}, "room2@contoso.com": {"ParentId": "s2"}, "room3@contoso.com": {"ParentId": "o1"}}
	o := l.run(l.make("places-buildings", map[string]any{"table": table}), cmdlet.Run{})
	if o.Exit != 0 || o.err != nil || o.result.Summary[exchange.Changed] != 2 || l.State.Places["room2@contoso.com"]["ParentId"] != "s2" || l.State.Places["room3@contoso.com"]["ParentId"] != "f1" || l.State.Places["room0@contoso.com"]["ParentId"] != "s1" || l.State.Places["room1@contoso.com"]["ParentId"] != "f1" {
		t.Fatal(o.Output, o.result, l.State.Places)
	}
}
