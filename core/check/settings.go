package check

import (
	"context"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

func wantsSettings(in Input) (bool, words.Text) {
	return in.Settings != nil, words.T("No calendar processing was read back. The script calendar-processing-show reads it.")
}

// settingsLife is how long what was read of the rooms' settings counts.
const settingsLife = 30 * 24 * time.Hour

// checkSettings judges the calendar processing of every chosen room as it was
// read back. It makes no call. A room that was not read is unknown.
func checkSettings(_ context.Context, s *State) Finding {
	rooms, _ := s.chosen()
	var first *problem.Problem
	var unread []string
	wrong := 0
	for _, room := range rooms {
		p, read := s.Settings[strings.ToLower(room)]
		switch {
		case !read:
			unread = append(unread, room)
		case p != nil:
			if wrong++; first == nil {
				first = p
			}
		}
	}
	var f Finding
	age, day := s.now().Sub(s.SettingsAt), s.SettingsAt.UTC().Format("2006-01-02 15:04 MST")
	reread := words.T("Have an Exchange administrator run the script that shows calendar processing, and bring its CSV.")
	script := problem.PlaceCalendarScript.With("roomkeyctl script show calendar-processing-show")
	switch {
	case age > settingsLife:
		return unknown(problem.New(codeRoomsSettingsOld, words.T("The calendar processing of the rooms was read on %s, which is too long ago.", day)).
			Lead(reread, script)).with("read", day)
	case age < -maxSkew:
		return unknown(problem.New(codeRoomsSettingsOld, words.T("The calendar processing of the rooms was read on %s, which is in the future.", day)).
			Fix(words.T("Check this computer's date and time, and that of the computer on which the script ran.")).Lead(reread, script)).with("read", day)
	case first != nil && wrong == len(rooms):
		f = fail(first).noted(words.N(wrong, "The %d chosen room cannot be booked properly.", "None of the %d chosen rooms can be booked properly.", wrong))
	case first != nil:
		f = warn(first).noted(words.N(len(rooms), "%d of %d chosen room cannot be booked properly.", "%d of %d chosen rooms cannot be booked properly.", wrong, len(rooms)))
	case len(rooms) == 0 || len(unread) > 0:
		f = unknown(problem.New(codeRoomsSettingsUnread, words.N(len(unread), "The calendar processing of %d chosen room was not read.", "The calendar processing of %d chosen rooms was not read.", len(unread))).
			Lead(reread, script))
	default:
		f = pass(words.N(len(rooms), "According to its calendar processing, the %d chosen room can be booked.", "According to their calendar processing, all %d chosen rooms can be booked.", len(rooms)))
	}
	return f.with("rooms", len(rooms)).with("wrong", wrong).with("unread", len(unread)).with("read", day)
}
