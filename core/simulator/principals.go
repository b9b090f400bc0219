package simulator

import (
	"strings"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/fault"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// principalByApp is the tenant's service principal of an application, nil when
// there is none.
func (s *Simulator) principalByApp(appID string) *tenant.ServicePrincipal {
	for _, sp := range s.state.Principals {
		if strings.EqualFold(sp.AppID, appID) {
			return sp
		}
	}
	return nil
}

// hidden reports whether a fault took a grant away. What was granted after the
// fault was switched on is not hidden: that is the repair.
func (s *Simulator) hidden(a *tenant.AppRoleAssignment) bool {
	if a.Sequence > s.Since() || a.ResourceID != s.principalByApp(graphAppID).ID {
		return false
	}
	if s.Has(fault.NoConsent) || s.Has(fault.DeclaredDelegated) || s.Has(fault.ConsentElsewhere) && a.PrincipalID != s.directory.ID(tenant.KindOther, namesake+2) {
		return true
	}
	roles, on := s.Fault(fault.MissingRole)
	return on && fault.Hits(orDefault(roles, "Calendars.ReadWrite"), roleValue(s.principalByApp(graphAppID), a.AppRoleID), false)
}

func (s *Simulator) assigned(principal, resource, role string) bool {
	for _, a := range s.state.Assignments {
		if a.PrincipalID == principal && a.ResourceID == resource && a.AppRoleID == role && !s.hidden(a) {
			return true
		}
	}
	return false
}

func (s *Simulator) assign(sp, resource *tenant.ServicePrincipal, role string) *tenant.AppRoleAssignment {
	a := &tenant.AppRoleAssignment{
		ID: assignmentID(uuid.NewString()), AppRoleID: role, CreatedDateTime: s.now().UTC(), PrincipalDisplayName: sp.DisplayName, PrincipalID: sp.ID,
		PrincipalType: "ServicePrincipal", ResourceDisplayName: resource.DisplayName, ResourceID: resource.ID,
	}
	s.born(a.ID)
	a.Sequence = s.state.Sequence
	s.state.Assignments = append(s.state.Assignments, a)
	return a
}
