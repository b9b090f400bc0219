package setup

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

var (
	now   = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	basis = evidence.Basis{evidence.Application: "a", evidence.Credential: "c", evidence.Product: "p", evidence.ChosenRooms: "r", evidence.ExchangeLimit: "x", evidence.BookingServer: "s"}
)

// wanted are the claims of a product that books rooms and has a server that
// says whether it works.
var wanted = []evidence.Want{
	{Claim: evidence.SignIn, By: []string{"token"}}, {Claim: evidence.Permissions, By: []string{"roles"}},
	{Claim: evidence.Rooms, By: []string{"rooms"}}, {Claim: evidence.Calendars, By: []string{"calendars"}},
	{Claim: evidence.Booking, By: []string{"booking"}, Optional: true}, {Claim: evidence.Scope, By: []string{"scope"}, Optional: true},
	{Claim: evidence.RoomSettings}, {Claim: evidence.HandedOver}, {Claim: evidence.ServerWorks},
}

var sources = map[string]evidence.Claim{
	"token": evidence.SignIn, "roles": evidence.Permissions, "rooms": evidence.Rooms, "calendars": evidence.Calendars,
	"booking": evidence.Booking, "scope": evidence.Scope, "script": evidence.RoomSettings,
	evidence.SourcePush: evidence.HandedOver, evidence.SourcePerson: evidence.HandedOver, "status": evidence.ServerWorks,
}

// seen are the claims after these outcomes, as "source" or "source=outcome".
func seen(on evidence.Basis, outcomes ...string) []evidence.State {
	var records []evidence.Record
	for _, o := range outcomes {
		source, outcome, said := strings.Cut(o, "=")
		r := evidence.Record{Claim: sources[source], Source: source, Outcome: evidence.Proven, At: now.Add(-time.Hour), Basis: basis.Of(sources[source])}
		if said {
			r.Outcome, r.Problem = evidence.Outcome(outcome), &problem.Problem{Title: words.T("%s: %s.", source, outcome)}
		}
		if source == evidence.SourcePerson {
			r.By = "Ada"
		}
		records = append(records, r)
	}
	return evidence.Assess(records, wanted, on, now)
}

// Runs, as the tests name them.
const (
	quick = "token roles rooms"
	whole = quick + " calendars"
)

func after(runs string, more ...string) func(*Known) {
	return func(k *Known) { k.Claims = seen(basis, append(strings.Fields(runs), more...)...) }
}

func TestSteps(t *testing.T) {
	ready := Known{TenantFound: true, ClientID: true, Credential: Present, ServerToken: Present, RoomsChosen: true, RoomsCount: 3, Claims: seen(basis), Now: now}
	with := func(changes ...func(*Known)) Known {
		k := ready
		for _, change := range changes {
			change(&k)
		}
		return k
	}
	rooms := func(chosen bool) func(*Known) { return func(k *Known) { k.RoomsChosen = chosen } }
	on := func(p evidence.Part, outcomes string) func(*Known) {
		other := evidence.Basis{}
		for part, digest := range basis {
			other[part] = digest
		}
		other[p] = "other"
		return func(k *Known) { k.Claims = seen(other, strings.Fields(outcomes)...) }
	}
	tests := []struct {
		name  string
		known Known
		want  [6]State
		// says is in a reason of the step named before the colon.
		says string
	}{
		{"nothing known", Known{Now: now}, [6]State{Ready, Blocked, Blocked, Blocked, Blocked, Blocked}, "describe: Find the tenant."},
		{"a new connection warns of nothing", Known{Missing: []words.Text{words.T("Enter the tenant."), words.T("Choose a product.")}, Now: now},
			[6]State{Ready, Blocked, Blocked, Blocked, Blocked, Blocked}, "describe: Enter the tenant. 1 more field needs attention."},
		{"a wrong value", Known{Wrong: []words.Text{words.T("The address is wrong.")}, Missing: []words.Text{words.T("x")}, Now: now},
			[6]State{Attention, Blocked, Blocked, Blocked, Blocked, Blocked}, "describe: The address is wrong."},
		{"tenant found", Known{TenantFound: true, Now: now}, [6]State{Done, Ready, Ready, Blocked, Blocked, Blocked}, ""},
		{"no credential yet", Known{TenantFound: true, ClientID: true, Credential: Absent, Now: now}, [6]State{Done, Ready, Ready, Blocked, Blocked, Blocked}, "register: Enter the credential"},
		{"the keychain is silent", Known{TenantFound: true, ClientID: true, Now: now}, [6]State{Done, Attention, Ready, Blocked, Blocked, Blocked}, "register: The keychain"},
		{"the keychain is silent, and all was tested", with(after(whole), func(k *Known) { k.Credential = PresenceUnknown }), [6]State{Done, Attention, Done, Ready, Blocked, Blocked}, "prove: The keychain did not say"},
		{"entered is not registered", with(), [6]State{Done, Ready, Done, Ready, Ready, Blocked}, "register: Test sign-in"},
		{"nobody chose", with(rooms(false)), [6]State{Done, Ready, Ready, Blocked, Blocked, Blocked}, "prove: Choose the rooms first."},
		{"nobody chose, and all was tested", with(rooms(false), after(whole)), [6]State{Done, Done, Ready, Blocked, Blocked, Blocked}, "hand-over: Choose the rooms first."},
		{"a product without rooms", with(rooms(false), after(whole), func(k *Known) { k.NoRooms = true }), [6]State{Done, Done, Done, Ready, Done, Ready}, "choose: The product manages no rooms."},
		{"registered and proven at once", with(rooms(false), after(quick)), [6]State{Done, Done, Ready, Blocked, Blocked, Blocked}, "register: Sign-in and reading work."},
		{"a part of the quick proof", with(after("token roles")), [6]State{Done, Ready, Done, Ready, Ready, Blocked}, "register: Sign-in works. Reading has not been tested."},
		{"sign-in fails", with(after("roles rooms", "token=disproved")), [6]State{Done, Failed, Done, Ready, Failed, Blocked}, "register: token: disproved."},
		{"a permission warns", with(after("token rooms calendars", "roles=doubtful")), [6]State{Done, Attention, Done, Ready, Attention, Ready}, "register: roles: doubtful."},
		{"a permission warns, and no calendar was read", with(after("token rooms", "roles=doubtful")), [6]State{Done, Attention, Done, Ready, Attention, Blocked}, "hand-over: Prove"},
		{"a permission warns, and calendars gave no answer", with(after("token rooms", "roles=doubtful", "calendars=unanswered")), [6]State{Done, Attention, Done, Ready, Attention, Blocked}, "hand-over: Prove"},
		{"sign-in got no answer", with(after("roles rooms", "token=unanswered")), [6]State{Done, Attention, Done, Ready, Attention, Blocked}, "register: could not be tested."},
		{"the quick proof is no whole one", with(after(quick)), [6]State{Done, Done, Done, Ready, Ready, Blocked}, "prove: Sign-in and listing rooms work. Reading calendars, booking and the Exchange limit have not been tested."},
		{"proven", with(after(whole)), [6]State{Done, Done, Done, Ready, Done, Ready}, "prove: Sign-in and reading work. Booking and the Exchange limit have not been tested."},
		{"a test booking warned", with(after(whole, "booking=doubtful")), [6]State{Done, Done, Done, Ready, Attention, Ready}, "prove: booking: doubtful."},
		{"a test booking failed", with(after(whole, "booking=disproved")), [6]State{Done, Done, Done, Ready, Failed, Blocked}, "prove: booking: disproved."},
		{"the limit does not hold", with(after(whole, "scope=disproved", "script")), [6]State{Done, Done, Done, Failed, Failed, Blocked}, "restrict: scope: disproved."},
		{"the limit could not be tried", with(after(whole, "scope=unanswered")), [6]State{Done, Done, Done, Ready, Done, Ready}, "prove: The Exchange limit could not be tested."},
		{"other rooms", with(on(evidence.ChosenRooms, whole+" script push status")), [6]State{Done, Done, Done, Attention, Attention, Attention}, "prove: The chosen rooms have changed since."},
		{"rooms chosen after the registration's test", with(on(evidence.ChosenRooms, quick)), [6]State{Done, Done, Done, Ready, Ready, Blocked}, "prove: Test the chosen rooms and people."},
		{"another credential", with(on(evidence.Credential, whole)), [6]State{Done, Attention, Done, Ready, Attention, Blocked}, "register: The credential has changed since."},
		{"credential expires soon", with(after(whole), func(k *Known) { k.CredentialExpires = now.Add(59 * 24 * time.Hour) }), [6]State{Done, Attention, Done, Ready, Done, Ready}, "register: expires on"},
		{"credential lives long", with(after(whole), func(k *Known) { k.CredentialExpires = now.Add(61 * 24 * time.Hour) }), [6]State{Done, Done, Done, Ready, Done, Ready}, ""},
		{"credential expired", with(after(whole), func(k *Known) { k.CredentialExpires = now }), [6]State{Done, Failed, Done, Ready, Done, Ready}, "register: expired on"},
		{"the script reports everything", with(after(whole, "script")), [6]State{Done, Done, Done, Attention, Done, Ready}, "restrict: make a test booking."},
		{"a room was booked before the script reports", with(after(whole, "booking", "script"), func(k *Known) { settingsAt(k, now) }), [6]State{Done, Done, Done, Attention, Done, Ready}, "restrict: make a test booking."},
		{"a test booking confirms the script", with(after(whole, "booking", "script")), [6]State{Done, Done, Done, Done, Done, Ready}, "restrict: accepted a test booking since"},
		{"a product that books nothing", with(after(whole, "script"), unbooked), [6]State{Done, Done, Done, Done, Done, Ready}, "restrict: no test booking can confirm it"},
		{"the script failed", with(after(whole, "script=disproved")), [6]State{Done, Done, Done, Failed, Done, Ready}, "restrict: script: disproved."},
		{"the script left rooms out", with(after(whole, "script=doubtful")), [6]State{Done, Done, Done, Attention, Done, Ready}, "restrict: script: doubtful."},
		{"no rooms known of a product that lists none", with(func(k *Known) { k.RoomsCount = 0 }), [6]State{Done, Ready, Attention, Ready, Ready, Blocked}, ""},
		{"pushed, and the server is silent", with(after(whole, "push")), [6]State{Done, Done, Done, Ready, Done, Attention}, "hand-over: It has not said yet"},
		{"pushed, and the server fails", with(after(whole, "push", "status=disproved")), [6]State{Done, Done, Done, Ready, Done, Failed}, "hand-over: status: disproved."},
		{"pushed, and the server works", with(after(whole, "push", "status")), [6]State{Done, Done, Done, Ready, Done, Done}, "hand-over: The booking server said on 2026-11-22 that it works."},
		{"the server works with another configuration", with(after(whole, "status")), [6]State{Done, Done, Done, Ready, Done, Ready}, ""},
		{"an older configuration", with(on(evidence.Product, whole+" push status")), [6]State{Done, Attention, Done, Ready, Attention, Attention}, "hand-over: an older configuration"},
		{"push cut off", with(after(whole, "push", "status"), func(k *Known) { k.PushUnknown = true }), [6]State{Done, Done, Done, Ready, Done, Attention}, "hand-over: interrupted"},
		{"the credential was deleted here afterwards", with(after(whole, "push", "status"), func(k *Known) { k.Credential = Absent }), [6]State{Done, Attention, Done, Ready, Blocked, Done}, ""},
		{"a form that nobody filled in", with(after(whole), form), [6]State{Done, Done, Done, Ready, Done, Ready}, "hand-over: say that you have entered it"},
		{"a form that somebody filled in", with(after(whole, "person"), form), [6]State{Done, Done, Done, Ready, Done, Done}, "hand-over: Ada entered it on 2026-11-22."},
		{"a form filled in with another credential", with(on(evidence.Credential, whole+" person"), form), [6]State{Done, Attention, Done, Ready, Attention, Attention}, ""},
		{"a server that cannot say", with(after(whole, "push"), func(k *Known) { k.ServerSilent = true }), [6]State{Done, Done, Done, Ready, Done, Attention}, "hand-over: confirm that it works"},
		{"a server that cannot say, with a new redirect URI", with(after(whole, "push"), func(k *Known) {
			k.ServerSilent = true
			k.Claims = append([]evidence.State{{Claim: evidence.SingleSignOn, Standing: evidence.Void}}, k.Claims...)
		}), [6]State{Done, Done, Done, Ready, Attention, Attention}, "hand-over: Test single sign-on again"},
		{"no server token", with(after(whole), func(k *Known) { k.ServerToken = Absent }), [6]State{Done, Done, Done, Ready, Done, Ready}, "hand-over: Enter the token"},
		{"running", with(after(whole), func(k *Known) { k.Running = Prove }), [6]State{Done, Done, Done, Ready, Running, Ready}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			steps := Steps(tt.known)
			id, says, _ := strings.Cut(tt.says, ": ")
			for i, s := range steps {
				if s.ID != Order()[i] {
					t.Fatalf("step %d is %s", i, s.ID)
				}
				if s.State != tt.want[i] {
					t.Errorf("%s is %s (%s), want %s", s.ID, s.State, s.Reason, tt.want[i])
				}
				if s.Reason.IsZero() || s.Title.IsZero() {
					t.Errorf("%s has no title or gives no reason", s.ID)
				}
				if s.ID == id && !strings.Contains(s.Reason.String(), says) {
					t.Errorf("%s says %q, want %q in it", s.ID, s.Reason, says)
				}
				if rests := s.ID != Describe && s.ID != Choose; s.State == Done && rests == (s.ProvenAt.IsZero() || s.VoidWhen.IsZero()) {
					t.Errorf("%s is done, proven %s, void when %q", s.ID, s.ProvenAt, s.VoidWhen)
				}
			}
		})
	}
}

// form is a product that is typed into the vendor's console, unbooked one that
// books nothing.
func form(k *Known)     { k.ByForm = true; k.Claims = without(k.Claims, evidence.ServerWorks) }
func unbooked(k *Known) { k.Claims = without(k.Claims, evidence.Booking) }

func without(claims []evidence.State, claim evidence.Claim) []evidence.State {
	return slices.DeleteFunc(slices.Clone(claims), func(c evidence.State) bool { return c.Claim == claim })
}

// settingsAt has the script's results be of a time.
func settingsAt(k *Known, at time.Time) {
	k.Claims = slices.Clone(k.Claims)
	for i, c := range k.Claims {
		if c.Claim == evidence.RoomSettings {
			k.Claims[i].At = at
		}
	}
}

// TestWhatIsMissingFirstIsSaid: whoever has an application and a proof, and no
// tenant that was found, is not sent to prove once more.
func TestWhatIsMissingFirstIsSaid(t *testing.T) {
	for _, s := range Steps(Known{ClientID: true, Credential: Present, RoomsChosen: true, RoomsCount: -1}) {
		if s.ID != Describe && (s.State != Blocked || s.Reason.String() != describeFirst.String()) {
			t.Errorf("%s is %s: %s", s.ID, s.State, s.Reason)
		}
	}
}
