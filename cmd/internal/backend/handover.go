package backend

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// acceptWarnings is the id of the question about a check with warnings.
const acceptWarnings = "accept-warnings"

// Plan asks the server what would change.
func (b *Backend) Plan(ctx context.Context, id string) (page.Plan, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.Plan{}, err
	}
	plan, err := s.Plan(ctx, false)
	if err != nil {
		return page.Plan{}, err
	}
	out := page.Plan{
		ID: rand.Text(), Server: strings.TrimSpace(plan.Description.Product + " " + plan.Description.ProductVersion),
		Gate: plan.Gate, Unchanged: plan.Unchanged(),
	}
	if !plan.Asked() {
		// Nothing but the questions stands in the way.
		out.Gate = nil
	}
	for _, c := range plan.Changes {
		out.Differences = append(out.Differences, page.Difference{Name: words.Plain(c.Path), Old: c.From, New: c.To})
	}
	for _, q := range plan.Confirmations {
		out.Confirmations = append(out.Confirmations, page.Confirmation{
			ID: q.Kind + " " + q.Value, Question: question(q), Detail: q.About, Value: q.Value, Yes: words.T("I have compared it and it is right"),
		})
	}
	if plan.Gate != nil && plan.Gate.Code == booking.CodeGateWarnings {
		out.Gate = nil
		out.Confirmations = append(out.Confirmations, page.Confirmation{
			ID: acceptWarnings, Question: words.T("Hand over in spite of the warnings?"), Detail: plan.Gate.Title,
			Yes: words.T("I have read the warnings and accept them"),
		})
	}
	for _, p := range plan.DryRun.Problems {
		out.Problems = append(out.Problems, booking.Objection(p.Code, words.T("The booking server says: %s", p.Detail)).
			With(words.T("Field %s", p.Pointer)))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.plans[id+" "+out.ID] = plan
	return out, nil
}

func question(q booking.Confirmation) words.Text {
	if q.Kind == booking.ConfirmHost {
		return words.T("Does this host belong to your booking server?")
	}
	return words.T("Is this the booking server's key?")
}

// Push applies exactly a plan that was shown.
func (b *Backend) Push(ctx context.Context, id, planID string, confirmed []string, report task.Report) (page.Held, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.Held{}, err
	}
	b.mu.Lock()
	plan, ok := b.plans[id+" "+planID]
	b.mu.Unlock()
	if !ok {
		return page.Held{}, problem.New(session.CodeBookingPlanStale, words.T("This plan is not known any more.")).Fix(words.T("Press “Look again” on the page “Hand over”."))
	}
	defer b.work(id, setup.HandOver)()
	var yes []booking.Confirmation
	for _, q := range plan.Confirmations {
		if slices.Contains(confirmed, q.Kind+" "+q.Value) {
			yes = append(yes, q)
		}
	}
	if err := s.Confirm(ctx, yes); err != nil {
		return page.Held{}, err
	}
	if !plan.Asked() {
		return page.Held{}, problem.New(session.CodeBookingPlanStale, words.T("What you confirmed is kept. What the server holds and what would change could not be shown before.")).
			Fix(words.T("Press “Test the connection” on the page “Prove”.")).
			Fix(words.T("Then look at the plan: press “Look again” on the page “Hand over”."))
	}
	report.Say(0, 0, words.T("Pushing the configuration"))
	if _, err := s.Push(ctx, plan, slices.Contains(confirmed, acceptWarnings)); err != nil {
		return page.Held{}, err
	}
	return b.Held(ctx, id)
}

// Held is what the server holds.
func (b *Backend) Held(ctx context.Context, id string) (page.Held, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.Held{}, err
	}
	h, err := s.Held(ctx)
	if err != nil {
		return page.Held{}, err
	}
	out := page.Held{
		Empty: h.Current.Configuration == nil, Matches: h.Matches, Problem: h.StatusProblem, At: time.Now(),
		Server: strings.TrimSpace(h.Description.Product + " " + h.Description.ProductVersion),
	}
	out.Status, out.Says = serverView(h)
	if c := h.Current.Configuration; c != nil {
		out.Facts = []page.Fact{
			{Name: "Stored", Value: h.Current.StoredAt.Local().Format("2006-01-02 15:04:05")},
			{Name: "Tenant", Value: strings.TrimSpace(c.Tenant.Domain + " " + c.Tenant.ID)},
			{Name: "Client ID", Value: c.Application.ClientID},
			{Name: "Credential", Value: c.Credential.Kind + " " + c.Credential.Fingerprint},
			{Name: "Rooms", Value: fmt.Sprint(len(c.Rooms.Items))},
			{Name: "ETag", Value: h.Current.ETag},
		}
	}
	return out, nil
}

// serverView is the server's own view as a status of a finding.
func serverView(h session.Held) (string, words.Text) {
	switch h.Status.State {
	case booking.StatusOK:
		return page.StatusPass, serverViews[check.ServerWorks]
	case booking.StatusFailing:
		for _, c := range h.Status.Checks {
			if c.State == "failed" {
				return page.StatusFail, words.T("The booking server says that it does not work there: %s %s", c.Code, c.Detail)
			}
		}
		return page.StatusFail, serverViews[check.ServerFails]
	}
	return page.StatusUnknown, serverViews[check.ServerUnproven]
}

// Form is the vendor's form.
func (b *Backend) Form(ctx context.Context, id string) ([]page.FormEntry, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return nil, err
	}
	entries, err := s.Form(ctx)
	var out []page.FormEntry
	for _, e := range entries {
		out = append(out, page.FormEntry{Label: e.Label, Help: e.Help, Value: e.Value, Secret: string(e.Secret), Action: e.Action, Missing: e.Missing})
	}
	return out, err
}

// Simulate starts the simulated tenant and gives a connection to it.
func (b *Backend) Simulate(ctx context.Context, report task.Report) (string, error) {
	report.Say(0, 0, words.T("Starting the simulated tenant"))
	sim, err := b.simulated()
	if err != nil {
		return "", err
	}
	s, err := b.reuse(ctx, sim)
	if err != nil {
		return "", err
	}
	return s.ID(), s.Discover(ctx)
}

// reuse gives the session of the simulated connection that is open already, or
// opens or makes it.
func (b *Backend) reuse(ctx context.Context, sim *simulator.Simulator) (*session.Session, error) {
	if found, err := b.env.Store.FindByName(wire.SimulatedName); err == nil {
		return b.session(ctx, found.ID)
	}
	s, err := wire.ConnectSimulated(ctx, b.env, sim, wire.SimulatedName)
	if err != nil {
		return nil, err
	}
	b.keep(s)
	return s, nil
}

// simulated starts the simulated tenant once.
func (b *Backend) simulated() (*simulator.Simulator, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sim != nil {
		return b.sim, nil
	}
	sim, err := wire.Simulate(b.o.Life, b.env, b.o.Paths.Config, b.o.Simulated)
	b.sim = sim
	return sim, err
}
