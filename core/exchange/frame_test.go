package exchange

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// everyScript is the code of each script of the catalogue, as lines.
func everyScript(t *testing.T) map[string][]string {
	to, out := target(t, len(hostile)), map[string][]string{}
	need := values(t, to)
	for _, s := range Catalogue() {
		as := to
		if s.Name == "register-application" {
			unlimited := *to.Connection
			unlimited.Scope.Kind, as.Connection = "none", &unlimited
		}
		_, code, _ := strings.Cut(string(generate(t, s.Name, as, need[s.Name]).Text), "#>")
		out[s.Name] = strings.Split(code, "\r\n")
	}
	return out
}

var invoked = regexp.MustCompile(`(?:^|[\s({=])([A-Z][a-z]+-[A-Z][A-Za-z0-9]+) `)

// TestEveryErrorStops: a cmdlet that is a function of a module does not see the
// script's $ErrorActionPreference, so that without -ErrorAction of its own it
// fails and the script goes on to say "changed".
func TestEveryErrorStops(t *testing.T) {
	theirs := []string{"Connect-MicrosoftPlaces"}
	for _, s := range Catalogue() {
		theirs = append(append(theirs, s.Commands...), s.Also...)
	}
	seen := map[string]bool{}
	for name, lines := range everyScript(t) {
		for i, line := range lines {
			for _, m := range invoked.FindAllStringSubmatch(line+" ", -1) {
				if !slices.Contains(theirs, m[1]) || strings.HasPrefix(strings.TrimSpace(line), "#") {
					continue
				}
				seen[m[1]] = true
				if !strings.Contains(line, "-ErrorAction ") {
					t.Errorf("%s line %d: %s", name, i+1, strings.TrimSpace(line))
				}
			}
		}
	}
	if len(seen) < 35 {
		t.Errorf("only %d cmdlets were found: %v", len(seen), seen)
	}
}

// TestTheCallersSessionIsLeftOut: strict mode, -Debug and -Confirm of whoever
// starts a script change neither how it works nor what it writes, and a place
// for the result is there before the tenant is touched.
func TestTheCallersSessionIsLeftOut(t *testing.T) {
	for name, lines := range everyScript(t) {
		at := func(line string) int {
			return slices.IndexFunc(lines, func(l string) bool { return strings.TrimSpace(l) == line })
		}
		last := -1
		for _, line := range []string{
			`Set-StrictMode -Off`, `$DebugPreference = 'SilentlyContinue'`, `$Preview = [bool]$WhatIfPreference`,
			`$Confirming = "$ConfirmPreference" -eq 'Low'`, `$WhatIfPreference = $false`, `$ConfirmPreference = 'High'`,
			`Set-Content -LiteralPath "$Base.draft" -Value ''`, `Connect-Tenant`,
		} {
			i := at(line)
			if i <= last {
				t.Errorf("%s: %s is in line %d, what comes before it in line %d", name, line, i+1, last+1)
			}
			last = i
		}
	}
}

// TestByRoom: the catalogue knows which scripts go room by room. One whose table is
// taken for all rooms of the tenant must not write one of some.
func TestByRoom(t *testing.T) {
	for name, lines := range everyScript(t) {
		goes := slices.ContainsFunc(lines, func(l string) bool {
			return strings.Contains(l, "Invoke-Each ") && !strings.Contains(l, "function ") && !strings.HasPrefix(l, "#")
		})
		if s, _ := find(name); s.ByRoom != (goes && name != "rooms-show") {
			t.Errorf("%s: byRoom is %v", name, s.ByRoom)
		}
	}
}

// TestAnUndoTakesNoWordForFalse: a CSV that Excel saved in another language says
// WAHR or VRAI, which is not False.
func TestAnUndoTakesNoWordForFalse(t *testing.T) {
	text := strings.Join(everyScript(t)["calendar-processing-undo"], "\n")
	check, set := strings.Index(text, "@('True', 'False') -notcontains $text"), strings.Index(text, "$want[$name] = $text -eq 'True'")
	if check < 0 || set < check {
		t.Errorf("a switch is set (%d) before it is looked at (%d)", set, check)
	}
}
