package tenant

import (
	"cmp"
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// duplicates is where the ids of the strangers begin.
const duplicates = 900

// seedDuplicates puts two strangers of the same name beside the ready
// application, or beside the one that the fault's argument names.
func (t *Tenant) seedDuplicates() {
	name, on := t.Fault(fault.DuplicateNames)
	if !on {
		return
	}
	if name == "" {
		name = "Room booking"
	}
	for i := range 2 {
		id := t.Directory.ID(KindOther, duplicates+i*2)
		if t.Application(id) != nil {
			continue
		}
		app := NewApplication(id, t.Directory.ID(KindOther, duplicates+i*2+1), name, t.Directory.Domain, t.Now().Add(-time.Hour))
		app.SignInAudience = "AzureADMyOrg"
		t.State.Applications = append(t.State.Applications, app)
	}
}

// seedForeign gives every application of the tenant settings that no booking
// product asked for, once.
func (t *Tenant) seedForeign() {
	what, on := t.Fault(fault.ForeignSettings)
	if !on {
		return
	}
	mail := RequiredAccess{ID: "e383f46e-2787-4529-855e-0e479a3ffac0", Type: "Scope"} // Mail.Send
	for _, app := range t.State.Applications {
		switch what {
		case "ews":
			ews := RequiredResource{ResourceAppID: ExchangeAppID, ResourceAccess: []RequiredAccess{{ID: "dc890d15-9560-4a4c-9b7f-a736ec74ec40", Type: "Role"}}}
			if !slices.ContainsFunc(app.RequiredResourceAccess, func(r RequiredResource) bool { return r.ResourceAppID == ExchangeAppID }) {
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
			at := slices.IndexFunc(app.RequiredResourceAccess, func(r RequiredResource) bool { return r.ResourceAppID == GraphAppID })
			if at < 0 {
				app.RequiredResourceAccess = append(app.RequiredResourceAccess, RequiredResource{ResourceAppID: GraphAppID})
				at = len(app.RequiredResourceAccess) - 1
			}
			r := &app.RequiredResourceAccess[at]
			r.ResourceAccess = append(r.ResourceAccess, mail)
		}
	}
}

// seedExtraRoles grants the ready applications more than they declare, as long as
// the fault is on.
func (t *Tenant) seedExtraRoles() {
	t.State.Assignments = slices.DeleteFunc(t.State.Assignments, func(a *AppRoleAssignment) bool { return a.Extra })
	wanted, on := t.Fault(fault.ExtraRole)
	if !on {
		return
	}
	graph := t.PrincipalByApp(GraphAppID)
	for _, r := range graph.AppRoles {
		if !fault.Hits(cmp.Or(wanted, "Mail.Send"), r.Value, false) {
			continue
		}
		for _, i := range []int{AppReady, appCertificate} {
			if sp := t.PrincipalByApp(t.Directory.ID(KindOther, i+1)); sp != nil && !t.Assigned(sp.ID, graph.ID, r.ID) {
				t.Assign(sp, graph, r.ID).Extra = true
			}
		}
	}
}
