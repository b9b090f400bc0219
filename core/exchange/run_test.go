package exchange_test

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
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

func TestCalendarProcessingRuns(t *testing.T) {
	l := newLab(t, 5)
	doc := l.make("calendar-processing", nil)
	began := time.Now()
	o := l.run(doc, cmdlet.Run{})
	t.Log(time.Since(began), o.Exit, o.Error, o.Output, o.err, o.result.Summary, o.result.Err)
	began = time.Now()
	o = l.run(doc, cmdlet.Run{})
	t.Log(time.Since(began), o.Exit, o.Error, o.err, o.result.Summary, o.result.Err)
}
