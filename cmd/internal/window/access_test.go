package window

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/reach"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/simulator"
)

// TestWhatReadsARoom: an administrator sees every application that reaches a room,
// has what only Exchange can say asked by the script, and finds it in the report.
func TestWhatReadsARoom(t *testing.T) {
	s, sim := begin(t, simulator.Options{Rooms: 3, Users: 5})
	s.describes(sim, "roomz", "")
	s.goes(setup.Restrict)
	s.press("What can read a room")
	s.sees("every application of the tenant that can read or write the calendar", "Sign in as an administrator")
	s.press("Sign in with the browser")
	room := sim.Account().RoomAddress
	if err := s.shell.Session().Change(t.Context(), connection.Put("rooms.mode", connection.Selected), connection.Put("rooms.items", room)); err != nil {
		t.Fatal(err)
	}
	seeded, err := sim.SeedReach(room)
	if err != nil {
		t.Fatal(err)
	}
	s.press("Read what reaches it")
	s.sees("Enter the address of a room.")
	s.puts("Room", room)
	s.press("Read what reaches it")
	s.sees("Exchange was not asked.", "Only Exchange can show whether some of these are limited.")
	s.press("Script for Exchange…")
	s.sees("Applications that reach a room")
	s.press("Let the simulated colleague run it")
	s.sees("Exchange was asked on ")
	s.missesOut("Exchange was not asked.")
	last, read := s.shell.Session().LastRoomAccess()
	if !read || last.Address != room {
		t.Fatalf("%+v", last)
	}
	reaches := 0
	for _, a := range last.Applications {
		if a.State == reach.Reaches && strings.HasPrefix(a.Name, "Application ") {
			reaches++
		}
	}
	want := 0
	for _, a := range seeded {
		if a.Level != "" && a.Level != "?" {
			want++
		}
	}
	if reaches != want+3 { // Exchange names one that is switched off and two that are gone, as the next reading finds
		t.Errorf("%d of %d seeded applications reach the room", reaches, want)
	}
	s.press("Read what reaches it")
	last, _ = s.shell.Session().LastRoomAccess()
	if n := len(slices.DeleteFunc(last.Applications, func(a reach.Access) bool {
		return a.State != reach.Reaches || !strings.HasPrefix(a.Name, "Application ")
	})); n != want {
		t.Errorf("read again, %d of %d", n, want)
	}
	if last.Applications[0].State != reach.Reaches {
		t.Errorf("the first is %+v", last.Applications[0])
	}
}

// TestRoomsDroppedAmongTheScripts: the CSV file of all room mailboxes is taken for
// what it is on the page of the script that writes it, hidden rooms included.
func TestRoomsDroppedAmongTheScripts(t *testing.T) {
	s, sim := begin(t, simulator.Options{Rooms: 3, Users: 5})
	s.describes(sim, "offision-application", "")
	s.goes(setup.Restrict)
	tenant := s.shell.Session().Document().Tenant
	s.shell.Take("rooms-show.csv", fmt.Appendf(nil, "Tenant,Room,DisplayName,Hidden\n%s,vault@%s,Vault,True\n%[1]s,oslo@%[2]s,Oslo,False\n", tenant.ID, tenant.Domain))
	s.rest()
	s.sees("2 rooms were read. 1 room is hidden from address lists.")
	if hidden := s.shell.Session().Unlisted(nil); !slices.Equal(hidden, []string{"vault@" + tenant.Domain}) {
		t.Errorf("hidden are %v", hidden)
	}
	s.press("Open the rooms")
	if s.shell.Route() != setup.Choose {
		t.Errorf("it leads to %s", s.shell.Route())
	}
	s.goes(setup.Restrict)
	s.shell.Take("rooms-show.csv", []byte("Tenant,Room,DisplayName,Hidden\nanother,vault@contoso.com,Vault,True\n"))
	s.rest()
	s.sees("not from this connection's")
	s.missesOut("was read.")
}

// TestValuesFromBeforeSayHowFarARunCame: the CSV file of previous values is no
// mistake; it is what a run that was interrupted has left.
func TestValuesFromBeforeSayHowFarARunCame(t *testing.T) {
	s, sim := begin(t, simulator.Options{Rooms: 3, Users: 5})
	s.describes(sim, "flexo", "")
	s.goes(setup.Restrict)
	tenant := s.shell.Session().Document().Tenant
	before := fmt.Appendf(nil, "Tenant,Room,Replaced,DeleteSubject\n%s,oslo@%s,2026-11-20T08:00:00Z,True\n", tenant.ID, tenant.Domain)
	s.shell.Take("calendar-processing.before.csv", before)
	s.rest()
	s.sees("The run saved the previous values of 1 room.", "The last one, oslo@"+tenant.Domain+", may be unchanged")
	if _, err := s.shell.Session().ReadScriptResult(before); problem.KindOf(err) != problem.Unmet {
		t.Errorf("%s", problem.KindOf(err))
	}
	if _, err := s.shell.Session().ReadProcessing(before); problem.KindOf(err) != problem.WrongInput {
		t.Errorf("%s", problem.KindOf(err))
	}
}

// TestAsksForBlanks: what a vendor's guide leaves to be filled in, or does not
// say, is asked for where it is answered, and gone when it is.
func TestAsksForBlanks(t *testing.T) {
	s, sim := begin(t, simulator.Options{Rooms: 3, Users: 5})
	s.describes(sim, "spaceos", "https://rooms.contoso.example")
	s.goes(setup.Describe)
	s.sees("A redirect URI of Equiem / spaceOS has a blank to fill in.", "https://<company>.spaceos.io/")
	s.puts("Redirect URI: <company>", "contoso")
	s.press("Save")
	s.missesOut("has a blank to fill in")
	if got := s.shell.Session().Document().SingleSignOn.RedirectURIs; len(got) != 1 || got[0] != "https://contoso.spaceos.io/setup/workspace-settings/calendar-integration" {
		t.Errorf("%v", got)
	}
	s.puts("Redirect URI: <company>", "fabrikam")
	s.press("Save")
	if got := s.shell.Session().Document().SingleSignOn.RedirectURIs; len(got) != 1 || !strings.HasPrefix(got[0], "https://fabrikam.") {
		t.Errorf("%v", got)
	}
	if err := s.shell.Session().Change(t.Context(), connection.Put("product.id", "spacewell"), connection.Put("singleSignOn.redirectUris", "")); err != nil {
		t.Fatal(err)
	}
	s.goes(setup.Describe)
	s.sees("It is not known which permissions Spacewell Workplace needs.", "Exchange and Azure configuration guide")
	s.stands(setup.Describe, setup.Ready)
	if err := s.shell.Session().Change(t.Context(), connection.Put("product.permissions", "Calendars.ReadWrite")); err != nil {
		t.Fatal(err)
	}
	s.goes(setup.Describe)
	s.missesOut("It is not known which permissions")
	s.goes(setup.HandOver)
	s.sees("It is not known what the console of Spacewell Workplace asks for.")
}
