// Package entra is the simulated Microsoft Entra ID: where applications and people
// sign in, and what is in their tokens.
package entra

import (
	"crypto/rand"
	"crypto/rsa"
	"sync"
	"sync/atomic"

	"github.com/roomkey/roomkey/core/simulator/tenant"

	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
)

// Entra is the sign-in view of a tenant.
type Entra struct {
	*tenant.Tenant
	key     *rsa.PrivateKey // signs tokens
	signIns signIns
	visitor atomic.Pointer[string]
}

// object is one entity as it goes over the wire.
type object = map[string]any

// signingKey is one key per process: making one takes longer than the rest of
// a start, and nobody needs two tenants to distrust each other.
var signingKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// New lets people and applications of a tenant sign in.
func New(t *tenant.Tenant) (*Entra, error) {
	key, err := signingKey()
	return &Entra{Tenant: t, key: key}, err
}

// entraError is Entra's way of saying no.
type entraError struct {
	status    int
	name, sub string
	code      int
	message   string
	claims    string
}

func (e entraError) Error() string { return fmt.Sprintf("AADSTS%d: %s", e.code, e.message) }

// description is the text with the ids that Microsoft's support asks for.
func (e entraError) description(trace, correlation string, at time.Time) string {
	return fmt.Sprintf("%s Trace ID: %s Correlation ID: %s Timestamp: %s", e.Error(), trace, correlation, at.UTC().Format("2006-01-02 15:04:05Z"))
}

// ServeHTTP answers the sign-in endpoints.
func (e *Entra) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("x-ms-request-id", microsoft.RequestID(r))
	w.Header().Set("Cache-Control", "no-store, no-cache")
	path := strings.Trim(r.URL.Path, "/")
	switch path {
	case "common/discovery/instance":
		e.serveInstance(w, r)
		return
	case "devicelogin", "common/oauth2/deviceauth":
		e.serveDevicePage(w, r)
		return
	case "":
		microsoft.Page(w, http.StatusOK, "Simulated Microsoft Entra ID", "<p>This is Roomkey's simulator, not Microsoft.</p>")
		return
	}
	name, rest, _ := strings.Cut(path, "/")
	if rest == "" || name == "portal" {
		microsoft.Page(w, http.StatusOK, "Simulated console", "<p>Microsoft's console would open here.</p>")
		return
	}
	if err := e.tenantExists(name); err != nil {
		e.refuseEntra(w, r, *err)
		return
	}
	switch rest {
	case "v2.0/.well-known/openid-configuration", ".well-known/openid-configuration":
		microsoft.JSON(w, http.StatusOK, e.metadata(name))
	case "discovery/v2.0/keys", "discovery/keys":
		microsoft.JSON(w, http.StatusOK, e.keySet())
	case "oauth2/v2.0/token":
		e.serveToken(w, r, name)
	case "oauth2/v2.0/authorize":
		e.serveAuthorize(w, r)
	case "oauth2/v2.0/devicecode":
		e.serveDeviceCode(w, r)
	case "v2.0/adminconsent", "adminconsent":
		e.serveAdminConsent(w, r)
	case "oauth2/v2.0/logout":
		if to := r.URL.Query().Get("post_logout_redirect_uri"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		microsoft.Page(w, http.StatusOK, "You signed out", "<p>You can close this window.</p>")
	default:
		http.NotFound(w, r)
	}
}

// tenantExists knows the tenant by id and domain, and the names for any tenant.
func (e *Entra) tenantExists(name string) *entraError {
	unknown := e.Has(fault.UnknownTenant)
	if !unknown && (e.Directory.IsTenant(name) || name == "common" || name == "organizations") {
		return nil
	}
	if !microsoft.IsGUID(name) && !strings.Contains(name, ".") && !unknown {
		return &entraError{status: 400, name: "invalid_request", code: 900023, message: "Specified tenant identifier '" + name + "' is neither a valid DNS name, nor a valid external domain."}
	}
	return &entraError{status: 400, name: "invalid_tenant", code: 90002, message: "Tenant '" + name + "' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."}
}

// metadata is the OpenID configuration, with what Microsoft adds to it.
func (e *Entra) metadata(tenant string) object {
	root, id := e.Root, e.Directory.TenantID()
	if tenant == "common" || tenant == "organizations" {
		id = "{tenantid}"
	}
	base := root + "/" + id
	if id == "{tenantid}" {
		base = root + "/" + tenant
	}
	graph := strings.TrimPrefix(root, "https://")
	if host, on := e.Fault(fault.WrongCloud); on {
		if graph = host; graph == "" {
			graph = "graph.microsoft.us"
		}
	}
	return object{
		"token_endpoint":                        base + "/oauth2/v2.0/token",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"jwks_uri":                              base + "/discovery/v2.0/keys",
		"response_modes_supported":              []string{"query", "fragment", "form_post"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"response_types_supported":              []string{"code", "id_token", "code id_token"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"issuer":                                root + "/" + id + "/v2.0",
		"request_uri_parameter_supported":       false,
		"authorization_endpoint":                base + "/oauth2/v2.0/authorize",
		"device_authorization_endpoint":         base + "/oauth2/v2.0/devicecode",
		"userinfo_endpoint":                     root + "/oidc/userinfo",
		"end_session_endpoint":                  base + "/oauth2/v2.0/logout",
		"claims_supported":                      []string{"sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "email"},
		"tenant_region_scope":                   "EU",
		"cloud_instance_name":                   strings.TrimPrefix(root, "https://"),
		"cloud_graph_host_name":                 graph,
		"msgraph_host":                          graph,
	}
}

// serveInstance is the instance discovery that MSAL asks of known hosts.
func (e *Entra) serveInstance(w http.ResponseWriter, r *http.Request) {
	host := strings.TrimPrefix(e.Root, "https://")
	if !strings.Contains(r.URL.Query().Get("authorization_endpoint"), "://"+host+"/") {
		e.refuseEntra(w, r, entraError{status: 400, name: "invalid_instance", code: 50049, message: "Unknown or invalid instance."})
		return
	}
	microsoft.JSON(w, http.StatusOK, object{
		"tenant_discovery_endpoint": e.Root + "/" + e.Directory.TenantID() + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata":                  []object{{"preferred_network": host, "preferred_cache": host, "aliases": []string{host}}},
	})
}

// refuseEntra writes an error as JSON.
func (e *Entra) refuseEntra(w http.ResponseWriter, r *http.Request, no entraError) {
	trace, correlation := microsoft.RequestID(r), r.Header.Get("client-request-id")
	if correlation == "" {
		correlation = uuid.NewString()
	}
	body := object{
		"error": no.name, "error_description": no.description(trace, correlation, e.Now()), "error_codes": []int{no.code},
		"timestamp": e.Now().UTC().Format("2006-01-02 15:04:05Z"), "trace_id": trace, "correlation_id": correlation,
		"error_uri": e.Root + fmt.Sprintf("/error?code=%d", no.code),
	}
	if no.sub != "" {
		body["suberror"] = no.sub
	}
	if no.claims != "" {
		body["claims"] = no.claims
	}
	w.Header().Set("client-request-id", correlation)
	microsoft.JSON(w, no.status, body)
}
