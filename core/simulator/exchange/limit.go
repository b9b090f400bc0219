package exchange

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// newExchangePrincipal takes the ids of the enterprise application, not those
// of the app registration.
func (c *Colleague) newExchangePrincipal(o *Outcome, p object) error {
	o.Action = "service principal"
	c.appID = text(p, "AppId")
	sp := c.x.PrincipalByApp(c.appID)
	switch {
	case sp == nil || !c.x.Replicated(sp.ID):
		return fmt.Errorf("the service principal with AppId %s was not found in Microsoft Entra ID", c.appID)
	case sp.ID != text(p, "ObjectId"):
		return fmt.Errorf("the ObjectId %s is not that of the enterprise application", text(p, "ObjectId"))
	}
	e := &c.x.State.Exchange
	if slices.ContainsFunc(e.Principals, func(x tenant.ExchangePrincipal) bool { return strings.EqualFold(x.AppID, c.appID) }) {
		return nil
	}
	e.Principals = append(e.Principals, tenant.ExchangePrincipal{AppID: c.appID, ObjectID: sp.ID, DisplayName: sp.DisplayName})
	o.Status, o.After["ObjectId"] = "changed", sp.ID
	return nil
}

// newScope makes or changes a management scope. Groups count with their direct
// members only, so a group of groups is refused.
func (c *Colleague) newScope(o *Outcome, p object) error {
	o.Action = "management scope"
	sc := tenant.ManagementScope{Name: o.Identity, AllRooms: text(p, "Target") == "rooms", Mailboxes: list(p, "Rooms")}
	groups := []string{}
	switch by := text(p, "OrganizersBy"); by {
	case "", "group":
		groups = append(groups, text(p, "Organizers"))
	case "Department":
		sc.Departments = strings.Split(text(p, "Organizers"), ";")
	default:
		return fmt.Errorf("no mailbox has the %s %s", by, text(p, "Organizers"))
	}
	if text(p, "Target") == "group" {
		groups = append(groups, text(p, "Group"))
	}
	for _, g := range groups {
		if g == "" {
			continue
		}
		i, made, found := c.x.FindGroup(g)
		switch {
		case !found:
			return noRoom(g)
		case made == nil && i == tenant.GroupDepartments:
			return fmt.Errorf("the group %s holds other groups, whose members would be out of scope", g)
		}
		sc.Groups = append(sc.Groups, g)
	}
	for _, room := range sc.Mailboxes {
		if !c.x.isRoom(room) {
			return noRoom(room)
		}
	}
	e := &c.x.State.Exchange
	at := slices.IndexFunc(e.Scopes, func(x tenant.ManagementScope) bool { return strings.EqualFold(x.Name, sc.Name) })
	if at < 0 {
		e.Scopes = append(e.Scopes, sc)
		o.Status = "changed"
		return nil
	}
	sc.Mended = e.Scopes[at].Mended || c.x.empty(e.Scopes[at])
	if fmt.Sprint(e.Scopes[at]) != fmt.Sprint(sc) {
		e.Scopes[at], o.Status = sc, "changed"
	}
	return nil
}

func (c *Colleague) removeScope(o *Outcome, _ object) error {
	o.Action = "no management scope"
	e := &c.x.State.Exchange
	if slices.ContainsFunc(e.Roles, func(a tenant.ManagementAssignment) bool { return strings.EqualFold(a.Scope, o.Identity) }) {
		return fmt.Errorf("the management scope %s is used by a role assignment", o.Identity)
	}
	n := len(e.Scopes)
	e.Scopes = slices.DeleteFunc(e.Scopes, func(x tenant.ManagementScope) bool { return strings.EqualFold(x.Name, o.Identity) })
	if len(e.Scopes) < n {
		o.Status = "changed"
	}
	return nil
}

func (c *Colleague) newAssignment(o *Outcome, p object) error {
	o.Action = "role assignment"
	e := &c.x.State.Exchange
	app, role, scope := text(p, "App"), text(p, "Role"), text(p, "CustomResourceScope")
	at := slices.IndexFunc(e.Principals, func(x tenant.ExchangePrincipal) bool {
		return strings.EqualFold(x.ObjectID, app) || strings.EqualFold(x.AppID, app)
	})
	switch {
	case at < 0:
		return fmt.Errorf("the service principal %s was not found in Exchange", app)
	case !strings.HasPrefix(role, "Application "):
		return fmt.Errorf("the management role %s cannot be assigned to an application", role)
	case scope != "" && !slices.ContainsFunc(e.Scopes, func(x tenant.ManagementScope) bool { return strings.EqualFold(x.Name, scope) }):
		return noRoom(scope)
	}
	c.appID = e.Principals[at].AppID
	if have := slices.IndexFunc(e.Roles, func(a tenant.ManagementAssignment) bool { return strings.EqualFold(a.Name, o.Identity) }); have >= 0 {
		if !strings.EqualFold(e.Roles[have].Scope, scope) {
			return fmt.Errorf("the assignment %s has another scope: %s", o.Identity, e.Roles[have].Scope)
		}
		if c.x.off(e.Roles[have]) {
			e.Roles[have].Disabled, e.Roles[have].Mended, o.Status = false, true, "changed"
		}
		return nil
	}
	e.Roles = append(e.Roles, tenant.ManagementAssignment{Name: o.Identity, AppID: c.appID, Role: role, Scope: scope, Made: c.x.Now()})
	o.Status, o.After["Role"], o.After["Scope"] = "changed", role, scope
	return nil
}

func (c *Colleague) removeAssignment(o *Outcome, _ object) error {
	o.Action = "no role assignment"
	e := &c.x.State.Exchange
	n := len(e.Roles)
	e.Roles = slices.DeleteFunc(e.Roles, func(a tenant.ManagementAssignment) bool { return strings.EqualFold(a.Name, o.Identity) })
	if len(e.Roles) < n {
		o.Status = "changed"
	}
	return nil
}

// testReach is about Exchange's own assignments: it sees a new one at once, and
// never what Entra granted. The application is the one of the operations
// before, or whoever holds the role.
func (c *Colleague) testReach(o *Outcome, p object) error {
	want, role := text(p, "InScope"), text(p, "Role")
	o.Action = map[string]string{"True": "in scope", "False": "out of scope"}[want]
	app := cmp.Or(text(p, "App"), c.appID)
	mailbox := strings.ToLower(o.Identity)
	if _, err := c.x.MailboxAddress(mailbox); err != nil {
		return noRoom(mailbox)
	}
	held, in := false, false
	for _, a := range c.x.State.Exchange.Roles {
		if a.Role == role && (app == "" || strings.EqualFold(a.AppID, app)) {
			held, in = true, in || c.x.reaches(a, mailbox)
		}
	}
	o.After["Role"], o.After["InScope"] = role, shownValue(in)
	switch {
	case !held && want == "True":
		return fmt.Errorf("the application does not hold %s", role)
	case shownValue(in) != want:
		return fmt.Errorf("InScope is %s for %s", shownValue(in), role)
	}
	return nil
}

func (c *Colleague) newPolicy(o *Outcome, p object) error {
	o.Action = "access policy"
	group := text(p, "PolicyScopeGroupId")
	if _, _, found := c.x.FindGroup(group); !found {
		return noRoom(group)
	}
	c.x.State.Exchange.Policies = append(c.x.State.Exchange.Policies, tenant.ApplicationPolicy{AppID: cmp.Or(text(p, "AppId"), o.Identity), Group: group, Restrict: text(p, "AccessRight") != "DenyAccess"})
	o.Status = "changed"
	return nil
}

func (c *Colleague) testPolicy(o *Outcome, p object) error {
	o.Action = "policy test"
	granted := true
	for _, policy := range c.x.State.Exchange.Policies {
		if app := cmp.Or(text(p, "AppId"), c.appID); app == "" || strings.EqualFold(app, policy.AppID) {
			granted = granted && !c.x.PolicyDenies(policy.AppID, strings.ToLower(o.Identity))
		}
	}
	o.After["AccessCheckResult"] = map[bool]string{true: "Granted", false: "Denied"}[granted]
	return nil
}

func (c *Colleague) removePolicy(o *Outcome, _ object) error {
	o.Action = "no access policy"
	e := &c.x.State.Exchange
	n := len(e.Policies)
	e.Policies = slices.DeleteFunc(e.Policies, func(x tenant.ApplicationPolicy) bool { return strings.EqualFold(x.AppID, o.Identity) })
	if len(e.Policies) < n {
		o.Status = "changed"
	}
	return nil
}

// granted finds what a permission of an application is about.
func (c *Colleague) granted(o *Outcome, p object) (sp, graph *tenant.ServicePrincipal, role string, err error) {
	app := cmp.Or(text(p, "appId"), c.appID)
	sp, graph = c.x.PrincipalByApp(app), c.x.PrincipalByApp(tenant.GraphAppID)
	if sp == nil {
		return nil, nil, "", fmt.Errorf("the enterprise application %s is not in this tenant", app)
	}
	for _, r := range graph.AppRoles {
		if r.Value == o.Identity {
			return sp, graph, r.ID, nil
		}
	}
	return nil, nil, "", fmt.Errorf("microsoft Graph does not offer %s here", o.Identity)
}

func (c *Colleague) removeGrant(o *Outcome, p object) error {
	o.Action = "no tenant-wide grant"
	sp, graph, role, err := c.granted(o, p)
	if err != nil {
		return err
	}
	n := len(c.x.State.Assignments)
	c.x.State.Assignments = slices.DeleteFunc(c.x.State.Assignments, func(a *tenant.AppRoleAssignment) bool {
		return a.PrincipalID == sp.ID && a.ResourceID == graph.ID && a.AppRoleID == role
	})
	if len(c.x.State.Assignments) < n {
		o.Status, o.Before["AppRoleId"] = "changed", role
	}
	return nil
}

func (c *Colleague) restoreGrant(o *Outcome, p object) error {
	o.Action = "tenant-wide grant"
	sp, graph, role, err := c.granted(o, p)
	if err != nil || c.x.Assigned(sp.ID, graph.ID, role) {
		return err
	}
	c.x.Assign(sp, graph, role)
	o.Status, o.After["AppRoleId"] = "changed", role
	return nil
}

func (c *Colleague) makeUser(o *Outcome, p object) error {
	o.Action = "account"
	if _, there := c.x.FindUser(o.Identity); there {
		return nil
	}
	on := true
	local, _, _ := strings.Cut(o.Identity, "@")
	u := &tenant.User{ID: uuid.NewString(), AccountEnabled: &on, DisplayName: text(p, "displayName"), MailNickname: local, UserPrincipalName: o.Identity}
	c.x.State.Users = append(c.x.State.Users, u)
	c.x.Born(u.ID)
	o.Status = "changed"
	return nil
}

func (c *Colleague) setSignIn(o *Outcome, p object) error {
	allow, _ := p["accountEnabled"].(bool)
	o.Action = map[bool]string{true: "sign-in allowed", false: "sign-in blocked"}[allow]
	if !c.x.isRoom(o.Identity) {
		return noRoom(o.Identity)
	}
	e := &c.x.State.Exchange
	key := strings.ToLower(o.Identity)
	was := c.x.RoomSignsIn(key)
	if was == allow {
		return nil
	}
	if e.SignIn == nil {
		e.SignIn = map[string]bool{}
	}
	o.Before["AccountEnabled"], o.After["AccountEnabled"] = shownValue(was), shownValue(allow)
	e.SignIn[key], o.Status = allow, "changed"
	return nil
}

// upsertApplication registers as the script by Graph PowerShell does.
func (c *Colleague) upsertApplication(o *Outcome, p object) error {
	o.Action = "application"
	graph := c.x.PrincipalByApp(tenant.GraphAppID)
	access := tenant.RequiredResource{ResourceAppID: tenant.GraphAppID}
	for _, value := range list(p, "application") {
		for _, r := range graph.AppRoles {
			if r.Value == value {
				access.ResourceAccess = append(access.ResourceAccess, tenant.RequiredAccess{ID: r.ID, Type: "Role"})
			}
		}
	}
	for _, value := range list(p, "delegated") {
		for _, sc := range graph.OAuth2PermissionScopes {
			if sc.Value == value {
				access.ResourceAccess = append(access.ResourceAccess, tenant.RequiredAccess{ID: sc.ID, Type: "Scope"})
			}
		}
	}
	for _, a := range c.x.State.Applications {
		if a.UniqueName != nil && *a.UniqueName == o.Identity {
			c.appID = a.AppID
			return nil
		}
	}
	name := o.Identity
	app := tenant.NewApplication(uuid.NewString(), uuid.NewString(), text(p, "displayName"), c.x.Directory.Domain, c.x.Now().UTC())
	app.UniqueName, app.SignInAudience = &name, "AzureADMyOrg"
	uris := append([]string{}, list(p, "redirectUris")...)
	switch text(p, "platform") {
	case "spa":
		app.SPA.RedirectURIs = uris
	case "publicClient":
		app.PublicClient.RedirectURIs = uris
	default:
		app.Web.RedirectURIs = uris
	}
	app.RequiredResourceAccess = []tenant.RequiredResource{access}
	c.x.State.Applications = append(c.x.State.Applications, app)
	c.x.Born(app.ID)
	c.appID, o.Status, o.After["AppId"] = app.AppID, "changed", app.AppID
	return nil
}

func (c *Colleague) makePrincipal(o *Outcome, _ object) error {
	o.Action = "enterprise application"
	if c.x.PrincipalByApp(c.appID) != nil {
		return nil
	}
	for _, a := range c.x.State.Applications {
		if a.AppID == c.appID {
			sp := tenant.NewPrincipal(uuid.NewString(), a.AppID, a.DisplayName, c.x.Directory.TenantID())
			c.x.State.Principals = append(c.x.State.Principals, sp)
			c.x.Born(sp.ID)
			o.Status = "changed"
			return nil
		}
	}
	return fmt.Errorf("the application %s is not in this tenant", c.appID)
}
