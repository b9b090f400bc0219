package tenant

import (
	"reflect"
	"testing"
)

func TestFlaws(t *testing.T) {
	seats, none := 8, -1
	rooms := []Room{
		{DisplayName: "Oslo", EmailAddress: "oslo@contoso.com", Capacity: &seats, Building: "North"},
		{DisplayName: "Rome", EmailAddress: "rome1@contoso.com", Capacity: &seats, Building: "North"},
		{DisplayName: "rome ", EmailAddress: "rome2@contoso.com", Capacity: &none, Building: "North"},
		{EmailAddress: "Bare@contoso.com"},
		{DisplayName: "Lima", EmailAddress: "lima@contoso.com", Capacity: &seats, Building: "North"},
		{DisplayName: "Lima", EmailAddress: "LIMA@contoso.com", Capacity: &seats, Building: "North"},
	}
	got := map[string][]string{}
	for address, flaws := range Flaws(rooms) {
		for _, f := range flaws {
			got[address] = append(got[address], f.String())
		}
	}
	want := map[string][]string{
		"rome1@contoso.com": {"Another room has this name"},
		"rome2@contoso.com": {"No seats", "Another room has this name"},
		"bare@contoso.com":  {"No seats", "No building"},
		"lima@contoso.com":  {"Another room has this name", "Listed twice"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
}
