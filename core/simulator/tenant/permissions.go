package tenant

import (
	"cmp"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/roomkey/roomkey/resources"
)

// The applications of Microsoft that exist in every tenant.
const (
	GraphAppID            = "00000003-0000-0000-c000-000000000000"
	ExchangeAppID         = "00000002-0000-0ff1-ce00-000000000000"
	CommandLineToolsAppID = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
	MicrosoftTenant       = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
)

// The directory roles that decide who may register and consent.
const (
	GlobalAdministrator           = "62e90394-69f5-4237-9190-012177145e10"
	PrivilegedRoleAdministrator   = "e8611ab8-c189-46e8-94e1-60213ab1f814"
	ApplicationAdministrator      = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
	CloudApplicationAdministrator = "158c047a-c907-4556-b7ef-446551a6b5f7"
	ExchangeAdministrator         = "29232cdf-9323-42fd-ade2-1d097af3e4de"
	UserAdministrator             = "fe930be7-5e62-47db-91af-98c3a49a38b1"
	DefaultUserRole               = "b79fbf4d-3ef9-4689-8143-76b194e85509"
)

// RoleNames are what the directory roles are called, by template id.
var RoleNames = map[string]string{
	GlobalAdministrator: "Global Administrator", PrivilegedRoleAdministrator: "Privileged Role Administrator",
	ApplicationAdministrator: "Application Administrator", CloudApplicationAdministrator: "Cloud Application Administrator",
	ExchangeAdministrator: "Exchange Administrator", UserAdministrator: "User Administrator",
}

// registrars may make applications, consenters may grant Graph's application
// permissions.
var (
	Registrars = []string{GlobalAdministrator, ApplicationAdministrator, CloudApplicationAdministrator}
	Consenters = []string{GlobalAdministrator, PrivilegedRoleAdministrator}
)

// workHours are two permissions of which Roomkey's catalogue has no ids: they are
// about work hours and locations, not calendars. A client that matches by prefix
// falls for them, as it would at Microsoft.
var workHours = []catalogued{
	{Value: "Calendars.Read.All", Application: "470229df-0000-4000-8000-73696d756c61"},
	{Value: "Calendars.ReadWrite.All", Application: "d91697b0-0000-4000-8000-73696d756c61"},
}

// catalogued is a permission as resources/permissions.yaml lists it.
type catalogued struct {
	Value       string `yaml:"value"`
	Application string `yaml:"application"`
	Delegated   string `yaml:"delegated"`
	Resource    string `yaml:"resource"`
	Exchange    string `yaml:"exchangeRole"`
}

// ExchangeRoles are the management roles that applications may have.
func ExchangeRoles() (roles []string) {
	for _, p := range catalogue() {
		if p.Exchange != "" {
			roles = append(roles, p.Exchange)
		}
	}
	return roles
}

// catalogue is every permission that the tenant's APIs offer.
var catalogue = sync.OnceValue(func() []catalogued {
	var file struct {
		Permissions []catalogued `yaml:"permissions"`
	}
	if err := yaml.Unmarshal(resources.Permissions, &file); err != nil {
		panic(err) // the file is part of the program
	}
	return append(file.Permissions, workHours...)
})

// userConsentable are the delegated permissions to which a user without a role
// may consent.
var userConsentable = map[string]bool{"openid": true, "profile": true, "email": true, "offline_access": true, "User.Read": true}

// meanings are the descriptions where the name alone would mislead.
var meanings = map[string]string{
	"Calendars.Read.All":      "Read work hours and locations of all users",
	"Calendars.ReadWrite.All": "Read and write work hours and locations of all users",
	"Calendars.ReadWrite":     "Read and write calendars in all mailboxes",
	"Calendars.Read":          "Read calendars in all mailboxes",
}

// offered are the permissions of one API.
func offered(api string) (roles []AppRole, scopes []PermissionScope) {
	for _, p := range catalogue() {
		if cmp.Or(p.Resource, GraphAppID) != api {
			continue
		}
		text := cmp.Or(meanings[p.Value], p.Value)
		if p.Application != "" {
			roles = append(roles, AppRole{AllowedMemberTypes: []string{"Application"}, Description: text, DisplayName: text, ID: p.Application, IsEnabled: true, Origin: "Application", Value: p.Value})
		}
		if p.Delegated != "" {
			kind := "Admin"
			if userConsentable[p.Value] {
				kind = "User"
			}
			scopes = append(scopes, PermissionScope{AdminConsentDescription: text, AdminConsentDisplayName: text, ID: p.Delegated, IsEnabled: true, Type: kind, UserConsentDescription: text, UserConsentDisplayName: text, Value: p.Value})
		}
	}
	return roles, scopes
}
