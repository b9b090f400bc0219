package tenant

import (
	"cmp"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// RoomHidden reports whether a room is hidden from address lists: its mailbox
// works, and Graph's places do not have it.
func (t *Tenant) RoomHidden(address string) bool {
	return t.RoomStruck(fault.RoomHidden, address) || t.RoomStruck(fault.Workspace, address)
}

// FindRoom takes an id, a place id or the address that the room has now.
func (t *Tenant) FindRoom(key string) (int, bool) {
	if i, ok := t.Directory.FindRoom(key); ok {
		return i, !t.roomMoved(i) || !strings.Contains(key, "@")
	}
	i, ok := t.Directory.FindRoom(strings.TrimPrefix(strings.ToLower(key), newAddress))
	return i, ok && t.roomMoved(i)
}

// newAddress is what the address of a room that has moved begins with.
const newAddress = "new-"

func (t *Tenant) roomMoved(i int) bool {
	return t.RoomStruck(fault.RoomMoved, t.Directory.Room(i).Email)
}

// Move gives the object of a room that has moved what it has now.
func (t *Tenant) Move(i int, o object) {
	if t.roomMoved(i) {
		o["id"], o["displayName"] = t.Directory.ID(KindOther, 700_000+i), "New "+t.Directory.Room(i).Name
		o["emailAddress"] = newAddress + t.Directory.Room(i).Email
	}
}

// RoomStruck is whether a fault is on for a room, the first if it names none.
func (t *Tenant) RoomStruck(name, address string) bool {
	arg, on := t.Fault(name)
	return on && fault.Hits(cmp.Or(arg, t.Directory.Room(0).Email), address, false)
}

// RoomGone reports whether a room is listed although its mailbox is no more.
func (t *Tenant) RoomGone(address string) bool {
	return t.RoomStruck(fault.RoomGone, address)
}

// strikePerson does to a person what the faults say.
func (t *Tenant) strikePerson(i int, o object) {
	if t.personStruck(fault.PeopleDisabled, i) {
		o["accountEnabled"] = false
	}
	if t.personStruck(fault.PeopleWithoutMail, i) {
		o["mail"], o["proxyAddresses"] = nil, []string{}
	}
	if i == OrganizerUser+1 && t.Has(fault.SharedCardNumber) {
		o["onPremisesExtensionAttributes"] = t.UserObject(OrganizerUser)["onPremisesExtensionAttributes"]
	}
	if i == OrganizerUser+1 && t.Has(fault.SharedMail) {
		o["mail"] = t.UserObject(OrganizerUser)["mail"]
	}
}

// personStruck reports whether a fault names a person, or a group with the
// person in it.
func (t *Tenant) personStruck(name string, i int) bool {
	arg, on := t.Fault(name)
	return on && (fault.Hits(arg, t.Directory.UPN(i), true) || slices.ContainsFunc(strings.Split(arg, ","), func(key string) bool {
		group, made, found := t.FindGroup(strings.TrimSpace(key))
		return found && made == nil && t.InGroup(group, i)
	}))
}

// GroupStruck reports whether a fault names a seeded group.
func (t *Tenant) GroupStruck(name string, i int) bool {
	arg, on := t.Fault(name)
	if !on {
		return false
	}
	if arg == "" {
		return i == GroupBookers
	}
	return strings.EqualFold(arg, t.Directory.ID(KindGroup, i)) || strings.EqualFold(arg, groupName(i))
}

// RoomSignsIn reports whether the account of a room may sign in: as somebody said,
// or else as the fault has it.
func (t *Tenant) RoomSignsIn(address string) bool {
	if said, is := t.State.Exchange.SignIn[address]; is {
		return said
	}
	arg, on := t.Fault(fault.RoomSignIn)
	return on && fault.Hits(arg, address, true)
}

// ListStruck reports whether a fault names a seeded room list.
func (t *Tenant) ListStruck(name string, b int) bool {
	arg, on := t.Fault(name)
	return on && (arg == "" && b == 0 || strings.EqualFold(arg, t.Directory.ListEmail(b)))
}
