package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/handover"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/words"
)

func connectionRemove(a *app) *cobra.Command {
	var typed string
	var dryRun bool
	c := &cobra.Command{
		Use: "remove-from-server", Short: "Remove this connection's configuration from the booking server", Args: cobra.NoArgs,
		Long: "Shows what is removed, what remains and when it was last used, and asks for the name of " +
			"the connection. Nothing changes at Microsoft: to remove the app registration afterwards, " +
			"use roomkeyctl register undo.",
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			plan, err := s.PlanRemoval(c.Context())
			if err != nil {
				return err
			}
			if dryRun {
				return a.show(plan, func(w io.Writer) { printRemoval(w, plan) })
			}
			if !a.json {
				printRemoval(a.out, plan)
			}
			if typed == "" {
				if typed, err = a.typed(c.Context(), words.T("To remove this from the server, type the name of the connection (%s)", problem.Line(plan.Name))); err != nil {
					return err
				}
				if typed == "" {
					return problem.New(codeUsageNotConfirmed, words.T("Nothing was removed.")).Run(words.T("Type the name at a terminal, or add:"), "--name NAME")
				}
			}
			if err := s.Remove(c.Context(), plan, typed); err != nil {
				return err
			}
			return a.show(map[string]bool{"removed": true}, func(w io.Writer) {
				if !s.Registered() {
					printLine(w, "Removed from the booking server.")
					return
				}
				printLine(w, "Removed from the booking server. The app registration is still there. To remove it: %s", "roomkeyctl register undo")
			})
		}),
	}
	c.Flags().StringVar(&typed, "name", "", "`name` of the connection, instead of typing it when asked")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "show what would be removed, and stop")
	return c
}

func printRemoval(w io.Writer, plan handover.RemovalPlan) {
	for _, part := range []struct {
		title words.Key
		lines []words.Text
	}{{"Will be removed from the booking server:", plan.Goes}, {"Will remain:", plan.Stays}} {
		printLine(w, part.title)
		for _, line := range part.lines {
			fmt.Fprintf(w, "  %s\n", problem.Line(say(line)))
		}
	}
	printLine(w, "%s", plan.LastUse)
}
