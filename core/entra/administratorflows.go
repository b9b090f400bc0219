package entra

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// browserPatience is how long the browser may take: as long as Microsoft keeps
// an authorization waiting.
const browserPatience = 15 * time.Minute

// Browser signs the person in with the system's browser: authorization code
// with PKCE, answered to a port of this computer. open gets the address and
// must make it reach the person, by opening or by showing it; it is called
// aside and may block. Scopes that the sign-in holds already are asked for
// along, so that the new token has all.
//
// Problems: "sign-in.interrupted" (something else called the port: offer the
// sign-in again), "sign-in.timeout", Microsoft's refusals as "entra.AADSTS…".
// Some refusals Microsoft shows only on its own page (AADSTS700016, 50105):
// then nothing comes back until ctx ends.
func (a *Administrator) Browser(ctx context.Context, scopes []string, open func(address string)) (Account, error) {
	scopes = a.grown(scopes)
	a.mu.Lock()
	client, device, account := a.client, a.device, a.account
	a.mu.Unlock()
	if device { // a device code's refresh token stays what it is: start over
		if err := a.forget(); err != nil {
			return Account{}, err
		}
		a.mu.Lock()
		client, account = a.client, nil
		a.mu.Unlock()
	}
	limited, cancel := context.WithTimeout(ctx, browserPatience)
	defer cancel()
	options := []public.AcquireInteractiveOption{public.WithOpenURL(func(address string) error {
		go open(address)
		return nil
	})}
	if account != nil {
		options = append(options, public.WithLoginHint(account.UPN))
	}
	result, err := aside(limited, func(ctx context.Context) (public.AuthResult, error) {
		return client.AcquireTokenInteractive(ctx, a.qualified(scopes), options...)
	})
	switch {
	case ctx.Err() != nil:
		return Account{}, problem.Of(ctx.Err())
	case limited.Err() != nil:
		return Account{}, problem.New(CodeSignInTimeout, words.T("No sign-in within %d minutes.", int(browserPatience.Minutes()))).
			Fix(words.T("Select Sign in again.")).By(err)
	case err != nil:
		return Account{}, a.explained(a.interactive(err), false)
	}
	return a.keep(client, result, scopes, false)
}

// Silent asks for more scopes without a page: Microsoft gives them where the
// person consented to them before. Any error leaves the sign-in as it was; then
// Browser or DeviceCode ask the person.
func (a *Administrator) Silent(ctx context.Context, scopes []string) (Account, error) {
	a.mu.Lock()
	client, signed, account, device := a.client, a.signed, a.account, a.device
	a.mu.Unlock()
	if account == nil {
		return Account{}, needed()
	}
	scopes = a.grown(scopes)
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	result, err := aside(limited, func(ctx context.Context) (public.AuthResult, error) {
		return client.AcquireTokenSilent(ctx, a.qualified(scopes), public.WithSilentAccount(signed))
	})
	switch {
	case ctx.Err() != nil:
		return Account{}, problem.Of(ctx.Err())
	case err != nil:
		return Account{}, a.explained(problemOf(err, SignInClient, a.o.Cloud, a.o.ClientID, a.o.TenantID), device)
	}
	return a.keep(client, result, scopes, device)
}

// DeviceCode is a code to type on Microsoft's page, on this or another device.
type DeviceCode struct {
	Code    string    `json:"code"`
	Address string    `json:"address"`
	Expires time.Time `json:"expires"`
}

// DeviceCode signs the person in by a code. show is called once, aside. Many
// tenants block this way: those refusals come with the remedy to use the
// browser, and BrowserInstead is true for them.
func (a *Administrator) DeviceCode(ctx context.Context, scopes []string, show func(DeviceCode)) (Account, error) {
	scopes = a.grown(scopes)
	a.mu.Lock()
	client := a.client
	a.mu.Unlock()
	code, err := aside(ctx, func(ctx context.Context) (public.DeviceCode, error) {
		return client.AcquireTokenByDeviceCode(ctx, a.qualified(scopes))
	})
	if ctx.Err() != nil {
		return Account{}, problem.Of(ctx.Err())
	}
	if err != nil {
		return Account{}, a.explained(problemOf(err, SignInClient, a.o.Cloud, a.o.ClientID, a.o.TenantID), true)
	}
	expires := code.Result.ExpiresOn
	go show(DeviceCode{Code: code.Result.UserCode, Address: code.Result.VerificationURL, Expires: expires})
	result, err := aside(ctx, code.AuthenticationResult)
	switch {
	case ctx.Err() != nil:
		return Account{}, problem.Of(ctx.Err())
	case errors.Is(err, context.DeadlineExceeded): // MSAL's way of saying it
		return Account{}, problem.New(codeSignInCodeExpired, words.T("The code has expired.")).
			Fix(words.T("Select Sign in with a code for a new one, or Sign in with the browser.")).By(err)
	case err != nil:
		return Account{}, a.explained(problemOf(err, SignInClient, a.o.Cloud, a.o.ClientID, a.o.TenantID), true)
	}
	return a.keep(client, result, scopes, true)
}

// grown adds what the sign-in holds already.
func (a *Administrator) grown(scopes []string) []string {
	out := append([]string{}, scopes...)
	if account := a.Account(); account != nil {
		for _, s := range account.Scopes {
			switch s {
			case "openid", "profile", "offline_access", "email":
			default:
				if !contains(out, s) {
					out = append(out, s)
				}
			}
		}
	}
	return out
}

// interactive reads what MSAL says when the browser came back with no: a text
// without a type, HTML-escaped.
func (a *Administrator) interactive(err error) *problem.Problem {
	text := err.Error()
	for _, stray := range []string{"via a GET operation", "OAuth state", "authorization code missing", "failed to parse form"} {
		if strings.Contains(text, stray) {
			return problem.New(CodeSignInInterrupted, words.T("Roomkey's sign-in received something other than Microsoft's response.")).
				With(words.T("A browser preview, a virus scanner or the Back button can cause this. No one was signed in.")).
				Fix(words.T("Select Sign in again, and use the new browser page.")).By(err)
		}
	}
	return problemOf(err, SignInClient, a.o.Cloud, a.o.ClientID, a.o.TenantID)
}

// explained adds the ways out that the sign-in of an administrator has.
func (a *Administrator) explained(p *problem.Problem, device bool) *problem.Problem {
	if device && BrowserInstead(p) {
		out := *p
		out.Remedies = append([]problem.Remedy{{Text: words.T("Select Sign in with the browser: it is allowed where device codes are blocked.")}}, p.Remedies...)
		return &out
	}
	if a.o.ClientID == CommandLineTools && OwnClientInstead(p) {
		out := *p
		out.Remedies = OwnClient(a.o.Cloud)
		if !hasCode(p, 700016) { // what helps against that is about one's own application
			out.Remedies = append(append([]problem.Remedy{}, p.Remedies...), out.Remedies...)
		}
		return &out
	}
	return p
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
