package entra

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

// redeemCode exchanges an authorization code.
func (e *Entra) redeemCode(r *http.Request) (object, *entraError) {
	f := r.PostForm
	a := e.signIns.take(e.signIns.codes, f.Get("code"))
	switch {
	case a == nil || e.Now().After(a.expires):
		return nil, &entraError{status: 400, name: "invalid_grant", code: 70008, message: "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource."}
	case a.clientID != f.Get("client_id"):
		return nil, &entraError{status: 400, name: "invalid_grant", code: 700005, message: "Provided Authorization Code is intended to use against other tenant or client, thus rejected."}
	case a.redirectURI != f.Get("redirect_uri"):
		return nil, &entraError{status: 400, name: "invalid_grant", code: 500112, message: "The reply address '" + f.Get("redirect_uri") + "' does not match the reply address '" + a.redirectURI + "' provided when requesting Authorization code."}
	case !challenged(a.challenge, f.Get("code_verifier")):
		return nil, &entraError{status: 400, name: "invalid_grant", code: 501481, message: "The Code_Verifier does not match the code_challenge supplied in the authorization request."}
	}
	app, sp, err := e.signInClient(a.clientID)
	if err == nil && slices.Contains(app.Web.RedirectURIs, a.redirectURI) {
		err = e.credential(r, app)
	}
	if err != nil {
		return nil, err
	}
	return e.userTokens(f, sp, *a)
}

// redeemRefresh exchanges a refresh token for new tokens, with other scopes if
// they were consented to.
func (e *Entra) redeemRefresh(r *http.Request) (object, *entraError) {
	f := r.PostForm
	a, valid := e.signIns.refreshed(f.Get("refresh_token"))
	if !valid || a.clientID != f.Get("client_id") || e.Now().After(a.expires) {
		return nil, &entraError{status: 400, name: "invalid_grant", sub: "bad_token", code: 700082, message: "The refresh token has expired due to inactivity."}
	}
	if a.device && (e.Has(fault.DeviceConditional) || e.Has(fault.DeviceDefaults)) {
		return nil, &entraError{status: 400, name: "invalid_grant", code: 530036, message: "Refresh token is invalid due to authentication flow checks by Conditional Access."}
	}
	_, sp, err := e.signInClient(a.clientID)
	if err != nil {
		return nil, err
	}
	have := e.Consented(sp.ID, e.Directory.ID(tenant.KindUser, a.user))
	for _, want := range strings.Fields(f.Get("scope")) {
		value := want[strings.LastIndexByte(want, '/')+1:]
		if value != ".default" && value != "offline_access" && value != "openid" && value != "profile" && !slices.Contains(have, value) {
			return nil, &entraError{status: 400, name: "invalid_grant", sub: "consent_required", code: 65001, message: "The user or administrator has not consented to use the application with ID '" + a.clientID + "' named '" + sp.DisplayName + "'. Send an interactive authorization request for this user and resource."}
		}
	}
	a.scopes = have
	return e.userTokens(f, sp, a)
}

// userTokens is the answer that carries a person's tokens.
func (e *Entra) userTokens(f url.Values, sp *tenant.ServicePrincipal, a authorization) (object, *entraError) {
	failed := func(err error) *entraError {
		return &entraError{status: 500, name: "server_error", code: 90033, message: err.Error()}
	}
	access, err := e.accessToken(sp, a.user, slices.DeleteFunc(slices.Clone(a.scopes), func(v string) bool { return v == "offline_access" }))
	if err != nil {
		return nil, failed(err)
	}
	e.used(sp.AppID, a.user)
	seconds := int(tokenLife/time.Second) - 1
	body := object{"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": access, "scope": e.grantedScope(f.Get("scope"), a.scopes)}
	if slices.Contains(a.scopes, "openid") {
		if body["id_token"], err = e.idToken(a.clientID, a.user, a.nonce); err != nil {
			return nil, failed(err)
		}
	}
	if slices.Contains(a.scopes, "offline_access") {
		again := a
		again.expires = e.Now().Add(90 * 24 * time.Hour)
		body["refresh_token"] = e.signIns.keep(&e.signIns.refresh, "1.AXoB", again)
	}
	if f.Get("client_info") == "1" {
		body["client_info"] = e.clientInfo(a.user)
	}
	return body, nil
}

// grantedScope spells the scopes as they were asked for, as Entra does.
func (e *Entra) grantedScope(asked string, have []string) string {
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
			out = append(out, e.Root+"/"+v)
		}
	}
	return strings.Join(out, " ")
}

// serveDeviceCode begins a device-code sign-in.
func (e *Entra) serveDeviceCode(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Form.Get("client_id") == "" {
		e.refuseEntra(w, r, entraError{status: 400, name: "invalid_request", code: 900144, message: "The request body must contain the following parameter: 'client_id'."})
		return
	}
	e.Lock()
	_, _, err := e.signInClient(r.Form.Get("client_id"))
	e.Unlock()
	if err != nil {
		e.refuseEntra(w, r, *err)
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
		authorization: authorization{clientID: r.Form.Get("client_id"), device: true, expires: e.Now().Add(deviceLife)},
		userCode:      user.String(), scope: r.Form.Get("scope"),
	}
	code := "DAQAB" + strings.ReplaceAll(uuid.NewString()+uuid.NewString(), "-", "")
	e.signIns.mu.Lock()
	if e.signIns.devices == nil {
		e.signIns.devices = map[string]*device{}
	}
	e.signIns.devices[code] = d
	e.signIns.mu.Unlock()
	where := e.Root + "/devicelogin"
	microsoft.JSON(w, http.StatusOK, object{
		"user_code": d.userCode, "device_code": code, "verification_uri": where, "expires_in": int(deviceLife / time.Second), "interval": 5,
		"message": "To sign in, use a web browser to open the page " + where + " and enter the code " + d.userCode + " to authenticate.",
	})
}

// serveDevicePage is where the person types the code. A machine posts user_code
// (Microsoft's own field is otc), and decline=1 to say no.
func (e *Entra) serveDevicePage(w http.ResponseWriter, r *http.Request) {
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
	e.Lock()
	defer e.Unlock()
	e.signIns.mu.Lock()
	defer e.signIns.mu.Unlock()
	for _, d := range e.signIns.devices {
		if d.userCode != typed || e.Now().After(d.expires) {
			continue
		}
		if r.Form.Get("decline") != "" || e.Has(fault.DeviceDeclined) {
			d.declined = true
			microsoft.Page(w, http.StatusOK, "You cancelled", "<p>You can close this window.</p>")
			return
		}
		if d.blocked = e.approve(d); d.blocked != nil {
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
func (e *Entra) approve(d *device) *entraError {
	if e.Has(fault.DeviceDefaults) {
		return &entraError{status: 400, name: "invalid_grant", code: 530035, message: "Access has been blocked by security defaults. The request is considered unsafe by the security defaults policy."}
	}
	if e.Has(fault.DeviceConditional) {
		return blockedByConditionalAccess()
	}
	if e.Has(fault.DeviceConfirmation) {
		return &entraError{status: 400, name: "interaction_required", code: 50199, message: "For security reasons, user confirmation is required for this request. Please repeat the request allowing user interaction."}
	}
	_, sp, err := e.signInClient(d.clientID)
	if err == nil {
		d.user, err = e.signInUser("")
	}
	if err == nil {
		d.scopes, err = e.consent(sp, d.user, d.scope)
	}
	return err
}

// pollDevice answers the client that waits.
func (e *Entra) pollDevice(r *http.Request) (object, *entraError) {
	code := r.PostForm.Get("device_code") + r.PostForm.Get("code")
	e.signIns.mu.Lock()
	d := e.signIns.devices[code]
	e.signIns.mu.Unlock()
	switch {
	case d == nil || d.clientID != r.PostForm.Get("client_id"):
		return nil, &entraError{status: 400, name: "bad_verification_code", code: 70000, message: "Provided grant is invalid or malformed."}
	case e.Now().After(d.expires):
		return nil, &entraError{status: 400, name: "expired_token", code: 70019, message: "The verification code has expired. Have the user retry the sign-in."}
	case d.declined:
		return nil, &entraError{status: 400, name: "authorization_declined", code: 70017, message: "User cancelled the authorization of the device."}
	case d.blocked != nil:
		return nil, d.blocked
	case !d.approved:
		return nil, &entraError{status: 400, name: "authorization_pending", code: 70016, message: "OAuth 2.0 device flow error. Authorization is pending. Continue polling."}
	}
	e.signIns.mu.Lock()
	delete(e.signIns.devices, code)
	e.signIns.mu.Unlock()
	sp := e.PrincipalByApp(d.clientID)
	if sp == nil {
		return nil, &entraError{status: 400, name: "unauthorized_client", code: 700016, message: "Application with identifier '" + d.clientID + "' was not found in the directory '" + tenant.Name + "'."}
	}
	f := url.Values{}
	for k, v := range r.PostForm {
		f[k] = v
	}
	f.Set("scope", d.scope)
	e.signedIn(d.clientID, d.user)
	return e.userTokens(f, sp, d.authorization)
}
