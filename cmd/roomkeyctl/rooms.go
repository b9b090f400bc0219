package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

func newRooms(a *app) *cobra.Command {
	return group("rooms", "The rooms that the booking server will see", roomsList(a), roomsLists(a), roomsSelect(a), roomsImport(a), roomsAccess(a))
}

func roomsList(a *app) *cobra.Command {
	var of string
	var administrator bool
	var signIn signInFlags
	c := &cobra.Command{
		Use: "list", Short: "List the rooms, and where the list comes from", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			var found tenant.Listing[tenant.Room]
			switch {
			case administrator:
				if _, err := a.signIn(c.Context(), s, signIn, session.ScopesRooms); err != nil {
					return err
				}
				found = s.RoomsByAdministrator(c.Context())
			case of != "":
				found = s.RoomsOf(c.Context(), of)
			default:
				found = s.Rooms(c.Context(), nil)
			}
			session.SortRooms(found.Items)
			chosen, err := chosenRooms(c.Context(), s)
			if err != nil {
				return err
			}
			return listing(a, found, func(w io.Writer) {
				var cells [][]string
				for _, r := range found.Items {
					seats, is := "", ""
					if r.Capacity != nil {
						seats = fmt.Sprint(*r.Capacity)
					}
					if chosen == nil || chosen[strings.ToLower(r.EmailAddress)] {
						is = l("yes")
					}
					cells = append(cells, []string{r.DisplayName, r.EmailAddress, seats, session.Where(r), is})
				}
				rows(w, []words.Key{"room", "address", "seats", "where", "chosen"}, cells)
			})
		},
	}
	c.Flags().BoolVar(&administrator, "sign-in", false, "sign in as an administrator, if the product may not list rooms; the rooms found are kept")
	signIn.register(c)
	c.Flags().StringVar(&of, "list", "", "only the rooms of the room list with this `address`")
	return c
}

// chosenRooms are the addresses of the rooms that the choice comes to, nil for
// all.
func chosenRooms(ctx context.Context, s *session.Session) (map[string]bool, error) {
	choice := s.Document().Rooms
	addresses := choice.Items
	switch choice.Mode {
	case connection.Selected:
	case connection.Lists:
		rooms, err := s.ResolveRooms(ctx)
		if err != nil {
			return nil, err
		}
		addresses = nil
		for _, r := range rooms {
			addresses = append(addresses, r.EmailAddress)
		}
	default:
		return nil, nil
	}
	chosen := map[string]bool{}
	for _, address := range addresses {
		chosen[strings.ToLower(address)] = true
	}
	return chosen, nil
}

// listing shows a list with its source; one that did not come whole is shown as
// far as it came, and fails.
func listing[T any](a *app, list tenant.Listing[T], human func(io.Writer)) error {
	if list.Items == nil {
		list.Items = []T{}
	}
	if err := a.show(list, func(w io.Writer) {
		if len(list.Items) > 0 {
			human(w)
		}
		fmt.Fprintln(w)
		if list.Complete {
			printLine(w, "%d in total. Source: %s", len(list.Items), word(list.Source))
		} else {
			printLine(w, "%d, not all of them. Source: %s", len(list.Items), word(list.Source))
		}
	}); err != nil {
		return err
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
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			l := s.RoomLists(c.Context())
			return listing(a, l, func(w io.Writer) {
				var cells [][]string
				for _, r := range l.Items {
					cells = append(cells, []string{r.DisplayName, r.EmailAddress})
				}
				rows(w, []words.Key{"room list", "address"}, cells)
			})
		},
	}
}

func roomsSelect(a *app) *cobra.Command {
	var all bool
	var lists []string
	c := &cobra.Command{
		Use: "select ADDRESS…", Short: "Choose the rooms that the booking server handles", Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			ways := 0
			for _, chosen := range []bool{all, len(args) > 0, len(lists) > 0} {
				if chosen {
					ways++
				}
			}
			if ways != 1 {
				return usage("Name the rooms by email address, or use --list NAME or --all.")
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			if len(lists) > 0 {
				err = s.SelectRoomLists(c.Context(), lists)
			} else {
				err = s.SelectRooms(c.Context(), all, args)
			}
			if err != nil {
				return err
			}
			return a.showConnection(s.Document())
		},
	}
	c.Flags().BoolVar(&all, "all", false, "all rooms, including those created later")
	c.Flags().StringArrayVar(&lists, "list", nil, "the rooms of the room list with this `name` or address, including those added later; may be repeated")
	return c
}

func roomsImport(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "import FILE.csv", Short: "Read rooms from a CSV file, if the product may not list them", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
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
				words.N(len(wrong), "%d line could not be used.", "%d lines could not be used.", len(wrong))))
			if err := a.show(l, func(io.Writer) {}); err != nil {
				return err
			}
			if !l.Complete {
				return &status{code: exitUsage, err: problem.Of(wrong[0]), silent: true}
			}
			return nil
		},
	}
}
