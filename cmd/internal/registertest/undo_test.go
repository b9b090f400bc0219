package registertest

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

func TestUndoAndRestore(t *testing.T) {
	l := newLab(t)
	l.mustApply(register.Options{})
	in := l.input(l.http, register.Options{})
	plan, err := register.MakeUndoPlan(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if !plan.Restorable || plan.Items[len(plan.Items)-1].Title.String() != "App registration" || len(plan.Items) < 5 {
		t.Errorf("%+v", plan)
	}
	if _, err := register.Undo(t.Context(), in, "FlexO"); problem.CodeOf(err) != register.CodeName {
		t.Fatalf("undone without the name: %v", err)
	}
	if apps, _, _, _ := l.look(); len(apps) != 1 {
		t.Fatal("the wrong name removed the application")
	}
	if _, err := register.Undo(t.Context(), in, "FlexO room booking"); err != nil {
		t.Fatal(err)
	}
	if apps, _, _, _ := l.look(); len(apps) != 0 {
		t.Fatalf("%d applications are left", len(apps))
	}
	if c := l.document().Application; c.ClientID != "" || c.Credential.KeyID != "" {
		t.Errorf("the document still has %+v", c)
	}
	if _, err := l.vault.Get(t.Context(), l.id, vault.ClientSecret); problem.CodeOf(err).String() != "vault.absent" {
		t.Errorf("the secret is still here: %v", err)
	}

	if _, err := register.Restore(t.Context(), l.input(l.http, register.Options{})); err != nil {
		t.Fatal(err)
	}
	apps, _, roles, _ := l.look()
	if len(apps) != 1 || len(roles) != 1 || l.document().Application.ClientID != apps[0].AppID {
		t.Fatalf("%d applications, %v", len(apps), roles)
	}
	result := l.mustApply(register.Options{})
	if !result.Proof.Token {
		t.Errorf("%+v", result)
	}
}

// TestUndoOfOthers takes away only what was added to an application that
// Roomkey did not create.
func TestUndoOfOthers(t *testing.T) {
	l := newLab(t)
	l.edit(func(c *connection.Connection) {
		c.Application.ClientID = l.sim.Account().ClientID
		c.SingleSignOn.RedirectURIs = []string{"https://booking.contoso.example/added"}
		c.Product.Options = []string{"teams"}
	})
	d := l.directory(l.http)
	before, err := d.Application(t.Context(), l.sim.Account().ClientID)
	if err != nil {
		t.Fatal(err)
	}
	grants := func() (n int, scopes []string) {
		sp, err := d.ServicePrincipal(t.Context(), before.AppID)
		if err != nil {
			t.Fatal(err)
		}
		roles, err := d.AppRoleGrants(t.Context(), sp.ID)
		if err != nil {
			t.Fatal(err)
		}
		delegated, err := d.DelegatedGrants(t.Context(), sp.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range delegated {
			scopes = append(scopes, g.Scope)
		}
		return len(roles), scopes
	}
	roles, scopes := grants()
	l.mustApply(register.Options{})
	if n, _ := grants(); n <= roles {
		t.Fatalf("%d roles were granted, %d before", n, roles)
	}
	if _, err := register.Undo(t.Context(), l.input(l.http, register.Options{}), before.DisplayName); err != nil {
		t.Fatal(err)
	}
	after, err := d.Application(t.Context(), before.AppID)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(after.RedirectURIs, before.RedirectURIs) || len(after.Secrets) != len(before.Secrets) || len(after.Required) != len(before.Required) || len(after.Required[0].Access) != len(before.Required[0].Access) {
		t.Errorf("before %+v\nafter %+v", before, after)
	}
	if n, s := grants(); n != roles || !slices.Equal(s, scopes) {
		t.Errorf("%d %v, before %d %v", n, s, roles, scopes)
	}
}

func TestRotate(t *testing.T) {
	for _, kind := range []string{"secret", "certificate"} {
		t.Run(kind, func(t *testing.T) {
			l := newLab(t)
			l.mustApply(register.Options{Credential: kind})
			old := l.document().Application.Credential.KeyID
			in := l.input(l.http, register.Options{})
			r, err := register.Rotate(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			if r.OldKeyID != old || r.NewKeyID == old || l.document().Application.Credential.KeyID != r.NewKeyID || !r.Proof.Token {
				t.Fatalf("%+v, old %s", r, old)
			}
			apps, _, _, _ := l.look()
			if len(apps[0].Secrets)+len(apps[0].Certificates) != 2 {
				t.Fatal("the old credential is gone before the server has the new one")
			}
			// Asked again, it is the same rotation; Apply leaves both.
			again, err := register.Rotate(t.Context(), in)
			if err != nil || again.NewKeyID != r.NewKeyID || again.OldKeyID != old {
				t.Fatalf("%+v %v", again, err)
			}
			l.mustApply(register.Options{})
			if apps, _, _, _ = l.look(); len(apps[0].Secrets)+len(apps[0].Certificates) != 2 {
				t.Fatal("Apply took the old credential away")
			}
			if _, err := register.FinishRotation(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			l.whole(kind)
			if open, err := register.Pending(in.Journal); err != nil || open != nil {
				t.Errorf("still open: %+v %v", open, err)
			}
		})
	}
}

// TestRotateFails leaves the old credential working whatever fails.
func TestRotateFails(t *testing.T) {
	l := newLab(t)
	l.mustApply(register.Options{})
	old := l.document().Application.Credential
	in := l.input(l.http, register.Options{})
	in.Vault = refusing{l.vault}
	if _, err := register.Rotate(t.Context(), in); problem.CodeOf(err) != register.CodeVaultRefused {
		t.Fatalf("%v", err)
	}
	l.whole("secret") // one credential: the old one
	if l.document().Application.Credential != old {
		t.Error("the document changed")
	}
	// A lost answer: the next rotation removes what nobody knows.
	if err := l.sim.SetFaults("killed-after-act=addPassword"); err != nil {
		t.Fatal(err)
	}
	if _, err := register.Rotate(t.Context(), l.input(l.http, register.Options{})); err == nil {
		t.Fatal("the answer was lost and nobody said so")
	}
	if err := l.sim.SetFaults(); err != nil {
		t.Fatal(err)
	}
	if _, err := register.Rotate(t.Context(), l.input(l.http, register.Options{})); err != nil {
		t.Fatal(err)
	}
	if _, err := register.FinishRotation(t.Context(), l.input(l.http, register.Options{})); err != nil {
		t.Fatal(err)
	}
	l.whole("secret")
}

// refusing is a keychain that takes nothing.
type refusing struct{ vault.Vault }

func (refusing) Set(context.Context, string, vault.Kind, vault.Secret) error {
	return problem.DeclareFamily("").New("vault.locked", problem.Refused, words.T("The keychain is locked.")).By(errors.New("locked"))
}

// TestKeychainRefuses removes at Microsoft what the keychain did not take.
func TestKeychainRefuses(t *testing.T) {
	l := newLab(t)
	in := l.input(l.http, register.Options{})
	in.Vault = refusing{l.vault}
	plan := l.plan(register.Options{})
	if _, err := register.Apply(t.Context(), in, plan); problem.CodeOf(err) != register.CodeVaultRefused {
		t.Fatalf("%v", err)
	}
	apps, _, _, _ := l.look()
	if len(apps) != 1 || len(apps[0].Secrets) != 0 {
		t.Fatalf("%+v", apps)
	}
	l.mustApply(register.Options{})
	l.whole("secret")
}

// TestRotationKilledAnywhere cuts a rotation off at every single request and
// starts again: always one live credential in the end, the new one, and never a
// moment without one.
func TestRotationKilledAnywhere(t *testing.T) {
	t.Parallel()
	for _, turn := range [][2]string{{"secret", "secret"}, {"certificate", "certificate"}, {"secret", "certificate"}, {"certificate", "secret"}} {
		kind, next := turn[0], turn[1]
		rotate := func(ctx context.Context, l *lab, client *http.Client) error {
			in := l.input(client, register.Options{Credential: next})
			if _, err := register.Rotate(ctx, in); err != nil {
				return err
			}
			_, err := register.FinishRotation(ctx, in)
			return err
		}
		full := newLab(t)
		full.prepare()
		full.mustApply(register.Options{Credential: kind})
		count := &cutter{next: full.http.Transport, left: 1 << 30}
		if err := rotate(t.Context(), full, &http.Client{Transport: count}); err != nil {
			t.Fatal(err)
		}
		if count.count < 8 {
			t.Fatalf("a whole rotation has only %d requests", count.count)
		}
		for _, after := range []bool{false, true} {
			for n := range count.count {
				l := &lab{t: t, sim: full.sim, upn: full.upn}
				full.clear()
				l.computer()
				l.prepare()
				if kind == "secret" && next == "certificate" {
					// The one in the keychain is nobody's business here.
					if err := l.vault.Delete(t.Context(), l.id, vault.Certificate); err != nil {
						t.Fatal(err)
					}
				}
				l.mustApply(register.Options{Credential: kind})
				old := l.document().Application.Credential.KeyID
				ctx, die := context.WithCancel(t.Context())
				cut := &cutter{next: l.http.Transport, after: after, left: n, die: die}
				err := rotate(ctx, l, &http.Client{Transport: cut})
				die()
				if err == nil {
					t.Fatalf("%s %d: the rotation went through although it was cut", turn, n+1)
				}
				err = rotate(t.Context(), l, l.http)
				// Cut off after the old one was removed, nothing is open; the
				// second rotation is then another one.
				if err != nil {
					t.Fatalf("%s after=%v %d: %v", turn, after, n+1, err)
				}
				l.whole(next)
				if l.document().Application.Credential.KeyID == old {
					t.Fatalf("%s after=%v %d: still the old credential", turn, after, n+1)
				}
				if kind != next {
					if _, err := l.vault.Get(t.Context(), l.id, kinds[kind]); problem.CodeOf(err).String() != "vault.absent" {
						t.Fatalf("%s after=%v %d: the local copy of the old credential stayed: %v", turn, after, n+1, err)
					}
				}
			}
		}
	}
}

// kinds are where the keychain keeps a credential of each kind.
var kinds = map[string]vault.Kind{"secret": vault.ClientSecret, "certificate": vault.Certificate}

// TestRotateToTheOtherKind keeps the local copy of the old credential until it
// is gone at Microsoft, and what a person put in its place for good.
func TestRotateToTheOtherKind(t *testing.T) {
	l := newLab(t)
	l.prepare()
	l.mustApply(register.Options{Credential: "certificate", CredentialName: "Boston"})
	apps, _, _, _ := l.look()
	if name := apps[0].Certificates[0].DisplayName; name != "Boston" {
		t.Errorf("the certificate is called %q", name)
	}
	in := l.input(l.http, register.Options{Credential: "secret", CredentialName: "Boston 2"})
	if _, err := register.Rotate(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if _, err := l.vault.Get(t.Context(), l.id, vault.Certificate); err != nil {
		t.Fatalf("the old one is still in use: %v", err)
	}
	if apps, _, _, _ = l.look(); !strings.HasPrefix(apps[0].Secrets[0].DisplayName, "Boston 2 rk-") {
		t.Errorf("the secret is called %q", apps[0].Secrets[0].DisplayName)
	}
	made, err := pairs()
	if err != nil {
		t.Fatal(err)
	}
	if err := l.vault.Set(t.Context(), l.id, vault.Certificate, made[1].PEM()); err != nil {
		t.Fatal(err)
	}
	if _, err := register.FinishRotation(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	l.whole("secret")
	if kept, err := l.vault.Get(t.Context(), l.id, vault.Certificate); err != nil || kept.Reveal() != made[1].PEM().Reveal() {
		t.Errorf("another certificate was taken for the old one: %v", err)
	}
}

// TestUndoKilledAnywhere cuts an undo off at every single request and undoes
// again: nothing of Roomkey's is left, in the tenant or here, and what others
// had is.
func TestUndoKilledAnywhere(t *testing.T) {
	full := newLab(t)
	others := full.sim.Account().ClientID
	before, err := full.directory(full.http).Application(t.Context(), others)
	if err != nil {
		t.Fatal(err)
	}
	for name, clientID := range map[string]string{"its own": "", "another's": others} {
		t.Run(name, func(t *testing.T) {
			undo := func(ctx context.Context, l *lab, client *http.Client) error {
				_, err := register.Undo(ctx, l.input(client, register.Options{}), l.document().Application.DisplayName)
				return err
			}
			ready := func() *lab {
				l := &lab{t: t, sim: full.sim, upn: full.upn}
				l.computer()
				l.edit(func(c *connection.Connection) { c.Application.ClientID = clientID })
				l.mustApply(register.Options{Use: cmp.Or(clientID, register.New)})
				return l
			}
			count := &cutter{next: full.http.Transport, left: 1 << 30}
			if err := undo(t.Context(), ready(), &http.Client{Transport: count}); err != nil {
				t.Fatal(err)
			}
			for _, after := range []bool{false, true} {
				for n := range count.count {
					l := ready()
					ctx, die := context.WithCancel(t.Context())
					cut := &cutter{next: l.http.Transport, after: after, left: n, die: die}
					err := undo(ctx, l, &http.Client{Transport: cut})
					die()
					if err == nil {
						t.Fatalf("%d: the undo went through although it was cut", n+1)
					}
					if err := undo(t.Context(), l, l.http); err != nil {
						t.Fatalf("after=%v %d: %v", after, n+1, err)
					}
					if c := l.document().Application; c.Credential.KeyID != "" || clientID == "" && c.ClientID != "" {
						t.Fatalf("after=%v %d: the document still has %+v", after, n+1, c)
					}
					if _, err := l.vault.Get(t.Context(), l.id, vault.ClientSecret); problem.CodeOf(err).String() != "vault.absent" {
						t.Fatalf("after=%v %d: the secret is still here: %v", after, n+1, err)
					}
					if apps, _, _, _ := l.look(); len(apps) != 0 {
						t.Fatalf("after=%v %d: %d applications are left", after, n+1, len(apps))
					}
					now, err := l.directory(l.http).Application(t.Context(), others)
					if err != nil || len(now.Secrets) != len(before.Secrets) || !slices.Equal(now.RedirectURIs, before.RedirectURIs) || len(now.Required[0].Access) != len(before.Required[0].Access) {
						t.Fatalf("after=%v %d: %+v, before %+v, %v", after, n+1, now, before, err)
					}
				}
			}
		})
	}
}
