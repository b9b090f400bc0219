package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/amend"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/file"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

func newExchange(a *app) *cobra.Command {
	return group("exchange", "Do what a script does with Microsoft Graph: plan, apply, undo", exchangeList(a), exchangePlan(a), exchangeApply(a), exchangeUndo(a), exchangeCount(a))
}

func exchangeList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the scripts for which Roomkey can sign in and do the same", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			scripts := []exchange.Script{}
			for _, s := range exchange.Catalogue() {
				if s.API != nil {
					scripts = append(scripts, s)
				}
			}
			return a.show(scripts, func(w io.Writer) {
				var cells [][]string
				for _, s := range scripts {
					title := l(s.Title)
					if s.API.Preview {
						title = l("%s (preview at Microsoft)", title)
					}
					cells = append(cells, []string{s.Name, title, say(s.Fields()), l(s.API.Role)})
				}
				rows(w, []words.Key{"name", "what it does", "--set", "role"}, cells)
				printLine(w, "What is marked as a preview needs --preview: Microsoft may change it without notice and does not support it in production.")
				printLine(w, "Microsoft has no supported API for calendar processing: it stays a script.")
			})
		},
	}
}

func exchangeCount(a *app) *cobra.Command {
	var f signInFlags
	c := &cobra.Command{
		Use: "count", Short: "Count the people who book, whom the limit of the application includes beside the rooms", Args: cobra.NoArgs,
		Long: "Counts the direct members of the group, or the users in the administrative unit, that have an email " +
			"address, or the accounts that have the department, office or custom attribute. Set them first: roomkeyctl connection set " +
			"scope.organizersBy=Department scope.organizers=Sales.",
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			scope := s.Document().Scope
			if scope.Organizers == "" {
				return problem.New(codeUsageNoOrganizers, words.T("The connection names no people who book.")).
					Run(words.T("Name them:"), "roomkeyctl connection set scope.organizersBy=Department scope.organizers=NAME")
			}
			if _, err := a.signIn(c.Context(), s, f, session.ScopesToCount(scope.OrganizersBy)); err != nil {
				return err
			}
			text, err := s.CountOrganizers(c.Context(), scope.OrganizersBy, scope.Organizers)
			if err != nil {
				return err
			}
			return a.show(map[string]any{"count": text}, func(w io.Writer) { printLine(w, "%s", text) })
		}),
	}
	f.register(c)
	return c
}

// amendFlags are those of plan, apply and undo.
type amendFlags struct {
	signInFlags
	preview bool
}

func (f *amendFlags) register(c *cobra.Command) {
	f.signInFlags.register(c)
	c.Flags().BoolVar(&f.preview, "preview", false, "use what Microsoft offers as a preview only")
}

// amends opens the connection and signs in to look at what a script is about; the
// sign-in asks for nothing else.
func (a *app) amends(ctx context.Context, f amendFlags, script string) (*session.Session, error) {
	if exchange.APIOf(script).Preview && !f.preview {
		return nil, problem.New(codeUsagePreview, words.T("Microsoft offers this as a preview only: it may change without notice, and Microsoft does not support it in production.")).
			Run(words.T("Have an Exchange administrator run the script:"), "roomkeyctl script show "+script).
			Run(words.T("To use the preview, add:"), "--preview")
	}
	scopes := session.ScopesToAmend(script, false)
	if len(scopes) == 0 { // says why, and which scripts there are
		_, err := exchange.WorkOf(script, exchange.Target{}, nil)
		return nil, err
	}
	s, err := a.open()
	if err != nil {
		return nil, err
	}
	if _, err := a.signIn(ctx, s, f.signInFlags, scopes); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func exchangePlan(a *app) *cobra.Command {
	var f amendFlags
	var set []string
	var out string
	c := &cobra.Command{
		Use: "plan SCRIPT", Short: "Show what apply would change", Args: cobra.ExactArgs(1),
		Long: "Reads the tenant and changes nothing. It takes the parameters of the script. With --out " +
			"FILE the plan can be reviewed by a second person; apply --plan FILE applies exactly that " +
			"plan.",
		RunE: func(c *cobra.Command, args []string) error {
			values, err := a.values(c.Context(), set)
			if err != nil {
				return err
			}
			s, err := a.amends(c.Context(), f, args[0])
			if err != nil {
				return err
			}
			defer s.Close()
			plan, err := s.AmendPlan(c.Context(), args[0], values, a.progress())
			if err != nil {
				return err
			}
			if out != "" {
				data, err := json.MarshalIndent(plan, "", "  ")
				if err != nil {
					return err
				}
				if err := a.write(out, append(data, '\n')); err != nil {
					return err
				}
			}
			return a.show(plan, func(w io.Writer) { printAmendPlan(w, plan) })
		},
	}
	f.register(c)
	setFlag(c, &set)
	c.Flags().StringVar(&out, "out", "", "`file` for the plan as JSON")
	return c
}

func exchangeApply(a *app) *cobra.Command {
	var f amendFlags
	var set []string
	var name string
	var yes bool
	c := &cobra.Command{
		Use: "apply SCRIPT", Short: "Do by Microsoft Graph what the script does", Args: cobra.ExactArgs(1),
		Long: "Shows the plan, asks, and carries it out. Each object is read back afterwards. It can be " +
			"interrupted at any point and run again: what is already done stays as it is. The " +
			"password of a new account is read from standard input, or asked for at a terminal " +
			"without showing it, and goes to Microsoft only. Exit status: 3 if an " +
			"object failed or was left alone.",
		RunE: func(c *cobra.Command, args []string) error {
			values, err := a.values(c.Context(), set)
			if err != nil {
				return err
			}
			return a.amend(c.Context(), f, args[0], yes, name, func(s *session.Session) (amend.Plan, error) {
				return s.AmendPlan(c.Context(), args[0], values, a.progress())
			})
		},
	}
	f.register(c)
	setFlag(c, &set)
	c.Flags().StringVar(&name, "plan", "", "`file` with a reviewed plan; exactly that plan is applied")
	c.Flags().BoolVar(&yes, "yes", false, "apply without asking")
	return c
}

func exchangeUndo(a *app) *cobra.Command {
	var f amendFlags
	var yes, dryRun bool
	c := &cobra.Command{
		Use: "undo SCRIPT", Short: "Restore what apply changed, unless someone has changed it since", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			undo := func(s *session.Session) (amend.Plan, error) {
				return s.AmendUndoPlan(c.Context(), args[0], a.progress())
			}
			if !dryRun {
				return a.amend(c.Context(), f, args[0], yes, "", undo)
			}
			s, err := a.amends(c.Context(), f, args[0])
			if err != nil {
				return err
			}
			defer s.Close()
			plan, err := undo(s)
			if err != nil {
				return err
			}
			return a.show(plan, func(w io.Writer) { printAmendPlan(w, plan) })
		},
	}
	f.register(c)
	c.Flags().BoolVar(&dryRun, "dry-run", false, "show what would be restored, and stop")
	c.Flags().BoolVar(&yes, "yes", false, "restore without asking")
	return c
}

// amend plans, asks and applies. A plan from a file takes the place of a new one.
func (a *app) amend(ctx context.Context, f amendFlags, script string, yes bool, name string, make func(*session.Session) (amend.Plan, error)) error {
	var plan amend.Plan
	if name != "" {
		data, err := file.Read(name, file.MaxBytes)
		if err != nil {
			return usage("The plan cannot be read: %v", err)
		}
		if plan, err = amend.ReadPlan(data, filepath.Base(name)); err != nil {
			return err
		}
		if plan.Script != script {
			return usage("The plan is for %s, not for %s.", plan.Script, script)
		}
	}
	s, err := a.amends(ctx, f, script)
	if err != nil {
		return err
	}
	defer s.Close()
	if name == "" {
		if plan, err = make(s); err != nil {
			return err
		}
	}
	if !a.json {
		printAmendPlan(a.out, plan)
	}
	if len(plan.Todo()) > 0 {
		if !yes {
			if yes, err = a.yes(ctx, words.T("Apply this plan?")); err != nil {
				return err
			}
		}
		if !yes {
			return problem.New(codeUsageNotConfirmed, words.T("Nothing was applied.")).Run(words.T("Confirm at a terminal, or add:"), "--yes")
		}
		if _, err := a.signIn(ctx, s, f.signInFlags, session.ScopesToAmend(script, true)); err != nil {
			return err
		}
	}
	var password vault.Secret
	if account := plan.NewAccount(); account != "" {
		if password, err = a.secret(ctx, "Password for the new account (not shown)"); err != nil {
			return err
		}
	}
	result, err := s.Amend(ctx, plan, password, a.progress())
	if result.Script != "" {
		if err := a.show(result, func(w io.Writer) { fmt.Fprintln(w); printResult(w, result, problem.Of(err)) }); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	if err := a.leave(s); err != nil {
		return err
	}
	if len(result.Results) > 0 && !result.Passed() {
		return &status{code: exitFindings, err: errors.New("not every object was changed"), silent: true}
	}
	return nil
}

func printAmendPlan(w io.Writer, p amend.Plan) {
	for _, warning := range p.Warnings {
		printLine(w, "Note: %s", warning)
	}
	var cells [][]string
	for _, i := range p.Items {
		cells = append(cells, []string{problem.Line(i.Identity), problem.Line(say(i.Today)), problem.Line(say(i.Wanted)), say(i.Action.Text())})
	}
	rows(w, []words.Key{"object", "today", "wanted", "action"}, cells)
	for _, i := range p.Items {
		if !i.Why.IsZero() {
			printLine(w, "%s: %s", problem.Line(i.Identity), i.Why)
		}
		if i.Problem != nil {
			i.Problem.Terminal(w, language)
		}
	}
	fmt.Fprintln(w)
	printLine(w, "%s", words.N(len(p.Todo()), "%d change.", "%d changes.", len(p.Todo())))
}
