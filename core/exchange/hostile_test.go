package exchange_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/exchange"
)

// TestCallersSettings: what the caller's session has set, in whatever scope, does not
// decide what a script does.
func TestCallersSettings(t *testing.T) {
	l := newLab(t, 2)
	doc, start := l.make("set-places", nil), l.Snapshot()
	for name, prelude := range map[string]string{
		"what if":         "$global:PSDefaultParameterValues = @{ '*:WhatIf' = $true; '*:ErrorAction' = 'SilentlyContinue'; '*:Debug' = $true }",
		"global defaults": "$global:PSDefaultParameterValues = @{ '*:ErrorAction' = 'SilentlyContinue'; '*:Debug' = $true; 'Set-Place:Capacity' = 99; '*:Identity' = 'x' }",
		"confirm":         "$global:PSDefaultParameterValues = @{ '*:Confirm' = $true }; $ConfirmPreference = 'Low'",
		"preferences":     "$ErrorActionPreference = 'SilentlyContinue'; $VerbosePreference = 'Continue'; $DebugPreference = 'Inquire'; $ProgressPreference = 'Stop'; $WarningPreference = 'Stop'; $InformationPreference = 'Stop'",
		"strict":          "Set-StrictMode -Version Latest; $OFS = ';'; $global:results = 1; $global:room = 'x'; $global:item = 'y'; $global:change = 'z'",
	} {
		t.Run(name, func(t *testing.T) {
			l.t = t
			l.Restore(start)
			o := l.run(doc, shellRun{Prelude: prelude})
			if whatIf := strings.Contains(prelude, "WhatIf"); whatIf { // it is the script's own, too
				if o.err != nil || !o.result.WhatIf || l.Snapshot() != start {
					t.Errorf("%d %v %+v %s", o.Exit, o.err, o.result, o.Output)
				}
				return
			}
			if strings.Contains(prelude, "Low") { // it asks, and nobody answers
				if o.Exit == 0 || o.err != nil || l.Snapshot() != start || !strings.Contains(o.result.Results[0].Error, "NonInteractive") {
					t.Errorf("%d %v %+v %s", o.Exit, o.err, o.result, o.Output)
				}
				return
			}
			if o.Exit != 0 || o.err != nil || o.result.Summary[exchange.Changed] != 2 {
				t.Errorf("%d %v %+v %s %s", o.Exit, o.err, o.result, o.Error, o.Output)
			}
		})
	}
}

// TestFolders: where no result can be written nothing is changed, and two runs never
// write one file.
func TestFolders(t *testing.T) {
	l := newLab(t, 1)
	doc, start := l.make("set-places", nil), l.Snapshot()
	for _, folder := range []string{"/proc", filepath.Join(t.TempDir(), "a [b] 'c' $(d)")} {
		makes := strings.Contains(folder, "[b]")
		if makes {
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		o := l.run(doc, shellRun{Arguments: map[string]any{"OutputFolder": folder}})
		left, _ := os.ReadDir(folder)
		if changed := l.Snapshot() != start; changed != makes || (o.Exit == 0) != makes || makes && len(left) != 2 {
			t.Errorf("%s: changed %v, exit %d, %v\n%s", folder, changed, o.Exit, left, o.Output)
		}
	}
	second, err := openShell(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = second.Close() })
	folder := t.TempDir()
	done := make(chan error, 2)
	for _, shell := range []*powershell{l.shell, second} {
		script := filepath.Join(t.TempDir(), doc.File)
		if err := os.WriteFile(script, doc.Text, 0o600); err != nil {
			t.Fatal(err)
		}
		go func() {
			_, err := shell.Run(shellRun{Script: script, Arguments: map[string]any{"OutputFolder": folder}, Environment: map[string]string{"ROOMKEY_STANDIN_EXCHANGE": l.url},
				Prelude: "function global:Get-Date { [datetime]'2026-01-02T03:04:05Z' }"})
			done <- err
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if found, _ := filepath.Glob(filepath.Join(folder, "*.result.json")); len(found) != 2 {
		t.Error(found)
	}
}
