package simulator

import "time"

// application is an app registration with the properties that can be set.
type application struct {
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
	AddIns                     []object           `json:"addIns"`
	API                        apiApplication     `json:"api"`
	AppRoles                   []appRole          `json:"appRoles"`
	Info                       informationalURL   `json:"info"`
	KeyCredentials             []keyCredential    `json:"keyCredentials"`
	PasswordCredentials        []password         `json:"passwordCredentials"`
	PublicClient               redirects          `json:"publicClient"`
	SPA                        redirects          `json:"spa"`
	RequiredResourceAccess     []requiredResource `json:"requiredResourceAccess"`
	OptionalClaims             *optionalClaims    `json:"optionalClaims"`
	Web                        webApplication     `json:"web"`
}

type apiApplication struct {
	AcceptMappedClaims          *bool             `json:"acceptMappedClaims"`
	KnownClientApplications     []string          `json:"knownClientApplications"`
	OAuth2PermissionScopes      []permissionScope `json:"oauth2PermissionScopes"`
	PreAuthorizedApplications   []object          `json:"preAuthorizedApplications"`
	RequestedAccessTokenVersion *int              `json:"requestedAccessTokenVersion"`
}

type appRole struct {
	AllowedMemberTypes []string `json:"allowedMemberTypes"`
	Description        string   `json:"description"`
	DisplayName        string   `json:"displayName"`
	ID                 string   `json:"id"`
	IsEnabled          bool     `json:"isEnabled"`
	Origin             string   `json:"origin,omitempty"`
	Value              string   `json:"value"`
}

type permissionScope struct {
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

type keyCredential struct {
	CustomKeyIdentifier string    `json:"customKeyIdentifier,omitempty"` // SHA-1 in hex
	DisplayName         string    `json:"displayName"`
	EndDateTime         time.Time `json:"endDateTime"`
	Key                 []byte    `json:"key"` // DER; Graph shows it only when it is selected
	KeyID               string    `json:"keyId"`
	StartDateTime       time.Time `json:"startDateTime"`
	Type                string    `json:"type"`
	Usage               string    `json:"usage"`
}

type password struct {
	CustomKeyIdentifier *string    `json:"customKeyIdentifier"`
	DisplayName         *string    `json:"displayName"`
	EndDateTime         *time.Time `json:"endDateTime"`
	Hint                string     `json:"hint"`
	KeyID               string     `json:"keyId"`
	SecretText          *string    `json:"secretText"`
	StartDateTime       *time.Time `json:"startDateTime"`
}

type redirects struct {
	RedirectURIs []string `json:"redirectUris"`
}

type requiredResource struct {
	ResourceAppID  string           `json:"resourceAppId"`
	ResourceAccess []requiredAccess `json:"resourceAccess"`
}

type requiredAccess struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

type optionalClaims struct {
	AccessToken []object `json:"accessToken"`
	IDToken     []object `json:"idToken"`
	SAML2Token  []object `json:"saml2Token"`
}

type webApplication struct {
	HomePageURL           *string       `json:"homePageUrl"`
	LogoutURL             *string       `json:"logoutUrl"`
	RedirectURIs          []string      `json:"redirectUris"`
	ImplicitGrantSettings implicitGrant `json:"implicitGrantSettings"`
	RedirectURISettings   []object      `json:"redirectUriSettings"`
}

type implicitGrant struct {
	EnableIDTokenIssuance     bool `json:"enableIdTokenIssuance"`
	EnableAccessTokenIssuance bool `json:"enableAccessTokenIssuance"`
}

// servicePrincipal is an enterprise application.
type servicePrincipal struct {
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
	KeyCredentials            []keyCredential   `json:"keyCredentials"`
	PasswordCredentials       []password        `json:"passwordCredentials"`
	AppRoles                  []appRole         `json:"appRoles"`
	OAuth2PermissionScopes    []permissionScope `json:"oauth2PermissionScopes"`
}

// appRoleAssignment is one granted application permission.
type appRoleAssignment struct {
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
}

// permissionGrant is the consent to delegated permissions.
type permissionGrant struct {
	ID          string  `json:"id"`
	ClientID    string  `json:"clientId"`
	ConsentType string  `json:"consentType"`
	PrincipalID *string `json:"principalId"`
	ResourceID  string  `json:"resourceId"`
	Scope       string  `json:"scope"`
}
