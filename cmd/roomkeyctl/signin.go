package main

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pkg/browser"
	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/words"
)

// signInFlags are those of every command that signs an administrator in.
type signInFlags struct {
	clientID              string
	deviceCode, noBrowser bool
}

func (f *signInFlags) register(c *cobra.Command) {
	c.Flags().BoolVar(&f.deviceCode, "device-code", false, "sign in with a code on another device, which many tenants block")
	c.Flags().BoolVar(&f.noBrowser, "no-browser", false, "print the address of the sign-in instead of opening the browser")
	c.Flags().StringVar(&f.clientID, "client-id", "", "`ID` of your own public client for the sign-in (default: the last one used, or Microsoft Graph Command Line Tools)")
	c.MarkFlagsMutuallyExclusive("device-code", "no-browser")
}

// attempts is how often an interrupted sign-in is offered again.
const attempts = 3

// signIn signs an administrator in for scopes, and says before which
// application that is.
func (a *app) signIn(ctx context.Context, s *session.Session, f signInFlags, scopes []string) (session.Signed, error) {
	o := a.way(f)
	for attempt := 1; ; attempt++ {
		signed, err := s.SignIn(ctx, o, scopes)
		if problem.CodeOf(err) == entra.CodeSignInInterrupted && attempt < attempts {
			a.problem(problem.Of(err))
			a.say("Try again:")
			continue
		}
		if err != nil && problem.KindOf(err).Rejected() {
			// Whatever the reason: a sign-in is what is needed.
			return signed, &status{code: exitSignIn, err: f.here(problem.Of(err))}
		}
		a.signed = signed
		return signed, err
	}
}

// leave signs out and says what the sign-in leaves at Microsoft.
func (a *app) leave(s *session.Session) error {
	if len(a.signed.Consented) > 0 {
		a.say("Your consent for %s remains: %s.\nTo revoke it: %s", a.signed.ClientName, strings.Join(a.signed.Consented, ", "), "roomkeyctl sign-in --revoke")
	}
	return s.SignOut()
}

// here adds what a way out is called on the command line.
func (f *signInFlags) here(p *problem.Problem) *problem.Problem {
	out := *p
	switch {
	case f.deviceCode && entra.BrowserInstead(p):
		out.Remedies = append([]problem.Remedy{{Text: words.T("Run the command again without --device-code.")}}, p.Remedies...)
	case f.clientID == "" && entra.OwnClientInstead(p):
		out.Remedies = append(slices.Clone(p.Remedies), problem.Remedy{Text: words.T("Then run the command again with --client-id and that application's client ID.")})
	}
	return &out
}

// way is how the person signs in at a terminal.
func (a *app) way(f signInFlags) session.SignIn {
	return session.SignIn{
		ClientID: f.clientID, DeviceCode: f.deviceCode,
		Disclose: func(t words.Text) { a.say("%s", t) },
		Show:     a.showCode,
		Open: func(address string) {
			if f.noBrowser {
				a.say("Open this address in the browser of this computer:\n%s", address)
				return
			}
			a.say("The browser opens. If nothing opens, or its page shows an error, press Ctrl+C. The address is:\n%s", address)
			if err := openBrowser(address); err != nil {
				a.say("The browser could not be opened. Open the address yourself.")
			}
		},
	}
}

// quietBrowser keeps what the browser's starter says out of the result.
var quietBrowser = sync.OnceFunc(func() { browser.Stdout, browser.Stderr = io.Discard, io.Discard })

// openBrowser hands the address to the system.
func openBrowser(address string) error {
	quietBrowser()
	return browser.OpenURL(address)
}

func (a *app) showCode(d entra.DeviceCode) {
	a.say("Open %s and enter the code\n\n    %s\n\nIt is valid for %d minutes, until %s. To stop waiting, press Ctrl+C.",
		d.Address, d.Code, int(time.Until(d.Expires).Round(time.Minute).Minutes()), d.Expires.Local().Format("15:04"))
}

func newSignIn(a *app) *cobra.Command {
	var f signInFlags
	var revoke bool
	c := &cobra.Command{
		Use: "sign-in", Short: "Sign in as an administrator, show account, tenant and roles, and sign out", Args: cobra.NoArgs,
		Long: "Signs an administrator in to the tenant of the connection, shows the account, its active " +
			"directory roles and the consent that was granted, and discards the tokens. The other " +
			"commands sign in on their own with the same flags.",
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			scopes := append([]string{}, entra.ScopesRead...)
			if revoke {
				scopes = append(scopes, entra.ScopesConsent...)
			}
			signed, err := a.signIn(c.Context(), s, f, scopes)
			if err != nil {
				return err
			}
			if err := a.show(signed, func(w io.Writer) { printSigned(w, signed) }); err != nil {
				return err
			}
			if revoke {
				if err := s.RevokeSignIn(c.Context()); err != nil {
					return err
				}
				a.say("The consent for %s was revoked.", signed.ClientName)
			}
			return s.SignOut()
		}),
	}
	f.register(c)
	c.Flags().BoolVar(&revoke, "revoke", false, "also revoke your consent for the client of the sign-in")
	return c
}

func printSigned(w io.Writer, s session.Signed) {
	var roles []string
	for _, r := range s.Roles {
		roles = append(roles, r.DisplayName)
	}
	if len(roles) == 0 {
		roles = []string{l("no active role")}
	}
	stays := strings.Join(s.Consented, " ")
	if s.ConsentUnknown {
		stays = l("could not be read")
	}
	rows(w, []words.Key{"", ""}, [][]string{
		{l("Account"), strings.TrimSpace(s.UPN + " " + s.Name)},
		{l("Tenant"), s.TenantID},
		{l("Roles"), strings.Join(roles, ", ")},
		{l("Signed in with"), l("%s (%s)", s.ClientName, s.Client)},
		{l("Consent that remains"), stays},
	})
	if len(s.Consented) > 0 {
		printLine(w, "To revoke the consent: %s", "roomkeyctl sign-in --revoke")
	}
}
