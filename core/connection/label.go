package connection

import "github.com/roomkey/roomkey/core/words"

// labels are what the fields are called where people read them.
var labels = map[string]words.Text{
	"name":                           words.T("Name"),
	"cloud":                          words.T("Microsoft cloud"),
	"tenant.domain":                  words.T("Tenant"),
	"product.id":                     words.T("Booking product"),
	"product.options":                words.T("Options of the product"),
	"product.permissions":            words.T("Permissions"),
	"application.clientId":           words.T("Application (client) ID"),
	"application.credential.kind":    words.T("Credential"),
	"application.credential.expires": words.T("Expires"),
	"rooms.mode":                     words.T("Choice of rooms"),
	"rooms.items":                    words.T("Chosen rooms"),
	"rooms.lists":                    words.T("Chosen room lists"),
	"rooms.rule.buildings":           words.T("Buildings"),
	"rooms.rule.name":                words.T("Name of the rooms"),
	"rooms.rule.seatsFrom":           words.T("Seats from"),
	"rooms.rule.seatsTo":             words.T("Seats to"),
	"rooms.rule.lists":               words.T("Room lists"),
	"people.mode":                    words.T("Choice of people"),
	"people.groups":                  words.T("Chosen groups"),
	"people.cardNumberAttribute":     words.T("Card number"),
	"people.defaultGroups":           words.T("Default user groups"),
	"server.url":                     words.T("Address of the booking server"),
	"server.caFile":                  words.T("Certificate authority of the server"),
	"server.testLasts":               words.T("A test is valid for"),
	"singleSignOn.redirectUris":      words.T("Redirect URIs"),
	"singleSignOn.loginButton":       words.T("Text of the sign-in button"),
	"notifications.url":              words.T("Notification URL"),
	"notifications.lifecycleUrl":     words.T("Lifecycle URL"),
	"scope.kind":                     words.T("Mailboxes that the application can reach"),
	"scope.target":                   words.T("Limit to"),
	"scope.group":                    words.T("Group of rooms"),
	"scope.organizersBy":             words.T("How people who book are identified"),
	"scope.organizers":               words.T("People who book"),
	"scope.outside":                  words.T("Mailbox that must be out of reach"),
	"serviceAccount":                 words.T("Service account"),
}

// Label is what people call the field at a path, the path itself for one that no
// form shows.
func Label(path string) words.Text {
	if label, ok := labels[path]; ok {
		return label
	}
	return words.Plain(path)
}
