package graph

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

	placeAdmins = []string{tenant.GlobalAdministrator, tenant.ExchangeAdministrator}
)

var placeRoutes = []route{
	{pattern: "GET /places", allow: placeRead, serve: func(*call) (reply, error) {
		return reply{}, microsoft.Refuse(http.StatusNotAcceptable, "UnknownError", "The list of places needs a type: /places/microsoft.graph.room.")
	}},
	{pattern: "GET /places/microsoft.graph.room", allow: placeRead, serve: (*call).rooms},
	{pattern: "GET /places/microsoft.graph.roomList", allow: placeRead, serve: (*call).roomLists},
	{pattern: "GET /places/microsoft.graph.room/$count", allow: placeRead, serve: func(c *call) (reply, error) { return c.countOf(c.roomCollection()) }},
	{pattern: "GET /places/microsoft.graph.building", allow: placeRead, serve: func(c *call) (reply, error) { return c.spaces("building") }},
	{pattern: "GET /places/microsoft.graph.floor", allow: placeRead, serve: func(c *call) (reply, error) { return c.spaces("floor") }},
	{pattern: "GET /places/microsoft.graph.section", allow: placeRead, serve: func(c *call) (reply, error) { return c.spaces("section") }},
	{pattern: "GET /places/{}", allow: placeRead, serve: (*call).place},
	{pattern: "GET /places/{}/microsoft.graph.room", allow: placeRead, serve: (*call).place},
	{pattern: "GET /places/{}/microsoft.graph.roomList", allow: placeRead, serve: (*call).place},
	{pattern: "GET /places/{}/microsoft.graph.roomList/rooms", allow: placeRead, serve: (*call).roomsOfList},
	{pattern: "GET /places/{}/rooms", allow: placeRead, serve: (*call).roomsOfList},
	{pattern: "PATCH /places/{}", allow: placeWrite, admin: placeAdmins, serve: (*call).patchPlace},
	{pattern: "POST /places", allow: placeWrite, admin: placeAdmins, serve: (*call).createSpace},
	{pattern: "DELETE /places/{}", allow: placeWrite, admin: placeAdmins, serve: (*call).deleteSpace},
}

var (
	roomProperties = strings.Fields("id placeId displayName emailAddress nickname label capacity building floorNumber floorLabel bookingType audioDeviceName videoDeviceName displayDeviceName isWheelChairAccessible tags teamsEnabledState address geoCoordinates phone parentId")
	listProperties = strings.Fields("id placeId displayName emailAddress address geoCoordinates phone isWheelChairAccessible label tags parentId")
)

func (c *call) roomCollection() collection {
	made := c.g.State.Exchange.MadeRooms
	return collection{
		context: "places/microsoft.graph.room", n: c.g.Directory.Rooms + len(made), known: roomProperties, top: 100, maxTop: 1 << 20, skip: true,
		sparse: c.g.Has(fault.RoomHidden) || c.g.Has(fault.Workspace),
		at: func(i int) object {
			if i >= c.g.Directory.Rooms {
				if m := made[i-c.g.Directory.Rooms]; c.g.Replicated(m.ID) {
					return c.g.MadeRoomObject(m)
				}
				return nil
			}
			if c.g.RoomHidden(c.g.Directory.Room(i).Email) {
				return nil
			}
			return bare(c.g.RoomObject(i))
		},
	}
}

// bare drops the type, which Graph leaves out in lists of one type.
func bare(o object) object {
	delete(o, "@odata.type")
	return o
}

func (c *call) noPlaces() error {
	if c.g.Has(fault.NoPlaces) {
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

func (g *Graph) listObject(b int) object {
	d := g.Directory
	name := "Rooms " + d.Building(b)
	if g.Has(fault.HostileNames) {
		name = tenant.Hostile(b)
	}
	return object{
		"id": d.ID(tenant.KindRoomList, b), "placeId": d.ID(tenant.KindPlace, tenant.MaxRooms+b), "displayName": name, "emailAddress": d.ListEmail(b), "address": nil, "geoCoordinates": nil,
		"phone": "", "isWheelChairAccessible": false, "label": nil, "tags": []string{}, "parentId": nil,
	}
}

func (c *call) roomLists() (reply, error) {
	if err := c.noPlaces(); err != nil {
		return reply{}, err
	}
	made := c.g.State.Exchange.Lists
	n := c.g.Directory.Buildings()
	return c.list(collection{
		context: "places/microsoft.graph.roomList", n: n + len(made), known: listProperties, top: 100, maxTop: 1 << 20, skip: true,
		at: func(i int) object {
			if i >= n {
				return object{"id": made[i-n].ID, "displayName": made[i-n].Name, "emailAddress": made[i-n].Email, "address": nil, "geoCoordinates": nil, "phone": "", "tags": []string{}}
			}
			if c.g.ListStruck(fault.RoomListGone, i) {
				return nil
			}
			return c.g.listObject(i)
		},
	})
}

// roomsOfList is by the list's address; by its id, Graph does not find it.
func (c *call) roomsOfList() (reply, error) {
	if err := c.noPlaces(); err != nil {
		return reply{}, err
	}
	d := c.g.Directory
	if b, ok := d.FindList(c.vars[0]); ok && strings.Contains(c.vars[0], "@") && !c.g.ListStruck(fault.RoomListGone, b) {
		from, n := b*d.PerBuilding, min(d.PerBuilding, d.Rooms-b*d.PerBuilding)
		if c.g.ListStruck(fault.RoomListEmpty, b) {
			n = 0
		}
		return c.list(collection{
			context: "places('" + c.vars[0] + "')/microsoft.graph.roomList/rooms", n: n, known: roomProperties, top: 100, maxTop: 1 << 20, skip: true,
			sparse: c.g.Has(fault.RoomHidden) || c.g.Has(fault.Workspace),
			at: func(i int) object {
				if c.g.RoomHidden(d.Room(from + i).Email) {
					return nil
				}
				return bare(c.g.RoomObject(from + i))
			},
		})
	}
	for _, g := range c.g.State.Exchange.Lists {
		if strings.EqualFold(g.Email, c.vars[0]) {
			return c.list(collection{
				context: "places/microsoft.graph.roomList/rooms", n: len(g.Members), known: roomProperties, top: 100, maxTop: 1 << 20, skip: true,
				at: func(i int) object {
					if n, ok := d.FindRoom(g.Members[i]); ok {
						return bare(c.g.RoomObject(n))
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
	if i, ok := c.g.FindRoom(c.vars[0]); ok {
		o := c.g.RoomObject(i)
		if c.g.RoomStruck(fault.Workspace, c.g.Directory.Room(i).Email) {
			o["@odata.type"] = "#microsoft.graph.workspace"
		}
		return c.entity("places", o, roomProperties)
	}
	if b, ok := c.g.Directory.FindList(c.vars[0]); ok && !c.g.ListStruck(fault.RoomListGone, b) {
		o := c.g.listObject(b)
		o["@odata.type"] = "#microsoft.graph.roomList"
		return c.entity("places", o, listProperties)
	}
	for _, m := range c.g.State.Exchange.MadeRooms {
		if strings.EqualFold(m.Email, c.vars[0]) {
			return c.entity("places", c.g.MadeRoomObject(m), roomProperties)
		}
	}
	if sp := c.space(c.vars[0]); sp != nil {
		return c.entity("places", spaceObject(sp), spaceProperties)
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
	ParentID               *string   `json:"parentId,omitempty"`
}

func (c *call) patchPlace() (reply, error) {
	address, found := c.g.RoomOf(c.vars[0])
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
	switch strings.TrimPrefix(p.Type, "#") {
	case "microsoft.graph.room", "microsoft.graph.workspace":
	case "":
		return reply{}, microsoft.BadRequest("The property '@odata.type' is required to change a place.")
	default:
		return reply{}, microsoft.BadRequest("The type of the place cannot be changed.")
	}
	change := object{}
	if err := strict(data, &change); err != nil {
		return reply{}, err
	}
	delete(change, "@odata.type")
	if tags, named := change["tags"]; named && tags == nil {
		return reply{}, microsoft.BadRequest("The property 'tags' does not take null.")
	}
	if p.ParentID != nil && (c.buildingsOff() || !c.g.State.Exchange.Fits("room", *p.ParentID)) {
		return reply{}, microsoft.BadRequest("The parent of a room must be a floor or a section.")
	}
	c.g.State.Exchange.SetPlace(address, change)
	c.vars[0] = address
	return c.place()
}
