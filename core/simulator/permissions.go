package simulator

import "strings"

// The applications of Microsoft that exist in every tenant.
const (
	graphAppID            = "00000003-0000-0000-c000-000000000000"
	exchangeAppID         = "00000002-0000-0ff1-ce00-000000000000"
	commandLineToolsAppID = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
	microsoftTenant       = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
)

// The directory roles that decide who may register and consent.
const (
	globalAdministrator           = "62e90394-69f5-4237-9190-012177145e10"
	privilegedRoleAdministrator   = "e8611ab8-c189-46e8-94e1-60213ab1f814"
	applicationAdministrator      = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
	cloudApplicationAdministrator = "158c047a-c907-4556-b7ef-446551a6b5f7"
	exchangeAdministrator         = "29232cdf-9323-42fd-ade2-1d097af3e4de"
	defaultUserRole               = "b79fbf4d-3ef9-4689-8143-76b194e85509"
)

var roleNames = map[string]string{
	globalAdministrator: "Global Administrator", privilegedRoleAdministrator: "Privileged Role Administrator",
	applicationAdministrator: "Application Administrator", cloudApplicationAdministrator: "Cloud Application Administrator",
	exchangeAdministrator: "Exchange Administrator",
}

// registrars may make applications, consenters may grant Graph's application
// permissions.
var (
	registrars = []string{globalAdministrator, applicationAdministrator, cloudApplicationAdministrator}
	consenters = []string{globalAdministrator, privilegedRoleAdministrator}
)

// graphPermissions are what the tenant's Microsoft Graph offers: value, id of
// the application permission, id of the delegated one. The two Calendars.*.All
// are about work hours and locations, not calendars: a client that matches by
// prefix falls for them, as it would at Microsoft.
const graphPermissions = `
Application.Read.All 9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30 c79f8feb-a9db-4090-85f9-90d820caa0eb
Application.ReadWrite.All 1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9 bdfbf15f-ee85-4955-8675-146e8e5296b5
Application.ReadWrite.OwnedBy 18a4783c-866b-4cc7-a460-3d5e5662c884 -
AppRoleAssignment.ReadWrite.All 06b708a9-e830-4db3-a914-8e69da51d44f 84bccea3-f856-4a8a-967b-dbe0a3d53a64
AuditLog.Read.All b0afded3-3588-46d8-8b3d-9842eff778da e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20
Calendars.Read.All 470229df-0000-4000-8000-73696d756c61 -
Calendars.ReadWrite.All d91697b0-0000-4000-8000-73696d756c61 -
Calendars.Read 798ee544-9d2d-430c-a058-570e29e34338 465a38f9-76ea-45b9-9f34-9e8b0d4b0b42
Calendars.Read.Shared - 2b9c4092-424d-4249-948d-b43879977640
Calendars.ReadBasic - 662d75ba-a364-42ad-adee-f5f880ea4878
Calendars.ReadBasic.All 8ba4a692-bc31-4128-9094-475872af8a53 -
Calendars.ReadWrite ef54d2bf-783f-4e0f-bca1-3210c0444d99 1ec239c2-d7c9-4623-a91a-a9775856bb36
Calendars.ReadWrite.Shared - 12466101-c9b8-439a-8589-dd09ee67e8e9
Chat.Create d9c48af6-9ad9-47ad-82c3-63757137b9af 38826093-1258-4dea-98f0-00003be2b8d0
Chat.ReadWrite - 9ff7295e-131b-4d94-90e1-69fde507ac11
Chat.ReadWrite.All 294ce7c9-31ba-490a-ad7d-97a7d075e4ed 7e9a077b-3711-42b9-b7cb-5fa5f3f7fea7
ChatMessage.Send - 116b7235-7cc6-461e-b163-8e55691d839e
DelegatedPermissionGrant.ReadWrite.All 8e8e4742-1d95-4f68-9d56-6ee75648c72a 41ce6ca6-6826-4807-84f1-1c82854f7ee5
Directory.Read.All 7ab1d382-f21e-4acd-a863-ba3e13f7da61 06da0dbc-49e2-44d2-8312-53f166ab848a
Directory.ReadWrite.All 19dbc75e-c2e2-444c-a770-ec69d8559fc7 c5366453-9fb0-48a5-a156-24f0c49a4b84
Group.Read.All 5b567255-7703-4780-807c-7be8301ae99b 5f8c59db-677d-491f-a6b8-5f174b11ec1d
GroupMember.Read.All 98830695-27a2-44f7-8c18-0c3ebc9698f6 bc024368-1153-4739-b217-4326f2e966d0
Mail.Send b633e1c5-b582-4048-a93e-9f11b44c7e96 e383f46e-2787-4529-855e-0e479a3ffac0
MailboxSettings.Read 40f97065-369a-49f4-947c-6a255697ae91 87f447af-9fa4-4c32-9dfa-4a57a73d18ce
OnlineMeetings.ReadWrite - a65f2972-a4f8-4f5e-afd7-69ccb046d5dc
OnlineMeetings.ReadWrite.All b8bb2037-6e08-44ac-a4ea-4674e010e2a4 -
Organization.Read.All 498476ce-e0fe-48b0-b801-37ba7e2685c6 4908d5b9-3fb2-4b1e-9336-1888b7937185
Place.Read.All 913b9306-0ce1-42b8-9137-6a7df690a760 cb8f45a0-5c2e-4ea1-b803-84b870a7d7ec
Place.ReadWrite.All f1f5e9aa-ad18-4b97-883e-6aa7e95b7a5f 4c06a06a-098a-4063-868e-5dfee3827264
Policy.Read.All 246dd0d5-5bd0-4def-940b-0421030a5b68 572fea84-0151-49b2-9301-11cb16974376
Policy.ReadWrite.ApplicationConfiguration be74164b-cff1-491c-8741-e671cb536e13 b27add92-efb2-4f16-84f5-8108ba77985c
Presence.Read.All a70e0c2d-e793-494c-94c4-118fa0a67f42 9c7a330d-35b3-4aa1-963d-cb2b9f927841
RoleManagement.Read.Directory 483bed4a-2ad3-4361-a73b-c83ccdbdc53c 741c54c3-0c1e-44a1-818b-3f97ab4e8c83
RoleManagement.Read.Exchange c769435f-f061-4d0b-8ff1-3d39870e5f85 3bc15058-7858-4141-b24f-ae43b4e80b52
RoleManagement.ReadWrite.Directory 9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8 d01b97e9-cbc0-49fe-810a-750afd5527a3
RoleManagement.ReadWrite.Exchange 025d3225-3f02-4882-b4c0-cd5b541a4e80 c1499fe0-52b1-4b22-bed2-7a244e0e879f
TeamsActivity.Send a267235f-af13-44dc-8385-c1dc93023186 7ab1d787-bae7-4d5d-8db6-37ea32df9186
Teamwork.Migrate.All dfb0dd15-61de-45b2-be36-d6a69fba3c79 -
User.Read - e1fe6dd8-ba31-4d61-89e7-88639da4683d
User.Read.All df021288-bdef-4463-88db-98f22de89214 a154be20-db9c-4678-8ab7-66f6cc099a59
User.ReadBasic.All 97235f07-e226-4f63-ace3-39588e11d3a1 b340eb25-3456-403f-be2f-af7a0d370277
User.ReadWrite.All 741f803b-c850-494e-b5df-cde7c675a1ca 204e0828-b5ca-4ad8-b9f3-f32a958e7cc4
openid - 37f7f235-527c-4136-accd-4a02d197296e
profile - 14dad69e-099b-42c9-810b-d002981feec1
email - 64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0
offline_access - 7427e0e9-2fba-42fe-b0c0-848c9e6a8182
`

const exchangePermissions = `
full_access_as_app dc890d15-9560-4a4c-9b7f-a736ec74ec40 -
Exchange.ManageAsApp dc50a0fb-09a3-484d-be87-e023b12c6440 -
EWS.AccessAsUser.All - 3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5
`

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

// offered parses one of the tables above.
func offered(table string) (roles []appRole, scopes []permissionScope) {
	for line := range strings.Lines(strings.TrimSpace(table)) {
		f := strings.Fields(line)
		text := meanings[f[0]]
		if text == "" {
			text = f[0]
		}
		if f[1] != "-" {
			roles = append(roles, appRole{AllowedMemberTypes: []string{"Application"}, Description: text, DisplayName: text, ID: f[1], IsEnabled: true, Origin: "Application", Value: f[0]})
		}
		if f[2] != "-" {
			kind := "Admin"
			if userConsentable[f[0]] {
				kind = "User"
			}
			scopes = append(scopes, permissionScope{AdminConsentDescription: text, AdminConsentDisplayName: text, ID: f[2], IsEnabled: true, Type: kind, UserConsentDescription: text, UserConsentDisplayName: text, Value: f[0]})
		}
	}
	return roles, scopes
}
