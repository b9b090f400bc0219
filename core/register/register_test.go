package register

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// TestPermissionsByExactValue: Calendars.ReadWrite.All is about work hours, and
// what the tenant has switched off or does not know is left out and said.
func TestPermissionsByExactValue(t *testing.T) {
	b := newBench(t)
	for _, v := range []string{"Place.Read.All", "Retired.By.Microsoft"} {
		b.in.Needs.Permissions = append(b.in.Needs.Permissions, product.Permission{Ref: permission.Ref{Value: v, Kind: permission.Application}})
	}
	w, unknown, _ := b.in.wanted(graphPrincipal)
	if w.roles()[0].ID != "role-calendars" || len(w.roles()) != 1 {
		t.Errorf("%+v", w.roles())
	}
	if len(unknown) != 2 || unknown[0].Value != "Place.Read.All" || unknown[1].Value != "Retired.By.Microsoft" {
		t.Errorf("%+v", unknown)
	}
	plan, err := MakePlan(t.Context(), b.in)
	if err != nil || plan.Blocked != nil {
		t.Fatal(err, plan.Blocked)
	}
	if !slices.ContainsFunc(plan.Items, func(i change.Item) bool {
		return i.ID == "unknown:application:Retired.By.Microsoft" && i.Action == change.Attention
	}) {
		t.Errorf("%+v", plan.Items)
	}
	// Where the list did not come, the catalogue stands in.
	if w, unknown, _ = b.in.wanted(tenant.ServicePrincipal{}); len(unknown) != 1 || w.roles()[0].ID != "ef54d2bf-783f-4e0f-bca1-3210c0444d99" {
		t.Errorf("%+v %+v", w.roles(), unknown)
	}
}

// TestLateOrphan: the answer that brought a secret is lost, and the secret does
// not show before the next one was made. It is removed at the end of the run,
// or, where it shows even later, by the next one, whose plan says so.
func TestLateOrphan(t *testing.T) {
	for name, lag := range map[string]int{"this run": 2, "the next run": 50} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			late := ""
			b.fail = func(call string) (error, bool) {
				if call != "secret" || late != "" {
					return nil, false
				}
				late = fmt.Sprintf("key-%d", b.n+1)
				b.lag[late] = lag
				return problem.DeclareFamily("").New("net.cut", problem.Refused, words.T("The connection was cut.")), true
			}
			result, err := b.apply(t)
			if err != nil || !result.Proof.Token || late == "" {
				t.Fatal(err)
			}
			if lag == 50 {
				b.lag[late] = 0
				plan, err := MakePlan(t.Context(), b.in)
				if err != nil {
					t.Fatal(err)
				}
				if todo := plan.Todo(); len(todo) != 1 || todo[0].ID != "orphan:"+late || todo[0].Action != change.Remove {
					t.Fatalf("%+v", todo)
				}
				if _, err := Apply(t.Context(), b.in, plan); err != nil {
					t.Fatal(err)
				}
			}
			if a := b.apps[0]; len(a.Secrets) != 1 || a.Secrets[0].KeyID != b.doc.Application.Credential.KeyID || a.Secrets[0].KeyID == late {
				t.Errorf("%+v, the document has %s", a.Secrets, b.doc.Application.Credential.KeyID)
			}
		})
	}
}

// TestEveryCallLost loses the answer of every changing call in turn, also of
// those that did not act.
func TestEveryCallLost(t *testing.T) {
	for _, acted := range []bool{true, false} {
		for n := range 5 {
			b := newBench(t)
			count := 0
			b.fail = func(string) (error, bool) {
				count++
				if count == n+1 {
					return problem.DeclareFamily("").New("net.cut", problem.Refused, words.T("cut")), acted
				}
				return nil, false
			}
			if _, err := b.apply(t); err != nil {
				t.Fatalf("%d: %v", n, err)
			}
			if len(b.apps) != 1 || len(b.apps[0].Secrets) != 1 || len(b.principals) != 1 || len(b.roles) != 1 || len(b.scopes) != 1 {
				t.Errorf("%d acted=%v: %d %d %d %d %d", n, acted, len(b.apps), len(b.apps[0].Secrets), len(b.principals), len(b.roles), len(b.scopes))
			}
		}
	}
}

// TestProofWaits: for a secret that Microsoft does not know everywhere yet, and
// for roles that lag; not for a refusal that stays.
func TestProofWaits(t *testing.T) {
	b := newBench(t)
	answers := []func() (entra.Token, error){
		func() (entra.Token, error) { return entra.Token{}, refusal("entra.AADSTS7000215") },
		func() (entra.Token, error) { return entra.Token{Claims: &entra.Claims{}}, nil },
		func() (entra.Token, error) {
			return entra.Token{Claims: &entra.Claims{Roles: []string{"Calendars.ReadWrite"}}}, nil
		},
	}
	asked := 0
	b.tokens = func() (entra.Token, error) { asked++; return answers[min(asked, len(answers))-1]() }
	result, err := b.apply(t)
	if err != nil || asked != 3 || len(result.Proof.Missing) != 0 {
		t.Fatalf("%d %+v %v", asked, result.Proof, err)
	}

	b = newBench(t)
	b.tokens = func() (entra.Token, error) { return entra.Token{}, refusal("entra.AADSTS7000222") }
	if _, err := b.apply(t); problem.CodeOf(err).String() != "entra.AADSTS7000222" {
		t.Errorf("an expired secret: %v", err)
	}
	b = newBench(t)
	b.tokens = func() (entra.Token, error) { return entra.Token{Claims: &entra.Claims{}}, nil }
	if _, err := b.apply(t); problem.CodeOf(err) != CodeUnfinished || !strings.Contains(problem.Of(err).Detail.String(), "Calendars.ReadWrite") {
		t.Errorf("roles that never come: %v", err)
	}
	// A token that does not show its roles proves the credential and no more.
	b = newBench(t)
	b.tokens = func() (entra.Token, error) { return entra.Token{}, nil }
	if result, err := b.apply(t); err != nil || !result.Proof.Opaque || len(result.Proof.Roles) != 0 {
		t.Errorf("%+v %v", result.Proof, err)
	}
}

// TestPatience: what never becomes visible ends, and says that nothing is lost.
func TestPatience(t *testing.T) {
	b := newBench(t)
	b.fail = func(call string) (error, bool) {
		if call == "principal" {
			return refusal(tenant.CodeNotYet.String()), false
		}
		return nil, false
	}
	_, err := b.apply(t)
	if problem.CodeOf(err) != CodeUnfinished {
		t.Fatalf("%v", err)
	}
	b.fail = nil
	if _, err := b.apply(t); err != nil || len(b.apps) != 1 {
		t.Errorf("%d %v", len(b.apps), err)
	}
}

func TestCancelWithinASecond(t *testing.T) {
	b := newBench(t)
	b.in.Pace = func(int) time.Duration { return time.Hour }
	b.in.Patience = 2 * time.Hour
	b.fail = func(string) (error, bool) { return refusal(tenant.CodeNotYet.String()), false }
	plan, err := MakePlan(t.Context(), b.in)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(30*time.Millisecond, cancel)
	began := time.Now()
	if _, err := Apply(ctx, b.in, plan); !errors.Is(err, context.Canceled) || time.Since(began) > time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
}

// TestAgree: a plan is applied as reviewed or not at all.
func TestAgree(t *testing.T) {
	b := newBench(t)
	plan, err := MakePlan(t.Context(), b.in)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(p *Plan){
		"other tenant":  func(p *Plan) { p.Tenant = "another" },
		"other product": func(p *Plan) { p.Product = "q" },
		"other wanted":  func(p *Plan) { p.Digest = "sha256:0" },
	} {
		p := plan
		change(&p)
		if _, err := Apply(t.Context(), b.in, p); problem.CodeOf(err) != CodeStale {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := plan
	p.Version = 99
	if _, err := Apply(t.Context(), b.in, p); problem.CodeOf(err).String() != "register.plan-version" {
		t.Errorf("%v", err)
	}
	if len(b.calls) != 0 {
		t.Errorf("a refused plan made calls: %v", b.calls)
	}
	// The reviewed plan goes on after an interruption, although its own first
	// half has changed the tenant meanwhile.
	b.fail = func(call string) (error, bool) {
		if call == "grant" {
			return refusal("graph.InternalServerError"), false
		}
		return nil, false
	}
	if _, err := Apply(t.Context(), b.in, plan); err == nil {
		t.Fatal("the refusal was lost")
	}
	b.fail = nil
	if _, err := Apply(t.Context(), b.in, plan); err != nil {
		t.Fatalf("the interrupted plan: %v", err)
	}
	if len(b.apps) != 1 || len(b.apps[0].Secrets) != 1 || len(b.roles) != 1 {
		t.Error("something was made twice")
	}
	// A plan that has nothing to do makes no secret because the keychain lost
	// its own meanwhile.
	nothing, err := MakePlan(t.Context(), b.in)
	if err != nil || len(nothing.Todo()) != 0 {
		t.Fatal(nothing.Todo(), err)
	}
	held, err := b.in.Vault.Get(t.Context(), b.doc.ID, vault.ClientSecret)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.in.Vault.Delete(t.Context(), b.doc.ID, vault.ClientSecret); err != nil {
		t.Fatal(err)
	}
	if _, err := Apply(t.Context(), b.in, nothing); problem.CodeOf(err) != CodeStale || len(b.apps[0].Secrets) != 1 {
		t.Errorf("%v, %d secrets", err, len(b.apps[0].Secrets))
	}
	if err := b.in.Vault.Set(t.Context(), b.doc.ID, vault.ClientSecret, held); err != nil {
		t.Fatal(err)
	}
	// Done, it is stale.
	if _, err := Apply(t.Context(), b.in, plan); problem.CodeOf(err) != CodeStale {
		t.Errorf("%v", err)
	}
}

// TestNoSecretInPlanOrJournal: neither file may ever hold a secret's text.
func TestNoSecretInPlanOrJournal(t *testing.T) {
	b := newBench(t)
	plan, err := MakePlan(t.Context(), b.in)
	if err != nil {
		t.Fatal(err)
	}
	result, err := Apply(t.Context(), b.in, plan)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal([]any{plan, result, b.notes.lines, b.doc})
	if err != nil {
		t.Fatal(err)
	}
	for key, text := range b.texts {
		if strings.Contains(string(data), text) {
			t.Errorf("the secret %s is in the files", key)
		}
	}
	if len(b.texts) != 1 {
		t.Fatal("no secret was made")
	}
}

// TestDeletedKeepsItsName: where Microsoft does not give the name of a deleted
// application away, that is said at once, and a new one gets another name.
func TestDeletedKeepsItsName(t *testing.T) {
	b := newBench(t)
	b.deleted = []tenant.Application{{ID: "gone", AppID: "gone-client", UniqueName: b.doc.UniqueName(), DisplayName: "Product room booking", DeletedAt: time.Date(2026, 11, 1, 2, 3, 4, 0, time.UTC)}}
	b.fail = func(call string) (error, bool) {
		if call == "upsert" {
			return refusal(tenant.CodeAlready.String()), false
		}
		return nil, false
	}
	if _, err := b.apply(t); problem.CodeOf(err).String() != "register.deleted" || !strings.Contains(problem.Of(err).Detail.String(), "2026-12-01") {
		t.Fatalf("%v", err)
	}
	b.fail, b.in.Options.Use = nil, New
	if _, err := b.apply(t); err != nil || b.apps[0].UniqueName != b.doc.UniqueName()+"-20261101020304" {
		t.Errorf("%v %+v", err, b.apps)
	}
	b.doc.Application = connection.Application{Credential: b.doc.Application.Credential}
	if plan, err := MakePlan(t.Context(), b.in); err != nil || problem.CodeOf(plan.Blocked) != CodeExists || plan.Choices[0].ClientID != b.apps[0].AppID {
		t.Errorf("not found again: %+v %v %v", plan.Target, plan.Blocked, err)
	}
}

func TestAdvice(t *testing.T) {
	b := newBench(t)
	plan, err := MakePlan(t.Context(), b.in)
	if err != nil {
		t.Fatal(err)
	}
	for role, want := range map[string]int{
		entra.RoleGlobalAdministrator: 0, entra.RoleApplicationAdministrator: 1, entra.RolePrivilegedRoleAdministrator: 1, entra.RoleExchangeAdministrator: 2, "": 2,
	} {
		if got := Advice([]tenant.DirectoryRole{{TemplateID: role}}, plan); len(got) != want {
			t.Errorf("%s: %v", role, got)
		}
	}
	if got := Advice(nil, Plan{}); len(got) != 0 {
		t.Errorf("nothing to do, and still: %v", got)
	}
}

func TestConsentLink(t *testing.T) {
	if got := consentLink("https://login.example", "t", "c", "https://graph.example", nil); got != "" {
		t.Errorf("without a redirect URI: %s", got)
	}
	got := consentLink("https://login.example", "t", "c", "https://graph.example", []string{"https://b.example/x?y=1"})
	if got != "https://login.example/t/v2.0/adminconsent?client_id=c&redirect_uri=https%3A%2F%2Fb.example%2Fx%3Fy%3D1&scope=https%3A%2F%2Fgraph.example%2F.default&state=roomkey-consent" {
		t.Errorf("%s", got)
	}
}

// TestPastedSecret: a secret that was pasted is told by its hint, unless two
// have the same.
func TestPastedSecret(t *testing.T) {
	b := newBench(t)
	if _, err := b.apply(t); err != nil {
		t.Fatal(err)
	}
	b.doc.Application.Credential = connection.Credential{Kind: "secret", Hint: "abc"}
	plan, err := MakePlan(t.Context(), b.in)
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Todo()) != 0 {
		t.Errorf("%+v", plan.Todo())
	}
	if _, err := b.apply(t); err != nil || b.doc.Application.Credential.KeyID != b.apps[0].Secrets[0].KeyID {
		t.Errorf("%v %+v", err, b.doc.Application.Credential)
	}
	b.doc.Application.Credential = connection.Credential{Kind: "secret", Hint: "abc"}
	b.apps[0].Secrets = append(b.apps[0].Secrets, tenant.Credential{KeyID: "another", Hint: "abc"})
	if plan, err = MakePlan(t.Context(), b.in); err != nil || len(plan.Todo()) != 1 {
		t.Errorf("%+v %v", plan.Todo(), err)
	}
}

// FuzzJournal: a file that somebody damaged is no reason to fail or to take a
// foreign secret for an orphan.
func FuzzJournal(f *testing.F) {
	f.Add(`{"kind":"register","phase":"before","step":"credential","made":{"what":"secret","nonce":"rk-abc"}}`)
	f.Add(`{"kind":"register","phase":"undone","made":null}`)
	f.Add(`{"kind":"test-booking","phase":7}`)
	f.Fuzz(func(t *testing.T, line string) {
		b := newBench(t)
		b.notes.lines = []json.RawMessage{json.RawMessage(line)}
		j, err := b.in.readJournal()
		if err != nil {
			t.Fatal(err)
		}
		_ = j.unfinished()
		_ = j.standing()
		_ = j.rotation()
		a := tenant.Application{Secrets: []tenant.Credential{{KeyID: "k", DisplayName: "Somebody's"}}}
		if list := b.in.orphans(&a, j); len(list) > 0 {
			t.Errorf("%+v is taken for an orphan", list)
		}
	})
}

// TestLogo gives a picture to an application that has none, once, also when the
// answer to it is lost; one that is there stays.
func TestLogo(t *testing.T) {
	b := newBench(t)
	b.in.Options.Logo = []byte("a picture")
	lost := false
	b.fail = func(call string) (error, bool) {
		if call != "logo" || lost {
			return nil, false
		}
		lost = true
		return problem.DeclareFamily("").New("net.cut", problem.Refused, words.T("cut")), true
	}
	if _, err := b.apply(t); err != nil {
		t.Fatal(err)
	}
	if got := b.apps[0].Branding.LogoURL; got != "https://cdn.example/9" {
		t.Errorf("the logo is at %q", got)
	}
	b.in.Options.Logo = []byte("another picture")
	if _, err := b.apply(t); err != nil {
		t.Fatal(err)
	}
	puts := 0
	for _, c := range b.calls {
		if c == "logo" {
			puts++
		}
	}
	if got := b.apps[0].Branding.LogoURL; puts != 1 || got != "https://cdn.example/9" {
		t.Errorf("%d calls, the logo is at %q", puts, got)
	}
}

// TestFullDisk takes the disk away at every record and every save of an Apply and
// of an Undo: what was done at Microsoft is said first, and the next attempt ends
// what this one began.
func TestFullDisk(t *testing.T) {
	verbs := map[string]func(*bench) error{
		"apply": func(b *bench) error { _, err := b.apply(t); return err },
		"undo":  func(b *bench) error { _, err := Undo(t.Context(), b.in, "Product room booking"); return err },
	}
	for verb, run := range verbs {
		writes := 1
		for n := 0; n < writes; n++ {
			b := newBench(t)
			if verb == "undo" {
				if _, err := b.apply(t); err != nil {
					t.Fatal(err)
				}
			}
			disk := &disk{journal: b.notes, left: n}
			keep := b.in.Keep
			b.in.Journal, b.in.Keep = disk, func(ctx context.Context, edit func(*connection.Connection)) error {
				if err := disk.write(); err != nil {
					return err
				}
				return keep(ctx, edit)
			}
			calls, records := len(b.calls), len(b.notes.lines)
			err := run(b)
			if err == nil {
				continue // n was the last
			}
			writes = n + 2
			said := problem.Of(err).Title.String()
			done := len(b.calls) - calls
			for _, line := range b.notes.lines[records:] {
				if strings.Contains(string(line), `"phase":"after"`) {
					done--
				}
			}
			if done := done > 0; done != strings.Contains(said, "Microsoft") {
				t.Errorf("%s, write %d: something is done and not recorded: %v, and says %q", verb, n+1, done, said)
			}
			if !strings.Contains(problem.Of(err).Error()+problem.Of(err).Detail.String(), "disk is full") {
				t.Errorf("%s, write %d: the cause is lost: %v", verb, n+1, err)
			}
			disk.left = 1 << 30
			if err := run(b); err != nil && problem.CodeOf(err) != codeNothingMade { // all of it was undone
				t.Errorf("%s, write %d: the next attempt: %v", verb, n+1, err)
			}
		}
		if writes < 5 {
			t.Errorf("%s: only %d writes", verb, writes)
		}
	}
}

// disk takes some writes, then is full.
type disk struct {
	journal *notes
	left    int
}

func (d *disk) write() error {
	if d.left--; d.left < 0 {
		return problem.New(CodeVaultRefused, words.T("The disk is full."))
	}
	return nil
}

func (d *disk) Append(e any) error {
	if err := d.write(); err != nil {
		return err
	}
	return d.journal.Append(e)
}

func (d *disk) Entries() ([]json.RawMessage, error) { return d.journal.Entries() }
