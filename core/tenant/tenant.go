// Package tenant holds the nouns of a Microsoft 365 tenant that every other
// package speaks in. It makes no calls.
package tenant

import (
	"time"

	"github.com/roomkey/roomkey/core/problem"
)

// Room is a room mailbox as Graph's places or an Exchange export describe it.
// Only EmailAddress is certain to be set.
type Room struct {
	ID string `json:"id,omitempty"`
	// PlaceID stays with the room when its id, name or address changes.
	PlaceID      string   `json:"placeId,omitempty"`
	DisplayName  string   `json:"displayName"`
	EmailAddress string   `json:"emailAddress"`
	Capacity     *int     `json:"capacity,omitempty"`
	Building     string   `json:"building,omitempty"`
	FloorNumber  *int     `json:"floorNumber,omitempty"`
	FloorLabel   string   `json:"floorLabel,omitempty"`
	Label        string   `json:"label,omitempty"`
	Phone        string   `json:"phone,omitempty"`
	BookingType  string   `json:"bookingType,omitempty"`
	Tags         []string `json:"tags,omitempty"`
	Accessible   *bool    `json:"isWheelChairAccessible,omitempty"`
	Audio        string   `json:"audioDeviceName,omitempty"`
	Video        string   `json:"videoDeviceName,omitempty"`
	Display      string   `json:"displayDeviceName,omitempty"`
	// ParentID is the id of the floor or section that it is in, "" for none.
	ParentID string `json:"parentId,omitempty"`
	// Hidden is whether Exchange hides it from address lists, nil where only Graph
	// was asked, which does not list such rooms.
	Hidden *bool `json:"hiddenFromAddressLists,omitempty"`
	// Lists are the addresses of the room lists that the room was seen in.
	Lists []string `json:"lists,omitempty"`
}

// Seated is whether it is known how many people the room seats.
func (r Room) Seated() bool { return r.Capacity != nil && *r.Capacity > 0 }

// Addresses are those of the rooms, in their order.
func Addresses(rooms []Room) []string {
	out := make([]string, len(rooms))
	for i, r := range rooms {
		out[i] = r.EmailAddress
	}
	return out
}

// Place is a room by itself.
type Place struct {
	Room
	// Type is Graph's, such as "room" or "workspace".
	Type string
}

// Space is a building, a floor of one, or a section of a floor.
type Space struct {
	ID   string `json:"id"`
	Name string `json:"displayName"`
	// Kind is "building", "floor" or "section".
	Kind     string `json:"-"`
	ParentID string `json:"parentId,omitempty"`
}

// RoomList groups rooms, usually those of one building.
type RoomList struct {
	ID           string `json:"id,omitempty"`
	DisplayName  string `json:"displayName"`
	EmailAddress string `json:"emailAddress"`
}

// Person is a user object.
type Person struct {
	ID                string `json:"id"`
	DisplayName       string `json:"displayName"`
	UserPrincipalName string `json:"userPrincipalName"`
	Mail              string `json:"mail,omitempty"`
	Department        string `json:"department,omitempty"`
	// Enabled is nil when the permission at hand does not show it.
	Enabled  *bool  `json:"accountEnabled,omitempty"`
	UserType string `json:"userType,omitempty"`
	// CardNumber is the value of the attribute that the connection names, ""
	// when none is named or the user has none.
	CardNumber string `json:"cardNumber,omitempty"`
}

// Account is what a look at one address finds; without an id when no account of
// the tenant has it.
type Account struct {
	ID                string `json:"id"`
	DisplayName       string `json:"displayName,omitempty"`
	UserPrincipalName string `json:"userPrincipalName"`
	// Mail is the address that is in use; others may still lead to the account.
	Mail     string `json:"mail,omitempty"`
	UserType string `json:"userType,omitempty"`
	// Enabled is nil when the permission at hand does not show it.
	Enabled *bool `json:"accountEnabled,omitempty"`
	// InAddressList is nil when Graph does not say.
	InAddressList *bool `json:"showInAddressList,omitempty"`
	// Licences are what the account is licensed for, Synced whether it comes from
	// a local Active Directory; empty unless they were asked for.
	Licences []struct{} `json:"assignedLicenses,omitempty"`
	Synced   bool       `json:"onPremisesSyncEnabled,omitempty"`
	// Place is Graph's type of the place, such as "workspace", "" for none.
	Place string `json:"-"`
	// Recipient is what has the address where no account does: the kind of a Group,
	// "contact", or "" for neither.
	Recipient string `json:"-"`
}

// NewUser is an account that is to be made.
type NewUser struct{ Address, DisplayName, Nickname string }

// AppScope is a management scope of Exchange: the recipients that a filter finds.
type AppScope struct{ ID, Name, Filter string }

// ExchangeAssignment is a management role of Exchange that an enterprise application
// holds within a scope, "" for one that is not limited by a scope of this kind.
type ExchangeAssignment struct{ ID, PrincipalID, RoleID, ScopeID string }

// Group is a group of people.
type Group struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	Mail        string `json:"mail,omitempty"`
	Description string `json:"description,omitempty"`
	// Kind is "microsoft365", "security", "mailSecurity" or "distribution".
	Kind string `json:"kind,omitempty"`
}

// Organization is the tenant itself.
type Organization struct {
	ID            string   `json:"id"`
	DisplayName   string   `json:"displayName"`
	DefaultDomain string   `json:"defaultDomain,omitempty"`
	Domains       []string `json:"domains,omitempty"`
}

// Event is what Roomkey reads of a calendar entry.
type Event struct {
	ID        string    `json:"id"`
	Subject   string    `json:"subject,omitempty"`
	Body      string    `json:"body,omitempty"`
	Organizer string    `json:"organizer,omitempty"`
	Start     time.Time `json:"start"`
	End       time.Time `json:"end"`
	// Private is whether sensitivity is private.
	Private bool `json:"private,omitempty"`
	// Response is the room's answer as its attendee entry has it: "none",
	// "accepted", "tentativelyAccepted", "declined" or "notResponded".
	Response  string `json:"response,omitempty"`
	Cancelled bool   `json:"cancelled,omitempty"`
	ICalUID   string `json:"iCalUId,omitempty"`
}

// Source says where a list came from; every list that is shown names it.
type Source string

// The sources of a list.
const (
	// SourceApplication is the booking application's own token: what the
	// booking server will see.
	SourceApplication Source = "application"
	// SourceAdministrator is the administrator's sign-in.
	SourceAdministrator Source = "administrator"
	// SourceExchange is a result file of a script run in Exchange.
	SourceExchange Source = "exchange"
	// SourceFile is a CSV file, SourceTyped the administrator's typing.
	SourceFile  Source = "file"
	SourceTyped Source = "typed"
)

// Member is a direct member of a group: a person, a group, or something else, such
// as a contact, a device or an enterprise application.
type Member struct {
	ID            string `json:"id"`
	Person, Group bool
}

// Listing is a list with its provenance. A list that ended early keeps what
// came and says so: Complete is false and Problem is set.
type Listing[T any] struct {
	Items []T `json:"items"`
	// LeftOut are entries that came and are of no use: rooms without an address, or
	// with that of another.
	LeftOut  []T              `json:"leftOut,omitempty"`
	Source   Source           `json:"source"`
	Complete bool             `json:"complete"`
	Problem  *problem.Problem `json:"problem,omitempty"`
	At       time.Time        `json:"at"`
}
