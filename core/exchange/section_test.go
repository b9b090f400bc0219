package exchange_test

import (
	"slices"
	"testing"

	"github.com/roomkey/roomkey/core/simulator/cmdlet"
)

// TestRoomInASection: a room in a section is not taken out of it, and one that is then
// on another floor is said to be; one on another floor and in no section is moved.
func TestRoomInASection(t *testing.T) {
	l := newLab(t, 5)
	table := "Address,Building,Floor\r\nroom0@contoso.com,North,1\r\nroom1@contoso.com,North,1\r\nroom2@contoso.com,North,1\r\nroom3@contoso.com,North,1\r\nroom4@contoso.com,North,1\r\n"
	l.State.Settings = "Default:true"
	for id, place := range map[string][3]string{"b": {"Building", "North", ""}, "f1": {"Floor", "1", "b"}, "f2": {"Floor", "2", "b"}, "s1": {"Section", "Left", "f1"}, "s2": {"Section", "Corner", "s1"}, "o1": {"Section", "Round", "o2"}, "o2": {"Section", "Round", "o1"}, "s3": {"Section", "Far", "f9"}, "f9": {"Floor", "9", "b"}} {
		l.State.PlacesV3 = append(l.State.PlacesV3, cmdlet.Object{"PlaceId": id, "Type": place[0], "DisplayName": place[1], "ParentId": place[2]})
	}
	l.State.Places = map[string]cmdlet.Object{"room0@contoso.com": {"ParentId": "s1"}, "room1@contoso.com": {"ParentId": "f2"}, "room2@contoso.com": {"ParentId": "s2"}, "room3@contoso.com": {"ParentId": "o1"}, "room4@contoso.com": {"ParentId": "s3"}}
	o := l.run(l.make("places-buildings", map[string]any{"table": table}), shellRun{})
	var said []string
	for _, one := range o.result.Results {
		if one.Action == "floor of the room" {
			said = append(said, one.Status+": "+one.Error)
		}
	}
	want := []string{"same: ", "changed: ", "same: ",
		"skipped: It is in the section Round. Move it in Microsoft Places if that is wrong.",
		"skipped: It is in the section Far of North|9. Move it in Microsoft Places if that is wrong."}
	if o.Exit != 0 || o.err != nil || !slices.Equal(said, want) {
		t.Errorf("%q\n%s", said, o.Output)
	}
	for room, parent := range map[string]string{"room0": "s1", "room1": "f1", "room2": "s2", "room3": "o1", "room4": "s3"} {
		if is := l.State.Places[room+"@contoso.com"]["ParentId"]; is != parent {
			t.Errorf("%s is in %v, not in %s", room, is, parent)
		}
	}
}
