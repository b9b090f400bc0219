package graph

import (
	"context"
	"strings"
	"time"

	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/roomkey/roomkey/core/tenant"
)

// NewEvent is a meeting to create in a mailbox's calendar.
type NewEvent struct {
	Subject, Body string
	Start, End    time.Time
	// Room is the address of the room that is invited.
	Room string
	// TransactionID makes a repeated request create one meeting only.
	TransactionID string
}

var eventFields = []string{"id", "subject", "body", "organizer", "attendees", "start", "end", "sensitivity", "responseStatus", "isCancelled", "iCalUId"}

func inUTC() *abstractions.RequestHeaders {
	h := abstractions.NewRequestHeaders()
	h.Add("Prefer", `outlook.timezone="UTC"`)
	h.Add("Prefer", `outlook.body-content-type="text"`)
	return h
}

// CreateEvent creates the meeting in the organizer's calendar, which sends the
// invitation to the room.
func (c *Client) CreateEvent(ctx context.Context, mailbox string, n NewEvent) (tenant.Event, error) {
	m := models.NewEvent()
	m.SetSubject(&n.Subject)
	body := models.NewItemBody()
	body.SetContentType(pointer(models.TEXT_BODYTYPE))
	body.SetContent(&n.Body)
	m.SetBody(body)
	m.SetStart(utc(n.Start))
	m.SetEnd(utc(n.End))
	room := models.NewAttendee()
	room.SetTypeEscaped(pointer(models.RESOURCE_ATTENDEETYPE))
	address := models.NewEmailAddress()
	address.SetAddress(&n.Room)
	room.SetEmailAddress(address)
	m.SetAttendees([]models.Attendeeable{room})
	if n.TransactionID != "" {
		m.SetTransactionId(&n.TransactionID)
	}
	what := "POST /users/" + mailbox + "/events"
	return c.oneEvent(ctx, what, n.Room, func(ctx context.Context) (models.Eventable, error) {
		return c.users().ByUserId(mailbox).Events().Post(ctx, m, &users.ItemEventsRequestBuilderPostRequestConfiguration{Headers: inUTC()})
	})
}

// Event reads one entry of a mailbox's calendar. Its Response is the room's, as
// the organizer's copy has it.
func (c *Client) Event(ctx context.Context, mailbox, id string) (tenant.Event, error) {
	return c.oneEvent(ctx, "GET /users/"+mailbox+"/events/{id}", "", func(ctx context.Context) (models.Eventable, error) {
		return c.users().ByUserId(mailbox).Events().ByEventId(id).Get(ctx, &users.ItemEventsEventItemRequestBuilderGetRequestConfiguration{
			Headers: inUTC(), QueryParameters: &users.ItemEventsEventItemRequestBuilderGetQueryParameters{Select: eventFields}})
	})
}

func (c *Client) oneEvent(ctx context.Context, what, room string, do func(context.Context) (models.Eventable, error)) (tenant.Event, error) {
	m, err := call(ctx, c, what, func(ctx context.Context) (models.Eventable, error) {
		m, err := do(ctx)
		if err == nil && !isNil(m) && text(m.GetId()) == "" {
			err = malformed(what, "the event has no id")
		}
		return m, err
	})
	if err != nil {
		return tenant.Event{}, err
	}
	if attendees := m.GetAttendees(); room == "" && len(attendees) == 1 && attendees[0] != nil && attendees[0].GetEmailAddress() != nil {
		room = text(attendees[0].GetEmailAddress().GetAddress())
	}
	return event(m, room), nil
}

// CancelEvent cancels the organizer's meeting and tells the room.
func (c *Client) CancelEvent(ctx context.Context, mailbox, id, comment string) error {
	body := users.NewItemEventsItemCancelPostRequestBody()
	body.SetComment(&comment)
	return c.act(ctx, "POST /users/"+mailbox+"/events/{id}/cancel", func(ctx context.Context) error {
		return c.users().ByUserId(mailbox).Events().ByEventId(id).Cancel().Post(ctx, body, nil)
	})
}

// DeleteEvent removes an entry from a mailbox's calendar.
func (c *Client) DeleteEvent(ctx context.Context, mailbox, id string) error {
	return c.act(ctx, "DELETE /users/"+mailbox+"/events/{id}", func(ctx context.Context) error {
		return c.users().ByUserId(mailbox).Events().ByEventId(id).Delete(ctx, nil)
	})
}

// FindEvents finds the copies of a meeting in a mailbox by the id that they
// share.
func (c *Client) FindEvents(ctx context.Context, mailbox, iCalUID string) ([]tenant.Event, error) {
	what := "GET /users/" + mailbox + "/events"
	filter := "iCalUId eq '" + strings.ReplaceAll(iCalUID, "'", "''") + "'"
	builder := c.users().ByUserId(mailbox).Events()
	l := read(ctx, c, walk[models.Eventable, tenant.Event]{
		what: what,
		noun: func(m models.Eventable) (tenant.Event, bool) { return event(m, mailbox), true },
		key:  func(e tenant.Event) string { return e.ID },
		page: func(ctx context.Context, _, _ int32) (*page[models.Eventable], error) {
			return some(builder.Get(ctx, &users.ItemEventsRequestBuilderGetRequestConfiguration{
				Headers:         inUTC(),
				QueryParameters: &users.ItemEventsRequestBuilderGetQueryParameters{Filter: &filter, Select: eventFields}}))
		},
		next: func(ctx context.Context, link string) (*page[models.Eventable], error) {
			return some(builder.WithUrl(link).Get(ctx, &users.ItemEventsRequestBuilderGetRequestConfiguration{Headers: inUTC()}))
		},
	}, nil)
	if l.Problem != nil {
		return l.Items, l.Problem
	}
	return l.Items, nil
}

func utc(t time.Time) models.DateTimeTimeZoneable {
	d := models.NewDateTimeTimeZone()
	d.SetDateTime(pointer(t.UTC().Format("2006-01-02T15:04:05")))
	d.SetTimeZone(pointer("UTC"))
	return d
}

// act is call for requests whose answer has no body.
func (c *Client) act(ctx context.Context, what string, do func(context.Context) error) error {
	_, err := call(ctx, c, what, func(ctx context.Context) (bool, error) { return true, do(ctx) })
	return err
}
