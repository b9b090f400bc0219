package graph

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
)

const objectID, clientID, keyID = "0a000000-0000-4000-8000-000000000001", "0b000000-0000-4000-8000-000000000002", "0c000000-0000-4000-8000-000000000003"

// fail answers as Graph refuses.
func fail(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	write(w, map[string]any{"error": map[string]any{"code": code, "message": message}})
}

// TestApplicationSparse: a real tenant sends null where Microsoft's examples
// have something.
func TestApplicationSparse(t *testing.T) {
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) {
		write(w, map[string]any{"id": objectID, "appId": clientID, "uniqueName": nil, "displayName": nil, "web": nil, "publicClient": map[string]any{},
			"info": nil, "requiredResourceAccess": []any{nil}, "createdDateTime": nil, "tags": nil,
			"passwordCredentials": []any{map[string]any{"keyId": keyID, "hint": nil, "displayName": nil, "endDateTime": nil}, nil},
			"keyCredentials":      []any{map[string]any{"keyId": keyID, "key": nil, "customKeyIdentifier": "54A19DE2D2E72C0F7C54AFB77EAC6F60DBD4E27B"}}})
	})
	a, err := l.Application(t.Context(), clientID)
	if err != nil {
		t.Fatal(err)
	}
	if a.ID != objectID || a.AppID != clientID || len(a.Secrets) != 1 || a.Secrets[0].KeyID != keyID || !a.Secrets[0].End.IsZero() || len(a.Required) != 0 {
		t.Errorf("%+v", a)
	}
	if len(a.Certificates) != 1 || a.Certificates[0].Thumbprint != "54A19DE2D2E72C0F7C54AFB77EAC6F60DBD4E27B" {
		t.Errorf("%+v", a.Certificates)
	}
}

// TestThumbprint: as bytes, as hex that was read as base64, and from the
// certificate itself.
func TestThumbprint(t *testing.T) {
	const hex = "54A19DE2D2E72C0F7C54AFB77EAC6F60DBD4E27B"
	asText, err := base64.StdEncoding.DecodeString(hex)
	if err != nil {
		t.Fatal(err)
	}
	raw := []byte{0x54, 0xA1, 0x9D, 0xE2, 0xD2, 0xE7, 0x2C, 0x0F, 0x7C, 0x54, 0xAF, 0xB7, 0x7E, 0xAC, 0x6F, 0x60, 0xDB, 0xD4, 0xE2, 0x7B}
	if got := thumbprint(nil, asText); got != hex {
		t.Errorf("hex: %s", got)
	}
	if got := thumbprint(nil, raw); got != hex {
		t.Errorf("bytes: %s", got)
	}
	if got := thumbprint([]byte("abc"), raw); got != "A9993E364706816ABA3E25717850C26C9CD0D89D" {
		t.Errorf("of the certificate: %s", got)
	}
}

// TestNoFalseApplication: an answer that names no application is none.
func TestNoFalseApplication(t *testing.T) {
	for name, body := range map[string]string{"empty": `{}`, "no client id": `{"id":"` + objectID + `"}`, "list": `{"value":[]}`} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(body)) })
			if _, err := l.ApplicationByID(t.Context(), objectID); problem.CodeOf(err) != tenant.CodeUnexpected {
				t.Errorf("%v", err)
			}
			if _, err := l.ServicePrincipal(t.Context(), clientID); name != "no client id" && problem.CodeOf(err) != tenant.CodeUnexpected {
				t.Errorf("service principal: %v", err)
			}
		})
	}
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(`{}`)) })
	if _, err := l.AppRoleGrants(t.Context(), objectID); problem.CodeOf(err) != tenant.CodeUnexpected {
		t.Errorf("no list of grants passed for an empty one: %v", err)
	}
	if _, _, err := l.AddSecret(t.Context(), objectID, "x", time.Now()); problem.CodeOf(err) != tenant.CodeUnexpected {
		t.Errorf("no secret passed for one: %v", err)
	}
	if _, err := l.CredentialPolicy(t.Context(), ""); problem.CodeOf(err) != tenant.CodeUnexpected {
		t.Errorf("no policy passed for a lenient one: %v", err)
	}
}

// TestChangeSendsOnlyTheChange: nothing but what changes goes over the wire,
// an empty list included.
func TestChangeSendsOnlyTheChange(t *testing.T) {
	var got map[string]any
	var prefer, path string
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) {
		got = map[string]any{}
		data, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(data, &got); err != nil {
			t.Errorf("%v: %s", err, data)
		}
		delete(got, "@odata.type") // which the SDK always adds
		prefer, path = r.Header.Get("Prefer"), r.URL.Path
		w.WriteHeader(http.StatusNoContent)
	})
	none := []string{}
	if err := l.ChangeApplication(t.Context(), objectID, tenant.ApplicationChange{RedirectURIs: &none}); err != nil {
		t.Fatal(err)
	}
	web, _ := got["web"].(map[string]any)
	if uris, ok := web["redirectUris"].([]any); len(got) != 1 || len(web) != 1 || !ok || len(uris) != 0 {
		t.Errorf("%v", got)
	}
	name := "O'Neill"
	if err := l.UpsertApplication(t.Context(), "it's", tenant.ApplicationChange{DisplayName: &name}); err != nil {
		t.Fatal(err)
	}
	if prefer != "create-if-missing" || !strings.HasSuffix(path, "/applications(uniqueName='it''s')") || len(got) != 1 || got["displayName"] != name {
		t.Errorf("%s %s %v", prefer, path, got)
	}
}

// TestReplication tells refusals that pass from those that stay.
func TestReplication(t *testing.T) {
	for _, tt := range []struct {
		status        int
		code, message string
		want          string
	}{
		{404, "Request_ResourceNotFound", "Resource 'x' does not exist or one of its queried reference-property objects are not present.", tenant.CodeNotYet.String()},
		{400, "Request_BadRequest", "Not a valid reference update.", tenant.CodeNotYet.String()},
		{409, "Directory_ConcurrencyViolation", "Concurrency violation.", tenant.CodeNotYet.String()},
		{400, "NoBackingApplicationObject", "The appId does not reference a valid application object.", tenant.CodeNotYet.String()},
		{400, "Request_BadRequest", "Permission being assigned already exists on the object", tenant.CodeAlready.String()},
		{409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.", tenant.CodeAlready.String()},
		{400, "Request_BadRequest", "Invalid value specified for property 'appRoleId'.", "graph.Request_BadRequest"},
		{403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", tenant.CodeDenied.String()},
	} {
		l := newLab(t, func(w http.ResponseWriter, r *http.Request) { fail(w, tt.status, tt.code, tt.message) })
		err := l.GrantAppRole(t.Context(), objectID, clientID, keyID)
		if problem.CodeOf(err).String() != tt.want || problem.Of(err).RequestID == "" {
			t.Errorf("%s %q: %v", tt.code, tt.message, err)
		}
	}
	// A look that finds nothing has found nothing.
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) {
		fail(w, 404, "Request_ResourceNotFound", "Resource 'x' does not exist")
	})
	if _, err := l.Application(t.Context(), clientID); problem.CodeOf(err) != tenant.CodeNotFound {
		t.Errorf("%v", err)
	}
}

func TestCredentialPolicy(t *testing.T) {
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) {
		write(w, map[string]any{"isEnabled": true, "applicationRestrictions": map[string]any{
			"passwordCredentials": []any{
				map[string]any{"restrictionType": "passwordAddition", "state": "disabled", "maxLifetime": nil, "restrictForAppsCreatedAfterDateTime": "2020-01-01T00:00:00Z"},
				map[string]any{"restrictionType": "passwordLifetime", "state": "enabled", "maxLifetime": "P90D", "restrictForAppsCreatedAfterDateTime": "2020-01-01T00:00:00Z"},
				map[string]any{"restrictionType": "passwordLifetime", "maxLifetime": "P4DT12H30M", "restrictForAppsCreatedAfterDateTime": "2025-01-01T00:00:00Z"}},
			"keyCredentials": []any{map[string]any{"restrictionType": "asymmetricKeyLifetime", "state": "enabled", "maxLifetime": "P1Y", "restrictForAppsCreatedAfterDateTime": nil}}}})
	})
	p, err := l.CredentialPolicy(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	old, young := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if _, forbidden := p.Rule(tenant.RuleSecretAddition, young); forbidden {
		t.Error("a rule that is off forbids")
	}
	if r, ok := p.Rule(tenant.RuleSecretLife, old); !ok || r.Life != 90*24*time.Hour {
		t.Errorf("old application: %v", r)
	}
	if r, ok := p.Rule(tenant.RuleSecretLife, young); !ok || r.Life != 108*time.Hour+30*time.Minute {
		t.Errorf("young application: %v", r)
	}
	if r, ok := p.Rule(tenant.RuleCertificateLife, young); !ok || r.Life != 365*24*time.Hour {
		t.Errorf("certificates: %v", r)
	}
}

// TestPolicyOfOneApplication: it stands in place of the default one, rule by
// rule, and a cloud without the beta is asked as it can be.
func TestPolicyOfOneApplication(t *testing.T) {
	l := newLab(t, func(w http.ResponseWriter, r *http.Request) {
		rule := func(kind, state, life string) map[string]any {
			return map[string]any{"restrictionType": kind, "state": state, "maxLifetime": life, "restrictForAppsCreatedAfterDateTime": nil}
		}
		switch {
		case strings.HasPrefix(r.URL.Path, "/beta/"):
			fail(w, 404, "ResourceNotFound", "Not here.")
		case strings.HasSuffix(r.URL.Path, "/appManagementPolicies"):
			write(w, map[string]any{"value": []any{
				map[string]any{"displayName": "Off", "isEnabled": false, "restrictions": map[string]any{"passwordCredentials": []any{rule("passwordLifetime", "enabled", "P1D")}}},
				map[string]any{"displayName": "Booking", "isEnabled": true, "restrictions": map[string]any{
					"passwordCredentials": []any{rule("passwordAddition", "disabled", ""), rule("passwordLifetime", "enabled", "P30D")}}}}})
		default:
			write(w, map[string]any{"displayName": "Default", "isEnabled": true, "applicationRestrictions": map[string]any{
				"passwordCredentials": []any{rule("passwordAddition", "enabled", ""), rule("passwordLifetime", "enabled", "P7D")},
				"keyCredentials":      []any{rule("asymmetricKeyLifetime", "enabled", "P60D")}}})
		}
	})
	p, err := l.CredentialPolicy(t.Context(), objectID)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if r, on := p.Rule(tenant.RuleSecretAddition, now); on {
		t.Errorf("secrets are allowed here: %+v", r)
	}
	if r, _ := p.Rule(tenant.RuleSecretLife, now); r.Policy != "Booking" || r.Life != 30*24*time.Hour {
		t.Errorf("%+v", r)
	}
	if r, _ := p.Rule(tenant.RuleCertificateLife, now); r.Policy != "Default" || r.Life != 60*24*time.Hour {
		t.Errorf("%+v", r)
	}
	if p, err := l.CredentialPolicy(t.Context(), ""); err != nil || len(p.Rules) != 3 {
		t.Errorf("%+v %v", p, err)
	}
}
