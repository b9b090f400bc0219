package cloud

import "net/url"

// Pages are the places of one application in the consoles of its cloud; each is
// "" where no address is known. The addresses of blades are not documented by
// Microsoft: they are those that its consoles show, and a remedy that links to
// one names the place in words as well.
type Pages struct {
	// Overview of the app registration, with client ID and tenant ID.
	Overview string `json:"overview,omitempty"`
	// Permissions is "API permissions", with the button for admin consent.
	Permissions string `json:"permissions,omitempty"`
	// Credentials is "Certificates & secrets".
	Credentials string `json:"credentials,omitempty"`
	// Authentication has the redirect URIs and ID tokens.
	Authentication string `json:"authentication,omitempty"`
	// EnterpriseApplication is the service principal; the list of all of them
	// while its object id is not known.
	EnterpriseApplication string `json:"enterpriseApplication,omitempty"`
	// SignInLogs of the tenant; the application's are under "Service principal
	// sign-ins".
	SignInLogs string `json:"signInLogs,omitempty"`
	// TenantOverview shows the Tenant ID.
	TenantOverview string `json:"tenantOverview,omitempty"`
}

// Pages gives the places of an application in the cloud's Microsoft Entra admin
// center, or in its Azure portal where it has no other. The ids may be "".
func (c Cloud) Pages(clientID, servicePrincipalID string) Pages {
	root := c.Portals.Entra
	if root == "" {
		root = c.Portals.Azure
	}
	if root == "" {
		return Pages{}
	}
	const registered, directory = "/#view/Microsoft_AAD_RegisteredApps/", "/#view/Microsoft_AAD_IAM/"
	p := Pages{
		EnterpriseApplication: root + directory + "StartboardApplicationsMenuBlade/~/AppAppsPreview",
		SignInLogs:            root + directory + "SignInEventsV3Blade",
		TenantOverview:        root + directory + "ActiveDirectoryMenuBlade/~/Overview",
	}
	if clientID == "" {
		p.Overview = root + registered + "ApplicationsListBlade"
		return p
	}
	id := url.PathEscape(clientID)
	blade := func(name string) string {
		return root + registered + "ApplicationMenuBlade/~/" + name + "/appId/" + id + "/isMSAApp~/false"
	}
	p.Overview, p.Permissions = blade("Overview"), blade("CallAnAPI")
	p.Credentials, p.Authentication = blade("Credentials"), blade("Authentication")
	if servicePrincipalID != "" {
		p.EnterpriseApplication = root + directory + "ManagedAppMenuBlade/~/Overview/objectId/" + url.PathEscape(servicePrincipalID) + "/appId/" + id
	}
	return p
}
