package page

import (
	"testing"

	"github.com/roomkey/roomkey/core/tenant"
)

// TestTheDayTellsRoomsOfOneNameApart as far as their buildings are known.
func TestTheDayTellsRoomsOfOneNameApart(t *testing.T) {
	rows := dayRows([]tenant.Room{
		{DisplayName: "Amber", Building: "North", EmailAddress: "A@contoso.com"}, {DisplayName: "Amber", Building: "South", EmailAddress: "b@contoso.com"},
		{DisplayName: "Amber", EmailAddress: "c@contoso.com"}, {DisplayName: "Birch", Building: "North", EmailAddress: "d@contoso.com"},
		{Building: "North", EmailAddress: "e@contoso.com"}, {Building: "North", EmailAddress: "f@contoso.com"},
	})
	for i, want := range []string{"Amber · North", "Amber · South", "Amber", "Birch", "e@contoso.com", "f@contoso.com"} {
		if rows[i].Name != want {
			t.Errorf("row %d is %q, want %q", i, rows[i].Name, want)
		}
	}
	if rows[0].Key != "a@contoso.com" {
		t.Errorf("the key is %q", rows[0].Key)
	}
}
