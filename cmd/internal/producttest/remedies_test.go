package producttest

import (
	"testing"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/vault"
)

// stage is how far a connection has come when something goes wrong with it.
type stage struct {
	name  string
	reach func(l *lab, s *session.Session)
}

// stages come one after the other.
func stages() []stage {
	return []stage{
		{"new", func(l *lab, s *session.Session) {
			l.edit(s, func(c *connection.Connection) {
				c.Tenant, c.Server.URL, c.Rooms, c.ServiceAccount = connection.Tenant{}, "", connection.Rooms{}, ""
			})
		}},
		{"registered, with a wrong secret", func(l *lab, s *session.Session) {
			l.edit(s, func(c *connection.Connection) {
				c.Tenant.ID, c.Tenant.Domain = l.sim.Account().TenantID, l.sim.Account().Domain
				c.Server.URL, c.Server.CAFile = l.sim.BookingURL(), l.sim.CAFile()
				c.Application.ClientID = l.sim.Account().ClientID
			})
			l.secret(s, vault.ClientSecret, "q8Q8Q~not-the-one-of-this-application.x0")
		}},
		{"chosen, with a token", func(l *lab, s *session.Session) {
			l.edit(s, func(c *connection.Connection) { c.Rooms.Mode = connection.All })
			l.secret(s, vault.ClientSecret, l.sim.Account().ClientSecret)
			l.secret(s, vault.ServerToken, l.sim.Account().ServerToken)
		}},
	}
}

func (l *lab) edit(s *session.Session, edit func(*connection.Connection)) {
	l.Helper()
	if err := s.Edit(l.Context(), edit); err != nil {
		l.Fatal(err)
	}
}

func (l *lab) secret(s *session.Session, kind vault.Kind, value string) {
	l.Helper()
	if _, err := s.SetSecret(l.Context(), kind, vault.NewSecret(value), vault.Secret{}); err != nil {
		l.Fatal(err)
	}
}

// problems are all that a connection says is wrong with it, by where it was said.
func (l *lab) problems(s *session.Session) map[string]*problem.Problem {
	ctx := l.Context()
	said := map[string]*problem.Problem{}
	add := func(where string, err error) {
		if p := problem.Of(err); p != nil {
			said[where+" "+p.Code.String()] = p
		}
	}
	run, err := s.Check(ctx, check.Options{NoSubscription: true}, nil, nil)
	add("check", err)
	for _, f := range run.Findings {
		if f.Problem != nil {
			add(f.ID, f.Problem)
		}
	}
	plan, err := s.PlanWith(ctx, false, booking.Choices{})
	add("plan", err)
	if plan.Gate != nil {
		add("gate", plan.Gate)
	}
	if err == nil {
		_, err = s.Push(ctx, plan, false, nil)
		add("push", err)
	}
	held, err := s.ServerState(ctx)
	add("held", err)
	for _, p := range []*problem.Problem{held.StatusProblem, held.SignIn, s.LeftBehind()} {
		if p != nil {
			add("held", p)
		}
	}
	add("entered", s.Entered(ctx, "Ada"))
	add("take over", s.TakeOver(ctx))
	_, err = s.PlanRemoval(ctx)
	add("removal", err)
	_, err = s.RegisterPlan(ctx, register.Options{}, nil)
	add("register", err)
	_, err = s.RegisterUndoPlan(ctx)
	add("undo", err)
	_, err = s.Consent()
	add("consent", err)
	claims, err := s.Claims(ctx)
	add("claims", err)
	for _, c := range claims {
		if c.Problem != nil {
			add("claim "+string(c.Claim), c.Problem)
		}
	}
	return said
}

// TestRemediesLeadSomewhere: whatever is said to be wrong with a connection of
// any product, by whichever way its server is configured and however far it has
// come, its remedies lead to what that connection shows. That the pages show what
// product.Shows says is the window's test.
func TestRemediesLeadSomewhere(t *testing.T) {
	products, _ := product.Load("")
	l := newLab(t)
	led := 0
	for _, p := range products.All() {
		played := map[string]bool{}
		for _, chosen := range []string{product.AdapterContract, product.AdapterSeatsurfing, product.AdapterForm} {
			adapter := p.AdapterOf(chosen)
			if played[adapter] {
				continue
			}
			played[adapter] = true
			s := l.connect(p)
			l.edit(s, func(c *connection.Connection) { c.Server.Adapter, c.Name = chosen, p.ID+" by "+chosen })
			for _, st := range stages() {
				st.reach(l, s)
				check := func(where string, to problem.Place) {
					led++
					registered := s.Document().Application.ClientID != "" || p.VendorApplication != nil
					if !p.Shows(to, adapter) || to.Field == problem.PlaceUndo.Field && !registered {
						t.Errorf("%s by %s, %s: %s leads to %s %s, which it does not have", p.ID, adapter, st.name, where, to.Page, to.Field)
					}
				}
				for where, said := range l.problems(s) {
					for _, r := range said.Remedies {
						if !r.Place.IsZero() {
							check(where, r.Place)
						}
					}
				}
				form, err := s.Form(t.Context())
				if err != nil && st.name != "new" {
					t.Errorf("%s by %s, %s: %v", p.ID, adapter, st.name, err)
				}
				for _, e := range form {
					if !e.Place.IsZero() {
						check("the form's field "+e.Label, e.Place)
					}
				}
			}
		}
	}
	if led < 500 {
		t.Errorf("only %d remedies were followed", led)
	}
}
