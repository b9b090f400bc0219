package graph

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/groups"
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

// People lists the tenant's users, guests included, in Graph's order. each gets
// each page as it comes and may be nil.
func (c *Client) People(ctx context.Context, q PeopleQuery, each func([]tenant.Person)) tenant.Listing[tenant.Person] {
	fields, p := q.selection()
	if p != nil {
		return c.noPeople(p)
	}
	if extension.MatchString(q.CardNumberAttribute) {
		return people[extendedAnswer](ctx, c, q, fields, each)
	}
	return people[personAnswer](ctx, c, q, fields, each)
}

func (c *Client) noPeople(p *problem.Problem) tenant.Listing[tenant.Person] {
	return tenant.Listing[tenant.Person]{Items: []tenant.Person{}, Source: c.o.Source, At: now(), Problem: p}
}

// answering is a person as Graph sends one, with or without a directory
// extension.
type answering[M any] interface {
	*M
	person(card string) tenant.Person
}

func people[M any, P answering[M]](ctx context.Context, c *Client, q PeopleQuery, fields []string, each func([]tenant.Person)) tenant.Listing[tenant.Person] {
	return read(ctx, c, walk[*M, tenant.Person]{
		what: "GET /users", size: directoryPage, next: linked[M](c),
		noun: func(m *M) (tenant.Person, bool) { return P(m).person(q.CardNumberAttribute), true },
		key:  func(p tenant.Person) string { return p.ID },
		page: func(ctx context.Context, _, size int32) (*page[*M], error) {
			return plain[M](ctx, c)(c.users().ToGetRequestInformation(ctx, &users.UsersRequestBuilderGetRequestConfiguration{
				QueryParameters: &users.UsersRequestBuilderGetQueryParameters{Select: fields, Top: &size}}))
		},
	}, each)
}

// Groups lists the tenant's groups.
func (c *Client) Groups(ctx context.Context, each func([]tenant.Group)) tenant.Listing[tenant.Group] {
	return read(ctx, c, walk[*groupAnswer, tenant.Group]{
		what: "GET /groups", size: directoryPage, next: linked[groupAnswer](c),
		noun: func(m *groupAnswer) (tenant.Group, bool) { return m.group(), true },
		key:  func(g tenant.Group) string { return g.ID },
		page: func(ctx context.Context, _, size int32) (*page[*groupAnswer], error) {
			return plain[groupAnswer](ctx, c)(c.groups().ToGetRequestInformation(ctx, &groups.GroupsRequestBuilderGetRequestConfiguration{
				QueryParameters: &groups.GroupsRequestBuilderGetQueryParameters{Top: &size,
					Select: []string{"id", "displayName", "mail", "description", "groupTypes", "mailEnabled", "securityEnabled"}}}))
		},
	}, each)
}

// Members lists the people who are direct members of a group; groups, devices
// and contacts in it are left out.
func (c *Client) Members(ctx context.Context, groupID string, q PeopleQuery, each func([]tenant.Person)) tenant.Listing[tenant.Person] {
	fields, p := q.selection()
	switch {
	case p != nil:
		return c.noPeople(p)
	case extension.MatchString(q.CardNumberAttribute):
		return members[extendedAnswer](ctx, c, groupID, q, fields, each)
	}
	return members[personAnswer](ctx, c, groupID, q, fields, each)
}

func members[M any, P answering[M]](ctx context.Context, c *Client, groupID string, q PeopleQuery, fields []string, each func([]tenant.Person)) tenant.Listing[tenant.Person] {
	// The cast makes users of them, so that properties of users can be selected.
	all := c.groups().ByGroupId(groupID).Members().GraphUser()
	return read(ctx, c, walk[*M, tenant.Person]{
		what: "GET /groups/" + groupID + "/members/microsoft.graph.user", size: directoryPage, next: linked[M](c),
		noun: func(m *M) (tenant.Person, bool) { return P(m).person(q.CardNumberAttribute), true },
		key:  func(p tenant.Person) string { return p.ID },
		page: func(ctx context.Context, _, size int32) (*page[*M], error) {
			request, err := all.ToGetRequestInformation(ctx, &groups.ItemMembersGraphUserRequestBuilderGetRequestConfiguration{
				QueryParameters: &groups.ItemMembersGraphUserRequestBuilderGetQueryParameters{Select: fields, Top: &size}})
			if err == nil {
				// The SDK has the short name, Microsoft's reference the whole one.
				request.UrlTemplate = strings.Replace(request.UrlTemplate, "/graph.user", "/microsoft.graph.user", 1)
			}
			return plain[M](ctx, c)(request, err)
		},
	}, each)
}

// Inside lists the direct members of a group, of every kind.
func (c *Client) Inside(ctx context.Context, groupID string) tenant.Listing[tenant.Member] {
	all := c.groups().ByGroupId(groupID).Members()
	return read(ctx, c, walk[*memberAnswer, tenant.Member]{
		what: "GET /groups/" + groupID + "/members", size: directoryPage, next: linked[memberAnswer](c),
		noun: func(m *memberAnswer) (tenant.Member, bool) {
			return tenant.Member{ID: m.ID, Group: m.Type == "#microsoft.graph.group", Person: m.Type == "#microsoft.graph.user"}, true
		},
		key: func(m tenant.Member) string { return m.ID },
		page: func(ctx context.Context, _, size int32) (*page[*memberAnswer], error) {
			return plain[memberAnswer](ctx, c)(all.ToGetRequestInformation(ctx, &groups.ItemMembersRequestBuilderGetRequestConfiguration{
				QueryParameters: &groups.ItemMembersRequestBuilderGetQueryParameters{Select: []string{"id"}, Top: &size}}))
		},
	}, nil)
}

// GroupAt counts the direct members of the group that has an address: the people with
// an email address, and the groups. There is none of these where found is false.
func (c *Client) GroupAt(ctx context.Context, address string) (people, nested int, found bool, err error) {
	filter := atAddress(address)
	known, err := whole(read(ctx, c, walk[*groupAnswer, tenant.Group]{
		what: "GET /groups", size: 1, next: linked[groupAnswer](c),
		noun: func(m *groupAnswer) (tenant.Group, bool) { return m.group(), true },
		key:  func(g tenant.Group) string { return g.ID },
		page: func(ctx context.Context, _, _ int32) (*page[*groupAnswer], error) {
			return plain[groupAnswer](ctx, c)(c.groups().ToGetRequestInformation(ctx, &groups.GroupsRequestBuilderGetRequestConfiguration{
				QueryParameters: &groups.GroupsRequestBuilderGetQueryParameters{Filter: &filter, Select: []string{"id", "mail"}}}))
		},
	}, nil))
	if err != nil || len(known) == 0 {
		return 0, 0, false, err
	}
	in, err := whole(c.Inside(ctx, known[0].ID))
	if err != nil {
		return 0, 0, true, err
	}
	for _, m := range in {
		if m.Group {
			nested++
		}
	}
	all, err := whole(c.Members(ctx, known[0].ID, PeopleQuery{}, nil))
	for _, m := range all {
		if m.Mail != "" {
			people++
		}
	}
	return people, nested, true, err
}

// UnitPeople counts the users in an administrative unit that have an email address. There
// is no such unit where found is false.
func (c *Client) UnitPeople(ctx context.Context, id string) (people int, found bool, err error) {
	path := "v1.0/directory/administrativeUnits/" + url.PathEscape(id) + "/members/microsoft.graph.user"
	all, err := values(ctx, c, path, map[string]string{"select": "id,mail", "top": strconv.Itoa(directoryPage)}, func(p tenant.Person) string { return p.ID })
	if problem.KindOf(err) == problem.Absent {
		return 0, false, nil
	}
	for _, p := range all {
		if p.Mail != "" {
			people++
		}
	}
	return people, true, err
}

// memberAnswer is a member as Graph sends one.
type memberAnswer struct {
	ID   string `json:"id"`
	Type string `json:"@odata.type"`
}

// personAnswer is a person as Graph sends one: the noun, and what its card
// number is made of.
type personAnswer struct {
	tenant.Person
	EmployeeID string             `json:"employeeId"`
	OnPremises map[string]*string `json:"onPremisesExtensionAttributes"`
	// CardNumber hides the noun's: Graph has no such property.
	CardNumber json.RawMessage `json:"cardNumber"`
}

func (m *personAnswer) person(card string) tenant.Person {
	switch {
	case card == "employeeId":
		m.Person.CardNumber = m.EmployeeID
	case custom.MatchString(card):
		m.Person.CardNumber = text(m.OnPremises[card])
	}
	return m.Person
}

// extendedAnswer is a person with a directory extension, whose name only the
// tenant knows.
type extendedAnswer struct {
	personAnswer
	all map[string]any
}

// UnmarshalJSON keeps the properties that have no field as well.
func (m *extendedAnswer) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &m.personAnswer); err != nil {
		return err
	}
	return json.Unmarshal(b, &m.all)
}

func (m *extendedAnswer) person(card string) tenant.Person {
	m.Person.CardNumber, _ = m.all[card].(string)
	return m.Person
}

// groupAnswer is a group as Graph sends one: the noun, and what tells its kind.
type groupAnswer struct {
	tenant.Group
	Types    []string `json:"groupTypes"`
	HasMail  bool     `json:"mailEnabled"`
	Security bool     `json:"securityEnabled"`
	// Kind hides the noun's: Graph has no such property.
	Kind json.RawMessage `json:"kind"`
}

func (m *groupAnswer) group() tenant.Group {
	switch {
	case slices.Contains(m.Types, "Unified"):
		m.Group.Kind = "microsoft365"
	case m.HasMail && m.Security:
		m.Group.Kind = "mailSecurity"
	case m.Security:
		m.Group.Kind = "security"
	case m.HasMail:
		m.Group.Kind = "distribution"
	}
	return m.Group
}
