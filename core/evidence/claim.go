// Package evidence remembers what was proven of a connection, claim by claim:
// what proved or disproved it, when, on what it rests, and what makes it void.
// It is pure: it asks nobody and stores nothing. Its rule: a warning or a
// failure stays until the same thing was tried again and passed; trying less
// never turns anything green.
package evidence

import (
	"slices"

	"github.com/roomkey/roomkey/core/words"
)

// Claim is one thing that can be proven of a connection.
type Claim string

// The claims. Their values are stable: they are stored and are in the JSON.
const (
	Fields        Claim = "fields"
	Network       Claim = "network"
	SignIn        Claim = "sign-in"
	Permissions   Claim = "permissions"
	Rooms         Claim = "rooms"
	People        Claim = "people"
	Groups        Claim = "groups"
	Calendars     Claim = "calendars"
	Booking       Claim = "booking"
	Scope         Claim = "scope"
	SingleSignOn  Claim = "single-sign-on"
	Notifications Claim = "notifications"
	// Retirement is that nothing is in use which Microsoft withdraws.
	Retirement Claim = "retirement"
	// Server is that the booking server answers and takes our token.
	Server Claim = "server"
	// RoomSettings is that the chosen rooms process invitations as the product
	// needs.
	RoomSettings Claim = "room-settings"
	// Account is that the service account which signs in at the vendor is there,
	// and Delegation that it may open the chosen rooms.
	Account    Claim = "service-account"
	Delegation Claim = "delegation"
	// HandedOver is that the booking server has this configuration.
	HandedOver Claim = "handed-over"
	// ServerWorks is that the booking server itself reaches the tenant.
	ServerWorks Claim = "server-works"
)

// Part is something that evidence rests on. When it changes, the evidence is
// void.
type Part string

// The parts of a connection.
const (
	Application   Part = "application"
	Credential    Part = "credential"
	Product       Part = "product"
	ChosenRooms   Part = "rooms"
	ChosenPeople  Part = "people"
	ExchangeLimit Part = "exchange-limit"
	Addresses     Part = "notification-urls"
	Redirects     Part = "redirect-uris"
	BookingServer Part = "server"
	ServiceUser   Part = "service-account"
)

// Basis is the digest of each part, at the time that something was seen. A part
// that is not in it could not be told.
type Basis map[Part]string

// Of is the basis of a claim: of all parts, those that it rests on.
func (b Basis) Of(c Claim) Basis {
	if b == nil {
		return nil
	}
	own := Basis{}
	for _, p := range c.info().rests {
		if digest, known := b[p]; known {
			own[p] = digest
		}
	}
	return own
}

// part is how a part is spoken of.
type part struct {
	id      Part
	name    words.Text
	changed words.Text
}

var parts = []part{
	{Application, words.T("the application"), words.T("The application or the tenant has changed since.")},
	{Credential, words.T("the credential"), words.T("The credential has changed since.")},
	{Product, words.T("the product"), words.T("The product or its options have changed since.")},
	{ChosenRooms, words.T("the chosen rooms"), words.T("The chosen rooms have changed since.")},
	{ChosenPeople, words.T("the chosen people"), words.T("The choice of people has changed since.")},
	{ExchangeLimit, words.T("the Exchange limit"), words.T("The Exchange limit has changed since.")},
	{Addresses, words.T("the notification URLs"), words.T("The notification URLs have changed since.")},
	{Redirects, words.T("the redirect URIs"), words.T("The redirect URIs have changed since.")},
	{ServiceUser, words.T("the service account"), words.T("The service account has changed since.")},
	{BookingServer, words.T("the booking server"), words.T("The settings of the booking server have changed since.")},
}

func (p Part) info() part {
	if i := slices.IndexFunc(parts, func(known part) bool { return known.id == p }); i >= 0 {
		return parts[i]
	}
	return part{id: p, name: words.Plain(string(p))}
}

// claim is what is known of a claim before anything was seen.
type claim struct {
	id Claim
	// title is the claim as a sentence; name and inner are its subject at the
	// beginning and within a sentence.
	title, name, inner words.Text
	plural             bool
	// quiet claims are in the headline only when something is wrong with them.
	quiet bool
	// reads is whether it is one of the claims that are "reading" together.
	reads bool
	rests []Part
}

// claims is every claim in the order in which they are shown: what the others
// need comes first.
var claims = []claim{
	{id: Fields, title: words.T("The settings are complete"), name: words.T("The settings"), inner: words.T("the settings"), plural: true, quiet: true,
		rests: []Part{Application, Product, BookingServer, Addresses, Redirects, ChosenRooms, ChosenPeople}},
	{id: Network, title: words.T("Microsoft can be reached from this computer"), name: words.T("Network access"), inner: words.T("network access"), quiet: true,
		rests: []Part{Application}},
	{id: SignIn, title: words.T("The application can sign in"), name: words.T("Sign-in"), inner: words.T("sign-in"),
		rests: []Part{Application, Credential}},
	{id: Permissions, title: words.T("The application has its permissions"), name: words.T("The permissions"), inner: words.T("the permissions"), plural: true, quiet: true,
		rests: []Part{Application, Product, ExchangeLimit}},
	{id: Rooms, title: words.T("Rooms can be listed"), name: words.T("Listing rooms"), inner: words.T("listing rooms"), reads: true,
		rests: []Part{Application, Product, ChosenRooms}},
	{id: People, title: words.T("People can be listed"), name: words.T("Listing people"), inner: words.T("listing people"), reads: true,
		rests: []Part{Application, Product, ChosenPeople}},
	{id: Groups, title: words.T("Groups can be listed"), name: words.T("Listing groups"), inner: words.T("listing groups"), reads: true,
		rests: []Part{Application, Product, ChosenPeople}},
	{id: Calendars, title: words.T("The calendars of the chosen rooms can be read"), name: words.T("Reading calendars"), inner: words.T("reading calendars"), reads: true,
		rests: []Part{Application, Product, ChosenRooms, ExchangeLimit}},
	{id: Booking, title: words.T("Rooms can be booked"), name: words.T("Booking"), inner: words.T("booking"),
		rests: []Part{Application, Product, ChosenRooms, ExchangeLimit}},
	{id: Scope, title: words.T("The Exchange limit is in effect"), name: words.T("The Exchange limit"), inner: words.T("the Exchange limit"),
		rests: []Part{Application, ChosenRooms, ExchangeLimit}},
	{id: SingleSignOn, title: words.T("People can sign in to the booking server"), name: words.T("Single sign-on"), inner: words.T("single sign-on"),
		rests: []Part{Application, Product, Redirects}},
	{id: Notifications, title: words.T("Change notifications arrive"), name: words.T("Change notifications"), inner: words.T("change notifications"), plural: true,
		rests: []Part{Application, Product, Addresses}},
	{id: Retirement, title: words.T("No feature in use is being retired"), name: words.T("The use of current features"), inner: words.T("the use of current features"), quiet: true,
		rests: []Part{Application, ExchangeLimit}},
	{id: Server, title: words.T("The booking server accepts Roomkey"), name: words.T("The connection to the booking server"), inner: words.T("the connection to the booking server"), quiet: true,
		rests: []Part{BookingServer}},
	{id: RoomSettings, title: words.T("The chosen rooms are set up in Exchange"), name: words.T("The room settings"), inner: words.T("the room settings"), plural: true, quiet: true,
		rests: []Part{ChosenRooms}},
	{id: Account, title: words.T("The service account is ready"), name: words.T("The service account"), inner: words.T("the service account"), quiet: true,
		rests: []Part{Application, Product, ServiceUser}},
	{id: Delegation, title: words.T("The service account can open the chosen rooms"), name: words.T("Delegation of the rooms"), inner: words.T("delegation of the rooms"), quiet: true,
		rests: []Part{Application, ChosenRooms, ServiceUser}},
	{id: HandedOver, title: words.T("The booking server has this configuration"), name: words.T("The handover"), inner: words.T("the handover"), quiet: true,
		rests: []Part{Application, Credential, Product, ChosenRooms, ChosenPeople, BookingServer}},
	{id: ServerWorks, title: words.T("The booking server itself reaches the tenant"), name: words.T("The booking server's own access"), inner: words.T("the booking server's own access"),
		rests: []Part{Application, Credential, Product, ChosenRooms, BookingServer}},
}

// Claims are all claims in the order in which they are shown.
func Claims() []Claim {
	all := make([]Claim, len(claims))
	for i, c := range claims {
		all[i] = c.id
	}
	return all
}

func (c Claim) info() claim {
	if i := slices.IndexFunc(claims, func(known claim) bool { return known.id == c }); i >= 0 {
		return claims[i]
	}
	return claim{id: c}
}
