package exchange

import (
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// workingHours are those of a mailbox, as Set-MailboxCalendarConfiguration sets
// them: whole hours on some days, by the clocks of a zone.
type workingHours struct {
	days     []string
	from, to int
	zone     object
	in       string // IANA name
}

var weekdays = []string{"monday", "tuesday", "wednesday", "thursday", "friday"}

func zoneNamed(name string) object { return object{"name": name} }

// seededHours are the hours of the first buildings' rooms, then again: Microsoft
// names zones in several ways, and describes some by their rules.
var seededHours = []workingHours{
	{weekdays, 8, 17, zoneNamed("W. Europe Standard Time"), "Europe/Berlin"},
	{weekdays, 8, 17, zoneNamed("Pacific Standard Time"), "America/Los_Angeles"},
	{weekdays, 9, 18, object{
		"@odata.type": "#microsoft.graph.customTimeZone", "name": "Customized Time Zone", "bias": 300,
		"standardOffset": object{"time": "02:00:00.0000000", "dayOccurrence": 1, "dayOfWeek": "sunday", "month": 11, "year": 0},
		"daylightOffset": object{"time": "02:00:00.0000000", "dayOccurrence": 2, "dayOfWeek": "sunday", "month": 3, "year": 0, "daylightBias": -60},
	}, "America/New_York"},
	{weekdays, 9, 18, zoneNamed("China Standard Time"), "Asia/Shanghai"},
	{weekdays, 8, 17, zoneNamed("tzone://Microsoft/Utc"), "UTC"},
}

// HoursOf are a mailbox's working hours.
func (x *Exchange) HoursOf(address string) workingHours {
	h := seededHours[0]
	if i, ok := x.Directory.FindRoom(address); ok {
		h = seededHours[x.Directory.Room(i).Building%len(seededHours)]
	}
	switch arg, _ := x.Fault(fault.RoomHours); arg {
	case "tonga":
		return workingHours{weekdays, 9, 10, zoneNamed("Tonga Standard Time"), "Pacific/Tongatapu"}
	case "unknown-zone":
		h.zone = zoneNamed("Middle Earth Standard Time")
	case "none":
		h.days = []string{}
	}
	return h
}

// include is whether a meeting lies within the hours of one day.
func (h workingHours) include(start, end time.Time) bool {
	in, err := time.LoadLocation(h.in)
	if err != nil {
		return false
	}
	start, end = start.In(in), end.In(in)
	opens := time.Date(start.Year(), start.Month(), start.Day(), h.from, 0, 0, 0, in)
	return slices.Contains(h.days, strings.ToLower(start.Weekday().String())) &&
		!start.Before(opens) && !end.After(opens.Add(time.Duration(h.to-h.from)*time.Hour))
}

// Object are the hours as Graph shows them.
func (h workingHours) Object() object {
	clock := func(hour int) string { return time.Date(0, 1, 1, hour, 0, 0, 0, time.UTC).Format("15:04:05.0000000") }
	return object{"daysOfWeek": h.days, "startTime": clock(h.from), "endTime": clock(h.to), "timeZone": h.zone}
}
