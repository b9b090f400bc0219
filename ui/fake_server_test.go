package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/export"
	"github.com/roomkey/roomkey/core/handover"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Rooms is a list.
func (b *fakeCore) Rooms(_ context.Context, emit func([]tenant.Room)) tenant.Listing[tenant.Room] {
	b.ask("Rooms")()
	b.hang()
	all := b.Odd
	for i := range b.RoomCount {
		seats, level := 4+i%5*4, i%4
		all = append(all, tenant.Room{ID: fmt.Sprint(i), DisplayName: fmt.Sprintf("Room %03d%s", i+1, b.Hostile), EmailAddress: fmt.Sprintf("room%03d@contoso.com", i+1), Capacity: &seats, FloorNumber: &level, Building: "Main building"})
	}
	for part := range slices.Chunk(all, 100) {
		emit(part)
	}
	return tenant.Listing[tenant.Room]{Items: all, Source: tenant.SourceApplication, Complete: true, At: fakeAt}
}

// RoomLists is a list.
func (b *fakeCore) RoomLists(context.Context) tenant.Listing[tenant.RoomList] {
	return tenant.Listing[tenant.RoomList]{Items: []tenant.RoomList{{DisplayName: "Main building", EmailAddress: "main@contoso.com"}}, Source: tenant.SourceApplication, Complete: true, At: fakeAt}
}

// RoomsOf is a list.
func (b *fakeCore) RoomsOf(ctx context.Context, _ string) tenant.Listing[tenant.Room] {
	return b.Rooms(ctx, func([]tenant.Room) {})
}

// People is a list.
func (b *fakeCore) People(_ context.Context, _ func([]tenant.Person)) check.Taken {
	return check.Taken{Listing: tenant.Listing[tenant.Person]{Source: tenant.SourceApplication, At: fakeAt, Problem: problem.New(problem.CodeUnexpected, words.T("The application may not read users.")).
		Fix(words.T("Grant User.Read.All in the Microsoft Entra admin center, or leave it: the product does not need it."))}}
}

// Groups is a list.
func (b *fakeCore) Groups(context.Context, func([]tenant.Group)) tenant.Listing[tenant.Group] {
	return tenant.Listing[tenant.Group]{Source: tenant.SourceApplication, Complete: true, At: fakeAt}
}

// ImportRooms refuses what has no address, and reads nothing of anything else.
func (b *fakeCore) ImportRooms(data []byte) (tenant.Listing[tenant.Room], []*problem.Problem) {
	if !strings.Contains(string(data), "@") {
		return tenant.Listing[tenant.Room]{Problem: problem.New(problem.CodeUnexpected, words.T("The file has no rooms."))}, nil
	}
	return tenant.Listing[tenant.Room]{Source: tenant.SourceFile, Complete: true, At: fakeAt}, nil
}

// PlanWith is a push of a few fields.
func (s *fakeSession) PlanWith(_ context.Context, _ bool, choices booking.Choices) (handover.Plan, error) {
	defer s.ask("PlanWith")()
	p := handover.Plan{Description: booking.Description{Product: "Room booking", ProductVersion: "4.2"}}
	s.choices = choices
	p.Choices, p.DryRun.Acceptable, p.DryRun.Takeable, p.DryRun.Unwanted = choices, true, s.Takeable, s.Unwanted
	if s.pushed {
		p.Current.Configuration = &booking.Configuration{}
		return p, nil
	}
	if s.run == nil || s.ranOn != s.Document().Revision || s.run.Verdict == check.Failed {
		p.Gate = problem.New(problem.CodeUnexpected, words.T("This configuration was not proven.")).Fix(words.T("Open the page Prove that it works and press Test the connection."))
	}
	p.Changes = []booking.Change{{Path: "tenant.id", To: fakeTenant}, {Path: "application.clientId", To: "11111111-2222-4333-8444-555555555555"}, {Path: "credential.fingerprint", To: "3f9a 12c4"}, {Path: "rooms.mode", From: "10" + s.Hostile, To: "12"}}
	if old := s.Document().Server.PinnedRecipient; old != "" {
		return handover.Plan{}, problem.New(booking.CodeRecipientChanged, words.T("The booking server shows another key than the one that you confirmed."))
	}
	p.Confirmations = []booking.Confirmation{{Kind: booking.ConfirmRecipient, About: words.T("The credential travels sealed to it. Compare it with what the server's console shows."), Value: "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"}}
	return p, nil
}

// Confirm takes every yes.
func (b *fakeCore) Confirm(context.Context, []booking.Confirmation) error { return nil }

// Push stores it.
func (b *fakeCore) Push(context.Context, handover.Plan, bool, task.Report) (handover.Pushed, error) {
	defer b.ask("Push")()
	if b.CancelPush {
		b.CancelPush = false
		return handover.Pushed{}, problem.Of(context.Canceled)
	}
	b.pushed = true
	return handover.Pushed{Works: true}, nil
}

// ServerState is what was pushed.
func (b *fakeCore) ServerState(context.Context) (handover.ServerState, error) {
	b.hang()
	defer b.ask("ServerState")()
	if b.CancelHeld && b.pushed {
		return handover.ServerState{}, problem.Of(context.Canceled)
	}
	h := handover.ServerState{Description: booking.Description{Product: "Room booking", ProductVersion: "4.2"}}
	if b.pushed {
		h.Compared, h.Matches, h.Status = true, true, booking.Status{State: booking.StatusOK}
		if b.ServerSays != "" {
			h.Status = booking.Status{State: booking.StatusFailing, Checks: []booking.StatusCheck{{ID: "token", State: "failed", Code: b.ServerSays}}}
		}
		c := &booking.Configuration{}
		c.Tenant.ID, c.Credential.Fingerprint = fakeTenant, "3f9a 12c4"+b.Hostile
		h.Current.Configuration = c
	}
	return h, nil
}

// TakeOver makes what is there the connection's own.
func (b *fakeCore) TakeOver(context.Context) error {
	defer b.ask("TakeOver")()
	b.Takeable = false
	return nil
}

// PlanRemoval says what would go.
func (s *fakeSession) PlanRemoval(context.Context) (handover.RemovalPlan, error) {
	return handover.RemovalPlan{Name: s.Document().Name, LastUse: words.T("The server last tried it today."), Removal: booking.Removal{
		Goes: []words.Text{words.T("The sign-in")}, Stays: []words.Text{words.T("The accounts of people")}}}, nil
}

// Remove forgets what was pushed.
func (s *fakeSession) Remove(_ context.Context, plan handover.RemovalPlan, typed string) error {
	defer s.ask("Remove")()
	if typed != plan.Name {
		return problem.New(handover.CodeNameNotTyped, words.T("Nothing was removed: the name does not match."))
	}
	s.pushed = false
	return nil
}

// LeftBehind is the push, and then the registration.
func (b *fakeCore) LeftBehind() *problem.Problem {
	p := problem.New(problem.CodeUnexpected, words.T("What this connection created elsewhere remains."))
	if b.pushed {
		return p.Lead(words.T("Remove what the booking server has from here."), problem.PlaceRemove)
	}
	return p.Lead(words.T("Undo the app registration."), problem.PlaceUndo)
}

// Entered keeps who said so.
func (b *fakeCore) Entered(_ context.Context, by string) error {
	defer b.ask("Entered")()
	b.enteredBy = by
	return nil
}

// Form is a vendor's.
func (b *fakeCore) Form(context.Context) ([]export.Entry, error) {
	defer b.ask("Form")()
	return []export.Entry{{Label: "Tenant ID", Value: fakeTenant, Help: "The vendor also calls it Directory (tenant) ID."}, {Label: "Application Secret Key", Secret: vault.ClientSecret}, {Label: "Test settings", Action: true}, {Label: "Redirection URL", Missing: words.T("Enter it on the first page.")}}, nil
}

// Days are days with a meeting from ten to half past, room002 having a tentative
// one and room003 not being told about.
func (b *fakeCore) Days(_ context.Context, date time.Time, rooms []string) ([]tenant.Day, error) {
	b.mu.Lock()
	b.asked = append(b.asked, len(rooms))
	b.mu.Unlock()
	zone := time.FixedZone("CET", 3600)
	var days []tenant.Day
	for _, r := range rooms {
		d := tenant.Day{Room: r, ZoneKnown: true, Start: time.Date(date.Year(), date.Month(), date.Day(), tenant.DayFrom, 0, 0, 0, zone), Slots: make([]tenant.Presence, 4*(tenant.DayTo-tenant.DayFrom))}
		d.Slots[12], d.Slots[13] = tenant.Busy, tenant.Busy
		switch r {
		case "room002@contoso.com":
			d.Slots[12], d.Slots[13] = tenant.Tentative, tenant.Tentative
		case "room003@contoso.com":
			d.Slots, d.Problem = nil, problem.New(tenant.CodeNoSchedule, words.T("Microsoft Graph does not say when %s is free.", r))
		}
		days = append(days, d)
	}
	return days, nil
}

// Flaws are those of the data.
func (b *fakeCore) Flaws(rooms []tenant.Room) map[string][]tenant.Flaw { return tenant.Flaws(rooms) }

// Unlisted are none.
func (b *fakeCore) Unlisted([]tenant.Room) []string { return nil }

// InLists has the first room in a list.
func (b *fakeCore) InLists(_ context.Context, rooms []tenant.Room, _ task.Report) ([]tenant.Room, error) {
	rooms = slices.Clone(rooms)
	rooms[0].Lists = []string{"boston@contoso.com"}
	return rooms, nil
}

// Moved are the rooms that Relocated says.
func (b *fakeCore) Moved([]tenant.Room) []check.MovedRoom { return b.Relocated }

// ProvenRooms are the first two and one that is gone.
func (b *fakeCore) ProvenRooms() []string {
	return []string{"room001@contoso.com", "room002@contoso.com", "gone@contoso.com"}
}
