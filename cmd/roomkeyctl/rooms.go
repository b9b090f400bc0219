package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

func newRooms(a *app) *cobra.Command {
	return group("rooms", "The rooms that the booking server will see", roomsList(a), roomsLists(a), roomsSelect(a), roomsDay(a), roomsImport(a), roomsAccess(a))
}

func roomsList(a *app) *cobra.Command {
	var of string
	var administrator, lists bool
	var signIn signInFlags
	c := &cobra.Command{
		Use: "list", Short: "List the rooms, and where the list comes from", Args: cobra.NoArgs,
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			if administrator {
				if _, err := a.signIn(c.Context(), s, signIn, session.ScopesRooms); err != nil {
					return err
				}
			}
			chosen, err := chosenRooms(c.Context(), s)
			if err != nil {
				return err
			}
			table := &printer{w: a.out, header: []words.Key{"room", "address", "seats", "where", "chosen"}}
			show := func(rooms []tenant.Room) {
				if a.json || len(rooms) == 0 {
					return
				}
				rooms = slices.Clone(rooms)
				session.SortRooms(rooms)
				is, cells := chosen(rooms), [][]string{}
				for _, r := range rooms {
					seats, yes := "", ""
					if r.Capacity != nil {
						seats = fmt.Sprint(*r.Capacity)
					}
					if is[strings.ToLower(r.EmailAddress)] {
						yes = l("yes")
					}
					cells = append(cells, []string{r.DisplayName, r.EmailAddress, seats, session.Where(r), yes})
				}
				table.add(cells)
			}
			var found tenant.Listing[tenant.Room]
			switch {
			case administrator:
				found = s.RoomsByAdministrator(c.Context())
				show(found.Items)
			case of != "":
				found = s.RoomsOf(c.Context(), of)
				show(found.Items)
			default:
				found = s.Rooms(c.Context(), show)
			}
			session.SortRooms(found.Items)
			if lists && found.Problem == nil {
				if found.Items, err = s.InLists(c.Context(), found.Items, nil); err != nil {
					return err
				}
			}
			flaws := s.Flaws(found.Items)
			if moved := s.Moved(found.Items); len(moved) > 0 {
				a.say("%s To save this: %s", say(check.MovedText(moved)), "roomkeyctl rooms select --follow")
			}
			if !a.json && len(found.Items) > 0 && !s.Document().Rooms.Chosen() {
				a.say("No rooms are chosen yet. To choose them: %s", "roomkeyctl rooms select ADDRESS…")
			}
			return listing(a, newStream[checkedRoom](a.terminal), withFlaws(found, flaws), func(w io.Writer) {
				tellFlaws(w, found.Items, flaws, s.Unlisted(found.Items))
				if choice := s.Document().Rooms; choice.Mode == connection.ByRule && of == "" {
					fmt.Fprintln(w)
					tellRule(w, choice.Rule, slices.Collect(maps.Keys(chosen(found.Items))), s.ProvenRooms())
				}
			})
		}),
	}
	c.Flags().BoolVar(&administrator, "sign-in", false, "sign in as an administrator, if the product cannot list rooms; the rooms that are found are saved")
	signIn.register(c)
	c.Flags().StringVar(&of, "list", "", "only the rooms of the room list with this `address`")
	c.Flags().BoolVar(&lists, "check-lists", false, "also find the rooms that are in no room list, which reads each room list")
	return c
}

// checkedRoom is a room with what is to check about it.
type checkedRoom struct {
	tenant.Room
	ToCheck []tenant.Flaw `json:"toCheck,omitempty"`
}

func withFlaws(l tenant.Listing[tenant.Room], flaws map[string][]tenant.Flaw) tenant.Listing[checkedRoom] {
	out := tenant.Listing[checkedRoom]{Source: l.Source, Complete: l.Complete, Problem: l.Problem, At: l.At}
	for _, r := range l.Items {
		out.Items = append(out.Items, checkedRoom{r, flaws[strings.ToLower(r.EmailAddress)]})
	}
	return out
}

// tellFlaws says of each kind which rooms have it, and what repairs it.
func tellFlaws(w io.Writer, rooms []tenant.Room, flaws map[string][]tenant.Flaw, unlisted []string) {
	for _, f := range tenant.FlawKinds(rooms, flaws) {
		fmt.Fprintln(w)
		printLine(w, "%s: %s (%s)", f.Short, words.N(len(f.Rooms), "%d room", "%d rooms", len(f.Rooms)), words.Few(f.Rooms))
		tellRemedies(w, f.Problem)
	}
	if len(unlisted) > 0 {
		p := tenant.Unlisted(unlisted)
		fmt.Fprintln(w)
		printLine(w, "%s", p.Title)
		tellRemedies(w, p)
	}
}

func tellRemedies(w io.Writer, p *problem.Problem) {
	for _, r := range p.Remedies {
		printLine(w, "  %s", words.Plain(r.In(language)))
	}
}

// chosenRooms tells which rooms of a page of the list the choice includes, by their
// addresses in lower case.
func chosenRooms(ctx context.Context, s *session.Session) (func(page []tenant.Room) map[string]bool, error) {
	choice := s.Document().Rooms
	chosen := func([]tenant.Room) []string { return nil }
	switch {
	case choice.Mode == connection.All:
		chosen = tenant.Addresses
	case choice.Mode == connection.Selected:
		chosen = func(page []tenant.Room) []string { return check.Follow(choice.Items, s.Moved(page)) }
	case choice.Mode == connection.Lists, choice.Mode == connection.ByRule && len(choice.Rule.Lists) > 0:
		rooms, err := s.ResolveRooms(ctx)
		if err != nil {
			return nil, err
		}
		chosen = func([]tenant.Room) []string { return tenant.Addresses(rooms) }
	case choice.Mode == connection.ByRule:
		chosen = func(page []tenant.Room) []string { return tenant.Addresses(check.Matching(choice.Rule, page)) }
	}
	return func(page []tenant.Room) map[string]bool {
		is := map[string]bool{}
		for _, address := range chosen(page) {
			is[strings.ToLower(address)] = true
		}
		return is
	}, nil
}

// tellRule says what a rule matches, and what has changed since the last test.
func tellRule(w io.Writer, rule connection.Rule, now, proven []string) {
	printLine(w, "%s Rule: %s", say(words.N(len(now), "%d room matches the rule.", "%d rooms match the rule.", len(now))), say(rule.Text()))
	if proven == nil {
		return
	}
	slices.Sort(now)
	if since := check.SinceText(check.Since(proven, now)); !since.IsZero() {
		printLine(w, "%s", say(since))
	}
}

// listing shows a list with its source; one that did not come whole is shown as
// far as it came, and fails. As JSON it is the rest of what was written of it.
func listing[T any](a *app, written *stream[T], list tenant.Listing[T], human func(io.Writer)) error {
	switch {
	case a.json:
		if err := written.end(list); err != nil {
			return err
		}
	case len(list.Items) == 0 && list.Problem != nil: // nothing came: the problem says all of it
	default:
		if len(list.Items) > 0 {
			human(a.out)
		}
		fmt.Fprintln(a.out)
		if list.Complete {
			printLine(a.out, "%d in total. Source: %s", len(list.Items), word(list.Source))
		} else {
			printLine(a.out, "%d, not all of them. Source: %s", len(list.Items), word(list.Source))
		}
	}
	if list.Problem != nil {
		return list.Problem
	}
	if !list.Complete {
		return &status{code: exitFailed, err: mistake(words.T("The list is not complete."))}
	}
	return nil
}

func roomsLists(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "lists", Short: "List the room lists", Args: cobra.NoArgs,
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			l := s.RoomLists(c.Context())
			return listing(a, newStream[tenant.RoomList](a.terminal), l, func(w io.Writer) {
				var cells [][]string
				for _, r := range l.Items {
					cells = append(cells, []string{r.DisplayName, r.EmailAddress})
				}
				rows(w, []words.Key{"room list", "address"}, cells)
			})
		}),
	}
}

func roomsSelect(a *app) *cobra.Command {
	var all, followed bool
	var rule connection.Rule
	c := &cobra.Command{
		Use: "select ADDRESS…", Short: "Choose the rooms that the booking server manages", Args: cobra.ArbitraryArgs,
		Long: "Chooses the rooms by address, all of them, those of room lists, or by rule. A rule " +
			"includes the rooms that match all of --building, --name, --min-seats, --max-seats and " +
			"--list, including those created later.",
		Example: "  roomkeyctl rooms select --building North --min-seats 6\n  roomkeyctl rooms select --name 'Meeting *'",
		RunE: func(c *cobra.Command, args []string) error {
			lists := rule.Lists
			more := rule
			more.Lists = nil
			byRule := more.Given()
			ways := 0
			for _, chosen := range []bool{all, followed, len(args) > 0, byRule || len(lists) > 0} {
				if chosen {
					ways++
				}
			}
			if ways != 1 {
				return usage("Name the rooms by email address, or use --list NAME, a rule such as --building NAME, or --all.")
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			switch {
			case followed:
				var moved []check.MovedRoom
				if moved, err = s.FollowRooms(c.Context()); err == nil && len(moved) == 0 {
					a.say("No chosen room has a new address.")
				}
				for _, m := range moved {
					a.say("%s is %s now.", m.From, m.To.EmailAddress)
				}
			case byRule:
				err = s.SelectRule(c.Context(), rule)
			case len(lists) > 0:
				err = s.SelectRoomLists(c.Context(), lists)
			default:
				err = s.SelectRooms(c.Context(), all, args)
			}
			if err != nil {
				return err
			}
			return a.showConnection(c.Context(), s)
		},
	}
	c.Flags().BoolVar(&all, "all", false, "all rooms, including those created later")
	c.Flags().BoolVar(&followed, "follow", false, "save the new addresses of chosen rooms whose address has changed")
	c.Flags().StringArrayVar(&rule.Lists, "list", nil, "the rooms of the room list with this `name` or address, including those added later; may be repeated")
	c.Flags().StringArrayVar(&rule.Buildings, "building", nil, "the rooms in the building with this `name`; may be repeated")
	c.Flags().StringVar(&rule.Name, "name", "", "the rooms whose display name matches this `pattern`: * matches anything, ? matches one character")
	c.Flags().IntVar(&rule.SeatsFrom, "min-seats", 0, "the rooms with at least this `number` of seats")
	c.Flags().IntVar(&rule.SeatsTo, "max-seats", 0, "the rooms with at most this `number` of seats")
	return c
}

func roomsImport(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "import FILE.csv", Short: "Read rooms from a CSV file, if the product cannot list them", Args: cobra.ExactArgs(1),
		RunE: a.opened(func(c *cobra.Command, s *session.Session, args []string) error {
			data, err := a.read(c.Context(), args[0])
			if err != nil {
				return err
			}
			l, wrong := s.ImportRooms(data)
			for _, p := range wrong {
				a.problem(p)
			}
			if l.Problem != nil {
				return l.Problem
			}
			a.say("%s", words.Sentences(
				words.N(len(l.Items), "%d room was read.", "%d rooms were read.", len(l.Items)),
				words.N(len(wrong), "%d line needs attention.", "%d lines need attention.", len(wrong))))
			if err := a.show(l, func(io.Writer) {}); err != nil {
				return err
			}
			if !l.Complete {
				return &status{code: exitUsage, err: problem.Of(wrong[0]), silent: true}
			}
			return nil
		}),
	}
}
