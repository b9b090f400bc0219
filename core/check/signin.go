package check

import (
	"context"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

var rolesGranted = words.T("Every permission that the product needs is granted")

func signInChecks() []Check {
	return []Check{
		{ID: Tenant, Claim: evidence.SignIn, Proves: true, Title: words.T("The cloud knows the tenant"), DependsOn: []string{Lint, Certificate}, Run: checkTenant},
		{ID: Token, Claim: evidence.SignIn, Proves: true, Title: words.T("The application gets a token"), DependsOn: []string{Tenant}, Run: checkToken},
		{ID: Roles, Claim: evidence.Permissions, Proves: true, Title: rolesGranted, DependsOn: []string{Token}, After: []string{RoomList, ChosenLists, ChosenRule, Declared}, Run: checkRoles},
		{ID: Excess, Claim: evidence.Permissions, Title: words.T("No permission is granted that the product does not need"), DependsOn: []string{Token}, Run: checkExcess},
	}
}

func checkTenant(ctx context.Context, s *State) Finding {
	d, err := s.Discover(ctx)
	if err != nil {
		return judge(err)
	}
	if d.TenantID == "" {
		return unknown(unexpected(words.T("The description of the tenant names no tenant ID.")))
	}
	s.mu.Lock()
	s.discovery = d
	s.mu.Unlock()
	if id := s.Connection.Tenant.ID; id != "" && !sameID(id, d.TenantID) {
		return fail(problem.New(codeTenantMismatch, words.T("%s is not the tenant of this connection.", s.Connection.Tenant.Domain)).
			With(words.T("The connection names the tenant %s, the cloud says that the domain belongs to %s.", id, d.TenantID)).
			Lead(words.T("Correct the domain or the tenant ID, so that both belong to the same tenant."), problem.PlaceTenant))
	}
	return pass(words.T("The tenant is %s.", d.TenantID)).with("tenantId", d.TenantID).with("region", d.Region)
}

func checkToken(ctx context.Context, s *State) Finding {
	t, err := s.Tokens.Fresh(ctx)
	if err != nil {
		if gone := s.deleted(ctx, err); gone != nil {
			return fail(gone)
		}
		return judge(err)
	}
	if t.Value.IsZero() {
		return unknown(unexpected(words.T("The sign-in was answered, but without a token.")))
	}
	if !t.Expires.IsZero() && !t.Expires.After(s.now().Add(-maxSkew)) {
		return unknown(unexpected(words.T("The token had already expired at %s when it was received.", t.Expires)))
	}
	s.mu.Lock()
	s.token = t
	s.mu.Unlock()
	if t.Claims == nil {
		return warn(problem.New(codeTokenUnreadable, words.T("Microsoft issued a token, but Roomkey cannot read the permissions in it.")).
			Fix(words.T("No action is needed: the calls below prove what the application can do.")))
	}
	c := t.Claims
	f := pass(words.T("Microsoft issued a token for %q.", c.Name)).with("application", c.Name).with("tenantId", c.TenantID).with("expires", t.Expires)
	s.mu.Lock()
	known := s.discovery.TenantID
	s.mu.Unlock()
	switch {
	case c.TenantID == "" || c.AppID == "" || c.Audience == "":
		return unknown(unexpected(words.T("The token does not name its tenant, its application or the service that it is for.")))
	case !sameID(c.TenantID, known):
		return fail(problem.New(codeTokenWrongTenant, words.T("The token is for another tenant: %s.", c.TenantID)).
			Lead(words.T("Correct the tenant."), problem.PlaceTenant))
	case !sameID(c.AppID, s.Connection.Application.ClientID):
		return fail(problem.New(codeTokenWrongApplication, words.T("The token is for another application: %s.", c.AppID)).
			Lead(words.T("Correct the client ID: it is the Application (client) ID on the application's Overview page."), problem.PlaceClientID))
	case !s.audience(c.Audience):
		return fail(problem.New(codeTokenWrongAudience, words.T("The token is not for Microsoft Graph of this cloud but for %s.", c.Audience)).
			Fix(words.T("Correct the Graph root of the cloud %q in clouds.yaml.", s.Cloud.ID)))
	}
	return f
}

// audience is whether a token is for this cloud's Graph: its root, or its id.
func (s *State) audience(aud string) bool {
	return strings.TrimRight(aud, "/") == strings.TrimRight(s.Cloud.Graph, "/") || sameID(aud, tenant.GraphAppID)
}

// checkRoles compares the token's roles with the product's list. A permission
// that is not in the token but that Exchange may have granted for some
// mailboxes is tried by a call: proven by the call it is right, and better.
func checkRoles(ctx context.Context, s *State) Finding {
	roles, readable := s.roles()
	if !readable {
		return unknown(unexpected(words.T("The token's roles cannot be read.")))
	}
	missing, exchange := []product.Permission{}, []string{}
	needed := 0
	for _, p := range s.Needs.Permissions {
		if p.Kind != permission.Application {
			continue
		}
		needed++
		if s.has(p.Value) {
			continue
		}
		if s.scopable(p.Value) {
			exchange = append(exchange, p.Value)
			continue
		}
		missing = append(missing, p)
	}
	f := Finding{}
	if len(exchange) > 0 && len(missing) == 0 {
		f = s.grantedInExchange(ctx, exchange)
	} else {
		for _, p := range s.Needs.Permissions {
			// What Exchange grants must not be granted for the whole tenant as well.
			if p.Kind == permission.Application && slices.Contains(exchange, p.Value) && !s.byExchange(p) {
				missing = append(missing, p)
			}
		}
	}
	switch {
	case len(missing) > 0:
		f = fail(s.whyMissing(ctx, missing, roles))
	case f.Status != "":
	case needed == 0:
		f = pass(words.T("%s needs no application permission.", s.Product.Name))
	default:
		f = pass(words.N(needed, "The %d permission is in the token.", "All %d permissions are in the token.", needed))
	}
	return f.with("roles", roles).with("needed", needed)
}

// grantedInExchange finds out whether mailbox permissions that the token lacks
// are granted by RBAC for Applications: one room's calendar is read.
func (s *State) grantedInExchange(ctx context.Context, values []string) Finding {
	needs := []product.Permission{}
	for _, p := range s.Needs.Permissions {
		if p.Kind == permission.Application && slices.Contains(values, p.Value) {
			needs = append(needs, p)
		}
	}
	roles, _ := s.roles()
	notGranted := func() Finding { return fail(s.whyMissing(ctx, needs, roles)) }
	scoped := s.Connection.Scope.Kind == "rbac"
	chosen, _ := s.chosen()
	if len(chosen) == 0 {
		if scoped {
			return unknown(problem.New(codeScopeUnproven, words.T("The token does not have %s, and no room is known with which Exchange's own grant could be tested.", strings.Join(values, ", "))).
				Lead(words.T("Choose at least one room, then test again."), problem.PlaceRooms))
		}
		return notGranted()
	}
	// What a tenant-wide permission lets the application read shows nothing of
	// what Exchange grants.
	for _, reads := range []string{"Calendars.Read", "Calendars.ReadBasic.All"} {
		switch {
		case !s.has(reads):
		case scoped:
			return unknown(problem.New(codeScopeUnproven, words.T("The token does not have %s. Reading cannot show whether Exchange grants it, because %s for the whole tenant already allows reading.", strings.Join(values, ", "), reads)).
				Fix(words.T("Microsoft Entra admin center, App registrations, this application, API permissions: remove %s, wait two hours, and check again.", reads)))
		default:
			return notGranted()
		}
	}
	// A room may have a trouble of its own, so a few are tried until one tells.
	var err error
	for _, room := range chosen[:min(len(chosen), roomsTried)] {
		var requestID string
		if requestID, err = s.readCalendar(ctx, room); err == nil {
			return s.readWithoutGrant(values, room).with("room", room).with("requestId", requestID)
		}
		if denied(err) {
			break
		}
	}
	switch {
	case denied(err) && scoped:
		p := problem.New(codeScopeNotGranted, words.T("Exchange denies the application access to the rooms.")).
			With(words.T("The token has no tenant-wide permission, so access must come from RBAC for Applications. A change there takes 30 minutes to 2 hours.")).
			By(err)
		p.Remedies = append(p.Remedies, ofLimit...)
		p.Lead(words.T("If the limit was never set up, or the test shows that it is not right, run the script that limits the application as an Exchange administrator."), problem.PlaceLimitScript)
		p.RequestID = problem.Of(err).RequestID
		return fail(p)
	case !problem.KindOf(err).Decided(), scoped:
		return judge(err)
	}
	return notGranted()
}

// readWithoutGrant is what it shows that a room was read although the token has
// no permission for it: Exchange grants reading, and nothing is known of writing.
func (s *State) readWithoutGrant(values []string, room string) Finding {
	writes := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !permission.Writes(v) })
	switch {
	case len(writes) == 0:
		return pass(words.T("Granted in Exchange: the calendar of %s was read without a tenant-wide permission.", room)).with("grantedInExchange", values)
	case s.Connection.Scope.Kind == connection.ScopeRBAC:
		f := pass(words.T("Granted in Exchange: the calendar of %s was read without a tenant-wide permission. Whether the application may also write is shown only by a booking.", room)).with("grantedInExchange", values)
		f.Title = notWritten
		return f
	}
	return unknown(problem.New(codeScopeUnproven, words.T("The token does not have %s. The calendar of %s was read all the same, so Exchange grants access to it, but that does not show that the application may write.", strings.Join(writes, ", "), room)).
		With(words.T("This connection does not say that the application is limited in Exchange.")).
		Lead(words.T("If the application is to be limited, run the script that limits it as an Exchange administrator, then test again."), problem.PlaceLimitScript).
		Lead(words.T("Otherwise grant %s in the registration.", strings.Join(writes, ", ")), problem.PlaceRegister))
}

// notWritten is what is proven of the permissions while nothing was written that
// only Exchange allows.
var notWritten = words.T("Every permission that the product needs is granted, except for writing, which was not tested")

// putWritten says what a test booking has shown since.
func (s *State) putWritten(f *Finding) {
	if _, written := s.proven("Calendars.ReadWrite"); written && f.Title.Key == notWritten.Key {
		f.Title = rolesGranted
		f.Note = words.T("Granted in Exchange: calendars were read and a booking was written without a tenant-wide permission.")
	}
}

// roomsTried is how many rooms are tried for a grant in Exchange.
const roomsTried = 5

func (s *State) missingProblem(missing []product.Permission, roles []string) *problem.Problem {
	reasons := []words.Text{}
	for _, p := range missing {
		reasons = append(reasons, words.T("%s: %s", p.Value, p.Reason))
	}
	list := missingNames(missing)
	p := problem.New(codePermissionMissing, words.T("The application lacks a permission: %s", list))
	if len(roles) == 0 {
		p = problem.New(codePermissionNoConsent, words.T("No permission is granted to the application at all: its token carries none."))
	}
	p.With(words.Lines(append(reasons, s.weaker(missing, roles)...)...))
	for _, wrong := range []string{"Calendars.Read.All", "Calendars.ReadWrite.All"} {
		if slices.Contains(roles, wrong) {
			p.Fix(words.T("%s was granted, but it covers work hours and locations, not calendars. Remove it and add %s instead.", wrong, strings.TrimSuffix(wrong, ".All")))
		}
	}
	return p.Fix(words.T("Microsoft Entra admin center, App registrations, this application, API permissions: add %s as application permissions of Microsoft Graph, then select \"Grant admin consent\". Only a Privileged Role Administrator or Global Administrator can do that.", list)).
		Lead(words.T("Or let Roomkey plan that change, and apply the plan as such an administrator."), problem.PlaceRegister).
		Fix(words.T("The booking server keeps its old token for up to 90 minutes. Restart it after the consent.")).
		See(words.T("API permissions of this application"), s.portal("CallAnAPI"))
}

func missingNames(missing []product.Permission) string {
	names := []string{}
	for _, p := range missing {
		names = append(names, p.Value)
	}
	return strings.Join(names, ", ")
}

// weaker says which of the token's roles are only a part of what is missing.
func (s *State) weaker(missing []product.Permission, roles []string) (lines []words.Text) {
	for _, p := range missing {
		for _, r := range roles {
			if s.covers(p.Value, r) {
				lines = append(lines, words.T("%s is granted, which is only a part of %s.", r, p.Value))
			}
		}
	}
	return lines
}

// portal is a page of the application's registration in this cloud.
func (s *State) portal(blade string) string {
	if s.Cloud.Portals.Entra == "" || s.Connection.Application.ClientID == "" {
		return ""
	}
	return s.Cloud.Portals.Entra + "/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/" + blade + "/appId/" + s.Connection.Application.ClientID
}

// checkExcess names what the application may do beyond its task.
func checkExcess(_ context.Context, s *State) Finding {
	roles, readable := s.roles()
	if !readable {
		return unknown(unexpected(words.T("The token's roles cannot be read.")))
	}
	superfluous, dangerous := []string{}, []string{}
	var worst permission.Entry
	for _, r := range roles {
		if s.isNeeded(r) {
			continue
		}
		superfluous = append(superfluous, r)
		if e, ok := s.Permissions.Get(r); ok && e.Dangerous != "" {
			dangerous = append(dangerous, r)
			if worst.Value == "" {
				worst = e
			}
		}
	}
	var p *problem.Problem
	switch {
	case len(dangerous) > 0:
		p = problem.New(codePermissionDangerous, words.T("The application can do what no booking server should: %s", strings.Join(dangerous, ", "))).
			With(words.T(worst.Dangerous))
	case len(superfluous) > 0:
		p = problem.New(codePermissionSuperfluous, words.T("The application has permissions that %s does not need: %s", s.Product.Name, strings.Join(superfluous, ", ")))
	default:
		return pass(words.T("The token has no permission that %s does not need.", s.Product.Name)).with("superfluous", superfluous).with("dangerous", dangerous)
	}
	if needed := s.standsIn(superfluous, roles); len(needed) > 0 {
		p.Fix(words.T("First add %s as application permissions of Microsoft Graph and select \"Grant admin consent\": App registrations, this application, API permissions. Without that, revoking takes away what %s needs.", strings.Join(needed, ", "), s.Product.Name))
	}
	p.Fix(words.T("Microsoft Entra admin center, Enterprise applications, this application, Permissions: open the menu of each permission and select \"Revoke permission\"; then remove it under App registrations, API permissions too.")).
		See(words.T("API permissions of this application"), s.portal("CallAnAPI"))
	return warn(p).with("superfluous", superfluous).with("dangerous", dangerous)
}

// standsIn are the needed permissions that only superfluous roles include.
func (s *State) standsIn(superfluous, roles []string) (needed []string) {
	for _, p := range s.needsOf(permission.Application) {
		holds := func(r string) bool { return s.covers(r, p.Value) }
		proper := func(r string) bool { return holds(r) && !slices.Contains(superfluous, r) }
		if slices.ContainsFunc(roles, holds) && !slices.ContainsFunc(roles, proper) {
			needed = append(needed, p.Value)
		}
	}
	return needed
}

// isNeeded is whether a role of the token is one that the product asks for, or
// a weaker one that is included in what it asks for.
func (s *State) isNeeded(role string) bool {
	for _, p := range s.Needs.Permissions {
		if p.Kind == permission.Application && s.covers(p.Value, role) {
			return true
		}
	}
	return false
}
