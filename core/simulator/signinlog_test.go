package simulator

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

func signInsOf(clientID string) string {
	return "/auditLogs/signIns?$top=1&$orderby=createdDateTime+desc&$filter=" + url.QueryEscape("appId eq '"+clientID+"'")
}

func (c *tester) beta(clientID string) answered {
	c.t.Helper()
	return c.do(http.MethodGet, c.Cloud().Graph+"/beta/reports/servicePrincipalSignInActivities?$filter="+url.QueryEscape("appId eq '"+clientID+"'"), "", "", "Authorization", "Bearer "+c.token)
}

// TestSignInLog shows who used an application: people in the log, the
// application itself in the report of the beta.
func TestSignInLog(t *testing.T) {
	c := start(t, Options{})
	a := c.Account()
	c.token = c.signIn(registerScopes + " AuditLog.Read.All").text("access_token")
	if got := c.graph(http.MethodGet, signInsOf(a.ClientID), ""); got.status != 200 || len(got.values()) != 0 {
		t.Fatalf("nobody signed in yet: %s", got.raw)
	}
	if got := c.beta(a.ClientID); got.status != 200 || len(got.values()) != 0 {
		t.Fatalf("nobody used it yet: %s", got.raw)
	}
	c.want(c.application(), 200, "")
	if got := c.beta(a.ClientID); got.text("value", "0", "applicationAuthenticationClientSignInActivity", "lastSignInDateTime") == "<nil>" || got.text("value", "0", "appId") != a.ClientID {
		t.Errorf("the application's own sign-in: %s", got.raw)
	} else if got.text("value", "0", "delegatedClientSignInActivity") != "<nil>" {
		t.Errorf("nobody signed in through it: %s", got.raw)
	}
	// A person's sign-in is in both, the newest first.
	c.Advance(time.Minute)
	c.SignInAs(a.OrganizerUPN)
	if fields, _ := c.browser(tenant.CommandLineToolsAppID, "openid User.Read"); fields.Get("code") == "" {
		t.Fatal("no sign-in")
	}
	got := c.graph(http.MethodGet, signInsOf(tenant.CommandLineToolsAppID), "")
	if len(got.values()) != 1 || got.text("value", "0", "userPrincipalName") != a.OrganizerUPN || got.text("value", "0", "isInteractive") != "true" {
		t.Errorf("log %s", got.raw)
	}
	if got := c.graph(http.MethodGet, "/auditLogs/signIns", ""); len(got.values()) != 2 || got.text("value", "1", "userPrincipalName") != a.AdminUPN {
		t.Errorf("the whole log %s", got.raw)
	}
	// The log forgets after 30 days; a new entry takes its time under the fault.
	c.SignInAs("")
	c.Advance(31 * 24 * time.Hour)
	if err := c.SetFaults(fault.ReplicationDelay + "=1h"); err != nil {
		t.Fatal(err)
	}
	c.token = c.signIn(registerScopes + " AuditLog.Read.All").text("access_token")
	if got := c.graph(http.MethodGet, "/auditLogs/signIns", ""); got.status != 200 || len(got.values()) != 0 {
		t.Errorf("after a month %s", got.raw)
	}
}

func TestSignInLogRefuses(t *testing.T) {
	c := start(t, Options{})
	id := c.Account().ClientID
	c.token = c.signIn(registerScopes).text("access_token")
	c.want(c.graph(http.MethodGet, signInsOf(id), ""), 403, "Authentication_MSGraphPermissionMissing")
	c.want(c.beta(id), 403, "Authentication_MSGraphPermissionMissing")
	c.SignInAs(c.Account().LesserAdminUPN)
	c.token = c.signIn("AuditLog.Read.All").text("access_token")
	c.want(c.graph(http.MethodGet, signInsOf(id), ""), 403, "Authentication_RequestFromUnsupportedUserRole")
	c.SignInAs("")
	if err := c.SetFaults(fault.LogConsentDeclined); err != nil {
		t.Fatal(err)
	}
	if f, _ := c.browser(tenant.CommandLineToolsAppID, "AuditLog.Read.All"); !strings.Contains(f.Get("error_description"), "AADSTS65004") {
		t.Errorf("declined consent got %v", f)
	}
	if err := c.SetFaults(); err != nil {
		t.Fatal(err)
	}
	c.token = c.signIn("AuditLog.Read.All").text("access_token")
	c.want(c.graph(http.MethodGet, "/auditLogs/signIns?$expand=user", ""), 400, "Request_BadRequest")
	c.want(c.graph(http.MethodGet, "/auditLogs/signIns?$orderby=appId", ""), 400, "Request_BadRequest")
	c.want(c.graph(http.MethodGet, "/auditLogs/signIns?$filter=application+eq+'x'", ""), 400, "BadRequest")
	c.want(c.graph(http.MethodGet, "/auditLogs/noSuch", ""), 400, "BadRequest")
	c.want(c.do(http.MethodGet, c.Cloud().Graph+"/beta/users", "", "", "Authorization", "Bearer "+c.token), 400, "BadRequest")
	for fault, want := range map[string]string{fault.NoPremium: "Authentication_RequestFromNonPremiumTenantOrB2CTenant", fault.ReportsDenied: "Authentication_RequestFromUnsupportedUserRole"} {
		if err := c.SetFaults(fault); err != nil {
			t.Fatal(err)
		}
		c.want(c.graph(http.MethodGet, signInsOf(id), ""), 403, want)
		c.want(c.beta(id), 403, want)
	}
	if err := c.SetFaults(fault.NoReports); err != nil {
		t.Fatal(err)
	}
	c.want(c.graph(http.MethodGet, signInsOf(id), ""), 200, "")
	c.want(c.beta(id), 400, "BadRequest")
}
