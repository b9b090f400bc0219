package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/booking"
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
		Use: "push", Short: "Hand the proven configuration to the booking server", Args: cobra.NoArgs,
		Long: "Shows what would change on the server, then pushes it. Only a configuration on " +
			"which the last check ran without failing is pushed. What the server says of " +
			"itself (its sealing key, other hosts) is confirmed once with --confirm VALUE.",
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
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
				fmt.Fprintf(w, "The booking server holds this configuration since %s.\n", pushed.At.Format("2006-01-02 15:04:05 MST"))
				switch {
				case shut != nil:
					return
				case !pushed.Works:
					fmt.Fprintln(w)
					pushed.Problem.Terminal(w, language)
					return
				}
				fmt.Fprintln(w, "It says that it works.")
				if kind := s.Document().Application.Credential.Kind; kind != "" && !wire.InMemory(a.vaultKind) {
					fmt.Fprintf(w, "It has its own copy of the credential. If nothing is to be checked from here any more, remove this computer's: roomkeyctl secret forget %s\n", credentialNoun[kind])
				}
			})
			if err == nil && pushed.Fails {
				return &status{code: exitRefused, err: pushed.Problem, silent: true}
			}
			if err != nil {
				return err
			}
			return shut
		},
	}
	f := c.Flags()
	f.BoolVar(&dry, "dry-run", false, "only show what would change")
	f.BoolVar(&accept, "accept-warnings", false, "push although the last check has warnings")
	f.BoolVar(&choices.Remove, "remove", false, "remove what Roomkey made there and is wanted no more, with its bookings")
	f.BoolVar(&takeOver, "take-over", false, "take what is there under the names that this push would use for Roomkey's own")
	f.StringSliceVar(&confirm, "confirm", nil, "`value` that the server said of itself and that you have compared")
	return c
}

// push asks what the server wants confirmed, and hands the plan over.
func (a *app) push(ctx context.Context, s *session.Session, plan session.Plan, accept bool, confirm []string) (pushed session.Pushed, err error) {
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

func printPlan(w io.Writer, plan session.Plan) {
	fmt.Fprintf(w, "Server: %s %s\n", problem.Line(plan.Description.Product), problem.Line(plan.Description.ProductVersion))
	switch {
	case plan.Unchanged():
		fmt.Fprintln(w, "The server holds exactly this already.")
	case !plan.Asked():
		fmt.Fprintln(w, "What it holds is not known before its host is confirmed.")
	default:
		var cells [][]string
		for _, d := range plan.Changes {
			cells = append(cells, []string{d.Path, d.Kind, d.From, d.To})
		}
		rows(w, []words.Key{"field", "", "today", "would be"}, cells)
	}
	for _, p := range plan.DryRun.Problems {
		fmt.Fprintf(w, "The server says (%s): %s [%s %s]\n", problem.Line(p.Severity), problem.Line(p.Detail), problem.Line(p.Code), problem.Line(p.Pointer))
	}
	for _, q := range plan.Confirmations {
		fmt.Fprintf(w, "To confirm: %s\n    %s\n", problem.Line(q.About.String()), problem.Line(q.Value))
	}
}

func newStatus(a *app) *cobra.Command {
	var all bool
	var o session.SurveyOptions
	c := &cobra.Command{
		Use: "status", Short: "Say what the booking server holds and whether it works there", Args: cobra.NoArgs,
		Long: "Says where the connection stands and what its booking server holds. With --all it " +
			"asks every connection, several at once: how long the credential lasts, what the " +
			"server says, and what has changed at Microsoft since the last test. The exit " +
			"status is 3 when something wants attention.",
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
			held, failed := s.Held(c.Context())
			steps, err := s.Steps(c.Context())
			if err != nil {
				return err
			}
			if err := a.show(map[string]any{"steps": steps, "held": held, "problem": problem.Of(failed)}, func(w io.Writer) {
				printSteps(w, steps)
				if failed == nil {
					printHeld(w, held)
				}
			}); err != nil {
				return err
			}
			switch {
			case problem.CodeOf(failed) == booking.CodeNoAPI:
				return nil
			case failed == nil && (held.Differs() || held.SignIn != nil):
				return &status{code: exitFindings, err: fmt.Errorf("the booking server does not hold what was made here"), silent: true}
			case failed == nil && held.Status.State == booking.StatusFailing:
				return &status{code: exitFindings, err: fmt.Errorf("the booking server does not work with what it holds"), silent: true}
			case failed == nil && held.StatusProblem != nil && held.StatusProblem.Kind != problem.Absent:
				return &status{code: exitOf(held.StatusProblem.Kind), err: held.StatusProblem, silent: true}
			}
			return failed
		},
	}
	f := c.Flags()
	f.BoolVar(&all, "all", false, "ask every connection")
	f.StringVar(&o.Tell, "tell", "", "with --all: `form` in which the result is sent to the webhook of schedule install: "+session.WebhookTeams+", "+session.WebhookSlack+" or "+session.WebhookPlain)
	f.IntVar(&o.Beside, "beside", 8, "with --all: `number` of connections that are asked at once")
	f.DurationVar(&o.Each, "each", time.Minute, "with --all: how `long` one connection may take")
	f.DurationVar(&o.All, "within", 30*time.Minute, "with --all: how `long` all of them may take")
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
			why = strings.TrimSpace(why + " " + say(st.VoidWhen))
		}
		cells = append(cells, []string{fmt.Sprint(i + 1), say(st.Title), string(st.State), at, problem.Line(why)})
	}
	rows(w, []words.Key{"", "step", "state", "proven", ""}, cells)
}

func printHeld(w io.Writer, h session.Held) {
	fmt.Fprintln(w)
	if h.Resolution != nil {
		fmt.Fprintln(w, problem.Line(say(h.Resolution.Text())))
	}
	if h.Current.Configuration == nil {
		fmt.Fprintln(w, "The booking server holds no configuration.")
	} else {
		c := h.Current.Configuration
		same := "It is not the one that was last checked here."
		switch {
		case h.Matches:
			same = "It is the one that was last checked here."
		case !h.Compared:
			same = "Whether it is the one that was last checked here is not known: no check has seen the rooms."
		}
		since := ""
		if !h.Current.StoredAt.IsZero() {
			since = " since " + h.Current.StoredAt.Format("2006-01-02 15:04")
		}
		fmt.Fprintf(w, "The booking server holds a configuration%s: tenant %s, client %s, %s.\n%s\n",
			since, problem.Line(c.Tenant.ID), problem.Line(c.Application.ClientID), words.N(len(c.Rooms.Items), "%d room", "%d rooms", len(c.Rooms.Items)), same)
	}
	for _, d := range h.Current.Altered {
		fmt.Fprintf(w, "Changed there by somebody: %s is %s and was %s.\n", problem.Line(d.Path), problem.Line(d.From), problem.Line(d.To))
	}
	if h.SignIn != nil {
		h.SignIn.Terminal(w, language)
	}
	if h.StatusProblem != nil {
		h.StatusProblem.Terminal(w, language)
		return
	}
	about := ""
	if at := h.Status.CheckedAt; !at.IsZero() {
		about = ", tried at " + at.UTC().Format("2006-01-02 15:04 UTC")
	}
	if c := h.Current.Configuration; c != nil && h.Status.Digest != "" && h.Status.Digest != c.Digest {
		about += ", with another configuration than the one it holds"
	}
	fmt.Fprintf(w, "Its own view: %s%s\n", problem.Line(h.Status.State), about)
	for _, c := range h.Status.Checks {
		fmt.Fprintf(w, "  %s: %s %s %s\n", problem.Line(c.ID), problem.Line(c.State), problem.Line(c.Code), problem.Line(c.Detail))
	}
}
