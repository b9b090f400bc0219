package exchange_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/simulator/cmdlet"
)

// TestHowAScriptIsStarted: some rooms, the broker, another module in the window,
// the caller's defaults, another tenant, a role that lacks a cmdlet, strict mode
// and Constrained Language Mode.
func TestHowAScriptIsStarted(t *testing.T) {
	l := newLab(t, 4)
	doc := l.make("calendar-processing", nil)
	start := l.Snapshot()
	for name, c := range map[string]struct {
		run     shellRun
		changed int
		code    string
		prepare func()
	}{
		"some rooms":       {run: shellRun{Arguments: map[string]any{"Room": "room1@contoso.com,room2@contoso.com"}}, changed: 2},
		"unknown room":     {run: shellRun{Arguments: map[string]any{"Room": "other@contoso.com"}}, code: "exchange.script-failed"},
		"broker":           {run: shellRun{Environment: map[string]string{"ROOMKEY_STANDIN_SIGNIN_ERROR": "A window handle must be configured (WAM)."}}, code: "script.broker"},
		"no broker":        {run: shellRun{Environment: map[string]string{"ROOMKEY_STANDIN_SIGNIN_ERROR": "A window handle must be configured (WAM)."}, Arguments: map[string]any{"NoBroker": true}}, changed: 4},
		"conditional":      {run: shellRun{Environment: map[string]string{"ROOMKEY_STANDIN_SIGNIN_ERROR": "AADSTS53003: Access has been blocked by Conditional Access policies."}}, code: "script.AADSTS53003"},
		"graph in window":  {run: shellRun{Prelude: "Import-Module Microsoft.Graph.Authentication"}, code: "exchange.script-failed"},
		"default WhatIf":   {run: shellRun{Prelude: "$global:PSDefaultParameterValues = @{ '*:WhatIf' = $true; '*:Debug' = $true; '*:ErrorAction' = 'SilentlyContinue' }"}},
		"strict":           {run: shellRun{Prelude: "Set-StrictMode -Version Latest; $global:ErrorActionPreference = 'SilentlyContinue'"}, changed: 4},
		"constrained":      {run: shellRun{Constrained: true, Prelude: "Import-Module ExchangeOnlineManagement"}, changed: 4},
		"turkish":          {run: shellRun{Prelude: "[cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture"}, changed: 4},
		"another tenant":   {prepare: func() { l.Tenant = "00000000-0f5d-4b6a-9c3e-7d8f9a0b1c2d" }, code: "exchange.script-failed"},
		"no right to set":  {prepare: func() { l.Missing = []string{"Set-CalendarProcessing"} }, code: "exchange.script-failed"},
		"lacks parameters": {prepare: func() { l.Missing = []string{"Set-CalendarProcessing.DeleteSubject"} }, code: "script.denied"},
	} {
		t.Run(name, func(t *testing.T) {
			l.t = t
			l.Restore(start)
			l.Tenant, l.Missing = tenantOf, nil
			if c.prepare != nil {
				c.prepare()
			}
			c.run.Prelude = quick + c.run.Prelude
			env := map[string]string{"ROOMKEY_STANDIN_SIGNIN_ERROR": ""}
			for k, v := range c.run.Environment {
				env[k] = v
			}
			c.run.Environment = env
			o := l.run(doc, c.run)
			if o.err != nil || o.result.Summary[exchange.Changed] != c.changed {
				t.Fatalf("%v: %+v\n%s\n%s", o.err, o.result.Summary, o.Output, o.Error)
			}
			code := ""
			if p := o.result.Stopped(); p != nil {
				code = p.Code.String()
			}
			if code != c.code || (o.Exit == 0) != (c.code == "") {
				t.Errorf("%s, exit %d, not %s\n%s", code, o.Exit, c.code, o.Output)
			}
			if c.changed == 0 && l.Snapshot() != start {
				t.Error("it changed something")
			}
		})
	}
}

// TestWhatASignInTakes: a code on another device where the module knows that, an
// account that is not another one, and neither where the module asks for itself.
func TestWhatASignInTakes(t *testing.T) {
	l := newLab(t, 2)
	start := l.Snapshot()
	for _, argument := range []map[string]any{{"Device": true}, {"NoBroker": true}, {"UserPrincipalName": "admin@contoso.com"}} {
		o := l.run(l.make("places-buildings", nil), shellRun{Prelude: quick, Arguments: argument})
		if o.Exit == 0 || len(l.Calls()) > 0 || l.Snapshot() != start || !strings.Contains(o.result.Err, "Nothing was changed") {
			t.Errorf("%v: %d %s", argument, o.Exit, o.Output)
		}
	}
	o := l.run(l.make("set-places", nil), shellRun{Prelude: quick, Arguments: map[string]any{"Device": true}})
	if o.Exit != 0 || !o.result.Complete() {
		t.Error(o.Output)
	}
	blocked := map[string]string{"ROOMKEY_STANDIN_SIGNIN_ERROR": "AADSTS530035: Access has been blocked by security defaults."}
	o = l.run(l.make("set-places", nil), shellRun{Prelude: quick, Arguments: map[string]any{"Device": true}, Environment: blocked})
	if o.Exit == 0 || !strings.Contains(o.Output, "start it without: many tenants block device codes") {
		t.Error(o.Output)
	}
	g := newGraphLab(t)
	o = g.run(g.make("service-account", nil), shellRun{Prelude: typed, Environment: g.env, Arguments: map[string]any{"UserPrincipalName": "another@contoso.com"}})
	if o.Exit == 0 || !strings.Contains(o.result.Err, "signed in, not another@contoso.com. Nothing was changed.") {
		t.Error(o.Output)
	}
}

// TestOnlySomeRooms: -Room leaves lists, buildings and floors alone in which no chosen
// room is, and is refused by a script that it cannot limit.
func TestOnlySomeRooms(t *testing.T) {
	l := newLab(t, 3)
	start := l.Snapshot()
	table := map[string]any{"table": "Address,RoomList,Building,Floor\r\nroom0@contoso.com,List 0,House 0,1\r\nroom1@contoso.com,List 1,House 1,1\r\nroom2@contoso.com,List 1,House 1,2\r\n"}
	one := shellRun{Prelude: quick, Arguments: map[string]any{"Room": "room2@contoso.com"}}
	for name, want := range map[string][]string{"room-lists": {"List 1", "room2@contoso.com"}, "places-buildings": {"tenant", "House 1", "House 1|2", "room2@contoso.com"}} {
		l.Restore(start)
		o := l.run(l.make(name, table), one)
		var is []string
		for _, r := range o.result.Results {
			is = append(is, r.Identity)
		}
		if !o.result.Complete() || !slices.Equal(is, want) {
			t.Errorf("%s: %v, not %v: %s", name, is, want, o.Output)
		}
		for _, call := range l.Calls() {
			if strings.Contains(str(call, "Name"), "0") {
				t.Errorf("%s: %v", name, call)
			}
		}
	}
	l.Restore(start)
	for name, with := range map[string]map[string]any{"limit-application": {"target": "chosen"}, "rooms-show": nil} {
		o := l.run(l.make(name, with), one)
		tables, _ := filepath.Glob(filepath.Join(o.folder, "*.csv"))
		if o.Exit == 0 || l.Snapshot() != start || !strings.Contains(o.result.Err, "Nothing was changed") || len(tables) > 0 {
			t.Errorf("%s: %v %s", name, tables, o.Output)
		}
	}
}

// TestManyRooms counts calls: for each room that differs two, for one that does
// not none of its own, and no more than three after the service went down.
func TestManyRooms(t *testing.T) {
	l := newLab(t, 120)
	doc := l.make("calendar-processing", nil)
	o := l.run(doc, shellRun{Prelude: quick})
	if n := len(l.Calls()); !o.result.Complete() || float64(n) > 2.1*120 {
		t.Errorf("%d calls for 120 rooms that differ: %s", n, o.result.Err)
	}
	o = l.run(doc, shellRun{Prelude: quick})
	if n := len(l.Calls()); !o.result.Complete() || n > 120 {
		t.Errorf("%d calls for 120 rooms that do not differ", n)
	}
	l.State.Processing = nil
	l.Fail(cmdlet.Fault{Kind: cmdlet.Down, Changing: true, After: 30})
	o = l.run(doc, shellRun{Prelude: quick})
	if o.result.Summary[exchange.Changed] != 30 || o.result.Summary[exchange.Failed] != 3 || !strings.Contains(o.result.Err, "30 done") {
		t.Errorf("%+v %s", o.result.Summary, o.result.Err)
	}
	// What nobody has described stops a run, too, where it is the same for each room.
	l.Fail(cmdlet.Fault{Kind: cmdlet.Odd, Changing: true})
	o = l.run(doc, shellRun{Prelude: quick})
	if o.result.Summary[exchange.Failed] != 3 || !strings.Contains(o.result.Err, "three consecutive failures of the same kind; 30 done") || !strings.Contains(o.result.Err, "odd state") {
		t.Errorf("%+v %s", o.result.Summary, o.result.Err)
	}
	l.Fail()
	o = l.run(doc, shellRun{Prelude: quick})
	if o.Exit != 0 || o.result.Summary[exchange.Changed] != 90 {
		t.Errorf("it does not go on: %+v", o.result.Summary)
	}
}

// TestUndoBringsBack: calendar processing is as before after its undo, lists and
// texts included.
func TestUndoBringsBack(t *testing.T) {
	l := newLab(t, 3)
	l.AddRecipient("UserMailbox", "pipe@contoso.com", "Anna | Sales")
	if _, err := l.Run("Set-CalendarProcessing", cmdlet.Object{"Identity": "room1@contoso.com", "BookInPolicy": []any{"pipe@contoso.com", "ben@contoso.com"}}); err != nil {
		t.Fatal(err)
	}
	before := l.Snapshot()
	read := func(room string) string {
		v, err := l.Run("Get-CalendarProcessing", cmdlet.Object{"Identity": room})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(strings.Fields(strings.Trim(strings.ReplaceAll(fmt.Sprint(v), "map[", ""), "]")), " ")
	}
	was := read("room1@contoso.com")
	o := l.run(l.make("calendar-processing", map[string]any{"BookInPolicy": "anna@contoso.com"}), shellRun{Prelude: quick})
	if o.Exit != 0 || l.Snapshot() == before {
		t.Fatal(o.Output)
	}
	csv, err := filepath.Glob(filepath.Join(o.folder, "*.before.csv"))
	if err != nil || len(csv) != 1 {
		t.Fatal(csv, err)
	}
	data, err := os.ReadFile(csv[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, values := range []map[string]any{{"before": string(data)}, nil} {
		run := shellRun{Prelude: quick}
		if values == nil {
			run.Arguments = map[string]any{"Before": csv[0]}
		}
		if o = l.run(l.make("calendar-processing-undo", values), run); o.Exit != 0 || read("room1@contoso.com") != was {
			t.Errorf("%s\n%s\n%s", o.Output, was, read("room1@contoso.com"))
		}
	}
	// Excel's separator is read; a file that is something else is not called one of another tenant.
	for text, says := range map[string]string{
		"Tenant;Room;DeleteSubject\r\n" + tenantOf + ";room1@contoso.com;False\r\n":                     "",
		"Tenant,Room,DeleteSubject\r\n00000000-0f5d-4b6a-9c3e-7d8f9a0b1c2d,room1@contoso.com,False\r\n": "from another tenant",
		"Name,Address\r\nOne,room1@contoso.com\r\n":                                                     "not a CSV file with the previous values",
		"": "not a CSV file with the previous values",
		"\"Tenant\",\"Room\",\"BookingWindowInDays\"\r\n\"" + tenantOf + "\",\"room1@contoso.com\",\"10": "is cut off",
	} {
		file := filepath.Join(t.TempDir(), "before.csv")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		o := l.run(l.make("calendar-processing-undo", nil), shellRun{Prelude: quick, Arguments: map[string]any{"Before": file}})
		if !strings.Contains(o.result.Err, says) || (o.Exit == 0) != (says == "") {
			t.Errorf("%q: %s", text, o.Output)
		}
	}
}

// TestGroupsAreFoundAgain under a naming policy that renames what is new, and a
// group of the local directory is refused before anything is tried.
func TestGroupsAreFoundAgain(t *testing.T) {
	l := newLab(t, 2)
	l.NamingPrefix = "GRP "
	l.Missing = []string{"New-DistributionGroup.IgnoreNamingPolicy"}
	doc := l.make("room-lists", nil)
	for i, want := range []int{4, 0} {
		if o := l.run(doc, shellRun{Prelude: quick}); o.Exit != 0 || o.result.Summary[exchange.Changed] != want {
			t.Errorf("run %d: %+v\n%s", i+1, o.result.Summary, o.Output)
		}
	}
	l = newLab(t, 1)
	l.AddRecipient("RoomList", "old@contoso.com", "House O'Brien", cmdlet.Object{"IsDirSynced": true})
	l.Calls()
	o := l.run(l.make("room-lists", nil), shellRun{Prelude: quick})
	if o.Exit != 1 || changing(l.Calls()) > 0 || len(o.result.Reasons()) == 0 || o.result.Reasons()[0].Code.String() != "script.synchronized" {
		t.Errorf("%s", o.Output)
	}
}

// TestErrorsInWords: what Exchange and Entra say becomes a problem with remedies,
// and what nobody knows is quoted without its prefix.
func TestErrorsInWords(t *testing.T) {
	for text, want := range map[string]string{
		"Ex6F9304|Microsoft.Exchange.Configuration.Authorization.AccessDeniedException|Access Denied.": "script.denied",
		"AADSTS50105: Your administrator has configured the application":                               "script.AADSTS50105",
		"You can't use the domain because it's not an accepted domain for your organization.":          "script.accepted-domain",
		"AutoAccept can only be enabled on resource mailboxes.":                                        "script.not-a-room",
		"The access token expiry UTC time '11/28/2026 5:00:00 PM' is earlier than current UTC time.":   "script.signed-out",
		"because the object is being synchronized from your on-premises organization.":                 "script.synchronized",
		"failed because it's out of the current user's write scope.":                                   "script.write-scope",
		"Could not load file or assembly 'Microsoft.Identity.Client'":                                  "script.assembly",
		"Ex6F9304|Microsoft.Exchange.Data.X|Something else.":                                           "exchange.script-failed",
		"(pii): Unknown error, WAM_provider_error_3399614466 0xCAA20002":                               "script.broker",
		// A request ID and a name say nothing.
		"NotFound (Not Found). Request_ResourceNotFound: it does not exist. (request 8073b2ed-b36e-4cb3-bb14-09fcb17caaba)": "script.not-found",
		"The operation couldn't be performed because object 'broker-forbidden@contoso.com' couldn't be found.":              "script.not-found",
		"The room 'Access Denied, throttled (WAM)' is something else.":                                                      "exchange.script-failed",
	} {
		p := exchange.Result{Script: "calendar-processing"}.Reason(exchange.Outcome{Status: exchange.Failed, Error: text})
		if p.Code.String() != want || len(p.Remedies) == 0 {
			t.Errorf("%s: %s", text, p.Code)
		}
		if want == "script.denied" && !strings.Contains(p.Remedies[0].String(), "Exchange Recipient Administrator") {
			t.Errorf("the role is not named: %s", p.Remedies[0])
		}
		if said := p.Title.String() + p.Detail.String(); strings.Contains(said, "Ex6F9304") {
			t.Error(said)
		}
	}
}

// TestAnEndedRunSaysHowFarItCame, by its transcript and by its values from before.
func TestAnEndedRunSaysHowFarItCame(t *testing.T) {
	l := newLab(t, 4)
	l.Fail(cmdlet.Fault{Kind: cmdlet.Killed, Changing: true, After: 2})
	o := l.run(l.make("calendar-processing", nil), shellRun{Prelude: quick})
	saved, err := filepath.Glob(filepath.Join(o.folder, "*.before.csv"))
	if !o.Killed || err != nil || len(saved) != 1 {
		t.Fatal(o.Output, err, saved)
	}
	csv, err := os.ReadFile(saved[0])
	if err != nil {
		t.Fatal(err)
	}
	other := *l.to.Connection
	other.ID, other.Tenant.ID = "c-2", "00000000-0f5d-4b6a-9c3e-7d8f9a0b1c2d"
	for text, want := range map[string]string{o.transcript: "exchange.run-ended exchange.other-connection", string(csv): "exchange.values-before exchange.other-tenant"} {
		_, own := exchange.ReadResult([]byte(text), l.to.Connection)
		_, foreign := exchange.ReadResult([]byte(text), &other)
		if got := problem.CodeOf(own).String() + " " + problem.CodeOf(foreign).String(); got != want {
			t.Errorf("%s, not %s: %s", got, want, text)
		}
		if p := problem.Of(own); !strings.Contains(p.Title.String()+p.Detail.String(), map[bool]string{true: "2 changed", false: "3 rooms"}[text == o.transcript]) {
			t.Error(p.Title, p.Detail)
		}
	}
	l.Fail()
	if o = l.run(l.make("calendar-processing", nil), shellRun{Prelude: quick}); !o.result.Complete() {
		t.Fatal(o.Output)
	}
	if _, err := exchange.ReadResult([]byte(o.transcript), l.to.Connection); problem.CodeOf(err).String() != "exchange.run-has-result" {
		t.Error(err)
	}
}

// TestWhoBooks limits the application to rooms and to the people of a department, an
// attribute or an administrative unit, and is undone.
func TestWhoBooks(t *testing.T) {
	l := newLab(t, 5)
	for _, who := range []string{"anna", "ben"} {
		l.AddRecipient("UserMailbox", who+"@contoso.com", who, cmdlet.Object{"Department": "R&D, O'Brien", "CustomAttribute7": "books"})
	}
	l.State.Units = map[string][]string{"aaaaaaaa-0000-4000-8000-000000000001": {"anna@contoso.com", "ben@contoso.com"}}
	if want := exchange.Catalogue(); !slices.ContainsFunc(want, func(s exchange.Script) bool {
		return slices.ContainsFunc(s.Params, func(p exchange.Param) bool {
			return p.Name == "organizersBy" && len(p.Choices) == 19 && !slices.ContainsFunc(p.Choices, func(by string) bool { return new(connection.Connection).Set("scope.organizersBy", by) != nil })
		})
	}) {
		t.Error("the form and the document know different ways")
	}
	l.to.Connection.Scope.Organizers = ""
	start := l.Snapshot()
	l.to.Rooms = l.to.Rooms[:4]
	for name, values := range map[string]map[string]any{
		"department": {"organizersBy": "Department", "organizers": "Sales; R&D, O'Brien", "target": "chosen"},
		"attribute":  {"organizersBy": "CustomAttribute7", "organizers": "books"},
		"unit":       {"organizersBy": "AdministrativeUnit", "organizers": "aaaaaaaa-0000-4000-8000-000000000001", "insidePeople": "anna@contoso.com"},
	} {
		t.Run(name, func(t *testing.T) {
			l.t = t
			l.Restore(start)
			doc := l.make("limit-application", values)
			if o := l.run(doc, shellRun{Prelude: quick, Arguments: map[string]any{"WhatIf": true}}); o.Exit != 0 || l.Snapshot() != start || name != "unit" && !strings.Contains(o.Output, "2 mailboxes match") {
				t.Fatal(o.Output)
			}
			o := l.run(doc, shellRun{Prelude: quick})
			reach := o.result.Reach()
			if !o.result.Complete() || !reach.Proven() {
				t.Fatal(o.Output, reach)
			}
			inside, outside := strings.Join(reach.Inside, " "), strings.Join(reach.Outside, " ")
			if !strings.Contains(inside, "anna@") || !strings.Contains(inside, "room3@") || len(reach.Inside) < 4 || !strings.Contains(outside, "ceo@") {
				t.Errorf("inside %s, outside %s", inside, outside)
			}
			if name != "unit" && (reach.Mailboxes != "2" || !strings.Contains(outside, "booking@")) || name == "department" && !strings.Contains(outside, "room4@") {
				t.Errorf("inside %s, outside %s, %s mailboxes", inside, outside, reach.Mailboxes)
			}
			if o := l.run(l.make("limit-application-test", nil), shellRun{Prelude: quick}); !o.result.Reach().Proven() || name == "department" && len(o.result.Reach().Outside) < 3 {
				t.Error(o.Output)
			}
			if o := l.run(l.make("limit-application-undo", nil), shellRun{Prelude: quick}); !o.result.Complete() || len(l.State.Assignments)+len(l.State.Scopes) > 0 {
				t.Error(o.Output)
			}
		})
	}
	l.t = t
	l.Restore(start)
	if o := l.run(l.make("limit-application", map[string]any{"organizersBy": "Office", "organizers": "Nowhere"}), shellRun{Prelude: quick}); o.Exit == 0 || len(l.State.Scopes) > 0 || !strings.Contains(o.result.Err, "No mailbox matches") {
		t.Error(o.Output)
	}
	if _, err := exchange.Generate("limit-application", l.to, map[string]any{"organizersBy": "AdministrativeUnit", "organizers": "x"}); !strings.Contains(fmt.Sprint(err), "insidePeople") {
		t.Error(err)
	}
}
