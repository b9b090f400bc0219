package graph

import (
	"context"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/organization"

	"github.com/roomkey/roomkey/core/tenant"
)

// Organization is the tenant that the token is of. Its error is a problem.
func (c *Client) Organization(ctx context.Context) (tenant.Organization, error) {
	const what = "GET /organization"
	answer, err := call(ctx, c, what, func(ctx context.Context) (models.OrganizationCollectionResponseable, error) {
		list, err := organization.NewOrganizationRequestBuilderInternal(c.parameters, c.adapter).Get(ctx,
			&organization.OrganizationRequestBuilderGetRequestConfiguration{
				QueryParameters: &organization.OrganizationRequestBuilderGetQueryParameters{Select: []string{"id", "displayName", "verifiedDomains"}}})
		if err != nil || isNil(list) {
			return nil, err
		}
		if v := list.GetValue(); len(v) != 1 || isNil(v[0]) || text(v[0].GetId()) == "" {
			return nil, malformed(what, "it does not name exactly one tenant")
		}
		return list, nil
	})
	if err != nil {
		return tenant.Organization{}, err
	}
	m := answer.GetValue()[0]
	o := tenant.Organization{ID: text(m.GetId()), DisplayName: text(m.GetDisplayName())}
	for _, d := range m.GetVerifiedDomains() {
		if isNil(d) || text(d.GetName()) == "" {
			continue
		}
		o.Domains = append(o.Domains, *d.GetName())
		if d.GetIsDefault() != nil && *d.GetIsDefault() {
			o.DefaultDomain = *d.GetName()
		}
	}
	return o, nil
}
