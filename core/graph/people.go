package graph

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/groups"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// directoryPage is the largest page that Graph gives of users and groups.
const directoryPage = 999

// PeopleQuery says what is wanted of each person beside the basics.
type PeopleQuery struct {
	// CardNumberAttribute is "extensionAttribute1" to "extensionAttribute15",
	// "employeeId" or a directory extension ("extension_<app>_<name>"); "" for
	// no card number.
	CardNumberAttribute string
}

var (
	personFields = []string{"id", "displayName", "userPrincipalName", "mail", "department", "accountEnabled", "userType"}
	extension    = regexp.MustCompile(`^extension_[0-9A-Fa-f]{32}_[A-Za-z0-9_]{1,60}$`)
	custom       = regexp.MustCompile(`^extensionAttribute(1[0-5]|[1-9])$`)
)

// selection is the $select of a query.
func (q PeopleQuery) selection() ([]string, *problem.Problem) {
	switch a := q.CardNumberAttribute; {
	case a == "":
		return personFields, nil
	case custom.MatchString(a):
		return append(slices.Clip(personFields), "onPremisesExtensionAttributes"), nil
	case a == "employeeId", extension.MatchString(a):
		return append(slices.Clip(personFields), a), nil
	default:
		return nil, problem.New(codeAttributeUnreadable, words.T("The attribute %s cannot be read through Microsoft Graph.", a)).
			Fix(words.T("Choose extensionAttribute1 to extensionAttribute15, employeeId or a directory extension as the attribute of the card number."))
	}
}

func (c *Client) users() *users.UsersRequestBuilder {
	return users.NewUsersRequestBuilderInternal(c.parameters, c.adapter)
}

func (c *Client) groups() *groups.GroupsRequestBuilder {
	return groups.NewGroupsRequestBuilderInternal(c.parameters, c.adapter)
}

// People lists the tenant's users, guests included, in Graph's order. page gets
// each page as it comes and may be nil.
func (c *Client) People(ctx context.Context, q PeopleQuery, page func([]tenant.Person)) tenant.Listing[tenant.Person] {
	fields, p := q.selection()
	if p != nil {
		return tenant.Listing[tenant.Person]{Items: []tenant.Person{}, Source: c.o.Source, At: now(), Problem: p}
	}
	all := c.users()
	return read(ctx, c, walk[models.Userable, tenant.Person]{
		what: "GET /users",
		noun: func(m models.Userable) (tenant.Person, bool) { return person(m, q.CardNumberAttribute), true },
		key:  func(p tenant.Person) string { return p.ID },
		page: func(ctx context.Context, _ int32) (response[models.Userable], error) {
			return some(all.Get(ctx, &users.UsersRequestBuilderGetRequestConfiguration{
				QueryParameters: &users.UsersRequestBuilderGetQueryParameters{Select: fields, Top: pointer(int32(directoryPage))}}))
		},
		next: func(ctx context.Context, link string) (response[models.Userable], error) {
			return some(all.WithUrl(link).Get(ctx, nil))
		},
	}, page)
}

// Groups lists the tenant's groups.
func (c *Client) Groups(ctx context.Context, page func([]tenant.Group)) tenant.Listing[tenant.Group] {
	all := c.groups()
	return read(ctx, c, walk[models.Groupable, tenant.Group]{
		what: "GET /groups",
		noun: func(m models.Groupable) (tenant.Group, bool) {
			return tenant.Group{ID: text(m.GetId()), DisplayName: text(m.GetDisplayName()), Mail: text(m.GetMail()),
				Description: text(m.GetDescription()), Kind: groupKind(m)}, true
		},
		key: func(g tenant.Group) string { return g.ID },
		page: func(ctx context.Context, _ int32) (response[models.Groupable], error) {
			return some(all.Get(ctx, &groups.GroupsRequestBuilderGetRequestConfiguration{
				QueryParameters: &groups.GroupsRequestBuilderGetQueryParameters{
					Select: []string{"id", "displayName", "mail", "description", "groupTypes", "mailEnabled", "securityEnabled"},
					Top:    pointer(int32(directoryPage))}}))
		},
		next: func(ctx context.Context, link string) (response[models.Groupable], error) {
			return some(all.WithUrl(link).Get(ctx, nil))
		},
	}, page)
}

// Members lists the people who are direct members of a group; groups, devices
// and contacts in it are left out. Members of nested groups are not followed.
func (c *Client) Members(ctx context.Context, groupID string, page func([]tenant.Person)) tenant.Listing[tenant.Person] {
	all := c.groups().ByGroupId(groupID).Members()
	return read(ctx, c, walk[models.DirectoryObjectable, tenant.Person]{
		what: "GET /groups/" + groupID + "/members",
		noun: func(m models.DirectoryObjectable) (tenant.Person, bool) {
			u, isUser := m.(models.Userable)
			if !isUser {
				return tenant.Person{}, false
			}
			return person(u, ""), true
		},
		key: func(p tenant.Person) string { return p.ID },
		page: func(ctx context.Context, _ int32) (response[models.DirectoryObjectable], error) {
			return some(all.Get(ctx, &groups.ItemMembersRequestBuilderGetRequestConfiguration{
				QueryParameters: &groups.ItemMembersRequestBuilderGetQueryParameters{Top: pointer(int32(directoryPage))}}))
		},
		next: func(ctx context.Context, link string) (response[models.DirectoryObjectable], error) {
			return some(all.WithUrl(link).Get(ctx, nil))
		},
	}, page)
}

func person(m models.Userable, card string) tenant.Person {
	return tenant.Person{
		ID: text(m.GetId()), DisplayName: text(m.GetDisplayName()), UserPrincipalName: text(m.GetUserPrincipalName()),
		Mail: text(m.GetMail()), Department: text(m.GetDepartment()), Enabled: m.GetAccountEnabled(),
		UserType: text(m.GetUserType()), CardNumber: cardNumber(m, card),
	}
}

func cardNumber(m models.Userable, attribute string) string {
	switch {
	case attribute == "":
		return ""
	case attribute == "employeeId":
		return text(m.GetEmployeeId())
	case custom.MatchString(attribute):
		e := m.GetOnPremisesExtensionAttributes()
		if e == nil {
			return ""
		}
		get := []func() *string{
			e.GetExtensionAttribute1, e.GetExtensionAttribute2, e.GetExtensionAttribute3, e.GetExtensionAttribute4, e.GetExtensionAttribute5,
			e.GetExtensionAttribute6, e.GetExtensionAttribute7, e.GetExtensionAttribute8, e.GetExtensionAttribute9, e.GetExtensionAttribute10,
			e.GetExtensionAttribute11, e.GetExtensionAttribute12, e.GetExtensionAttribute13, e.GetExtensionAttribute14, e.GetExtensionAttribute15,
		}
		n, _ := strconv.Atoi(strings.TrimPrefix(attribute, "extensionAttribute"))
		return text(get[n-1]())
	}
	// A directory extension is no property of the model.
	switch v := m.GetAdditionalData()[attribute].(type) {
	case *string:
		return text(v)
	case string:
		return v
	}
	return ""
}

func groupKind(m models.Groupable) string {
	on := func(b *bool) bool { return b != nil && *b }
	switch {
	case slices.Contains(m.GetGroupTypes(), "Unified"):
		return "microsoft365"
	case on(m.GetMailEnabled()) && on(m.GetSecurityEnabled()):
		return "mailSecurity"
	case on(m.GetSecurityEnabled()):
		return "security"
	case on(m.GetMailEnabled()):
		return "distribution"
	}
	return ""
}
