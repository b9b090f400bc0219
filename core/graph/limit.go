package graph

import (
	"context"
	"net/url"
	"strings"

	abstractions "github.com/microsoft/kiota-abstractions-go"

	"github.com/roomkey/roomkey/core/tenant"
)

// betaExchange is the path of Exchange's roles below the cloud's Graph; v1.0 does
// not have them.
const betaExchange = "beta/roleManagement/exchange/"

// values reads a collection that is not asked for by the SDK to its end.
func values[T any](ctx context.Context, c *Client, path string, query map[string]string, key func(T) string) ([]T, error) {
	return whole(read(ctx, c, walk[*T, T]{
		what: "GET /" + path, next: linked[T](c), key: key,
		noun: func(t *T) (T, bool) { return *t, key(*t) != "" },
		page: func(ctx context.Context, _, _ int32) (*page[*T], error) {
			request := c.request(abstractions.GET, path, "{?%24filter,%24select,%24top}")
			for name, value := range query {
				request.QueryParameters["%24"+name] = value
			}
			return plain[T](ctx, c)(request, nil)
		},
	}, nil))
}

// ExchangeRole is the id of a management role of Exchange by its name, "" for none.
func (c *Client) ExchangeRole(ctx context.Context, name string) (string, error) {
	type definition struct {
		ID   string `json:"id"`
		Name string `json:"displayName"`
	}
	filter := "displayName eq '" + strings.ReplaceAll(name, "'", "''") + "'"
	all, err := values(ctx, c, betaExchange+"roleDefinitions", map[string]string{"filter": filter}, func(d definition) string { return d.ID })
	for _, d := range all {
		if d.Name == name {
			return d.ID, nil
		}
	}
	return "", err
}

// appScope is a custom scope as Graph has it. The names of its attributes came with
// large letters in Microsoft's examples and with small ones in its description; both
// are read.
type appScope struct {
	ID         string         `json:"id,omitempty"`
	Type       string         `json:"type,omitempty"`
	Name       string         `json:"displayName,omitempty"`
	Attributes map[string]any `json:"customAttributes"`
}

func newAppScope(s tenant.AppScope) appScope {
	return appScope{Type: "RecipientScope", Name: s.Name, Attributes: map[string]any{"Exclusive": false, "RecipientFilter": s.Filter}}
}

// AppScopes are the management scopes of Exchange.
func (c *Client) AppScopes(ctx context.Context) ([]tenant.AppScope, error) {
	all, err := values(ctx, c, betaExchange+"customAppScopes", nil, func(s appScope) string { return s.ID })
	var out []tenant.AppScope
	for _, s := range all {
		scope := tenant.AppScope{ID: s.ID, Name: s.Name}
		for name, v := range s.Attributes {
			if strings.EqualFold(name, "RecipientFilter") {
				scope.Filter, _ = v.(string)
			}
		}
		out = append(out, scope)
	}
	return out, err
}

// CreateAppScope makes a management scope.
func (c *Client) CreateAppScope(ctx context.Context, s tenant.AppScope) error {
	return c.send(ctx, abstractions.POST, betaExchange+"customAppScopes", nil, newAppScope(s), nil)
}

// ChangeAppScope gives a management scope another filter.
func (c *Client) ChangeAppScope(ctx context.Context, s tenant.AppScope) error {
	change := newAppScope(s)
	change.Type, change.Name = "", ""
	return c.send(ctx, abstractions.PATCH, betaExchange+"customAppScopes/"+url.PathEscape(s.ID), nil, change, nil)
}

// DeleteAppScope removes a management scope that no assignment uses.
func (c *Client) DeleteAppScope(ctx context.Context, id string) error {
	return c.send(ctx, abstractions.DELETE, betaExchange+"customAppScopes/"+url.PathEscape(id), nil, nil, nil)
}

const principalPath = "/ServicePrincipals/"

// exchangeAssignment is one as Graph has it.
type exchangeAssignment struct {
	ID        string  `json:"id,omitempty"`
	Principal string  `json:"principalId"`
	Role      string  `json:"roleDefinitionId"`
	Directory *string `json:"directoryScopeId"`
	Scope     *string `json:"appScopeId"`
}

// ExchangeAssignments are the management roles of Exchange that an enterprise
// application holds.
func (c *Client) ExchangeAssignments(ctx context.Context, servicePrincipalID string) ([]tenant.ExchangeAssignment, error) {
	filter := "principalId eq '" + principalPath + servicePrincipalID + "'"
	all, err := values(ctx, c, betaExchange+"roleAssignments", map[string]string{"filter": filter}, func(a exchangeAssignment) string { return a.ID })
	var out []tenant.ExchangeAssignment
	for _, a := range all {
		if principal := strings.TrimPrefix(a.Principal, principalPath); strings.EqualFold(principal, servicePrincipalID) {
			out = append(out, tenant.ExchangeAssignment{ID: a.ID, PrincipalID: principal, RoleID: a.Role, ScopeID: text(a.Scope)})
		}
	}
	return out, err
}

// CreateExchangeAssignment gives an enterprise application a management role within
// a scope.
func (c *Client) CreateExchangeAssignment(ctx context.Context, a tenant.ExchangeAssignment) error {
	return c.send(ctx, abstractions.POST, betaExchange+"roleAssignments", nil,
		exchangeAssignment{Principal: principalPath + a.PrincipalID, Role: a.RoleID, Scope: &a.ScopeID}, nil)
}

// DeleteExchangeAssignment takes a management role away.
func (c *Client) DeleteExchangeAssignment(ctx context.Context, id string) error {
	return c.send(ctx, abstractions.DELETE, betaExchange+"roleAssignments/"+url.PathEscape(id), nil, nil, nil)
}
