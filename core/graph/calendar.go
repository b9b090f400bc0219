package graph

import (
	"context"
	"strings"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/roomkey/roomkey/core/tenant"
)

// Calendar is the id of a mailbox's calendar: the smallest call that proves
// that the calendar can be read.
func (c *Client) Calendar(ctx context.Context, mailbox string) (string, error) {
	what := "GET /users/" + mailbox + "/calendar"
	calendar, err := call(ctx, c, what, func(ctx context.Context) (models.Calendarable, error) {
		m, err := c.users().ByUserId(mailbox).Calendar().Get(ctx, &users.ItemCalendarRequestBuilderGetRequestConfiguration{
			QueryParameters: &users.ItemCalendarRequestBuilderGetQueryParameters{Select: []string{"id"}}})
		if err == nil && !isNil(m) && text(m.GetId()) == "" {
			err = malformed(what, "the calendar has no id")
		}
		return m, err
	})
	if err != nil {
		return "", err
	}
	return *calendar.GetId(), nil
}

// CalendarView lists the entries of a mailbox's calendar between two moments,
// recurring ones resolved, earliest first: at most top of them, or all of them
// when top is 0. After a failure half-way it gives what came, and the error.
func (c *Client) CalendarView(ctx context.Context, mailbox string, from, to time.Time, top int) ([]tenant.Event, error) {
	size := int32(100)
	if top > 0 && top < 100 {
		size = int32(top)
	}
	view := c.users().ByUserId(mailbox).CalendarView()
	var events []tenant.Event
	w := walk[models.Eventable, tenant.Event]{
		enough: func() bool { return top > 0 && len(events) >= top },
		what:   "GET /users/" + mailbox + "/calendarView",
		noun:   func(m models.Eventable) (tenant.Event, bool) { return event(m, mailbox), true },
		key:    func(e tenant.Event) string { return e.ID },
		page: func(ctx context.Context, _, _ int32) (*page[models.Eventable], error) {
			return some(view.Get(ctx, &users.ItemCalendarViewRequestBuilderGetRequestConfiguration{
				Headers: inUTC(),
				QueryParameters: &users.ItemCalendarViewRequestBuilderGetQueryParameters{
					StartDateTime: pointer(from.UTC().Format(time.RFC3339)), EndDateTime: pointer(to.UTC().Format(time.RFC3339)),
					Select:  eventFields,
					Orderby: []string{"start/dateTime"}, Top: &size}}))
		},
		next: func(ctx context.Context, link string) (*page[models.Eventable], error) {
			return some(view.WithUrl(link).Get(ctx, &users.ItemCalendarViewRequestBuilderGetRequestConfiguration{Headers: inUTC()}))
		},
	}
	list := read(ctx, c, w, func(page []tenant.Event) { events = append(events, page...) })
	if top > 0 && len(events) > top {
		events = events[:top]
	}
	if list.Problem != nil {
		return events, list.Problem
	}
	return events, nil
}

func event(m models.Eventable, mailbox string) tenant.Event {
	e := tenant.Event{
		ID: text(m.GetId()), Subject: text(m.GetSubject()), ICalUID: text(m.GetICalUId()),
		Start: moment(m.GetStart()), End: moment(m.GetEnd()),
		Cancelled: m.GetIsCancelled() != nil && *m.GetIsCancelled(),
		Private:   m.GetSensitivity() != nil && *m.GetSensitivity() == models.PRIVATE_SENSITIVITY,
	}
	if b := m.GetBody(); b != nil {
		e.Body = text(b.GetContent())
	}
	if o := m.GetOrganizer(); o != nil && o.GetEmailAddress() != nil {
		e.Organizer = text(o.GetEmailAddress().GetAddress())
	}
	if r := m.GetResponseStatus(); r != nil && r.GetResponse() != nil {
		e.Response = r.GetResponse().String()
	}
	for _, a := range m.GetAttendees() {
		if a == nil || a.GetEmailAddress() == nil || a.GetStatus() == nil || a.GetStatus().GetResponse() == nil {
			continue
		}
		if strings.EqualFold(text(a.GetEmailAddress().GetAddress()), mailbox) {
			e.Response = a.GetStatus().GetResponse().String()
		}
	}
	return e
}

// moment reads Graph's date and time zone; the zone is UTC because that is what
// was asked for. A zone that is not known gives the zero time.
func moment(d models.DateTimeTimeZoneable) time.Time {
	if d == nil {
		return time.Time{}
	}
	in := time.UTC
	if name := text(d.GetTimeZone()); name != "" {
		other, err := zone(name)
		if err != nil {
			return time.Time{}
		}
		in = other
	}
	for _, layout := range []string{"2006-01-02T15:04:05.9999999", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, text(d.GetDateTime()), in); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
