package backend

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
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
	data, err := h.Plan.File()
	if err != nil {
		return nil, err
	}
	files := []struct{ name, text string }{{"plan.json", string(data)}, {"checklist.txt", checklist(h.HandOff)}, {h.ScriptFile, h.Script}}
	var paths []string
	for _, f := range files {
		if f.name == "" {
			continue
		}
		path := filepath.Join(folder, f.name)
		if err := session.WriteFile(path, []byte(f.text)); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

func checklist(h register.HandOff) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s, client ID %s\n\n", problem.Line(h.DisplayName), h.ClientID)
	for i, t := range h.Checklist {
		fmt.Fprintf(&text, "%d. %s\n", i+1, problem.Line(t.String()))
	}
	fmt.Fprintf(&text, "\nPermissions: %s\n", h.PermissionsPage)
	if h.ConsentLink != "" {
		fmt.Fprintf(&text, "Consent link: %s\n", h.ConsentLink)
	}
	return text.String()
}
