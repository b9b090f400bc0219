package simulator

import (
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// seedDuplicates puts two strangers of the same name beside the ready
// application, or beside the one that the fault's argument names.
func (s *Simulator) seedDuplicates() {
	name, on := s.Fault(fault.DuplicateNames)
	if !on {
		return
	}
	if name == "" {
		name = "Room booking"
	}
	for i := range 2 {
		id := s.directory.ID(tenant.KindOther, 900+i*2)
		if s.application(id) != nil {
			continue
		}
		app := newApplication(id, s.directory.ID(tenant.KindOther, 901+i*2), name, s.directory.Domain, s.now().Add(-time.Hour))
		app.SignInAudience = "AzureADMyOrg"
		s.state.Applications = append(s.state.Applications, app)
	}
}

// seedForeign gives every application of the tenant settings that no booking
// product asked for, once.
func (s *Simulator) seedForeign() {
	what, on := s.Fault(fault.ForeignSettings)
	if !on {
		return
	}
	mail := tenant.RequiredAccess{ID: "e383f46e-2787-4529-855e-0e479a3ffac0", Type: "Scope"} // Mail.Send
	for _, app := range s.state.Applications {
		switch what {
		case "ews":
			ews := tenant.RequiredResource{ResourceAppID: exchangeAppID, ResourceAccess: []tenant.RequiredAccess{{ID: "dc890d15-9560-4a4c-9b7f-a736ec74ec40", Type: "Role"}}}
			if !slices.ContainsFunc(app.RequiredResourceAccess, func(r tenant.RequiredResource) bool { return r.ResourceAppID == exchangeAppID }) {
				app.RequiredResourceAccess = append(app.RequiredResourceAccess, ews)
			}
		case "multi-tenant":
			app.SignInAudience = "AzureADMultipleOrgs"
		default:
			const own = "https://intranet.contoso.example/callback"
			if slices.Contains(app.Web.RedirectURIs, own) {
				continue
			}
			app.Web.RedirectURIs = append(app.Web.RedirectURIs, own)
			app.Tags = append(app.Tags, "intranet")
			at := slices.IndexFunc(app.RequiredResourceAccess, func(r tenant.RequiredResource) bool { return r.ResourceAppID == graphAppID })
			if at < 0 {
				app.RequiredResourceAccess = append(app.RequiredResourceAccess, tenant.RequiredResource{ResourceAppID: graphAppID})
				at = len(app.RequiredResourceAccess) - 1
			}
			r := &app.RequiredResourceAccess[at]
			r.ResourceAccess = append(r.ResourceAccess, mail)
		}
	}
}

// seedExtraRoles grants the ready applications more than they declare; the grant
// stays until somebody takes it away.
func (s *Simulator) seedExtraRoles() {
	wanted, on := s.Fault(fault.ExtraRole)
	if !on {
		return
	}
	graph := s.principalByApp(graphAppID)
	for _, r := range graph.AppRoles {
		if !fault.Hits(orDefault(wanted, "Mail.Send"), r.Value, false) {
			continue
		}
		for _, i := range []int{appReady, appCertificate} {
			if sp := s.principalByApp(s.directory.ID(tenant.KindOther, i+1)); sp != nil && !s.assigned(sp.ID, graph.ID, r.ID) {
				s.assign(sp, graph, r.ID)
			}
		}
	}
}

// application finds a registration by its object id, nil when there is none.
func (s *Simulator) application(id string) *tenant.Application {
	for _, a := range s.state.Applications {
		if a.ID == id {
			return a
		}
	}
	return nil
}
