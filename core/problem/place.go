package problem

import (
	"slices"

	"github.com/roomkey/roomkey/core/words"
)

// Place is somewhere in Roomkey that a remedy leads to. The window shows a
// button that opens Page and puts the focus on Field; the command line prints
// Command.
type Place struct {
	// Page is the id of a step, see core/setup, or settings.
	Page string `json:"page"`
	// Field is the dotted path of a field of the connection, the kind of a secret
	// or the name of a button on the page, "" for the page itself.
	Field string `json:"field,omitempty"`
	// Command does the same from a terminal; words in capitals are to be filled in.
	Command string `json:"-"`
}

// IsZero reports whether p leads nowhere.
func (p Place) IsZero() bool { return p.Page == "" }

// The places, by page. A test of the window finds each of them, and one of the
// command line runs each command.
var (
	PlaceTenant        = place("describe", "tenant.domain", "roomkeyctl connection set tenant.domain=DOMAIN")
	PlaceProduct       = place("describe", "product.id", "roomkeyctl connection set product.id=PRODUCT")
	PlaceServerURL     = place("describe", "server.url", "roomkeyctl connection set server.url=ADDRESS")
	PlaceServerCA      = place("describe", "server.caFile", "roomkeyctl connection set server.caFile=FILE")
	PlaceServerToken   = place("describe", "server-token", "roomkeyctl secret set server-token")
	PlaceNotifications = place("describe", "notifications.url", "roomkeyctl connection set notifications.url=ADDRESS")
	PlaceLifecycle     = place("describe", "notifications.lifecycleUrl", "roomkeyctl connection set notifications.lifecycleUrl=ADDRESS")
	PlaceRedirectURIs  = place("describe", "singleSignOn.redirectUris", "roomkeyctl connection set singleSignOn.redirectUris=ADDRESS")
	PlaceLoginButton   = place("describe", "singleSignOn.loginButton", "roomkeyctl connection set singleSignOn.loginButton=TEXT")

	PlacePermissions    = place("describe", "product.permissions", "roomkeyctl connection set product.permissions=VALUES")
	PlaceServiceAccount = place("describe", "serviceAccount", "roomkeyctl connection set serviceAccount=ADDRESS")

	PlaceRegister     = place("register", "", "roomkeyctl register plan")
	PlaceConsent      = place("register", "consent", "roomkeyctl consent")
	PlaceSignIn       = place("register", "sign-in", "roomkeyctl check --sign-in")
	PlaceUndo         = place("register", "undo", "roomkeyctl register undo")
	PlaceClientID     = place("register", "application.clientId", "roomkeyctl connection set application.clientId=ID")
	PlaceClientSecret = place("register", "client-secret", "roomkeyctl secret set client-secret")
	PlaceCertificate  = place("register", "certificate", "roomkeyctl secret set certificate --file FILE")
	PlaceExpires      = place("register", "application.credential.expires", "roomkeyctl connection set application.credential.expires=DATE")

	PlaceRooms         = place("choose", "rooms", "roomkeyctl rooms select ADDRESS")
	PlaceRoomRule      = place("choose", "rooms.rule.name", "roomkeyctl rooms select --building NAME")
	PlaceRoomLists     = place("choose", "rooms.lists", "roomkeyctl rooms select --list ADDRESS")
	PlaceRoomFile      = place("choose", "rooms-file", "roomkeyctl rooms import FILE")
	PlaceGroups        = place("choose", "people.groups", "roomkeyctl connection set people.groups=IDS")
	PlaceCardNumber    = place("describe", "people.cardNumberAttribute", "roomkeyctl connection set people.cardNumberAttribute=ATTRIBUTE")
	PlaceDefaultGroups = place("describe", "people.defaultGroups", "roomkeyctl connection set people.defaultGroups=NAMES")

	PlaceScripts        = place("restrict", "", "roomkeyctl script list")
	PlaceLimit          = place("restrict", "scope.kind", "roomkeyctl connection set scope.kind=KIND")
	PlaceCalendarScript = place("restrict", "calendar-processing", "roomkeyctl script show calendar-processing")
	PlaceLimitScript    = place("restrict", "limit-application", "roomkeyctl script show limit-application")
	PlaceDelegateScript = place("restrict", "delegate-rooms", "roomkeyctl script show delegate-rooms")
	PlaceReachScript    = place("restrict", "service-account-reach", "roomkeyctl script show service-account-reach")
	PlacePolicyScript   = place("restrict", "access-policy", "roomkeyctl script show access-policy")
	PlaceDescribeScript = place("restrict", "set-places", "roomkeyctl script show set-places")
	PlaceListsScript    = place("restrict", "room-lists", "roomkeyctl script show room-lists")
	PlaceRoomsScript    = place("restrict", "rooms-show", "roomkeyctl script show rooms-show")

	PlaceCheck     = place("prove", "check", "roomkeyctl check")
	PlaceOrganizer = place("prove", "organizer", "roomkeyctl check --allow-writes --organizer MAILBOX --test-room ADDRESS")
	PlaceOutside   = place("prove", "scope.outside", "roomkeyctl connection set scope.outside=ADDRESS")

	PlacePush     = place("hand-over", "push", "roomkeyctl push")
	PlaceWarnings = place("hand-over", "warnings", "roomkeyctl push --accept-warnings")
	PlaceLook     = place("hand-over", "look", "roomkeyctl status")
	PlaceConfirm  = place("hand-over", "confirm", "roomkeyctl push --dry-run")
	PlaceForm     = place("hand-over", "form", "roomkeyctl form")
	PlaceEntered  = place("hand-over", "entered", "roomkeyctl form --entered")
	PlaceRemove   = place("hand-over", "remove", "roomkeyctl connection remove-from-server")
	PlaceExport   = place("hand-over", "export", "roomkeyctl connection export")

	PlaceSchedule = place("settings", "daily", "roomkeyctl schedule install --webhook FORM")
	PlaceProxy    = place("settings", "proxy", "roomkeyctl proxy login NAME")
)

var places []Place

func place(page, field, command string) Place {
	p := Place{page, field, command}
	places = append(places, p)
	return p
}

// Places lists every place, for the tests that follow each of them.
func Places() []Place { return slices.Clone(places) }

// PlaceScript is where a script is shown and saved.
func PlaceScript(name string) Place {
	return Place{"restrict", name, "roomkeyctl script show " + name}
}

// PlaceOf is where a field of the connection is edited, the zero place for one
// that no remedy leads to.
func PlaceOf(field string) Place {
	if i := slices.IndexFunc(places, func(p Place) bool { return p.Field == field }); i >= 0 {
		return places[i]
	}
	return Place{}
}

// Lead adds a remedy that leads to a place in Roomkey. Its text says what to do
// there, not where it is. The zero place leads nowhere, like Fix.
func (p *Problem) Lead(text words.Text, to Place) *Problem {
	p.Remedies = append(p.Remedies, Remedy{Text: text, Place: to, Command: to.Command})
	return p
}

// With is the place with a command that is more precise than its own.
func (p Place) With(command string) Place { p.Command = command; return p }
