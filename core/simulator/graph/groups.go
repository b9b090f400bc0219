package graph

import (
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
		{pattern: "GET /directory/administrativeUnits/{}/members/microsoft.graph.user", allow: []string{"AdministrativeUnit.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"}, serve: (*call).unitMembers},
	}
	groupProperties = strings.Fields("id displayName description mail mailEnabled mailNickname securityEnabled groupTypes visibility createdDateTime proxyAddresses membershipRule onPremisesSyncEnabled isAssignableToRole deletedDateTime")
)

func (c *call) groupCollection() collection {
	made := c.g.State.Groups
	return collection{
		context: "groups", n: tenant.SeededGroups() + len(made), known: groupProperties, top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(i int) object {
			if i < tenant.SeededGroups() {
				if c.g.GroupStruck(fault.GroupGone, i) {
					return nil
				}
				return c.g.GroupObject(i)
			}
			g := made[i-tenant.SeededGroups()]
			return object{"id": g.ID, "displayName": g.Name, "mail": g.Email, "mailEnabled": true, "securityEnabled": g.Kind == "security", "groupTypes": []string{}, "description": nil}
		},
	}
}

func (c *call) group() (reply, error) {
	i, made, found := c.g.FindGroup(c.vars[0])
	switch {
	case !found || !microsoft.IsGUID(c.vars[0]):
		return reply{}, microsoft.NotFound(c.vars[0])
	case made != nil:
		return c.entity("groups", object{"id": made.ID, "displayName": made.Name, "mail": made.Email, "mailEnabled": true, "securityEnabled": made.Kind == "security", "groupTypes": []string{}}, groupProperties)
	}
	return c.entity("groups", c.g.GroupObject(i), groupProperties)
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
	i, made, found := c.g.FindGroup(c.vars[0])
	if !found || !microsoft.IsGUID(c.vars[0]) {
		return collection{}, microsoft.NotFound(c.vars[0])
	}
	path := strings.ToLower(c.r.URL.Path)
	cast := strings.HasSuffix(path, "graph.user")
	l := collection{context: "directoryObjects", known: userProperties, shown: userDefault, top: 100, maxTop: 999, nextLink: true, directory: true, sparse: true}
	people, person := c.g.Directory.Users, func(n int) object {
		if !c.g.InGroup(i, n) {
			return nil
		}
		return c.g.UserObject(n)
	}
	var beside []object
	nest := func(group int) {
		o := c.g.GroupObject(group)
		o["@odata.type"] = "#microsoft.graph.group"
		beside = append(beside, o)
	}
	switch {
	case made != nil:
		people, person = len(made.Members), func(n int) object {
			o, _ := c.g.FindUser(made.Members[n])
			return o
		}
	case c.g.GroupStruck(fault.GroupEmpty, i):
		people = 0
	case c.g.GroupStruck(fault.GroupOthers, i):
		people = 0
		for n, kind := range []string{"orgContact", "device", "servicePrincipal"} {
			beside = append(beside, object{"@odata.type": "#microsoft.graph." + kind, "id": c.g.Directory.ID(tenant.KindOther, 930+n), "displayName": kind})
		}
	case i == tenant.GroupDepartments && !strings.Contains(path, "/transitivemembers"):
		people = 0
		for n := range tenant.Departments {
			nest(tenant.GroupFirstDepartment + n)
		}
	case c.g.GroupStruck(fault.GroupNested, i):
		nest(tenant.GroupFirstDepartment)
	}
	if people == 0 {
		l.known, l.shown = groupProperties, nil
	}
	if cast {
		beside = nil
	}
	l.n = people + len(beside)
	l.at = func(n int) object {
		if n >= people {
			return beside[n-people]
		}
		o := person(n)
		if o != nil && !cast {
			o["@odata.type"] = "#microsoft.graph.user"
		}
		return o
	}
	return l, nil
}

// unitMembers are the users in the administrative unit.
func (c *call) unitMembers() (reply, error) {
	if !strings.EqualFold(c.vars[0], c.g.Unit()) {
		return reply{}, microsoft.NotFound(c.vars[0])
	}
	return c.list(collection{
		context: "users", n: c.g.Directory.Users, known: userProperties, shown: userDefault, top: 100, maxTop: 999, nextLink: true, directory: true, sparse: true,
		at: func(n int) object {
			if !c.g.InGroup(tenant.GroupBookers, n) {
				return nil
			}
			return c.g.UserObject(n)
		},
	})
}

func (c *call) groupOwners() (reply, error) {
	if _, _, found := c.g.FindGroup(c.vars[0]); !found {
		return reply{}, microsoft.NotFound(c.vars[0])
	}
	return c.administrator()
}

// administrator is the list of the one who owns everything.
func (c *call) administrator() (reply, error) {
	return c.list(collection{
		context: "directoryObjects", n: 1, known: userProperties, shown: userDefault, top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(int) object {
			o := c.g.UserObject(tenant.AdminUser)
			o["@odata.type"] = "#microsoft.graph.user"
			return o
		},
	})
}

func (c *call) memberOf() (reply, error) {
	user, person := c.g.Directory.FindPerson(c.vars[0])
	if _, known := c.g.FindUser(c.vars[0]); !known {
		return reply{}, microsoft.NotFound(c.vars[0])
	}
	var in []int
	for g := range tenant.SeededGroups() {
		if person && g != tenant.GroupDepartments && c.g.InGroup(g, user) { // who was made later is in no group
			in = append(in, g)
		}
	}
	in = slices.Clip(in)
	return c.list(collection{
		context: "directoryObjects", n: len(in), known: groupProperties, top: 100, maxTop: 999, nextLink: true, directory: true,
		at: func(n int) object {
			o := c.g.GroupObject(in[n])
			o["@odata.type"] = "#microsoft.graph.group"
			return o
		},
	})
}
