package fake

import (
	"context"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// Returned is what came back of scripts.
type Returned struct {
	// Simulated is whether there is a colleague who runs scripts.
	Simulated bool
	kept      string
	back      page.Readback
}

func (b *backend) compare(doc *page.Document) {
	doc.Data = []byte("\ufeff" + strings.ReplaceAll(doc.Text, "\n", "\r\n"))
	switch b.kept {
	case "":
		return
	case string(doc.Data):
	default:
		doc.Diff = "--- before\n+++ now\n@@ -1,2 +1,2 @@\n-# Calendar processing\n+# Only two rooms\n param([switch]$WhatIf)\n"
	}
	doc.Last = At
}

func (b *backend) KeepScript(_ context.Context, _, _ string, data []byte) error {
	defer b.ask("KeepScript")()
	b.kept = string(data)
	return nil
}

func (b *backend) ImportResult(context.Context, string, []byte, string) (page.ScriptResult, error) {
	defer b.ask("ImportResult")()
	r := page.ScriptResult{Script: "calendar-processing", Title: words.T("Calendar processing of the chosen rooms"), At: At, Done: 11, Failed: 1,
		Rows: []page.ResultRow{{Object: "room003@contoso.com", Status: "failed", Message: "not found" + b.Hostile}}}
	limit := page.ScriptResult{Script: "limit-application", Title: words.T("Limit the application"), At: At.Add(-time.Minute), Settles: At.Add(2 * time.Hour), Done: 3,
		Reach: words.T("The limit of the application: %s.", "in scope for room001@contoso.com, not in scope for ceo@contoso.com")}
	b.back.Results = []page.ScriptResult{limit, r}
	return r, nil
}

func (b *backend) ImportProcessing(context.Context, string, []byte, string) (page.Processing, error) {
	defer b.ask("ImportProcessing")()
	b.back.Processing = page.Processing{At: At.Add(-time.Hour), Rooms: []page.RoomProcessing{
		{Room: "room001@contoso.com", Line: 2, Differences: []page.Difference{{Name: words.Plain("DeleteSubject"), Old: "True", New: "False"}, {Name: words.Plain("ResourceDelegates"), Old: "ada@contoso.com" + b.Hostile}}},
		{Room: "room003@contoso.com", Line: 3},
		{Line: 4, Wrong: words.T("Line 4: BookingWindowInDays is no number in its range.")},
	}}
	return b.back.Processing, nil
}

func (b *backend) Readback(context.Context, string) (page.Readback, error) {
	defer b.ask("Readback")()
	back := b.back
	back.Simulated = b.Simulated
	return back, nil
}

func (b *backend) Colleague(ctx context.Context, id, _ string, _ map[string]string) (page.ScriptResult, error) {
	b.ask("Colleague")()
	return b.ImportResult(ctx, id, nil, "")
}

func (b *backend) Scripts(context.Context, string) ([]page.Script, error) {
	defer b.ask("Scripts")()
	return []page.Script{{Name: "calendar-processing", Title: words.T("Calendar processing of the chosen rooms"),
		Changes: words.T("How the chosen room mailboxes answer invitations and what they keep of them."), Role: words.T("Exchange administrator"),
		Effect: words.T("At once."), Undo: words.T("Run the undo script with the CSV that this one writes."),
		Parameters: []page.Parameter{
			{Name: "only", Title: words.T("Only these rooms"), Kind: page.KindRooms, Help: words.T("Empty for all chosen rooms.")},
			{Name: "DeleteSubject", Title: words.T("Delete the subject"), Kind: page.KindSwitch, Default: "false", Help: words.T("Off, so that the booking server can show what a meeting is called.")},
			{Name: "BookingWindowInDays", Title: words.T("Booking window in days"), Kind: page.KindNumber, Default: "180", Help: words.T("0 to 1080.")},
		}}}, nil
}

func (b *backend) Script(_ context.Context, _, name string, values map[string]string) (page.Document, error) {
	defer b.ask("Script")()
	if values["BookingWindowInDays"] == "9999" {
		return page.Document{}, page.FieldErrors{"BookingWindowInDays": words.T("This is more than 1080 days.")}
	}
	text := "# Calendar processing\nparam([switch]$WhatIf)\n$rooms = @('room001@contoso.com'" + b.Hostile + ")\nforeach ($room in $rooms) {\n    try {\n        Set-CalendarProcessing -Identity $room -DeleteSubject $false -WhatIf:$WhatIf\n    } catch { Write-Warning $_ }\n}\n"
	if only := values["only"]; only != "" {
		text = "# Only " + strings.ReplaceAll(only, "\n", ", ") + "\n" + text
	}
	doc := page.Document{Name: name + ".ps1", Text: text, Explains: []words.Text{words.T("Connects to Exchange Online with your sign-in."), words.T("Saves what the rooms have today."), words.T("Changes one room at a time.")},
		HowToRun: []problem.Remedy{{Text: words.T("In PowerShell 7, in the folder of the script:"), Command: "pwsh -ExecutionPolicy RemoteSigned -File .\\calendar-processing.ps1 -WhatIf"}}}
	b.compare(&doc)
	return doc, nil
}

func (b *backend) SaveScripts(_ context.Context, _, folder string, _ []string) ([]string, error) {
	return []string{folder + "/01-calendar-processing.ps1", folder + "/README.md"}, nil
}
