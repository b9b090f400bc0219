package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/words"
)

func registerUndo(a *app) *cobra.Command {
	var f signInFlags
	var o register.Options
	var typed string
	var noLog, dryRun bool
	c := &cobra.Command{
		Use: "undo", Short: "Remove what Roomkey created, newest first", Args: cobra.NoArgs,
		Long: "Shows what would be removed, what remains and when the application was last used, and " +
			"asks for the name of the application. Reading the tenant's sign-in log asks for the " +
			"permission AuditLog.Read.All; if that is refused, the last sign-in is unknown and the " +
			"undo continues. A deleted application can be restored for 30 days.",
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.registered(c.Context(), f, !dryRun)
			if err != nil {
				return err
			}
			defer s.Close()
			if !noLog && s.Document().Application.ObjectID != "" {
				if err := a.allowSignInLog(c.Context(), s, f); err != nil {
					return err
				}
			}
			plan, err := s.RegisterUndoPlan(c.Context())
			if err != nil {
				return err
			}
			if dryRun {
				return a.show(plan, func(w io.Writer) { printUndo(w, plan) })
			}
			if !a.json {
				printUndo(a.out, plan)
			}
			if typed == "" {
				if typed, err = a.typed(c.Context(), words.T("To remove this, type the name of the application (%s)", plan.Name)); err != nil {
					return err
				}
				if typed == "" {
					return problem.New(codeUsageNotConfirmed, words.T("Nothing was removed.")).Run(words.T("Type the name at a terminal, or add:"), "--name NAME")
				}
			}
			if connection.Means(typed, plan.Name) { // another name needs no more permissions to be refused
				if _, err := a.signIn(c.Context(), s, f, slices.Concat(entra.ScopesRead, entra.ScopesApply, entra.ScopesConsent)); err != nil {
					return err
				}
			}
			done, err := s.RegisterUndo(c.Context(), typed, o, a.progress())
			if err != nil {
				return err
			}
			if err := a.show(done, func(w io.Writer) { printLine(w, "Removed.") }); err != nil {
				return err
			}
			if done.Restorable {
				a.say("The application can be restored for 30 days: %s", "roomkeyctl register restore")
			}
			return a.leave(s)
		},
	}
	f.register(c)
	noteFlags(c, &o)
	c.Flags().BoolVar(&noLog, "no-sign-in-log", false, "do not ask for the permission to read the tenant's sign-in log")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "show what would be removed, and stop")
	c.Flags().StringVar(&typed, "name", "", "`name` of the application, instead of typing it when asked")
	return c
}

// allowSignInLog asks for the permission to see who used the application last,
// and says that an undo can do without.
func (a *app) allowSignInLog(ctx context.Context, s *session.Session, f signInFlags) error {
	way := a.way(f)
	way.Disclose = func(t words.Text) {
		a.say("To show when the application was last used, Roomkey reads the tenant's sign-in log. To skip that: %s\n%s", "--no-sign-in-log", t)
	}
	return s.AllowSignInLog(ctx, way)
}

func printUndo(w io.Writer, p register.UndoPlan) {
	var cells [][]string
	for _, i := range p.Items {
		cells = append(cells, []string{say(i.Title), say(i.Today), say(i.Action.Text())})
	}
	rows(w, []words.Key{"what", "name", "action"}, cells)
	for _, t := range p.Leaves {
		printLine(w, "Remains: %s", problem.Line(say(t)))
	}
	fmt.Fprintln(w)
	cells = nil
	for _, last := range p.LastSignIns {
		cells = append(cells, []string{say(last.Title()), say(last.When()), say(last.Source)})
	}
	rows(w, []words.Key{"last sign-in", "when", "according to"}, cells)
	printUnknown(w, p.LastSignIns)
	if !p.InUse.IsZero() {
		fmt.Fprintf(w, "! %s\n", problem.Line(say(p.InUse)))
	}
	if p.SignIns != "" {
		printLine(w, "The sign-in log, on the tab “Service principal sign-ins”, for the client ID %s: %s", p.ClientID, p.SignIns)
	}
}

// printUnknown says once why a last sign-in is unknown.
func printUnknown(w io.Writer, list []register.LastSignIn) {
	said := map[string]bool{}
	for _, last := range list {
		if p := last.Problem; p != nil && !said[p.Code.String()] {
			said[p.Code.String()] = true
			printLine(w, "Unknown because: %s [%s]", p.Title, p.Code)
			for _, r := range p.Remedies {
				fmt.Fprintf(w, "  %s\n", problem.Line(r.In(language)))
			}
		}
	}
}

func registerRestore(a *app) *cobra.Command {
	var f signInFlags
	c := &cobra.Command{
		Use: "restore", Short: "Restore the deleted application, within 30 days", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.registered(c.Context(), f, true, entra.ScopesApply)
			if err != nil {
				return err
			}
			defer s.Close()
			restored, err := s.RegisterRestore(c.Context())
			if err != nil {
				return err
			}
			return a.show(restored, func(w io.Writer) {
				printLine(w, "%s was restored. Client ID: %s. To create its credential: %s", problem.Line(restored.DisplayName), restored.AppID, "roomkeyctl register apply")
			})
		},
	}
	f.register(c)
	return c
}

func registerHandOff(a *app) *cobra.Command {
	var f signInFlags
	var o register.Options
	var folder string
	c := &cobra.Command{
		Use: "handoff", Short: "Write what a colleague needs to grant admin consent", Args: cobra.NoArgs,
		Long: "Shows the page of the application's permissions and the consent link, and with " +
			"--out FOLDER writes the plan, a checklist and a PowerShell script.",
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.registered(c.Context(), f, false)
			if err != nil {
				return err
			}
			defer s.Close()
			plan, err := s.RegisterPlan(c.Context(), o, a.progress())
			if err != nil {
				return err
			}
			h, err := s.RegisterHandOff(plan.Plan)
			if err != nil {
				return err
			}
			if folder != "" {
				if _, err := h.Save(folder); err != nil {
					return err
				}
			}
			return a.show(h, func(w io.Writer) { fmt.Fprint(w, h.In(language)) })
		},
	}
	f.register(c)
	planFlags(c, &o)
	c.Flags().StringVar(&folder, "out", "", "`folder` for plan.json, the checklist and the script")
	return c
}

func registerHistory(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "history", Short: "Show what was changed in the tenant", Args: cobra.NoArgs,
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			records, err := s.History()
			if err != nil {
				return err
			}
			return a.show(records, func(w io.Writer) {
				if len(records) == 0 {
					printLine(w, "Nothing was changed in the tenant for this connection.")
					return
				}
				var cells [][]string
				for _, r := range records {
					note := strings.TrimSpace(strings.Join([]string{r.Code, r.RequestID, r.Reviewer, r.Ticket}, " "))
					cells = append(cells, []string{r.At.Local().Format("2006-01-02 15:04:05"), r.By, strings.TrimSpace(word(r.Phase) + " " + word(r.Verb)), say(r.Title), r.Request, note})
				}
				rows(w, []words.Key{"when", "who", "phase", "step", "request", "note"}, cells)
			})
		}),
	}
}
