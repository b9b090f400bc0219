package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/words"
)

// bare has described a tenant without an application and is led to the page
// Register.
func bare(t *testing.T, b *fakeCore) *person {
	t.Helper()
	p := sit(t, b)
	p.press("New")
	p.field("Microsoft cloud").SetValue("global")
	p.field("Booking product").SetValue("offision-application")
	p.field("Tenant").SetValue("contoso.com")
	p.field("Address of the booking server").SetValue("https://rooms.contoso.com")
	p.press("Find the tenant")
	if p.shell.Route() != setup.Register {
		t.Fatalf("finding the tenant leads to %s:\n%s", p.shell.Route(), p.reads())
	}
	return p
}

// planned has signed in as well.
func planned(t *testing.T, b *fakeCore) *person {
	t.Helper()
	p := bare(t, b)
	p.press("Sign in with the browser")
	p.sees("Ada Admin")
	return p
}

// registered has applied the plan, too.
func registered(t *testing.T, b *fakeCore) *person {
	t.Helper()
	p := planned(t, b)
	p.press("Apply")
	p.goes(setup.Prove)
	p.goes(setup.Register)
	p.sees("The application that the booking server uses")
	if min := p.shell.Object().MinSize(); min.Width > 1024 {
		t.Errorf("the page wants %v of width", min.Width)
	}
	return p
}

// TestBareTenantToProof counts: two fields typed, one sign-in, and the presses
// New, Find the tenant and Apply.
func TestBareTenantToProof(t *testing.T) {
	b := newFake(t)
	p := bare(t, b)
	p.sees("You will sign in to \"Microsoft Graph Command Line Tools\"")
	if b.Asked["SignIn"] != 0 {
		t.Fatal("signed in before anybody pressed")
	}
	p.press("Sign in with the browser")
	if address := <-p.opened; !strings.HasPrefix(address, "https://login.microsoftonline.com/") {
		t.Errorf("the browser opened %s", address)
	}
	for _, text := range []string{"Ada Admin", "Application Administrator", "Calendars.ReadWrite (application)", "declared,\ngranted for the tenant",
		"Privileged Role Administrator", "This is advice.", "Nothing has been changed yet.", "Not Roomkey's: left alone", "Mail.Send"} {
		p.sees(text)
	}
	if b.Applied.Load() != 0 {
		t.Fatal("applied before Apply was pressed")
	}
	p.press("Apply")
	p.sees("The application is registered and proven")
	p.sees("It carries Calendars.ReadWrite.")
	p.press("Continue")
	if p.shell.Route() != setup.Choose || b.Asked["SignIn"] != 1 {
		t.Errorf("at %s after %d sign-ins", p.shell.Route(), b.Asked["SignIn"])
	}
}

func TestCodeIsShownUntilItIsStopped(t *testing.T) {
	b := newFake(t)
	b.Hold = true
	p := bare(t, b)
	p.button("Sign in with a code instead").OnTapped()
	p.until(func() bool { return strings.Contains(p.reads(), "F4KEC0DE9") })
	p.sees("https://microsoft.com/devicelogin")
	p.sees("The code is valid for 1")
	if len(p.opened) > 0 {
		t.Error("a browser opened by itself")
	}
	ticks := len(p.later)
	p.later[ticks-1]()
	if len(p.later) != ticks+1 {
		t.Error("the countdown stands still")
	}
	p.press("Stop waiting")
	p.missesOut("F4KEC0DE9")
	p.sees("Sign in as an administrator of Contoso")
}

// A sign-in in the middle of Apply leaves the page when Microsoft has answered:
// its button to stop waiting would stop the work.
func TestSignInEndsBeforeTheWork(t *testing.T) {
	b := newFake(t)
	p := bare(t, b)
	p.press("Sign in with the browser")
	b.Grows, b.HoldApply = true, true
	p.button("Apply").OnTapped()
	p.until(func() bool {
		return strings.Contains(p.reads(), "waiting for Microsoft to catch up") && strings.Contains(p.reads(), "Ada Admin")
	})
	p.missesOut("Stop waiting")
	p.missesOut("Open this address in a browser on this computer")
	p.press("Cancel")
	p.missesOut("registered and proven")
}

func TestWaitingShowsTheAddress(t *testing.T) {
	b := newFake(t)
	b.Hold = true
	p := bare(t, b)
	p.button("Sign in with the browser").OnTapped()
	p.until(func() bool { return strings.Contains(p.reads(), "Open this address in a browser on this computer") })
	if !p.button("Sign in with the browser").Disabled() {
		t.Error("a second sign-in can begin")
	}
	p.button("Copy").OnTapped()
	if !strings.Contains(p.clip.Content(), "client_id=") {
		t.Errorf("copied %q", p.clip.Content())
	}
	p.button("Microsoft's page shows an error").OnTapped()
	p.sees("AADSTS700016")
	p.sees("AADSTS50105")
	p.press("Stop waiting")
}

func TestBlockedCodeOffersTheBrowser(t *testing.T) {
	b := newFake(t)
	b.RefuseCode, b.Refuse = true, problem.DeclareFamily("").New("entra.AADSTS530035", problem.Refused, words.T("Security defaults block device codes."))
	p := bare(t, b)
	p.press("Sign in with a code instead")
	p.sees("Security defaults block device codes.")
	p.press("Sign in with the browser")
	p.sees("Ada Admin")
	p.missesOut("Security defaults")
}

func TestBlockedClientOffersOnesOwn(t *testing.T) {
	b := newFake(t)
	b.State.HowToMake = []problem.Remedy{{Text: words.T("Press New registration."), Command: "az ad app create"}}
	b.RefuseMicrosoft, b.Refuse = true, problem.DeclareFamily("").New("entra.AADSTS50105", problem.Refused, words.T("You are not assigned to the application."))
	p := bare(t, b)
	p.press("Sign in with the browser")
	for _, text := range []string{"You are not assigned to the application.", "Press New registration.", "az ad app create"} {
		p.sees(text)
	}
	p.missesOut("You will sign in to \"Microsoft Graph Command Line Tools\"")
	own := p.field("Client ID of your own application")
	p.press("Sign in with the browser")
	if own.Wrong() == "" || b.Asked["SignIn"] != 1 {
		t.Errorf("an empty client ID says %q, %d sign-ins", own.Wrong(), b.Asked["SignIn"])
	}
	const id = "aaaaaaaa-0000-4000-8000-000000000001"
	own.SetValue(id)
	own.OnChanged(id)
	p.rest()
	p.sees("You will sign in to your own application " + id)
	p.press("Sign in with the browser")
	if b.Client != id {
		t.Errorf("signed in to %q", b.Client)
	}
	p.sees("Ada Admin")
}

func TestGrowingConsentIsSaidBeforeApply(t *testing.T) {
	b := newFake(t)
	b.Grows = true
	p := planned(t, b)
	p.sees("Apply may open one more Microsoft page. It asks for: Application.ReadWrite.All.")
	<-p.opened
	p.press("Apply")
	if address := <-p.opened; !strings.HasSuffix(address, "/more") {
		t.Errorf("opened %s", address)
	}
}

func TestStalePlanIsMadeAgain(t *testing.T) {
	b := newFake(t)
	b.Stale = true
	p := planned(t, b)
	p.press("Apply")
	p.sees("The tenant has changed since the plan was created")
	p.sees("Nothing has been changed yet.")
	if b.Applied.Load() != 0 || b.Asked["RegisterPlan"] != 2 {
		t.Errorf("applied %d times, planned %d times", b.Applied.Load(), b.Asked["RegisterPlan"])
	}
	p.press("Apply")
	if b.Applied.Load() != 1 {
		t.Error("the new plan cannot be applied")
	}
}

// TestUnprovenIsNeverGreen goes through what keeps a registration from being
// proven.
func TestUnprovenIsNeverGreen(t *testing.T) {
	for name, change := range map[string]func(*fakeCore){
		"without consent":    func(b *fakeCore) { b.NoConsent = true },
		"roles that lag":     func(b *fakeCore) { b.Missing = []string{"Place.Read.All"} },
		"consent left alone": func(b *fakeCore) { b.LeavesConsent = true },
	} {
		t.Run(name, func(t *testing.T) {
			b := newFake(t)
			change(b)
			p := planned(t, b)
			p.press("Apply")
			p.sees("Registered, but not proven yet")
			p.missesOut("registered and proven")
			if name != "roles that lag" {
				p.sees("For a colleague who can consent")
				p.sees("https://entra.microsoft.com/#view/permissions")
				p.press("Check what was granted")
				p.sees("The plan")
			}
		})
	}
}

// TestApplyEndsWithItsOwnProof, and a test that fails leaves the application
// registered, the step not done, and the test at hand.
func TestApplyEndsWithItsOwnProof(t *testing.T) {
	b := newFake(t)
	b.Fails = problem.New(register.CodeConsentRefused, words.T("The tenant shows the application no room."))
	p := planned(t, b)
	p.press("Apply")
	p.sees("Registered, but not proven yet")
	p.sees("The tenant shows the application no room.")
	if b.Applied.Load() != 1 || b.Undone.Load() != 0 {
		t.Error("what was registered was taken back")
	}
	p.press("Test the registration")
	p.sees("Registered, but not proven yet")
	b.Fails = nil
	p.press("Test the registration")
	p.sees("The application is registered and proven")
	p.press("Continue")
	if p.shell.Route() != setup.Choose {
		t.Errorf("at %s", p.shell.Route())
	}
}

// TestExistingApplicationIsProvenBeforeGoingOn.
func TestExistingApplicationIsProvenBeforeGoingOn(t *testing.T) {
	b := newFake(t)
	b.Fails = problem.New(register.CodeConsentRefused, words.T("The client secret is wrong."))
	p := bare(t, b)
	p.press("Enter an existing application")
	p.field("Application (client) ID").SetValue("11111111-2222-4333-8444-555555555555")
	p.press("Save and continue")
	if p.shell.Route() != setup.Register {
		t.Fatalf("went on to %s without a proof", p.shell.Route())
	}
	p.sees("The client secret is wrong.")
	b.Fails, b.NotKept = nil, problem.New(register.CodeStale, words.T("The disk is full."))
	p.press("Save and continue")
	if p.shell.Route() != setup.Register {
		t.Fatalf("went on to %s with a proof that is not remembered", p.shell.Route())
	}
	p.sees("The disk is full.")
	b.NotKept = nil
	p.press("Save and continue")
	if p.shell.Route() != setup.Choose || b.Asked["QuickProof"] != 3 {
		t.Errorf("at %s after %d tests:\n%s", p.shell.Route(), b.Asked["QuickProof"], p.reads())
	}
}

func TestSeveralApplicationsAreAChoice(t *testing.T) {
	b := newFake(t)
	b.Blocked = problem.New(register.CodeChoose, words.T("There are applications of that name already."))
	b.Choices = []register.Choice{{ClientID: "a1", DisplayName: "Room booking", CreatedAt: fakeAt}, {ClientID: "a2", DisplayName: "Room booking", CreatedAt: fakeAt}}
	p := planned(t, b)
	p.sees("There are applications of that name already.")
	if primary := p.shell.Page().Frame().Primary(); primary.Text == "Apply" {
		t.Fatal("a blocked plan can be applied")
	}
	which := p.field("Which application?")
	which.SetValue("a2")
	which.OnChanged("a2")
	p.rest()
	if b.Used.Use != "a2" {
		t.Errorf("planned with %q", b.Used.Use)
	}
	p.button("Apply")
}

func TestAChoiceMakesThePlanAnew(t *testing.T) {
	b := newFake(t)
	p := planned(t, b)
	p.press("Choose name, credential, consent or branding…")
	months := p.field("Lifetime of the credential in months")
	months.SetValue("1000")
	months.OnChanged("1000")
	if p.shell.Page().Frame().Primary().Text == "Apply" {
		t.Fatal("a plan can be applied that is older than the choices")
	}
	p.press("Create the plan")
	if months.Wrong() == "" || b.Asked["RegisterPlan"] != 1 {
		t.Errorf("1000 months say %q, planned %d times", months.Wrong(), b.Asked["RegisterPlan"])
	}
	months.SetValue("6")
	p.press("Create the plan")
	if b.Used.Months != 6 {
		t.Errorf("planned with %d months", b.Used.Months)
	}
	p.button("Apply")
}

func TestUndoWantsTheNameAndCanBeRestored(t *testing.T) {
	b := newFake(t)
	p := registered(t, b)
	p.goes(setup.Prove)
	b.State.Proven = false
	p.goes(setup.Register)
	p.press("Test the registration")
	p.sees("Valid for 60 minutes.")
	p.press("Undo…")
	p.sees("What is removed, newest first")
	p.sees("only an Exchange administrator may remove it")
	p.sees("See them in the Microsoft Entra admin center")
	p.press("Remove")
	if says := p.field("Type the application's name to confirm").Wrong(); !strings.Contains(says, "Nothing was removed") || b.Undone.Load() != 0 {
		t.Fatalf("without the name: %q, undone %d times", says, b.Undone.Load())
	}
	p.field("Type the application's name to confirm").SetValue("Room booking")
	p.press("Remove")
	p.sees("What Roomkey created was removed.")
	p.missesOut("Valid for 60 minutes.") // that was of the removed application
	p.sees("Microsoft keeps a deleted application for 30 days.")
	p.press("Restore it")
	p.sees("The application is back.")
	p.sees("The application that the booking server uses")
}

func TestRotationKeepsTheOldUntilProven(t *testing.T) {
	b := newFake(t)
	b.Unproven = true
	p := registered(t, b)
	p.press("Renew the credential…")
	p.press("Not now")
	if b.Asked["Rotate"] != 0 {
		t.Fatal("rotated after Not now")
	}
	p.press("Renew the credential…")
	p.press("Create a credential")
	p.sees("The old one still works.")
	p.press("Finish: remove the old one")
	p.sees("The booking server has not proven the new credential")
	if b.Finished.Load() != 0 {
		t.Fatal("finished without proof")
	}
	p.press("Keep the old one")
	p.press("Finish: remove the old one")
	p.press("I have seen it: remove the old one")
	if b.Finished.Load() != 1 {
		t.Error("not finished after a person's word")
	}
	p.missesOut("The credential is being renewed")
}

func TestSignOutForgetsThePlan(t *testing.T) {
	p := planned(t, newFake(t))
	p.press("Sign out")
	p.missesOut("Ada Admin")
	p.missesOut("The plan")
	p.sees("You will sign in to")
}

func TestCutOffRunIsSaid(t *testing.T) {
	b := newFake(t)
	b.State.Unfinished = true
	p := bare(t, b)
	p.sees("Apply continues where it stopped and creates nothing twice.")
	p.button("Sign in with the browser")
	p.missesOut("Continue\n") // as if the registration were whole
}

// TestCutOffRunWithNothingLeft ends a run that was cut off after its last change.
func TestCutOffRunWithNothingLeft(t *testing.T) {
	b := newFake(t)
	p := registered(t, b)
	b.State.Unfinished = true
	p.press("Sign out")
	p.press("Sign in with the browser")
	p.sees("Apply completes the interrupted run and changes nothing.")
	before := b.Applied.Load()
	p.press("Apply")
	if b.Applied.Load() != before+1 {
		t.Error("Apply did nothing")
	}
}

// TestHostilePlan shows a plan whose names are an attack.
func TestHostilePlan(t *testing.T) {
	b := newFake(t)
	b.Hostile = "\x1b]0;x\x07\u202E<script>" + strings.Repeat("Z", 10_000)
	p := planned(t, b)
	text := test.RenderToMarkup(p.window.Canvas())
	for _, bad := range []string{"\x1b", "\x07", "\u202E"} {
		if strings.Contains(text, bad) {
			t.Errorf("the plan shows %q", bad)
		}
	}
	if min := p.shell.Object().MinSize(); min.Width > 1024 {
		t.Errorf("the plan wants %v of width", min.Width)
	}
}

// TestRunIsCancelled cancels in the middle of a run and is told how it goes on.
func TestRunIsCancelled(t *testing.T) {
	b := newFake(t)
	b.HoldApply = true
	p := planned(t, b)
	p.button("Apply").OnTapped()
	p.until(func() bool { return strings.Contains(p.reads(), "App registration: waiting for Microsoft to catch up") })
	p.sees("The next Apply continues where this one stopped.")
	began := time.Now()
	p.press("Cancel")
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("cancel took %s", took)
	}
	p.missesOut("registered and proven")
	p.button("Apply")
}
