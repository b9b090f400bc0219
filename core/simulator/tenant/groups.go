package tenant

import (
	"fmt"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// The seeded groups: everybody, one per department, all departments (nested),
// those who book rooms (mail-enabled, security) and a distribution list.
const (
	groupEverybody = iota
	GroupDepartments
	GroupBookers
	groupNewsletter
	GroupFirstDepartment
)

// SeededGroups is how many groups every tenant has.
func SeededGroups() int { return GroupFirstDepartment + len(Departments) }

func groupName(i int) string {
	if i >= GroupFirstDepartment {
		return Departments[i-GroupFirstDepartment]
	}
	return []string{"All employees", "All departments", "Room bookers", "Newsletter"}[i]
}

// Group is a group that was made in Exchange.
type Group struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Email   string   `json:"email"`
	Kind    string   `json:"kind"` // roomList, security, distribution
	Members []string `json:"members"`
}

// GroupObject is a seeded group as Graph shows it.
func (t *Tenant) GroupObject(i int) object {
	d := t.Directory
	o := object{"id": d.ID(KindGroup, i), "description": nil, "createdDateTime": "2024-03-04T08:00:00Z", "onPremisesSyncEnabled": nil, "proxyAddresses": []string{}, "deletedDateTime": nil}
	set := func(types []string, mail, security bool) {
		name := groupName(i)
		o["displayName"], o["groupTypes"], o["mailEnabled"], o["securityEnabled"] = name, types, mail, security
		o["mailNickname"], o["mail"] = Slug(name), nil
		if mail {
			o["mail"] = Slug(name) + "@" + d.Domain
		}
	}
	switch i {
	case groupEverybody:
		set([]string{"Unified"}, true, false)
		o["description"], o["visibility"] = "Everybody who works here", "Public"
	case GroupDepartments:
		set([]string{}, false, true)
	case GroupBookers:
		set([]string{}, true, true)
	case groupNewsletter:
		set([]string{}, true, false)
	default:
		set([]string{"Unified"}, true, true)
		o["visibility"] = "Private"
	}
	if t.Has(fault.HostileNames) {
		o["displayName"], o["description"] = Hostile(i), Hostile(i+2)
	}
	return o
}

// FindGroup finds a group by id, address or name: a seeded one by its number, one
// that was made as itself.
func (t *Tenant) FindGroup(key string) (int, *Group, bool) {
	if i, ok := t.Directory.Index(KindGroup, key); ok && i < SeededGroups() {
		return i, nil, !t.GroupStruck(fault.GroupGone, i)
	}
	for _, g := range t.State.Groups {
		if g.ID == key || strings.EqualFold(g.Email, key) || strings.EqualFold(g.Name, key) {
			return 0, g, true
		}
	}
	for i := range SeededGroups() {
		if o := t.GroupObject(i); strings.EqualFold(fmt.Sprint(o["mail"]), key) || strings.EqualFold(fmt.Sprint(o["displayName"]), key) {
			return i, nil, !t.GroupStruck(fault.GroupGone, i)
		}
	}
	return 0, nil, false
}

// Unit is the object ID of the administrative unit that every tenant has, whose members
// are those who book rooms.
func (t *Tenant) Unit() string { return t.Directory.ID(KindOther, 990) }

// InGroup reports whether a person is a member of a seeded group.
func (t *Tenant) InGroup(group, user int) bool {
	switch group {
	case groupEverybody, GroupDepartments:
		return true
	case GroupBookers:
		return user == OrganizerUser || user%3 == 0
	case groupNewsletter:
		return user%2 == 0
	}
	return t.Directory.Department(user) == Departments[group-GroupFirstDepartment]
}
