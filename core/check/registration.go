package check

import (
	"context"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

func registrationChecks() []Check {
	return []Check{
		{ID: Declared, Claim: evidence.Permissions, Title: words.T("The application declares what the product needs"), DependsOn: []string{Lint}, SignIn: true, Run: checkDeclared},
		{ID: Consented, Claim: evidence.Permissions, Title: words.T("An administrator consented to it"), DependsOn: []string{Declared}, After: []string{Token}, SignIn: true, Run: checkConsented},
	}
}

var needsSignIn = words.T("Only an administrator's sign-in shows the app registration.")

// SignInGroup is the id of the finding that stands for those that need an
// administrator's sign-in.
const SignInGroup = "sign-in"

// Fold puts one finding, the last, in the place of all that need an
// administrator's sign-in.
func Fold(findings []Finding) []Finding {
	var rest []Finding
	var untested []words.Text
	for _, f := range findings {
		if f.NeedsSignIn {
			untested = append(untested, f.Title)
		} else {
			rest = append(rest, f)
		}
	}
	n := len(untested)
	if n == 0 {
		return rest
	}
	return append(rest, Finding{ID: SignInGroup, Status: Skipped, Title: words.N(n, "Sign in to check %d more", "Sign in to check %d more", n),
		Problem: problem.New(codeSignInNeeded, needsSignIn).
			With(words.T("Not tested: %s.", words.List{Items: untested, Between: "; "})).
			Lead(words.T("Sign in as an administrator, then test again."), problem.PlaceSignIn)})
}

// judgeReader judges what came of a look that the administrator's sign-in lends. A
// refusal is about that account and says nothing of the application.
func judgeReader(err error) Finding {
	if !denied(err) {
		return judge(err)
	}
	p := problem.New(codeSignInMayNotRead, words.T("The account that signed in cannot read the app registration.")).
		With(problem.Of(err).Detail).
		Fix(words.T("Sign in with an account that has the role Application Administrator, Cloud Application Administrator or Global Reader. If the role is only eligible (PIM), activate it first: Microsoft Entra admin center, Privileged Identity Management, My roles, select \"Activate\".")).
		Fix(words.T("Or check without signing in: what needs the sign-in is skipped.")).By(err)
	p.RequestID = problem.Of(err).RequestID
	return unknown(p)
}

// checkDeclared reads the registration and compares what it declares. What
// Exchange grants for some mailboxes only must not be declared.
func checkDeclared(ctx context.Context, s *State) Finding {
	a, err := s.Registration.Application(ctx, s.Connection.Application.ClientID)
	if problem.KindOf(err) == problem.Absent {
		return fail(s.notRegistered(ctx, err))
	}
	if err != nil {
		return judgeReader(err)
	}
	if !sameID(a.AppID, s.Connection.Application.ClientID) {
		return unknown(unexpected(words.T("The registration that was returned belongs to another application.")))
	}
	if !a.DeletedAt.IsZero() {
		return fail(deletedProblem(a))
	}
	graph, err := s.Registration.ServicePrincipal(ctx, tenant.GraphAppID)
	if err != nil {
		return judgeReader(err)
	}
	ids := map[permission.Ref]string{}
	for _, p := range graph.Roles {
		ids[permission.Ref{Value: p.Value, Kind: permission.Application}] = p.ID
	}
	for _, p := range graph.Scopes {
		ids[permission.Ref{Value: p.Value, Kind: permission.Delegated}] = p.ID
	}
	s.mu.Lock()
	s.application, s.graphIDs, s.graphPrincipal = &a, ids, graph.ID
	s.mu.Unlock()
	missing := []string{}
	for _, p := range s.Needs.Permissions {
		id, ok := s.idOf(p.Ref)
		if !ok || s.byExchange(p) || s.declares(id, p.Kind) {
			continue
		}
		missing = append(missing, p.Value)
	}
	if len(missing) > 0 {
		return warn(problem.New(codeApplicationNotDeclared, words.T("The registration does not declare %s.", strings.Join(missing, ", "))).
			With(words.T("The next \"Grant admin consent\" in the portal may remove what is granted but not declared.")).
			Fix(words.T("Microsoft Entra admin center, App registrations, this application, API permissions: select \"Add a permission\", Microsoft Graph, and add it.")).
			See(words.T("API permissions of this application"), s.portal("CallAnAPI"))).with("missing", missing)
	}
	return pass(words.T("Everything that is needed is declared.")).with("application", a.DisplayName)
}

// notRegistered is why the tenant shows no registration with the client ID: it was
// deleted, or it never was in this tenant.
func (s *State) notRegistered(ctx context.Context, err error) *problem.Problem {
	said := problem.Of(err)
	if gone := s.inRecycleBin(ctx); gone != nil {
		return asked(gone, said)
	}
	return asked(problem.New(codeApplicationNotHere, words.T("This tenant has no app registration with the client ID %s.", s.Connection.Application.ClientID)).
		Lead(words.T("Compare it with the Application (client) ID on the Overview page of the app registration."), problem.PlaceClientID).
		Fix(words.T("If the registration is in another tenant, as that of a vendor's application is, only an administrator there can see it. Check without signing in then.")).
		Fix(words.T("If it was created within the last minutes, wait until every server of Microsoft has it, then test again.")), said)
}

// asked adds to a problem what was asked and answered.
func asked(p, said *problem.Problem) *problem.Problem {
	p.With(said.Detail).By(said)
	p.RequestID, p.TraceID, p.CorrelationID = said.RequestID, said.TraceID, said.CorrelationID
	return p
}

// byExchange is whether a permission is granted in Exchange and not in Entra.
func (s *State) byExchange(p product.Permission) bool {
	return p.Kind == permission.Application && s.Connection.Scope.Kind == connection.ScopeRBAC && s.scopable(p.Value)
}

// checkConsented reads what was really granted; it never takes the absence of
// an answer for the absence of something missing.
func checkConsented(ctx context.Context, s *State) Finding {
	sp, err := s.Registration.ServicePrincipal(ctx, s.Connection.Application.ClientID)
	if p := problem.Of(err); p != nil && p.Kind == problem.Absent {
		return fail(asked(problem.New(codeApplicationNoPrincipal, words.T("The application has no enterprise application in this tenant.")).
			Fix(words.T("Microsoft Entra admin center, App registrations, this application, API permissions: select \"Grant admin consent\", which creates it.")).
			Fix(words.T("If it was created within the last minutes, wait until every server of Microsoft has it, then test again.")), p))
	}
	if err != nil {
		return judgeReader(err)
	}
	if sp.ID == "" {
		return unknown(unexpected(words.T("The enterprise application has no ID.")))
	}
	if !sameID(sp.AppID, s.Connection.Application.ClientID) {
		return unknown(unexpected(words.T("The enterprise application that was returned belongs to another application.")))
	}
	s.mu.Lock()
	s.principal = &sp
	s.mu.Unlock()
	if !sp.Enabled {
		return fail(problem.New(codeApplicationDisabled, words.T("Sign-in of the application is disabled.")).
			Fix(words.T("Microsoft Entra admin center, Enterprise applications, this application, Properties: set \"Enabled for users to sign-in?\" to Yes and select \"Save\".")))
	}
	roles, err := s.Registration.AppRoleGrants(ctx, sp.ID)
	if err != nil {
		return judgeReader(err)
	}
	scopes, err := s.Registration.DelegatedGrants(ctx, sp.ID)
	if err != nil {
		return judgeReader(err)
	}
	granted := &consents{roles: map[string]bool{}, scopes: map[string]bool{}}
	s.mu.Lock()
	graph := s.graphPrincipal
	s.mu.Unlock()
	for _, g := range roles {
		if sameID(g.ResourceID, graph) {
			granted.roles[strings.ToLower(g.AppRoleID)] = true
		}
	}
	for _, g := range scopes {
		if sameID(g.ResourceID, graph) && g.ConsentType == "AllPrincipals" {
			for _, scope := range strings.Fields(g.Scope) {
				granted.scopes[strings.ToLower(scope)] = true
			}
		}
	}
	s.mu.Lock()
	s.grants = granted
	s.mu.Unlock()
	return s.judgeConsent()
}

func (s *State) judgeConsent() Finding {
	roles, scopes := []string{}, []string{}
	for _, p := range s.Needs.Permissions {
		l := s.layersOf(p.Ref, true)
		switch {
		case l.Consented == permission.Yes, l.Consented == permission.NotApplicable, s.byExchange(p):
		case p.Kind == permission.Delegated:
			scopes = append(scopes, p.Value)
		case s.coveredByGrant(p.Value), s.grantedByRoom(p.Value):
		default:
			roles = append(roles, p.Value)
		}
	}
	consent := words.T("Microsoft Entra admin center, App registrations, this application, API permissions: select \"Grant admin consent\" as Privileged Role Administrator or Global Administrator.")
	f := pass(words.T("Everything that is needed is granted."))
	switch {
	case len(roles) > 0:
		p := s.revoked(roles)
		if p == nil {
			p = problem.New(codePermissionNotConsented, words.T("Admin consent is missing for %s.", strings.Join(roles, ", ")))
		}
		f = fail(p.Fix(consent).See(words.T("API permissions of this application"), s.portal("CallAnAPI")))
	case len(scopes) > 0:
		f = warn(problem.New(codePermissionDelegatedNotConsented, words.T("Admin consent for all users is missing for %s.", strings.Join(scopes, ", "))).
			With(words.T("People are asked at their first sign-in, or are refused if the tenant does not allow them to consent.")).
			Fix(consent).See(words.T("API permissions of this application"), s.portal("CallAnAPI")))
	}
	return f.with("missingRoles", roles).with("missingScopes", scopes)
}

// coveredByGrant is whether a granted role includes the permission.
func (s *State) coveredByGrant(value string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ref, id := range s.graphIDs {
		if ref.Kind == permission.Application && s.grants.roles[strings.ToLower(id)] && s.covers(ref.Value, value) {
			return true
		}
	}
	return false
}

// grantedByRoom is whether a call has proven that Exchange grants it.
func (s *State) grantedByRoom(value string) bool {
	_, proven := s.proven(value)
	return proven && s.scopable(value)
}
