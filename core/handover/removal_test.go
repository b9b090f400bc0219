package handover

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/problem"
)

// TestNothingToRemoveFromAForm: what was typed into a vendor's console is deleted
// there, and not typed again.
func TestNothingToRemoveFromAForm(t *testing.T) {
	s := stage(t, "gfacility")
	_, err := s.PlanRemoval(t.Context())
	p := problem.Of(err)
	if p == nil || p.Code != booking.CodeNoAPI || len(p.Remedies) != 1 || !strings.Contains(p.Remedies[0].String(), "Delete") {
		t.Errorf("%v %+v", err, p)
	}
}
