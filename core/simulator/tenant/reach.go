package tenant

import (
	"fmt"
	"strings"
)

// Reaching is an application of the tenant and what it can do with the calendar
// of a room: "write", "read", "basic", "" for nothing, or "?" where nobody can tell.
type Reaching struct{ AppID, Name, Level string }

// Policies of a seeded application.
const (
	letsIn   = "the room is in the policy's group"
	keepsOut = "it is not"
	denies   = "a policy denies the group"
	both     = "one policy lets it in, another denies"
)

// reachSeeds are applications with and without reach, by each of the ways and by
// what is mistaken for one.
var reachSeeds = []struct {
	grant, role, scope, policy string
	off                        bool
	level                      string
	// also is a second grant, permissions are those of a role that the
	// organization made, delegated is the consent to a delegated permission:
	// "AllPrincipals" or "Principal".
	also, permissions, delegated string
	// namesake is a role of the same name of another API; expired is that no secret
	// is valid; disabled an assignment that is switched off; gone an enterprise
	// application that was deleted.
	namesake, expired, disabled, gone bool
}{
	{grant: "Calendars.ReadWrite", level: "write"},
	{grant: "Calendars.Read", level: "read"},
	{grant: "Calendars.ReadBasic.All", level: "basic"},
	{grant: "full_access_as_app", level: "write"},
	{grant: "Calendars.ReadWrite", policy: letsIn, level: "write"},
	{grant: "Calendars.ReadWrite", policy: keepsOut},
	{grant: "Calendars.Read", policy: letsIn, level: "read"},
	{grant: "Calendars.Read", policy: keepsOut},
	{grant: "Calendars.Read", policy: denies},
	{grant: "full_access_as_app", policy: keepsOut},
	{grant: "Calendars.ReadWrite", off: true},
	{grant: "User.Read.All"},
	{grant: "Place.Read.All"},
	{grant: "MailboxSettings.Read"},
	{grant: "Contacts.Read"},
	{grant: "Calendars.Read.All"},      // work hours, no calendars
	{grant: "Calendars.ReadWrite.All"}, // work hours, no calendars
	{role: "Application Calendars.ReadWrite", scope: "rooms", level: "write"},
	{role: "Application Calendars.ReadWrite", scope: "others"},
	{role: "Application Calendars.Read", scope: "rooms", level: "read"},
	{role: "Application Calendars.Read", scope: "others"},
	{role: "Application Calendars.Read", level: "read"}, // the whole organization
	{role: "Application Exchange Full Access", scope: "rooms", level: "write"},
	{role: "Application Mail.Send", scope: "rooms"},
	{role: "Application MailboxSettings.ReadWrite", scope: "rooms"},
	{grant: "Calendars.Read", role: "Application Calendars.ReadWrite", scope: "rooms", level: "write"},
	{grant: "Calendars.Read", role: "Application Calendars.ReadWrite", scope: "others", level: "read"},
	{grant: "Calendars.ReadWrite", policy: keepsOut, role: "Application Calendars.Read", scope: "rooms", level: "read"},
	{grant: "User.Read.All", role: "Application Calendars.ReadWrite", scope: "rooms", off: true},
	{},

	{grant: "Calendars.ReadWrite", namesake: true},
	{delegated: "AllPrincipals"},
	{delegated: "Principal"},
	{grant: "Calendars.ReadWrite", expired: true, level: "write"}, // a new secret is a minute's work
	{grant: "MailboxItem.Read.All", level: "read"},
	{grant: "MailboxItem.ImportExport.All", policy: keepsOut, level: "write"}, // which no policy limits
	{grant: "Calendars.ReadWrite", also: "MailboxItem.Read.All", policy: keepsOut, level: "read"},
	{grant: "full_access_as_app", also: "Calendars.Read", policy: denies},
	{grant: "Calendars.ReadWrite", policy: both},
	{role: "Room readers", permissions: "Calendars.Read", scope: "rooms", level: "read"},
	{role: "Room robots", permissions: "MailboxFolder.Extra", scope: "rooms", level: "?"},
	{role: "Application Mail Full Access", scope: "rooms"},
	{role: "Application EWS.AccessAsApp", level: "write"},
	{role: "Application Calendars.ReadWrite", scope: "rooms", disabled: true},
	{role: "Application Calendars.ReadWrite", scope: "rooms", gone: true},

	{grant: "Exchange.ManageAsApp"}, // opens nothing without a role in the directory
	{grant: "Mail.Send"},
	{grant: "MailboxSettings.ReadWrite"},
	{grant: "Directory.Read.All"},
	{grant: "Group.Read.All"},
	{grant: "Presence.Read.All"},
	{grant: "MailboxItem.ReadWrite.All", level: "write"},
	{grant: "MailboxItem.Export.All", level: "read"},
	{grant: "MailboxItem.Read.All", policy: denies, level: "read"}, // which no policy limits
	{grant: "MailboxItem.Read.All", off: true},
	{grant: "Calendars.ReadBasic.All", policy: letsIn, level: "basic"},
	{grant: "Calendars.ReadBasic.All", policy: keepsOut},
	{grant: "Calendars.ReadBasic.All", also: "Calendars.Read", level: "read"},
	{grant: "full_access_as_app", policy: letsIn, level: "write"},
	{grant: "full_access_as_app", policy: both},
	{grant: "full_access_as_app", also: "Calendars.Read", level: "write"},
	{grant: "full_access_as_app", off: true},
	{grant: "full_access_as_app", expired: true, level: "write"},
	{grant: "Calendars.ReadWrite", policy: denies, role: "Application Calendars.ReadWrite", scope: "others"},
	{grant: "Calendars.ReadWrite", policy: denies, role: "Application Calendars.ReadWrite", scope: "rooms", level: "write"},
	{grant: "Calendars.Read", role: "Application Calendars.ReadWrite", scope: "rooms", disabled: true, level: "read"},
	{grant: "Calendars.ReadBasic.All", role: "Application Calendars.Read", level: "read"},
	{grant: "Mail.Send", role: "Application Contacts.Read", scope: "rooms"},
	{grant: "Calendars.ReadWrite", delegated: "AllPrincipals", level: "write"},
	{delegated: "AllPrincipals", role: "Application Mail.Send", scope: "rooms"},
	{role: "Application EWS.AccessAsApp", scope: "others"},
	{role: "Application Exchange Full Access", scope: "others"},
	{role: "Application Exchange Full Access", gone: true},
	{role: "Room writers", permissions: "Calendars.ReadWrite", scope: "rooms", level: "write"},
	{role: "Room writers elsewhere", permissions: "Calendars.ReadWrite", scope: "others"},
}

// SeedReach puts these applications into the tenant, with and without reach
// into a room, and says which is which.
func (t *Tenant) SeedReach(room string) (all []Reaching, err error) {
	t.Lock()
	defer t.Unlock()
	e := &t.State.Exchange
	e.Scopes = append(e.Scopes, ManagementScope{Name: "rooms", AllRooms: true}, ManagementScope{Name: "others", Mailboxes: []string{t.Directory.UPN(OrganizerUser)}})
	group := func(i int, name, member string) string {
		g := &Group{ID: t.Directory.ID(KindOther, 4500+i), Name: name, Email: name + "@" + t.Directory.Domain, Kind: "security", Members: []string{strings.ToLower(member)}}
		t.State.Groups = append(t.State.Groups, g)
		return g.Email
	}
	in, out := group(0, "reach-rooms", room), group(1, "reach-others", t.Directory.UPN(OrganizerUser))
	for i, seed := range reachSeeds {
		one := Reaching{AppID: t.Directory.ID(KindOther, 4000+i*2), Name: fmt.Sprintf("Application %02d", i+1), Level: seed.level}
		owner := t.Directory.TenantID()
		if i%3 == 0 {
			owner = t.Directory.ID(KindOther, 4400+i)
		}
		sp := NewPrincipal(t.Directory.ID(KindOther, 4001+i*2), one.AppID, one.Name, owner)
		if owner != t.Directory.TenantID() {
			publisher := fmt.Sprintf("Vendor %02d", i+1)
			sp.VerifiedPublisher.DisplayName = &publisher
		}
		sp.AccountEnabled = !seed.off
		if !seed.gone {
			t.State.Principals = append(t.State.Principals, sp)
		}
		resources := []*ServicePrincipal{t.PrincipalByApp(GraphAppID), t.PrincipalByApp(ExchangeAppID)}
		if seed.namesake {
			other := NewPrincipal(t.Directory.ID(KindOther, 4600+i*2), t.Directory.ID(KindOther, 4601+i*2), "Another API", owner)
			other.AppRoles = []AppRole{{ID: t.Directory.ID(KindOther, 4700+i), Value: seed.grant, IsEnabled: true, AllowedMemberTypes: []string{"Application"}}}
			t.State.Principals = append(t.State.Principals, other)
			resources = []*ServicePrincipal{other}
		}
		for _, resource := range resources {
			for _, r := range resource.AppRoles {
				if r.Value == seed.grant || r.Value == seed.also {
					t.Assign(sp, resource, r.ID)
				}
			}
		}
		if seed.expired {
			ended := t.Now().AddDate(0, -1, 0)
			sp.PasswordCredentials = []Password{{KeyID: t.Directory.ID(KindOther, 4800+i), EndDateTime: &ended}}
		}
		if seed.delegated != "" {
			var person *string
			if seed.delegated == "Principal" {
				id := t.Directory.ID(KindUser, OrganizerUser)
				person = &id
			}
			t.GrantScopes(sp.ID, resources[0].ID, seed.delegated, person, []string{"Calendars.ReadWrite.Shared"})
		}
		if seed.role != "" {
			e.Principals = append(e.Principals, ExchangePrincipal{AppID: sp.AppID, ObjectID: sp.ID, DisplayName: sp.DisplayName})
			e.Roles = append(e.Roles, ManagementAssignment{Name: one.Name, AppID: sp.AppID, Role: seed.role, Scope: seed.scope, Permissions: seed.permissions, Disabled: seed.disabled, Made: t.Now()})
		}
		switch seed.policy {
		case letsIn:
			e.Policies = append(e.Policies, ApplicationPolicy{AppID: sp.AppID, Group: in, Restrict: true})
		case keepsOut:
			e.Policies = append(e.Policies, ApplicationPolicy{AppID: sp.AppID, Group: out, Restrict: true})
		case both:
			e.Policies = append(e.Policies, ApplicationPolicy{AppID: sp.AppID, Group: in, Restrict: true}, ApplicationPolicy{AppID: sp.AppID, Group: in})
		case denies:
			e.Policies = append(e.Policies, ApplicationPolicy{AppID: sp.AppID, Group: in})
		}
		all = append(all, one)
	}
	return all, t.Save()
}
