package product

import (
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/permission"
)

// A product that uses what Microsoft ends is marked with the day before it, and
// refused from then on.
func TestEnds(t *testing.T) {
	p := Product{Name: "Example", Ends: "2027-04-01", Needs: Needs{Permissions: []Permission{{Ref: permission.Ref{Value: "full_access_as_app", Kind: permission.Application}}}}}
	before, after := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC), time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC)
	if said := p.EndsOn(before); said == nil || p.Ended(before) || said.Code != codeEnds || !strings.Contains(said.Title.String(), "2027-04-01") || !strings.Contains(said.Detail.String(), "2026-10-01") {
		t.Errorf("before the day: %v", said)
	}
	if said := p.EndsOn(after); said == nil || !p.Ended(after) || said.Code != codeEnded {
		t.Errorf("on the day: %v", said)
	}
	p.Needs = Needs{}
	if said := p.EndsOn(before); said == nil || !said.Detail.IsZero() {
		t.Errorf("an end that is not that of Exchange Web Services: %+v", said)
	}
	if said := (Product{}).EndsOn(after); said != nil {
		t.Errorf("a product that does not end: %v", said)
	}
}
