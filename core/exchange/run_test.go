package exchange_test

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
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
	shell *cmdlet.Shell
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
	shell, err := cmdlet.OpenShell(t.Context(), l.dir)
	if err != nil {
		t.Fatal(err)
	}
	l.shell = shell
	t.Cleanup(func() { _ = shell.Close() })
	return l
}

// ran is a run with what it left.
type ran struct {
	cmdlet.Outcome
	result     exchange.Result
	file       []byte // the result file
	err        error
	transcript string
	folder     string
}

// run runs a script in a folder of its own and reads back its result file.
func (l *lab) run(doc exchange.Document, r cmdlet.Run) ran {
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
	out := ran{Outcome: o, folder: folder}
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

// scripts are those of Exchange and Places that change something, with what they
// are made with and what the tenant has to have before.
func (l *lab) scripts() map[string]exchange.Document {
	long := strings.Repeat("Long name ", 8)
	table := "Name;Address;Capacity;Building;Floor;RoomList\r\nO'Brien ‘1’;obrien@contoso.com;8;$(Main);2;List `1\r\n" + long + ";two@contoso.com;;;;" + long + "\r\n"
	l.run(l.make("calendar-processing", nil), cmdlet.Run{})
	l.Calls()
	return map[string]exchange.Document{
		"calendar-processing":   l.make("calendar-processing", map[string]any{"AdditionalResponse": "Hello <b>", "AddAdditionalResponse": "true", "BookInPolicy": "anna@contoso.com"}),
		"create-rooms":          l.make("create-rooms", map[string]any{"table": table}),
		"room-lists":            l.make("room-lists", nil),
		"set-places":            l.make("set-places", nil),
		"places-buildings":      l.make("places-buildings", nil),
		"subject-visibility":    l.make("subject-visibility", map[string]any{"rooms": "all"}),
		"service-account-reach": l.make("service-account-reach", nil),
		"delegate-rooms":        l.make("delegate-rooms", nil),
		"access-policy":         l.make("access-policy", nil),
		"limit-application":     l.make("limit-application", map[string]any{"target": "chosen"}),
		"ews-allow":             l.make("ews-allow", map[string]any{"apps": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "enable": "true"}),
	}
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
// plainly, again, with each fault, and killed before and after each change. After
// one more run the tenant is as after an undisturbed one.
func TestScriptsRun(t *testing.T) {
	l := newLab(t, 4)
	all := l.scripts()
	l.Restore(l.Snapshot())
	kills := 0
	for name, doc := range all {
		t.Run(name, func(t *testing.T) {
			l.t = t
			start := l.Snapshot()
			o := l.run(doc, cmdlet.Run{Prelude: quick, Arguments: map[string]any{"WhatIf": true}})
			if o.Exit != 0 || o.err != nil || !o.result.WhatIf || l.Snapshot() != start || changing(l.Calls()) > 0 {
				t.Fatalf("-WhatIf: %d %v %+v %s", o.Exit, o.err, o.result, o.Output)
			}
			o = l.run(doc, cmdlet.Run{Prelude: quick})
			changes := changing(l.Calls())
			if o.Exit != 0 || o.err != nil || !o.result.Complete() || changes == 0 {
				t.Fatalf("plain: %d %v %+v %s", o.Exit, o.err, o.result, o.Output)
			}
			after := l.state()
			o = l.run(doc, cmdlet.Run{Prelude: quick})
			if o.Exit != 0 || o.result.Summary[exchange.Changed] > 0 || changing(l.Calls()) > 0 || l.state() != after {
				t.Fatalf("again: %d %+v %s", o.Exit, o.result, o.Output)
			}
			again := func(what string) {
				t.Helper()
				l.Fail()
				if o := l.run(doc, cmdlet.Run{Prelude: quick}); o.Exit != 0 || l.state() != after {
					t.Errorf("%s: one more run does not heal it: %d %s", what, o.Exit, o.Output)
				}
			}
			for _, f := range []cmdlet.Fault{
				{Kind: cmdlet.Throttled, Times: 1, Wait: 7}, {Kind: cmdlet.Busy, Times: 1, Wait: 7}, {Kind: cmdlet.Lost, Times: 1}, {Kind: cmdlet.Expired},
				{Kind: cmdlet.Denied}, {Kind: cmdlet.Down}, {Kind: cmdlet.Unkept},
			} {
				l.Restore(start)
				f.Changing = true
				l.Fail(f)
				o := l.run(doc, cmdlet.Run{Prelude: quick})
				calls := l.Calls()
				switch f.Kind {
				case cmdlet.Throttled, cmdlet.Busy, cmdlet.Lost, cmdlet.Expired:
					if l.state() != after || o.Exit != 0 {
						t.Errorf("%s is not got over: %d %s", f.Kind, o.Exit, o.Output)
					}
				default:
					if o.Exit == 0 || o.err != nil || o.result.Complete() {
						t.Errorf("%s is taken for good: %s", f.Kind, o.Output)
					}
					if n := changing(calls); f.Kind != cmdlet.Unkept && n > 8 {
						t.Errorf("%s: %d tries", f.Kind, n)
					}
				}
				again(string(f.Kind))
			}
			for i := range changes {
				l.Restore(start)
				l.Fail(cmdlet.Fault{Kind: cmdlet.Unkept, Changing: true, After: i, Times: 1})
				if o := l.run(doc, cmdlet.Run{Prelude: quick}); o.result.Complete() && l.state() != after {
					t.Errorf("change %d was not kept, and nothing is said: %s", i, o.Output)
				}
			}
			for i := range changes {
				for _, kind := range []cmdlet.FaultKind{cmdlet.Killed, cmdlet.KilledOn} {
					if testing.Short() && i > 1 {
						continue
					}
					l.Restore(start)
					l.Fail(cmdlet.Fault{Kind: kind, Changing: true, After: i, Times: 1})
					if o := l.run(doc, cmdlet.Run{Prelude: quick}); !o.Killed {
						t.Errorf("%s at %d: %d %s", kind, i, o.Exit, o.Output)
					}
					kills++
					again(fmt.Sprint(kind, " at ", i))
				}
			}
			l.Restore(start)
		})
	}
	t.Logf("%d kills", kills)
}
