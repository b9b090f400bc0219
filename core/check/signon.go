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

func signOnChecks() []Check {
	return []Check{
		{ID: RedirectURIs, Claim: evidence.SingleSignOn, Proves: true, Title: words.T("Sign-in returns to the booking server"), DependsOn: []string{Declared}, After: []string{ServerContract}, Applies: wantsSignOn(func(p product.SSO) bool { return p.RedirectURIs }), SignIn: true, Run: checkRedirects},
		{ID: IDTokens, Claim: evidence.SingleSignOn, Proves: true, Title: words.T("The application issues ID tokens"), DependsOn: []string{Declared}, Applies: wantsSignOn(func(p product.SSO) bool { return p.IDTokens }), SignIn: true, Run: checkIDTokens},
		{ID: AccessTokens, Claim: evidence.SingleSignOn, Proves: true, Title: words.T("The application issues access tokens"), DependsOn: []string{Declared}, Applies: wantsSignOn(func(p product.SSO) bool { return p.AccessTokens }), SignIn: true, Run: checkAccessTokens},
		{ID: SignInConsent, Claim: evidence.SingleSignOn, Proves: true, Title: words.T("People can sign in without a consent prompt"), DependsOn: []string{Declared}, After: []string{Consented}, Applies: wantsSignOn(func(p product.SSO) bool { return p.RedirectURIs || p.IDTokens }), SignIn: true, Run: checkSignInConsent},
		{ID: SignInAssigned, Claim: evidence.SingleSignOn, Proves: true, Title: words.T("People are assigned to the application where that is required"), DependsOn: []string{Declared}, After: []string{Consented}, Applies: wantsSignOn(func(p product.SSO) bool { return p.RedirectURIs || p.IDTokens }), SignIn: true, Run: checkAssigned},
	}
}

func wantsSignOn(part func(product.SSO) bool) func(Input) (bool, words.Text) {
	return func(in Input) (bool, words.Text) {
		return part(in.Product.SingleSignOn), words.T("%s does not need it.", in.Product.Name)
	}
}

// checkRedirects wants every address of the server among the application's, to
// the letter: Microsoft compares scheme, case of the path and trailing slash.
func checkRedirects(_ context.Context, s *State) Finding {
	s.mu.Lock()
	a, want := s.application, slices.Clone(s.server.RedirectURIs)
	s.mu.Unlock()
	for _, own := range s.Connection.SingleSignOn.RedirectURIs {
		if !slices.Contains(want, own) {
			want = append(want, own)
		}
	}
	signOn := s.Product.SingleSignOn
	if empty := signOn.Empty(want); len(empty) > 0 {
		return warn(problem.New(codeSignOnRedirectBlank, words.T("The vendor's guide has the redirect URI %s, and the connection has none like it.", empty[0])).
			With(words.T("No one can sign in at an address that the application does not know.")).
			Lead(words.T("Fill in the blanks of the redirect URI, and update the registration."), problem.PlaceRedirectURIs)).with("guide", signOn.Patterns)
	}
	if len(want) == 0 {
		return s.asDescribed(Finding{Status: Skipped, Note: words.T("Neither the booking server nor this connection names the address to which sign-in returns. Enter the redirect URI if people should sign in.")})
	}
	have, platform := a.Redirects(signOn.Platform), product.PlatformText(signOn.Platform)
	page := words.T("Microsoft Entra admin center, App registrations, this application, Authentication, platform %s: select \"Add URI\", enter it exactly so, and select \"Save\".", platform)
	for _, uri := range want {
		if slices.Contains(have, uri) {
			continue
		}
		p := problem.New(codeSignOnRedirectMissing, words.T("The application does not know the redirect URI %s.", uri))
		if len(have) > 0 {
			p.With(words.T("It has: %s.", strings.Join(have, ", ")))
		}
		if slices.Contains(slices.Concat(a.RedirectURIs, a.SpaURIs, a.PublicURIs), uri) {
			p = problem.New(codeSignOnRedirectPlatform, words.T("The redirect URI %s is registered for another platform than %s.", uri, platform)).
				With(words.T("%s signs people in as the platform %s does. Microsoft refuses that at an address of another platform.", s.Product.Name, platform)).
				Fix(words.T("Microsoft Entra admin center, App registrations, this application, Authentication: remove it from the other platform."))
		}
		for _, near := range have {
			if strings.EqualFold(bareURI(near), bareURI(uri)) {
				p = problem.New(codeSignOnRedirectDiffers, words.T("The redirect URI %s does not match exactly: the application has %s.", uri, near)).
					With(words.T("The scheme, the case of the path and a trailing slash all count."))
			}
		}
		return fail(p.Fix(page).See(words.T("Authentication of this application"), s.portal("Authentication"))).
			with("wanted", want).with("application", have)
	}
	return s.asDescribed(pass(words.T("Every redirect URI of the booking server is registered."))).with("wanted", want)
}

func bareURI(uri string) string {
	uri = strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(uri), "https://"), "http://")
	return strings.TrimRight(uri, "/")
}

func checkAccessTokens(_ context.Context, s *State) Finding {
	s.mu.Lock()
	on := s.application.AccessTokens
	s.mu.Unlock()
	return s.issued(on, words.T("Access tokens are on."),
		problem.New(codeSignOnAccessTokensOff, words.T("The application does not issue access tokens, which %s signs people in with.", s.Product.Name)).
			Fix(words.T("Microsoft Entra admin center, App registrations, this application, Authentication, \"Implicit grant and hybrid flows\": select \"Access tokens\" and select \"Save\".")))
}

func checkIDTokens(_ context.Context, s *State) Finding {
	s.mu.Lock()
	on := s.application.IDTokens
	s.mu.Unlock()
	return s.issued(on, words.T("ID tokens are on."),
		problem.New(codeSignOnIDTokensOff, words.T("The application does not issue ID tokens, with which %s signs people in.", s.Product.Name)).
			Fix(words.T("Microsoft Entra admin center, App registrations, this application, Authentication, \"Implicit grant and hybrid flows\": select \"ID tokens\", then select \"Save\".")))
}

// issued is the finding on tokens that an application issues without a code.
func (s *State) issued(on bool, passed words.Text, off *problem.Problem) Finding {
	if on {
		return pass(passed)
	}
	return fail(off.See(words.T("Authentication of this application"), s.portal("Authentication")))
}

// signInScopes are what a sign-in asks for.
var signInScopes = []string{"openid", "profile", "email", "User.Read"}

func checkSignInConsent(_ context.Context, s *State) Finding {
	s.mu.Lock()
	read := s.grants != nil
	s.mu.Unlock()
	if !read {
		return unknown(problem.New(codeSignOnConsentUnknown, words.T("The consent could not be read.")).
			Fix(words.T("Repair what the check \"An administrator consented to it\" names, then check again.")))
	}
	missing := []string{}
	for _, p := range s.needsOf(permission.Delegated) {
		if slices.Contains(signInScopes, p.Value) && s.layersOf(p.Ref, true).Consented != permission.Yes {
			missing = append(missing, p.Value)
		}
	}
	if len(missing) == 0 {
		return pass(words.T("Consent for sign-in is granted for everyone."))
	}
	return warn(problem.New(codeSignOnConsentMissing, words.T("Sign-in requests %s, which has no admin consent for all users.", strings.Join(missing, ", "))).
		With(words.T("People are asked at their first sign-in, or are refused if the tenant does not allow them to consent.")).
		Fix(words.T("Microsoft Entra admin center, App registrations, this application, API permissions: select \"Grant admin consent\".")).
		See(words.T("API permissions of this application"), s.portal("CallAnAPI"))).with("missing", missing)
}

// checkAssigned asks who may sign in where the enterprise application lets only
// those in who are assigned to it: everybody else gets AADSTS50105.
func checkAssigned(ctx context.Context, s *State) Finding {
	s.mu.Lock()
	sp := s.principal
	s.mu.Unlock()
	if sp == nil {
		return unknown(problem.New(codeSignOnConsentUnknown, words.T("The enterprise application could not be read.")).
			Fix(words.T("Repair what the check \"An administrator consented to it\" names, then check again.")))
	}
	if !sp.AssignmentRequired {
		return pass(words.T("No assignment is required to sign in."))
	}
	assigned, err := s.Registration.Assigned(ctx, sp.ID)
	if err != nil {
		return judgeReader(err)
	}
	assign := words.T("Microsoft Entra admin center, Enterprise applications, this application, Users and groups: select \"Add user/group\" and assign the people and groups who should sign in.")
	open := words.T("Or under Properties set \"Assignment required?\" to No and select \"Save\".")
	if len(assigned) == 0 {
		return fail(problem.New(codeSignOnNobodyAssigned, words.T("No one can sign in: the enterprise application requires assignment, and no one is assigned.")).
			With(words.T("Microsoft refuses everyone with AADSTS50105.")).Fix(assign).Fix(open))
	}
	holds := func(id string) bool {
		return slices.ContainsFunc(assigned, func(g tenant.AppRoleGrant) bool { return sameID(g.PrincipalID, id) })
	}
	f := pass(words.N(len(assigned), "Assignment is required, and the chosen groups are assigned. %d person or group can sign in.", "Assignment is required, and the chosen groups are assigned. %d people and groups can sign in.", len(assigned)))
	if people := s.Connection.People; people.Mode != connection.Groups || slices.ContainsFunc(people.Groups, func(id string) bool { return !holds(id) }) {
		f = warn(problem.New(codeSignOnSomeAssigned, words.N(len(assigned), "Only %d person or group can sign in: the enterprise application requires assignment.", "Only %d people and groups can sign in: the enterprise application requires assignment.", len(assigned))).
			With(words.T("Microsoft refuses everyone else with AADSTS50105. Members of groups within an assigned group do not count.")).Fix(assign).Fix(open))
	}
	return f.with("assigned", len(assigned))
}
