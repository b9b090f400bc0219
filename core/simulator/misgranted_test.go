package simulator

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

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

// TestTwoSecrets: one of an application's two secrets has expired, its own or the other.
func TestTwoSecrets(t *testing.T) {
	c := start(t, Options{})
	c.token = c.signIn(registerScopes).text("access_token")
	for arg, own := range map[string]int{"": 200, "=own": 401} {
		if err := c.SetFaults(fault.TwoSecrets + arg); err != nil {
			t.Fatal(err)
		}
		c.want(c.application(), own, map[int]string{401: "AADSTS7000222"}[own])
		ended := 0
		seen := c.graph(http.MethodGet, "/applications(appId='"+c.Account().ClientID+"')?$select=passwordCredentials", "")
		for i := range 2 {
			end, err := time.Parse(time.RFC3339, seen.text("passwordCredentials", strconv.Itoa(i), "endDateTime"))
			if err != nil {
				t.Fatalf("%v: %s", err, seen.raw)
			}
			if end.Before(time.Now()) {
				ended++
			}
		}
		if ended != 1 {
			t.Errorf("%d of the secrets have expired: %s", ended, seen.raw)
		}
	}
}

// TestLimitAtRest: an assignment that is disabled and a scope that matches nothing
// refuse every mailbox, until the scripts put them right.
func TestLimitAtRest(t *testing.T) {
	for _, name := range []string{fault.ScopeDisabled, fault.ScopeEmpty} {
		c := start(t, Options{})
		a, room := c.Account(), c.tenant.Directory.Room(0).Email
		script := []string{
			`{"cmdlet":"New-ServicePrincipal","identity":"` + a.ClientID + `","parameters":{"AppId":"` + a.ClientID + `","ObjectId":"` + a.ServicePrincipalID + `"}}`,
			`{"cmdlet":"New-ManagementScope","identity":"Roomkey rooms","parameters":{"Target":"rooms","Group":"","Organizers":"","Rooms":[]}}`,
			`{"cmdlet":"New-ManagementRoleAssignment","identity":"Roomkey","parameters":{"App":"` + a.ServicePrincipalID + `","Role":"Application Calendars.ReadWrite","CustomResourceScope":"Roomkey rooms"}}`,
		}
		c.intent(append(script, `{"cmdlet":"remove appRoleAssignment","identity":"Calendars.ReadWrite","parameters":{"appId":"`+a.ClientID+`"}}`)...)
		c.token = c.application().text("access_token")
		read := func() answered { return c.graph(http.MethodGet, "/users/"+room+"/calendar?$select=id", "") }
		c.want(read(), 200, "")
		if err := c.SetFaults(name); err != nil {
			t.Fatal(err)
		}
		c.want(read(), 403, "ErrorAccessDenied")
		if r := c.intent(script...); !strings.Contains(r, `"changed":1`) {
			t.Errorf("%s: the script changes nothing: %s", name, r)
		}
		c.want(read(), 200, "")
	}
}
