package register

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
)

// TestPolicyUnread: where the policy cannot be read, Microsoft's refusal is
// obeyed: a shorter life is tried, a forbidden kind is explained.
func TestPolicyUnread(t *testing.T) {
	b := newBench(t)
	b.policyErr = refusal(tenant.CodeDenied.String())
	asked := 0
	b.fail = func(call string) (error, bool) {
		if call == "secret" {
			if asked++; asked <= 2 {
				return refusal(codeLifeForbidden.String()), false
			}
		}
		return nil, false
	}
	if _, err := b.apply(t); err != nil {
		t.Fatal(err)
	}
	if left := time.Until(b.apps[0].Secrets[0].End); left > 183*24*time.Hour || left < 180*24*time.Hour {
		t.Errorf("a quarter of two years is wanted, it lives %s", left)
	}
	for code, want := range map[string]string{codeTypeForbidden.String(): "register.secrets-forbidden", codeLifeForbidden.String(): "register.life-forbidden"} {
		b := newBench(t)
		b.fail = func(call string) (error, bool) {
			if call == "secret" {
				return refusal(code), false
			}
			return nil, false
		}
		_, err := b.apply(t)
		if problem.CodeOf(err).String() != want || len(problem.Of(err).Remedies) == 0 {
			t.Fatalf("%s: %v", code, err)
		}
		remedies := problem.Of(err).Remedies
		if last := remedies[len(remedies)-1].String(); !strings.Contains(last, "This run created: App registration") || !strings.Contains(last, "register undo") {
			t.Errorf("%s does not say what remains: %s", code, last)
		}
	}
}

// TestHeldCertificateOutlivesPolicy: a certificate of the keychain that the policy
// would turn down is said in the plan, before anything is made, also where only the
// policy makes it a certificate.
func TestHeldCertificateOutlivesPolicy(t *testing.T) {
	const day = 24 * time.Hour
	capped := tenant.CredentialRule{Type: tenant.RuleCertificateLife, Policy: "Strict", Life: 180 * day}
	for name, c := range map[string]struct {
		days   int
		kind   string
		rules  []tenant.CredentialRule
		unread bool
		want   bool
	}{
		"longer":                        {days: 365, kind: connection.CredentialCertificate, rules: []tenant.CredentialRule{capped}, want: true},
		"within":                        {days: 180, kind: connection.CredentialCertificate, rules: []tenant.CredentialRule{capped}},
		"no rule":                       {days: 3650, kind: connection.CredentialCertificate},
		"a rule for later apps":         {days: 365, kind: connection.CredentialCertificate, rules: []tenant.CredentialRule{{Type: capped.Type, Life: capped.Life, After: time.Now().Add(1000 * day)}}},
		"a rule without a life":         {days: 365, kind: connection.CredentialCertificate, rules: []tenant.CredentialRule{{Type: capped.Type}}},
		"not known":                     {days: 365, kind: connection.CredentialCertificate, rules: []tenant.CredentialRule{capped}, unread: true},
		"because secrets are forbidden": {days: 365, rules: []tenant.CredentialRule{capped, {Type: tenant.RuleSecretAddition}}, want: true},
		"a secret all the same":         {days: 365, kind: connection.CredentialSecret, rules: []tenant.CredentialRule{capped}},
	} {
		b := newBench(t)
		b.in.Options.Credential = c.kind
		b.policy = tenant.CredentialPolicy{Enabled: true, Rules: c.rules}
		if c.unread {
			b.policyErr = refusal(tenant.CodeDenied.String())
		}
		pair, err := vault.NewCertificate("mine", 3072, time.Duration(c.days)*day, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := b.in.Vault.Set(t.Context(), b.doc.ID, vault.Certificate, pair.PEM()); err != nil {
			t.Fatal(err)
		}
		plan, err := MakePlan(t.Context(), b.in)
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(plan.Items, func(i change.Item) bool { return i.ID == "credential" })
		item := plan.Items[at]
		said := item.Action == change.Attention && item.Problem != nil && item.Problem.Code == codeRegisterLifeForbidden
		if said != c.want {
			t.Errorf("%s: %s %v", name, item.Action, item.Problem)
		}
		if c.want && !strings.Contains(item.Problem.Title.String(), "365 days") {
			t.Errorf("%s: %s", name, item.Problem.Title)
		}
	}
}

// TestRefusedCertificate: a key that Microsoft turns down does not stay in the
// keychain, where the next plan would take it again.
func TestRefusedCertificate(t *testing.T) {
	b := newBench(t)
	b.in.Options.Credential = connection.CredentialCertificate
	b.fail = func(call string) (error, bool) {
		if call == "change" && len(b.apps) > 0 {
			return refusal(codeLifeForbidden.String()), false
		}
		return nil, false
	}
	if _, err := b.apply(t); problem.CodeOf(err) != codeRegisterLifeForbidden {
		t.Errorf("%v (calls %v)", err, b.calls)
	}
	if held, err := b.in.Vault.Get(t.Context(), b.doc.ID, vault.Certificate); problem.CodeOf(err) != vault.CodeAbsent {
		t.Errorf("%v is left: %v", held, err)
	}
}
