package check

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/words"
)

func serverChecks() []Check {
	return []Check{
		{ID: ServerReach, Claim: evidence.Server, Proves: true, Title: words.T("The booking server answers"), DependsOn: []string{Lint}, Applies: hasServer, Run: checkReach},
		{ID: ServerCertificate, Claim: evidence.Server, Title: words.T("The booking server's certificate stays valid"), DependsOn: []string{ServerReach}, Applies: overTLS, Run: checkServerCertificate},
		{ID: ServerContract, Claim: evidence.Server, Proves: true, Title: words.T("Roomkey knows the version that the booking server uses"), DependsOn: []string{ServerReach}, Applies: speaks, Run: checkContract},
		{ID: ServerToken, Claim: evidence.Server, Proves: true, Title: words.T("The booking server accepts its token"), DependsOn: []string{ServerContract}, Applies: speaks, Run: checkServerToken},
		{ID: ServerStatusOf, Claim: evidence.ServerWorks, Proves: true, Title: words.T("The booking server itself reaches the tenant"), DependsOn: []string{ServerToken}, After: []string{RoomCalendars}, Optional: true, Applies: speaks, Run: checkServerStatus},
	}
}

func checkReach(ctx context.Context, s *State) Finding {
	s.mu.Lock()
	s.undescribed = ServerReach
	s.mu.Unlock()
	e, err := s.probe(ctx, s.Connection.Server.URL)
	if err != nil {
		return refused(err)
	}
	host, _ := hostname(s.Connection.Server.URL)
	switch {
	case e.Status == 0:
		return unknown(unexpected(words.T("%s sent an unreadable response.", host)))
	case e.Status == 407 || e.Status == 511:
		return fail(captive(host, e.Status))
	case e.Status >= 500:
		return fail(problem.New(codeServerDown, words.T("%s answers, but the booking server behind it does not work (HTTP %d).", host, e.Status)).
			Fix(words.T("Check the booking server's own log, and restart it.")))
	}
	s.mu.Lock()
	s.reached = e
	s.mu.Unlock()
	f := pass(words.T("%s answers.", host))
	if e.FirstByte > slowAnswer {
		f = warn(slow(host, e.FirstByte).
			Fix(words.T("Find out from whoever runs the booking server why it takes so long: Microsoft stops sending changes to a server that does not answer within 3 seconds.")))
	}
	return f.with("status", e.Status).with("issuer", e.Issuer).with("address", e.RemoteAddr)
}

// overTLS is whether the booking server shows a certificate.
func overTLS(in Input) (bool, words.Text) {
	if ok, why := hasServer(in); !ok {
		return false, why
	}
	return strings.HasPrefix(in.Connection.Server.URL, "https://"), words.T("The booking server is not reached over TLS.")
}

// longNotice is how long before its end a certificate is worth a word at most. A
// short-lived one is renewed later: a sixth of its life before.
const longNotice = 14 * 24 * time.Hour

// checkServerCertificate looks ahead: an expired certificate ends the sign-in of
// people, change notifications and every push at once.
func checkServerCertificate(_ context.Context, s *State) Finding {
	s.mu.Lock()
	e := s.reached
	s.mu.Unlock()
	host, _ := hostname(s.Connection.Server.URL)
	if e.ValidUntil.IsZero() {
		return unknown(unexpected(words.T("%s showed no certificate.", host)))
	}
	until, left := e.ValidUntil.Format(time.DateOnly), e.ValidUntil.Sub(s.now())
	f := pass(words.T("The certificate of %s is valid until %s.", host, until))
	if left < min(longNotice, e.ValidUntil.Sub(e.ValidFrom)/6) {
		f = warn(problem.New(codeServerCertificateExpires, words.T("The certificate of %s expires on %s.", host, until)).
			With(words.T("Roomkey, browsers and Microsoft's change notifications refuse the booking server after that.")).
			Fix(words.T("Renew the certificate on the booking server. If it is renewed automatically, find out why that has not happened yet.")))
	}
	return f.with("validUntil", e.ValidUntil)
}

func checkContract(ctx context.Context, s *State) Finding {
	s.mu.Lock()
	s.undescribed = ServerContract
	s.mu.Unlock()
	d, err := s.Server.Describe(ctx)
	if err != nil {
		return judge(err)
	}
	if d.Product == "" && d.Version == "" && d.Contract == "" {
		return unknown(problem.New(codeServerUnexpectedAnswer, words.T("The booking server describes itself with an empty response.")).
			Lead(words.T("Check the address of the booking server. It may belong to another service."), problem.PlaceServerURL))
	}
	if !d.ContractKnown {
		return fail(problem.New(codeServerContractUnknown, words.T("The booking server uses version %q of the interface, which this version of Roomkey does not know.", d.Contract)).
			Fix(words.T("Install the newest Roomkey, or the version of the booking server that goes with this one.")))
	}
	s.mu.Lock()
	s.server, s.undescribed = d, ""
	s.mu.Unlock()
	text := words.T("%s answers.", d.Product)
	if d.Contract != "" {
		text = words.T("%s %s, interface %s.", d.Product, d.Version, d.Contract)
	}
	return pass(text).with("product", d.Product).with("version", d.Version).with("contract", d.Contract)
}

// asDescribed is a finding that rests on what the booking server says of itself:
// where it did not say that, nothing was found. A server whose console a person
// types into says nothing of itself.
func (s *State) asDescribed(f Finding) Finding {
	s.mu.Lock()
	defer s.mu.Unlock()
	if can, _ := speaks(s.Input); !can || s.undescribed == "" || s.Product.Adapter == product.AdapterForm {
		return f
	}
	return Finding{Status: Skipped, Because: s.undescribed, Note: words.T("The booking server did not say which addresses it expects.")}
}

func checkServerToken(ctx context.Context, s *State) Finding {
	c, err := s.Server.Current(ctx)
	if err != nil {
		return judge(err)
	}
	if !c.Stored {
		return pass(words.T("The token is accepted; the server has no configuration yet.")).with("stored", false)
	}
	s.mu.Lock()
	s.held = c
	s.mu.Unlock()
	f := pass(words.T("The token is accepted; the server has a configuration."))
	switch own := s.Connection.Tenant.ID; {
	case c.TenantID != "" && own != "" && !sameID(c.TenantID, own):
		f = warn(problem.New(codeServerOtherTenant, words.T("The booking server has the configuration of another tenant: %s.", c.TenantID)).
			Fix(words.T("Check that this is the right booking server. Pushing replaces what it has.")))
	case !c.CredentialExpires.IsZero() && !c.CredentialExpires.After(s.now()):
		// Not a failure, which would stand in the way of the push that helps.
		f = warn(problem.New(codeServerCredentialExpired, words.T("The booking server has a credential that expired on %s.", c.CredentialExpires.Format(time.DateOnly))).
			Lead(words.T("Push the configuration with the credential of this connection."), problem.PlacePush))
	case c.ClientID != "" && !sameID(c.ClientID, s.Connection.Application.ClientID):
		f = f.noted(words.T("The token is accepted; the server has a configuration with another application of this tenant, which pushing replaces."))
	}
	return f.with("stored", true)
}

// checkServerStatus compares the server's own view with ours: a green from here
// is none from there.
func checkServerStatus(ctx context.Context, s *State) Finding {
	st, err := s.Server.Status(ctx)
	s.mu.Lock()
	s.status = st
	held := s.held
	s.mu.Unlock()
	if err != nil {
		return ServerSilent(err, held.Stored)
	}
	rooms, known := s.chosen()
	tried := cmp.Or(st.Digest, held.Digest) // one that names none is of what is there
	same := known && s.Digest != nil && tried != "" && tried == s.Digest(rooms)
	return JudgeServer(st, View{Same: same, Stored: held.Stored, Since: held.StoredAt, Now: s.now(), From: s.fromHere(), Cloud: s.Cloud, Connection: s.Connection})
}

// ServerSilent is the finding on a server whose own view could not be had, given
// whether it has a configuration.
func ServerSilent(err error, stored bool) Finding {
	switch absent := problem.KindOf(err) == problem.Absent; {
	case absent && stored:
		return unknown(problem.New(codeServerNoView, words.T("The booking server has a configuration and does not say whether it works.")).
			Fix(words.T("Test again in a minute. If this continues, give this text to whoever runs the booking server.")).
			With(problem.Of(err).Title).By(err))
	case absent:
		return noView
	}
	return judge(err)
}

// staleView is how old the server's view may be. The contract allows five
// minutes; the rest is for a clock that is off.
const staleView = time.Hour

var noView = Finding{Status: Skipped, Note: words.T("The booking server cannot report yet. Push the configuration first.")}

// silent is the finding on a server that has no view of its own, ever: it was not
// asked, so that it says nothing against the word of a person who tried it.
var silent = Finding{Status: Skipped, Note: words.T("Only a person who signs in there can confirm that it works."),
	Problem: problem.New(codeServerSilent, words.T("This booking server has no way to say whether it works.")).
		Fix(words.T("Sign in there once as one of its users.")).
		Lead(words.T("If that works, confirm it."), problem.PlaceEntered)}

// View is what a booking server's own view is held against.
type View struct {
	// Same is whether the server tried exactly this configuration, Stored whether
	// it has any.
	Same, Stored bool
	// Since is when the server got it; what it tried before says nothing of it.
	Since, Now time.Time
	// From is the computer from which the application signs in.
	From       string
	Cloud      cloud.Cloud
	Connection *connection.Connection
}

// JudgeServer holds the server's view against ours: the token that we got and
// the server did not is the classic of Conditional Access by location. A failure
// with another configuration than this one is a warning: it must not keep the
// administrator from pushing the one that was repaired.
func JudgeServer(st ServerStatus, v View) Finding {
	var f Finding
	refusal, signIn := refusalOf(st)
	askAgain := words.T("Test again in a minute. If this continues, give this text to whoever runs the booking server.")
	switch {
	case st.State == ServerNothing && v.Stored:
		f = unknown(problem.New(codeServerContradicts, words.T("The booking server has a configuration but reports that it is not configured.")).Fix(askAgain))
	case st.State == ServerWorks && !v.Stored:
		f = unknown(problem.New(codeServerContradicts, words.T("The booking server reports that it works but has no configuration.")).Fix(askAgain))
	case st.State == ServerNothing:
		return noView
	case st.Silent:
		return silent
	case st.State == ServerFails && !v.Same:
		f = warn(problem.New(codeServerOldConfiguration, words.T("The booking server does not work with the configuration that it has, which is not this one.")).
			With(reported(st)).
			Lead(words.T("Push this configuration, then test again."), problem.PlacePush))
	case st.State == ServerWorks && !v.Same:
		f = unknown(problem.New(codeServerOtherConfiguration, words.T("The booking server works, but with a different configuration.")).
			Lead(words.T("Push this configuration, then test again."), problem.PlacePush))
	case st.State == ServerWorks && (v.Now.Sub(st.CheckedAt) > staleView || st.CheckedAt.Before(v.Since.Truncate(time.Second))):
		f = unknown(problem.New(codeServerStaleView, words.T("The booking server reports that it works, but last tried it at %s.", st.CheckedAt.UTC().Format("2006-01-02 15:04"))).
			Fix(words.T("Wait a minute, and check again: the server must retry what it tried more than five minutes ago.")).
			Fix(words.T("If the time above is wrong, set the clock of the booking server's computer.")))
	case st.State == ServerWorks && st.Token && st.Room:
		f = pass(words.T("The booking server got a token and read a room on its own."))
	case st.State == ServerFails && signIn:
		f = fail(signInRefused(refusal, v))
	case st.State == ServerFails:
		f = fail(problem.New(codeServerViewDiffers, words.T("The booking server reports that it does not work.")).
			With(reported(st)).
			Fix(words.T("Push the configuration again and restart the booking server, so that it discards its old token and settings.")).
			Fix(words.T("Compare the network of the booking server with this computer's: proxy, firewall, clock.")))
	case st.Undated:
		f = unknown(problem.New(codeServerNoView, words.T("The booking server reports that it works, but gives no valid time of when it last tried.")).Fix(askAgain))
	default:
		f = unknown(problem.New(codeServerNoView, words.T("The booking server does not say whether it got a token and read a room.")).
			Fix(askAgain))
	}
	return f.with("state", st.State).with("token", st.Token).with("room", st.Room).with("code", st.Code).with("rooms", st.Rooms).with("checkedAt", st.CheckedAt)
}

// reported is what a server says of why it does not work.
func reported(st ServerStatus) words.Text {
	switch {
	case st.Code == "" && st.Message == "":
		return words.T("It does not say why.")
	case st.Code == "" || st.Message == "":
		return words.T("The booking server reports: %s", st.Code+st.Message)
	}
	return words.T("The booking server reports %s: %s", st.Code, st.Message)
}

// refusalOf is Microsoft's refusal of the server's sign-in, if there was one.
func refusalOf(st ServerStatus) (entra.Refusal, bool) {
	said := st.Message
	if !strings.Contains(said, st.Code) {
		said = st.Code + ": " + said
	}
	r, ok := entra.ReadRefusal(said)
	return r, ok && r.Code != 0
}

// Microsoft's numbers for Conditional Access, and for a tenant that is not in the
// cloud where it was looked for.
const (
	blockedByAccess = 53003
	noSuchTenant    = 90002
)

// signInRefused explains Microsoft's answer to the booking server as it is
// explained when this computer gets it.
func signInRefused(r entra.Refusal, v View) *problem.Problem {
	p := r.Problem(entra.BookingApplication, v.Cloud, v.Connection.Application.ClientID, v.Connection.Tenant.ID)
	p.Title = words.T("The booking server cannot sign in: %s", p.Title)
	switch r.Code {
	case blockedByAccess:
		p.Detail = words.T("%s Roomkey tests from %s, and the booking server signs in from its own address. A policy for workload identities may allow certain locations only.", p.Detail, v.From)
		p.Remedies = append([]problem.Remedy{{Text: words.T("In the Microsoft Entra admin center open Conditional Access > Named locations and add the public address of the booking server to a location that the policy allows.")}}, p.Remedies...)
	case noSuchTenant: // which Roomkey found there before it handed it over
		p.Detail = words.T("%s The booking server was given the tenant %s in the cloud %s.", p.Detail, v.Connection.Tenant.ID, v.Cloud.Name)
		p.Remedies = append([]problem.Remedy{{Text: words.T("Compare the tenant and the Microsoft cloud in the booking server's console with these.")}}, p.Remedies...)
	}
	return p
}
