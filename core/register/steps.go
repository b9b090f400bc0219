package register

import (
	"context"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// all brings everything about, in the order in which one thing needs another.
func (r *run) all(ctx context.Context) error {
	consents := r.consents()
	r.total = 4 + len(consents)
	steps := []step{r.application(), r.servicePrincipal(), r.credential()}
	if len(r.wanted.Logo) > 0 {
		steps = append(steps, r.logo())
		r.total++
	}
	for _, s := range steps {
		if err := r.do(ctx, s); err != nil {
			err = r.in.explained(s.title, err)
			r.remains(err)
			if problem.CodeOf(err) == codeRole {
				problem.Of(err).Lead(words.T("Or let a colleague run a script."), problem.PlaceRegister.With("roomkeyctl register handoff --out FOLDER"))
			}
			return err
		}
	}
	for _, s := range consents {
		if r.result.Consent != nil && strings.HasPrefix(s.id, "consent:application:") {
			continue // whoever may not consent to one may not to another
		}
		err := r.do(ctx, s)
		if problem.CodeOf(err) == tenant.CodeDenied {
			page := r.in.Cloud.Pages(r.state.application.AppID, r.state.principal.ID).Permissions
			r.result.Consent = consentRefused(r.in.By, problem.Of(err), page)
			continue
		}
		if err != nil {
			return err
		}
	}
	if err := r.prove(ctx); err != nil {
		return err
	}
	if len(r.journal.orphans()) == 0 {
		return nil
	}
	// A lost secret may have become visible only now.
	if err := r.refresh(ctx); err != nil {
		return err
	}
	return r.sweep(ctx)
}

// remains says what a run made before Microsoft refused the rest of it, and where
// to remove it. A run that made nothing leaves nothing.
func (r *run) remains(err error) {
	p := problem.Of(err)
	if p == nil || !p.Kind.Decided() {
		return // it may go on
	}
	var made []words.Text
	for _, e := range r.journal.entries {
		if e.Run == r.id && e.Phase == change.PhaseAfter && e.Made != nil {
			made = append(made, titles[e.Made.What])
		}
	}
	if len(made) > 0 {
		p.Lead(words.T("This run created: %s. It remains. Correct the cause and apply again, which creates nothing twice, or remove it.", words.And(made...)), problem.PlaceUndo)
	}
}

// explained turns Microsoft's bare refusal of a step into what to do about it.
func (in Input) explained(step words.Text, err error) error {
	switch problem.CodeOf(err) {
	case tenant.CodeDenied:
		return roleRefused(in.By, step, problem.Of(err))
	case codeTypeForbidden, codeLifeForbidden:
		return in.policyRefused(problem.Of(err))
	}
	return err
}

// refresh looks the application up anew, by what is certain about it.
func (r *run) refresh(ctx context.Context) error {
	var a tenant.Application
	var err error
	if known := r.state.application; known != nil {
		a, err = r.in.Directory.ApplicationByID(ctx, known.ID)
	} else {
		a, err = r.in.Directory.ApplicationByUniqueName(ctx, r.wanted.UniqueName)
	}
	if err == nil {
		r.state.application = &a
	}
	return err
}

// application makes the registration, or adds what it lacks.
func (r *run) application() step {
	return step{
		id: "application", title: words.T("App registration"), request: "PATCH /applications",
		look: func(ctx context.Context) (bool, error) {
			err := r.refresh(ctx)
			if problem.CodeOf(err) == tenant.CodeNotFound && r.state.application == nil {
				return false, nil
			}
			if err != nil {
				return false, err
			}
			a := r.state.application
			if err := r.keep(ctx, func(c *connection.Application) {
				if !strings.EqualFold(c.ClientID, a.AppID) {
					*c = connection.Application{Credential: connection.Credential{Kind: c.Credential.Kind}}
				}
				c.ClientID, c.ObjectID, c.DisplayName = a.AppID, a.ID, a.DisplayName
			}); err != nil {
				return false, err
			}
			return r.wanted.change(*a).IsZero(), nil
		},
		act: func(ctx context.Context) error {
			if r.state.application == nil {
				err := r.in.Directory.UpsertApplication(ctx, r.wanted.UniqueName, r.wanted.change(tenant.Application{}))
				if deleted := r.state.deleted; deleted != nil && problem.CodeOf(err) == tenant.CodeAlready {
					return deletedApplication(*deleted) // it still has the name
				}
				return err
			}
			a := *r.state.application
			return r.in.Directory.ChangeApplication(ctx, a.ID, r.wanted.change(a))
		},
		// What was asked for when the call began stands in the journal: a new
		// application, or settings of one that is there.
		made: func() *made {
			if a := r.state.application; a != nil {
				return &made{What: madeSettings, ApplicationID: a.ID, ID: a.ID, Name: a.DisplayName, Added: r.added(*a)}
			}
			return &made{What: madeApplication, Name: r.wanted.UniqueName}
		},
		before: func() any {
			if a := r.state.application; a != nil {
				return map[string]any{"redirectUris": r.wanted.redirects(*a), "platform": r.wanted.Platform, "requiredResourceAccess": a.Required, "idTokens": a.IDTokens, "accessTokens": a.AccessTokens}
			}
			return nil
		},
	}
}

// logo gives the application its picture, if it has none.
func (r *run) logo() step {
	return step{
		id: "logo", title: words.T("Logo"), request: "PUT /applications/{id}/logo",
		look: func(ctx context.Context) (bool, error) {
			err := r.refresh(ctx)
			return err == nil && r.state.application.Branding.LogoURL != "", err
		},
		act: func(ctx context.Context) error {
			return r.in.Directory.SetLogo(ctx, r.state.application.ID, r.wanted.Logo)
		},
		made: func() *made {
			return &made{What: madeSettings, ApplicationID: r.state.application.ID, ID: r.state.application.ID, Name: r.state.application.DisplayName, Added: &settings{}}
		},
	}
}

// added are the settings that the application does not have yet.
func (r *run) added(a tenant.Application) *settings {
	add := r.wanted.change(a)
	s := &settings{IDTokens: add.IDTokens != nil, AccessTokens: add.AccessTokens != nil}
	if add.RedirectURIs != nil {
		s.RedirectURIs, s.Platform = without(*add.RedirectURIs, r.wanted.redirects(a)), add.Platform
	}
	for _, p := range r.wanted.Permissions {
		if !declares(a.Required, tenant.GraphAppID, p.ID, p.Kind) {
			s.Declared = append(s.Declared, p.Kind.AccessType()+" "+p.ID)
		}
	}
	return s
}

// keep saves what is known of the application, if it is news.
func (r *run) keep(ctx context.Context, edit func(*connection.Application)) error {
	now := r.in.Document().Application
	next := now
	if edit(&next); next == now {
		return nil
	}
	return r.in.Keep(ctx, func(c *connection.Connection) { edit(&c.Application) })
}

// servicePrincipal makes the enterprise application.
func (r *run) servicePrincipal() step {
	return step{
		id: "service-principal", title: words.T("Enterprise application"), request: "POST /servicePrincipals",
		look: func(ctx context.Context) (bool, error) {
			sp, err := r.in.Directory.ServicePrincipal(ctx, r.state.application.AppID)
			if problem.CodeOf(err) == tenant.CodeNotFound {
				return false, nil
			}
			if err != nil {
				return false, err
			}
			r.state.principal = &sp
			return true, r.keep(ctx, func(c *connection.Application) { c.ServicePrincipalID = sp.ID })
		},
		act: func(ctx context.Context) error {
			return r.in.Directory.CreateServicePrincipal(ctx, r.state.application.AppID)
		},
		made: func() *made {
			m := &made{What: madePrincipal, ApplicationID: r.state.application.ID}
			if sp := r.state.principal; sp != nil {
				m.ID, m.PrincipalID = sp.ID, sp.ID
			}
			return m
		},
	}
}

// consents are the steps of consent, one a role and one for all scopes.
func (r *run) consents() (steps []step) {
	if r.in.Options.LeaveConsent {
		return nil
	}
	for _, p := range r.wanted.roles() {
		steps = append(steps, r.grantRole(p))
	}
	if len(r.wanted.scopes()) > 0 {
		steps = append(steps, r.grantScopes())
	}
	return steps
}

func (r *run) grantRole(p Permission) step {
	id := ""
	return step{
		id: "consent:" + string(permission.Application) + ":" + p.Value, title: words.T("Consent to %s", p.Value), request: "POST /servicePrincipals/{graph}/appRoleAssignedTo",
		look: func(ctx context.Context) (bool, error) {
			var err error
			if r.state.roles, err = r.in.Directory.AppRoleGrants(ctx, r.state.principal.ID); err != nil {
				return false, err
			}
			for _, g := range r.state.roles {
				if strings.EqualFold(g.ResourceID, r.state.graph.ID) && strings.EqualFold(g.AppRoleID, p.ID) {
					id = g.ID
				}
			}
			return r.state.granted(p), nil
		},
		act: func(ctx context.Context) error {
			return r.in.Directory.GrantAppRole(ctx, r.state.principal.ID, r.state.graph.ID, p.ID)
		},
		made: func() *made {
			return &made{What: madeRole, ApplicationID: r.state.application.ID, PrincipalID: r.state.principal.ID, ID: id, Name: p.Value}
		},
	}
}

func (r *run) grantScopes() step {
	var want []string
	for _, p := range r.wanted.scopes() {
		want = append(want, p.Value)
	}
	return step{
		id: "consent:" + string(permission.Delegated), title: words.T("Consent to %s", strings.Join(want, ", ")), request: "POST /oauth2PermissionGrants",
		look: func(ctx context.Context) (bool, error) {
			var err error
			if r.state.scopes, err = r.in.Directory.DelegatedGrants(ctx, r.state.principal.ID); err != nil {
				return false, err
			}
			return !slices.ContainsFunc(want, func(v string) bool { return !r.state.scopeGranted(v) }), nil
		},
		act: func(ctx context.Context) error {
			if g := r.state.forEverybody(); g != nil {
				have := strings.Fields(g.Scope)
				return r.in.Directory.ChangeScopes(ctx, g.ID, strings.Join(union(have, want), " "))
			}
			return r.in.Directory.GrantScopes(ctx, r.state.principal.ID, r.state.graph.ID, strings.Join(want, " "))
		},
		made: func() *made {
			m := &made{What: madeScopes, ApplicationID: r.state.application.ID, PrincipalID: r.state.principal.ID, Added: &settings{Scopes: want}}
			if g := r.state.forEverybody(); g != nil {
				m.ID, m.Added.Scopes = g.ID, without(want, strings.Fields(g.Scope))
			}
			return m
		},
	}
}
