package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/simulator/fault"
)

// TestOneThatHangsDelaysNobody: the server of the first connection gives no answer
// before all the others are told of. If they waited for it, this would not end.
func TestOneThatHangsDelaysNobody(t *testing.T) {
	dir := t.TempDir()
	env, err := wire.New(wire.Options{ConfigDir: dir, Vault: "memory"})
	if err != nil {
		t.Fatal(err)
	}
	sim, err := wire.Simulate(t.Context(), env, dir, simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	told := make(chan struct{})
	hangs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-told:
		case <-r.Context().Done():
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer hangs.Close()
	const others = 5
	for i := range others {
		s, err := wire.ConnectSimulated(t.Context(), env, sim, fmt.Sprintf("Connection %d", i))
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
	s, err := env.Create(t.Context(), "A first one", func(c *connection.Connection) {
		c.Cloud, c.Tenant.Domain, c.Product.ID = wire.SimulatedCloud, sim.Account().Domain, wire.SimulatedProduct
		c.Server.URL = hangs.URL
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	var order []string
	all, problems := env.Survey(t.Context(), session.SurveyOptions{Beside: 2}, func(h session.Health) {
		if order = append(order, h.Name); len(order) == others {
			close(told)
		}
	})
	if len(problems) > 0 || len(all) != others+1 {
		t.Fatalf("%d told, %v", len(all), problems)
	}
	if order[others] != "A first one" || all[0].Name != "A first one" || all[0].Well() {
		t.Errorf("told in the order %v; the first is %+v", order, all[0])
	}
	if kept, ok := env.LastHealth(all[0].ID); !ok || len(kept.Wants) != len(all[0].Wants) {
		t.Errorf("kept: %+v", kept)
	}
}

// TestSurveyComparesWithWhatWasProven: what has changed in the tenant since the
// test is named, whatever the list of rooms and the token still say; what nobody
// may read is said and asks for nothing.
func TestSurveyComparesWithWhatWasProven(t *testing.T) {
	dir := t.TempDir()
	env, err := wire.New(wire.Options{ConfigDir: dir, Vault: "memory"})
	if err != nil {
		t.Fatal(err)
	}
	sim, err := wire.Simulate(t.Context(), env, dir, simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	s, err := wire.ConnectSimulated(t.Context(), env, sim, "One")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Check(t.Context(), check.Options{}, func(check.Finding) {}, nil); err != nil {
		t.Fatal(err)
	}
	rooms := s.KnownRooms()
	if len(rooms) == 0 {
		t.Fatal("no room was proven")
	}
	room := rooms[0].EmailAddress
	id := s.ID()
	s.Close()
	hurried, problems := env.Survey(t.Context(), session.SurveyOptions{Each: time.Nanosecond}, nil)
	if len(problems) > 0 || len(hurried) != 1 || hurried[0].Well() || hurried[0].ProvenAt.IsZero() {
		t.Errorf("one that does not answer was never tested: %+v %v", hurried, problems)
	}
	for _, step := range []struct {
		faults       []string
		consented    string // what the test is made to have seen consent for
		changed, not string
		changedToday bool
		notToday     bool
	}{
		{},
		{faults: []string{fault.RoomGone + "=" + room}, changed: "The mailbox of the room " + room + " no longer exists.", changedToday: true},
		{faults: []string{fault.RoomHidden + "=" + room}, changed: "The room " + room + " is no longer listed.", changedToday: true},
		{faults: []string{fault.CalendarDenied + "=" + room}, changed: "The calendar of the room " + room + " can no longer be read.", changedToday: true},
		{consented: "User.Read", not: "Only a test with an administrator's sign-in", notToday: true},
		{faults: []string{fault.ExtraRole + "=Mail.Send"}, changed: "The permission Mail.Send was added.", changedToday: true},
		{faults: []string{fault.ExtraRole + "=Directory.Read.All"}, consented: "Calendars.Read.Shared", changed: "The delegated permission Calendars.Read.Shared is no longer granted.", changedToday: true},
	} {
		if err := sim.SetFaults(step.faults...); err != nil {
			t.Fatal(err)
		}
		kept, err := env.Store.LastCheck(id)
		if err != nil {
			t.Fatal(err)
		}
		before := *kept
		if step.consented != "" {
			kept.Report = bytes.Replace(kept.Report, []byte(`"layers": [`), fmt.Appendf(nil, `"layers": [{"value":%q,"kind":"delegated","consented":"yes"},`, step.consented), 1)
			if err := env.Store.SaveCheck(id, *kept); err != nil {
				t.Fatal(err)
			}
		}
		all, problems := env.Survey(t.Context(), session.SurveyOptions{}, nil)
		if len(problems) > 0 || len(all) != 1 {
			t.Fatal(problems)
		}
		changed, not := fmt.Sprint(all[0].Changed), fmt.Sprint(all[0].NotCompared)
		if !strings.Contains(changed, step.changed) || len(all[0].Changed) > 0 != step.changedToday || !strings.Contains(not, step.not) || len(all[0].NotCompared) > 0 != step.notToday {
			t.Errorf("%v %s: changed %s, not compared %s", step.faults, step.consented, changed, not)
		}
		if err := env.Store.SaveCheck(id, before); err != nil {
			t.Fatal(err)
		}
	}
}
