package graph

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/roomkey/roomkey/core/tenant"
)

// Look finds whose address it is, also where it is an old one, and what kind of
// place it is, if that may be read. Without an id no account of the tenant has it.
func (c *Client) Look(ctx context.Context, address string) (tenant.Account, error) {
	quoted := strings.ReplaceAll(address, "'", "''")
	filter := "userPrincipalName eq '" + quoted + "' or mail eq '" + quoted + "' or proxyAddresses/any(a:a eq 'smtp:" + quoted + "')"
	found, err := whole(read(ctx, c, walk[*tenant.Account, tenant.Account]{
		what: "GET /users", size: 1, next: linked[tenant.Account](c),
		noun: func(a *tenant.Account) (tenant.Account, bool) { return *a, true },
		key:  func(a tenant.Account) string { return a.ID },
		page: func(ctx context.Context, _, _ int32) (*page[*tenant.Account], error) {
			return plain[tenant.Account](ctx, c)(c.users().ToGetRequestInformation(ctx, &users.UsersRequestBuilderGetRequestConfiguration{
				QueryParameters: &users.UsersRequestBuilderGetQueryParameters{Filter: &filter,
					Select: []string{"id", "userPrincipalName", "mail", "userType", "accountEnabled", "showInAddressList"}}}))
		},
	}, nil))
	if err != nil || len(found) == 0 {
		return tenant.Account{}, err
	}
	account := found[0]
	account.Place = c.placeType(ctx, address)
	return account, nil
}

// placeType asks what kind of place an address is, "" for none or no answer. The
// SDK has no call for a place of any kind.
func (c *Client) placeType(ctx context.Context, address string) string {
	root := strings.TrimSuffix(c.adapter.GetBaseUrl(), "/") + "/places/" + url.PathEscape(address)
	kind, err := call(ctx, c, "GET /places/{id}", func(ctx context.Context) (string, error) {
		request, err := c.places().ByPlaceId(address).GraphRoom().WithUrl(root).ToGetRequestInformation(ctx, nil)
		if err != nil {
			return "", err
		}
		answer, err := c.adapter.SendPrimitive(ctx, request, "[]byte", nil)
		body, _ := answer.([]byte)
		if err != nil || body == nil {
			return "", err
		}
		var place struct {
			Type string `json:"@odata.type"`
		}
		err = json.Unmarshal(body, &place)
		return strings.TrimPrefix(place.Type, "#microsoft.graph."), err
	})
	if err != nil {
		return ""
	}
	return kind
}
