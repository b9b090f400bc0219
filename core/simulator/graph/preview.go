package graph

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/opath"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

var (
	exchangeRead  = []string{"RoleManagement.Read.Exchange", "RoleManagement.Read.All", "RoleManagement.ReadWrite.Exchange"}
	exchangeWrite = []string{"RoleManagement.ReadWrite.Exchange"}
)

// previewRoutes are the management scopes and roles of Exchange, which Graph has in
// its beta only.
var previewRoutes = []route{
	{pattern: "GET /beta/roleManagement/exchange/roleDefinitions", allow: exchangeRead, admin: placeAdmins, serve: (*call).exchangeRoles},
	{pattern: "GET /beta/roleManagement/exchange/customAppScopes", allow: exchangeRead, admin: placeAdmins, serve: (*call).appScopes},
	{pattern: "POST /beta/roleManagement/exchange/customAppScopes", allow: exchangeWrite, admin: placeAdmins, serve: (*call).createAppScope},
	{pattern: "PATCH /beta/roleManagement/exchange/customAppScopes/{}", allow: exchangeWrite, admin: placeAdmins, serve: (*call).changeAppScope},
	{pattern: "DELETE /beta/roleManagement/exchange/customAppScopes/{}", allow: exchangeWrite, admin: placeAdmins, serve: (*call).deleteAppScope},
	{pattern: "GET /beta/roleManagement/exchange/roleAssignments", allow: exchangeRead, admin: placeAdmins, serve: (*call).exchangeAssignments},
	{pattern: "POST /beta/roleManagement/exchange/roleAssignments", allow: exchangeWrite, admin: placeAdmins, serve: (*call).createExchangeAssignment},
	{pattern: "DELETE /beta/roleManagement/exchange/roleAssignments/{}", allow: exchangeWrite, admin: placeAdmins, serve: (*call).deleteExchangeAssignment},
}

var (
	roleDefinitionProperties = strings.Fields("id displayName description isBuiltIn isEnabled version")
	appScopeProperties       = strings.Fields("id type displayName customAttributes")
	roleAssignmentProperties = strings.Fields("id principalId roleDefinitionId directoryScopeId appScopeId")
)

// exchangeID is the id of an object of Exchange that has a name only.
func exchangeID(kind, name string) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(kind+" "+strings.ToLower(name))).String()
}

func (c *call) noPreview() error {
	if c.g.Has(fault.NoPreview) {
		return microsoft.NoSegment("exchange")
	}
	return nil
}

// few answers a short list of the beta.
func (c *call) few(context string, list []object, known []string) (reply, error) {
	if err := c.noPreview(); err != nil {
		return reply{}, err
	}
	return c.list(collection{context: "roleManagement/exchange/" + context, n: len(list), known: known, top: 100, maxTop: 999, nextLink: true, at: func(i int) object { return list[i] }})
}

func (c *call) exchangeRoles() (reply, error) {
	var list []object
	for _, name := range tenant.ExchangeRoles() {
		list = append(list, object{"id": exchangeID("role", name), "displayName": name, "description": name, "isBuiltIn": true, "isEnabled": true, "version": "0.12 (14.0.451.0)"})
	}
	return c.few("roleDefinitions", list, roleDefinitionProperties)
}

func (c *call) appScopeObject(s tenant.ManagementScope) object {
	return object{"id": exchangeID("scope", s.Name), "type": "RecipientScope", "displayName": s.Name, "customAttributes": object{"Exclusive": false, "RecipientFilter": c.g.FilterOf(s)}}
}

func (c *call) appScopes() (reply, error) {
	var list []object
	for _, s := range c.g.State.Exchange.Scopes {
		list = append(list, c.appScopeObject(s))
	}
	return c.few("customAppScopes", list, appScopeProperties)
}

// scopeBody reads the filter that a request gives a scope.
func (c *call) scopeBody(creates bool) (name, filter string, err error) {
	var b struct {
		Type       string `json:"type"`
		Name       string `json:"displayName"`
		Attributes struct {
			Exclusive bool   `json:"Exclusive"`
			Filter    string `json:"RecipientFilter"`
		} `json:"customAttributes"`
	}
	if err = c.noPreview(); err == nil {
		err = c.body(&b)
	}
	switch {
	case err != nil:
		return "", "", err
	case creates && (b.Type != "RecipientScope" || b.Name == ""), len([]rune(b.Name)) > 64:
		return "", "", microsoft.BadRequest("A custom app scope needs a type and a displayName of 64 characters at most.")
	case b.Attributes.Filter == "":
		return "", "", microsoft.BadRequest("The attribute RecipientFilter is required.")
	}
	if _, err := opath.Compile(b.Attributes.Filter); err != nil {
		return "", "", microsoft.BadRequest(err.Error())
	}
	return b.Name, b.Attributes.Filter, nil
}

func (c *call) createAppScope() (reply, error) {
	name, filter, err := c.scopeBody(true)
	if err != nil {
		return reply{}, err
	}
	e := &c.g.State.Exchange
	if slices.ContainsFunc(e.Scopes, func(s tenant.ManagementScope) bool { return strings.EqualFold(s.Name, name) }) {
		return reply{}, microsoft.Refuse(http.StatusConflict, "Conflict", "The object '"+name+"' already exists.")
	}
	s := tenant.ManagementScope{Name: name, Filter: filter}
	e.Scopes = append(e.Scopes, s)
	return created(c.appScopeObject(s))
}

// appScopeAt is the place of the scope that the path names.
func (c *call) appScopeAt() (int, error) {
	at := slices.IndexFunc(c.g.State.Exchange.Scopes, func(s tenant.ManagementScope) bool { return exchangeID("scope", s.Name) == c.vars[0] })
	if at < 0 {
		return 0, microsoft.NotFound(c.vars[0])
	}
	return at, c.noPreview()
}

func (c *call) changeAppScope() (reply, error) {
	at, err := c.appScopeAt()
	if err != nil {
		return reply{}, err
	}
	_, filter, err := c.scopeBody(false)
	if err != nil {
		return reply{}, err
	}
	s := &c.g.State.Exchange.Scopes[at]
	*s = tenant.ManagementScope{Name: s.Name, Filter: filter}
	return noContent()
}

func (c *call) deleteAppScope() (reply, error) {
	at, err := c.appScopeAt()
	if err != nil {
		return reply{}, err
	}
	e := &c.g.State.Exchange
	if slices.ContainsFunc(e.Roles, func(a tenant.ManagementAssignment) bool { return strings.EqualFold(a.Scope, e.Scopes[at].Name) }) {
		return reply{}, microsoft.BadRequest("The scope is used by a role assignment.")
	}
	e.Scopes = slices.Delete(e.Scopes, at, at+1)
	return noContent()
}

func (c *call) assignmentOf(a tenant.ManagementAssignment) object {
	o := object{"id": exchangeID("assignment", a.Name), "principalId": "", "roleDefinitionId": exchangeID("role", a.Role), "directoryScopeId": nil, "appScopeId": nil}
	if sp := c.g.PrincipalByApp(a.AppID); sp != nil {
		o["principalId"] = "/ServicePrincipals/" + sp.ID
	}
	if a.Scope == "" {
		o["directoryScopeId"] = "/"
	} else {
		o["appScopeId"] = exchangeID("scope", a.Scope)
	}
	return o
}

func (c *call) exchangeAssignments() (reply, error) {
	var list []object
	for _, a := range c.g.State.Exchange.Roles {
		list = append(list, c.assignmentOf(a))
	}
	return c.few("roleAssignments", list, roleAssignmentProperties)
}

// createExchangeAssignment gives an enterprise application a role; Exchange gets to
// know it by that.
func (c *call) createExchangeAssignment() (reply, error) {
	var b struct {
		Principal string  `json:"principalId"`
		Role      string  `json:"roleDefinitionId"`
		Directory *string `json:"directoryScopeId"`
		Scope     *string `json:"appScopeId"`
	}
	if err := c.noPreview(); err != nil {
		return reply{}, err
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	e := &c.g.State.Exchange
	id, ofPrincipal := strings.CutPrefix(b.Principal, "/ServicePrincipals/")
	role := slices.IndexFunc(tenant.ExchangeRoles(), func(name string) bool { return exchangeID("role", name) == b.Role })
	sp := c.g.Principal(id)
	switch {
	case !ofPrincipal || sp == nil:
		return reply{}, microsoft.BadRequest("The principal '" + b.Principal + "' was not found.")
	case role < 0:
		return reply{}, microsoft.BadRequest("The role definition '" + b.Role + "' was not found.")
	case (b.Scope == nil) == (b.Directory == nil):
		return reply{}, microsoft.BadRequest("Either appScopeId or directoryScopeId must be specified.")
	case b.Directory != nil && *b.Directory != "/":
		return reply{}, microsoft.BadRequest("The directory scope is not supported here.")
	}
	a := tenant.ManagementAssignment{AppID: sp.AppID, Role: tenant.ExchangeRoles()[role], Made: c.g.Now()}
	if b.Scope != nil {
		at := slices.IndexFunc(e.Scopes, func(s tenant.ManagementScope) bool { return exchangeID("scope", s.Name) == *b.Scope })
		if at < 0 {
			return reply{}, microsoft.BadRequest("The app scope '" + *b.Scope + "' was not found.")
		}
		a.Scope = e.Scopes[at].Name
	}
	a.Name = strings.TrimPrefix(a.Role, "Application ") + "-" + id[:8] + "-" + a.Scope
	if slices.ContainsFunc(e.Roles, func(x tenant.ManagementAssignment) bool { return x.Name == a.Name }) {
		return reply{}, microsoft.Refuse(http.StatusConflict, "Conflict", "The role assignment already exists.")
	}
	if !slices.ContainsFunc(e.Principals, func(p tenant.ExchangePrincipal) bool { return strings.EqualFold(p.AppID, sp.AppID) }) {
		e.Principals = append(e.Principals, tenant.ExchangePrincipal{AppID: sp.AppID, ObjectID: sp.ID, DisplayName: sp.DisplayName})
	}
	e.Roles = append(e.Roles, a)
	return created(c.assignmentOf(a))
}

func (c *call) deleteExchangeAssignment() (reply, error) {
	if err := c.noPreview(); err != nil {
		return reply{}, err
	}
	e := &c.g.State.Exchange
	at := slices.IndexFunc(e.Roles, func(a tenant.ManagementAssignment) bool { return exchangeID("assignment", a.Name) == c.vars[0] })
	if at < 0 {
		return reply{}, microsoft.NotFound(c.vars[0])
	}
	e.Roles = slices.Delete(e.Roles, at, at+1)
	return noContent()
}
