package exchange

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

func TestFormValues(t *testing.T) {
	to := target(t, 3)
	for field, bad := range map[string]string{
		"BookingWindowInDays":       "1081",
		"ConflictPercentageAllowed": "-1",
		"MaximumConflictInstances":  "many",
		"DeleteSubject":             "perhaps",
		"AutomateProcessing":        "Always",
		"BookInPolicy":              "nobody",
		"only":                      "room9@contoso.com",
		"NoSuchField":               "x",
	} {
		_, err := Generate("calendar-processing", to, map[string]any{field: bad})
		var fields FieldErrors
		if !errors.As(err, &fields) || fields[field] == nil || problem.CodeOf(err).String() != "exchange.field" {
			t.Errorf("%s = %s: %v", field, bad, err)
		}
	}
	text := string(generate(t, "calendar-processing", to, map[string]any{
		"BookingWindowInDays": "1080", "DeleteSubject": "$true", "AutomateProcessing": "autoaccept",
		"BookInPolicy": "a@contoso.com; b@contoso.com", "AdditionalResponse": "‘Hi’ $(x)", "RemovePrivateProperty": "",
	}).Text)
	for _, want := range []string{"'BookingWindowInDays' = 1080", "'DeleteSubject' = $true", "'AutomateProcessing' = 'AutoAccept'", "'BookInPolicy' = @('a@contoso.com', 'b@contoso.com')", "'AdditionalResponse' = '‘‘Hi’’ $(x)'"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(text, "'RemovePrivateProperty' = ") {
		t.Error("an emptied field leaves the setting as it is")
	}
}

func TestSubjectIsAChoice(t *testing.T) {
	to := target(t, 0)
	for name, keep := range map[string]bool{"Blue room": true, "Board room": false, "Vorstand 1": false, "HR": false, "Chroma": true, "Boarding gate": true, "董事": false} {
		room := tenant.Room{DisplayName: name, EmailAddress: "r@contoso.com"}
		if c := proposeSubject([]tenant.Room{room})[0]; c.Keep != keep || c.Keep == (c.Because != "") {
			t.Errorf("%s: %+v", name, c)
		}
	}
	to.Rooms = []tenant.Room{{DisplayName: "Blue", EmailAddress: "blue@contoso.com"}, {DisplayName: "Board", EmailAddress: "board@contoso.com"}}
	for keep, want := range map[string]string{
		"":                  "$Rooms = @('blue@contoso.com')",
		"none":              "$Rooms = @()",
		"all":               "$Rooms = @('blue@contoso.com', 'board@contoso.com')",
		"board@contoso.com": "$Rooms = @('board@contoso.com')",
	} {
		if text := string(generate(t, "calendar-processing", to, map[string]any{"keepSubject": keep}).Text); !strings.Contains(text, want) {
			t.Errorf("keepSubject %q does not give %s", keep, want)
		}
	}
}

func TestRoomOnlyScopeIsRefused(t *testing.T) {
	to := target(t, 3)
	to.Connection.Scope.Organizers = ""
	if _, err := Generate("limit-application", to, nil); problem.CodeOf(err).String() != "exchange.room-only-scope" {
		t.Error(err)
	}
	if _, err := Generate("limit-application", to, map[string]any{"organizers": "all@contoso.com"}); err != nil {
		t.Error(err)
	}
	to.Product.Writes = product.WritesRooms
	if _, err := Generate("limit-application", to, nil); err != nil {
		t.Error(err)
	}
	to.Connection.Application.ObjectID = to.Connection.Application.ServicePrincipalID
	if _, err := Generate("limit-application", to, nil); problem.CodeOf(err).String() != "exchange.wrong-object-id" {
		t.Error(err)
	}
	to.Connection.Tenant.ID = "contoso.com"
	if _, err := Generate("limit-application", to, nil); problem.CodeOf(err).String() != "exchange.no-tenant" {
		t.Error(err)
	}
}

func processing(separator rune, lines ...[]string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma = separator
	_ = w.Write([]string{"Tenant", "Room", "DeleteSubject", "AutomateProcessing", "BookingWindowInDays", "BookInPolicy", "AdditionalResponse"})
	_ = w.WriteAll(lines)
	return b.String()
}

func TestReadProcessing(t *testing.T) {
	c := &connection.Connection{Tenant: connection.Tenant{ID: tenantID}}
	policy := []product.Setting{{Parameter: "DeleteSubject", Value: false}, {Parameter: "AutomateProcessing", Value: "AutoAccept"}}
	for _, sep := range []rune{',', ';'} {
		states, err := ReadProcessing([]byte("\uFEFF"+processing(sep,
			[]string{tenantID, "a@contoso.com", "False", "AutoAccept", "180", "", ""},
			[]string{tenantID, "b@contoso.com", "True", "AutoUpdate", "180", "/o=X/cn=1|/o=X/cn=2", "Hi"},
			[]string{tenantID, "d@contoso.com", "", "", "", "", ""},
			[]string{tenantID, "nobody", "True", "AutoUpdate", "180", "", ""},
			[]string{tenantID, "c@contoso.com", "Maybe", "AutoUpdate", "9999", "", ""},
		)), c, policy)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, s := range states {
			got = append(got, fmt.Sprintf("%d:%d:%v", s.Line, len(s.Differences), s.Problem != nil))
		}
		if want := "2:0:false 3:2:false 4:0:false 5:0:true 6:0:true"; strings.Join(got, " ") != want {
			t.Errorf("%v", got)
		}
		if d := states[1].Differences[0]; d != (Difference{"DeleteSubject", "True", "False"}) {
			t.Errorf("%+v", d)
		}
		if d := Differing(states); len(d) != 1 || d[0] != "b@contoso.com" {
			t.Error(d)
		}
	}
	// A spreadsheet writes values in its own language.
	for _, tt := range []struct{ values, says string }{
		{"FALSCH,AutoAccept,180", `DeleteSubject is "FALSCH", and not True or False`},
		{`False,AutoAccept,"180,0"`, `BookingWindowInDays is "180,0", and not a whole number`},
		{"False,AutoAccept,9999", "BookingWindowInDays is 9,999, which is out of range"},
		{"False,2,180", `AutomateProcessing is "2", and none of`},
	} {
		states, err := ReadProcessing([]byte("Tenant,Room,DeleteSubject,AutomateProcessing,BookingWindowInDays\n"+tenantID+",a@contoso.com,"+tt.values+"\n"), c, policy)
		if err != nil || len(states) != 1 || states[0].Problem == nil || !strings.Contains(states[0].Problem.Error(), tt.says) {
			t.Errorf("%s: %v, %v", tt.values, states, err)
		}
	}
	if _, err := ReadProcessing([]byte(processing(',', []string{"other", "a@contoso.com", "", "", "", "", ""})), c, policy); problem.CodeOf(err).String() != "exchange.other-tenant" {
		t.Error(err)
	}
	states, err := ReadProcessing([]byte("Tenant,Room,Read,DeleteSubject\n"+tenantID+",a@contoso.com,2026-11-20T08:00:00Z,False\n"+tenantID+",b@contoso.com,20.11.2026,False\n"), c, policy)
	if err != nil || len(states) != 2 || !states[0].Read.Equal(time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)) || !states[1].Read.IsZero() || states[1].Problem == nil {
		t.Errorf("looked at %v, %v", states, err)
	}
	if _, err := ReadProcessing([]byte("Tenant,Room,Replaced,DeleteSubject\n"+tenantID+",a@contoso.com,2026-11-20T08:00:00Z,False\n"), c, policy); problem.CodeOf(err) != CodeNotCurrent {
		t.Errorf("values from before a change are taken for today's: %v", err)
	}
}

func TestUndoFromCSV(t *testing.T) {
	to := target(t, 3)
	text := string(generate(t, "calendar-processing-undo", to, map[string]any{"before": processing(',',
		[]string{tenantID, "a@contoso.com", "True", "AutoAccept", "180", "", "It's ‘closed’"},
		[]string{tenantID, "b@contoso.com", "False", "None", "0", "/o=X/cn=1|/o=X/cn=2", ""},
	)}).Text)
	for _, want := range []string{
		"'Room' = 'a@contoso.com'; 'Want' = @{ 'AdditionalResponse' = 'It''s ‘‘closed’’'; 'AutomateProcessing' = 'AutoAccept'; 'BookInPolicy' = $null; 'BookingWindowInDays' = 180; 'DeleteSubject' = $true }",
		"'BookInPolicy' = @('/o=X/cn=1', '/o=X/cn=2'); 'BookingWindowInDays' = 0; 'DeleteSubject' = $false }",
	} {
		if !strings.Contains(text, want) {
			_, plan, _ := strings.Cut(text, "$Plan")
			t.Errorf("%s is missing in\n%s", want, plan)
		}
	}
	// What a line that was cut off does not have is not cleared.
	text = string(generate(t, "calendar-processing-undo", to, map[string]any{"before": "Tenant,Room,Replaced,DeleteSubject,BookInPolicy,AdditionalResponse\n" + tenantID + ",a@contoso.com,2026-11-20T08:00:00Z,True"}).Text)
	if !strings.Contains(text, "'Want' = @{ 'DeleteSubject' = $true }") {
		t.Errorf("a line that was cut off clears lists: %s", text[strings.Index(text, "$Plan"):])
	}
	if _, err := Generate("calendar-processing-undo", to, map[string]any{"before": processing(',', []string{tenantID, "x'; Remove-Mailbox", "", "", "", "", ""})}); err == nil {
		t.Error("a room that is no address was taken")
	}
}

// TestAnUndoSaysWhatItDoes: the heading of a script that takes back what a run did
// is not that of the run.
func TestAnUndoSaysWhatItDoes(t *testing.T) {
	to, found := target(t, 2), 0
	for name, o := range map[string]Outcome{
		"room-lists":            {Action: "member of North"},
		"set-places":            {Action: "place", Before: map[string]string{"Capacity": "2"}, After: map[string]string{"Capacity": "3"}},
		"places-buildings":      {Action: "floor of the room", Before: map[string]string{"ParentId": "a"}, After: map[string]string{"ParentId": "b"}},
		"subject-visibility":    {Action: "calendar for Default", Before: map[string]string{"AccessRights": "AvailabilityOnly"}},
		"service-account-reach": {Action: "calendar for booking@contoso.com", Before: map[string]string{"AccessRights": "none"}},
		"delegate-rooms":        {Action: "resource delegate", Before: map[string]string{"Delegate": "False"}},
		"block-room-sign-in":    {Action: "sign-in blocked"},
	} {
		s, _ := find(name)
		o.Identity, o.Status = "room0@contoso.com", Changed
		run := Result{Script: name, Connection: to.Connection.ID, Tenant: tenantID, StartedAt: to.Now, FinishedAt: to.Now, Results: []Outcome{o}}
		values := func(r Result) map[string]any {
			file, err := NewResult(r).File()
			if err != nil {
				t.Fatal(err)
			}
			if name == "block-room-sign-in" {
				return map[string]any{"action": "allow", "evidence": string(file)}
			}
			return map[string]any{"undo": string(file)}
		}
		none := to
		none.Rooms = nil
		doc := generate(t, name, none, values(run))
		head, _, _ := strings.Cut(string(doc.Text), "#>")
		if s.Undoing == nil || strings.Contains(head, string(s.Title)) || strings.Contains(head, string(s.Changes)) || !strings.Contains(head, string(s.Undoing.Title)) || strings.Contains(head, "result file under undo") {
			t.Errorf("%s: %s", name, head)
		}
		run.Results[0].Status = Same
		if _, err := Generate(name, none, values(run)); problem.CodeOf(err).String() != "exchange.nothing-to-undo" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, s := range Catalogue() {
		if s.Undoing != nil {
			found++
		}
	}
	if found != 7 {
		t.Errorf("%d scripts can take back what they did", found)
	}
}

// TestAnUndoCountsWhatItRestores: what a run changed and no undo brings back is not
// in the number, and has its name in the warnings.
func TestAnUndoCountsWhatItRestores(t *testing.T) {
	to := target(t, 2)
	of := func(identity, action, status string, before, after map[string]string) Outcome {
		return Outcome{Identity: identity, Action: action, Status: status, Before: before, After: after}
	}
	none := map[string]string{}
	for name, c := range map[string]struct {
		results  []Outcome
		explains []string
		warns    []string
	}{
		"room-lists": {
			[]Outcome{of("North", "room list", Changed, none, none), of("a@contoso.com", "member of North", Changed, none, none), of("b@contoso.com", "member of North", Changed, none, none)},
			[]string{"Restores 2 objects"}, []string{"created, remain without the rooms: North."}},
		"places-buildings": {
			[]Outcome{
				of("tenant", "buildings enabled", Changed, none, none), of("North", "building", Changed, none, none), of("North|1", "floor", Changed, none, none),
				of("a@contoso.com", "floor of the room", Changed, map[string]string{"ParentId": ""}, map[string]string{"ParentId": "f"}),
				of("b@contoso.com", "floor of the room", Changed, map[string]string{"ParentId": "e"}, map[string]string{"ParentId": "f"}),
				of("c@contoso.com", "floor of the room", Failed, map[string]string{"ParentId": "e"}, map[string]string{"ParentId": "f"}),
			},
			[]string{"Restores 1 object ", "Compares 1 object "}, []string{"a@contoso.com was not assigned", "remain: North, North|1.", "Buildings remain switched on"}},
		"set-places": {
			[]Outcome{
				of("a@contoso.com", "place", Changed, map[string]string{"Capacity": ""}, map[string]string{"Capacity": "3"}),
				of("b@contoso.com", "place", Changed, map[string]string{"Capacity": "", "Building": "North"}, map[string]string{"Capacity": "3", "Building": "South"}),
			},
			[]string{"Restores 1 object "}, []string{"Capacity of a@contoso.com was empty", "Capacity of b@contoso.com was empty"}},
	} {
		run := Result{Script: name, Connection: to.Connection.ID, Tenant: tenantID, StartedAt: to.Now, FinishedAt: to.Now, Results: c.results}
		file, err := NewResult(run).File()
		if err != nil {
			t.Fatal(err)
		}
		doc := generate(t, name, to, map[string]any{"undo": string(file)})
		for _, want := range c.explains {
			if !strings.Contains(words.Lines(doc.Explain...).String(), want) {
				t.Errorf("%s does not say %q: %v", name, want, doc.Explain)
			}
		}
		for _, want := range c.warns {
			if !strings.Contains(words.Lines(doc.Warnings...).String(), want) {
				t.Errorf("%s does not warn %q: %v", name, want, doc.Warnings)
			}
		}
		run.Results = c.results[:1]
		if file, err = NewResult(run).File(); err != nil {
			t.Fatal(err)
		}
		if _, err = Generate(name, to, map[string]any{"undo": string(file)}); problem.CodeOf(err) != codeNothingToUndo || problem.Of(err).Detail.String() == "" {
			t.Errorf("%s: what cannot be restored is not named: %v", name, err)
		}
	}
}

func TestParseRooms(t *testing.T) {
	rooms, wrong, err := ParseRooms(utf16le("Name\tAddress\tCapacity\tAlias\r\nOne\tone@contoso.com\t8\tone\r\nTwo\tnobody\t8\t\r\nThree\tthree@contoso.com\tmany\t\r\nFour\tONE@contoso.com\t1\t\r\nFive\tfive@contoso.com\t\ta b\r\nSix\tsix@contoso.com\t12\t\r\n"))
	if err != nil || len(rooms) != 3 || *rooms[0].Capacity != 8 || rooms[2].EmailAddress != "six@contoso.com" {
		t.Fatalf("%v %+v", err, rooms)
	}
	lines := []int{}
	for _, w := range wrong {
		lines = append(lines, w.Line)
	}
	if fmt.Sprint(lines) != "[3 4 5]" {
		t.Errorf("%v", wrong)
	}
	if _, err := Generate("create-rooms", target(t, 1), map[string]any{"table": "Name,Address\nOne,nobody\n"}); problem.CodeOf(err).String() != "exchange.field" {
		t.Error("a table with a bad line became a script")
	}
}

// TestOnlyWhatIsUsedIsJudged: a table leaves a room out for a value that the script
// uses, and for no other. A long name is shortened.
func TestOnlyWhatIsUsedIsJudged(t *testing.T) {
	long := strings.Repeat("Long name ", 8)
	csv := "Name;Address;Alias;RoomList;Capacity;Building;Floor;FloorLabel\r\n" +
		"Lake;lake@contoso.com;lake;North;8;House;1;One\r\n" +
		"Lake;same-name@contoso.com;lake;" + long + ";8;House;1;One\r\n" +
		long + ";long@contoso.com;a b;North;8;House;1;One\r\n" +
		long + "2;longer@contoso.com;;North;8;House;1;One\r\n" +
		"Many;many@contoso.com;;North;many;House;1;One\r\n" +
		"Ground;ground@contoso.com;;North;8;House;ground;One\r\n"
	to := target(t, 0)
	for name, want := range map[string]string{
		"create-rooms":     "lake longer ground",
		"room-lists":       "lake same-name long longer many ground",
		"set-places":       "lake same-name long longer",
		"places-buildings": "lake same-name long longer many",
	} {
		doc := generate(t, name, to, map[string]any{"table": csv})
		var got []string
		for _, room := range []string{"lake", "same-name", "long", "longer", "many", "ground"} {
			if strings.Contains(string(doc.Text), "'"+room+"@contoso.com'") {
				got = append(got, room)
			}
		}
		if strings.Join(got, " ") != want || name == "create-rooms" && strings.Contains(string(doc.Text), "'Name' = '"+long) {
			t.Errorf("%s: %v, not %s: %v", name, got, want, doc.Warnings)
		}
	}
	if rooms, wrong, err := ParseRooms([]byte(csv)); err != nil || len(rooms) != 4 || len(wrong) != 2 {
		t.Errorf("%+v %v %v", rooms, wrong, err)
	}
}

func TestReadRooms(t *testing.T) {
	c := &connection.Connection{Tenant: connection.Tenant{ID: tenantID}}
	list, err := ReadRooms([]byte("\"Tenant\",\"Room\",\"DisplayName\",\"Capacity\",\"IsWheelChairAccessible\"\r\n\""+tenantID+"\",\"a@contoso.com\",\"O'Brien\",\"4\",\"True\"\r\n\""+tenantID+"\",\"bad\",\"x\",\"4\",\"True\"\r\n"), c)
	if err != nil || len(list.Items) != 1 || list.Complete || list.Problem == nil || list.Source != tenant.SourceExchange || !*list.Items[0].Accessible {
		t.Errorf("%v %+v", err, list)
	}
	if _, err := ReadRooms([]byte("Tenant,Room\nother,a@contoso.com\n"), c); problem.CodeOf(err).String() != "exchange.other-tenant" {
		t.Error(err)
	}
}

func TestFolder(t *testing.T) {
	to := target(t, 3)
	docs, err := Folder(to)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, d := range docs {
		if names[d.File] != "" {
			t.Errorf("%s twice", d.File)
		}
		names[d.File] = string(d.Text)
	}
	for _, want := range []string{"README.txt", "CHECKLIST.txt", "01-rooms-show.ps1", "03-calendar-processing.ps1", "03-calendar-processing.intent.json"} {
		if names[want] == "" {
			t.Errorf("%s is missing among %d files", want, len(names))
		}
	}
	for file := range names {
		if strings.HasSuffix(file, ".ps1") && (!strings.Contains(names["README.txt"], file) || !strings.Contains(names["CHECKLIST.txt"], file) || !strings.Contains(names[file], `-File .\`+file)) {
			t.Errorf("%s is not in README, checklist or its own head", file)
		}
	}
	to.Values = map[string]map[string]any{"remove-grant": {"evidence": perform(t, to, "limit-application", nil, 3*time.Hour)}}
	if with, err := Folder(to); err != nil || len(with) != len(docs)+2 {
		t.Errorf("%d files, with the evidence %d: %v", len(docs), len(with), err)
	}
	to.Rooms, to.Values = nil, nil
	if docs, err = Folder(to); err != nil {
		t.Fatal(err)
	}
	for _, d := range docs {
		if d.File == "README.txt" && !strings.Contains(string(d.Text), "No rooms are chosen yet.") {
			t.Error("the README does not say what is missing")
		}
	}
}

func TestDiff(t *testing.T) {
	to := target(t, 3)
	before, after := generate(t, "calendar-processing", to, nil), generate(t, "calendar-processing", to, map[string]any{"RemoveOldMeetingMessages": "false"})
	if d := after.Diff(before.Text); !strings.Contains(d, "+        'RemoveOldMeetingMessages' = $false") || !strings.Contains(d, "-        'RemoveOldMeetingMessages' = $true") {
		t.Error(d)
	}
	if d := before.Diff(before.Text); d != "" {
		t.Error(d)
	}
}

func TestRegistrationLeavesLimitedPermissionsOut(t *testing.T) {
	to := target(t, 1)
	if text := string(generate(t, "register-application", to, nil).Text); !strings.Contains(text, "$Application = @()") {
		t.Error("the limited permission would be granted for the whole tenant")
	}
	to.Connection.Scope.Kind = connection.ScopeNone
	text := string(generate(t, "register-application", to, map[string]any{"certificate": "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n"}).Text)
	if !strings.Contains(text, "$Application = @('Calendars.ReadWrite')") || !strings.Contains(text, "$Certificate = 'AQID'") {
		t.Error("permission or certificate is missing")
	}
	for _, bad := range []string{"nonsense", "-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----\n"} {
		if _, err := Generate("register-application", to, map[string]any{"certificate": bad}); problem.CodeOf(err).String() != "exchange.field" {
			t.Errorf("%q was taken as a certificate", bad)
		}
	}
	to.Cloud = cloudOf(t, "china")
	text = string(generate(t, "register-application", to, nil).Text)
	if !strings.Contains(text, "$environment = 'China'") || !strings.Contains(text, "start the script with -ClientId and its ID") {
		t.Error("China needs its environment and a client id")
	}
}

// TestForm takes what the form begins with for an answer: it must give the same
// script as no answer.
func TestForm(t *testing.T) {
	to := target(t, 3)
	need := values(t, to)
	for _, s := range Catalogue() {
		filled, _ := s.For(to)
		answers := map[string]any{}
		for _, p := range filled.Params {
			answers[p.Name] = ""
			if p.Default != nil {
				answers[p.Name] = fmt.Sprint(p.Default)
			}
		}
		for field, v := range need[s.Name] {
			answers[field] = v
		}
		if d := generate(t, s.Name, to, answers).Diff(generate(t, s.Name, to, need[s.Name]).Text); d != "" {
			t.Errorf("%s:\n%s", s.Name, d)
		}
	}
	if _, err := Catalogue()[0].For(Target{}); problem.CodeOf(err).String() != "exchange.no-tenant" {
		t.Error(err)
	}
}

// TestBadLinesAreNamedAndTheOthersUsed: nothing is left out of a table silently,
// and a bad line keeps no good one back.
func TestBadLinesAreNamedAndTheOthersUsed(t *testing.T) {
	table := "Name;Address;Capacity\nOne;one@contoso.com;8\n=1+1;two@contoso.com;\nThree;ONE@contoso.com;\nFour;nobody;\nFive;five@contoso.com;-3\n;six@contoso.com;\n"
	for range 30 {
		table += "More;nobody;\n"
	}
	d := generate(t, "create-rooms", target(t, 1), map[string]any{"table": table})
	var in intent
	if err := json.Unmarshal(d.Intent, &in); err != nil || !slices.Equal(in.Objects, []string{"one@contoso.com", "two@contoso.com"}) {
		t.Errorf("made of %v, %v", in.Objects, err)
	}
	var said []string
	for _, w := range d.Warnings {
		said = append(said, w.String())
	}
	all := strings.Join(said, "\n")
	for _, says := range []string{
		`Line 3: the Name starts like a formula; it was read as the text "=1+1".`, `Left out: Line 4: "ONE@contoso.com" is already in line 2.`,
		`Left out: Line 5: the Address "nobody" is not an email address.`, "Left out: Line 6: the Capacity", "Left out: Line 7: the room six@contoso.com has no name.",
		"Left out: Line 8:", ", 36, 37.",
	} {
		if !strings.Contains(all, says) {
			t.Errorf("not said: %s\n%s", says, all)
		}
	}
	if len(said) > 25 {
		t.Errorf("%d warnings", len(said))
	}
}
