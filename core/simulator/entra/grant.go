package entra

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// serveToken is the token endpoint: every grant that MSAL uses.
func (e *Entra) serveToken(w http.ResponseWriter, r *http.Request, tenant string) {
	if r.Method != http.MethodPost {
		e.refuseEntra(w, r, entraError{status: 400, name: "invalid_request", code: 900561, message: "The endpoint only accepts POST requests. Received a GET request."})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		e.refuseEntra(w, r, entraError{status: 400, name: "invalid_request", code: 90013, message: "Invalid input received from the user."})
		return
	}
	e.Lock()
	body, err := e.token(r, tenant)
	if err == nil {
		_ = e.Save() // the last sign-in; nothing hangs on it
	}
	e.Unlock()
	if err != nil {
		e.refuseEntra(w, r, *err)
		return
	}
	w.Header().Set("Pragma", "no-cache")
	microsoft.JSON(w, http.StatusOK, body)
}

func (e *Entra) token(r *http.Request, tenant string) (object, *entraError) {
	if r.PostForm.Get("client_id") == "" {
		if id, secret, ok := r.BasicAuth(); ok {
			r.PostForm.Set("client_id", id)
			r.PostForm.Set("client_secret", secret)
		}
	}
	for _, name := range []string{"grant_type", "client_id"} {
		if r.PostForm.Get(name) == "" {
			return nil, &entraError{status: 400, name: "invalid_request", code: 900144, message: "The request body must contain the following parameter: '" + name + "'."}
		}
	}
	switch r.PostForm.Get("grant_type") {
	case "client_credentials":
		return e.clientCredentials(r, tenant)
	case "authorization_code":
		return e.redeemCode(r)
	case "refresh_token":
		return e.redeemRefresh(r)
	case "urn:ietf:params:oauth:grant-type:device_code", "device_code":
		return e.pollDevice(r)
	}
	return nil, &entraError{status: 400, name: "unsupported_grant_type", code: 70003, message: "The app requested an unsupported grant type '" + r.PostForm.Get("grant_type") + "'."}
}

// clientCredentials is how an application signs in as itself.
func (e *Entra) clientCredentials(r *http.Request, tenant string) (object, *entraError) {
	if tenant == "common" || tenant == "organizations" {
		return nil, &entraError{status: 400, name: "invalid_request", code: 9001023, message: "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint."}
	}
	app, sp, err := e.client(r.PostForm.Get("client_id"))
	if err == nil {
		err = e.applicationScope(r.PostForm.Get("scope"))
	}
	if err == nil {
		err = e.credential(r, app)
	}
	if err != nil {
		return nil, err
	}
	if e.Has(fault.ConditionalAccess) {
		return nil, blockedByConditionalAccess()
	}
	token, serr := e.accessToken(sp, -1, nil)
	if serr != nil {
		return nil, &entraError{status: 500, name: "server_error", code: 90033, message: serr.Error()}
	}
	e.used(sp.AppID, -1)
	seconds := int(tokenLife / time.Second)
	return object{"token_type": "Bearer", "expires_in": seconds - 1, "ext_expires_in": seconds - 1, "access_token": token}, nil
}

func blockedByConditionalAccess() *entraError {
	return &entraError{status: 400, name: "invalid_grant", sub: "message_only", code: 53003,
		message: "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
		claims:  `{"access_token":{"capolids":{"essential":true,"values":["01234567-89ab-cdef-fedc-ba9876543210"]}}}`}
}

// client finds an application that may ask for tokens.
func (e *Entra) client(id string) (*tenant.Application, *tenant.ServicePrincipal, *entraError) {
	unknown := &entraError{status: 400, name: "unauthorized_client", code: 700016, message: "Application with identifier '" + id + "' was not found in the directory '" + tenant.Name + "'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."}
	var app *tenant.Application
	for _, a := range e.State.Applications {
		if strings.EqualFold(a.AppID, id) && e.Replicated(a.ID) {
			app = a
		}
	}
	if !microsoft.IsGUID(id) || app == nil || e.Has(fault.UnknownApp) {
		return nil, nil, unknown
	}
	sp := e.PrincipalByApp(app.AppID)
	if sp == nil || !e.Replicated(sp.ID) {
		return nil, nil, &entraError{status: 401, name: "invalid_client", code: 7000229, message: "The client application '" + id + "' is missing service principal in the tenant '" + e.Directory.TenantID() + "'."}
	}
	if !sp.AccountEnabled || e.Has(fault.AppDisabled) {
		return nil, nil, &entraError{status: 400, name: "unauthorized_client", code: 7000112, message: "Application '" + id + "'(" + app.DisplayName + ") is disabled."}
	}
	return app, sp, nil
}

// applicationScope wants Graph's .default and nothing else but what MSAL adds.
func (e *Entra) applicationScope(scope string) *entraError {
	if scope == "" {
		return &entraError{status: 400, name: "invalid_request", code: 900144, message: "The request body must contain the following parameter: 'scope'."}
	}
	var resource string
	for _, f := range strings.Fields(scope) {
		if f == "openid" || f == "offline_access" || f == "profile" || f == "email" {
			continue
		}
		r, found := strings.CutSuffix(f, "/.default")
		if !found {
			return &entraError{status: 400, name: "invalid_scope", code: 1002012, message: "The provided value for scope " + f + " is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."}
		}
		if resource != "" {
			return &entraError{status: 400, name: "invalid_scope", code: 28003, message: "Provided value for the input parameter scope cannot be empty or name more than one resource."}
		}
		resource = r
	}
	if !e.isGraph(resource) {
		return &entraError{status: 400, name: "invalid_resource", code: 500011, message: "The resource principal named " + resource + " was not found in the tenant named " + tenant.Name + ". This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."}
	}
	return nil
}

// credential checks a client secret or a signed assertion.
func (e *Entra) credential(r *http.Request, app *tenant.Application) *entraError {
	secret, assertion := r.PostForm.Get("client_secret"), r.PostForm.Get("client_assertion")
	switch {
	case assertion != "":
		return e.checkAssertion(assertion, r.PostForm.Get("client_assertion_type"), app)
	case secret == "":
		return &entraError{status: 401, name: "invalid_client", code: 7000218, message: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."}
	}
	wrong := &entraError{status: 401, name: "invalid_client", code: 7000215, message: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '" + app.AppID + "'."}
	expired := &entraError{status: 401, name: "invalid_client", code: 7000222, message: "The provided client secret keys for app '" + app.AppID + "' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."}
	switch {
	case e.Has(fault.WrongSecret):
		return wrong
	case e.Has(fault.ExpiredSecret), e.OwnSecretExpired():
		return expired
	}
	for _, p := range app.PasswordCredentials {
		if subtle.ConstantTimeCompare([]byte(e.State.Secrets[p.KeyID]), []byte(secret)) != 1 || !e.Replicated(p.KeyID) {
			continue
		}
		if p.EndDateTime != nil && e.Now().After(*p.EndDateTime) {
			return expired
		}
		return nil
	}
	return wrong
}

// checkAssertion verifies a client assertion as Entra does: the certificate that
// its header names is registered and valid, the signature is by its key, and
// the claims are about this application and this endpoint.
func (e *Entra) checkAssertion(assertion, kind string, app *tenant.Application) *entraError {
	refused := func(code int, why string) *entraError {
		return &entraError{status: 401, name: "invalid_client", code: code, message: why}
	}
	if kind != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		return refused(50027, "Invalid JWT token. The client_assertion_type is not supported.")
	}
	var used *tenant.KeyCredential
	unregistered := refused(700027, "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '"+app.AppID+"'.]")
	c := jwt.RegisteredClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256", "PS256"}), jwt.WithoutClaimsValidation())
	_, err := parser.ParseWithClaims(assertion, &c, func(t *jwt.Token) (any, error) {
		for i := range app.KeyCredentials {
			k := &app.KeyCredentials[i]
			cert, err := x509.ParseCertificate(k.Key)
			if err == nil && named(t.Header, cert) && e.Replicated(k.KeyID) && !e.Has(fault.CertificateUnknown) {
				used = k
				return cert.PublicKey, nil
			}
		}
		return nil, jwt.ErrTokenUnverifiable
	})
	now := e.Now()
	switch {
	case used == nil:
		return unregistered
	case err != nil:
		return refused(700027, "Client assertion failed signature validation. [Reason - The provided signature value did not match the expected signature value.]")
	case now.After(used.EndDateTime) || now.Before(used.StartDateTime.Add(-5*time.Minute)):
		return refused(700027, "Client assertion failed signature validation. [Reason - The key used is expired.]")
	case c.ExpiresAt == nil || now.After(c.ExpiresAt.Add(5*time.Minute)) || c.NotBefore != nil && now.Before(c.NotBefore.Add(-5*time.Minute)):
		return refused(700024, "Client assertion is not within its valid time range. Current time: "+microsoft.Time(now)+".")
	case !strings.EqualFold(c.Issuer, app.AppID) || !strings.EqualFold(c.Subject, app.AppID):
		return refused(700021, "Client assertion application identifier does not match 'client_id' parameter.")
	case len(c.Audience) != 1 || !e.ownEndpoint(c.Audience[0]):
		return refused(700023, "Client assertion audience claim does not match Realm issuer.")
	}
	return nil
}

// named reports whether a JWT header names the certificate, by SHA-1 or
// SHA-256 thumbprint.
func named(header map[string]any, cert *x509.Certificate) bool {
	for name, sum := range map[string]string{"x5t": sha1Text(cert.Raw), "x5t#S256": sha256Text(cert.Raw)} {
		if v, ok := header[name].(string); ok {
			// MSAL for Go writes the standard alphabet, others that of URLs; Entra
			// takes both.
			return strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(v) == sum
		}
	}
	return false
}

func sha256Text(der []byte) string {
	sum := sha256.Sum256(der)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// ownEndpoint reports whether an audience is this tenant's token endpoint or
// issuer.
func (e *Entra) ownEndpoint(audience string) bool {
	rest, own := strings.CutPrefix(audience, e.Root+"/")
	tenant, rest, _ := strings.Cut(rest, "/")
	return own && e.tenantExists(tenant) == nil && slices.Contains([]string{"oauth2/v2.0/token", "v2.0", ""}, rest)
}

// clientInfo is what MSAL keys its cache with.
func (e *Entra) clientInfo(user int) string {
	data, err := json.Marshal(map[string]string{"uid": e.Directory.ID(tenant.KindUser, user), "utid": e.Directory.TenantID()})
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(data)
}
