package main

import (
	"encoding/json"
	"fmt"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
)

// limit has the Exchange administrator limit the application to the rooms with
// RBAC for Applications, as the scoping script does.
func (b *bench) limit() error {
	a := b.sim.Account()
	for _, op := range []struct{ cmdlet, identity, parameters string }{
		{"New-ServicePrincipal", a.ClientID, fmt.Sprintf(`{"AppId":%q,"ObjectId":%q}`, a.ClientID, a.ServicePrincipalID)},
		{"New-ManagementScope", "Roomkey rooms", `{"Target":"rooms","Group":"","Organizers":"","Rooms":[]}`},
		{"New-ManagementRoleAssignment", "Roomkey calendars", fmt.Sprintf(`{"App":%q,"Role":"Application Calendars.ReadWrite","CustomResourceScope":"Roomkey rooms"}`, a.ServicePrincipalID)},
	} {
		if o := b.sim.Colleague().Do(op.cmdlet, op.identity, json.RawMessage(op.parameters)); o.Status == "failed" {
			return fmt.Errorf("%s: %s", op.cmdlet, o.Error)
		}
	}
	return nil
}

// scopedToRooms is a connection whose application is limited to rooms; the
// organizer's mailbox has to be out of reach.
func scopedToRooms(b *bench, c *connection.Connection) {
	c.Scope = connection.Scope{Kind: connection.ScopeRBAC, Target: "rooms", Outside: b.sim.Account().OrganizerUPN}
}

// limited are diagnosed on a tenant in which Exchange grants the calendars. The
// fault missing-role stands for the revoked tenant-wide grant.
var limited = []scenario{
	{area: "healthy", name: "limited by RBAC for Applications", faults: []string{"missing-role"}, change: scopedToRooms, verdict: check.Passed},
	{area: policy, name: "scope not in effect yet", faults: []string{"missing-role", "scope-pending"}, change: scopedToRooms,
		verdict: check.Failed, check: check.Roles, code: "scope.not-granted", remedy: "role assignment is enabled"},
	{area: policy, name: "the role assignment is disabled", faults: []string{"missing-role", "scope-disabled"}, change: scopedToRooms,
		verdict: check.Failed, check: check.Roles, code: "scope.not-granted", remedy: "role assignment is enabled"},
	{area: policy, name: "the scope matches nothing", faults: []string{"missing-role", "scope-empty"}, change: scopedToRooms,
		verdict: check.Failed, check: check.Roles, code: "scope.not-granted", remedy: "what its filter matches"},
	{area: policy, name: "limited, and another permission missing", faults: []string{"missing-role=Calendars.ReadWrite,Place.Read.All"}, change: scopedToRooms,
		verdict: check.Failed, check: check.Roles, code: "permission.missing", remedy: "API permissions: add Place.Read.All as application permissions"},
	{area: policy, name: "limited, and one room is refused", faults: []string{"missing-role", "calendar-denied={room0}"}, change: func(b *bench, c *connection.Connection) {
		scopedToRooms(b, c)
		c.Rooms = connection.Rooms{Mode: connection.Selected, Items: []string{b.room(1), b.room(0)}}
	}, verdict: check.Failed, check: check.RoomCalendars, code: "graph.ErrorAccessDenied", remedy: "role assignment is enabled"},
	{area: policy, name: "limited, and the list of rooms is denied", faults: []string{"missing-role", "answer=/places 403 ErrorAccessDenied Access is denied."}, change: scopedToRooms,
		verdict: check.Failed, check: check.RoomList, code: "graph.ErrorAccessDenied", remedy: "names no cause"},
	{area: policy, name: "a mailbox that the limit includes is to be out of reach", faults: []string{"missing-role"}, change: func(b *bench, c *connection.Connection) {
		scopedToRooms(b, c)
		c.Rooms, c.Scope.Outside = selected(b, 3), b.room(5)
	}, verdict: check.Failed, check: check.ScopeOutside, code: "scope.not-limited", remedy: "limits the application"},
	{area: policy, name: "tenant-wide grant beside a working scope", change: scopedToRooms,
		verdict: check.Warned, check: check.ScopeGrant, code: "scope.tenant-wide", remedy: "Revoke"},
}
