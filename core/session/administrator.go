package session

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/roomkey/roomkey/core/amend"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Directory is the tenant's directory as the administrator's sign-in reads and
// changes it.
type Directory interface {
	register.Directory
	register.SignInLog
	amend.Directory
	// Exists looks a mailbox up by one of its addresses.
	Exists(ctx context.Context, mailbox string) (bool, error)
	// Assigned are the people and groups who are assigned to an enterprise application.
	Assigned(ctx context.Context, servicePrincipalID string) ([]tenant.AppRoleGrant, error)
	// PrincipalByID is an enterprise application by its object ID.
	PrincipalByID(ctx context.Context, id string) (tenant.ServicePrincipal, error)
	MyRoles(ctx context.Context) ([]tenant.DirectoryRole, error)
	Organization(ctx context.Context) (tenant.Organization, error)
}

// SignIn says how an administrator signs in.
type SignIn struct {
	// ClientID is a public client of the tenant's own, "" for the one that was
	// used last for this connection, else Microsoft Graph Command Line Tools.
	ClientID string
	// DeviceCode is the second choice: many tenants block it.
	DeviceCode bool
	// Open makes the address of the sign-in reach the person's browser; Show
	// shows a device code. Both are called aside.
	Open func(address string)
	Show func(entra.DeviceCode)
	// Disclose is told, before anything opens, which application the person
	// will sign in to, and why; nil for nothing.
	Disclose func(words.Text)
}

// Signed is who signed in, and what the sign-in learned.
type Signed struct {
	entra.Account
	Client     string     `json:"client"`
	ClientName words.Text `json:"clientName"`
	// RolesFrom is where the roles came from: "directory" or "token".
	RolesFrom string `json:"rolesFrom"`
	// Consented are the delegated permissions that this person gave to that
	// client and that stay after the sign-in.
	Consented []string `json:"consented"`
	// ConsentUnknown is whether that could not be read.
	ConsentUnknown bool `json:"consentUnknown,omitempty"`
}

// cacheSignIn remembers the client of the last sign-in: an id, no secret.
const cacheSignIn = "sign-in.json"

type lastSignIn struct {
	ClientID string `json:"clientId"`
}

// signIn is the sign-in of an administrator, in memory only. What it opens is
// there together or not at all.
type signIn struct {
	mu        sync.Mutex
	admin     *entra.Administrator
	directory Directory
	// byCode is the way in which it began: it goes on in the same.
	byCode bool
	signed Signed
	// logRefused is why the sign-in may not read the sign-in log.
	logRefused *problem.Problem
}

// opened is what a sign-in opens, needed when nobody is signed in.
func (i *signIn) opened() (*entra.Administrator, Directory, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.admin == nil || i.admin.Account() == nil {
		return nil, nil, problem.New(entra.CodeNeeded, words.T("This needs the sign-in of an administrator.")).
			Fix(words.T("Select Sign in with the browser."))
	}
	return i.admin, i.directory, nil
}

// forget signs out.
func (i *signIn) forget() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	admin := i.admin
	i.admin, i.directory, i.logRefused, i.signed, i.byCode = nil, nil, nil, Signed{}, false
	if admin == nil {
		return nil
	}
	return admin.SignOut()
}

// Administrator is who is signed in, nil when nobody is.
func (s *Session) Administrator() *Signed {
	admin, _, err := s.admin.opened()
	if err != nil {
		return nil
	}
	s.admin.mu.Lock()
	defer s.admin.mu.Unlock()
	signed := s.admin.signed
	account := *admin.Account()
	if account.ObjectID == signed.ObjectID {
		account.Roles = signed.Roles
	}
	signed.Account = account
	return &signed
}

// SignIn signs an administrator in for scopes, unless the sign-in holds them
// already; one that grows goes the way in which it began. The tokens stay in
// memory until SignOut.
func (s *Session) SignIn(ctx context.Context, o SignIn, scopes []string) (Signed, error) {
	if locked := s.env.Policy.SignIn(o.ClientID, o.DeviceCode); locked != nil {
		return Signed{}, locked
	}
	if s.Document().Tenant.ID == "" {
		if err := s.Discover(ctx); err != nil {
			return Signed{}, err
		}
	}
	admin, directory, byCode, err := s.administrator(o)
	if err != nil {
		return Signed{}, err
	}
	if !admin.Holds(scopes) {
		// What was consented to before comes without a page.
		_, _ = admin.Silent(ctx, scopes)
	}
	if !admin.Holds(scopes) {
		if err := s.ask(ctx, admin, o, byCode, scopes); err != nil {
			return Signed{}, err
		}
	}
	signed, err := signedIn(ctx, admin, directory)
	if err != nil {
		return signed, err
	}
	s.admin.mu.Lock()
	s.admin.signed = signed
	s.admin.mu.Unlock()
	return signed, s.nameTenant(ctx, directory)
}

// ask has the person sign in on Microsoft's page.
func (s *Session) ask(ctx context.Context, admin *entra.Administrator, o SignIn, byCode bool, scopes []string) (err error) {
	if o.Disclose != nil {
		o.Disclose(admin.Disclosure(scopes))
	}
	var account entra.Account
	if byCode {
		account, err = admin.DeviceCode(ctx, scopes, o.Show)
	} else {
		account, err = admin.Browser(ctx, scopes, o.Open)
	}
	if err != nil {
		return err
	}
	if want := s.Document().Tenant.ID; account.TenantID != "" && !strings.EqualFold(account.TenantID, want) {
		_ = s.SignOut()
		return problem.New(codeSignInOtherTenant, words.T("You signed in to another tenant (%s).", account.TenantID)).
			With(words.T("The connection is for the tenant %s.", want)).
			Fix(words.T("Sign in again and choose an account of that tenant."))
	}
	if data, err := json.Marshal(lastSignIn{admin.ClientID()}); err == nil {
		_ = s.env.Store.PutCache(s.ID(), cacheSignIn, data) // asked for again when it is lost
	}
	return nil
}

// nameTenant keeps what the organization is called: only a sign-in sees it.
func (s *Session) nameTenant(ctx context.Context, directory Directory) error {
	if s.Document().Tenant.DisplayName != "" {
		return nil
	}
	org, err := directory.Organization(ctx)
	if err != nil || org.DisplayName == "" {
		return ctx.Err() // the domain names it, too
	}
	return s.Edit(ctx, func(c *connection.Connection) {
		if strings.EqualFold(c.Tenant.ID, org.ID) {
			c.Tenant.DisplayName = org.DisplayName
		}
	})
}

// administrator keeps one sign-in for the session; another client is another.
func (s *Session) administrator(o SignIn) (*entra.Administrator, Directory, bool, error) {
	c := s.Document()
	row, err := s.Cloud()
	if err != nil {
		return nil, nil, false, err
	}
	client, err := s.cloudHTTP(row)
	if err != nil {
		return nil, nil, false, err
	}
	o.ClientID = s.client(o.ClientID)
	i := &s.admin
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.admin != nil && (o.ClientID == "" || o.ClientID == i.admin.ClientID()) {
		if i.admin.Account() == nil {
			i.byCode = o.DeviceCode
		}
		return i.admin, i.directory, i.byCode, nil
	}
	admin, err := entra.NewAdministrator(entra.AdministratorOptions{Cloud: row, TenantID: c.Tenant.ID, ClientID: o.ClientID, HTTP: client})
	if err != nil {
		return nil, nil, false, err
	}
	i.admin, i.byCode, i.logRefused = admin, o.DeviceCode, nil
	i.directory = s.env.Directory(GraphOptions{Cloud: row, HTTP: client, Token: admin.Token, Renew: admin.Renew, Source: tenant.SourceAdministrator})
	return i.admin, i.directory, i.byCode, nil
}

// registrationReader gives the diagnosis a look at the registration, with who signed in.
type registrationReader struct {
	admin *entra.Administrator
	check.Registration
}

// signedIn is the account with its roles, from the directory where it tells them
// and else from the token, and with what stays at Microsoft.
func signedIn(ctx context.Context, admin *entra.Administrator, directory Directory) (Signed, error) {
	account := admin.Account()
	if account == nil {
		return Signed{}, problem.New(entra.CodeNeeded, words.T("This needs the sign-in of an administrator."))
	}
	out := Signed{Account: *account, Client: admin.ClientID(), ClientName: words.T("your own application"), RolesFrom: "token", Consented: []string{}}
	if out.Client == entra.CommandLineTools {
		out.ClientName = words.Plain("Microsoft Graph Command Line Tools")
	}
	if roles, err := directory.MyRoles(ctx); err == nil && len(roles) >= len(out.Roles) {
		out.Roles, out.RolesFrom = roles, "directory"
	}
	grants, err := ownGrants(ctx, admin, directory)
	out.ConsentUnknown = err != nil
	for _, g := range grants {
		out.Consented = append(out.Consented, strings.Fields(g.Scope)...)
	}
	slices.Sort(out.Consented)
	return out, ctx.Err()
}

// ownGrants are what the signed-in person consented to for the client of the
// sign-in.
func ownGrants(ctx context.Context, admin *entra.Administrator, directory Directory) ([]tenant.DelegatedGrant, error) {
	sp, err := directory.ServicePrincipal(ctx, admin.ClientID())
	if problem.KindOf(err) == problem.Absent {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all, err := directory.DelegatedGrants(ctx, sp.ID)
	if err != nil {
		return nil, err
	}
	me := admin.Account().ObjectID
	return slices.DeleteFunc(all, func(g tenant.DelegatedGrant) bool {
		return g.ConsentType != "Principal" || !strings.EqualFold(g.PrincipalID, me)
	}), nil
}

// RevokeSignIn takes back what the signed-in person consented to for the client
// of the sign-in, and signs out. It needs entra.ScopesConsent.
func (s *Session) RevokeSignIn(ctx context.Context) error {
	admin, directory, err := s.admin.opened()
	if err != nil {
		return err
	}
	grants, err := ownGrants(ctx, admin, directory)
	if err != nil {
		return err
	}
	for _, g := range grants {
		if err := directory.RevokeScopes(ctx, g.ID); err != nil {
			return err
		}
	}
	return s.SignOut()
}

// SignOut forgets the administrator's tokens.
func (s *Session) SignOut() error { return s.admin.forget() }

// tokenOf is for the proof: a fresh token with a credential that may not be the
// connection's yet.
func (s *Session) tokenOf(ctx context.Context, clientID string, secret vault.Secret, pair *vault.KeyPair) (entra.Token, error) {
	row, err := s.Cloud()
	if err != nil {
		return entra.Token{}, err
	}
	client, err := s.cloudHTTP(row)
	if err != nil {
		return entra.Token{}, err
	}
	o := entra.ApplicationOptions{Cloud: row, TenantID: tenantOf(s.Document()), ClientID: clientID, HTTP: client, Certificate: pair}
	if pair == nil {
		o.Secret = secret
	}
	app, err := entra.NewApplication(o)
	if err != nil {
		return entra.Token{}, err
	}
	return app.Fresh(ctx)
}

// ScopesRooms are what the administrator's sign-in needs to list the rooms.
var ScopesRooms = []string{"Place.Read.All"}

// RoomsByAdministrator lists the rooms with the administrator's sign-in, for a
// product that may not list them itself, and keeps them as the connection's known
// rooms. The application gets no permission for it.
func (s *Session) RoomsByAdministrator(ctx context.Context) tenant.Listing[tenant.Room] {
	return s.roomsByAdministrator(ctx, nil)
}

func (s *Session) roomsByAdministrator(ctx context.Context, page func([]tenant.Room)) tenant.Listing[tenant.Room] {
	_, directory, err := s.admin.opened()
	if err != nil {
		return failed[tenant.Room](err)
	}
	l := directory.Rooms(ctx, page)
	if l.Complete {
		if err := s.keepRooms(cacheImported, cachedRooms{Source: l.Source, At: l.At, Rooms: l.Items}); err != nil {
			l.Problem = problem.Of(err)
		}
	}
	return l
}

// asAdministrator is access with the administrator's sign-in.
func (s *Session) asAdministrator() (GraphOptions, error) {
	admin, _, err := s.admin.opened()
	if err != nil {
		return GraphOptions{}, err
	}
	row, err := s.Cloud()
	if err != nil {
		return GraphOptions{}, err
	}
	client, err := s.cloudHTTP(row)
	return GraphOptions{Cloud: row, HTTP: client, Token: admin.Token, Renew: admin.Renew, Source: tenant.SourceAdministrator}, err
}
