package graph

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/words"
)

// Schedule asks from an organizer's mailbox when a room is busy between two
// moments (62 days apart at most), to a quarter of an hour, and for its working
// hours. An error with tenant.CodeNoSchedule is the room's own.
func (c *Client) Schedule(ctx context.Context, organizer, room string, from, to time.Time) (tenant.Schedule, error) {
	told, err := c.Availability(ctx, organizer, []string{room}, from, to)
	if err != nil {
		return tenant.Schedule{}, err
	}
	if told[0].Problem != nil {
		return tenant.Schedule{}, told[0].Problem
	}
	return told[0].Schedule(to), nil
}

// Availability asks from one mailbox what the calendars of up to twenty show to
// it between two moments (62 days apart at most), in their order. One that is not
// told about has its own problem: tenant.CodeNoSchedule when Microsoft says so.
func (c *Client) Availability(ctx context.Context, asker string, rooms []string, from, to time.Time) ([]tenant.Availability, error) {
	what := "POST /users/" + asker + "/calendar/getSchedule"
	body := users.NewItemCalendarGetSchedulePostRequestBody()
	body.SetSchedules(rooms)
	body.SetStartTime(utc(from))
	body.SetEndTime(utc(to))
	body.SetAvailabilityViewInterval(pointer(int32(tenant.ScheduleStep / time.Minute)))
	answer, err := call(ctx, c, what, func(ctx context.Context) (users.ItemCalendarGetSchedulePostResponseable, error) {
		return c.users().ByUserId(asker).Calendar().GetSchedule().PostAsGetSchedulePostResponse(ctx, body, nil)
	})
	if err != nil {
		return nil, err
	}
	if n := len(answer.GetValue()); n != len(rooms) {
		return nil, malformed(what, fmt.Sprintf("%d mailboxes were asked about and %d are in it", len(rooms), n))
	}
	told := make([]tenant.Availability, len(rooms))
	for i, room := range rooms {
		told[i] = tenant.Availability{Room: room, From: from}
		m := answer.GetValue()[i]
		for _, other := range answer.GetValue() {
			if !isNil(other) && strings.EqualFold(text(other.GetScheduleId()), room) {
				m = other
			}
		}
		if isNil(m) {
			told[i].Problem = problem.Of(malformed(what, "there is nothing about "+room+" in it"))
			continue
		}
		told[i].Problem = problem.Of(available(&told[i], m, what))
	}
	return told, nil
}

// available reads what is told about one mailbox.
func available(a *tenant.Availability, m models.ScheduleInformationable, what string) error {
	if e := m.GetError(); !isNil(e) {
		return problem.New(tenant.CodeNoSchedule, words.T("Microsoft Graph does not say when %s is free.", a.Room)).
			With(words.T("Microsoft says: %s: %s", text(e.GetResponseCode()), text(e.GetMessage()))).
			Fix(words.T("Check the address, and that the free and busy times of the room can be seen (its calendar's default permission is AvailabilityOnly or more)."))
	}
	view := text(m.GetAvailabilityView())
	if view == "" {
		return malformed(what, "there is no view of free and busy in it")
	}
	a.View = make([]tenant.Presence, len(view))
	for i := range view {
		// Microsoft's 3 and 4 are out of office and working elsewhere; a room with
		// either is taken.
		a.View[i] = tenant.Busy
		switch view[i] {
		case '0':
			a.View[i] = tenant.Free
		case '1':
			a.View[i] = tenant.Tentative
		}
	}
	a.Hours, a.NoHours = hours(m.GetWorkingHours())
	return nil
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
