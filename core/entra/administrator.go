package entra

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// CommandLineTools is the client id of Microsoft's application Microsoft Graph
// Command Line Tools, which Connect-MgGraph signs in with as well.
const CommandLineTools = "14d82eec-204b-4c2f-b7e8-296a70dab67e"

// The delegated permissions that the administrator's sign-in asks for, in
// steps: to read for a plan, to register, and to consent; and to see, before an
// undo, who uses the application.
var (
	ScopesRead    = []string{"User.Read", "Directory.Read.All", "Policy.Read.All"}
	ScopesApply   = []string{"Application.ReadWrite.All"}
	ScopesConsent = []string{"AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"}
	ScopesSignIns = []string{"AuditLog.Read.All"}
)

// AdministratorOptions say where a person signs in, and through which client.
type AdministratorOptions struct {
	Cloud cloud.Cloud
	// TenantID is the tenant's GUID or domain: the sign-in is for this tenant
	// only.
	TenantID string
	// ClientID is a public client of the administrator's own, "" for Microsoft
	// Graph Command Line Tools.
	ClientID string
	// HTTP is the transport's client. Without it the sign-in can only say what it
	// would ask for.
	HTTP *http.Client `optional:"Disclosure only"`
}

// Administrator is the sign-in of a person. Tokens are kept in its memory only.
type Administrator struct {
	o AdministratorOptions

	mu      sync.Mutex
	client  *public.Client
	account *Account
	signed  public.Account
	// token is the access token while it lasts, asked the scopes to renew it
	// with: as they were asked for, which is how MSAL finds them again.
	token vault.Secret
	asked []string
	// device is whether the tokens came by device code: such a refresh token
	// must not be used for anything else.
	device bool
}

// Account is who signed in.
type Account struct {
	UPN      string `json:"upn"`
	Name     string `json:"name,omitempty"`
	ObjectID string `json:"objectId"`
	TenantID string `json:"tenantId"`
	// Roles are the directory roles that the token names; only those that are
	// active. Roles that nobody has a name for are shown by their template id.
	Roles []tenant.DirectoryRole `json:"roles"`
	// Scopes are the delegated permissions that the sign-in holds.
	Scopes  []string  `json:"scopes"`
	Expires time.Time `json:"expires"`
}

// NewAdministrator makes no call. Its error is a problem: an empty field, or a
// cloud in which Microsoft's own client does not exist.
func NewAdministrator(o AdministratorOptions) (*Administrator, error) {
	if o.TenantID == "" {
		return nil, missing(codeNoTenant, words.T("The connection names no tenant."), words.T("Enter the tenant's domain or ID in the connection."))
	}
	if o.ClientID == "" {
		if o.Cloud.Lacks(cloud.FeatureCommandLineClient) {
			return nil, ownClientNeeded(o.Cloud)
		}
		o.ClientID = CommandLineTools
	}
	if err := problem.Complete(o); err != nil {
		return nil, err
	}
	a := &Administrator{o: o}
	return a, a.forget()
}

// forget starts over with an empty memory.
func (a *Administrator) forget() error {
	options := []public.Option{public.WithAuthority(a.o.Cloud.Authority + "/" + a.o.TenantID), public.WithInstanceDiscovery(a.o.Cloud.Discovers())}
	if a.o.HTTP != nil {
		options = append(options, public.WithHTTPClient(calls{a.o.HTTP}))
	}
	client, err := public.New(a.o.ClientID, options...)
	if err != nil {
		return problemOf(err, SignInClient, a.o.Cloud, a.o.ClientID, a.o.TenantID)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.client, a.account, a.signed, a.device = &client, nil, public.Account{}, false
	a.token, a.asked = vault.Secret{}, nil
	return nil
}

// SignOut forgets account and tokens. What Microsoft's client was consented to
// stays at Microsoft: see Disclosure.
func (a *Administrator) SignOut() error { return a.forget() }

// ClientID is the application through which the person signs in.
func (a *Administrator) ClientID() string { return a.o.ClientID }

// Disclosure is what a person reads before the sign-in opens.
func (a *Administrator) Disclosure(scopes []string) words.Text {
	if a.o.ClientID != CommandLineTools {
		return words.T("You will sign in to your own application %s. It requests: %s.", a.o.ClientID, strings.Join(scopes, ", "))
	}
	return words.T("You will sign in to \"Microsoft Graph Command Line Tools\", a Microsoft application, because Roomkey has no application of its own in your tenant yet. "+
		"It requests: %s. Do not select \"Consent on behalf of your organization\". "+
		"What you consent to remains with that application after you sign out, for you alone, and its sign-ins are logged under its name.", strings.Join(scopes, ", "))
}

// Account is who is signed in, nil when nobody is.
func (a *Administrator) Account() *Account {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.account == nil {
		return nil
	}
	copied := *a.account
	return &copied
}

// Holds reports whether the sign-in has all of the scopes.
func (a *Administrator) Holds(scopes []string) bool {
	account := a.Account()
	return account != nil && !slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(account.Scopes, s) })
}

// Token is the person's access token for Microsoft Graph, renewed where needed.
// Without a sign-in, or when it can no longer be renewed, it is the problem
// "sign-in.needed".
func (a *Administrator) Token(ctx context.Context) (vault.Secret, error) {
	a.mu.Lock()
	account, token := a.account, a.token
	a.mu.Unlock()
	if account != nil && time.Until(account.Expires) > renewal {
		return token, nil
	}
	return a.silently(ctx)
}

// Renew is a token that is issued now, for one that Microsoft takes no more. The
// claim is the one of Microsoft's own challenge after a revocation; MSAL gives no
// token from its memory then.
func (a *Administrator) Renew(ctx context.Context) (vault.Secret, error) {
	return a.silently(ctx, public.WithClaims(fmt.Sprintf(`{"access_token":{"nbf":{"essential":true,"value":"%d"}}}`, time.Now().Unix())))
}

// silently gets a token without a page, and keeps it.
func (a *Administrator) silently(ctx context.Context, o ...public.AcquireSilentOption) (vault.Secret, error) {
	a.mu.Lock()
	client, signed, account, asked, device := a.client, a.signed, a.account, a.asked, a.device
	a.mu.Unlock()
	if account == nil {
		return vault.Secret{}, needed()
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	o = append(o, public.WithSilentAccount(signed))
	result, err := aside(limited, func(ctx context.Context) (public.AuthResult, error) {
		return client.AcquireTokenSilent(ctx, a.qualified(asked), o...)
	})
	if ctx.Err() != nil {
		return vault.Secret{}, problem.Of(ctx.Err())
	}
	if err != nil {
		p := problemOf(err, SignInClient, a.o.Cloud, a.o.ClientID, a.o.TenantID)
		if p.Code == CodeFailed {
			return vault.Secret{}, needed().By(err)
		}
		p = a.explained(p, device)
		if p.Kind.Decided() { // the next sign-in asks the person, and does not count on this one
			_ = a.forget()
		}
		return vault.Secret{}, p
	}
	token := vault.NewSecret(result.AccessToken)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.account == account { // nobody signed out or in meanwhile
		renewed := *account
		renewed.Expires = result.ExpiresOn
		a.account, a.token = &renewed, token
	}
	return token, nil
}

// renewal is how long before its end an access token is renewed.
const renewal = 5 * time.Minute

// qualified are the scopes as the cloud's Graph names them.
func (a *Administrator) qualified(scopes []string) []string {
	var out []string
	for _, s := range scopes {
		out = append(out, a.o.Cloud.Graph+"/"+s)
	}
	return out
}

// keep remembers who signed in.
func (a *Administrator) keep(client *public.Client, result public.AuthResult, asked []string, device bool) (Account, error) {
	claims := readClaims(vault.NewSecret(result.AccessToken))
	if result.AccessToken == "" {
		return Account{}, unexpected(a.o.Cloud, 200)
	}
	id := result.IDToken
	account := Account{
		UPN: first(result.Account.PreferredUsername, id.PreferredUsername, id.UPN), Name: id.Name,
		ObjectID: first(id.Oid, result.Account.LocalAccountID), TenantID: first(id.TenantID, result.Account.Realm),
		Scopes: asked, Expires: result.ExpiresOn, Roles: []tenant.DirectoryRole{},
	}
	if claims != nil {
		account.UPN, account.ObjectID, account.TenantID = first(account.UPN, claims.UPN), first(account.ObjectID, claims.ObjectID), first(claims.TenantID, account.TenantID)
		if len(claims.Scopes) > 0 {
			account.Scopes = claims.Scopes
		}
		account.Roles = namedRoles(claims.WIDs)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.client, a.signed, a.account, a.device = client, result.Account, &account, device
	a.token, a.asked = vault.NewSecret(result.AccessToken), asked
	return account, nil
}
