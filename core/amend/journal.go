package amend

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// journalKind marks this package's entries: the file is shared.
const journalKind = "exchange"

// entry is one line of the record. Before and After of a call that is about to be
// made are what is there and what is asked for.
type entry struct {
	Kind string `json:"kind"`
	change.Record
	Script   string `json:"script"`
	Cmdlet   string `json:"cmdlet,omitempty"`
	Identity string `json:"identity,omitempty"`
	// Application is the client ID of the connection's application, where the change
	// is about that.
	Application string `json:"application,omitempty"`
	Before      Values `json:"before,omitempty"`
	After       Values `json:"after,omitempty"`
}

// write appends an entry about an object, or about the run as a whole; without
// it, nothing is done.
func (r *run) write(i Item, e change.Record) error {
	e.At, e.Run, e.By = r.in.Time(), r.id, r.in.By
	if i.Cmdlet != "" {
		e.Step, e.Title = r.plan.Script, words.T("%s: %s", kinds[i.Cmdlet].title, i.Identity)
	}
	application := ""
	if kinds[i.Cmdlet].ofApplication {
		application = r.in.Connection.Application.ClientID
	}
	r.unwritten = r.in.Journal.Append(entry{Kind: journalKind, Record: e, Script: r.plan.Script, Cmdlet: i.Cmdlet, Identity: i.Identity, Application: application, Before: i.Before, After: i.After})
	return r.unwritten
}

// keyOf tells the objects of a script apart.
func keyOf(i Item) string { return i.Cmdlet + " " + i.Identity }

// making is an object that a run of the script made.
type making struct {
	run string
	at  time.Time
	// seen is whether Microsoft has shown it since, removing whether a run was
	// about to remove it, which it does to what it sees.
	seen, removing bool
}

// view opens a view that knows what runs of the script have made.
func (in Input) view(script string) (*view, error) {
	entries, err := in.entries(script)
	made, undoes := map[string]making{}, map[string]bool{}
	for _, e := range entries {
		key := e.Cmdlet + " " + e.Identity
		m, known := made[key]
		switch e.Phase {
		case change.PhaseStart:
			undoes[e.Run] = e.Verb == "undo"
		case change.PhaseBefore, change.PhaseFailed:
			if m.removing = undoes[e.Run] && e.Phase == change.PhaseBefore; known {
				made[key] = m
			}
		case change.PhaseAfter: // once when Microsoft answers, and again when it is read back
			made[key] = making{run: e.Run, at: e.At, seen: e.Request == "" || known && m.run == e.Run}
		case change.PhaseUndone:
			delete(made, key)
		}
	}
	return &view{Input: in, entries: entries, made: made}, err
}

// appears is how long Microsoft may take to show what it has created.
const appears = 24 * time.Hour

// mayExist is whether an object that Microsoft does not show may be there all the
// same, because a run of the script made it.
func (e *view) mayExist(i Item, now object) bool {
	m, made := e.made[keyOf(i)]
	if !made || m.removing || now.id != "" || !kinds[i.Cmdlet].made {
		return false
	}
	return kinds[i.Cmdlet].inTree && len(*e.spaces) == 0 || !m.seen && e.Time().Sub(m.at) < appears
}

// entries are those of a script. What is about another application than the
// connection's of today is left out: it is no business of the connection any more.
func (in Input) entries(script string) ([]entry, error) {
	all, err := readJournal(in.Journal)
	return slices.DeleteFunc(all, func(e entry) bool {
		return e.Script != script || e.Application != "" && e.Application != in.Connection.Application.ClientID
	}), err
}

func readJournal(j change.Journal) ([]entry, error) {
	lines, err := j.Entries()
	if err != nil {
		return nil, err
	}
	var out []entry
	for _, line := range lines {
		var e entry
		if json.Unmarshal(line, &e) == nil && e.Kind == journalKind {
			out = append(out, e)
		}
	}
	return out, nil
}

// History is the record of what was done to the tenant, oldest first.
func History(j change.Journal) ([]change.Record, error) {
	entries, err := readJournal(j)
	list := []change.Record{}
	for _, e := range entries {
		r := e.Record
		if len(e.Before) > 0 {
			r.Before = e.Before
		}
		if len(e.After) > 0 {
			r.After = e.After
		}
		list = append(list, r)
	}
	return list, err
}

// standing is what runs of a script changed and nobody took back: for each object
// the values from before the first run and those of the last, oldest first.
func standing(entries []entry) (list []Item) {
	undoes := map[string]bool{}
	held, open := map[string]*Item{}, map[string]entry{}
	var order []string
	keep := func(e entry) {
		key := e.Cmdlet + " " + e.Identity
		delete(open, key)
		if held[key] == nil {
			held[key] = &Item{Cmdlet: e.Cmdlet, Identity: e.Identity, Before: Values{}, After: Values{}}
			order = append(order, key)
		}
		for name, v := range e.After {
			if _, there := held[key].After[name]; !there {
				held[key].Before[name] = e.Before[name]
			}
			held[key].After[name] = v
		}
	}
	for _, e := range entries {
		key := e.Cmdlet + " " + e.Identity
		switch e.Phase {
		case change.PhaseStart:
			undoes[e.Run] = e.Verb == "undo"
		case change.PhaseBefore:
			if !undoes[e.Run] {
				open[key] = e
			}
		case change.PhaseAfter:
			keep(e)
		case change.PhaseFailed:
			delete(open, key)
		case change.PhaseUndone:
			delete(held, key)
			delete(open, key)
		}
	}
	for _, e := range entries { // what was begun, and whose end nobody saw
		if begun, there := open[e.Cmdlet+" "+e.Identity]; there {
			keep(begun)
		}
	}
	for _, key := range order {
		if i := held[key]; i != nil {
			list = append(list, *i)
			held[key] = nil
		}
	}
	return list
}

// depth is how deep an object is in others.
func (i Item) depth() int {
	switch {
	case i.Cmdlet == "Set-PlaceV3":
		return 2
	case i.Cmdlet == "New-ManagementRoleAssignment", canonical(i.After[spaceType]) == "Floor":
		return 1
	}
	return 0
}

// MakeUndoPlan says what taking back what runs of a script did would do. What
// somebody has changed since stays. It changes nothing.
func MakeUndoPlan(ctx context.Context, in Input, script string) (Plan, error) {
	e, err := in.view(script)
	if err != nil {
		return Plan{}, err
	}
	e.undo = true
	items := standing(e.entries)
	slices.SortStableFunc(items, func(a, b Item) int { return b.depth() - a.depth() }) // what is in another is taken out of it first
	items = slices.DeleteFunc(items, func(i Item) bool { return kinds[i.Cmdlet].back == "" })
	if len(items) == 0 {
		return Plan{}, problem.New(codeNothing, words.T("Roomkey changed nothing with %s that it could undo.", script)).
			Fix(words.T("There is nothing to undo. To undo what a script changed, use its result file."))
	}
	p := in.plan(script, items)
	p.Undo = true
	return p, e.compare(ctx, p, e.takeBack)
}

// takeBack fills in what taking back an object of standing does, as it is now.
func (e *view) takeBack(i *Item, now object) {
	before, after, others := Values{}, Values{}, 0
	for name, ours := range i.After {
		switch was := i.Before[name]; {
		case same(now.values[name], was):
		case same(now.values[name], ours):
			before[name], after[name] = ours, was
		default:
			others++
		}
	}
	if others > 0 && kinds[i.Cmdlet].made { // it is somebody else's by now
		after = Values{}
	}
	i.say(object{id: now.id}, before, after)
	switch {
	case e.mayExist(*i, now):
		i.Action, i.Today, i.Wanted = change.Attention, words.T("not found"), words.T("left alone")
		i.Why = words.T("Roomkey has created it, but Microsoft does not show it, so it may still be there. Roomkey keeps it on record: undo again when Microsoft shows it, which may take a day.")
		if kinds[i.Cmdlet].inTree && len(*e.spaces) == 0 {
			i.Why = words.T("Roomkey has created it, but Microsoft shows no building of this tenant, so it may still be there. Roomkey keeps it on record: undo again when Microsoft shows buildings.")
		}
	case others > 0 && len(after) == 0:
		i.Action, i.Today, i.Wanted = change.Attention, words.T("changed since"), words.T("left alone")
		i.Why = words.T("Someone has changed it since Roomkey did. It stays as it is.")
	case others > 0:
		i.Why = words.T("What someone has changed since stays as it is.")
	}
}
