package check

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// namesakesLooked is how many applications of the same name are looked into.
const namesakesLooked = 5

// whyMissing is what the registration shows of permissions that the token lacks:
// that they were added as delegated ones, or granted to another application. It
// is as before where nobody signed in, or the registration shows neither.
func (s *State) whyMissing(ctx context.Context, missing []product.Permission, roles []string) *problem.Problem {
	p := s.missingProblem(missing, roles)
	if list := s.addedAsDelegated(ctx, missing); len(list) > 0 {
		names := strings.Join(list, ", ")
		return problem.New(codePermissionDelegated, words.N(len(list), "%s was added as a delegated permission. An application needs application permissions.", "%s were added as delegated permissions. An application needs application permissions.", names)).
			With(p.Detail).
			Fix(words.T("Microsoft Entra admin center, App registrations, this application, API permissions: select \"Add a permission\", Microsoft Graph, \"Application permissions\", select %s, then select \"Grant admin consent\". Remove the delegated ones afterwards.", names)).
			Fix(words.T("The booking server keeps its old token for up to 90 minutes. Restart it after the consent.")).
			See(words.T("API permissions of this application"), s.portal("CallAnAPI"))
	}
	if api := s.declaredElsewhere(); api != "" {
		list := missingNames(missing)
		return problem.New(codePermissionOtherAPI, words.T("The registration has permissions of the API %s. The missing ones are those of Microsoft Graph: %s.", api, list)).
			With(p.Detail).
			Fix(words.T("Microsoft Entra admin center, App registrations, this application, API permissions: select \"Add a permission\", the tab \"Microsoft APIs\", Microsoft Graph, \"Application permissions\", select %s, then select \"Grant admin consent\".", list)).
			Fix(words.T("The booking server keeps its old token for up to 90 minutes. Restart it after the consent.")).
			See(words.T("API permissions of this application"), s.portal("CallAnAPI"))
	}
	if other := s.grantedNamesake(ctx, missing); other.AppID != "" {
		return problem.New(codePermissionElsewhere, words.T("Admin consent was given to another application that is called %s as well: %s.", other.DisplayName, other.AppID)).
			With(p.Detail).
			Lead(words.T("If that is the application of the booking server, enter its client ID and its own secret."), problem.PlaceClientID).
			Fix(words.T("Or give consent to this one: Microsoft Entra admin center, App registrations, the application with the ID %s, API permissions, select \"Grant admin consent\".", s.Connection.Application.ClientID)).
			See(words.T("API permissions of this application"), s.portal("CallAnAPI"))
	}
	return p
}

// otherAPIs are those whose permissions are taken for Microsoft Graph's, with the
// names by which the portal lists them.
var otherAPIs = map[string]string{
	tenant.ExchangeAppID:                   "Office 365 Exchange Online",
	"00000002-0000-0000-c000-000000000000": "Azure Active Directory Graph",
}

// declaredElsewhere is the API whose application permissions the registration
// declares instead of any of Microsoft Graph's, "" for none.
func (s *State) declaredElsewhere() (api string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.application == nil {
		return ""
	}
	for _, r := range s.application.Required {
		roles := slices.ContainsFunc(r.Access, func(a tenant.RequiredAccess) bool {
			return strings.EqualFold(a.Type, permission.Application.AccessType())
		})
		switch {
		case !roles:
		case sameID(r.ResourceAppID, tenant.GraphAppID):
			return ""
		default:
			api = cmp.Or(api, otherAPIs[strings.ToLower(r.ResourceAppID)])
		}
	}
	return api
}

// addedAsDelegated are the missing permissions that the registration declares, or
// the enterprise application was granted, for signed-in users and not for the
// application itself.
func (s *State) addedAsDelegated(ctx context.Context, missing []product.Permission) []string {
	s.mu.Lock()
	read := s.application != nil
	s.mu.Unlock()
	if !read {
		return nil
	}
	granted := s.delegatedGrants(ctx)
	var list []string
	for _, p := range missing {
		asRole, known := s.idOf(p.Ref)
		asScope, offered := s.idOf(permission.Ref{Value: p.Value, Kind: permission.Delegated})
		if known && offered && !s.declares(asRole, permission.Application) && (s.declares(asScope, permission.Delegated) || slices.Contains(granted, p.Value)) {
			list = append(list, p.Value)
		}
	}
	return list
}

// delegatedGrants are the delegated permissions of Microsoft Graph that anybody
// consented to, none where that could not be read: it is no cause of anything then.
func (s *State) delegatedGrants(ctx context.Context) (values []string) {
	sp, err := s.Registration.ServicePrincipal(ctx, s.Connection.Application.ClientID)
	if err != nil || sp.ID == "" {
		return nil
	}
	grants, err := s.Registration.DelegatedGrants(ctx, sp.ID)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range grants {
		if sameID(g.ResourceID, s.graphPrincipal) {
			values = append(values, strings.Fields(g.Scope)...)
		}
	}
	return values
}

// grantedNamesake is an application of the same name that holds a permission that
// is missing here, the zero value for none. What could not be looked up is no
// cause of anything.
func (s *State) grantedNamesake(ctx context.Context, missing []product.Permission) tenant.Application {
	s.mu.Lock()
	own, graph := s.application, s.graphPrincipal
	s.mu.Unlock()
	if own == nil || own.DisplayName == "" {
		return tenant.Application{}
	}
	namesakes, err := s.Registration.ApplicationsNamed(ctx, own.DisplayName)
	if err != nil {
		return tenant.Application{}
	}
	namesakes = slices.DeleteFunc(slices.Clone(namesakes), func(a tenant.Application) bool { return a.AppID == "" || sameID(a.AppID, own.AppID) })
	for _, a := range namesakes[:min(len(namesakes), namesakesLooked)] {
		sp, err := s.Registration.ServicePrincipal(ctx, a.AppID)
		if err != nil || sp.ID == "" || !sameID(sp.AppID, a.AppID) {
			continue
		}
		grants, err := s.Registration.AppRoleGrants(ctx, sp.ID)
		if err != nil {
			continue
		}
		for _, p := range missing {
			id, known := s.idOf(p.Ref)
			if known && slices.ContainsFunc(grants, func(g tenant.AppRoleGrant) bool { return sameID(g.ResourceID, graph) && sameID(g.AppRoleID, id) }) {
				return a
			}
		}
	}
	return tenant.Application{}
}

// deleted is the problem of an application that Microsoft does not find because it
// was deleted, nil where that is not seen.
func (s *State) deleted(ctx context.Context, err error) *problem.Problem {
	refused := problem.Of(err)
	if s.Registration == nil || refused.Code.String() != "entra.AADSTS700016" {
		return nil
	}
	if gone := s.inRecycleBin(ctx); gone != nil {
		return asked(gone, refused)
	}
	return nil
}

// inRecycleBin is the problem of the application among those that were deleted, nil
// where it is not among them or that cannot be read.
func (s *State) inRecycleBin(ctx context.Context) *problem.Problem {
	list, err := s.Registration.DeletedApplications(ctx)
	if err != nil {
		return nil
	}
	for _, a := range list {
		if sameID(a.AppID, s.Connection.Application.ClientID) {
			return deletedProblem(a)
		}
	}
	return nil
}

func deletedProblem(a tenant.Application) *problem.Problem {
	title := words.T("The application was deleted.")
	if !a.DeletedAt.IsZero() {
		title = words.T("The application was deleted on %s.", a.DeletedAt.UTC().Format(time.DateOnly))
	}
	return problem.New(codeApplicationDeleted, title).
		Lead(words.T("Restore it: that is possible for 30 days, and brings its permissions and credentials back."), problem.PlaceRegister.With("roomkeyctl register restore")).
		Fix(words.T("Or select it in the Microsoft Entra admin center under App registrations, Deleted applications, and select \"Restore app registration\"."))
}

// revoked are the permissions that the token carries although nobody grants them
// any more.
func (s *State) revoked(roles []string) *problem.Problem {
	var still []string
	for _, value := range roles {
		if s.has(value) {
			still = append(still, value)
		}
	}
	if len(still) == 0 || len(still) < len(roles) {
		return nil
	}
	s.mu.Lock()
	ends := s.token.Expires
	s.mu.Unlock()
	return problem.New(codePermissionRevoked, words.T("Admin consent for %s was revoked. The token that still carries it ends at %s.", strings.Join(still, ", "), ends.UTC().Format("15:04 MST"))).
		With(words.T("Until then, everything works as before, here and at the booking server with its own token."))
}
