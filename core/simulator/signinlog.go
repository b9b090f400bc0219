package simulator

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

// signInRecord is one interactive sign-in of a person, for the sign-in log.
type signInRecord struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	ClientID string    `json:"clientId"`
	User     int       `json:"user"`
}

const (
	// signInsKept bounds the log on disk.
	signInsKept = 500
	// signInRetention is how long a tenant with Microsoft Entra ID P1 keeps it.
	signInRetention = 30 * 24 * time.Hour
)

// reportReaders may read sign-in logs and reports (Microsoft Learn, "List
// signIns").
var reportReaders = []string{
	globalAdministrator,
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

// signedIn notes the interactive sign-in of a person.
func (s *Simulator) signedIn(clientID string, user int) {
	s.state.SignIns = append(s.state.SignIns, signInRecord{ID: uuid.NewString(), At: s.now(), ClientID: clientID, User: user})
	s.state.SignIns = s.state.SignIns[max(0, len(s.state.SignIns)-signInsKept):]
	s.used(clientID, user)
}

// used notes that a client got a token: for itself, or with a person's sign-in
// (user < 0 is for itself).
func (s *Simulator) used(clientID string, user int) {
	if user < 0 {
		s.state.LastSignIn[clientID] = s.now()
	} else {
		s.state.LastUserSignIn[clientID] = s.now()
	}
}

// reported is whether a sign-in is in the logs by now.
func (s *Simulator) reported(at time.Time) bool {
	arg, on := s.Fault(fault.ReplicationDelay)
	return !at.IsZero() && (!on || !s.now().Before(at.Add(fault.Duration(arg, 2*time.Second))))
}

// readsReports is nil for who may read reports here. Microsoft's reporting has
// refusals of its own.
func (c *call) readsReports() error {
	refused := func(code, message string) error { return microsoft.Refuse(http.StatusForbidden, code, message) }
	switch {
	case !c.claims.hasAny("AuditLog.Read.All"):
		return refused("Authentication_MSGraphPermissionMissing", "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All to call this API. For more information about Microsoft Graph permissions, please visit https://learn.microsoft.com/graph/permissions-overview.")
	case c.s.Has(fault.NoPremium):
		return refused("Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Neither tenant is B2C or tenant doesn't have premium license")
	case c.claims.user() && (!c.claims.hasRole(reportReaders...) || c.s.Has(fault.ReportsDenied)):
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
	log := slices.DeleteFunc(slices.Clone(c.s.state.SignIns), func(r signInRecord) bool {
		return !c.s.reported(r.At) || c.s.now().Sub(r.At) > signInRetention
	})
	slices.Reverse(log)
	return c.list(collection{
		context: "auditLogs/signIns", n: len(log), known: signInProperties, top: 1000, maxTop: 1000, nextLink: true,
		at: func(i int) object { return c.s.signInObject(log[i]) },
	})
}

func (s *Simulator) signInObject(r signInRecord) object {
	p := s.directory.Person(r.User)
	name := r.ClientID
	if sp := s.principalByApp(r.ClientID); sp != nil {
		name = sp.DisplayName
	}
	return object{
		"id": r.ID, "createdDateTime": microsoft.Time(r.At), "userDisplayName": p.First + " " + p.Last, "userPrincipalName": s.directory.UPN(r.User),
		"userId": s.directory.ID(tenant.KindUser, r.User), "appId": r.ClientID, "appDisplayName": name, "ipAddress": "127.0.0.1", "clientAppUsed": "Browser",
		"correlationId": r.ID, "conditionalAccessStatus": "notApplied", "isInteractive": true,
		"riskDetail": "none", "riskLevelAggregated": "none", "riskLevelDuringSignIn": "none", "riskState": "none", "riskEventTypes": []string{}, "riskEventTypes_v2": []string{},
		"resourceDisplayName": "Microsoft Graph", "resourceId": graphAppID,
		"status":                           object{"errorCode": 0, "failureReason": "Other.", "additionalDetails": nil},
		"deviceDetail":                     object{"deviceId": "", "displayName": "", "operatingSystem": "Linux", "browser": "", "isCompliant": false, "isManaged": false, "trustType": ""},
		"location":                         object{"city": "", "state": "", "countryOrRegion": "", "geoCoordinates": object{}},
		"appliedConditionalAccessPolicies": []object{},
	}
}

// signInActivities is the report on when applications were last used. It is of
// Graph's beta, and an application that was never used is not in it.
func (c *call) signInActivities() (reply, error) {
	if c.s.Has(fault.NoReports) {
		return reply{}, microsoft.NoSegment("servicePrincipalSignInActivities")
	}
	if err := c.readsReports(); err != nil {
		return reply{}, err
	}
	if err := c.only("$top", "$filter", "$orderby"); err != nil {
		return reply{}, err
	}
	var list []object
	for _, sp := range c.s.state.Principals {
		own, user := c.s.state.LastSignIn[sp.AppID], c.s.state.LastUserSignIn[sp.AppID]
		if !c.s.reported(own) && !c.s.reported(user) {
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
	if !c.s.reported(at) {
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
