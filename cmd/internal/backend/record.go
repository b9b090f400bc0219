package backend

import (
	"context"
	"encoding/json"

	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/ui/page"
)

// PlanFile is a plan as a file for a second person.
func (b *Backend) PlanFile(ctx context.Context, id string, plan register.Plan) (page.File, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.File{}, err
	}
	data, err := plan.File()
	return page.File{Name: fileName(s.Document().Name) + "-plan.json", Data: data}, err
}

// OpenPlan reads a reviewed plan and compares it with the tenant.
func (b *Backend) OpenPlan(ctx context.Context, id string, data []byte, file string, report task.Report) (page.RegistrationPlan, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.RegistrationPlan{}, err
	}
	reviewed, err := register.ReadPlan(data, file)
	if err != nil {
		return page.RegistrationPlan{}, err
	}
	plan, err := s.ReviewedPlan(ctx, reviewed, report)
	return page.RegistrationPlan(plan), err
}

// History is the record of what was done to the tenant.
func (b *Backend) History(ctx context.Context, id string) ([]register.Record, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.RegisterHistory()
}

// HistoryFile is the record as roomkeyctl register history writes it as JSON.
func (b *Backend) HistoryFile(ctx context.Context, id string) (page.File, error) {
	records, err := b.History(ctx, id)
	if err != nil {
		return page.File{}, err
	}
	s, err := b.session(ctx, id)
	if err != nil {
		return page.File{}, err
	}
	data, err := json.MarshalIndent(records, "", "  ")
	return page.File{Name: fileName(s.Document().Name) + "-record.json", Data: append(data, '\n')}, err
}

// PublicCertificate is the certificate without its key.
func (b *Backend) PublicCertificate(ctx context.Context, id string) (page.File, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.File{}, err
	}
	data, err := s.PublicCertificate(ctx)
	return page.File{Name: fileName(s.Document().Name) + "-certificate.pem", Data: data}, err
}
