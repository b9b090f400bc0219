package product

import (
	"cmp"

	"github.com/roomkey/roomkey/core/problem"
)

// AdapterOf is how the configuration reaches the booking server: as the
// connection chose, else as the product has it. Where no credential is handed
// over there is nothing to push.
func (p Product) AdapterOf(chosen string) string {
	if !p.tested() {
		return AdapterForm
	}
	return cmp.Or(chosen, p.Adapter)
}

// Shows reports whether a connection to the product whose configuration reaches
// the server by adapter has a place: its page shows the field or button, and its
// command does something. What leads to another place would lead nowhere.
func (p Product) Shows(to problem.Place, adapter string) bool {
	switch to.Page + " " + to.Field {
	case at(problem.PlaceServerToken), at(problem.PlacePush), at(problem.PlaceLook), at(problem.PlaceWarnings),
		at(problem.PlaceConfirm), at(problem.PlaceRemove):
		return adapter != AdapterForm
	case at(problem.PlaceEntered):
		return adapter != AdapterContract // that server says it by itself
	case at(problem.PlaceOrganizer):
		return p.tested() && p.Writes != WritesNothing
	case at(problem.PlaceNotifications):
		return p.Notifications || p.Asks("notifications.url")
	case at(problem.PlaceLifecycle):
		return p.Notifications || p.Asks("notifications.lifecycleUrl")
	case at(problem.PlaceRedirectURIs):
		return p.SingleSignOn.RedirectURIs || p.Asks("singleSignOn.redirectUris")
	case at(problem.PlaceLoginButton):
		return p.SingleSignOn.LoginButton || p.Asks("singleSignOn.loginButton")
	case at(problem.PlaceServiceAccount):
		return p.ServiceAccount != nil || p.Asks("serviceAccount")
	case at(problem.PlaceCardNumber):
		return p.CardNumber != nil
	case at(problem.PlaceDefaultGroups):
		return p.Asks("people.defaultGroups")
	}
	return to.Page != problem.PlaceCheck.Page || p.tested()
}

// tested reports whether a connection is tested here: not where nobody has what
// the vendor's application signs in with.
func (p Product) tested() bool { return p.Model != Vendor && p.Model != User }

func at(p problem.Place) string { return p.Page + " " + p.Field }

// UsualForm is what a vendor's console asks for that no file describes.
func UsualForm() []Field {
	return []Field{{Label: "Tenant ID", Value: "tenant.id"}, {Label: "Client ID", Value: "application.clientId"}, {Label: "Client secret", Value: "secret:client-secret"}}
}
