package exchange_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/simulator/cmdlet"
	"github.com/roomkey/roomkey/core/tenant"
)

const tenantOf = "5b2a7c1e-0f5d-4b6a-9c3e-7d8f9a0b1c2d"

// names are those of rooms, hostile to whoever does not quote them.
var names = []string{"O'Brien", "‘Curly’ ‚low‘ ‛high’", "$(Remove-Mailbox)", "`$x \"quoted\"", "a,b=c+d", "#> <#", "left\u202Eright", "[wild]*card?", "Zürich 🏢"}

// lab is an organization with a PowerShell that runs scripts in it.
type lab struct {
	*cmdlet.Organization
	t     *testing.T
	shell *powershell
	to    exchange.Target
	url   string
	dir   string
	n     int
}

func newLab(t *testing.T, rooms int) *lab {
	t.Helper()
	if _, err := exec.LookPath("pwsh"); err != nil {
		t.Skip("SKIPPED: no pwsh on PATH, so no script was run")
	}
	l := &lab{t: t, dir: t.TempDir(), Organization: &cmdlet.Organization{Tenant: tenantOf, Domain: "contoso.com", Admin: "admin@contoso.com"}}
	server := httptest.NewServer(l.Organization)
	t.Cleanup(server.Close)
	l.url = server.URL
	c := &connection.Connection{Schema: 1, ID: "c-1", Name: "Head office", Cloud: "global", ServiceAccount: "booking@contoso.com"}
	c.Tenant = connection.Tenant{ID: tenantOf, Domain: "contoso.com"}
	c.Application = connection.Application{ClientID: "11111111-2222-3333-4444-555555555555", ServicePrincipalID: "99999999-8888-7777-6666-555555555555", DisplayName: "Room booking"}
	c.Scope = connection.Scope{Kind: connection.ScopeRBAC, Organizers: "organizers@contoso.com", Outside: "ceo@contoso.com"}
	c.Product.Permissions = []string{"Calendars.ReadWrite", "Place.Read.All"}
	l.to = exchange.Target{Connection: c, Now: time.Now().UTC()}
	clouds, _ := cloud.Load("")
	l.to.Cloud, _ = clouds.Get("global")
	products, _ := product.Load("")
	l.to.Product, _ = products.Get("flexo")
	for i := range rooms {
		seats, address := i+1, fmt.Sprintf("room%d@contoso.com", i)
		name := fmt.Sprintf("Room %d %s", i, names[i%len(names)])
		l.to.Rooms = append(l.to.Rooms, tenant.Room{DisplayName: name, EmailAddress: address, Capacity: &seats, FloorNumber: &seats, Building: "House " + names[i%len(names)], Label: names[i%len(names)], Tags: []string{"a", "b,c"}})
		l.AddRecipient("RoomMailbox", address, name)
	}
	for _, who := range []string{"ceo", "booking", "anna", "ben"} {
		l.AddRecipient("UserMailbox", who+"@contoso.com", who)
	}
	l.AddRecipient("MailUniversalSecurityGroup", "organizers@contoso.com", "Organizers, all")
	for _, who := range []string{"anna", "ben"} {
		if _, err := l.Run("Add-DistributionGroupMember", cmdlet.Object{"Identity": "organizers@contoso.com", "Member": who + "@contoso.com"}); err != nil {
			t.Fatal(err)
		}
	}
	l.Calls()
	shell, err := openShell(t.Context(), l.dir)
	if err != nil {
		t.Fatal(err)
	}
	l.shell = shell
	t.Cleanup(func() { _ = shell.Close() })
	return l
}

// ran is a run with what it left.
type ran struct {
	shellOutcome
	result     exchange.Result
	file       []byte // the result file
	err        error
	transcript string
	folder     string
}

// run runs a script in a folder of its own and reads back its result file.
func (l *lab) run(doc exchange.Document, r shellRun) ran {
	l.t.Helper()
	l.n++
	folder := filepath.Join(l.dir, fmt.Sprint("run", l.n))
	if err := os.Mkdir(folder, 0o700); err != nil {
		l.t.Fatal(err)
	}
	r.Script = filepath.Join(folder, doc.File)
	if err := os.WriteFile(r.Script, doc.Text, 0o600); err != nil {
		l.t.Fatal(err)
	}
	if r.Environment == nil {
		r.Environment = map[string]string{}
	}
	r.Environment["ROOMKEY_STANDIN_EXCHANGE"] = l.url
	o, err := l.shell.Run(r)
	if err != nil {
		l.t.Fatal(err)
	}
	out := ran{shellOutcome: o, folder: folder}
	if found, _ := filepath.Glob(filepath.Join(folder, "*.transcript.txt")); len(found) > 0 {
		text, _ := os.ReadFile(found[0])
		out.transcript = string(text)
	}
	found, _ := filepath.Glob(filepath.Join(folder, "*.result.json"))
	if len(found) != 1 {
		out.err = fmt.Errorf("%d result files", len(found))
		return out
	}
	data, err := os.ReadFile(found[0])
	if err != nil {
		l.t.Fatal(err)
	}
	out.file = data
	out.result, out.err = exchange.ReadResult(bytes.TrimSpace(data), l.to.Connection)
	return out
}

func (l *lab) make(name string, values map[string]any) exchange.Document {
	l.t.Helper()
	d, err := exchange.Generate(name, l.to, values)
	if err != nil {
		l.t.Fatalf("%s: %v", name, err)
	}
	return d
}

// quick lets a script sleep without a pause, and say so.
const quick = "function global:Start-Sleep { param($Seconds) Write-Host \"slept $Seconds\" }\n"

// undone marks the case of a script that takes back what its own run did.
const undone = " undone"

// rooms2 is a table of rooms with names that are hostile and too long.
var rooms2 = "Name;Address;Capacity;Building;Floor;RoomList\r\nO'Brien ‘1’;obrien@contoso.com;8;$(Main);2;List `1\r\n" +
	strings.Repeat("Long name ", 8) + ";two@contoso.com;;;;" + strings.Repeat("Long name ", 8) + "\r\n"

// values are what a script is made with, before what is run in the tenant before it.
var (
	values = map[string]map[string]any{
		"calendar-processing": {"AdditionalResponse": "Hello <b>", "AddAdditionalResponse": "true", "BookInPolicy": "anna@contoso.com"},
		"create-rooms":        {"table": rooms2},
		"subject-visibility":  {"rooms": "all"},
		"limit-application":   {"target": "chosen"},
		"ews-allow":           {"apps": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "enable": "true"},
		"delegate-rooms full": {"delegation": "full-access"},
	}
	before = map[string][]string{
		"limit-application-test": {"limit-application"}, "limit-application-undo": {"limit-application"}, "access-policy-show": {"access-policy"},
		"access-policy-migrate": {"access-policy", "limit-application"}, "room-access": {"access-policy", "limit-application"},
	}
)

// cases are the scripts of Exchange and Places, each that can be undone a second time.
func cases() (changing, reading []string) {
	changing = []string{"delegate-rooms full", "delegate-rooms full" + undone}
	for _, s := range exchange.Catalogue() {
		switch {
		case s.Platform == "graph":
			continue
		case s.Reads:
			reading = append(reading, s.Name)
			continue
		}
		changing = append(changing, s.Name)
		if slices.ContainsFunc(s.Params, func(p exchange.Param) bool { return p.Name == "undo" }) {
			changing = append(changing, s.Name+undone)
		}
	}
	return changing, reading
}

// doc makes the script of a case, after what has to be in the tenant for it.
func (l *lab) doc(name string) exchange.Document {
	l.t.Helper()
	did := func(name string) ran {
		o := l.run(l.doc(name), shellRun{Prelude: quick})
		if !o.result.Complete() {
			l.t.Fatalf("%s: %s", name, o.Output)
		}
		return o
	}
	with, undo := strings.CutSuffix(name, undone)
	script, _, _ := strings.Cut(with, " ")
	for _, other := range before[script] {
		did(other)
	}
	v := maps.Clone(values[with])
	switch {
	case undo:
		if name == "places-buildings"+undone { // only what was on a floor before goes back there
			did(with)
			for i := range l.to.Rooms {
				other := 9
				l.to.Rooms[i].FloorNumber = &other
			}
		}
		v = map[string]any{"undo": string(did(with).file)}
	case name == "calendar-processing-undo":
		found, _ := filepath.Glob(filepath.Join(did("calendar-processing").folder, "*.before.csv"))
		data, err := os.ReadFile(strings.Join(found, ""))
		if err != nil {
			l.t.Fatal(err)
		}
		v = map[string]any{"before": string(data)}
	case name == "access-policy-migrate":
		at := time.Now().UTC().Add(-time.Hour).Truncate(time.Second)
		l.to.Results = []exchange.Result{{Schema: 1, Script: "remove-grant", Connection: l.to.Connection.ID, Tenant: tenantOf, StartedAt: at, FinishedAt: at,
			Results: []exchange.Outcome{{Identity: "Calendars.ReadWrite", Action: "no tenant-wide grant", Status: exchange.Changed}}, Summary: map[string]int{exchange.Changed: 1}}}
	}
	l.Calls()
	return l.make(script, v)
}

// guids differ from run to run.
var guids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}`)

func (l *lab) state() string { return guids.ReplaceAllString(l.Snapshot(), "GUID") }

// changing is how many calls changed something.
func changing(calls []cmdlet.Call) int {
	n := 0
	for _, c := range calls {
		if c.Changes && c.Name != "Connect" {
			n++
		}
	}
	return n
}

// TestScriptsRun runs every script that changes something in Exchange: to look,
// plainly, again, with changes that are not kept, and killed before and after each
// change. After one more run the tenant is as after an undisturbed one.
func TestScriptsRun(t *testing.T) {
	var kills atomic.Int64
	t.Cleanup(func() { t.Logf("%d kills", kills.Load()) })
	scripts, _ := cases()
	for _, name := range scripts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rooms := 4
			if os.Getenv("ROOMKEY_EVERY_KILL") != "" {
				rooms = 7 // for 300 kills
			}
			l := newLab(t, rooms)
			doc := l.doc(name)
			start := l.Snapshot()
			o := l.run(doc, shellRun{Prelude: quick, Arguments: map[string]any{"WhatIf": true}})
			if o.Exit != 0 || o.err != nil || !o.result.WhatIf || l.Snapshot() != start || changing(l.Calls()) > 0 {
				t.Fatalf("-WhatIf: %d %v %+v %s", o.Exit, o.err, o.result, o.Output)
			}
			o = l.run(doc, shellRun{Prelude: quick})
			changes := changing(l.Calls())
			if o.Exit != 0 || o.err != nil || !o.result.Complete() || changes == 0 {
				t.Fatalf("plain: %d %v %+v %s", o.Exit, o.err, o.result, o.Output)
			}
			after := l.state()
			o = l.run(doc, shellRun{Prelude: quick})
			if o.Exit != 0 || o.result.Summary[exchange.Changed] > 0 || changing(l.Calls()) > 0 || l.state() != after {
				t.Fatalf("again: %d %+v %s", o.Exit, o.result, o.Output)
			}
			for i := range changes {
				if i > 1 && os.Getenv("ROOMKEY_EVERY_KILL") == "" {
					break
				}
				l.Restore(start)
				l.Fail(cmdlet.Fault{Kind: cmdlet.Unkept, Changing: true, After: i, Times: 1})
				if o := l.run(doc, shellRun{Prelude: quick}); o.result.Complete() && l.state() != after {
					t.Errorf("change %d was not kept, and nothing is said: %s", i, o.Output)
				}
				for _, kind := range []cmdlet.FaultKind{cmdlet.Killed, cmdlet.KilledOn} {
					l.Restore(start)
					l.Fail(cmdlet.Fault{Kind: kind, Changing: true, After: i, Times: 1})
					if o := l.run(doc, shellRun{Prelude: quick}); !o.Killed {
						t.Errorf("%s at %d: %d %s", kind, i, o.Exit, o.Output)
					}
					kills.Add(1)
					l.Fail()
					if o := l.run(doc, shellRun{Prelude: quick}); o.Exit != 0 || l.state() != after {
						t.Errorf("%s at %d: one more run does not heal it: %d %s", kind, i, o.Exit, o.Output)
					}
				}
			}
		})
	}
}
