package graph

import (
	"context"

	"github.com/google/uuid"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/oauth2permissiongrants"
	"github.com/microsoftgraph/msgraph-sdk-go/serviceprincipals"
	"github.com/microsoftgraph/msgraph-sdk-go/serviceprincipalswithappid"

	"github.com/roomkey/roomkey/core/tenant"
)

func (c *Client) principals() *serviceprincipals.ServicePrincipalsRequestBuilder {
	return serviceprincipals.NewServicePrincipalsRequestBuilderInternal(c.parameters, c.adapter)
}

func (c *Client) delegated() *oauth2permissiongrants.Oauth2PermissionGrantsRequestBuilder {
	return oauth2permissiongrants.NewOauth2PermissionGrantsRequestBuilderInternal(c.parameters, c.adapter)
}

// ServicePrincipal finds an enterprise application by the client id of its
// application; with the permissions that it offers.
func (c *Client) ServicePrincipal(ctx context.Context, appID string) (tenant.ServicePrincipal, error) {
	return c.principal(ctx, "GET /servicePrincipals(appId)", func(ctx context.Context) (models.ServicePrincipalable, error) {
		return serviceprincipalswithappid.NewServicePrincipalsWithAppIdRequestBuilderInternal(c.parameters, c.adapter, &appID).Get(ctx,
			&serviceprincipalswithappid.ServicePrincipalsWithAppIdRequestBuilderGetRequestConfiguration{
				QueryParameters: &serviceprincipalswithappid.ServicePrincipalsWithAppIdRequestBuilderGetQueryParameters{Select: []string{
					"id", "appId", "displayName", "accountEnabled", "appRoleAssignmentRequired", "appOwnerOrganizationId", "verifiedPublisher", "appRoles", "oauth2PermissionScopes"}}})
	})
}

// PrincipalByID finds an enterprise application by its object id, without the
// permissions that it offers.
func (c *Client) PrincipalByID(ctx context.Context, id string) (tenant.ServicePrincipal, error) {
	return c.principal(ctx, "GET /servicePrincipals/{id}", func(ctx context.Context) (models.ServicePrincipalable, error) {
		return c.principals().ByServicePrincipalId(id).Get(ctx, &serviceprincipals.ServicePrincipalItemRequestBuilderGetRequestConfiguration{
			QueryParameters: &serviceprincipals.ServicePrincipalItemRequestBuilderGetQueryParameters{Select: []string{
				"id", "appId", "displayName", "accountEnabled", "appOwnerOrganizationId", "verifiedPublisher"}}})
	})
}

// principal is what get reads; an answer without an id is no enterprise
// application.
func (c *Client) principal(ctx context.Context, what string, get func(context.Context) (models.ServicePrincipalable, error)) (tenant.ServicePrincipal, error) {
	m, err := call(ctx, c, what, func(ctx context.Context) (models.ServicePrincipalable, error) {
		m, err := get(ctx)
		if err == nil && !isNil(m) && text(m.GetId()) == "" {
			err = malformed(what, "the enterprise application has no id")
		} else if err == nil && !isNil(m) && m.GetAccountEnabled() == nil {
			err = malformed(what, "it does not say whether the enterprise application is enabled")
		}
		return m, err
	})
	if err != nil {
		return tenant.ServicePrincipal{}, err
	}
	return servicePrincipal(m), nil
}

// CreateServicePrincipal makes the enterprise application of a registration.
func (c *Client) CreateServicePrincipal(ctx context.Context, appID string) error {
	m := models.NewServicePrincipal()
	m.SetAppId(&appID)
	return c.act(ctx, "POST /servicePrincipals", func(ctx context.Context) error {
		_, err := c.principals().Post(ctx, m, nil)
		return replicating(err)
	})
}

// DeleteServicePrincipal deletes an enterprise application by its object id.
func (c *Client) DeleteServicePrincipal(ctx context.Context, id string) error {
	return c.act(ctx, "DELETE /servicePrincipals/{id}", func(ctx context.Context) error {
		return replicating(c.principals().ByServicePrincipalId(id).Delete(ctx, nil))
	})
}

// AppRoleGrants are the application permissions that were granted to an
// enterprise application.
func (c *Client) AppRoleGrants(ctx context.Context, servicePrincipalID string) ([]tenant.AppRoleGrant, error) {
	list := c.principals().ByServicePrincipalId(servicePrincipalID).AppRoleAssignments()
	return whole(read(ctx, c, walk[models.AppRoleAssignmentable, tenant.AppRoleGrant]{
		what: "GET /servicePrincipals/{id}/appRoleAssignments",
		noun: appRoleGrant, key: tenant.AppRoleGrant.Key,
		page: func(ctx context.Context, _, _ int32) (*page[models.AppRoleAssignmentable], error) {
			return some(list.Get(ctx, nil))
		},
		next: func(ctx context.Context, link string) (*page[models.AppRoleAssignmentable], error) {
			return some(list.WithUrl(link).Get(ctx, nil))
		},
	}, nil))
}

// Assigned are the people, groups and applications that are assigned to an
// enterprise application.
func (c *Client) Assigned(ctx context.Context, servicePrincipalID string) ([]tenant.AppRoleGrant, error) {
	list := c.principals().ByServicePrincipalId(servicePrincipalID).AppRoleAssignedTo()
	return whole(read(ctx, c, walk[models.AppRoleAssignmentable, tenant.AppRoleGrant]{
		what: "GET /servicePrincipals/{id}/appRoleAssignedTo",
		noun: appRoleGrant, key: tenant.AppRoleGrant.Key,
		page: func(ctx context.Context, _, _ int32) (*page[models.AppRoleAssignmentable], error) {
			return some(list.Get(ctx, nil))
		},
		next: func(ctx context.Context, link string) (*page[models.AppRoleAssignmentable], error) {
			return some(list.WithUrl(link).Get(ctx, nil))
		},
	}, nil))
}

func appRoleGrant(m models.AppRoleAssignmentable) (tenant.AppRoleGrant, bool) {
	return tenant.AppRoleGrant{ID: text(m.GetId()), PrincipalID: id(m.GetPrincipalId()), ResourceID: id(m.GetResourceId()),
		AppRoleID: id(m.GetAppRoleId())}, true
}

// GrantAppRole consents to one application permission, for the whole tenant and
// at once.
func (c *Client) GrantAppRole(ctx context.Context, servicePrincipalID, resourceID, appRoleID string) error {
	const what = "POST /servicePrincipals/{id}/appRoleAssignedTo"
	m := models.NewAppRoleAssignment()
	for _, part := range []struct {
		set   func(*uuid.UUID)
		value string
	}{{m.SetPrincipalId, servicePrincipalID}, {m.SetResourceId, resourceID}, {m.SetAppRoleId, appRoleID}} {
		u, err := uuid.Parse(part.value)
		if err != nil {
			return malformed(what, "an id is none")
		}
		part.set(&u)
	}
	return c.act(ctx, what, func(ctx context.Context) error {
		_, err := c.principals().ByServicePrincipalId(resourceID).AppRoleAssignedTo().Post(ctx, m, nil)
		return replicating(err)
	})
}

// RevokeAppRole takes a granted application permission back.
func (c *Client) RevokeAppRole(ctx context.Context, servicePrincipalID, grantID string) error {
	return c.act(ctx, "DELETE /servicePrincipals/{id}/appRoleAssignments/{id}", func(ctx context.Context) error {
		return c.principals().ByServicePrincipalId(servicePrincipalID).AppRoleAssignments().ByAppRoleAssignmentId(grantID).Delete(ctx, nil)
	})
}

// DelegatedGrants are the consents to delegated permissions of an enterprise
// application, those of single people included.
func (c *Client) DelegatedGrants(ctx context.Context, servicePrincipalID string) ([]tenant.DelegatedGrant, error) {
	filter := "clientId eq '" + servicePrincipalID + "'"
	return whole(read(ctx, c, walk[models.OAuth2PermissionGrantable, tenant.DelegatedGrant]{
		what: "GET /oauth2PermissionGrants",
		noun: func(m models.OAuth2PermissionGrantable) (tenant.DelegatedGrant, bool) {
			return tenant.DelegatedGrant{ID: text(m.GetId()), ClientID: text(m.GetClientId()), ResourceID: text(m.GetResourceId()),
				ConsentType: text(m.GetConsentType()), PrincipalID: text(m.GetPrincipalId()), Scope: text(m.GetScope())}, true
		},
		key: func(g tenant.DelegatedGrant) string { return g.ID },
		page: func(ctx context.Context, _, _ int32) (*page[models.OAuth2PermissionGrantable], error) {
			return some(c.delegated().Get(ctx, &oauth2permissiongrants.Oauth2PermissionGrantsRequestBuilderGetRequestConfiguration{
				QueryParameters: &oauth2permissiongrants.Oauth2PermissionGrantsRequestBuilderGetQueryParameters{Filter: &filter}}))
		},
		next: func(ctx context.Context, link string) (*page[models.OAuth2PermissionGrantable], error) {
			return some(c.delegated().WithUrl(link).Get(ctx, nil))
		},
	}, nil))
}

// GrantScopes consents to delegated permissions for everybody, where there is
// no such consent between the two yet; scope is separated by blanks.
func (c *Client) GrantScopes(ctx context.Context, servicePrincipalID, resourceID, scope string) error {
	m := models.NewOAuth2PermissionGrant()
	m.SetClientId(&servicePrincipalID)
	m.SetResourceId(&resourceID)
	m.SetConsentType(pointer("AllPrincipals"))
	m.SetScope(&scope)
	return c.act(ctx, "POST /oauth2PermissionGrants", func(ctx context.Context) error {
		_, err := c.delegated().Post(ctx, m, nil)
		return replicating(err)
	})
}

// ChangeScopes replaces the scope of a consent.
func (c *Client) ChangeScopes(ctx context.Context, grantID, scope string) error {
	m := models.NewOAuth2PermissionGrant()
	m.SetScope(&scope)
	return c.act(ctx, "PATCH /oauth2PermissionGrants/{id}", func(ctx context.Context) error {
		_, err := c.delegated().ByOAuth2PermissionGrantId(grantID).Patch(ctx, m, nil)
		return replicating(err)
	})
}

// RevokeScopes takes a consent to delegated permissions back.
func (c *Client) RevokeScopes(ctx context.Context, grantID string) error {
	return c.act(ctx, "DELETE /oauth2PermissionGrants/{id}", func(ctx context.Context) error {
		return c.delegated().ByOAuth2PermissionGrantId(grantID).Delete(ctx, nil)
	})
}
