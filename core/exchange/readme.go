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
Made:    %s

Each script compares the tenant with the one above and stops before it changes anything
when it is another one. Each can be run again at any time: what is already as it should
be is left alone.

How to start a script
---------------------
In Windows PowerShell 5.1 or PowerShell 7. First look what it would do:

    powershell.exe -NoProfile -ExecutionPolicy RemoteSigned -File .\%s -WhatIf

Then without -WhatIf. That sets the execution policy for this one process; never change it
for the whole machine. If the files came by mail or download: Get-ChildItem *.ps1 | Unblock-File

Where only signed scripts may run (AllSigned), sign them with your own code-signing
certificate and start them with -ExecutionPolicy AllSigned:

    $certificate = Get-ChildItem Cert:\CurrentUser\My -CodeSigningCert | Select-Object -First 1
    Get-ChildItem *.ps1 | Set-AuthenticodeSignature -Certificate $certificate

Scripts for Exchange then also take -SigningThumbprint and the thumbprint of that
certificate, because Connect-ExchangeOnline makes a module that has to be signed too.

In Constrained Language Mode the scripts use nothing that is forbidden there, but the
modules ExchangeOnlineManagement and Microsoft.Graph.Authentication have to be allowed.

Scripts for Exchange and scripts for Microsoft Graph each need a PowerShell window of their
own: their modules bring libraries that do not go together.

Signing in to Microsoft Graph PowerShell leaves a consent for the application Microsoft Graph
Command Line Tools in the tenant, even with -WhatIf. Remove it in the Entra admin center under
Enterprise applications, or start the Graph scripts with -ClientId and the ID of a public
client application of your own. If the sign-in through Windows' account broker fails, start
the script with -NoBroker.

-Room ADDRESS,ADDRESS limits a run to some of the rooms. A script that was stopped goes on
where it stopped when it is run again.

The sign-in opens a browser. A role from Privileged Identity Management has to be activated
before. No script holds or asks for a password of an administrator.

Bring back to Roomkey the files that end in .result.json, and the CSVs.

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
		fmt.Fprintf(&b, "\n%s\n    %s\n    Changes: %s\n    Who:     %s\n    Takes:   %s\n    Undo:    %s\n", d.File, s.Title, s.Changes, s.Role, s.Takes, s.Undo)
		if fields := s.Fields(); fields != "" {
			fmt.Fprintf(&b, "    Fields:  roomkeyctl script show %s --set NAME=VALUE, with %s\n", s.Name, fields)
		}
		if s.Reads {
			b.WriteString("    Next:    run it, then bring its result file and CSV back to Roomkey\n")
		} else {
			b.WriteString("    Next:    run it with -WhatIf, then without, then bring its result file back to Roomkey\n")
		}
		for _, w := range d.Warnings {
			fmt.Fprintf(&b, "    Mind:    %s\n", problem.Line(w.String()))
		}
	}
	if len(waiting) > 0 {
		fmt.Fprintf(&b, "\nNot made yet\n------------\n%s\n", strings.Join(waiting, "\n"))
	}
	b.WriteString(schedule)
	return b.String()
}

// schedule says how rooms that are made later get the same treatment.
const schedule = `

Rooms that are made later
-------------------------
Run the calendar-processing script again with -AllRooms: it also takes the room mailboxes
that are not in its list, and changes only those that differ. What is discussed in them
stays hidden until they are chosen for it in Roomkey.

On a schedule nobody can sign in. Register an application of your own with the permission
Exchange.ManageAsApp (Office 365 Exchange Online), give its enterprise application the role
Exchange Recipient Administrator, put its certificate into the certificate store of the
account that runs the task, and let the Task Scheduler start each night:

    powershell.exe -NoProfile -ExecutionPolicy RemoteSigned -File C:\Path\calendar-processing.ps1 -AllRooms -AutomationAppId ID -AutomationThumbprint THUMBPRINT -AutomationOrganization NAME.onmicrosoft.com

The module has to be installed for that account beforehand. The exit code is 1 when a room
failed. A certificate that is stored without export is safer than a password in a task.
`

// checklist is what to tick.
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
			b.WriteString("  [ ] looked at with -WhatIf\n")
		}
		b.WriteString("  [ ] run on ____________ by ____________\n  [ ] 0 failed\n  [ ] result file brought back to Roomkey\n")
		if !s.Reads {
			fmt.Fprintf(&b, "  [ ] waited: %s\n  [ ] checked again in Roomkey\n", s.Takes)
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
