package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/words"
)

func newScript(a *app) *cobra.Command {
	return group("script", "The Exchange PowerShell", scriptList(a), scriptShow(a), scriptFolder(a), scriptResult(a), scriptProcessing(a), scriptColleague(a))
}

func scriptList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the scripts, what each changes, who can run it, and whether the connection needs it", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			list := a.scripts(c.Context())
			return a.show(list, func(w io.Writer) {
				var cells [][]string
				for _, s := range list {
					cells = append(cells, []string{s.Name, l(s.Title), say(s.Needed()), say(s.Fields()), l(s.Role), l(s.Takes), say(s.First)})
				}
				rows(w, []words.Key{"name", "what it does", "for this connection", "--set", "who can run it", "takes effect", "needed first"}, cells)
			})
		},
	}
}

// listedScript is a script as the connection needs it; without one, only what it is.
type listedScript struct {
	exchange.Script
	Stage exchange.Stage `json:"stage,omitempty"`
	Why   words.Text     `json:"why,omitzero"`
	// First is what is needed before it can be written.
	First words.Text `json:"first,omitzero"`
}

// Needed is whether the connection needs it, and why.
func (s listedScript) Needed() words.Text {
	return exchange.Task{Stage: s.Stage, Why: s.Why}.Text()
}

// scripts are those of the catalogue, in the order of the connection's checklist
// where there is a connection.
func (a *app) scripts(ctx context.Context) (list []listedScript) {
	for _, s := range exchange.Catalogue() {
		list = append(list, listedScript{Script: s})
	}
	s, err := a.open()
	if err != nil {
		return list
	}
	defer s.Close()
	target, unknown := s.LastScriptTarget()
	tasks, err := s.Checklist(ctx)
	if err != nil || unknown != nil {
		return list
	}
	for i, t := range tasks {
		list[i] = listedScript{Script: t.Script, Stage: t.Stage, Why: t.Why}
		if _, err := t.Script.For(target); err != nil {
			list[i].First = problem.Of(err).Title
		}
	}
	return list
}

// shownScript is what script show prints as JSON.
type shownScript struct {
	Name     string          `json:"name"`
	File     string          `json:"file"`
	Text     string          `json:"text"`
	Intent   json.RawMessage `json:"intent"`
	Explain  []words.Text    `json:"explain"`
	Warnings []words.Text    `json:"warnings"`
	// Diff is what differs from the script that was generated last, at Last.
	Diff string    `json:"diff"`
	Last time.Time `json:"last,omitzero"`
}

func scriptShow(a *app) *cobra.Command {
	var out string
	var set []string
	var differing, changes bool
	c := &cobra.Command{
		Use: "show NAME", Short: "Write one script for the chosen rooms", Args: cobra.ExactArgs(1),
		Long: "Writes one script for the chosen rooms and remembers it. With --diff, it shows " +
			"the differences from the last one generated here or in the window, " +
			"and remembers the new one only if it is written with --out.",
		RunE: a.opened(func(c *cobra.Command, s *session.Session, args []string) error {
			values, err := a.values(c.Context(), set)
			if err != nil {
				return err
			}
			if differing {
				only := exchange.Differing(s.Processing())
				if len(only) == 0 {
					return problem.New(codeExchangeNothingDiffers, words.T("No known room differs from the product's policy.")).
						Run(words.T("Read the CSV of the script calendar-processing-show first:"), "roomkeyctl script processing FILE.csv")
				}
				values["only"] = strings.Join(only, "\n")
			}
			target, err := s.ScriptTarget(c.Context())
			if err != nil {
				return err
			}
			doc, err := exchange.Generate(args[0], target, values)
			if err != nil {
				return err
			}
			for _, warning := range doc.Warnings {
				a.say("Note: %s", warning)
			}
			diff, last := s.ScriptChanges(doc)
			shown := shownScript{doc.Name, doc.File, string(doc.Text), doc.Intent, doc.Explain, doc.Warnings, diff, last}
			var written []string
			if out != "-" {
				if written, err = a.writeScript(doc, out); err != nil {
					return err
				}
			}
			switch {
			case changes:
				a.sayChanges(diff, last)
				err = a.show(shown, func(w io.Writer) { fmt.Fprint(w, shown.Diff) })
			case out != "-":
				err = a.written(written...)
			default:
				err = a.show(shown, func(w io.Writer) { fmt.Fprint(w, shown.Text) })
			}
			if err != nil || changes && out == "-" {
				return err
			}
			return s.KeepScript(doc)
		}),
	}
	c.Flags().StringVar(&out, "out", "-", "`file` or folder to write, - for standard output")
	c.Flags().BoolVar(&changes, "diff", false, "show the differences from the last script instead of the text")
	c.Flags().BoolVar(&differing, "only-differing", false, "only the rooms whose settings differ from the product's, according to the last CSV file that was read")
	setFlag(c, &set)
	return c
}

func setFlag(c *cobra.Command, set *[]string) {
	c.Flags().StringArrayVar(set, "set", nil, "`NAME=VALUE` of a parameter; @FILE as the value reads a file")
}

// values are those that --set gives to a script's form.
func (a *app) values(ctx context.Context, set []string) (map[string]any, error) {
	values := map[string]any{}
	for _, pair := range set {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, usage("--set takes NAME=VALUE, not %q.", pair)
		}
		if file, isFile := strings.CutPrefix(value, "@"); isFile {
			data, err := a.read(ctx, file)
			if err != nil {
				return nil, err
			}
			value = string(data)
		}
		values[key] = value
	}
	return values, nil
}

func scriptFolder(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "folder FOLDER", Short: "Write every script for this connection, with a README and a checklist", Args: cobra.ExactArgs(1),
		RunE: a.opened(func(c *cobra.Command, s *session.Session, args []string) error {
			paths, err := s.WriteScriptFolder(c.Context(), args[0])
			if err != nil {
				return err
			}
			return a.show(paths, func(w io.Writer) {
				for _, p := range paths {
					fmt.Fprintln(w, p)
				}
			})
		}),
	}
}

func scriptResult(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "result FILE", Short: "Read the result file of a script", Args: cobra.ExactArgs(1),
		Long: "Reads the result file of a script as evidence. A run that was interrupted leaves no " +
			"result file; its transcript, or its CSV of the previous values, shows how far it got. " +
			"Exit status: 3 if an object failed or was left out, a test showed otherwise, or the run did " +
			"not finish.",
		RunE: a.opened(func(c *cobra.Command, s *session.Session, args []string) error {
			data, err := a.read(c.Context(), args[0])
			if err != nil {
				return err
			}
			r, err := s.ReadScriptResult(data)
			if problem.KindOf(err) == problem.Unmet { // what is left of a run says that it did not do everything
				return &status{code: exitFindings, err: err}
			}
			if err != nil {
				return err
			}
			shown := struct {
				exchange.Result
				// Problems are why objects failed and why the script stopped.
				Problems []*problem.Problem `json:"problems"`
			}{r, r.Reasons()}
			if err := a.show(shown, func(w io.Writer) { printResult(w, r, nil) }); err != nil {
				return err
			}
			if !r.Passed() {
				return &status{code: exitFindings, err: errors.New("the script did not do everything"), silent: true}
			}
			return nil
		}),
	}
}

func scriptProcessing(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "processing FILE.csv", Short: "Read the settings of the rooms, and show what differs from the product's", Args: cobra.ExactArgs(1),
		RunE: a.opened(func(c *cobra.Command, s *session.Session, args []string) error {
			data, err := a.read(c.Context(), args[0])
			if err != nil {
				return err
			}
			states, err := s.ReadProcessing(data)
			if err != nil {
				return err
			}
			return a.show(states, func(w io.Writer) {
				var cells [][]string
				for _, st := range states {
					if st.Problem != nil {
						where := st.Room
						if where == "" {
							where = l("line %d", st.Line)
						}
						cells = append(cells, []string{where, say(st.Problem.Title), "", ""})
						continue
					}
					for _, line := range st.Lines() {
						cells = append(cells, []string{st.Room, say(line.Setting), line.Is, line.Wanted})
					}
				}
				rows(w, []words.Key{"room", "setting", "is", "wanted"}, cells)
			})
		}),
	}
}

// printResult shows a result. What is said elsewhere is not explained again; it may
// be nil.
func printResult(w io.Writer, r exchange.Result, elsewhere *problem.Problem) {
	var cells [][]string
	for _, o := range r.Results {
		said := o.Error
		if p := r.Reason(o); p != nil {
			said = say(p.Title)
		}
		cells = append(cells, []string{o.Identity, o.Action, say(exchange.StatusText(o.Status)), problem.Line(said)})
	}
	rows(w, []words.Key{"object", "action", "status", "error"}, cells)
	fmt.Fprintln(w)
	printLine(w, "%s, finished %s by %s: %d changed, %d already set, %d failed, %d skipped", problem.Line(r.Script),
		r.FinishedAt.Format("2006-01-02 15:04 MST"), problem.Line(r.Account),
		r.Summary[exchange.Changed], r.Summary[exchange.Same], r.Summary[exchange.Failed], r.Summary[exchange.Skipped])
	if r.WhatIf {
		printLine(w, "It ran with -WhatIf, so nothing was changed.")
	}
	if r.Undo {
		printLine(w, "It undid what an earlier run changed.")
	}
	if p := r.Stopped(); p != nil {
		printLine(w, "It stopped early: %s", p.Title)
	}
	// Each reason is explained once, however many objects it stopped.
	for _, p := range r.Reasons() {
		if elsewhere != nil && p.Code == elsewhere.Code && p.Title.String() == elsewhere.Title.String() {
			continue
		}
		fmt.Fprintln(w)
		p.Terminal(w, language)
	}
	if reach := r.Reach(); len(reach.Roles)+len(reach.Wrong) > 0 {
		printLine(w, "Limit of the application: %s", reach.Text())
	}
	if at := r.Settled(); !at.IsZero() && r.Complete() {
		printLine(w, "The change is in effect everywhere from %s. Then run: %s", at.Format("2006-01-02 15:04 MST"), "roomkeyctl check")
	}
}

// sayChanges says what a difference is against.
func (a *app) sayChanges(diff string, last time.Time) {
	when := last.Local().Format("2006-01-02 15:04:05")
	switch {
	case last.IsZero():
		a.say("This script was not generated before, so there is nothing to compare it with.")
	case diff == "":
		a.say("No differences from the script generated at %s.", when)
	default:
		a.say("Differences from the script generated at %s:", when)
	}
}

// writeScript writes the script and its intent, says how to start it and gives
// the paths.
func (a *app) writeScript(doc exchange.Document, out string) ([]string, error) {
	if info, err := os.Stat(out); err == nil && info.IsDir() {
		out = filepath.Join(out, doc.File)
	}
	doc = doc.Called(filepath.Base(out))
	intent := strings.TrimSuffix(out, filepath.Ext(out)) + ".intent.json"
	if err := a.write(out, doc.Text); err != nil {
		return nil, err
	}
	if err := a.write(intent, doc.Intent); err != nil {
		return nil, err
	}
	for _, r := range doc.HowToRun {
		a.say("%s", r)
	}
	return []string{out, intent}, nil
}
