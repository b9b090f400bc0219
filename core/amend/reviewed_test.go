package amend

import (
	"encoding/json"
	"testing"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/problem"
)

// TestReviewedPlan: a plan file that was edited shows what it would do, and is refused
// where an action contradicts its values.
func TestReviewedPlan(t *testing.T) {
	read := func(work string, edit func(map[string]any)) (Plan, error) {
		t.Helper()
		in, _ := bench(newRooms())
		job := block
		if work != "block-room-sign-in" {
			in, _ = newWorld().input()
			job = works()[work]
		}
		p, err := MakePlan(t.Context(), in, job)
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var file map[string]any
		if err := json.Unmarshal(data, &file); err != nil {
			t.Fatal(err)
		}
		edit(file["items"].([]any)[0].(map[string]any))
		if data, err = json.Marshal(file); err != nil {
			t.Fatal(err)
		}
		return ReadPlan(data, "plan.json")
	}

	p, err := read("block-room-sign-in", func(i map[string]any) {
		i["today"], i["wanted"], i["title"], i["id"] = "fine", "nothing", "another", "another"
	})
	if i := p.Items[0]; err != nil || i.Today.String() != "Sign-in: yes" || i.Wanted.String() != "Sign-in: no" || i.Title.String() != "a@c" || i.ID != "PATCH /users a@c" {
		t.Error(err, p.Items)
	}
	p, err = read("block-room-sign-in", func(i map[string]any) {
		i["identity"], i["after"], i["before"] = "ceo@c", map[string]any{"accountEnabled": true}, map[string]any{"accountEnabled": false}
	})
	if i := p.Items[0]; err != nil || i.Wanted.String() != "Sign-in: yes" || i.Title.String() != "ceo@c" {
		t.Error(err, p.Items)
	}

	const blocked, building, account, grant = "block-room-sign-in", "places-buildings", "service-account", "remove-grant"
	for name, c := range map[string]struct {
		work string
		edit func(map[string]any)
	}{
		"kept, with a change":          {blocked, func(i map[string]any) { i["action"] = change.Keep }},
		"an action that nobody counts": {blocked, func(i map[string]any) { i["action"] = change.ByHand }},
		"an unknown action":            {blocked, func(i map[string]any) { i["action"] = "look" }},
		"created, though it is there":  {blocked, func(i map[string]any) { i["action"] = change.Create }},
		"a change of nothing":          {blocked, func(i map[string]any) { delete(i, "after"); delete(i, "before") }},
		"no value from before":         {blocked, func(i map[string]any) { i["before"] = map[string]any{"displayName": "x"} }},
		"a word in place of yes":       {blocked, func(i map[string]any) { i["after"] = map[string]any{"accountEnabled": "true"} }},
		"a failure that is applied":    {blocked, func(i map[string]any) { i["problem"] = problem.New(codeInUse, p.Items[0].Title) }},
		"an unknown cmdlet":            {blocked, func(i map[string]any) { i["cmdlet"] = "DELETE /users" }},
		"created, and removed": {building, func(i map[string]any) {
			i["cmdlet"], i["after"], i["before"], i["action"] = "New-Place", map[string]any{"Type": nil}, map[string]any{"Type": "Building"}, change.Create
		}},
		"removed, and created":            {account, func(i map[string]any) { i["action"] = change.Remove }},
		"changed, where it is left alone": {account, func(i map[string]any) { i["action"] = change.Change }},
		"granted, and taken away":         {grant, func(i map[string]any) { i["action"] = change.Grant }},
		"taken away, and granted":         {grant, func(i map[string]any) { i["after"] = map[string]any{granted: true} }},
	} {
		if p, err := read(c.work, c.edit); problem.CodeOf(err) != codeNoPlan {
			t.Errorf("%s: %v %+v", name, err, p.Items[0])
		}
	}
	for work := range works() { // as it was made
		if _, err := read(work, func(map[string]any) {}); err != nil {
			t.Error(work, err)
		}
	}
}
