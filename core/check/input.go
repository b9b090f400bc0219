package check

import (
	"context"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/transport"
)

// Input is all that a diagnosis works on. Without what is optional, what it would
// have proven is skipped and listed as unproven; without the rest there is none.
type Input struct {
	Connection *connection.Connection
	Product    product.Product
	// Needs are the product's with the connection's options merged in.
	Needs       product.Needs `optional:"it needs nothing"`
	Cloud       cloud.Cloud
	Permissions Permissions
	// FieldProblems are what connection.Lint and connection.LintSecret found.
	FieldProblems []*problem.Problem `optional:"there are none"`

	// Discover asks the cloud for the tenant of the connection.
	Discover     func(context.Context) (cloud.Discovery, error)
	Network      Network
	Tokens       TokenSource
	Directory    Directory
	Calendars    Calendars
	Subscriber   Subscriber
	Registration Registration `optional:"nobody signed in"`
	// Exists looks a mailbox up with the administrator's sign-in.
	Exists func(ctx context.Context, mailbox string) (bool, error) `optional:"nobody signed in"`
	Server BookingServer                                           `optional:"it has no interface"`
	// Journal is written before anything is created in the tenant.
	Journal Journal
	// Proofs are what an interrupted run proved of rooms.
	Proofs Proofs `optional:"nothing is kept"`

	// KnownRooms come from another source than the application (the
	// administrator's sign-in, an Exchange result file, typing): used when the
	// product has no permission to list rooms.
	KnownRooms []tenant.Room `optional:"there are none"`
	// Places are the place ids that chosen rooms were last seen with, by address in
	// lower case.
	Places map[string]string `optional:"none were seen"`
	// ProvenRooms are the addresses of the rooms of the last whole test.
	ProvenRooms []string `optional:"there was none"`
	// Settings are what the calendar processing that was read back does to bookings,
	// by the room's address in lower case. A room that is not in it was not read; nil
	// when nothing was read back.
	Settings map[string]Processing `optional:"nothing was read back"`
	// SettingsAt is when they were read, zero if that is not known.
	SettingsAt time.Time `optional:"nothing was read back, or it has no date"`
	// Digest gives the connection's digest over the rooms that were looked at.
	Digest func(rooms []string) string `optional:"the run opens no gate"`
	// Room gets what was found of every room as it comes, one after another.
	Room func(RoomProof) `optional:"nobody listens"`
	// From names this computer and its address.
	From string `optional:"it has no name"`

	Options Options `optional:"the usual ones"`
}

// Options are what the administrator chose for one run.
type Options struct {
	// Only limits the run to these checks and what they depend on.
	Only []string
	// Quick adds what a registration has to give: sign-in, permissions and the
	// lists that the product asks for.
	Quick bool
	// AllowWrites is the explicit yes to everything that leaves a trace: the
	// test booking and the test subscription. Without it a test booking is only
	// planned.
	AllowWrites bool
	// NoSubscription leaves the test subscription out of what AllowWrites allows.
	NoSubscription bool
	// Organizer is the mailbox that invites TestRoom; both empty for no test
	// booking.
	Organizer, TestRoom string
	// TestRoomPolicy is what is known of the room's calendar processing.
	TestRoomPolicy *RoomPolicy
	// OutOfReach is a mailbox that the application must not reach, "" for the
	// connection's own.
	OutOfReach string
	// ScopeChanged is when the scope was last changed, zero when not known.
	ScopeChanged time.Time
	// LimitedBy is the script whose result says that it limits the application, ""
	// for none.
	LimitedBy string
	// BookingAt is the start that was agreed to, as PlanBooking gave it; zero
	// takes the first that is free.
	BookingAt time.Time
	// BookingWait is how long the room's answer is waited for, 0 means 2 min.
	BookingWait time.Duration
	// Now is the clock, nil means time.Now.
	Now func() time.Time
}

// Permissions is the permission catalogue.
type Permissions interface {
	Covers(held, wanted permission.Ref) bool
	Get(value string) (permission.Entry, bool)
}

// Network looks at the way to a host.
type Network interface {
	// Resolve gives the addresses of a host, asking this computer's resolver.
	Resolve(ctx context.Context, host string) ([]string, error)
	// Probe makes one GET without credentials. Its error is a problem of the
	// way (net.…); any answer of the other side, whatever its status, is none.
	Probe(ctx context.Context, url string) (transport.Evidence, error)
}

// TokenSource gives the booking application's own token, always a new one from
// Entra: roles are fixed when a token is issued.
type TokenSource interface {
	Fresh(ctx context.Context) (entra.Token, error)
}

// Directory reads the tenant's lists with the application's token. A page
// function may be called from the caller's goroutine only; the listing has what
// it got, too, and is the caller's own.
type Directory interface {
	Rooms(ctx context.Context, page func([]tenant.Room)) tenant.Listing[tenant.Room]
	RoomLists(ctx context.Context) tenant.Listing[tenant.RoomList]
	// RoomsOf lists the rooms of the room list with an address.
	RoomsOf(ctx context.Context, listAddress string) tenant.Listing[tenant.Room]
	People(ctx context.Context, cardNumberAttribute string, page func([]tenant.Person)) tenant.Listing[tenant.Person]
	Groups(ctx context.Context, page func([]tenant.Group)) tenant.Listing[tenant.Group]
	// Look finds whose address it is, without an id when no account has it.
	Look(ctx context.Context, address string) (tenant.Account, error)
	// Members lists the people who are direct members of a group, Inside the direct
	// members of every kind.
	Members(ctx context.Context, groupID, cardNumberAttribute string, page func([]tenant.Person)) tenant.Listing[tenant.Person]
	Inside(ctx context.Context, groupID string) tenant.Listing[tenant.Member]
}

// Calendars reads and, for the test booking only, writes calendars with the
// application's token.
type Calendars interface {
	CalendarView(ctx context.Context, mailbox string, from, to time.Time, top int) ([]tenant.Event, error)
	// Schedule asks from the organizer's mailbox when a room is busy, and for its
	// working hours.
	Schedule(ctx context.Context, organizer, room string, from, to time.Time) (tenant.Schedule, error)
	// Calendar gives the id of a mailbox's calendar and nobody's events.
	Calendar(ctx context.Context, mailbox string) (string, error)
	CreateEvent(ctx context.Context, mailbox string, e NewEvent) (tenant.Event, error)
	Event(ctx context.Context, mailbox, id string) (tenant.Event, error)
	CancelEvent(ctx context.Context, mailbox, id, comment string) error
	DeleteEvent(ctx context.Context, mailbox, id string) error
	// FindEvents finds the copies of a meeting in a mailbox.
	FindEvents(ctx context.Context, mailbox, iCalUID string) ([]tenant.Event, error)
}

// NewEvent is an invitation of one room.
type NewEvent struct {
	Subject, Body string
	Start, End    time.Time
	Room          string
	// TransactionID makes a repeated request create one event only.
	TransactionID string
}

// Subscriber creates and deletes change notifications with the application's
// token.
type Subscriber interface {
	Subscribe(ctx context.Context, s Subscription) (id string, err error)
	Unsubscribe(ctx context.Context, id string) error
}

// Subscription is what Microsoft is asked to send where.
type Subscription struct {
	Resource                      string
	NotificationURL, LifecycleURL string
	Expires                       time.Time
	ClientState                   string
}

// Registration reads the application's registration with the administrator's
// sign-in; nil when nobody signed in.
type Registration interface {
	Application(ctx context.Context, clientID string) (tenant.Application, error)
	ApplicationsNamed(ctx context.Context, displayName string) ([]tenant.Application, error)
	DeletedApplications(ctx context.Context) ([]tenant.Application, error)
	ServicePrincipal(ctx context.Context, appID string) (tenant.ServicePrincipal, error)
	AppRoleGrants(ctx context.Context, servicePrincipalID string) ([]tenant.AppRoleGrant, error)
	DelegatedGrants(ctx context.Context, servicePrincipalID string) ([]tenant.DelegatedGrant, error)
	// Assigned are those who are assigned to the enterprise application.
	Assigned(ctx context.Context, servicePrincipalID string) ([]tenant.AppRoleGrant, error)
}

// BookingServer is the booking server as its adapter speaks to it.
type BookingServer interface {
	// Describe needs no token.
	Describe(ctx context.Context) (ServerDescription, error)
	// Current needs the token; Stored is false when the server has nothing yet.
	Current(ctx context.Context) (ServerCurrent, error)
	// Status is the server's own view of whether its configuration works.
	Status(ctx context.Context) (ServerStatus, error)
}

// ServerDescription is what a booking server says of itself.
type ServerDescription struct {
	Product, Version string
	// Contract is the version of the contract that it speaks, "" for an adapter
	// without one.
	Contract string
	// ContractKnown is whether this build can speak it.
	ContractKnown                 bool
	RedirectURIs                  []string
	NotificationURL, LifecycleURL string
}

// ServerCurrent is what a booking server holds of a connection.
type ServerCurrent struct {
	Stored             bool
	TenantID, ClientID string
	CredentialExpires  time.Time
	// Digest is that of what it holds, StoredAt since when, as far as it says.
	Digest   string
	StoredAt time.Time
}

// States of a booking server's own view.
const (
	ServerWorks    = "works"
	ServerFails    = "fails"
	ServerUnproven = "unproven"
	// ServerNothing is for a server that holds no configuration yet.
	ServerNothing = "not-configured"
)

// ServerStatus is a booking server's own view. The zero value proves nothing.
type ServerStatus struct {
	// State is ServerWorks, ServerFails, ServerNothing or ServerUnproven.
	State string
	// Token and Room are whether it got a token and read a room itself.
	Token, Room bool
	// Code is the error code that it met ("AADSTS53003"), Message its words.
	Code, Message string
	// Digest is that of the configuration that it tried, "" when not said.
	Digest    string
	CheckedAt time.Time
	// Rooms is how many rooms it sees, -1 when it does not say.
	Rooms int
	// Silent is whether this kind of server never says that it works.
	Silent bool
	// Undated is whether it says that it works, and not when it tried.
	Undated bool
}

// RoomPolicy is what is known of a room's calendar processing.
type RoomPolicy struct {
	AutoAccept, HasDelegates, NeedsApproval bool
	// WindowDays is the booking window: 0 is today only, less is not known.
	WindowDays int
	// OnlyWorkHours is whether bookings outside the working hours are declined.
	OnlyWorkHours bool
	// MaxMinutes is the longest booking, 0 when there is no limit or not known.
	MaxMinutes int
}

// Proofs keep what an interrupted run proved of rooms.
type Proofs interface {
	Proven(room string) (RoomProof, bool)
	Keep(RoomProof) error
	// Forget drops everything: a run that looked at every room starts afresh.
	Forget() error
}
