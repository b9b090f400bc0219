package check

import (
	"context"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
)

// TestWhatAnAddressIs explains a chosen address that is not in the list of rooms.
func TestWhatAnAddressIs(t *testing.T) {
	on, off := true, false
	const address = "other@contoso.example"
	for _, tt := range []struct {
		name    string
		account tenant.Account
		err     error
		code    string
		says    string
	}{
		{"old address", tenant.Account{ID: "1", Mail: "room1@contoso.example", Enabled: &off}, notFound(), "rooms.old-address", "room1@contoso.example"},
		{"workspace", tenant.Account{ID: "1", Mail: address, Enabled: &off, Place: "workspace"}, nil, "rooms.workspace", "workspace"},
		{"guest", tenant.Account{ID: "1", Mail: address, UserType: "Guest", Enabled: &on}, notFound(), "rooms.other-tenant", "guest"},
		{"person", tenant.Account{ID: "1", Mail: address, Enabled: &on}, nil, "rooms.not-a-room", "sign in"},
		{"hidden room", tenant.Account{ID: "1", Mail: address, Enabled: &off, Place: "room"}, nil, "rooms.not-a-room", "not in the tenant's list"},
		{"hidden from address lists", tenant.Account{ID: "1", Mail: address, Enabled: &off, InAddressList: &off}, nil, "rooms.hidden", "hidden"},
		{"hidden person", tenant.Account{ID: "1", Mail: address, Enabled: &on, InAddressList: &off}, nil, "rooms.not-a-room", "sign in"},
		{"Microsoft 365 group", tenant.Account{Recipient: "microsoft365"}, notFound(), "rooms.not-a-room", "is a Microsoft 365 group"},
		{"distribution list", tenant.Account{Recipient: "distribution"}, notFound(), "rooms.not-a-room", "is a distribution list"},
		{"mail-enabled security group", tenant.Account{Recipient: "mailSecurity"}, notFound(), "rooms.not-a-room", "is a mail-enabled security group"},
		{"mail contact", tenant.Account{Recipient: "contact"}, notFound(), "rooms.other-tenant", "is a mail contact"},
		{"nobody of this tenant's domains", tenant.Account{}, notFound(), "rooms.other-tenant", "fabrikam.example"},
		{"nobody", tenant.Account{}, notFound(), "graph.ErrorItemNotFound", "Not found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := healthy(2)
			address := address
			if strings.HasSuffix(tt.says, ".example") && tt.account.ID == "" {
				address = "room1@" + tt.says
			}
			w.in.Connection.Rooms = connection.Rooms{Mode: connection.Selected, Items: []string{address}}
			w.in.Directory.(directory).world.accounts = map[string]tenant.Account{address: tt.account}
			w.in.Calendars.(*calendars).calendar = func(string) error { return tt.err }
			f, _ := w.run(t).Finding(RoomCalendars)
			if problem.CodeOf(f.err()).String() != tt.code || f.Problem != nil && !strings.Contains(f.Problem.Title.String(), tt.says) {
				t.Errorf("%s %v", f.Status, f.err())
			}
		})
	}
}

// TestTestBookingIsOfARoom sends nothing to an address that is no room, and names
// an organizer without a mailbox.
func TestTestBookingIsOfARoom(t *testing.T) {
	on := true
	w, m, _ := writing()
	w.in.Options.TestRoom = "person@contoso.example"
	w.in.Directory.(directory).world.accounts = map[string]tenant.Account{"person@contoso.example": {ID: "1", Mail: "person@contoso.example", Enabled: &on}}
	f, _ := w.run(t).Finding(TestBooking)
	if f.Status != Fail || problem.CodeOf(f.err()).String() != "rooms.not-a-room" || len(w.in.Calendars.(*calendars).made) > 0 {
		t.Errorf("%s %v, %v", f.Status, f.err(), m.states())
	}
	w, _, _ = writing()
	w.in.Calendars.(*calendars).refuse = map[string]error{"create": notFound()}
	if f, _ := w.run(t).Finding(TestBooking); problem.CodeOf(f.err()).String() != "booking.organizer-without-mailbox" || !strings.Contains(f.Problem.Title.String(), "anna@contoso.example") {
		t.Errorf("%s %v", f.Status, f.err())
	}
	if got := ofOrganizer("anna", context.Canceled); problem.CodeOf(got) != problem.CodeCancelled {
		t.Error(got)
	}
}
