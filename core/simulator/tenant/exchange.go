package tenant

import (
	"slices"
	"strings"
	"time"
)

// ExchangeState is what Exchange Online knows beside mailboxes' contents.
type ExchangeState struct {
	Places map[string]object `json:"places,omitempty"` // Set-Place, by address
	// Spaces are the buildings, floors and sections; BuildingsOn is whether a
	// script switched them on where a fault has them off.
	Spaces      []*Space               `json:"spaces,omitempty"`
	BuildingsOn bool                   `json:"buildingsOn,omitempty"`
	Processing  map[string]*Processing `json:"processing,omitempty"`
	MadeRooms   []MadeRoom             `json:"rooms,omitempty"`
	Lists       []*Group               `json:"roomLists,omitempty"`
	Principals  []ExchangePrincipal    `json:"servicePrincipals,omitempty"`
	Scopes      []ManagementScope      `json:"managementScopes,omitempty"`
	Roles       []ManagementAssignment `json:"roleAssignments,omitempty"`
	Policies    []ApplicationPolicy    `json:"applicationAccessPolicies,omitempty"`
	EWSAllowed  []string               `json:"ewsAllowedAppIds,omitempty"`
	EWSEnabled  *bool                  `json:"ewsEnabled,omitempty"`
	SignIn      map[string]bool        `json:"signIn,omitempty"` // of room accounts, as somebody said
	Folders     map[string]string      `json:"calendarDefaultRights,omitempty"`
	// Delegates and FullAccess are who has which room mailbox, by "room user".
	Delegates  map[string]bool `json:"resourceDelegates,omitempty"`
	FullAccess map[string]bool `json:"fullAccess,omitempty"`
}

// Processing is a room's calendar processing; names and defaults are Exchange's
// for a room made after 2018.
type Processing struct {
	AutomateProcessing                   string
	AddOrganizerToSubject                bool
	DeleteSubject                        bool
	DeleteComments                       bool
	DeleteAttachments                    bool
	DeleteNonCalendarItems               bool
	RemovePrivateProperty                bool
	RemoveOldMeetingMessages             bool
	RemoveCanceledMeetings               bool
	RemoveForwardedMeetingNotifications  bool
	ProcessExternalMeetingMessages       bool
	AllowConflicts                       bool
	ConflictPercentageAllowed            int
	MaximumConflictInstances             int
	AllowRecurringMeetings               bool
	BookingWindowInDays                  int
	EnforceSchedulingHorizon             bool
	MaximumDurationInMinutes             int
	MinimumDurationInMinutes             int
	ScheduleOnlyDuringWorkHours          bool
	AddAdditionalResponse                bool
	AdditionalResponse                   string
	AddNewRequestsTentatively            bool
	TentativePendingApproval             bool
	AllBookInPolicy                      bool
	AllRequestInPolicy                   bool
	AllRequestOutOfPolicy                bool
	BookInPolicy                         []string
	RequestInPolicy                      []string
	RequestOutOfPolicy                   []string
	ResourceDelegates                    []string
	ForwardRequestsToDelegates           bool
	OrganizerInfo                        bool
	EnableResponseDetails                bool
	BookingType                          string
	EnableAutoRelease                    bool
	PostReservationMaxClaimTimeInMinutes int
	EnforceCapacity                      bool
}

// NewProcessing is the calendar processing of a new room.
func NewProcessing() *Processing {
	return &Processing{
		AutomateProcessing: "AutoAccept", AddOrganizerToSubject: true, DeleteSubject: true, DeleteComments: true, DeleteAttachments: true,
		DeleteNonCalendarItems: true, RemovePrivateProperty: true, RemoveOldMeetingMessages: true, AllowRecurringMeetings: true,
		BookingWindowInDays: 180, EnforceSchedulingHorizon: true, MaximumDurationInMinutes: 1440, AddNewRequestsTentatively: true,
		TentativePendingApproval: true, AllBookInPolicy: true, ForwardRequestsToDelegates: true, OrganizerInfo: true,
		EnableResponseDetails: true, BookingType: "Standard",
	}
}

// MadeRoom is a room mailbox that a script made.
type MadeRoom struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Capacity *int   `json:"capacity,omitempty"`
}

// Space is a building, a floor of one, or a section of a floor.
type Space struct {
	ID       string `json:"id"`
	Type     string `json:"type"` // building, floor or section
	Name     string `json:"name"`
	ParentID string `json:"parentId,omitempty"`
	Label    string `json:"label,omitempty"`
}

// Space is one by its id, nil for none.
func (e *ExchangeState) Space(id string) *Space {
	for _, s := range e.Spaces {
		if id != "" && strings.EqualFold(s.ID, id) {
			return s
		}
	}
	return nil
}

// parents are the types that may hold a place of a type.
var parents = map[string][]string{"building": {""}, "floor": {"building"}, "section": {"floor"}, "room": {"", "floor", "section"}}

// Fits is whether a place of a type may be in the space with an id, "" for none.
func (e *ExchangeState) Fits(kind, parent string) bool {
	in := ""
	if parent != "" {
		s := e.Space(parent)
		if s == nil {
			return false
		}
		in = s.Type
	}
	return slices.Contains(parents[kind], in)
}

// SetPlace changes properties of a place.
func (e *ExchangeState) SetPlace(address string, change object) {
	if e.Places == nil {
		e.Places = map[string]object{}
	}
	address = strings.ToLower(address)
	if e.Places[address] == nil {
		e.Places[address] = object{}
	}
	for k, v := range change {
		e.Places[address][k] = v
	}
}

// ExchangePrincipal is Exchange's pointer to an enterprise application.
type ExchangePrincipal struct {
	AppID       string `json:"appId"`
	ObjectID    string `json:"objectId"`
	DisplayName string `json:"displayName"`
}

// ManagementScope is what a role assignment is limited to: all rooms, the
// direct members of groups, the people of departments, mailboxes by address, what a
// filter finds, or several of these.
type ManagementScope struct {
	Name      string   `json:"name"`
	Filter    string   `json:"filter,omitempty"`
	AllRooms  bool     `json:"allRooms,omitempty"`
	Groups    []string `json:"groups,omitempty"`
	Mailboxes []string `json:"mailboxes,omitempty"`
	// Departments are those of people.
	Departments []string `json:"departments,omitempty"`
	// Mended is whether a script set the filter while the fault scope-empty was on.
	Mended bool `json:"mended,omitempty"`
}

// ManagementAssignment gives an application a role within a scope.
type ManagementAssignment struct {
	Name  string `json:"name"`
	AppID string `json:"appId"`
	Role  string `json:"role"`
	Scope string `json:"scope"` // "" for the whole organization
	// Permissions are those of a role that the organization made itself.
	Permissions string `json:"permissions,omitempty"`
	Disabled    bool   `json:"disabled,omitempty"`
	// Mended is whether a script enabled it while the fault scope-disabled was on.
	Mended bool      `json:"mended,omitempty"`
	Made   time.Time `json:"made"`
}

// ApplicationPolicy is an Application Access Policy, the older way.
type ApplicationPolicy struct {
	AppID    string `json:"appId"`
	Group    string `json:"group"`
	Restrict bool   `json:"restrict"` // RestrictAccess, else DenyAccess
}
