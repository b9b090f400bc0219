package exchange

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
)

const tenantID = "5b2a7c1e-0f5d-4b6a-9c3e-7d8f9a0b1c2d"

// hostile are names and addresses that a tenant could hold to be harmful.
var hostile = []string{
	"O'Brien", "‘Curly’ ‚low‘ ‛high’", "$(Remove-Mailbox)", "`$x \"quoted\"", "'; Remove-Mailbox *; '",
	"a\u0000b", "line\r\nbreak\n", "\uFEFFmark", "left\u202Eright", "\u2028\u2029", "#> <#", "@'\n'@", "{{.}}", "𝔘nicode 🏢", "",
}

func clouds(t testing.TB) []cloud.Cloud {
	c, problems := cloud.Load("")
	if len(problems) > 0 || len(c.All()) < 7 {
		t.Fatal(problems)
	}
	return append(c.All(), cloud.Cloud{ID: "lab", Name: "Lab", Authority: "https://127.0.0.1:1", Graph: "https://127.0.0.1:2", Own: true})
}

func products(t testing.TB) []product.Product {
	c, problems := product.Load("")
	if len(problems) > 0 || len(c.All()) < 7 {
		t.Fatal(problems)
	}
	return c.All()
}

func cloudOf(t testing.TB, id string) cloud.Cloud {
	for _, c := range clouds(t) {
		if c.ID == id {
			return c
		}
	}
	t.Fatal("no cloud", id)
	return cloud.Cloud{}
}

func target(t testing.TB, rooms int) Target {
	c := &connection.Connection{Schema: 1, ID: "c-1", Name: "Head office", Cloud: "global", ServiceAccount: "booking@contoso.com"}
	c.Tenant = connection.Tenant{ID: tenantID, Domain: "contoso.com"}
	c.Application = connection.Application{ClientID: "11111111-2222-3333-4444-555555555555", ServicePrincipalID: "99999999-8888-7777-6666-555555555555", DisplayName: "Room booking"}
	c.Scope = connection.Scope{Kind: connection.ScopeRBAC, Organizers: "organizers@contoso.com", Outside: "ceo@contoso.com"}
	c.SingleSignOn.RedirectURIs = []string{"https://booking.contoso.com/signin"}
	c.Product.Permissions = []string{"Calendars.ReadWrite", "Place.Read.All", "delegated:openid"}
	out := Target{Connection: c, Cloud: cloudOf(t, "global"), Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	for _, p := range products(t) {
		if p.ID == "flexo" {
			out.Product = p
		}
	}
	for i := range rooms {
		seats := i
		out.Rooms = append(out.Rooms, tenant.Room{
			DisplayName: fmt.Sprintf("Room %d %s", i, hostile[i%len(hostile)]), EmailAddress: fmt.Sprintf("room%d@contoso.com", i),
			Capacity: &seats, FloorNumber: &seats, Building: "House " + hostile[i%len(hostile)], Label: hostile[i%len(hostile)],
		})
	}
	return out
}

// at gives the clock of a target.
func (t Target) at(d time.Duration) func() time.Time {
	return func() time.Time { return t.Now.Add(d) }
}

// perform plays the colleague for whom everything works.
func perform(t testing.TB, to Target, name string, values map[string]any, ago time.Duration) []byte {
	t.Helper()
	file, err := play(generate(t, name, to, values).Intent, "admin@contoso.com", to.at(-ago), func(Operation) Outcome { return Outcome{Status: Changed} })
	if err != nil {
		t.Fatal(err)
	}
	return file
}

const roomsCSV = "Name;Address;Capacity;Building;Floor;RoomList;Accessible\r\nO'Brien ‘1’;obrien@contoso.com;8;$(Main);2;List `1;yes\r\nTwo;two@contoso.com;;;;List `1;\r\n"

// values are what the scripts need that cannot do without.
func values(t testing.TB, to Target) map[string]map[string]any {
	proof := perform(t, to, "limit-application-test", nil, 3*time.Hour)
	gone := perform(t, to, "remove-grant", map[string]any{"evidence": proof}, time.Hour)
	return map[string]map[string]any{
		"create-rooms":          {"table": roomsCSV},
		"remove-grant":          {"evidence": proof},
		"access-policy-migrate": {"evidence": gone},
		"ews-allow":             {"apps": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "enable": "true"},
	}
}

func generate(t testing.TB, name string, to Target, values map[string]any) Document {
	t.Helper()
	d, err := Generate(name, to, values)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return d
}

// lint runs pslint over files in one process; it is skipped without the tool.
func lint(t *testing.T, dir string) {
	tool, cmdlets := os.Getenv("ROOMKEY_PSLINT"), os.Getenv("ROOMKEY_EXCHANGE_CMDLETS")
	if tool == "" || cmdlets == "" {
		t.Skip("ROOMKEY_PSLINT and ROOMKEY_EXCHANGE_CMDLETS are not set")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.ps1"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	cmd := exec.CommandContext(t.Context(), "node", append([]string{filepath.Join(tool, "pslint.mjs")}, files...)...)
	cmd.Env = append(os.Environ(), "PSLINT_ORACLE="+cmdlets)
	out, err := cmd.CombinedOutput()
	if err != nil {
		for l := range strings.Lines(string(out)) {
			if !strings.HasSuffix(strings.TrimSpace(l), ": ok") {
				t.Error(strings.TrimSpace(l))
			}
		}
		t.Fatal(err)
	}
	if n := strings.Count(string(out), ": ok"); n != len(files) {
		t.Fatalf("%d of %d scripts were looked at", n, len(files))
	}
}

// pieces parts a script at its top-level declarations, so that a part which many
// scripts share is looked at once.
func pieces(text string) []string {
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\uFEFF"), "\r\n", "\n")
	head, rest, _ := strings.Cut(text, "\n$ScriptName")
	out, piece := []string{head}, "$ScriptName"
	for _, l := range strings.SplitAfter(rest, "\n") {
		if strings.HasSuffix(piece, "\n\n") && l != "\n" && l[0] != ' ' && l[0] != '}' {
			out, piece = append(out, piece), ""
		}
		piece += l
	}
	return append(out, piece)
}

// TestEveryScript writes every script for every product and every cloud. Their
// text is pinned by a hash, their PowerShell is checked.
func TestEveryScript(t *testing.T) {
	dir, seen, sum := t.TempDir(), map[string]bool{}, sha256.New()
	full := 0
	for _, p := range products(t) {
		for _, c := range clouds(t) {
			to := target(t, len(hostile))
			to.Product, to.Cloud = p, c
			var need map[string]map[string]any
			if _, _, _, err := (&build{Target: to}).scoped(); err == nil && c.ID != "govsg" {
				need = values(t, to)
			} else {
				need = map[string]map[string]any{"create-rooms": {"table": roomsCSV}, "ews-allow": {"apps": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"}}
			}
			for _, s := range Catalogue() {
				as := to
				if s.Name == "register-application" { // without a limit it grants everything that the product needs
					unlimited := *to.Connection
					unlimited.Scope.Kind, as.Connection = connection.ScopeNone, &unlimited
				}
				d, err := Generate(s.Name, as, need[s.Name])
				if err != nil {
					if code := problem.CodeOf(err).String(); !expected(code, s, c, p) {
						t.Errorf("%s of %s in %s: %v", s.Name, p.ID, c.ID, err)
					}
					fmt.Fprintln(sum, p.ID, c.ID, s.Name, problem.CodeOf(err).String())
					continue
				}
				if !json.Valid(d.Intent) || bytes.Contains(bytes.ReplaceAll(d.Text, []byte("\r\n"), nil), []byte("\n")) {
					t.Errorf("%s of %s in %s: intent or line ends", s.Name, p.ID, c.ID)
				}
				sum.Write(d.Text)
				sum.Write(d.Intent)
				for _, piece := range pieces(string(d.Text)) {
					if !seen[piece] {
						seen[piece] = true
						write(t, filepath.Join(dir, fmt.Sprintf("%s-%s-%s-%d.ps1", s.Name, p.ID, c.ID, len(seen))), piece)
					}
				}
				if p.ID == "flexo" && c.ID == "global" {
					full++
					write(t, filepath.Join(dir, d.File), string(d.Text))
				}
			}
		}
	}
	if full != len(Catalogue()) {
		t.Errorf("%d of %d scripts for FlexO in the global cloud", full, len(Catalogue()))
	}
	golden(t, "every-script.sha256", []byte(hex.EncodeToString(sum.Sum(nil))+"\n"))
	t.Logf("%d different parts", len(seen))
	lint(t, dir)
}

// expected are the refusals that are right.
func expected(code string, s Script, c cloud.Cloud, p product.Product) bool {
	switch code {
	case "exchange.cloud":
		return s.Platform == "exchange" && c.ID == "govsg" || s.Platform == "places" && c.ID != "global"
	case "exchange.nothing-to-limit", "exchange.no-evidence":
		limits := slices.ContainsFunc(p.With(nil, []string{"Calendars.ReadWrite"}).Permissions, func(n product.Permission) bool {
			return n.Kind == permission.Application
		})
		return !limits || code == "exchange.no-evidence" && c.ID == "govsg"
	case "exchange.no-policy":
		return len(p.Policy) == 0
	case "exchange.field":
		return s.Name == "calendar-processing" && slices.ContainsFunc(p.Policy, func(w product.Setting) bool { return w.Matches != "" })
	}
	return false
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

var update = flag.Bool("update", false, "write the golden files")

// golden compares with a file in testdata.
func golden(t testing.TB, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s differs; look at the scripts, then run the test with -update\n%s", file, Document{Text: got}.Diff(want))
	}
}

func TestGoldenScripts(t *testing.T) {
	to := target(t, 3)
	to.Rooms[1].DisplayName = "Board room"
	need := values(t, to)
	for _, name := range []string{"calendar-processing", "limit-application", "remove-grant", "register-application"} {
		if name == "register-application" {
			to.Connection.Scope.Kind = connection.ScopeNone
		}
		golden(t, name+".ps1", generate(t, name, to, need[name]).Text)
	}
}
