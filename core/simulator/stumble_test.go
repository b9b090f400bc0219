package simulator

import (
	"net/http"
	"testing"
)

// TestTroubleThatPasses: what strikes once strikes each address once; what stays
// stays until it is switched off.
func TestTroubleThatPasses(t *testing.T) {
	groups := func(c *tester) answered { return c.graph(http.MethodGet, "/groups?$top=100", "") }
	server := func(c *tester) answered { return c.do(http.MethodGet, c.BookingURL()+bookingWellKnown, "", "") }
	for _, tt := range []struct {
		fault string
		ask   func(*tester) answered
		first int // status, 0 for a connection that is cut
		once  bool
	}{
		{FaultError, groups, 500, false},
		{FaultErrorOnce, groups, 500, true},
		{FaultErrorOnce + "=entra", (*tester).application, 500, true},
		{FaultUnauthorizedOnce, groups, 401, true},
		{FaultUnauthorized, groups, 401, false},
		{FaultCutOnce, groups, 0, true},
		{FaultLargePages, groups, 504, false},
		{faultServerError, server, 500, false},
		{faultServerErrorOnce, server, 500, true},
		{faultServerCutOnce, server, 0, true},
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
	c := start(t, Options{Faults: []string{FaultLargePages}})
	c.want(c.graph(http.MethodGet, "/groups?$top=25", ""), 200, "")
}
