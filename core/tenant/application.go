package tenant

import "time"

// GraphAppID is Microsoft Graph's own application id, the same in every cloud.
const GraphAppID = "00000003-0000-0000-c000-000000000000"

// ExchangeAppID is the application id of Office 365 Exchange Online, whose
// permissions EWS applications hold.
const ExchangeAppID = "00000002-0000-0ff1-ce00-000000000000"

// Application is an app registration (application object).
type Application struct {
	// ID is the object id, AppID the client id.
	ID             string             `json:"id"`
	AppID          string             `json:"appId"`
	UniqueName     string             `json:"uniqueName,omitempty"`
	DisplayName    string             `json:"displayName"`
	SignInAudience string             `json:"signInAudience,omitempty"`
	CreatedAt      time.Time          `json:"createdDateTime,omitzero"`
	RedirectURIs   []string           `json:"redirectUris,omitempty"`
	PublicURIs     []string           `json:"publicRedirectUris,omitempty"`
	SpaURIs        []string           `json:"spaRedirectUris,omitempty"`
	IDTokens       bool               `json:"idTokens"`
	AccessTokens   bool               `json:"accessTokens"`
	HomePage       string             `json:"homePageUrl,omitempty"`
	Branding       Branding           `json:"branding,omitzero"`
	Required       []RequiredResource `json:"requiredResourceAccess,omitempty"`
	Secrets        []Credential       `json:"passwordCredentials,omitempty"`
	Certificates   []Credential       `json:"keyCredentials,omitempty"`
	DeletedAt      time.Time          `json:"deletedDateTime,omitzero"`
}

// Redirects are the redirect URIs of a platform: "web" or "", "spa", "public".
func (a Application) Redirects(platform string) []string {
	switch platform {
	case "spa":
		return a.SpaURIs
	case "public":
		return a.PublicURIs
	}
	return a.RedirectURIs
}

// Branding is the information page of an application.
type Branding struct {
	Marketing      string `json:"marketingUrl,omitempty"`
	Privacy        string `json:"privacyStatementUrl,omitempty"`
	Support        string `json:"supportUrl,omitempty"`
	TermsOfService string `json:"termsOfServiceUrl,omitempty"`
	LogoURL        string `json:"logoUrl,omitempty"`
}

// RequiredResource are the permissions of one API that an application declares.
type RequiredResource struct {
	ResourceAppID string           `json:"resourceAppId"`
	Access        []RequiredAccess `json:"resourceAccess"`
}

// RequiredAccess is one declared permission; Type is "Role" (application
// permission) or "Scope" (delegated permission).
type RequiredAccess struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// Credential is a client secret or certificate as the application shows it: it
// never holds the secret itself.
type Credential struct {
	KeyID       string    `json:"keyId"`
	DisplayName string    `json:"displayName,omitempty"`
	Hint        string    `json:"hint,omitempty"`
	Start       time.Time `json:"startDateTime,omitzero"`
	End         time.Time `json:"endDateTime,omitzero"`
	// Thumbprint is the certificate's SHA-1 in upper-case hex (Graph's
	// customKeyIdentifier), "" for a secret.
	Thumbprint string `json:"thumbprint,omitempty"`
	// Key is the public certificate in DER when it was asked for.
	Key []byte `json:"key,omitempty"`
}

// ServicePrincipal is an enterprise application.
type ServicePrincipal struct {
	ID                 string `json:"id"`
	AppID              string `json:"appId"`
	DisplayName        string `json:"displayName"`
	Enabled            bool   `json:"accountEnabled"`
	AssignmentRequired bool   `json:"appRoleAssignmentRequired,omitempty"`
	OwnerOrganization  string `json:"appOwnerOrganizationId,omitempty"`
	// Publisher is the publisher that Microsoft verified, "" for none.
	Publisher string       `json:"publisher,omitempty"`
	Roles     []Permission `json:"appRoles,omitempty"`
	Scopes    []Permission `json:"oauth2PermissionScopes,omitempty"`
}

// Permission is one permission that an API offers in this tenant.
type Permission struct {
	ID      string `json:"id"`
	Value   string `json:"value"`
	Enabled bool   `json:"isEnabled"`
	// Application is whether an application may hold it by itself.
	Application bool `json:"application,omitempty"`
}

// AppRoleGrant is one consented application permission, or a person or group
// that is assigned to an application.
type AppRoleGrant struct {
	ID          string `json:"id"`
	PrincipalID string `json:"principalId"`
	ResourceID  string `json:"resourceId"`
	AppRoleID   string `json:"appRoleId"`
}

// Key tells one grant from another.
func (g AppRoleGrant) Key() string { return g.ID }

// DelegatedGrant is the consent to delegated permissions.
type DelegatedGrant struct {
	ID         string `json:"id"`
	ClientID   string `json:"clientId"`
	ResourceID string `json:"resourceId"`
	// ConsentType is "AllPrincipals" or "Principal".
	ConsentType string `json:"consentType"`
	PrincipalID string `json:"principalId,omitempty"`
	// Scope is space-separated, as Graph has it.
	Scope string `json:"scope"`
}
