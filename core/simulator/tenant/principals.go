package tenant

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// NewApplication is a registration as Microsoft makes it when only a name is given.
func NewApplication(id, appID, name, domain string, made time.Time) *Application {
	return &Application{
		ID: id, AppID: appID, DisplayName: name, PublisherDomain: domain, CreatedDateTime: made,
		SignInAudience: "AzureADandPersonalMicrosoftAccount",
		Tags:           []string{}, IdentifierURIs: []string{}, AddIns: []object{}, AppRoles: []AppRole{},
		KeyCredentials: []KeyCredential{}, PasswordCredentials: []Password{}, RequiredResourceAccess: []RequiredResource{},
		API:          APIApplication{KnownClientApplications: []string{}, OAuth2PermissionScopes: []PermissionScope{}, PreAuthorizedApplications: []object{}},
		PublicClient: Redirects{RedirectURIs: []string{}}, SPA: Redirects{RedirectURIs: []string{}},
		Web: WebApplication{RedirectURIs: []string{}, RedirectURISettings: []object{}},
	}
}

// NewPrincipal is an enterprise application without permissions.
func NewPrincipal(id, appID, name, owner string) *ServicePrincipal {
	return &ServicePrincipal{
		ID: id, AppID: appID, DisplayName: name, AppDisplayName: name, AppOwnerOrganizationID: owner, AccountEnabled: true,
		ServicePrincipalType: "Application", SignInAudience: "AzureADMyOrg", ServicePrincipalNames: []string{appID},
		AlternativeNames: []string{}, NotificationEmails: []string{}, ReplyURLs: []string{}, Tags: []string{},
		KeyCredentials: []KeyCredential{}, PasswordCredentials: []Password{}, AppRoles: []AppRole{}, OAuth2PermissionScopes: []PermissionScope{},
	}
}

// AssignmentID is the form that ids of grants have at Microsoft: text that is
// not a GUID.
func AssignmentID(guid string) string {
	return strings.ReplaceAll(guid[:23], "-", "") + "_" + strings.ReplaceAll(guid[23:], "-", "")
}

// Consented are the scopes that a client holds for a person.
func (t *Tenant) Consented(clientID, userID string) (have []string) {
	for _, g := range t.State.Grants {
		if g.ClientID == clientID && (g.ConsentType == "AllPrincipals" || g.PrincipalID != nil && *g.PrincipalID == userID) {
			for _, v := range strings.Fields(g.Scope) {
				if !slices.Contains(have, v) {
					have = append(have, v)
				}
			}
		}
	}
	return have
}

// GrantScopes adds to the one grant of client, resource, type and person.
func (t *Tenant) GrantScopes(clientID, resourceID, kind string, person *string, scopes []string) {
	for _, g := range t.State.Grants {
		if g.ClientID == clientID && g.ResourceID == resourceID && g.ConsentType == kind && (person == nil || g.PrincipalID != nil && *g.PrincipalID == *person) {
			have := strings.Fields(g.Scope)
			for _, sc := range scopes {
				if !slices.Contains(have, sc) {
					have = append(have, sc)
				}
			}
			g.Scope = strings.Join(have, " ")
			return
		}
	}
	t.State.Grants = append(t.State.Grants, &PermissionGrant{ID: AssignmentID(uuid.NewString()), ClientID: clientID, ConsentType: kind, PrincipalID: person, ResourceID: resourceID, Scope: strings.Join(scopes, " ")})
}

// AssignmentRequired is whether people need an assignment to sign in to an
// application.
func (t *Tenant) AssignmentRequired(sp *ServicePrincipal) bool {
	return sp.AppRoleAssignmentRequired || t.Has(fault.AssignmentRequired) && sp.AppOwnerOrganizationID == t.Directory.TenantID()
}

// Principal is one that is visible, by id or "appId=…"; nil when there is none.
func (t *Tenant) Principal(key string) *ServicePrincipal {
	for _, sp := range t.State.Principals {
		if t.Replicated(sp.ID) && (strings.EqualFold(sp.ID, key) || strings.EqualFold("appId="+sp.AppID, key)) {
			return sp
		}
	}
	return nil
}

// Application finds a registration by its object id, nil when there is none.
func (t *Tenant) Application(id string) *Application {
	for _, a := range t.State.Applications {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// PrincipalByApp is the tenant's service principal of an application, nil when
// there is none.
func (t *Tenant) PrincipalByApp(appID string) *ServicePrincipal {
	for _, sp := range t.State.Principals {
		if strings.EqualFold(sp.AppID, appID) {
			return sp
		}
	}
	return nil
}

// Hidden reports whether a fault took a grant away. What was granted after the
// fault was switched on is not hidden: that is the repair.
func (t *Tenant) Hidden(a *AppRoleAssignment) bool {
	if a.Sequence > t.Since() || a.ResourceID != t.PrincipalByApp(GraphAppID).ID {
		return false
	}
	value := RoleValue(t.PrincipalByApp(GraphAppID), a.AppRoleID)
	if delegated, _ := t.delegated(value); delegated || t.Has(fault.NoConsent) || t.Has(fault.ConsentElsewhere) && a.PrincipalID != t.Directory.ID(KindOther, namesake+2) {
		return true
	}
	roles, on := t.Fault(fault.MissingRole)
	return on && fault.Hits(cmp.Or(roles, "Calendars.ReadWrite"), value, false)
}

// Assigned reports whether a principal holds a role of a resource.
func (t *Tenant) Assigned(principal, resource, role string) bool {
	for _, a := range t.State.Assignments {
		if a.PrincipalID == principal && a.ResourceID == resource && a.AppRoleID == role && !t.Hidden(a) {
			return true
		}
	}
	return false
}

// Assign grants a role of a resource to a principal.
func (t *Tenant) Assign(sp, resource *ServicePrincipal, role string) *AppRoleAssignment {
	a := &AppRoleAssignment{
		ID: AssignmentID(uuid.NewString()), AppRoleID: role, CreatedDateTime: t.Now().UTC(), PrincipalDisplayName: sp.DisplayName, PrincipalID: sp.ID,
		PrincipalType: "ServicePrincipal", ResourceDisplayName: resource.DisplayName, ResourceID: resource.ID,
	}
	t.Born(a.ID)
	a.Sequence = t.State.Sequence
	t.State.Assignments = append(t.State.Assignments, a)
	return a
}

// scope is the id of a delegated permission that a resource offers, "" for none.
func (sp *ServicePrincipal) scope(value string) string {
	for _, s := range sp.OAuth2PermissionScopes {
		if s.Value == value {
			return s.ID
		}
	}
	return ""
}

// RoleValue is the name of a role of a resource, "" for one that it does not have.
func RoleValue(resource *ServicePrincipal, id string) string {
	for _, r := range resource.AppRoles {
		if r.ID == id {
			return r.Value
		}
	}
	return ""
}

// RolesOf are the directory roles of a user.
func (t *Tenant) RolesOf(user int) []string {
	switch {
	case user == AdminUser && t.Has(fault.ConsentRefused), user == LesserUser:
		return []string{ApplicationAdministrator, DefaultUserRole}
	case user == AdminUser:
		return []string{GlobalAdministrator, DefaultUserRole}
	}
	return []string{DefaultUserRole}
}
