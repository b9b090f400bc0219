package entra

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// serveAdminConsent is the page behind a consent link.
func (e *Entra) serveAdminConsent(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	e.Lock()
	defer e.Unlock()
	if e.serveVendorConsent(w, r) {
		return
	}
	app, sp, err := e.client(q.Get("client_id"))
	redirect := q.Get("redirect_uri")
	switch {
	case err != nil:
	case len(app.Web.RedirectURIs)+len(app.PublicClient.RedirectURIs)+len(app.SPA.RedirectURIs) == 0:
		err = &entraError{code: 500113, message: "No reply address is registered for the application."}
	case !registered(app, redirect):
		err = &entraError{code: 50011, message: "The redirect URI '" + redirect + "' specified in the request does not match the redirect URIs configured for the application '" + app.AppID + "'."}
	}
	if err != nil {
		e.errorPage(w, r, err)
		return
	}
	values := url.Values{}
	if state := q.Get("state"); state != "" {
		values.Set("state", state)
	}
	user, err := e.signInUser("")
	if err == nil && !slices.ContainsFunc(e.RolesOf(user), func(id string) bool { return slices.Contains(tenant.Consenters, id) }) {
		err = &entraError{name: "access_denied", code: 90094, message: "The grant requires admin permissions."}
	}
	if err != nil {
		values.Set("error", "access_denied")
		values.Set("error_description", err.description(microsoft.RequestID(r), uuid.NewString(), e.Now()))
		sendBack(w, r, "query", redirect, values)
		return
	}
	e.consentAll(app, sp)
	if serr := e.Save(); serr != nil {
		http.Error(w, serr.Error(), http.StatusInternalServerError)
		return
	}
	values.Set("admin_consent", "True")
	values.Set("tenant", e.Directory.TenantID())
	sendBack(w, r, "query", redirect, values)
}

// consentAll grants all that an application declares.
func (e *Entra) consentAll(app *tenant.Application, sp *tenant.ServicePrincipal) {
	for _, need := range app.RequiredResourceAccess {
		resource := e.PrincipalByApp(need.ResourceAppID)
		if resource == nil {
			continue
		}
		var scopes []string
		for _, a := range need.ResourceAccess {
			if a.Type == "Role" && tenant.RoleValue(resource, a.ID) != "" && !e.Assigned(sp.ID, resource.ID, a.ID) {
				e.Assign(sp, resource, a.ID)
			}
			for _, p := range resource.OAuth2PermissionScopes {
				if a.Type == "Scope" && p.ID == a.ID {
					scopes = append(scopes, p.Value)
				}
			}
		}
		if len(scopes) > 0 {
			e.GrantScopes(sp.ID, resource.ID, "AllPrincipals", nil, scopes)
		}
	}
}

// serveVendorConsent plays Microsoft's consent page for a vendor's application.
// It reports whether the client is one.
func (e *Entra) serveVendorConsent(w http.ResponseWriter, r *http.Request) bool {
	install := e.VendorApplication(r.URL.Query().Get("client_id"))
	if install == nil {
		return false
	}
	user, err := e.signInUser("")
	if err == nil && !slices.ContainsFunc(e.RolesOf(user), func(id string) bool { return slices.Contains(tenant.Consenters, id) }) {
		err = &entraError{name: "access_denied", code: 90094, message: "The grant requires admin permissions."}
	}
	if err != nil {
		e.errorPage(w, r, err)
		return true
	}
	install()
	if err := e.Save(); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return true
	}
	microsoft.Page(w, http.StatusOK, "Permissions accepted", "<p>You can close this window.</p>")
	return true
}
