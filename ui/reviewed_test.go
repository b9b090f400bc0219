package ui

import (
	"bytes"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// disk gives the files that a person chooses and takes those that are saved.
type disk struct {
	name  string
	data  []byte
	saved map[string][]byte
	full  *problem.Problem
}

func (d *disk) Open(_ []string, got func(string, []byte)) { got(d.name, d.data) }
func (d *disk) Folder(func(string))                       {}
func (d *disk) Save(f page.File, saved func(string, *problem.Problem)) {
	if d.full != nil {
		saved("", d.full)
		return
	}
	if d.saved == nil {
		d.saved = map[string][]byte{}
	}
	d.saved[f.Name] = f.Data
	saved("/home/ada/"+f.Name, nil)
}

// withDisk gives the person files.
func withDisk(p *person) *disk {
	d := &disk{}
	p.shell.env.Files = d
	return d
}

const (
	branding = "Choose name, credential, consent or branding…"
	reviewed = "Have the plan reviewed, or apply a reviewed one…"
	recorded = "Record of what was done…"
)

func TestLogoIsChosenAndJudged(t *testing.T) {
	b := newFake(t)
	p := planned(t, b)
	d := withDisk(p)
	p.press(branding)
	logo := p.field("Logo")
	p.sees("at most 100 KB")
	for name, data := range map[string][]byte{"notes.txt": []byte("nothing"), "large.png": append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 100<<10)...)} {
		d.name, d.data = name, data
		p.press("Choose a file…")
		if logo.Wrong() == "" || logo.Value() != "" || !strings.Contains(logo.Wrong(), "Choose a PNG, JPEG or GIF") {
			t.Errorf("%s says %q, value %q", name, logo.Wrong(), logo.Value())
		}
	}
	d.name, d.data = "logo.png", []byte("\x89PNG\r\n\x1a\n")
	p.press("Choose a file…")
	p.sees("logo.png")
	if logo.Wrong() != "" || p.shell.Page().Frame().Primary().Text == "Apply" {
		t.Fatalf("a good logo says %q, and the old plan is applied with it", logo.Wrong())
	}
	p.press("Create the plan")
	if !bytes.Equal(b.Used.Logo, d.data) {
		t.Fatalf("planned with the logo %q", b.Used.Logo)
	}
	p.press("Remove file")
	p.press("Create the plan")
	if len(b.Used.Logo) != 0 {
		t.Error("the logo was not left out")
	}
	p.field("Credential").SetValue("certificate-4096")
	p.sees("Leave empty for “")
	p.field("Name of the credential").SetValue("Boston")
	p.press("Check again")
	if b.Used.Credential != connection.CredentialCertificate || b.Used.Bits != 4096 || b.Used.CredentialName != "Boston" {
		t.Errorf("planned %s with %d bits", b.Used.Credential, b.Used.Bits)
	}
}

// TestReviewedPlanIsSavedAndApplied: the file goes out, comes back and is what
// Apply gets, with reviewer and ticket.
func TestReviewedPlanIsSavedAndApplied(t *testing.T) {
	b := newFake(t)
	p := planned(t, b)
	d := withDisk(p)
	p.press(reviewed)
	d.full = problem.DeclareFamily("").New("file.not-written", problem.Refused, words.T("The disk is full.")).Fix(words.T("Free space."))
	p.press("Save the plan for review…")
	p.sees("The disk is full.")
	p.sees("Free space.")
	d.full = nil
	p.field("Change ticket").SetValue("CHG-17")
	p.press("Save the plan for review…")
	p.sees("The plan is in /home/ada/New-connection-plan.json.")
	p.missesOut("The disk is full.")
	file := d.saved["New-connection-plan.json"]
	if !bytes.Contains(file, []byte(`"ticket": "CHG-17"`)) || !bytes.Contains(file, []byte(`"digest"`)) {
		t.Fatalf("saved %s", file)
	}
	p.field("Change ticket").SetValue("")

	d.name, d.data = "notes.txt", []byte("nothing")
	p.press("Apply a reviewed plan…")
	p.sees("notes.txt is not a Roomkey plan.")
	b.NoOpen = problem.New(register.CodeStale, words.T("The tenant has changed since the plan was created. Nothing was changed.")).
		With(words.T("Different now: %s", "Redirect URIs, platform Web: none")).Fix(words.T("Look at the new plan, and apply that one."))
	d.name, d.data = "contoso-plan.json", file
	p.press("Apply a reviewed plan…")
	p.sees("Different now: Redirect URIs, platform Web: none")
	p.sees("Look at the new plan, and apply that one.")
	p.missesOut("This is the reviewed plan")

	b.NoOpen = nil
	p.press("Apply a reviewed plan…")
	p.sees("This is the reviewed plan")
	p.missesOut("Different now")
	p.missesOut(branding)
	if got := p.field("Change ticket").Value(); got != "CHG-17" {
		t.Errorf("the ticket of the plan is shown as %q", got)
	}
	p.field("Reviewed by").SetValue("Bea")
	if b.Applied.Load() != 0 {
		t.Fatal("applied before Apply was pressed")
	}
	p.press("Apply")
	p.sees("The application is registered and proven")
	if b.Ran.Reviewer != "Bea" || b.Ran.Ticket != "CHG-17" {
		t.Errorf("applied with %+v", b.Ran)
	}
}

func TestReviewedPlanCanBeLeft(t *testing.T) {
	b := newFake(t)
	p := planned(t, b)
	d := withDisk(p)
	d.name, d.data = "plan.json", []byte(`{"version":1,"digest":"sha256:1","options":{"homePage":"https://rooms.contoso.com"},"items":[]}`)
	p.press(reviewed)
	p.press("Apply a reviewed plan…")
	if b.Used.HomePage != "https://rooms.contoso.com" {
		t.Errorf("compared with %+v", b.Used)
	}
	p.press("Create a plan of my own instead")
	p.missesOut("This is the reviewed plan")
	if b.Used.HomePage != "" {
		t.Errorf("planned with %+v", b.Used)
	}
	p.sees(branding)
}

func TestRecordShowsWhatWasDone(t *testing.T) {
	b := newFake(t)
	p := bare(t, b)
	d := withDisk(p)
	p.press(recorded)
	p.sees("Nothing was done to the tenant yet")
	p.press(recorded) // closed
	p.missesOut("Nothing was done to the tenant yet")

	line := func(r change.Record) {
		r.At, r.Run, r.By = fakeAt, "r1", "ada@contoso.com"
		b.Record = append(b.Record, r)
	}
	line(change.Record{Phase: change.PhaseStart, Verb: "apply", Reviewer: "Bea", Ticket: "CHG-17"})
	for _, phase := range []string{change.PhaseBefore, change.PhaseAfter} {
		r := change.Record{Phase: phase, Step: "application", Title: words.T("App registration: Room booking"), Request: "PATCH /applications"}
		if phase == change.PhaseAfter {
			r.After, r.RequestID = map[string]any{"name": "Room booking"}, "67b9fcc4-7d11"
		} else {
			r.Before = map[string]any{"redirectUris": []string{"https://old.contoso.com"}}
		}
		line(r)
	}
	line(change.Record{Phase: change.PhaseFailed, Step: "consent", Title: words.T("Consent to something"), Code: "graph.Authorization_RequestDenied"})
	line(change.Record{Phase: change.PhaseBefore, Step: "credential", Title: words.T("Client secret: rk-1"), Request: "POST addPassword"})
	p.press(recorded)
	for _, text := range []string{"Apply  ·  ", "did not end", "ada@contoso.com  ·  reviewed by Bea  ·  change ticket CHG-17", "App registration: Room booking",
		"Request ID 67b9fcc4-7d11", "refused: graph.Authorization_RequestDenied", "started; no response was received"} {
		p.sees(text)
	}
	if n := strings.Count(p.reads(), "App registration: Room booking"); n != 1 {
		t.Errorf("the two lines of one call are %d", n)
	}
	p.missesOut("https://old.contoso.com")
	p.press("Before and after")
	p.sees("Before: redirectUris: https://old.contoso.com")
	p.sees("After: name: Room booking")
	p.press("Hide the steps")
	p.missesOut("App registration: Room booking")
	p.press("Show its 3 steps")
	p.press("Save…")
	p.sees("The record is in /home/ada/New-connection-record.json.")
	if len(d.saved) != 1 {
		t.Errorf("saved %v", d.saved)
	}

	b.NoHistory = problem.DeclareFamily("").New("store.journal", problem.Refused, words.T("The record cannot be read.")).Fix(words.T("Check the disk."))
	p.press(recorded)
	p.press(recorded)
	p.sees("The record cannot be read.")
	p.sees("Check the disk.")
}

// TestUndoShowsTheLastSignIn before the name is typed; what is unknown is never
// shown as none.
func TestUndoShowsTheLastSignIn(t *testing.T) {
	b := newFake(t)
	why := problem.DeclareFamily("").New("graph.tenant-without-premium", problem.Refused, words.T("The tenant has no Microsoft Entra ID P1.")).See(words.T("Sign-in logs"), "https://entra.microsoft.com/#view/signins")
	b.InUse = words.T("Something still uses this application.")
	b.LastSignIns = []register.LastSignIn{
		{Kind: "application", State: register.SignInUnknown, Source: words.T("Microsoft's report"), Problem: why},
		{Kind: "user", State: register.SignInUnknown, Source: words.T("Microsoft's log"), Problem: why},
		{Kind: "roomkey", State: register.SignInSeen, At: fakeAt, Source: words.T("Roomkey's record")},
	}
	p := registered(t, b)
	p.press("Undo…")
	for _, text := range []string{"Something still uses this application.", "The application itself", "unknown", "The tenant has no Microsoft Entra ID P1.", "Sign-in logs", "Roomkey, on this computer", "2026-11-22 09:30:00 UTC", "Roomkey's record"} {
		p.sees(text)
	}
	if n := strings.Count(p.reads(), "The tenant has no Microsoft Entra ID P1."); n != 1 {
		t.Errorf("the reason stands %d times", n)
	}
	if primary := p.shell.Page().Frame().Primary(); primary != nil {
		t.Errorf("beside the question stands %q", primary.Text)
	}
	p.field("Change ticket").SetValue("CHG-18")
	p.field("Type the application's name to confirm").SetValue("Room booking")
	p.press("Remove")
	if b.Noted.Ticket != "CHG-18" {
		t.Errorf("undone with %+v", b.Noted)
	}
}

func TestUndoGoesOnWithoutTheSignInLog(t *testing.T) {
	b := newFake(t)
	b.HoldLog = true
	p := registered(t, b)
	p.button("Undo…").OnTapped()
	p.until(func() bool { return strings.Contains(p.reads(), "AuditLog.Read.All") })
	p.press("Stop waiting")
	p.missesOut("Type the application's name to confirm")
	p.press("Undo without looking at the sign-in log")
	p.field("Type the application's name to confirm")
}

func TestRotationTakesItsLifeAndNotes(t *testing.T) {
	b := newFake(t)
	p := registered(t, b)
	p.press("Renew the credential…")
	months := p.field("Lifetime of the new credential in months")
	months.SetValue("soon")
	p.press("Create a credential")
	if months.Wrong() == "" || b.Asked["Rotate"] != 0 {
		t.Fatalf("%q rotated %d times", months.Wrong(), b.Asked["Rotate"])
	}
	months.SetValue("6")
	p.field("Name of the credential").SetValue(strings.Repeat("x", 65))
	p.press("Create a credential")
	if p.field("Name of the credential").Wrong() == "" || b.Asked["Rotate"] != 0 {
		t.Fatal("a credential gets a name that it cannot have")
	}
	p.field("Name of the credential").SetValue("Boston 2")
	p.field("Kind of the new credential").SetValue("certificate-4096")
	p.field("Reviewed by").SetValue("Bea")
	p.press("Create a credential")
	if b.Noted.Months != 6 || b.Noted.Credential != connection.CredentialCertificate || b.Noted.Bits != 4096 || b.Noted.CredentialName != "Boston 2" || b.Noted.Reviewer != "Bea" {
		t.Errorf("rotated with %+v", b.Noted)
	}
}

func TestCertificateIsExported(t *testing.T) {
	b := newFake(t)
	p := registered(t, b)
	p.missesOut("Save the public part…")
	id := p.shell.Connection()
	if err := p.shell.Session().Change(t.Context(), connection.Edit(func(c *connection.Connection) {
		c.Application.Credential = connection.Credential{Kind: connection.CredentialCertificate, Thumbprint: "AB12"}
	})); err != nil {
		t.Fatal(err)
	}
	p.shell.Load("")
	p.rest()
	p.shell.Load(id)
	p.rest()
	d := withDisk(p)
	p.goes(setup.Register)
	p.press("Save the public part…")
	p.sees("The certificate without its private key is in /home/ada/New-connection-certificate.pem")
	if len(d.saved) != 1 {
		t.Errorf("saved %v", d.saved)
	}
}
