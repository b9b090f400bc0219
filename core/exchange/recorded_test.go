package exchange_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/simulator/cmdlet"
)

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
			o := l.run(l.make(name, values), shellRun{Prelude: quick})
			if !o.result.Complete() || l.memory() == was {
				t.Fatal(o.Output)
			}
			undo := l.make(name, map[string]any{"undo": string(o.file)})
			for _, changed := range []bool{true, false} {
				o = l.run(undo, shellRun{Prelude: quick})
				if o.Exit != 0 || o.result.Summary[exchange.Changed] > 0 != changed || l.memory() != was {
					t.Fatalf("%s\nwas %s\nis  %s", o.Output, was, l.memory())
				}
			}
		})
	}
	l.t = t
	l.Restore(start)
	o := l.run(l.make("set-places", nil), shellRun{Prelude: quick})
	if _, err := l.Run("Set-Place", cmdlet.Object{"Identity": "room0@contoso.com", "Building": "Since then"}); err != nil {
		t.Fatal(err)
	}
	o = l.run(l.make("set-places", map[string]any{"undo": string(o.file)}), shellRun{Prelude: quick})
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
			o := l.run(lists, shellRun{Prelude: quick})
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
			o = l.run(l.make("room-lists", map[string]any{"undo": string(o.file)}), shellRun{Prelude: quick})
			if !o.result.Complete() || l.memory() != was {
				t.Errorf("%s\nwas %s\nis  %s", o.Output, was, l.memory())
			}
		})
	}
	l.t = t
	limit := l.make("limit-application", map[string]any{"target": "chosen"})
	l.Restore(start)
	l.Fail(cmdlet.Fault{Cmdlet: "Get-DistributionGroupMember", Kind: cmdlet.Denied, After: 1})
	o := l.run(limit, shellRun{Prelude: quick})
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
			o := l.run(l.make(name, c.values), shellRun{Prelude: quick})
			if first := o.result.Results[0]; o.Exit == 0 || first.Status != exchange.Failed || first.Action != c.action || len(first.Before) == 0 || l.memory() == was {
				t.Fatalf("%+v %s", first, o.Output)
			}
			l.Fail()
			o = l.run(l.make(name, map[string]any{"undo": string(o.file)}), shellRun{Prelude: quick})
			if !o.result.Complete() || l.memory() != was {
				t.Errorf("%s\nwas %s\nis  %s", o.Output, was, l.memory())
			}
		})
	}
	l.t = t
	l.Restore(start)
	l.Fail(cmdlet.Fault{Cmdlet: "New-DistributionGroup", Kind: cmdlet.Lost}, cmdlet.Fault{Cmdlet: "Get-DistributionGroup", Kind: cmdlet.Denied, After: 2})
	o := l.run(l.make("limit-application", map[string]any{"target": "chosen"}), shellRun{Prelude: quick})
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
		o := l.run(l.make("delegate-rooms", map[string]any{"delegation": way}), shellRun{Prelude: quick})
		if o.result.Summary[exchange.Changed] != 2 {
			t.Fatal(o.Output)
		}
		for _, now := range []string{"anna@contoso.com", ""} {
			l.to.Connection.ServiceAccount = now
			undo := l.make("delegate-rooms", map[string]any{"undo": string(o.file)})
			if now != "" {
				continue
			}
			if o := l.run(undo, shellRun{Prelude: quick}); o.result.Summary[exchange.Changed] != 2 || strings.Contains(fmt.Sprint(l.State.Processing, l.State.FullAccess), "booking") {
				t.Errorf("%s: %s %v", way, o.Output, l.State.Processing)
			}
		}
	}
}

// TestWhatIsRecorded: a result says what is so, not what was meant.
func TestWhatIsRecorded(t *testing.T) {
	l := newLab(t, 4)
	start := l.Snapshot()
	with := func(name string, run shellRun, values map[string]any, faults ...cmdlet.Fault) ran {
		t.Helper()
		l.Restore(start)
		l.Fail(faults...)
		run.Prelude = quick + run.Prelude
		return l.run(l.make(name, values), run)
	}
	apps := map[string]any{"apps": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "enable": "true"}
	if o := with("ews-allow", shellRun{}, apps); o.Exit != 0 || o.result.Results[0].After["EwsEnabled"] != "True" {
		t.Errorf("EWS: %+v", o.result.Results)
	}
	l.Changed = func(name, _ string) {
		if name == "Set-OrganizationConfig" {
			l.State.Config["EwsEnabled"] = false
		}
	}
	if o := with("ews-allow", shellRun{}, apps); o.Exit != 1 || o.result.Summary[exchange.Failed] != 1 || !strings.Contains(o.Output, "EwsEnabled") {
		t.Errorf("EWS that stays off: %s", o.Output)
	}
	l.Changed = nil
	if o := with("room-lists", shellRun{}, map[string]any{"table": "Address,RoomList\r\nroom0@contoso.com,North\r\n"}, cmdlet.Fault{Cmdlet: "New-DistributionGroup", Kind: cmdlet.Unkept}); o.Exit != 1 || o.result.Summary[exchange.Changed] != 0 {
		t.Errorf("a list that is not there: %s", o.Output)
	}
	o := with("rooms-show", shellRun{}, nil, cmdlet.Fault{Cmdlet: "Get-Place", Kind: cmdlet.Denied, Times: 1})
	if csv, _ := filepath.Glob(filepath.Join(o.folder, "*.csv")); len(csv) != 1 || o.result.Summary[exchange.Failed] != 1 {
		t.Errorf("a place that cannot be read: %s", o.Output)
	} else if text, _ := os.ReadFile(csv[0]); strings.Count(string(text), "@contoso.com\",\"Room ") != 4 {
		t.Errorf("a room is missing: %s", text)
	}
	// A floor that was not made stops the rooms on it and no others.
	floors := map[string]any{"table": "Address,Building,Floor\r\nroom0@contoso.com,North,1\r\nroom1@contoso.com,North,1\r\nroom2@contoso.com,North,1\r\nroom3@contoso.com,North,2\r\n"}
	o = with("places-buildings", shellRun{}, floors, cmdlet.Fault{Cmdlet: "New-Place", Kind: cmdlet.Denied, After: 1, Times: 1})
	if last := o.result.Results[len(o.result.Results)-1]; last.Identity != "room3@contoso.com" || last.Status != exchange.Changed || o.result.Summary[exchange.Failed] != 4 {
		t.Errorf("a floor that is not there: %s", o.Output)
	}
	no := shellRun{Prelude: "$global:ConfirmPreference = 'Low'; function global:Read-Host { param($Prompt) if ($Prompt -match 'group of the rooms') { 'n' } else { 'y' } }"}
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
	if o := l.run(l.make("places-buildings", nil), shellRun{Prelude: quick}); !o.result.Complete() {
		t.Fatal(o.Output)
	}
	was := l.memory()
	for i := range l.to.Rooms {
		floor := 9
		l.to.Rooms[i].FloorNumber = &floor
	}
	o := l.run(l.make("places-buildings", nil), shellRun{Prelude: quick})
	if !o.result.Complete() || l.memory() == was {
		t.Fatal(o.Output)
	}
	if o = l.run(l.make("places-buildings", map[string]any{"undo": string(o.file)}), shellRun{Prelude: quick}); !o.result.Complete() || l.memory() != was {
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

// TestListsInAnyOrder: Exchange promises no order of tags; those that it returns in
// another one are the same, also in the undo.
func TestListsInAnyOrder(t *testing.T) {
	l := newLab(t, 1)
	l.Changed = func(name, room string) {
		if tags, ok := l.State.Places["room0@contoso.com"]["Tags"].([]any); name == "Set-Place" && ok {
			slices.SortFunc(tags, func(a, b any) int { return strings.Compare(fmt.Sprint(b), fmt.Sprint(a)) })
		}
	}
	was := l.memory()
	doc := l.make("set-places", map[string]any{"table": "Address,Tags\r\nroom0@contoso.com,\"a|C|b|c\"\r\n"})
	first := l.run(doc, shellRun{Prelude: quick})
	again := l.run(doc, shellRun{Prelude: quick})
	if !first.result.Complete() || again.result.Summary[exchange.Same] != 1 || l.memory() == was {
		t.Fatal(first.Output, again.Output)
	}
	if o := l.run(l.make("set-places", map[string]any{"undo": string(first.file)}), shellRun{Prelude: quick}); !o.result.Complete() || l.memory() != was {
		t.Errorf("%s\nwas %s\nis  %s", o.Output, was, l.memory())
	}
}
