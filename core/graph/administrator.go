package graph

import (
	"context"

	"github.com/microsoftgraph/msgraph-sdk-go/directory"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/roomkey/roomkey/core/tenant"
)

// me is the user whose token it is; the adapter turns the name into /me.
const me = "me-token-to-replace"

// MyRoles are the directory roles of the signed-in administrator that are
// active now, those held by way of groups included. Roles that are only
// eligible (PIM) do not show.
func (c *Client) MyRoles(ctx context.Context) ([]tenant.DirectoryRole, error) {
	return c.RolesOf(ctx, me)
}

// RolesOf are the directory roles of an account, likewise.
func (c *Client) RolesOf(ctx context.Context, id string) ([]tenant.DirectoryRole, error) {
	list := c.users().ByUserId(id).TransitiveMemberOf().GraphDirectoryRole()
	return whole(read(ctx, c, walk[models.DirectoryRoleable, tenant.DirectoryRole]{
		what: "GET /users/{id}/transitiveMemberOf/microsoft.graph.directoryRole",
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
	account, err := c.account(ctx, mailbox)
	return account.ID != "", err
}
