package simulator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

var (
	groupRead   = []string{"Group.Read.All", "GroupMember.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	groupRoutes = []route{
		{pattern: "GET /groups", allow: groupRead, serve: func(c *call) (reply, error) { return c.list(c.groupCollection()) }},
		{pattern: "GET /groups/$count", allow: groupRead, serve: func(c *call) (reply, error) { return c.countOf(c.groupCollection()) }},
		{pattern: "GET /groups/{}", allow: groupRead, serve: (*call).group},
		{pattern: "GET /groups/{}/members", allow: groupRead, serve: (*call).members},
		{pattern: "GET /groups/{}/members/$count", allow: groupRead, serve: (*call).countMembers},
		{pattern: "GET /groups/{}/members/microsoft.graph.user", allow: groupRead, serve: (*call).members},
		{pattern: "GET /groups/{}/transitiveMembers", allow: groupRead, serve: (*call).members},
		{pattern: "GET /groups/{}/transitiveMembers/$count", allow: groupRead, serve: (*call).countMembers},
		{pattern: "GET /groups/{}/transitiveMembers/microsoft.graph.user", allow: groupRead, serve: (*call).members},
		{pattern: "GET /groups/{}/owners", allow: groupRead, serve: (*call).groupOwners},
	}
	groupProperties = strings.Fields("id displayName description mail mailEnabled mailNickname securityEnabled groupTypes visibility createdDateTime proxyAddresses membershipRule onPremisesSyncEnabled isAssignableToRole deletedDateTime")
)

// The seeded groups: everybody, one per department, all departments (nested),
// those who book rooms (mail-enabled, security) and a distribution list.
const (
	groupEverybody = iota
	groupDepartments
	groupBookers
	groupNewsletter
	groupFirstDepartment
)

func seededGroups() int { return groupFirstDepartment + len(tenant.Departments) }

func groupName(i int) string {
	if i >= groupFirstDepartment {
		return tenant.Departments[i-groupFirstDepartment]
	}
	return []string{"All employees", "All departments", "Room bookers", "Newsletter"}[i]
}

// madeGroup is a group that was made in Exchange.
type madeGroup struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Email   string   `json:"email"`
	Kind    string   `json:"kind"` // roomList, security, distribution
	Members []string `json:"members"`
}

func (s *Simulator) groupObject(i int) object {
	d := s.directory
	o := object{"id": d.ID(tenant.KindGroup, i), "description": nil, "createdDateTime": "2024-03-04T08:00:00Z", "onPremisesSyncEnabled": nil, "proxyAddresses": []string{}, "deletedDateTime": nil}
	set := func(types []string, mail, security bool) {
		name := groupName(i)
		o["displayName"], o["groupTypes"], o["mailEnabled"], o["securityEnabled"] = name, types, mail, security
		o["mailNickname"], o["mail"] = tenant.Slug(name), nil
		if mail {
			o["mail"] = tenant.Slug(name) + "@" + d.Domain
		}
	}
	switch i {
	case groupEverybody:
		set([]string{"Unified"}, true, false)
		o["description"], o["visibility"] = "Everybody who works here", "Public"
	case groupDepartments:
		set([]string{}, false, true)
	case groupBookers:
		set([]string{}, true, true)
	case groupNewsletter:
		set([]string{}, true, false)
	default:
		set([]string{"Unified"}, true, true)
		o["visibility"] = "Private"
	}
	if s.Has(fault.HostileNames) {
		o["displayName"], o["description"] = tenant.Hostile(i), tenant.Hostile(i+2)
	}
	return o
}

func (c *call) groupCollection() collection {
	made := c.s.state.Groups
	return collection{
		context: "groups", n: seededGroups() + len(made), known: groupProperties, top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(i int) object {
			if i < seededGroups() {
				if c.s.groupStruck(fault.GroupGone, i) {
					return nil
				}
				return c.s.groupObject(i)
			}
			g := made[i-seededGroups()]
			return object{"id": g.ID, "displayName": g.Name, "mail": g.Email, "mailEnabled": true, "securityEnabled": g.Kind == "security", "groupTypes": []string{}, "description": nil}
		},
	}
}

func (s *Simulator) findGroup(key string) (int, *madeGroup, bool) {
	if i, ok := s.directory.Index(tenant.KindGroup, key); ok && i < seededGroups() {
		return i, nil, !s.groupStruck(fault.GroupGone, i)
	}
	for _, g := range s.state.Groups {
		if g.ID == key || strings.EqualFold(g.Email, key) || strings.EqualFold(g.Name, key) {
			return 0, g, true
		}
	}
	for i := range seededGroups() {
		if o := s.groupObject(i); strings.EqualFold(fmt.Sprint(o["mail"]), key) || strings.EqualFold(fmt.Sprint(o["displayName"]), key) {
			return i, nil, !s.groupStruck(fault.GroupGone, i)
		}
	}
	return 0, nil, false
}

func (c *call) group() (reply, error) {
	i, made, found := c.s.findGroup(c.vars[0])
	switch {
	case !found || !microsoft.IsGUID(c.vars[0]):
		return reply{}, microsoft.NotFound(c.vars[0])
	case made != nil:
		return c.entity("groups", object{"id": made.ID, "displayName": made.Name, "mail": made.Email, "mailEnabled": true, "securityEnabled": made.Kind == "security", "groupTypes": []string{}}, groupProperties)
	}
	return c.entity("groups", c.s.groupObject(i), groupProperties)
}

// inGroup reports whether a person is a member of a seeded group.
func (s *Simulator) inGroup(group, user int) bool {
	switch group {
	case groupEverybody, groupDepartments:
		return true
	case groupBookers:
		return user == tenant.OrganizerUser || user%3 == 0
	case groupNewsletter:
		return user%2 == 0
	}
	return s.directory.Department(user) == tenant.Departments[group-groupFirstDepartment]
}

// members are people; of the nested group, the groups themselves unless all the
// way down was asked for.
func (c *call) members() (reply, error) {
	l, err := c.memberCollection()
	if err != nil {
		return reply{}, err
	}
	return c.list(l)
}

func (c *call) countMembers() (reply, error) {
	l, err := c.memberCollection()
	if err != nil {
		return reply{}, err
	}
	return c.countOf(l)
}

func (c *call) memberCollection() (collection, error) {
	i, made, found := c.s.findGroup(c.vars[0])
	if !found || !microsoft.IsGUID(c.vars[0]) {
		return collection{}, microsoft.NotFound(c.vars[0])
	}
	path := strings.ToLower(c.r.URL.Path)
	cast := strings.HasSuffix(path, "graph.user")
	l := collection{context: "directoryObjects", known: userProperties, shown: userDefault, top: 100, maxTop: 999, nextLink: true, directory: true, sparse: true, n: c.s.directory.Users}
	typed := func(o object, kind string) object {
		if !cast {
			o["@odata.type"] = "#microsoft.graph." + kind
		}
		return o
	}
	switch {
	case made == nil && c.s.groupStruck(fault.GroupEmpty, i):
		l.n, l.at = 0, func(int) object { return nil }
	case made != nil:
		l.n = len(made.Members)
		l.at = func(n int) object {
			if o, ok := c.s.findUser(made.Members[n]); ok {
				return typed(o, "user")
			}
			return nil
		}
	case i == groupDepartments && !strings.Contains(path, "/transitivemembers"):
		l.n, l.known, l.shown = len(tenant.Departments), groupProperties, nil
		if cast {
			l.n = 0
		}
		l.at = func(n int) object { return typed(c.s.groupObject(groupFirstDepartment+n), "group") }
	default:
		l.at = func(n int) object {
			if !c.s.inGroup(i, n) {
				return nil
			}
			return typed(c.s.userObject(n), "user")
		}
	}
	return l, nil
}

func (c *call) groupOwners() (reply, error) {
	if _, _, found := c.s.findGroup(c.vars[0]); !found {
		return reply{}, microsoft.NotFound(c.vars[0])
	}
	return c.list(collection{
		context: "directoryObjects", n: 1, known: userProperties, shown: userDefault, top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(int) object {
			o := c.s.userObject(tenant.AdminUser)
			o["@odata.type"] = "#microsoft.graph.user"
			return o
		},
	})
}

func (c *call) memberOf() (reply, error) {
	user, person := c.s.directory.FindPerson(c.vars[0])
	if _, known := c.s.findUser(c.vars[0]); !known {
		return reply{}, microsoft.NotFound(c.vars[0])
	}
	var in []int
	for g := range seededGroups() {
		if person && g != groupDepartments && c.s.inGroup(g, user) { // who was made later is in no group
			in = append(in, g)
		}
	}
	in = slices.Clip(in)
	return c.list(collection{
		context: "directoryObjects", n: len(in), known: groupProperties, top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(n int) object {
			o := c.s.groupObject(in[n])
			o["@odata.type"] = "#microsoft.graph.group"
			return o
		},
	})
}
