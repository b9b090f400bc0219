package simulator

import (
	"net/http"
	"testing"

	"github.com/roomkey/roomkey/core/simulator/booking"
	"github.com/roomkey/roomkey/core/simulator/fault"
)

// TestTroubleThatPasses: what strikes once strikes each address once; what stays
// stays until it is switched off.
func TestTroubleThatPasses(t *testing.T) {
	groups := func(c *tester) answered { return c.graph(http.MethodGet, "/groups?$top=100", "") }
	server := func(c *tester) answered { return c.do(http.MethodGet, c.BookingURL()+booking.WellKnown, "", "") }
	for _, tt := range []struct {
		fault string
		ask   func(*tester) answered
		first int // status, 0 for a connection that is cut
		once  bool
	}{
		{fault.Error, groups, 500, false},
		{fault.ErrorOnce, groups, 500, true},
		{fault.ErrorOnce + "=entra", (*tester).application, 500, true},
		{fault.UnauthorizedOnce, groups, 401, true},
		{fault.Unauthorized, groups, 401, false},
		{fault.CutOnce, groups, 0, true},
		{fault.LargePages, groups, 504, false},
		{fault.ServerError, server, 500, false},
		{fault.ServerErrorOnce, server, 500, true},
		{fault.ServerCutOnce, server, 0, true},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			c := start(t, Options{Faults: []string{tt.fault}})
			c.client.Transport = contractless(c.client.Transport)
			for i := range 2 {
				want := 200
				if i == 0 || !tt.once {
					want = tt.first
				}
				if a := tt.ask(c); want == 0 && a.err == nil || want != 0 && (a.err != nil || a.status != want) {
					t.Errorf("time %d: %d %v, want %d", i+1, a.status, a.err, want)
				}
			}
		})
	}
	c := start(t, Options{Faults: []string{fault.LargePages}})
	c.want(c.graph(http.MethodGet, "/groups?$top=25", ""), 200, "")
}
