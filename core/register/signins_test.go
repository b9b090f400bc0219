package register

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// log is a sign-in log in memory.
type log struct {
	signIn    tenant.SignIn
	activity  tenant.ClientActivity
	logErr    error
	reportErr error
}

func (l log) LastSignIn(context.Context, string) (tenant.SignIn, error) { return l.signIn, l.logErr }
func (l log) ClientActivity(context.Context, string) (tenant.ClientActivity, error) {
	return l.activity, l.reportErr
}

// TestInUse: an application that signed in within the last days is pointed out,
// and Roomkey's own use is not taken for somebody else's.
func TestInUse(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	refused := problem.DeclareFamily("").New("graph.x", problem.Refused, words.T("No."))
	for name, c := range map[string]struct {
		log          log
		own          time.Time
		states, says string
	}{
		"nobody":           {log{}, time.Time{}, "none none none", ""},
		"long ago":         {log{activity: tenant.ClientActivity{Application: now.AddDate(0, 0, -8)}}, time.Time{}, "seen none none", ""},
		"the server":       {log{activity: tenant.ClientActivity{Application: now.Add(-time.Hour)}}, now.Add(-2 * time.Hour), "seen none seen", "This application is still in use: it signed in on 2026-11-22 11:00:00 UTC (The application itself)"},
		"Roomkey or it":    {log{activity: tenant.ClientActivity{Application: now.Add(-time.Hour)}}, now.Add(-time.Hour - time.Minute), "seen none seen", "may have been Roomkey,"},
		"never by Roomkey": {log{activity: tenant.ClientActivity{Application: now.Add(-time.Hour)}}, time.Time{}, "seen none none", "still in use"},
		"a person":         {log{signIn: tenant.SignIn{At: now.Add(-time.Hour), By: "ada@contoso.com"}}, now, "none seen seen", "This application is still in use: it signed in on 2026-11-22 11:00:00 UTC (A person"},
		"both": {log{signIn: tenant.SignIn{At: now.Add(-time.Hour)}, activity: tenant.ClientActivity{Application: now.Add(-2 * time.Hour), User: now.Add(-3 * time.Hour)}},
			now.Add(-2 * time.Hour), "seen seen seen", "A person"},
		"no report":    {log{reportErr: refused}, now, "unknown unknown seen", ""},
		"no log":       {log{logErr: refused}, now, "none unknown seen", ""},
		"log only":     {log{reportErr: refused, signIn: tenant.SignIn{At: now.Add(-time.Hour)}}, time.Time{}, "unknown seen none", "A person"},
		"report alone": {log{logErr: refused, activity: tenant.ClientActivity{User: now.AddDate(0, 0, -30)}}, time.Time{}, "none seen none", ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := Input{SignIns: c.log, LastToken: c.own, Clock: change.Clock{Now: func() time.Time { return now }}}
			list, err := in.lastSignIns(t.Context(), journal{}, "client")
			if err != nil {
				t.Fatal(err)
			}
			var states []string
			for _, l := range list {
				states = append(states, l.State)
				if (l.State == SignInUnknown) != (l.Problem != nil) || (l.State == SignInSeen) == l.At.IsZero() {
					t.Errorf("%+v", l)
				}
			}
			says := in.inUse(list).String()
			if strings.Join(states, " ") != c.states || !strings.Contains(says, c.says) || c.says == "" && says != "" {
				t.Errorf("%v, says %q", states, says)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Input{SignIns: log{logErr: refused}}).lastSignIns(ctx, journal{}, "client"); problem.CodeOf(err).String() != problem.CodeOf(ctx.Err()).String() {
		t.Errorf("cancelled: %v", err)
	}
}

// TestOwnUse: what an apply or a rotation proved counts as Roomkey's own use.
func TestOwnUse(t *testing.T) {
	b := newBench(t)
	b.in.Now = func() time.Time { return time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC) }
	if _, err := b.apply(t); err != nil {
		t.Fatal(err)
	}
	plan, err := MakeUndoPlan(t.Context(), b.in)
	if err != nil || len(plan.LastSignIns) != 3 || !plan.LastSignIns[2].At.Equal(b.in.Now()) {
		t.Fatalf("%+v %v", plan.LastSignIns, err)
	}
	if what := plan.Items[0]; what.Title.String() != "Consent to delegated permissions" || what.Today.String() != "openid, profile, email" {
		t.Errorf("%+v", what)
	}
}

// TestCredentialName: the name of the guide or the person's, with the mark that
// finds a lost secret.
func TestCredentialName(t *testing.T) {
	for _, wrong := range []string{" x", "x\ny", strings.Repeat("x", 65), "a\u202eb", "\xff"} {
		b := newBench(t)
		b.in.Options.CredentialName = wrong
		plan, err := MakePlan(t.Context(), b.in)
		if err != nil || problem.CodeOf(plan.Blocked.Err()).String() != "register.credential-name" {
			t.Errorf("%q: %v %v", wrong, plan.Blocked, err)
		}
	}
	b := newBench(t)
	b.in.Options.CredentialName = "Boston's park-lane"
	if _, err := b.apply(t); err != nil {
		t.Fatal(err)
	}
	name := b.apps[0].Secrets[0].DisplayName
	if rest, ok := strings.CutPrefix(name, "Boston's park-lane "); !ok || nonceOf(name) != rest || nonceOf("Boston's park-lane") != "" {
		t.Errorf("the secret is called %q", name)
	}
}

// TestKindOfCredential: a kind that the product's guide does not know is said.
func TestKindOfCredential(t *testing.T) {
	b := newBench(t)
	b.in.Product.Credential.Kinds = []string{"secret"}
	b.in.Options.Credential = "certificate"
	plan, err := MakePlan(t.Context(), b.in)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range plan.Items {
		if i.ID == "credential" && !strings.Contains(i.Why.String(), "does not mention") {
			t.Errorf("%+v", i)
		}
	}
}

// TestUndoOfWhatIsGone clears what is kept here when somebody else deleted the
// application, and says nothing untrue about it.
func TestUndoOfWhatIsGone(t *testing.T) {
	b := newBench(t)
	if _, err := b.apply(t); err != nil {
		t.Fatal(err)
	}
	name := b.doc.Application.DisplayName
	b.apps = nil
	plan, err := Undo(t.Context(), b.in, name)
	if err != nil || len(plan.Items) != 0 || plan.Restorable || !strings.Contains(plan.Leaves[0].String(), "already deleted") {
		t.Errorf("%+v %v", plan, err)
	}
	if b.doc.Application.ClientID != "" || b.doc.Application.Credential.KeyID != "" {
		t.Errorf("the document still has %+v", b.doc.Application)
	}
}

// TestUndoOfNothing: an application that had everything already is none of
// Roomkey's making.
func TestUndoOfNothing(t *testing.T) {
	b := newBench(t)
	if _, err := b.apply(t); err != nil {
		t.Fatal(err)
	}
	b.notes.lines = nil
	if _, err := Undo(t.Context(), b.in, b.doc.Application.DisplayName); problem.CodeOf(err).String() != "register.nothing-made" || len(b.apps) != 1 {
		t.Errorf("%v", err)
	}
}
