package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

var (
	userRead      = []string{"User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	userWrite     = []string{"User.ReadWrite.All", "Directory.ReadWrite.All"}
	directoryRead = []string{"Directory.Read.All", "Directory.ReadWrite.All", "User.Read", "User.Read.All", "RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory"}
)

var userRoutes = []route{
	{pattern: "GET /users", allow: userRead, serve: (*call).users},
	{pattern: "GET /users/$count", allow: userRead, serve: func(c *call) (reply, error) { return c.countOf(c.userCollection()) }},
	{pattern: "POST /users", allow: userWrite, admin: []string{globalAdministrator}, serve: (*call).createUser},
	{pattern: "GET /users/{}", allow: userRead, serve: func(c *call) (reply, error) { return c.oneUser(c.vars[0]) }},
	{pattern: "PATCH /users/{}", allow: userWrite, admin: []string{globalAdministrator}, serve: (*call).patchUser},
	{pattern: "DELETE /users/{}", allow: userWrite, admin: []string{globalAdministrator}, serve: (*call).deleteUser},
	{pattern: "GET /users/{}/memberOf", allow: append(slices.Clone(directoryRead), groupRead...), serve: (*call).memberOf},
	{pattern: "GET /users/{}/transitiveMemberOf", allow: append(slices.Clone(directoryRead), groupRead...), serve: (*call).memberOf},
	{pattern: "GET /me", serve: func(c *call) (reply, error) {
		if err := c.signedIn(); err != nil {
			return reply{}, err
		}
		return c.oneUser(c.claims.ObjectID)
	}},
	{pattern: "GET /me/memberOf", allow: directoryRead, serve: (*call).myRoles},
	{pattern: "GET /me/transitiveMemberOf", allow: directoryRead, serve: (*call).myRoles},
	{pattern: "GET /me/memberOf/microsoft.graph.directoryRole", allow: directoryRead, serve: (*call).myRoles},
	{pattern: "GET /me/transitiveMemberOf/microsoft.graph.directoryRole", allow: directoryRead, serve: (*call).myRoles},
}

var (
	userProperties = strings.Fields("id displayName givenName surname userPrincipalName mail mailNickname accountEnabled userType department jobTitle officeLocation mobilePhone businessPhones preferredLanguage employeeId employeeType companyName country city createdDateTime onPremisesExtensionAttributes onPremisesSyncEnabled proxyAddresses usageLocation assignedLicenses identities otherMails showInAddressList signInActivity externalUserState faxNumber")
	userDefault    = strings.Fields("businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName id")
	roleProperties = strings.Fields("id displayName description roleTemplateId deletedDateTime")
)

// userObject is a person; with User.ReadBasic.All alone, only the basic profile.
func (s *Simulator) userObject(i int) object {
	d := s.directory
	p := d.Person(i)
	upn := p.Local + "@" + d.Domain
	o := object{
		"id": d.ID(tenant.KindUser, i), "displayName": p.First + " " + p.Last, "givenName": p.First, "surname": p.Last,
		"userPrincipalName": upn, "mail": upn, "mailNickname": p.Local, "accountEnabled": true, "userType": "Member",
		"department": d.Department(i), "jobTitle": tenant.JobTitles[int(tenant.Mix(uint64(i)))&0xffff%len(tenant.JobTitles)], "officeLocation": nil,
		"mobilePhone": nil, "businessPhones": []string{fmt.Sprintf("+49 30 5550 %04d", i%10000)}, "preferredLanguage": "en",
		"employeeId": fmt.Sprint(100000 + i), "companyName": "Contoso", "usageLocation": "DE", "createdDateTime": "2024-03-04T08:00:00Z",
		"onPremisesSyncEnabled": nil, "proxyAddresses": []string{"SMTP:" + upn}, "otherMails": []string{}, "assignedLicenses": []object{},
		"onPremisesExtensionAttributes": object{"extensionAttribute1": nil},
	}
	if o["department"] == "" {
		o["department"] = nil
	}
	if i%5 != 4 { // one in five has no card
		o["onPremisesExtensionAttributes"] = object{"extensionAttribute1": fmt.Sprintf("%08X", uint32(tenant.Mix(d.Seed^uint64(i)<<24)))}
	}
	if i > tenant.OrganizerUser && i%17 == 16 {
		o["userType"] = "Guest"
	}
	s.strikePerson(i, o)
	if i > tenant.OrganizerUser && s.Has(fault.HostileNames) {
		o["displayName"], o["department"] = tenant.Hostile(i), tenant.Hostile(i+1)
	}
	return o
}

// roomAccount is the account of a room's mailbox: it is among the users, with
// sign-in blocked, in every real tenant.
func (s *Simulator) roomAccount(i int) object {
	r := s.directory.Room(i)
	local, _, _ := strings.Cut(r.Email, "@")
	o := object{
		"id": s.directory.ID(tenant.KindRoom, i), "displayName": r.Name, "givenName": nil, "surname": nil, "userPrincipalName": r.Email, "mail": r.Email,
		"mailNickname": local, "accountEnabled": s.state.Exchange.SignIn[r.Email] || s.roomSignsIn(r.Email), "userType": "Member", "businessPhones": []string{}, "proxyAddresses": []string{"SMTP:" + r.Email},
		"createdDateTime": "2024-03-04T08:00:00Z", "otherMails": []string{}, "assignedLicenses": []object{},
	}
	if s.struckRoom(fault.RoomRenamed, r.Email) {
		o["proxyAddresses"] = []string{"SMTP:" + r.Email, "smtp:old-" + r.Email}
	}
	if s.Has(fault.HostileNames) {
		o["displayName"] = tenant.Hostile(i)
	}
	return o
}

func (c *call) userCollection() collection {
	s := c.s
	people, made := s.directory.Users, s.state.Users
	return collection{
		context: "users", n: people + len(made) + s.directory.Rooms, known: userProperties, shown: userDefault,
		top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(i int) object {
			switch {
			case i < people:
				return c.basic(s.userObject(i))
			case i < people+len(made):
				return c.basic(made[i-people].object())
			}
			r := i - people - len(made)
			if s.gone(s.directory.Room(r).Email) {
				return nil
			}
			return c.basic(s.roomAccount(r))
		},
	}
}

// basic hides what User.ReadBasic.All does not show.
func (c *call) basic(o object) object {
	if c.claims.hasAny("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All") || c.claims.user() && o["id"] == c.claims.ObjectID {
		return o
	}
	return pick(o, []string{"id", "displayName", "givenName", "surname", "userPrincipalName", "mail"})
}

func (c *call) users() (reply, error) {
	if strings.Contains(c.query.Get("$select"), "mailboxSettings") {
		return reply{}, microsoft.Refuse(http.StatusNotImplemented, "NotImplemented", "Not implemented")
	}
	return c.list(c.userCollection())
}

// findUser takes an id or a user principal name.
func (s *Simulator) findUser(key string) (object, bool) {
	if i, ok := s.directory.FindPerson(key); ok {
		return s.userObject(i), true
	}
	if i, ok := s.directory.FindRoom(key); ok && !s.gone(s.directory.Room(i).Email) {
		return s.roomAccount(i), true
	}
	for _, m := range s.state.Exchange.MadeRooms {
		if m.ID == key || strings.EqualFold(m.Email, key) {
			return object{"id": m.ID, "displayName": m.Name, "userPrincipalName": m.Email, "mail": m.Email, "accountEnabled": false, "userType": "Member", "businessPhones": []string{}}, true
		}
	}
	for _, u := range s.state.Users {
		if u.ID == key || strings.EqualFold(u.UserPrincipalName, key) {
			return u.object(), true
		}
	}
	return nil, false
}

func (c *call) oneUser(key string) (reply, error) {
	o, found := c.s.findUser(key)
	if !found {
		return reply{}, microsoft.NotFound(key)
	}
	o = c.basic(o)
	if c.query.Get("$select") == "" {
		o = pick(o, userDefault)
	}
	return c.entity("users", o, userProperties)
}

func (c *call) signedIn() error {
	if !c.claims.user() {
		return microsoft.Refuse(http.StatusBadRequest, "BadRequest", "/me request is only valid with delegated authentication flow.")
	}
	return nil
}

// myRoles are the directory roles of the signed-in user.
func (c *call) myRoles() (reply, error) {
	if err := c.signedIn(); err != nil {
		return reply{}, err
	}
	i, _ := c.s.directory.FindPerson(c.claims.ObjectID)
	wids := slices.DeleteFunc(c.s.wids(i), func(id string) bool { return id == defaultUserRole })
	cast := strings.HasSuffix(strings.ToLower(c.r.URL.Path), "directoryrole")
	return c.list(collection{
		context: "directoryObjects", n: len(wids), known: roleProperties, top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(n int) object {
			o := object{
				"id": c.s.directory.ID(tenant.KindOther, 500+int(wids[n][0])), "displayName": roleNames[wids[n]], "description": roleNames[wids[n]],
				"roleTemplateId": wids[n], "deletedDateTime": nil,
			}
			if !cast {
				o["@odata.type"] = "#microsoft.graph.directoryRole"
			}
			return o
		},
	})
}

// madeUser is an account that was made through Graph.
type madeUser struct {
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

func (u *madeUser) object() object {
	return object{
		"id": u.ID, "displayName": u.DisplayName, "mailNickname": u.MailNickname, "userPrincipalName": u.UserPrincipalName, "mail": nil,
		"accountEnabled": u.AccountEnabled != nil && *u.AccountEnabled, "userType": "Member", "businessPhones": []string{}, "proxyAddresses": []string{},
		"usageLocation": u.UsageLocation, "department": u.Department, "jobTitle": u.JobTitle, "otherMails": []string{}, "assignedLicenses": []object{},
	}
}

func (c *call) createUser() (reply, error) {
	u := &madeUser{}
	if err := c.body(u); err != nil {
		return reply{}, err
	}
	if u.AccountEnabled == nil || u.DisplayName == "" || u.MailNickname == "" || u.PasswordProfile == nil || u.PasswordProfile.Password == "" {
		return reply{}, microsoft.BadRequest("A required property is missing: accountEnabled, displayName, mailNickname, userPrincipalName and passwordProfile are needed.")
	}
	if _, domain, _ := strings.Cut(u.UserPrincipalName, "@"); !strings.EqualFold(domain, c.s.directory.Domain) && !strings.EqualFold(domain, c.s.directory.InitialDomain()) {
		return reply{}, microsoft.BadRequest("The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.")
	}
	if _, exists := c.s.findUser(u.UserPrincipalName); exists {
		return reply{}, microsoft.Refuse(http.StatusBadRequest, "Request_BadRequest", "Another object with the same value for property userPrincipalName already exists.")
	}
	u.ID, u.PasswordProfile.Password = uuid.NewString(), ""
	c.s.state.Users = append(c.s.state.Users, u)
	c.s.born(u.ID)
	o := u.object()
	o["@odata.context"] = c.context("users/$entity")
	return created(o)
}

func (c *call) madeUserAt() (int, error) {
	at := slices.IndexFunc(c.s.state.Users, func(u *madeUser) bool { return u.ID == c.vars[0] || strings.EqualFold(u.UserPrincipalName, c.vars[0]) })
	if at < 0 {
		if _, exists := c.s.findUser(c.vars[0]); exists {
			return 0, microsoft.Denied() // the seeded people are not for changing
		}
		return 0, microsoft.NotFound(c.vars[0])
	}
	return at, nil
}

func (c *call) patchUser() (reply, error) {
	at, err := c.madeUserAt()
	if err != nil {
		return reply{}, err
	}
	if err := c.body(c.s.state.Users[at]); err != nil {
		return reply{}, err
	}
	return noContent()
}

func (c *call) deleteUser() (reply, error) {
	at, err := c.madeUserAt()
	if err != nil {
		return reply{}, err
	}
	c.s.state.Users = slices.Delete(c.s.state.Users, at, at+1)
	return noContent()
}
