// Package product holds what each booking product needs from Microsoft 365: one
// YAML file a product, so that a new product is data and not code.
package product

import (
	"cmp"
	"slices"

	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/words"
)

// Product is one file.
type Product struct {
	ID     string    `yaml:"id" json:"id"`
	Name   string    `yaml:"name" json:"name"`
	Vendor string    `yaml:"vendor,omitempty" json:"vendor,omitempty"`
	About  words.Key `yaml:"about" json:"about"`
	Guide  string    `yaml:"guide,omitempty" json:"guide,omitempty"`
	// Source is where the facts of this file were read, and when.
	Source Source `yaml:"source,omitempty" json:"source,omitzero"`
	// Unknown is what the source does not say. The administrator is asked for it.
	Unknown []Unknown `yaml:"unknown,omitempty" json:"unknown,omitempty"`
	// Group is the heading under which lists show the product, "" for none. Place
	// orders the lists, the smallest first; products without one follow by name.
	Group string `yaml:"group,omitempty" json:"group,omitempty"`
	Place int    `yaml:"place,omitempty" json:"place,omitempty"`
	// Model is the way in which the vendor gets in, "own" if the file is silent.
	Model Model `yaml:"model,omitempty" json:"model"`
	// VendorApplication is the vendor's own application, in the models "vendor"
	// and "user".
	VendorApplication *VendorApplication `yaml:"vendorApplication,omitempty" json:"vendorApplication,omitempty"`
	// Also are the IDs of products that belong to this one and need an
	// application of their own: each is a connection of its own.
	Also []string `yaml:"also,omitempty" json:"also,omitempty"`
	// Scoping is which limit in Exchange the vendor's software survives.
	Scoping Scoping `yaml:"scoping,omitempty" json:"scoping,omitzero"`
	// LimitFirst is whether the credential may be handed over only after the
	// limit was proven: whoever has it before sees every calendar.
	LimitFirst bool `yaml:"limitFirst,omitempty" json:"limitFirst,omitempty"`
	// Ends is the day on which what the product uses stops working, as
	// 2027-04-01, "" for none.
	Ends string `yaml:"ends,omitempty" json:"ends,omitempty"`
	// Options can be switched on per connection and add to the needs.
	Options []Option `yaml:"options,omitempty" json:"options,omitempty"`
	Needs   Needs    `yaml:"needs" json:"needs"`
	// Application is what a new application is called, in the vendor's words; ""
	// for the product's name with "room booking".
	Application string `yaml:"application,omitempty" json:"application,omitempty"`
	// Choose is whether the permissions are chosen from the catalogue (custom).
	Choose bool `yaml:"choose,omitempty" json:"choose,omitempty"`
	// Presets are sets of permissions to begin the choice with.
	Presets []Preset `yaml:"presets,omitempty" json:"presets,omitempty"`
	// Writes says whose calendars the server writes.
	Writes Writes `yaml:"writes" json:"writes"`
	// Operators are the ids of the clouds that the vendor supports, empty for
	// all of them.
	Operators []string `yaml:"operators,omitempty" json:"operators,omitempty"`
	// Adapter is how a configuration reaches the server: "contract",
	// "seatsurfing" or "form" (typed into the vendor's console).
	Adapter        string     `yaml:"adapter" json:"adapter"`
	Credential     Credential `yaml:"credential,omitempty" json:"credential"`
	SingleSignOn   SSO        `yaml:"singleSignOn,omitempty" json:"singleSignOn"`
	ServiceAccount *Account   `yaml:"serviceAccount,omitempty" json:"serviceAccount,omitempty"`
	// Notifications is whether Microsoft must reach the server with change
	// notifications; then the server has a notification and a lifecycle URL.
	Notifications bool `yaml:"notifications,omitempty" json:"notifications"`
	// Policy is the calendar processing that the product needs of each room,
	// parameter of Set-CalendarProcessing to value.
	Policy []Setting `yaml:"roomPolicy,omitempty" json:"roomPolicy,omitempty"`
	// CardNumber is where the product takes the card number from.
	CardNumber *CardNumber `yaml:"cardNumber,omitempty" json:"cardNumber,omitempty"`
	// NestedGroups is whether the product takes over the members of groups inside
	// a chosen group; without it, only direct members.
	NestedGroups bool `yaml:"nestedGroups,omitempty" json:"nestedGroups,omitempty"`
	// Form is the vendor's own form in the vendor's order.
	Form []Field `yaml:"form,omitempty" json:"form"`
	// NotUpdatable are reasons for which an existing application must not be
	// updated: "ews" (it holds EWS permissions).
	NotUpdatable []string `yaml:"notUpdatable,omitempty" json:"notUpdatable,omitempty"`
	// Own is whether the file is the administrator's.
	Own bool `yaml:"-" json:"own,omitempty"`
}

// Needs are the permissions that a product or one of its options asks for.
type Needs struct {
	Permissions []Permission `yaml:"permissions,omitempty" json:"permissions"`
	// Lists say which lists the product wants of the tenant: "rooms", "people",
	// "groups". A list that is not wanted is skipped in checks, not failed.
	Lists []string `yaml:"lists,omitempty" json:"lists,omitempty"`
}

// Permission is a needed permission with the reason that the administrator
// reads.
type Permission struct {
	permission.Ref `yaml:",inline"`
	Reason         words.Key `yaml:"reason" json:"reason"`
	// ServerSignIn is whether the server itself needs a signed-in user for it.
	ServerSignIn bool `yaml:"serverSignIn,omitempty" json:"serverSignIn,omitempty"`
}

// Option is a switch of a product.
type Option struct {
	ID    string    `yaml:"id" json:"id"`
	Name  words.Key `yaml:"name" json:"name"`
	About words.Key `yaml:"about,omitempty" json:"about,omitempty"`
	Needs Needs     `yaml:"needs" json:"needs"`
	// Note is what the administrator must know before switching it on.
	Note words.Key `yaml:"note,omitempty" json:"note,omitempty"`
	// MultiTenant is whether the option wants a multi-tenant audience.
	MultiTenant bool `yaml:"multiTenant,omitempty" json:"multiTenant,omitempty"`
}

// Preset is a set of permissions under a name, each written as the choice of a
// connection is: "Calendars.Read", or "delegated:User.Read".
type Preset struct {
	Name        words.Key `yaml:"name" json:"name"`
	Permissions []string  `yaml:"permissions" json:"permissions"`
}

// Writes is whose calendars a product writes.
type Writes string

// Whose calendars a product may write.
const (
	WritesNothing            Writes = "none"
	WritesRooms              Writes = "rooms"
	WritesPeople             Writes = "people"
	WritesRoomsAndOrganizers Writes = "rooms+organizers"
)

// Credential is what the vendor says about the application's credential.
type Credential struct {
	// Kinds are the accepted ones, the vendor's first choice first: "secret",
	// "certificate", "vendor-certificate", "federated", or "none".
	Kinds []string `yaml:"kinds,omitempty" json:"kinds"`
	// Months is the life of a secret or certificate that the guide suggests, 0
	// where it suggests none.
	Months int    `yaml:"months,omitempty" json:"months,omitempty"`
	Name   string `yaml:"name,omitempty" json:"name,omitempty"`
	// Advice is shown beside the life, "" for none.
	Advice words.Key `yaml:"advice,omitempty" json:"advice,omitempty"`
}

// usualMonths is the life of a credential where the guide suggests none: long
// enough to be renewed once a year.
const usualMonths = 12

// Life is how many months a new secret or certificate lives.
func (c Credential) Life() int { return cmp.Or(c.Months, usualMonths) }

// SSO is what single sign-on of the product needs on the application.
type SSO struct {
	RedirectURIs bool `yaml:"redirectUris,omitempty" json:"redirectUris"`
	IDTokens     bool `yaml:"idTokens,omitempty" json:"idTokens"`
	AccessTokens bool `yaml:"accessTokens,omitempty" json:"accessTokens,omitempty"`
	// Platform is that of the redirect URIs, "" for PlatformWeb.
	Platform string `yaml:"platform,omitempty" json:"platform,omitempty"`
	// Patterns are the redirect URIs as the guide prints them, with blanks such
	// as <company>; <server> is the host of the booking server.
	Patterns []string `yaml:"patterns,omitempty" json:"patterns,omitempty"`
	// LoginButton is whether the product lets the button's text be chosen.
	LoginButton bool `yaml:"loginButton,omitempty" json:"loginButton"`
}

// Account is a service account that the product wants.
type Account struct {
	Purpose words.Key `yaml:"purpose" json:"purpose"`
	Role    words.Key `yaml:"role,omitempty" json:"role,omitempty"`
	Licence words.Key `yaml:"licence,omitempty" json:"licence,omitempty"`
	// FirstSignIn is what the account must sign in to once by itself, and why.
	FirstSignIn words.Key `yaml:"firstSignIn,omitempty" json:"firstSignIn,omitempty"`
	// SignInDays is after how many days its sign-in at the vendor ends, 0 for
	// not known.
	SignInDays int `yaml:"signInDays,omitempty" json:"signInDays,omitempty"`
	// Delegation is what the account needs in each room: "calendar" (a right on
	// the calendar folder), "delegate" (a resource delegate) or "full-access".
	Delegation string `yaml:"delegation,omitempty" json:"delegation,omitempty"`
}

// What a service account may need in a room.
const (
	// DelegateCalendar is a right on the calendar folder.
	DelegateCalendar = "calendar"
	// DelegateResource is that it is a resource delegate, who answers requests.
	DelegateResource = "delegate"
	// DelegateFull is Full Access to the mailbox.
	DelegateFull = "full-access"
)

// Setting is one parameter of Set-CalendarProcessing.
type Setting struct {
	Parameter string    `yaml:"parameter" json:"parameter"`
	Value     any       `yaml:"value" json:"value"`
	Reason    words.Key `yaml:"reason,omitempty" json:"reason,omitempty"`
	// Matches is the setting in the vendor's product that must have the same
	// value; the parameter then may have no value, and the administrator is asked.
	Matches string `yaml:"matches,omitempty" json:"matches,omitempty"`
}

// CardNumber says where a product reads the card number of a person.
type CardNumber struct {
	// Attribute is the vendor's word, for instance "Pager".
	Attribute string `yaml:"attribute" json:"attribute"`
	// Graph are the attributes that can be read through Graph instead:
	// "extensionAttribute1".."extensionAttribute15" or a directory extension;
	// empty when the vendor's attribute cannot be verified through Graph.
	Graph []string  `yaml:"graph,omitempty" json:"graph,omitempty"`
	Note  words.Key `yaml:"note,omitempty" json:"note,omitempty"`
}

// Field is one field of the vendor's form.
type Field struct {
	Label string `yaml:"label" json:"label"`
	// Value names what goes in: a path into the connection ("tenant.id",
	// "application.clientId", "singleSignOn.redirectUris", …) or "secret:client-secret".
	Value string `yaml:"value" json:"value"`
	// Words are the vendor's for values of the connection, such as 21Vianet for the
	// cloud china.
	Words []Word    `yaml:"words,omitempty" json:"words,omitempty"`
	Help  words.Key `yaml:"help,omitempty" json:"help,omitempty"`
	// Action marks an entry that is a button to press, not a field to fill.
	Action bool `yaml:"action,omitempty" json:"action,omitempty"`
}

// Word is what the vendor says for a value.
type Word struct {
	Value string `yaml:"value" json:"value"`
	Says  string `yaml:"says" json:"says"`
}

// Says is a value in the vendor's words, otherwise where there are none.
func (f Field) Says(value, otherwise string) string {
	if i := slices.IndexFunc(f.Words, func(w Word) bool { return w.Value == value }); i >= 0 {
		return f.Words[i].Says
	}
	return otherwise
}

// Asks reports whether the vendor's form wants a value of the connection.
func (p Product) Asks(value string) bool {
	return slices.ContainsFunc(p.Form, func(f Field) bool { return f.Value == value })
}

// ApplicationName is what a new application for the product is called.
func (p Product) ApplicationName() string { return cmp.Or(p.Application, p.Name+" room booking") }
