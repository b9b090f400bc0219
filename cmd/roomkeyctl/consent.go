package main

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/words"

	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
)

func newConsent(a *app) *cobra.Command {
	var f signInFlags
	var offline bool
	c := &cobra.Command{
		Use: "consent", Short: "The vendor's application: the consent link, and what is needed and granted", Args: cobra.NoArgs,
		Long: "For products that use the vendor's application. Shows the address where an " +
			"administrator consents, reads what was granted, compares it with the product's file, " +
			"and says what cannot be proven here. Changes nothing in the tenant.",
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			seen, err := s.Consent()
			if err != nil {
				return err
			}
			if !offline {
				if _, err := a.signIn(c.Context(), s, f, entra.ScopesRead); err != nil {
					return err
				}
				if err := s.AllowSignInLog(c.Context(), a.way(f)); err != nil {
					return err
				}
				if seen, err = s.ReadConsent(c.Context()); err != nil {
					return err
				}
				if err := a.leave(s); err != nil {
					return err
				}
			}
			if err := a.show(seen, func(w io.Writer) { describeConsent(w, seen) }); err != nil {
				return err
			}
			if len(seen.Problems) > 0 {
				return &status{code: exitFindings, err: seen.Problems[0], silent: true}
			}
			return nil
		}),
	}
	f.register(c)
	c.Flags().BoolVar(&offline, "offline", false, "do not sign in; show only the link and what cannot be proven")
	return c
}

func describeConsent(w io.Writer, c session.Consent) {
	for _, p := range c.Problems {
		p.Terminal(w, language)
		fmt.Fprintln(w)
	}
	rows(w, []words.Key{"", "the file expects", "the tenant shows"}, [][]string{
		{l("name"), cmp.Or(c.Expected.Name, l("not known")), cmp.Or(problem.Line(c.Name), "–")},
		{l("publisher"), cmp.Or(c.Expected.Publisher, l("not known")), cmp.Or(problem.Line(c.Publisher), "–")},
		{l("client ID"), cmp.Or(c.Expected.ClientID, l("not known")), problem.Line(c.ClientID)},
	})
	if c.Read {
		var cells [][]string
		for _, g := range c.Granted {
			cells = append(cells, []string{problem.Line(g.Value), word(g.Kind), l("granted")})
		}
		for _, m := range c.Missing {
			cells = append(cells, []string{m.Value, word(m.Kind), l("needed, not granted")})
		}
		rows(w, []words.Key{"permission", "kind", ""}, cells)
	}
	fmt.Fprintln(w)
	printLine(w, "To consent as a Global Administrator or Privileged Role Administrator, open:\n%s", c.Link)
	fmt.Fprintln(w)
	switch {
	case !c.Used.IsZero():
		printLine(w, "The sign-in log shows the application on %s.", c.Used.Format(time.RFC3339))
	case c.LogRefused != nil:
		printLine(w, "The sign-in log could not be read: %s", c.LogRefused.Title)
	case c.Read:
		printLine(w, "The sign-in log does not show the application.")
	}
	list(w, "What cannot be proven here:", c.Unprovable)
}
