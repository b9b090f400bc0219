package amend

import (
	"testing"

	"github.com/roomkey/roomkey/core/tenant"
)

// TestSectionsInEachOther: a section in a section is on the floor of that, and sections
// that are in each other are on none.
func TestSectionsInEachOther(t *testing.T) {
	spaces := tree{}
	for _, s := range []tenant.Space{
		{ID: "b", Kind: "building", Name: "North"}, {ID: "f", Kind: "floor", Name: "1", ParentID: "b"},
		{ID: "s", Kind: "section", ParentID: "f"}, {ID: "deep", Kind: "section", ParentID: "s"},
		{ID: "x", Kind: "section", ParentID: "y"}, {ID: "y", Kind: "section", ParentID: "x"}, {ID: "self", Kind: "section", ParentID: "self"},
	} {
		spaces[s.ID] = s
	}
	for id, want := range map[string]string{"b": "North", "f": "North|1", "s": "North|1", "deep": "North|1", "x": "", "self": "", "none": ""} {
		if got := spaces.path(id); got != want {
			t.Errorf("%s is %q, not %q", id, got, want)
		}
	}
}
