package simulator

import (
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// namesake is where the ids begin of an application that is called as the ready
// one: registration, client and enterprise application.
const namesake = 920

// seedNamesake registers it and gives it the permissions of the ready application.
func (s *Simulator) seedNamesake() {
	id := func(n int) string { return s.directory.ID(tenant.KindOther, namesake+n) }
	ready := s.application(s.directory.ID(tenant.KindOther, appReady))
	if !s.Has(fault.ConsentElsewhere) || ready == nil || s.application(id(0)) != nil {
		return
	}
	app := newApplication(id(0), id(1), ready.DisplayName, s.directory.Domain, s.now())
	app.SignInAudience = ready.SignInAudience
	s.state.Applications = append(s.state.Applications, app)
	sp := newPrincipal(id(2), app.AppID, app.DisplayName, s.directory.TenantID())
	s.state.Principals = append(s.state.Principals, sp)
	own, graph := s.principalByApp(ready.AppID), s.principalByApp(graphAppID)
	for _, a := range slices.Clone(s.state.Assignments) {
		if own != nil && a.PrincipalID == own.ID && a.ResourceID == graph.ID {
			s.assign(sp, graph, a.AppRoleID)
		}
	}
}

// strayNamesake reports whether an object is of the namesake while the fault is off.
func (s *Simulator) strayNamesake(id string) bool {
	return !s.Has(fault.ConsentElsewhere) && (id == s.directory.ID(tenant.KindOther, namesake) || id == s.directory.ID(tenant.KindOther, namesake+2))
}

// revoked reports whether a fault revoked a grant that tokens still carry.
func (s *Simulator) revoked(a *tenant.AppRoleAssignment) bool {
	roles, on := s.Fault(fault.ConsentRevoked)
	graph := s.principalByApp(graphAppID)
	return on && a.Sequence <= s.Since() && a.ResourceID == graph.ID && fault.Hits(orDefault(roles, "Calendars.ReadWrite"), roleValue(graph, a.AppRoleID), false)
}

// deletedReady reports whether the fault deleted an object of the ready
// application.
func (s *Simulator) deletedReady(id string) bool {
	if !s.Has(fault.AppDeleted) {
		return false
	}
	ready := s.application(s.directory.ID(tenant.KindOther, appReady))
	if ready == nil {
		return false
	}
	own := s.principalByApp(ready.AppID)
	return id == ready.ID || own != nil && id == own.ID
}

// declared is what an application declares, with the delegated permissions of the
// same names if the fault says so.
func (s *Simulator) declared(a *tenant.Application) []tenant.RequiredResource {
	if !s.Has(fault.DeclaredDelegated) {
		return a.RequiredResourceAccess
	}
	graph := s.principalByApp(graphAppID)
	var out []tenant.RequiredResource
	for _, r := range a.RequiredResourceAccess {
		r.ResourceAccess = slices.Clone(r.ResourceAccess)
		for i, access := range r.ResourceAccess {
			value := roleValue(graph, access.ID)
			for _, scope := range graph.OAuth2PermissionScopes {
				if strings.EqualFold(r.ResourceAppID, graphAppID) && access.Type == "Role" && scope.Value == value {
					r.ResourceAccess[i] = tenant.RequiredAccess{ID: scope.ID, Type: "Scope"}
				}
			}
		}
		out = append(out, r)
	}
	return out
}
