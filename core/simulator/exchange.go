package simulator

import (
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// exchangeState is what Exchange Online knows beside mailboxes' contents.
type exchangeState struct {
	Places     map[string]object      `json:"places,omitempty"` // Set-Place, by address
	Processing map[string]*processing `json:"processing,omitempty"`
	MadeRooms  []madeRoom             `json:"rooms,omitempty"`
	Lists      []*madeGroup           `json:"roomLists,omitempty"`
	Principals []exchangePrincipal    `json:"servicePrincipals,omitempty"`
	Scopes     []managementScope      `json:"managementScopes,omitempty"`
	Roles      []managementAssignment `json:"roleAssignments,omitempty"`
	Policies   []applicationPolicy    `json:"applicationAccessPolicies,omitempty"`
	EWSAllowed []string               `json:"ewsAllowedAppIds,omitempty"`
	EWSEnabled *bool                  `json:"ewsEnabled,omitempty"`
	SignIn     map[string]bool        `json:"signIn,omitempty"` // room accounts that were allowed to sign in
	Folders    map[string]string      `json:"calendarDefaultRights,omitempty"`
}

// processing is a room's calendar processing; names and defaults are Exchange's
// for a room made after 2018.
type processing struct {
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

func newProcessing() *processing {
	return &processing{
		AutomateProcessing: "AutoAccept", AddOrganizerToSubject: true, DeleteSubject: true, DeleteComments: true, DeleteAttachments: true,
		DeleteNonCalendarItems: true, RemovePrivateProperty: true, RemoveOldMeetingMessages: true, AllowRecurringMeetings: true,
		BookingWindowInDays: 180, EnforceSchedulingHorizon: true, MaximumDurationInMinutes: 1440, AddNewRequestsTentatively: true,
		TentativePendingApproval: true, AllBookInPolicy: true, ForwardRequestsToDelegates: true, OrganizerInfo: true,
		EnableResponseDetails: true, BookingType: "Standard",
	}
}

// processingOf is a room's settings; nil for a mailbox that is not a room.
func (s *Simulator) processingOf(address string) *processing {
	address = strings.ToLower(address)
	if p := s.state.Exchange.Processing[address]; p != nil {
		return p
	}
	if !s.isRoom(address) {
		return nil
	}
	return newProcessing()
}

// madeRoom is a room mailbox that a script made.
type madeRoom struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Capacity *int   `json:"capacity,omitempty"`
}

func (e *exchangeState) rooms() []madeRoom       { return e.MadeRooms }
func (e *exchangeState) roomLists() []*madeGroup { return e.Lists }

func (e *exchangeState) setPlace(address string, change object) {
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

func (s *Simulator) madeRoomObject(m madeRoom) object {
	o := object{
		"id": m.ID, "placeId": m.ID, "displayName": m.Name, "emailAddress": m.Email, "nickname": m.Name, "label": nil, "capacity": nil,
		"building": nil, "floorNumber": nil, "floorLabel": nil, "bookingType": "standard", "audioDeviceName": nil, "videoDeviceName": nil,
		"displayDeviceName": nil, "isWheelChairAccessible": false, "tags": []string{}, "address": nil, "geoCoordinates": nil, "phone": "", "parentId": nil,
	}
	if m.Capacity != nil {
		o["capacity"] = *m.Capacity
	}
	for k, v := range s.state.Exchange.Places[strings.ToLower(m.Email)] {
		o[k] = v
	}
	return o
}

// isRoom reports whether an address is a room mailbox that exists.
func (s *Simulator) isRoom(address string) bool {
	if _, ok := s.directory.FindRoom(address); ok {
		return !s.gone(address)
	}
	return slices.ContainsFunc(s.state.Exchange.MadeRooms, func(m madeRoom) bool { return strings.EqualFold(m.Email, address) })
}

// unlisted reports whether a room is hidden from address lists: its mailbox
// works, and Graph's places do not have it.
func (s *Simulator) unlisted(address string) bool {
	return s.struckRoom(fault.RoomHidden, address) || s.struckRoom(fault.Workspace, address)
}

// struckRoom is whether a fault is on for a room, the first if it names none.
func (s *Simulator) struckRoom(name, address string) bool {
	arg, on := s.Fault(name)
	return on && fault.Hits(orDefault(arg, s.directory.Room(0).Email), address, false)
}

// gone reports whether a room is listed although its mailbox is no more.
func (s *Simulator) gone(address string) bool {
	return s.struckRoom(fault.RoomGone, address)
}

// exchangePrincipal is Exchange's pointer to an enterprise application.
type exchangePrincipal struct {
	AppID       string `json:"appId"`
	ObjectID    string `json:"objectId"`
	DisplayName string `json:"displayName"`
}

// managementScope is what a role assignment is limited to: all rooms, the
// direct members of groups, mailboxes by address, or several of these.
type managementScope struct {
	Name      string   `json:"name"`
	AllRooms  bool     `json:"allRooms,omitempty"`
	Groups    []string `json:"groups,omitempty"`
	Mailboxes []string `json:"mailboxes,omitempty"`
}

// managementAssignment gives an application a role within a scope.
type managementAssignment struct {
	Name  string    `json:"name"`
	AppID string    `json:"appId"`
	Role  string    `json:"role"`
	Scope string    `json:"scope"` // "" for the whole organization
	Made  time.Time `json:"made"`
}

// applicationPolicy is an Application Access Policy, the older way.
type applicationPolicy struct {
	AppID    string `json:"appId"`
	Group    string `json:"group"`
	Restrict bool   `json:"restrict"` // RestrictAccess, else DenyAccess
}

// contains reports whether a mailbox is within a scope. Only direct members of
// a group count.
func (s *Simulator) contains(sc managementScope, address string) bool {
	return sc.AllRooms && s.isRoom(address) ||
		slices.ContainsFunc(sc.Mailboxes, func(m string) bool { return strings.EqualFold(m, address) }) ||
		slices.ContainsFunc(sc.Groups, func(g string) bool { return s.isMember(g, address) })
}

func (s *Simulator) isMember(group, address string) bool {
	i, made, found := s.findGroup(group)
	if !found {
		return false
	}
	if made != nil {
		return slices.ContainsFunc(made.Members, func(m string) bool { return strings.EqualFold(m, address) })
	}
	user, ok := s.directory.FindPerson(address)
	return ok && i != groupDepartments && s.inGroup(i, user)
}

// scopedRole reports whether RBAC for Applications lets an application into a
// mailbox with one of the roles.
func (s *Simulator) scopedRole(appID, address string, roles ...string) bool {
	e := &s.state.Exchange
	wait, pending := s.Fault(fault.ScopePending)
	return slices.ContainsFunc(e.Roles, func(a managementAssignment) bool {
		waits := pending && s.now().Before(a.Made.Add(fault.Duration(wait, 30*time.Minute)))
		return strings.EqualFold(a.AppID, appID) && slices.Contains(roles, a.Role) && !waits && s.reaches(a, address)
	})
}

// reaches reports whether a mailbox is within a role assignment.
func (s *Simulator) reaches(a managementAssignment, address string) bool {
	return a.Scope == "" || slices.ContainsFunc(s.state.Exchange.Scopes, func(sc managementScope) bool {
		return strings.EqualFold(sc.Name, a.Scope) && s.contains(sc, address)
	})
}

// policyDenies reports whether an Application Access Policy keeps an
// application out of a mailbox that Entra's grant would let it into.
func (s *Simulator) policyDenies(appID, address string) bool {
	for _, p := range s.state.Exchange.Policies {
		if strings.EqualFold(p.AppID, appID) && p.Restrict != s.isMember(p.Group, address) {
			return true
		}
	}
	return false
}
