package amend

import (
	"encoding/json"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// ReadPlan reads a plan that was saved for review; name is that of the file. What it
// says of a change for a person is made again from the values that would be set: a
// file that was edited shows what it would do.
func ReadPlan(data []byte, name string) (Plan, error) {
	var p Plan
	if err := json.Unmarshal(data, &p); err != nil || p.Script == "" {
		return p, problem.New(codeNoPlan, words.T("%s is not a plan of roomkeyctl exchange.", name)).By(err).
			Run(words.T("Create one:"), "roomkeyctl exchange plan SCRIPT --out FILE")
	}
	if err := p.sound(); err != nil {
		return p, err
	}
	for n := range p.Items {
		i := &p.Items[n]
		i.name()
		switch {
		case len(i.After) > 0:
			i.Today, i.Wanted = i.Before.text(), i.After.text()
		case i.Action == change.Keep:
			i.Today, i.Wanted = words.T("as needed"), words.T("as needed")
		}
	}
	return p, nil
}

// sound is why the plan cannot be applied: it is of another version, or an action in
// it contradicts the values that belong to it.
func (p Plan) sound() error {
	if p.Version != planVersion {
		return problem.New(codeNoPlan, words.T("The plan was created by another version of Roomkey.")).Fix(words.T("Create a new plan."))
	}
	for _, i := range p.Items {
		if _, known := kinds[i.Cmdlet]; !known {
			return problem.New(codeNoPlan, words.T("The plan names a change that this version does not know: %s.", problem.Line(i.Cmdlet))).Fix(words.T("Create a new plan."))
		}
		if !i.sound() {
			return problem.New(codeNoPlan, words.T("The plan contradicts itself about %s: its action does not fit the values before and after.", problem.Line(i.Identity))).
				With(words.T("Someone may have edited the file.")).
				Fix(words.T("Create a new plan."))
		}
	}
	return nil
}

// sound is whether the action is the one that the values lead to.
func (i Item) sound() bool {
	k := kinds[i.Cmdlet]
	switch {
	case i.Action == change.Keep:
		return len(i.Before)+len(i.After) == 0
	case i.Action == change.Attention:
		return true
	case !i.Action.Does() || i.Problem != nil || len(i.After) == 0 || len(i.Before) != len(i.After):
		return false
	}
	for name, v := range i.After {
		if _, there := i.Before[name]; !there {
			return false
		}
		if name == accountEnabled || name == granted { // the text "true" would read as yes and do the contrary
			if _, is := v.(bool); !is && v != nil {
				return false
			}
		}
	}
	if i.Action == change.Create {
		return i.Before.empty() && i.Action == k.does(object{}, i.After)
	}
	return i.Action == k.does(object{id: "there"}, i.After) && (!k.made || i.After.empty())
}
