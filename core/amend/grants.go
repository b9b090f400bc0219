package amend

import (
	"context"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// granted is the value of a tenant-wide permission, a bool.
const granted = "granted"

// access are the enterprise application of the connection and Microsoft Graph's.
type access struct{ application, graph tenant.ServicePrincipal }

// readAccess reads both once.
func (e *view) readAccess(ctx context.Context) (*access, error) {
	if e.access != nil {
		return e.access, nil
	}
	var a access
	var err error
	if a.application, err = e.Directory.ServicePrincipal(ctx, e.Connection.Application.ClientID); err != nil {
		return nil, err
	}
	a.graph, err = e.Directory.ServicePrincipal(ctx, tenant.GraphAppID)
	e.access = &a
	return &a, err
}

// role is the id that this tenant's Graph gives an application permission.
func (a *access) role(permission string) (string, error) {
	for _, r := range a.graph.Roles {
		if r.Value == permission {
			return r.ID, nil
		}
	}
	return "", problem.New(codeNoPermission, words.T("Microsoft Graph does not offer %s in this tenant.", problem.Line(permission)))
}

// grantTaken and grantGiven are the tenant-wide grant of a permission.
var (
	grantTaken = grant("no tenant-wide grant", "tenant-wide grant", "DELETE /servicePrincipals/{id}/appRoleAssignments/{id}", false)
	// Taking a grant away asks for proof, so giving one is not undone.
	grantGiven = grant("tenant-wide grant", "", "POST /servicePrincipals/{id}/appRoleAssignedTo", true)
)

func grant(action, back, request string, held bool) kind {
	return kind{
		action: action, back: back, request: request, title: words.T("Tenant-wide permission"), ofApplication: true,
		wanted: func(Values) (Values, error) { return Values{granted: held}, nil },
		look: func(ctx context.Context, e *view, i Item) (object, error) {
			a, err := e.readAccess(ctx)
			if err != nil {
				return object{}, err
			}
			held, err := e.heldGrants(ctx, a, i.Identity)
			return object{id: a.application.ID, values: Values{granted: len(held) > 0}}, err
		},
		change: func(ctx context.Context, e *view, o object, i Item) error {
			a, err := e.readAccess(ctx)
			if err != nil {
				return err
			}
			if i.After[granted] == true {
				role, err := a.role(i.Identity)
				if err != nil {
					return err
				}
				return e.Directory.GrantAppRole(ctx, o.id, a.graph.ID, role)
			}
			held, err := e.heldGrants(ctx, a, i.Identity)
			for _, g := range held {
				if err == nil {
					err = e.Directory.RevokeAppRole(ctx, o.id, g.ID)
				}
			}
			return err
		},
	}
}

// heldGrants are the tenant-wide grants of a permission to the application.
func (e *view) heldGrants(ctx context.Context, a *access, permission string) (held []tenant.AppRoleGrant, err error) {
	role, err := a.role(permission)
	if err != nil {
		return nil, err
	}
	all, err := e.Directory.AppRoleGrants(ctx, a.application.ID)
	for _, g := range all {
		if g.ResourceID == a.graph.ID && g.AppRoleID == role {
			held = append(held, g)
		}
	}
	return held, err
}
