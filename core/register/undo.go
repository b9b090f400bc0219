package register

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// UndoPlan is what Undo would take away, newest first, and what it leaves.
type UndoPlan struct {
	// Name is the display name that a person types to confirm.
	Name     string        `json:"name"`
	ClientID string        `json:"clientId"`
	Items    []change.Item `json:"items"`
	// Leaves is what stays, and why.
	Leaves []words.Text `json:"leaves"`
	// Restorable is whether the application can be restored for 30 days.
	Restorable bool `json:"restorable"`
	// LastSignIns are the application's: as itself, of people, and Roomkey's
	// own. InUse warns that one of them was lately, zero for nothing to warn of.
	LastSignIns []LastSignIn `json:"lastSignIns"`
	InUse       words.Text   `json:"inUse,omitzero"`
	// SignIns is the page of the tenant's sign-in logs.
	SignIns string `json:"signIns"`
}

// MakeUndoPlan says what Undo would do. It changes nothing.
func MakeUndoPlan(ctx context.Context, in Input) (UndoPlan, error) {
	j, err := in.readJournal()
	if err != nil {
		return UndoPlan{}, err
	}
	c := in.Document()
	p := UndoPlan{Name: c.Application.DisplayName, ClientID: c.Application.ClientID, Items: []change.Item{}, Leaves: []words.Text{},
		SignIns: in.Cloud.Pages(c.Application.ClientID, c.Application.ServicePrincipalID).SignInLogs}
	a, err := in.madeFor(ctx)
	if err != nil {
		return p, err
	}
	own := in.standing(j, a)
	if len(own) == 0 && a.ID != "" && !j.undoing() {
		return p, nothingMade(words.T("Roomkey did not create the application \"%s\".", a.DisplayName))
	}
	for _, m := range slices.Backward(own) {
		item := change.Item{ID: m.What + ":" + m.ID, Title: titles[m.What], Today: in.shown(m, a), Wanted: words.T("removed"), Action: change.Remove}
		if m.What == madeApplication {
			p.Restorable = true
			item.Why = words.T("Includes its enterprise application, consent and credentials. It can be restored for 30 days.")
		}
		p.Items = append(p.Items, item)
	}
	switch {
	case a.ID == "":
		p.Leaves = append(p.Leaves, words.T("Nothing in the tenant: the application was already deleted. Roomkey removes what it stored about it on this computer."))
	case !p.Restorable:
		p.Leaves = append(p.Leaves, words.T("The app registration itself: Roomkey did not create it."))
	}
	if c.Scope.Kind != connection.ScopeNone {
		p.Leaves = append(p.Leaves, words.T("The limit in Exchange (%s): run Roomkey's removal script as an Exchange administrator.", c.Scope.Kind))
	}
	if c.ServiceAccount != "" {
		p.Leaves = append(p.Leaves, words.T("The service account %s.", c.ServiceAccount))
	}
	p.Leaves = append(p.Leaves, words.T("What the booking server stored. Remove it there."))
	p.LastSignIns, err = in.lastSignIns(ctx, j, c.Application.ClientID)
	p.InUse = in.inUse(p.LastSignIns)
	return p, err
}

// removals are the requests that take things away, for the record.
var removals = map[string]string{
	madeApplication: "DELETE /applications/{id}", madePrincipal: "DELETE /servicePrincipals/{id}", madeSecret: removeSecret,
	madeCertificate: "PATCH /applications/{id} keyCredentials", madeRole: "DELETE /servicePrincipals/{id}/appRoleAssignments/{id}",
	madeScopes: "PATCH /oauth2PermissionGrants/{id}", madeSettings: "PATCH /applications/{id}",
}

const removeSecret = "POST /applications/{id}/removePassword" //nolint:gosec // a request

var titles = map[string]words.Text{
	madeApplication: words.T("App registration"), madePrincipal: words.T("Enterprise application"), madeSecret: words.T("Client secret"),
	madeCertificate: words.T("Certificate"), madeRole: words.T("Consent to an application permission"), madeScopes: words.T("Consent to delegated permissions"), madeSettings: words.T("Settings that were added"),
}

// shown is what was made, as the tenant has it now.
func (in Input) shown(m made, a tenant.Application) words.Text {
	switch {
	case m.What == madePrincipal:
		return words.Plain(a.DisplayName)
	case m.Added == nil || m.What != madeScopes && m.What != madeSettings:
		return words.Plain(m.Name)
	}
	parts := slices.Concat(m.Added.RedirectURIs, m.Added.Scopes)
	if m.Added.IDTokens {
		parts = append(parts, "ID tokens")
	}
	if m.Added.AccessTokens {
		parts = append(parts, "Access tokens")
	}
	for _, d := range m.Added.Declared {
		_, id, _ := strings.Cut(d, " ")
		parts = append(parts, in.nameOf(tenant.ServicePrincipal{}, "", id))
	}
	if len(parts) == 0 {
		return words.T("nothing to undo")
	}
	return list(parts)
}

// madeFor is the connection's application as the tenant has it, the zero value
// when it is gone.
func (in Input) madeFor(ctx context.Context) (tenant.Application, error) {
	id := in.Document().Application.ObjectID
	if id == "" {
		return tenant.Application{}, nothingMade(words.T("The connection has no application that Roomkey registered."))
	}
	a, err := in.Directory.ApplicationByID(ctx, id)
	if problem.CodeOf(err) == tenant.CodeNotFound {
		return tenant.Application{}, nil
	}
	return a, err
}

// standing is what was made of this application.
func (in Input) standing(j journal, a tenant.Application) (own []made) {
	for _, m := range j.standing() {
		if strings.EqualFold(m.ApplicationID, in.Document().Application.ObjectID) && a.ID != "" {
			own = append(own, m)
		}
	}
	return own
}

// Undo takes away what Roomkey made, newest first, after the application's name
// was typed. What others added stays.
func Undo(ctx context.Context, in Input, typed string) (UndoPlan, error) {
	plan, err := MakeUndoPlan(ctx, in)
	if err != nil {
		return plan, err
	}
	if !connection.Means(typed, plan.Name) {
		return plan, problem.New(CodeName, words.T("The name does not match the application. Nothing was removed.")).
			Fix(words.T("Type \"%s\".", plan.Name))
	}
	r := &run{in: in, id: strings.ToLower(rand.Text()[:12])}
	if r.journal, err = in.readJournal(); err != nil {
		return plan, err
	}
	a, err := in.madeFor(ctx)
	if err != nil {
		return plan, err
	}
	r.state.application = &a
	if err := r.write(entry{Phase: change.PhaseStart, Verb: "undo", Reviewer: in.Options.Reviewer, Ticket: in.Options.Ticket}); err != nil {
		return plan, err
	}
	own := in.standing(r.journal, a)
	slices.Reverse(own)
	isApplication := func(m made) bool { return m.What == madeApplication }
	whole := slices.ContainsFunc(own, isApplication)
	if whole {
		// What hangs on an application goes with it, and comes back with it when
		// it is restored: nothing is gone before the application is.
		slices.SortStableFunc(own, func(a, b made) int { return rank(isApplication(a)) - rank(isApplication(b)) })
	}
	for i, m := range own {
		in.Report.Say(i, len(own), words.T("Removing: %s %s", titles[m.What], m.Name))
		undone := entry{Phase: change.PhaseUndone, Step: "undo", Made: &m}
		if !whole || isApplication(m) {
			err := r.recorded(ctx, func(ctx context.Context) error { return r.remove(ctx, m) })
			if err != nil && problem.CodeOf(err) != tenant.CodeNotFound && problem.CodeOf(err) != tenant.CodeNotYet {
				return plan, in.explained(titles[m.What], err)
			}
			undone.Request, undone.RequestID = removals[m.What], r.requestID
		}
		if err := r.write(undone); err != nil {
			return plan, err
		}
	}
	if err := r.forget(ctx, own, whole || a.ID == ""); err != nil {
		return plan, undone(err)
	}
	return plan, undone(r.write(entry{Phase: change.PhaseEnd}))
}

// undone is an error of the record after everything was removed.
func undone(err error) error {
	return unrecorded(words.T("Everything was removed at Microsoft, but this computer has not recorded all of it."), err)
}

// rank puts what is true first.
func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// forget drops what is kept here of what is gone there.
func (r *run) forget(ctx context.Context, own []made, whole bool) error {
	c := r.in.Document()
	held := c.Application.Credential
	gone := whole || slices.ContainsFunc(own, func(m made) bool { return m.ID != "" && m.ID == held.KeyID })
	if !gone && held.KeyID != "" { // an undo that was cut off may have removed it
		if err := r.refresh(ctx); err != nil {
			return err
		}
		a := r.state.application
		gone = !slices.ContainsFunc(slices.Concat(a.Secrets, a.Certificates), func(k tenant.Credential) bool { return k.KeyID == held.KeyID })
	}
	var kinds []vault.Kind
	if gone {
		kinds = append(kinds, vaultKind(held.Kind))
	}
	if whole {
		kinds = append(kinds, NextKinds()...)
		if err := r.in.forgetReplaced(ctx, r.journal.replaced()); err != nil {
			return err
		}
	}
	for _, kind := range kinds {
		if err := r.in.Vault.Delete(ctx, c.ID, kind); err != nil {
			return err
		}
	}
	return r.keep(ctx, func(a *connection.Application) {
		if gone {
			a.Credential = connection.Credential{Kind: held.Kind}
		}
		if whole {
			*a = connection.Application{DisplayName: "", Credential: a.Credential}
		}
	})
}

// remove takes one thing away.
func (r *run) remove(ctx context.Context, m made) error {
	d := r.in.Directory
	switch m.What {
	case madeApplication:
		return d.DeleteApplication(ctx, m.ApplicationID)
	case madePrincipal:
		return d.DeleteServicePrincipal(ctx, m.ID)
	case madeSecret:
		return r.removeSecret(ctx, m.ID)
	case madeCertificate:
		return r.removeCertificate(ctx, m)
	case madeRole:
		return d.RevokeAppRole(ctx, m.PrincipalID, m.ID)
	case madeScopes:
		return r.removeScopes(ctx, m)
	case madeSettings:
		return r.removeSettings(ctx, m)
	}
	return nil
}

func (r *run) removeCertificate(ctx context.Context, m made) error {
	if err := r.refresh(ctx); err != nil {
		return err
	}
	rest := slices.DeleteFunc(slices.Clone(r.state.application.Certificates), func(k tenant.Credential) bool {
		return m.ID != "" && strings.EqualFold(k.KeyID, m.ID) || m.Name != "" && strings.EqualFold(k.Thumbprint, m.Name)
	})
	if len(rest) == len(r.state.application.Certificates) {
		return nil
	}
	return r.in.Directory.ChangeApplication(ctx, r.state.application.ID, tenant.ApplicationChange{Certificates: &rest})
}

func (r *run) removeScopes(ctx context.Context, m made) error {
	list, err := r.in.Directory.DelegatedGrants(ctx, m.PrincipalID)
	if err != nil {
		return err
	}
	for _, g := range list {
		if g.ID != m.ID || m.Added == nil {
			continue
		}
		rest := without(strings.Fields(g.Scope), m.Added.Scopes)
		if len(rest) == 0 {
			return r.in.Directory.RevokeScopes(ctx, g.ID)
		}
		return r.in.Directory.ChangeScopes(ctx, g.ID, strings.Join(rest, " "))
	}
	return nil
}

func (r *run) removeSettings(ctx context.Context, m made) error {
	if m.Added == nil {
		return nil
	}
	if err := r.refresh(ctx); err != nil {
		return err
	}
	a := *r.state.application
	var less tenant.ApplicationChange
	has, off := a.Redirects(m.Added.Platform), false
	if rest := without(has, m.Added.RedirectURIs); len(rest) < len(has) {
		less.RedirectURIs, less.Platform = &rest, m.Added.Platform
	}
	if m.Added.IDTokens && a.IDTokens {
		less.IDTokens = &off
	}
	if m.Added.AccessTokens && a.AccessTokens {
		less.AccessTokens = &off
	}
	required := []tenant.RequiredResource{}
	for _, resource := range a.Required {
		rest := tenant.RequiredResource{ResourceAppID: resource.ResourceAppID}
		for _, x := range resource.Access {
			if !strings.EqualFold(resource.ResourceAppID, tenant.GraphAppID) || !slices.Contains(m.Added.Declared, x.Type+" "+x.ID) {
				rest.Access = append(rest.Access, x)
			}
		}
		if len(rest.Access) > 0 {
			required = append(required, rest)
		}
	}
	if len(m.Added.Declared) > 0 {
		less.Required = &required
	}
	if less.IsZero() {
		return nil
	}
	return r.in.Directory.ChangeApplication(ctx, a.ID, less)
}

// Restore brings the connection's deleted application back, with its
// permissions; it is possible for 30 days.
func Restore(ctx context.Context, in Input) (tenant.Application, error) {
	c := in.Document()
	list, err := in.Directory.DeletedApplications(ctx)
	if err != nil {
		return tenant.Application{}, err
	}
	name := c.UniqueName()
	at := slices.IndexFunc(list, func(a tenant.Application) bool {
		return strings.EqualFold(a.AppID, c.Application.ClientID) && a.AppID != "" || a.UniqueName == name
	})
	if at < 0 {
		return tenant.Application{}, problem.New(codeNotDeleted, words.T("There is no deleted application of this connection to restore.")).
			Fix(words.T("Microsoft keeps deleted applications for 30 days: Microsoft Entra admin center, App registrations, Deleted applications."))
	}
	r := &run{in: in, id: strings.ToLower(rand.Text()[:12])}
	if r.journal, err = in.readJournal(); err != nil {
		return list[at], err
	}
	if err := r.write(entry{Phase: change.PhaseStart, Verb: "restore"}); err != nil {
		return list[at], err
	}
	if err := in.Directory.RestoreApplication(ctx, list[at].ID); err != nil {
		return list[at], err
	}
	if err := r.write(entry{Phase: change.PhaseAfter, Step: "restore", Made: &made{What: madeApplication, ApplicationID: list[at].ID, ID: list[at].ID, Name: list[at].DisplayName}}); err != nil {
		return list[at], err
	}
	if err := in.Keep(ctx, func(c *connection.Connection) {
		c.Application.ClientID, c.Application.ObjectID, c.Application.DisplayName = list[at].AppID, list[at].ID, list[at].DisplayName
	}); err != nil {
		return list[at], err
	}
	return list[at], r.write(entry{Phase: change.PhaseEnd})
}
