package graph

import (
	"context"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/places"

	"github.com/roomkey/roomkey/core/tenant"
)

// placesPage is the page size that /places is known to honour; it is also its
// default.
const placesPage = 100

func (c *Client) places() *places.PlacesRequestBuilder {
	return places.NewPlacesRequestBuilderInternal(c.parameters, c.adapter)
}

// Rooms lists the room mailboxes that Graph shows (hidden ones are not shown,
// new ones appear within two days). page gets each page's new rooms as it
// comes and may be nil. In a cloud without /places the listing's problem is
// tenant.CodePlacesNotInCloud.
func (c *Client) Rooms(ctx context.Context, page func([]tenant.Room)) tenant.Listing[tenant.Room] {
	all := c.places().GraphRoom()
	return read(ctx, c, walk[models.Roomable, tenant.Room]{
		what: "GET /places/microsoft.graph.room", skips: true, noun: room, key: roomKey,
		page: func(ctx context.Context, skip int32) (response[models.Roomable], error) {
			return some(all.Get(ctx, &places.GraphRoomRequestBuilderGetRequestConfiguration{
				QueryParameters: &places.GraphRoomRequestBuilderGetQueryParameters{
					Top: pointer(int32(placesPage)), Skip: skipped(skip), Count: pointer(true)}}))
		},
		next: func(ctx context.Context, link string) (response[models.Roomable], error) {
			return some(all.WithUrl(link).Get(ctx, nil))
		},
	}, page)
}

// RoomLists lists the room lists.
func (c *Client) RoomLists(ctx context.Context) tenant.Listing[tenant.RoomList] {
	all := c.places().GraphRoomList()
	return read(ctx, c, walk[models.RoomListable, tenant.RoomList]{
		what: "GET /places/microsoft.graph.roomList", skips: true,
		noun: func(m models.RoomListable) (tenant.RoomList, bool) {
			return tenant.RoomList{ID: text(m.GetId()), DisplayName: text(m.GetDisplayName()), EmailAddress: text(m.GetEmailAddress())}, true
		},
		key: func(l tenant.RoomList) string { return strings.ToLower(l.EmailAddress) },
		page: func(ctx context.Context, skip int32) (response[models.RoomListable], error) {
			return some(all.Get(ctx, &places.GraphRoomListRequestBuilderGetRequestConfiguration{
				QueryParameters: &places.GraphRoomListRequestBuilderGetQueryParameters{
					Top: pointer(int32(placesPage)), Skip: skipped(skip), Count: pointer(true)}}))
		},
		next: func(ctx context.Context, link string) (response[models.RoomListable], error) {
			return some(all.WithUrl(link).Get(ctx, nil))
		},
	}, nil)
}

// RoomsOf lists the rooms of one room list, which Graph knows by its e-mail
// address and not by its id.
func (c *Client) RoomsOf(ctx context.Context, listEmail string) tenant.Listing[tenant.Room] {
	all := c.places().ByPlaceId(listEmail).GraphRoomList().Rooms()
	return read(ctx, c, walk[models.Roomable, tenant.Room]{
		what: "GET /places/" + listEmail + "/microsoft.graph.roomList/rooms", skips: true, key: roomKey,
		noun: func(m models.Roomable) (tenant.Room, bool) {
			r, ok := room(m)
			r.Lists = []string{listEmail}
			return r, ok
		},
		page: func(ctx context.Context, skip int32) (response[models.Roomable], error) {
			return some(all.Get(ctx, &places.ItemGraphRoomListRoomsRequestBuilderGetRequestConfiguration{
				QueryParameters: &places.ItemGraphRoomListRoomsRequestBuilderGetQueryParameters{
					Top: pointer(int32(placesPage)), Skip: skipped(skip), Count: pointer(true)}}))
		},
		next: func(ctx context.Context, link string) (response[models.Roomable], error) {
			return some(all.WithUrl(link).Get(ctx, nil))
		},
	}, nil)
}

func skipped(n int32) *int32 {
	if n == 0 {
		return nil
	}
	return &n
}

// some keeps a nil answer of the SDK nil when it becomes a response.
func some[M any, R response[M]](r R, err error) (response[M], error) {
	if err != nil || isNil(r) {
		return nil, err
	}
	return r, nil
}

func roomKey(r tenant.Room) string { return strings.ToLower(r.EmailAddress) }

func room(m models.Roomable) (tenant.Room, bool) {
	r := tenant.Room{
		ID: text(m.GetId()), DisplayName: text(m.GetDisplayName()), EmailAddress: text(m.GetEmailAddress()),
		Capacity: number(m.GetCapacity()), Building: text(m.GetBuilding()), FloorNumber: number(m.GetFloorNumber()),
		FloorLabel: text(m.GetFloorLabel()), Label: text(m.GetLabel()), Phone: text(m.GetPhone()), Tags: m.GetTags(),
		Accessible: m.GetIsWheelChairAccessible(), Audio: text(m.GetAudioDeviceName()), Video: text(m.GetVideoDeviceName()),
		Display: text(m.GetDisplayDeviceName()),
	}
	if b := m.GetBookingType(); b != nil {
		r.BookingType = b.String()
	}
	// Microsoft's description allows a room without an address, which nobody can
	// invite; only one without an id as well is no room.
	return r, r.EmailAddress != "" || r.ID == ""
}
