package evidence

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var basis = Basis{
	Application: "a", Credential: "c", Product: "p", ChosenRooms: "r", ExchangeLimit: "x",
	Addresses: "n", Redirects: "u", BookingServer: "s",
}

func changed(p Part, digest string) Basis {
	b := Basis{}
	for part, d := range basis {
		b[part] = d
	}
	b[p] = digest
	return b
}

func seen(c Claim, source string, o Outcome, at time.Time, on Basis) Record {
	r := Record{Claim: c, Source: source, Outcome: o, At: at, RequestID: source + " request", Basis: on.Of(c)}
	if o != Proven {
		r.Problem = &problem.Problem{Title: words.T("%s: %s.", source, string(o))}
	}
	return r
}

var product = []Want{
	{Claim: SignIn, By: []string{"tenant", "token"}},
	{Claim: Permissions, By: []string{"token.roles"}, Optional: true},
	{Claim: Calendars, By: []string{"rooms.calendars"}},
	{Claim: Booking, By: []string{"booking.test"}, Optional: true},
	{Claim: HandedOver},
}

// TestRemembered plays runs one after another: what a claim comes to, and what
// the headline says.
func TestRemembered(t *testing.T) {
	run := func(at time.Time, on Basis, results map[string]Outcome) (records []Record) {
		claims := map[string]Claim{"tenant": SignIn, "token": SignIn, "token.roles": Permissions, "rooms.calendars": Calendars, "booking.test": Booking, "credential.expiry": SignIn, SourcePush: HandedOver, SourcePerson: HandedOver}
		for source, outcome := range results {
			records = append(records, seen(claims[source], source, outcome, at, on))
		}
		return records
	}
	less := map[string]Outcome{"tenant": Proven, "token": Proven, "rooms.calendars": Proven}
	more := func(booking Outcome) map[string]Outcome {
		return map[string]Outcome{"tenant": Proven, "token": Proven, "rooms.calendars": Proven, "booking.test": booking}
	}
	tests := []struct {
		name     string
		runs     [][]Record
		now      Basis
		at       time.Time
		claim    Claim
		want     Standing
		reason   string
		headline string
	}{
		{"nothing yet", nil, basis, noon, SignIn, Untested, "Not tested.", "Nothing has been tested yet."},
		{"an ordinary run", [][]Record{run(noon, basis, less)}, basis, noon, Booking, Untested, "Not tested.", "Sign-in and reading work. Booking has not been tested."},
		{"one of two sources is not the claim", [][]Record{run(noon, basis, map[string]Outcome{"tenant": Proven})}, basis, noon, SignIn, Untested, "Not tested.", ""},
		{"a test booking warned", [][]Record{run(noon, basis, more(Doubtful))}, basis, noon, Booking, Attention, "booking.test: doubtful.", "Booking needs attention. Sign-in and reading work."},
		{"trying less keeps the warning", [][]Record{run(noon, basis, more(Doubtful)), run(noon.Add(time.Hour), basis, less)}, basis, noon.Add(time.Hour), Booking, Attention, "booking.test: doubtful.", ""},
		{"trying less keeps the failure", [][]Record{run(noon, basis, more(Disproved)), run(noon.Add(time.Hour), basis, less)}, basis, noon.Add(time.Hour), Booking, Failed, "booking.test: disproved.", "Booking does not work. Sign-in and reading work."},
		{"no answer keeps the failure", [][]Record{run(noon, basis, more(Disproved)), run(noon.Add(time.Hour), basis, more(Unanswered))}, basis, noon, Booking, Failed, "booking.test: disproved.", ""},
		{"no answer on a changed basis does not", [][]Record{run(noon, basis, more(Disproved)), run(noon.Add(time.Hour), changed(ChosenRooms, "other"), more(Unanswered))}, changed(ChosenRooms, "other"), noon, Booking, Unknown, "booking.test: unanswered.", ""},
		{"trying the same and passing ends it", [][]Record{run(noon, basis, more(Doubtful)), run(noon.Add(time.Hour), basis, more(Proven))}, basis, noon.Add(time.Hour), Booking, Works, "", "Sign-in, reading and booking work."},
		{"no answer takes the green away", [][]Record{run(noon, basis, less), run(noon, basis, map[string]Outcome{"token": Unanswered})}, basis, noon, SignIn, Unknown, "token: unanswered.", "Reading works. Sign-in could not be tested. Booking has not been tested."},
		{"what nobody had to try was not left unanswered", [][]Record{run(noon, basis, more(Unanswered)), run(noon, basis, more(NotTried))}, basis, noon, Booking, Untested, "Not tested.", "Sign-in and reading work. Booking has not been tested."},
		{"what nobody had to try stays disproved", [][]Record{run(noon, basis, more(Disproved)), run(noon, basis, more(NotTried))}, basis, noon, Booking, Failed, "booking.test: disproved.", ""},
		{"a source beside the proof warns", [][]Record{run(noon, basis, less), run(noon, basis, map[string]Outcome{"credential.expiry": Doubtful})}, basis, noon, SignIn, Attention, "credential.expiry: doubtful.", ""},
		{"a source beside the proof proves nothing", [][]Record{run(noon, basis, map[string]Outcome{"credential.expiry": Proven})}, basis, noon, SignIn, Untested, "Not tested.", ""},
		{"other rooms", [][]Record{run(noon, basis, less)}, changed(ChosenRooms, "other"), noon, Calendars, Void, "The chosen rooms have changed since.", "Sign-in works. Reading must be tested again. Booking has not been tested."},
		{"other rooms leave the sign-in", [][]Record{run(noon, basis, less)}, changed(ChosenRooms, "other"), noon, SignIn, Works, "", ""},
		{"another credential", [][]Record{run(noon, basis, less)}, changed(Credential, "other"), noon, SignIn, Void, "The credential has changed since.", ""},
		{"a scope script ran", [][]Record{run(noon, basis, less)}, changed(ExchangeLimit, "other"), noon, Calendars, Void, "The Exchange limit has changed since.", ""},
		{"a scope script ran, and reading had shown a permission", [][]Record{run(noon, basis, map[string]Outcome{"token.roles": Proven})}, changed(ExchangeLimit, "other"), noon, Permissions, Void, "The Exchange limit has changed since.", ""},
		{"a credential that cannot be asked for is no other one", [][]Record{run(noon, basis, less)}, Basis{Application: "a"}, noon, SignIn, Works, "", ""},
		{"a failure on another basis is void", [][]Record{run(noon, basis, more(Disproved))}, changed(ChosenRooms, "other"), noon, Booking, Void, "The chosen rooms have changed since.", ""},
		{"too old", [][]Record{run(noon, basis, less)}, basis, noon.Add(lasts + time.Second), SignIn, Void, "It was tested more than 30 days ago.", ""},
		{"dated in the future", [][]Record{run(noon.Add(ahead+time.Second), basis, less)}, basis, noon, SignIn, Void, "It is dated in the future, so its age is unknown.", "Sign-in and reading must be tested again. Booking has not been tested."},
		{"by a clock that was a little ahead", [][]Record{run(noon.Add(ahead), basis, less)}, basis, noon, SignIn, Works, "", ""},
		{"a failure in the future", [][]Record{run(noon.Add(time.Hour), basis, more(Disproved))}, basis, noon, Booking, Failed, "booking.test: disproved.", ""},
		{"not too old", [][]Record{run(noon, basis, less)}, basis, noon.Add(lasts), SignIn, Works, "", ""},
		{"a person's word does not age", [][]Record{run(noon, basis, map[string]Outcome{SourcePerson: Proven})}, basis, noon.Add(10 * lasts), HandedOver, Works, "", ""},
		{"a person's word is of what was typed", [][]Record{run(noon, basis, map[string]Outcome{SourcePerson: Proven})}, changed(Credential, "other"), noon, HandedOver, Void, "The credential has changed since.", ""},
		{"from an older version", [][]Record{{{Claim: Calendars, Source: "rooms.calendars", Outcome: Proven, At: noon}}}, basis, noon, Calendars, Void, "It was tested with an older version of Roomkey.", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var records []Record
			for _, r := range tt.runs {
				records = Merge(records, r...)
			}
			states := Assess(records, product, tt.now, tt.at)
			if len(states) != len(product) {
				t.Fatalf("%d states of %d claims", len(states), len(product))
			}
			s := Find(states, tt.claim)
			if s.Standing != tt.want || s.Reason.String() != tt.reason {
				t.Errorf("%s is %s (%s), want %s (%s)", tt.claim, s.Standing, s.Reason, tt.want, tt.reason)
			}
			if s.Standing == Works && (s.At.IsZero() || s.VoidWhen.IsZero()) {
				t.Errorf("proven without when and until when: %+v", s)
			}
			if got := Headline(states).String(); tt.headline != "" && got != tt.headline {
				t.Errorf("headline %q, want %q", got, tt.headline)
			}
		})
	}
}

// TestProvenSince: a claim with several sources is as old as the oldest.
func TestProvenSince(t *testing.T) {
	records := Merge(nil, seen(SignIn, "token", Proven, noon.Add(time.Hour), basis), seen(SignIn, "tenant", Proven, noon, basis))
	s := Find(Assess(records, product, basis, noon.Add(time.Hour)), SignIn)
	if !s.At.Equal(noon) || s.Source != "tenant" {
		t.Errorf("proven %s by %s", s.At, s.Source)
	}
	want := "Valid until 2026-12-22, or until one of these changes: the application and the credential."
	if s.VoidWhen.String() != want {
		t.Errorf("void when: %s", s.VoidWhen)
	}
}

// TestReading: the claims that read are one word while they stand the same.
func TestReading(t *testing.T) {
	wanted := []Want{{Claim: SignIn, By: []string{"token"}}, {Claim: Permissions, By: []string{"roles"}}, {Claim: Rooms, By: []string{"rooms"}}, {Claim: People, By: []string{"people"}}, {Claim: Booking, By: []string{"book"}}}
	all := []Record{seen(SignIn, "token", Proven, noon, basis), seen(Permissions, "roles", Proven, noon, basis), seen(Rooms, "rooms", Proven, noon, basis), seen(People, "people", Proven, noon, basis)}
	for _, tt := range []struct {
		name string
		also Record
		want string
	}{
		{"the same", all[0], "Sign-in and reading work. Booking has not been tested."},
		{"not the same", seen(People, "people", Disproved, noon, basis), "Listing people does not work. Sign-in and listing rooms work. Booking has not been tested."},
		{"a quiet claim fails", seen(Permissions, "roles", Disproved, noon, basis), "The permissions do not work. Sign-in and reading work. Booking has not been tested."},
	} {
		if got := Headline(Assess(Merge(all, tt.also), wanted, basis, noon)).String(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestWorst(t *testing.T) {
	records := []Record{seen(SignIn, "token", Doubtful, noon, basis), seen(Booking, "booking.test", Disproved, noon, basis)}
	if s, ok := Worst(Assess(records, product, basis, noon)); !ok || s.Claim != Booking {
		t.Errorf("the worst is %q, %t", s.Claim, ok)
	}
	if s, ok := Worst(Assess(nil, product, basis, noon)); ok {
		t.Errorf("the worst of nothing is %q", s.Claim)
	}
}

// TestStored: what is stored says the same when it is read back.
func TestStored(t *testing.T) {
	records := []Record{seen(SignIn, "token", Proven, noon, basis), seen(SignIn, "tenant", Proven, noon, basis), seen(Booking, "booking.test", Doubtful, noon, basis)}
	data, err := json.Marshal(records)
	if err != nil {
		t.Fatal(err)
	}
	var back []Record
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	now := Assess(back, product, basis, noon)
	if s := Find(now, Booking); s.Standing != Attention || s.Reason.String() != "booking.test: doubtful." {
		t.Errorf("booking is %s (%s)", s.Standing, s.Reason)
	}
	if s := Find(now, SignIn); s.Standing != Works {
		t.Errorf("sign-in is %s", s.Standing)
	}
}

// TestClaimsAreWhole: every claim can be spoken of, and every part that one
// rests on is known.
func TestClaimsAreWhole(t *testing.T) {
	for _, c := range claims {
		if c.title.IsZero() || c.name.IsZero() || c.inner.IsZero() || len(c.rests) == 0 {
			t.Errorf("%s is not whole", c.id)
		}
		if !strings.EqualFold(c.name.String(), c.inner.String()) {
			t.Errorf("%s: %q and %q", c.id, c.name, c.inner)
		}
		for _, p := range c.rests {
			if p.info().changed.IsZero() {
				t.Errorf("%s rests on %q, which is no part", c.id, p)
			}
		}
	}
}
