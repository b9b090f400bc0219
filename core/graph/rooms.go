package graph

import (
	"context"
	"encoding/json"
	"strings"

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
// new ones appear within two days). each gets each page's new rooms as it
// comes and may be nil. In a cloud without /places the listing's problem is
// tenant.CodePlacesNotInCloud.
func (c *Client) Rooms(ctx context.Context, each func([]tenant.Room)) tenant.Listing[tenant.Room] {
	return read(ctx, c, walk[*roomAnswer, tenant.Room]{
		what: "GET /places/microsoft.graph.room", size: placesPage, skips: true, noun: (*roomAnswer).room, key: roomKey, id: roomID, next: linked[roomAnswer](c),
		page: func(ctx context.Context, skip, size int32) (*page[*roomAnswer], error) {
			return plain[roomAnswer](ctx, c)(c.places().GraphRoom().ToGetRequestInformation(ctx, &places.GraphRoomRequestBuilderGetRequestConfiguration{
				QueryParameters: &places.GraphRoomRequestBuilderGetQueryParameters{Top: &size, Skip: skipped(skip), Count: pointer(true)}}))
		},
	}, each)
}

// RoomLists lists the room lists.
func (c *Client) RoomLists(ctx context.Context) tenant.Listing[tenant.RoomList] {
	return read(ctx, c, walk[*roomListAnswer, tenant.RoomList]{
		what: "GET /places/microsoft.graph.roomList", size: placesPage, skips: true, next: linked[roomListAnswer](c),
		noun: func(m *roomListAnswer) (tenant.RoomList, bool) { return m.RoomList, true },
		key:  func(l tenant.RoomList) string { return strings.ToLower(l.EmailAddress) },
		page: func(ctx context.Context, skip, size int32) (*page[*roomListAnswer], error) {
			return plain[roomListAnswer](ctx, c)(c.places().GraphRoomList().ToGetRequestInformation(ctx, &places.GraphRoomListRequestBuilderGetRequestConfiguration{
				QueryParameters: &places.GraphRoomListRequestBuilderGetQueryParameters{Top: &size, Skip: skipped(skip), Count: pointer(true)}}))
		},
	}, nil)
}

// RoomsOf lists the rooms of one room list, which Graph knows by its e-mail
// address and not by its id.
func (c *Client) RoomsOf(ctx context.Context, listEmail string) tenant.Listing[tenant.Room] {
	all := c.places().ByPlaceId(listEmail).GraphRoomList().Rooms()
	return read(ctx, c, walk[*roomAnswer, tenant.Room]{
		what: "GET /places/" + listEmail + "/microsoft.graph.roomList/rooms", size: placesPage, skips: true, key: roomKey, id: roomID, next: linked[roomAnswer](c),
		noun: func(m *roomAnswer) (tenant.Room, bool) {
			r, ok := m.room()
			r.Lists = []string{listEmail}
			return r, ok
		},
		page: func(ctx context.Context, skip, size int32) (*page[*roomAnswer], error) {
			return plain[roomAnswer](ctx, c)(all.ToGetRequestInformation(ctx, &places.ItemGraphRoomListRoomsRequestBuilderGetRequestConfiguration{
				QueryParameters: &places.ItemGraphRoomListRoomsRequestBuilderGetQueryParameters{Top: &size, Skip: skipped(skip), Count: pointer(true)}}))
		},
	}, nil)
}

func skipped(n int32) *int32 {
	if n == 0 {
		return nil
	}
	return &n
}

func roomKey(r tenant.Room) string { return strings.ToLower(r.EmailAddress) }

func roomID(r tenant.Room) string { return r.ID }

// roomAnswer is a room as Graph sends one.
type roomAnswer struct {
	tenant.Room
	// Lists hides the noun's: Graph has no such property.
	Lists json.RawMessage `json:"lists"`
}

// room is the noun. Microsoft's description allows a room without an address, which
// nobody can invite.
func (m *roomAnswer) room() (tenant.Room, bool) { return m.Room, true }

// roomListAnswer is a room list as Graph sends one.
type roomListAnswer struct{ tenant.RoomList }
