package main

import (
	"cmp"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/reach"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/words"
)

func roomsAccess(a *app) *cobra.Command {
	var f signInFlags
	c := &cobra.Command{
		Use: "access ROOM", Short: "Show every application that can reach the calendar of a room", Args: cobra.ExactArgs(1),
		Long: "Lists every application of the tenant that can read or write the calendar of a room, the " +
			"most powerful first: how, who owns it, and when it was last used. It only reads. What " +
			"only Exchange knows comes from a script: roomkeyctl script show room-access --set " +
			"room=ROOM, then roomkeyctl script result FILE. The next report of a check " +
			"shows the same. Applications that act as a signed-in person see what that person can " +
			"see, and are not listed.",
		RunE: a.opened(func(c *cobra.Command, s *session.Session, args []string) error {
			if _, err := a.signIn(c.Context(), s, f, entra.ScopesRead); err != nil {
				return err
			}
			if err := s.AllowSignInLog(c.Context(), a.way(f)); err != nil {
				return err
			}
			room, err := s.RoomAccess(c.Context(), args[0])
			if err != nil {
				return err
			}
			if err := a.leave(s); err != nil {
				return err
			}
			if err := a.show(room.Applications, func(w io.Writer) { describeAccess(w, room) }); err != nil {
				return err
			}
			if room.Open() {
				a.say("Exchange was not asked about every application. Have an Exchange administrator run the script from: %s", "roomkeyctl script show room-access --set room="+problem.Line(args[0]))
			}
			return nil
		}),
	}
	f.register(c)
	return c
}

func describeAccess(w io.Writer, room reach.Room) {
	var cells [][]string
	for _, one := range room.Applications {
		used := l("not known")
		if !one.LastUsed.IsZero() {
			used = one.LastUsed.Format(time.DateOnly)
		}
		cells = append(cells, []string{problem.Line(one.Name), say(reach.Words[one.State]), cmp.Or(say(reach.Levels[one.Level]), "–"), problem.Line(say(words.Sentences(one.Ways...))), problem.Line(say(one.OwnerText())), used})
	}
	rows(w, []words.Key{"application", "reaches the room", "may", "how", "owner", "last used"}, cells)
	if !room.ExchangeAt.IsZero() {
		printLine(w, "Exchange was asked on %s.", room.ExchangeAt.Local().Format(time.DateTime))
	}
}
