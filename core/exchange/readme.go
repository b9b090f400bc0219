package exchange

import (
	"errors"
	"fmt"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
)

// readme is for the colleague who runs the scripts.
func readme(t Target, docs []Document, waiting []string) string {
	var b strings.Builder
	c := t.Connection
	fmt.Fprintf(&b, `%s: scripts for Microsoft 365
%s

Tenant:  %s (%s)
Cloud:   %s
Product: %s
Created: %s

Each script checks the tenant first and stops before it changes anything if it is not the
one above. You can run each script again at any time: it changes only what is not set yet.

How to start a script
---------------------
Use Windows PowerShell 5.1 or PowerShell 7. First see what the script would do:

    powershell.exe -NoProfile -ExecutionPolicy RemoteSigned -File .\%s -WhatIf

Then run it without -WhatIf. The command sets the execution policy for this process only; do
not change it for the whole computer. If you got the files by mail or download, unblock them:

    Get-ChildItem *.ps1 | Unblock-File

If only signed scripts can run (AllSigned), sign them with your own code-signing certificate
and start them with -ExecutionPolicy AllSigned:

    $certificate = Get-ChildItem Cert:\CurrentUser\My -CodeSigningCert | Select-Object -First 1
    Get-ChildItem *.ps1 | Set-AuthenticodeSignature -Certificate $certificate

Then start the Exchange scripts with -SigningThumbprint and the thumbprint of that
certificate, because the module that Connect-ExchangeOnline creates must be signed too.

The scripts run in Constrained Language Mode if the modules ExchangeOnlineManagement and
Microsoft.Graph.Authentication are allowed.

Run Exchange scripts and Microsoft Graph scripts in separate PowerShell windows: their modules
load conflicting libraries.

When you sign in to Microsoft Graph PowerShell, your consent for the application Microsoft
Graph Command Line Tools stays in the tenant, even with -WhatIf. Remove it in the Entra admin
center under Enterprise applications, or start the Graph scripts with -ClientId and the ID of
your own public client application. If the sign-in through the Windows account broker fails,
start the script with -NoBroker.

-Room ADDRESS,ADDRESS limits a script that goes room by room to these rooms. If a script is
interrupted, run it again: it continues with what is left.

The sign-in opens a browser. Activate roles from Privileged Identity Management first. No
script contains or asks for an administrator's password.

When you are done, return the files that end in .result.json and the CSV files to Roomkey.

The scripts
-----------
`, problem.Line(c.Name), strings.Repeat("=", 40), problem.Line(strings.TrimSpace(c.Tenant.DisplayName+" "+c.Tenant.Domain)), c.Tenant.ID, t.Cloud.Name, t.Product.Name,
		t.Now.UTC().Format("2006-01-02 15:04 UTC"), docs[0].File)
	last := ""
	for _, d := range docs {
		s, _ := find(d.Name)
		if s.Platform != last {
			fmt.Fprintf(&b, "\n--- Open a new PowerShell window for these (%s) ---\n", map[string]string{"exchange": "Exchange Online", "graph": "Microsoft Graph", "places": "Microsoft Places"}[s.Platform])
			last = s.Platform
		}
		fmt.Fprintf(&b, "\n%s\n    %s\n    Changes: %s\n    Who:     %s\n    Effect:  %s\n    Undo:    %s\n", d.File, string(s.Title), string(s.Changes), string(s.Role), string(s.Takes), string(s.Undo))
		if fields := s.Fields().String(); fields != "" {
			fmt.Fprintf(&b, "    Fields:  roomkeyctl script show %s --set NAME=VALUE, with %s\n", s.Name, fields)
		}
		if s.Reads {
			b.WriteString("    Next:    run it, then return its result file and CSV to Roomkey\n")
		} else {
			b.WriteString("    Next:    run it with -WhatIf, then without, then return its result file to Roomkey\n")
		}
		for _, w := range d.Warnings {
			fmt.Fprintf(&b, "    Note:    %s\n", problem.Line(w.String()))
		}
	}
	if len(waiting) > 0 {
		fmt.Fprintf(&b, "\nNot created yet\n---------------\n%s\n", strings.Join(waiting, "\n"))
	}
	b.WriteString(schedule)
	return b.String()
}

// schedule is how to set up rooms that are created later.
const schedule = `

Rooms that are created later
----------------------------
Run the calendar-processing script again with -AllRooms. It includes the room mailboxes that
are not in its list and changes only those that differ. Their meeting subjects stay hidden
until you choose these rooms in Roomkey.

A scheduled task runs without a sign-in. Register an application with the permission
Exchange.ManageAsApp (Office 365 Exchange Online), assign the role Exchange Recipient
Administrator to its enterprise application, put its certificate in the certificate store of
the account that runs the task, and have Task Scheduler start this every night:

    powershell.exe -NoProfile -ExecutionPolicy RemoteSigned -File C:\Path\calendar-processing.ps1 -AllRooms -AutomationAppId ID -AutomationThumbprint THUMBPRINT -AutomationOrganization NAME.onmicrosoft.com

Install the module for that account first. The exit code is 1 if a room failed. A certificate
that cannot be exported is safer than a password in a task.
`

// checklist is what to tick off.
func checklist(docs []Document) string {
	var b strings.Builder
	b.WriteString("Checklist\n=========\n")
	for _, d := range docs {
		s, _ := find(d.Name)
		if strings.HasSuffix(d.Name, "-undo") || d.Name == "restore-grant" {
			fmt.Fprintf(&b, "\n%s  (only to undo)\n", d.File)
			continue
		}
		fmt.Fprintf(&b, "\n%s  %s\n", d.File, s.Title)
		if !s.Reads {
			b.WriteString("  [ ] previewed with -WhatIf\n")
		}
		b.WriteString("  [ ] run on ____________ by ____________\n  [ ] 0 failed\n  [ ] result file returned to Roomkey\n")
		if !s.Reads {
			fmt.Fprintf(&b, "  [ ] waited: %s\n  [ ] tested again in Roomkey\n", string(s.Takes))
		}
	}
	return b.String()
}

// plainError is what a person reads of an error.
func plainError(err error) string {
	var p *problem.Problem
	if !errors.As(err, &p) {
		return err.Error()
	}
	parts := []string{problem.Line(p.Title.String())}
	for _, r := range p.Remedies {
		parts = append(parts, problem.Line(r.String()))
	}
	return strings.Join(parts, " ")
}
