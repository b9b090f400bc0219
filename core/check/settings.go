package check

import (
	"context"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

func wantsSettings(in Input) (bool, words.Text) {
	return in.Settings != nil, words.T("No calendar processing was read back. The script calendar-processing-show reads it.")
}

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
	switch {
	case first != nil && wrong == len(rooms):
		f = fail(first).noted(words.N(wrong, "The %d chosen room cannot be booked properly.", "None of the %d chosen rooms can be booked properly.", wrong))
	case first != nil:
		f = warn(first).noted(words.N(len(rooms), "%d of %d chosen room cannot be booked properly.", "%d of %d chosen rooms cannot be booked properly.", wrong, len(rooms)))
	case len(rooms) == 0 || len(unread) > 0:
		f = unknown(problem.New(codeRoomsSettingsUnread, words.N(len(unread), "The calendar processing of %d chosen room was not read.", "The calendar processing of %d chosen rooms was not read.", len(unread))).
			Lead(words.T("Have an Exchange administrator run the script that shows calendar processing, and bring its CSV."), problem.PlaceCalendarScript.With("roomkeyctl script show calendar-processing-show")))
	default:
		f = pass(words.N(len(rooms), "According to its calendar processing, the %d chosen room can be booked.", "According to their calendar processing, all %d chosen rooms can be booked.", len(rooms)))
	}
	return f.with("rooms", len(rooms)).with("wrong", wrong).with("unread", len(unread))
}
