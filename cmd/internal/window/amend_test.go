package window

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/tenant"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
)

// TestRoomsAreBlockedByGraph: the sign-in of 200 room accounts is blocked from the
// page, read back and allowed again, with less than a tenth of the presses that the
// script takes: there, each key of the two commands counts, and nothing of signing
// in twice and of bringing the result back.
func TestRoomsAreBlockedByGraph(t *testing.T) {
	_, s := simulate(t, simulator.Options{Rooms: 200, Users: 5, Faults: []string{fault.RoomSignIn}})
	s.goes(setup.Choose)
	s.press("Continue")
	s.goes(setup.Restrict)
	s.sees("Microsoft has no supported API for calendar processing, so it stays a script.")
	const script = "block-room-sign-in"
	restrict := s.shell.Page().(*page.Restrict)
	presses := 2 // the list of scripts, and the script
	restrict.Open(script)
	s.rest()
	press := func(text string) { presses++; s.press(text) }
	press("Sign in and plan")
	s.sees("Sign-in: no", "The plan")
	press("Apply")
	s.sees("200 done, 0 failed.")

	target, err := s.shell.Session().ScriptTarget(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := exchange.Generate(script, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	keys := 0
	for _, how := range []int{0, 2} { // with -WhatIf, and without
		keys += len(doc.HowToRun[how].Command) + 1
	}
	if presses*10 >= keys {
		t.Errorf("%d presses here, %d keys for the script", presses, keys)
	}

	restrict.View(page.ViewScripts)
	s.press("Undo…")
	s.sees("What is restored")
	s.press("Restore")
	s.sees("200 done, 0 failed.")
	restrict.View(page.ViewScripts)
	s.press("Undo…")
	s.sees("amend.nothing-made")
}

// TestRoomsAreDescribedByGraph: a tenant with 200 rooms is described from a table on the
// page, with less than a tenth of the presses that the script takes, and as it was after.
func TestRoomsAreDescribedByGraph(t *testing.T) {
	_, s := simulate(t, simulator.Options{Rooms: 200, Users: 5})
	s.goes(setup.Choose)
	s.press("Continue")
	s.goes(setup.Restrict)
	const script = "set-places"
	target, err := s.shell.Session().ScriptTarget(t.Context())
	if err != nil || len(target.Rooms) != 200 {
		t.Fatal(err, len(target.Rooms))
	}
	var table strings.Builder
	table.WriteString("Address;Building;Floor;Capacity\n")
	for i, r := range target.Rooms {
		fmt.Fprintf(&table, "%s;O'Brien $(House) „%d“;%d;%d\n", r.EmailAddress, i%7, i%5, i+2)
	}
	restrict := s.shell.Page().(*page.Restrict)
	presses := 3 // the list of scripts, the script, and the file in its dialog
	restrict.Open(script)
	s.rest()
	press := func(text string) { presses++; s.press(text) }
	s.files.content = table.String()
	shows(s, func(b *kit.Button) bool {
		if b.Text == "Choose a file…" {
			b.OnTapped()
		}
		return false
	})
	s.rest()
	press("Sign in and plan")
	s.sees("O'Brien $(House) „3“", "The plan")
	press("Apply")
	s.sees("200 done, 0 failed.")
	doc, err := exchange.Generate(script, target, map[string]any{"table": table.String()})
	if err != nil {
		t.Fatal(err)
	}
	keys := 0
	for _, how := range []int{0, 2} { // with -WhatIf, and without
		keys += len(doc.HowToRun[how].Command) + 1
	}
	t.Logf("%d presses here, %d keys for the script", presses, keys)
	if presses*10 >= keys {
		t.Errorf("%d presses here, %d keys for the script", presses, keys)
	}
	restrict.View(page.ViewScripts)
	s.press("Undo…")
	s.sees("What is restored")
	s.press("Restore")
	s.sees("200 done, 0 failed.")
}

// TestWhatGraphMakes: a preview is off until it is chosen, and the service account is
// made with a password that was typed on the page.
func TestWhatGraphMakes(t *testing.T) {
	_, s := simulate(t, simulator.Options{Rooms: 3, Users: 5})
	s.goes(setup.Choose)
	s.press("Continue")
	s.goes(setup.Restrict)
	restrict := s.shell.Page().(*page.Restrict)
	restrict.Open("limit-application")
	s.rest()
	s.sees("Preview at Microsoft")
	if !s.button("Sign in and plan").Disabled() {
		t.Error("the preview is on without a choice")
	}
	check, ok := shows(s, func(c *kit.Check) bool {
		return strings.HasPrefix(c.Text, "Use what Microsoft may change without notice")
	})
	if !ok {
		t.Fatal("there is no choice of the preview")
	}
	check.SetChecked(true)
	s.rest()
	if s.button("Sign in and plan").Disabled() {
		t.Error("the preview was chosen and cannot be used")
	}

	restrict.Open("service-account")
	s.rest()
	account := "booking@" + s.shell.Session().Document().Tenant.Domain
	s.puts("Account", account)
	s.press("Sign in and plan")
	s.sees("Password for " + account)
	s.press("Apply")
	s.sees("Type a password.")
	s.puts("Password for "+account, "Correct-Horse-7")
	s.press("Apply")
	s.sees("1 done, 0 failed.")
	s.missesOut("Correct-Horse")
	restrict.View(page.ViewScripts)
	s.press("Undo…")
	s.sees("What is restored")
	s.press("Restore")
	s.sees("1 done, 0 failed.")
}

// TestTheLimitIsChosen: on the page of the scripts a person chooses whom the
// application can reach and sees how many mailboxes that is; the script, the checklist
// and the registration go by it.
func TestTheLimitIsChosen(t *testing.T) {
	h, s := simulate(t, simulator.Options{Rooms: 3, Users: 40})
	sim, department := h.sim.Load(), tenant.Departments[0]
	s.goes(setup.Restrict)
	s.sees("Limit of the application")
	s.missesOut("How people who book are identified")
	s.puts("Mailboxes that the application can reach", connection.ScopeRBAC)
	s.puts("Limit to", "rooms")
	s.puts("How people who book are identified", "Department")
	s.puts("People who book", "No such department")
	s.press("Sign in and count the mailboxes")
	s.sees("No account matches the people who book (Department: No such department)")
	s.puts("People who book", department)
	s.press("Sign in and count the mailboxes")
	s.sees("accounts match the people who book (Department: " + department + ").")
	if c := s.shell.Session().Document().Scope; c.Kind != connection.ScopeNone {
		t.Errorf("counting saved %+v", c)
	}
	s.puts("Mailbox that must be out of reach", "nobody")
	s.press("Save")
	s.sees("is not an email address")
	s.puts("Mailbox that must be out of reach", sim.Account().OrganizerUPN)
	s.press("Save")
	want := connection.Scope{Kind: connection.ScopeRBAC, Target: "rooms", OrganizersBy: "Department", Organizers: department, Outside: sim.Account().OrganizerUPN}
	if c := s.shell.Session().Document().Scope; c != want {
		t.Errorf("%+v", c)
	}
	list, err := s.shell.Session().Checklist(t.Context())
	if err != nil || !slices.ContainsFunc(list, func(task exchange.Task) bool {
		return task.Script.Name == "limit-application" && task.Stage == exchange.Needed
	}) {
		t.Errorf("the limit is not needed: %v", err)
	}
	s.puts("Mailboxes that the application can reach", connection.ScopePolicy)
	s.missesOut("How people who book are identified")
	s.shell.Page().(*page.Restrict).Open("limit-application")
	s.rest()
	s.sees("Department: " + department)
}

// TestGraphRefuses: a run that stopped early shows what became of each object, why, and
// which role is needed, once.
func TestGraphRefuses(t *testing.T) {
	_, s := simulate(t, simulator.Options{Rooms: 3, Users: 5, Faults: []string{fault.RoomSignIn, fault.ConsentRefused}})
	s.goes(setup.Choose)
	s.press("Continue")
	s.goes(setup.Restrict)
	s.shell.Page().(*page.Restrict).Open("block-room-sign-in")
	s.rest()
	s.press("Sign in and plan")
	s.sees("Sign-in: no", "The plan")
	s.press("Apply")
	s.sees("0 done, 1 failed.", "not tried", "amend.role-refused", "needs the role User Administrator or Global Administrator")
	s.missesOut("script.denied")
	s.missesOut("Run the script again")
}
