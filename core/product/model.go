package product

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/strictyaml"
	"github.com/roomkey/roomkey/core/words"
)

// Model is the way in which a vendor gets in.
type Model string

// The models.
const (
	// Own is an application of the customer's, whose credential is handed over.
	Own Model = "own"
	// Vendor is the vendor's multi-tenant application, to which the tenant
	// consents. Nothing secret changes hands.
	Vendor Model = "vendor"
	// User is a service account that signs in at the vendor.
	User Model = "user"
)

// Means says how the vendor gets in.
func (m Model) Means() words.Text {
	switch m {
	case Vendor:
		return words.T("The tenant consents to the vendor's own application. No secret is handed over.")
	case User:
		return words.T("A service account of the tenant signs in at the vendor. The vendor sees what that account can see.")
	}
	return words.T("With an application of the tenant's own, whose credential is handed over to the vendor.")
}

// EWSEnds is what Microsoft says of the end of Exchange Web Services.
const EWSEnds = "Since 2026-10-01, Microsoft has been switching off Exchange Web Services tenant by tenant. On 2027-04-01 they end everywhere."

// Ended reports whether what the product uses has stopped working everywhere.
func (p Product) Ended(now time.Time) bool {
	return p.Ends != "" && now.Format(time.DateOnly) >= p.Ends
}

// EndsOn is that what the product uses stops working, nil where it does not: a
// warning before the day, a failure from then on.
func (p Product) EndsOn(now time.Time) *problem.Problem {
	if p.Ends == "" {
		return nil
	}
	if p.Ended(now) {
		return problem.New(codeEnded, words.T("What %s uses stopped working on %s.", p.Name, p.Ends)).With(p.Ending()).
			Fix(words.T("Ask the vendor for its connection by Microsoft Graph."))
	}
	return problem.New(codeEnds, words.T("What %s uses stops working on %s.", p.Name, p.Ends)).With(p.Ending()).
		Fix(words.T("Ask the vendor for its connection by Microsoft Graph, and change over before then."))
}

// Ending is what Microsoft says of it, nothing where it is not Exchange Web
// Services.
func (p Product) Ending() words.Text {
	if !slices.ContainsFunc(p.Needs.Permissions, func(n Permission) bool { e, _ := permissions().Get(n.Value); return e.Ends != "" }) {
		return words.Text{}
	}
	return words.T(EWSEnds)
}

// Limitable reports whether Exchange can limit a permission of the product, or one
// that may be chosen for it, to mailboxes.
func (p Product) Limitable() bool {
	all := slices.Clone(p.Needs.Permissions)
	for _, o := range p.Options {
		all = append(all, o.Needs.Permissions...)
	}
	return p.Choose || slices.ContainsFunc(all, func(n Permission) bool {
		e, _ := permissions().Get(n.Value)
		return n.Kind == permission.Application && e.ExchangeRole != ""
	})
}

// Calendars reports whether the product opens calendars, as far as is known.
func (p Product) Calendars() bool {
	return p.Writes != WritesNothing || p.Choose || slices.ContainsFunc(p.Needs.Permissions, func(n Permission) bool {
		e, _ := permissions().Get(n.Value)
		return e.Calendar != ""
	})
}

// ManagesRooms reports whether the product has anything to do with rooms, given
// what a connection to it needs.
func (p Product) ManagesRooms(n Needs) bool {
	return p.Calendars() || slices.Contains(n.Lists, "rooms")
}

// VendorApplication is an application that the vendor owns, as the enterprise
// application in the customer's tenant should show it.
type VendorApplication struct {
	// Name and Publisher are what the tenant should show, "" for not known.
	Name      string `yaml:"name,omitempty" json:"name,omitempty"`
	Publisher string `yaml:"publisher,omitempty" json:"publisher,omitempty"`
	// ClientID is its application (client) ID, "" where the guide does not name
	// it: the administrator is asked for it.
	ClientID string `yaml:"clientId,omitempty" json:"clientId,omitempty"`
}

// Source is where facts were read.
type Source struct {
	// Pages are addresses, or a site and the page's name there.
	Pages []string `yaml:"pages,omitempty" json:"pages,omitempty"`
	// Read is the day, as 2026-11-26.
	Read string `yaml:"read,omitempty" json:"read,omitempty"`
}

// Unknown is something that the source does not say.
type Unknown struct {
	// What is one of the Unknown constants.
	What string `yaml:"what" json:"what"`
	// Ask is the sentence with which the administrator is asked for it.
	Ask words.Key `yaml:"ask" json:"ask"`
}

// What a vendor's guide may leave open.
const (
	UnknownPermissions  = "permissions"
	UnknownApplication  = "vendorApplication"
	UnknownRedirectURIs = "redirectUris"
	UnknownCredential   = "credential"
	UnknownForm         = "form"
	UnknownScoping      = "scoping"
	UnknownRoomPolicy   = "roomPolicy"
)

// Leaves is the sentence for something that the source leaves open, "" when it
// does not.
func (p Product) Leaves(what string) words.Key {
	for _, u := range p.Unknown {
		if u.What == what {
			return u.Ask
		}
	}
	return ""
}

// Scoping is which way of limiting the application in Exchange the vendor's
// software survives, and who says so.
type Scoping struct {
	// Way is one of the Scoping constants, "" for not known.
	Way    string    `yaml:"way,omitempty" json:"way,omitempty"`
	Source string    `yaml:"source,omitempty" json:"source,omitempty"`
	Read   string    `yaml:"read,omitempty" json:"read,omitempty"`
	Note   words.Key `yaml:"note,omitempty" json:"note,omitempty"`
}

// The ways of limiting that a vendor's software may survive.
const (
	// ScopingRBAC is RBAC for Applications: the token then carries no role for
	// calendars.
	ScopingRBAC = "rbac"
	// ScopingPolicy is an Application Access Policy only: the software looks for
	// the role in its token.
	ScopingPolicy = "policy"
	// scopingDelegation is that the account sees only the rooms delegated to it.
	scopingDelegation = "delegation"
	ScopingNone       = "none"
	scopingUnknown    = "unknown"
)

// Advice says what limiting the product means for the administrator, with what
// the file adds to it.
func (p Product) Advice() words.Text {
	return words.Sentences(p.advice(), words.T(p.Scoping.Note))
}

func (p Product) advice() words.Text {
	switch p.Scoping.Way {
	case ScopingRBAC:
		return words.T("%s works when Exchange limits it with RBAC for Applications.", p.Name)
	case ScopingPolicy:
		return words.T("%s looks for the permission in its token, so limit it with an Application Access Policy. With RBAC for Applications the token carries no calendar permission, and %s stops.", p.Name, p.Name)
	case scopingDelegation:
		return words.T("%s sees only the rooms that are delegated to its service account. There is nothing else to limit.", p.Name)
	case ScopingNone:
		return words.T("%s does not work when Exchange limits it. It can read every calendar of the tenant.", p.Name)
	}
	if p.Model == User {
		return words.T("%s sees what its service account can see. Delegate to that account only the rooms that %s manages.", p.Name, p.Name)
	}
	return words.T("It is not known whether %s works when Exchange limits it. To find out safely, before it is in use: limit it to one test room with RBAC for Applications, remove the grant in Microsoft Entra ID, and book that room in %s. If that fails, grant the permission again and undo the limit.", p.Name, p.Name)
}

// HoldsCredential reports whether Roomkey itself can sign in as the
// application, so that a test can use it.
func (p Product) HoldsCredential() bool {
	return p.Model == Own && slices.ContainsFunc(p.Credential.Kinds, func(k string) bool { return k == "secret" || k == "certificate" })
}

// model notes what does not go together with the product's model.
func (p Product) model(d *strictyaml.Document) {
	if !oneOf(d, "model", string(p.Model), string(Own), string(Vendor), string(User)) {
		return
	}
	p.vendorApplication(d)
	switch {
	case p.Model == Own:
		p.Credential.validate(d)
	case len(p.Credential.Kinds) > 0 || p.Credential.Months != 0:
		d.Wrong("credential", words.T("In the model %q no credential is handed over. Leave credential out, or write \"model: own\".", p.Model))
	}
	if p.Model != User {
		return
	}
	if p.ServiceAccount == nil {
		d.Wrong("serviceAccount", words.T("The model \"user\" needs a service account that signs in at the vendor. Write, for example: serviceAccount: {purpose: \"It books the rooms.\", delegation: calendar}."))
	}
	for i, n := range p.Needs.Permissions {
		if n.Kind == permission.Application {
			d.Wrong(strictyaml.Item("needs.permissions", i)+".kind", words.T("In the model \"user\" the vendor acts as the account that signs in, so the permission is delegated. Write \"kind: delegated\", or another model."))
		}
	}
}

func (p Product) vendorApplication(d *strictyaml.Document) {
	a := p.VendorApplication
	switch {
	case p.Model == Own && a != nil:
		d.Wrong("vendorApplication", words.T("In the model \"own\" the customer registers the application. Leave vendorApplication out, or write \"model: vendor\"."))
	case p.Model == Vendor && a == nil:
		d.Wrong("vendorApplication", words.T("Name the vendor's application that gets the consent. Write, for example: vendorApplication: {name: Zoom, publisher: Zoom, clientId: f56e91e5-5a82-452f-b435-d4d78aeaf064}."))
	case a == nil:
	case a.ClientID == "" && p.Leaves(UnknownApplication) == "":
		d.Wrong("vendorApplication.clientId", words.T("Write the application (client) ID of the vendor's application, or say under unknown that the guide does not name it: unknown: [{what: vendorApplication, ask: \"Ask the vendor for …\"}]."))
	case a.ClientID != "" && !guidForm.MatchString(a.ClientID):
		d.Wrong("vendorApplication.clientId", words.T("%q is not an application (client) ID, such as f56e91e5-5a82-452f-b435-d4d78aeaf064.", a.ClientID))
	}
}

// facts notes what is wrong with sources, dates, and what is left open.
func (p Product) facts(d *strictyaml.Document) {
	for i, page := range p.Source.Pages {
		text(d, strictyaml.Item("source.pages", i), page)
	}
	date(d, "source.read", p.Source.Read)
	for i, u := range p.Unknown {
		at := strictyaml.Item("unknown", i)
		if oneOf(d, at+".what", u.What, UnknownPermissions, UnknownApplication, UnknownRedirectURIs, UnknownCredential, UnknownForm, UnknownScoping, UnknownRoomPolicy) &&
			slices.ContainsFunc(p.Unknown[:i], func(other Unknown) bool { return other.What == u.What }) {
			d.Wrong(at+".what", words.T("%q appears twice.", u.What))
		}
		text(d, at+".ask", u.Ask)
	}
	if p.Leaves(UnknownPermissions) != "" && !p.Choose {
		d.Wrong("choose", words.T("The permissions are marked as unknown, so they must be chosen for each connection. Write \"choose: true\"."))
	}
	if p.Scoping.Way != "" {
		oneOf(d, "scoping.way", p.Scoping.Way, ScopingRBAC, ScopingPolicy, scopingDelegation, ScopingNone, scopingUnknown)
	}
	date(d, "scoping.read", p.Scoping.Read)
	if p.Scoping.Way != "" && p.Scoping.Way != scopingUnknown && (p.Scoping.Source == "" || p.Scoping.Read == "") {
		d.Wrong("scoping", words.T("Name the source, and when it was read: scoping: {way: %s, source: \"the page and its site\", read: 2026-11-26}.", p.Scoping.Way))
	}
	date(d, "ends", p.Ends)
	for i, n := range p.Needs.Permissions {
		if e, _ := permissions().Get(n.Value); e.Ends != "" && (p.Ends == "" || p.Ends > e.Ends) {
			d.Wrong("ends", words.T("%s stops working on %s. Write \"ends: %s\", or request a Microsoft Graph permission instead (needs.permissions[%d]).", n.Value, e.Ends, e.Ends, i))
		}
	}
	for i, id := range p.Also {
		if slices.Contains(p.Also[:i], id) {
			d.Wrong(strictyaml.Item("also", i), words.T("%q appears twice.", id))
		}
		if identity(d, strictyaml.Item("also", i), id); id == p.ID {
			d.Wrong(strictyaml.Item("also", i), words.T("This is the product itself. Name the other products that belong to it, or leave it out."))
		}
	}
}

func address(d *strictyaml.Document, field, s string) {
	if u, err := url.Parse(s); s != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		d.Wrong(field, words.T("%q is not an address that begins with https://.", s))
	}
}

func date(d *strictyaml.Document, field, s string) {
	if _, err := time.Parse(time.DateOnly, s); s != "" && err != nil {
		d.Wrong(field, words.T("%q is not a day. Write it as 2026-11-26.", s))
	}
}

func (s SSO) validate(d *strictyaml.Document) {
	if s.Platform != "" {
		oneOf(d, "singleSignOn.platform", s.Platform, PlatformWeb, PlatformSPA, PlatformPublic)
	}
	for i, pattern := range s.Patterns {
		at := strictyaml.Item("singleSignOn.patterns", i)
		plain := blankForm.ReplaceAllString(pattern, "blank")
		if u, err := url.Parse(plain); err != nil || strings.ContainsAny(plain, "<> *#") || u.User != nil || slices.Contains(blanksOf(pattern), "") || u.Host == "" || u.Scheme != "https" && s.Platform != PlatformPublic {
			d.Wrong(at, words.T("%q is not a redirect URI. Write it as the guide prints it, with blanks in angle brackets: https://<company>.example.com/signin.", pattern))
		}
	}
	if len(s.Patterns) > 0 && !s.RedirectURIs {
		d.Wrong("singleSignOn.redirectUris", words.T("The redirect URIs contain patterns. Write \"redirectUris: true\"."))
	}
}

func (a Account) validate(d *strictyaml.Document) {
	text(d, "serviceAccount.purpose", a.Purpose)
	if a.Delegation != "" {
		oneOf(d, "serviceAccount.delegation", a.Delegation, DelegateCalendar, DelegateResource, DelegateFull)
	}
	if a.SignInDays < 0 || a.SignInDays > 3650 {
		d.Wrong("serviceAccount.signInDays", words.T("Write the number of days, from 1 to 3650, or leave it out."))
	}
}
