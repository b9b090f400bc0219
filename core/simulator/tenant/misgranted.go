package tenant

import (
	"cmp"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// namesake is where the ids begin of an application that is called as the ready
// one: registration, client and enterprise application.
const namesake = 920

// secondSecret is the id of the secret that a fault puts beside the first.
const secondSecret = 930

// seedNamesake registers it and gives it the permissions of the ready application.
func (t *Tenant) seedNamesake() {
	id := func(n int) string { return t.Directory.ID(KindOther, namesake+n) }
	ready := t.Application(t.Directory.ID(KindOther, AppReady))
	if !t.Has(fault.ConsentElsewhere) || ready == nil || t.Application(id(0)) != nil {
		return
	}
	app := NewApplication(id(0), id(1), ready.DisplayName, t.Directory.Domain, t.Now())
	app.SignInAudience = ready.SignInAudience
	t.State.Applications = append(t.State.Applications, app)
	sp := NewPrincipal(id(2), app.AppID, app.DisplayName, t.Directory.TenantID())
	t.State.Principals = append(t.State.Principals, sp)
	own, graph := t.PrincipalByApp(ready.AppID), t.PrincipalByApp(GraphAppID)
	for _, a := range slices.Clone(t.State.Assignments) {
		if own != nil && a.PrincipalID == own.ID && a.ResourceID == graph.ID {
			t.Assign(sp, graph, a.AppRoleID)
		}
	}
}

// strayNamesake reports whether an object is of an application of the same name
// while the fault that made it is off.
func (t *Tenant) strayNamesake(id string) bool {
	if id == t.Directory.ID(KindOther, duplicates) || id == t.Directory.ID(KindOther, duplicates+2) {
		return !t.Has(fault.DuplicateNames)
	}
	return !t.Has(fault.ConsentElsewhere) && (id == t.Directory.ID(KindOther, namesake) || id == t.Directory.ID(KindOther, namesake+2))
}

// Revoked reports whether a fault revoked a grant that tokens still carry.
func (t *Tenant) Revoked(a *AppRoleAssignment) bool {
	roles, on := t.Fault(fault.ConsentRevoked)
	graph := t.PrincipalByApp(GraphAppID)
	return on && a.Sequence <= t.Since() && a.ResourceID == graph.ID && fault.Hits(cmp.Or(roles, "Calendars.ReadWrite"), RoleValue(graph, a.AppRoleID), false)
}

// OwnSecretExpired reports whether a fault ended the life of the ready application's
// own secret, which has another beside it.
func (t *Tenant) OwnSecretExpired() bool {
	arg, on := t.Fault(fault.TwoSecrets)
	return on && arg == "own"
}

// SecretsOf are the client secrets of an application as its registration shows them.
func (t *Tenant) SecretsOf(a *Application) []Password {
	if !t.Has(fault.TwoSecrets) || len(a.PasswordCredentials) == 0 || a.ID != t.Directory.ID(KindOther, AppReady) {
		return a.PasswordCredentials
	}
	name, ended := "Second secret", t.Now().AddDate(0, 0, -1)
	own, other := a.PasswordCredentials[0], Password{DisplayName: &name, KeyID: t.Directory.ID(KindOther, secondSecret), Hint: "2nd", StartDateTime: a.PasswordCredentials[0].StartDateTime}
	if other.EndDateTime = &ended; t.OwnSecretExpired() {
		own.EndDateTime, other.EndDateTime = &ended, own.EndDateTime
	}
	return append([]Password{own, other}, a.PasswordCredentials[1:]...)
}

// ReadyDeleted reports whether the fault deleted an object of the ready
// application.
func (t *Tenant) ReadyDeleted(id string) bool {
	if !t.Has(fault.AppDeleted) || t.State.ReadyRestored > t.Since() {
		return false
	}
	ready := t.Application(t.Directory.ID(KindOther, AppReady))
	if ready == nil {
		return false
	}
	own := t.PrincipalByApp(ready.AppID)
	return id == ready.ID || own != nil && id == own.ID
}

// RestoreReady brings the ready application back that the fault deleted, by its id,
// nil where it did not.
func (t *Tenant) RestoreReady(id string) *Application {
	ready := t.Application(t.Directory.ID(KindOther, AppReady))
	if ready == nil || !strings.EqualFold(id, ready.ID) || !t.ReadyDeleted(ready.ID) {
		return nil
	}
	t.State.Sequence++
	t.State.ReadyRestored = t.State.Sequence
	return ready
}

// delegated reports whether a fault turned an application permission into the
// delegated one of the same name, and whether only consent shows that.
func (t *Tenant) delegated(value string) (yes, onlyGranted bool) {
	if values, on := t.Fault(fault.GrantedDelegated); on && fault.Hits(values, value, true) {
		return true, true
	}
	values, on := t.Fault(fault.DeclaredDelegated)
	return on && fault.Hits(values, value, true), false
}

// DelegatedInstead are the scopes that were consented to in place of roles, as the
// fault says.
func (t *Tenant) DelegatedInstead(appID string) (scopes []string) {
	at := slices.IndexFunc(t.State.Applications, func(a *Application) bool { return a.AppID == appID })
	if at < 0 {
		return nil
	}
	graph := t.PrincipalByApp(GraphAppID)
	for _, r := range t.State.Applications[at].RequiredResourceAccess {
		for _, access := range r.ResourceAccess {
			value := RoleValue(graph, access.ID)
			if _, granted := t.delegated(value); granted && access.Type == "Role" && strings.EqualFold(r.ResourceAppID, GraphAppID) {
				scopes = append(scopes, value)
			}
		}
	}
	return scopes
}

// Declared is what an application declares, with the delegated permissions of the
// same names if a fault says so.
func (t *Tenant) Declared(a *Application) []RequiredResource {
	if !t.Has(fault.DeclaredDelegated) && !t.Has(fault.GrantedDelegated) {
		return a.RequiredResourceAccess
	}
	graph := t.PrincipalByApp(GraphAppID)
	var out []RequiredResource
	for _, r := range a.RequiredResourceAccess {
		var list []RequiredAccess
		for _, access := range r.ResourceAccess {
			value := RoleValue(graph, access.ID)
			delegated, onlyGranted := t.delegated(value)
			switch scope := graph.scope(value); {
			case !delegated || scope == "" || access.Type != "Role" || !strings.EqualFold(r.ResourceAppID, GraphAppID):
				list = append(list, access)
			case !onlyGranted:
				list = append(list, RequiredAccess{ID: scope, Type: "Scope"})
			}
		}
		r.ResourceAccess = list
		out = append(out, r)
	}
	return out
}
