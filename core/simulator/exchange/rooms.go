package exchange

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// MailboxAddress is the address of a mailbox that is in the cloud.
func (x *Exchange) MailboxAddress(key string) (string, error) {
	address := ""
	if i, ok := x.Directory.FindPerson(key); ok {
		address = x.Directory.UPN(i)
	} else if i, ok := x.FindRoom(key); ok {
		address = x.Directory.Room(i).Email
	} else if at := slices.IndexFunc(x.State.Exchange.MadeRooms, func(m tenant.MadeRoom) bool { return m.ID == key || strings.EqualFold(m.Email, key) }); at >= 0 {
		address = strings.ToLower(x.State.Exchange.MadeRooms[at].Email)
	}
	if address == "" || x.RoomGone(address) {
		return "", microsoft.Refuse(http.StatusNotFound, "ErrorInvalidUser", "The requested user '"+key+"' is invalid.")
	}
	if arg, on := x.Fault(fault.CalendarOnPremises); on && fault.Hits(cmp.Or(arg, x.Directory.Room(0).Email), address, false) {
		return "", microsoft.Refuse(http.StatusNotFound, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise.")
	}
	return address, nil
}

// NameOf is what a mailbox is called.
func (x *Exchange) NameOf(address string) string {
	hostile := x.Has(fault.HostileNames)
	if i, ok := x.Directory.FindPerson(address); ok {
		if p := x.Directory.Person(i); !hostile || i <= tenant.OrganizerUser {
			return p.First + " " + p.Last
		}
		return tenant.Hostile(i)
	}
	if i, ok := x.Directory.FindRoom(address); ok {
		if hostile {
			return tenant.Hostile(i)
		}
		return x.Directory.Room(i).Name
	}
	for _, m := range x.State.Exchange.MadeRooms {
		if strings.EqualFold(m.Email, address) {
			return m.Name
		}
	}
	return address
}

// processingOf is a room's settings; nil for a mailbox that is not a room.
func (x *Exchange) processingOf(address string) *tenant.Processing {
	address = strings.ToLower(address)
	if p := x.State.Exchange.Processing[address]; p != nil {
		return p
	}
	if !x.isRoom(address) {
		return nil
	}
	return x.misset(address, tenant.NewProcessing())
}

// MadeRoomObject is a room that a script made as Graph shows it.
func (x *Exchange) MadeRoomObject(m tenant.MadeRoom) object {
	o := object{
		"id": m.ID, "placeId": m.ID, "displayName": m.Name, "emailAddress": m.Email, "nickname": m.Name, "label": nil, "capacity": nil,
		"building": nil, "floorNumber": nil, "floorLabel": nil, "bookingType": "standard", "audioDeviceName": nil, "videoDeviceName": nil,
		"displayDeviceName": nil, "isWheelChairAccessible": false, "tags": []string{}, "address": nil, "geoCoordinates": nil, "phone": "", "parentId": nil,
	}
	if m.Capacity != nil {
		o["capacity"] = *m.Capacity
	}
	for k, v := range x.State.Exchange.Places[strings.ToLower(m.Email)] {
		o[k] = v
	}
	return o
}

// RoomOf is the address of a room that exists, by address or id.
func (x *Exchange) RoomOf(key string) (string, bool) {
	if i, ok := x.Directory.FindRoom(key); ok {
		address := x.Directory.Room(i).Email
		return address, !x.RoomGone(address)
	}
	for _, m := range x.State.Exchange.MadeRooms {
		if m.ID == key || strings.EqualFold(m.Email, key) {
			return m.Email, true
		}
	}
	return "", false
}

// isRoom reports whether an address is a room mailbox that exists.
func (x *Exchange) isRoom(address string) bool {
	_, ok := x.RoomOf(address)
	return ok
}

// RoomObject is a room as Graph shows it. What nobody typed is null, "" or [],
// as in a real tenant.
func (x *Exchange) RoomObject(i int) object {
	d := x.Directory
	r := d.Room(i)
	h := tenant.Mix(d.Seed ^ uint64(i)<<16)
	o := object{
		"@odata.type": "#microsoft.graph.room",
		"id":          d.ID(tenant.KindRoom, i), "placeId": d.ID(tenant.KindPlace, i), "displayName": r.Name, "emailAddress": r.Email, "nickname": r.Name,
		"label": nil, "capacity": nil, "building": r.BuildingName, "floorNumber": r.Floor, "floorLabel": nil, "bookingType": "standard",
		"audioDeviceName": nil, "videoDeviceName": nil, "displayDeviceName": nil, "isWheelChairAccessible": h%4 != 0, "tags": []string{},
		"address": nil, "geoCoordinates": nil, "phone": "", "parentId": nil,
	}
	if r.Capacity > 0 {
		o["capacity"] = r.Capacity
	}
	if h%3 == 0 {
		o["videoDeviceName"], o["audioDeviceName"], o["tags"] = "Teams Rooms", "Ceiling microphones", []string{"video"}
	}
	if h%5 == 0 {
		o["building"], o["floorNumber"] = nil, nil
	}
	if h%7 == 0 && o["floorNumber"] != nil {
		o["floorLabel"] = fmt.Sprintf("L%d", r.Floor)
	}
	if x.Has(fault.HostileNames) {
		o["displayName"] = tenant.Hostile(i)
		o["building"], o["label"], o["tags"] = tenant.Hostile(i+3), tenant.Hostile(i+5), []string{tenant.Hostile(i + 7)}
	}
	for k, v := range x.State.Exchange.Places[r.Email] {
		o[k] = v
	}
	x.Move(i, o)
	return o
}
