package simulator

import (
	"net/http"
	"testing"
)

// TestRoomsAreChangedStrictly: the description of a room and the sign-in of its
// account take the permission, the role and the types that Graph asks for.
func TestRoomsAreChangedStrictly(t *testing.T) {
	c := start(t, Options{})
	a := c.Account()
	room := a.RoomAddress
	bearer := func(upn string, scopes ...string) string {
		t.Helper()
		token, err := c.UserToken(upn, scopes...)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	// A person's scopes add up, so the narrower come first.
	reads := bearer(a.AdminUPN, "Place.Read.All")
	places := bearer(a.AdminUPN, "Place.ReadWrite.All")
	accounts := bearer(a.AdminUPN, "User.EnableDisableAccount.All")
	lesser := bearer(a.LesserAdminUPN, "Place.ReadWrite.All", "User.EnableDisableAccount.All")
	for _, tt := range []struct {
		token, path, body string
		status            int
		code              string
	}{
		{places, "/places/" + room, `{"@odata.type":"#microsoft.graph.room","capacity":7,"tags":["quiet"]}`, 200, ""},
		{places, "/places/" + room, `{"capacity":7}`, 400, "Request_BadRequest"},
		{places, "/places/" + room, `{"@odata.type":"#microsoft.graph.room","capacity":"seven"}`, 400, "BadRequest"},
		{places, "/places/" + room, `{"@odata.type":"#microsoft.graph.room","seats":7}`, 400, "Request_BadRequest"},
		{places, "/places/" + room, `{"@odata.type":"#microsoft.graph.room","tags":null}`, 400, "Request_BadRequest"},
		{places, "/places/" + room, `{"@odata.type":"#microsoft.graph.building"}`, 400, "Request_BadRequest"},
		{places, "/places/nowhere@" + a.Domain, `{"@odata.type":"#microsoft.graph.room","capacity":7}`, 404, "ErrorItemNotFound"},
		{accounts, "/users/" + room, `{"accountEnabled":true}`, 204, ""},
		{accounts, "/users/" + room, `{"accountEnabled":"yes"}`, 400, "BadRequest"},
		{accounts, "/users/" + room, `{"displayName":"Another"}`, 400, "Request_BadRequest"},
		{accounts, "/users/nowhere@" + a.Domain, `{"accountEnabled":true}`, 404, "Request_ResourceNotFound"},
		// Neither another permission nor another role is enough.
		{reads, "/places/" + room, `{"@odata.type":"#microsoft.graph.room","capacity":8}`, 403, "Forbidden"},
		{places, "/users/" + room, `{"accountEnabled":false}`, 403, "Authorization_RequestDenied"},
		{lesser, "/places/" + room, `{"@odata.type":"#microsoft.graph.room","capacity":8}`, 403, "Authorization_RequestDenied"},
		{lesser, "/users/" + room, `{"accountEnabled":false}`, 403, "Authorization_RequestDenied"},
	} {
		c.want(c.do(http.MethodPatch, c.Cloud().Graph+"/v1.0"+tt.path, "application/json", tt.body, "Authorization", "Bearer "+tt.token), tt.status, tt.code)
	}
}
