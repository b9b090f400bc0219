package simulator

import (
	"net/http"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

var (
	placeRead  = []string{"Place.Read.All", "Place.ReadWrite.All"}
	placeWrite = []string{"Place.ReadWrite.All"}
)

var placeRoutes = []route{
	{pattern: "GET /places", allow: placeRead, serve: func(*call) (reply, error) {
		return reply{}, microsoft.Refuse(http.StatusNotAcceptable, "UnknownError", "The list of places needs a type: /places/microsoft.graph.room.")
	}},
	{pattern: "GET /places/microsoft.graph.room", allow: placeRead, serve: (*call).rooms},
	{pattern: "GET /places/microsoft.graph.roomList", allow: placeRead, serve: (*call).roomLists},
	{pattern: "GET /places/microsoft.graph.room/$count", allow: placeRead, serve: func(c *call) (reply, error) { return c.countOf(c.roomCollection()) }},
	{pattern: "GET /places/{}", allow: placeRead, serve: (*call).place},
	{pattern: "GET /places/{}/microsoft.graph.room", allow: placeRead, serve: (*call).place},
	{pattern: "GET /places/{}/microsoft.graph.roomList", allow: placeRead, serve: (*call).place},
	{pattern: "GET /places/{}/microsoft.graph.roomList/rooms", allow: placeRead, serve: (*call).roomsOfList},
	{pattern: "GET /places/{}/rooms", allow: placeRead, serve: (*call).roomsOfList},
	{pattern: "PATCH /places/{}", allow: placeWrite, serve: (*call).patchPlace},
}

var (
	roomProperties = strings.Fields("id placeId displayName emailAddress nickname label capacity building floorNumber floorLabel bookingType audioDeviceName videoDeviceName displayDeviceName isWheelChairAccessible tags teamsEnabledState address geoCoordinates phone parentId")
	listProperties = strings.Fields("id placeId displayName emailAddress address geoCoordinates phone isWheelChairAccessible label tags parentId")
)

// roomObject is a room as Graph shows it. What nobody typed is null, "" or [],
// as in a real tenant.
func (s *Simulator) roomObject(i int) object {
	d := s.directory
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
	if h%7 == 0 {
		o["label"], o["floorLabel"] = "Ground floor", "G"
	}
	if s.Has(fault.HostileNames) {
		o["displayName"] = tenant.Hostile(i)
		o["building"], o["label"], o["tags"] = tenant.Hostile(i+3), tenant.Hostile(i+5), []string{tenant.Hostile(i + 7)}
	}
	for k, v := range s.state.Exchange.Places[r.Email] {
		o[k] = v
	}
	return o
}

func (c *call) roomCollection() collection {
	made := c.s.state.Exchange.rooms()
	return collection{
		context: "places/microsoft.graph.room", n: c.s.directory.Rooms + len(made), known: roomProperties, top: 100, maxTop: 1 << 20, skip: true,
		sparse: c.s.Has(fault.RoomHidden) || c.s.Has(fault.Workspace),
		at: func(i int) object {
			if i >= c.s.directory.Rooms {
				if m := made[i-c.s.directory.Rooms]; c.s.replicated(m.ID) {
					return c.s.madeRoomObject(m)
				}
				return nil
			}
			if c.s.unlisted(c.s.directory.Room(i).Email) {
				return nil
			}
			return bare(c.s.roomObject(i))
		},
	}
}

// bare drops the type, which Graph leaves out in lists of one type.
func bare(o object) object {
	delete(o, "@odata.type")
	return o
}

func (c *call) noPlaces() error {
	if c.s.Has(fault.NoPlaces) {
		return microsoft.NoSegment("places")
	}
	return nil
}

func (c *call) rooms() (reply, error) {
	if err := c.noPlaces(); err != nil {
		return reply{}, err
	}
	return c.list(c.roomCollection())
}

func (s *Simulator) listObject(b int) object {
	d := s.directory
	name := "Rooms " + d.Building(b)
	if s.Has(fault.HostileNames) {
		name = tenant.Hostile(b)
	}
	return object{
		"id": d.ID(tenant.KindRoomList, b), "placeId": d.ID(tenant.KindPlace, MaxRooms+b), "displayName": name, "emailAddress": d.ListEmail(b), "address": nil, "geoCoordinates": nil,
		"phone": "", "isWheelChairAccessible": false, "label": nil, "tags": []string{}, "parentId": nil,
	}
}

func (c *call) roomLists() (reply, error) {
	if err := c.noPlaces(); err != nil {
		return reply{}, err
	}
	made := c.s.state.Exchange.roomLists()
	n := c.s.directory.Buildings()
	return c.list(collection{
		context: "places/microsoft.graph.roomList", n: n + len(made), known: listProperties, top: 100, maxTop: 1 << 20, skip: true,
		at: func(i int) object {
			if i >= n {
				return object{"id": made[i-n].ID, "displayName": made[i-n].Name, "emailAddress": made[i-n].Email, "address": nil, "geoCoordinates": nil, "phone": "", "tags": []string{}}
			}
			if c.s.listStruck(fault.RoomListGone, i) {
				return nil
			}
			return c.s.listObject(i)
		},
	})
}

// listStruck reports whether a fault names a seeded room list.
func (s *Simulator) listStruck(name string, b int) bool {
	arg, on := s.Fault(name)
	return on && (arg == "" && b == 0 || strings.EqualFold(arg, s.directory.ListEmail(b)))
}

// roomsOfList is by the list's address; by its id, Graph does not find it.
func (c *call) roomsOfList() (reply, error) {
	if err := c.noPlaces(); err != nil {
		return reply{}, err
	}
	d := c.s.directory
	if b, ok := d.FindList(c.vars[0]); ok && strings.Contains(c.vars[0], "@") && !c.s.listStruck(fault.RoomListGone, b) {
		from, n := b*d.PerBuilding, min(d.PerBuilding, d.Rooms-b*d.PerBuilding)
		if c.s.listStruck(fault.RoomListEmpty, b) {
			n = 0
		}
		return c.list(collection{
			context: "places('" + c.vars[0] + "')/microsoft.graph.roomList/rooms", n: n, known: roomProperties, top: 100, maxTop: 1 << 20, skip: true,
			at: func(i int) object {
				if c.s.unlisted(d.Room(from + i).Email) {
					return nil
				}
				return bare(c.s.roomObject(from + i))
			},
		})
	}
	for _, g := range c.s.state.Exchange.roomLists() {
		if strings.EqualFold(g.Email, c.vars[0]) {
			return c.list(collection{
				context: "places/microsoft.graph.roomList/rooms", n: len(g.Members), known: roomProperties, top: 100, maxTop: 1 << 20, skip: true,
				at: func(i int) object {
					if n, ok := d.FindRoom(g.Members[i]); ok {
						return bare(c.s.roomObject(n))
					}
					return nil
				},
			})
		}
	}
	return reply{}, notAPlace(c.vars[0])
}

func notAPlace(id string) error {
	return microsoft.Refuse(http.StatusNotFound, "ErrorItemNotFound", "The place '"+id+"' was not found.")
}

func (c *call) place() (reply, error) {
	if err := c.noPlaces(); err != nil {
		return reply{}, err
	}
	if i, ok := c.s.directory.FindRoom(c.vars[0]); ok {
		o := c.s.roomObject(i)
		if c.s.struckRoom(fault.Workspace, c.s.directory.Room(i).Email) {
			o["@odata.type"] = "#microsoft.graph.workspace"
		}
		return c.entity("places", o, roomProperties)
	}
	if b, ok := c.s.directory.FindList(c.vars[0]); ok && !c.s.listStruck(fault.RoomListGone, b) {
		o := c.s.listObject(b)
		o["@odata.type"] = "#microsoft.graph.roomList"
		return c.entity("places", o, listProperties)
	}
	for _, m := range c.s.state.Exchange.rooms() {
		if strings.EqualFold(m.Email, c.vars[0]) {
			return c.entity("places", c.s.madeRoomObject(m), roomProperties)
		}
	}
	return reply{}, notAPlace(c.vars[0])
}

// placePatch is what PATCH /places may change.
type placePatch struct {
	Type                   string    `json:"@odata.type"`
	Nickname               *string   `json:"nickname,omitempty"`
	Label                  *string   `json:"label,omitempty"`
	Capacity               *int      `json:"capacity,omitempty"`
	Building               *string   `json:"building,omitempty"`
	FloorNumber            *int      `json:"floorNumber,omitempty"`
	FloorLabel             *string   `json:"floorLabel,omitempty"`
	AudioDeviceName        *string   `json:"audioDeviceName,omitempty"`
	VideoDeviceName        *string   `json:"videoDeviceName,omitempty"`
	DisplayDeviceName      *string   `json:"displayDeviceName,omitempty"`
	IsWheelChairAccessible *bool     `json:"isWheelChairAccessible,omitempty"`
	Tags                   *[]string `json:"tags,omitempty"`
	Phone                  *string   `json:"phone,omitempty"`
}

func (c *call) patchPlace() (reply, error) {
	i, found := c.s.directory.FindRoom(c.vars[0])
	if !found {
		return reply{}, notAPlace(c.vars[0])
	}
	data, err := c.raw()
	if err != nil {
		return reply{}, err
	}
	var p placePatch
	if err := strict(data, &p); err != nil {
		return reply{}, err
	}
	if p.Type == "" {
		return reply{}, microsoft.BadRequest("The property '@odata.type' is required to change a place.")
	}
	change := object{}
	if err := strict(data, &change); err != nil {
		return reply{}, err
	}
	delete(change, "@odata.type")
	c.s.state.Exchange.setPlace(c.s.directory.Room(i).Email, change)
	return c.entity("places", c.s.roomObject(i), roomProperties)
}
