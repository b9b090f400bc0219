package check

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

func wantsSettings(in Input) (bool, words.Text) {
	return in.Settings != nil, words.T("No calendar processing was read back. The script calendar-processing-show reads it.")
}

// Processing is what a room's calendar processing does to bookings.
type Processing struct {
	// Wrong is what is most wrong with it, nil for nothing.
	Wrong *problem.Problem
	// Bookable is whether the room can be booked in spite of it.
	Bookable bool
}

// settingsLife is how long what was read of the rooms' settings counts.
const settingsLife = 30 * 24 * time.Hour

// checkSettings judges the calendar processing of every chosen room as it was
// read back. It makes no call. A room that was not read is unknown.
func checkSettings(_ context.Context, s *State) Finding {
	rooms, _ := s.chosen()
	var broken, limited []*problem.Problem
	unread := 0
	for _, room := range rooms {
		p, read := s.Settings[strings.ToLower(room)]
		switch {
		case !read:
			unread++
		case p.Wrong == nil:
		case p.Bookable:
			limited = append(limited, p.Wrong)
		default:
			broken = append(broken, p.Wrong)
		}
	}
	wrong := len(broken) + len(limited)
	var f Finding
	age, day := s.now().Sub(s.SettingsAt), s.SettingsAt.UTC().Format("2006-01-02 15:04 MST")
	reread := words.T("Have an Exchange administrator run the script that shows calendar processing, and bring its CSV.")
	script := problem.PlaceCalendarScript.With("roomkeyctl script show calendar-processing-show")
	switch {
	case s.SettingsAt.IsZero() && wrong > 0:
		f = warn(slices.Concat(broken, limited)[0]).noted(words.T("It is not known when the calendar processing of the rooms was read: the CSV file has no column Read."))
	case s.SettingsAt.IsZero():
		return unknown(problem.New(codeRoomsSettingsUndated, words.T("It is not known when the calendar processing of the rooms was read: the CSV file has no column Read.")).
			Lead(reread, script))
	case age > settingsLife:
		return unknown(problem.New(codeRoomsSettingsOld, words.T("The calendar processing of the rooms was read on %s, which is too long ago.", day)).
			Lead(reread, script)).with("read", day)
	case age < -maxSkew:
		return unknown(problem.New(codeRoomsSettingsOld, words.T("The calendar processing of the rooms was read on %s, which is in the future.", day)).
			Fix(words.T("Check this computer's date and time, and that of the computer on which the script ran.")).Lead(reread, script)).with("read", day)
	case len(broken) > 0 && len(broken) == len(rooms):
		f = fail(broken[0]).noted(words.N(len(broken), "The %d chosen room cannot be booked properly.", "None of the %d chosen rooms can be booked properly.", len(broken)))
	case len(broken) > 0:
		f = warn(broken[0]).noted(words.N(len(rooms), "%d of %d chosen room cannot be booked properly.", "%d of %d chosen rooms cannot be booked properly.", len(broken), len(rooms)))
	case len(limited) > 0:
		f = warn(limited[0]).noted(words.N(len(rooms), "%d of %d chosen room can be booked, but is not set up as it should be.", "%d of %d chosen rooms can be booked, but are not set up as they should be.", len(limited), len(rooms)))
	case len(rooms) == 0 || unread > 0:
		f = unknown(problem.New(codeRoomsSettingsUnread, words.N(unread, "The calendar processing of %d chosen room was not read.", "The calendar processing of %d chosen rooms was not read.", unread)).
			Lead(reread, script))
	default:
		f = pass(words.N(len(rooms), "According to its calendar processing, the %d chosen room can be booked.", "According to their calendar processing, all %d chosen rooms can be booked.", len(rooms)))
	}
	if !s.SettingsAt.IsZero() {
		f = f.with("read", day)
	}
	return f.with("rooms", len(rooms)).with("wrong", wrong).with("unread", unread)
}
