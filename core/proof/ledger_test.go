package proof

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/store"
	"github.com/roomkey/roomkey/core/words"
)

// book is a ledger with the facts that it goes by, which a test changes.
type book struct {
	*Ledger
	store *store.Store
	facts Facts
	// results are those of scripts, by name.
	results map[string]exchange.Result
	now     time.Time
}

func open(t *testing.T) *book {
	t.Helper()
	kept, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	clouds, _ := cloud.Load("")
	products, _ := product.Load("")
	permissions, err := permission.Load()
	if err != nil {
		t.Fatal(err)
	}
	c := connection.New("Contoso")
	c.Tenant = connection.Tenant{ID: "0f5d4b6a-9c3e-4d8f-8a0b-1c2d3e4f5061", Domain: "contoso.com"}
	c.Application.ClientID, c.Server.URL = "11111111-2222-4333-8444-555555555555", "https://booking.contoso.com"
	c.Product.ID, c.Server.Adapter = "flexo", product.AdapterContract
	c.Rooms.Mode = connection.All
	if err := kept.Save(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	b := &book{store: kept, results: map[string]exchange.Result{}, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	p, known := products.Get(c.Product.ID)
	b.facts = Facts{
		Connection: c, Product: p, Needs: p.With(nil, nil), Known: known, Permissions: permissions,
		Fingerprint: "first", Rooms: []string{"a@contoso.com", "b@contoso.com"}, Looked: true,
		Result: func(script string) (exchange.Result, bool) { r, ok := b.results[script]; return r, ok },
	}
	b.facts.Product.Adapter = product.AdapterContract
	b.facts.Cloud, _ = clouds.Get(c.Cloud)
	b.Ledger = Open(kept, c.ID, func(context.Context) Facts { return b.facts }, func() time.Time { return b.now })
	return b
}

// whole is a run in which each check that proves something passed.
func (b *book) whole() check.Run {
	run := check.Run{Verdict: check.Passed, Digest: b.facts.digest(), Started: b.now, Finished: b.now}
	for _, want := range b.facts.wanted() {
		for _, id := range want.By {
			run.Findings = append(run.Findings, check.Finding{ID: id, Status: check.Pass})
		}
	}
	return run
}

func (b *book) keep(t *testing.T, run check.Run) check.Run {
	t.Helper()
	c := b.facts.Connection
	run = b.Keep(t.Context(), run, c, b.Basis(t.Context(), c))
	if run.NotKept != nil {
		t.Fatal(run.NotKept)
	}
	return run
}

func (b *book) standing(t *testing.T, c evidence.Claim) evidence.Standing {
	t.Helper()
	claims, err := b.Claims(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return evidence.Find(claims, c).Standing
}

// TestVoid changes one thing that evidence rests on at a time: what rests on it is
// void, and nothing else.
func TestVoid(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*book)
		void   []evidence.Claim
		works  []evidence.Claim
	}{
		"nothing": {func(*book) {}, nil, []evidence.Claim{evidence.SignIn, evidence.Permissions, evidence.Calendars, evidence.Server}},
		"another credential": {func(b *book) { b.facts.Fingerprint = "second" },
			[]evidence.Claim{evidence.SignIn}, []evidence.Claim{evidence.Server, evidence.Calendars}},
		"a credential that cannot be read": {func(b *book) { b.facts.Fingerprint = "" }, nil, []evidence.Claim{evidence.SignIn}},
		"other rooms": {func(b *book) { b.facts.Rooms = b.facts.Rooms[:1] },
			[]evidence.Claim{evidence.Calendars}, []evidence.Claim{evidence.SignIn, evidence.Server}},
		"the same rooms in capitals": {func(b *book) { b.facts.Rooms = []string{"B@contoso.com", "a@contoso.com"} }, nil, []evidence.Claim{evidence.Calendars}},
		"another server": {func(b *book) { b.facts.Connection.Server.URL = "https://other.contoso.com" },
			[]evidence.Claim{evidence.Server}, []evidence.Claim{evidence.SignIn, evidence.Permissions}},
		"the limit was changed by a script": {func(b *book) {
			b.results["limit-application"] = exchange.Result{FinishedAt: b.now, Summary: map[string]int{exchange.Changed: 1}}
		}, []evidence.Claim{evidence.Calendars}, []evidence.Claim{evidence.SignIn}},
		"a script only showed what it would do": {func(b *book) {
			b.results["limit-application"] = exchange.Result{WhatIf: true, FinishedAt: b.now, Summary: map[string]int{exchange.Changed: 1}}
		}, nil, []evidence.Claim{evidence.Calendars}},
		"a month later": {func(b *book) { b.now = b.now.AddDate(0, 0, 31) }, []evidence.Claim{evidence.SignIn, evidence.Server}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t)
			b.keep(t, b.whole())
			tt.change(b)
			for _, c := range tt.void {
				if got := b.standing(t, c); got != evidence.Void {
					t.Errorf("%s is %s, want void", c, got)
				}
			}
			for _, c := range tt.works {
				if got := b.standing(t, c); got != evidence.Works {
					t.Errorf("%s is %s, want proven", c, got)
				}
			}
		})
	}
}

// TestRuns: a run of all checks is kept with the one before it and is of the
// present configuration until that changes; one of fewer checks does not take its
// place, and what failed in it stays in the verdict.
func TestRuns(t *testing.T) {
	b := open(t)
	if run, _, err := b.LastCheck(t.Context()); run != nil || err != nil {
		t.Fatalf("%+v %v", run, err)
	}
	first := b.whole()
	first.From = "the first"
	if run := b.keep(t, first); run.Verdict != check.Passed {
		t.Errorf("the first is %s: %+v", run.Verdict, run.RootCause)
	}
	b.now = b.now.Add(time.Hour)
	b.keep(t, check.Run{Verdict: check.Failed, Only: []string{check.Token}, Finished: b.now, Findings: []check.Finding{{ID: check.Token, Status: check.Fail}}})
	last, current, err := b.LastCheck(t.Context())
	if err != nil || last.From != "the first" || !current || last.Verdict != check.Failed || last.RootCause.Check != check.Token {
		t.Errorf("after the small one: %+v, current %v, %v", last, current, err)
	}
	b.now = b.now.Add(time.Hour)
	b.keep(t, b.whole())
	last, _, err = b.LastCheck(t.Context())
	if err != nil || last.Verdict != check.Passed || b.PreviousCheck() == nil || b.PreviousCheck().From != "the first" {
		t.Errorf("after the third: %+v, before it %+v, %v", last, b.PreviousCheck(), err)
	}
	b.facts.Rooms = b.facts.Rooms[:1]
	if _, current, _ := b.LastCheck(t.Context()); current {
		t.Error("it is of other rooms, and counts as of these")
	}
}

// TestADamagedRunIsReplaced: its remedy is to run the checks again, and that helps.
func TestADamagedRunIsReplaced(t *testing.T) {
	b := open(t)
	b.keep(t, b.whole())
	list, _ := b.store.List()
	if err := os.WriteFile(filepath.Join(filepath.Dir(list[0].File), "check.json"), []byte(`{"at": `), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.LastCheck(t.Context()); problem.CodeOf(err) != store.CodeStateDamaged {
		t.Fatalf("not damaged: %v", err)
	}
	b.keep(t, b.whole())
	if run, current, err := b.LastCheck(t.Context()); run == nil || !current || err != nil {
		t.Errorf("after another run: %v %v", current, err)
	}
}

// TestPushes: what was taken off the server again is not handed over, and what a
// version that kept no evidence pushed counts for exactly that configuration.
func TestPushes(t *testing.T) {
	b := open(t)
	push := func(state string) {
		if err := b.store.AppendPush(b.facts.Connection.ID, store.Push{At: b.now, Digest: b.facts.digest(), State: state, IdempotencyKey: state}); err != nil {
			t.Fatal(err)
		}
	}
	push(store.PushDone)
	if got := b.standing(t, evidence.HandedOver); got != evidence.Works {
		t.Errorf("of an older version: %s", got)
	}
	b.facts.Fingerprint = "second"
	if got := b.standing(t, evidence.HandedOver); got != evidence.Void {
		t.Errorf("of an older version, with another credential: %s", got)
	}
	if err := b.Remember(t.Context(), Pushed(evidence.Proven, words.Text{}, b.now, b.facts.basis())); err != nil {
		t.Fatal(err)
	}
	if got := b.standing(t, evidence.HandedOver); got != evidence.Works {
		t.Errorf("pushed: %s", got)
	}
	if known, err := b.Remembers(evidence.HandedOver); !known || err != nil {
		t.Errorf("%v %v", known, err)
	}
	push(store.PushRemoved)
	push(store.PushFailed)
	if got := b.standing(t, evidence.HandedOver); got != evidence.Untested {
		t.Errorf("removed, and a push refused since: %s", got)
	}
}

// TestLostAgain: a server that has nothing any more takes its proof back.
func TestLostAgain(t *testing.T) {
	b := open(t)
	if err := b.store.AppendPush(b.facts.Connection.ID, store.Push{At: b.now, State: store.PushDone, IdempotencyKey: "1"}); err != nil {
		t.Fatal(err)
	}
	run := b.whole()
	i := slices.IndexFunc(run.Findings, func(f check.Finding) bool { return f.ID == check.ServerToken })
	run.Findings[i].Evidence = map[string]any{"stored": false}
	b.keep(t, run)
	if got := b.standing(t, evidence.HandedOver); got != evidence.Attention {
		t.Errorf("handed over is %s", got)
	}
}

// TestWanted: what is claimed follows from the product and from what its server
// can say.
func TestWanted(t *testing.T) {
	b := open(t)
	by := func(c evidence.Claim) []string {
		i := slices.IndexFunc(b.facts.wanted(), func(w evidence.Want) bool { return w.Claim == c })
		if i < 0 {
			return []string{"not wanted"}
		}
		return b.facts.wanted()[i].By
	}
	expect := func(what string, handedOver, works string) {
		t.Helper()
		if h, w := by(evidence.HandedOver), by(evidence.ServerWorks); len(h) != 1 || h[0] != handedOver || len(w) == 0 || w[0] != works {
			t.Errorf("%s: handed over by %v, works by %v", what, h, w)
		}
	}
	expect("contract", evidence.SourcePush, check.ServerStatusOf)
	b.facts.Product.Adapter = product.AdapterSeatsurfing
	expect("Seatsurfing", evidence.SourcePush, evidence.SourcePerson)
	b.facts.Product.Adapter = product.AdapterForm
	expect("form", evidence.SourcePerson, "not wanted")
	b.facts.Product.Model = product.Vendor
	expect("vendor's application", evidence.SourcePerson, SourceSignIns)
	if b.facts.Known = false; b.facts.wanted() != nil {
		t.Error("an unknown product claims something")
	}
}

// TestReported: the result of a script counts for the chosen rooms that are in it.
func TestReported(t *testing.T) {
	result := func(what string, rooms ...string) exchange.Result {
		r := exchange.Result{Script: "calendar-processing", Summary: map[string]int{what: len(rooms)}}
		for _, room := range rooms {
			r.Results = append(r.Results, exchange.Outcome{Identity: room, Status: what})
		}
		return r
	}
	for name, tt := range map[string]struct {
		r    exchange.Result
		want evidence.Standing
	}{
		"both rooms": {result(exchange.Changed, "A@contoso.com", "b@contoso.com"), evidence.Works},
		"one of two": {result(exchange.Same, "a@contoso.com"), evidence.Attention},
		"it failed":  {result(exchange.Failed, "a@contoso.com", "b@contoso.com"), evidence.Failed},
		"no room":    {result(exchange.Changed), evidence.Attention},
	} {
		b := open(t)
		tt.r.FinishedAt = b.now
		b.results["calendar-processing"] = tt.r
		if got := b.standing(t, evidence.RoomSettings); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
		b.results["calendar-processing-undo"] = exchange.Result{FinishedAt: b.now.Add(time.Minute)}
		if got := b.standing(t, evidence.RoomSettings); got != evidence.Untested {
			t.Errorf("%s, undone: %s", name, got)
		}
	}
}

// TestLimitedBy: a limit stands by its script's result until another result shows
// otherwise or undoes it.
func TestLimitedBy(t *testing.T) {
	b := open(t)
	at := b.now
	result := func(script, status string, says ...string) {
		at = at.Add(time.Minute)
		r := exchange.Result{Script: script, FinishedAt: at, Results: []exchange.Outcome{{Identity: "x", Status: status}}}
		for _, in := range says {
			action := map[string]string{"True": "in scope", "False": "out of scope"}[in]
			r.Results = append(r.Results, exchange.Outcome{Identity: "a", Action: action, Status: exchange.Same, After: map[string]string{"Role": "r", "InScope": in}})
		}
		b.results[script] = exchange.NewResult(r)
	}
	for _, next := range []struct {
		script, status string
		says           []string
		want           string
	}{
		{"limit-application", exchange.Failed, nil, ""},
		{"limit-application", exchange.Changed, nil, "limit-application"},
		{"limit-application-test", exchange.Failed, nil, ""},
		{"limit-application-test", exchange.Same, []string{"True"}, ""},
		{"limit-application-test", exchange.Same, []string{"True", "False"}, "limit-application"},
		{"limit-application-undo", exchange.Changed, nil, ""},
	} {
		result(next.script, next.status, next.says...)
		if got := b.facts.LimitedBy(); got != next.want {
			t.Errorf("%s %s %v: %q, want %q", next.script, next.status, next.says, got, next.want)
		}
	}
}

// The smallest test that got a token counts as the last use of the application,
// and none of another application does.
func TestLastToken(t *testing.T) {
	b := open(t)
	if at := b.LastToken(t.Context()); !at.IsZero() {
		t.Errorf("used at %s before any test", at)
	}
	b.keep(t, b.whole())
	b.now = b.now.Add(time.Hour)
	c := b.facts.Connection
	small := check.Run{Finished: b.now, Findings: []check.Finding{{ID: check.Token, Status: check.Warn}}}
	if err := b.Remember(t.Context(), small.Evidence(b.Basis(t.Context(), c))...); err != nil {
		t.Fatal(err)
	}
	if at := b.LastToken(t.Context()); !at.Equal(b.now) {
		t.Errorf("last used at %s, want %s", at, b.now)
	}
	c.Application.ClientID = "99999999-2222-4333-8444-555555555555"
	if at := b.LastToken(t.Context()); !at.IsZero() {
		t.Errorf("another application was used at %s", at)
	}
}
