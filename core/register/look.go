package register

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// How the application was found.
const (
	foundByClientID   = "client-id"
	foundByUniqueName = "unique-name"
	foundByChoice     = "choice"
	notFound          = "new"
)

// state is what the tenant holds today.
type state struct {
	how         string
	application *tenant.Application
	principal   *tenant.ServicePrincipal
	roles       []tenant.AppRoleGrant
	scopes      []tenant.DelegatedGrant
	graph       tenant.ServicePrincipal
	policy      tenant.CredentialPolicy
	policyErr   error
	// named are other applications with the display name that a new one would
	// have; deleted is one that can be restored in place of a new one.
	named   []tenant.Application
	deleted *tenant.Application
	// blocked is why nothing can be planned.
	blocked *problem.Problem
	// exchange is the application that was passed over because it has EWS
	// permissions.
	exchange *tenant.Application
}

// look reads all that a plan depends on. A look-up that fails is an error,
// never "nothing there".
func (in Input) look(ctx context.Context) (s state, w Wanted, err error) {
	in.Report.Say(0, 0, words.T("Reading the tenant"))
	if s.graph, err = in.Directory.ServicePrincipal(ctx, tenant.GraphAppID); err != nil {
		return s, w, err
	}
	w, _, _ = in.wanted(s.graph)
	if err = in.find(ctx, &s, &w); err != nil || s.blocked != nil {
		return s, w, err
	}
	var id string
	if s.application != nil {
		id = s.application.ID
	}
	if s.policy, s.policyErr = in.Directory.CredentialPolicy(ctx, id); ctx.Err() != nil {
		return s, w, problem.Of(ctx.Err())
	}
	if s.application == nil {
		return s, w, nil
	}
	err = in.principal(ctx, &s)
	return s, w, err
}

// principal reads the enterprise application and what was consented to.
func (in Input) principal(ctx context.Context, s *state) error {
	sp, err := in.Directory.ServicePrincipal(ctx, s.application.AppID)
	if problem.CodeOf(err) == tenant.CodeNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	s.principal = &sp
	if s.roles, err = in.Directory.AppRoleGrants(ctx, sp.ID); err != nil {
		return err
	}
	s.scopes, err = in.Directory.DelegatedGrants(ctx, sp.ID)
	return err
}

// find looks for the application: by the client id of the connection or of the
// choice, else by the unique name, else by name with a choice.
func (in Input) find(ctx context.Context, s *state, w *Wanted) error {
	clientID := in.Document().Application.ClientID
	how := foundByClientID
	switch in.Options.Use {
	case "":
	case New:
		clientID = ""
	default:
		clientID, how = in.Options.Use, foundByChoice
	}
	if clientID != "" {
		a, err := in.Directory.Application(ctx, clientID)
		switch {
		case err == nil && in.untouchable(a):
			s.exchange = &a
		case err == nil:
			s.how, s.application = how, &a
			return nil
		case problem.CodeOf(err) == tenant.CodeNotFound:
			return in.notHere(ctx, s, clientID)
		default:
			return err
		}
	}
	a, err := in.byUniqueName(ctx, s, w)
	switch {
	case err == nil && in.Options.Use == New:
		// What a run that was cut off has registered is the new one.
		j, err := in.readJournal()
		if err != nil {
			return err
		}
		if !j.registering(a.ID) {
			s.named, s.blocked = []tenant.Application{a}, in.exists(a, j)
			return nil
		}
		s.how, s.application = foundByUniqueName, &a
		return nil
	case err == nil:
		s.how, s.application = foundByUniqueName, &a
		return nil
	case problem.CodeOf(err) != tenant.CodeNotFound:
		return err
	}
	s.how = notFound
	if s.named, err = in.Directory.ApplicationsNamed(ctx, w.DisplayName); err != nil {
		return err
	}
	slices.SortFunc(s.named, func(a, b tenant.Application) int { return cmp.Compare(a.AppID, b.AppID) })
	if len(s.named) > 0 && in.Options.Use == "" && s.exchange == nil {
		s.blocked = choose(w.DisplayName, s.named)
		return nil
	}
	return nil
}

// byUniqueName looks for the application that Roomkey registers for this
// product and server. One that must not be updated is passed over; beside a
// deleted one, which keeps its unique name for 30 days, a new one that is asked
// for gets another.
func (in Input) byUniqueName(ctx context.Context, s *state, w *Wanted) (tenant.Application, error) {
	a, err := in.Directory.ApplicationByUniqueName(ctx, w.UniqueName)
	if err == nil && in.untouchable(a) {
		s.exchange = &a
		w.UniqueName += "-graph"
		a, err = in.Directory.ApplicationByUniqueName(ctx, w.UniqueName)
	}
	if problem.CodeOf(err) != tenant.CodeNotFound {
		return a, err
	}
	if err := in.findDeleted(ctx, s, func(a tenant.Application) bool { return a.UniqueName == w.UniqueName }); err != nil {
		return a, err
	}
	if s.deleted != nil && in.Options.Use == New {
		w.UniqueName += s.deleted.DeletedAt.UTC().Format("-20060102150405")
		return in.Directory.ApplicationByUniqueName(ctx, w.UniqueName)
	}
	return a, err
}

// untouchable is an application that the vendor says not to update: one with
// permissions of Exchange Web Services.
func (in Input) untouchable(a tenant.Application) bool {
	return slices.Contains(in.Product.NotUpdatable, "ews") && slices.ContainsFunc(a.Required, func(r tenant.RequiredResource) bool {
		return strings.EqualFold(r.ResourceAppID, tenant.ExchangeAppID)
	})
}

// notHere explains a client id that is not registered in this tenant.
func (in Input) notHere(ctx context.Context, s *state, clientID string) error {
	if err := in.findDeleted(ctx, s, func(a tenant.Application) bool { return strings.EqualFold(a.AppID, clientID) }); err != nil {
		return err
	}
	if s.deleted != nil {
		s.blocked = deletedApplication(*s.deleted)
		return nil
	}
	sp, err := in.Directory.ServicePrincipal(ctx, clientID)
	switch {
	case err == nil:
		s.blocked = foreign(sp)
	case problem.CodeOf(err) == tenant.CodeNotFound:
		s.blocked = unknownApplication(clientID)
	default:
		return err
	}
	return nil
}

func (in Input) findDeleted(ctx context.Context, s *state, is func(tenant.Application) bool) error {
	list, err := in.Directory.DeletedApplications(ctx)
	if err != nil {
		return err
	}
	for _, a := range list {
		if is(a) {
			s.deleted = &a
		}
	}
	return nil
}

// digest identifies what the tenant holds of this application: a plan is good
// only while it is the same.
func (s state) digest(w Wanted) string {
	type seen struct {
		How         string
		Application *tenant.Application
		Principal   string
		Enabled     bool
		Roles       []string
		Scopes      []string
		Policy      tenant.CredentialPolicy
		Named       []string
		Wanted      Wanted
	}
	v := seen{How: s.how, Policy: s.policy, Wanted: w}
	if s.application != nil {
		a := *s.application
		a.Branding.LogoURL = "" // its address changes with every look
		a.Certificates = slices.Clone(a.Certificates)
		for i := range a.Certificates {
			a.Certificates[i].Key = nil
		}
		byKey := func(x, y tenant.Credential) int { return cmp.Compare(x.KeyID, y.KeyID) }
		a.Secrets = slices.SortedFunc(slices.Values(a.Secrets), byKey)
		slices.SortFunc(a.Certificates, byKey)
		for _, uris := range []*[]string{&a.RedirectURIs, &a.SpaURIs, &a.PublicURIs} {
			*uris = slices.Sorted(slices.Values(*uris))
		}
		v.Application = &a
	}
	if s.principal != nil {
		v.Principal, v.Enabled = s.principal.ID, s.principal.Enabled
	}
	for _, g := range s.roles {
		v.Roles = append(v.Roles, g.ResourceID+" "+g.AppRoleID)
	}
	for _, g := range s.scopes {
		f := strings.Fields(g.Scope)
		slices.Sort(f)
		v.Scopes = append(v.Scopes, strings.Join(append([]string{g.ResourceID, g.ConsentType, g.PrincipalID}, f...), " "))
	}
	for _, a := range s.named {
		v.Named = append(v.Named, a.AppID)
	}
	slices.Sort(v.Roles)
	slices.Sort(v.Scopes)
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // it is strings, numbers and times
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// granted is whether an application permission is consented to.
func (s state) granted(p Permission) bool {
	return slices.ContainsFunc(s.roles, func(g tenant.AppRoleGrant) bool {
		return strings.EqualFold(g.ResourceID, s.graph.ID) && strings.EqualFold(g.AppRoleID, p.ID)
	})
}

// forEverybody is the consent for everybody to delegated permissions of
// Microsoft Graph, nil when there is none.
func (s state) forEverybody() *tenant.DelegatedGrant {
	for i, g := range s.scopes {
		if strings.EqualFold(g.ResourceID, s.graph.ID) && g.ConsentType == "AllPrincipals" {
			return &s.scopes[i]
		}
	}
	return nil
}

func (s state) scopeGranted(value string) bool {
	g := s.forEverybody()
	return g != nil && slices.Contains(strings.Fields(g.Scope), value)
}
