package exchange

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/resources"
)

const tenantID = "5b2a7c1e-0f5d-4b6a-9c3e-7d8f9a0b1c2d"

// hostile are names and addresses that a tenant could hold to be harmful.
var hostile = []string{
	"O'Brien", "‘Curly’ ‚low‘ ‛high’", "$(Remove-Mailbox)", "`$x \"quoted\"", "'; Remove-Mailbox *; '",
	"a\u0000b", "line\r\nbreak\n", "\uFEFFmark", "left\u202Eright", "\u2028\u2029", "#> <#", "@'\n'@", "{{.}}", "𝔘nicode 🏢", "",
}

func clouds(t testing.TB) []cloud.Cloud {
	var c struct {
		Clouds []cloud.Cloud `yaml:"clouds"`
	}
	if err := yaml.Unmarshal(resources.Clouds, &c); err != nil || len(c.Clouds) < 7 {
		t.Fatal(len(c.Clouds), err)
	}
	return append(c.Clouds, cloud.Cloud{ID: "lab", Name: "Lab", Authority: "https://127.0.0.1:1", Graph: "https://127.0.0.1:2", Own: true})
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

// policy is what both seeds need of a room.
var policy = []product.Setting{
	{Parameter: "AutomateProcessing", Value: "AutoAccept"},
	{Parameter: "AddOrganizerToSubject", Value: false}, {Parameter: "DeleteSubject", Value: false},
	{Parameter: "DeleteComments", Value: false}, {Parameter: "RemovePrivateProperty", Value: false},
	{Parameter: "RemoveOldMeetingMessages", Value: true},
}

func target(t testing.TB, rooms int) Target {
	c := &connection.Connection{Schema: 1, ID: "c-1", Name: "Head office", Cloud: "global"}
	c.Tenant = connection.Tenant{ID: tenantID, Domain: "contoso.com"}
	c.Application = connection.Application{ClientID: "11111111-2222-3333-4444-555555555555", ServicePrincipalID: "99999999-8888-7777-6666-555555555555", DisplayName: "Room booking"}
	out := Target{
		Connection: c, Cloud: cloudOf(t, "global"), Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
		Product: product.Product{ID: "flexo", Name: "FlexO", Writes: product.WritesRooms, Policy: policy},
	}
	for i := range rooms {
		out.Rooms = append(out.Rooms, tenant.Room{DisplayName: fmt.Sprintf("Room %d %s", i, hostile[i%len(hostile)]), EmailAddress: fmt.Sprintf("room%d@contoso.com", i)})
	}
	return out
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

func TestScriptsPassPowerShellLint(t *testing.T) {
	dir := t.TempDir()
	for _, c := range clouds(t) {
		for _, s := range Catalogue() {
			to := target(t, len(hostile))
			to.Cloud = c
			d, err := Generate(s.Name, to, nil)
			if err != nil {
				if c.ID == "govsg" || s.Platform == "places" {
					continue
				}
				t.Errorf("%s in %s: %v", s.Name, c.ID, err)
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, c.ID+"-"+d.File), d.Text, 0o600); err != nil {
				t.Fatal(err)
			}
			if !json.Valid(d.Intent) || bytes.Contains(bytes.ReplaceAll(d.Text, []byte("\r\n"), nil), []byte("\n")) {
				t.Errorf("%s in %s: intent or line ends", s.Name, c.ID)
			}
		}
	}
	lint(t, dir)
}
