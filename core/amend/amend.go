// Package amend does by Microsoft Graph what a script of core/exchange does, where
// Microsoft supports it: it plans, applies and takes back, with the journal.
package amend

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Directory is what the administrator's sign-in reads and changes.
type Directory interface {
	// Account is whose address it is; without an id nobody's.
	Account(ctx context.Context, address string) (tenant.Account, error)
	AllowSignIn(ctx context.Context, id string, allowed bool) error
	Rooms(ctx context.Context, each func([]tenant.Room)) tenant.Listing[tenant.Room]
	Place(ctx context.Context, key string) (tenant.Place, error)
	ChangePlace(ctx context.Context, id, kind string, properties map[string]any) error
	// Spaces are the places of a kind: "building", "floor" or "section".
	Spaces(ctx context.Context, kind string) ([]tenant.Space, error)
	CreateSpace(ctx context.Context, s tenant.Space) error
	DeleteSpace(ctx context.Context, id string) error
	CreateUser(ctx context.Context, u tenant.NewUser, password vault.Secret) error
	DeleteUser(ctx context.Context, id string) error
	RolesOf(ctx context.Context, id string) ([]tenant.DirectoryRole, error)
	ServicePrincipal(ctx context.Context, appID string) (tenant.ServicePrincipal, error)
	AppRoleGrants(ctx context.Context, servicePrincipalID string) ([]tenant.AppRoleGrant, error)
	GrantAppRole(ctx context.Context, servicePrincipalID, resourceID, appRoleID string) error
	RevokeAppRole(ctx context.Context, servicePrincipalID, grantID string) error
	// Matching is how many accounts have one of the values in a property, which is
	// named as Exchange does: "Department", "Office", "CustomAttribute1" to 15.
	Matching(ctx context.Context, property string, values []string) (int, error)
	// GroupAt counts the direct members of the group that has an address: the people
	// with an email address, and the groups.
	GroupAt(ctx context.Context, address string) (people, nested int, found bool, err error)
	// UnitPeople counts the users in an administrative unit that have an email address.
	UnitPeople(ctx context.Context, id string) (people int, found bool, err error)
	preview
}

// preview is what Microsoft offers as a preview only: the management scopes and
// roles of Exchange.
type preview interface {
	// ExchangeRole is the id of a management role by its name, "" for none.
	ExchangeRole(ctx context.Context, name string) (string, error)
	AppScopes(ctx context.Context) ([]tenant.AppScope, error)
	CreateAppScope(ctx context.Context, s tenant.AppScope) error
	ChangeAppScope(ctx context.Context, s tenant.AppScope) error
	DeleteAppScope(ctx context.Context, id string) error
	ExchangeAssignments(ctx context.Context, servicePrincipalID string) ([]tenant.ExchangeAssignment, error)
	CreateExchangeAssignment(ctx context.Context, a tenant.ExchangeAssignment) error
	DeleteExchangeAssignment(ctx context.Context, id string) error
}

// Input is all that a plan or a run works on.
type Input struct {
	Connection *connection.Connection
	Directory  Directory
	Journal    change.Journal
	// By is the administrator's user principal name, for the record.
	By string
	// Password is that of an account that is made; it goes to Microsoft only.
	Password vault.Secret
	Report   task.Report
	// Clock's patience is how long Microsoft may take until it shows a change, 0
	// for half a minute.
	change.Clock
}

// Plan is everything that Apply would do, for a person to read and for a second
// person to review.
type Plan struct {
	Version    int       `json:"version"`
	MadeAt     time.Time `json:"madeAt"`
	MadeBy     string    `json:"madeBy"`
	Connection string    `json:"connection"`
	Tenant     string    `json:"tenant"`
	// Script is the script in whose place it is. Undo is whether it takes back
	// what was done.
	Script   string       `json:"script"`
	Undo     bool         `json:"undo,omitempty"`
	Items    []Item       `json:"items"`
	Warnings []words.Text `json:"warnings"`
}

// NewAccount is the account that Apply would make, for which it needs a password;
// "" for none.
func (p Plan) NewAccount() string {
	for _, i := range p.Items {
		if i.Cmdlet == "POST /users" && i.Action == change.Create {
			return i.Identity
		}
	}
	return ""
}

// planVersion is the version of the plan's JSON.
const planVersion = 1

// Item is one object of a plan, with what would be changed of it.
type Item struct {
	change.Item
	Cmdlet   string `json:"cmdlet"`
	Identity string `json:"identity"`
	// Before and After are the values that differ, in the script's words.
	Before Values `json:"before,omitempty"`
	After  Values `json:"after,omitempty"`
}

// Values are properties of an object by the names that the script gives them. A
// missing one, nil, "" and an empty list are the same.
type Values map[string]any

// Todo are the objects that Apply changes.
func (p Plan) Todo() (todo []Item) {
	for _, i := range p.Items {
		if i.Action.Does() {
			todo = append(todo, i)
		}
	}
	return todo
}

// MakePlan looks at every object of the work. It changes nothing.
func MakePlan(ctx context.Context, in Input, w exchange.Work) (Plan, error) {
	e, err := in.view(w.Script.Name)
	if err != nil {
		return Plan{}, err
	}
	var items []Item
	var notes []words.Text
	for _, o := range w.Operations {
		k, known := kinds[o.Cmdlet]
		if !known { // it only looks, or Graph cannot do it, which the plan says
			continue
		}
		i := Item{Cmdlet: o.Cmdlet, Identity: o.Identity}
		err := json.Unmarshal(o.Parameters, &i.After)
		if err == nil && k.about != nil {
			var note words.Text
			if note, err = k.about(ctx, e, i.After); !note.IsZero() {
				notes = append(notes, note)
			}
		}
		if err == nil && k.wanted != nil {
			i.After, err = k.wanted(i.After)
		}
		if err != nil {
			return Plan{}, err
		}
		items = append(items, i)
	}
	p := in.plan(w.Script.Name, items)
	p.Warnings = slices.Concat(p.Warnings, w.Warnings, notes, untested(w.Script))
	err = e.compare(ctx, p, func(i *Item, now object) {
		before, after := Values{}, Values{}
		for name, v := range i.After {
			if !same(now.values[name], v) && (now.id == "" || !kinds[i.Cmdlet].made) {
				before[name], after[name] = now.values[name], v
			}
		}
		i.say(now, before, after)
	})
	if e.spaces != nil && len(*e.spaces) == 0 {
		p.Warnings = append(p.Warnings, words.T("Microsoft shows no building of this tenant. Where buildings are not switched on, it does not show what is created either: switch them on first in PowerShell (Connect-MicrosoftPlaces; Set-PlacesSettings -EnableBuildings 'Default:true'), or run the script, which does."))
	}
	return p, err
}

func (in Input) plan(script string, items []Item) Plan {
	return Plan{Version: planVersion, MadeAt: in.Time(), MadeBy: in.By, Connection: in.Connection.ID, Tenant: in.Connection.Tenant.ID,
		Script: script, Items: items, Warnings: []words.Text{}}
}

// atOnce is how many objects are looked at side by side.
const atOnce = 4

// compare looks at the objects of items and has judge fill each in. One that is
// not there is an item to read; any other error ends it.
func (e *view) compare(ctx context.Context, p Plan, judge func(*Item, object)) error {
	err := e.ahead(ctx, p.Items)
	if err == nil {
		err = e.each(ctx, p.Items, judge)
	}
	if err == nil {
		return nil
	}
	return e.explained(p, problem.Of(err), words.T("Microsoft did not let %s look at what this would change.", e.By))
}

func (e *view) each(ctx context.Context, items []Item, judge func(*Item, object)) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for n := range items {
		g.Go(func() error {
			i := &items[n]
			i.name()
			i.Action = change.Keep
			e.Report.Say(n, len(items), words.T("Checking %s", i.Identity))
			now, err := e.look(ctx, *i)
			if p := problem.Of(err); p != nil && p.Kind == problem.Absent {
				i.Action, i.Problem, i.Before, i.After = change.Attention, p, nil, nil
				i.Today = words.T("not found")
				return nil
			}
			if err == nil {
				judge(i, now)
			}
			return err
		})
	}
	return g.Wait()
}

// name fills in what the item is called.
func (i *Item) name() { i.ID, i.Title = keyOf(*i), words.Plain(i.Identity) }

// say fills in what is changed of an object, and why it is not.
func (i *Item) say(now object, before, after Values) {
	i.Before, i.After, i.Why = before, after, now.note
	i.Today, i.Wanted = before.text(), after.text()
	k := kinds[i.Cmdlet]
	switch {
	case len(after) == 0 && (!k.made || now.leave.IsZero()):
		i.Before, i.After = nil, nil
		i.Today, i.Wanted = words.T("as needed"), words.T("as needed")
	case !now.leave.IsZero():
		i.Action, i.Why = change.Attention, now.leave
	default:
		i.Action = k.does(now, after)
	}
}

// text is the values for a person, by name.
func (v Values) text() words.Text {
	out := words.T("nothing")
	for n, name := range slices.Sorted(maps.Keys(v)) {
		one := words.T("%s: %s", titleOf(name), shown(v[name]))
		if out = words.T("%s, %s", out, one); n == 0 {
			out = one
		}
	}
	return out
}
