package ui

import (
	"context"
	"time"

	"github.com/roomkey/roomkey/core/amend"
	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// fakeScripts is what came back of scripts.
type fakeScripts struct {
	kept *exchange.Document
	// Whole is whether the next result has no failure.
	Whole   bool
	results []exchange.Result
	rooms   []exchange.RoomState
}

// KeepShown keeps nothing.
func (b *fakeCore) KeepShown() error { return nil }

// Checklist goes by results alone.
func (s *fakeSession) Checklist(context.Context) ([]exchange.Task, error) {
	target, err := s.LastScriptTarget()
	target.Results = s.ScriptResults()
	return exchange.Checklist(target), err
}

// LastScriptTarget is the connection with two rooms.
func (s *fakeSession) LastScriptTarget() (exchange.Target, error) {
	p, err := s.Product()
	return exchange.Target{Connection: s.Document(), Cloud: cloud.Cloud{ID: "global", Name: "Global"}, Product: p, Rooms: s.KnownRooms(), Now: fakeAt}, err
}

// ScriptTarget is the same.
func (s *fakeSession) ScriptTarget(context.Context) (exchange.Target, error) {
	return s.LastScriptTarget()
}

// ShowScript compares with what was kept.
func (b *fakeCore) ShowScript(d exchange.Document) (string, time.Time) {
	if b.kept == nil {
		return "", time.Time{}
	}
	return d.Diff(b.kept.Text), fakeAt
}

// KeepScript keeps a script.
func (b *fakeCore) KeepScript(d exchange.Document) error {
	defer b.ask("KeepScript")()
	b.kept = &d
	return nil
}

// WriteScriptFolder writes nothing.
func (b *fakeCore) WriteScriptFolder(_ context.Context, folder string) ([]string, error) {
	return []string{folder + "/01-calendar-processing.ps1", folder + "/README.md"}, nil
}

// ReadScriptResult reads two results, whatever the file.
func (b *fakeCore) ReadScriptResult([]byte) (exchange.Result, error) {
	defer b.ask("ReadScriptResult")()
	r := exchange.Result{Script: "calendar-processing", FinishedAt: fakeAt, Summary: map[string]int{exchange.Same: 11, exchange.Failed: 1},
		Results: []exchange.Outcome{{Identity: "room003@contoso.com", Status: exchange.Failed, Error: "not found" + b.Hostile}}}
	if b.Whole {
		r = exchange.NewResult(exchange.Result{Script: r.Script, FinishedAt: fakeAt, Results: []exchange.Outcome{{Identity: "room003@contoso.com", Status: exchange.Changed}}})
	}
	limit := exchange.Result{Script: "limit-application", FinishedAt: fakeAt.Add(-time.Minute), Summary: map[string]int{exchange.Changed: 3}}
	for mailbox, inside := range map[string]string{"room001@contoso.com": "in scope", "ceo@contoso.com": "out of scope"} {
		said := map[string]string{"in scope": "True", "out of scope": "False"}[inside]
		limit.Results = append(limit.Results, exchange.Outcome{Identity: mailbox, Action: inside, Status: exchange.Same, After: map[string]string{"Role": "Application Calendars.ReadWrite", "InScope": said}})
	}
	b.results = []exchange.Result{limit, r}
	return r, nil
}

// ScriptResults are those that were read.
func (b *fakeCore) ScriptResults() []exchange.Result {
	defer b.ask("ScriptResults")()
	return b.results
}

// AmendPlan would change one room and keep another.
func (b *fakeCore) AmendPlan(_ context.Context, script string, _ map[string]any, _ task.Report) (amend.Plan, error) {
	defer b.ask("AmendPlan")()
	item := func(room string, action change.Action) amend.Item {
		return amend.Item{Identity: room, Item: change.Item{ID: room, Title: words.Plain(room + b.Hostile), Today: words.T("Sign-in: yes"), Wanted: words.T("Sign-in: no"), Action: action}}
	}
	return amend.Plan{Script: script, Items: []amend.Item{item("room001@contoso.com", change.Change), item("room003@contoso.com", change.Keep)}}, nil
}

// AmendUndoPlan has nothing to undo.
func (b *fakeCore) AmendUndoPlan(_ context.Context, script string, _ task.Report) (amend.Plan, error) {
	return amend.Plan{}, problem.New(problem.CodeUnexpected, words.T("There is nothing to undo."))
}

// CountOrganizers finds nobody.
func (b *fakeCore) CountOrganizers(context.Context, string, string) (words.Text, error) {
	return words.Text{}, problem.New(problem.CodeUnexpected, words.T("No account matches."))
}

// Amend changes the room.
func (b *fakeCore) Amend(_ context.Context, plan amend.Plan, _ vault.Secret, _ task.Report) (exchange.Result, error) {
	defer b.ask("Amend")()
	r := exchange.NewResult(exchange.Result{Script: plan.Script, FinishedAt: fakeAt, Results: []exchange.Outcome{{Identity: "room001@contoso.com", Action: "sign-in blocked", Status: exchange.Changed}}})
	b.results = append(b.results, r)
	return r, nil
}

// ReadProcessing reads three lines, whatever the file.
func (b *fakeCore) ReadProcessing([]byte) ([]exchange.RoomState, error) {
	defer b.ask("ReadProcessing")()
	b.rooms = []exchange.RoomState{
		{Room: "room001@contoso.com", Line: 2, Differences: []exchange.Difference{{Parameter: "DeleteSubject", Is: "True", Wanted: "False"}, {Parameter: "ResourceDelegates", Is: "ada@contoso.com" + b.Hostile}}},
		{Room: "room003@contoso.com", Line: 3},
		{Line: 4, Problem: problem.New(problem.CodeUnexpected, words.T("Line 4: BookingWindowInDays is not a number in its range."))},
	}
	return b.rooms, nil
}

// Processing is what was read, at ProcessingAt.
func (b *fakeCore) Processing() []exchange.RoomState {
	defer b.ask("Processing")()
	return b.rooms
}

// ProcessingAt is an hour ago.
func (b *fakeCore) ProcessingAt() time.Time { return fakeAt.Add(-time.Hour) }
