package register

import (
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

func audienceOf(a string) words.Text {
	switch a {
	case "AzureADMyOrg":
		return words.T("this organization only")
	case "AzureADMultipleOrgs":
		return words.T("any organization (multi-tenant)")
	case "AzureADandPersonalMicrosoftAccount":
		return words.T("any organization and personal accounts")
	case "PersonalMicrosoftAccount":
		return words.T("personal accounts only")
	}
	return words.Plain(a)
}

func onOff(on bool) words.Text {
	if on {
		return words.T("on")
	}
	return words.T("off")
}

func list(items []string) words.Text {
	items = slices.DeleteFunc(slices.Clone(items), func(s string) bool { return s == "" })
	if len(items) == 0 {
		return words.T("none")
	}
	return words.Plain(strings.Join(items, ", "))
}

func without(have, want []string) []string {
	return slices.DeleteFunc(slices.Clone(have), func(s string) bool { return slices.Contains(want, s) })
}

func kindOf(accessType string) permission.Kind {
	if accessType == permission.Application.AccessType() {
		return permission.Application
	}
	return permission.Delegated
}

// nameOf is the value of a permission, or its id where nobody knows it.
func (in Input) nameOf(graph tenant.ServicePrincipal, api, id string) string {
	for _, p := range append(append([]tenant.Permission{}, graph.Roles...), graph.Scopes...) {
		if strings.EqualFold(p.ID, id) {
			return p.Value
		}
	}
	if e, _, ok := in.Permissions.ByID(strings.ToLower(id)); ok {
		return e.Value
	}
	if api != "" {
		return id + " of " + api
	}
	return id
}
