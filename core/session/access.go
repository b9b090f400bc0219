package session

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/reach"
	"github.com/roomkey/roomkey/core/tenant"
)

// scriptAccess is the script that asks Exchange what applications may do in a
// room.
const scriptAccess = "room-access"

// cacheAccess holds what was last read of a room.
const cacheAccess = "room-access.json"

// accessRead is that, without what Exchange says of it.
type accessRead struct {
	Room         string              `json:"room"`
	At           time.Time           `json:"at"`
	Applications []reach.Application `json:"applications"`
}

// RoomAccess says which applications of the tenant can read or write the
// calendar of a room, and keeps it for the report. An administrator must be signed
// in; nothing is changed. What only Exchange can say comes from the result of the
// script room-access, if it was read back for this room.
func (s *Session) RoomAccess(ctx context.Context, room string) (reach.Room, error) {
	list, err := s.reaching(ctx, room)
	if err != nil {
		return reach.Room{}, err
	}
	read := accessRead{Room: room, At: s.env.Now(), Applications: list}
	data, err := json.Marshal(read)
	if err == nil {
		err = s.env.Store.PutCache(s.ID(), cacheAccess, data)
	}
	return s.judged(read), err
}

// LastRoomAccess is what was last read of a room, with what Exchange has said
// since; ok false for nothing.
func (s *Session) LastRoomAccess() (room reach.Room, ok bool) {
	data, _, ok := s.env.Store.Cache(s.ID(), cacheAccess)
	var read accessRead
	if !ok || json.Unmarshal(data, &read) != nil {
		return reach.Room{}, false
	}
	return s.judged(read), true
}

func (s *Session) judged(read accessRead) reach.Room {
	answers, at := s.exchangeAccess(read.Room)
	if answers != nil { // what Exchange named since, of which nothing else was read
		for id := range answers.Roles {
			if !slices.ContainsFunc(read.Applications, func(a reach.Application) bool { return strings.EqualFold(a.AppID, id) }) {
				read.Applications = append(read.Applications, reach.Application{AppID: id, Name: cmp.Or(answers.Names[id], id), Enabled: true})
			}
		}
	}
	return reach.Room{Address: read.Room, At: read.At, ExchangeAt: at, Applications: reach.Of(read.Applications, answers, s.env.Permissions)}
}

// reaching are the applications that may reach a room.
func (s *Session) reaching(ctx context.Context, room string) ([]reach.Application, error) {
	_, directory, err := s.admin.opened()
	if err != nil {
		return nil, err
	}
	apps := map[string]*reach.Application{}
	resources, err := permissionAPIs(ctx, directory)
	if err != nil {
		return nil, err
	}
	for _, resource := range resources {
		if err := s.calendarGrants(ctx, directory, resource, apps); err != nil {
			return nil, err
		}
	}
	if answers, _ := s.exchangeAccess(room); answers != nil {
		for appID := range answers.Roles {
			if err := s.enterprise(ctx, directory, appID, apps); err != nil {
				return nil, err
			}
		}
	}
	var list []reach.Application
	for _, a := range apps {
		if used, err := directory.ClientActivity(ctx, a.AppID); err == nil {
			if a.LastUsed = used.Application; used.User.After(a.LastUsed) {
				a.LastUsed = used.User
			}
		}
		list = append(list, *a)
	}
	return list, ctx.Err()
}

// permissionAPIs are the APIs that open mailboxes, as far as the tenant has them.
func permissionAPIs(ctx context.Context, directory Directory) (list []tenant.ServicePrincipal, err error) {
	for _, api := range []string{tenant.GraphAppID, tenant.ExchangeAppID} {
		switch resource, err := directory.ServicePrincipal(ctx, api); {
		case err == nil:
			list = append(list, resource)
		case problem.KindOf(err) != problem.Absent:
			return nil, err
		}
	}
	return list, nil
}

// calendarGrants adds the applications that hold a permission of one API that
// opens calendars.
func (s *Session) calendarGrants(ctx context.Context, directory Directory, resource tenant.ServicePrincipal, apps map[string]*reach.Application) error {
	roles := map[string]string{}
	for _, r := range resource.Roles { // another API may have a role of the same name
		if e, ok := s.env.Permissions.Get(r.Value); ok && e.Calendar != "" && strings.EqualFold(e.API(), resource.AppID) {
			roles[strings.ToLower(r.ID)] = r.Value
		}
	}
	grants, err := directory.Assigned(ctx, resource.ID)
	if err != nil {
		return err
	}
	for _, g := range grants {
		value, opens := roles[strings.ToLower(g.AppRoleID)]
		if !opens {
			continue
		}
		sp, err := directory.PrincipalByID(ctx, g.PrincipalID)
		if problem.KindOf(err) == problem.Absent {
			continue // deleted since
		}
		if err != nil {
			return err
		}
		a := s.enterpriseOf(sp, apps)
		a.Granted = append(a.Granted, value)
	}
	return nil
}

// enterprise adds an application that Exchange named.
func (s *Session) enterprise(ctx context.Context, directory Directory, appID string, apps map[string]*reach.Application) error {
	if apps[strings.ToLower(appID)] != nil {
		return nil
	}
	sp, err := directory.ServicePrincipal(ctx, appID)
	if problem.KindOf(err) == problem.Absent {
		apps[strings.ToLower(appID)] = &reach.Application{AppID: appID, Name: appID, Enabled: true, Gone: true}
		return nil
	}
	if err == nil {
		s.enterpriseOf(sp, apps)
	}
	return err
}

func (s *Session) enterpriseOf(sp tenant.ServicePrincipal, apps map[string]*reach.Application) *reach.Application {
	key := strings.ToLower(sp.AppID)
	if apps[key] == nil {
		a := &reach.Application{AppID: sp.AppID, Name: sp.DisplayName, Enabled: sp.Enabled, Granted: []string{}}
		if a.ThisTenant(); !strings.EqualFold(sp.OwnerOrganization, s.Document().Tenant.ID) {
			if a.Owner = sp.Publisher; a.Owner == "" {
				a.OtherTenant(sp.OwnerOrganization)
			}
		}
		apps[key] = a
	}
	return apps[key]
}

// exchangeAccess is what the script said of the room, and when; nil if it was not run for
// it, or did not end.
func (s *Session) exchangeAccess(room string) (*reach.Exchange, time.Time) {
	r, ok := s.scriptResult(scriptAccess)
	asked := slices.ContainsFunc(r.Results, func(o exchange.Outcome) bool {
		return o.Action == "room" && strings.EqualFold(o.Identity, room)
	})
	if !ok || !asked || r.Err != "" {
		return nil, time.Time{}
	}
	out := &reach.Exchange{Roles: map[string][]reach.Role{}, Names: map[string]string{}, Policies: map[string]bool{}, Failed: map[string]bool{}}
	for _, o := range r.Results {
		id := strings.ToLower(o.Identity)
		switch {
		case o.Action == "room":
		case o.Status == exchange.Failed:
			out.Failed[id] = true
		case o.Action == "role" && o.After["InScope"] == "True":
			out.Names[id] = o.After["Name"]
			out.Roles[id] = append(out.Roles[id], reach.Role{Name: o.After["Role"], Permissions: strings.FieldsFunc(o.After["Permissions"], func(r rune) bool { return strings.ContainsRune(", ;", r) })})
		case o.Action == "policy":
			out.Policies[id] = o.After["AccessCheckResult"] == "Granted"
		}
	}
	return out, r.FinishedAt
}
