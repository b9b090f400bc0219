package tenant

import (
	"encoding/pem"
	"fmt"
	"time"
)

// readyPermissions are Offision's, granted to the accounts' applications.
var readyPermissions = []string{"Calendars.ReadWrite", "Group.Read.All", "Place.Read.All", "User.Read.All"}

// The indexes of the seeded applications' ids.
const (
	AppReady = 10 + iota*4 // object; +1 client id, +2 service principal, +3 key
	appCertificate
	appOther
)

// newState is a tenant with Microsoft's own applications, two that are ready
// and one that is somebody else's business.
func (t *Tenant) newState() (*State, error) {
	st := &State{
		Version: 1, Seed: t.Directory.Seed, Secrets: map[string]string{}, Born: map[string]time.Time{},
		Mailboxes: map[string]*Mailbox{}, LastSignIn: map[string]time.Time{}, LastUserSignIn: map[string]time.Time{},
	}
	d := t.Directory
	made := t.o.Now().UTC().AddDate(0, -2, 0).Truncate(time.Second)
	for i, m := range []struct{ appID, name string }{
		{GraphAppID, "Microsoft Graph"},
		{ExchangeAppID, "Office 365 Exchange Online"},
	} {
		sp := NewPrincipal(d.ID(KindOther, 5+i), m.appID, m.name, MicrosoftTenant)
		sp.AppRoles, sp.OAuth2PermissionScopes = offered(m.appID)
		st.Principals = append(st.Principals, sp)
	}
	ready := t.seedApplication(st, AppReady, "Room booking", readyPermissions, made)
	keyID, end, hint := d.ID(KindOther, AppReady+3), made.AddDate(2, 0, 0), secretOf(d, AppReady)[:3]
	name := "Room booking server"
	ready.PasswordCredentials = []Password{{DisplayName: &name, EndDateTime: &end, StartDateTime: &made, Hint: hint, KeyID: keyID}}
	st.Secrets[keyID] = secretOf(d, AppReady)

	certified := t.seedApplication(st, appCertificate, "Room booking with certificate", readyPermissions, made)
	if err := t.makeCertificate(); err != nil {
		return nil, err
	}
	block, _ := pem.Decode(t.certificate())
	if block == nil {
		return nil, fmt.Errorf("the certificate in %s cannot be read", t.o.Dir)
	}
	key, err := ReadCertificate(block.Bytes, "", d.ID(KindOther, appCertificate+3))
	if err != nil {
		return nil, err
	}
	certified.KeyCredentials = []KeyCredential{key}

	t.seedApplication(st, appOther, "Visitor badges", []string{"User.Read.All"}, made)
	return st, nil
}

func (t *Tenant) seedApplication(st *State, i int, name string, permissions []string, made time.Time) *Application {
	d := t.Directory
	app := NewApplication(d.ID(KindOther, i), d.ID(KindOther, i+1), name, d.Domain, made)
	app.SignInAudience = "AzureADMyOrg"
	app.Web.RedirectURIs = []string{"https://booking.contoso.example/signin-oidc"}
	app.Web.ImplicitGrantSettings.EnableIDTokenIssuance = true
	sp := NewPrincipal(d.ID(KindOther, i+2), app.AppID, name, d.TenantID())
	graph := st.Principals[0]
	access := RequiredResource{ResourceAppID: GraphAppID}
	for n, value := range permissions {
		for _, r := range graph.AppRoles {
			if r.Value == value {
				access.ResourceAccess = append(access.ResourceAccess, RequiredAccess{ID: r.ID, Type: "Role"})
				st.Assignments = append(st.Assignments, &AppRoleAssignment{
					ID: AssignmentID(d.ID(KindOther, 100+i*10+n)), AppRoleID: r.ID, CreatedDateTime: made,
					PrincipalDisplayName: name, PrincipalID: sp.ID, PrincipalType: "ServicePrincipal",
					ResourceDisplayName: graph.DisplayName, ResourceID: graph.ID,
				})
			}
		}
	}
	for _, sc := range graph.OAuth2PermissionScopes {
		if sc.Value == "openid" || sc.Value == "profile" || sc.Value == "email" {
			access.ResourceAccess = append(access.ResourceAccess, RequiredAccess{ID: sc.ID, Type: "Scope"})
		}
	}
	st.Grants = append(st.Grants, &PermissionGrant{ID: AssignmentID(d.ID(KindOther, 100+i*10+9)), ClientID: sp.ID, ConsentType: "AllPrincipals", ResourceID: graph.ID, Scope: "openid profile email"})
	app.RequiredResourceAccess = []RequiredResource{access}
	st.Applications, st.Principals = append(st.Applications, app), append(st.Principals, sp)
	return app
}
