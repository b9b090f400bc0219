package graph

import (
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

var (
	userRead      = []string{"User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	userWrite     = []string{"User.ReadWrite.All", "Directory.ReadWrite.All"}
	userAdmins    = []string{tenant.GlobalAdministrator, tenant.UserAdministrator}
	userEnable    = "User.EnableDisableAccount.All"
	directoryRead = []string{"Directory.Read.All", "Directory.ReadWrite.All", "User.Read", "User.Read.All", "RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory"}
)

var userRoutes = []route{
	{pattern: "GET /users", allow: userRead, serve: (*call).users},
	{pattern: "GET /users/$count", allow: userRead, serve: func(c *call) (reply, error) { return c.countOf(c.userCollection()) }},
	{pattern: "POST /users", allow: userWrite, admin: userAdmins, serve: (*call).createUser},
	{pattern: "GET /users/{}", allow: userRead, serve: func(c *call) (reply, error) { return c.oneUser(c.vars[0]) }},
	{pattern: "PATCH /users/{}", allow: append(slices.Clone(userWrite), userEnable), admin: userAdmins, serve: (*call).patchUser},
	{pattern: "DELETE /users/{}", allow: userWrite, admin: userAdmins, serve: (*call).deleteUser},
	{pattern: "GET /users/{}/memberOf", allow: append(slices.Clone(directoryRead), groupRead...), serve: (*call).memberOf},
	{pattern: "GET /users/{}/transitiveMemberOf", allow: append(slices.Clone(directoryRead), groupRead...), serve: (*call).memberOf},
	{pattern: "GET /users/{}/transitiveMemberOf/microsoft.graph.directoryRole", allow: directoryRead[:2:2], serve: (*call).rolesOf},
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

func (c *call) userCollection() collection {
	s := c.g
	people, made := s.Directory.Users, s.State.Users
	return collection{
		context: "users", n: people + len(made) + s.Directory.Rooms, known: userProperties, shown: userDefault,
		top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(i int) object {
			switch {
			case i < people:
				return c.basic(s.UserObject(i))
			case i < people+len(made):
				return c.basic(made[i-people].Object())
			}
			r := i - people - len(made)
			if s.RoomGone(s.Directory.Room(r).Email) {
				return nil
			}
			return c.basic(s.RoomAccount(r))
		},
	}
}

// basic hides what User.ReadBasic.All does not show.
func (c *call) basic(o object) object {
	if c.claims.HasAny("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All") || c.claims.User() && o["id"] == c.claims.ObjectID {
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

func (c *call) oneUser(key string) (reply, error) {
	o, found := c.g.FindUser(key)
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
	if !c.claims.User() {
		return microsoft.Refuse(http.StatusBadRequest, "BadRequest", "/me request is only valid with delegated authentication flow.")
	}
	return nil
}

// myRoles are the directory roles of the signed-in user.
func (c *call) myRoles() (reply, error) {
	if err := c.signedIn(); err != nil {
		return reply{}, err
	}
	i, _ := c.g.Directory.FindPerson(c.claims.ObjectID)
	return c.rolesOfPerson(i)
}

// rolesOf are those of any account; one that was made lately has none.
func (c *call) rolesOf() (reply, error) {
	if _, known := c.g.FindUser(c.vars[0]); !known {
		return reply{}, microsoft.NotFound(c.vars[0])
	}
	i, person := c.g.Directory.FindPerson(c.vars[0])
	if !person {
		i = -1
	}
	return c.rolesOfPerson(i)
}

func (c *call) rolesOfPerson(i int) (reply, error) {
	wids := slices.DeleteFunc(c.g.RolesOf(i), func(id string) bool { return id == tenant.DefaultUserRole })
	cast := strings.HasSuffix(strings.ToLower(c.r.URL.Path), "directoryrole")
	return c.list(collection{
		context: "directoryObjects", n: len(wids), known: roleProperties, top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(n int) object {
			o := object{
				"id": c.g.Directory.ID(tenant.KindOther, 500+int(wids[n][0])), "displayName": tenant.RoleNames[wids[n]], "description": tenant.RoleNames[wids[n]],
				"roleTemplateId": wids[n], "deletedDateTime": nil,
			}
			if !cast {
				o["@odata.type"] = "#microsoft.graph.directoryRole"
			}
			return o
		},
	})
}

func (c *call) createUser() (reply, error) {
	u := &tenant.User{}
	if err := c.body(u); err != nil {
		return reply{}, err
	}
	if u.AccountEnabled == nil || u.DisplayName == "" || u.MailNickname == "" || u.PasswordProfile == nil || u.PasswordProfile.Password == "" {
		return reply{}, microsoft.BadRequest("A required property is missing: accountEnabled, displayName, mailNickname, userPrincipalName and passwordProfile are needed.")
	}
	if _, domain, _ := strings.Cut(u.UserPrincipalName, "@"); !strings.EqualFold(domain, c.g.Directory.Domain) && !strings.EqualFold(domain, c.g.Directory.InitialDomain()) {
		return reply{}, microsoft.BadRequest("The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.")
	}
	if !complex(u.PasswordProfile.Password) {
		return reply{}, microsoft.BadRequest("The specified password does not comply with password complexity requirements. Please provide a different password.")
	}
	if _, exists := c.g.FindUser(u.UserPrincipalName); exists {
		return reply{}, microsoft.Refuse(http.StatusBadRequest, "Request_BadRequest", "Another object with the same value for property userPrincipalName already exists.")
	}
	u.ID, u.PasswordProfile.Password = uuid.NewString(), ""
	c.g.State.Users = append(c.g.State.Users, u)
	c.g.Born(u.ID)
	o := u.Object()
	o["@odata.context"] = c.context("users/$entity")
	return created(o)
}

// complex is whether a password is of 8 characters at least and of three kinds.
func complex(password string) bool {
	kinds := 0
	for _, kind := range []func(rune) bool{unicode.IsLower, unicode.IsUpper, unicode.IsDigit, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }} {
		if strings.ContainsFunc(password, kind) {
			kinds++
		}
	}
	return len(password) >= 8 && kinds >= 3
}

func (c *call) madeUserAt() (int, error) {
	at := slices.IndexFunc(c.g.State.Users, func(u *tenant.User) bool {
		return u.ID == c.vars[0] || strings.EqualFold(u.UserPrincipalName, c.vars[0])
	})
	if at < 0 {
		if _, exists := c.g.FindUser(c.vars[0]); exists {
			return 0, microsoft.Denied() // the seeded people are not for changing
		}
		return 0, microsoft.NotFound(c.vars[0])
	}
	return at, nil
}

// allowSignIn changes the account of a room: nothing but its sign-in.
func (c *call) allowSignIn(address string) (reply, error) {
	var change struct {
		Enabled *bool `json:"accountEnabled"`
	}
	if err := c.body(&change); err != nil {
		return reply{}, err
	}
	if change.Enabled == nil {
		return reply{}, microsoft.BadRequest("A value is required for property 'accountEnabled' of resource 'User'.")
	}
	e := &c.g.State.Exchange
	if e.SignIn == nil {
		e.SignIn = map[string]bool{}
	}
	e.SignIn[strings.ToLower(address)] = *change.Enabled
	return noContent()
}

func (c *call) patchUser() (reply, error) {
	if address, room := c.g.RoomOf(c.vars[0]); room {
		return c.allowSignIn(address)
	}
	at, err := c.madeUserAt()
	if err != nil {
		return reply{}, err
	}
	if !c.claims.HasAny(userWrite...) { // the narrower permission is for the sign-in of accounts alone
		return reply{}, microsoft.Denied()
	}
	if err := c.body(c.g.State.Users[at]); err != nil {
		return reply{}, err
	}
	return noContent()
}

func (c *call) deleteUser() (reply, error) {
	at, err := c.madeUserAt()
	if err != nil {
		return reply{}, err
	}
	c.g.State.Users = slices.Delete(c.g.State.Users, at, at+1)
	return noContent()
}
