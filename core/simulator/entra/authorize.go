package entra

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

func sha1Text(der []byte) string {
	sum := sha1.Sum(der)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// serveAuthorize is the page that the system browser opens. Whoever comes is
// signed in at once (see SignInAs): there are no passwords here.
func (e *Entra) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		microsoft.Page(w, http.StatusBadRequest, "Sign in", "<p>AADSTS90013: Invalid input received from the user.</p>")
		return
	}
	e.Lock()
	defer e.Unlock()
	q := r.Form
	app, sp, err := e.signInClient(q.Get("client_id"))
	redirect := q.Get("redirect_uri")
	if err == nil && !registered(app, redirect) {
		err = &entraError{status: 400, name: "invalid_client", code: 50011, message: "The redirect URI '" + redirect + "' specified in the request does not match the redirect URIs configured for the application '" + app.AppID + "'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal."}
	}
	if err != nil {
		if arg, _ := e.Fault(fault.FirstPartyMissing); arg != "redirect" || err.code != 700016 {
			e.errorPage(w, r, err) // Microsoft does not send these back to the client
			return
		}
	}
	var user int
	var scopes []string
	if err == nil {
		user, err = e.signInUser(q.Get("login_hint"))
	}
	if err == nil {
		err = responseType(app, q.Get("response_type"))
	}
	if err == nil {
		scopes, err = e.consent(sp, user, q.Get("scope"))
	}
	values := url.Values{}
	if state := q.Get("state"); state != "" {
		values.Set("state", state)
	}
	if err != nil {
		values.Set("error", err.name)
		values.Set("error_description", err.description(microsoft.RequestID(r), uuid.NewString(), e.Now()))
		values.Set("error_uri", e.Root+fmt.Sprintf("/error?code=%d", err.code))
		sendBack(w, r, q.Get("response_mode"), redirect, values)
		return
	}
	e.signedIn(app.AppID, user)
	_ = e.Save() // consent that is lost with a crash is asked for again
	types := strings.Fields(q.Get("response_type"))
	if slices.Contains(types, "code") {
		values.Set("code", e.signIns.keep(&e.signIns.codes, "1.AXoA", authorization{
			clientID: app.AppID, redirectURI: redirect, challenge: q.Get("code_challenge"), nonce: q.Get("nonce"),
			user: user, scopes: scopes, expires: e.Now().Add(10 * time.Minute),
		}))
		values.Set("session_state", uuid.NewString())
	}
	if slices.Contains(types, "id_token") {
		token, serr := e.idToken(app.AppID, user, q.Get("nonce"))
		if serr != nil {
			http.Error(w, serr.Error(), http.StatusInternalServerError)
			return
		}
		values.Set("id_token", token)
	}
	sendBack(w, r, q.Get("response_mode"), redirect, values)
}

func responseType(app *tenant.Application, kind string) *entraError {
	for _, t := range strings.Fields(kind) {
		switch {
		case t == "code", t == "id_token" && app.Web.ImplicitGrantSettings.EnableIDTokenIssuance:
		case t == "id_token":
			return &entraError{name: "unsupported_response_type", code: 700054, message: "response_type 'id_token' is not enabled for the application."}
		default:
			return &entraError{name: "unsupported_response_type", code: 70005, message: "The provided value for the input parameter 'response_type' is not supported."}
		}
	}
	if kind == "" {
		return &entraError{name: "invalid_request", code: 900144, message: "The request body must contain the following parameter: 'response_type'."}
	}
	return nil
}

// errorPage is what Microsoft shows in the browser where it does not trust the
// client enough to answer it.
func (e *Entra) errorPage(w http.ResponseWriter, r *http.Request, err *entraError) {
	text := err.description(microsoft.RequestID(r), uuid.NewString(), e.Now())
	microsoft.Page(w, http.StatusBadRequest, "Sorry, but we’re having trouble signing you in.", "<p>"+html.EscapeString(text)+"</p>")
}

// sendBack gives the answer to the client in the way it asked for.
func sendBack(w http.ResponseWriter, r *http.Request, mode, redirect string, values url.Values) {
	u, err := url.Parse(redirect)
	if err != nil {
		http.Error(w, "the redirect URI cannot be read", http.StatusBadRequest)
		return
	}
	switch mode {
	case "form_post":
		var fields strings.Builder
		for k := range values {
			fmt.Fprintf(&fields, `<input type="hidden" name="%s" value="%s">`, html.EscapeString(k), html.EscapeString(values.Get(k)))
		}
		microsoft.Page(w, http.StatusOK, "Working...", fmt.Sprintf(`<form method="POST" name="hiddenform" action="%s">%s<noscript><p>Script is disabled. Click Submit to continue.</p><input type="submit" value="Submit"></noscript></form><script>document.forms[0].submit();</script>`, html.EscapeString(redirect), fields.String()))
		return
	case "fragment":
		u.Fragment = values.Encode()
	default:
		q := u.Query()
		for k := range values {
			q.Set(k, values.Get(k))
		}
		u.RawQuery = q.Encode()
	}
	http.Redirect(w, r, u.String(), http.StatusFound)
}

// registered reports whether the redirect URI belongs to the application. For
// http://localhost, Entra does not compare the port of a public client.
func registered(app *tenant.Application, redirect string) bool {
	if slices.Contains(app.Web.RedirectURIs, redirect) || slices.Contains(app.SPA.RedirectURIs, redirect) || slices.Contains(app.PublicClient.RedirectURIs, redirect) {
		return true
	}
	u, err := url.Parse(redirect)
	if err != nil || u.Scheme != "http" || u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" {
		return false
	}
	u.Host = u.Hostname()
	return slices.ContainsFunc(app.PublicClient.RedirectURIs, func(known string) bool {
		return strings.TrimSuffix(known, "/") == strings.TrimSuffix(u.String(), "/")
	})
}

// signInClient is the application through which a person signs in; Microsoft's
// own client comes into the tenant when it is first used.
func (e *Entra) signInClient(id string) (*tenant.Application, *tenant.ServicePrincipal, *entraError) {
	if id != tenant.CommandLineToolsAppID {
		return e.client(id)
	}
	if e.Has(fault.FirstPartyMissing) {
		return nil, nil, &entraError{status: 400, name: "unauthorized_client", code: 700016, message: "Application with identifier '" + id + "' was not found in the directory '" + tenant.Name + "'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."}
	}
	const name = "Microsoft Graph Command Line Tools"
	sp := e.PrincipalByApp(id)
	if sp == nil {
		sp = tenant.NewPrincipal(uuid.NewString(), id, name, tenant.MicrosoftTenant)
		e.State.Principals = append(e.State.Principals, sp)
	}
	app := tenant.NewApplication(uuid.NewString(), id, name, "", e.Now())
	app.PublicClient.RedirectURIs = []string{"http://localhost"}
	return app, sp, nil
}

// signInUser is who sits at the browser.
func (e *Entra) signInUser(hint string) (int, *entraError) {
	user := tenant.AdminUser
	if v := e.visitor.Load(); v != nil && *v != "" {
		hint = *v
	}
	other, wrong := e.Fault(fault.WrongAccount)
	if wrong && other != "" {
		hint = other
	}
	if hint != "" {
		found, ok := e.Directory.FindPerson(hint)
		if !ok {
			return 0, &entraError{status: 400, name: "invalid_grant", code: 50034, message: "The user account " + hint + " does not exist in the " + tenant.Name + " directory. To sign into this application, the account must be added to the directory."}
		}
		user = found
	}
	switch {
	case wrong && other == "":
		return 0, &entraError{status: 400, name: "access_denied", code: 50020, message: "User account 'someone@fabrikam.example' from identity provider 'https://sts.windows.net/" + e.Directory.ID(tenant.KindOther, 2) + "/' does not exist in tenant '" + tenant.Name + "' and cannot access the application in that tenant. The account needs to be added as an external user in the tenant first."}
	case e.Has(fault.UserNotAssigned):
		return 0, e.notAssigned(user)
	}
	return user, nil
}

func (e *Entra) notAssigned(user int) *entraError {
	return &entraError{status: 400, name: "access_denied", code: 50105, message: "Your administrator has configured the application to block users unless they are specifically granted ('assigned') access to the application. The signed in user '" + e.Directory.UPN(user) + "' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator."}
}

// consent gives the scopes that the person's token will have; what is new is
// consented to on the way, if the person may.
func (e *Entra) consent(sp *tenant.ServicePrincipal, user int, wanted string) ([]string, *entraError) {
	graph := e.PrincipalByApp(tenant.GraphAppID)
	id := e.Directory.ID(tenant.KindUser, user)
	if e.AssignmentRequired(sp) && !slices.ContainsFunc(e.State.Assignments, func(a *tenant.AppRoleAssignment) bool { return a.ResourceID == sp.ID && a.PrincipalID == id }) {
		return nil, e.notAssigned(user)
	}
	have := e.Consented(sp.ID, id)
	var added []string
	for _, f := range strings.Fields(wanted) {
		value := f
		if cut := strings.LastIndexByte(f, '/'); cut > 0 {
			value = f[cut+1:]
			if !e.isGraph(f[:cut]) {
				return nil, &entraError{status: 400, name: "invalid_resource", code: 500011, message: "The resource principal named " + f[:cut] + " was not found in the tenant named " + tenant.Name + "."}
			}
		}
		if value == ".default" || slices.Contains(have, value) {
			continue
		}
		at := slices.IndexFunc(graph.OAuth2PermissionScopes, func(p tenant.PermissionScope) bool { return p.Value == value })
		if at < 0 {
			return nil, &entraError{status: 400, name: "invalid_client", code: 650053, message: "The application '" + sp.DisplayName + "' asked for scope '" + value + "' that doesn't exist on the resource '" + tenant.GraphAppID + "'. Contact the app vendor."}
		}
		if graph.OAuth2PermissionScopes[at].Type == "Admin" && !slices.ContainsFunc(e.RolesOf(user), func(r string) bool {
			return slices.Contains(tenant.Registrars, r) || slices.Contains(tenant.Consenters, r)
		}) {
			return nil, &entraError{status: 400, name: "access_denied", code: 90094, message: "An administrator of " + tenant.Name + " has set a policy that prevents you from granting " + sp.DisplayName + " the permissions it is requesting. Contact an administrator of " + tenant.Name + ", who can grant permissions to this app on your behalf."}
		}
		added = append(added, value)
	}
	if len(added) > 0 && e.Has(fault.ConsentDeclined) || slices.Contains(added, "AuditLog.Read.All") && e.Has(fault.LogConsentDeclined) {
		return nil, &entraError{status: 400, name: "access_denied", code: 65004, message: "User declined to consent to access the app."}
	}
	if len(added) > 0 {
		e.GrantScopes(sp.ID, graph.ID, "Principal", &id, added)
		have = append(have, added...)
	}
	return have, nil
}

// idToken is for the client itself.
func (e *Entra) idToken(clientID string, user int, nonce string) (string, error) {
	now := e.Now()
	p := e.Directory.Person(user)
	c := jwt.MapClaims{
		"aud": clientID, "iss": e.issuer(), "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(tokenLife).Unix(),
		"name": p.First + " " + p.Last, "oid": e.Directory.ID(tenant.KindUser, user), "preferred_username": e.Directory.UPN(user),
		"email": e.Directory.UPN(user), "sub": e.Directory.ID(tenant.KindUser, user), "tid": e.Directory.TenantID(), "uti": uuid.NewString()[:22], "ver": "2.0",
		"wids": e.RolesOf(user),
	}
	if nonce != "" {
		c["nonce"] = nonce
	}
	return e.sign(c)
}

// challenged reports whether the verifier belongs to the challenge.
func challenged(challenge, verifier string) bool {
	if challenge == "" {
		return true
	}
	sum := sha256.Sum256([]byte(verifier))
	return challenge == base64.RawURLEncoding.EncodeToString(sum[:]) || challenge == verifier
}

// SignInAs chooses whom the next interactive sign-ins are by: a user principal
// name of the tenant; "" for the administrator of [Account].
func (e *Entra) SignInAs(upn string) { e.visitor.Store(&upn) }
