package amend

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
)

// TestOrganizersAreCounted in a group as the script takes it, by an attribute, and
// in an administrative unit.
func TestOrganizersAreCounted(t *testing.T) {
	for _, c := range []struct{ by, organizers, says, code string }{
		{"", " organizers@c", "2 direct members of the group organizers@c have", ""},
		{connection.ByGroup, "nested@c", "contains 1 group", "amend.nobody-matches"},
		{connection.ByGroup, "empty@c", "No direct member", "amend.nobody-matches"},
		{connection.ByGroup, "none@c", "no group with the address none@c", "amend.nobody-matches"},
		{"Department", "R&D; O'Neil", "3 accounts match", ""},
		{connection.ByUnit, " unit ", "3 users in the administrative unit unit have an email address", ""},
		{connection.ByUnit, "u", "No user in the administrative unit u has", "amend.nobody-matches"},
		{connection.ByUnit, "gone", "no administrative unit with the object ID gone", "amend.nobody-matches"},
	} {
		text, err := Organizers(t.Context(), newWorld(), c.by, c.organizers)
		if err != nil {
			text = problem.Of(err).Title
		}
		if !strings.Contains(text.String(), c.says) || problem.CodeOf(err).String() != c.code {
			t.Errorf("%s %s: %s (%v)", c.by, c.organizers, text, err)
		}
	}
}
