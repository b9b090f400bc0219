package tenant

import (
	"fmt"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// UserObject is a person; with User.ReadBasic.All alone, only the basic profile.
func (t *Tenant) UserObject(i int) object {
	d := t.Directory
	p := d.Person(i)
	upn := p.Local + "@" + d.Domain
	o := object{
		"id": d.ID(KindUser, i), "displayName": p.First + " " + p.Last, "givenName": p.First, "surname": p.Last,
		"userPrincipalName": upn, "mail": upn, "mailNickname": p.Local, "accountEnabled": true, "userType": "Member",
		"department": d.Department(i), "jobTitle": JobTitles[int(Mix(uint64(i)))&0xffff%len(JobTitles)], "officeLocation": nil,
		"mobilePhone": nil, "businessPhones": []string{fmt.Sprintf("+49 30 5550 %04d", i%10000)}, "preferredLanguage": "en",
		"employeeId": fmt.Sprint(100000 + i), "companyName": "Contoso", "usageLocation": "DE", "createdDateTime": "2024-03-04T08:00:00Z",
		"onPremisesSyncEnabled": nil, "proxyAddresses": []string{"SMTP:" + upn}, "otherMails": []string{}, "assignedLicenses": []object{},
		"onPremisesExtensionAttributes": object{"extensionAttribute1": nil},
	}
	if o["department"] == "" {
		o["department"] = nil
	}
	if i%5 != 4 { // one in five has no card
		o["onPremisesExtensionAttributes"] = object{"extensionAttribute1": fmt.Sprintf("%08X", uint32(Mix(d.Seed^uint64(i)<<24)))}
	}
	if i > OrganizerUser && i%17 == 16 {
		o["userType"] = "Guest"
	}
	t.strikePerson(i, o)
	if i > OrganizerUser && t.Has(fault.HostileNames) {
		o["displayName"], o["department"] = Hostile(i), Hostile(i+1)
	}
	return o
}

// RoomAccount is the account of a room's mailbox: it is among the users, with
// sign-in blocked, in every real tenant.
func (t *Tenant) RoomAccount(i int) object {
	r := t.Directory.Room(i)
	local, _, _ := strings.Cut(r.Email, "@")
	o := object{
		"id": t.Directory.ID(KindRoom, i), "displayName": r.Name, "givenName": nil, "surname": nil, "userPrincipalName": r.Email, "mail": r.Email,
		"mailNickname": local, "accountEnabled": t.RoomSignsIn(r.Email), "userType": "Member", "businessPhones": []string{}, "proxyAddresses": []string{"SMTP:" + r.Email},
		"createdDateTime": "2024-03-04T08:00:00Z", "otherMails": []string{}, "assignedLicenses": []object{},
	}
	if t.RoomStruck(fault.RoomRenamed, r.Email) {
		o["proxyAddresses"] = []string{"SMTP:" + r.Email, "smtp:old-" + r.Email}
	}
	if t.RoomStruck(fault.RoomHidden, r.Email) {
		o["showInAddressList"] = false
	}
	if t.Has(fault.HostileNames) {
		o["displayName"] = Hostile(i)
	}
	if t.roomMoved(i) {
		moved := newAddress + r.Email
		o["displayName"], o["userPrincipalName"], o["mail"], o["proxyAddresses"] = "New "+r.Name, moved, moved, []string{"SMTP:" + moved}
	}
	return o
}

// FindUser takes an id or a user principal name.
func (t *Tenant) FindUser(key string) (object, bool) {
	if i, ok := t.Directory.FindPerson(key); ok {
		return t.UserObject(i), true
	}
	if i, ok := t.FindRoom(key); ok && !t.RoomGone(t.Directory.Room(i).Email) {
		return t.RoomAccount(i), true
	}
	for _, m := range t.State.Exchange.MadeRooms {
		if m.ID == key || strings.EqualFold(m.Email, key) {
			return object{"id": m.ID, "displayName": m.Name, "userPrincipalName": m.Email, "mail": m.Email, "accountEnabled": t.RoomSignsIn(strings.ToLower(m.Email)), "userType": "Member", "businessPhones": []string{}}, true
		}
	}
	for _, u := range t.State.Users {
		if u.ID == key || strings.EqualFold(u.UserPrincipalName, key) {
			return u.Object(), true
		}
	}
	return nil, false
}

// User is an account that was made through Graph.
type User struct {
	ID                string           `json:"id"`
	AccountEnabled    *bool            `json:"accountEnabled"`
	DisplayName       string           `json:"displayName"`
	MailNickname      string           `json:"mailNickname"`
	UserPrincipalName string           `json:"userPrincipalName"`
	UsageLocation     *string          `json:"usageLocation,omitempty"`
	Department        *string          `json:"department,omitempty"`
	JobTitle          *string          `json:"jobTitle,omitempty"`
	PasswordPolicies  *string          `json:"passwordPolicies,omitempty"`
	PasswordProfile   *passwordProfile `json:"passwordProfile,omitempty"`
}

type passwordProfile struct {
	Password     string `json:"password,omitempty"`
	ForceChange  bool   `json:"forceChangePasswordNextSignIn"`
	ForceWithMFA bool   `json:"forceChangePasswordNextSignInWithMfa"`
}

// Object is the account as Graph shows it.
func (u *User) Object() object {
	return object{
		"id": u.ID, "displayName": u.DisplayName, "mailNickname": u.MailNickname, "userPrincipalName": u.UserPrincipalName, "mail": nil,
		"accountEnabled": u.AccountEnabled != nil && *u.AccountEnabled, "userType": "Member", "businessPhones": []string{}, "proxyAddresses": []string{},
		"usageLocation": u.UsageLocation, "department": u.Department, "jobTitle": u.JobTitle, "otherMails": []string{}, "assignedLicenses": []object{},
	}
}
