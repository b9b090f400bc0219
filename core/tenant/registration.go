package tenant

import "time"

// ApplicationChange is what to set on an app registration; a nil field is left
// as it is. Lists replace those of the application: read, merge, write.
type ApplicationChange struct {
	DisplayName    *string
	SignInAudience *string
	// RedirectURIs are those of a platform, "" for Web.
	RedirectURIs *[]string
	Platform     string
	IDTokens     *bool
	AccessTokens *bool
	HomePage     *string
	Branding     *Branding
	Required     *[]RequiredResource
	// Certificates are all key credentials that the application shall have;
	// each needs its Key.
	Certificates *[]Credential
}

// IsZero reports whether there is nothing to change.
func (c ApplicationChange) IsZero() bool { return c == ApplicationChange{} }

// Types of rules of an app-management policy that Roomkey obeys (Microsoft
// Graph, passwordCredentialConfiguration and keyCredentialConfiguration).
const (
	RuleSecretAddition  = "passwordAddition"
	RuleSecretLife      = "passwordLifetime"
	RuleCertificateLife = "asymmetricKeyLifetime"
	// RuleAuthority accepts certificates of chosen authorities alone,
	// RuleMultiTenant no application for several organizations.
	RuleAuthority   = "trustedCertificateAuthority"
	RuleMultiTenant = "azureAdMultipleOrgs"
)

// CredentialPolicy is what the tenant's app-management policies let an
// application be and use as credential.
type CredentialPolicy struct {
	Enabled bool             `json:"enabled"`
	Rules   []CredentialRule `json:"rules,omitempty"`
}

// CredentialRule is one restriction of the policy. It holds for applications
// that were made after After.
type CredentialRule struct {
	Type string `json:"type"`
	// Policy is the display name of the policy that has the rule.
	Policy string        `json:"policy"`
	Life   time.Duration `json:"maxLifetimeNs,omitempty"`
	After  time.Time     `json:"after,omitzero"`
}

// Rule finds the strictest rule of a type for an application that was made at
// created, ok false when none applies.
func (p CredentialPolicy) Rule(kind string, created time.Time) (strictest CredentialRule, ok bool) {
	if !p.Enabled {
		return CredentialRule{}, false
	}
	for _, r := range p.Rules {
		if r.Type != kind || created.Before(r.After) {
			continue
		}
		if !ok || r.Life > 0 && r.Life < strictest.Life {
			strictest, ok = r, true
		}
	}
	return strictest, ok
}

// DirectoryRole is a role in Microsoft Entra ID that somebody holds and that is
// active now.
type DirectoryRole struct {
	TemplateID  string `json:"roleTemplateId"`
	DisplayName string `json:"displayName"`
}

// SignIn is one sign-in of a person through an application, from the tenant's
// sign-in log. The zero value is none.
type SignIn struct {
	At time.Time
	// By is the person's user principal name.
	By string
	// Code is the AADSTS code of a refusal, 0 for a sign-in that succeeded.
	Code int
}

// ClientActivity is when an application last signed in, as Microsoft's report
// about the use of applications has it; a zero time is none on record.
type ClientActivity struct {
	// Application is as itself, User with a person's sign-in.
	Application, User time.Time
}
