package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// TestFaultsOfPeople are people and groups with which a booking server can do
// nothing.
func TestFaultsOfPeople(t *testing.T) {
	c := start(t, Options{})
	bookers := c.tenant.Directory.ID(tenant.KindGroup, tenant.GroupBookers)
	count := func(is func(map[string]any) bool) (n int) {
		a := c.graph(http.MethodGet, "/users?$top=999&$select=id,mail,userPrincipalName,accountEnabled,onPremisesExtensionAttributes", "")
		c.want(a, 200, "")
		for _, v := range a.values() {
			if is(v.(map[string]any)) {
				n++
			}
		}
		return n
	}
	disabled := func(o map[string]any) bool { return o["accountEnabled"] == false }
	mute := func(o map[string]any) bool { return o["mail"] == nil }
	cards := map[string]int{}
	shares := func(o map[string]any) bool {
		card := fmt.Sprint(o["onPremisesExtensionAttributes"])
		cards[card]++
		return strings.Contains(card, "extensionAttribute1:") && !strings.Contains(card, "<nil>") && cards[card] == 2
	}
	mails := map[any]int{}
	twice := func(o map[string]any) bool {
		mails[o["mail"]]++
		return o["mail"] != nil && mails[o["mail"]] == 2
	}
	rooms := c.tenant.Directory.Rooms
	for _, tt := range []struct {
		fault string
		is    func(map[string]any) bool
		want  int
	}{
		{"", disabled, rooms},
		{fault.PeopleDisabled, disabled, rooms + c.tenant.Directory.Users},
		{fault.PeopleDisabled + "=" + c.Account().OrganizerUPN, disabled, rooms + 1},
		{fault.RoomSignIn, disabled, 0},
		{fault.PeopleWithoutMail, mute, c.tenant.Directory.Users},
		{fault.PeopleWithoutMail + "=Room bookers", mute, (c.tenant.Directory.Users+2)/3 + 1},
		{"", shares, 0},
		{fault.SharedCardNumber, shares, 1},
		{"", twice, 0},
		{fault.SharedMail, twice, 1},
	} {
		clear(cards)
		clear(mails)
		var faults []string
		if tt.fault != "" {
			faults = []string{tt.fault}
		}
		if err := c.SetFaults(faults...); err != nil {
			t.Fatal(err)
		}
		if n := count(tt.is); n != tt.want {
			t.Errorf("%q: %d, want %d", tt.fault, n, tt.want)
		}
	}
	for name, want := range map[string]string{"": "user", fault.GroupNested: "user group", fault.GroupOthers: "orgContact device servicePrincipal"} {
		if err := c.SetFaults(strings.Fields(name)...); err != nil {
			t.Fatal(err)
		}
		kinds := []string{}
		for _, m := range c.graph(http.MethodGet, "/groups/"+bookers+"/members?$select=id", "").values() {
			if kind := strings.TrimPrefix(fmt.Sprint(m.(map[string]any)["@odata.type"]), "#microsoft.graph."); !slices.Contains(kinds, kind) {
				kinds = append(kinds, kind)
			}
		}
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("%s: the members are %s", name, got)
		}
	}
	if err := c.SetFaults(fault.EndlessList + "=/users"); err != nil {
		t.Fatal(err)
	}
	page := c.graph(http.MethodGet, "/users", "")
	for range 3 {
		next := page.text("@odata.nextLink")
		if next == "" {
			t.Fatalf("the list ends: %s", page.raw)
		}
		page = c.graph(http.MethodGet, strings.TrimPrefix(next, c.Cloud().Graph+"/v1.0"), "")
	}
	for name, status := range map[string]int{fault.GroupGone: 404, fault.GroupEmpty: 200, fault.GroupGone + "=" + bookers: 404, fault.GroupGone + "=Sales": 200} {
		if err := c.SetFaults(name); err != nil {
			t.Fatal(err)
		}
		members := c.graph(http.MethodGet, "/groups/"+bookers+"/members/microsoft.graph.user?$select=id,displayName,accountEnabled", "")
		c.want(members, status, "")
		c.want(c.graph(http.MethodGet, "/groups/"+bookers, ""), status, "")
		if empty := len(members.values()) == 0; status == 200 && empty != (name == fault.GroupEmpty) {
			t.Errorf("%s: %s", name, members.raw)
		}
		if listed := strings.Contains(c.graph(http.MethodGet, "/groups", "").raw, bookers); listed == (status == 404) {
			t.Errorf("%s: the group is listed: %v", name, listed)
		}
	}
}

func TestFaultsOfRoomLists(t *testing.T) {
	c := start(t, Options{})
	list := c.tenant.Directory.ListEmail(0)
	for name, status := range map[string]int{fault.RoomListGone: 404, fault.RoomListEmpty: 200, fault.RoomListEmpty + "=" + list: 200} {
		if err := c.SetFaults(name); err != nil {
			t.Fatal(err)
		}
		rooms := c.graph(http.MethodGet, "/places/"+list+"/microsoft.graph.roomList/rooms", "")
		c.want(rooms, status, "")
		if len(rooms.values()) != 0 {
			t.Errorf("%s: %s", name, rooms.raw)
		}
		if listed := strings.Contains(c.graph(http.MethodGet, "/places/microsoft.graph.roomList", "").raw, list); listed == (status == 404) {
			t.Errorf("%s: the list is listed: %v", name, listed)
		}
	}
}
