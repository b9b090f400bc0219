package product

import (
	"cmp"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
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
	case at(problem.PlaceConsent):
		return !p.tested()
	case at(problem.PlaceServerURL):
		return p.tested() || p.Asks("server.url")
	case at(problem.PlaceSignIn), at(problem.PlaceUndo), at(problem.PlaceClientSecret), at(problem.PlaceCertificate), at(problem.PlaceExpires), at(problem.PlaceServerCA):
		return p.tested() // what the vendor has is not registered here
	case at(problem.PlaceLimit):
		return p.Limitable()
	case at(problem.PlaceOrganizer):
		return p.tested() && p.Writes != WritesNothing
	case at(problem.PlaceNotifications):
		return p.Notifications || p.Asks("notifications.url")
	case at(problem.PlaceLifecycle):
		return p.Notifications || p.Asks("notifications.lifecycleUrl")
	case at(problem.PlaceRedirectURIs):
		return p.SingleSignOn.RedirectURIs || p.Asks("singleSignOn.redirectUris")
	case at(problem.PlacePermissions):
		return p.Choose
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

// DelegationScript is where the script is that gives the service account what it
// needs in each room, the zero place for a product that needs nothing there.
func (p Product) DelegationScript() problem.Place {
	switch {
	case p.ServiceAccount == nil || p.ServiceAccount.Delegation == "":
		return problem.Place{}
	case p.ServiceAccount.Delegation == DelegateCalendar:
		return problem.PlaceReachScript
	}
	return problem.PlaceDelegateScript
}

// LimitScript is where the script is that limits the application as the
// vendor's software survives it.
func (p Product) LimitScript() problem.Place {
	if p.Scoping.Way == ScopingPolicy {
		return problem.PlacePolicyScript
	}
	return problem.PlaceLimitScript
}

// DelegationText says what the service account needs in each room, nothing where
// that is not known.
func (p Product) DelegationText() words.Text {
	if p.ServiceAccount == nil {
		return words.Text{}
	}
	switch p.ServiceAccount.Delegation {
	case DelegateCalendar:
		return words.T("A right on the room's calendar.")
	case DelegateResource:
		return words.T("It is a resource delegate of the room.")
	case DelegateFull:
		return words.T("Full Access to the room mailbox.")
	}
	return words.Text{}
}

// tested reports whether a connection is tested here: not where nobody has what
// the vendor's application signs in with.
func (p Product) tested() bool { return p.Model != Vendor && p.Model != User }

func at(p problem.Place) string { return p.Page + " " + p.Field }

// UsualForm is what a vendor's console asks for that no file describes, nothing
// where no credential is handed over.
func (p Product) UsualForm() []Field {
	if !p.tested() {
		return nil
	}
	return []Field{{Label: "Tenant ID", Value: "tenant.id"}, {Label: "Client ID", Value: "application.clientId"}, {Label: "Client secret", Value: "secret:client-secret"}}
}
