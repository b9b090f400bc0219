package exchange_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/simulator/cmdlet"
	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/tenant"
)

// typed answers what a person types; the password is found nowhere afterwards.
const typed = "function global:Start-Sleep { param($Seconds) $null = Invoke-RestMethod -Uri \"$env:ROOMKEY_TEST_CLOCK/$Seconds\" }\n" +
	"function global:Read-Host { param($Prompt, [switch]$AsSecureString) if ($AsSecureString) { return ConvertTo-SecureString -String 'Typed-Secret-1' -AsPlainText -Force }; 'y' }\n" +
	"function global:Set-Clipboard { param($Value) }\nfunction global:Get-Clipboard { '' }\n"

// graphLab is a simulated tenant with a PowerShell whose Graph module speaks to it.
type graphLab struct {
	*lab
	sim   *simulator.Simulator
	env   map[string]string
	token string
}

// newGraphLab starts it; whoever waits, waits in the tenant's own time.
func newGraphLab(t *testing.T, faults ...string) *graphLab {
	t.Helper()
	sim, err := simulator.Start(t.Context(), simulator.Options{Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	t.Setenv("SSL_CERT_FILE", sim.CAFile())
	g := &graphLab{lab: newLab(t, 0), sim: sim}
	account := sim.Account()
	if g.token, err = sim.UserToken(account.AdminUPN, "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All", "User.ReadWrite.All", "Application.Read.All"); err != nil {
		t.Fatal(err)
	}
	c := g.to.Connection
	c.Tenant.ID, c.Tenant.Domain, c.ServiceAccount = account.TenantID, account.Domain, "o'brien+booking@"+account.Domain
	g.to.Cloud = sim.Cloud()
	g.to.Rooms = []tenant.Room{{DisplayName: "Room", EmailAddress: account.RoomAddress}}
	g.limited(false)
	clock := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		d, _ := time.ParseDuration(r.URL.Path[1:] + "s")
		sim.Advance(d)
	}))
	t.Cleanup(clock.Close)
	g.env = map[string]string{"ROOMKEY_TEST_CLOCK": clock.URL, "ROOMKEY_STANDIN_GRAPH": sim.Cloud().Graph, "ROOMKEY_STANDIN_TOKEN": g.token, "ROOMKEY_STANDIN_ACCOUNT": account.AdminUPN, "ROOMKEY_STANDIN_ESCAPES": ""}
	return g
}

// limited makes the connection one whose application is there and limited to its
// rooms, or one that has none yet.
func (g *graphLab) limited(is bool) {
	c := g.to.Connection
	c.Application.ClientID, c.Application.ServicePrincipalID, c.Scope.Kind = "", "", "none"
	if is {
		c.Application.ClientID, c.Scope.Kind = g.sim.Account().ClientID, connection.ScopeRBAC
	}
}

// removal is the script that takes the grant away, on the evidence of a limit that
// was tested three hours ago.
func (g *graphLab) removal() exchange.Document {
	g.t.Helper()
	says := func(who, action, in string) exchange.Outcome {
		return exchange.Outcome{Identity: who, Action: action, Status: exchange.Same, After: map[string]string{"Role": "Application Calendars.ReadWrite", "InScope": in}}
	}
	at := time.Now().UTC().Add(-3 * time.Hour).Truncate(time.Second)
	g.to.Results = []exchange.Result{{Schema: 1, Script: "limit-application", Connection: g.to.Connection.ID, Tenant: g.to.Connection.Tenant.ID, StartedAt: at, FinishedAt: at,
		Results: []exchange.Outcome{says("room@contoso.com", "in scope", "True"), says("ceo@contoso.com", "out of scope", "False")}, Summary: map[string]int{exchange.Same: 2}}}
	return g.make("remove-grant", nil)
}

func (g *graphLab) play(doc exchange.Document, args map[string]any) ran {
	return g.run(doc, shellRun{Prelude: typed, Arguments: args, Environment: g.env})
}

// TestGraphScriptsRun runs the scripts of Graph over HTTP and TLS against the
// simulated tenant, whose new objects are not everywhere at once.
func TestGraphScriptsRun(t *testing.T) {
	l := newGraphLab(t, fault.ReplicationDelay+"=20s")
	env, token, run := l.env, l.token, l.play
	for _, name := range []string{"register-application", "service-account", "block-room-sign-in"} {
		for _, escapes := range []string{"", "1"} { // some versions of the module escape an address once more
			env["ROOMKEY_STANDIN_ESCAPES"] = escapes
			t.Run(name+escapes, func(t *testing.T) {
				l.t = t
				doc := l.make(name, nil)
				for _, args := range []map[string]any{{"WhatIf": true}, nil, nil} {
					o := run(doc, args)
					if o.Exit != 0 || o.err != nil || o.result.Summary[exchange.Failed] > 0 || len(o.result.Results) == 0 {
						t.Fatalf("%v: %d %v %s %s", args, o.Exit, o.err, o.Output, o.Error)
					}
					for _, text := range []string{o.Output, o.transcript} {
						if strings.Contains(text, "Typed-Secret-1") || strings.Contains(text, token) {
							t.Error("a secret is shown")
						}
					}
				}
				if o := run(doc, nil); o.result.Summary[exchange.Changed] > 0 {
					t.Errorf("again: %s", o.Output)
				}
			})
		}
	}
	t.Run("secret", func(t *testing.T) {
		l.t = t
		o := run(l.make("register-application", nil), map[string]any{"NewSecret": true})
		if o.Exit != 1 || !strings.Contains(o.result.Err, "so the new secret was removed") || strings.Contains(o.Output, "is in the clipboard:") {
			t.Errorf("without a clipboard: %s", o.Output)
		}
		// A secret that cannot be removed either is named.
		between := &stumble{graph: l.sim.Cloud().Graph, client: trusting(t, l.sim.CAFile())}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/removePassword") {
				between.set(cmdlet.Down, 0, false)
			}
			between.ServeHTTP(w, r)
		}))
		defer server.Close()
		env["ROOMKEY_STANDIN_GRAPH"] = server.URL
		o = run(l.make("register-application", nil), map[string]any{"NewSecret": true})
		last := o.result.Results[len(o.result.Results)-1]
		if o.Exit != 1 || strings.Contains(o.result.Err, "was removed") || last.Action != "client secret" || last.Status != exchange.Changed || !strings.Contains(o.result.Err, last.After["KeyId"]) {
			t.Errorf("the secret stays: %+v %s", last, o.Output)
		}
	})
}
