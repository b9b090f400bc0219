package entra

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// patience bounds one token request, retries included. MSAL would take 30 s,
// which is less than one wait that Microsoft may ask for.
const patience = 90 * time.Second

// ApplicationOptions name the application and its credential: Secret or
// Certificate, not both.
type ApplicationOptions struct {
	Cloud cloud.Cloud
	// TenantID is the tenant's GUID or domain, ClientID the application's
	// client id.
	TenantID, ClientID string
	Secret             vault.Secret   `optional:"a Certificate"`
	Certificate        *vault.KeyPair `optional:"a Secret"`
	HTTP               *http.Client
}

// Application gets the application's own tokens.
type Application struct {
	o    ApplicationOptions
	cred confidential.Credential

	mu     sync.Mutex
	client *confidential.Client
	asked  *request
}

// request is a token that is on its way, for all who want one meanwhile.
type request struct {
	done   chan struct{}
	token  Token
	err    error
	gaveUp bool // whoever asked did not wait for the answer
}

// NewApplication makes no call. Its error is a problem: an empty field, no
// credential, or one that cannot be used.
func NewApplication(o ApplicationOptions) (*Application, error) {
	switch {
	case o.TenantID == "":
		return nil, missing(codeNoTenant, words.T("The connection names no tenant."), words.T("Enter the tenant's domain or ID in the connection."))
	case o.ClientID == "":
		return nil, missing(codeNoClientID, words.T("The connection names no application."), words.T("Enter the Application (client) ID in the connection, or let Roomkey register the application."))
	case o.Secret.IsZero() && o.Certificate == nil:
		return nil, missing(codeNoCredential, words.T("There is no client secret or certificate for the application on this computer."),
			words.T("Enter the client secret or choose the certificate under Credential; Roomkey keeps it in this computer's keychain."))
	}
	err := problem.Complete(o)
	if err != nil {
		return nil, err
	}
	a := &Application{o: o}
	if o.Certificate != nil {
		a.cred, err = confidential.NewCredFromCert(o.Certificate.Certificates, o.Certificate.Key)
	} else {
		a.cred, err = confidential.NewCredFromSecret(o.Secret.Reveal())
	}
	if err != nil {
		// The text of err is MSAL's about the kind of key, never the key.
		return nil, problem.New(codeCredentialUnusable, words.T("The certificate cannot be used to sign in.")).With(words.Plain(err.Error())).
			Fix(words.T("Choose a certificate with its RSA private key under Credential.")).By(err)
	}
	if a.client, err = a.newClient(); err != nil {
		return nil, problemOf(err, BookingApplication, o.Cloud, o.ClientID, o.TenantID)
	}
	return a, nil
}

func missing(code problem.Code, title, fix words.Text) *problem.Problem {
	return problem.New(code, title).Fix(fix)
}

func (a *Application) newClient() (*confidential.Client, error) {
	options := []confidential.Option{
		confidential.WithInstanceDiscovery(a.o.Cloud.Discovers()),
		// A region set in the environment for programs that run in Azure
		// would lead away from the cloud's own authority.
		confidential.WithAzureRegion("DisableMsalForceRegion"),
	}
	if a.o.HTTP != nil {
		options = append(options, confidential.WithHTTPClient(calls{a.o.HTTP}))
	}
	c, err := confidential.New(a.o.Cloud.Authority+"/"+a.o.TenantID, a.o.ClientID, a.cred, options...)
	return &c, err
}

// Token is a valid token, from memory when there is one. Its error is a problem
// with a code that begins with "entra." or "net.".
func (a *Application) Token(ctx context.Context) (Token, error) {
	for ctx.Err() == nil {
		r, mine := a.request()
		if mine {
			a.answer(ctx, r)
			return r.token, r.err
		}
		select {
		case <-ctx.Done():
		case <-r.done:
			if !r.gaveUp {
				return r.token, r.err
			}
		}
	}
	return Token{}, problem.Of(ctx.Err())
}

// request is the one that is on its way, or a new one that is the caller's to
// answer.
func (a *Application) request() (r *request, mine bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if mine = a.asked == nil; mine {
		a.asked = &request{done: make(chan struct{})}
	}
	return a.asked, mine
}

func (a *Application) answer(ctx context.Context, r *request) {
	a.mu.Lock()
	client := a.client
	a.mu.Unlock()
	r.token, r.err = a.acquire(ctx, client)
	r.gaveUp = ctx.Err() != nil
	a.mu.Lock()
	a.asked = nil
	a.mu.Unlock()
	close(r.done)
}

// Fresh is a token that was issued now, with the permissions of now; Token
// answers with it from then on.
func (a *Application) Fresh(ctx context.Context) (Token, error) {
	client, err := a.newClient()
	if err != nil {
		return Token{}, problemOf(err, BookingApplication, a.o.Cloud, a.o.ClientID, a.o.TenantID)
	}
	token, err := a.acquire(ctx, client)
	if err == nil {
		a.mu.Lock()
		a.client = client
		a.mu.Unlock()
	}
	return token, err
}

func (a *Application) acquire(ctx context.Context, client *confidential.Client) (Token, error) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	result, err := aside(limited, func(ctx context.Context) (confidential.AuthResult, error) {
		return client.AcquireTokenByCredential(ctx, []string{a.o.Cloud.Scope()})
	})
	if ctx.Err() != nil {
		return Token{}, problem.Of(ctx.Err())
	}
	if err != nil {
		p := problemOf(hiding{err, a.o.Secret}, BookingApplication, a.o.Cloud, a.o.ClientID, a.o.TenantID)
		if a.o.Certificate != nil && p.Kind.Decided() {
			named := *p // it may be one that others hold too
			p = named.With(words.Sentences(p.Detail, words.T("Roomkey signed in with a certificate."), a.o.Certificate.Thumbprints()))
		}
		return Token{}, p
	}
	if result.AccessToken == "" {
		return Token{}, unexpected(a.o.Cloud, 200)
	}
	value := vault.NewSecret(result.AccessToken)
	return Token{Value: value, Expires: result.ExpiresOn, Claims: readClaims(value)}, nil
}

// hiding is an error without the client secret: what answers, a proxy for one,
// may repeat what it was sent.
type hiding struct {
	error
	secret vault.Secret
}

func (h hiding) Error() string {
	if h.secret.IsZero() {
		return h.error.Error()
	}
	return strings.ReplaceAll(h.error.Error(), h.secret.Reveal(), h.secret.String())
}

func (h hiding) Unwrap() error { return h.error }
