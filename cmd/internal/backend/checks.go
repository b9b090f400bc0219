package backend

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/product"
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

// Check runs all checks.
func (b *Backend) Check(ctx context.Context, id string, emit func(page.Finding), report task.Report) (page.Run, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.Run{}, err
	}
	defer b.work(id, setup.Prove)()
	run, err := s.Check(ctx, check.Options{}, func(f check.Finding) {
		if emit != nil {
			emit(shownFinding(f, titles()))
		}
	}, report)
	if err != nil {
		return page.Run{}, err
	}
	return b.shownRun(run, true, s.Needs()), nil
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
	shown := b.shownRun(*run, current, s.Needs())
	return &shown, nil
}

// Report is the last run as a page.
func (b *Backend) Report(ctx context.Context, id string) (page.File, error) {
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
	data, err := s.Report(*run)
	return page.File{Name: fileName(s.Document().Name) + "-report.html", Data: data}, err
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
		out.Because = f.Note
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

func (b *Backend) shownRun(r check.Run, current bool, needs product.Needs) page.Run {
	out := page.Run{Verdict: string(r.Verdict), Says: says(r), Started: r.Started, Finished: r.Finished, Current: current}
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
		for _, n := range needs.Permissions {
			if n.Ref == l.Ref {
				row.Reason = n.Reason
			}
		}
		row.Note = b.note(l)
		out.Permissions = append(out.Permissions, row)
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
