package backend

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

// Catalogued are the findings to come.
func (b *Backend) Catalogued(context.Context, string) ([]page.Finding, error) {
	var out []page.Finding
	for _, c := range check.Catalogue() {
		out = append(out, page.Finding{ID: c.ID, Title: c.Title})
	}
	return out, nil
}

// Prepare is what may be chosen for a run.
func (b *Backend) Prepare(ctx context.Context, id string) (page.Preparation, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.Preparation{}, err
	}
	target, err := s.LastScriptTarget()
	if err != nil {
		return page.Preparation{}, err
	}
	out := page.Preparation{
		Outside: s.Document().Scope.Outside, Notified: target.Product.Notifications,
		Books: target.Product.Writes != product.WritesNothing,
	}
	for _, r := range target.Rooms {
		out.Rooms = append(out.Rooms, r.EmailAddress)
	}
	if account := s.Administrator(); account != nil {
		out.SignedIn = account.UPN
	}
	left, err := s.Leftovers()
	for _, t := range left {
		out.Leftovers = append(out.Leftovers, leftover(t))
	}
	return out, err
}

func leftover(t check.Trace) words.Text {
	when := t.At.Local().Format("2006-01-02 15:04")
	if t.Kind == "event" {
		return words.T("A test booking of %s by %s, made %s.", t.Room, t.Mailbox, when)
	}
	return words.T("A test subscription to changes of %s, made %s. It ends by itself within 45 minutes.", t.Room, when)
}

// CleanUp removes what an interrupted run left.
func (b *Backend) CleanUp(ctx context.Context, id string) (int, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return 0, err
	}
	return s.CleanUp(ctx)
}

func checkOptions(o page.CheckOptions) check.Options {
	out := check.Options{Only: o.Only, OutOfReach: o.OutOfReach, AllowWrites: o.Booking || o.Notification, NoSubscription: !o.Notification}
	if o.Booking {
		out.Organizer, out.TestRoom, out.BookingAt = o.Organizer, o.Room, o.At
	}
	return out
}

// PlanBooking finds the time of a test booking.
func (b *Backend) PlanBooking(ctx context.Context, id string, o page.CheckOptions) (page.BookingPlan, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.BookingPlan{}, err
	}
	plan, err := s.PlanBooking(ctx, checkOptions(o))
	if err != nil {
		return page.BookingPlan{}, err
	}
	return page.BookingPlan{At: plan.Start, Says: plan.Says()}, nil
}

// Check runs the checks.
func (b *Backend) Check(ctx context.Context, id string, o page.CheckOptions, emit func(page.Finding), report task.Report) (page.Run, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.Run{}, err
	}
	defer b.work(id, setup.Prove)()
	t := titles()
	run, err := s.Check(ctx, checkOptions(o), func(f check.Finding) {
		if emit != nil {
			emit(shownFinding(f, t))
		}
	}, report)
	if err != nil {
		return page.Run{}, err
	}
	return b.shownRun(run, true, s), nil
}

// LastCheck is the stored run.
func (b *Backend) LastCheck(ctx context.Context, id string) (*page.Run, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return nil, err
	}
	run, current, err := s.LastCheck(ctx)
	if run == nil || err != nil {
		return nil, err
	}
	shown := b.shownRun(*run, current, s)
	return &shown, nil
}

// Report is the last run as a file.
func (b *Backend) Report(ctx context.Context, id, form string) (page.File, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.File{}, err
	}
	run, _, err := s.LastCheck(ctx)
	if err != nil {
		return page.File{}, err
	}
	if run == nil {
		return page.File{}, noCheck()
	}
	name := fileName(s.Document().Name)
	var data []byte
	switch form {
	case page.ReportJSON:
		data, err = json.MarshalIndent(run, "", "  ")
		return page.File{Name: name + "-report.json", Data: data}, err
	case page.ReportBundle:
		data, err = s.Bundle(ctx, b.o.Paths.Log, b.o.Version)
		return page.File{Name: name + "-support.zip", Data: data}, err
	}
	data, err = s.Report(*run)
	return page.File{Name: name + "-report.html", Data: data}, err
}

func titles() map[string]words.Text {
	out := map[string]words.Text{}
	for _, c := range check.Catalogue() {
		out[c.ID] = c.Title
	}
	return out
}

func shownFinding(f check.Finding, titles map[string]words.Text) page.Finding {
	out := page.Finding{
		ID: f.ID, Title: f.Title, Status: string(f.Status), Summary: f.Note, Problem: f.Problem, Duration: f.Duration,
	}
	switch {
	case f.Because != "":
		out.Because = titles[f.Because]
	case f.Status == check.Skipped:
		out.Because, out.Unwanted = f.Note, f.Problem == nil
	}
	for _, name := range slices.Sorted(keys(f.Evidence)) {
		out.Evidence = append(out.Evidence, page.Fact{Name: name, Value: fmt.Sprint(f.Evidence[name])})
	}
	for _, e := range f.Exchanges {
		out.Evidence = append(out.Evidence, page.Fact{Name: e.Method + " " + e.URL, Value: strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, e.RequestID))})
		if e.RequestID != "" {
			out.RequestID = e.RequestID
		}
	}
	return out
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func (b *Backend) shownRun(r check.Run, current bool, s *session.Session) page.Run {
	out := page.Run{Verdict: string(r.Verdict), Says: says(r), Started: r.Started, Finished: r.Finished, Current: current, Unproven: r.Unproven, NotKept: r.NotKept}
	if r.RootCause != nil {
		out.RootCause = r.RootCause.Check
	}
	t := titles()
	for _, f := range r.Findings {
		out.Findings = append(out.Findings, shownFinding(f, t))
	}
	for _, l := range r.Layers {
		row := page.PermissionRow{
			Value: l.Value, Kind: string(l.Kind), Wanted: l.Wanted, RequestID: l.RequestID,
			Declared: l.Declared.String(), Consented: l.Consented.String(), InToken: l.InToken.String(), Proven: l.Proven.String(),
		}
		for _, n := range s.Needs().Permissions {
			if n.Ref == l.Ref {
				row.Reason = n.Reason
			}
		}
		row.Note = b.note(l)
		out.Permissions = append(out.Permissions, row)
	}
	for _, f := range r.Features {
		out.Features = append(out.Features, page.Feature{Title: f.Title, Because: f.Because, State: featureStates[f.State]})
	}
	for _, e := range r.Endpoints {
		out.Endpoints = append(out.Endpoints, page.Endpoint{Inbound: e.Direction == "in", Host: e.Host, Port: e.Port, Why: e.Why})
	}
	if before := s.PreviousCheck(); before != nil && len(r.Only) == 0 {
		c := check.Compare(*before, r)
		out.Before, out.Better, out.Worse = c.Before, shownChanges(c.Better), shownChanges(c.Worse)
	}
	return out
}

// featureStates are findings' statuses; what is not known is unknown.
var featureStates = map[string]string{
	check.FeatureWorks: page.StatusPass, check.FeatureBroken: page.StatusFail, check.FeatureUnproven: page.StatusUnknown,
}

func shownChanges(changes []check.Change) (out []page.Change) {
	for _, c := range changes {
		out = append(out, page.Change{Title: c.Title, Before: string(c.Before), After: string(c.After)})
	}
	return out
}

// note is what to know about a permission that the product does not ask for.
func (b *Backend) note(l permission.Layers) words.Text {
	entry, _ := b.env.Permissions.Get(l.Value)
	switch {
	case entry.Dangerous != "" && l.InToken == permission.Yes:
		return words.T("Dangerous: %s", entry.Dangerous)
	case !l.Wanted:
		return words.T("The product does not ask for it.")
	}
	return words.Text{}
}
