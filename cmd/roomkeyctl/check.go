package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/evidence"
	"github.com/roomkey/roomkey/core/permission"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/words"
)

func newCheck(a *app) *cobra.Command {
	var o check.Options
	var file string
	var watch time.Duration
	var clean, administrator bool
	var signIn signInFlags
	c := &cobra.Command{
		Use: "check", Short: "Prove that the connection works, or find out what is wrong", Args: cobra.NoArgs,
		Long: "Tests every link of the chain and proves each claim with a real call. " +
			"Exit status: 3 if a check failed, 1 if the run is incomplete.",
		PreRunE: func(*cobra.Command, []string) error {
			if (o.Organizer == "") != (o.TestRoom == "") {
				return usage("A test booking needs both --organizer and --test-room.")
			}
			return wanted(o.Only, file)
		},
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			if administrator {
				if _, err := a.signIn(c.Context(), s, signIn, entra.ScopesRead); err != nil {
					return err
				}
			}
			if err := a.leftovers(c.Context(), s, clean); err != nil {
				return err
			}
			run, err := a.checked(c.Context(), s, o)
			for err == nil && watch > 0 && run.Verdict != check.Passed && rested(c.Context(), watch) {
				if !a.json {
					fmt.Fprintln(a.err)
				}
				run, err = a.checked(c.Context(), s, o)
			}
			if err != nil {
				return err
			}
			if err := a.show(run, func(io.Writer) {}); err != nil { // one document, however often it ran
				return err
			}
			if file != "" {
				if err := a.report(c.Context(), s, run, file); err != nil {
					return err
				}
			}
			return verdictStatus(run)
		}),
	}
	f := c.Flags()
	f.StringSliceVar(&o.Only, "only", nil, "`id` of a check to run, with what it depends on")
	f.BoolVar(&o.Quick, "quick", false, "only test what the app registration provides: sign-in, permissions and lists")
	f.BoolVar(&o.AllowWrites, "allow-writes", false, "also make a test booking and a test subscription; without this, --organizer and --test-room only show when the booking would be")
	f.StringVar(&o.Organizer, "organizer", "", "`mailbox` that invites the test room")
	f.StringVar(&o.TestRoom, "test-room", "", "`address` of the room for the test booking")
	f.StringVar(&o.OutOfReach, "out-of-reach", "", "`mailbox` that the application must not reach")
	f.StringVar(&file, "report", "", "`file` for the report: .html, .json, or .zip for a redacted support bundle")
	f.BoolVar(&administrator, "sign-in", false, "sign in as an administrator first, to read the app registration")
	signIn.register(c)
	f.BoolVar(&clean, "clean-up", false, "first remove what an interrupted check left in the tenant")
	f.DurationVar(&watch, "watch", 0, "repeat after this `time` until it passes")
	return c
}

// checked runs the checks once, each finding shown as it comes.
func (a *app) checked(ctx context.Context, s *session.Session, o check.Options) (check.Run, error) {
	run, err := s.Check(ctx, o, func(f check.Finding) {
		if !a.json && !f.NeedsSignIn {
			printFinding(a.out, f)
		}
	}, a.progress())
	if err == nil && !a.json {
		printRun(a.out, run)
		if previous := s.PreviousCheck(); previous != nil {
			printComparison(a.out, check.Compare(*previous, run))
		}
	}
	return run, err
}

// rested waits, and is false when ctx ended first.
func rested(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// wanted refuses a check or a form of report that does not exist, before the
// tenant is called.
func wanted(only []string, report string) error {
	var ids []string
	for _, c := range check.Catalogue() {
		ids = append(ids, c.ID)
	}
	for _, id := range only {
		if !slices.Contains(ids, id) {
			return usage("There is no check %q. The checks are %s.", id, strings.Join(ids, ", "))
		}
	}
	if report != "" && !slices.Contains([]string{".html", ".json", ".zip"}, filepath.Ext(report)) {
		return usage("A report must be an .html, .json or .zip file, not %q.", report)
	}
	return nil
}

// leftovers removes or names what an interrupted check left in the tenant.
func (a *app) leftovers(ctx context.Context, s *session.Session, clean bool) error {
	if clean {
		removed, err := s.CleanUp(ctx)
		if removed > 0 {
			a.say("%s", words.N(removed, "%d trace of an interrupted check was removed.", "%d traces of an interrupted check were removed.", removed))
		}
		return err
	}
	left, err := s.Leftovers()
	if err != nil {
		return err
	}
	for _, t := range left {
		a.say("An interrupted check may have left a test %s from %s in %s. To remove it: %s", word(t.Kind), t.At.Format("2006-01-02 15:04"), strings.TrimSpace(t.Mailbox+" "+t.Room), "roomkeyctl check --clean-up")
	}
	return nil
}

func (a *app) report(ctx context.Context, s *session.Session, run check.Run, file string) error {
	var data []byte
	var err error
	switch filepath.Ext(file) {
	case ".html":
		data, err = s.Report(run)
	case ".json":
		data, err = json.MarshalIndent(run, "", "  ")
	case ".zip":
		var paths wire.Paths
		if paths, err = wire.PathsOf(a.configDir); err == nil {
			data, err = s.Bundle(ctx, paths.Log, version)
		}
	}
	if err != nil {
		return err
	}
	return a.write(file, data)
}

func verdictStatus(run check.Run) error {
	switch run.Verdict {
	case check.Passed, check.Warned:
		if run.NotKept != nil {
			return &status{code: exitOf(run.NotKept.Kind), err: run.NotKept, silent: true}
		}
		return nil
	case check.Failed:
		return &status{code: exitFindings, err: fmt.Errorf("a check failed"), silent: true}
	}
	return &status{code: exitFailed, err: fmt.Errorf("the run is incomplete"), silent: true}
}

var marks = map[check.Status]string{
	check.Pass: "✓", check.Warn: "!", check.Fail: "✗", check.Unknown: "?", check.Skipped: "–",
}

func printFinding(w io.Writer, f check.Finding) {
	fmt.Fprintf(w, "%s %s\n", marks[f.Status], problem.Line(say(f.Title)))
	if !f.Note.IsZero() {
		fmt.Fprintf(w, "    %s\n", problem.Line(say(f.Note)))
	}
	if f.Problem != nil && f.Problem.Kind != problem.Cancelled {
		var b strings.Builder
		f.Problem.Terminal(&b, language)
		for line := range strings.Lines(b.String()) {
			fmt.Fprint(w, "    ", line)
		}
	}
}

// printRun writes what stands below the findings, which were printed as they came.
func printRun(w io.Writer, run check.Run) {
	for _, f := range check.Fold(run.Findings) {
		if f.ID == check.SignInGroup {
			printFinding(w, f)
		}
	}
	fmt.Fprintln(w)
	if len(run.Layers) > 0 {
		var cells [][]string
		for _, l := range run.Layers {
			cells = append(cells, []string{l.Value, word(l.Kind), truth(l.Declared), truth(l.Consented), truth(l.InToken), truth(l.Proven)})
		}
		rows(w, []words.Key{"permission", "kind", "declared", "consented", "in token", "proven"}, cells)
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, problem.Line(say(run.Headline)))
	fmt.Fprintln(w)
	printChain(w, run.Chain)
	fmt.Fprintln(w)
	printClaims(w, run.Claims)
	if len(run.Only) > 0 {
		printLine(w, "Only some checks were run. The lines above include what earlier tests found; the verdict does not.")
	}
	printLine(w, "Verdict: %s", strings.ToUpper(word(run.Verdict)))
	if run.RootCause != nil {
		printLine(w, "Root cause: %s [%s]", run.RootCause.Check, run.RootCause.Code)
	}
	printLine(w, "Tested from %s. Booking server: %s", problem.Line(run.From), run.Server)
	printNotKept(w, run)
	for _, u := range run.Unproven {
		printLine(w, "  Not proven: %s", problem.Line(say(u)))
	}
}

// printNotKept says why a run is not remembered: what it proved counts for nothing
// later.
func printNotKept(w io.Writer, run check.Run) {
	if run.NotKept != nil {
		printLine(w, "This run could not be saved, so no push can rely on it:")
		run.NotKept.Terminal(w, language)
	}
}

// printChain draws the chain, a link a line, with how each stands.
func printChain(w io.Writer, chain evidence.Chain) {
	title := 0
	for _, l := range chain {
		title = max(title, utf8.RuneCountInString(say(l.Title)))
	}
	for i, l := range chain {
		if i > 0 {
			fmt.Fprintln(w, "  │")
		}
		name, text := problem.Line(say(l.Title)), say(l.Says())
		switch {
		case l.Standing == evidence.Works:
			text += " " + l.At.Local().Format("2006-01-02 15:04")
		case l.Standing != evidence.NotReached && !l.Reason.IsZero():
			text += ": " + problem.Line(say(l.Reason))
		}
		fmt.Fprintf(w, "  %s %s%s  %s\n", l.Standing.Sign(), name, strings.Repeat(" ", max(title-utf8.RuneCountInString(name), 0)), text)
	}
}

// printClaims says of each claim when it was proven and until when that counts,
// or why it is not.
func printClaims(w io.Writer, claims []evidence.State) {
	var cells [][]string
	for _, c := range claims {
		at, why := "", c.Reason
		if !c.At.IsZero() {
			at = c.At.Local().Format("2006-01-02 15:04")
		}
		standing := word(c.Standing)
		switch {
		case c.Reported:
			standing = "reported"
		case c.Standing == evidence.Works:
			why = c.VoidWhen
		}
		cells = append(cells, []string{say(c.Title), standing, at, problem.Line(say(why))})
	}
	rows(w, []words.Key{"claim", "state", "tested", ""}, cells)
}

func truth(t permission.Truth) string {
	if t == permission.NotApplicable {
		return "–"
	}
	return word(t.String())
}

func printComparison(w io.Writer, c check.Comparison) {
	for _, change := range c.Better {
		printLine(w, "  Better than on %s: %s (%s, was %s)", c.Before.Format("2006-01-02 15:04"), problem.Line(say(change.Title)), word(change.After), word(change.Before))
	}
	for _, change := range c.Worse {
		printLine(w, "  Worse than on %s: %s (%s, was %s)", c.Before.Format("2006-01-02 15:04"), problem.Line(say(change.Title)), word(change.After), word(change.Before))
	}
}
