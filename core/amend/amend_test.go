package amend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

var refused = problem.Declare("test.refused", problem.Denied)

// memory is a journal; dies is the phase that does not come to the disk, as when
// the program was ended before.
type memory struct {
	lines []json.RawMessage
	dies  string
	// deaf is whether nothing comes to the disk any more, nil for no.
	deaf func() bool
}

func (m *memory) Entries() ([]json.RawMessage, error) { return m.lines, nil }

func (m *memory) Append(e any) error {
	line, err := json.Marshal(e)
	if m.deaf != nil && m.deaf() {
		return errKilled
	}
	if m.dies != "" && strings.Contains(string(line), `"phase":"`+m.dies+`"`) {
		return problem.New(problem.CodeCancelled, words.T("killed"))
	}
	m.lines = append(m.lines, line)
	return err
}

// rooms are accounts and places that forget what is in lost and deny what is in
// denied.
type rooms struct {
	Directory
	enabled map[string]bool
	places  map[string]map[string]any
	lost    bool
	fails   error
	writes  int
}

func (r *rooms) Account(_ context.Context, address string) (tenant.Account, error) {
	on, there := r.enabled[address]
	if !there {
		return tenant.Account{}, nil
	}
	return tenant.Account{ID: address, Enabled: &on}, nil
}

func (r *rooms) AllowSignIn(_ context.Context, id string, allowed bool) error {
	if r.fails != nil {
		return r.fails
	}
	if r.writes++; !r.lost {
		r.enabled[id] = allowed
	}
	return nil
}

func (r *rooms) Rooms(context.Context, func([]tenant.Room)) tenant.Listing[tenant.Room] {
	return tenant.Listing[tenant.Room]{}
}

func (r *rooms) Place(_ context.Context, key string) (p tenant.Place, err error) {
	data, _ := json.Marshal(r.places[key])
	err = json.Unmarshal(data, &p.Room)
	p.ID = key
	return p, err
}

func (r *rooms) ChangePlace(_ context.Context, id, _ string, properties map[string]any) error {
	r.writes++
	for name, v := range properties {
		r.places[id][name] = v
	}
	return nil
}

func bench(r *rooms) (Input, *memory) {
	m := &memory{}
	return Input{Connection: &connection.Connection{ID: "c", Tenant: connection.Tenant{ID: "t"}}, Directory: r, Journal: m, By: "ada@contoso.com",
		Clock: change.Clock{Pace: func(int) time.Duration { return time.Millisecond }, Patience: 20 * time.Millisecond}}, m
}

func work(cmdlet string, parameters map[string]any, identities ...string) exchange.Work {
	w := exchange.Work{Script: exchange.Script{Name: "block-room-sign-in"}}
	data, _ := json.Marshal(parameters)
	for _, id := range identities {
		w.Operations = append(w.Operations, exchange.Operation{Cmdlet: cmdlet, Identity: id, Parameters: data})
	}
	return w
}

var block = work("PATCH /users", map[string]any{"accountEnabled": false}, "a@c", "b@c", "off@c", "gone@c")

func plan(t *testing.T, in Input, w exchange.Work) Plan {
	t.Helper()
	p, err := MakePlan(t.Context(), in, w)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(p) // as a reviewed file has it
	if err != nil {
		t.Fatal(err)
	}
	if p, err = ReadPlan(data, "plan.json"); err != nil {
		t.Fatal(err)
	}
	return p
}

func newRooms() *rooms {
	return &rooms{enabled: map[string]bool{"a@c": true, "b@c": true, "off@c": false}}
}

// TestApplyAndUndo: what differs is changed and read back, once; undo restores
// what was there before, and leaves what somebody has changed since.
func TestApplyAndUndo(t *testing.T) {
	r := newRooms()
	in, _ := bench(r)
	p := plan(t, in, block)
	if len(p.Todo()) != 2 || p.Items[2].Action != change.Keep || p.Items[3].Action != change.Attention {
		t.Fatalf("%+v", p.Items)
	}
	out, err := Apply(t.Context(), in, p)
	if err != nil || out.Summary[exchange.Changed] != 2 || out.Summary[exchange.Same] != 1 || out.Summary[exchange.Failed] != 1 || r.writes != 2 {
		t.Fatal(err, out, r.writes)
	}
	if data, err := out.File(); err != nil {
		t.Fatal(err)
	} else if _, err := exchange.ReadResult(data, in.Connection); err != nil {
		t.Fatal(err)
	}
	if again := plan(t, in, block); len(again.Todo()) != 0 {
		t.Fatal(again.Items)
	}
	if out, err = Apply(t.Context(), in, p); err != nil || r.writes != 2 || out.Summary[exchange.Changed] != 0 || out.Summary[exchange.Same] != 3 {
		t.Fatal(err, r.writes, out) // the same plan once more
	}
	undo, err := MakeUndoPlan(t.Context(), in, "block-room-sign-in")
	if err != nil || len(undo.Todo()) != 2 {
		t.Fatal(err, undo.Items)
	}
	r.enabled["b@c"] = true // somebody was faster
	if out, err = Apply(t.Context(), in, undo); err != nil || out.Summary[exchange.Changed] != 1 || out.Summary[exchange.Same] != 1 || !r.enabled["a@c"] || r.writes != 3 {
		t.Fatal(err, out, r.writes)
	}
	if _, err := MakeUndoPlan(t.Context(), in, "block-room-sign-in"); problem.CodeOf(err) != codeNothing {
		t.Fatal(err)
	}
	history, err := History(in.Journal)
	if err != nil || history[0].Phase != change.PhaseStart || history[len(history)-1].Phase != change.PhaseEnd {
		t.Fatal(err, history)
	}
}

// TestKilled: a run that was ended after a call and before its record goes on
// where it was, and can be undone.
func TestKilled(t *testing.T) {
	r := newRooms()
	in, m := bench(r)
	p := plan(t, in, block)
	m.dies = change.PhaseAfter
	if _, err := Apply(t.Context(), in, p); err == nil || r.enabled["a@c"] {
		t.Fatal(err, r.enabled)
	}
	m.dies = ""
	if undo, err := MakeUndoPlan(t.Context(), in, "block-room-sign-in"); err != nil || undo.Items[0].Identity != "a@c" || undo.Items[0].Action != change.Change {
		t.Fatal(err, undo.Items)
	}
	writes := r.writes
	if out, err := Apply(t.Context(), in, p); err != nil || out.Summary[exchange.Changed] != 1 || out.Summary[exchange.Same] != 2 || r.enabled["b@c"] || r.writes != writes+1 {
		t.Fatal(err, out, writes)
	}
	undo, err := MakeUndoPlan(t.Context(), in, "block-room-sign-in")
	if err != nil {
		t.Fatal(err)
	}
	m.dies = change.PhaseUndone
	if _, err := Apply(t.Context(), in, undo); err == nil {
		t.Fatal("the record of an undo was lost and nobody said so")
	}
	m.dies = ""
	if undo, err = MakeUndoPlan(t.Context(), in, "block-room-sign-in"); err != nil {
		t.Fatal(err)
	}
	if _, err = Apply(t.Context(), in, undo); err != nil || !r.enabled["a@c"] || !r.enabled["b@c"] || r.enabled["off@c"] {
		t.Fatal(err, r.enabled)
	}
}

// kept is a result as it is read back.
func kept(t *testing.T, in Input, out exchange.Result) exchange.Result {
	t.Helper()
	data, err := out.File()
	if err != nil {
		t.Fatal(err)
	}
	if out, err = exchange.ReadResult(data, in.Connection); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRefusals: what is not as planned is left alone, what is not kept is a
// failure, and who may not is told once.
func TestRefusals(t *testing.T) {
	r := newRooms()
	in, _ := bench(r)
	places := work("Set-Place", map[string]any{"Building": "North", "Capacity": 8}, "a@c")
	r.places = map[string]map[string]any{"a@c": {"building": "Old", "capacity": 8}}
	p := plan(t, in, places)
	if before := p.Items[0].Before; len(before) != 1 || before["Building"] != "Old" {
		t.Fatal(before)
	}
	r.places["a@c"]["building"] = "Other"
	if out, err := Apply(t.Context(), in, p); err != nil || out.Results[0].Status != exchange.Failed || !strings.Contains(out.Results[0].Error, "changed since") || r.writes != 0 {
		t.Fatal(err, out)
	} else if all := kept(t, in, out).Reasons(); len(all) != 1 || all[0].Code != codeStale || len(all[0].Remedies) != 1 || all[0].Remedies[0].Text.String() != "Plan again." {
		t.Fatal(all)
	}

	r.lost = true
	out, err := Apply(t.Context(), in, plan(t, in, block))
	if err != nil || out.Summary[exchange.Failed] != 3 || !strings.Contains(out.Results[0].Error, "did not keep it. It still has: Sign-in: yes") {
		t.Fatal(err, out)
	} else if all := kept(t, in, out).Reasons(); len(all) != 2 || all[0].Code != codeNotKept || all[1].Code != codeNoAccount || all[1].Remedies[0].Place != problem.PlaceRooms {
		t.Fatal(all)
	}

	r.fails = problem.New(refused, words.T("no"))
	out, err = Apply(t.Context(), in, plan(t, in, block))
	if problem.CodeOf(err) != codeRole || out.Summary[exchange.Skipped] != 2 || len(problem.Of(err).Remedies) != 3 {
		t.Fatal(err, out)
	} else if back := kept(t, in, out); back.Stopped().Code != codeRole || len(back.Reasons()) != 2 || back.Reasons()[0].Code != codeRole {
		t.Fatal(back.Reasons()) // the role is named once
	}
	r.fails = errors.New("broken")
	r.enabled["off@c"] = true
	r.enabled["gone@c"] = true
	if out, err = Apply(t.Context(), in, plan(t, in, block)); problem.CodeOf(err) != codeRepeated || out.Summary[exchange.Skipped] != 1 {
		t.Fatal(err, out)
	}
	r = &rooms{enabled: map[string]bool{}, fails: errors.New("broken")}
	var all []string
	for n := range 40 { // every other one is as needed
		all = append(all, fmt.Sprintf("%02d@c", n))
		r.enabled[all[n]] = n%2 == 0
	}
	in, _ = bench(r)
	out, err = Apply(t.Context(), in, plan(t, in, work("PATCH /users", map[string]any{"accountEnabled": false}, all...)))
	if problem.CodeOf(err) != codeRepeated || out.Summary[exchange.Failed] != 3 || out.Summary[exchange.Skipped] != 35 {
		t.Fatal(err, out.Summary)
	}
	p.Tenant = "another"
	if _, err := Apply(t.Context(), in, p); problem.CodeOf(err) != codeNoPlan {
		t.Fatal(err)
	}
}
