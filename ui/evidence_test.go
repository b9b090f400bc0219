package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// puts types a value into a field as a person would.
func (p *person) puts(label, value string) {
	p.t.Helper()
	f := p.field(label)
	f.SetValue(value)
	if f.OnChanged != nil {
		f.OnChanged(value)
	}
	p.rest()
}

func TestATestWritesOnlyAfterAYes(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	p.goes(setup.Prove)
	p.press("Options for the next test")
	p.puts("Book a room, then cancel the booking", "true")
	p.sees("The test booking may leave a trace in mail")
	p.press("Test the connection")
	if p.field("Organizer's mailbox").Wrong() == "" || p.field("Room").Wrong() == "" || b.Asked["Check"] != 0 {
		t.Fatalf("tested without organizer and room: %d runs", b.Asked["Check"])
	}
	p.puts("Organizer's mailbox", "ada@contoso.com")
	p.puts("Room", "room003@contoso.com")
	b.NoTime = problem.DeclareFamily("").New("booking.no-free-time", problem.Refused, words.T("The room has no free quarter of an hour.")).Fix(words.T("Name another room."))
	p.press("Test the connection")
	p.sees("The room has no free quarter of an hour.")
	b.NoTime = nil
	p.press("Test the connection")
	p.sees(fakeAt.Format("Mon 2006-01-02 15:04-") + fakeAt.Add(15*time.Minute).Format("15:04 ("))
	p.sees("This test writes to the tenant. Continue?")
	p.sees("ada@contoso.com invites room003@contoso.com")
	p.press("Not now")
	if b.Asked["Check"] != 0 {
		t.Fatal("tested after a no")
	}
	p.press("Test the connection")
	p.press("Test, and remove it again")
	want := check.Options{Organizer: "ada@contoso.com", TestRoom: "room003@contoso.com", BookingAt: fakeAt}
	if len(b.Options) != 1 || b.Options[0].Organizer != want.Organizer || b.Options[0].TestRoom != want.TestRoom || !b.Options[0].BookingAt.Equal(want.BookingAt) || !b.Options[0].AllowWrites || !b.Options[0].NoSubscription {
		t.Fatalf("the run got %+v", b.Options)
	}
	p.press("Test again")
	if last := b.Options[len(b.Options)-1]; last.AllowWrites || last.Organizer != "" {
		t.Errorf("the yes of one run was kept for the next: %+v", last)
	}
}

// TestWhatNeedsSignInIsOneLine: its button leads to the sign-in.
func TestWhatNeedsSignInIsOneLine(t *testing.T) {
	b := newFake(t)
	b.Unsigned = []string{check.Declared, check.Consented, check.KeyMatch}
	p := simulated(t, b)
	p.goes(setup.Prove)
	p.press("Test the connection")
	p.sees("Sign in to check 3 more")
	p.sees("Not tested: application.declared; application.consented; credential.match.")
	p.missesOut("Skipped: Only an administrator's sign-in")
	p.press("Sign in")
	if p.shell.Route() != setup.Register {
		t.Errorf("the button leads to %s", p.shell.Route())
	}
}

func TestOutOfReachIsAnAddress(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	p.goes(setup.Prove)
	p.press("Options for the next test")
	p.puts("Mailbox that must be out of reach", "the boss")
	p.press("Test the connection")
	if p.field("Mailbox that must be out of reach").Wrong() == "" || b.Asked["Check"] != 0 {
		t.Fatal("a typing error was tested")
	}
	p.puts("Mailbox that must be out of reach", " ceo@contoso.com ")
	p.press("Test the connection")
	if b.Options[0].OutOfReach != "ceo@contoso.com" {
		t.Errorf("the run got %+v", b.Options[0])
	}
}

func TestLeftoversAreNamedAndRemoved(t *testing.T) {
	b := newFake(t)
	b.Left = []check.Trace{{Kind: "event", Room: "room001@contoso.com", Mailbox: "ada@contoso.com", At: fakeAt}}
	p := simulated(t, b)
	p.goes(setup.Prove)
	p.sees("An interrupted test may have left something")
	p.sees("A test booking of room001@contoso.com by ada@contoso.com, created ")
	p.press("Clean up")
	p.sees("Removed: 1.")
	p.missesOut("A test booking of room001@contoso.com")
}

func TestOneCheckIsTriedUntilItPasses(t *testing.T) {
	b := newFake(t)
	b.Fails = problem.DeclareFamily("").New("entra.AADSTS7000222", problem.Refused, words.T("The client secret has expired.")).Fix(words.T("Make a new one."))
	b.Mended = 3
	p := simulated(t, b)
	p.goes(setup.Prove)
	p.press("Test the connection")
	p.sees("Tested from this computer")
	p.missesOut("Proven from")
	p.sees("Listing rooms: will not work")
	p.shell.Page().(*page.Prove).Every = time.Millisecond
	p.press("Repeat this test until it passes")
	if n := len(b.Options); n != 4 || len(b.Options[3].Only) != 1 || b.Options[3].Only[0] != check.Token {
		t.Fatalf("%d runs, the last %+v", n, b.Options[n-1])
	}
	p.sees("The application gets a token: this passes now.")
	p.missesOut("It works.") // one check is no verdict
	p.press("Test again")
	p.sees("It works.")
	p.sees("3 better, 0 worse")
	p.sees("better: The application gets a token (passes, was fails)")
}

func TestTryingAgainCanBeCancelled(t *testing.T) {
	b := newFake(t)
	b.Fails = problem.DeclareFamily("").New("entra.AADSTS7000222", problem.Refused, words.T("The client secret has expired.")).Fix(words.T("Make a new one."))
	b.Mended = 1000
	p := simulated(t, b)
	p.goes(setup.Prove)
	p.press("Test the connection")
	p.shell.Page().(*page.Prove).Every = time.Hour
	p.button("Repeat this test until it passes").OnTapped()
	p.until(func() bool { return strings.Contains(p.reads(), "Not yet") })
	p.press("Cancel")
	p.sees("Stopped. It has not passed yet.")
	p.missesOut("this passes now")
	if p.button("Test again").Disabled() {
		t.Error("nothing can be tested any more")
	}
}

// saves keeps what is saved instead of asking where.
type saves struct {
	none
	files []page.File
}

func (s *saves) Save(f page.File, done func(string, *problem.Problem)) {
	s.files = append(s.files, f)
	done("/home/ada/"+f.Name, nil)
}

func TestReportComesInThreeForms(t *testing.T) {
	p := simulated(t, newFake(t))
	files := &saves{}
	p.shell.env.Files = files
	p.goes(setup.Prove)
	p.press("Test the connection")
	for button, name := range map[string]string{"Web page (.html)": "Contoso-simulated-report.html", "JSON (.json)": "Contoso-simulated-report.json", "Support bundle (.zip)": "Contoso-simulated-support.zip"} {
		p.press("Save report…")
		p.press(button)
		if got := files.files[len(files.files)-1].Name; got != name {
			t.Errorf("%s saves %s", button, got)
		}
		p.sees("Saved to /home/ada/" + name)
	}
}

func TestFirewallListIsCopied(t *testing.T) {
	p := simulated(t, newFake(t))
	p.goes(setup.Prove)
	p.press("Test the connection")
	p.sees("Booking rooms: unproven")
	p.press("Copy the list")
	for _, want := range []string{"Outbound\tlogin.microsoftonline.com\tTCP 443\t", "Inbound\trooms.contoso.com\tTCP 443\t"} {
		if !strings.Contains(p.clip.Content(), want) {
			t.Errorf("%q is not in %q", want, p.clip.Content())
		}
	}
}

func TestADroppedCSVLimitsTheScript(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	p.goes(setup.Describe) // the file is for another page
	p.shell.Take("today.csv", []byte("Tenant,Room\n"))
	p.rest()
	if p.shell.Route() != setup.Restrict || b.Asked["ReadProcessing"] != 1 {
		t.Fatalf("at %s, read %d times", p.shell.Route(), b.Asked["ReadProcessing"])
	}
	p.sees("Not as the product needs them: 1 of 2 rooms")
	p.sees("ResourceDelegates")
	p.missesOut("A script changed rooms after this was read")
	p.sees("Line 4: BookingWindowInDays is not a number in its range.")
	p.press("Write the script for these rooms only")
	p.settings()
	if got := p.field("Only these rooms").Value(); got != "room001@contoso.com" {
		t.Errorf("the script is for %q", got)
	}
	p.shell.Take("result.json", []byte("{}"))
	p.rest()
	p.shell.Page().(*page.Restrict).View(page.ViewProcessing)
	p.sees("A script changed rooms after this was read")
	p.press("Write the script for these rooms only")
	p.settings()
	p.puts("Only the rooms that differ (1)", "false")
	if got := p.field("Only these rooms").Value(); got != "" {
		t.Errorf("after no, the script is for %q", got)
	}
}

func TestResultsSayWhenTheyCount(t *testing.T) {
	b := newFake(t)
	p := sitAt(t, b, fakeAt)
	p.goes(setup.Restrict)
	p.shell.Take("result.json", []byte("{}"))
	p.rest()
	p.sees("11 done, 1 failed.")
	p.sees("room003@contoso.com  ·  failed  ·  not found")
	p.sees("The change is in effect everywhere from " + fakeAt.Add(2*time.Hour-time.Minute).Local().Format("15:04"))
	p.sees("Not in scope: ceo@contoso.com.")

	p = sitAt(t, b, fakeAt.Add(3*time.Hour))
	p.goes(setup.Restrict)
	p.shell.Page().(*page.Restrict).View(page.ViewResults)
	p.rest()
	p.sees("The change has been in effect everywhere since")
	p.press("Test again on the page Prove")
	if p.shell.Route() != setup.Prove {
		t.Errorf("leads to %s", p.shell.Route())
	}
}

// sitAt is simulated at a time.
func sitAt(t *testing.T, b *fakeCore, now time.Time) *person {
	t.Helper()
	p := sit(t, b)
	p.shell.o.Now = func() time.Time { return now }
	p.press("Try it")
	return p
}

func TestTheColleagueRunsOnlyInASimulation(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	p.goes(setup.Restrict)
	p.missesOut("Let the simulated colleague run it")
	b.Plays = true
	p.goes(setup.Describe)
	p.goes(setup.Restrict)
	p.press("Let the simulated colleague run it")
	p.sees("Results (2)")
	p.sees("11 done, 1 failed.")
	if b.Asked["Colleague"] != 1 {
		t.Errorf("ran %d times", b.Asked["Colleague"])
	}
}

func TestAScriptIsSavedAsPowerShellWantsItAndCompared(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	files := &saves{}
	p.shell.env.Files = files
	p.goes(setup.Restrict)
	p.missesOut("the one generated at")
	p.press("Save…")
	if got := string(files.files[0].Data); !strings.Contains(got, "\r\n") || strings.Contains(strings.ReplaceAll(got, "\r\n", ""), "\n") {
		t.Errorf("saved %q", got[:min(40, len(got))])
	}
	p.sees("Saved to /home/ada/calendar-processing.ps1.")
	p.sees("The same as the one generated at")
	p.settings()
	p.puts("Only these rooms", "room001@contoso.com")
	p.sees("Changed since the one generated at")
	p.sees("1 added, 1 removed")
	p.press("Show what changed")
	p.sees("calendar-processing.ps1: what changed")
	p.press("Show the whole script")
	p.missesOut("calendar-processing.ps1: what changed")
}

// TestHeadlineAndStepSayTheSame: a run that passed is not green while its step
// is blocked.
func TestHeadlineAndStepSayTheSame(t *testing.T) {
	const blocked = "First enter an application and its credential."
	p := registered(t, newFake(t))
	p.goes(setup.Prove)
	p.press("Test the connection")
	p.sees(blocked)
	p.missesOut("It works.")
	if reads := p.reads(); strings.Index(reads, blocked) > strings.Index(reads, "Proven from this computer") {
		t.Errorf("the step's reason does not stand first:\n%s", reads)
	}
	if main := p.shell.Page().Frame().Primary().Text; main != "Test again" {
		t.Errorf("the main button leads to a blocked step: %s", main)
	}
}

// TestWrongOrganizerIsSaidAtItsField, and no green of an earlier run stands
// below it.
func TestWrongOrganizerIsSaidAtItsField(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	p.goes(setup.Prove)
	p.press("Test the connection")
	b.NoTime = problem.New(check.CodeNoOrganizer, words.T("The organizer nobody@contoso.com has no mailbox in Exchange Online.")).
		Lead(words.T("Enter the address of a person's mailbox in this tenant."), problem.PlaceOrganizer)
	p.shell.Lead(problem.PlaceOrganizer)
	p.rest()
	p.field("Organizer's mailbox").SetValue("nobody@contoso.com")
	p.field("Room").SetValue("room001@contoso.com")
	p.press("Test again")
	if p.field("Organizer's mailbox").Wrong() == "" {
		t.Errorf("the field says nothing:\n%s", p.reads())
	}
	p.sees("Enter the address of a person's mailbox in this tenant.")
	p.missesOut("Proven from this computer")
}

// TestAFileWithoutRoomsLeavesTheList: what was on the page is still there, beside why
// the file was refused.
func TestAFileWithoutRoomsLeavesTheList(t *testing.T) {
	p := simulated(t, newFake(t))
	p.shell.env.Files = chosen{name: "rooms.csv", content: "Address\n"}
	p.goes(setup.Choose)
	p.sees("Room 001")
	p.press("From a file…")
	p.sees("The file has no rooms.")
	p.sees("Room 001")
}
