package main

import (
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// dayOfRoom is a room's day as JSON: the times that are not free.
type dayOfRoom struct {
	tenant.Day
	Zone     string    `json:"timeZone"`
	Meetings []meeting `json:"meetings"`
}

type meeting struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	State string    `json:"state"`
}

// presences are the words for what a calendar shows.
var presences = map[tenant.Presence]string{tenant.Busy: "busy", tenant.Tentative: "tentative", tenant.Unknown: "unknown"}

func roomsDay(a *app) *cobra.Command {
	var on string
	c := &cobra.Command{
		Use: "day [ADDRESS…]", Short: "Show when rooms are free and busy, in each room's own time zone",
		Long: "Shows the chosen rooms, or those with the addresses, from 7 to 20 o'clock in each room's " +
			"time zone. Only free, tentative and busy are read, never the details of a meeting.",
		RunE: a.opened(func(c *cobra.Command, s *session.Session, args []string) error {
			date := a.env.Now()
			if on != "" {
				var err error
				if date, err = time.Parse(time.DateOnly, on); err != nil {
					return usage("--date must be a day such as 2026-11-30.")
				}
			}
			if len(args) == 0 {
				rooms, err := s.ResolveRooms(c.Context())
				if err != nil {
					return err
				}
				args = tenant.Addresses(rooms)
			}
			days, err := s.Days(c.Context(), date, args)
			if err != nil {
				return err
			}
			out := make([]dayOfRoom, len(days))
			var first *problem.Problem
			for i, d := range days {
				out[i] = dayOfRoom{Day: d, Zone: d.Start.Location().String(), Meetings: []meeting{}}
				for _, m := range d.Meetings() {
					out[i].Meetings = append(out[i].Meetings, meeting{m.Start, m.End, presences[m.Presence]})
				}
				if first == nil {
					first = d.Problem
				}
			}
			if err := a.show(out, func(w io.Writer) {
				var cells [][]string
				for _, d := range out {
					cells = append(cells, []string{d.Room, say(d.text()), d.Zone})
				}
				rows(w, []words.Key{"room", "not free", "time zone"}, cells)
			}); err != nil {
				return err
			}
			if first != nil {
				return first
			}
			return nil
		}),
	}
	c.Flags().StringVar(&on, "date", "", "the `day`, such as 2026-11-30 (default: today)")
	return c
}

// text lists the times that are not free.
func (d dayOfRoom) text() words.Text {
	if d.Problem != nil {
		return d.Problem.Title
	}
	var times []string
	for _, m := range d.Meetings {
		at := m.Start.Format("15:04") + "-" + m.End.Format("15:04")
		if m.State != "busy" {
			at += " (" + word(m.State) + ")"
		}
		times = append(times, at)
	}
	return words.Plain(strings.Join(times, ", "))
}
