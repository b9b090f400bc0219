package exchange_test

import (
	"testing"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/simulator/cmdlet"
)

// TestRoomAccessRuns asks what applications reach a room and another mailbox, by
// roles and by policies; what Exchange does not answer is a failure of that
// application alone, and nothing is changed.
func TestRoomAccessRuns(t *testing.T) {
	l := newLab(t, 4)
	limited := l.to.Connection.Application.ClientID
	l.run(l.make("limit-application", map[string]any{"target": "chosen"}), shellRun{Prelude: quick})
	l.run(l.make("access-policy", nil), shellRun{Prelude: quick})
	l.Calls()
	before := l.Snapshot()
	ask := func(room string) map[string]exchange.Outcome {
		t.Helper()
		o := l.run(l.make("room-access", map[string]any{"room": room}), shellRun{Prelude: quick})
		if o.err != nil || l.Snapshot() != before || changing(l.Calls()) > 0 {
			t.Fatalf("%v %+v %s", o.err, o.result, o.Output)
		}
		all := map[string]exchange.Outcome{}
		for _, r := range o.result.Results {
			all[r.Action+" "+r.After["Role"]] = r
		}
		return all
	}
	const write = "role Application Calendars.ReadWrite"
	in := ask("room1@contoso.com")
	if got := in[write]; got.Identity != limited || got.After["InScope"] != "True" || got.After["Permissions"] != "Calendars.ReadWrite" {
		t.Errorf("the room: %+v", in)
	}
	if got := in["policy "]; got.After["AccessCheckResult"] != "Granted" {
		t.Errorf("the room by policy: %+v", in)
	}
	out := ask("ceo@contoso.com")
	if out[write].After["InScope"] != "False" || out["policy "].After["AccessCheckResult"] != "Denied" {
		t.Errorf("a mailbox outside: %+v", out)
	}
	l.Fail(cmdlet.Fault{Cmdlet: "Test-ServicePrincipalAuthorization", Kind: cmdlet.Denied})
	denied := ask("room1@contoso.com")
	if got := denied["role "]; got.Status != exchange.Failed || got.Identity != limited || denied["policy "].After["AccessCheckResult"] != "Granted" {
		t.Errorf("one refused: %+v", denied)
	}
}
