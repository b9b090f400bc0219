package exchange_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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

// TestGraphScriptsRun runs the scripts of Graph over HTTP and TLS against the
// simulated tenant, whose new objects are not everywhere at once.
func TestGraphScriptsRun(t *testing.T) {
	sim, err := simulator.Start(t.Context(), simulator.Options{Faults: []string{fault.ReplicationDelay + "=20s"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	t.Setenv("SSL_CERT_FILE", sim.CAFile())
	l := newLab(t, 0)
	account := sim.Account()
	token, err := sim.UserToken(account.AdminUPN, "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All", "User.ReadWrite.All", "Application.Read.All")
	if err != nil {
		t.Fatal(err)
	}
	c := l.to.Connection
	c.Tenant.ID, c.Tenant.Domain, c.ServiceAccount = account.TenantID, account.Domain, "o'brien+booking@"+account.Domain
	c.Application.ClientID, c.Application.ServicePrincipalID, c.Scope.Kind = "", "", "none"
	l.to.Cloud = sim.Cloud()
	l.to.Rooms = []tenant.Room{{DisplayName: "Room", EmailAddress: account.RoomAddress}}
	// Whoever waits, waits in the tenant's own time.
	clock := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		d, _ := time.ParseDuration(r.URL.Path[1:] + "s")
		sim.Advance(d)
	}))
	t.Cleanup(clock.Close)
	env := map[string]string{"ROOMKEY_TEST_CLOCK": clock.URL, "ROOMKEY_STANDIN_GRAPH": sim.Cloud().Graph, "ROOMKEY_STANDIN_TOKEN": token, "ROOMKEY_STANDIN_ACCOUNT": account.AdminUPN}
	run := func(doc exchange.Document, args map[string]any) ran {
		return l.run(doc, cmdlet.Run{Prelude: typed, Arguments: args, Environment: env})
	}
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
		if o.Exit != 1 || !strings.Contains(o.result.Err, "removed again") || strings.Contains(o.Output, "is in the clipboard:") {
			t.Errorf("without a clipboard: %s", o.Output)
		}
	})
}
