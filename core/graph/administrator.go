package graph

import (
	"context"
	"time"

	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/directory"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/policies"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/roomkey/roomkey/core/tenant"
)

// me is the user whose token it is; the adapter turns the name into /me.
const me = "me-token-to-replace"

// MyRoles are the directory roles of the signed-in administrator that are
// active now, those held by way of groups included. Roles that are only
// eligible (PIM) do not show.
func (c *Client) MyRoles(ctx context.Context) ([]tenant.DirectoryRole, error) {
	list := c.users().ByUserId(me).TransitiveMemberOf().GraphDirectoryRole()
	return whole(read(ctx, c, walk[models.DirectoryRoleable, tenant.DirectoryRole]{
		what: "GET /me/transitiveMemberOf/microsoft.graph.directoryRole",
		noun: func(m models.DirectoryRoleable) (tenant.DirectoryRole, bool) {
			return tenant.DirectoryRole{TemplateID: text(m.GetRoleTemplateId()), DisplayName: text(m.GetDisplayName())}, true
		},
		key: func(r tenant.DirectoryRole) string { return r.TemplateID },
		page: func(ctx context.Context, _, _ int32) (*page[models.DirectoryRoleable], error) {
			return some(list.Get(ctx, &users.ItemTransitiveMemberOfGraphDirectoryRoleRequestBuilderGetRequestConfiguration{
				QueryParameters: &users.ItemTransitiveMemberOfGraphDirectoryRoleRequestBuilderGetQueryParameters{Select: []string{"id", "displayName", "roleTemplateId"}}}))
		},
		next: func(ctx context.Context, link string) (*page[models.DirectoryRoleable], error) {
			return some(list.WithUrl(link).Get(ctx, nil))
		},
	}, nil))
}

// CredentialPolicy is the tenant's default app-management policy for
// applications.
func (c *Client) CredentialPolicy(ctx context.Context) (tenant.CredentialPolicy, error) {
	const what = "GET /policies/defaultAppManagementPolicy"
	m, err := call(ctx, c, what, func(ctx context.Context) (models.TenantAppManagementPolicyable, error) {
		m, err := policies.NewPoliciesRequestBuilderInternal(c.parameters, c.adapter).DefaultAppManagementPolicy().Get(ctx, nil)
		if err == nil && !isNil(m) && m.GetIsEnabled() == nil {
			err = malformed(what, "it does not say whether the policy is on")
		}
		return m, err
	})
	if err != nil {
		return tenant.CredentialPolicy{}, err
	}
	p := tenant.CredentialPolicy{Enabled: yes(m.GetIsEnabled())}
	restrictions := m.GetApplicationRestrictions()
	if isNil(restrictions) {
		return p, nil
	}
	for _, r := range restrictions.GetPasswordCredentials() {
		if isNil(r) || r.GetRestrictionType() == nil || r.GetState() != nil && *r.GetState() == models.DISABLED_APPMANAGEMENTRESTRICTIONSTATE {
			continue
		}
		p.Rules = append(p.Rules, tenant.CredentialRule{Type: r.GetRestrictionType().String(), Life: life(r.GetMaxLifetime()), After: when(r.GetRestrictForAppsCreatedAfterDateTime())})
	}
	for _, r := range restrictions.GetKeyCredentials() {
		if isNil(r) || r.GetRestrictionType() == nil || r.GetState() != nil && *r.GetState() == models.DISABLED_APPMANAGEMENTRESTRICTIONSTATE {
			continue
		}
		p.Rules = append(p.Rules, tenant.CredentialRule{Type: r.GetRestrictionType().String(), Life: life(r.GetMaxLifetime()), After: when(r.GetRestrictForAppsCreatedAfterDateTime())})
	}
	return p, nil
}

// life is an ISO 8601 duration; years and months do not occur in policies, a
// year is taken as 365 days.
func life(d *serialization.ISODuration) time.Duration {
	if d == nil {
		return 0
	}
	days := d.GetYears()*365 + d.GetWeeks()*7 + d.GetDays()
	return time.Duration(days)*24*time.Hour + time.Duration(d.GetHours())*time.Hour + time.Duration(d.GetMinutes())*time.Minute + time.Duration(d.GetSeconds())*time.Second
}

// DeletedApplications are the registrations that were deleted in the last 30
// days and can be restored.
func (c *Client) DeletedApplications(ctx context.Context) ([]tenant.Application, error) {
	list := directory.NewDirectoryRequestBuilderInternal(c.parameters, c.adapter).DeletedItems().GraphApplication()
	return whole(read(ctx, c, walk[models.Applicationable, tenant.Application]{
		what: "GET /directory/deletedItems/microsoft.graph.application",
		noun: func(m models.Applicationable) (tenant.Application, bool) { return application(m), true },
		key:  func(a tenant.Application) string { return a.ID },
		page: func(ctx context.Context, _, _ int32) (*page[models.Applicationable], error) {
			return some(list.Get(ctx, &directory.DeletedItemsGraphApplicationRequestBuilderGetRequestConfiguration{
				QueryParameters: &directory.DeletedItemsGraphApplicationRequestBuilderGetQueryParameters{Select: []string{"id", "appId", "displayName", "uniqueName", "deletedDateTime"}}}))
		},
		next: func(ctx context.Context, link string) (*page[models.Applicationable], error) {
			return some(list.WithUrl(link).Get(ctx, nil))
		},
	}, nil))
}

// RestoreApplication brings a deleted registration back, by its object id.
func (c *Client) RestoreApplication(ctx context.Context, id string) error {
	return c.act(ctx, "POST /directory/deletedItems/{id}/restore", func(ctx context.Context) error {
		_, err := directory.NewDirectoryRequestBuilderInternal(c.parameters, c.adapter).DeletedItems().ByDirectoryObjectId(id).Restore().Post(ctx, nil)
		return err
	})
}

// Exists is whether an account of the tenant has this address.
func (c *Client) Exists(ctx context.Context, mailbox string) (bool, error) {
	account, err := c.Look(ctx, mailbox)
	return account.ID != "", err
}
