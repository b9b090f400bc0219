package graph

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

var principalRoutes = []route{
	{pattern: "GET /servicePrincipals", allow: appRead, serve: func(c *call) (reply, error) { return c.list(c.principalCollection()) }},
	{pattern: "GET /servicePrincipals/$count", allow: appRead, serve: func(c *call) (reply, error) { return c.countOf(c.principalCollection()) }},
	{pattern: "POST /servicePrincipals", allow: appWrite, admin: tenant.Registrars, serve: (*call).createPrincipal},
	{pattern: "GET /servicePrincipals/{}", allow: appRead, serve: (*call).getPrincipal},
	{pattern: "PATCH /servicePrincipals/{}", allow: appWrite, admin: tenant.Registrars, serve: (*call).patchPrincipal},
	{pattern: "DELETE /servicePrincipals/{}", allow: appWrite, admin: tenant.Registrars, serve: (*call).removePrincipal},
	{pattern: "GET /servicePrincipals/{}/owners", allow: appRead, serve: (*call).principalOwners},
}

var principalProperties = strings.Fields("id deletedDateTime accountEnabled alternativeNames appDescription appDisplayName appId appOwnerOrganizationId appRoleAssignmentRequired description displayName homepage loginUrl logoutUrl notes preferredSingleSignOnMode notificationEmailAddresses replyUrls servicePrincipalNames servicePrincipalType signInAudience tags info keyCredentials passwordCredentials appRoles oauth2PermissionScopes verifiedPublisher createdDateTime")

func (c *call) principalCollection() collection {
	return collection{
		context: "servicePrincipals", n: len(c.g.State.Principals), known: principalProperties, top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(i int) object {
			sp := c.g.State.Principals[i]
			if !c.g.Replicated(sp.ID) {
				return nil
			}
			return c.g.principalObject(sp)
		},
	}
}

// principalObject is an enterprise application as Graph shows it.
func (g *Graph) principalObject(sp *tenant.ServicePrincipal) object {
	o := microsoft.AsObject(sp)
	o["appRoleAssignmentRequired"] = g.AssignmentRequired(sp)
	return o
}

// principalAt finds the one that the path names, by id or appId.
func (c *call) principalAt() (*tenant.ServicePrincipal, error) {
	if sp := c.g.Principal(c.vars[0]); sp != nil {
		return sp, nil
	}
	return nil, microsoft.NotFound(c.vars[0][strings.IndexByte(c.vars[0], '=')+1:])
}

func (c *call) getPrincipal() (reply, error) {
	sp, err := c.principalAt()
	if err != nil {
		return reply{}, err
	}
	return c.entity("servicePrincipals", c.g.principalObject(sp), principalProperties)
}

// createPrincipal wants the application to be visible, and no principal yet.
func (c *call) createPrincipal() (reply, error) {
	patch, err := c.changes()
	if err != nil {
		return reply{}, err
	}
	appID, _ := patch["appId"].(string)
	if appID == "" {
		return reply{}, microsoft.BadRequest("Property appId is required.")
	}
	if c.g.PrincipalByApp(appID) != nil {
		return reply{}, microsoft.Refuse(http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue", "The service principal cannot be created, updated, or restored because the service principal name "+appID+" is already in use.")
	}
	name := ""
	for _, a := range c.g.State.Applications {
		if strings.EqualFold(a.AppID, appID) && c.g.Replicated(a.ID) {
			name = a.DisplayName
		}
	}
	owner := c.g.Directory.TenantID()
	if appID == tenant.CommandLineToolsAppID {
		name, owner = "Microsoft Graph Command Line Tools", tenant.MicrosoftTenant
	}
	if name == "" {
		return reply{}, microsoft.Refuse(http.StatusBadRequest, "NoBackingApplicationObject", "The appId '"+appID+"' of the service principal does not reference a valid application object.")
	}
	delete(patch, "appId")
	sp, err := patchedPrincipal(tenant.NewPrincipal(uuid.NewString(), appID, name, owner), patch)
	if err != nil {
		return reply{}, err
	}
	c.g.State.Principals = append(c.g.State.Principals, sp)
	c.g.Born(sp.ID)
	o := microsoft.AsObject(sp)
	o["@odata.context"] = c.context("servicePrincipals/$entity")
	return created(o)
}

func patchedPrincipal(sp *tenant.ServicePrincipal, patch object) (*tenant.ServicePrincipal, error) {
	for _, name := range []string{"id", "appId", "appOwnerOrganizationId", "deletedDateTime", "appDisplayName", "passwordCredentials"} {
		if _, set := patch[name]; set {
			return nil, microsoft.BadRequest("Property '" + name + "' is read-only and cannot be set.")
		}
	}
	merged := microsoft.AsObject(sp)
	merge(merged, patch)
	data, err := json.Marshal(merged)
	if err != nil {
		return nil, err
	}
	out := &tenant.ServicePrincipal{}
	return out, strict(data, out)
}

func (c *call) patchPrincipal() (reply, error) {
	sp, err := c.principalAt()
	if err != nil {
		return reply{}, err
	}
	patch, err := c.changes()
	if err != nil {
		return reply{}, err
	}
	next, err := patchedPrincipal(sp, patch)
	if err != nil {
		return reply{}, err
	}
	*sp = *next
	return noContent()
}

// deletePrincipal keeps its grants for the day it is restored.
func (g *Graph) deletePrincipal(sp *tenant.ServicePrincipal) {
	at := g.Now().UTC()
	sp.DeletedDateTime = &at
	g.State.Principals = slices.DeleteFunc(g.State.Principals, func(o *tenant.ServicePrincipal) bool { return o == sp })
	g.State.DeletedPrincipals = append(g.State.DeletedPrincipals, sp)
	// Exchange's pointer and its role assignments go with the principal; the
	// scopes stay.
	e := &g.State.Exchange
	e.Principals = slices.DeleteFunc(e.Principals, func(p tenant.ExchangePrincipal) bool { return strings.EqualFold(p.AppID, sp.AppID) })
	e.Roles = slices.DeleteFunc(e.Roles, func(a tenant.ManagementAssignment) bool { return strings.EqualFold(a.AppID, sp.AppID) })
}

func (c *call) removePrincipal() (reply, error) {
	sp, err := c.principalAt()
	if err != nil {
		return reply{}, err
	}
	if sp.AppOwnerOrganizationID == tenant.MicrosoftTenant && sp.AppID != tenant.CommandLineToolsAppID {
		return reply{}, microsoft.Denied()
	}
	c.g.deletePrincipal(sp)
	return noContent()
}

func (c *call) principalOwners() (reply, error) {
	if _, err := c.principalAt(); err != nil {
		return reply{}, err
	}
	return c.list(collection{context: "directoryObjects", known: userProperties, top: 100, maxTop: 999, directory: true})
}
