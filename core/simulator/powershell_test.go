package simulator

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// TestPowerShellSharesTheTenant: what a cmdlet changes is what Graph shows, and what
// was changed elsewhere is what the next connection finds.
func TestPowerShellSharesTheTenant(t *testing.T) {
	s := start(t, Options{Rooms: 4, Users: 20, Faults: []string{fault.BuildingsOff}})
	run := func(path, name string, p map[string]any) any {
		t.Helper()
		body, _ := json.Marshal(map[string]any{"Name": name, "Parameters": p})
		r, err := s.client.Post(s.Cloud().Authority+"/simulator/powershell"+path, "application/json", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		var out struct {
			Value any
			Error string
		}
		if err := json.NewDecoder(r.Body).Decode(&out); err != nil || r.StatusCode != http.StatusOK || out.Error != "" {
			t.Fatal(name, err, r.Status, out.Error)
		}
		return out.Value
	}
	room, person := s.Account().RoomAddress, s.Account().OrganizerUPN
	run("/connect", "", nil)
	run("/run", "Set-Place", map[string]any{"Identity": room, "Building": "Pier 9", "Capacity": 11})
	run("/run", "Set-CalendarProcessing", map[string]any{"Identity": room, "DeleteSubject": false, "BookInPolicy": []any{person}})
	run("/run", "Add-MailboxPermission", map[string]any{"Identity": room, "User": person, "AccessRights": "FullAccess"})
	run("/run", "New-DistributionGroup", map[string]any{"Name": "Pier 9 rooms", "Alias": "pier9", "RoomList": true})
	run("/run", "Add-DistributionGroupMember", map[string]any{"Identity": "pier9@" + s.Account().Domain, "Member": room})
	run("/run", "New-ManagementScope", map[string]any{"Name": "rooms", "RecipientRestrictionFilter": "RecipientTypeDetails -eq 'RoomMailbox'"})
	run("/run", "Set-PlacesSettings", map[string]any{"EnableBuildings": "Default:true"})
	made, _ := run("/run", "New-Place", map[string]any{"Type": "Building", "Name": "Pier 9"}).(map[string]any)

	e := s.tenant.State.Exchange
	if p := e.Processing[room]; p == nil || p.DeleteSubject || len(p.BookInPolicy) != 1 || !strings.EqualFold(p.BookInPolicy[0], person) || p.AutomateProcessing != "AutoAccept" {
		t.Errorf("processing %+v", p)
	}
	if !e.FullAccess[room+" "+strings.ToLower(person)] || len(e.Lists) != 1 || len(e.Lists[0].Members) != 1 || len(e.Scopes) != 1 || !e.BuildingsOn || e.Space(made["PlaceId"].(string)) == nil {
		t.Errorf("%+v %+v %+v %+v", e.FullAccess, e.Lists, e.Scopes, e.Spaces)
	}
	token, err := s.UserToken(s.Account().AdminUPN, "Place.Read.All")
	if err != nil {
		t.Fatal(err)
	}
	ask, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Cloud().Graph+"/v1.0/places/"+room, nil)
	ask.Header.Set("Authorization", "Bearer "+token)
	r, err := s.client.Do(ask)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var place struct {
		Building string
		Capacity int
	}
	if err := json.NewDecoder(r.Body).Decode(&place); err != nil || place.Building != "Pier 9" || place.Capacity != 11 {
		t.Error(err, place)
	}

	s.Colleague().Do("Set-Place", room, json.RawMessage(`{"Building":"Pier 10"}`))
	run("/connect", "", nil)
	again, _ := json.Marshal(run("/run", "Get-Place", map[string]any{"Identity": room}))
	if !bytes.Contains(again, []byte("Pier 10")) {
		t.Error(string(again))
	}
	again, _ = json.Marshal(run("/run", "Get-CalendarProcessing", map[string]any{"Identity": room}))
	if !bytes.Contains(again, []byte("CN=")) || !bytes.Contains(again, []byte(`"DeleteSubject":false`)) {
		t.Error(string(again))
	}
}

// TestNoPreview: a tenant whose beta has no limits of Exchange says so, and the
// others list them.
func TestNoPreview(t *testing.T) {
	for _, faults := range [][]string{nil, {fault.NoPreview}} {
		c := start(t, Options{Faults: faults})
		c.token = c.signIn("RoleManagement.ReadWrite.Exchange").text("access_token")
		got := c.do(http.MethodGet, c.Cloud().Graph+"/beta/roleManagement/exchange/customAppScopes", "", "", "Authorization", "Bearer "+c.token)
		if len(faults) == 0 {
			c.want(got, http.StatusOK, "")
		} else {
			c.want(got, http.StatusBadRequest, "BadRequest")
		}
	}
}
