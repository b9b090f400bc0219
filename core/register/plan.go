package register

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// planVersion is the version of the plan's JSON.
const planVersion = 1

// Plan is everything that Apply would do, for a person to read and for a second
// person to review: today, wanted, action. Applied is exactly this or nothing.
type Plan struct {
	Version    int           `json:"version"`
	MadeAt     time.Time     `json:"madeAt"`
	MadeBy     string        `json:"madeBy"`
	Connection string        `json:"connection"`
	Tenant     string        `json:"tenant"`
	Cloud      string        `json:"cloud"`
	Product    string        `json:"product"`
	Target     Target        `json:"application"`
	Wanted     Wanted        `json:"wanted"`
	Items      []change.Item `json:"items"`
	// Blocked is why nothing can be applied: a choice to make, or an
	// application that is not this tenant's.
	Blocked *problem.Problem `json:"blocked"`
	// Choices are the applications to choose among.
	Choices []Choice `json:"choices,omitempty"`
	Options Options  `json:"options"`
	// Digest identifies the plan together with what the tenant held when it
	// was made.
	Digest string `json:"digest"`
}

// Target is the application that the plan is about; ClientID is "" for one that
// will be made.
type Target struct {
	// Found is how it was found: "client-id", "unique-name", "choice", "new".
	Found       string `json:"found"`
	ClientID    string `json:"clientId,omitempty"`
	ObjectID    string `json:"objectId,omitempty"`
	UniqueName  string `json:"uniqueName,omitempty"`
	DisplayName string `json:"displayName"`
	// RedirectURIs are those that it has today.
	RedirectURIs []string `json:"redirectUris,omitempty"`
}

// Choice is one of several applications.
type Choice struct {
	ClientID    string    `json:"clientId"`
	DisplayName string    `json:"displayName"`
	CreatedAt   time.Time `json:"createdAt"`
}

// Todo are the items for which Apply acts.
func (p Plan) Todo() []change.Item { return change.Todo(p.Items) }

// NeedsConsent reports whether Apply grants something, for which the
// administrator's sign-in needs the scopes of consent.
func (p Plan) NeedsConsent() bool {
	for _, i := range p.Items {
		if i.Action == change.Grant {
			return true
		}
	}
	return false
}

// LeavesConsent reports whether Apply leaves consent to be given by a colleague.
func (p Plan) LeavesConsent() bool {
	return p.Options.LeaveConsent && slices.ContainsFunc(p.Items, func(i change.Item) bool {
		return strings.HasPrefix(i.ID, "consent:") && i.Action == change.ByHand
	})
}

// MakePlan reads the tenant and says what Apply would do. It changes nothing.
func MakePlan(ctx context.Context, in Input) (Plan, error) {
	s, w, err := in.look(ctx)
	if err != nil {
		return Plan{}, err
	}
	j, err := in.readJournal()
	if err != nil {
		return Plan{}, err
	}
	return in.plan(ctx, s, w, j)
}

func (in Input) plan(ctx context.Context, s state, w Wanted, j journal) (Plan, error) {
	c := in.Document()
	p := Plan{
		Version: planVersion, MadeAt: in.Time(), MadeBy: in.By, Connection: c.Name, Tenant: in.TenantID, Cloud: in.Cloud.ID, Product: in.Product.ID,
		Target: Target{Found: s.how, UniqueName: w.UniqueName, DisplayName: w.DisplayName}, Blocked: s.blocked, Items: []change.Item{}, Options: in.Options,
	}
	if p.Blocked == nil {
		p.Blocked = in.notGraph()
	}
	for _, a := range s.named {
		p.Choices = append(p.Choices, Choice{ClientID: a.AppID, DisplayName: a.DisplayName, CreatedAt: a.CreatedAt})
	}
	if a := s.application; a != nil {
		p.Target = Target{Found: s.how, ClientID: a.AppID, ObjectID: a.ID, UniqueName: a.UniqueName, DisplayName: a.DisplayName, RedirectURIs: w.redirects(*a)}
	}
	var credential change.Item
	var err error
	w.Credential, credential, err = in.planCredential(ctx, s)
	if err != nil {
		return p, err
	}
	p.Wanted = w
	if p.Blocked == nil {
		p.Items = append(p.Items, in.planApplication(s, w)...)
		p.Items = append(p.Items, in.planPermissions(s, w)...)
		p.Items = append(p.Items, credential)
		p.Items = append(p.Items, in.planOrphans(s, j)...)
		p.Items = append(p.Items, in.planOthers(s, w, j)...)
		if credential.Problem != nil && credential.Action == change.Attention {
			p.Blocked = credential.Problem
		}
		if forbidden := s.audienceForbidden(w, in.Time()); forbidden != nil {
			p.Blocked = forbidden
		}
	}
	p.Digest = s.digest(w)
	return p, nil
}

// planApplication is about the registration itself and its enterprise
// application.
func (in Input) planApplication(s state, w Wanted) []change.Item {
	a := tenant.Application{}
	app := change.Item{ID: "application", Title: words.T("App registration"), Today: words.T("none"), Wanted: words.Plain(w.DisplayName), Action: change.Create}
	audience := change.Item{ID: "audience", Title: words.T("Who can sign in"), Today: words.T("–"), Wanted: audienceOf(w.SignInAudience), Action: change.Create}
	switch {
	case s.application != nil:
		a = *s.application
		app.Today, app.Wanted, app.Action = words.T("%s, client ID %s", a.DisplayName, a.AppID), words.Plain(a.DisplayName), change.Keep
		if name := in.Options.Name; name != "" && name != a.DisplayName {
			app.Why = words.T("An existing application keeps its name.")
		}
		audience.Today, audience.Action = audienceOf(a.SignInAudience), change.Keep
		if a.SignInAudience != w.SignInAudience {
			audience.Action, audience.Wanted = change.Attention, audienceOf(w.SignInAudience)
			audience.Why = words.T("Left as it is. Other organizations can use a multi-tenant application too: if no one needs that, select Single tenant in the Microsoft Entra admin center under App registrations, this application, Authentication, Supported account types.")
		}
	case s.exchange != nil:
		app.Why = words.T("The application \"%s\" has permissions of Exchange Web Services. The vendor says not to update it, so Roomkey registers a new one and leaves the old one alone.", s.exchange.DisplayName)
	case s.deleted != nil:
		app.Why = words.T("One that Roomkey registered was deleted on %s. It can be restored until %s instead.", s.deleted.DeletedAt.Format(time.DateOnly), s.deleted.DeletedAt.AddDate(0, 0, 30).Format(time.DateOnly))
	}
	items := []change.Item{app, audience}
	differs := w.change(a)
	part := func(id string, title, today, wanted words.Text, changes bool) {
		i := change.Item{ID: id, Title: title, Today: today, Wanted: wanted, Action: change.Keep}
		if changes {
			i.Action = change.Change
			if s.application == nil {
				i.Action = change.Create
			}
		}
		items = append(items, i)
	}
	if has := w.redirects(a); len(w.RedirectURIs) > 0 {
		part("redirect-uris", words.T("Redirect URIs, platform %s", product.PlatformText(w.Platform)), list(has), list(union(has, w.RedirectURIs)), differs.RedirectURIs != nil)
	}
	items = append(items, in.planRedirects(w, a)...)
	if w.IDTokens {
		part("id-tokens", words.T("ID tokens"), onOff(a.IDTokens), onOff(true), differs.IDTokens != nil)
	}
	if w.AccessTokens {
		part("access-tokens", words.T("Access tokens"), onOff(a.AccessTokens), onOff(true), differs.AccessTokens != nil)
	}
	if w.HomePage != "" {
		part("home-page", words.T("Home page"), list([]string{a.HomePage}), words.Plain(w.HomePage), differs.HomePage != nil)
	}
	if w.Branding != nil {
		b := a.Branding
		part("branding", words.T("Addresses for support, privacy and terms"), list([]string{b.Marketing, b.Support, b.Privacy, b.TermsOfService}),
			list([]string{w.Branding.Marketing, w.Branding.Support, w.Branding.Privacy, w.Branding.TermsOfService}), differs.Branding != nil)
	}
	switch {
	case len(w.Logo) > 0 && a.Branding.LogoURL != "":
		items = append(items, change.Item{ID: "logo", Title: words.T("Logo"), Today: words.T("there"), Wanted: words.T("there"), Action: change.Keep,
			Why: words.T("The application already has a logo. It is not changed.")})
	case len(w.Logo) > 0:
		items = append(items, change.Item{ID: "logo", Title: words.T("Logo"), Today: words.T("none"), Wanted: words.T("a picture of %d bytes", len(w.Logo)), Action: change.Create})
	case w.HomePage != "" || w.Branding != nil:
		items = append(items, change.Item{ID: "logo", Title: words.T("Logo"), Today: list([]string{a.Branding.LogoURL}), Wanted: words.T("the product's, if you like"), Action: change.ByHand,
			Why: words.T("Choose the image with the other options of the plan, and Apply uploads it. Or, in the Microsoft Entra admin center, go to App registrations > this application > Branding & properties and select Upload new logo.")})
	}
	sp := change.Item{ID: "service-principal", Title: words.T("Enterprise application"), Today: words.T("none"), Wanted: words.T("there"), Action: change.Create}
	if s.principal != nil {
		sp.Today, sp.Action = words.T("there"), change.Keep
		if !s.principal.Enabled {
			sp.Today, sp.Action = words.T("switched off"), change.Attention
			sp.Problem = problem.New(codeApplicationDisabled, words.T("Sign-in of the application is disabled.")).
				Fix(words.T("Microsoft Entra admin center, Enterprise applications, this application, Properties: set \"Enabled for users to sign-in?\" to Yes and select \"Save\"."))
		}
	}
	return append(items, sp)
}

// notGraph is that the product needs a permission of another API than Microsoft
// Graph. Roomkey proves nothing of those, so it registers nothing for them.
func (in Input) notGraph() *problem.Problem {
	for _, need := range in.Needs.Permissions {
		if e, ok := in.Permissions.Get(need.Value); ok && e.API() != permission.GraphResource {
			p := problem.New(codeNotGraph, words.T("%s needs %s, which is not a Microsoft Graph permission. Roomkey registers no application for it.", in.Product.Name, need.Value))
			if e.Ends != "" {
				p.With(words.T(product.EWSEnds))
			}
			return p.Fix(words.T("Ask the vendor for its connection by Microsoft Graph."))
		}
	}
	return nil
}

// planRedirects is what the redirect URIs need that Apply does not do.
func (in Input) planRedirects(w Wanted, a tenant.Application) (items []change.Item) {
	item := func(id string, title, today, wanted, why words.Text) {
		items = append(items, change.Item{ID: id, Title: title, Today: today, Wanted: wanted, Action: change.Attention, Why: why})
	}
	signOn, uris := in.Product.SingleSignOn, in.Document().SingleSignOn.RedirectURIs
	for _, pattern := range signOn.Empty(uris) {
		item("redirect-blank:"+pattern, words.T("Redirect URI of the vendor's guide"), words.T("not in the connection"), words.Plain(pattern),
			words.T("Fill in its blanks, and plan again. Without this address, no one can sign in to %s.", in.Product.Name))
	}
	for _, uri := range signOn.Strange(uris) {
		item("redirect-strange:"+uri, words.T("Redirect URI that the vendor's guide does not have"), words.Plain(uri), list(signOn.Patterns),
			words.T("It is registered as the connection has it. Compare it with the guide."))
	}
	for _, uri := range w.elsewhere(a) {
		item("redirect-platform:"+uri, words.T("Redirect URI on another platform"), words.Plain(uri), words.T("on the platform %s", product.PlatformText(w.Platform)),
			words.T("Left as it is. In the Microsoft Entra admin center open App registrations, this application, Authentication, remove it from the other platform, and plan again."))
	}
	return items
}

// planPermissions has two items a permission: declared and consented.
func (in Input) planPermissions(s state, w Wanted) (items []change.Item) {
	var have []tenant.RequiredResource
	if s.application != nil {
		have = s.application.Required
	}
	for _, p := range w.Permissions {
		declared := change.Item{ID: "declare:" + string(p.Kind) + ":" + p.Value, Title: words.T("Declare %s (%s)", p.Value, p.Kind.Text()), Today: words.T("not declared"), Wanted: words.T("declared"), Action: change.Change, Why: words.T(p.Reason)}
		if declares(have, tenant.GraphAppID, p.ID, p.Kind) {
			declared.Today, declared.Action = words.T("declared"), change.Keep
		}
		granted := s.granted(p)
		if p.Kind == "delegated" {
			granted = s.scopeGranted(p.Value)
		}
		consent := change.Item{ID: "consent:" + string(p.Kind) + ":" + p.Value, Title: words.T("Consent to %s (%s)", p.Value, p.Kind.Text()), Today: words.T("not granted"), Wanted: words.T("granted for the tenant"), Action: change.Grant, Why: words.T(p.Reason)}
		switch {
		case granted:
			consent.Today, consent.Action = words.T("granted"), change.Keep
		case in.Options.LeaveConsent:
			consent.Action, consent.Why = change.ByHand, words.T("Left to a colleague: see the hand-off.")
		}
		items = append(items, declared, consent)
		if p.ServerSignIn {
			items = append(items, change.Item{ID: "server-sign-in:" + p.Value, Title: words.T("Sign-in at the booking server for %s", p.Value), Wanted: words.T("a licensed account signs in there"), Action: change.ByHand,
				Why: words.T("An application cannot do this on its own: the booking server needs a signed-in user. Sign in at the booking server after the handover.")})
		}
	}
	_, unknown, byExchange := in.wanted(s.graph)
	items = append(items, in.scopeFirst(s, w)...)
	for _, ref := range unknown {
		items = append(items, change.Item{ID: "unknown:" + string(ref.Kind) + ":" + ref.Value, Title: words.T("%s (%s)", ref.Value, ref.Kind.Text()), Today: words.T("not offered"), Wanted: words.T("declared"), Action: change.Attention,
			Why: words.T("This tenant's Microsoft Graph does not offer this permission; so it is left out.")})
	}
	for _, ref := range byExchange {
		i := change.Item{ID: "exchange:" + ref.Value, Title: words.T("%s (application)", ref.Value), Today: words.T("not granted for the tenant"), Wanted: words.T("granted in Exchange, for some mailboxes only"), Action: change.Keep,
			Why: words.T("The connection limits the application with RBAC for Applications, so this permission is neither declared nor consented to here.")}
		if id := in.idOf(ref, s.graph); id != "" && (s.granted(Permission{ID: id}) || declares(have, tenant.GraphAppID, id, ref.Kind)) {
			i.Today, i.Action = words.T("declared or granted for the whole tenant"), change.Attention
			i.Problem = problem.New(codeScopeUndone, words.T("%s is granted or declared for the whole tenant, which bypasses the Exchange limit.", ref.Value)).
				Fix(words.T("Microsoft Entra admin center, App registrations, this application, API permissions: at %s select Remove permission and then Revoke admin consent. Or run Roomkey's script that removes the grant.", ref.Value))
		}
		items = append(items, i)
	}
	return items
}

// scopeFirst offers the order in which a permission on mailboxes is never
// granted for the whole tenant, where the product writes rooms at most.
func (in Input) scopeFirst(s state, w Wanted) (items []change.Item) {
	if in.Document().Scope.Kind != connection.ScopeNone || in.Product.Writes == product.WritesRoomsAndOrganizers {
		return nil
	}
	for _, p := range w.roles() {
		if in.scopable(p.Ref) && !s.granted(p) {
			items = append(items, change.Item{ID: "scope-first:" + p.Value, Title: words.T("Reach of %s", p.Value), Today: words.T("every mailbox of the tenant, once granted"), Wanted: words.T("only the rooms, if you choose that"), Action: change.ByHand,
				Why: words.T("Limit first, and never grant tenant-wide: choose the limit with RBAC for Applications in the step Set up Exchange before you apply. Roomkey then leaves this permission out here, and Exchange grants it for the rooms only.")})
		}
	}
	return items
}

// planOthers is about what belongs to others and what a person has to do.
func (in Input) planOthers(s state, w Wanted, j journal) (items []change.Item) {
	if account := in.Product.ServiceAccount; account != nil {
		today := words.T("none named")
		if upn := in.Document().ServiceAccount; upn != "" {
			today = words.Plain(upn)
		}
		items = append(items, change.Item{ID: "service-account", Title: words.T("Service account"), Today: today, Wanted: words.T(account.Purpose), Action: change.ByHand,
			Why: words.T("Created with Roomkey's script for service accounts, or in the Microsoft 365 admin center.")})
	}
	if s.application == nil {
		return items
	}
	a := s.application
	others := func(id string, title words.Text, list []string, why words.Text) {
		if len(list) > 0 {
			items = append(items, change.Item{ID: id, Title: title, Today: words.Plain(strings.Join(list, ", ")), Wanted: words.T("left alone"), Action: change.Keep, Why: why})
		}
	}
	others("other-redirect-uris", words.T("Other redirect URIs"), without(slices.Concat(a.RedirectURIs, a.SpaURIs, a.PublicURIs), w.RedirectURIs), words.T("The product does not use them. Someone else may."))
	var over []string
	for _, r := range a.Required {
		for _, x := range r.Access {
			if !declares([]tenant.RequiredResource{{ResourceAppID: tenant.GraphAppID, Access: wantedAccess(w)}}, r.ResourceAppID, x.ID, kindOf(x.Type)) {
				over = append(over, in.nameOf(s.graph, r.ResourceAppID, x.ID))
			}
		}
	}
	others("other-permissions", words.T("Other declared permissions"), over, words.T("More than %s needs. If nothing else uses this application, remove them under API permissions.", in.Product.Name))
	var granted []string
	for _, g := range s.roles {
		if !declares([]tenant.RequiredResource{{ResourceAppID: tenant.GraphAppID, Access: wantedAccess(w)}}, tenant.GraphAppID, g.AppRoleID, "application") {
			granted = append(granted, in.nameOf(s.graph, "", g.AppRoleID))
		}
	}
	others("other-grants", words.T("Other consented application permissions"), granted, words.T("More than %s needs: anyone who has the application's credential can use them.", in.Product.Name))
	var credentials []string
	lost := in.orphans(a, j)
	for _, c := range append(append([]tenant.Credential{}, a.Secrets...), a.Certificates...) {
		if c.KeyID != in.Document().Application.Credential.KeyID && !slices.ContainsFunc(lost, func(k tenant.Credential) bool { return k.KeyID == c.KeyID }) {
			credentials = append(credentials, strings.TrimSpace(c.DisplayName+" "+c.KeyID))
		}
	}
	others("other-credentials", words.T("Other credentials"), credentials, words.T("Roomkey does not have them and leaves them alone."))
	return items
}

func wantedAccess(w Wanted) (list []tenant.RequiredAccess) {
	for _, p := range w.Permissions {
		list = append(list, tenant.RequiredAccess{ID: p.ID, Type: p.Kind.AccessType()})
	}
	return list
}
