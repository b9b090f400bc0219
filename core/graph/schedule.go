package graph

import (
	"context"
	"strings"
	"time"

	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// scheduleStep is how finely free and busy are asked for.
const scheduleStep = 15 * time.Minute

// Schedule asks from an organizer's mailbox when a room is busy between two
// moments (62 days apart at most), to a quarter of an hour, and for its working
// hours. An error with tenant.CodeNoSchedule is the room's own.
func (c *Client) Schedule(ctx context.Context, organizer, room string, from, to time.Time) (tenant.Schedule, error) {
	what := "POST /users/" + organizer + "/calendar/getSchedule"
	body := users.NewItemCalendarGetSchedulePostRequestBody()
	body.SetSchedules([]string{room})
	body.SetStartTime(utc(from))
	body.SetEndTime(utc(to))
	body.SetAvailabilityViewInterval(pointer(int32(scheduleStep / time.Minute)))
	answer, err := call(ctx, c, what, func(ctx context.Context) (users.ItemCalendarGetSchedulePostResponseable, error) {
		return c.users().ByUserId(organizer).Calendar().GetSchedule().PostAsGetSchedulePostResponse(ctx, body, nil)
	})
	if err != nil {
		return tenant.Schedule{}, err
	}
	if len(answer.GetValue()) != 1 || isNil(answer.GetValue()[0]) {
		return tenant.Schedule{}, malformed(what, "it is not about one mailbox")
	}
	m := answer.GetValue()[0]
	if e := m.GetError(); !isNil(e) {
		return tenant.Schedule{}, problem.New(tenant.CodeNoSchedule, words.T("Microsoft Graph does not tell when %s is free.", room)).
			With(words.T("Microsoft says: %s: %s", text(e.GetResponseCode()), text(e.GetMessage()))).
			Fix(words.T("Check the address, and that the free and busy times of the room may be seen (its calendar's default permission is AvailabilityOnly or more)."))
	}
	view := text(m.GetAvailabilityView())
	if view == "" {
		return tenant.Schedule{}, malformed(what, "there is no view of free and busy in it")
	}
	// What the view does not reach may be busy.
	view += strings.Repeat("2", max(0, int(to.Sub(from)/scheduleStep)-len(view)))
	var s tenant.Schedule
	for i, status := range view {
		if start := from.Add(time.Duration(i) * scheduleStep); status != '0' {
			s.Busy = append(s.Busy, tenant.Span{Start: start, End: start.Add(scheduleStep)})
		}
	}
	s.Hours, s.NoHours = hours(m.GetWorkingHours())
	return s, nil
}

// hours reads working hours; without them it gives the reason.
func hours(m models.WorkingHoursable) (*tenant.WorkingHours, words.Text) {
	if isNil(m) || m.GetStartTime() == nil || m.GetEndTime() == nil {
		return nil, words.T("Microsoft gives no working hours for it.")
	}
	in, err := zoneOf(m.GetTimeZone())
	if err != nil {
		return nil, words.T("The time zone of its working hours is not known (%s).", zoneName(m.GetTimeZone()))
	}
	h := &tenant.WorkingHours{From: sinceMidnight(m.GetStartTime()), To: sinceMidnight(m.GetEndTime()), Zone: in}
	for _, day := range m.GetDaysOfWeek() {
		h.Days = append(h.Days, time.Weekday(day))
	}
	return h, words.Text{}
}

func zoneName(m models.TimeZoneBaseable) string {
	if isNil(m) || text(m.GetName()) == "" {
		return "none is named"
	}
	return text(m.GetName())
}

func sinceMidnight(t *serialization.TimeOnly) time.Duration {
	// The SDK gives a time of day only as text, and always in this form.
	at, _ := time.Parse(time.TimeOnly, t.String())
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute + time.Duration(at.Second())*time.Second
}
