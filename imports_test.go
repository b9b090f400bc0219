package roomkey_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/roomkey/roomkey/"

// layers says who may import whom: a package may import those named in its own
// row, and nothing else of this module. Downward only.
var layers = map[string]string{
	"resources":       "",
	"core/words":      "",
	"core/problem":    "words",
	"core/file":       "",
	"core/task":       "words",
	"core/language":   "words problem file resources",
	"core/transport":  "words problem file task",
	"core/strictyaml": "words problem file",
	"core/cloud":      "words problem transport strictyaml resources",
	"core/permission": "words problem strictyaml resources",
	"core/product":    "words problem permission strictyaml resources",
	"core/tenant":     "words problem",
	"core/policy":     "words problem strictyaml",
	"core/evidence":   "words problem",
	"core/connection": "words problem cloud tenant",
	"core/sheet":      "words problem",
	"core/store":      "words problem connection evidence file",
	"core/owner":      "words problem connection store",
	"core/vault":      "words problem",
	"core/entra":      "words problem transport cloud tenant vault strictyaml resources",
	"core/graph":      "words problem transport cloud tenant permission vault entra resources",
	"core/change":     "words problem transport tenant",
	"core/register":   data + io + "change",
	"core/amend":      "words problem task change connection exchange tenant vault",
	"core/check":      data + io + "evidence",
	"core/exchange":   data + io,
	"core/booking":    data + io,
	"core/export":     data + io,
	"core/report":     data + io + "check evidence reach",
	"core/schedule":   "words problem",
	"core/setup":      "words evidence",
	"core/reach":      "words permission",
	"core/proof":      data + io + "check exchange booking setup evidence",
	"core/handover":   data + io + "owner check booking setup evidence proof",
	"core/session":    data + io + "policy file owner proof handover change register check exchange amend booking export report schedule setup evidence reach",
	// The door of the simulated Microsoft and booking servers, and the rooms behind it.
	"core/simulator":           "cloud simulator/booking simulator/entra simulator/exchange simulator/fault simulator/graph simulator/seatsurfing simulator/tenant",
	"core/simulator/graph":     "simulator/entra simulator/exchange simulator/fault simulator/microsoft simulator/opath simulator/tenant",
	"core/simulator/entra":     "simulator/fault simulator/microsoft simulator/tenant",
	"core/simulator/exchange":  "simulator/cmdlet simulator/fault simulator/microsoft simulator/opath simulator/tenant",
	"core/simulator/tenant":    "resources simulator/fault simulator/microsoft",
	"core/simulator/booking":   "simulator/fault simulator/microsoft",
	"core/simulator/fault":     "simulator/microsoft",
	"core/simulator/microsoft": "",
	"core/simulator/opath":     "",
	// What an administrator's PowerShell meets: the modules and the organization behind them.
	"core/simulator/cmdlet": "simulator/opath",
	// The other kind of booking server.
	"core/simulator/seatsurfing": "",
}

const (
	data = "words problem task transport cloud permission product tenant connection sheet resources "
	io   = "store vault entra "
)

// TestImports holds every package to its row, and the front ends to theirs: no
// core package knows Fyne, no ui package knows Fyne's app package or the
// network, and only core/graph knows the Graph SDK.
func TestImports(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-e", "-tags", "migrated_fynedo",
		"-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkg, own := strings.CutPrefix(fields[0], module)
		if !own {
			continue
		}
		seen++
		row, core := layers[pkg]
		if strings.HasPrefix(pkg, "core/") && !core {
			t.Errorf("%s has no row in the table of layers", pkg)
		}
		for _, imported := range fields[1:] {
			other, ours := strings.CutPrefix(imported, module)
			switch {
			case ours && core && !slices.Contains(strings.Fields(row), strings.TrimPrefix(other, "core/")):
				t.Errorf("%s imports %s, which is not in its row", pkg, other)
			case ours && strings.HasPrefix(pkg, "ui") && (other == "core/graph" || other == "core/transport" || strings.HasPrefix(other, "cmd")):
				t.Errorf("%s imports %s: the window makes no calls", pkg, other)
			case core && strings.HasPrefix(imported, "fyne.io/"):
				t.Errorf("%s imports %s: core knows no window", pkg, imported)
			case strings.HasPrefix(pkg, "ui") && imported == "fyne.io/fyne/v2/app":
				t.Errorf("%s imports Fyne's app package", pkg)
			case strings.HasPrefix(imported, "github.com/microsoftgraph/") && pkg != "core/graph":
				t.Errorf("%s imports the Graph SDK", pkg)
			}
		}
	}
	if seen < 5 {
		t.Fatalf("go list showed %d packages of %s", seen, module)
	}
}

// TestZonesAreOnBoard: Windows has no zone files, so that both programs bring
// their own; a test here would find this machine's.
func TestZonesAreOnBoard(t *testing.T) {
	for _, program := range []string{"./cmd/roomkey", "./cmd/roomkeyctl"} {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", "migrated_fynedo", program).Output()
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(strings.Fields(string(out)), "time/tzdata") {
			t.Errorf("%s does not import time/tzdata", program)
		}
	}
}

// TestNoTestDriver: the window that is shipped does not carry Fyne's test driver.
func TestNoTestDriver(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", "migrated_fynedo", "./cmd/roomkey").Output()
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(strings.Fields(string(out)), "fyne.io/fyne/v2/test") {
		t.Error("./cmd/roomkey imports fyne.io/fyne/v2/test")
	}
}
