package graph

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// signInRetention is how long a tenant with Microsoft Entra ID P1 keeps it.
const signInRetention = 30 * 24 * time.Hour

// reportReaders may read sign-in logs and reports (Microsoft Learn, "List
// signIns").
var reportReaders = []string{
	tenant.GlobalAdministrator,
	"f2ef992c-3afb-46b9-b7cf-a126ee74c451", // Global Reader
	"4a5d8f65-41da-4de4-8968-e035b65339cf", // Reports Reader
	"194ae4cb-b126-40b2-bd5b-6091b380977d", // Security Administrator
	"5f2222b1-57c3-48ba-8ad5-d4759f1fde6f", // Security Operator
	"5d6b6bb7-de71-4623-b4af-96380a352509", // Security Reader
}

var reportRoutes = []route{
	{pattern: "GET /auditLogs/signIns", serve: (*call).signIns},
	{pattern: "GET /beta/reports/servicePrincipalSignInActivities", serve: (*call).signInActivities},
}

// reported is whether a sign-in is in the logs by now.
func (g *Graph) reported(at time.Time) bool {
	arg, on := g.Fault(fault.ReplicationDelay)
	return !at.IsZero() && (!on || !g.Now().Before(at.Add(fault.Duration(arg, 2*time.Second))))
}

// readsReports is nil for who may read reports here. Microsoft's reporting has
// refusals of its own.
func (c *call) readsReports() error {
	refused := func(code, message string) error { return microsoft.Refuse(http.StatusForbidden, code, message) }
	switch {
	case !c.claims.HasAny("AuditLog.Read.All"):
		return refused("Authentication_MSGraphPermissionMissing", "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All to call this API. For more information about Microsoft Graph permissions, please visit https://learn.microsoft.com/graph/permissions-overview.")
	case c.g.Has(fault.NoPremium):
		return refused("Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Neither tenant is B2C or tenant doesn't have premium license")
	case c.claims.User() && (!c.claims.HasRole(reportReaders...) || c.g.Has(fault.ReportsDenied)):
		return refused("Authentication_RequestFromUnsupportedUserRole", "User is not in the allowed roles")
	}
	return nil
}

var signInProperties = strings.Fields("id createdDateTime userDisplayName userPrincipalName userId appId appDisplayName ipAddress clientAppUsed correlationId conditionalAccessStatus isInteractive riskDetail riskLevelAggregated riskLevelDuringSignIn riskState riskEventTypes riskEventTypes_v2 resourceDisplayName resourceId status deviceDetail location appliedConditionalAccessPolicies")

// signIns is the sign-in log: the newest first, people's interactive sign-ins
// only.
func (c *call) signIns() (reply, error) {
	if err := c.readsReports(); err != nil {
		return reply{}, err
	}
	if err := c.only("$top", "$filter", "$orderby", "$select", "$skiptoken"); err != nil {
		return reply{}, err
	}
	switch c.query.Get("$orderby") {
	case "", "createdDateTime", "createdDateTime desc", "createdDateTime asc":
	default:
		return reply{}, microsoft.BadRequest("Ordering by '" + c.query.Get("$orderby") + "' is not supported.")
	}
	log := slices.DeleteFunc(slices.Clone(c.g.State.SignIns), func(r tenant.SignInRecord) bool {
		return !c.g.reported(r.At) || c.g.Now().Sub(r.At) > signInRetention
	})
	slices.Reverse(log)
	return c.list(collection{
		context: "auditLogs/signIns", n: len(log), known: signInProperties, top: 1000, maxTop: 1000, nextLink: true,
		at: func(i int) object { return c.g.signInObject(log[i]) },
	})
}

func (g *Graph) signInObject(r tenant.SignInRecord) object {
	p := g.Directory.Person(r.User)
	name := r.ClientID
	if sp := g.PrincipalByApp(r.ClientID); sp != nil {
		name = sp.DisplayName
	}
	return object{
		"id": r.ID, "createdDateTime": microsoft.Time(r.At), "userDisplayName": p.First + " " + p.Last, "userPrincipalName": g.Directory.UPN(r.User),
		"userId": g.Directory.ID(tenant.KindUser, r.User), "appId": r.ClientID, "appDisplayName": name, "ipAddress": "127.0.0.1", "clientAppUsed": "Browser",
		"correlationId": r.ID, "conditionalAccessStatus": "notApplied", "isInteractive": true,
		"riskDetail": "none", "riskLevelAggregated": "none", "riskLevelDuringSignIn": "none", "riskState": "none", "riskEventTypes": []string{}, "riskEventTypes_v2": []string{},
		"resourceDisplayName": "Microsoft Graph", "resourceId": tenant.GraphAppID,
		"status":                           object{"errorCode": 0, "failureReason": "Other.", "additionalDetails": nil},
		"deviceDetail":                     object{"deviceId": "", "displayName": "", "operatingSystem": "Linux", "browser": "", "isCompliant": false, "isManaged": false, "trustType": ""},
		"location":                         object{"city": "", "state": "", "countryOrRegion": "", "geoCoordinates": object{}},
		"appliedConditionalAccessPolicies": []object{},
	}
}

// signInActivities is the report on when applications were last used. It is of
// Graph's beta, and an application that was never used is not in it.
func (c *call) signInActivities() (reply, error) {
	if c.g.Has(fault.NoReports) {
		return reply{}, microsoft.NoSegment("servicePrincipalSignInActivities")
	}
	if err := c.readsReports(); err != nil {
		return reply{}, err
	}
	if err := c.only("$top", "$filter", "$orderby"); err != nil {
		return reply{}, err
	}
	var list []object
	for _, sp := range c.g.State.Principals {
		own, user := c.g.State.LastSignIn[sp.AppID], c.g.State.LastUserSignIn[sp.AppID]
		if !c.g.reported(own) && !c.g.reported(user) {
			continue
		}
		list = append(list, object{
			"id": base64.StdEncoding.EncodeToString([]byte(sp.AppID)), "appId": sp.AppID,
			"applicationAuthenticationClientSignInActivity": c.activity(own), "delegatedClientSignInActivity": c.activity(user),
			"applicationAuthenticationResourceSignInActivity": nil, "delegatedResourceSignInActivity": nil,
			"lastSignInActivity": c.activity(slices.MaxFunc([]time.Time{own, user}, time.Time.Compare)),
		})
	}
	rep, err := c.list(collection{
		context: "reports/servicePrincipalSignInActivities", n: len(list), known: []string{"id", "appId", "lastSignInActivity"}, top: 1000, maxTop: 1000, nextLink: true,
		at: func(i int) object { return list[i] },
	})
	if body, whole := rep.body.(object); whole {
		body["@odata.context"] = strings.Replace(c.context("reports/servicePrincipalSignInActivities"), "/v1.0/", "/beta/", 1)
	}
	return rep, err
}

func (c *call) activity(at time.Time) any {
	if !c.g.reported(at) {
		return nil
	}
	return object{"lastSignInDateTime": microsoft.Time(at), "lastSignInRequestId": uuid.NewString()}
}

// only refuses every other query option.
func (c *call) only(options ...string) error {
	for name := range c.query {
		if strings.HasPrefix(name, "$") && !slices.Contains(options, name) {
			return microsoft.BadRequest("The query parameter '" + name + "' is not supported.")
		}
	}
	return nil
}
