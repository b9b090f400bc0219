package amend

import (
	"context"
	"fmt"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// The values of a scope and of a role within it.
const (
	scopeFilter = "RecipientFilter"
	roleHolder  = "App"
	roleName    = "Role"
	roleScope   = "CustomResourceScope"
)

// limitScope is the management scope of the limit, by Microsoft's preview.
var limitScope = kind{
	action: "management scope", back: "no management scope", request: "POST /roleManagement/exchange/customAppScopes", title: words.T("Management scope"), ofApplication: true, preview: true,
	about: func(ctx context.Context, e *view, parameters Values) (words.Text, error) {
		if _, err := filterOf(parameters); err != nil || canonical(parameters["Organizers"]) == "" {
			return words.Text{}, err
		}
		return Organizers(ctx, e.Directory, canonical(parameters["OrganizersBy"]), canonical(parameters["Organizers"]))
	},
	wanted: func(parameters Values) (Values, error) {
		filter, err := filterOf(parameters)
		return Values{scopeFilter: filter}, err
	},
	look: func(ctx context.Context, e *view, i Item) (object, error) {
		s, err := e.scope(ctx, i.Identity)
		if err != nil || s.ID == "" {
			return object{}, err
		}
		o := object{id: s.ID, values: Values{scopeFilter: s.Filter}}
		for _, known := range []Values{i.Before, i.After} {
			if filter := canonical(known[scopeFilter]); bare(filter) == bare(s.Filter) {
				o.values[scopeFilter] = filter // Exchange writes brackets of its own
			}
		}
		return o, nil
	},
	change: func(ctx context.Context, e *view, o object, i Item) error {
		s := tenant.AppScope{ID: o.id, Name: i.Identity, Filter: canonical(i.After[scopeFilter])}
		switch {
		case s.Filter == "":
			return e.Directory.DeleteAppScope(ctx, s.ID)
		case s.ID == "":
			return e.Directory.CreateAppScope(ctx, s)
		}
		return e.Directory.ChangeAppScope(ctx, s)
	},
}

// Organizers says how many accounts match the people who book: the direct members of
// a group, or those that have an attribute in common, its values separated by
// semicolons, or the users in an administrative unit. That none does is a problem.
func Organizers(ctx context.Context, in Directory, by, organizers string) (words.Text, error) {
	switch by {
	case connection.ByUnit:
		return unitOf(ctx, in, organizers)
	case "", connection.ByGroup:
		return groupOf(ctx, in, organizers)
	}
	values := organizersOf(organizers)
	named := problem.Line(strings.Join(values, "; "))
	n, err := in.Matching(ctx, by, values)
	if err == nil && n == 0 {
		err = nobody(words.T("No account matches the people who book (%s: %s), so no one could book.", by, named)).
			Fix(words.T("Correct what their mailboxes have in common.")).
			Lead(words.T("If only Exchange has these values, have an Exchange administrator run the script, which looks there."), problem.PlaceLimitScript)
	}
	return words.N(n, "%d account matches the people who book (%s: %s).", "%d accounts match the people who book (%s: %s).", n, by, named), err
}

func nobody(title words.Text) *problem.Problem { return problem.New(codeNobody, title) }

// groupOf says how many direct members of a group can book; the script refuses a
// group with others in it, and so does this.
func groupOf(ctx context.Context, in Directory, address string) (words.Text, error) {
	address = strings.TrimSpace(address)
	named := problem.Line(address)
	n, nested, found, err := in.GroupAt(ctx, address)
	switch {
	case err != nil:
	case !found:
		err = nobody(words.T("Microsoft Entra ID has no group with the address %s.", named)).
			Fix(words.T("Correct the address of the group.")).
			Lead(words.T("If only Exchange has the group, have an Exchange administrator run the script, which looks there. With -WhatIf it changes nothing."), problem.PlaceLimitScript)
	case nested > 0:
		err = nobody(words.N(nested, "The group %s contains %d group, whose members would be out of scope. Only direct members count.", "The group %s contains %d groups, whose members would be out of scope. Only direct members count.", named, nested)).
			Fix(words.T("Use a group that contains only people, or a department, an office or a custom attribute."))
	case n == 0:
		err = nobody(words.T("No direct member of the group %s has an email address, so no one could book.", named)).
			Fix(words.T("Add the people who book to the group, or use another one."))
	}
	return words.N(n, "%d direct member of the group %s has an email address.", "%d direct members of the group %s have an email address.", n, named), err
}

// unitOf says how many users in an administrative unit can book. A group in it does not
// bring its members.
func unitOf(ctx context.Context, in Directory, id string) (words.Text, error) {
	id = strings.TrimSpace(id)
	named := problem.Line(id)
	n, found, err := in.UnitPeople(ctx, id)
	switch {
	case err != nil:
	case !found:
		err = nobody(words.T("Microsoft Entra ID has no administrative unit with the object ID %s.", named)).
			Fix(words.T("Copy the object ID from the Microsoft Entra admin center under Roles & admins > Admin units."))
	case n == 0:
		err = nobody(words.T("No user in the administrative unit %s has an email address, so no one could book.", named)).
			Fix(words.T("Add the people who book to the administrative unit: of a group in it, the members do not count."))
	}
	return words.N(n, "%d user in the administrative unit %s has an email address.", "%d users in the administrative unit %s have an email address.", n, named), err
}

// bare is a filter without blanks and brackets.
func bare(filter string) string {
	return strings.NewReplacer(" ", "", "(", "", ")", "").Replace(filter)
}

// filterOf is the filter that the script would write; what it looks up in Exchange
// for that cannot be had from Graph.
func filterOf(parameters Values) (string, error) {
	target, by, organizers := canonical(parameters["Target"]), canonical(parameters["OrganizersBy"]), canonical(parameters["Organizers"])
	if target != "rooms" || organizers != "" && (by == connection.ByGroup || by == connection.ByUnit) {
		return "", problem.New(codePreviewCannot, words.T("The preview cannot set this limit: Microsoft Graph does not provide what Exchange needs about a group or an administrative unit.")).
			Fix(words.T("Limit the application to all rooms, and name the people who book by a department, an office or a custom attribute.")).
			Lead(words.T("Or have an Exchange administrator run the script."), problem.PlaceLimitScript)
	}
	filter := "RecipientTypeDetails -eq 'RoomMailbox'"
	if organizers == "" {
		return filter, nil
	}
	var parts []string
	for _, value := range organizersOf(organizers) {
		parts = append(parts, fmt.Sprintf("%s -eq '%s'", by, strings.ReplaceAll(value, "'", "''")))
	}
	return fmt.Sprintf("(%s) -or (RecipientTypeDetails -eq 'UserMailbox' -and (%s))", filter, strings.Join(parts, " -or ")), nil
}

// organizersOf are the values that the people who book have in common.
func organizersOf(organizers string) (values []string) {
	for value := range strings.SplitSeq(organizers, ";") {
		if value = strings.TrimSpace(value); value != "" {
			values = append(values, value)
		}
	}
	return values
}

// scope finds a scope by its name; without an id there is none.
func (e *view) scope(ctx context.Context, name string) (tenant.AppScope, error) {
	all, err := e.Directory.AppScopes(ctx)
	if err != nil {
		return tenant.AppScope{}, e.preview(err)
	}
	for _, s := range all {
		if strings.EqualFold(s.Name, name) {
			return s, nil
		}
	}
	return tenant.AppScope{}, nil
}

// limitRole is a role that the application has within the scope.
var limitRole = kind{
	action: "role assignment", back: "no role assignment", request: "POST /roleManagement/exchange/roleAssignments", title: words.T("Exchange role of the application"), made: true, ofApplication: true, preview: true,
	look: func(ctx context.Context, e *view, i Item) (object, error) {
		values := i.After
		if values.empty() {
			values = i.Before
		}
		definition, s, err := e.assignable(ctx, values)
		if err != nil || s.ID == "" {
			return object{}, err
		}
		held, err := e.Directory.ExchangeAssignments(ctx, canonical(values[roleHolder]))
		if err != nil {
			return object{}, e.preview(err)
		}
		for _, a := range held {
			if a.RoleID == definition && a.ScopeID == s.ID {
				return object{id: a.ID, values: values}, nil
			}
		}
		return object{}, nil
	},
	change: func(ctx context.Context, e *view, o object, i Item) error {
		if i.After.empty() {
			return e.Directory.DeleteExchangeAssignment(ctx, o.id)
		}
		definition, s, err := e.assignable(ctx, i.After)
		if err != nil {
			return err
		}
		if s.ID == "" {
			return problem.New(codeNoSpace, words.T("The management scope %s is not there.", canonical(i.After[roleScope]))).Fix(words.T("Plan again."))
		}
		return e.Directory.CreateExchangeAssignment(ctx, tenant.ExchangeAssignment{PrincipalID: canonical(i.After[roleHolder]), RoleID: definition, ScopeID: s.ID})
	},
}

// assignable is the id of a role, and the scope by its name.
func (e *view) assignable(ctx context.Context, v Values) (id string, s tenant.AppScope, err error) {
	role := canonical(v[roleName])
	if id, err = e.Directory.ExchangeRole(ctx, role); err != nil {
		return "", s, e.preview(err)
	}
	if id == "" {
		return "", s, problem.New(codePreviewCannot, words.T("The preview does not show the Exchange role %s.", problem.Line(role))).
			Lead(words.T("Have an Exchange administrator run the script."), problem.PlaceLimitScript)
	}
	s, err = e.scope(ctx, canonical(v[roleScope]))
	return id, s, err
}

// preview is why Microsoft's preview does not answer, with the script in its place;
// that Microsoft was busy or did not let the account look is not the preview's.
func (e *view) preview(err error) error {
	p := problem.Of(err)
	if p.Kind != problem.Absent && p.Kind != problem.Refused && p.Kind != problem.Unsupported && p.Kind != problem.UnexpectedAnswer {
		return p
	}
	return problem.New(codePreviewAbsent, words.T("Microsoft's preview for limits in Exchange does not answer for this tenant.")).With(p.Title).By(p).
		Lead(words.T("Have an Exchange administrator run the script."), problem.PlaceLimitScript)
}

// untested says that nothing is proven yet.
func untested(s exchange.Script) []words.Text {
	if s.API == nil || !s.API.Preview {
		return nil
	}
	return []words.Text{
		words.T("Preview at Microsoft: this uses an interface that Microsoft may change without notice and does not support in production."),
		words.T("Microsoft Graph cannot test the limit. Have an Exchange administrator run limit-application-test, which only looks, and import its result. remove-grant asks for that proof."),
	}
}
