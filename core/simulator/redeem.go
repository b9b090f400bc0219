package simulator

import (
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// device is one device code on its way.
type device struct {
	authorization
	userCode string
	scope    string
	approved bool
	declined bool
	blocked  *entraError
}

const deviceLife = 15 * time.Minute

// keep stores an authorization under a new code.
func (l *signIns) keep(in *map[string]*authorization, prefix string, a authorization) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if *in == nil {
		*in = map[string]*authorization{}
	}
	code := prefix + strings.ReplaceAll(uuid.NewString()+uuid.NewString(), "-", "")
	(*in)[code] = &a
	return code
}

// take removes and gives what a code stands for.
func (l *signIns) take(from map[string]*authorization, code string) *authorization {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := from[code]
	delete(from, code)
	return a
}

// refreshed gives what a refresh token stands for; unlike a code, it can be used
// again.
func (l *signIns) refreshed(token string) (authorization, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.refresh[token]
	if a == nil {
		return authorization{}, false
	}
	return *a, true
}

// redeemCode exchanges an authorization code.
func (s *Simulator) redeemCode(r *http.Request) (object, *entraError) {
	f := r.PostForm
	a := s.signIns.take(s.signIns.codes, f.Get("code"))
	switch {
	case a == nil || s.now().After(a.expires):
		return nil, &entraError{status: 400, name: "invalid_grant", code: 70008, message: "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource."}
	case a.clientID != f.Get("client_id"):
		return nil, &entraError{status: 400, name: "invalid_grant", code: 700005, message: "Provided Authorization Code is intended to use against other tenant or client, thus rejected."}
	case a.redirectURI != f.Get("redirect_uri"):
		return nil, &entraError{status: 400, name: "invalid_grant", code: 500112, message: "The reply address '" + f.Get("redirect_uri") + "' does not match the reply address '" + a.redirectURI + "' provided when requesting Authorization code."}
	case !challenged(a.challenge, f.Get("code_verifier")):
		return nil, &entraError{status: 400, name: "invalid_grant", code: 501481, message: "The Code_Verifier does not match the code_challenge supplied in the authorization request."}
	}
	app, sp, err := s.signInClient(a.clientID)
	if err == nil && slices.Contains(app.Web.RedirectURIs, a.redirectURI) {
		err = s.credential(r, app)
	}
	if err != nil {
		return nil, err
	}
	return s.userTokens(f, sp, *a)
}

// redeemRefresh exchanges a refresh token for new tokens, with other scopes if
// they were consented to.
func (s *Simulator) redeemRefresh(r *http.Request) (object, *entraError) {
	f := r.PostForm
	a, valid := s.signIns.refreshed(f.Get("refresh_token"))
	if !valid || a.clientID != f.Get("client_id") || s.now().After(a.expires) {
		return nil, &entraError{status: 400, name: "invalid_grant", sub: "bad_token", code: 700082, message: "The refresh token has expired due to inactivity."}
	}
	if a.device && (s.Has(fault.DeviceConditional) || s.Has(fault.DeviceDefaults)) {
		return nil, &entraError{status: 400, name: "invalid_grant", code: 530036, message: "Refresh token is invalid due to authentication flow checks by Conditional Access."}
	}
	_, sp, err := s.signInClient(a.clientID)
	if err != nil {
		return nil, err
	}
	have := s.consented(sp.ID, s.directory.ID(tenant.KindUser, a.user))
	for _, want := range strings.Fields(f.Get("scope")) {
		value := want[strings.LastIndexByte(want, '/')+1:]
		if value != ".default" && value != "offline_access" && value != "openid" && value != "profile" && !slices.Contains(have, value) {
			return nil, &entraError{status: 400, name: "invalid_grant", sub: "consent_required", code: 65001, message: "The user or administrator has not consented to use the application with ID '" + a.clientID + "' named '" + sp.DisplayName + "'. Send an interactive authorization request for this user and resource."}
		}
	}
	a.scopes = have
	return s.userTokens(f, sp, a)
}

// userTokens is the answer that carries a person's tokens.
func (s *Simulator) userTokens(f url.Values, sp *tenant.ServicePrincipal, a authorization) (object, *entraError) {
	failed := func(err error) *entraError {
		return &entraError{status: 500, name: "server_error", code: 90033, message: err.Error()}
	}
	access, err := s.accessToken(sp, a.user, slices.DeleteFunc(slices.Clone(a.scopes), func(v string) bool { return v == "offline_access" }))
	if err != nil {
		return nil, failed(err)
	}
	s.used(sp.AppID, a.user)
	seconds := int(tokenLife/time.Second) - 1
	body := object{"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": access, "scope": s.grantedScope(f.Get("scope"), a.scopes)}
	if slices.Contains(a.scopes, "openid") {
		if body["id_token"], err = s.idToken(a.clientID, a.user, a.nonce); err != nil {
			return nil, failed(err)
		}
	}
	if slices.Contains(a.scopes, "offline_access") {
		again := a
		again.expires = s.now().Add(90 * 24 * time.Hour)
		body["refresh_token"] = s.signIns.keep(&s.signIns.refresh, "1.AXoB", again)
	}
	if f.Get("client_info") == "1" {
		body["client_info"] = s.clientInfo(a.user)
	}
	return body, nil
}

// grantedScope spells the scopes as they were asked for, as Entra does.
func (s *Simulator) grantedScope(asked string, have []string) string {
	var out []string
	seen := map[string]bool{"offline_access": true}
	for _, f := range strings.Fields(asked) {
		value := f[strings.LastIndexByte(f, '/')+1:]
		if slices.Contains(have, value) && !seen[value] {
			seen[value] = true
			out = append(out, f)
		}
	}
	for _, v := range have {
		switch {
		case seen[v]:
		case v == "openid" || v == "profile" || v == "email":
			out = append(out, v)
		default:
			out = append(out, s.microsoft.url()+"/"+v)
		}
	}
	return strings.Join(out, " ")
}

// serveDeviceCode begins a device-code sign-in.
func (s *Simulator) serveDeviceCode(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Form.Get("client_id") == "" {
		s.refuseEntra(w, r, entraError{status: 400, name: "invalid_request", code: 900144, message: "The request body must contain the following parameter: 'client_id'."})
		return
	}
	s.mu.Lock()
	_, _, err := s.signInClient(r.Form.Get("client_id"))
	s.mu.Unlock()
	if err != nil {
		s.refuseEntra(w, r, *err)
		return
	}
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	var user strings.Builder
	for i, c := range []byte(strings.ReplaceAll(uuid.NewString(), "-", ""))[:18] {
		if i%2 == 0 {
			user.WriteByte(letters[int(c)*7%len(letters)])
		}
	}
	d := &device{
		authorization: authorization{clientID: r.Form.Get("client_id"), device: true, expires: s.now().Add(deviceLife)},
		userCode:      user.String(), scope: r.Form.Get("scope"),
	}
	code := "DAQAB" + strings.ReplaceAll(uuid.NewString()+uuid.NewString(), "-", "")
	s.signIns.mu.Lock()
	if s.signIns.devices == nil {
		s.signIns.devices = map[string]*device{}
	}
	s.signIns.devices[code] = d
	s.signIns.mu.Unlock()
	where := s.microsoft.url() + "/devicelogin"
	microsoft.JSON(w, http.StatusOK, object{
		"user_code": d.userCode, "device_code": code, "verification_uri": where, "expires_in": int(deviceLife / time.Second), "interval": 5,
		"message": "To sign in, use a web browser to open the page " + where + " and enter the code " + d.userCode + " to authenticate.",
	})
}

// serveDevicePage is where the person types the code. A machine posts user_code
// (Microsoft's own field is otc), and decline=1 to say no.
func (s *Simulator) serveDevicePage(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		microsoft.Page(w, http.StatusOK, "Enter code", `<form method="post"><input name="user_code" autofocus> <button>Next</button> <button name="decline" value="1">Cancel</button></form>`)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if err := r.ParseForm(); err != nil {
		microsoft.Page(w, http.StatusBadRequest, "Enter code", "")
		return
	}
	typed := strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(r.Form.Get("user_code")+r.Form.Get("otc")), "-", ""))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signIns.mu.Lock()
	defer s.signIns.mu.Unlock()
	for _, d := range s.signIns.devices {
		if d.userCode != typed || s.now().After(d.expires) {
			continue
		}
		if r.Form.Get("decline") != "" || s.Has(fault.DeviceDeclined) {
			d.declined = true
			microsoft.Page(w, http.StatusOK, "You cancelled", "<p>You can close this window.</p>")
			return
		}
		if d.blocked = s.approve(d); d.blocked != nil {
			microsoft.Page(w, http.StatusOK, "You can’t get there from here", "<p>"+html.EscapeString(d.blocked.Error())+"</p>")
			return
		}
		d.approved = true
		microsoft.Page(w, http.StatusOK, "You have signed in", "<p>You can close this window.</p>")
		return
	}
	microsoft.Page(w, http.StatusOK, "Enter code", "<p>AADSTS70018: That code didn't work. Check the code and try again.</p>")
}

// approve signs the person in for a device.
func (s *Simulator) approve(d *device) *entraError {
	if s.Has(fault.DeviceDefaults) {
		return &entraError{status: 400, name: "invalid_grant", code: 530035, message: "Access has been blocked by security defaults. The request is considered unsafe by the security defaults policy."}
	}
	if s.Has(fault.DeviceConditional) {
		return blockedByConditionalAccess()
	}
	if s.Has(fault.DeviceConfirmation) {
		return &entraError{status: 400, name: "interaction_required", code: 50199, message: "For security reasons, user confirmation is required for this request. Please repeat the request allowing user interaction."}
	}
	_, sp, err := s.signInClient(d.clientID)
	if err == nil {
		d.user, err = s.signInUser("")
	}
	if err == nil {
		d.scopes, err = s.consent(sp, d.user, d.scope)
	}
	return err
}

// pollDevice answers the client that waits.
func (s *Simulator) pollDevice(r *http.Request) (object, *entraError) {
	code := r.PostForm.Get("device_code") + r.PostForm.Get("code")
	s.signIns.mu.Lock()
	d := s.signIns.devices[code]
	s.signIns.mu.Unlock()
	switch {
	case d == nil || d.clientID != r.PostForm.Get("client_id"):
		return nil, &entraError{status: 400, name: "bad_verification_code", code: 70000, message: "Provided grant is invalid or malformed."}
	case s.now().After(d.expires):
		return nil, &entraError{status: 400, name: "expired_token", code: 70019, message: "The verification code has expired. Have the user retry the sign-in."}
	case d.declined:
		return nil, &entraError{status: 400, name: "authorization_declined", code: 70017, message: "User cancelled the authorization of the device."}
	case d.blocked != nil:
		return nil, d.blocked
	case !d.approved:
		return nil, &entraError{status: 400, name: "authorization_pending", code: 70016, message: "OAuth 2.0 device flow error. Authorization is pending. Continue polling."}
	}
	s.signIns.mu.Lock()
	delete(s.signIns.devices, code)
	s.signIns.mu.Unlock()
	sp := s.principalByApp(d.clientID)
	if sp == nil {
		return nil, &entraError{status: 400, name: "unauthorized_client", code: 700016, message: "Application with identifier '" + d.clientID + "' was not found in the directory '" + tenant.Name + "'."}
	}
	f := url.Values{}
	for k, v := range r.PostForm {
		f[k] = v
	}
	f.Set("scope", d.scope)
	s.signedIn(d.clientID, d.user)
	return s.userTokens(f, sp, d.authorization)
}

// serveAdminConsent is the page behind a consent link.
func (s *Simulator) serveAdminConsent(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.serveVendorConsent(w, r) {
		return
	}
	app, sp, err := s.client(q.Get("client_id"))
	redirect := q.Get("redirect_uri")
	switch {
	case err != nil:
	case len(app.Web.RedirectURIs)+len(app.PublicClient.RedirectURIs)+len(app.SPA.RedirectURIs) == 0:
		err = &entraError{code: 500113, message: "No reply address is registered for the application."}
	case !registered(app, redirect):
		err = &entraError{code: 50011, message: "The redirect URI '" + redirect + "' specified in the request does not match the redirect URIs configured for the application '" + app.AppID + "'."}
	}
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	values := url.Values{}
	if state := q.Get("state"); state != "" {
		values.Set("state", state)
	}
	user, err := s.signInUser("")
	if err == nil && !slices.ContainsFunc(s.wids(user), func(id string) bool { return slices.Contains(consenters, id) }) {
		err = &entraError{name: "access_denied", code: 90094, message: "The grant requires admin permissions."}
	}
	if err != nil {
		values.Set("error", "access_denied")
		values.Set("error_description", err.description(microsoft.RequestID(r), uuid.NewString(), s.now()))
		sendBack(w, r, "query", redirect, values)
		return
	}
	s.consentAll(app, sp)
	if serr := s.saveState(); serr != nil {
		http.Error(w, serr.Error(), http.StatusInternalServerError)
		return
	}
	values.Set("admin_consent", "True")
	values.Set("tenant", s.directory.TenantID())
	sendBack(w, r, "query", redirect, values)
}

// consentAll grants all that an application declares.
func (s *Simulator) consentAll(app *tenant.Application, sp *tenant.ServicePrincipal) {
	for _, need := range app.RequiredResourceAccess {
		resource := s.principalByApp(need.ResourceAppID)
		if resource == nil {
			continue
		}
		var scopes []string
		for _, a := range need.ResourceAccess {
			if a.Type == "Role" && roleValue(resource, a.ID) != "" && !s.assigned(sp.ID, resource.ID, a.ID) {
				s.assign(sp, resource, a.ID)
			}
			for _, p := range resource.OAuth2PermissionScopes {
				if a.Type == "Scope" && p.ID == a.ID {
					scopes = append(scopes, p.Value)
				}
			}
		}
		if len(scopes) > 0 {
			s.grantScopes(sp.ID, resource.ID, "AllPrincipals", nil, scopes)
		}
	}
}
