package evidence

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

func stand(c Claim, standing Standing) State {
	s := State{Claim: c, Title: c.info().title, Standing: standing, Reason: words.T("Not tested.")}
	if standing != Untested {
		s.At, s.Source = noon, "source of "+string(c)
	}
	if standing == Failed || standing == Attention || standing == Unknown {
		s.Problem = &problem.Problem{Title: words.T("It is %s.", string(standing))}
	}
	return s
}

// drawn is a chain in one line: a sign a link, with "*" after the root cause.
func drawn(c Chain) (line string) {
	for _, l := range c {
		line += l.Standing.Sign()
		if l.RootCause {
			line += "*"
		}
	}
	return line
}

// TestDraw: what a chain looks like for what its claims come to.
func TestDraw(t *testing.T) {
	idle := State{Claim: Rooms, Standing: Unknown, At: noon, Reason: words.T("Not tested, because this did not succeed: %s", "x")}
	optional := stand(Booking, Unknown)
	optional.Optional = true
	for _, tt := range []struct {
		name   string
		states []State
		want   string
	}{
		{"nothing claimed", nil, ""},
		{"nothing tested", []State{stand(Network, Untested), stand(SignIn, Untested)}, "··"},
		{"everything proven", []State{stand(Fields, Works), stand(Network, Works), stand(SignIn, Works)}, "✓✓"},
		{"what the product does not have is not drawn", []State{stand(SignIn, Works), stand(HandedOver, Untested), stand(RoomSettings, Failed)}, "✓"},
		{"the first is broken", []State{stand(Network, Failed), stand(SignIn, Untested), idle}, "✗*––"},
		{"the middle is broken", []State{stand(Network, Works), stand(SignIn, Failed), stand(Permissions, Works), idle, stand(Calendars, Void)}, "✓✗*✓––"},
		{"the last is broken", []State{stand(SignIn, Works), stand(Booking, Untested), stand(ServerWorks, Failed)}, "✓·✗*"},
		{"two are broken", []State{stand(SignIn, Attention), stand(Calendars, Failed), stand(Server, Failed)}, "!✗*✗"},
		{"one of two claims", []State{stand(Calendars, Works), stand(Scope, Untested)}, "·"},
		{"the worst of a link decides", []State{stand(Rooms, Works), stand(People, Failed), stand(Groups, Attention)}, "✗*"},
		{"nobody answered", []State{stand(SignIn, Unknown), idle, stand(Server, Works)}, "?*–✓"},
		{"a failure comes before what nobody answered", []State{stand(SignIn, Unknown), stand(Server, Failed)}, "?✗*"},
		{"what need not be answered breaks nothing", []State{optional, stand(Server, Untested)}, "?·"},
		{"void", []State{stand(SignIn, Works), stand(Calendars, Void)}, "✓↻"},
	} {
		if got := drawn(Draw(tt.states)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestTheChainNeverFlatters: for whatever claims come to, a link is proven only
// when all of its claims are, nothing comes before the first broken link that is
// broken, too, and nothing that was seen is called not reached.
func TestTheChainNeverFlatters(t *testing.T) {
	standings := []Standing{Works, Attention, Failed, Unknown, Void, Untested}
	dice := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		var states []State
		for _, c := range Claims() {
			if dice.IntN(5) > 0 {
				states = append(states, stand(c, standings[dice.IntN(len(standings))]))
			}
		}
		reached, causes := true, 0
		var in []Claim
		for _, l := range Draw(states) {
			if l.Title.IsZero() || l.Standing.Sign() == "" || l.Says().IsZero() || len(l.Claims) == 0 {
				t.Fatalf("%+v cannot be drawn", l)
			}
			in = append(in, l.Claims...)
			whole, seen := true, false
			for _, c := range l.Claims {
				s := Find(states, c)
				whole = whole && s.Standing == Works
				seen = seen || s.Standing == Failed || s.Standing == Attention || s.Standing == Unknown
			}
			if (l.Standing == Works) != whole || whole && (l.At.IsZero() || l.VoidWhen.IsZero() || !l.Reason.IsZero()) || !whole && l.Reason.IsZero() {
				t.Fatalf("%+v of %+v", l, states)
			}
			if l.Standing == Failed && reached && !l.RootCause {
				t.Fatalf("the first broken link is not the root cause: %+v", l)
			}
			if l.Standing == NotReached && (reached || seen) {
				t.Fatalf("%+v was reached: %+v", l, states)
			}
			if l.RootCause {
				causes++
			}
			reached = reached && !l.RootCause && l.Standing != Failed
		}
		if causes > 1 {
			t.Fatalf("%d root causes", causes)
		}
		for _, s := range states {
			if id, _ := s.Claim.Link(); slices.Contains(in, s.Claim) != (id != "") {
				t.Fatalf("%s is in link %q and is not drawn, or drawn and in none", s.Claim, id)
			}
		}
	}
}

// TestWhatATenantDoesNotHaveIsNoProof: a link of nothing else is not drawn as
// proven, and beside what works it is passed over.
func TestWhatATenantDoesNotHaveIsNoProof(t *testing.T) {
	l := link{title: func(func(Claim) bool) words.Text { return words.Plain("Lists") }}
	lacks := State{Claim: Rooms, Standing: Lacking, Reason: words.Plain("no places")}
	if out := l.drawn([]State{lacks}); out.Standing != Lacking || out.Says().IsZero() || out.Standing.Sign() == "" {
		t.Errorf("%+v", out)
	}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	if out := l.drawn([]State{lacks, {Claim: People, Standing: Works, At: at}}); out.Standing != Works || !out.At.Equal(at) {
		t.Errorf("%+v", out)
	}
}
