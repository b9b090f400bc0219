package exchange

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// rule judges settings that decide by whom and how a room is booked, whatever
// the product's policy says.
type rule struct {
	code problem.Code
	// says is what is wrong, zero for nothing. value gives a setting as PowerShell
	// prints it; what is asked for and was not read makes the rule say nothing.
	text func(room string, value func(string) string) words.Text
	// set is what the script calendar-processing has to set.
	set string
}

// rules are tried one after another; the first that speaks is the worst.
var rules = []rule{
	{codeBooksTwice, func(room string, value func(string) string) (t words.Text) {
		if value("AllowConflicts") == "True" {
			t = words.T("%s accepts meetings at the same time (AllowConflicts is True).", room)
		}
		return t
	}, "AllowConflicts=False"},
	{codeBooksTwice, func(room string, value func(string) string) (t words.Text) {
		if value("AllRequestOutOfPolicy") == "True" {
			t = words.T("%s does not decline a meeting when it is busy: everyone can request bookings outside its policy (AllRequestOutOfPolicy is True).", room)
		}
		return t
	}, "AllRequestOutOfPolicy=False"},
	{codeNobodyAnswers, func(room string, value func(string) string) (t words.Text) {
		if is := value("AutomateProcessing"); is == "None" || is == "AutoUpdate" {
			t = words.T("%s does not answer meeting requests (AutomateProcessing is %s).", room, is)
		}
		return t
	}, "AutomateProcessing=AutoAccept"},
	{codeAcceptsNobody, func(room string, value func(string) string) (t words.Text) {
		if value("BookingType") == "Reserved" {
			t = words.T("People cannot book %s (BookingType is Reserved).", room)
		}
		return t
	}, "BookingType=Standard"},
	{codeAcceptsNobody, func(room string, value func(string) string) (t words.Text) {
		if value("BookingWindowInDays") == "0" {
			t = words.T("%s accepts meetings for today only (BookingWindowInDays is 0).", room)
		}
		return t
	}, "BookingWindowInDays=180"},
	{codeAcceptsNobody, func(room string, value func(string) string) (t words.Text) {
		if value("AllBookInPolicy") == "False" && value("BookInPolicy") == "" && value("AllRequestInPolicy") == "False" && value("RequestInPolicy") == "" {
			t = words.T("%s accepts no one: AllBookInPolicy is False and BookInPolicy is empty.", room)
		}
		return t
	}, "AllBookInPolicy=True"},
	{codeNobodyAnswers, func(room string, value func(string) string) (t words.Text) {
		switch {
		case !approves(value):
		case value("ResourceDelegates") == "":
			t = words.T("Requests for %s wait for a delegate, and it has none (ResourceDelegates is empty).", room)
		case value("ForwardRequestsToDelegates") == "False":
			t = words.T("Requests for %s wait for its delegates, who are not notified (ForwardRequestsToDelegates is False).", room)
		}
		return t
	}, "AllBookInPolicy=True"},
	{codeBooksTwice, func(room string, value func(string) string) (t words.Text) {
		if approves(value) && value("TentativePendingApproval") == "False" {
			t = words.T("%s shows times that await a delegate's approval as free, so they can be requested twice (TentativePendingApproval is False).", room)
		}
		return t
	}, "TentativePendingApproval=True"},
	{codeAcceptsSome, func(room string, value func(string) string) (t words.Text) {
		if value("AllBookInPolicy") != "False" || value("AllRequestInPolicy") != "False" {
			return t
		}
		switch books, asks := value("BookInPolicy") != "", value("RequestInPolicy") != "" && value("ResourceDelegates") != ""; {
		case books && asks:
			t = words.T("%s accepts only the people and groups in BookInPolicy, and those in RequestInPolicy when a delegate approves.", room)
		case books:
			t = words.T("%s accepts only the people and groups in BookInPolicy.", room)
		case asks:
			t = words.T("%s accepts only the people and groups in RequestInPolicy, and only when a delegate approves.", room)
		}
		return t
	}, "AllBookInPolicy=True"},
	{codeAcceptsLess, func(room string, value func(string) string) (t words.Text) {
		if value("RequestOutOfPolicy") != "" && value("ResourceDelegates") == "" {
			t = words.T("Some people can request bookings outside the policy of %s, which wait for a delegate, and it has none (RequestOutOfPolicy, ResourceDelegates).", room)
		}
		return t
	}, "ResourceDelegates=ADDRESS"},
	{codeAcceptsLess, func(room string, value func(string) string) (t words.Text) {
		if days, err := strconv.Atoi(value("BookingWindowInDays")); err == nil && days > 0 && days < shortWindow {
			t = words.N(days, "%s accepts no meeting more than %d day ahead (BookingWindowInDays).", "%s accepts no meeting more than %d days ahead (BookingWindowInDays).", room, days)
		}
		return t
	}, "BookingWindowInDays=180"},
	{codeAcceptsLess, func(room string, value func(string) string) (t words.Text) {
		if minutes, err := strconv.Atoi(value("MaximumDurationInMinutes")); err == nil && minutes > 0 && minutes < shortMeeting {
			t = words.N(minutes, "%s accepts no meeting longer than %d minute (MaximumDurationInMinutes).", "%s accepts no meeting longer than %d minutes (MaximumDurationInMinutes).", room, minutes)
		}
		return t
	}, "MaximumDurationInMinutes=1440"},
	{codeAcceptsLess, func(room string, value func(string) string) (t words.Text) {
		if value("AllowRecurringMeetings") == "False" {
			t = words.T("%s declines every series (AllowRecurringMeetings is False).", room)
		}
		return t
	}, "AllowRecurringMeetings=True"},
	{codeAcceptsLess, func(room string, value func(string) string) (t words.Text) {
		if value("EnforceSchedulingHorizon") == "False" {
			t = words.T("%s accepts a series that extends beyond its booking window and cuts it off there: later meetings have no room (EnforceSchedulingHorizon is False).", room)
		}
		return t
	}, "EnforceSchedulingHorizon=True"},
	{codeOpenToOutside, func(room string, value func(string) string) (t words.Text) {
		if value("ProcessExternalMeetingMessages") == "True" {
			t = words.T("People outside the tenant can book %s (ProcessExternalMeetingMessages is True).", room)
		}
		return t
	}, "ProcessExternalMeetingMessages=False"},
	{codeReleases, func(room string, value func(string) string) (t words.Text) {
		if value("EnableAutoRelease") == "True" {
			t = words.T("Exchange releases %s when no one checks in at its panel, regardless of the booking server (EnableAutoRelease is True).", room)
		}
		return t
	}, "EnableAutoRelease=False"},
}

// approves is whether requests within the policy wait for a delegate.
func approves(value func(string) string) bool {
	return value("AllBookInPolicy") == "False" && (value("AllRequestInPolicy") == "True" || value("RequestInPolicy") != "")
}

// What a room that can be booked allows at least, unless the product asks for
// more: a month ahead, and a meeting of an hour.
const (
	shortWindow  = 28
	shortMeeting = 60
)

// judge fills in what the room's settings do to bookings, and which settings
// that count were not read.
func (s *RoomState) judge() {
	for _, r := range rules {
		var missing []string
		text := r.text(s.Room, func(parameter string) string {
			v, seen := s.values[parameter]
			if p, _ := settingOf(parameter); !seen && (p.Default != nil || p.Kind == KindList) {
				missing = append(missing, parameter) // a switch without a documented default is not in every cloud
			}
			return plainValue(v)
		})
		switch {
		case len(missing) > 0:
			s.unread(missing...)
		case !text.IsZero():
			p := problem.New(r.code, text)
			if r.code == codeAcceptsSome {
				p.Fix(words.T("Check with an Exchange administrator that the list includes everyone who should be able to book the room."))
			}
			s.Effects = append(s.Effects, p.Lead(words.T("Run the calendar-processing script for the room with %s.", r.set),
				problem.PlaceCalendarScript.With(fmt.Sprintf("roomkeyctl script show calendar-processing --set only=%s --set %s", s.Room, r.set))))
		}
	}
}

// unusable are the effects for which people would call a room broken, in a few
// words. With any other it can still be booked.
var unusable = map[problem.Code]words.Key{
	codeBooksTwice:    "Double bookings",
	codeNobodyAnswers: "Does not answer",
	codeAcceptsNobody: "Accepts no one",
}

// Flaws are what the room's settings do to bookings that people would call wrong:
// it can be booked twice, nobody answers, or nobody can book it.
func (s RoomState) Flaws() (flaws []tenant.Flaw) {
	for _, p := range s.Effects {
		short, is := unusable[p.Code]
		if is && !slices.ContainsFunc(flaws, func(f tenant.Flaw) bool { return f.Problem.Code == p.Code }) {
			flaws = append(flaws, tenant.Flaw{Short: words.T(short), Problem: p})
		}
	}
	return flaws
}

// Worst is what is most wrong with the room's settings, nil for nothing, and
// whether the room can be booked in spite of it.
func (s RoomState) Worst(product, name string) (worst *problem.Problem, bookable bool) {
	if len(s.Effects) == 0 {
		return s.differs(product, name), true
	}
	_, is := unusable[s.Effects[0].Code]
	return s.Effects[0], !is
}

func (s *RoomState) unread(parameters ...string) {
	for _, p := range parameters {
		if !slices.Contains(s.Unread, p) {
			s.Unread = append(s.Unread, p)
		}
	}
}

// differs is how the room is not as the product needs it, nil when it is. What
// decides whether its calendar shows what is discussed counts only in a room whose
// name does not speak against that.
func (s RoomState) differs(product, name string) *problem.Problem {
	shows := proposeSubject([]tenant.Room{{EmailAddress: s.Room, DisplayName: name}})[0].Keep
	for _, d := range s.Differences {
		if p, _ := settingOf(d.Parameter); p.Shows && !shows {
			continue
		}
		return problem.New(codeNotAsNeeded, words.T("%s is not set up as %s needs it: %s is %s and should be %s.", s.Room, product, d.Parameter, d.Is, d.Wanted)).
			Lead(words.T("Run the calendar-processing script for the room."), problem.PlaceCalendarScript.With("roomkeyctl script show calendar-processing --set only="+s.Room))
	}
	return nil
}

// AsNeeded is whether everything that counts was read and is right.
func (s RoomState) AsNeeded() bool {
	return s.Problem == nil && len(s.Differences)+len(s.Effects)+len(s.Unread) == 0
}

// Line is a line of a table about a room; Is and Wanted are empty where it is about
// the room as a whole.
type Line struct {
	Setting    words.Text
	Is, Wanted string
}

// Lines are those of the room: what differs, what its settings do, and what was
// not read.
func (s RoomState) Lines() (out []Line) {
	if s.AsNeeded() {
		return []Line{{Setting: words.T("as the product needs it")}}
	}
	for _, d := range s.Differences {
		out = append(out, Line{words.Plain(d.Parameter), d.Is, d.Wanted})
	}
	for _, e := range s.Effects {
		out = append(out, Line{Setting: e.Title})
	}
	if n := len(s.Unread); n > 3 {
		out = append(out, Line{Setting: words.T("%d settings were not read, such as %s", n, s.Unread[0])})
	} else if n > 0 {
		out = append(out, Line{Setting: words.T("not read: %s", strings.Join(s.Unread, ", "))})
	}
	return out
}
