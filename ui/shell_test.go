package ui

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
	"github.com/roomkey/roomkey/ui/uitest"
)

// person is somebody at the window: presses, types, and reads.
type person struct {
	t       *testing.T
	backend *fakeCore
	shell   *Shell
	queue   *kit.Queue
	window  fyne.Window
	clip    fyne.Clipboard
	// opened are the addresses that the browser was given.
	opened chan string
	// later are the functions that wait for time to pass.
	later []func()
}

func sit(t *testing.T, b *fakeCore) *person {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(kit.ForcedTheme(theme.VariantLight))
	p := &person{t: t, backend: b, queue: kit.NewQueue(), clip: test.NewClipboard(), opened: make(chan string, 10)}
	p.shell = NewShell(t.Context(), Options{Home: b, Files: none{}, Host: &kit.Host{
		Dispatch:  p.queue.Dispatch,
		Clipboard: func() fyne.Clipboard { return p.clip },
		OpenURL:   func(address string) { p.opened <- address },
		After:     func(_ time.Duration, f func()) func() { p.later = append(p.later, f); return func() {} },
	}})
	p.window = test.NewTempWindow(t, p.shell.Object())
	p.window.SetPadded(false)
	p.window.Resize(fyne.NewSize(1280, 1600))
	p.shell.Keys(p.window.Canvas())
	p.shell.Start()
	p.rest()
	t.Cleanup(func() { p.shell.Close(5 * time.Second); p.queue.Drain() })
	return p
}

// simulated sits down and tries the simulated tenant.
func simulated(t *testing.T, b *fakeCore) *person {
	t.Helper()
	p := sit(t, b)
	p.press("Try it")
	if p.shell.Connection() == "" {
		t.Fatal("no connection is open")
	}
	return p
}

type none struct{}

func (none) Open([]string, func(string, []byte))            {}
func (none) Save(page.File, func(string, *problem.Problem)) {}
func (none) Folder(func(string))                            {}

// rest waits until nothing runs.
func (p *person) rest() { p.until(func() bool { return !p.shell.Busy() }) }

func (p *person) until(done func() bool) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.t.Context(), time.Minute)
	defer stop()
	if err := p.queue.Until(ctx, done); err != nil {
		p.t.Fatalf("waited in vain on the page %s", p.shell.Route())
	}
}

func (p *person) button(text string) *kit.Button {
	p.t.Helper()
	var found *kit.Button
	uitest.Each(p.shell.Object(), func(o fyne.CanvasObject) {
		switch b := o.(type) {
		case *kit.Button:
			if b.Text == text {
				found = b
			}
		case *kit.CopyButton:
			if b.Text == text {
				found = &b.Button
			}
		}
	})
	if found == nil {
		p.t.Fatalf("there is no button %q on the page %s", text, p.shell.Route())
	}
	return found
}

// taps presses a row anywhere: here on its text.
func (p *person) taps(text string) {
	p.t.Helper()
	var row fyne.Tappable
	uitest.Each(p.shell.Object(), func(o fyne.CanvasObject) {
		if tappable, ok := o.(fyne.Tappable); ok {
			uitest.Each(o, func(part fyne.CanvasObject) {
				if t, ok := part.(*kit.Text); ok && t.Text() == text {
					row = tappable
				}
			})
		}
	})
	if row == nil {
		p.t.Fatalf("there is no row %q on the page %s", text, p.shell.Route())
	}
	row.Tapped(nil)
	p.rest()
}

func (p *person) press(text string) {
	p.t.Helper()
	b := p.button(text)
	if b.Disabled() {
		p.t.Fatalf("the button %q cannot be pressed", text)
	}
	b.OnTapped()
	p.rest()
}

func (p *person) field(label string) *kit.Field {
	p.t.Helper()
	var found *kit.Field
	uitest.Each(p.shell.Object(), func(o fyne.CanvasObject) {
		if f, ok := o.(*kit.Field); ok && f.Label == label {
			found = f
		}
	})
	if found == nil {
		p.t.Fatalf("there is no field %q on the page %s", label, p.shell.Route())
	}
	return found
}

// reads is all text on screen.
func (p *person) reads() string {
	var b strings.Builder
	uitest.Each(p.shell.Object(), func(o fyne.CanvasObject) {
		switch v := o.(type) {
		case *kit.Text:
			b.WriteString(v.Text() + "\n")
		case *kit.Grid:
			b.WriteString(v.Text() + "\n")
		case *kit.Button:
			b.WriteString(v.Text + "\n")
		case *widget.Hyperlink:
			b.WriteString(v.Text + "\n")
		}
	})
	return b.String()
}

func (p *person) sees(text string) {
	p.t.Helper()
	if !strings.Contains(p.reads(), text) {
		p.t.Errorf("%q is not on the page %s:\n%s", text, p.shell.Route(), p.reads())
	}
}

func (p *person) missesOut(text string) {
	p.t.Helper()
	if strings.Contains(p.reads(), text) {
		p.t.Errorf("%q is on the page %s", text, p.shell.Route())
	}
}

// chooses one of a group of choices.
func (p *person) chooses(text string) {
	p.t.Helper()
	found := false
	uitest.Each(p.shell.Object(), func(o fyne.CanvasObject) {
		if g, ok := o.(*widget.RadioGroup); ok && slices.Contains(g.Options, text) {
			g.SetSelected(text)
			found = true
		}
	})
	if !found {
		p.t.Fatalf("there is no choice %q on the page %s", text, p.shell.Route())
	}
	p.rest()
}

func (p *person) goes(route string) { p.shell.Go(route); p.rest() }

func TestEmptyFieldsMakeNoCall(t *testing.T) {
	p := sit(t, newFake(t))
	p.press("New")
	if p.shell.Route() != setup.Describe {
		t.Fatalf("a new connection begins at %s", p.shell.Route())
	}
	p.press("Find the tenant")
	if says := p.field("Tenant").Wrong(); !strings.Contains(says, "tenant is missing") {
		t.Errorf("the empty tenant says %q", says)
	}
	p.field("Tenant").SetValue("not a domain")
	p.press("Find the tenant")
	if says := p.field("Tenant").Wrong(); says == "" {
		t.Error("a malformed tenant says nothing")
	}
	if p.backend.Asked["Discover"] != 0 || p.backend.Asked["Save"] != 0 {
		t.Errorf("calls were made: %v", p.backend.Asked)
	}
}

func TestOtherCloudsAreAskedOnlyAfterAYes(t *testing.T) {
	b := newFake(t)
	b.Unknown = true
	p := sit(t, b)
	p.press("New")
	p.field("Microsoft cloud").SetValue("global")
	p.field("Tenant").SetValue("contoso.com")
	p.field("Booking product").SetValue("gfacility")
	p.press("Find the tenant")
	p.sees("does not know contoso.com")
	p.press("No")
	if b.Asked["DiscoverElsewhere"] != 0 {
		t.Fatal("the other clouds were asked after a no")
	}
	p.press("Find the tenant")
	p.press("Ask the other clouds")
	if b.Asked["DiscoverElsewhere"] != 1 {
		t.Error("the other clouds were not asked after a yes")
	}
	if c := p.shell.env.Connection(); c.Cloud != "china" || c.Tenant.ID != fakeTenant {
		t.Errorf("stored: %s, %+v", c.Cloud, c.Tenant)
	}
}

func TestLockedKeychainStaysOnThePage(t *testing.T) {
	b := newFake(t)
	b.Locked = true
	p := simulated(t, b)
	p.goes(setup.Register)
	p.sees("The keychain is locked or waiting for you.")
	p.sees("Unlock the keychain of this computer, then try again.")
}

func TestCancelledTestIsNotGreen(t *testing.T) {
	b := newFake(t)
	b.Wait = true
	p := simulated(t, b)
	p.goes(setup.Prove)
	p.button("Test the connection").OnTapped()
	p.until(func() bool { return strings.Contains(p.reads(), "2 / 6") })
	p.press("Cancel")
	p.sees("The test is incomplete, so it proves nothing.")
	p.missesOut("It works")
	for _, s := range p.steps() {
		if s.ID == setup.Prove && s.State == setup.Done {
			t.Error("the step is done")
		}
	}
}

func (p *person) steps() []setup.Step {
	steps, err := p.shell.Session().Steps(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return steps
}

func TestAChangeTakesTheGreenAway(t *testing.T) {
	p := simulated(t, newFake(t))
	p.goes(setup.Prove)
	p.press("Test the connection")
	p.sees("It works.")
	p.goes(setup.Choose)
	p.chooses("All rooms")
	p.press("Save the choice")
	p.goes(setup.Prove)
	p.missesOut("It works.")
	p.sees("the configuration has changed since")
	p.goes(setup.HandOver)
	if !p.button("Push").Disabled() {
		t.Error("an unproven configuration can be pushed")
	}
}

func TestPushWaitsForTheConfirmation(t *testing.T) {
	b := newFake(t)
	b.CutOff = problem.New(problem.CodeUnexpected, words.T("The push of yesterday was interrupted."))
	p := simulated(t, b)
	p.goes(setup.Prove)
	p.press("Test the connection")
	p.goes(setup.HandOver)
	p.sees("The push of yesterday was interrupted.")
	if !p.button("Push").Disabled() {
		t.Fatal("Push is possible before the server's key was confirmed")
	}
	for _, c := range p.shell.Page().(*page.HandOver).Confirmations() {
		c.SetChecked(true)
	}
	p.backend.CancelPush = true
	p.press("Push")
	p.sees("Canceled before it finished.")
	p.press("Push") // what was confirmed still is
	p.sees("The booking server now has exactly this configuration.")
	p.sees("The booking server also reports that it works.")
	p.missesOut("The push of yesterday was interrupted.")
	if p.backend.Asked["Push"] != 2 {
		t.Errorf("pushed %d times", p.backend.Asked["Push"])
	}
}

// A push that was done before somebody canceled what comes after it is not
// called canceled.
func TestCanceledAfterThePush(t *testing.T) {
	p := simulated(t, newFake(t))
	p.goes(setup.Prove)
	p.press("Test the connection")
	p.goes(setup.HandOver)
	for _, c := range p.shell.Page().(*page.HandOver).Confirmations() {
		c.SetChecked(true)
	}
	p.backend.CancelHeld = true
	p.press("Push")
	p.sees("The booking server has the configuration.")
	p.sees("What it reports now was not read: Canceled before it finished.")
	p.missesOut("What a push would change")
	p.backend.CancelHeld = false
	p.press("Check again")
	p.sees("As in this connection")
}

func TestSecretIsCopiedWithoutBeingShown(t *testing.T) {
	p := simulated(t, newFake(t))
	p.goes(setup.HandOver)
	p.press("Type it into the vendor's console instead")
	p.press("Copy without showing")
	if p.clip.Content() != "made-up" {
		t.Fatalf("the clipboard holds %q", p.clip.Content())
	}
	p.missesOut("made-up")
	for _, f := range p.later {
		f()
	}
	if p.clip.Content() != "" {
		t.Error("the secret stays on the clipboard")
	}
	p.press("Copy without showing")
	p.clip.SetContent("something else")
	for _, f := range p.later {
		f()
	}
	if p.clip.Content() != "something else" {
		t.Error("what was copied later was taken away")
	}
}

func TestLeavingAConnectionGivesItBack(t *testing.T) {
	b := newFake(t)
	p := simulated(t, b)
	first := p.shell.Connection()
	p.shell.Load("")
	p.rest()
	if p.shell.Route() != page.RouteStart || b.Asked["Close"] != 1 {
		t.Fatalf("at %s after %d closings", p.shell.Route(), b.Asked["Close"])
	}
	p.taps("Contoso (simulated)")
	if p.shell.Connection() != first {
		t.Error("another connection was opened")
	}
}

// TestHostileTenant walks all pages of a tenant whose names are an attack.
func TestHostileTenant(t *testing.T) {
	b := newFake(t)
	b.Hostile = "\x1b]0;x\x07\u202E<script>" + strings.Repeat("Z", 10_000)
	b.RoomCount = 5
	p := simulated(t, b)
	p.goes(setup.Prove)
	p.press("Test the connection")
	for _, route := range []string{setup.Describe, setup.Register, setup.Prove, setup.Choose, setup.Restrict, setup.HandOver, page.RouteSettings} {
		p.goes(route)
		text := test.RenderToMarkup(p.window.Canvas())
		for _, bad := range []string{"\x1b", "\x07", "\u202E"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s shows %q", route, bad)
			}
		}
		if min := p.shell.Object().MinSize(); min.Width > 1024 {
			t.Errorf("%s wants %v of width", route, min.Width)
		}
	}
}

func TestWrongFormSaysSoAtTheField(t *testing.T) {
	p := simulated(t, newFake(t))
	p.goes(setup.Restrict)
	p.settings()
	f := p.field("BookingWindowInDays")
	f.SetValue("9999")
	f.OnChanged("9999")
	p.rest()
	if !strings.Contains(f.Wrong(), "1,080") {
		t.Errorf("the field says %q", f.Wrong())
	}
}

func TestFailureNamesItsCause(t *testing.T) {
	b := newFake(t)
	b.Fails = problem.DeclareFamily("").New("entra.AADSTS7000222", problem.Refused, words.T("The client secret has expired.")).Fix(words.T("Make a new one under Certificates & secrets."))
	p := simulated(t, b)
	p.goes(setup.Prove)
	p.press("Test the connection")
	p.sees("It does not work yet.")
	p.sees("The client secret has expired.")
	p.sees("Root cause")
	p.sees("Not reached") // what lies behind it
}

func TestForgettingASecretAsksFirst(t *testing.T) {
	p := simulated(t, newFake(t))
	p.goes(setup.Register)
	p.press("Forget")
	p.press("Keep")
	if p.backend.Asked["ForgetSecret"] != 0 {
		t.Fatal("forgotten after Keep")
	}
	p.sees("In the keychain")
	if _, err := p.backend.SecretState(t.Context(), vault.ClientSecret); err != nil {
		t.Fatal(err)
	}
}
