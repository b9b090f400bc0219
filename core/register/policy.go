package register

import (
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// audienceForbidden is why an application for several organizations cannot be
// made, nil when it can or is there already.
func (s state) audienceForbidden(w Wanted, now time.Time) *problem.Problem {
	rule, forbidden := s.policy.Rule(tenant.RuleMultiTenant, now)
	if s.application != nil || w.SignInAudience != "AzureADMultipleOrgs" || s.policyErr != nil || !forbidden {
		return nil
	}
	return problem.New(codeAudienceForbidden, words.T("The tenant's app-management policy does not allow applications for several organizations.")).
		With(inPolicy(rule)).
		Run(words.T("Choose the product's options without the one that needs it:"), "roomkeyctl connection set product.options=OPTIONS").
		Fix(exemption())
}

// rule is the tenant's rule of a type for the application, or for one that is made
// now.
func (s state) rule(kind string, now time.Time) (tenant.CredentialRule, bool) {
	if s.application != nil {
		now = s.application.CreatedAt
	}
	return s.policy.Rule(kind, now)
}

// outlives is why a certificate of the keychain cannot be put on the application,
// nil when its life is within the tenant's policy or the policy is not known.
func (in Input) outlives(s state, pair vault.KeyPair) *problem.Problem {
	cap, capped := s.rule(tenant.RuleCertificateLife, in.Time())
	life := pair.Expires().Sub(pair.Certificates[0].NotBefore)
	if s.policyErr != nil || !capped || cap.Life <= 0 || life <= cap.Life {
		return nil
	}
	const day = 24 * time.Hour
	return problem.New(codeRegisterLifeForbidden, words.T("The certificate in this computer's keychain is valid for %d days. The tenant's app-management policy allows %d at most.", int(life/day), int(cap.Life/day))).
		With(inPolicy(cap)).
		Run(words.T("Store a certificate with a shorter lifetime:"), "roomkeyctl secret set certificate --file FILE").
		Run(words.T("Or delete it from this computer, and have Roomkey create one:"), "roomkeyctl secret forget certificate").
		Fix(exemption())
}

// obey turns the wanted credential into one that the tenant's app-management
// policies allow, and says why. own is a certificate that the keychain holds.
func (in Input) obey(s state, want *Credential, item *change.Item, own bool) (why words.Text) {
	if s.policyErr != nil {
		return words.T("The tenant's credential policy could not be read. Microsoft enforces it when the credential is created.")
	}
	blocked := func(p *problem.Problem, rule tenant.CredentialRule) words.Text {
		item.Action, item.Problem = change.Attention, p.With(inPolicy(rule))
		return words.Text{}
	}
	noSecret, secretsOff := s.rule(tenant.RuleSecretAddition, in.Time())
	authority, authorities := s.rule(tenant.RuleAuthority, in.Time())
	takes := func(kind string) bool { return slices.Contains(in.Product.Credential.Kinds, kind) }
	switch {
	case want.Kind == connection.CredentialSecret && secretsOff:
		if !takes(connection.CredentialCertificate) || in.Options.Credential == connection.CredentialSecret {
			return blocked(in.secretsForbidden(), noSecret)
		}
		if authorities {
			return blocked(in.authorityRequired(false), authority)
		}
		want.Kind = connection.CredentialCertificate
		why = words.T("The tenant's app-management policy \"%s\" forbids client secrets, so a certificate is created instead.", noSecret.Policy)
	case want.Kind == connection.CredentialCertificate && authorities && !own:
		if secretsOff || !takes(connection.CredentialSecret) || in.Options.Credential == connection.CredentialCertificate {
			return blocked(in.authorityRequired(!secretsOff && takes(connection.CredentialSecret)), authority)
		}
		want.Kind = connection.CredentialSecret
		why = words.T("The tenant's app-management policy \"%s\" accepts only certificates from chosen authorities, so a client secret is created instead.", authority.Policy)
	}
	rule := tenant.RuleSecretLife
	if want.Kind == connection.CredentialCertificate {
		rule = tenant.RuleCertificateLife
	}
	if cap, capped := s.rule(rule, in.Time()); capped && cap.Life > 0 && want.life() > cap.Life {
		if want.Days = int(cap.Life / (24 * time.Hour)); want.Days == 0 {
			return blocked(problem.New(codeRegisterLifeForbidden, words.T("The tenant's app-management policy does not allow a credential that lasts a day.")).Fix(exemption()), cap)
		}
		shorter := words.T("The tenant's app-management policy \"%s\" allows %d days at most.", cap.Policy, want.Days)
		return words.Sentences(why, shorter)
	}
	return why
}

// command asks for the credential once more, with other flags.
func (in Input) command(flags string) string {
	if in.rotating {
		return "roomkeyctl register rotate " + flags
	}
	return "roomkeyctl register plan " + flags
}

func inPolicy(rule tenant.CredentialRule) words.Text {
	return words.T("The rule is in the policy \"%s\".", rule.Policy)
}

func exemption() words.Text {
	return words.T("Have the policy's administrator exempt this application: Microsoft Entra admin center, Enterprise applications, Security, Application policies.")
}

func (in Input) authorityRequired(secrets bool) *problem.Problem {
	p := problem.New(codeAuthorityRequired, words.T("The tenant's app-management policy accepts only certificates from chosen authorities. The certificate that Roomkey creates is not from one of them."))
	if secrets {
		p.Run(words.T("Use a client secret:"), in.command("--credential secret"))
	}
	return p.Run(words.T("Have one of these authorities issue a certificate, and store it with its key:"), "roomkeyctl secret set certificate --file FILE").Fix(exemption())
}

func (in Input) secretsForbidden() *problem.Problem {
	product := in.Product.Name
	if slices.Contains(in.Product.Credential.Kinds, connection.CredentialCertificate) {
		return problem.New(codeSecretsForbidden, words.T("The tenant's app-management policy forbids client secrets.")).
			Run(words.T("Use a certificate:"), in.command("--credential certificate"))
	}
	return problem.New(codeSecretsForbidden, words.T("The tenant's app-management policy forbids client secrets, and %s takes no other credential.", product)).
		Fix(exemption()).
		Fix(words.T("Or ask the vendor of %s for sign-in with a certificate.", product))
}

// policyRefused explains a policy that showed only when the credential was
// made: it could not be read, or it is one for this application alone.
func (in Input) policyRefused(p *problem.Problem) *problem.Problem {
	out := in.secretsForbidden()
	if p.Code == codeLifeForbidden {
		out = problem.New(codeRegisterLifeForbidden, words.T("A tenant policy does not allow a credential lifetime this long.")).
			Run(words.T("Choose a shorter lifetime:"), in.command("--months 6"))
	}
	out.RequestID = p.RequestID
	return out.By(p)
}
