package simulator

import (
	"net/http"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// TestRoomSettings sets the settings of rooms wrong until a script sets them.
func TestRoomSettings(t *testing.T) {
	c := start(t, Options{Rooms: 2, Users: 5})
	room := c.Account().RoomAddress
	if err := c.SetFaults(fault.RoomSettings + "=DeleteSubject=False," + room + ",BookingType=Reserved,BookInPolicy=a|b"); err != nil {
		t.Fatal(err)
	}
	// line is that of the room, and of the other one.
	line := func(of bool) string {
		for _, l := range strings.Split(string(c.ProcessingTable()), "\n")[1:] {
			if strings.Contains(l, room) == of {
				return l
			}
		}
		return ""
	}
	if a, b := line(true), line(false); !strings.Contains(a, "Reserved") || !strings.Contains(a, ",a|b,") || !strings.Contains(b, "Standard") {
		t.Errorf("%s\n%s", a, b)
	}
	if o := c.Colleague().Do("Set-CalendarProcessing", room, []byte(`{"BookingType":"Standard"}`)); o.Status != "changed" || strings.Contains(line(true), "Reserved") {
		t.Errorf("%+v: %s", o, line(true))
	}
}

// TestGivenAnswer gives an answer of Microsoft's that no other fault gives.
func TestGivenAnswer(t *testing.T) {
	c := start(t, Options{Rooms: 2, Users: 5})
	if err := c.SetFaults(fault.Answer + "=/organization 403 Forbidden No, not here.,no-consent"); err != nil {
		t.Fatal(err)
	}
	c.want(c.graph(http.MethodGet, "/organization", ""), 403, "Forbidden")
	if roles := tokenClaims(t, c.application().text("access_token"))["roles"]; roles != nil {
		t.Errorf("the fault after the comma is not on: %v", roles)
	}
	if err := c.SetFaults("answer=/token 400 AADSTS7000999 Something, new", "missing-role=Place.Read.All,User.Read.All"); err != nil {
		t.Fatal(err)
	}
	if a := c.application(); a.status != 400 || !strings.Contains(a.raw, "AADSTS7000999: Something, new") {
		t.Error(a.raw)
	}
}
