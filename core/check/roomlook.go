package check

import (
	"cmp"
	"context"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// lookedAt is how many addresses of one run are looked at: the first few say what
// is wrong with the others too.
const lookedAt = 5

// lookUp finds out what an address is that the list of rooms does not have, and
// says why it cannot be used as a room; nil when that did not come out.
func (s *State) lookUp(ctx context.Context, address string) *problem.Problem {
	s.mu.Lock()
	s.lookUps++
	enough := s.lookUps > lookedAt
	s.mu.Unlock()
	if enough {
		return nil
	}
	var a tenant.Account
	if err := guard(func() (err error) { a, err = s.Directory.Look(ctx, address); return err }); err != nil {
		return nil
	}
	if a.Place == "roomList" {
		return problem.New(codeRoomsIsList, words.T("%s is a room list, not a room.", address)).
			Lead(words.T("Choose the rooms of this list instead."), problem.PlaceRoomLists.With("roomkeyctl rooms select --list "+address))
	}
	if a.ID == "" {
		return cmp.Or(ofRecipient(address, a.Recipient), s.ofNobody(address))
	}
	s.mu.Lock()
	current := s.isRoom[strings.ToLower(a.Mail)]
	s.mu.Unlock()
	switch {
	case a.Place == "workspace":
		return problem.New(codeRoomsWorkspace, words.T("%s is a workspace, not a room.", address)).
			Lead(words.T("Remove it from the chosen rooms: the booking server handles rooms only."), problem.PlaceRooms)
	case strings.EqualFold(a.UserType, "Guest") || strings.Contains(a.UserPrincipalName, "#EXT#"):
		return problem.New(codeRoomsOtherTenant, words.T("%s is a guest of this tenant: its mailbox is in another tenant.", address)).
			Lead(words.T("Choose rooms of this tenant, and connect the other tenant for its own rooms."), problem.PlaceRooms)
	case a.Mail != "" && !strings.EqualFold(a.Mail, address) && current:
		return problem.New(codeRoomsOldAddress, words.T("%s is an old address of the room %s.", address, a.Mail)).
			Lead(words.T("Choose %s instead.", a.Mail), problem.PlaceRooms)
	case a.Enabled != nil && *a.Enabled:
		return problem.New(codeRoomsNotARoom, words.T("%s is not in the tenant's list of rooms, and its account can sign in like a person's.", address)).
			Fix(words.T("Exchange admin center, Resources: look whether it is a room mailbox. Convert it, or choose another room.")).
			Lead(words.T("If it is a person's or a shared mailbox, take it out of the choice."), problem.PlaceRooms)
	case a.InAddressList != nil && !*a.InAddressList:
		return problem.New(tenant.CodeHidden, words.T("%s is not in the tenant's list of rooms. Microsoft Graph shows it as hidden from address lists.", address)).
			With(words.T("Microsoft Graph does not always follow Exchange in this, so check the setting in Exchange.")).
			Fix(words.T("Exchange admin center, Resources: select the room. If \"Hide from global address list\" is on, switch it off. The list of rooms has it a day later at most.")).
			Lead(words.T("If it should stay hidden, or is a shared mailbox, remove it from the chosen rooms."), problem.PlaceRooms)
	}
	return nil
}

// ofRecipient is the problem of an address that a group or a contact has, nil where
// neither does.
func ofRecipient(address, kind string) *problem.Problem {
	isGroup := func(what words.Text) *problem.Problem {
		return problem.New(codeRoomsNotARoom, what).
			Lead(words.T("Remove it from the chosen rooms, and choose room mailboxes: a group has no calendar that can be booked as a room."), problem.PlaceRooms)
	}
	switch kind {
	case "microsoft365":
		return isGroup(words.T("%s is a Microsoft 365 group, not a room.", address))
	case "mailSecurity":
		return isGroup(words.T("%s is a mail-enabled security group, not a room.", address))
	case "distribution":
		return isGroup(words.T("%s is a distribution list, not a room.", address)).
			Lead(words.T("If it is a room list, choose the rooms of this list."), problem.PlaceRoomLists.With("roomkeyctl rooms select --list "+address))
	case "contact":
		return problem.New(codeRoomsOtherTenant, words.T("%s is a mail contact: its mailbox is not in this tenant.", address)).
			Lead(words.T("Choose rooms of this tenant, and connect the other tenant for its own rooms."), problem.PlaceRooms)
	}
	return nil
}

// ofNobody is the problem of an address that no account of the tenant has, where
// its domain says more than that: none of the tenant's rooms is in it.
func (s *State) ofNobody(address string) *problem.Problem {
	_, domain, _ := strings.Cut(strings.ToLower(address), "@")
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, room := range s.rooms {
		if _, of, _ := strings.Cut(strings.ToLower(room), "@"); of == domain {
			return nil
		}
	}
	if len(s.rooms) == 0 || domain == "" {
		return nil
	}
	return problem.New(codeRoomsOtherTenant, words.T("No account in this tenant has the address %s, and none of its rooms is at %s.", address, domain)).
		Lead(words.T("Correct the address. If the room is another tenant's, connect that tenant for it."), problem.PlaceRooms)
}
