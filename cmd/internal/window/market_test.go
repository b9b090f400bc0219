package window

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/ui/page"
)

// ran has the simulated colleague run a script of the connection that the
// window shows, and brings back its result.
func (s *seat) ran(sim *simulator.Simulator, script string, values map[string]any) {
	s.t.Helper()
	target, err := s.shell.Session().ScriptTarget(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	target.Now = target.Now.Add(3 * time.Hour) // a limit counts after two
	doc, err := exchange.Generate(script, target, values)
	if err != nil {
		s.t.Fatal(err)
	}
	result, err := sim.ApplyIntent(doc.Intent)
	if err != nil {
		s.t.Fatal(err)
	}
	s.goes(setup.Restrict)
	s.shell.Take(script+".result.json", result)
	s.rest()
}

func (s *seat) titles() (titles []string) {
	steps, err := s.shell.Session().Steps(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, st := range steps {
		titles = append(titles, st.Title.String())
	}
	return titles
}

// TestTheVendorsApplication: the consent link is shown with what to compare before
// it is opened, the grants are read and compared, the limit in Exchange is proven
// by an administrator's result, and what nobody here can prove is said. There is
// no step for a test that cannot be created.
func TestTheVendorsApplication(t *testing.T) {
	s, sim := begin(t, simulator.Options{Rooms: 3, Users: 5})
	s.describes(sim, "zoom-rooms", "")
	s.goes(setup.Describe)
	for _, unused := range []string{"Address of the booking server", "Certificate authority of the server", "A test is valid for"} {
		s.missesOut(unused)
	}
	if err := s.shell.Session().Change(t.Context(), connection.Put("product.permissions", "Calendars.ReadWrite,Place.Read.All")); err != nil {
		t.Fatal(err)
	}
	if got := s.titles(); len(got) != 5 || got[1] != "Consent to the vendor's application" || slices.Contains(got, "Prove that it works") {
		t.Fatalf("the steps are %q", got)
	}
	s.goes(setup.Register)
	s.sees("f56e91e5-5a82-452f-b435-d4d78aeaf064", "/adminconsent?client_id=", "before you accept", "cannot be tested here")
	s.missesOut("Let Roomkey register it (recommended)")
	s.press("Sign in with the browser")
	s.sees("The tenant has not consented to the vendor's application yet.")
	s.stands(setup.Register, setup.Failed)
	s.stands(setup.HandOver, setup.Blocked)
	s.press("Open the consent link")
	s.missesOut("The tenant has not consented to the vendor's application yet.")
	s.sees("What the tenant granted", "needs permissions that are not granted: Place.Read.All (application)") // the vendor asks for less than was chosen
	s.stands(setup.Register, setup.Failed)
	if err := s.shell.Session().Change(t.Context(), connection.Put("product.permissions", "Calendars.ReadWrite")); err != nil {
		t.Fatal(err)
	}
	s.goes(setup.Register) // which reads again
	s.stands(setup.Register, setup.Done)
	s.press("Continue")
	s.press("Continue")
	s.stands(setup.Choose, setup.Done)
	outside := map[string]any{"outside": sim.Account().OrganizerUPN}
	s.ran(sim, "limit-application", outside)
	s.reported()
	s.goes(setup.Register) // which reads again
	if st := s.stands(setup.Restrict, setup.Attention); strings.Contains(st.Reason.String(), "report") {
		t.Errorf("what Microsoft Entra ID grants passes the limit by: %s", st.Reason)
	}
	s.ran(sim, "remove-grant", nil)
	s.goes(setup.Register) // which reads again
	s.sees("By Exchange, for its rooms")
	s.stands(setup.Register, setup.Done)
	s.reported()
	s.goes(setup.Restrict)
	s.press("Continue")
	s.puts("Your name", "Anna Virtanen")
	s.press("It works there")
	if st := s.stands(setup.HandOver, setup.Done); !strings.Contains(st.Reason.String(), "cannot test it") {
		t.Errorf("a word counts as a proof: %s", st.Reason)
	}
}

// reported is that the results of scripts say that Exchange is set up, which is
// no proof.
func (s *seat) reported() {
	s.t.Helper()
	if st := s.stands(setup.Restrict, setup.Attention); !strings.Contains(st.Reason.String(), "report that Exchange is set up") {
		s.t.Errorf("the results say: %s", st.Reason)
	}
}

// TestAnotherApplication: what the tenant shows is not what the product's file
// expects, and that stands above the consent link.
func TestAnotherApplication(t *testing.T) {
	s, sim := begin(t, simulator.Options{Rooms: 3, Users: 5})
	s.describes(sim, "cronofy", "")
	s.goes(setup.Register)
	s.puts("Application (client) ID", sim.VendorClientID("webex"))
	s.shell.Load(s.shell.Connection())
	s.rest()
	s.goes(setup.Register)
	if got := s.field("Application (client) ID").Value(); got != sim.VendorClientID("webex") {
		t.Errorf("opened again, the field shows %q", got)
	}
	s.press("Save the client ID")
	reads := s.reads()
	if warned, link := strings.Index(reads, "names another application than the file of Cronofy"), strings.Index(reads, "/adminconsent?"); warned < 0 || warned > link {
		t.Errorf("no warning above the link:\n%s", reads)
	}
	s.press("Sign in with the browser")
	s.press("Open the consent link")
	s.sees("has more than the product's file lists: Directory.Read.All (application)", "More than needed", "Missing")
}

// TestTheServiceAccount: the account that signs in at the vendor is looked up,
// the rooms are delegated to it by a script, and its sign-in there runs out.
func TestTheServiceAccount(t *testing.T) {
	s, sim := begin(t, simulator.Options{Rooms: 3, Users: 5})
	s.describes(sim, "mystreserve", "")
	s.stands(setup.Describe, setup.Ready) // nobody has chosen what the guide does not say
	if err := s.shell.Session().Change(t.Context(), connection.Put("product.permissions", "delegated:Calendars.ReadWrite.Shared")); err != nil {
		t.Fatal(err)
	}
	s.goes(setup.Register)
	s.puts("Application (client) ID", sim.VendorClientID("mystreserve"))
	s.press("Save the client ID")
	s.press("Sign in with the browser")
	s.press("Open the consent link")
	s.sees("The service account that signs in at the vendor is not named yet.", "every 90 days")
	s.stands(setup.Register, setup.Failed)
	s.press("Change the account…")
	s.puts("Service account", "nobody@"+sim.Account().Domain)
	s.press("Save")
	s.goes(setup.Register) // which reads again
	s.sees("The tenant has no account nobody@")
	s.goes(setup.Describe)
	s.puts("Service account", sim.Account().OrganizerUPN)
	s.press("Save")
	s.goes(setup.Register) // which reads again
	s.sees("The tenant has the account, and it can sign in.")
	s.press("Continue")
	s.press("Continue")
	s.stands(setup.Restrict, setup.Ready)
	s.ran(sim, "service-account-reach", map[string]any{"right": "Editor"})
	s.reported()
	s.goes(setup.Restrict)
	s.press("Continue")
	s.puts("Your name", "Anna Virtanen")
	s.press("It works there")
	s.stands(setup.HandOver, setup.Done)
	s.shell.Load("")
	s.rest()
	s.sees("Confirmed by Anna Virtanen on ")
	s.missesOut("Not tested.")
}

// TestAProductIsSavedAsAFile: what was chosen for another booking server becomes
// a product file that can be checked and used.
func TestAProductIsSavedAsAFile(t *testing.T) {
	s, sim := begin(t, simulator.Options{Rooms: 3, Users: 5})
	s.describes(sim, "custom", "https://rooms.contoso.example")
	if err := s.shell.Session().Change(t.Context(), connection.Put("product.permissions", "Calendars.ReadWrite,Place.Read.All")); err != nil {
		t.Fatal(err)
	}
	s.goes(page.RouteSettings)
	s.press("Save the product as a file…")
	p, err := s.shell.Session().OwnProduct("ours", "Ours")
	if err != nil {
		t.Fatal(err)
	}
	data, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if r := product.ReviewFile("ours.yaml", data); len(r.Mistakes) > 0 || len(r.Product.Needs.Permissions) != 2 {
		t.Errorf("%+v", r)
	}
}
