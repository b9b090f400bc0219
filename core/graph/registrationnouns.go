package graph

import (
	"crypto/sha1" //nolint:gosec // the name that Microsoft gives to certificates
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
)

// refusal is a code of Graph with a part of its text, in small letters.
type refusal struct {
	code problem.Code
	text string
}

// notYet are the refusals that replication brings, code and text of each. Those
// of Microsoft's own documentation do not name them; they are what tools meet
// (msgraph-bicep-types issue 193, Azure/bicep issue 16811).
var notYet = []refusal{
	{tenant.CodeNotFound, ""},
	{tenant.CodeBadRequest, "not a valid reference update"},
	{codeDirectoryConcurrencyViolation, ""},
	{codeDirectoryObjectNotFound, ""},
	{codeNoBackingApplicationObject, ""},
	{tenant.CodeBadRequest, "does not reference a valid application object"},
}

var already = []refusal{
	{codeRequestMultipleObjectsWithSameKeyValue, ""},
	{tenant.CodeBadRequest, "already exists"},
	{tenant.CodeBadRequest, "already in use"},
}

// replicating marks the refusal of a change that is worth another look or
// another try. It is only for changes of objects that are known to exist.
func replicating(err error) error {
	var p *problem.Problem
	if !errors.As(err, &p) {
		return err
	}
	for code, list := range map[problem.Code][]refusal{tenant.CodeNotYet: notYet, tenant.CodeAlready: already} {
		for _, n := range list {
			if p.Code == n.code && strings.Contains(strings.ToLower(p.Detail.String()), n.text) {
				named := *p
				named.Cause = p
				named.Code, named.Kind = code, problem.New(code, p.Title).Kind
				return &named
			}
		}
	}
	return err
}

func when(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func id(u *uuid.UUID) string {
	if u == nil {
		return ""
	}
	return u.String()
}

func yes(b *bool) bool { return b != nil && *b }

// application makes tenant's noun of the SDK's.
func application(m models.Applicationable) tenant.Application {
	a := tenant.Application{
		ID: text(m.GetId()), AppID: text(m.GetAppId()), UniqueName: text(m.GetUniqueName()), DisplayName: text(m.GetDisplayName()),
		SignInAudience: text(m.GetSignInAudience()), CreatedAt: when(m.GetCreatedDateTime()), DeletedAt: when(m.GetDeletedDateTime()),
	}
	if w := m.GetWeb(); !isNil(w) {
		a.RedirectURIs, a.HomePage = w.GetRedirectUris(), text(w.GetHomePageUrl())
		if g := w.GetImplicitGrantSettings(); !isNil(g) {
			a.IDTokens, a.AccessTokens = yes(g.GetEnableIdTokenIssuance()), yes(g.GetEnableAccessTokenIssuance())
		}
	}
	if p := m.GetPublicClient(); !isNil(p) {
		a.PublicURIs = p.GetRedirectUris()
	}
	if s := m.GetSpa(); !isNil(s) {
		a.SpaURIs = s.GetRedirectUris()
	}
	if i := m.GetInfo(); !isNil(i) {
		a.Branding = tenant.Branding{Marketing: text(i.GetMarketingUrl()), Privacy: text(i.GetPrivacyStatementUrl()),
			Support: text(i.GetSupportUrl()), TermsOfService: text(i.GetTermsOfServiceUrl()), LogoURL: text(i.GetLogoUrl())}
	}
	for _, r := range m.GetRequiredResourceAccess() {
		if isNil(r) {
			continue
		}
		need := tenant.RequiredResource{ResourceAppID: text(r.GetResourceAppId())}
		for _, x := range r.GetResourceAccess() {
			if !isNil(x) {
				need.Access = append(need.Access, tenant.RequiredAccess{ID: id(x.GetId()), Type: text(x.GetTypeEscaped())})
			}
		}
		a.Required = append(a.Required, need)
	}
	for _, p := range m.GetPasswordCredentials() {
		if !isNil(p) {
			a.Secrets = append(a.Secrets, secretCredential(p))
		}
	}
	for _, k := range m.GetKeyCredentials() {
		if !isNil(k) {
			a.Certificates = append(a.Certificates, certificateCredential(k))
		}
	}
	return a
}

func secretCredential(p models.PasswordCredentialable) tenant.Credential {
	return tenant.Credential{KeyID: id(p.GetKeyId()), DisplayName: text(p.GetDisplayName()), Hint: text(p.GetHint()), Start: when(p.GetStartDateTime()), End: when(p.GetEndDateTime())}
}

func certificateCredential(k models.KeyCredentialable) tenant.Credential {
	return tenant.Credential{KeyID: id(k.GetKeyId()), DisplayName: text(k.GetDisplayName()), Start: when(k.GetStartDateTime()), End: when(k.GetEndDateTime()),
		Thumbprint: thumbprint(k.GetKey(), k.GetCustomKeyIdentifier()), Key: k.GetKey()}
}

// thumbprint is the certificate's SHA-1 in upper-case hex. Microsoft gives it
// as customKeyIdentifier, as bytes or, newer, as hex, which the SDK has then
// read as base64.
func thumbprint(certificate, identifier []byte) string {
	if len(certificate) > 0 {
		h := sha1.Sum(certificate) //nolint:gosec // a name, not a proof
		return strings.ToUpper(hex.EncodeToString(h[:]))
	}
	if len(identifier) == 30 {
		if s := base64.StdEncoding.EncodeToString(identifier); len(s) == 40 {
			return strings.ToUpper(s)
		}
	}
	return strings.ToUpper(hex.EncodeToString(identifier))
}

func servicePrincipal(m models.ServicePrincipalable) tenant.ServicePrincipal {
	sp := tenant.ServicePrincipal{
		ID: text(m.GetId()), AppID: text(m.GetAppId()), DisplayName: text(m.GetDisplayName()),
		Enabled: yes(m.GetAccountEnabled()), AssignmentRequired: yes(m.GetAppRoleAssignmentRequired()), OwnerOrganization: id(m.GetAppOwnerOrganizationId()),
	}
	if v := m.GetVerifiedPublisher(); !isNil(v) {
		sp.Publisher = text(v.GetDisplayName())
	}
	for _, r := range m.GetAppRoles() {
		if isNil(r) {
			continue
		}
		p := tenant.Permission{ID: id(r.GetId()), Value: text(r.GetValue()), Enabled: yes(r.GetIsEnabled())}
		for _, member := range r.GetAllowedMemberTypes() {
			p.Application = p.Application || member == "Application"
		}
		sp.Roles = append(sp.Roles, p)
	}
	for _, s := range m.GetOauth2PermissionScopes() {
		if !isNil(s) {
			sp.Scopes = append(sp.Scopes, tenant.Permission{ID: id(s.GetId()), Value: text(s.GetValue()), Enabled: yes(s.GetIsEnabled())})
		}
	}
	return sp
}
