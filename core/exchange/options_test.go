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
		run     cmdlet.Run
		changed int
		code    string
		prepare func()
	}{
		"some rooms":       {run: cmdlet.Run{Arguments: map[string]any{"Room": "room1@contoso.com,room2@contoso.com"}}, changed: 2},
		"unknown room":     {run: cmdlet.Run{Arguments: map[string]any{"Room": "other@contoso.com"}}, code: "exchange.script-failed"},
		"broker":           {run: cmdlet.Run{Environment: map[string]string{"ROOMKEY_STANDIN_SIGNIN_ERROR": "A window handle must be configured (WAM)."}}, code: "script.broker"},
		"no broker":        {run: cmdlet.Run{Environment: map[string]string{"ROOMKEY_STANDIN_SIGNIN_ERROR": "A window handle must be configured (WAM)."}, Arguments: map[string]any{"NoBroker": true}}, changed: 4},
		"conditional":      {run: cmdlet.Run{Environment: map[string]string{"ROOMKEY_STANDIN_SIGNIN_ERROR": "AADSTS53003: Access has been blocked by Conditional Access policies."}}, code: "script.AADSTS53003"},
		"graph in window":  {run: cmdlet.Run{Prelude: "Import-Module Microsoft.Graph.Authentication"}, code: "exchange.script-failed"},
		"default WhatIf":   {run: cmdlet.Run{Prelude: "$global:PSDefaultParameterValues = @{ '*:WhatIf' = $true; '*:Debug' = $true; '*:ErrorAction' = 'SilentlyContinue' }"}},
		"strict":           {run: cmdlet.Run{Prelude: "Set-StrictMode -Version Latest; $global:ErrorActionPreference = 'SilentlyContinue'"}, changed: 4},
		"constrained":      {run: cmdlet.Run{Constrained: true, Prelude: "Import-Module ExchangeOnlineManagement"}, changed: 4},
		"turkish":          {run: cmdlet.Run{Prelude: "[cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture"}, changed: 4},
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

// TestOnlySomeRooms: -Room leaves lists, buildings and floors alone in which no chosen
// room is, and is refused by a script that it cannot limit.
func TestOnlySomeRooms(t *testing.T) {
	l := newLab(t, 3)
	start := l.Snapshot()
	table := map[string]any{"table": "Address,RoomList,Building,Floor\r\nroom0@contoso.com,List 0,House 0,1\r\nroom1@contoso.com,List 1,House 1,1\r\nroom2@contoso.com,List 1,House 1,2\r\n"}
	one := cmdlet.Run{Prelude: quick, Arguments: map[string]any{"Room": "room2@contoso.com"}}
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
	if o := l.run(l.make("limit-application", map[string]any{"target": "chosen"}), one); o.Exit == 0 || l.Snapshot() != start || !strings.Contains(o.result.Err, "Nothing was changed") {
		t.Errorf("%s", o.Output)
	}
}

// TestManyRooms counts calls: for each room that differs two, for one that does
// not none of its own, and no more than three after the service went down.
func TestManyRooms(t *testing.T) {
	l := newLab(t, 120)
	doc := l.make("calendar-processing", nil)
	o := l.run(doc, cmdlet.Run{Prelude: quick})
	if n := len(l.Calls()); !o.result.Complete() || float64(n) > 2.1*120 {
		t.Errorf("%d calls for 120 rooms that differ: %s", n, o.result.Err)
	}
	o = l.run(doc, cmdlet.Run{Prelude: quick})
	if n := len(l.Calls()); !o.result.Complete() || n > 120 {
		t.Errorf("%d calls for 120 rooms that do not differ", n)
	}
	l.State.Processing = nil
	l.Fail(cmdlet.Fault{Kind: cmdlet.Down, Changing: true, After: 30})
	o = l.run(doc, cmdlet.Run{Prelude: quick})
	if o.result.Summary[exchange.Changed] != 30 || o.result.Summary[exchange.Failed] != 3 || !strings.Contains(o.result.Err, "30 done") {
		t.Errorf("%+v %s", o.result.Summary, o.result.Err)
	}
	// What nobody has described stops a run, too, where it is the same for each room.
	l.Fail(cmdlet.Fault{Kind: cmdlet.Odd, Changing: true})
	o = l.run(doc, cmdlet.Run{Prelude: quick})
	if o.result.Summary[exchange.Failed] != 3 || !strings.Contains(o.result.Err, "three consecutive failures of the same kind; 30 done") || !strings.Contains(o.result.Err, "odd state") {
		t.Errorf("%+v %s", o.result.Summary, o.result.Err)
	}
	l.Fail()
	o = l.run(doc, cmdlet.Run{Prelude: quick})
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
	o := l.run(l.make("calendar-processing", map[string]any{"BookInPolicy": "anna@contoso.com"}), cmdlet.Run{Prelude: quick})
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
		run := cmdlet.Run{Prelude: quick}
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
	} {
		file := filepath.Join(t.TempDir(), "before.csv")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		o := l.run(l.make("calendar-processing-undo", nil), cmdlet.Run{Prelude: quick, Arguments: map[string]any{"Before": file}})
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
		if o := l.run(doc, cmdlet.Run{Prelude: quick}); o.Exit != 0 || o.result.Summary[exchange.Changed] != want {
			t.Errorf("run %d: %+v\n%s", i+1, o.result.Summary, o.Output)
		}
	}
	l = newLab(t, 1)
	l.AddRecipient("RoomList", "old@contoso.com", "House O'Brien", cmdlet.Object{"IsDirSynced": true})
	l.Calls()
	o := l.run(l.make("room-lists", nil), cmdlet.Run{Prelude: quick})
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
	o := l.run(l.make("calendar-processing", nil), cmdlet.Run{Prelude: quick})
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
	if o = l.run(l.make("calendar-processing", nil), cmdlet.Run{Prelude: quick}); !o.result.Complete() {
		t.Fatal(o.Output)
	}
	if _, err := exchange.ReadResult([]byte(o.transcript), l.to.Connection); problem.CodeOf(err).String() != "exchange.run-has-result" {
		t.Error(err)
	}
}

// TestUndoOfARun brings back what a run changed, out of its result file, and leaves
// what somebody has changed since.
func TestUndoOfARun(t *testing.T) {
	l := newLab(t, 3)
	for room, place := range map[string]cmdlet.Object{"room0@contoso.com": {"Capacity": 3, "Floor": 1, "Building": "Old O'Brien", "Tags": []any{"x|y", "z"}}, "room1@contoso.com": {"Capacity": 4, "Floor": 2}, "room2@contoso.com": {"Capacity": 5, "Floor": 3}} {
		place["Identity"] = room
		if _, err := l.Run("Set-Place", place); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.Run("Add-MailboxFolderPermission", cmdlet.Object{"Identity": "room1@contoso.com:\\Kalender", "User": "booking@contoso.com", "AccessRights": []any{"Reviewer"}}); err != nil {
		t.Fatal(err)
	}
	start := l.Snapshot()
	for name, values := range map[string]map[string]any{"set-places": nil, "subject-visibility": {"rooms": "all"}, "service-account-reach": {"right": "Editor"}, "room-lists": nil} {
		t.Run(name, func(t *testing.T) {
			l.t = t
			l.Restore(start)
			was := l.memory()
			o := l.run(l.make(name, values), cmdlet.Run{Prelude: quick})
			if !o.result.Complete() || l.memory() == was {
				t.Fatal(o.Output)
			}
			undo := l.make(name, map[string]any{"undo": string(o.file)})
			for _, changed := range []bool{true, false} {
				o = l.run(undo, cmdlet.Run{Prelude: quick})
				if o.Exit != 0 || o.result.Summary[exchange.Changed] > 0 != changed || l.memory() != was {
					t.Fatalf("%s\nwas %s\nis  %s", o.Output, was, l.memory())
				}
			}
		})
	}
	l.t = t
	l.Restore(start)
	o := l.run(l.make("set-places", nil), cmdlet.Run{Prelude: quick})
	if _, err := l.Run("Set-Place", cmdlet.Object{"Identity": "room0@contoso.com", "Building": "Since then"}); err != nil {
		t.Fatal(err)
	}
	o = l.run(l.make("set-places", map[string]any{"undo": string(o.file)}), cmdlet.Run{Prelude: quick})
	if o.result.Summary[exchange.Skipped] != 1 || !strings.Contains(l.Snapshot(), "Since then") {
		t.Error(o.Output)
	}
	if _, err := exchange.Generate("room-lists", l.to, map[string]any{"undo": string(o.file)}); problem.CodeOf(err).String() != "exchange.wrong-evidence" {
		t.Error(err)
	}
}

// TestMembersAreRecordedAtOnce: a run that stops early, is ended or cannot read a
// list back says which members it changed, and its undo takes them out again.
func TestMembersAreRecordedAtOnce(t *testing.T) {
	l := newLab(t, 4)
	start, was := l.Snapshot(), l.memory()
	var table strings.Builder
	table.WriteString("Address,RoomList\r\n")
	for i := range 4 {
		fmt.Fprintf(&table, "room%d@contoso.com,O'Brien\r\n", i)
	}
	lists := l.make("room-lists", map[string]any{"table": table.String()})
	const add = "Add-DistributionGroupMember"
	for name, c := range map[string]struct {
		fault           cmdlet.Fault
		changed, failed int // with the list
		code            string
		left            bool // members are in the list after the run
	}{
		"stops early":      {cmdlet.Fault{Cmdlet: add, Kind: cmdlet.Down, After: 1}, 2, 3, "script.unavailable", true},
		"no reading back":  {cmdlet.Fault{Cmdlet: "Get-DistributionGroupMember", Kind: cmdlet.Denied, After: 1}, 5, 0, "script.denied", true},
		"not kept":         {cmdlet.Fault{Cmdlet: add, Kind: cmdlet.Unkept, After: 1, Times: 1}, 4, 1, "exchange.script-failed", true},
		"shown late":       {cmdlet.Fault{Cmdlet: "Get-DistributionGroupMember", Kind: cmdlet.Unkept, After: 1, Times: 1}, 1, 4, "exchange.script-failed", true},
		"refused at first": {cmdlet.Fault{Cmdlet: add, Kind: cmdlet.Denied}, 1, 3, "script.denied", false},
	} {
		t.Run(name, func(t *testing.T) {
			l.t = t
			l.Restore(start)
			l.Fail(c.fault)
			o := l.run(lists, cmdlet.Run{Prelude: quick})
			if s := o.result.Summary; o.err != nil || s[exchange.Changed] != c.changed || s[exchange.Failed] != c.failed || o.result.Reasons()[0].Code.String() != c.code || l.memory() != was != c.left {
				t.Fatalf("%v %v %s", o.err, s, o.Output)
			}
			said, _, _ := strings.Cut(o.transcript, "Result file for Roomkey")
			_, err := exchange.ReadResult([]byte(said), l.to.Connection)
			if want := fmt.Sprintf("%d changed, 0 already set, %d failed", c.changed, c.failed); !strings.Contains(problem.Of(err).Detail.String(), want) {
				t.Errorf("the transcript does not say %s: %s", want, problem.Of(err).Detail)
			}
			l.Fail()
			if !c.left {
				return
			}
			o = l.run(l.make("room-lists", map[string]any{"undo": string(o.file)}), cmdlet.Run{Prelude: quick})
			if !o.result.Complete() || l.memory() != was {
				t.Errorf("%s\nwas %s\nis  %s", o.Output, was, l.memory())
			}
		})
	}
	l.t = t
	limit := l.make("limit-application", map[string]any{"target": "chosen"})
	l.Restore(start)
	l.Fail(cmdlet.Fault{Cmdlet: "Get-DistributionGroupMember", Kind: cmdlet.Denied, After: 1})
	o := l.run(limit, cmdlet.Run{Prelude: quick})
	if o.Exit == 0 || o.result.Summary[exchange.Changed] != 6 {
		t.Errorf("%v %s", o.result.Summary, o.Output)
	}
}

// TestUndoOfWhatWasNotSeen: a change that was made and could not be read back has its
// values from before in the result, and is undone.
func TestUndoOfWhatWasNotSeen(t *testing.T) {
	l := newLab(t, 2)
	for _, room := range []string{"room0@contoso.com", "room1@contoso.com"} {
		if _, err := l.Run("Set-Place", cmdlet.Object{"Identity": room, "Capacity": 30, "Floor": 40}); err != nil {
			t.Fatal(err)
		}
	}
	start, was := l.Snapshot(), l.memory()
	for name, c := range map[string]struct {
		values map[string]any
		fault  cmdlet.Fault
		action string
	}{
		"set-places":            {nil, cmdlet.Fault{Cmdlet: "Get-Place", Kind: cmdlet.Denied, After: 1}, "place"},
		"subject-visibility":    {map[string]any{"rooms": "all"}, cmdlet.Fault{Cmdlet: "Get-MailboxFolderPermission", Kind: cmdlet.Down, After: 1}, "calendar for Default"},
		"service-account-reach": {nil, cmdlet.Fault{Cmdlet: "Get-MailboxFolderPermission", Kind: cmdlet.Denied, After: 1}, "calendar for booking@contoso.com"},
	} {
		t.Run(name, func(t *testing.T) {
			l.t = t
			l.Restore(start)
			l.Fail(c.fault)
			o := l.run(l.make(name, c.values), cmdlet.Run{Prelude: quick})
			if first := o.result.Results[0]; o.Exit == 0 || first.Status != exchange.Failed || first.Action != c.action || len(first.Before) == 0 || l.memory() == was {
				t.Fatalf("%+v %s", first, o.Output)
			}
			l.Fail()
			o = l.run(l.make(name, map[string]any{"undo": string(o.file)}), cmdlet.Run{Prelude: quick})
			if !o.result.Complete() || l.memory() != was {
				t.Errorf("%s\nwas %s\nis  %s", o.Output, was, l.memory())
			}
		})
	}
	l.t = t
	l.Restore(start)
	l.Fail(cmdlet.Fault{Cmdlet: "New-DistributionGroup", Kind: cmdlet.Lost}, cmdlet.Fault{Cmdlet: "Get-DistributionGroup", Kind: cmdlet.Denied, After: 2})
	o := l.run(l.make("limit-application", map[string]any{"target": "chosen"}), cmdlet.Run{Prelude: quick})
	if last := o.result.Results[len(o.result.Results)-1]; last.Action != "group of the rooms" || last.Status != exchange.Failed {
		t.Errorf("%+v %s", last, o.Output)
	}
}

// TestUndoOfADelegation takes it from the account that has it, whoever the account of
// the connection is by now.
func TestUndoOfADelegation(t *testing.T) {
	l := newLab(t, 2)
	start := l.Snapshot()
	for _, way := range []string{"delegate", "full-access"} {
		l.Restore(start)
		l.to.Connection.ServiceAccount = "booking@contoso.com"
		o := l.run(l.make("delegate-rooms", map[string]any{"delegation": way}), cmdlet.Run{Prelude: quick})
		if o.result.Summary[exchange.Changed] != 2 {
			t.Fatal(o.Output)
		}
		for _, now := range []string{"anna@contoso.com", ""} {
			l.to.Connection.ServiceAccount = now
			undo := l.make("delegate-rooms", map[string]any{"undo": string(o.file)})
			if now != "" {
				continue
			}
			if o := l.run(undo, cmdlet.Run{Prelude: quick}); o.result.Summary[exchange.Changed] != 2 || strings.Contains(fmt.Sprint(l.State.Processing, l.State.FullAccess), "booking") {
				t.Errorf("%s: %s %v", way, o.Output, l.State.Processing)
			}
		}
	}
}

// TestWhatIsRecorded: a result says what is so, not what was meant.
func TestWhatIsRecorded(t *testing.T) {
	l := newLab(t, 4)
	start := l.Snapshot()
	with := func(name string, run cmdlet.Run, values map[string]any, faults ...cmdlet.Fault) ran {
		t.Helper()
		l.Restore(start)
		l.Fail(faults...)
		run.Prelude = quick + run.Prelude
		return l.run(l.make(name, values), run)
	}
	apps := map[string]any{"apps": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "enable": "true"}
	if o := with("ews-allow", cmdlet.Run{}, apps); o.Exit != 0 || o.result.Results[0].After["EwsEnabled"] != "True" {
		t.Errorf("EWS: %+v", o.result.Results)
	}
	l.Changed = func(name, _ string) {
		if name == "Set-OrganizationConfig" {
			l.State.Config["EwsEnabled"] = false
		}
	}
	if o := with("ews-allow", cmdlet.Run{}, apps); o.Exit != 1 || o.result.Summary[exchange.Failed] != 1 || !strings.Contains(o.Output, "EwsEnabled") {
		t.Errorf("EWS that stays off: %s", o.Output)
	}
	l.Changed = nil
	if o := with("room-lists", cmdlet.Run{}, map[string]any{"table": "Address,RoomList\r\nroom0@contoso.com,North\r\n"}, cmdlet.Fault{Cmdlet: "New-DistributionGroup", Kind: cmdlet.Unkept}); o.Exit != 1 || o.result.Summary[exchange.Changed] != 0 {
		t.Errorf("a list that is not there: %s", o.Output)
	}
	o := with("rooms-show", cmdlet.Run{}, nil, cmdlet.Fault{Cmdlet: "Get-Place", Kind: cmdlet.Denied, Times: 1})
	if csv, _ := filepath.Glob(filepath.Join(o.folder, "*.csv")); len(csv) != 1 || o.result.Summary[exchange.Failed] != 1 {
		t.Errorf("a place that cannot be read: %s", o.Output)
	} else if text, _ := os.ReadFile(csv[0]); strings.Count(string(text), "@contoso.com\",\"Room ") != 4 {
		t.Errorf("a room is missing: %s", text)
	}
	// A floor that was not made stops the rooms on it and no others.
	floors := map[string]any{"table": "Address,Building,Floor\r\nroom0@contoso.com,North,1\r\nroom1@contoso.com,North,1\r\nroom2@contoso.com,North,1\r\nroom3@contoso.com,North,2\r\n"}
	o = with("places-buildings", cmdlet.Run{}, floors, cmdlet.Fault{Cmdlet: "New-Place", Kind: cmdlet.Denied, After: 1, Times: 1})
	if last := o.result.Results[len(o.result.Results)-1]; last.Identity != "room3@contoso.com" || last.Status != exchange.Changed || o.result.Summary[exchange.Failed] != 4 {
		t.Errorf("a floor that is not there: %s", o.Output)
	}
	no := cmdlet.Run{Prelude: "$global:ConfirmPreference = 'Low'; function global:Read-Host { param($Prompt) if ($Prompt -match 'group of the rooms') { 'n' } else { 'y' } }"}
	for _, name := range []string{"limit-application", "access-policy"} {
		values := map[string]any{}
		if name == "limit-application" {
			values["target"] = "chosen"
		}
		o := with(name, no, values)
		if o.Exit != 1 || len(l.State.Scopes)+len(l.State.Policies) > 0 || strings.Contains(o.Output, "What if") || !strings.Contains(o.result.Err, "group of the rooms") {
			t.Errorf("%s without its group: %+v %s", name, l.State.Scopes, o.Output)
		}
	}
}

// TestUndoOfFloors puts rooms back on the floor on which they were.
func TestUndoOfFloors(t *testing.T) {
	l := newLab(t, 3)
	if o := l.run(l.make("places-buildings", nil), cmdlet.Run{Prelude: quick}); !o.result.Complete() {
		t.Fatal(o.Output)
	}
	was := l.memory()
	for i := range l.to.Rooms {
		floor := 9
		l.to.Rooms[i].FloorNumber = &floor
	}
	o := l.run(l.make("places-buildings", nil), cmdlet.Run{Prelude: quick})
	if !o.result.Complete() || l.memory() == was {
		t.Fatal(o.Output)
	}
	if o = l.run(l.make("places-buildings", map[string]any{"undo": string(o.file)}), cmdlet.Run{Prelude: quick}); !o.result.Complete() || l.memory() != was {
		t.Errorf("%s\nwas %s\nis  %s", o.Output, was, l.memory())
	}
}

// memory is what the organization remembers of rooms: an empty value is none.
func (l *lab) memory() string {
	places := map[string]string{}
	for room, place := range l.State.Places {
		for name, v := range place {
			if s := fmt.Sprint(v); v != nil && s != "" && s != "false" && s != "[]" {
				places[room+" "+name] = s
			}
		}
	}
	members := map[string][]string{}
	for list, rooms := range l.State.Members {
		if len(rooms) > 0 {
			members[list] = rooms
		}
	}
	return fmt.Sprint(places, l.State.Folders, members)
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
			if o := l.run(doc, cmdlet.Run{Prelude: quick, Arguments: map[string]any{"WhatIf": true}}); o.Exit != 0 || l.Snapshot() != start || name != "unit" && !strings.Contains(o.Output, "2 mailboxes match") {
				t.Fatal(o.Output)
			}
			o := l.run(doc, cmdlet.Run{Prelude: quick})
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
			if o := l.run(l.make("limit-application-test", nil), cmdlet.Run{Prelude: quick}); !o.result.Reach().Proven() || name == "department" && len(o.result.Reach().Outside) < 3 {
				t.Error(o.Output)
			}
			if o := l.run(l.make("limit-application-undo", nil), cmdlet.Run{Prelude: quick}); !o.result.Complete() || len(l.State.Assignments)+len(l.State.Scopes) > 0 {
				t.Error(o.Output)
			}
		})
	}
	l.t = t
	l.Restore(start)
	if o := l.run(l.make("limit-application", map[string]any{"organizersBy": "Office", "organizers": "Nowhere"}), cmdlet.Run{Prelude: quick}); o.Exit == 0 || len(l.State.Scopes) > 0 || !strings.Contains(o.result.Err, "No mailbox matches") {
		t.Error(o.Output)
	}
	if _, err := exchange.Generate("limit-application", l.to, map[string]any{"organizersBy": "AdministrativeUnit", "organizers": "x"}); !strings.Contains(fmt.Sprint(err), "insidePeople") {
		t.Error(err)
	}
}
