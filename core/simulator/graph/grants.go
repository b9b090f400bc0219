package graph

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
	delegators      = []string{tenant.GlobalAdministrator, tenant.PrivilegedRoleAdministrator, tenant.CloudApplicationAdministrator, tenant.ApplicationAdministrator}
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
	o := microsoft.AsObject(a)
	delete(o, "x-sequence")
	delete(o, "x-extra")
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
	for _, a := range c.g.State.Assignments {
		if (held && a.PrincipalID == sp.ID || !held && a.ResourceID == sp.ID) && !c.g.Hidden(a) && !c.g.Revoked(a) && c.g.Principal(a.PrincipalID) != nil && c.g.Replicated(a.ID) {
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
	sp, resource := c.g.Principal(b.PrincipalID), c.g.Principal(b.ResourceID)
	switch {
	case resource == nil:
		return reply{}, microsoft.NotFound(b.ResourceID)
	case sp == nil:
		return reply{}, microsoft.BadRequest("Not a valid reference update.")
	case c.claims.User() && !c.claims.HasRole(tenant.Consenters...) && (resource.AppID == tenant.GraphAppID || !c.claims.HasRole(tenant.Registrars...)):
		return reply{}, microsoft.Denied()
	case tenant.RoleValue(resource, b.AppRoleID) == "":
		return reply{}, microsoft.BadRequest("Permission being assigned was not found on application '" + resource.AppID + "'.")
	case c.g.Assigned(sp.ID, resource.ID, b.AppRoleID):
		return reply{}, microsoft.BadRequest("Permission being assigned already exists on the object")
	}
	o := assignmentObject(c.g.Assign(sp, resource, b.AppRoleID))
	o["@odata.context"] = c.context("servicePrincipals('" + sp.ID + "')/appRoleAssignedTo/$entity")
	return created(o)
}

func (c *call) assignmentAt() (int, error) {
	if _, err := c.principalAt(); err != nil {
		return 0, err
	}
	at := slices.IndexFunc(c.g.State.Assignments, func(a *tenant.AppRoleAssignment) bool { return a.ID == c.vars[1] && !c.g.Hidden(a) })
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
	return c.entity("appRoleAssignments", assignmentObject(c.g.State.Assignments[at]), assignmentProperties)
}

func (c *call) unassign() (reply, error) {
	at, err := c.assignmentAt()
	if err != nil {
		return reply{}, err
	}
	c.g.State.Assignments = slices.Delete(c.g.State.Assignments, at, at+1)
	return noContent()
}

func (c *call) grantCollection(client string) collection {
	var list []*tenant.PermissionGrant
	for _, g := range c.g.State.Grants {
		if (client == "" || g.ClientID == client) && c.g.Principal(g.ClientID) != nil && !(c.g.Has(fault.NoConsent) && g.ConsentType == "AllPrincipals") {
			list = append(list, c.g.withDelegated(g))
		}
	}
	return collection{
		context: "oauth2PermissionGrants", n: len(list), known: grantProperties, top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(i int) object { return microsoft.AsObject(list[i]) },
	}
}

// withDelegated is a grant with the scopes that a fault has in place of roles.
func (g *Graph) withDelegated(grant *tenant.PermissionGrant) *tenant.PermissionGrant {
	sp := g.Principal(grant.ClientID)
	if sp == nil || grant.ConsentType != "AllPrincipals" || grant.ResourceID != g.PrincipalByApp(tenant.GraphAppID).ID {
		return grant
	}
	more := *grant
	more.Scope = strings.Join(append(strings.Fields(grant.Scope), g.DelegatedInstead(sp.AppID)...), " ")
	return &more
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
	case c.g.Principal(g.ClientID) == nil:
		return reply{}, microsoft.NotFound(g.ClientID)
	case c.g.Principal(g.ResourceID) == nil:
		return reply{}, microsoft.NotFound(g.ResourceID)
	}
	if slices.ContainsFunc(c.g.State.Grants, func(o *tenant.PermissionGrant) bool {
		return o.ClientID == g.ClientID && o.ResourceID == g.ResourceID && o.ConsentType == g.ConsentType && (g.PrincipalID == nil || o.PrincipalID != nil && *o.PrincipalID == *g.PrincipalID)
	}) {
		return reply{}, microsoft.Refuse(http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.")
	}
	g.ID = tenant.AssignmentID(uuid.NewString())
	c.g.State.Grants = append(c.g.State.Grants, g)
	o := microsoft.AsObject(g)
	o["@odata.context"] = c.context("oauth2PermissionGrants/$entity")
	return created(o)
}

func (c *call) grantAt() (int, error) {
	at := slices.IndexFunc(c.g.State.Grants, func(g *tenant.PermissionGrant) bool { return g.ID == c.vars[0] })
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
	return c.entity("oauth2PermissionGrants", microsoft.AsObject(c.g.State.Grants[at]), grantProperties)
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
		c.g.State.Grants[at].Scope = strings.TrimSpace(*b.Scope)
	}
	return noContent()
}

func (c *call) deleteGrant() (reply, error) {
	at, err := c.grantAt()
	if err != nil {
		return reply{}, err
	}
	c.g.State.Grants = slices.Delete(c.g.State.Grants, at, at+1)
	return noContent()
}
