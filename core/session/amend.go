package session

import (
	"context"
	"github.com/roomkey/roomkey/core/connection"
	"slices"

	"github.com/roomkey/roomkey/core/amend"
	"github.com/roomkey/roomkey/core/change"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// ScopesToAmend are what the administrator's sign-in needs to look at what a
// script is about, or also to change it; none for a script that Graph cannot
// stand in for.
func ScopesToAmend(script string, changes bool) []string {
	api := exchange.APIOf(script)
	if !changes {
		return api.Read
	}
	return slices.Concat(api.Read, api.Write)
}

func (s *Session) amendInput(report task.Report) (amend.Input, error) {
	admin, directory, err := s.admin.opened()
	if err != nil {
		return amend.Input{}, err
	}
	return amend.Input{Connection: s.Document(), Directory: directory, Journal: record{journal{s}}, By: admin.Account().UPN,
		Report: report, Clock: change.Clock{Now: s.env.Now}}, nil
}

// AmendPlan says what doing by Graph what a script does would change, with the
// script's form filled in. Somebody must be signed in.
func (s *Session) AmendPlan(ctx context.Context, script string, values map[string]any, report task.Report) (amend.Plan, error) {
	in, err := s.amendInput(report)
	if err != nil {
		return amend.Plan{}, err
	}
	target, err := s.ScriptTarget(ctx)
	if err != nil {
		return amend.Plan{}, err
	}
	work, err := exchange.WorkOf(script, target, values)
	if err != nil {
		return amend.Plan{}, err
	}
	return amend.MakePlan(ctx, in, work)
}

// AmendUndoPlan says what taking back what was done in place of a script would
// change.
func (s *Session) AmendUndoPlan(ctx context.Context, script string, report task.Report) (amend.Plan, error) {
	in, err := s.amendInput(report)
	if err != nil {
		return amend.Plan{}, err
	}
	return amend.MakeUndoPlan(ctx, in, script)
}

// ScopesToCount are what CountOrganizers needs of the administrator's sign-in.
func ScopesToCount(by string) []string {
	switch by {
	case "", connection.ByGroup:
		return []string{"GroupMember.Read.All", "User.Read.All"}
	case connection.ByUnit:
		return []string{"AdministrativeUnit.Read.All", "User.Read.All"}
	}
	return []string{"User.Read.All"}
}

// CountOrganizers says how many accounts match the people who book: in a group, in an
// administrative unit, or by an attribute, the values separated by semicolons. Somebody
// must be signed in.
func (s *Session) CountOrganizers(ctx context.Context, by, organizers string) (words.Text, error) {
	_, directory, err := s.admin.opened()
	if err != nil {
		return words.Text{}, err
	}
	return amend.Organizers(ctx, directory, by, organizers)
}

// Amend carries out a plan and keeps what became of each object as the result of
// the script in whose place it was done. A plan that makes an account needs the
// password for it, which is kept nowhere.
func (s *Session) Amend(ctx context.Context, plan amend.Plan, password vault.Secret, report task.Report) (exchange.Result, error) {
	done, err := s.work(setup.Restrict, true)
	if err != nil {
		return exchange.Result{}, err
	}
	defer done()
	in, err := s.amendInput(report)
	if err != nil {
		return exchange.Result{}, err
	}
	in.Password = password
	result, err := amend.Apply(ctx, in, plan)
	if result.Script == "" {
		return result, err
	}
	data, wrong := result.File()
	if wrong == nil {
		_, wrong = s.ReadScriptResult(data)
	}
	if err == nil {
		err = wrong
	}
	return result, err
}
