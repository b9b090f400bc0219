package exchange_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/simulator/cmdlet"
)

// TestScriptsMeetFaults lets every script of Exchange and Places, those that only look
// included, meet each fault at its first call, in its middle and at its last: what time
// mends is got over by waiting as told, and the rest is named.
func TestScriptsMeetFaults(t *testing.T) {
	writing, reading := cases()
	for _, name := range slices.Concat(writing, reading) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, 4)
			doc := l.doc(name)
			start := l.Snapshot()
			o := l.run(doc, shellRun{Prelude: quick})
			calls := slices.DeleteFunc(l.Calls(), func(c cmdlet.Call) bool { return c.Name == "Connect" })
			if !o.result.Complete() || len(calls) == 0 {
				t.Fatalf("plain: %s", o.Output)
			}
			after, sum := l.state(), o.result.Summary
			for _, f := range []cmdlet.Fault{
				{Kind: cmdlet.Throttled, Times: 1, Wait: 7}, {Kind: cmdlet.Busy, Times: 1, Wait: 7}, {Kind: cmdlet.Lost, Times: 1}, {Kind: cmdlet.Down, Times: 1}, {Kind: cmdlet.Expired},
				{Kind: cmdlet.Denied}, {Kind: cmdlet.Down},
			} {
				places := []int{0, len(calls) / 2, len(calls) - 1}
				if changes := changing(calls); changes > 0 {
					places = append(places, slices.IndexFunc(calls, func(c cmdlet.Call) bool { return c.Changes }))
				}
				slices.Sort(places)
				if os.Getenv("ROOMKEY_EVERY_KILL") == "" {
					places = []int{len(calls) / 2}
				}
				for _, at := range slices.Compact(places) {
					what := fmt.Sprintf("%s (%d times) at %d of %d, %s", f.Kind, f.Times, at, len(calls), calls[at].Name)
					l.Restore(start)
					f.After = at
					l.Fail(f)
					o := l.run(doc, shellRun{Prelude: quick})
					met := l.Calls()
					code := ""
					if all := o.result.Reasons(); len(all) > 0 {
						code = all[0].Code.String()
					}
					if f.Times == 1 || f.Kind == cmdlet.Expired {
						if o.Exit != 0 || o.err != nil || l.state() != after || f.Kind != cmdlet.Lost && fmt.Sprint(o.result.Summary) != fmt.Sprint(sum) {
							t.Errorf("%s is not got over: %d %v %s", what, o.Exit, o.err, o.Output)
						}
						if f.Kind == cmdlet.Throttled && !strings.Contains(o.Output, "slept 7") || f.Kind == cmdlet.Busy && !strings.Contains(o.Output, "slept 8") {
							t.Errorf("%s: not as long as told: %s", what, o.Output)
						}
						told := f.Kind == cmdlet.Throttled || f.Kind == cmdlet.Busy
						quoted := map[cmdlet.FaultKind]string{cmdlet.Down: "503 (Service Unavailable)", cmdlet.Expired: "401 (Unauthorized)"}[f.Kind]
						if strings.Contains(o.Output, "asks to wait") != told || f.Kind != cmdlet.Lost && !strings.Contains(o.Output, quoted) {
							t.Errorf("%s: it does not say what happened: %s", what, o.Output)
						}
					} else if want := map[cmdlet.FaultKind]string{cmdlet.Denied: "script.denied", cmdlet.Down: "script.unavailable"}[f.Kind]; o.Exit == 0 || o.err != nil || o.result.Complete() || code != want || len(met)-at > 12 {
						t.Errorf("%s: %s after %d more calls, not %s: %d %v %s", what, code, len(met)-at, want, o.Exit, o.err, o.Output)
					}
					if f.Times == 0 {
						l.Fail()
						if o := l.run(doc, shellRun{Prelude: quick}); o.Exit != 0 || l.state() != after {
							t.Errorf("%s: one more run does not heal it: %s", what, o.Output)
						}
					}
				}
			}
			if len(reading) > 0 && slices.Contains(reading, name) && l.Snapshot() != start {
				t.Error("a script that only looks changed something")
			}
		})
	}
}

// TestAWaitTooLong: a wait that nobody would sit through, or that no number holds, is
// not taken up, and the reason is still the throttling.
func TestAWaitTooLong(t *testing.T) {
	l := newLab(t, 1)
	for _, kind := range []cmdlet.FaultKind{cmdlet.Throttled, cmdlet.Busy} {
		l.Fail(cmdlet.Fault{Kind: kind, Wait: 99_999_999_999})
		o := l.run(l.make("set-places", nil), shellRun{Prelude: quick})
		if all := o.result.Reasons(); o.Exit == 0 || strings.Contains(o.Output, "slept") || len(all) == 0 || all[0].Code.String() != "script.throttled" {
			t.Errorf("%s: %v %s", kind, all, o.Output)
		}
	}
}

// TestScriptsMeetTenants runs every script in tenants and sessions as they differ: new
// objects that are not everywhere at once, a naming policy, values of other shapes, a
// broker that fails, a caller's own settings, a folder where nothing can be written.
func TestScriptsMeetTenants(t *testing.T) {
	writing, reading := cases()
	const callers = "$global:PSDefaultParameterValues = @{ '*:ErrorAction' = 'SilentlyContinue'; '*:Debug' = $true; '*:Identity' = 'x'; '*:Filter' = 'x' };"
	broker := map[string]string{"ROOMKEY_STANDIN_SIGNIN_ERROR": "A window handle must be configured (WAM)."}
	for _, name := range slices.Concat(writing, reading) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, 4)
			doc := l.doc(name)
			start := l.Snapshot()
			if o := l.run(doc, shellRun{Prelude: quick}); !o.result.Complete() {
				t.Fatalf("plain: %s", o.Output)
			}
			after := l.state()
			for what, c := range map[string]struct {
				run     shellRun
				prepare func()
				code    string // why it stops, "" when it goes through
				looks   bool   // it changes nothing
			}{
				"new objects":   {prepare: func() { l.Lag = 2 }},
				"naming policy": {prepare: func() { l.NamingPrefix, l.Missing = "GRP ", []string{"New-DistributionGroup.IgnoreNamingPolicy"} }},
				"text":          {run: shellRun{Environment: map[string]string{"ROOMKEY_STANDIN_SHAPE": "plain"}}},
				"objects":       {run: shellRun{Environment: map[string]string{"ROOMKEY_STANDIN_SHAPE": "objects"}}},
				"strict":        {run: shellRun{Prelude: callers + "Set-StrictMode -Version Latest; $global:ErrorActionPreference = 'SilentlyContinue'; $OFS = ';'"}},
				"constrained":   {run: shellRun{Constrained: true, Prelude: "Import-Module ExchangeOnlineManagement, MicrosoftPlaces; "}},
				"what if":       {run: shellRun{Prelude: "$global:PSDefaultParameterValues = @{ '*:WhatIf' = $true; '*:ErrorAction' = 'SilentlyContinue'; '*:Debug' = $true };"}, looks: true},
				"broker":        {run: shellRun{Environment: broker}, code: "script.broker", looks: true},
				"no broker":     {run: shellRun{Environment: broker, Arguments: map[string]any{"NoBroker": true}}},
				"no folder":     {run: shellRun{Arguments: map[string]any{"OutputFolder": "/proc"}}, code: "no folder", looks: true},
				"other tenant":  {prepare: func() { l.Tenant = "00000000-0f5d-4b6a-9c3e-7d8f9a0b1c2d" }, code: "exchange.script-failed", looks: true},
			} {
				if places := strings.HasPrefix(name, "places-"); places && (strings.HasSuffix(what, "broker") || what == "other tenant") {
					continue // its module has neither
				}
				l.Restore(start)
				l.Tenant, l.Missing, l.NamingPrefix, l.Lag = tenantOf, nil, "", 0
				if c.prepare != nil {
					c.prepare()
				}
				env := map[string]string{"ROOMKEY_STANDIN_SIGNIN_ERROR": "", "ROOMKEY_STANDIN_SHAPE": ""}
				maps.Copy(env, c.run.Environment)
				c.run.Environment, c.run.Prelude = env, quick+c.run.Prelude
				o := l.run(doc, c.run)
				changes := changing(l.Calls())
				code := ""
				if p := o.result.Stopped(); p != nil {
					code = p.Code.String()
				}
				switch {
				case c.code == "no folder":
					if o.Exit == 0 || l.Snapshot() != start {
						t.Errorf("%s: %d %s", what, o.Exit, o.Output)
					}
					continue
				case o.err != nil || code != c.code || (o.Exit == 0) != (c.code == ""):
					t.Errorf("%s: %s, not %s, exit %d, %v: %s %s", what, code, c.code, o.Exit, o.err, o.Output, o.Error)
				case c.looks && (l.Snapshot() != start || changes > 0):
					t.Errorf("%s: it changed something: %s", what, o.Output)
				case !c.looks && what != "naming policy" && l.state() != after:
					t.Errorf("%s: it ends elsewhere: %s", what, o.Output)
				}
				if c.looks {
					continue
				}
				again := c.run
				again.Prelude = quick + again.Prelude
				if o := l.run(doc, again); o.Exit != 0 || o.result.Summary[exchange.Changed] > 0 || changing(l.Calls()) > 0 {
					t.Errorf("%s: a second run changes something: %d %s", what, o.Exit, o.Output)
				}
			}
		})
	}
}
