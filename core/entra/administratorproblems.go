package entra

import (
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

func needed() *problem.Problem {
	return problem.New(CodeNeeded, words.T("This needs the sign-in of an administrator.")).
		Fix(words.T("Select Sign in with the browser."))
}

// BrowserInstead reports whether a refused device code may well pass as a
// sign-in with the browser: security defaults (AADSTS530035), Conditional
// Access (53003, 530036), the confirmation that is seen where device codes are
// blocked (50199), and rules about managed devices.
func BrowserInstead(err error) bool {
	return hasCode(err, 530035, 53003, 50199, 530036, 50097, 53000, 53001, 530032)
}

// OwnClientInstead reports whether the refusal is about Microsoft's own client,
// so that a public client of the tenant's own is the way: not there (AADSTS
// 700016), to be assigned (50105), disabled (7000112), not preauthorized (65002),
// not consented to (65001, 90094, 90095).
func OwnClientInstead(err error) bool {
	return hasCode(err, 700016, 50105, 7000112, 65002, 65001, 90094, 90095)
}

func hasCode(err error, codes ...int) bool {
	return slices.Contains(codes, aadstsOf(problem.CodeOf(err)))
}

func ownClientNeeded(c cloud.Cloud) *problem.Problem {
	p := problem.New(CodeSignInOwnClient, words.T("In the cloud %s, you sign in to your own application.", c.Name)).
		With(words.T("The application Microsoft Graph Command Line Tools does not exist there."))
	p.Remedies = OwnClient(c)
	return p.See(pageLink(c, "registrations", ""))
}

// OwnClient is how to make a public client of one's own for the sign-in.
func OwnClient(c cloud.Cloud) []problem.Remedy {
	command := `az ad app create --display-name "Roomkey sign-in" --sign-in-audience AzureADMyOrg --public-client-redirect-uris http://localhost --is-fallback-public-client true --query appId --output tsv`
	return []problem.Remedy{
		{Text: words.T("Create an application of your own for the sign-in: in the Microsoft Entra admin center open App registrations, select New registration, enter a name such as Roomkey sign-in, select Accounts in this organizational directory only, under Redirect URI select Public client/native (mobile & desktop) with http://localhost, and select Register. Under Authentication > Settings set Allow public client flows to Yes and select Save. Then enter its Application (client) ID in Roomkey as the client for the sign-in.")},
		{Text: words.T("The same with Azure's command line (it prints the client ID):"), Command: command},
	}
}

// roleNames are the directory roles that matter here, by template id
// (Microsoft Learn, "Microsoft Entra built-in roles").
var roleNames = map[string]string{
	RoleGlobalAdministrator:                "Global Administrator",
	RolePrivilegedRoleAdministrator:        "Privileged Role Administrator",
	RoleApplicationAdministrator:           "Application Administrator",
	RoleCloudApplicationAdministrator:      "Cloud Application Administrator",
	RoleApplicationDeveloper:               "Application Developer",
	RoleExchangeAdministrator:              "Exchange Administrator",
	"f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
	"194ae4cb-b126-40b2-bd5b-6091b380977d": "Security Administrator",
	"fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
}

// Template ids of the roles that decide what an administrator may do.
const (
	RoleGlobalAdministrator           = "62e90394-69f5-4237-9190-012177145e10"
	RolePrivilegedRoleAdministrator   = "e8611ab8-c189-46e8-94e1-60213ab1f814"
	RoleApplicationAdministrator      = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
	RoleCloudApplicationAdministrator = "158c047a-c907-4556-b7ef-446551a6b5f7"
	RoleApplicationDeveloper          = "cf1c38e5-3621-4004-a7cb-879624dced7c"
	RoleExchangeAdministrator         = "29232cdf-9323-42fd-ade2-1d097af3e4de"
	// defaultUser is in every member's token and is no role.
	defaultUser = "b79fbf4d-3ef9-4689-8143-76b194e85509"
)

// namedRoles are the roles of a token's wids claim; one without a name here is
// named by its template id.
func namedRoles(wids []string) []tenant.DirectoryRole {
	roles := []tenant.DirectoryRole{}
	for _, id := range wids {
		if id = strings.ToLower(id); id != defaultUser {
			roles = append(roles, tenant.DirectoryRole{TemplateID: id, DisplayName: first(roleNames[id], id)})
		}
	}
	return roles
}
