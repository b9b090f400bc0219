package tenant

import (
	"slices"
	"time"

	"github.com/roomkey/roomkey/core/words"
)

// Span is the time from Start up to End.
type Span struct{ Start, End time.Time }

// Schedule is when a mailbox is busy, and its working hours.
type Schedule struct {
	Busy []Span
	// Hours is nil when they are not known; NoHours then says why.
	Hours   *WorkingHours
	NoHours words.Text
}

// WorkingHours are the hours that a mailbox keeps on some days of the week.
type WorkingHours struct {
	Days []time.Weekday
	// From and To are times of day: since midnight by the clocks of Zone.
	From, To time.Duration
	Zone     *time.Location
}

// Include is whether a span lies wholly within the hours of one day.
func (h WorkingHours) Include(s Span) bool {
	start := s.Start.In(h.Zone)
	from := time.Duration(start.Hour())*time.Hour + time.Duration(start.Minute())*time.Minute
	return slices.Contains(h.Days, start.Weekday()) && from >= h.From && from+s.End.Sub(s.Start) <= h.To
}

// Never is whether no time at all lies within the hours.
func (h WorkingHours) Never() bool { return len(h.Days) == 0 || h.From >= h.To }
