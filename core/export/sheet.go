package export

import (
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Entry is one line of the vendor's form, ready to be copied.
type Entry struct {
	// Label is the vendor's own word.
	Label string `json:"label"`
	// Value is what to type, "" for a secret, an action or what is missing. A
	// list has one value a line.
	Value string `json:"value,omitempty"`
	// Secret names the secret whose copy button stands here; its value comes
	// from the vault into the clipboard and is never shown.
	Secret vault.Kind `json:"secret,omitempty"`
	Help   words.Key  `json:"help,omitempty"`
	// Action marks a button of the vendor's form that is to be pressed now.
	Action bool `json:"action,omitempty"`
	// Missing is why there is nothing to type, empty when there is.
	Missing words.Text `json:"missing,omitzero"`
	// Place is where what is missing is entered, zero when it is not wanted.
	Place problem.Place `json:"place,omitzero"`
}

// Stored says whether the vault holds a secret of the connection.
type Stored func(vault.Kind) bool

// Form is the vendor's form in the vendor's order, the usual one where nobody
// has described it. cloudName is the name of the connection's cloud as people
// know it.
func Form(p product.Product, c *connection.Connection, cloudName string, stored Stored) []Entry {
	fields := p.Form
	if len(fields) == 0 {
		fields = p.UsualForm()
	}
	entries := make([]Entry, 0, len(fields))
	for _, f := range fields {
		e := Entry{Label: f.Label, Help: f.Help, Action: f.Action}
		switch kind, secret := strings.CutPrefix(f.Value, "secret:"); {
		case f.Action:
		case secret:
			e.Secret = vault.Kind(kind)
			if stored == nil || !stored(e.Secret) {
				e.Missing, e.Place = words.T("It is not in this computer's keychain yet."), secretPlace(e.Secret)
			}
		default:
			e.Value = inWords(f, c, valueOf(f.Value, c, cloudName))
			switch {
			case f.Value == "cloud" && len(f.Words) > 0 && f.Says(c.Cloud, "") == "":
				e.Value, e.Missing = "", words.T("The vendor's form does not offer %s. Ask the vendor what to select.", cloudName)
			case e.Value == "":
				e.Missing, e.Place = missing(f.Value)
			}
		}
		entries = append(entries, e)
	}
	return entries
}

// inWords is a value in the vendor's words, where the vendor has other ones.
func inWords(f product.Field, c *connection.Connection, value string) string {
	raw := value
	switch f.Value {
	case "cloud":
		raw = c.Cloud
	case "rooms":
		raw = c.Rooms.Mode
	case "people":
		raw = c.People.Mode
	}
	return f.Says(raw, value)
}

func valueOf(path string, c *connection.Connection, cloudName string) string {
	switch path {
	case "cloud":
		return cloudName
	case "rooms":
		if c.Rooms.Mode == connection.Selected {
			return strings.Join(c.Rooms.Items, "\n")
		}
		return words.T("All rooms").String()
	case "people":
		if c.People.Mode == connection.Groups {
			return strings.Join(c.People.Groups, "\n")
		}
		return words.T("All people").String()
	case "singleSignOn.redirectUris":
		return strings.Join(c.SingleSignOn.RedirectURIs, "\n")
	case "people.defaultGroups":
		return strings.Join(c.People.DefaultGroups, "\n")
	}
	// A product of the administrator's own is validated when it is loaded, so
	// that an unknown path cannot come here; it would show as missing.
	value, err := c.Get(path)
	if err != nil {
		return ""
	}
	return value
}

// secretPlace is where a secret is stored.
func secretPlace(kind vault.Kind) problem.Place {
	if kind == vault.Certificate {
		return problem.PlaceCertificate
	}
	return problem.PlaceClientSecret
}

// sources are where the values of a form are entered.
var sources = map[string]problem.Place{
	"tenant.id": problem.PlaceTenant, "tenant.domain": problem.PlaceTenant, "tenant.displayName": problem.PlaceTenant,
	"server.url": problem.PlaceServerURL, "serviceAccount": problem.PlaceServiceAccount,
	"application.clientId": problem.PlaceRegister, "application.objectId": problem.PlaceRegister,
	"application.servicePrincipalId": problem.PlaceRegister, "application.displayName": problem.PlaceRegister,
	"application.credential.expires": problem.PlaceExpires, "application.credential.thumbprint": problem.PlaceRegister,
	"notifications.url": problem.PlaceNotifications, "notifications.lifecycleUrl": problem.PlaceLifecycle,
	"singleSignOn.redirectUris": problem.PlaceRedirectURIs, "singleSignOn.loginButton": problem.PlaceLoginButton,
	"rooms": problem.PlaceRooms, "people": problem.PlaceGroups,
	"people.cardNumberAttribute": problem.PlaceCardNumber, "people.defaultGroups": problem.PlaceDefaultGroups,
}

// missing says why there is no value, and where it is entered.
func missing(path string) (words.Text, problem.Place) {
	to := sources[path]
	switch {
	case to == problem.PlaceTenant, to == problem.PlaceServerURL, to == problem.PlaceExpires, to == problem.PlaceServiceAccount:
		return words.T("It is not filled in yet."), to
	case to == problem.PlaceRegister:
		return words.T("It is known after the application is registered."), to
	case to == problem.PlaceNotifications, to == problem.PlaceLifecycle, to == problem.PlaceRedirectURIs:
		return words.T("Ask the vendor of the booking server, then enter it."), to
	case !to.IsZero():
		return words.T("Nothing is chosen. Leave the vendor's field empty if you do not need it."), to
	}
	return words.T("Nothing is set. Leave the vendor's field empty if you do not need it."), to
}
