package session

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/check"
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
	Me(ctx context.Context) (tenant.Person, error)
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

// Signed is who signed in.
type Signed struct {
	entra.Account
	Client     string `json:"client"`
	ClientName string `json:"clientName"`
	// RolesFrom is where the roles came from: "directory" or "token".
	RolesFrom string `json:"rolesFrom"`
	// Consented are the delegated permissions that this person gave to that
	// client and that stay after the sign-in.
	Consented []string `json:"consented"`
}

// cacheSignIn remembers the client of the last sign-in: an id, no secret.
const cacheSignIn = "sign-in.json"

type lastSignIn struct {
	ClientID string `json:"clientId"`
}

// Administrator is who is signed in, nil when nobody is.
func (s *Session) Administrator() *entra.Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.admin == nil {
		return nil
	}
	return s.admin.Account()
}

// SignIn signs an administrator in for scopes, unless the sign-in holds them
// already. The tokens stay in memory until SignOut.
func (s *Session) SignIn(ctx context.Context, o SignIn, scopes []string) (Signed, error) {
	if s.Document().Tenant.ID == "" {
		if err := s.Discover(ctx); err != nil {
			return Signed{}, err
		}
	}
	admin, err := s.administrator(o)
	if err != nil {
		return Signed{}, err
	}
	if !admin.Holds(scopes) {
		// What was consented to before comes without a page.
		_, _ = admin.Silent(ctx, scopes)
	}
	if !admin.Holds(scopes) {
		if o.Disclose != nil {
			o.Disclose(admin.Disclosure(scopes))
		}
		var account entra.Account
		if o.DeviceCode {
			account, err = admin.DeviceCode(ctx, scopes, o.Show)
		} else {
			account, err = admin.Browser(ctx, scopes, o.Open)
		}
		if err != nil {
			return Signed{}, err
		}
		if want := s.Document().Tenant.ID; account.TenantID != "" && !strings.EqualFold(account.TenantID, want) {
			_ = s.SignOut()
			return Signed{}, problem.New("sign-in.other-tenant", words.T("You signed in to another tenant (%s).", account.TenantID)).
				With(words.T("The connection is for the tenant %s.", want)).
				Fix(words.T("Sign in again and choose an account of that tenant."))
		}
		if s.ReadOnly == nil {
			if data, err := json.Marshal(lastSignIn{admin.ClientID()}); err == nil {
				_ = s.env.Store.PutCache(s.ID(), cacheSignIn, data) // asked for again when it is lost
			}
		}
	}
	return s.signed(ctx, admin)
}

// administrator keeps one sign-in for the session; another client is another.
func (s *Session) administrator(o SignIn) (*entra.Administrator, error) {
	c := s.Document()
	row, err := s.Cloud()
	if err != nil {
		return nil, err
	}
	client, err := s.env.cloudHTTP(row)
	if err != nil {
		return nil, err
	}
	o.ClientID = s.client(o.ClientID)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.admin != nil && (o.ClientID == "" || o.ClientID == s.admin.ClientID()) {
		return s.admin, nil
	}
	admin, err := entra.NewAdministrator(entra.AdministratorOptions{Cloud: row, TenantID: c.Tenant.ID, ClientID: o.ClientID, HTTP: client})
	if err != nil {
		return nil, err
	}
	s.admin = admin
	directory := s.env.Directory(GraphOptions{Cloud: row, HTTP: client, Token: admin.Token, Source: tenant.SourceAdministrator})
	s.directory, s.Registration = directory, lent{admin, directory}
	return admin, nil
}

// lent gives the diagnosis a look at the registration, for as long as the
// administrator is signed in.
type lent struct {
	admin *entra.Administrator
	check.Registration
}

// signed is the account with its roles, from the directory where it tells them
// and else from the token, and with what stays at Microsoft.
func (s *Session) signed(ctx context.Context, admin *entra.Administrator) (Signed, error) {
	account := admin.Account()
	if account == nil {
		return Signed{}, problem.New(entra.CodeNeeded, words.T("This needs the sign-in of an administrator."))
	}
	out := Signed{Account: *account, Client: admin.ClientID(), ClientName: "an application of your own", RolesFrom: "token", Consented: []string{}}
	if out.Client == entra.CommandLineTools {
		out.ClientName = "Microsoft Graph Command Line Tools"
	}
	if roles, err := s.directory.MyRoles(ctx); err == nil && len(roles) >= len(out.Roles) {
		out.Roles, out.RolesFrom = roles, "directory"
	}
	if grants, err := s.ownGrants(ctx, admin); err == nil {
		for _, g := range grants {
			out.Consented = append(out.Consented, strings.Fields(g.Scope)...)
		}
		slices.Sort(out.Consented)
	}
	return out, ctx.Err()
}

// ownGrants are what the signed-in person consented to for the client of the
// sign-in.
func (s *Session) ownGrants(ctx context.Context, admin *entra.Administrator) ([]tenant.DelegatedGrant, error) {
	sp, err := s.directory.ServicePrincipal(ctx, admin.ClientID())
	if err != nil {
		return nil, err
	}
	all, err := s.directory.DelegatedGrants(ctx, sp.ID)
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
	s.mu.Lock()
	admin := s.admin
	s.mu.Unlock()
	if admin == nil || admin.Account() == nil {
		return problem.New(entra.CodeNeeded, words.T("This needs the sign-in of an administrator."))
	}
	grants, err := s.ownGrants(ctx, admin)
	if err != nil {
		return err
	}
	for _, g := range grants {
		if err := s.directory.RevokeScopes(ctx, g.ID); err != nil {
			return err
		}
	}
	return s.SignOut()
}

// SignOut forgets the administrator's tokens.
func (s *Session) SignOut() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	admin := s.admin
	s.admin, s.directory, s.Registration = nil, nil, nil
	if admin == nil {
		return nil
	}
	return admin.SignOut()
}

// tokenOf is for the proof: a fresh token with a credential that may not be the
// connection's yet.
func (s *Session) tokenOf(ctx context.Context, clientID string, secret vault.Secret, pair *vault.KeyPair) (entra.Token, error) {
	row, err := s.Cloud()
	if err != nil {
		return entra.Token{}, err
	}
	client, err := s.env.cloudHTTP(row)
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
	s.mu.Lock()
	admin := s.admin
	s.mu.Unlock()
	if admin == nil || admin.Account() == nil {
		return failed[tenant.Room](problem.New(entra.CodeNeeded, words.T("This needs the sign-in of an administrator.")))
	}
	row, err := s.Cloud()
	if err != nil {
		return failed[tenant.Room](err)
	}
	client, err := s.env.cloudHTTP(row)
	if err != nil {
		return failed[tenant.Room](err)
	}
	l := s.env.Graph(GraphOptions{Cloud: row, HTTP: client, Token: admin.Token, Source: tenant.SourceAdministrator}).Rooms(ctx, nil)
	if l.Complete && s.ReadOnly == nil {
		if err := s.keepRooms(cacheImported, cachedRooms{Source: l.Source, At: l.At, Rooms: l.Items}); err != nil {
			l.Problem = problem.Of(err)
		}
	}
	return l
}
