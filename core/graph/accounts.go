package graph

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
)

// Look finds whose address it is, also where it is an old one, and what kind of
// place it is, if that may be read; a room list is one that no account has. Of an
// address that no account has it finds the group or the contact, if that may be read.
func (c *Client) Look(ctx context.Context, address string) (tenant.Account, error) {
	account, err := c.account(ctx, address)
	if err == nil {
		account.Place = c.placeType(ctx, address)
		if account.ID == "" && account.Place == "" {
			account.Recipient = c.recipient(ctx, address)
		}
	}
	return account, err
}

// recipient is what kind of group has an address, "contact" where a contact does, ""
// for neither or no answer.
func (c *Client) recipient(ctx context.Context, address string) string {
	filter := atAddress(address)
	var groups, contacts struct{ Value []groupAnswer }
	if err := c.plainly(ctx, "v1.0/groups", &filter, &groups); err == nil && len(groups.Value) > 0 {
		return groups.Value[0].group().Kind
	}
	if err := c.plainly(ctx, "v1.0/contacts", &filter, &contacts); err == nil && len(contacts.Value) > 0 {
		return "contact"
	}
	return ""
}

// atAddress is the filter for what has an address, also where it is an old one.
func atAddress(address string) string {
	quoted := strings.ReplaceAll(address, "'", "''")
	return "mail eq '" + quoted + "' or proxyAddresses/any(a:a eq 'smtp:" + quoted + "')"
}

// Account is whose address it is, with licences and where it comes from. Without
// an id no account of the tenant has it.
func (c *Client) Account(ctx context.Context, address string) (tenant.Account, error) {
	return c.account(ctx, address, "assignedLicenses", "onPremisesSyncEnabled")
}

// AllowSignIn lets an account sign in, or blocks it.
func (c *Client) AllowSignIn(ctx context.Context, id string, allowed bool) error {
	return c.send(ctx, abstractions.PATCH, "v1.0/users/"+url.PathEscape(id), nil, map[string]any{"accountEnabled": allowed}, nil)
}

// CreateUser makes an ordinary account whose password does not expire.
func (c *Client) CreateUser(ctx context.Context, u tenant.NewUser, password vault.Secret) error {
	return c.send(ctx, abstractions.POST, "v1.0/users", nil, map[string]any{
		"accountEnabled": true, "displayName": u.DisplayName, "userPrincipalName": u.Address, "mailNickname": u.Nickname,
		"passwordPolicies": "DisablePasswordExpiration",
		"passwordProfile":  map[string]any{"password": password.Reveal(), "forceChangePasswordNextSignIn": false},
	}, nil)
}

// DeleteUser deletes an account; Microsoft keeps it for 30 days.
func (c *Client) DeleteUser(ctx context.Context, id string) error {
	return c.send(ctx, abstractions.DELETE, "v1.0/users/"+url.PathEscape(id), nil, nil, nil)
}

func (c *Client) account(ctx context.Context, address string, more ...string) (tenant.Account, error) {
	filter := "userPrincipalName eq '" + strings.ReplaceAll(address, "'", "''") + "' or " + atAddress(address)
	found, err := whole(read(ctx, c, walk[*tenant.Account, tenant.Account]{
		what: "GET /users", size: 1, next: linked[tenant.Account](c),
		noun: func(a *tenant.Account) (tenant.Account, bool) { return *a, true },
		key:  func(a tenant.Account) string { return a.ID },
		page: func(ctx context.Context, _, _ int32) (*page[*tenant.Account], error) {
			return plain[tenant.Account](ctx, c)(c.users().ToGetRequestInformation(ctx, &users.UsersRequestBuilderGetRequestConfiguration{
				QueryParameters: &users.UsersRequestBuilderGetQueryParameters{Filter: &filter,
					Select: append([]string{"id", "displayName", "userPrincipalName", "mail", "userType", "accountEnabled", "showInAddressList"}, more...)}}))
		},
	}, nil))
	if err != nil || len(found) == 0 {
		return tenant.Account{}, err
	}
	return found[0], nil
}

// matchedAtOnce is how many values one filter compares with.
const matchedAtOnce = 10

// Matching is how many accounts have one of the values in a property, which is named as
// Exchange does: "Department", "Office", "CustomAttribute1" to 15.
func (c *Client) Matching(ctx context.Context, property string, values []string) (n int, err error) {
	name := map[string]string{"Department": "department", "Office": "officeLocation"}[property]
	if number, is := strings.CutPrefix(property, "CustomAttribute"); is {
		name = "onPremisesExtensionAttributes/extensionAttribute" + number
	}
	for part := range slices.Chunk(values, matchedAtOnce) {
		var tests []string
		for _, value := range part {
			tests = append(tests, name+" eq '"+strings.ReplaceAll(value, "'", "''")+"'")
		}
		filter := strings.Join(tests, " or ")
		answer, err := call(ctx, c, "GET /users", func(ctx context.Context) (*page[*tenant.Account], error) {
			count, one := true, int32(1)
			headers := abstractions.NewRequestHeaders()
			headers.Add("ConsistencyLevel", "eventual")
			return plain[tenant.Account](ctx, c)(c.users().ToGetRequestInformation(ctx, &users.UsersRequestBuilderGetRequestConfiguration{Headers: headers,
				QueryParameters: &users.UsersRequestBuilderGetQueryParameters{Filter: &filter, Count: &count, Top: &one, Select: []string{"id"}}}))
		})
		if err != nil {
			return 0, err
		}
		if answer == nil || answer.count == nil {
			return 0, malformed("GET /users", "the number of accounts is missing")
		}
		n += int(*answer.count)
	}
	return n, nil
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
