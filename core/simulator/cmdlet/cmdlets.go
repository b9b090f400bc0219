package cmdlet

import (
	"crypto/rand"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
)

var cmdlets map[string]func(*Organization, Object) (any, error)

func init() {
	cmdlets = map[string]func(*Organization, Object) (any, error){
		"Get-EXOMailbox": (*Organization).getMailboxes, "Get-Mailbox": (*Organization).getMailboxes,
		"Get-EXORecipient": (*Organization).getRecipients, "Get-Recipient": (*Organization).getRecipients,
		"Get-CalendarProcessing": (*Organization).getProcessing, "Set-CalendarProcessing": (*Organization).setProcessing,
		"Get-Place": (*Organization).getPlace, "Set-Place": (*Organization).setPlace,
		"Get-EXOMailboxFolderStatistics": (*Organization).folders, "Get-MailboxFolderStatistics": (*Organization).folders,
		"Get-MailboxFolderPermission": (*Organization).getRights, "Add-MailboxFolderPermission": (*Organization).addRight,
		"Set-MailboxFolderPermission": (*Organization).setRight, "Remove-MailboxFolderPermission": (*Organization).removeRight,
		"Get-MailboxPermission": (*Organization).getAccess, "Add-MailboxPermission": (*Organization).addAccess, "Remove-MailboxPermission": (*Organization).removeAccess,
		"New-Mailbox": (*Organization).newMailbox, "Get-DistributionGroup": (*Organization).getGroups,
		"New-DistributionGroup": (*Organization).newGroup, "Set-DistributionGroup": (*Organization).setGroup,
		"Get-DistributionGroupMember": (*Organization).getMembers, "Add-DistributionGroupMember": (*Organization).addMember,
		"Remove-DistributionGroupMember": (*Organization).removeMember,
		"Get-OrganizationConfig":         (*Organization).getConfig, "Set-OrganizationConfig": (*Organization).setConfig,
		"Enable-OrganizationCustomization": (*Organization).customize,
		"Get-ServicePrincipal":             (*Organization).getPrincipals, "New-ServicePrincipal": (*Organization).newPrincipal,
		"Get-AdministrativeUnit": (*Organization).getUnit,
		"Get-ManagementScope":    (*Organization).getScopes, "New-ManagementScope": (*Organization).newScope,
		"Set-ManagementScope": (*Organization).setScope, "Remove-ManagementScope": (*Organization).removeScope,
		"Get-ManagementRoleAssignment": (*Organization).getAssignments, "New-ManagementRoleAssignment": (*Organization).newAssignment,
		"Set-ManagementRoleAssignment":       (*Organization).setAssignment,
		"Remove-ManagementRoleAssignment":    (*Organization).removeAssignment,
		"Test-ServicePrincipalAuthorization": (*Organization).testReach,
		"Get-ApplicationAccessPolicy":        (*Organization).getPolicies, "Test-ApplicationAccessPolicy": (*Organization).testPolicy,
		"New-ApplicationAccessPolicy": (*Organization).newPolicy, "Remove-ApplicationAccessPolicy": (*Organization).removePolicy,
		"Get-PlacesSettings": (*Organization).getSettings, "Set-PlacesSettings": (*Organization).setSettings,
		"Get-PlaceV3": (*Organization).getV3, "New-Place": (*Organization).newV3, "Set-PlaceV3": (*Organization).setV3,
	}
}

// find gives a recipient by address, alias, name or distinguished name.
func (o *Organization) find(identity string) (Object, error) {
	if r := o.State.Recipients[strings.ToLower(identity)]; r != nil {
		return r, nil
	}
	for _, r := range o.sorted() {
		for _, by := range []string{"Alias", "Name", "DistinguishedName", "DisplayName"} {
			if strings.EqualFold(str(r, by), identity) {
				return r, nil
			}
		}
	}
	return nil, notFound(identity)
}

func (o *Organization) room(p Object) (string, error) {
	r, err := o.find(str(p, "Identity"))
	if err != nil {
		return "", err
	}
	return strings.ToLower(str(r, "PrimarySmtpAddress")), nil
}

func (o *Organization) sorted() []Object {
	keys := make([]string, 0, len(o.State.Recipients))
	for k := range o.State.Recipients {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	out := make([]Object, len(keys))
	for i, k := range keys {
		out[i] = o.State.Recipients[k]
	}
	return out
}

func newGUID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// minimum are the properties that Get-EXO… gives when no others are asked for.
var minimum = []string{"Alias", "DisplayName", "DistinguishedName", "EmailAddresses", "Name", "PrimarySmtpAddress", "RecipientType", "RecipientTypeDetails", "UserPrincipalName"}

func (o *Organization) getMailboxes(p Object) (any, error) {
	all, err := o.getRecipients(p)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all.([]Object), func(r Object) bool { return !strings.HasSuffix(str(r, "RecipientTypeDetails"), "Mailbox") }), nil
}

func (o *Organization) getRecipients(p Object) (any, error) {
	if id := str(p, "Identity"); id != "" {
		r, err := o.find(id)
		if err != nil {
			return nil, err
		}
		return []Object{r}, nil
	}
	matches, err := compile(str(p, "Filter") + str(p, "RecipientPreviewFilter"))
	if err != nil {
		return nil, err
	}
	out := []Object{}
	for _, r := range o.sorted() {
		if kinds := texts(p, "RecipientTypeDetails"); len(kinds) > 0 && !slices.Contains(kinds, str(r, "RecipientTypeDetails")) || !o.match(matches, r) {
			continue
		}
		shown := Object{}
		for _, k := range append(slices.Clone(minimum), texts(p, "Properties")...) {
			shown[k] = r[k]
		}
		out = append(out, shown)
	}
	if limit := str(p, "ResultSize"); limit != "Unlimited" {
		n, err := strconv.Atoi(limit)
		if err != nil {
			n = 1000
		}
		out = out[:min(n, len(out))]
	}
	return out, nil
}

var processingDefaults = Object{
	"AutomateProcessing": "AutoAccept", "AddOrganizerToSubject": true, "DeleteSubject": true, "DeleteComments": true, "DeleteAttachments": true,
	"DeleteNonCalendarItems": true, "RemovePrivateProperty": true, "RemoveOldMeetingMessages": true, "RemoveForwardedMeetingNotifications": false,
	"RemoveCanceledMeetings": false, "ProcessExternalMeetingMessages": false, "AllowConflicts": false, "ConflictPercentageAllowed": 0.0,
	"MaximumConflictInstances": 0.0, "AllowRecurringMeetings": true, "BookingWindowInDays": 180.0, "EnforceSchedulingHorizon": true,
	"MaximumDurationInMinutes": 1440.0, "MinimumDurationInMinutes": 0.0, "ScheduleOnlyDuringWorkHours": false, "AddAdditionalResponse": false,
	"AdditionalResponse": "", "AddNewRequestsTentatively": true, "TentativePendingApproval": true, "AllBookInPolicy": true, "AllRequestInPolicy": false,
	"AllRequestOutOfPolicy": false, "BookInPolicy": []any{}, "RequestInPolicy": []any{}, "RequestOutOfPolicy": []any{}, "ResourceDelegates": []any{},
	"ForwardRequestsToDelegates": true, "OrganizerInfo": true, "EnableResponseDetails": true, "BookingType": "Standard", "EnableAutoRelease": false,
	"PostReservationMaxClaimTimeInMinutes": 10.0, "EnforceCapacity": false,
}

func (o *Organization) processing(room string) Object {
	out := Object{}
	for k, v := range processingDefaults {
		out[k] = v
	}
	for k, v := range o.State.Processing[room] {
		out[k] = v
	}
	out["Identity"] = room
	return out
}

func (o *Organization) getProcessing(p Object) (any, error) {
	if str(p, "Identity") == "" {
		out := []Object{}
		for _, r := range o.sorted() {
			if str(r, "RecipientTypeDetails") == "RoomMailbox" {
				now := o.processing(strings.ToLower(str(r, "PrimarySmtpAddress")))
				now["Identity"] = r["Name"]
				out = append(out, now)
			}
		}
		return out, nil
	}
	room, err := o.room(p)
	if err != nil {
		return nil, err
	}
	if o.stale[room] > 0 {
		o.stale[room]--
		return o.old[room], nil
	}
	return o.processing(room), nil
}

func (o *Organization) setProcessing(p Object) (any, error) {
	room, err := o.room(p)
	if err != nil {
		return nil, err
	}
	next := o.processing(room)
	if kind := str(o.State.Recipients[room], "RecipientTypeDetails"); kind != "RoomMailbox" && str(p, "AutomateProcessing") == "AutoAccept" {
		return nil, refused("Management.RecipientTasks.AutoAcceptOnlyOnResourceException", "AutoAccept can only be enabled on resource mailboxes.")
	}
	for name, v := range p {
		if name == "Identity" {
			continue
		}
		switch def := processingDefaults[name].(type) {
		case []any:
			list := []any{}
			for _, who := range texts(p, name) {
				r, err := o.find(who)
				if err != nil {
					return nil, err
				}
				list = append(list, str(r, "DistinguishedName"))
			}
			v = list
		case bool, float64:
			if fmt.Sprintf("%T", def) != fmt.Sprintf("%T", v) {
				return nil, fmt.Errorf("Cannot process argument transformation on parameter '%s'. Cannot convert value \"%v\" to type.", name, v) //nolint:staticcheck // PowerShell's own sentence
			}
		}
		if name == "AdditionalResponse" && str(p, name) != "" && !strings.HasPrefix(str(p, name), "<html>") {
			v = "<html>\r\n<body>\r\n" + str(p, name) + "\r\n</body>\r\n</html>"
		}
		next[name] = v
	}
	if o.State.Processing == nil {
		o.State.Processing = map[string]Object{}
	}
	delete(next, "Identity")
	o.State.Processing[room] = next
	return nil, nil
}

func (o *Organization) getPlace(p Object) (any, error) {
	if str(p, "Identity") == "" {
		out := []Object{}
		for _, r := range o.sorted() {
			if str(r, "RecipientTypeDetails") == "RoomMailbox" {
				out = append(out, o.place(strings.ToLower(str(r, "PrimarySmtpAddress"))))
			}
		}
		return out, nil
	}
	room, err := o.room(p)
	if err != nil {
		return nil, err
	}
	return o.place(room), nil
}

func (o *Organization) place(room string) Object {
	out := Object{"Identity": room, "Tags": []any{}, "Capacity": nil, "Building": "", "Floor": nil, "FloorLabel": "", "Label": "", "Phone": "", "IsWheelChairAccessible": false}
	for k, v := range o.State.Places[room] {
		out[k] = v
	}
	return out
}

func (o *Organization) setPlace(p Object) (any, error) {
	room, err := o.room(p)
	if err != nil {
		return nil, err
	}
	if o.State.Recipients[room]["IsDirSynced"] == true && p["Phone"] != nil {
		return nil, refused("Configuration.Tasks.ObjectIsDirSyncedException", "The operation on mailbox \"%s\" failed because it's out of the current user's write scope. The action 'Set-Place', 'Phone', can't be performed on the object '%s' because the object is being synchronized from your on-premises organization.", room, room)
	}
	if o.State.Places == nil {
		o.State.Places = map[string]Object{}
	}
	if o.State.Places[room] == nil {
		o.State.Places[room] = Object{}
	}
	for k, v := range p {
		if k == "Tags" && v == nil {
			v = []any{}
		}
		if k != "Identity" {
			o.State.Places[room][k] = v
		}
	}
	return nil, nil
}

func (o *Organization) folders(p Object) (any, error) {
	room, err := o.room(p)
	if err != nil {
		return nil, err
	}
	name := "Kalender"
	if n := str(o.State.Recipients[room], "CalendarName"); n != "" {
		name = n
	}
	return []Object{{"Name": name, "FolderType": "Calendar", "FolderPath": "/" + name}, {"Name": "Birthdays", "FolderType": "User Created"}}, nil
}

// calendar is the room of a path such as room@…:\Kalender.
func (o *Organization) calendar(p Object) (string, error) {
	at, _, ok := strings.Cut(str(p, "Identity"), `:\`)
	if !ok {
		return "", notFound(str(p, "Identity"))
	}
	room, err := o.room(Object{"Identity": at})
	if err != nil {
		return "", err
	}
	return room, nil
}

func (o *Organization) getRights(p Object) (any, error) {
	room, err := o.calendar(p)
	if err != nil {
		return nil, err
	}
	out := []Object{}
	for user, right := range o.State.Folders[room] {
		who := Object{"UserType": user, "DisplayName": user}
		if r := o.State.Recipients[user]; r != nil {
			who = Object{"UserType": "Internal", "DisplayName": r["DisplayName"], "RecipientPrincipal": Object{"PrimarySmtpAddress": r["PrimarySmtpAddress"]}}
		}
		out = append(out, Object{"User": who, "AccessRights": []any{right}})
	}
	sort.Slice(out, func(i, j int) bool { return fmt.Sprint(out[i]) < fmt.Sprint(out[j]) })
	return out, nil
}

func (o *Organization) right(p Object, mustBe bool) (any, error) {
	room, err := o.calendar(p)
	if err != nil {
		return nil, err
	}
	user := str(p, "User")
	if user != "Default" && user != "Anonymous" {
		r, err := o.find(user)
		if err != nil {
			return nil, err
		}
		user = strings.ToLower(str(r, "PrimarySmtpAddress"))
	}
	_, is := o.State.Folders[room][user]
	switch {
	case mustBe && !is:
		return nil, refused("Management.StoreTasks.UserNotFoundInPermissionEntryException", "There is no existing permission entry found for user: %s.", user)
	case !mustBe && is:
		return nil, refused("Management.StoreTasks.UserAlreadyExistsInPermissionEntryException", "An existing permission entry was found for user: %s.", user)
	}
	if p["AccessRights"] == nil {
		delete(o.State.Folders[room], user)
		return nil, nil
	}
	o.State.Folders[room][user] = strings.Join(texts(p, "AccessRights"), ",")
	return nil, nil
}

func (o *Organization) addRight(p Object) (any, error) { return o.right(p, false) }
func (o *Organization) setRight(p Object) (any, error) { return o.right(p, true) }
func (o *Organization) removeRight(p Object) (any, error) {
	delete(p, "AccessRights")
	return o.right(p, true)
}

func (o *Organization) accepted(address string) error {
	if _, domain, _ := strings.Cut(address, "@"); !strings.EqualFold(domain, o.Domain) {
		return refused("Management.RecipientTasks.NotAcceptedDomainException", "You can't use the domain because it's not an accepted domain for your organization.")
	}
	if o.State.Recipients[strings.ToLower(address)] != nil {
		return refused("Data.Directory.ProxyAddressExistsException", "The proxy address \"SMTP:%s\" is already being used by the proxy addresses or LegacyExchangeDN.", address)
	}
	return nil
}

func (o *Organization) newMailbox(p Object) (any, error) {
	if len([]rune(str(p, "Name"))) > 64 {
		return nil, refused("Data.Directory.PropertyValidationException", "The length of the property is too long. The maximum length is 64 and the length of the value provided is %d.", len([]rune(str(p, "Name"))))
	}
	if err := o.accepted(str(p, "PrimarySmtpAddress")); err != nil {
		return nil, err
	}
	name := str(p, "DisplayName")
	if name == "" {
		name = str(p, "Name")
	}
	r := o.add("RoomMailbox", str(p, "PrimarySmtpAddress"), name)
	for _, k := range []string{"Alias", "Office", "Phone", "ResourceCapacity"} {
		if p[k] != nil {
			r[k] = p[k]
		}
	}
	if p["Alias"] != nil && !strings.Contains(str(p, "Alias"), " ") {
		r["Alias"] = p["Alias"]
	}
	return r, nil
}
