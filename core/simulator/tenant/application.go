package tenant

import "time"

// Application is an app registration with the properties that can be set.
type Application struct {
	ID                         string             `json:"id"`
	DeletedDateTime            *time.Time         `json:"deletedDateTime"`
	AppID                      string             `json:"appId"`
	UniqueName                 *string            `json:"uniqueName"`
	DisplayName                string             `json:"displayName"`
	Description                *string            `json:"description"`
	Notes                      *string            `json:"notes"`
	CreatedDateTime            time.Time          `json:"createdDateTime"`
	SignInAudience             string             `json:"signInAudience"`
	PublisherDomain            string             `json:"publisherDomain"`
	IsFallbackPublicClient     *bool              `json:"isFallbackPublicClient"`
	IsDeviceOnlyAuthSupported  *bool              `json:"isDeviceOnlyAuthSupported"`
	GroupMembershipClaims      *string            `json:"groupMembershipClaims"`
	ServiceManagementReference *string            `json:"serviceManagementReference"`
	Tags                       []string           `json:"tags"`
	IdentifierURIs             []string           `json:"identifierUris"`
	AddIns                     []map[string]any   `json:"addIns"`
	API                        APIApplication     `json:"api"`
	AppRoles                   []AppRole          `json:"appRoles"`
	Info                       informationalURL   `json:"info"`
	KeyCredentials             []KeyCredential    `json:"keyCredentials"`
	PasswordCredentials        []Password         `json:"passwordCredentials"`
	PublicClient               Redirects          `json:"publicClient"`
	SPA                        Redirects          `json:"spa"`
	RequiredResourceAccess     []RequiredResource `json:"requiredResourceAccess"`
	OptionalClaims             *optionalClaims    `json:"optionalClaims"`
	Web                        WebApplication     `json:"web"`
}

// APIApplication is what an application offers as an API.
type APIApplication struct {
	AcceptMappedClaims          *bool             `json:"acceptMappedClaims"`
	KnownClientApplications     []string          `json:"knownClientApplications"`
	OAuth2PermissionScopes      []PermissionScope `json:"oauth2PermissionScopes"`
	PreAuthorizedApplications   []map[string]any  `json:"preAuthorizedApplications"`
	RequestedAccessTokenVersion *int              `json:"requestedAccessTokenVersion"`
}

// AppRole is an application permission that an application offers.
type AppRole struct {
	AllowedMemberTypes []string `json:"allowedMemberTypes"`
	Description        string   `json:"description"`
	DisplayName        string   `json:"displayName"`
	ID                 string   `json:"id"`
	IsEnabled          bool     `json:"isEnabled"`
	Origin             string   `json:"origin,omitempty"`
	Value              string   `json:"value"`
}

// PermissionScope is a delegated permission that an application offers.
type PermissionScope struct {
	AdminConsentDescription string `json:"adminConsentDescription"`
	AdminConsentDisplayName string `json:"adminConsentDisplayName"`
	ID                      string `json:"id"`
	IsEnabled               bool   `json:"isEnabled"`
	Type                    string `json:"type"`
	UserConsentDescription  string `json:"userConsentDescription"`
	UserConsentDisplayName  string `json:"userConsentDisplayName"`
	Value                   string `json:"value"`
}

type informationalURL struct {
	LogoURL             *string `json:"logoUrl"`
	MarketingURL        *string `json:"marketingUrl"`
	PrivacyStatementURL *string `json:"privacyStatementUrl"`
	SupportURL          *string `json:"supportUrl"`
	TermsOfServiceURL   *string `json:"termsOfServiceUrl"`
}

// KeyCredential is a certificate with which an application signs in.
type KeyCredential struct {
	CustomKeyIdentifier string    `json:"customKeyIdentifier,omitempty"` // SHA-1 in hex
	DisplayName         string    `json:"displayName"`
	EndDateTime         time.Time `json:"endDateTime"`
	Key                 []byte    `json:"key"` // DER; Graph shows it only when it is selected
	KeyID               string    `json:"keyId"`
	StartDateTime       time.Time `json:"startDateTime"`
	Type                string    `json:"type"`
	Usage               string    `json:"usage"`
}

// Password is a client secret; its text is kept elsewhere.
type Password struct {
	CustomKeyIdentifier *string    `json:"customKeyIdentifier"`
	DisplayName         *string    `json:"displayName"`
	EndDateTime         *time.Time `json:"endDateTime"`
	Hint                string     `json:"hint"`
	KeyID               string     `json:"keyId"`
	SecretText          *string    `json:"secretText"`
	StartDateTime       *time.Time `json:"startDateTime"`
}

// Redirects are the redirect URIs of one platform.
type Redirects struct {
	RedirectURIs []string `json:"redirectUris"`
}

// RequiredResource are the permissions that an application declares for another.
type RequiredResource struct {
	ResourceAppID  string           `json:"resourceAppId"`
	ResourceAccess []RequiredAccess `json:"resourceAccess"`
}

// RequiredAccess is one declared permission: Role or Scope.
type RequiredAccess struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

type optionalClaims struct {
	AccessToken []map[string]any `json:"accessToken"`
	IDToken     []map[string]any `json:"idToken"`
	SAML2Token  []map[string]any `json:"saml2Token"`
}

// WebApplication is the Web platform of an application.
type WebApplication struct {
	HomePageURL           *string          `json:"homePageUrl"`
	LogoutURL             *string          `json:"logoutUrl"`
	RedirectURIs          []string         `json:"redirectUris"`
	ImplicitGrantSettings implicitGrant    `json:"implicitGrantSettings"`
	RedirectURISettings   []map[string]any `json:"redirectUriSettings"`
}

type implicitGrant struct {
	EnableIDTokenIssuance     bool `json:"enableIdTokenIssuance"`
	EnableAccessTokenIssuance bool `json:"enableAccessTokenIssuance"`
}

// ServicePrincipal is an enterprise application.
type ServicePrincipal struct {
	ID                        string            `json:"id"`
	DeletedDateTime           *time.Time        `json:"deletedDateTime"`
	AccountEnabled            bool              `json:"accountEnabled"`
	AlternativeNames          []string          `json:"alternativeNames"`
	AppDescription            *string           `json:"appDescription"`
	AppDisplayName            string            `json:"appDisplayName"`
	AppID                     string            `json:"appId"`
	AppOwnerOrganizationID    string            `json:"appOwnerOrganizationId"`
	AppRoleAssignmentRequired bool              `json:"appRoleAssignmentRequired"`
	Description               *string           `json:"description"`
	DisplayName               string            `json:"displayName"`
	Homepage                  *string           `json:"homepage"`
	LoginURL                  *string           `json:"loginUrl"`
	LogoutURL                 *string           `json:"logoutUrl"`
	Notes                     *string           `json:"notes"`
	PreferredSingleSignOnMode *string           `json:"preferredSingleSignOnMode"`
	NotificationEmails        []string          `json:"notificationEmailAddresses"`
	ReplyURLs                 []string          `json:"replyUrls"`
	ServicePrincipalNames     []string          `json:"servicePrincipalNames"`
	ServicePrincipalType      string            `json:"servicePrincipalType"`
	SignInAudience            string            `json:"signInAudience"`
	Tags                      []string          `json:"tags"`
	Info                      *informationalURL `json:"info"`
	VerifiedPublisher         Publisher         `json:"verifiedPublisher"`
	KeyCredentials            []KeyCredential   `json:"keyCredentials"`
	PasswordCredentials       []Password        `json:"passwordCredentials"`
	AppRoles                  []AppRole         `json:"appRoles"`
	OAuth2PermissionScopes    []PermissionScope `json:"oauth2PermissionScopes"`
}

// Publisher is the verified one, null for none.
type Publisher struct {
	DisplayName *string `json:"displayName"`
}

// AppRoleAssignment is one granted application permission.
type AppRoleAssignment struct {
	ID                   string    `json:"id"`
	AppRoleID            string    `json:"appRoleId"`
	CreatedDateTime      time.Time `json:"createdDateTime"`
	PrincipalDisplayName string    `json:"principalDisplayName"`
	PrincipalID          string    `json:"principalId"`
	PrincipalType        string    `json:"principalType"`
	ResourceDisplayName  string    `json:"resourceDisplayName"`
	ResourceID           string    `json:"resourceId"`
	// Sequence orders assignments against the faults that hide older ones.
	Sequence int `json:"x-sequence,omitempty"`
	// Extra is whether a fault made the assignment, which goes with the fault.
	Extra bool `json:"x-extra,omitempty"`
}

// PermissionGrant is the consent to delegated permissions.
type PermissionGrant struct {
	ID          string  `json:"id"`
	ClientID    string  `json:"clientId"`
	ConsentType string  `json:"consentType"`
	PrincipalID *string `json:"principalId"`
	ResourceID  string  `json:"resourceId"`
	Scope       string  `json:"scope"`
}
