package tenant

import (
	"reflect"
	"strings"
	"testing"
)

func TestFlaws(t *testing.T) {
	seats, none, yes := 8, -1, true
	in := []string{"north@contoso.com"}
	rooms := []Room{
		{DisplayName: "Oslo", EmailAddress: "oslo@contoso.com", Capacity: &seats, Building: "North", PlaceID: "1", Lists: in},
		{DisplayName: "Rome", EmailAddress: "rome1@contoso.com", Capacity: &seats, Building: "North", PlaceID: "2", Lists: in},
		{DisplayName: "rome ", EmailAddress: "rome2@contoso.com", Capacity: &none, Building: "North", Lists: in},
		{EmailAddress: "Bare@contoso.com", Lists: in},
		{DisplayName: "Lima", EmailAddress: "lima@contoso.com", Capacity: &seats, Building: "North", PlaceID: "3", Lists: in},
		{DisplayName: "Lima", EmailAddress: "LIMA@contoso.com", Capacity: &seats, Building: "North", PlaceID: "3", Lists: in},
		{DisplayName: "Bern", EmailAddress: "bern@contoso.com", Capacity: &seats, Building: "North", PlaceID: "4", Hidden: &yes, Lists: in},
		{DisplayName: "Berne", EmailAddress: "berne@contoso.com", Capacity: &seats, Building: "North", PlaceID: "4"},
	}
	got := map[string]string{}
	for address, flaws := range Flaws(rooms) {
		var says []string
		for _, f := range flaws {
			says = append(says, f.Short.String())
			if len(f.Problem.Remedies) == 0 {
				t.Errorf("%s: nothing repairs it", f.Short)
			}
		}
		got[address] = strings.Join(says, ", ")
	}
	want := map[string]string{
		"rome1@contoso.com": "Same name",
		"rome2@contoso.com": "No seats, Same name",
		"bare@contoso.com":  "No seats, No building",
		"lima@contoso.com":  "Same name, Listed twice",
		"bern@contoso.com":  "Two addresses, Hidden",
		"berne@contoso.com": "Two addresses, In no room list",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
	for i := range rooms {
		rooms[i].Lists = nil
	}
	for address, flaws := range Flaws(rooms) {
		for _, f := range flaws {
			if f.Problem.Code == codeInNoList {
				t.Errorf("%s is in no list where no list was read", address)
			}
		}
	}
	got5 := Unlisted([]string{"a@x", "b@x", "c@x", "d@x", "e@x", "f@x", "g@x"}).Title.String()
	if want := "7 rooms are hidden from address lists, so Microsoft Graph does not list them: a@x, b@x, c@x, d@x, e@x and 2 others."; got5 != want {
		t.Errorf("got %s", got5)
	}
}
