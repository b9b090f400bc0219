package simulator

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
)

// signIns is what Entra remembers between the steps of a sign-in. It is not
// kept across restarts, as a browser that waits is not either.
type signIns struct {
	mu      sync.Mutex
	tokens  map[string]*claims // opaque access tokens
	codes   map[string]*authorization
	refresh map[string]*authorization
	devices map[string]*device // by device code
}

// authorization is what a code or a refresh token stands for.
type authorization struct {
	clientID, redirectURI, challenge, nonce string
	user                                    int
	scopes                                  []string
	device                                  bool
	expires                                 time.Time
}

// opaque gives out a token that only this tenant can read.
func (l *signIns) opaque(c *claims) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tokens == nil {
		l.tokens = map[string]*claims{}
	}
	token := "EwB" + strings.ReplaceAll(uuid.NewString()+uuid.NewString(), "-", "")
	l.tokens[token] = c
	return token
}

func (l *signIns) known(token string) *claims {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tokens[token]
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

// routeMicrosoft tells Graph's calls from Entra's, and both from what is the
// simulator's own.
func (s *Simulator) routeMicrosoft(w http.ResponseWriter, r *http.Request) {
	switch first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); first {
	case "v1.0", "beta":
		s.serveGraph(w, r)
	case "oidc":
		s.serveUserInfo(w, r)
	case "simulator":
		s.serveColleague(w, r)
	default:
		s.serveEntra(w, r)
	}
}

// serveEntra answers the sign-in endpoints.
func (s *Simulator) serveEntra(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("x-ms-request-id", microsoft.RequestID(r))
	w.Header().Set("Cache-Control", "no-store, no-cache")
	path := strings.Trim(r.URL.Path, "/")
	switch path {
	case "common/discovery/instance":
		s.serveInstance(w, r)
		return
	case "devicelogin", "common/oauth2/deviceauth":
		s.serveDevicePage(w, r)
		return
	case "":
		microsoft.Page(w, http.StatusOK, "Simulated Microsoft Entra ID", "<p>This is Roomkey's simulator, not Microsoft.</p>")
		return
	}
	tenant, rest, _ := strings.Cut(path, "/")
	if rest == "" || tenant == "portal" {
		microsoft.Page(w, http.StatusOK, "Simulated console", "<p>Microsoft's console would open here.</p>")
		return
	}
	if err := s.tenantExists(tenant); err != nil {
		s.refuseEntra(w, r, *err)
		return
	}
	switch rest {
	case "v2.0/.well-known/openid-configuration", ".well-known/openid-configuration":
		microsoft.JSON(w, http.StatusOK, s.metadata(tenant))
	case "discovery/v2.0/keys", "discovery/keys":
		microsoft.JSON(w, http.StatusOK, s.keySet())
	case "oauth2/v2.0/token":
		s.serveToken(w, r, tenant)
	case "oauth2/v2.0/authorize":
		s.serveAuthorize(w, r)
	case "oauth2/v2.0/devicecode":
		s.serveDeviceCode(w, r)
	case "v2.0/adminconsent", "adminconsent":
		s.serveAdminConsent(w, r)
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
func (s *Simulator) tenantExists(name string) *entraError {
	unknown := s.Has(fault.UnknownTenant)
	if !unknown && (s.directory.IsTenant(name) || name == "common" || name == "organizations") {
		return nil
	}
	if !microsoft.IsGUID(name) && !strings.Contains(name, ".") && !unknown {
		return &entraError{status: 400, name: "invalid_request", code: 900023, message: "Specified tenant identifier '" + name + "' is neither a valid DNS name, nor a valid external domain."}
	}
	return &entraError{status: 400, name: "invalid_tenant", code: 90002, message: "Tenant '" + name + "' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."}
}

// metadata is the OpenID configuration, with what Microsoft adds to it.
func (s *Simulator) metadata(tenant string) object {
	root, id := s.microsoft.url(), s.directory.TenantID()
	if tenant == "common" || tenant == "organizations" {
		id = "{tenantid}"
	}
	base := root + "/" + id
	if id == "{tenantid}" {
		base = root + "/" + tenant
	}
	graph := strings.TrimPrefix(root, "https://")
	if host, on := s.Fault(fault.WrongCloud); on {
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
func (s *Simulator) serveInstance(w http.ResponseWriter, r *http.Request) {
	host := strings.TrimPrefix(s.microsoft.url(), "https://")
	if !strings.Contains(r.URL.Query().Get("authorization_endpoint"), "://"+host+"/") {
		s.refuseEntra(w, r, entraError{status: 400, name: "invalid_instance", code: 50049, message: "Unknown or invalid instance."})
		return
	}
	microsoft.JSON(w, http.StatusOK, object{
		"tenant_discovery_endpoint": s.microsoft.url() + "/" + s.directory.TenantID() + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata":                  []object{{"preferred_network": host, "preferred_cache": host, "aliases": []string{host}}},
	})
}

// refuseEntra writes an error as JSON.
func (s *Simulator) refuseEntra(w http.ResponseWriter, r *http.Request, e entraError) {
	trace, correlation := microsoft.RequestID(r), r.Header.Get("client-request-id")
	if correlation == "" {
		correlation = uuid.NewString()
	}
	body := object{
		"error": e.name, "error_description": e.description(trace, correlation, s.now()), "error_codes": []int{e.code},
		"timestamp": s.now().UTC().Format("2006-01-02 15:04:05Z"), "trace_id": trace, "correlation_id": correlation,
		"error_uri": s.microsoft.url() + fmt.Sprintf("/error?code=%d", e.code),
	}
	if e.sub != "" {
		body["suberror"] = e.sub
	}
	if e.claims != "" {
		body["claims"] = e.claims
	}
	w.Header().Set("client-request-id", correlation)
	microsoft.JSON(w, e.status, body)
}
