package simulator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

var (
	assignmentRead  = []string{"Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All", "AppRoleAssignment.ReadWrite.All"}
	assignmentWrite = []string{"AppRoleAssignment.ReadWrite.All"}
	delegatedRead   = []string{"DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	delegatedWrite  = []string{"DelegatedPermissionGrant.ReadWrite.All"}
	delegators      = []string{globalAdministrator, privilegedRoleAdministrator, cloudApplicationAdministrator, applicationAdministrator}
)

var grantRoutes = []route{
	{pattern: "GET /servicePrincipals/{}/appRoleAssignedTo", allow: assignmentRead, serve: func(c *call) (reply, error) { return c.assignments(false) }},
	{pattern: "GET /servicePrincipals/{}/appRoleAssignments", allow: assignmentRead, serve: func(c *call) (reply, error) { return c.assignments(true) }},
	{pattern: "POST /servicePrincipals/{}/appRoleAssignedTo", allow: assignmentWrite, serve: (*call).assignRole},
	{pattern: "POST /servicePrincipals/{}/appRoleAssignments", allow: assignmentWrite, serve: (*call).assignRole},
	{pattern: "GET /servicePrincipals/{}/appRoleAssignedTo/{}", allow: assignmentRead, serve: (*call).oneAssignment},
	{pattern: "GET /servicePrincipals/{}/appRoleAssignments/{}", allow: assignmentRead, serve: (*call).oneAssignment},
	{pattern: "DELETE /servicePrincipals/{}/appRoleAssignedTo/{}", allow: assignmentWrite, admin: delegators, serve: (*call).unassign},
	{pattern: "DELETE /servicePrincipals/{}/appRoleAssignments/{}", allow: assignmentWrite, admin: delegators, serve: (*call).unassign},
	{pattern: "GET /servicePrincipals/{}/oauth2PermissionGrants", allow: delegatedRead, serve: (*call).grantsOfClient},
	{pattern: "GET /oauth2PermissionGrants", allow: delegatedRead, serve: func(c *call) (reply, error) { return c.list(c.grantCollection("")) }},
	{pattern: "POST /oauth2PermissionGrants", allow: delegatedWrite, admin: delegators, serve: (*call).createGrant},
	{pattern: "GET /oauth2PermissionGrants/{}", allow: delegatedRead, serve: (*call).oneGrant},
	{pattern: "PATCH /oauth2PermissionGrants/{}", allow: delegatedWrite, admin: delegators, serve: (*call).patchGrant},
	{pattern: "DELETE /oauth2PermissionGrants/{}", allow: delegatedWrite, admin: delegators, serve: (*call).deleteGrant},
}

var (
	assignmentProperties = strings.Fields("id deletedDateTime appRoleId createdDateTime principalDisplayName principalId principalType resourceDisplayName resourceId")
	grantProperties      = strings.Fields("id clientId consentType principalId resourceId scope")
)

func assignmentObject(a *tenant.AppRoleAssignment) object {
	o := asObject(a)
	delete(o, "x-sequence")
	o["deletedDateTime"] = nil
	return o
}

// assignments are what a principal holds, or what is held of a resource.
func (c *call) assignments(held bool) (reply, error) {
	sp, err := c.principalAt()
	if err != nil {
		return reply{}, err
	}
	var list []*tenant.AppRoleAssignment
	for _, a := range c.s.state.Assignments {
		if (held && a.PrincipalID == sp.ID || !held && a.ResourceID == sp.ID) && !c.s.hidden(a) && !c.s.revoked(a) && c.s.principal(a.PrincipalID) != nil && c.s.replicated(a.ID) {
			list = append(list, a)
		}
	}
	return c.list(collection{
		context: "servicePrincipals('" + sp.ID + "')/appRoleAssignments", n: len(list), known: assignmentProperties, top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(i int) object { return assignmentObject(list[i]) },
	})
}

// assignRole grants an application permission: at once and without a review
// page, to whoever is allowed to.
func (c *call) assignRole() (reply, error) {
	if _, err := c.principalAt(); err != nil {
		return reply{}, err
	}
	var b struct {
		PrincipalID string `json:"principalId"`
		ResourceID  string `json:"resourceId"`
		AppRoleID   string `json:"appRoleId"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	for _, id := range []string{b.PrincipalID, b.ResourceID, b.AppRoleID} {
		if !microsoft.IsGUID(id) {
			return reply{}, microsoft.BadRequest("principalId, resourceId and appRoleId are needed, each a GUID.")
		}
	}
	sp, resource := c.s.principal(b.PrincipalID), c.s.principal(b.ResourceID)
	switch {
	case resource == nil:
		return reply{}, microsoft.NotFound(b.ResourceID)
	case sp == nil:
		return reply{}, microsoft.BadRequest("Not a valid reference update.")
	case c.claims.user() && !c.claims.hasRole(consenters...) && (resource.AppID == graphAppID || !c.claims.hasRole(registrars...)):
		return reply{}, microsoft.Denied()
	case roleValue(resource, b.AppRoleID) == "":
		return reply{}, microsoft.BadRequest("Permission being assigned was not found on application '" + resource.AppID + "'.")
	case c.s.assigned(sp.ID, resource.ID, b.AppRoleID):
		return reply{}, microsoft.BadRequest("Permission being assigned already exists on the object")
	}
	o := assignmentObject(c.s.assign(sp, resource, b.AppRoleID))
	o["@odata.context"] = c.context("servicePrincipals('" + sp.ID + "')/appRoleAssignedTo/$entity")
	return created(o)
}

func (c *call) assignmentAt() (int, error) {
	if _, err := c.principalAt(); err != nil {
		return 0, err
	}
	at := slices.IndexFunc(c.s.state.Assignments, func(a *tenant.AppRoleAssignment) bool { return a.ID == c.vars[1] && !c.s.hidden(a) })
	if at < 0 {
		return 0, microsoft.NotFound(c.vars[1])
	}
	return at, nil
}

func (c *call) oneAssignment() (reply, error) {
	at, err := c.assignmentAt()
	if err != nil {
		return reply{}, err
	}
	return c.entity("appRoleAssignments", assignmentObject(c.s.state.Assignments[at]), assignmentProperties)
}

func (c *call) unassign() (reply, error) {
	at, err := c.assignmentAt()
	if err != nil {
		return reply{}, err
	}
	c.s.state.Assignments = slices.Delete(c.s.state.Assignments, at, at+1)
	return noContent()
}

func (c *call) grantCollection(client string) collection {
	var list []*tenant.PermissionGrant
	for _, g := range c.s.state.Grants {
		if (client == "" || g.ClientID == client) && c.s.principal(g.ClientID) != nil && !(c.s.Has(fault.NoConsent) && g.ConsentType == "AllPrincipals") {
			list = append(list, g)
		}
	}
	return collection{
		context: "oauth2PermissionGrants", n: len(list), known: grantProperties, top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(i int) object { return asObject(list[i]) },
	}
}

func (c *call) grantsOfClient() (reply, error) {
	sp, err := c.principalAt()
	if err != nil {
		return reply{}, err
	}
	return c.list(c.grantCollection(sp.ID))
}

func (c *call) createGrant() (reply, error) {
	g := &tenant.PermissionGrant{}
	if err := c.body(g); err != nil {
		return reply{}, err
	}
	switch {
	case g.ID != "":
		return reply{}, microsoft.BadRequest("Property 'id' is read-only and cannot be set.")
	case g.ConsentType != "AllPrincipals" && g.ConsentType != "Principal", g.ConsentType == "Principal" == (g.PrincipalID == nil):
		return reply{}, microsoft.BadRequest("consentType is AllPrincipals, or Principal with a principalId.")
	case c.s.principal(g.ClientID) == nil:
		return reply{}, microsoft.NotFound(g.ClientID)
	case c.s.principal(g.ResourceID) == nil:
		return reply{}, microsoft.NotFound(g.ResourceID)
	}
	if slices.ContainsFunc(c.s.state.Grants, func(o *tenant.PermissionGrant) bool {
		return o.ClientID == g.ClientID && o.ResourceID == g.ResourceID && o.ConsentType == g.ConsentType && (g.PrincipalID == nil || o.PrincipalID != nil && *o.PrincipalID == *g.PrincipalID)
	}) {
		return reply{}, microsoft.Refuse(http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.")
	}
	g.ID = assignmentID(uuid.NewString())
	c.s.state.Grants = append(c.s.state.Grants, g)
	o := asObject(g)
	o["@odata.context"] = c.context("oauth2PermissionGrants/$entity")
	return created(o)
}

func (c *call) grantAt() (int, error) {
	at := slices.IndexFunc(c.s.state.Grants, func(g *tenant.PermissionGrant) bool { return g.ID == c.vars[0] })
	if at < 0 {
		return 0, microsoft.NotFound(c.vars[0])
	}
	return at, nil
}

func (c *call) oneGrant() (reply, error) {
	at, err := c.grantAt()
	if err != nil {
		return reply{}, err
	}
	return c.entity("oauth2PermissionGrants", asObject(c.s.state.Grants[at]), grantProperties)
}

func (c *call) patchGrant() (reply, error) {
	at, err := c.grantAt()
	if err != nil {
		return reply{}, err
	}
	var b struct {
		Scope *string `json:"scope"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	if b.Scope != nil {
		c.s.state.Grants[at].Scope = strings.TrimSpace(*b.Scope)
	}
	return noContent()
}

func (c *call) deleteGrant() (reply, error) {
	at, err := c.grantAt()
	if err != nil {
		return reply{}, err
	}
	c.s.state.Grants = slices.Delete(c.s.state.Grants, at, at+1)
	return noContent()
}
