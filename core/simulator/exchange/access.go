package exchange

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/opath"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// contains reports whether a mailbox is within a scope. Only direct members of
// a group count.
func (x *Exchange) contains(sc tenant.ManagementScope, address string) bool {
	if x.empty(sc) {
		return false
	}
	return sc.Filter != "" && x.found(sc.Filter, address) || sc.AllRooms && x.isRoom(address) ||
		slices.ContainsFunc(sc.Mailboxes, func(m string) bool { return strings.EqualFold(m, address) }) ||
		slices.ContainsFunc(sc.Groups, func(g string) bool { return x.isMember(g, address) }) ||
		len(sc.Departments) > 0 && slices.Contains(sc.Departments, x.department(address))
}

// found is whether a filter finds a mailbox.
func (x *Exchange) found(filter, address string) bool {
	test, err := opath.Compile(filter)
	if err != nil {
		return false
	}
	return test(func(property, want string, like bool) bool {
		is := ""
		switch strings.ToLower(property) {
		case "recipienttypedetails":
			if is = "UserMailbox"; x.isRoom(address) {
				is = "RoomMailbox"
			}
		case "department":
			is = x.department(address)
		case "primarysmtpaddress":
			is = address
		case "memberofgroup":
			return x.isMember(groupOfDN(want), address)
		}
		if like {
			return strings.HasPrefix(strings.ToLower(is), strings.ToLower(strings.TrimSuffix(want, "*")))
		}
		return is != "" && strings.EqualFold(is, want)
	})
}

// groupOfDN is the address of a group in its distinguished name.
func groupOfDN(dn string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(dn, "CN="), ",")
	return first
}

// FilterOf is a scope as Exchange writes it.
func (x *Exchange) FilterOf(sc tenant.ManagementScope) string {
	if x.empty(sc) {
		return "Department -eq 'Nobody is in it'"
	}
	if sc.Filter != "" {
		return sc.Filter
	}
	var parts []string
	if sc.AllRooms {
		parts = append(parts, "RecipientTypeDetails -eq 'RoomMailbox'")
	}
	for _, g := range sc.Groups {
		parts = append(parts, "MemberOfGroup -eq 'CN="+g+"'")
	}
	for _, m := range sc.Mailboxes {
		parts = append(parts, "PrimarySmtpAddress -eq '"+m+"'")
	}
	for _, d := range sc.Departments {
		parts = append(parts, "Department -eq '"+d+"'")
	}
	return strings.Join(parts, " -or ")
}

// department is that of a person's mailbox, "" for any other.
func (x *Exchange) department(address string) string {
	if i, ok := x.Directory.FindPerson(address); ok {
		return x.Directory.Department(i)
	}
	return ""
}

func (x *Exchange) isMember(group, address string) bool {
	i, made, found := x.FindGroup(group)
	if !found {
		return false
	}
	if made != nil {
		return slices.ContainsFunc(made.Members, func(m string) bool { return strings.EqualFold(m, address) })
	}
	user, ok := x.Directory.FindPerson(address)
	return ok && i != tenant.GroupDepartments && x.InGroup(i, user)
}

// ScopedRole reports whether RBAC for Applications lets an application into a
// mailbox with one of the roles.
func (x *Exchange) ScopedRole(appID, address string, roles ...string) bool {
	e := &x.State.Exchange
	wait, pending := x.Fault(fault.ScopePending)
	return slices.ContainsFunc(e.Roles, func(a tenant.ManagementAssignment) bool {
		waits := pending && x.Now().Before(a.Made.Add(fault.Duration(wait, 30*time.Minute)))
		return strings.EqualFold(a.AppID, appID) && slices.Contains(roles, a.Role) && !waits && x.reaches(a, address)
	})
}

// off is whether a role assignment is disabled, empty whether a scope matches nothing.
func (x *Exchange) off(a tenant.ManagementAssignment) bool {
	return a.Disabled || x.Has(fault.ScopeDisabled) && !a.Mended
}

func (x *Exchange) empty(sc tenant.ManagementScope) bool {
	return x.Has(fault.ScopeEmpty) && !sc.Mended
}

// reaches reports whether a mailbox is within a role assignment.
func (x *Exchange) reaches(a tenant.ManagementAssignment, address string) bool {
	return !x.off(a) && (a.Scope == "" || slices.ContainsFunc(x.State.Exchange.Scopes, func(sc tenant.ManagementScope) bool {
		return strings.EqualFold(sc.Name, a.Scope) && x.contains(sc, address)
	}))
}

// PolicyDenies reports whether an Application Access Policy keeps an
// application out of a mailbox that Entra's grant would let it into.
func (x *Exchange) PolicyDenies(appID, address string) bool {
	for _, p := range x.State.Exchange.Policies {
		if strings.EqualFold(p.AppID, appID) && p.Restrict != x.isMember(p.Group, address) {
			return true
		}
	}
	return false
}

// roomAccess is what the script room-access finds: the roles of each application
// that Exchange knows, and what its policies come to, in one room.
func (x *Exchange) roomAccess(room string) []Outcome {
	x.Lock()
	defer x.Unlock()
	say := func(identity, action string, after map[string]string) Outcome {
		return Outcome{Identity: identity, Action: action, Status: "same", Before: map[string]string{}, After: after}
	}
	all := []Outcome{say(room, "room", map[string]string{})}
	for _, a := range x.State.Exchange.Roles {
		all = append(all, say(a.AppID, "role", map[string]string{"Name": a.Name, "Role": a.Role, "Permissions": cmp.Or(a.Permissions, strings.TrimPrefix(a.Role, "Application ")), "InScope": shownValue(x.reaches(a, room))}))
	}
	asked := map[string]bool{}
	for _, p := range x.State.Exchange.Policies {
		if !asked[p.AppID] {
			asked[p.AppID] = true
			all = append(all, say(p.AppID, "policy", map[string]string{"AccessCheckResult": map[bool]string{true: "Denied", false: "Granted"}[x.PolicyDenies(p.AppID, room)]}))
		}
	}
	return all
}
