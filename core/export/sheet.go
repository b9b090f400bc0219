package export

import (
	"strings"

	"github.com/roomkey/roomkey/core/connection"
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
}

// Stored says whether the vault holds a secret of the connection.
type Stored func(vault.Kind) bool

// Form is the vendor's form in the vendor's order. cloudName is the name of the
// connection's cloud as people know it.
func Form(p product.Product, c *connection.Connection, cloudName string, stored Stored) []Entry {
	entries := make([]Entry, 0, len(p.Form))
	for _, f := range p.Form {
		e := Entry{Label: f.Label, Help: f.Help, Action: f.Action}
		switch kind, secret := strings.CutPrefix(f.Value, "secret:"); {
		case f.Action:
		case secret:
			e.Secret = vault.Kind(kind)
			if stored == nil || !stored(e.Secret) {
				e.Missing = words.T("It is not in this computer's keychain yet. Enter it on the page “Register”.")
			}
		default:
			e.Value = inWords(f, c, valueOf(f.Value, c, cloudName))
			if e.Value == "" {
				e.Missing = missing(f.Value)
			}
		}
		entries = append(entries, e)
	}
	return entries
}

// inWords is a value in the vendor's words, where the vendor has other ones.
func inWords(f product.Field, c *connection.Connection, value string) string {
	raw := value
	if f.Value == "cloud" {
		raw = c.Cloud
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

// missing says where the value comes from.
func missing(path string) words.Text {
	switch {
	case strings.HasPrefix(path, "tenant."), path == "name", path == "cloud", path == "server.url":
		return words.T("Fill it in on the page “Describe”.")
	case strings.HasPrefix(path, "application."):
		return words.T("It is known after the application is registered. See the page “Register”.")
	case strings.HasPrefix(path, "notifications."), path == "singleSignOn.redirectUris":
		return words.T("The booking server says it: ask its vendor, and enter it on the page “Describe”.")
	case path == "rooms", strings.HasPrefix(path, "people"):
		return words.T("Choose on the page “Choose rooms and people”; leave the vendor's field empty if you do not need it.")
	default:
		return words.T("Nothing is set; leave the vendor's field empty if you do not need it.")
	}
}
