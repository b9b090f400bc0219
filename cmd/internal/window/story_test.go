package window

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/ui/kit"
	"github.com/roomkey/roomkey/ui/page"
	"github.com/roomkey/roomkey/ui/uitest"
)

// These play, at the window, on the real core and against servers over TLS, what
// a person does.

// begin sits down before a new connection to a simulated tenant, of which nothing
// but the cloud and the server's authority was entered for the person.
func begin(t *testing.T, o simulator.Options) (*seat, *simulator.Simulator) {
	t.Helper()
	h := home(t, o)
	sim, err := h.simulated()
	if err != nil {
		t.Fatal(err)
	}
	id, err := h.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first := opened(t, h, id)
	if err := first.Change(t.Context(), connection.Put("cloud", wire.SimulatedCloud), connection.Put("server.caFile", sim.CAFile())); err != nil {
		t.Fatal(err)
	}
	return sitDown(t, h, id), sim
}

// describes fills in the first page.
func (s *seat) describes(sim *simulator.Simulator, product, server string) {
	s.t.Helper()
	s.goes(setup.Describe)
	s.puts("Tenant", sim.Account().Domain)
	s.puts("Booking product", product)
	if server != "" {
		s.puts("Address of the booking server", server)
	}
	s.press("Find the tenant")
}

// secret types a secret and leaves its field.
func (s *seat) secret(label, value string) {
	s.t.Helper()
	s.types(label, value, func(string) {})
	s.window.Canvas().Unfocus()
	s.rest()
}

// enters an application that somebody registered.
func (s *seat) enters(sim *simulator.Simulator) {
	s.t.Helper()
	s.goes(setup.Register)
	s.press("Enter an existing application")
	s.puts("Application (client) ID", sim.Account().ClientID)
	s.types("Client secret", sim.Account().ClientSecret, func(string) {})
	s.press("Save and continue")
}

// stands fails unless a step is in a state.
func (s *seat) stands(id string, want setup.State) setup.Step {
	s.t.Helper()
	steps, err := s.shell.Session().Steps(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, st := range steps {
		if st.ID == id {
			if st.State != want {
				s.t.Errorf("%s is %s: %s", id, st.State, st.Reason)
			}
			return st
		}
	}
	s.t.Fatalf("there is no step %s", id)
	return setup.Step{}
}

// pushes answers what the page asks, and pushes.
func (s *seat) pushes() {
	s.t.Helper()
	s.goes(setup.HandOver)
	for _, c := range s.shell.Page().(*page.HandOver).Confirmations() {
		c.SetChecked(true)
	}
	s.press("Push")
}

// TestFromNothingToPushed: the tenant is found, an existing application is typed
// in, five of ten rooms are chosen, a form's product has a server that speaks the
// contract, and exactly that arrives there.
func TestFromNothingToPushed(t *testing.T) {
	s, sim := begin(t, simulator.Options{Rooms: 10, Users: 20})
	s.describes(sim, "offision-application", sim.BookingURL())
	s.goes(setup.Describe)
	s.secret("Token of the booking server", sim.Account().ServerToken) // that product is a form's, its server is not
	s.enters(sim)
	if s.shell.Route() != setup.Choose {
		t.Fatalf("after a registration that works the window is at %s:\n%s", s.shell.Route(), s.reads())
	}
	s.stands(setup.Register, setup.Done)
	s.chooses("Chosen rooms")
	list, ok := shows(s, func(l *kit.Grid) bool { return l.Len() == 10 })
	if !ok {
		t.Fatalf("ten rooms are not listed:\n%s", s.reads())
	}
	for row := range 5 {
		list.Press(row)
		s.rest()
	}
	s.sees("5 of 10 chosen")
	s.press("Continue")
	s.stands(setup.Choose, setup.Done)
	s.goes(setup.Prove)
	s.press("Test the connection")
	s.stands(setup.Prove, setup.Done)
	s.pushes()
	s.sees("The booking server now has exactly this configuration.")
	s.stands(setup.HandOver, setup.Done)
	held, err := s.shell.Session().ServerState(t.Context())
	if err != nil || held.Current.Configuration == nil || len(held.Current.Configuration.Rooms.Items) != 5 {
		t.Errorf("the server holds %+v, %v", held.Current.Configuration, err)
	}
}

// TestAServerThatMicrosoftLetsNotIn: the push is red, with the code of its own
// sign-in and what helps at the top, and nothing proposes to delete the credential.
func TestAServerThatMicrosoftLetsNotIn(t *testing.T) {
	for with, says := range map[string][]string{
		fault.ServerMicrosoft: {"entra.AADSTS53003", "Named locations"},
		fault.ServerTenant:    {"entra.AADSTS90002", "Compare the tenant and the Microsoft cloud in the booking server's console"},
	} {
		_, s := simulate(t, simulator.Options{Rooms: 3, Users: 5, Faults: []string{with}})
		s.handsOver()
		s.stands(setup.HandOver, setup.Failed)
		s.sees(says...)
		reads := s.reads()
		if code, below := strings.Index(reads, says[0]), strings.Index(reads, "What the booking server has"); code > below {
			t.Errorf("what is wrong stands below what the server holds:\n%s", reads)
		}
		s.missesOut("Delete from this computer…")
		s.press("Check again")
		s.sees("nothing to push")
		uitest.Each(s.shell.Page().Frame().Object, func(o fyne.CanvasObject) {
			if card, ok := o.(*kit.Surface); ok && card.Stripe == theme.ColorNameSuccess {
				t.Error("a card of a page whose server does not work is green")
			}
		})
	}
}

// TestAServerThatStopsWorkingIsRed as soon as a look shows it, in the list of
// steps too, and green again when it works again.
func TestAServerThatStopsWorkingIsRed(t *testing.T) {
	h, s := simulate(t, simulator.Options{Rooms: 3, Users: 5})
	s.goes(setup.Choose)
	s.press("Continue")
	s.goes(setup.Prove)
	s.press("Test the connection")
	s.pushes()
	const works = "The booking server said on"
	s.sees(works)
	if err := h.sim.Load().SetFaults(fault.ServerMicrosoft); err != nil {
		t.Fatal(err)
	}
	s.press("Check again")
	s.sees("entra.AADSTS53003")
	s.missesOut(works)
	reads := s.reads()
	if code, below := strings.Index(reads, "entra.AADSTS53003"), strings.Index(reads, "What the booking server has"); code > below {
		t.Errorf("what is wrong stands below what the server holds:\n%s", reads)
	}
	if err := h.sim.Load().SetFaults(); err != nil {
		t.Fatal(err)
	}
	s.press("Check again")
	s.sees(works)
	s.missesOut("entra.AADSTS53003")
}

// TestTestingLessIsNoProof: after a failure, a test of less that passes leaves the
// step failed and the headline red.
func TestTestingLessIsNoProof(t *testing.T) {
	h, s := simulate(t, simulator.Options{Rooms: 3, Users: 5})
	s.goes(setup.Choose)
	s.press("Continue")
	s.stands(setup.Choose, setup.Done)
	if err := h.sim.Load().SetFaults(fault.CalendarDenied); err != nil {
		t.Fatal(err)
	}
	s.goes(setup.Prove)
	s.press("Test the connection")
	s.stands(setup.Prove, setup.Failed)
	s.goes(setup.Register)
	s.press("Enter an existing application")
	s.press("Save and continue") // tests sign-in, permissions and lists only
	s.stands(setup.Prove, setup.Failed)
	s.goes(setup.Prove)
	s.missesOut("It works.")
	s.goes(setup.HandOver)
	if !s.button("Push").Disabled() {
		t.Error("what failed can be pushed")
	}
}

// TestASilentServerIsNotBelievedOnAWord: Seatsurfing takes the configuration and
// cannot say whether it works. A person can say so, and it counts only when nothing
// that is known stands against it: here the registration lacks the redirect URI.
func TestASilentServerIsNotBelievedOnAWord(t *testing.T) {
	s, sim := begin(t, simulator.Options{Rooms: 3, Users: 5, Seatsurfing: "1.125.0"})
	s.describes(sim, "seatsurfing", sim.SeatsurfingURL())
	if err := s.shell.Session().Change(t.Context(), connection.Put("product.options", "rooms")); err != nil {
		t.Fatal(err)
	}
	s.goes(setup.Describe)
	s.secret("Token of the booking server", sim.Account().ServerToken)
	s.enters(sim)
	s.handsOver()
	s.stands(setup.HandOver, setup.Attention)
	const once = "No one can sign in yet: the app registration does not have"
	if n := strings.Count(s.reads(), once); n != 1 {
		t.Errorf("it is said %d times:\n%s", n, s.reads())
	}
	s.goes(setup.Prove)
	s.goes(setup.HandOver)
	if n := strings.Count(s.reads(), once); n != 1 {
		t.Errorf("opened again, it is said %d times:\n%s", n, s.reads())
	}
	s.puts("Your name", "Anna Virtanen")
	s.press("It works there")
	if st := s.stands(setup.HandOver, setup.Attention); !strings.Contains(st.Reason.String(), "No one can sign in yet") {
		t.Errorf("after a word: %s", st.Reason)
	}
}

// TestVendorsForms: each form is filled from the connection, in the vendor's words
// and whole; what is not known leads to its field; the word of a person finishes the
// step, with date and what it does not show.
func TestVendorsForms(t *testing.T) {
	for product, shows := range map[string][]string{
		"gfacility":            {"Tenant", "Client", "Secret"},
		"flexo":                {"Application Secret Key", "https://flexo.example/signin", "https://flexo.example/lifecycle"},
		"offision-application": {"Microsoft 365 service operator", "Sync all rooms", "Visitors", "extensionAttribute1"},
	} {
		t.Run(product, func(t *testing.T) {
			s, sim := begin(t, simulator.Options{Rooms: 10, Users: 5})
			s.goes(setup.Describe)
			s.puts("Tenant", sim.Account().Domain)
			s.puts("Booking product", product)
			s.press("Find the tenant")
			s.enters(sim)
			s.goes(setup.Choose)
			s.press("Continue")
			s.tests()
			s.goes(setup.HandOver)
			switch product {
			case "flexo": // its application may not list rooms, so none is known yet
				s.stands(setup.HandOver, setup.Blocked)
				s.missesOut("I have entered it")
				s.leads("Redirection URL", "Redirect URIs", "https://flexo.example/signin")
				s.leads("Lifecycle URL", "Lifecycle URL", "https://flexo.example/lifecycle")
				if err := s.shell.Session().Change(t.Context(), connection.Put("rooms.mode", connection.Selected), connection.Put("rooms.items", "boston-seaport-1.02@"+sim.Account().Domain)); err != nil {
					t.Fatal(err)
				}
			case "offision-application":
				s.leads("Default user groups", "Default user groups", "Visitors")
				s.leads("Card number of user (Pager)", "Card number", "extensionAttribute1")
			}
			s.tests()
			s.goes(setup.HandOver)
			s.sees(shows...)
			s.sees(sim.Account().TenantID, sim.Account().ClientID)
			s.missesOut(sim.Account().ClientSecret)
			s.puts("Your name", "Anna Virtanen")
			s.press("I have entered it")
			done := s.stands(setup.HandOver, setup.Done)
			s.sees("Anna Virtanen entered it on "+time.Now().Format(time.DateOnly), "Roomkey cannot see the vendor's console.")
			if !strings.Contains(done.Reason.String(), "Anna Virtanen") {
				t.Errorf("the step says %s", done.Reason)
			}
		})
	}
}

// leads follows a line of the vendor's form to where its value is entered, enters
// it there, and comes back.
func (s *seat) leads(label, field, value string) {
	s.t.Helper()
	s.goes(setup.HandOver)
	var there *kit.Button
	below := false
	uitest.Each(s.shell.Object(), func(o fyne.CanvasObject) {
		switch v := o.(type) {
		case *kit.Text:
			below = below || v.Text() == label
		case *kit.Button:
			if below && there == nil {
				there = v
			}
		}
	})
	if there == nil {
		s.t.Fatalf("nothing leads from %q to its value:\n%s", label, s.reads())
	}
	there.OnTapped()
	s.rest()
	s.puts(field, value)
	s.press("Save")
}

// tests the connection, for the first time or again.
func (s *seat) tests() {
	s.t.Helper()
	s.goes(setup.Prove)
	label := "Test the connection"
	if _, tested := shows(s, func(b *kit.Button) bool { return b.Text == "Test again" }); tested {
		label = "Test again"
	}
	s.press(label)
}

// handsOver chooses all rooms, tests and pushes.
func (s *seat) handsOver() {
	s.t.Helper()
	s.goes(setup.Choose)
	s.press("Continue")
	s.stands(setup.Choose, setup.Done)
	s.tests()
	s.pushes()
}

// handedOver is a connection that Roomkey registered, tested and pushed, all in
// the window.
func handedOver(t *testing.T) *seat {
	t.Helper()
	s, sim := begin(t, simulator.Options{Rooms: 3, Users: 5})
	s.describes(sim, "offision-application", sim.BookingURL())
	s.goes(setup.Describe)
	s.secret("Token of the booking server", sim.Account().ServerToken)
	s.goes(setup.Register)
	s.press("Sign in with the browser")
	s.press("Apply")
	s.handsOver()
	s.stands(setup.HandOver, setup.Done)
	return s
}

// TestTheCredentialIsRenewed to its end: the server gets the new one by the buttons
// that the page names, and only then the old one is removed.
func TestTheCredentialIsRenewed(t *testing.T) {
	s := handedOver(t)
	old := s.shell.Session().Document().Application.Credential.KeyID
	s.goes(setup.Register)
	s.press("Renew the credential…")
	s.press("Create a credential")
	s.sees("The credential is being renewed")
	s.stands(setup.Register, setup.Done) // tested with the new one
	s.press("Finish: remove the old one")
	s.press("Keep the old one") // the server has not proven the new one
	s.press("Test and push")
	if s.shell.Route() != setup.Prove {
		t.Fatalf("the button leads to %s", s.shell.Route())
	}
	s.tests()
	s.press("Hand over")
	s.press("Push")
	s.stands(setup.HandOver, setup.Done)
	s.goes(setup.Register)
	s.press("Finish: remove the old one")
	s.sees("The old credential was removed. Only the new one works now.")
	if now := s.shell.Session().Document().Application.Credential.KeyID; now == old || old == "" {
		t.Errorf("the credential is %q, it was %q", now, old)
	}
	s.missesOut("The credential is being renewed")
}

// TestEverythingIsTakenBack: from the server, at Microsoft, and from this computer,
// each after its name was typed, and the page of one names the next.
func TestEverythingIsTakenBack(t *testing.T) {
	s := handedOver(t)
	s.press("Remove from the server…")
	s.puts("Type the connection's name to confirm", "something else")
	s.press("Remove")
	s.stands(setup.HandOver, setup.Done)
	name := s.shell.Session().Document().Name
	s.puts("Type the connection's name to confirm", name)
	s.press("Remove")
	s.sees("The booking server has deleted it. The app registration is still there.")
	s.stands(setup.HandOver, setup.Ready)

	s.goes(setup.Register)
	s.press("Undo…")
	s.puts("Type the application's name to confirm", "something else")
	s.press("Remove")
	s.stands(setup.Register, setup.Done)
	s.puts("Type the application's name to confirm", "Offision room booking")
	s.press("Remove")
	s.sees("Restore it") // for 30 days
	s.stands(setup.Register, setup.Ready)

	id := s.shell.Connection()
	s.goes(page.RouteSettings)
	s.press("Delete the connection…")
	s.puts("Type its name to confirm", name)
	s.press("Delete")
	if s.shell.Route() != page.RouteStart {
		t.Fatalf("a deleted connection is still shown:\n%s", s.reads())
	}
	for _, kind := range []vault.Kind{vault.ClientSecret, vault.ServerToken} {
		if _, err := s.home.Environment.Vault.Get(t.Context(), id, kind); problem.CodeOf(err) != vault.CodeAbsent {
			t.Errorf("%s stays: %v", kind, err)
		}
	}
}
