package register

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// Wanted is what the registration shall be.
type Wanted struct {
	// UniqueName is the name that only one application of the tenant can have:
	// whoever registers the same product for the same server gets the same
	// application.
	UniqueName     string   `json:"uniqueName"`
	DisplayName    string   `json:"displayName"`
	SignInAudience string   `json:"signInAudience"`
	RedirectURIs   []string `json:"redirectUris"`
	// Platform is that of the redirect URIs, "" for Web.
	Platform     string `json:"platform,omitempty"`
	IDTokens     bool   `json:"idTokens"`
	AccessTokens bool   `json:"accessTokens,omitempty"`
	// Permissions are those to declare and to consent to.
	Permissions []Permission     `json:"permissions"`
	Credential  Credential       `json:"credential"`
	HomePage    string           `json:"homePage,omitempty"`
	Branding    *tenant.Branding `json:"branding,omitempty"`
	Logo        []byte           `json:"logo,omitempty"`
}

// Permission is one permission with the id that this tenant's own Microsoft
// Graph has for it.
type Permission struct {
	permission.Ref
	ID     string    `json:"id"`
	Reason words.Key `json:"reason,omitempty"`
	// ServerSignIn is whether the booking server itself needs a signed-in user
	// for it.
	ServerSignIn bool `json:"serverSignIn,omitempty"`
}

// Credential is the credential to make.
type Credential struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Days is its life in days.
	Days int `json:"days"`
	// Bits is the size of a new certificate's key.
	Bits int `json:"bits,omitempty"`
}

func (c Credential) life() time.Duration { return time.Duration(c.Days) * 24 * time.Hour }

// signInScopes are what signing in with a work account asks for.
var signInScopes = []permission.Ref{
	{Value: "openid", Kind: permission.Delegated}, {Value: "profile", Kind: permission.Delegated}, {Value: "email", Kind: permission.Delegated},
}

// wanted says what the registration shall be, with the ids of the tenant's own
// Graph. What the tenant does not offer is given apart, as is what Exchange
// grants instead.
func (in Input) wanted(graph tenant.ServicePrincipal) (w Wanted, unknown, byExchange []permission.Ref) {
	c := in.Document()
	w = Wanted{
		UniqueName: c.UniqueName(), DisplayName: in.Product.ApplicationName(), SignInAudience: "AzureADMyOrg",
		RedirectURIs: []string{}, Permissions: []Permission{}, HomePage: in.Options.HomePage, Logo: in.Options.Logo,
	}
	if name := cmp.Or(in.Options.Name, c.Application.DisplayName); name != "" {
		w.DisplayName = name
	}
	if in.Product.MultiTenant(c.Product.Options) {
		w.SignInAudience = "AzureADMultipleOrgs"
	}
	if in.Options.Branding != (tenant.Branding{}) {
		w.Branding = &in.Options.Branding
	}
	signOn := in.Product.SingleSignOn
	if signOn.RedirectURIs {
		w.RedirectURIs = append(w.RedirectURIs, c.SingleSignOn.RedirectURIs...)
		slices.Sort(w.RedirectURIs)
		w.RedirectURIs = slices.Compact(w.RedirectURIs)
		w.Platform = signOn.Platform
		w.IDTokens = signOn.IDTokens && len(w.RedirectURIs) > 0
		w.AccessTokens = signOn.AccessTokens && len(w.RedirectURIs) > 0
	}
	add := func(p Permission) {
		if slices.ContainsFunc(w.Permissions, func(o Permission) bool { return o.Ref == p.Ref }) {
			return
		}
		if p.ID = in.idOf(p.Ref, graph); p.ID == "" {
			unknown = append(unknown, p.Ref)
			return
		}
		w.Permissions = append(w.Permissions, p)
	}
	for _, need := range in.Needs.Permissions {
		if c.Scope.Kind == connection.ScopeRBAC && in.scopable(need.Ref) {
			byExchange = append(byExchange, need.Ref)
			continue
		}
		add(Permission{Ref: need.Ref, Reason: need.Reason, ServerSignIn: need.ServerSignIn})
	}
	if w.IDTokens {
		for _, ref := range signInScopes {
			add(Permission{Ref: ref, Reason: "People sign in with their work accounts."})
		}
	}
	return w, unknown, byExchange
}

// scopable is whether Exchange can grant the permission for some mailboxes
// only, by RBAC for Applications.
func (in Input) scopable(ref permission.Ref) bool {
	e, ok := in.Permissions.Get(ref.Value)
	return ok && ref.Kind == permission.Application && e.ExchangeRole != ""
}

// idOf finds the id of a permission by its exact value in the tenant's own
// Graph: never by prefix, since Calendars.ReadWrite.All is something else. The
// catalogue stands in only where the tenant's list did not come.
func (in Input) idOf(ref permission.Ref, graph tenant.ServicePrincipal) string {
	list := graph.Scopes
	if ref.Kind == permission.Application {
		list = graph.Roles
	}
	for _, p := range list {
		if p.Value == ref.Value && p.Enabled && (p.Application || ref.Kind == permission.Delegated) {
			return p.ID
		}
	}
	if e, known := in.Permissions.Get(ref.Value); known && len(list) == 0 && e.API() == permission.GraphResource {
		return e.ID(ref.Kind)
	}
	return ""
}

// change is what an application lacks; nothing that it has is taken away. The
// zero value of application lacks everything.
func (w Wanted) change(a tenant.Application) (c tenant.ApplicationChange) {
	if a.ID == "" {
		c.DisplayName, c.SignInAudience = &w.DisplayName, &w.SignInAudience
	}
	if merged := union(w.redirects(a), without(w.RedirectURIs, w.elsewhere(a))); len(merged) > len(w.redirects(a)) {
		c.RedirectURIs, c.Platform = &merged, w.Platform
	}
	on := true
	if w.IDTokens && !a.IDTokens {
		c.IDTokens = &on
	}
	if w.AccessTokens && !a.AccessTokens {
		c.AccessTokens = &on
	}
	if w.HomePage != "" && a.HomePage != w.HomePage {
		c.HomePage = &w.HomePage
	}
	if w.Branding != nil && !branded(a.Branding, *w.Branding) {
		c.Branding = w.Branding
	}
	if required, more := w.required(a.Required); more {
		c.Required = &required
	}
	return c
}

// redirects are the redirect URIs that an application has on the wanted platform.
func (w Wanted) redirects(a tenant.Application) []string { return a.Redirects(w.Platform) }

// elsewhere are the wanted redirect URIs that the application has on another
// platform. Nothing is taken from there, and nothing is registered twice.
func (w Wanted) elsewhere(a tenant.Application) []string {
	others := without(slices.Concat(a.RedirectURIs, a.SpaURIs, a.PublicURIs), w.redirects(a))
	return slices.DeleteFunc(slices.Clone(w.RedirectURIs), func(uri string) bool { return !slices.Contains(others, uri) })
}

// branded is whether an application's page says all that is wanted.
func branded(have, want tenant.Branding) bool {
	same := func(have, want string) bool { return want == "" || have == want }
	return same(have.Marketing, want.Marketing) && same(have.Privacy, want.Privacy) && same(have.Support, want.Support) && same(have.TermsOfService, want.TermsOfService)
}

// required merges the wanted permissions into the declared ones.
func (w Wanted) required(have []tenant.RequiredResource) (merged []tenant.RequiredResource, more bool) {
	for _, r := range have {
		merged = append(merged, tenant.RequiredResource{ResourceAppID: r.ResourceAppID, Access: slices.Clone(r.Access)})
	}
	at := slices.IndexFunc(merged, func(r tenant.RequiredResource) bool { return strings.EqualFold(r.ResourceAppID, tenant.GraphAppID) })
	if at < 0 && len(w.Permissions) > 0 {
		merged = append(merged, tenant.RequiredResource{ResourceAppID: tenant.GraphAppID})
		at = len(merged) - 1
	}
	for _, p := range w.Permissions {
		if !declares(merged, tenant.GraphAppID, p.ID, p.Kind) {
			merged[at].Access = append(merged[at].Access, tenant.RequiredAccess{ID: p.ID, Type: p.Kind.AccessType()})
			more = true
		}
	}
	return merged, more
}

func declares(list []tenant.RequiredResource, api, id string, kind permission.Kind) bool {
	for _, r := range list {
		for _, a := range r.Access {
			if strings.EqualFold(r.ResourceAppID, api) && strings.EqualFold(a.ID, id) && a.Type == kind.AccessType() {
				return true
			}
		}
	}
	return false
}

// union is have with what of want it lacks.
func union(have, want []string) []string {
	out := slices.Clone(have)
	for _, w := range want {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// roles are the wanted application permissions, scopes the delegated ones.
func (w Wanted) roles() (list []Permission)  { return w.of(permission.Application) }
func (w Wanted) scopes() (list []Permission) { return w.of(permission.Delegated) }

func (w Wanted) of(kind permission.Kind) (list []Permission) {
	for _, p := range w.Permissions {
		if p.Kind == kind {
			list = append(list, p)
		}
	}
	return list
}
