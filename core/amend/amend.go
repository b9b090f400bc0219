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
}

// Input is all that a plan or a run works on.
type Input struct {
	Connection *connection.Connection
	Directory  Directory
	Journal    change.Journal
	// By is the administrator's user principal name, for the record.
	By     string
	Report task.Report
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
	items := make([]Item, len(w.Operations))
	for i, o := range w.Operations {
		items[i] = Item{Cmdlet: o.Cmdlet, Identity: o.Identity}
		if err := json.Unmarshal(o.Parameters, &items[i].After); err != nil {
			return Plan{}, err
		}
	}
	p := in.plan(w.Script.Name, items)
	p.Warnings = append(p.Warnings, w.Warnings...)
	return p, in.compare(ctx, p.Items, func(i *Item, now object) {
		before, after := Values{}, Values{}
		for name, v := range i.After {
			if !same(now.values[name], v) {
				before[name], after[name] = now.values[name], v
			}
		}
		i.say(now, before, after)
	})
}

func (in Input) plan(script string, items []Item) Plan {
	return Plan{Version: planVersion, MadeAt: in.Time(), MadeBy: in.By, Connection: in.Connection.ID, Tenant: in.Connection.Tenant.ID,
		Script: script, Items: items, Warnings: []words.Text{}}
}

// atOnce is how many objects are looked at side by side.
const atOnce = 4

// compare looks at the objects of items and has judge fill each in. One that is
// not there is an item to read; any other error ends it.
func (in Input) compare(ctx context.Context, items []Item, judge func(*Item, object)) error {
	look := in.looks(ctx, items)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for n := range items {
		g.Go(func() error {
			i := &items[n]
			i.ID, i.Title, i.Action = i.Cmdlet+" "+i.Identity, words.Plain(i.Identity), change.Keep
			in.Report.Say(n, len(items), words.T("Looking at %s", i.Identity))
			now, err := look(ctx, i.Cmdlet, i.Identity)
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

// say fills in what is changed of an object, and why it is not.
func (i *Item) say(now object, before, after Values) {
	i.Before, i.After = before, after
	i.Today, i.Wanted = before.text(), after.text()
	switch {
	case len(after) == 0:
		i.Before, i.After = nil, nil
		i.Today, i.Wanted = words.T("as needed"), words.T("as needed")
	case !now.leave.IsZero():
		i.Action, i.Why = change.Attention, now.leave
	default:
		i.Action = change.Change
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
