package simulator

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

const (
	registerScopes = "openid profile offline_access Application.ReadWrite.All AppRoleAssignment.ReadWrite.All DelegatedPermissionGrant.ReadWrite.All Organization.Read.All Policy.Read.All User.Read Directory.Read.All"
	loopback       = "http://localhost:51234"
	verifier       = "a-verifier-that-is-long-enough-for-pkce-0123456789"
)

// browser plays the system's browser up to the form that it would post to the
// loopback port: the fields of that form, or the page's text.
func (c *tester) browser(client, scopes string, more ...string) (url.Values, answered) {
	c.t.Helper()
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"client_id": {client}, "response_type": {"code"}, "redirect_uri": {loopback}, "scope": {scopes}, "state": {"s<1>"}, "response_mode": {"form_post"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}, "prompt": {"select_account"}, "client_info": {"1"},
	}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	a := c.do(http.MethodGet, c.Cloud().Authority+"/"+c.Account().TenantID+"/oauth2/v2.0/authorize?"+q.Encode(), "", "")
	fields := url.Values{}
	for _, m := range regexp.MustCompile(`name="([a-z_]+)" value="([^"]*)"`).FindAllStringSubmatch(a.raw, -1) {
		fields.Set(m[1], strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#39;", "'", "&#34;", `"`, "&amp;", "&").Replace(m[2]))
	}
	return fields, a
}

// signIn is a whole interactive sign-in.
func (c *tester) signIn(scopes string) answered {
	c.t.Helper()
	fields, page := c.browser(tenant.CommandLineToolsAppID, scopes)
	if fields.Get("code") == "" || fields.Get("state") != "s<1>" {
		c.t.Fatalf("no code: %v %s", fields, page.raw)
	}
	return c.form("/organizations/oauth2/v2.0/token", "grant_type", "authorization_code", "client_id", tenant.CommandLineToolsAppID, "code", fields.Get("code"),
		"redirect_uri", loopback, "code_verifier", verifier, "client_info", "1", "scope", scopes)
}

func tokenClaims(t *testing.T, token string) jwt.MapClaims {
	t.Helper()
	c := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(token, c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestInteractiveSignIn(t *testing.T) {
	c := start(t, Options{})
	got := c.signIn(registerScopes)
	c.want(got, 200, "")
	claims := tokenClaims(t, got.text("access_token"))
	if claims["upn"] != c.Account().AdminUPN || !strings.Contains(claims["scp"].(string), "Application.ReadWrite.All") {
		t.Errorf("access token %v", claims)
	}
	if id := tokenClaims(t, got.text("id_token")); id["preferred_username"] != c.Account().AdminUPN || id["wids"].([]any)[0] != tenant.GlobalAdministrator {
		t.Errorf("id token %v", id)
	}
	info, _ := base64.RawURLEncoding.DecodeString(got.text("client_info"))
	if !strings.Contains(string(info), c.Account().TenantID) {
		t.Errorf("client_info %s", info)
	}
	again := c.form("/organizations/oauth2/v2.0/token", "grant_type", "refresh_token", "client_id", tenant.CommandLineToolsAppID, "refresh_token", got.text("refresh_token"), "scope", "Application.ReadWrite.All")
	c.want(again, 200, "")
	c.want(c.form("/organizations/oauth2/v2.0/token", "grant_type", "refresh_token", "client_id", tenant.CommandLineToolsAppID, "refresh_token", got.text("refresh_token"), "scope", "User.Read"), 200, "")
	c.want(c.form("/organizations/oauth2/v2.0/token", "grant_type", "refresh_token", "client_id", tenant.CommandLineToolsAppID, "refresh_token", again.text("refresh_token"), "scope", "Mail.Send"), 400, "AADSTS65001")

	c.token = got.text("access_token")
	roles := c.graph(http.MethodGet, "/me/transitiveMemberOf/microsoft.graph.directoryRole?$select=displayName,roleTemplateId", "")
	if roles.text("value", "0", "displayName") != "Global Administrator" {
		t.Errorf("roles %s", roles.raw)
	}
	// The client's grant is there to be seen, and to be removed.
	sp := c.graph(http.MethodGet, "/servicePrincipals(appId='"+tenant.CommandLineToolsAppID+"')?$select=id", "")
	grants := c.graph(http.MethodGet, "/oauth2PermissionGrants?$filter="+url.QueryEscape("clientId eq '"+sp.text("id")+"'"), "")
	if len(grants.values()) != 1 || grants.text("value", "0", "consentType") != "Principal" {
		t.Errorf("grants %s", grants.raw)
	}
	c.want(c.graph(http.MethodDelete, "/oauth2PermissionGrants/"+grants.text("value", "0", "id"), ""), 204, "")

	if f, a := c.browser(tenant.CommandLineToolsAppID, "User.Read", "redirect_uri", "https://evil.example/"); f.Get("code") != "" || !strings.Contains(a.raw, "AADSTS50011") {
		t.Errorf("a foreign redirect URI got %v %s", f, a.raw)
	}
	if f, _ := c.browser(tenant.CommandLineToolsAppID, "Calendars.NoSuch"); !strings.Contains(f.Get("error_description"), "AADSTS650053") {
		t.Errorf("an unknown scope got %v", f)
	}
	c.SignInAs(c.Account().OrganizerUPN)
	if f, _ := c.browser(tenant.CommandLineToolsAppID, "Application.ReadWrite.All"); !strings.Contains(f.Get("error_description"), "AADSTS90094") {
		t.Errorf("a user without a role got %v", f)
	}
}

func TestDeviceCode(t *testing.T) {
	for _, grant := range []string{"urn:ietf:params:oauth:grant-type:device_code", "device_code"} {
		c := start(t, Options{})
		begun := c.form("/organizations/oauth2/v2.0/devicecode", "client_id", tenant.CommandLineToolsAppID, "scope", registerScopes)
		if begun.text("message") == "" || begun.text("interval") != "5" || begun.text("expires_in") != "900" {
			t.Errorf("device code %s", begun.raw)
		}
		poll := func() answered {
			return c.form("/organizations/oauth2/v2.0/token", "grant_type", grant, "client_id", tenant.CommandLineToolsAppID, "device_code", begun.text("device_code"))
		}
		c.want(poll(), 400, "AADSTS70016")
		if a := c.form("/devicelogin", "user_code", "NONSENSE"); !strings.Contains(a.raw, "AADSTS70018") {
			t.Errorf("a wrong code got %s", a.raw)
		}
		c.form("/devicelogin", "user_code", begun.text("user_code"))
		got := poll()
		c.want(got, 200, "")
		if got.text("refresh_token") == "" || got.text("id_token") == "" {
			t.Errorf("tokens %s", got.raw)
		}
	}
	for fault, code := range map[string]string{fault.DeviceDefaults: "AADSTS530035", fault.DeviceConditional: "AADSTS53003", fault.DeviceDeclined: "AADSTS70017", fault.DeviceConfirmation: "AADSTS50199"} {
		c := start(t, Options{Faults: []string{fault}})
		begun := c.form("/organizations/oauth2/v2.0/devicecode", "client_id", tenant.CommandLineToolsAppID, "scope", "User.Read")
		c.form("/devicelogin", "user_code", begun.text("user_code"))
		c.want(c.form("/organizations/oauth2/v2.0/token", "grant_type", "device_code", "client_id", tenant.CommandLineToolsAppID, "device_code", begun.text("device_code")), 400, code)
	}
	c := start(t, Options{})
	begun := c.form("/organizations/oauth2/v2.0/devicecode", "client_id", tenant.CommandLineToolsAppID, "scope", "User.Read")
	c.Advance(16 * time.Minute)
	c.want(c.form("/organizations/oauth2/v2.0/token", "grant_type", "device_code", "client_id", tenant.CommandLineToolsAppID, "device_code", begun.text("device_code")), 400, "AADSTS70019")
}

const newApplicationBody = `{"@odata.type":"#microsoft.graph.application","displayName":"Room booking server","signInAudience":"AzureADMyOrg",
 "web":{"redirectUris":["https://booking.contoso.example/signin-oidc"],"implicitGrantSettings":{"enableIdTokenIssuance":true,"enableAccessTokenIssuance":false}},
 "requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[{"id":"ef54d2bf-783f-4e0f-bca1-3210c0444d99","type":"Role"},{"id":"37f7f235-527c-4136-accd-4a02d197296e","type":"Scope"}]}]}`

// TestRegister drives the whole sequence of the fact sheet.
func TestRegister(t *testing.T) {
	c := start(t, Options{})
	c.token = c.signIn(registerScopes).text("access_token")
	graph := c.graph(http.MethodGet, "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id,appRoles,oauth2PermissionScopes", "")
	c.want(graph, 200, "")
	if !strings.Contains(graph.raw, `"value":"Calendars.ReadWrite.All"`) {
		t.Error("the trap Calendars.ReadWrite.All is missing")
	}

	name := "/applications(uniqueName='flexo-roombooking')"
	c.want(c.graph(http.MethodPatch, name, newApplicationBody), 404, "Request_ResourceNotFound")
	app := c.graph(http.MethodPatch, name, newApplicationBody, "Prefer", "create-if-missing")
	c.want(app, 201, "")
	if again := c.graph(http.MethodPatch, name, newApplicationBody, "Prefer", "create-if-missing"); again.status != 204 || again.raw != "" {
		t.Errorf("the second upsert is %d %q", again.status, again.raw)
	}
	id, appID := app.text("id"), app.text("appId")
	c.want(c.graph(http.MethodGet, name+"?$select=id,appId,web", ""), 200, "")

	sp := c.graph(http.MethodPost, "/servicePrincipals", `{"appId":"`+appID+`"}`)
	c.want(sp, 201, "")
	c.want(c.graph(http.MethodPost, "/servicePrincipals", `{"appId":"`+appID+`"}`), 409, "Request_MultipleObjectsWithSameKeyValue")

	secret := c.graph(http.MethodPost, "/applications/"+id+"/addPassword", `{"passwordCredential":{"displayName":"Roomkey nonce","endDateTime":"2027-11-22T00:00:00Z"}}`)
	c.want(secret, 200, "")
	if len(secret.text("secretText")) != 40 {
		t.Errorf("the secret has %d characters", len(secret.text("secretText")))
	}
	shown := c.graph(http.MethodGet, "/applications/"+id, "")
	if shown.text("passwordCredentials", "0", "secretText") != "<nil>" || strings.Contains(shown.raw, secret.text("secretText")) {
		t.Error("the secret is shown a second time")
	}

	assignment := `{"principalId":"` + sp.text("id") + `","resourceId":"` + graph.text("id") + `","appRoleId":"ef54d2bf-783f-4e0f-bca1-3210c0444d99"}`
	granted := c.graph(http.MethodPost, "/servicePrincipals/"+graph.text("id")+"/appRoleAssignedTo", assignment)
	c.want(granted, 201, "")
	c.want(c.graph(http.MethodPost, "/servicePrincipals/"+sp.text("id")+"/appRoleAssignments", assignment), 400, "Request_BadRequest")
	if list := c.graph(http.MethodGet, "/servicePrincipals/"+sp.text("id")+"/appRoleAssignments", ""); len(list.values()) != 1 {
		t.Errorf("assignments %s", list.raw)
	}
	grant := `{"clientId":"` + sp.text("id") + `","consentType":"AllPrincipals","principalId":null,"resourceId":"` + graph.text("id") + `","scope":"openid profile"}`
	made := c.graph(http.MethodPost, "/oauth2PermissionGrants", grant)
	c.want(made, 201, "")
	c.want(c.graph(http.MethodPost, "/oauth2PermissionGrants", grant), 409, "")
	c.want(c.graph(http.MethodPatch, "/oauth2PermissionGrants/"+made.text("id"), `{"scope":"openid profile User.Read"}`), 204, "")

	own := c.form("/"+c.Account().Domain+"/oauth2/v2.0/token", "grant_type", "client_credentials", "client_id", appID, "client_secret", secret.text("secretText"), "scope", c.Cloud().Scope()+" openid offline_access profile")
	c.want(own, 200, "")
	if roles := tokenClaims(t, own.text("access_token"))["roles"]; len(roles.([]any)) != 1 || roles.([]any)[0] != "Calendars.ReadWrite" {
		t.Errorf("roles %v", roles)
	}
	c.want(c.graph(http.MethodPost, "/applications/"+id+"/removePassword", `{"keyId":"`+secret.text("keyId")+`"}`), 204, "")
	c.want(c.form("/"+c.Account().Domain+"/oauth2/v2.0/token", "grant_type", "client_credentials", "client_id", appID, "client_secret", secret.text("secretText"), "scope", c.Cloud().Scope()), 401, "AADSTS7000215")

	c.want(c.graph(http.MethodDelete, "/applications/"+id, ""), 204, "")
	c.want(c.graph(http.MethodGet, "/applications/"+id, ""), 404, "")
	c.want(c.graph(http.MethodGet, "/directory/deletedItems/"+id, ""), 200, "")
	c.want(c.graph(http.MethodPost, "/directory/deletedItems/"+id+"/restore", "{}"), 200, "")
	if list := c.graph(http.MethodGet, "/servicePrincipals/"+sp.text("id")+"/appRoleAssignments", ""); len(list.values()) != 1 {
		t.Errorf("the restored application lost its grants: %s", list.raw)
	}
}

// TestPatchReplacesListsAndMergesTheRest is what makes read-merge-write
// necessary.
func TestPatchReplacesListsAndMergesTheRest(t *testing.T) {
	c := start(t, Options{})
	c.token = c.signIn(registerScopes).text("access_token")
	id := "/applications/" + c.Account().ObjectID
	c.want(c.graph(http.MethodPatch, id, `{"web":{"redirectUris":["https://other.example/cb"]},"tags":["x"]}`), 204, "")
	got := c.graph(http.MethodGet, id, "")
	if got.text("web", "redirectUris", "0") != "https://other.example/cb" || got.text("web", "implicitGrantSettings", "enableIdTokenIssuance") != "true" || got.text("displayName") != "Room booking" {
		t.Errorf("after the change: %s", got.raw)
	}
	for body, what := range map[string]string{
		`{"displayname2":"x"}`:                       "a property that does not exist",
		`{"appId":"x"}`:                              "a property that is read-only",
		`{"passwordCredentials":[]}`:                 "passwords by PATCH",
		`{"signInAudience":"Everybody"}`:             "an audience that does not exist",
		`{"web":{"redirectUris":["http://x.test"]}}`: "a redirect URI without TLS",
		`{"keyCredentials":[{"type":"AsymmetricX509Cert","usage":"Verify","key":"AAAA"}]}`: "a key that is no certificate",
		`{`: "no JSON",
	} {
		if a := c.graph(http.MethodPatch, id, body); a.status != 400 {
			t.Errorf("%s: %d %s", what, a.status, a.raw)
		}
	}
}

// TestCertificate signs in with a certificate that was uploaded by PATCH, and
// is refused with another.
func TestCertificate(t *testing.T) {
	c := start(t, Options{})
	a := c.Account()
	ask := func(client, pem, audience string) answered {
		assertion, err := clientAssertion(pem, client, audience, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return c.form("/"+a.TenantID+"/oauth2/v2.0/token", "grant_type", "client_credentials", "client_id", client, "scope", c.Cloud().Scope(),
			"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", assertion)
	}
	endpoint := c.Cloud().Authority + "/" + a.TenantID + "/oauth2/v2.0/token"
	c.want(ask(a.CertificateClientID, string(a.CertificatePEM), endpoint), 200, "")
	c.want(ask(a.CertificateClientID, string(a.CertificatePEM), "https://login.example/x"), 401, "AADSTS700023")
	c.want(ask(a.ClientID, string(a.CertificatePEM), endpoint), 401, "AADSTS700027")

	c.token = c.signIn(registerScopes).text("access_token")
	keys := c.graph(http.MethodGet, "/applications(appId='"+a.CertificateClientID+"')?$select=id,keyCredentials", "")
	c.want(keys, 200, "")
	if keys.text("keyCredentials", "0", "key") == "<nil>" || len(keys.text("keyCredentials", "0", "customKeyIdentifier")) != 40 {
		t.Errorf("key credentials %s", keys.raw)
	}
	body, err := json.Marshal(map[string]any{"keyCredentials": []any{map[string]any{"type": "AsymmetricX509Cert", "usage": "Verify", "key": keys.text("keyCredentials", "0", "key"), "displayName": "CN=x"}}})
	if err != nil {
		t.Fatal(err)
	}
	c.want(c.graph(http.MethodPatch, "/applications/"+a.ObjectID, string(body)), 204, "")
	c.want(ask(a.ClientID, string(a.CertificatePEM), endpoint), 200, "")
	c.SetFaults(fault.CertificateUnknown)
	c.want(ask(a.ClientID, string(a.CertificatePEM), endpoint), 401, "AADSTS700027")
}

func TestAdminConsent(t *testing.T) {
	c := start(t, Options{Faults: []string{fault.NoConsent}})
	a := c.Account()
	if tokenClaims(t, c.application().text("access_token"))["roles"] != nil {
		t.Fatal("there are roles before consent")
	}
	link := c.Cloud().Authority + "/" + a.TenantID + "/v2.0/adminconsent?client_id=" + a.ClientID + "&scope=" + url.QueryEscape(c.Cloud().Scope()) + "&state=7&redirect_uri="
	if got := c.do(http.MethodGet, link+url.QueryEscape("https://evil.example/"), "", ""); !strings.Contains(got.raw, "AADSTS50011") {
		t.Errorf("a foreign address got %s", got.raw)
	}
	to := link + url.QueryEscape("https://booking.contoso.example/signin-oidc")
	c.SignInAs(a.LesserAdminUPN)
	if got := c.do(http.MethodGet, to, "", ""); !strings.Contains(got.header.Get("Location"), "error=access_denied") {
		t.Errorf("the lesser administrator got %v", got.header)
	}
	c.SignInAs("")
	if got := c.do(http.MethodGet, to, "", ""); !strings.Contains(got.header.Get("Location"), "admin_consent=True") {
		t.Errorf("consent went to %v", got.header)
	}
	if roles := tokenClaims(t, c.application().text("access_token"))["roles"]; len(roles.([]any)) != 4 {
		t.Errorf("roles after consent: %v", roles)
	}
}

func TestRegistrationFaults(t *testing.T) {
	admin := func(t *testing.T, faults ...string) *tester {
		c := start(t, Options{})
		c.token = c.signIn(registerScopes).text("access_token")
		if err := c.SetFaults(faults...); err != nil {
			t.Fatal(err)
		}
		return c
	}
	t.Run(fault.ConsentRefused, func(t *testing.T) {
		c := start(t, Options{Faults: []string{fault.ConsentRefused}})
		c.token = c.signIn(registerScopes).text("access_token")
		graph := c.graph(http.MethodGet, "/servicePrincipals(appId='"+tenant.GraphAppID+"')?$select=id", "").text("id")
		c.want(c.graph(http.MethodPost, "/servicePrincipals/"+graph+"/appRoleAssignedTo",
			`{"principalId":"`+c.Account().ServicePrincipalID+`","resourceId":"`+graph+`","appRoleId":"b633e1c5-b582-4048-a93e-9f11b44c7e96"}`), 403, "Authorization_RequestDenied")
	})
	t.Run(fault.SecretsForbidden, func(t *testing.T) {
		c := admin(t, fault.SecretsForbidden)
		c.want(c.graph(http.MethodPost, "/applications/"+c.Account().ObjectID+"/addPassword", `{}`), 400, "CredentialTypeNotAllowedAsPerAppPolicy")
		if p := c.graph(http.MethodGet, "/policies/defaultAppManagementPolicy", ""); p.text("isEnabled") != "true" || !strings.Contains(p.raw, "passwordAddition") {
			t.Errorf("policy %s", p.raw)
		}
	})
	t.Run(fault.SecretLifetimeCapped, func(t *testing.T) {
		c := admin(t, fault.SecretLifetimeCapped)
		c.want(c.graph(http.MethodPost, "/applications/"+c.Account().ObjectID+"/addPassword", `{}`), 400, "CredentialInvalidLifetimeAsPerAppPolicy")
		end := time.Now().Add(179 * 24 * time.Hour).UTC().Format(time.RFC3339)
		c.want(c.graph(http.MethodPost, "/applications/"+c.Account().ObjectID+"/addPassword", `{"passwordCredential":{"endDateTime":"`+end+`"}}`), 200, "")
		if p := c.graph(http.MethodGet, "/policies/defaultAppManagementPolicy", ""); !strings.Contains(p.raw, `"P180D"`) {
			t.Errorf("policy %s", p.raw)
		}
	})
	t.Run("policies that v1.0 does not show", func(t *testing.T) {
		c := admin(t, fault.KeyLifetimeCapped+"=2160h", fault.AuthorityRequired, fault.MultiTenantForbidden)
		if p := c.graph(http.MethodGet, "/policies/defaultAppManagementPolicy", ""); !strings.Contains(p.raw, `"P90D"`) || strings.Contains(p.raw, "trusted") || strings.Contains(p.raw, "audiences") {
			t.Errorf("v1.0: %s", p.raw)
		}
		c.want(c.graph(http.MethodPatch, "/applications/"+c.Account().ObjectID, `{"signInAudience":"AzureADMultipleOrgs"}`), 400, "SignInAudienceNotAllowedAsPerAppPolicy")
		if p := c.graph(http.MethodGet, "/applications/"+c.Account().ObjectID+"/appManagementPolicies", ""); len(p.values()) != 0 {
			t.Errorf("own policies: %s", p.raw)
		}
	})
	t.Run(fault.ReplicationDelay, func(t *testing.T) {
		c := admin(t, fault.ReplicationDelay+"=1h")
		app := c.graph(http.MethodPost, "/applications", newApplicationBody)
		c.want(app, 201, "")
		c.want(c.graph(http.MethodGet, "/applications/"+app.text("id"), ""), 404, "Request_ResourceNotFound")
		c.want(c.graph(http.MethodPost, "/applications/"+app.text("id")+"/addPassword", `{}`), 404, "Request_ResourceNotFound")
		c.want(c.graph(http.MethodPost, "/servicePrincipals", `{"appId":"`+app.text("appId")+`"}`), 400, "NoBackingApplicationObject")
		c.Advance(time.Hour)
		c.token = c.signIn(registerScopes).text("access_token")
		sp := c.graph(http.MethodPost, "/servicePrincipals", `{"appId":"`+app.text("appId")+`"}`)
		c.want(sp, 201, "")
		graph := c.graph(http.MethodGet, "/servicePrincipals(appId='"+tenant.GraphAppID+"')?$select=id", "").text("id")
		c.want(c.graph(http.MethodPost, "/servicePrincipals/"+graph+"/appRoleAssignedTo",
			`{"principalId":"`+sp.text("id")+`","resourceId":"`+graph+`","appRoleId":"b633e1c5-b582-4048-a93e-9f11b44c7e96"}`), 400, "Request_BadRequest")
	})
	t.Run(fault.KilledAfterAct, func(t *testing.T) {
		c := admin(t, fault.KilledAfterAct+"=2")
		c.want(c.graph(http.MethodPost, "/applications", newApplicationBody), 201, "")
		if a := c.graph(http.MethodPost, "/applications", newApplicationBody); a.err == nil {
			t.Errorf("the second call was answered: %d", a.status)
		}
		if n := c.graph(http.MethodGet, "/applications?$filter="+url.QueryEscape("displayName eq 'Room booking server'"), ""); len(n.values()) != 2 {
			t.Errorf("Microsoft did not act: %s", n.raw)
		}
	})
	t.Run(fault.StaleRoles, func(t *testing.T) {
		c := admin(t, fault.StaleRoles+"=1h")
		graph := c.graph(http.MethodGet, "/servicePrincipals(appId='"+tenant.GraphAppID+"')?$select=id", "").text("id")
		c.want(c.graph(http.MethodPost, "/servicePrincipals/"+graph+"/appRoleAssignedTo",
			`{"principalId":"`+c.Account().ServicePrincipalID+`","resourceId":"`+graph+`","appRoleId":"b633e1c5-b582-4048-a93e-9f11b44c7e96"}`), 201, "")
		if roles := tokenClaims(t, c.application().text("access_token"))["roles"]; len(roles.([]any)) != 4 {
			t.Errorf("the token has the new role at once: %v", roles)
		}
		c.Advance(time.Hour)
		if roles := tokenClaims(t, c.application().text("access_token"))["roles"]; len(roles.([]any)) != 5 {
			t.Errorf("the token never gets the new role: %v", roles)
		}
	})
	t.Run(fault.AssignmentRequired, func(t *testing.T) {
		c := admin(t, fault.AssignmentRequired)
		if a := c.graph(http.MethodGet, "/servicePrincipals/"+c.Account().ServicePrincipalID, ""); !strings.Contains(a.raw, `"appRoleAssignmentRequired":true`) {
			t.Errorf("nobody needs to be assigned: %s", a.raw)
		}
	})
	t.Run(fault.DuplicateNames, func(t *testing.T) {
		c := admin(t, fault.DuplicateNames)
		if a := c.graph(http.MethodGet, "/applications?$filter="+url.QueryEscape("displayName eq 'Room booking'"), ""); len(a.values()) != 3 {
			t.Errorf("three applications of one name were wanted: %s", a.raw)
		}
	})
	for arg, want := range map[string]string{"ews": tenant.ExchangeAppID, "multi-tenant": "AzureADMultipleOrgs", "other": "intranet.contoso.example"} {
		t.Run(fault.ForeignSettings+"="+arg, func(t *testing.T) {
			c := admin(t, fault.ForeignSettings+"="+arg)
			if a := c.graph(http.MethodGet, "/applications/"+c.Account().ObjectID, ""); !strings.Contains(a.raw, want) {
				t.Errorf("%s is missing: %s", want, a.raw)
			}
		})
	}
	for fault, code := range map[string]string{fault.WrongAccount: "AADSTS50020", fault.ConsentDeclined: "AADSTS65004", fault.UserNotAssigned: "AADSTS50105", fault.FirstPartyMissing + "=redirect": "AADSTS700016"} {
		t.Run(fault, func(t *testing.T) {
			c := start(t, Options{Faults: []string{fault}})
			if f, a := c.browser(tenant.CommandLineToolsAppID, "User.Read"); !strings.Contains(f.Get("error_description"), code) {
				t.Errorf("%v %s", f, a.raw)
			}
		})
	}
	t.Run(fault.WrongAccount+"=upn", func(t *testing.T) {
		c := start(t, Options{})
		_ = c.SetFaults(fault.WrongAccount + "=" + c.Account().OrganizerUPN)
		if upn := tokenClaims(t, c.signIn("openid User.Read").text("access_token"))["upn"]; upn != c.Account().OrganizerUPN {
			t.Errorf("%v signed in", upn)
		}
	})
	t.Run(fault.FirstPartyMissing, func(t *testing.T) {
		c := start(t, Options{Faults: []string{fault.FirstPartyMissing}})
		if f, a := c.browser(tenant.CommandLineToolsAppID, "User.Read"); len(f) != 0 || !strings.Contains(a.raw, "AADSTS700016") {
			t.Errorf("%v %s", f, a.raw)
		}
		c.want(c.form("/organizations/oauth2/v2.0/devicecode", "client_id", tenant.CommandLineToolsAppID, "scope", "User.Read"), 400, "AADSTS700016")
	})
}
