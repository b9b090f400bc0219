package simulator

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
func (s *Simulator) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		microsoft.Page(w, http.StatusBadRequest, "Sign in", "<p>AADSTS90013: Invalid input received from the user.</p>")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.Form
	app, sp, err := s.signInClient(q.Get("client_id"))
	redirect := q.Get("redirect_uri")
	if err == nil && !registered(app, redirect) {
		err = &entraError{status: 400, name: "invalid_client", code: 50011, message: "The redirect URI '" + redirect + "' specified in the request does not match the redirect URIs configured for the application '" + app.AppID + "'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal."}
	}
	if err != nil {
		if arg, _ := s.Fault(fault.FirstPartyMissing); arg != "redirect" || err.code != 700016 {
			s.errorPage(w, r, err) // Microsoft does not send these back to the client
			return
		}
	}
	var user int
	var scopes []string
	if err == nil {
		user, err = s.signInUser(q.Get("login_hint"))
	}
	if err == nil {
		err = responseType(app, q.Get("response_type"))
	}
	if err == nil {
		scopes, err = s.consent(sp, user, q.Get("scope"))
	}
	values := url.Values{}
	if state := q.Get("state"); state != "" {
		values.Set("state", state)
	}
	if err != nil {
		values.Set("error", err.name)
		values.Set("error_description", err.description(microsoft.RequestID(r), uuid.NewString(), s.now()))
		values.Set("error_uri", s.microsoft.url()+fmt.Sprintf("/error?code=%d", err.code))
		sendBack(w, r, q.Get("response_mode"), redirect, values)
		return
	}
	s.signedIn(app.AppID, user)
	_ = s.saveState() // consent that is lost with a crash is asked for again
	types := strings.Fields(q.Get("response_type"))
	if slices.Contains(types, "code") {
		values.Set("code", s.signIns.keep(&s.signIns.codes, "1.AXoA", authorization{
			clientID: app.AppID, redirectURI: redirect, challenge: q.Get("code_challenge"), nonce: q.Get("nonce"),
			user: user, scopes: scopes, expires: s.now().Add(10 * time.Minute),
		}))
		values.Set("session_state", uuid.NewString())
	}
	if slices.Contains(types, "id_token") {
		token, serr := s.idToken(app.AppID, user, q.Get("nonce"))
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
func (s *Simulator) errorPage(w http.ResponseWriter, r *http.Request, err *entraError) {
	text := err.description(microsoft.RequestID(r), uuid.NewString(), s.now())
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
func (s *Simulator) signInClient(id string) (*tenant.Application, *tenant.ServicePrincipal, *entraError) {
	if id != commandLineToolsAppID {
		return s.client(id)
	}
	if s.Has(fault.FirstPartyMissing) {
		return nil, nil, &entraError{status: 400, name: "unauthorized_client", code: 700016, message: "Application with identifier '" + id + "' was not found in the directory '" + tenant.Name + "'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."}
	}
	const name = "Microsoft Graph Command Line Tools"
	sp := s.principalByApp(id)
	if sp == nil {
		sp = newPrincipal(uuid.NewString(), id, name, microsoftTenant)
		s.state.Principals = append(s.state.Principals, sp)
	}
	app := newApplication(uuid.NewString(), id, name, "", s.now())
	app.PublicClient.RedirectURIs = []string{"http://localhost"}
	return app, sp, nil
}

// signInUser is who sits at the browser.
func (s *Simulator) signInUser(hint string) (int, *entraError) {
	user := tenant.AdminUser
	if v := s.visitor.Load(); v != nil && *v != "" {
		hint = *v
	}
	other, wrong := s.Fault(fault.WrongAccount)
	if wrong && other != "" {
		hint = other
	}
	if hint != "" {
		found, ok := s.directory.FindPerson(hint)
		if !ok {
			return 0, &entraError{status: 400, name: "invalid_grant", code: 50034, message: "The user account " + hint + " does not exist in the " + tenant.Name + " directory. To sign into this application, the account must be added to the directory."}
		}
		user = found
	}
	switch {
	case wrong && other == "":
		return 0, &entraError{status: 400, name: "access_denied", code: 50020, message: "User account 'someone@fabrikam.example' from identity provider 'https://sts.windows.net/" + s.directory.ID(tenant.KindOther, 2) + "/' does not exist in tenant '" + tenant.Name + "' and cannot access the application in that tenant. The account needs to be added as an external user in the tenant first."}
	case s.Has(fault.UserNotAssigned):
		return 0, s.notAssigned(user)
	}
	return user, nil
}

func (s *Simulator) notAssigned(user int) *entraError {
	return &entraError{status: 400, name: "access_denied", code: 50105, message: "Your administrator has configured the application to block users unless they are specifically granted ('assigned') access to the application. The signed in user '" + s.directory.UPN(user) + "' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator."}
}

// consent gives the scopes that the person's token will have; what is new is
// consented to on the way, if the person may.
func (s *Simulator) consent(sp *tenant.ServicePrincipal, user int, wanted string) ([]string, *entraError) {
	graph := s.principalByApp(graphAppID)
	id := s.directory.ID(tenant.KindUser, user)
	if s.assignmentRequired(sp) && !slices.ContainsFunc(s.state.Assignments, func(a *tenant.AppRoleAssignment) bool { return a.ResourceID == sp.ID && a.PrincipalID == id }) {
		return nil, s.notAssigned(user)
	}
	have := s.consented(sp.ID, id)
	var added []string
	for _, f := range strings.Fields(wanted) {
		value := f
		if cut := strings.LastIndexByte(f, '/'); cut > 0 {
			value = f[cut+1:]
			if !s.isGraph(f[:cut]) {
				return nil, &entraError{status: 400, name: "invalid_resource", code: 500011, message: "The resource principal named " + f[:cut] + " was not found in the tenant named " + tenant.Name + "."}
			}
		}
		if value == ".default" || slices.Contains(have, value) {
			continue
		}
		at := slices.IndexFunc(graph.OAuth2PermissionScopes, func(p tenant.PermissionScope) bool { return p.Value == value })
		if at < 0 {
			return nil, &entraError{status: 400, name: "invalid_client", code: 650053, message: "The application '" + sp.DisplayName + "' asked for scope '" + value + "' that doesn't exist on the resource '" + graphAppID + "'. Contact the app vendor."}
		}
		if graph.OAuth2PermissionScopes[at].Type == "Admin" && !slices.ContainsFunc(s.wids(user), func(r string) bool {
			return slices.Contains(registrars, r) || slices.Contains(consenters, r)
		}) {
			return nil, &entraError{status: 400, name: "access_denied", code: 90094, message: "An administrator of " + tenant.Name + " has set a policy that prevents you from granting " + sp.DisplayName + " the permissions it is requesting. Contact an administrator of " + tenant.Name + ", who can grant permissions to this app on your behalf."}
		}
		added = append(added, value)
	}
	if len(added) > 0 && s.Has(fault.ConsentDeclined) || slices.Contains(added, "AuditLog.Read.All") && s.Has(fault.LogConsentDeclined) {
		return nil, &entraError{status: 400, name: "access_denied", code: 65004, message: "User declined to consent to access the app."}
	}
	if len(added) > 0 {
		s.grantScopes(sp.ID, graph.ID, "Principal", &id, added)
		have = append(have, added...)
	}
	return have, nil
}

// consented are the scopes that a client holds for a person.
func (s *Simulator) consented(clientID, userID string) (have []string) {
	for _, g := range s.state.Grants {
		if g.ClientID == clientID && (g.ConsentType == "AllPrincipals" || g.PrincipalID != nil && *g.PrincipalID == userID) {
			for _, v := range strings.Fields(g.Scope) {
				if !slices.Contains(have, v) {
					have = append(have, v)
				}
			}
		}
	}
	return have
}

// grantScopes adds to the one grant of client, resource, type and person.
func (s *Simulator) grantScopes(clientID, resourceID, kind string, person *string, scopes []string) {
	for _, g := range s.state.Grants {
		if g.ClientID == clientID && g.ResourceID == resourceID && g.ConsentType == kind && (person == nil || g.PrincipalID != nil && *g.PrincipalID == *person) {
			have := strings.Fields(g.Scope)
			for _, sc := range scopes {
				if !slices.Contains(have, sc) {
					have = append(have, sc)
				}
			}
			g.Scope = strings.Join(have, " ")
			return
		}
	}
	s.state.Grants = append(s.state.Grants, &tenant.PermissionGrant{ID: assignmentID(uuid.NewString()), ClientID: clientID, ConsentType: kind, PrincipalID: person, ResourceID: resourceID, Scope: strings.Join(scopes, " ")})
}

// idToken is for the client itself.
func (s *Simulator) idToken(clientID string, user int, nonce string) (string, error) {
	now := s.now()
	p := s.directory.Person(user)
	c := jwt.MapClaims{
		"aud": clientID, "iss": s.issuer(), "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(tokenLife).Unix(),
		"name": p.First + " " + p.Last, "oid": s.directory.ID(tenant.KindUser, user), "preferred_username": s.directory.UPN(user),
		"email": s.directory.UPN(user), "sub": s.directory.ID(tenant.KindUser, user), "tid": s.directory.TenantID(), "uti": uuid.NewString()[:22], "ver": "2.0",
		"wids": s.wids(user),
	}
	if nonce != "" {
		c["nonce"] = nonce
	}
	return s.sign(c)
}

// challenged reports whether the verifier belongs to the challenge.
func challenged(challenge, verifier string) bool {
	if challenge == "" {
		return true
	}
	sum := sha256.Sum256([]byte(verifier))
	return challenge == base64.RawURLEncoding.EncodeToString(sum[:]) || challenge == verifier
}
