package amend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// errKilled is where the program was ended.
var errKilled = problem.New(problem.CodeCancelled, words.T("killed"))

// world is a tenant in memory. It has what is written into it, and ends the program
// at a write.
type world struct {
	Directory
	Places      []tenant.Space
	Parents     map[string]string
	Accounts    map[string]string
	Granted     map[string]bool
	Scopes      []tenant.AppScope
	Assignments []tenant.ExchangeAssignment
	hidden      bool // Microsoft shows no building
	late        bool // nor an account
	n           int
	// writes counts them; the one with the number kill is the last, made or not.
	writes, kill int
	made         bool
}

func newWorld() *world {
	return &world{Parents: map[string]string{"a@c": "", "b@c": "s1", "c@c": "old"}, Accounts: map[string]string{}, Granted: map[string]bool{"Calendars.Read": true, "Place.Read.All": true},
		Places: []tenant.Space{{ID: "n", Name: "North", Kind: "building"}, {ID: "n1", Name: "1", Kind: "floor", ParentID: "n"}, {ID: "s1", Name: "Left", Kind: "section", ParentID: "n1"}, {ID: "old", Name: "9", Kind: "floor", ParentID: "n"}}}
}

// state is all that is in it.
func (w *world) state() string {
	spaces := []string{}
	t := tree{}
	for _, s := range w.Places {
		t[s.ID] = s
	}
	for _, s := range w.Places {
		spaces = append(spaces, s.Kind+" "+t.path(s.ID)+s.Name)
	}
	slices.Sort(spaces)
	rooms := map[string]string{}
	for room, parent := range w.Parents {
		rooms[room] = t[parent].Kind + t.path(parent)
	}
	scopes := []string{}
	for _, s := range w.Scopes {
		scopes = append(scopes, s.Name+": "+s.Filter)
	}
	data, err := json.Marshal([]any{spaces, rooms, w.Accounts, w.Granted, scopes, len(w.Assignments)})
	if err != nil {
		panic(err)
	}
	return string(data)
}

// write makes a change unless the program was ended before.
func (w *world) write(do func()) error {
	if w.writes++; w.writes == w.kill && !w.made {
		return errKilled
	}
	do()
	if w.writes == w.kill {
		return errKilled
	}
	return nil
}

func (w *world) id() string { w.n++; return fmt.Sprint("id", w.n) }

func (w *world) Spaces(_ context.Context, kind string) (list []tenant.Space, err error) {
	for _, s := range w.Places {
		if s.Kind == kind && !w.hidden {
			list = append(list, s)
		}
	}
	return list, nil
}

func (w *world) CreateSpace(_ context.Context, s tenant.Space) error {
	return w.write(func() { s.ID = w.id(); w.Places = append(w.Places, s) })
}

func (w *world) DeleteSpace(_ context.Context, id string) error {
	return w.write(func() { w.Places = slices.DeleteFunc(w.Places, func(s tenant.Space) bool { return s.ID == id }) })
}

func (w *world) Rooms(context.Context, func([]tenant.Room)) (l tenant.Listing[tenant.Room]) {
	for _, room := range slices.Sorted(maps.Keys(w.Parents)) {
		l.Items = append(l.Items, tenant.Room{ID: room, EmailAddress: room, ParentID: w.Parents[room]})
	}
	return l
}

func (w *world) Place(_ context.Context, key string) (tenant.Place, error) {
	return tenant.Place{Room: tenant.Room{ID: key, EmailAddress: key, ParentID: w.Parents[key]}}, nil
}

func (w *world) ChangePlace(_ context.Context, id, _ string, properties map[string]any) error {
	return w.write(func() { w.Parents[id], _ = properties["parentId"].(string) })
}

func (w *world) Account(_ context.Context, address string) (a tenant.Account, err error) {
	on := true
	if name, there := w.Accounts[address]; there && !w.late {
		a = tenant.Account{ID: address, DisplayName: name, Enabled: &on}
	}
	return a, nil
}

func (w *world) CreateUser(_ context.Context, u tenant.NewUser, password vault.Secret) error {
	if password.IsZero() {
		return errors.New("no password")
	}
	return w.write(func() { w.Accounts[u.Address] = u.DisplayName })
}

func (w *world) DeleteUser(_ context.Context, id string) error {
	return w.write(func() { delete(w.Accounts, id) })
}

func (w *world) RolesOf(context.Context, string) ([]tenant.DirectoryRole, error) { return nil, nil }

func (w *world) ServicePrincipal(_ context.Context, appID string) (sp tenant.ServicePrincipal, err error) {
	sp.ID = "sp " + appID
	for name := range w.Granted {
		sp.Roles = append(sp.Roles, tenant.Permission{ID: "id of " + name, Value: name, Application: true})
	}
	return sp, nil
}

func (w *world) AppRoleGrants(_ context.Context, sp string) (list []tenant.AppRoleGrant, err error) {
	for name, held := range w.Granted {
		if held {
			list = append(list, tenant.AppRoleGrant{ID: "id of " + name, ResourceID: "sp " + tenant.GraphAppID, PrincipalID: sp, AppRoleID: "id of " + name})
		}
	}
	return list, nil
}

func (w *world) GrantAppRole(_ context.Context, _, _, role string) error {
	return w.write(func() { w.Granted[role[len("id of "):]] = true })
}

func (w *world) RevokeAppRole(_ context.Context, _, id string) error {
	return w.write(func() { w.Granted[id[len("id of "):]] = false })
}

func (w *world) ExchangeRole(_ context.Context, name string) (string, error) {
	return "role " + name, nil
}

func (w *world) Matching(_ context.Context, by string, values []string) (int, error) {
	if by == "Department" && slices.Contains(values, "O'Neil") {
		return 3, nil
	}
	return 0, nil
}

func (w *world) GroupAt(_ context.Context, address string) (people, nested int, found bool, err error) {
	switch address {
	case "organizers@c":
		return 2, 0, true, nil
	case "nested@c":
		return 2, 1, true, nil
	case "empty@c":
		return 0, 0, true, nil
	}
	return 0, 0, false, nil
}

func (w *world) UnitPeople(_ context.Context, id string) (people int, found bool, err error) {
	return len(id) - 1, id != "gone", nil
}

func (w *world) AppScopes(context.Context) ([]tenant.AppScope, error) { return w.Scopes, nil }

func (w *world) CreateAppScope(_ context.Context, s tenant.AppScope) error {
	return w.write(func() { s.ID = w.id(); s.Filter = "(" + s.Filter + ")"; w.Scopes = append(w.Scopes, s) })
}

func (w *world) DeleteAppScope(_ context.Context, id string) error {
	if slices.ContainsFunc(w.Assignments, func(a tenant.ExchangeAssignment) bool { return a.ScopeID == id }) {
		return errors.New("in use")
	}
	return w.write(func() { w.Scopes = slices.DeleteFunc(w.Scopes, func(s tenant.AppScope) bool { return s.ID == id }) })
}

func (w *world) ExchangeAssignments(context.Context, string) ([]tenant.ExchangeAssignment, error) {
	return w.Assignments, nil
}

func (w *world) CreateExchangeAssignment(_ context.Context, a tenant.ExchangeAssignment) error {
	return w.write(func() { a.ID = w.id(); w.Assignments = append(w.Assignments, a) })
}

func (w *world) DeleteExchangeAssignment(_ context.Context, id string) error {
	return w.write(func() {
		w.Assignments = slices.DeleteFunc(w.Assignments, func(a tenant.ExchangeAssignment) bool { return a.ID == id })
	})
}

// works are those of every script that makes, moves or takes away.
func works() map[string]exchange.Work {
	type op struct {
		cmdlet, identity string
		parameters       map[string]any
	}
	work := func(script string, ops ...op) exchange.Work {
		w := exchange.Work{Script: exchange.Script{Name: script}}
		for _, o := range ops {
			data, _ := json.Marshal(o.parameters)
			w.Operations = append(w.Operations, exchange.Operation{Cmdlet: o.cmdlet, Identity: o.identity, Parameters: data})
		}
		return w
	}
	floor := func(name string) op {
		return op{"New-Place", "North|" + name, map[string]any{"Type": "Floor", "Building": "North", "Name": name}}
	}
	return map[string]exchange.Work{
		"places-buildings": work("places-buildings", op{"Set-PlacesSettings", "tenant", nil},
			op{"New-Place", "North", map[string]any{"Type": "Building"}}, op{"New-Place", "South", map[string]any{"Type": "Building"}},
			floor("1"), floor("2"), op{"New-Place", "South|G", map[string]any{"Type": "Floor", "Building": "South", "Name": "G"}},
			op{"Set-PlaceV3", "a@c", map[string]any{"ParentId": "South|G"}}, op{"Set-PlaceV3", "b@c", map[string]any{"ParentId": "North|1"}},
			op{"Set-PlaceV3", "c@c", map[string]any{"ParentId": "North|2"}}),
		"service-account": work("service-account", op{"POST /users", "svc@c", map[string]any{"displayName": "Service", "accountEnabled": true}}),
		"remove-grant":    work("remove-grant", op{"remove appRoleAssignment", "Calendars.Read", map[string]any{"appId": "app"}}),
		"limit-application": work("limit-application", op{"New-ServicePrincipal", "app", map[string]any{"AppId": "app"}},
			op{"New-ManagementScope", "rooms", map[string]any{"Target": "rooms", "OrganizersBy": "Department", "Organizers": "R&D; O'Neil"}},
			op{"New-ManagementRoleAssignment", "calendars", map[string]any{"App": "sp", "Role": "Application Calendars.Read", "CustomResourceScope": "rooms"}},
			op{"Test-ServicePrincipalAuthorization", "a@c", map[string]any{"Role": "x"}}),
	}
}

func (w *world) input() (Input, *memory) {
	in, m := bench(nil)
	in.Directory, in.Password = w, vault.NewSecret("correct horse")
	in.Connection.Application = connection.Application{ClientID: "app", ServicePrincipalID: "sp"}
	return in, m
}

// TestEveryKill ends the program at every write, before and after it reached
// Microsoft, and at every line of the journal. One more run leaves the tenant as an
// undisturbed one does, and taking it back as it was.
func TestEveryKill(t *testing.T) {
	kills := 0
	for name, job := range works() {
		t.Run(name, func(t *testing.T) {
			apply := func(w *world, in Input) error {
				p, err := MakePlan(t.Context(), in, job)
				if err != nil {
					return err
				}
				_, err = Apply(t.Context(), in, p)
				return err
			}
			undo := func(in Input) error {
				p, err := MakeUndoPlan(t.Context(), in, name)
				if err != nil {
					return err
				}
				out, err := Apply(t.Context(), in, p)
				if err == nil && out.Summary[exchange.Failed]+out.Summary[exchange.Skipped] > 0 {
					err = fmt.Errorf("%+v", out.Results)
				}
				return err
			}
			whole := newWorld()
			start := whole.state()
			in, m := whole.input()
			if err := apply(whole, in); err != nil || whole.writes == 0 {
				t.Fatal(err, whole.writes)
			}
			after, writes, lines := whole.state(), whole.writes, len(m.lines)
			if err := apply(whole, in); err != nil || whole.writes != writes || whole.state() != after {
				t.Fatalf("again: %v, %d writes in place of %d", err, whole.writes, writes)
			}
			if err := undo(in); err != nil || whole.state() != start {
				t.Fatalf("undo: %v\n%s\n%s", err, whole.state(), start)
			}
			ended := func(what string, w *world, in Input) {
				t.Helper()
				kills++
				if w.kill = 0; apply(w, in) != nil || w.state() != after {
					t.Errorf("%s: %s", what, w.state())
				}
				if err := undo(in); err != nil || w.state() != start {
					t.Errorf("%s, and undone: %v %s", what, err, w.state())
				}
			}
			for at := 1; at <= writes; at++ {
				for _, made := range []bool{false, true} {
					w := newWorld()
					w.kill, w.made = at, made
					in, m := w.input()
					m.deaf = func() bool { return w.kill > 0 && w.writes >= w.kill } // nothing is written any more
					if err := apply(w, in); err == nil {
						t.Error("it was not ended")
					}
					m.deaf = nil
					ended(fmt.Sprintf("write %d, made %v", at, made), w, in)
				}
			}
			for at := range lines {
				w := newWorld()
				in, m := w.input()
				m.deaf = func() bool { return len(m.lines) >= at }
				if err := apply(w, in); err == nil {
					t.Error("the journal took nothing and nobody said so")
				}
				m.deaf = nil
				ended(fmt.Sprint("line ", at), w, in)
			}
		})
	}
	t.Logf("%d kills", kills)
}

// TestBuildingsOff: where Microsoft shows no building, the first one that is made is
// not made a second time.
func TestBuildingsOff(t *testing.T) {
	w := newWorld()
	w.Places, w.hidden = nil, true
	in, _ := w.input()
	job := works()["places-buildings"]
	p, err := MakePlan(t.Context(), in, job)
	if err != nil || len(p.Warnings) != 1 {
		t.Fatal(err, p.Warnings)
	}
	for range 2 {
		if p, err = MakePlan(t.Context(), in, job); err != nil {
			t.Fatal(err)
		}
		if _, err := Apply(t.Context(), in, p); problem.CodeOf(err) != codeHidden || len(w.Places) != 1 {
			t.Fatal(err, w.Places)
		}
	}
	w.hidden = false // North is there, South is not
	if p, err = MakePlan(t.Context(), in, job); err != nil || p.Items[0].Action != change.Keep || p.Items[1].Action != change.Create {
		t.Fatal(err, p.Items)
	}
}

// TestWhatSomebodyElseMade: an account of the name is left as it is, a building in
// use is not removed, and what is about another application is nobody's business.
func TestWhatSomebodyElseMade(t *testing.T) {
	w := newWorld()
	w.Accounts["svc@c"] = "Somebody"
	in, _ := w.input()
	p, err := MakePlan(t.Context(), in, works()["service-account"])
	if err != nil || p.Items[0].Action != change.Keep || p.NewAccount() != "" {
		t.Fatal(err, p.Items)
	}
	job := works()["places-buildings"]
	if p, err = MakePlan(t.Context(), in, job); err != nil {
		t.Fatal(err)
	}
	if _, err = Apply(t.Context(), in, p); err != nil {
		t.Fatal(err)
	}
	for id, s := range map[string]tenant.Space{"x": {ID: "x", Name: "new", Kind: "section"}} {
		for _, floor := range w.Places {
			if floor.Name == "G" {
				s.ParentID = floor.ID
			}
		}
		w.Places = append(w.Places, s)
		w.Parents["b@c"] = id
	}
	if p, err = MakeUndoPlan(t.Context(), in, "places-buildings"); err != nil {
		t.Fatal(err)
	}
	out, err := Apply(t.Context(), in, p)
	if err != nil || out.Summary[exchange.Failed] != 2 { // the floor, and its building
		t.Fatal(err, out.Results)
	}
	if p, err = MakePlan(t.Context(), in, works()["remove-grant"]); err != nil {
		t.Fatal(err)
	}
	if out, err = Apply(t.Context(), in, p); err != nil || out.Script != "remove-grant" {
		t.Fatal(err, out)
	}
	undo, err := MakeUndoPlan(t.Context(), in, "remove-grant")
	if err != nil || undo.result() != "restore-grant" || undo.Items[0].Action != change.Grant {
		t.Fatal(err, undo)
	}
	in.Connection.Application.ClientID = "another"
	if _, err := MakeUndoPlan(t.Context(), in, "remove-grant"); problem.CodeOf(err) != codeNothing {
		t.Fatal(err)
	}
}
