package check

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
)

// answers steers every call of a world by one byte each: 0 is the healthy
// answer, anything else some way in which an answer is none.
type answers []byte

// of gives the way of the n-th call, and whether it is a good one.
func (a answers) of(n int) (way byte, good bool) {
	if n >= len(a) {
		return 0, true
	}
	return a[n] % 9, a[n]%9 == 0
}

// spoiled is an error for a way, nil where the answer is empty or malformed
// instead; one way is a client that breaks.
func spoiled(way byte) error {
	switch way {
	case 1:
		return refusal("graph.unexpected-answer")
	case 2:
		return refusal("graph.throttled")
	case 3:
		return forbidden()
	case 4:
		return errors.New("something")
	case 5:
		panic("a type that nobody expected")
	case 6:
		return context.DeadlineExceeded
	}
	return nil
}

func answered[T any](way byte, good []T, empty bool) tenant.Listing[T] {
	if err := spoiled(way); err != nil {
		l := tenant.Listing[T]{Problem: problem.Of(err)}
		if way == 2 {
			l.Items = good // came half-way
		}
		return l
	}
	switch way {
	case 0:
		return tenant.Listing[T]{Items: good, Complete: true}
	case 7:
		return tenant.Listing[T]{Items: good} // not complete, and no reason
	}
	if empty {
		return tenant.Listing[T]{Items: make([]T, 3), Complete: true} // entries without anything
	}
	return tenant.Listing[T]{Complete: true}
}

const (
	callDiscover = iota
	callToken
	callRooms
	callCalendar
	callPeople
	callGroups
	callDescribe
	callCurrent
	callProbe
	callCount
)

// steered is a healthy world whose calls answer as the bytes say. It notes
// whether the calls that prove something were good.
func steered(a answers) *world {
	w := healthy(2)
	rooms, people, groups, token, discovery, probe := w.rooms.Items, w.people.Items, w.groups.Items, w.token, w.discovery, w.probe
	w.in.Discover = func(context.Context) (cloud.Discovery, error) {
		way, good := a.of(callDiscover)
		if good {
			return discovery, nil
		}
		return cloud.Discovery{}, spoiled(way)
	}
	w.in.Tokens = steeredTokens{a, token}
	w.in.Directory = steeredDirectory{a, rooms, people, groups}
	w.calendar = func(string) error {
		way, good := a.of(callCalendar)
		if good {
			return nil
		}
		if err := spoiled(way); err != nil {
			return err
		}
		return refusal("graph.unexpected-answer")
	}
	w.probe = func(url string) (transport.Evidence, error) {
		way, good := a.of(callProbe)
		if good {
			return probe(url)
		}
		return transport.Evidence{}, spoiled(way)
	}
	w.in.Server = steeredServer{a, server{w}}
	return w
}

type steeredTokens struct {
	a    answers
	good entra.Token
}

func (s steeredTokens) Token(ctx context.Context) (entra.Token, error) { return s.Fresh(ctx) }
func (s steeredTokens) Fresh(context.Context) (entra.Token, error) {
	way, good := s.a.of(callToken)
	if good {
		return s.good, nil
	}
	if err := spoiled(way); err != nil {
		return s.good, err // a token beside an error is none
	}
	t := s.good
	switch way {
	case 7:
		t.Claims = nil
	case 8:
		t.Claims = &entra.Claims{}
	}
	return t, nil
}

type steeredDirectory struct {
	a      answers
	rooms  []tenant.Room
	people []tenant.Person
	groups []tenant.Group
}

func (d steeredDirectory) Rooms(_ context.Context, page func([]tenant.Room)) tenant.Listing[tenant.Room] {
	way, _ := d.a.of(callRooms)
	return paged(answered(way, d.rooms, true), page)
}
func (d steeredDirectory) RoomsOf(context.Context, string) tenant.Listing[tenant.Room] {
	way, _ := d.a.of(callRooms)
	return answered(way, d.rooms, true)
}
func (d steeredDirectory) RoomLists(context.Context) tenant.Listing[tenant.RoomList] {
	return tenant.Listing[tenant.RoomList]{}
}
func (d steeredDirectory) People(_ context.Context, _ string, page func([]tenant.Person)) tenant.Listing[tenant.Person] {
	way, _ := d.a.of(callPeople)
	return paged(answered(way, d.people, false), page)
}
func (d steeredDirectory) Members(_ context.Context, _, _ string, _ func([]tenant.Person)) tenant.Listing[tenant.Person] {
	way, _ := d.a.of(callPeople)
	return answered(way, d.people, false)
}
func (d steeredDirectory) Look(context.Context, string) (tenant.Account, error) {
	way, _ := d.a.of(callPeople)
	return tenant.Account{}, spoiled(way)
}
func (d steeredDirectory) Inside(context.Context, string) tenant.Listing[tenant.Member] {
	way, _ := d.a.of(callGroups)
	return answered(way, []tenant.Member{}, true)
}
func (d steeredDirectory) Groups(_ context.Context, page func([]tenant.Group)) tenant.Listing[tenant.Group] {
	way, _ := d.a.of(callGroups)
	return paged(answered(way, d.groups, true), page)
}

type steeredServer struct {
	a answers
	server
}

func (s steeredServer) Describe(ctx context.Context) (ServerDescription, error) {
	way, good := s.a.of(callDescribe)
	if good {
		return s.server.Describe(ctx)
	}
	return ServerDescription{}, spoiled(way)
}
func (s steeredServer) Current(ctx context.Context) (ServerCurrent, error) {
	way, good := s.a.of(callCurrent)
	if good {
		return s.server.Current(ctx)
	}
	if err := spoiled(way); err != nil {
		return ServerCurrent{}, err
	}
	return ServerCurrent{Stored: true}, refusal("booking.token-wrong")
}

// FuzzNeverAFalseGreen is the promise: whatever comes back, a permission whose
// proof did not succeed is not called proven, a feature that needs it is not
// called working, and the run is not green.
func FuzzNeverAFalseGreen(f *testing.F) {
	f.Add([]byte{})
	for call := range callCount {
		for way := byte(1); way < 9; way++ {
			steps := make([]byte, callCount)
			steps[call] = way
			f.Add(steps)
		}
	}
	f.Fuzz(func(t *testing.T, steps []byte) {
		a := answers(steps)
		r := whole(t)(Diagnose(t.Context(), steered(a).in, nil, nil))
		all := true
		for call := range callCount {
			_, good := a.of(call)
			// The mildest: a tenant without groups, a warning by design.
			all = all && good
		}
		if all != (r.Verdict == Passed) {
			t.Errorf("%v: everything good: %v, verdict %s\n%s", steps, all, r.Verdict, show(r))
		}
		if r.Verdict == Incomplete || r.Verdict == Failed {
			if r.RootCause == nil || r.RootCause.Code == "" {
				t.Errorf("%v: no root cause\n%s", steps, show(r))
			}
		}
		if r.Verdict == Incomplete && r.Digest != "" {
			t.Errorf("%v: an incomplete run opens the gate", steps)
		}
		proofs := map[string]int{"Place.Read.All": callRooms, "User.Read.All": callPeople, "Group.Read.All": callGroups, "Calendars.Read": callCalendar}
		for _, l := range r.Layers {
			if call, known := proofs[l.Value]; l.Proven == permission.Yes && (!known || !good(a, call)) {
				t.Errorf("%v: %s is called proven", steps, l.Value)
			}
		}
		proves := map[string]int{"rooms": callRooms, "people": callPeople, "groups": callGroups, "calendars": callCalendar}
		for _, ft := range r.Features {
			// A token that cannot be read may do its work all the same.
			way, token := a.of(callToken)
			token = token || way == 7
			if call, known := proves[ft.ID]; ft.State == FeatureWorks && (!known || !good(a, call) || !token) {
				t.Errorf("%v: %s is said to work\n%s", steps, ft.ID, show(r))
			}
		}
		for _, finding := range r.Findings {
			if finding.Status != Pass && finding.Status != Skipped && (finding.Problem == nil || finding.Problem.Title.IsZero()) {
				t.Errorf("%v: %s says nothing", steps, finding.ID)
			}
		}
	})
}

func good(a answers, call int) bool { _, g := a.of(call); return g }

// FuzzVerdict weighs any statuses: only a run in which everything that is
// needed passed is green.
func FuzzVerdict(f *testing.F) {
	f.Add([]byte{0, 0, 0}, false)
	f.Add([]byte{0, 4, 1}, true)
	statuses := []Status{Pass, Warn, Fail, Unknown, Skipped, "", "PASS"}
	f.Fuzz(func(t *testing.T, findings []byte, cancelled bool) {
		r := Run{}
		bad, open := false, cancelled
		proven := false
		for i, b := range findings {
			status := statuses[int(b)%len(statuses)]
			r.Findings = append(r.Findings, Finding{ID: string(rune('a' + i%26)), Status: status})
			bad = bad || status == Fail
			open = open || status == Unknown || status == "" || status == "PASS"
			proven = proven || status == Pass || status == Warn
		}
		r.conclude(newState(healthy(0).in, 0, nil), cancelled)
		switch green := r.Verdict == Passed || r.Verdict == Warned; {
		case green && (bad || open || !proven):
			t.Errorf("%v, cancelled %v: %s", findings, cancelled, r.Verdict)
		case !bad && !open && proven && !green:
			t.Errorf("%v: %s, with nothing against it", findings, r.Verdict)
		case bad && r.Verdict != Failed:
			t.Errorf("%v: %s, with a failure", findings, r.Verdict)
		}
	})
}

// TestThreeHundredRoomsFourAtATime is the bound that Outlook sets, and what the
// administrator sees meanwhile.
func TestThreeHundredRoomsFourAtATime(t *testing.T) {
	w := healthy(300)
	w.latency = time.Millisecond
	last, total, told := 0, 0, map[string]bool{}
	w.in.Room = func(p RoomProof) { told[p.Room] = p.Status == Pass && p.Listed == permission.Yes }
	r := whole(t)(Diagnose(t.Context(), w.in, nil, func(p progress) {
		if p.Done < last {
			t.Errorf("progress went back from %d to %d", last, p.Done)
		}
		last, total = p.Done, p.Total
	}))
	if r.Rooms.Proven != 300 || w.mostUnderway.Load() != outlookAtATime || last != total || len(told) != 300 {
		t.Errorf("proven %d, at once %d, progress %d of %d, told of %d", r.Rooms.Proven, w.mostUnderway.Load(), last, total, len(told))
	}
}

// TestInterruptedRunGoesOn resumes after a cancel, and starts afresh after a
// run that looked at everything.
func TestInterruptedRunGoesOn(t *testing.T) {
	w, kept := healthy(40), &keptProofs{proofs: map[string]RoomProof{}}
	w.in.Proofs = kept
	ctx, cancel := context.WithCancel(t.Context())
	w.calendar = func(string) error {
		if w.calls.Load() == 20 {
			cancel()
		}
		return ctx.Err()
	}
	if r := whole(t)(Diagnose(ctx, w.in, nil, nil)); r.Verdict != Incomplete {
		t.Fatal(r.Verdict)
	}
	before := w.calls.Load()
	w.calendar = func(string) error { return nil }
	r := w.run(t)
	if asked := w.calls.Load() - before; r.Rooms.Resumed < 10 || int(asked)+r.Rooms.Resumed != 40 || r.Verdict != Passed {
		t.Errorf("verdict %s, resumed %d, asked %d", r.Verdict, r.Rooms.Resumed, asked)
	}
	if len(kept.proofs) != 0 {
		t.Error("a whole run has to leave no proofs to resume from")
	}
	w.in.Digest = func([]string) string { return "another configuration" }
	kept.proofs["room0@contoso.example"] = RoomProof{Room: "room0@contoso.example", Status: Pass, Digest: "this one", At: noon}
	if r := w.run(t); r.Rooms.Resumed != 0 {
		t.Error("a proof of another configuration counted")
	}
}
