package session

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/proof"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// Consent is the vendor's application: what its product's file says, what the
// tenant shows of it, and what nobody here can prove.
type Consent struct {
	Model    product.Model             `json:"model"`
	ClientID string                    `json:"clientId"`
	Expected product.VendorApplication `json:"expected"`
	// Link is the address at which an administrator consents, in this cloud.
	Link string `json:"link"`
	// Read is whether the tenant was asked; Name and Publisher are what it shows,
	// "" while the application is not there.
	Read      bool   `json:"read"`
	Name      string `json:"name,omitempty"`
	Publisher string `json:"publisher,omitempty"`
	// Granted is what the tenant granted; Missing and Excess what the product
	// needs beyond it, and what it does not need.
	Granted []permission.Ref `json:"granted"`
	Missing []permission.Ref `json:"missing"`
	Excess  []permission.Ref `json:"excess"`
	// Limited are permissions that Exchange grants for its mailboxes in place of
	// what Microsoft Entra ID granted for all of them.
	Limited []permission.Ref `json:"limited"`
	// Account is the service account that signs in at the vendor, nil for none.
	Account *ServiceAccount `json:"serviceAccount,omitempty"`
	// Problems are what to think of before the link is opened.
	Problems []*problem.Problem `json:"problems"`
	// Used is when the vendor's application last signed in by itself or a person
	// through it, zero when nobody knows; LogRefused is why.
	Used       time.Time        `json:"used,omitzero"`
	LogRefused *problem.Problem `json:"logRefused,omitempty"`
	// Unprovable is what nobody here can prove.
	Unprovable []words.Text `json:"unprovable"`
}

// clientOf is the client ID that the connection works with: its own, or the one
// that the product's file knows.
func clientOf(c *connection.Connection, p product.Product) string {
	if c.Application.ClientID == "" && p.VendorApplication != nil {
		return p.VendorApplication.ClientID
	}
	return c.Application.ClientID
}

// theirs is whether the application is the vendor's, so that nobody here can sign
// in as it.
func (s *Session) theirs() bool {
	p, err := s.Product()
	return err == nil && p.Model != product.Own // an unknown product is said where it matters
}

// testable is a problem where there is nothing of the customer's to register or
// to test with.
func (s *Session) testable() error {
	if !s.theirs() {
		return nil
	}
	p, err := s.Product()
	if err != nil {
		return err
	}
	return problem.New(codeConsentOnly, words.T("%s uses an application of its vendor's, so there is nothing to register and no credential to test with.", p.Name)).
		Lead(words.T("See the consent link, and compare what was granted."), problem.PlaceConsent)
}

// Consent says what is known without asking Microsoft.
func (s *Session) Consent() (Consent, error) {
	p, err := s.Product()
	if err != nil {
		return Consent{}, err
	}
	row, err := s.Cloud()
	if err != nil {
		return Consent{}, err
	}
	c := s.Document()
	out := Consent{Model: p.Model, ClientID: clientOf(c, p), Granted: []permission.Ref{}, Limited: []permission.Ref{}, Missing: []permission.Ref{}, Excess: []permission.Ref{}, Problems: []*problem.Problem{}}
	if p.Model == product.Own {
		return out, problem.New(codeConsentOnly, words.T("%s uses an application of your own, which Roomkey registers.", p.Name)).
			Lead(words.T("See what would be registered."), problem.PlaceRegister)
	}
	if p.Ended(s.env.Now()) {
		return out, p.EndsOn(s.env.Now())
	}
	if p.VendorApplication != nil {
		out.Expected = *p.VendorApplication
	}
	if out.ClientID == "" {
		return out, problem.New(codeConsentUnknown, words.T("The client ID of the vendor's application is not known.")).
			With(words.T(p.Leaves(product.UnknownApplication))).
			Lead(words.T("Enter it."), problem.PlaceClientID)
	}
	out.Link = strings.TrimSuffix(row.Authority, "/") + "/" + url.PathEscape(tenantOf(c)) + "/adminconsent?client_id=" + url.QueryEscape(out.ClientID)
	if id := out.Expected.ClientID; id != "" && !strings.EqualFold(id, out.ClientID) {
		out.Problems = append(out.Problems, problem.New(codeConsentOther, words.T("The connection names another application than the file of %s: %s, not %s.", p.Name, problem.Line(out.ClientID), id)).
			Fix(words.T("Do not consent before the vendor has confirmed the client ID.")))
	}
	out.Unprovable = unprovable(p)
	return out, nil
}

// unprovable are the claims that nobody here can prove, and how the administrator
// sees the rest.
func unprovable(p product.Product) []words.Text {
	all := []words.Text{words.T("Whether %s reads and books the rooms cannot be tested here: only the vendor has the credential of its application. Book a room there and check its calendar.", p.Name)}
	switch {
	case p.Model == product.User:
		all = append(all, words.T("Only the vendor shows what the service account can do there, and whether its sign-in is still valid."))
		if n := p.ServiceAccount.SignInDays; n > 0 {
			all = append(all, words.T("The account must sign in at the vendor again every %d days. Put the day in your calendar.", n))
		}
	case p.Scoping.Way != product.ScopingNone:
		all = append(all, words.T("An Exchange administrator proves the limit in Exchange with the script limit-application-test, which runs Test-ServicePrincipalAuthorization."))
	}
	return all
}

// ReadConsent reads what the tenant granted to the vendor's application, compares
// it with the product's needs and remembers the outcome. An administrator must be
// signed in.
func (s *Session) ReadConsent(ctx context.Context) (Consent, error) {
	out, err := s.Consent()
	if err != nil {
		return out, err
	}
	_, directory, err := s.admin.opened()
	if err != nil {
		return out, err
	}
	p, needs, err := s.needs()
	if err != nil {
		return out, err
	}
	out.Read = true
	sp, err := directory.ServicePrincipal(ctx, out.ClientID)
	switch {
	case problem.KindOf(err) == problem.Absent:
		out.Missing = refsOf(needs)
		out.Problems = append(out.Problems, absent(out))
		if err := s.readAccount(ctx, directory, p, tenant.SignIn{}, &out); err != nil {
			return out, err
		}
		return out, s.keepConsent(ctx, out)
	case err != nil:
		return out, err
	}
	out.Name, out.Publisher = sp.DisplayName, sp.Publisher
	out.Problems = append(out.Problems, unlike(out, sp)...)
	if out.Granted, err = granted(ctx, directory, sp); err != nil {
		return out, err
	}
	roles, _ := s.facts(ctx).LimitedByRBAC()
	out.compare(needs, s.env.Permissions, p, roles)
	if err := s.readAccount(ctx, directory, p, s.readUse(ctx, directory, &out), &out); err != nil {
		return out, err
	}
	if s.Document().Application.ClientID == "" || s.Document().Application.ServicePrincipalID != sp.ID {
		if err := s.Edit(ctx, func(c *connection.Connection) {
			c.Application.ClientID, c.Application.ServicePrincipalID, c.Application.DisplayName = out.ClientID, sp.ID, sp.DisplayName
		}); err != nil {
			return out, err
		}
	}
	return out, s.keepConsent(ctx, out)
}

func absent(c Consent) *problem.Problem {
	compare := words.T("Compare the name and the publisher on Microsoft's page with the vendor's guide before you accept.")
	if c.Expected.Name != "" || c.Expected.Publisher != "" {
		compare = words.T("Microsoft's page must show the name %s and the publisher %s. If it shows others, do not accept.",
			cmp.Or(c.Expected.Name, "that the vendor's guide names"), cmp.Or(c.Expected.Publisher, "that the vendor's guide names"))
	}
	return problem.New(codeConsentAbsent, words.T("The tenant has not consented to the vendor's application yet.")).With(compare).
		Fix(words.T("Open the link as Global Administrator or Privileged Role Administrator, and accept: %s", c.Link))
}

// unlike is where the enterprise application is not what the file expects.
func unlike(c Consent, sp tenant.ServicePrincipal) (all []*problem.Problem) {
	differs := func(what words.Text, is, expected string) {
		if expected != "" && !strings.EqualFold(strings.TrimSpace(is), expected) {
			all = append(all, problem.New(codeConsentOther, words.T("The %s of the application is %q, and the product's file expects %q.", what, problem.Line(is), expected)).
				Fix(words.T("Do not consent before the vendor has confirmed the client ID %s.", c.ClientID)))
		}
	}
	differs(words.T("name"), sp.DisplayName, c.Expected.Name)
	differs(words.T("publisher"), sp.Publisher, c.Expected.Publisher)
	if !sp.Enabled {
		all = append(all, problem.New(codeConsentDisabled, words.T("Sign-in of the vendor's application is disabled.")).
			Fix(words.T("Microsoft Entra admin center, Enterprise applications, this application, Properties: set \"Enabled for users to sign-in?\" to Yes and select \"Save\".")))
	}
	return all
}

// granted is what the tenant granted to an enterprise application, by name.
// What one of its users granted for himself is not the tenant's.
func granted(ctx context.Context, directory Directory, sp tenant.ServicePrincipal) ([]permission.Ref, error) {
	roles, err := directory.AppRoleGrants(ctx, sp.ID)
	if err != nil {
		return nil, err
	}
	scopes, err := directory.DelegatedGrants(ctx, sp.ID)
	if err != nil {
		return nil, err
	}
	resources, err := permissionAPIs(ctx, directory)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, resource := range resources {
		for _, r := range resource.Roles {
			names[strings.ToLower(r.ID)] = r.Value
		}
	}
	all := []permission.Ref{}
	for _, g := range roles {
		all = append(all, permission.Ref{Value: cmp.Or(names[strings.ToLower(g.AppRoleID)], g.AppRoleID), Kind: permission.Application})
	}
	for _, g := range scopes {
		if g.ConsentType != "AllPrincipals" {
			continue
		}
		for _, value := range strings.Fields(g.Scope) {
			all = append(all, permission.Ref{Value: value, Kind: permission.Delegated})
		}
	}
	return all, nil
}

func refsOf(n product.Needs) []permission.Ref {
	refs := []permission.Ref{}
	for _, p := range n.Permissions {
		refs = append(refs, p.Ref)
	}
	return refs
}

// compare says what is missing, and what is more than needed. What Exchange was
// seen to grant by one of the roles is not missing.
func (c *Consent) compare(needs product.Needs, catalog *permission.Catalog, p product.Product, roles []string) {
	wanted := refsOf(needs)
	for _, w := range wanted {
		e, _ := catalog.Get(w.Value)
		if granted := slices.ContainsFunc(c.Granted, func(g permission.Ref) bool { return catalog.Covers(g, w) }); !granted && w.Kind == permission.Application && slices.Contains(roles, e.ExchangeRole) {
			c.Limited = append(c.Limited, w)
			continue
		}
		if !slices.ContainsFunc(c.Granted, func(g permission.Ref) bool { return catalog.Covers(g, w) }) {
			c.Missing = append(c.Missing, w)
		}
	}
	for _, g := range c.Granted {
		if !slices.Contains(wanted, g) {
			c.Excess = append(c.Excess, g)
		}
	}
	if len(c.Missing) > 0 {
		c.Problems = append(c.Problems, problem.New(codeConsentMissing, words.T("%s needs permissions that are not granted: %s.", p.Name, listRefs(c.Missing))).
			Fix(words.T("Open the link as Global Administrator or Privileged Role Administrator, and accept: %s", c.Link)))
	}
	if len(c.Excess) > 0 && p.Leaves(product.UnknownPermissions) == "" {
		c.Problems = append(c.Problems, problem.New(codeConsentExcess, words.T("The application has more than the product's file lists: %s.", listRefs(c.Excess))).
			Fix(words.T("Ask the vendor what it is for. To remove it: Microsoft Entra admin center > Enterprise applications > this application > Permissions.")))
	}
}

// listRefs names permissions as the portal does.
func listRefs(refs []permission.Ref) string {
	var all []string
	for _, r := range refs {
		all = append(all, r.Value+" ("+string(r.Kind)+")")
	}
	return strings.Join(all, ", ")
}

// readUse looks in the sign-in log whether the vendor uses its application, and
// gives the last sign-in of a person through it.
func (s *Session) readUse(ctx context.Context, directory Directory, c *Consent) tenant.SignIn {
	activity, err := directory.ClientActivity(ctx, c.ClientID)
	if err == nil {
		c.Used = activity.Application
		if activity.User.After(c.Used) {
			c.Used = activity.User
		}
	}
	signIn, byPerson := directory.LastSignIn(ctx, c.ClientID)
	if byPerson == nil && signIn.Code == 0 && signIn.At.After(c.Used) {
		c.Used = signIn.At
	}
	if c.Used.IsZero() {
		c.LogRefused = problem.Of(cmp.Or(err, byPerson))
	}
	return signIn
}

// isLimited is whether a limit was proven that the grant passes by.
func isLimited(f proof.Facts) bool {
	_, proven := f.LimitedByRBAC()
	return proven
}

// keepConsent remembers what the grants and the log prove.
func (s *Session) keepConsent(ctx context.Context, c Consent) error {
	now := s.Basis(ctx, s.Document())
	r := evidence.Record{Claim: evidence.Permissions, Source: proof.SourceConsent, Outcome: evidence.Proven, At: s.env.Now(), Basis: now.Of(evidence.Permissions)}
	for _, p := range c.Problems {
		switch {
		case c.Account != nil && slices.Contains(c.Account.Problems, p): // it is a claim of its own
		case p.Code == codeConsentMissing || p.Code == codeConsentAbsent || p.Code == codeConsentDisabled:
			r.Outcome, r.Problem = evidence.Disproved, p
		case r.Outcome == evidence.Proven:
			r.Outcome, r.Problem = evidence.Doubtful, p
		}
	}
	records := []evidence.Record{r}
	if c.Account != nil {
		records = append(records, c.Account.evidence(s.env.Now(), now))
	}
	if wide, limited := c.wide(s.env.Permissions), isLimited(s.facts(ctx)); len(wide) > 0 && limited {
		// The limit was proven, and what Microsoft Entra ID grants passes it by.
		records = append(records, evidence.Record{Claim: evidence.Scope, Source: proof.SourceConsent, Outcome: evidence.Doubtful, At: s.env.Now(), Basis: now.Of(evidence.Scope),
			Note: words.T("The limit in Exchange does nothing yet: %s is still granted for the whole tenant.", strings.Join(wide, ", "))})
	} else {
		records = append(records, evidence.Record{Claim: evidence.Scope, Source: proof.SourceConsent, Outcome: evidence.Proven, At: s.env.Now(), Basis: now.Of(evidence.Scope)})
	}
	if !c.Used.IsZero() {
		records = append(records, evidence.Record{Claim: evidence.ServerWorks, Source: proof.SourceSignIns, Outcome: evidence.Proven, At: c.Used, Basis: now.Of(evidence.ServerWorks)})
	}
	return s.Remember(ctx, records...)
}
