package exchange

import (
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/words"
)

// subjectVisibility is what everybody may see in the calendars of rooms.
func (b *build) subjectVisibility() error {
	if changed, ok, err := b.undone(); err != nil {
		return err
	} else if ok {
		return b.undoFolders(changed)
	}
	rooms, err := b.rooms()
	if err != nil {
		return err
	}
	switch {
	case strings.EqualFold(b.form.text("rooms"), "all"):
	case b.form.text("rooms") != "":
		rooms = b.among(rooms, b.form.addresses("rooms"), "rooms")
	case len(keepers(b.Rooms)) == 0:
		return problem.New(codeNoRooms, words.T("None of the chosen rooms should show what is discussed.")).
			Fix(words.T("Name the rooms."))
	default:
		rooms = keepers(b.Rooms)
	}
	right, _ := b.form.value("right").(string)
	b.folder(rooms, "Default", right)
	b.explainN(len(rooms), "Finds the calendar folder of %d room in the language of the mailbox, and sets what everyone in the organization can see to %s.", "Finds the calendar folder of each of %d rooms in the language of the mailbox, and sets what everyone in the organization can see to %s.", len(rooms), right)
	b.explain("The booking server does not need this: it reads with its own permission.")
	return nil
}

func (b *build) folder(rooms []string, user, right string) {
	var data rows
	b.intent.Objects = rooms
	for _, r := range rooms {
		data = append(data, table{"Room": r, "User": user, "Right": right, "Left": ""})
		b.will("Set-MailboxFolderPermission", r, map[string]any{"User": user, "AccessRights": right})
	}
	b.data["Rows"] = data
}

func (b *build) account() (string, error) {
	account := or(b.form.address("account"), b.Connection.ServiceAccount)
	if account == "" && b.form.err() == nil {
		return "", problem.New(codeNoAccount, words.T("The service account has no name yet.")).
			Fix(words.T("Type the sign-in name of the account, for instance booking@ and your domain."))
	}
	return account, nil
}

// serviceAccount makes the ordinary user that some products want.
func (b *build) serviceAccount() error {
	account, err := b.account()
	if err != nil {
		return err
	}
	name, _, _ := strings.Cut(account, "@")
	b.data["Upn"], b.data["DisplayName"], b.data["Nickname"] = account, b.form.text("displayName"), name
	b.intent.Objects = []string{account}
	b.will("POST /users", account, map[string]any{"displayName": b.data["DisplayName"], "accountEnabled": true})
	b.explain("Creates the account as an ordinary user without a license. Its password does not expire, because the booking server could not change it.")
	b.explain("Asks for the password when it runs. Keep it in your organization's password manager, and enter it only in the booking server.")
	b.explain("Reports if the account has a directory role, which it does not need.")
	if a := b.Product.ServiceAccount; a != nil {
		b.explain("What the vendor says: %s", words.Sentences(words.T(a.Purpose), words.T(a.Role), words.T(a.Licence)))
	}
	b.warn("Rules that require multifactor authentication for everyone stop an account that signs in with only a password. Ask the vendor how the account is used before you make an exception.")
	return nil
}

func (b *build) serviceAccountReach() error {
	if changed, ok, err := b.undone(); err != nil {
		return err
	} else if ok {
		return b.undoFolders(changed)
	}
	account, err := b.account()
	if err != nil {
		return err
	}
	rooms, err := b.rooms()
	if err != nil {
		return err
	}
	right, _ := b.form.value("right").(string)
	b.folder(rooms, account, right)
	b.explainN(len(rooms), "Gives %s the right %s on the calendar of %d room, and on nothing else.", "Gives %s the right %s on the calendars of %d rooms, and on nothing else.", account, right, len(rooms))
	return nil
}

// Actions of delegate-rooms, and the field of a result that says what is so.
var delegations = map[string]struct{ action, field string }{
	product.DelegateResource: {"resource delegate", "Delegate"},
	product.DelegateFull:     {"full access", "FullAccess"},
}

// delegateRooms makes the service account a delegate of the rooms, or gives it
// Full Access.
func (b *build) delegateRooms() error {
	if changed, ok, err := b.undone(); err != nil {
		return err
	} else if ok {
		return b.undoDelegation(changed)
	}
	account, err := b.account()
	if err != nil {
		return err
	}
	b.data["Account"] = account
	rooms, err := b.rooms()
	if err != nil {
		return err
	}
	way, _ := b.form.value("delegation").(string)
	if wants := b.Product.ServiceAccount; wants != nil && wants.Delegation == product.DelegateFull && !b.form.given("delegation") {
		way = product.DelegateFull
	}
	var data rows
	for _, r := range rooms {
		data = append(data, table{"Room": r, "Way": way, "Wanted": true, "Left": ""})
		b.delegate(account, way, r, true)
	}
	b.data["Rows"] = data
	if way == product.DelegateFull {
		b.explainN(len(rooms), "Gives %s Full Access to %d room mailbox, without adding it to anyone's Outlook.", "Gives %s Full Access to %d room mailboxes, without adding them to anyone's Outlook.", account, len(rooms))
		b.warn("Full Access opens the whole mailbox and not only the calendar. Give it only where the vendor asks for it.")
		return nil
	}
	b.explainN(len(rooms), "Makes %s a resource delegate of %d room. Existing delegates stay.", "Makes %s a resource delegate of %d rooms. Existing delegates stay.", account, len(rooms))
	return nil
}

// delegate adds the operation for one room to the intent.
func (b *build) delegate(account, way, room string, wanted bool) {
	b.intent.Objects = append(b.intent.Objects, room)
	switch {
	case way == product.DelegateResource && wanted:
		b.will("Add-ResourceDelegate", room, map[string]any{"User": account})
	case way == product.DelegateResource:
		b.will("Remove-ResourceDelegate", room, map[string]any{"User": account})
	case wanted:
		b.will("Add-MailboxPermission", room, map[string]any{"User": account, "AccessRights": "FullAccess"})
	default:
		b.will("Remove-MailboxPermission", room, map[string]any{"User": account, "AccessRights": "FullAccess"})
	}
}

// undoDelegation takes back what a run gave, from the account to which it gave it.
func (b *build) undoDelegation(changed []Outcome) error {
	account := ""
	for _, o := range changed {
		account = or(account, o.After["Account"])
	}
	if account == "" { // a result of an earlier version does not name it
		var err error
		if account, err = b.account(); err != nil {
			return err
		}
	}
	b.data["Account"] = account
	var data rows
	var back []Outcome
	for _, o := range changed {
		for way, d := range delegations {
			if o.Action == d.action {
				wanted := o.Before[d.field] == "True"
				data, back = append(data, table{"Room": o.Identity, "Way": way, "Wanted": wanted, "Left": o.After[d.field]}), append(back, o)
				b.delegate(account, way, o.Identity, wanted)
			}
		}
	}
	return b.restore(data, back)
}

// blockRoomSignIn blocks the accounts behind rooms, or undoes that.
func (b *build) blockRoomSignIn() error {
	if b.form.value("action") == "allow" {
		return b.allowRoomSignIn()
	}
	rooms, err := b.rooms()
	if err != nil {
		return err
	}
	for _, except := range b.form.addresses("except") {
		rooms = slices.DeleteFunc(rooms, func(r string) bool { return strings.EqualFold(r, except) })
	}
	b.signIn(rooms, false, "sign-in blocked")
	b.explainN(len(rooms), "Checks the account behind %d room.", "Checks the account behind each of %d rooms.", len(rooms))
	b.explain("Leaves out every account with a license, because Teams Rooms and panels sign in with it, and names it in the result.")
	b.warn("A Teams Room or panel that signs in without its own license is not recognized. Enter it in the field Leave out.")
	return nil
}

// allowRoomSignIn undoes a block for the rooms that its result file names.
func (b *build) allowRoomSignIn() error {
	b.undo = true
	r, err := b.evidence("", "block-room-sign-in")
	if err != nil {
		return err
	}
	rooms := []string{}
	for _, o := range r.Results {
		if o.sent() && o.Action == "sign-in blocked" {
			rooms = append(rooms, o.Identity)
		}
	}
	if len(rooms) == 0 {
		return problem.New(codeNothingToUndo, words.T("That run changed nothing that can be restored."))
	}
	b.signIn(rooms, true, "sign-in allowed")
	b.explainN(len(rooms), "Allows sign-in again for the account behind %d room, which the run of %s blocked.", "Allows sign-in again for the accounts behind %d rooms, which the run of %s blocked.", len(rooms), r.FinishedAt.UTC().Format("2 January 2006 15:04 UTC"))
	return nil
}

// signIn is what becomes of the accounts behind rooms.
func (b *build) signIn(rooms []string, enabled bool, action string) {
	b.data["Rooms"], b.data["Enabled"], b.data["Action"] = rooms, enabled, action
	b.intent.Objects = rooms
	for _, r := range rooms {
		b.will("PATCH /users", r, map[string]any{"accountEnabled": enabled})
	}
}

func (b *build) ewsShow() error {
	b.will("Get-OrganizationConfig", "organization", nil)
	b.explain("Shows whether EWS is on, which applications are in the list, and which have an EWS role in Exchange.")
	b.explain("To see what has really used EWS lately, open the Microsoft 365 admin center under Reports > Usage > Exchange > EWS usage. Exchange does not see the permission full_access_as_app in Entra ID; Roomkey's check looks for it.")
	return nil
}

// ewsAllow adds to the organization's list, which can only be written whole.
func (b *build) ewsAllow() error {
	ids := splitList(strings.ReplaceAll(b.form.text("apps"), " ", ","))
	for i, id := range ids {
		if !isGUID(id) {
			b.form.fail("apps", words.T("%s is not a client ID.", problem.Line(id)))
		}
		ids[i] = strings.ToLower(id)
	}
	if len(ids) == 0 {
		return problem.New(codeNoApps, words.T("No application is named.")).
			Fix(words.T("Name the client ID of the application that still needs EWS. The booking server's new application does not: it uses Graph."))
	}
	enable := b.form.yes("enable")
	b.data["AppIDs"], b.data["Enable"] = ids, enable
	b.intent.Objects = ids
	b.will("Set-OrganizationConfig", "organization", map[string]any{"EwsAllowedAppIDs": ids, "EwsEnabled": enable})
	b.explain("Reads the list, shows it with what would be added, and writes it whole.")
	b.warn("EWS in Exchange Online ends on 1 April 2027 in every cloud, without exceptions. Move the application to Microsoft Graph before then.")
	if enable {
		b.warn("When EWS is on and a list exists, every application that is not in the list is refused.")
	}
	return nil
}
