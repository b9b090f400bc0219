package simulator

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// TestFaultsOfConsent are what only the registration shows.
func TestFaultsOfConsent(t *testing.T) {
	c := start(t, Options{})
	a := c.Account()
	c.token = c.signIn(registerScopes).text("access_token")
	own := "/applications(appId='" + a.ClientID + "')?$select=id,requiredResourceAccess"
	grants := "/servicePrincipals/" + a.ServicePrincipalID + "/appRoleAssignments"
	set := func(name string) {
		t.Helper()
		if err := c.SetFaults(name); err != nil {
			t.Fatal(err)
		}
	}
	granted := len(c.graph(http.MethodGet, grants, "").values())
	set(fault.DeclaredDelegated)
	if seen := c.graph(http.MethodGet, own, ""); strings.Contains(seen.raw, `"Role"`) || len(c.graph(http.MethodGet, grants, "").values()) != 0 {
		t.Errorf("declared: %s", seen.raw)
	}
	set(fault.DeclaredDelegated + "=Calendars.ReadWrite")
	if left := len(c.graph(http.MethodGet, grants, "").values()); left != granted-1 {
		t.Errorf("%d of %d grants are left", left, granted)
	}
	set(fault.GrantedDelegated + "=Calendars.ReadWrite")
	scopes := c.graph(http.MethodGet, "/servicePrincipals/"+a.ServicePrincipalID+"/oauth2PermissionGrants", "")
	if left := len(c.graph(http.MethodGet, grants, "").values()); left != granted-1 || !strings.Contains(scopes.raw, "Calendars.ReadWrite") {
		t.Errorf("%d of %d grants are left, delegated: %s", left, granted, scopes.raw)
	}
	set(fault.ConsentRevoked)
	if left := len(c.graph(http.MethodGet, grants, "").values()); left != granted-1 {
		t.Errorf("%d of %d grants are left", left, granted)
	}
	if roles := tokenClaims(t, c.application().text("access_token"))["roles"].([]any); len(roles) != granted {
		t.Errorf("the token carries %v", roles)
	}
	set(fault.ConsentElsewhere)
	named := c.graph(http.MethodGet, "/applications?$filter="+url.QueryEscape("displayName eq 'Room booking'"), "")
	if len(named.values()) != 2 || len(c.graph(http.MethodGet, grants, "").values()) != 0 {
		t.Errorf("namesakes: %s", named.raw)
	}
	set(fault.AppDeleted)
	c.want(c.graph(http.MethodGet, own, ""), 404, "")
	if deleted := c.graph(http.MethodGet, "/directory/deletedItems/microsoft.graph.application", ""); !strings.Contains(deleted.raw, a.ClientID) {
		t.Errorf("deleted: %s", deleted.raw)
	}
	c.want(c.application(), 400, "AADSTS700016")
	c.want(c.graph(http.MethodPost, "/directory/deletedItems/"+a.ObjectID+"/restore", ""), 200, "")
	c.want(c.graph(http.MethodGet, own, ""), 200, "")
	c.want(c.application(), 200, "")
	if deleted := c.graph(http.MethodGet, "/directory/deletedItems/microsoft.graph.application", ""); strings.Contains(deleted.raw, a.ClientID) {
		t.Errorf("restored: %s", deleted.raw)
	}
	set(fault.AppDeleted)
	c.want(c.application(), 400, "AADSTS700016")
}
