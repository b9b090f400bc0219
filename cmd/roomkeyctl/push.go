package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/handover"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/words"
)

func newPush(a *app) *cobra.Command {
	var dry, accept, takeOver bool
	var choices booking.Choices
	var confirm []string
	c := &cobra.Command{
		Use: "push", Short: "Push the proven configuration to the booking server", Args: cobra.NoArgs,
		Long: "Shows what would change on the server, then pushes it. A configuration is pushed only " +
			"if the last check did not fail on it. What the server says about " +
			"itself (its sealing key, other hosts) is confirmed once with --confirm VALUE.",
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			if takeOver {
				if err := s.TakeOver(c.Context()); err != nil {
					return err
				}
			}
			plan, err := s.PlanWith(c.Context(), accept, choices)
			if err != nil {
				return err
			}
			if dry {
				return a.show(plan, func(w io.Writer) {
					printPlan(w, plan)
					if plan.Gate != nil {
						plan.Gate.Terminal(w, language)
					}
				})
			}
			pushed, err := a.push(c.Context(), s, plan, accept, confirm)
			if err != nil {
				return err
			}
			// All of it is there, and nobody gets in: that is not done.
			shut := s.CannotSignIn(c.Context())
			err = a.show(pushed, func(w io.Writer) {
				at := pushed.At.Format("2006-01-02 15:04:05 MST")
				if plan.Unchanged() {
					printLine(w, "The booking server already had this configuration: nothing had to be changed. It was read back at %s.", at)
				} else {
					printLine(w, "The booking server now has this configuration. It was read back at %s.", at)
				}
				switch {
				case shut != nil:
					return
				case !pushed.Works:
					fmt.Fprintln(w)
					pushed.Problem.Terminal(w, language)
					return
				}
				printLine(w, "It reports that it works.")
				if kind := s.Document().Application.Credential.Kind; kind != "" && !wire.InMemory(a.vaultKind) {
					printLine(w, "It has its own copy of the credential. If you will not check from this computer again, delete its copy: %s", "roomkeyctl secret forget "+string(credentialNoun[kind]))
				}
			})
			if err == nil && pushed.NotKept != nil {
				a.problem(pushed.NotKept)
			}
			if err == nil && pushed.Fails {
				return &status{code: exitRefused, err: pushed.Problem, silent: true}
			}
			if err != nil {
				return err
			}
			if shut == nil && pushed.NotKept != nil {
				return &status{code: exitOf(pushed.NotKept.Kind), err: pushed.NotKept, silent: true}
			}
			return shut
		}),
	}
	f := c.Flags()
	f.BoolVar(&dry, "dry-run", false, "only show what would change")
	f.BoolVar(&accept, "accept-warnings", false, "push even if the last check has warnings")
	f.BoolVar(&choices.Remove, "remove", false, "remove what Roomkey created there and is no longer wanted, with its bookings")
	f.BoolVar(&takeOver, "take-over", false, "reuse what already has the names that this push uses")
	f.StringSliceVar(&confirm, "confirm", nil, "`value` that the server gave and that you have compared")
	return c
}

// push asks what the server wants confirmed, and hands the plan over.
func (a *app) push(ctx context.Context, s *session.Session, plan handover.Plan, accept bool, confirm []string) (pushed handover.Pushed, err error) {
	if !a.json {
		printPlan(a.out, plan)
	}
	if plan.Gate != nil && plan.Asked() {
		return pushed, plan.Gate
	}
	var confirmed []booking.Confirmation
	for _, question := range plan.Confirmations {
		right := slices.Contains(confirm, question.Value)
		if !right {
			if right, err = a.yes(ctx, words.Lines(question.About, words.Plain(question.Value), words.T("Is this right?"))); err != nil {
				return pushed, err
			}
		}
		if !right {
			return pushed, problem.New(booking.CodeUnconfirmed, question.About).
				With(words.Plain(question.Value)).
				Run(words.T("Compare it with what the booking server's console shows, then add:"), "--confirm "+question.Value)
		}
		confirmed = append(confirmed, question)
	}
	if err := s.Confirm(ctx, confirmed); err != nil {
		return pushed, err
	}
	if !plan.Asked() {
		// The server's API was behind one of the questions: look again.
		if plan, err = s.PlanWith(ctx, accept, plan.Choices); err != nil {
			return pushed, err
		}
		if !a.json {
			printPlan(a.out, plan)
		}
		if plan.Gate != nil {
			return pushed, plan.Gate
		}
	}
	return s.Push(ctx, plan, accept, a.progress())
}

func printPlan(w io.Writer, plan handover.Plan) {
	printLine(w, "Server: %s %s", problem.Line(plan.Description.Product), problem.Line(plan.Description.ProductVersion))
	switch {
	case plan.Unchanged():
		printLine(w, "The server already has exactly this configuration.")
	case !plan.Asked():
		printLine(w, "Its configuration is unknown until its host is confirmed.")
	default:
		var cells [][]string
		for _, d := range plan.Changes {
			cells = append(cells, []string{d.Path, word(d.Kind), d.From, d.To})
		}
		rows(w, []words.Key{"field", "", "today", "would be"}, cells)
	}
	for _, p := range plan.DryRun.Problems {
		heading := words.Key("(%s) %s [%s %s]")
		if plan.DryRun.Said {
			heading = "The server says (%s): %s [%s %s]"
		}
		printLine(w, heading, problem.Line(word(p.Severity)), problem.Line(p.Detail), problem.Line(p.Code), problem.Line(p.Pointer))
	}
	for _, q := range plan.Confirmations {
		printLine(w, "To confirm: %s\n    %s", problem.Line(say(q.About)), problem.Line(q.Value))
	}
}

func newStatus(a *app) *cobra.Command {
	var all bool
	var o session.SurveyOptions
	c := &cobra.Command{
		Use: "status", Short: "Show what the booking server has and whether it works", Args: cobra.NoArgs,
		Long: "Shows the state of the connection and what its booking server has. With --all, it " +
			"queries every connection, several at a time: when the credential expires, what the " +
			"server reports, and what has changed at Microsoft since the last test. The exit status " +
			"is 3 if something needs attention.",
		RunE: func(c *cobra.Command, _ []string) error {
			if all {
				return a.survey(c.Context(), o)
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			// Asking first: what became of a push without an answer decides a step.
			held, failed := s.ServerState(c.Context())
			if err := c.Context().Err(); err != nil { // what is asked now is not told
				return err
			}
			steps, err := s.Steps(c.Context())
			if err != nil {
				return err
			}
			if err := a.show(map[string]any{"steps": steps, "held": held, "problem": problem.Of(failed)}, func(w io.Writer) {
				printSteps(w, steps)
				if failed == nil {
					printServerState(w, held)
				}
			}); err != nil {
				return err
			}
			if held.NotKept != nil {
				a.problem(held.NotKept)
			}
			switch {
			case problem.CodeOf(failed) == booking.CodeNoAPI:
				return nil
			case failed == nil && (held.Differs() || held.SignIn != nil):
				return &status{code: exitFindings, err: fmt.Errorf("the booking server does not hold what was made here"), silent: true}
			case failed == nil && held.Status.State == booking.StatusFailing:
				return &status{code: exitFindings, err: fmt.Errorf("the booking server does not work with what it holds"), silent: true}
			case failed == nil && held.StatusProblem != nil && held.StatusProblem.Kind == problem.Unmet:
				return &status{code: exitFindings, err: held.StatusProblem, silent: true}
			case failed == nil && held.StatusProblem != nil && held.StatusProblem.Kind != problem.Absent:
				return &status{code: exitOf(held.StatusProblem.Kind), err: held.StatusProblem, silent: true}
			case failed == nil && held.NotKept != nil:
				return &status{code: exitOf(held.NotKept.Kind), err: held.NotKept, silent: true}
			}
			return failed
		},
	}
	f := c.Flags()
	f.BoolVar(&all, "all", false, "ask every connection")
	f.StringVar(&o.Tell, "tell", "", "with --all: `form` in which the result is sent to the webhook of schedule install: "+session.WebhookTeams+", "+session.WebhookSlack+" or "+session.WebhookPlain)
	f.IntVar(&o.Beside, "beside", 8, "with --all: `number` of connections that are checked at the same time")
	f.DurationVar(&o.Each, "each", time.Minute, "with --all: how `long` one connection may take")
	f.DurationVar(&o.All, "within", 30*time.Minute, "with --all: how `long` they may all take together")
	return c
}

// printSteps says of each step where it stands; of one that is proven also since
// when, and what would make the proof void.
func printSteps(w io.Writer, steps []setup.Step) {
	var cells [][]string
	for i, st := range steps {
		at, why := "", say(st.Reason)
		if !st.ProvenAt.IsZero() {
			at = st.ProvenAt.Local().Format("2006-01-02 15:04")
		}
		if !st.VoidWhen.IsZero() {
			why = say(words.Sentences(st.Reason, st.VoidWhen))
		}
		cells = append(cells, []string{fmt.Sprint(i + 1), say(st.Title), word(st.State), at, problem.Line(why)})
	}
	rows(w, []words.Key{"", "step", "state", "proven", ""}, cells)
}

func printServerState(w io.Writer, h handover.ServerState) {
	fmt.Fprintln(w)
	if h.Resolution != nil {
		fmt.Fprintln(w, problem.Line(say(h.Resolution.Text())))
	}
	if h.Current.Configuration == nil {
		printLine(w, "The booking server has no configuration.")
	} else {
		c := h.Current.Configuration
		if c.Application.ClientID == "" { // Seatsurfing, whose sign-in somebody deleted
			printLine(w, "The booking server has %s of this connection and no sign-in.", words.N(len(c.Rooms.Items), "%d room", "%d rooms", len(c.Rooms.Items)))
		} else {
			printLine(w, "The booking server has a configuration: tenant %s, client ID %s, %s.",
				problem.Line(c.Tenant.ID), problem.Line(c.Application.ClientID), words.N(len(c.Rooms.Items), "%d room", "%d rooms", len(c.Rooms.Items)))
		}
		if !h.Current.StoredAt.IsZero() {
			printLine(w, "It was stored at %s.", h.Current.StoredAt.Format("2006-01-02 15:04"))
		}
		switch {
		case h.Matches && h.Checked:
			printLine(w, "It is the configuration that was last checked here.")
		case h.Matches:
			printLine(w, "It is this connection's configuration.")
		case !h.Compared:
			printLine(w, "It is not known whether it is this connection's configuration, because its rooms have not been read here.")
		case h.Checked:
			printLine(w, "It is not the configuration that was last checked here.")
		default:
			printLine(w, "It is not this connection's configuration.")
		}
	}
	for _, d := range slices.Concat(h.Current.Altered, h.Current.Renamed) {
		printLine(w, "Changed on the server: %s was %[3]s and is now %[2]s.", problem.Line(d.Path), problem.Line(d.From), problem.Line(d.To))
	}
	if h.SignIn != nil {
		h.SignIn.Terminal(w, language)
	}
	if h.StatusProblem != nil {
		h.StatusProblem.Terminal(w, language)
		if h.Status.State != booking.StatusUnknown {
			return
		}
	}
	printLine(w, "The server reports: %s", problem.Line(word(h.Status.State)))
	if at := h.Status.CheckedAt; !at.IsZero() && (h.Status.State == booking.StatusOK || h.Status.State == booking.StatusFailing) {
		printLine(w, "It last tested this at %s.", at.UTC().Format("2006-01-02 15:04 UTC"))
	}
	if c := h.Current.Configuration; c != nil && h.Status.Digest != "" && h.Status.Digest != c.Digest {
		printLine(w, "It tested another configuration than the one it has.")
	}
	for _, c := range h.Status.Checks {
		fmt.Fprintf(w, "  %s: %s %s %s\n", problem.Line(c.ID), problem.Line(word(c.State)), problem.Line(c.Code), problem.Line(c.Detail))
	}
}
