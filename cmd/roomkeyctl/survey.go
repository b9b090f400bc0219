package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/words"
)

// survey says where every connection stands.
func (a *app) survey(ctx context.Context, o session.SurveyOptions) error {
	if o.Beside < 1 || o.Each <= 0 || o.All <= 0 {
		return usage("--beside, --each and --within must be more than 0.")
	}
	if o.Tell != "" && !slices.Contains(session.WebhookForms(), o.Tell) {
		return usage("--tell is one of %s, not %q.", strings.Join(session.WebhookForms(), ", "), o.Tell)
	}
	env, err := a.environment()
	if err != nil {
		return err
	}
	all, problems := env.Survey(ctx, o, nil)
	if err := ctx.Err(); err != nil {
		return err
	}
	err = a.show(all, func(w io.Writer) { printHealth(w, all, env.Now()) })
	if err != nil {
		return err
	}
	for _, p := range problems {
		a.problem(p)
	}
	well := len(problems) == 0
	for _, h := range all {
		well = well && h.Well()
	}
	if !well {
		return &status{code: exitFindings, err: errors.New("something wants attention"), silent: true}
	}
	return nil
}

func printHealth(w io.Writer, all []session.Health, now time.Time) {
	var cells [][]string
	for _, h := range all {
		mark, days, proven := "✓", "", l("never")
		if !h.Well() {
			mark = "!"
		}
		if h.CredentialDays != nil {
			days = fmt.Sprint(*h.CredentialDays)
		}
		if !h.ProvenAt.IsZero() {
			days := int(now.Sub(h.ProvenAt).Hours() / 24)
			proven = l("%s, %s", h.ProvenAt.Local().Format("2006-01-02"), words.N(days, "%d day ago", "%d days ago", days))
		}
		cells = append(cells, []string{mark, h.Name, h.Tenant, days, word(h.Server), proven})
	}
	rows(w, []words.Key{"", "connection", "tenant", "credential, days left", "server", "tested"}, cells)
	for _, h := range all {
		if len(h.Wants)+len(h.NotCompared) > 0 {
			fmt.Fprintf(w, "\n%s\n", problem.Line(h.Name))
		}
		for _, t := range h.Wants {
			fmt.Fprintf(w, "  %s\n", problem.Line(say(t)))
		}
		for _, t := range h.NotCompared {
			fmt.Fprintf(w, "  (%s)\n", problem.Line(t.String()))
		}
	}
}
