package check

import (
	"context"
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// Ids of Office 365 Exchange Online's permissions for Exchange Web Services,
// from Microsoft's published permission list.
var ewsPermissions = []string{
	"dc890d15-9560-4a4c-9b7f-a736ec74ec40", // full_access_as_app
	"3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5", // EWS.AccessAsUser.All
}

// secretLife is the longest life of a secret that the portal offers.
const secretLife = 731 * 24 * time.Hour

// deprecation is something that works today and is on its way out.
type deprecation struct {
	id    string
	title words.Text
	// registration is whether it shows in the application's registration only.
	registration bool
	found        func(*State) *problem.Problem
}

var deprecations = []deprecation{
	{"deprecated.ews", words.T("The application does not depend on Exchange Web Services"), true, func(s *State) *problem.Problem {
		for _, r := range s.application.Required {
			if !sameID(r.ResourceAppID, tenant.ExchangeAppID) {
				continue
			}
			if slices.ContainsFunc(r.Access, func(a tenant.RequiredAccess) bool {
				return slices.ContainsFunc(ewsPermissions, func(id string) bool { return sameID(a.ID, id) })
			}) {
				return problem.New(codeDeprecatedEWS, words.T("The application has a permission of Exchange Web Services, which Microsoft is shutting down.")).
					With(words.T("Switching off began on 2026-10-01 and ends on 2027-04-01, without exceptions.")).
					Lead(words.T("Register a new application for Microsoft Graph; do not update this one."), problem.PlaceRegister).
					Fix(words.T("Set the booking server's Exchange connector to Microsoft Graph, then remove the permission from this application."))
			}
		}
		return nil
	}},
	{"deprecated.policy", words.T("Access is limited the supported way"), false, func(s *State) *problem.Problem {
		if s.Connection.Scope.Kind != connection.ScopePolicy {
			return nil
		}
		p := problem.New(codeDeprecatedPolicy, words.T("The application is limited by an Application Access Policy, which Microsoft calls legacy."))
		if s.Product.Scoping.Way == product.ScopingPolicy {
			return p.With(s.Product.Advice()).
				Fix(words.T("Keep the policy, and ask the vendor when %s will work with RBAC for Applications.", s.Product.Name))
		}
		return p.Lead(words.T("Move to RBAC for Applications with the script that limits the application; it creates the scope first and removes the policy last."), problem.PlaceLimitScript)
	}},
	{"deprecated.secret-life", words.T("No secret is valid for more than two years"), true, func(s *State) *problem.Problem {
		for _, c := range s.application.Secrets {
			if !c.Start.IsZero() && c.End.Sub(c.Start) > secretLife {
				return problem.New(codeDeprecatedSecretLife, words.T("The secret %q is valid for more than 24 months.", c.DisplayName)).
					With(words.T("The portal no longer creates such secrets, and tenant policies increasingly forbid them.")).
					Fix(words.T("Microsoft Entra admin center, App registrations, this application, Certificates & secrets: create one for 6 to 12 months, or upload a certificate."))
			}
		}
		return nil
	}},
	{"deprecated.implicit", words.T("No implicit flow is on without need"), true, func(s *State) *problem.Problem {
		a, needs := s.application, s.Product.SingleSignOn
		if (!a.AccessTokens || needs.AccessTokens) && (!a.IDTokens || needs.IDTokens) {
			return nil
		}
		return problem.New(codeDeprecatedImplicit, words.T("The application issues tokens directly to browsers, which %s does not need.", s.Product.Name)).
			Fix(words.T("Microsoft Entra admin center, App registrations, this application, Authentication, \"Implicit grant and hybrid flows\": clear what the product does not need of \"Access tokens\" and \"ID tokens\"."))
	}},
	{"deprecated.audience", words.T("The application is for this tenant only"), true, func(s *State) *problem.Problem {
		if a := s.application.SignInAudience; a == "" || a == "AzureADMyOrg" || s.multiTenant() {
			return nil
		}
		return problem.New(codeDeprecatedAudience, words.T("Accounts of other organizations can sign in to the application, which is not needed.")).
			Fix(words.T("Microsoft Entra admin center, App registrations, this application, Authentication: select \"Accounts in this organizational directory only\" and select \"Save\"."))
	}},
}

func (s *State) multiTenant() bool {
	for _, o := range s.Product.Options {
		if o.MultiTenant && slices.Contains(s.Connection.Product.Options, o.ID) {
			return true
		}
	}
	return false
}

var unread = words.T("Access is limited the supported way; the app registration was not read")

func deprecationChecks() []Check {
	list := []Check{}
	for _, d := range deprecations {
		c := Check{ID: d.id, Claim: evidence.Retirement, Proves: !d.registration, Title: d.title, DependsOn: []string{Lint}}
		if d.registration {
			c.DependsOn, c.SignIn = []string{Declared}, true
		}
		c.Run = func(_ context.Context, s *State) Finding {
			if p := d.found(s); p != nil {
				return warn(p)
			}
			f := pass(words.Text{})
			if !d.registration && s.Registration == nil {
				f.Title = unread // the rest of what is being retired shows there only
			}
			return f
		}
		list = append(list, c)
	}
	return list
}
