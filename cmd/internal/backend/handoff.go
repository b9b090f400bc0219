package backend

import (
	"context"

	"github.com/roomkey/roomkey/core/register"
)

// HandOff is what a colleague who may consent needs.
func (b *Backend) HandOff(ctx context.Context, id string, plan register.Plan) (register.HandOff, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return register.HandOff{}, err
	}
	h, err := s.RegisterHandOff(plan)
	return h.HandOff, err
}

// SaveHandOff writes plan, checklist and script into a folder.
func (b *Backend) SaveHandOff(ctx context.Context, id string, plan register.Plan, folder string) ([]string, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return nil, err
	}
	h, err := s.RegisterHandOff(plan)
	if err != nil {
		return nil, err
	}
	return h.Save(folder)
}
