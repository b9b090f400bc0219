package graph

import (
	"strings"

	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

var policyRead = []string{"Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration"}

var tenantRoutes = []route{
	{pattern: "GET /organization", allow: []string{"Organization.Read.All", "Directory.Read.All", "Directory.ReadWrite.All", "User.Read", "User.Read.All"}, serve: (*call).organizations},
	{pattern: "GET /organization/{}", allow: []string{"Organization.Read.All", "Directory.Read.All", "Directory.ReadWrite.All", "User.Read", "User.Read.All"}, serve: (*call).organization},
	{pattern: "GET /domains", allow: []string{"Domain.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"}, serve: (*call).domains},
	{pattern: "GET /policies/defaultAppManagementPolicy", allow: policyRead, serve: (*call).appManagementPolicy},
	{pattern: "GET /beta/policies/defaultAppManagementPolicy", allow: policyRead, serve: (*call).betaAppManagementPolicy},
	{pattern: "GET /applications/{}/appManagementPolicies", allow: policyRead, serve: (*call).ownPolicies},
}

var (
	organizationProperties = strings.Fields("id displayName verifiedDomains city country countryLetterCode createdDateTime tenantType businessPhones technicalNotificationMails preferredLanguage postalCode state street onPremisesSyncEnabled assignedPlans provisionedPlans defaultUsageLocation")
	domainProperties       = strings.Fields("id authenticationType availabilityStatus isAdminManaged isDefault isInitial isRoot isVerified supportedServices")
)

func (g *Graph) organizationObject() object {
	d := g.Directory
	return object{
		"id": d.TenantID(), "deletedDateTime": nil, "displayName": tenant.Name, "city": "Berlin", "country": "Germany", "countryLetterCode": "DE",
		"createdDateTime": "2019-05-06T07:08:09Z", "tenantType": "AAD", "preferredLanguage": "en", "businessPhones": []string{}, "technicalNotificationMails": []string{},
		"postalCode": "10115", "state": nil, "street": nil, "onPremisesSyncEnabled": nil, "defaultUsageLocation": "DE", "assignedPlans": []object{}, "provisionedPlans": []object{},
		"verifiedDomains": []object{
			{"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": true, "isInitial": false, "name": d.Domain, "type": "Managed"},
			{"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": false, "isInitial": true, "name": d.InitialDomain(), "type": "Managed"},
		},
	}
}

func (c *call) organizations() (reply, error) {
	return c.list(collection{
		context: "organization", n: 1, known: organizationProperties, top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(int) object { return c.g.organizationObject() },
	})
}

func (c *call) organization() (reply, error) {
	if !strings.EqualFold(c.vars[0], c.g.Directory.TenantID()) {
		return reply{}, microsoft.NotFound(c.vars[0])
	}
	return c.entity("organization", c.g.organizationObject(), organizationProperties)
}

func (c *call) domains() (reply, error) {
	names := []string{c.g.Directory.Domain, c.g.Directory.InitialDomain()}
	return c.list(collection{
		context: "domains", n: 2, known: domainProperties, top: 100, maxTop: 999, directory: true,
		at: func(i int) object {
			return object{
				"id": names[i], "authenticationType": "Managed", "availabilityStatus": nil, "isAdminManaged": true, "isDefault": i == 0, "isInitial": i == 1,
				"isRoot": true, "isVerified": true, "supportedServices": []string{"Email", "OfficeCommunicationsOnline"},
			}
		},
	})
}
