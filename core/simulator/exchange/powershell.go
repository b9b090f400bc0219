package exchange

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/cmdlet"
	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// PowerShell is the tenant's Exchange as the modules of PowerShell meet it. Whoever
// connects finds the tenant as it is, and what a cmdlet changes is changed in the
// tenant.
type PowerShell struct {
	x   *Exchange
	mu  sync.Mutex
	org *cmdlet.Organization
}

// PowerShell opens the tenant's Exchange to the modules.
func (x *Exchange) PowerShell() *PowerShell { return &PowerShell{x: x} }

// ServeHTTP answers the modules below /connect and /run.
func (p *PowerShell) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	if p.org == nil || r.URL.Path == "/connect" {
		p.org = p.x.organization()
	}
	org := p.org
	p.mu.Unlock()
	org.ServeHTTP(w, r)
}

// boardNames are Graph's properties of a place in the words of Set-Place.
var boardNames = func() map[string]string {
	out := map[string]string{"parentId": "ParentId"}
	for name, property := range placeNames {
		out[property] = name
	}
	return out
}()

// organization is the tenant as its cmdlets show it.
func (x *Exchange) organization() *cmdlet.Organization {
	x.Lock()
	defer x.Unlock()
	d, e := x.Directory, &x.State.Exchange
	o := &cmdlet.Organization{Tenant: d.TenantID(), Domain: d.Domain, Admin: d.UPN(tenant.AdminUser)}
	s := &o.State
	s.Processing, s.Places, s.Members, s.FullAccess, s.Units, s.Config = map[string]object{}, map[string]object{}, map[string][]string{}, map[string][]string{}, map[string][]string{}, object{}
	rooms := map[string]object{}
	for i := range d.Rooms {
		if address := d.Room(i).Email; !x.RoomGone(address) {
			rooms[strings.ToLower(address)] = x.RoomObject(i)
		}
	}
	for _, m := range e.MadeRooms {
		rooms[strings.ToLower(m.Email)] = x.MadeRoomObject(m)
	}
	for i := range d.Users {
		o.AddRecipient("UserMailbox", d.UPN(i), x.NameOf(d.UPN(i)), object{"Department": d.Department(i)})
	}
	for i := range d.Users {
		if x.InGroup(tenant.GroupBookers, i) {
			s.Units[x.Unit()] = append(s.Units[x.Unit()], strings.ToLower(d.UPN(i)))
		}
	}
	for _, u := range x.State.Users {
		o.AddRecipient("UserMailbox", u.UserPrincipalName, u.DisplayName)
	}
	for address, room := range rooms {
		o.AddRecipient("RoomMailbox", address, x.NameOf(address))
		s.Places[address] = object{}
		for property, name := range boardNames {
			if v := room[property]; v != nil {
				s.Places[address][name] = v
			}
		}
		s.Processing[address] = microsoft.AsObject(x.processingOf(address))
	}
	x.groups(o)
	for _, key := range slices.Sorted(maps.Keys(e.Folders)) {
		room, user, _ := strings.Cut(key, " ")
		if user == "default" {
			user = "Default"
		}
		if in := s.Folders[room]; in != nil && e.Folders[key] != "none" {
			in[user] = e.Folders[key]
		}
	}
	for key, held := range e.FullAccess {
		if room, user, _ := strings.Cut(key, " "); held {
			s.FullAccess[room] = append(s.FullAccess[room], user)
		}
	}
	for _, room := range slices.Sorted(maps.Keys(rooms)) {
		var delegates []any
		for key, held := range e.Delegates {
			if in, user, _ := strings.Cut(key, " "); held && in == room {
				delegates = append(delegates, user)
			}
		}
		lists := s.Processing[room]
		for _, who := range anys(lists["ResourceDelegates"]) {
			if !slices.Contains(delegates, any(strings.ToLower(fmt.Sprint(who)))) {
				delegates = append(delegates, who)
			}
		}
		lists["ResourceDelegates"] = delegates
		for _, name := range []string{"BookInPolicy", "RequestInPolicy", "RequestOutOfPolicy", "ResourceDelegates"} {
			named := []any{}
			for _, who := range anys(lists[name]) {
				named = append(named, o.DistinguishedName(fmt.Sprint(who)))
			}
			lists[name] = named
		}
	}
	x.limits(o)
	o.Changed = func(name, address string) {
		x.Lock()
		defer x.Unlock()
		x.keep(o, name, address)
		_ = x.Save()
	}
	return o
}

func anys(v any) []any { list, _ := v.([]any); return list }

// groups are room lists and groups with an address, with their members.
func (x *Exchange) groups(o *cmdlet.Organization) {
	d, e := x.Directory, &x.State.Exchange
	for b := range d.Buildings() {
		list := d.ListEmail(b)
		o.AddRecipient("RoomList", list, "Rooms "+d.Building(b))
		for i := b * d.PerBuilding; i < min((b+1)*d.PerBuilding, d.Rooms); i++ {
			o.State.Members[list] = append(o.State.Members[list], strings.ToLower(d.Room(i).Email))
		}
	}
	for i := range tenant.SeededGroups() {
		if g := x.GroupObject(i); g["mail"] != nil {
			address := strings.ToLower(fmt.Sprint(g["mail"]))
			o.AddRecipient("MailUniversalSecurityGroup", address, fmt.Sprint(g["displayName"]))
			for p := range d.Users {
				if x.InGroup(i, p) && i != tenant.GroupDepartments {
					o.State.Members[address] = append(o.State.Members[address], strings.ToLower(d.UPN(p)))
				}
			}
		}
	}
	for kind, list := range map[string][]*tenant.Group{"RoomList": e.Lists, "MailUniversalSecurityGroup": x.State.Groups} {
		for _, g := range list {
			o.AddRecipient(kind, g.Email, g.Name, object{"Alias": strings.Split(g.Email, "@")[0]})
			o.State.Members[strings.ToLower(g.Email)] = slices.Clone(g.Members)
		}
	}
}

// limits are what the organization knows of applications, buildings and EWS.
func (x *Exchange) limits(o *cmdlet.Organization) {
	e, s := &x.State.Exchange, &o.State
	for _, p := range e.Principals {
		s.Principals = append(s.Principals, object{"AppId": p.AppID, "ObjectId": p.ObjectID, "DisplayName": p.DisplayName})
	}
	for _, sc := range e.Scopes {
		s.Scopes = append(s.Scopes, object{"Name": sc.Name, "RecipientFilter": x.FilterOf(sc)})
	}
	for _, a := range e.Roles {
		s.Assignments = append(s.Assignments, object{"Name": a.Name, "Role": a.Role, "CustomResourceScope": a.Scope, "App": a.AppID, "RoleAssigneeName": a.AppID, "Enabled": !x.off(a)})
	}
	for _, p := range e.Policies {
		s.Policies = append(s.Policies, object{"Identity": p.AppID + ":" + p.Group, "AppId": p.AppID, "ScopeName": p.Group, "AccessRight": map[bool]string{true: "RestrictAccess", false: "DenyAccess"}[p.Restrict]})
	}
	for _, sp := range e.Spaces {
		s.PlacesV3 = append(s.PlacesV3, object{"PlaceId": sp.ID, "Type": strings.ToUpper(sp.Type[:1]) + sp.Type[1:], "DisplayName": sp.Name, "ParentId": sp.ParentID})
	}
	s.Settings = map[bool]string{true: "Default:true", false: "Default:false"}[e.BuildingsOn || !x.Has(fault.BuildingsOff)]
	s.Config["EwsAllowedAppIDs"], s.Config["EwsEnabled"] = strings.Join(e.EWSAllowed, ","), nil
	if e.EWSEnabled != nil {
		s.Config["EwsEnabled"] = *e.EWSEnabled
	}
}

// keep takes over what a cmdlet changed: the mailbox or group with the address, and
// all that there are few of.
func (x *Exchange) keep(o *cmdlet.Organization, name, address string) {
	e, s := &x.State.Exchange, &o.State
	who := s.Recipients[address]
	switch {
	case who == nil:
	case who["RecipientTypeDetails"] == "RoomMailbox":
		x.keepRoom(o, name, address)
	case s.Members[address] != nil || who["RecipientType"] != "UserMailbox":
		x.keepGroup(who, s.Members[address])
	}
	e.Principals, e.Roles, e.Policies, e.Spaces = nil, x.keptRoles(s.Assignments), nil, nil
	for _, p := range s.Principals {
		e.Principals = append(e.Principals, tenant.ExchangePrincipal{AppID: text(p, "AppId"), ObjectID: text(p, "ObjectId"), DisplayName: text(p, "DisplayName")})
	}
	scopes := e.Scopes
	e.Scopes = nil
	for _, sc := range s.Scopes {
		scope := tenant.ManagementScope{Name: text(sc, "Name"), Filter: text(sc, "RecipientFilter"), Mended: x.Has(fault.ScopeEmpty)}
		for _, was := range scopes {
			if was.Name == scope.Name && x.FilterOf(was) == scope.Filter {
				scope = was
			}
		}
		e.Scopes = append(e.Scopes, scope)
	}
	for _, p := range s.Policies {
		e.Policies = append(e.Policies, tenant.ApplicationPolicy{AppID: text(p, "AppId"), Group: text(p, "ScopeName"), Restrict: text(p, "AccessRight") == "RestrictAccess"})
	}
	for _, sp := range s.PlacesV3 {
		e.Spaces = append(e.Spaces, &tenant.Space{ID: text(sp, "PlaceId"), Type: strings.ToLower(text(sp, "Type")), Name: text(sp, "DisplayName"), ParentID: text(sp, "ParentId")})
	}
	e.BuildingsOn = e.BuildingsOn || x.Has(fault.BuildingsOff) && strings.Contains(s.Settings, "true")
	e.EWSAllowed = strings.FieldsFunc(fmt.Sprint(listed(s.Config["EwsAllowedAppIDs"])), func(r rune) bool { return strings.ContainsRune(",[] ", r) })
	if on, is := s.Config["EwsEnabled"].(bool); is {
		e.EWSEnabled = &on
	}
}

// listed is a list, or a text that is one.
func listed(v any) any {
	if v == nil {
		return ""
	}
	return v
}

func (x *Exchange) keptRoles(now []object) (kept []tenant.ManagementAssignment) {
	for _, a := range now {
		r := tenant.ManagementAssignment{Name: text(a, "Name"), AppID: text(a, "App"), Role: text(a, "Role"), Scope: text(a, "CustomResourceScope")}
		r.Disabled = a["Enabled"] == false
		r.Mended = x.Has(fault.ScopeDisabled) && !r.Disabled
		for _, old := range x.State.Exchange.Roles {
			if old.Name == r.Name {
				if r.Made = old.Made; r.Disabled == x.off(old) {
					r.Disabled, r.Mended = old.Disabled, old.Mended
				}
			}
		}
		kept = append(kept, r)
	}
	return kept
}

// keepRoom takes over what a cmdlet changed of one room mailbox.
func (x *Exchange) keepRoom(o *cmdlet.Organization, name, address string) {
	e, s := &x.State.Exchange, &o.State
	if !x.isRoom(address) {
		m := tenant.MadeRoom{ID: uuid.NewString(), Name: text(s.Recipients[address], "DisplayName"), Email: address}
		if n, is := s.Recipients[address]["ResourceCapacity"].(float64); is {
			seats := int(n)
			m.Capacity = &seats
		}
		e.MadeRooms = append(e.MadeRooms, m)
		x.Born(m.ID)
	}
	switch {
	case strings.Contains(name, "Place"):
		change := object{}
		for property, name := range boardNames {
			if v, there := s.Places[address][name]; there {
				change[property] = v
			}
		}
		e.SetPlace(address, change)
	case strings.Contains(name, "CalendarProcessing"):
		now := maps.Clone(s.Processing[address])
		for _, name := range []string{"BookInPolicy", "RequestInPolicy", "RequestOutOfPolicy", "ResourceDelegates"} {
			addresses := []any{}
			for _, dn := range anys(now[name]) {
				addresses = append(addresses, o.AddressOf(fmt.Sprint(dn)))
			}
			now[name] = addresses
		}
		next := tenant.NewProcessing()
		if data, err := json.Marshal(now); err == nil && json.Unmarshal(data, next) == nil {
			if e.Processing == nil {
				e.Processing = map[string]*tenant.Processing{}
			}
			e.Processing[address] = next
		}
		e.Delegates = kept(e.Delegates, address, next.ResourceDelegates)
	case strings.HasSuffix(name, "-MailboxPermission"):
		e.FullAccess = kept(e.FullAccess, address, s.FullAccess[address])
	case strings.HasSuffix(name, "-MailboxFolderPermission"):
		if e.Folders == nil {
			e.Folders = map[string]string{}
		}
		maps.DeleteFunc(e.Folders, func(key string, _ string) bool { return strings.HasPrefix(key, address+" ") })
		for user, right := range s.Folders[address] {
			e.Folders[address+" "+strings.ToLower(user)] = right
		}
	}
}

// kept replaces who has something of a room.
func kept(have map[string]bool, room string, users []string) map[string]bool {
	if have == nil {
		have = map[string]bool{}
	}
	maps.DeleteFunc(have, func(key string, _ bool) bool { return strings.HasPrefix(key, room+" ") })
	for _, user := range users {
		have[room+" "+strings.ToLower(user)] = true
	}
	return have
}

// keepGroup takes over a group that a script made or whose members it changed; what
// was always there has the members that it has.
func (x *Exchange) keepGroup(who object, members []string) {
	address := strings.ToLower(text(who, "PrimarySmtpAddress"))
	into, kind := &x.State.Groups, "security"
	if who["RecipientTypeDetails"] == "RoomList" {
		into, kind = &x.State.Exchange.Lists, "roomList"
	}
	for _, g := range *into {
		if strings.EqualFold(g.Email, address) {
			g.Members = slices.Clone(members)
			return
		}
	}
	if _, _, seeded := x.FindGroup(address); seeded {
		return
	}
	if _, seeded := x.Directory.FindList(address); seeded {
		return
	}
	*into = append(*into, &tenant.Group{ID: uuid.NewString(), Name: text(who, "DisplayName"), Email: address, Kind: kind, Members: slices.Clone(members)})
}
