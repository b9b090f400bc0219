package producttest

import (
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
)

const signsOn = `id: ID
name: ID
about: It signs people in.
needs:
  permissions:
    - {value: User.Read.All, kind: application, reason: It lists people.}
writes: none
adapter: form
credential: {kinds: [secret], months: 12}
singleSignOn:
  redirectUris: true
  accessTokens: true
  platform: PLATFORM
  patterns: ["https://<company>.example.com/signin"]
form: []
`

// TestPlatforms registers redirect URIs on each platform and takes them back. One
// that the application has on another platform stays there; plan and test say so.
func TestPlatforms(t *testing.T) {
	var files []string
	platforms := []string{"web", "spa", "public"}
	for _, platform := range platforms {
		files = append(files, strings.NewReplacer("ID", "on-"+platform, "PLATFORM", platform).Replace(signsOn))
	}
	l := newLab(t, files...)
	for i, platform := range platforms {
		t.Run(platform, func(t *testing.T) {
			l := &lab{t, l.sim, l.env, l.web}
			p, known := l.env.Products.Get("on-" + platform)
			if !known {
				t.Fatalf("%v", l.env.Problems)
			}
			s := l.connect(p)
			if asks := s.Asks("describe"); len(asks) != 1 || asks[0].Remedies[0].Command != "roomkeyctl connection set --fill company=VALUE" {
				t.Errorf("nobody asks for the blank: %v", asks)
			}
			l.signIn(s, entra.ScopesRead...)
			if actions := l.plan(s, p.ID); actions["redirect-blank:https://<company>.example.com/signin"] != change.Attention {
				t.Errorf("the plan does not name the blank: %v", actions)
			}
			if err := s.FillRedirects(t.Context(), map[string]string{"firm": "contoso"}); err == nil || !strings.Contains(err.Error(), "firm") {
				t.Errorf("a blank that is none: %v", err)
			}
			if err := s.FillRedirects(t.Context(), map[string]string{"company": "contoso"}); err != nil {
				t.Fatal(err)
			}
			if asks := s.Asks(""); len(asks) != 0 {
				t.Errorf("it still asks: %v", asks)
			}
			l.apply(s, p.ID)
			if got := l.signOn(s, check.RedirectURIs); got.Status != check.Pass {
				t.Errorf("%s: %v", got.Status, got.Problem)
			}
			if got := l.signOn(s, check.AccessTokens); got.Status != check.Pass {
				t.Errorf("access tokens: %s %v", got.Status, got.Problem)
			}
			other := "on-" + platforms[(i+1)%len(platforms)]
			l.edit(s, func(c *connection.Connection) { c.Product.ID = other })
			if actions := l.plan(s, ""); actions["redirect-platform:https://contoso.example.com/signin"] != change.Attention || actions["redirect-uris"] != change.Keep {
				t.Errorf("on the platform of %s: %v", other, actions)
			}
			if got := l.signOn(s, check.RedirectURIs); got.Status != check.Fail || got.Problem.Code.String() != "sign-on.redirect-platform" {
				t.Errorf("on the platform of %s: %s %v", other, got.Status, got.Problem)
			}
		})
	}
}

// TestAddedRedirects adds to an application that was there before, and undo takes
// just that away again.
func TestAddedRedirects(t *testing.T) {
	l := newLab(t, strings.NewReplacer("ID", "on-spa", "PLATFORM", "spa").Replace(signsOn))
	p, _ := l.env.Products.Get("on-spa")
	s := l.connect(p)
	l.edit(s, func(c *connection.Connection) { c.Application.ClientID = l.sim.Account().ClientID })
	if err := s.FillRedirects(t.Context(), map[string]string{"company": "contoso"}); err != nil {
		t.Fatal(err)
	}
	l.apply(s, "")
	if got := l.signOn(s, check.RedirectURIs); got.Status != check.Pass {
		t.Errorf("%s: %v", got.Status, got.Problem)
	}
	undo, err := s.RegisterUndoPlan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.RegisterUndo(t.Context(), undo.Name, register.Options{}, nil); err != nil {
		t.Fatal(err)
	}
	l.signIn(s, entra.ScopesRead...)
	if actions := l.plan(s, ""); actions["redirect-uris"] != change.Change || actions["access-tokens"] != change.Change {
		t.Errorf("after the undo: %v", actions)
	}
}

// plan is what the plan of the registration does with each item.
func (l *lab) plan(s *session.Session, name string) map[string]change.Action {
	l.Helper()
	o := register.Options{}
	if name != "" {
		o = register.Options{Use: register.New, Name: name}
	}
	plan, err := s.RegisterPlan(l.Context(), o, nil)
	if err != nil || plan.Blocked != nil {
		l.Fatalf("%v, %v", plan.Blocked, err)
	}
	actions := map[string]change.Action{}
	for _, i := range plan.Items {
		actions[i.ID] = i.Action
	}
	return actions
}

func (l *lab) apply(s *session.Session, name string) {
	l.Helper()
	l.signIn(s, slices.Concat(entra.ScopesRead, entra.ScopesApply, entra.ScopesConsent)...)
	o := register.Options{}
	if name != "" {
		o = register.Options{Use: register.New, Name: name}
	}
	plan, err := s.RegisterPlan(l.Context(), o, nil)
	if err != nil || plan.Blocked != nil {
		l.Fatalf("%v, %v", plan.Blocked, err)
	}
	if _, err := s.RegisterApply(l.Context(), plan.Plan, plan.Options, nil); err != nil {
		l.Fatal(err)
	}
}

// signOn is what one check finds of the sign-on.
func (l *lab) signOn(s *session.Session, id string) check.Finding {
	l.Helper()
	run, err := s.Check(l.Context(), check.Options{Only: []string{id}}, nil, nil)
	if err != nil {
		l.Fatal(err)
	}
	f, _ := run.Finding(id)
	return f
}
