package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// types puts text into a field key by key.
func (p *person) types(label, text string) {
	p.t.Helper()
	f := p.field(label)
	f.SetValue("")
	p.window.Canvas().Focus(f.Input())
	for _, r := range text {
		f.Input().TypedRune(r)
	}
	p.rest()
}

// TestWhatCannotBeKeptIsNotSaidToBe: while the disk takes no drafts, the page says
// so, and the next key keeps all of them.
func TestWhatCannotBeKeptIsNotSaidToBe(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	p.goes(setup.Describe)
	b.NoDraft = problem.New(register.CodeStale, words.T("The disk is full."))
	p.types("Name", "Half a na")
	p.sees("What you typed could not be kept")
	b.NoDraft = nil
	p.types("Tenant", "fabrikam.example")
	p.sees("What you typed is kept")
	if kept := p.shell.Session().Drafts(); kept["name"].Value != "Half a na" || kept["tenant.domain"].Value != "fabrikam.example" {
		t.Errorf("kept: %v", kept)
	}
}

// TestWhatIsTypedSurvivesACrash: another window on the same folder begins with it,
// says on the page and in the list of steps that it is not saved, and saves it.
func TestWhatIsTypedSurvivesACrash(t *testing.T) {
	const kept, onList = "Not saved yet. What you typed is kept", "Not saved yet.\n"
	b := newFake(t)
	p := simulated(t, b)
	id := p.shell.Connection()
	p.goes(setup.Describe)
	p.types("Name", "Half a na")
	p.sees("Not saved yet.")
	p.goes(setup.Choose)
	p.chooses("All rooms")
	if c := p.shell.Session().Document(); c.Name != "Contoso (simulated)" || c.Rooms.Mode != connection.Selected {
		t.Fatalf("stored without a press: %s, %s", c.Name, c.Rooms.Mode)
	}

	p = sit(t, b) // nobody closed the first
	p.shell.Load(id)
	p.rest()
	if p.shell.Route() != setup.Describe {
		t.Errorf("it begins on %s, where nothing is to be saved", p.shell.Route())
	}
	if got := p.field("Name").Value(); got != "Half a na" {
		t.Errorf("the field shows %q", got)
	}
	p.sees(kept)
	p.sees(onList)
	p.press("Save")
	p.missesOut(kept)
	p.sees(onList) // the choice of rooms
	p.goes(setup.Choose)
	p.sees("Not saved yet.")
	p.press("Continue")
	p.missesOut(onList)
	if c := p.shell.Session().Document(); c.Name != "Half a na" || c.Rooms.Mode != connection.All {
		t.Errorf("stored %s, %s", c.Name, c.Rooms.Mode)
	}
	if left := p.shell.Session().Drafts(); len(left) != 0 {
		t.Errorf("drafts of what was saved: %v", left)
	}
}

// TestDraftOfWhatWasSavedIsForgotten: a window that ends between saving and
// forgetting leaves a draft of what the document has; it is nothing to save.
func TestDraftOfWhatWasSavedIsForgotten(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	id, s := p.shell.Connection(), p.shell.Session()
	if err := s.Draft(map[string]*store.Draft{"name": {Value: s.Document().Name, Was: "New connection", Page: setup.Describe}}); err != nil {
		t.Fatal(err)
	}
	p = sit(t, b) // nobody closed the first
	p.shell.Load(id)
	p.rest()
	if p.shell.Route() == setup.Describe {
		t.Error("it begins on a page with nothing to do")
	}
	p.missesOut("Not saved yet.")
	p.goes(setup.Describe)
	p.missesOut("Not saved yet.")
	if left := p.shell.Session().Drafts(); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// TestTypedApplicationIsShown after a crash, and not the other way to register.
func TestTypedApplicationIsShown(t *testing.T) {
	b := newFake(t)
	p := bare(t, b)
	p.press("Enter an existing application")
	p.types("Application (client) ID", "aaaaaaaa-0000-4000-8000-000000000001")
	id := p.shell.Connection()

	p = sit(t, b) // nobody closed the first
	p.shell.Load(id)
	p.rest()
	p.goes(setup.Register)
	if got := p.field("Application (client) ID").Value(); got != "aaaaaaaa-0000-4000-8000-000000000001" {
		t.Errorf("the field shows %q", got)
	}
	p.sees("Not saved yet.")
}

// TestWhatIsNoFieldOfTheDocumentSurvives, too, until it was used.
func TestWhatIsNoFieldOfTheDocumentSurvives(t *testing.T) {
	b := newFake(t)
	p := planned(t, b)
	p.press(reviewed)
	p.types("Change ticket", "CHG-17")
	id := p.shell.Connection()

	p = sit(t, b) // nobody closed the first
	p.shell.Load(id)
	p.rest()
	p.goes(setup.Register)
	p.press(reviewed)
	if got := p.field("Change ticket").Value(); got != "CHG-17" {
		t.Errorf("the field shows %q", got)
	}
	p.press("Apply")
	if left := p.shell.Session().Drafts(); b.Ran.Ticket != "CHG-17" || len(left) != 0 {
		t.Errorf("applied with the ticket %q, drafts %v", b.Ran.Ticket, left)
	}
}

// TestContinueDoesWhatThePageIsFor: the typed application and its secret, and the
// chosen rooms, are stored by Continue alone.
func TestContinueDoesWhatThePageIsFor(t *testing.T) {
	b := newFake(t)
	p := bare(t, b)
	p.press("Enter an existing application")
	p.types("Application (client) ID", "aaaaaaaa-0000-4000-8000-000000000001")
	p.types("Client secret", "q8Q8Q~typed-and-never-stored-by-hand.x0Y")
	p.press("Save and continue")
	if p.shell.Route() != setup.Choose {
		t.Fatalf("Continue stays:\n%s", p.reads())
	}
	if id := p.shell.Session().Document().Application.ClientID; id != "aaaaaaaa-0000-4000-8000-000000000001" {
		t.Errorf("the client ID is %q", id)
	}
	if s, _ := b.Secret(t.Context(), vault.ClientSecret); s.Reveal() == "" {
		t.Error("the secret was thrown away")
	}

	p.goes(setup.Choose)
	p.chooses("Chosen rooms")
	p.press("Continue")
	if p.shell.Route() != setup.Choose {
		t.Errorf("no room is chosen, and Continue leads to %s", p.shell.Route())
	}
	p.sees("No room is chosen.")
	p.chooses("In room lists")
	p.press("Continue")
	p.sees("No room list is chosen.")
}

// TestASecretIsStoredWhenItsFieldIsLeft, on the way to another page.
func TestASecretIsStoredWhenItsFieldIsLeft(t *testing.T) {
	b := newFake(t)
	p := bare(t, b)
	p.press("Enter an existing application")
	p.types("Client secret", "q8Q8Q~typed-and-never-stored-by-hand.x0Y")
	p.goes(setup.Describe)
	if s, _ := b.Secret(t.Context(), vault.ClientSecret); s.Reveal() == "" {
		t.Error("the secret was thrown away")
	}
}

// TestALockedKeychainKeepsWhatWasTyped on the screen, says so at the field, and
// Continue stays.
func TestALockedKeychainKeepsWhatWasTyped(t *testing.T) {
	b := newFake(t)
	p := bare(t, b)
	p.press("Enter an existing application")
	p.types("Application (client) ID", "aaaaaaaa-0000-4000-8000-000000000001")
	const secret = "q8Q8Q~typed-and-never-stored-by-hand.x0Y"
	p.types("Client secret", secret)
	b.Locked = true
	p.press("Save and continue")
	if p.shell.Route() != setup.Register {
		t.Errorf("Continue leads to %s", p.shell.Route())
	}
	p.sees("The keychain is locked or waiting for you.")
	if got := p.field("Client secret").Value(); got != secret {
		t.Errorf("%d of %d characters are left", len(got), len(secret))
	}
	if text := test.RenderToMarkup(p.window.Canvas()); strings.Contains(text, secret) {
		t.Error("the secret is shown")
	}
	b.Locked = false
	p.press("Save and continue")
	if p.shell.Route() != setup.Choose {
		t.Errorf("unlocked, Continue stays:\n%s", p.reads())
	}
}

// TestTwoEditOneConnection: another program's change of another field arrives on
// the open page, one of the same field is shown with both values.
func TestTwoEditOneConnection(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	p.goes(setup.Describe)
	p.types("Address of the booking server", "https://mine.contoso.com")
	other, err := b.Open(t.Context(), p.shell.Connection())
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := func(path, value string) {
		t.Helper()
		if err := other.Session.Change(t.Context(), connection.Put(path, value)); err != nil {
			t.Fatal(err)
		}
		if err := p.shell.Session().(*fakeSession).Refresh(); err != nil {
			t.Fatal(err)
		}
		p.rest()
	}
	elsewhere("name", "Fabrikam")
	if got := p.field("Name").Value(); got != "Fabrikam" {
		t.Errorf("the page shows %q", got)
	}
	elsewhere("server.url", "https://theirs.contoso.com")
	if got := p.field("Address of the booking server").Value(); got != "https://mine.contoso.com" {
		t.Errorf("what was typed became %q", got)
	}
	p.press("Save")
	p.sees("https://theirs.contoso.com")
	p.sees("https://mine.contoso.com")
	if got := p.shell.Session().Document().Server.URL; got != "https://theirs.contoso.com" {
		t.Errorf("the other's change was overwritten by %s", got)
	}
	p.press("Save") // both values were seen
	if got := p.shell.Session().Document(); got.Server.URL != "https://mine.contoso.com" || got.Name != "Fabrikam" {
		t.Errorf("%s, %s", got.Server.URL, got.Name)
	}
}

// TestTheTenantIsFoundWithoutAProduct, and the page says that it is missing.
func TestTheTenantIsFoundWithoutAProduct(t *testing.T) {
	b := newFake(t)
	p := sit(t, b)
	p.press("New")
	p.field("Tenant").SetValue("contoso.com")
	p.press("Find the tenant")
	if c := p.shell.Session().Document(); c.Tenant.ID != fakeTenant {
		t.Errorf("the tenant is %+v", c.Tenant)
	}
	p.sees("Contoso  ·  " + fakeTenant)
	if p.shell.Route() != setup.Describe || p.field("Booking product").Wrong() == "" {
		t.Errorf("at %s, the product says %q", p.shell.Route(), p.field("Booking product").Wrong())
	}
}

// TestAServerThatFailsAfterThePushIsRed, and nobody is asked to delete the
// credential.
func TestAServerThatFailsAfterThePushIsRed(t *testing.T) {
	b := newFake(t)
	b.ServerSays = "AADSTS53003"
	p := simulated(t, b)
	p.goes(setup.Prove)
	p.press("Test the connection")
	p.goes(setup.HandOver)
	for _, c := range p.shell.Page().(*page.HandOver).Confirmations() {
		c.SetChecked(true)
	}
	p.press("Push")
	p.sees("AADSTS53003")
	p.sees("it does not work there")
	p.missesOut("Remove the credential from the keychain of this computer?")
	p.missesOut("The booking server now has exactly this configuration.")
}

// TestNothingWaitsForAServer: every press returns, and the page shows that
// something runs, before the server has answered anything.
func TestNothingWaitsForAServer(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	b.Hang = make(chan struct{})
	for _, step := range []struct{ route, press, says string }{
		{setup.HandOver, "", "Checking the booking server…"},
		{setup.Choose, "", "Reading the rooms"},
		{setup.Prove, "Test the connection", "Testing the connection"},
	} {
		p.shell.Go(step.route)
		if step.press != "" {
			p.button(step.press).OnTapped()
		}
		p.queue.Drain()
		p.sees(step.says)
	}
	close(b.Hang)
	p.rest()
}

// TestSettingsOfAScriptSurvive another page and a crash; one that is put back to
// what it begins with is no draft.
func TestSettingsOfAScriptSurvive(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	id := p.shell.Connection()
	p.goes(setup.Restrict)
	p.settings()
	begins := p.field("BookingWindowInDays").Value()
	p.puts("BookingWindowInDays", "90")

	p = sit(t, b) // nobody closed the first
	p.shell.Load(id)
	p.rest()
	p.goes(setup.Restrict)
	if got := p.field("BookingWindowInDays").Value(); got != "90" {
		t.Errorf("the field shows %q", got)
	}
	p.puts("BookingWindowInDays", begins)
	if left := p.shell.Session().Drafts(); len(left) != 0 {
		t.Errorf("drafts of what a script begins with: %v", left)
	}
}

// chosen is the file that is chosen whenever one is asked for.
type chosen struct {
	none
	name, content string
}

func (c chosen) Open(_ []string, got func(string, []byte)) { got(c.name, []byte(c.content)) }

// TestAChosenFileSurvives: a file that was chosen for a script's setting, and a
// logo with the name that was typed beside it, are there after a crash, and gone
// when they were removed.
func TestAChosenFileSurvives(t *testing.T) {
	b := newFake(t)
	p := planned(t, b)
	id := p.shell.Connection()
	again := func(files page.Files) {
		p = sit(t, b) // nobody closed the one before
		p.shell.Load(id)
		p.rest()
		p.shell.env.Files = files
	}
	script := func() {
		p.goes(setup.Restrict)
		p.shell.Page().(*page.Restrict).Open("create-rooms")
		p.rest()
	}
	logo := "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"

	again(chosen{name: "rooms.csv", content: "Name,Address\nAare,aare@contoso.com\n"})
	script()
	p.press("Choose a file…")
	p.sees("rooms.csv")
	again(chosen{name: "logo.png", content: logo})
	script()
	if f := p.field("Rooms"); f.Value() != "rooms.csv" || string(f.File()) != "Name,Address\nAare,aare@contoso.com\n" {
		t.Errorf("the setting has %q: %q", f.Value(), f.File())
	}
	p.missesOut("There is no table of rooms yet.")
	p.press("Remove file")
	p.goes(setup.Register)
	p.press("Choose name, credential, consent or branding…")
	p.types("Name of the application", "Rooms of Contoso")
	p.press("Choose a file…")

	again(none{})
	script()
	if f := p.field("Rooms"); f.File() != nil {
		t.Errorf("a file that was removed is back: %q", f.Value())
	}
	p.goes(setup.Register)
	p.press("Choose name, credential, consent or branding…")
	if f := p.field("Logo"); f.Value() != "logo.png" || string(f.File()) != logo {
		t.Errorf("the logo is %q: %q", f.Value(), f.File())
	}
	if name := p.field("Name of the application").Value(); name != "Rooms of Contoso" {
		t.Errorf("the name is %q", name)
	}
}

// TestWhatIsWrongIsShown: who goes on at the foot of a page sees the field above
// that keeps it from being saved.
func TestWhatIsWrongIsShown(t *testing.T) {
	p := simulated(t, newFake(t))
	p.window.Resize(fyne.NewSize(900, 400))
	p.goes(setup.Describe)
	field, frame := p.field("Name"), p.shell.Page().Frame()
	top := func() float32 { return fyne.CurrentApp().Driver().AbsolutePositionForObject(field).Y }
	p.types("Name", "")
	frame.ToEnd()
	if top() >= 0 {
		t.Fatalf("the page is too short for this: the field is at %v", top())
	}
	frame.Primary().OnTapped()
	p.rest()
	if y := top(); field.Wrong() == "" || y < 0 || y > 400 {
		t.Errorf("the field says %q at %v", field.Wrong(), y)
	}
	if p.shell.Route() != setup.Describe {
		t.Errorf("goes on to %s", p.shell.Route())
	}
}
