package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/words"

	"github.com/roomkey/roomkey/core/tenant"
)

func newPeople(a *app) *cobra.Command {
	return group("people", "The people that the booking server imports", peopleList(a), peopleGroups(a))
}

func peopleList(a *app) *cobra.Command {
	var most int
	c := &cobra.Command{
		Use: "list", Short: "List the people", Args: cobra.NoArgs,
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			table := &printer{w: a.out, header: []words.Key{"person", "user principal name", "mail", "department", "state", "card number"}}
			written := newStream[tenant.Person](a.terminal)
			shown := 0
			taken := s.People(c.Context(), func(people []tenant.Person) {
				if a.json {
					written.add(people)
					return
				}
				if most > 0 {
					people = people[:min(len(people), most-shown)]
				}
				if len(people) == 0 {
					return
				}
				shown += len(people)
				var cells [][]string
				for _, p := range people {
					cells = append(cells, []string{p.DisplayName, p.UserPrincipalName, p.Mail, p.Department, state(p), p.CardNumber})
				}
				table.add(cells)
			})
			l := taken.Listing
			return listing(a, written, l, func(w io.Writer) {
				if more := len(l.Items) - shown; more > 0 {
					printLine(w, "… and %d more. To show all: --most 0", more)
				}
				fmt.Fprintln(w)
				printLine(w, "%s", taken.Facts(s.Document().People))
				if n := taken.Rooms; n > 0 {
					fmt.Fprintln(w, say(words.N(n, "%d account of a room is left out.", "%d accounts of rooms are left out.", n)))
				}
			})
		}),
	}
	c.Flags().IntVar(&most, "most", 50, "how many `rows` a table shows, 0 for all; JSON has all of them")
	return c
}

func state(p tenant.Person) string {
	switch {
	case p.Enabled != nil && !*p.Enabled:
		return l("disabled")
	case strings.EqualFold(p.UserType, "Guest"):
		return l("guest")
	}
	return ""
}

func peopleGroups(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "groups", Short: "List the groups", Args: cobra.NoArgs,
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			l := s.Groups(c.Context(), nil)
			return listing(a, newStream[tenant.Group](a.terminal), l, func(w io.Writer) {
				var cells [][]string
				for _, g := range l.Items {
					cells = append(cells, []string{g.DisplayName, word(g.Kind), g.Mail, g.ID})
				}
				rows(w, []words.Key{"group", "kind", "mail", "id"}, cells)
			})
		}),
	}
}
