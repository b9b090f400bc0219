package check

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// expirySoon is how long before its end a credential is warned about.
const expirySoon = 30 * 24 * time.Hour

// never is the end of secrets that the portal once made to expire never.
var never = time.Date(2299, 12, 31, 0, 0, 0, 0, time.UTC)

func credentialChecks() []Check {
	return []Check{
		{ID: KeyMatch, Claim: evidence.SignIn, Title: words.T("The application knows the credential"), DependsOn: []string{Declared}, Optional: true, SignIn: true, Run: checkKeyMatch},
		{ID: Expiry, Claim: evidence.SignIn, Title: words.T("The credential stays valid"), DependsOn: []string{Lint}, After: []string{Declared, Token}, Optional: true, Run: checkExpiry},
	}
}

// registered finds the connection's credential among those of the application,
// by key id, thumbprint or the secret's first characters, and counts the others
// that are still valid. read is false when nobody read the registration.
func (s *State) registered() (found *tenant.Credential, others int, read bool) {
	s.mu.Lock()
	a := s.application
	s.mu.Unlock()
	if a == nil {
		return nil, 0, false
	}
	own := s.Connection.Application.Credential
	list := a.Secrets
	if own.Kind == connection.CredentialCertificate {
		list = a.Certificates
	}
	for i, c := range list {
		switch {
		case own.KeyID != "" && sameID(c.KeyID, own.KeyID),
			own.KeyID == "" && own.Thumbprint != "" && sameID(c.Thumbprint, own.Thumbprint),
			own.KeyID == "" && own.Thumbprint == "" && own.Hint != "" && c.Hint == own.Hint:
			if found == nil || c.End.After(found.End) { // several may begin alike
				found = &list[i]
			}
		}
	}
	for _, c := range append(append([]tenant.Credential{}, a.Secrets...), a.Certificates...) {
		if (found == nil || c.KeyID != found.KeyID) && c.End.After(s.now()) {
			others++
		}
	}
	return found, others, true
}

func expiresIn(days int, end time.Time) words.Text {
	if days == 0 {
		return words.T("The credential expires within a day, on %s.", end.Format(time.DateOnly))
	}
	return words.N(days, "The credential expires in %d day, on %s.", "The credential expires in %d days, on %s.", days, end.Format(time.DateOnly))
}

// signedIn is whether the application has a token of this run.
func (s *State) signedIn() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.token.Value.IsZero()
}

// putSecretBeside adds to a secret that has expired what the registration shows: the
// application has another that has not.
func (s *State) putSecretBeside(f *Finding) {
	if f.Problem == nil || f.Problem.Code.String() != "entra.AADSTS7000222" {
		return
	}
	found, _, read := s.registered()
	if !read {
		return
	}
	var other *tenant.Credential
	for i, c := range s.application.Secrets {
		if (found == nil || c.KeyID != found.KeyID) && c.End.After(s.now()) && (other == nil || c.End.After(other.End)) {
			other = &s.application.Secrets[i]
		}
	}
	if other == nil {
		return
	}
	advised := *f.Problem
	advised.Remedies = append(new(problem.Problem).
		Lead(words.T("The application has another client secret, %s (%s…), which is valid until %s. If someone kept its Value, store that.", cmp.Or(other.DisplayName, other.KeyID), other.Hint, other.End.Format(time.DateOnly)), problem.PlaceClientSecret).Remedies, advised.Remedies...)
	f.Problem = &advised
}

// unhinted is whether the application has a secret whose first characters
// Microsoft does not show: any secret could be that one.
func (s *State) unhinted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.application != nil && slices.ContainsFunc(s.application.Secrets, func(c tenant.Credential) bool { return c.Hint == "" })
}

func checkKeyMatch(_ context.Context, s *State) Finding {
	found, others, _ := s.registered()
	own := s.Connection.Application.Credential
	switch {
	case found != nil:
		return pass(words.T("The application has this credential.")).with("keyId", found.KeyID).with("otherValid", others)
	case own.KeyID == "" && own.Thumbprint == "" && (own.Hint == "" || s.unhinted()):
		return unknown(problem.New(codeCredentialUnrecorded, words.T("Roomkey has not recorded which of the application's credentials this is.")).
			Fix(words.T("No action is needed. Roomkey records the credentials that it creates.")))
	case own.Kind == connection.CredentialCertificate:
		return fail(problem.New(codeCredentialCertificateNotRegistered, words.T("The application does not know the certificate with the thumbprint %s (SHA-1, as the portal shows it).", own.Thumbprint)).
			Fix(words.T("Microsoft Entra admin center, App registrations, this application, Certificates & secrets, Certificates: select \"Upload certificate\" and choose its public part (.cer).")).
			See(words.T("Certificates & secrets of this application"), s.portal("Credentials")))
	}
	return fail(problem.New(codeCredentialSecretNotRegistered, words.T("The application no longer has the secret that this connection uses.")).
		Lead(words.T("In the Microsoft Entra admin center open App registrations > this application > Certificates & secrets, select New client secret, and store its Value."), problem.PlaceClientSecret).
		See(words.T("Certificates & secrets of this application"), s.portal("Credentials")))
}

// checkExpiry tells how long the credential lasts: as the application has it
// where somebody could read that, else as it was recorded.
func checkExpiry(_ context.Context, s *State) Finding {
	found, others, read := s.registered()
	end, source := s.Connection.Application.Credential.Expires, "recorded"
	if found != nil && !found.End.IsZero() {
		end, source = found.End, "application"
	}
	if end.IsZero() {
		return unknown(problem.New(codeCredentialExpiryUnknown, words.T("The end date of the credential is not known.")).
			Lead(words.T("In the Microsoft Entra admin center open App registrations > this application > Certificates & secrets, and enter the date in the column Expires."), problem.PlaceExpires).
			See(words.T("Certificates & secrets of this application"), s.portal("Credentials")))
	}
	left, days := end.Sub(s.now()), connection.DaysUntil(end, s.now())
	renew := words.T("Microsoft Entra admin center, App registrations, this application, Certificates & secrets: create a new one, store it here, push it to the booking server, and only then delete the old one.")
	f := pass(words.T("The credential is valid for %d more days.", days))
	typed := source == "recorded" && s.Connection.Application.Credential.Kind != connection.CredentialCertificate
	switch {
	case typed && end.After(never.AddDate(0, 0, 1)):
		f = warn(problem.New(codeCredentialExpiryUnlikely, words.T("The client secret cannot be valid until %s, the date that is recorded here.", end.Format(time.DateOnly))).
			With(words.T("The Microsoft Entra admin center gives a client secret two years at most. One that was created earlier to expire never has the date %s. Roomkey warns by this date, so with a wrong one the secret expires without a warning.", never.Format(time.DateOnly))).
			Lead(words.T("In the Microsoft Entra admin center open App registrations > this application > Certificates & secrets, and enter the date in the column Expires."), problem.PlaceExpires).
			See(words.T("Certificates & secrets of this application"), s.portal("Credentials")))
	case typed && left > secretLife:
		f = f.noted(words.T("The credential is valid until %s, as recorded here. The Microsoft Entra admin center gives a client secret two years at most, so compare the date with the column Expires there.", end.Format(time.DateOnly)))
	case left <= 0:
		p := problem.New(codeCredentialExpired, words.T("The credential expired on %s.", end.Format(time.DateOnly)))
		if typed && s.signedIn() {
			p.Lead(words.T("Microsoft issued a token with this client secret just now, so the recorded date may be wrong: compare it with the column Expires under Certificates & secrets, and correct it."), problem.PlaceExpires)
		}
		f = fail(p.Fix(renew))
	case left < expirySoon:
		f = warn(problem.New(codeCredentialExpiresSoon, expiresIn(days, end)).
			With(words.T("On that day, rooms stop synchronizing without notice.")).Fix(renew))
	}
	f = f.with("daysLeft", days).with("source", source)
	if read {
		f = f.with("otherValid", others)
	}
	return f
}
