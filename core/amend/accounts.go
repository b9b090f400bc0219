package amend

import (
	"context"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

const (
	accountEnabled = "accountEnabled"
	displayName    = "displayName"
)

// blockedAccount is the account behind a room, whose sign-in is blocked or allowed.
var blockedAccount = kind{
	action: "sign-in blocked", back: "sign-in allowed", request: "PATCH /users/{id}", title: words.T("Sign-in of a room account"),
	look: func(ctx context.Context, e *view, i Item) (object, error) {
		a, err := e.Directory.Account(ctx, i.Identity)
		if err != nil {
			return object{}, err
		}
		if a.ID == "" {
			return object{}, problem.New(codeNoAccount, words.T("No account in the tenant has the address %s.", problem.Line(i.Identity))).
				Lead(words.T("Choose the rooms again."), problem.PlaceRooms)
		}
		o := object{id: a.ID, values: Values{}}
		if a.Enabled != nil {
			o.values[accountEnabled] = *a.Enabled
		}
		switch {
		case a.Synced:
			o.leave = words.T("The account comes from the on-premises Active Directory. Change it there.")
		case len(a.Licences) > 0 && a.Enabled != nil && *a.Enabled:
			o.leave = words.T("The account has a license, so it may belong to a Teams Room or a panel, which could no longer sign in.")
		}
		return o, nil
	},
	change: func(ctx context.Context, e *view, o object, i Item) error {
		allowed, _ := i.After[accountEnabled].(bool)
		return e.Directory.AllowSignIn(ctx, o.id, allowed)
	},
}

// serviceAccount is the ordinary user that some products want.
var serviceAccount = kind{
	action: "service account", back: "service account deleted", request: "POST /users", title: words.T("Service account"), made: true,
	look: func(ctx context.Context, e *view, i Item) (object, error) {
		a, err := e.Directory.Account(ctx, i.Identity)
		if err != nil || a.ID == "" {
			return object{}, err
		}
		o := object{id: a.ID, values: Values{displayName: a.DisplayName}}
		if a.Enabled != nil {
			o.values[accountEnabled] = *a.Enabled
		}
		roles, err := e.Directory.RolesOf(ctx, a.ID)
		if err != nil {
			return object{}, err
		}
		switch {
		case a.Enabled != nil && !*a.Enabled:
			o.leave = words.T("The account is there, but its sign-in is blocked. Allow it in the Microsoft Entra admin center under Users.")
		case len(roles) > 0:
			o.note = words.T("The account has %s, which it does not need. Remove it in the Microsoft Entra admin center under Roles & admins.", named(roles))
		}
		return o, nil
	},
	change: func(ctx context.Context, e *view, o object, i Item) error {
		if i.After.empty() {
			return e.Directory.DeleteUser(ctx, o.id)
		}
		if e.Password.IsZero() {
			return problem.New(codeNoPassword, words.T("The password for %s is missing.", problem.Line(i.Identity))).Fix(words.T("Type it when you apply the plan."))
		}
		name, _ := i.After[displayName].(string)
		nickname, _, _ := strings.Cut(i.Identity, "@")
		return e.Directory.CreateUser(ctx, tenant.NewUser{Address: i.Identity, DisplayName: name, Nickname: nickname}, e.Password)
	},
}

func named(roles []tenant.DirectoryRole) string {
	var names []string
	for _, r := range roles {
		names = append(names, problem.Line(r.DisplayName))
	}
	return strings.Join(names, ", ")
}
