package main

import (
	"cmp"
	"fmt"
	"io"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/export"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/setup"
)

func newForm(a *app) *cobra.Command {
	var entered bool
	var by string
	c := &cobra.Command{
		Use: "form", Short: "What to type into the vendor's form, in its order", Args: cobra.NoArgs,
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			if entered {
				if err := s.Entered(c.Context(), by); err != nil {
					return err
				}
				steps, err := s.Steps(c.Context())
				if err != nil {
					return err
				}
				last := steps[len(steps)-1]
				return a.show(last, func(w io.Writer) { fmt.Fprintln(w, problem.Line(say(last.Reason))) })
			}
			entries, err := s.Form(c.Context())
			if err != nil {
				return err
			}
			return a.show(entries, func(w io.Writer) {
				if takesPush(s) {
					printLine(w, "This booking server can be configured directly: %s", "roomkeyctl push")
				}
				for _, e := range entries {
					printEntry(w, e)
				}
				a.asks(s.Document(), setup.HandOver)
			})
		}),
	}
	c.Flags().BoolVar(&entered, "entered", false, "confirm that everything was entered in the vendor's console, or that a booking server that cannot say so works")
	c.Flags().StringVar(&by, "by", personHere(), "`name` of the person who confirms it, kept with the date")
	return c
}

// printEntry shows a field of the vendor's form whole: what is cut off cannot be
// typed.
func printEntry(w io.Writer, e export.Entry) {
	fmt.Fprintln(w, problem.Line(e.Label)) // the vendor's word
	value := e.Value
	switch {
	case e.Action:
		value = l("(select this button)")
	case !e.Missing.IsZero():
		value = l("— %s", e.Missing)
		if e.Place.Command != "" {
			value += "\n  " + e.Place.Command
		}
	case e.Secret != "":
		value = l("(in the keychain; the window copies it)")
	}
	for line := range strings.Lines(value) {
		fmt.Fprintf(w, "    %s\n", problem.Line(strings.TrimSuffix(line, "\n")))
	}
	if e.Help != "" {
		fmt.Fprintf(w, "  (%s)\n", problem.Line(l(e.Help)))
	}
}

// personHere is the name of the account that runs this program.
func personHere() string {
	if u, err := user.Current(); err == nil {
		return cmp.Or(u.Name, u.Username)
	}
	return "somebody"
}
