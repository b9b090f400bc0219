package page

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/policy"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// signInCard is the sign-in of an administrator: what it is for, what to do
// while it waits, and who is signed in.
type signInCard struct {
	d    *administration
	body *fyne.Container

	disclosure words.Text
	refused    *problem.Problem
	// own is whether the person wants an application of one's own.
	own    bool
	client *kit.Field
	policy policy.Policy

	// news is what a sign-in that waits wants of the person, nil for none.
	news *signInNews
	left *kit.Text
	tick func()
	stop func()
	// open is whether what stays after the sign-in is shown.
	open bool
	// stuck is whether the person said that Microsoft's page shows an error.
	stuck bool
}

func newSignInCard(d *administration) *signInCard {
	s := &signInCard{d: d, body: kit.Column(0), policy: d.env.Home.About().Policy}
	s.client = kit.TextField(kit.L("Client ID of your own application"), kit.L("A public client of this tenant. Roomkey remembers it for this connection."), "00000000-0000-0000-0000-000000000000")
	s.client.Clean = connection.Clean
	s.client.Check = func(value string) words.Text {
		if value == "" {
			return words.T("Enter the client ID, or sign in to Microsoft's application.")
		}
		return d.env.judge("application.clientId", value)
	}
	s.client.OnChanged = func(string) { s.disclose() }
	d.env.Remember(map[string]*kit.Field{"register.client": s.client}, func() {
		s.ownInstead()
		s.disclose()
	})
	return s
}

// id names the client of the sign-in.
func (s *signInCard) id() string {
	switch {
	case s.policy.SignInClient != "":
		return "" // it is not to be chosen
	case s.own:
		return strings.TrimSpace(s.client.Value())
	case s.d.state.OwnClient != "":
		return entra.CommandLineTools // the person went back to it
	}
	return "" // the one of the last time
}

// disclose asks what would be signed in to.
func (s *signInCard) disclose() {
	if s.own && !s.client.Check(s.client.Value()).IsZero() {
		s.disclosure, s.refused = words.Text{}, nil
		s.draw()
		return
	}
	var text words.Text
	id := s.id()
	s.d.env.Scope.Run(func(context.Context) (err error) {
		text, err = s.d.env.Session.Disclosure(id, s.d.page.scopes())
		return err
	}, func(err error) {
		s.disclosure, s.refused = text, problem.Of(err)
		if s.refused != nil {
			s.ownInstead() // where Microsoft's does not exist
		}
		s.draw()
	})
}

// ownInstead asks for an application of one's own, where that is the person's to
// choose.
func (s *signInCard) ownInstead() { s.own = s.policy.SignInClient == "" }

// show is the card as it is now.
func (s *signInCard) show() fyne.CanvasObject {
	if s.client.Value() == "" && s.d.state.OwnClient != "" && s.policy.SignInClient == "" {
		s.client.SetValue(s.d.state.OwnClient)
		s.own = true
	}
	s.draw()
	return s.body
}

func (s *signInCard) draw() {
	var o fyne.CanvasObject
	switch {
	case s.news != nil && s.news.code != nil:
		o = s.codeCard(*s.news.code)
	case s.news != nil:
		o = s.browserCard()
	case s.d.state.Account != nil:
		o = s.accountCard(*s.d.state.Account)
	default:
		o = s.askCard()
	}
	s.body.Objects = []fyne.CanvasObject{o}
	s.body.Refresh()
	s.d.page.relayout()
}

// askCard says what the sign-in is for, before anything opens.
func (s *signInCard) askCard() fyne.CanvasObject {
	column := kit.Column(kit.GapWide, kit.Heading(kit.L("Sign in as an administrator of %s", s.d.tenant())),
		kit.NewText(s.d.page.purpose()))
	if !s.disclosure.IsZero() {
		column.Add(kit.Tinted(kit.ColorInfoTint, theme.ColorNamePrimary, kit.NewText(kit.Say(s.disclosure))))
	}
	if s.d.env.simulated() != nil {
		column.Add(kit.Muted(kit.L("This is the simulated tenant: no browser opens. Roomkey acts as the browser and signs in as the simulated administrator.")))
	}
	if s.refused != nil {
		column.Add(kit.ProblemAs(s.d.env.Host, kit.MarkAttention, s.refused))
	}
	if s.own {
		column.Add(s.client)
		if s.refused == nil {
			for _, r := range s.d.state.HowToMake {
				column.Add(kit.Muted(kit.Say(r.Text)))
				if r.Command != "" {
					column.Add(kit.Command(s.d.env.Host, r.Command))
				}
			}
		}
	}
	other := kit.Row(kit.Gap, -1)
	if !s.policy.NoDeviceCode {
		other.Add(s.d.able(kit.QuietButton(kit.L("Sign in with a code instead"), theme.ComputerIcon(), func() { s.begin(true) })))
	}
	switch {
	case s.policy.SignInClient != "":
	case s.own:
		other.Add(s.d.able(kit.QuietButton(kit.L("Use Microsoft's application"), theme.AccountIcon(), func() { s.own = false; s.disclose() })))
	default:
		other.Add(s.d.able(kit.QuietButton(kit.L("Use an application of your own"), theme.AccountIcon(), func() { s.own = true; s.disclose() })))
	}
	column.Add(other)
	if s.policy.NoDeviceCode || s.policy.SignInClient != "" {
		column.Add(kit.Small(kit.L("How to sign in is set by the administrator of this computer in %s.", s.policy.Source)))
	}
	if !s.policy.NoDeviceCode {
		column.Add(kit.Small(kit.L("You can enter a code on another device. Many tenants block codes, so the browser works more often.")))
	}
	return kit.Card(column)
}

// button signs in with the browser.
func (s *signInCard) button() *kit.Button {
	return s.d.able(kit.PrimaryButton(kit.L("Sign in with the browser"), theme.LoginIcon(), func() { s.begin(false) }))
}

// begin signs in and then goes on with what the page is for.
func (s *signInCard) begin(byCode bool) {
	if s.own && !s.client.Validate() {
		return
	}
	client := s.id()
	s.d.work(kit.L("Waiting for the sign-in"), func(ctx context.Context, _ task.Report) error {
		way := s.d.way(ctx)
		way.ClientID, way.DeviceCode = client, byCode
		_, err := s.d.env.Session.SignIn(ctx, way, s.d.page.scopes())
		return err
	}, func(err error) {
		if err == nil {
			s.d.ask(nil)
			return
		}
		failed := problem.Of(err)
		if !s.own && (entra.OwnClientInstead(err) || failed.Code == entra.CodeSignInOwnClient) {
			s.ownInstead()
			s.disclose()
		}
		s.d.page.show()
		s.d.fail(failed)
		if byCode && entra.BrowserInstead(err) {
			s.d.notice.also(kit.Row(0, -1, kit.NewButtonWithIcon(kit.L("Sign in with the browser"), theme.LoginIcon(), func() { s.begin(false) })))
			s.d.page.relayout()
		}
	})
}

// tell gets what the person has to do; it is called aside.
func (s *signInCard) tell(n signInNews) {
	s.d.env.Host.Dispatch(func() {
		if !s.d.busy {
			return // it is over already
		}
		s.news, s.stuck = &n, false
		if n.code == nil && s.d.env.simulated() == nil {
			s.d.env.Host.Open(n.address)
		}
		s.countDown()
		s.draw()
		s.d.page.toTop()
	})
}

// over is called when what waited has ended.
func (s *signInCard) over() {
	s.news, s.left = nil, nil
	if s.tick != nil {
		s.tick()
		s.tick = nil
	}
}

// answered takes the card of the sign-in off the page.
func (s *signInCard) answered() {
	if s.news == nil {
		return
	}
	s.over()
	s.draw()
}

func (s *signInCard) cancel() {
	if s.stop != nil {
		s.stop()
	}
}

// browserCard stands while the browser has Microsoft's page open.
func (s *signInCard) browserCard() fyne.CanvasObject {
	column := kit.Column(kit.GapWide, kit.Heading(kit.L("Sign in on Microsoft's page")))
	if !s.news.disclosure.IsZero() {
		column.Add(kit.NewText(kit.Say(s.news.disclosure)))
	}
	if s.d.env.simulated() != nil {
		column.Add(kit.NewText(kit.L("This is the simulated tenant: Roomkey acts as the browser, and no page opens.")))
	} else {
		column.Add(kit.NewText(kit.L("Your browser has opened. Sign in there; this page continues automatically.")))
	}
	address := kit.Ground(theme.ColorNameInputBackground, kit.Pad(4, 4, 4, 10, kit.Row(kit.Gap, 0, kit.Mono(s.news.address).As(kit.Clip, ""),
		kit.NewCopyButton(s.d.env.Host, kit.L("Copy"), func() string { return s.news.address }))))
	address.Radius, address.Border = 6, kit.ColorLine
	column.Add(kit.Column(kit.GapTight, kit.Small(kit.L("No page? Open this address in a browser on this computer:")), address))
	if s.stuck {
		column.Add(s.stuckHelp())
	}
	line := kit.Row(kit.Gap, -1, kit.NewButtonWithIcon(kit.L("Stop waiting"), theme.CancelIcon(), s.cancel))
	if !s.stuck {
		line.Add(kit.QuietButton(kit.L("Microsoft's page shows an error"), theme.QuestionIcon(), func() { s.stuck = true; s.draw() }))
	}
	column.Add(line)
	return kit.Card(column)
}

// stuckHelp is for refusals that Microsoft shows only on its own page.
func (s *signInCard) stuckHelp() fyne.CanvasObject {
	p := problem.New(codeSignInPageError, words.T("Microsoft's page does not tell Roomkey about some errors.")).
		With(words.T("AADSTS700016 (the application is not in this tenant) and AADSTS50105 (you are not assigned to it) mean that this tenant does not let you use Microsoft's application.")).
		Fix(words.T("Select “Stop waiting”, then “Use an application of your own”.")).
		Fix(words.T("For AADSTS50020 (another organization's account), close the page and sign in with an account of this tenant, for instance in a private window of the browser."))
	return kit.ProblemAs(s.d.env.Host, kit.MarkAttention, p)
}

// codeCard shows a device code, large, until it is used or ends.
func (s *signInCard) codeCard(code entra.DeviceCode) fyne.CanvasObject {
	large := kit.Mono(code.Code)
	large.Scale, large.Style.Bold = kit.SizeCode, true
	large.As(kit.Whole, "")
	column := kit.Column(kit.GapWide, kit.Heading(kit.L("Type this code on Microsoft's page")))
	if !s.news.disclosure.IsZero() {
		column.Add(kit.NewText(kit.Say(s.news.disclosure)))
	}
	s.left = kit.Muted(s.leftText())
	open := kit.PrimaryButton(kit.L("Copy and open"), theme.ContentCopyIcon(), func() {
		s.d.env.Host.Copy(code.Code)
		s.d.env.Host.Open(code.Address)
	})
	column.Add(kit.Row(kit.GapWide, -1, large, open))
	column.Add(kit.Row(kit.Gap, -1, kit.Link(s.d.env.Host, code.Address, code.Address), kit.NewCopyButton(s.d.env.Host, "", func() string { return code.Address })))
	if s.d.env.simulated() != nil {
		column.Add(kit.NewText(kit.L("This is the simulated tenant: Roomkey enters the code itself in a few seconds.")))
	}
	column.Add(s.left)
	column.Add(kit.Row(kit.Gap, -1, kit.NewButtonWithIcon(kit.L("Stop waiting"), theme.CancelIcon(), s.cancel)))
	return kit.Card(column)
}

// countDown keeps the time that a code has left up to date.
func (s *signInCard) countDown() {
	if s.tick != nil {
		s.tick()
		s.tick = nil
	}
	if s.news == nil || s.news.code == nil || s.d.env.Host.After == nil {
		return
	}
	s.tick = s.d.env.Host.After(time.Second, func() {
		if s.left != nil {
			s.left.SetText(s.leftText())
		}
		s.countDown()
	})
}

func (s *signInCard) leftText() string {
	left := s.news.code.Expires.Sub(s.d.env.Now()).Round(time.Second)
	if left <= 0 {
		return kit.L("The code has expired.")
	}
	return kit.L("The code is valid for %s more minutes.", fmt.Sprintf("%d:%02d", int(left.Minutes()), int(left.Seconds())%60))
}

// accountCard is who is signed in, and what stays of the sign-in.
func (s *signInCard) accountCard(a session.Signed) fyne.CanvasObject {
	var active []string
	for _, r := range a.Roles {
		active = append(active, r.DisplayName)
	}
	roles := strings.Join(active, ", ")
	if roles == "" {
		roles = kit.L("none")
	}
	rolesKey := words.Key("Tenant %s  ·  Active roles: %s")
	if a.RolesFrom == "token" {
		rolesKey = "Tenant %s  ·  Active roles: %s (from the token; the directory lists no others)"
	}
	who := strings.TrimSpace(a.Name + "  " + a.UPN)
	out := s.d.able(kit.NewButtonWithIcon(kit.L("Sign out"), theme.LogoutIcon(), s.signOut))
	column := kit.Column(kit.Gap, kit.Row(kit.Gap, 1, kit.Badge(kit.MarkDone, kit.L("Signed in")), kit.Strong(who).As(kit.Clip, ""), out),
		kit.Small(kit.L(rolesKey, a.TenantID, roles)))
	application := kit.L("%s (%s)", a.ClientName, a.Client)
	stays := kit.L("Signed in to %s. It keeps no consent.", application)
	switch {
	case a.ConsentUnknown:
		stays = kit.L("Signed in to %s. What you consented to could not be read.", application)
	case len(a.Consented) > 0:
		stays = kit.L("Signed in to %s. It keeps the following consent after you sign out: %s.", application, strings.Join(a.Consented, ", "))
	}
	if !s.open {
		column.Add(kit.Row(0, -1, kit.QuietButton(kit.L("What remains after the sign-in…"), theme.MenuExpandIcon(), func() { s.open = true; s.draw() })))
		return kit.Card(column)
	}
	column.Add(kit.Small(stays))
	if len(a.Consented) > 0 {
		column.Add(kit.Row(0, -1, s.d.able(kit.QuietButton(kit.L("Revoke this consent and sign out"), theme.ContentUndoIcon(), s.revoke))))
	}
	return kit.Card(column)
}

func (s *signInCard) signOut() {
	s.d.env.Scope.Run(func(context.Context) error { return s.d.env.Session.SignOut() }, func(err error) {
		s.d.notice.fail(problem.Of(err))
		s.d.ask(nil)
	})
}

func (s *signInCard) revoke() {
	s.d.work(kit.L("Revoking the consent"), func(ctx context.Context, _ task.Report) error {
		if err := s.d.grow(ctx, entra.ScopesConsent); err != nil {
			return err
		}
		return s.d.env.Session.RevokeSignIn(ctx)
	}, func(err error) {
		s.d.ask(func() {
			if err != nil {
				s.d.fail(problem.Of(err))
				return
			}
			s.d.notice.good(kit.L("Consent revoked. You are signed out."))
			s.d.page.relayout()
		})
	})
}
