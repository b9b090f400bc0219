package graph

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/exchange"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// shownEvent is an event as its mailbox shows it; with ReadBasic alone, without
// what it is about.
func (c *call) shownEvent(address string, e *tenant.Event) object {
	if e == nil {
		return nil
	}
	zone, when := "UTC", func(t time.Time) object {
		return object{"dateTime": t.UTC().Format("2006-01-02T15:04:05.0000000"), "timeZone": "UTC"}
	}
	if _, name, found := strings.Cut(c.r.Header.Get("Prefer"), "outlook.timezone="); found {
		zone = strings.Trim(strings.SplitN(name, ",", 2)[0], `" `)
		if loc, err := location(zone); err == nil {
			when = func(t time.Time) object {
				return object{"dateTime": t.In(loc).Format("2006-01-02T15:04:05.0000000"), "timeZone": zone}
			}
		}
	}
	mine := strings.EqualFold(e.Organizer, address)
	response := e.Response
	if response == "" {
		response = map[bool]string{true: "organizer", false: "notResponded"}[mine]
	}
	attendees := []object{}
	for _, a := range e.Attendees {
		at := "0001-01-01T00:00:00Z"
		if !a.At.IsZero() {
			at = microsoft.Time(a.At)
		}
		if a.Response == "" {
			a.Response = "none"
		}
		attendees = append(attendees, object{"type": a.Type, "status": object{"response": a.Response, "time": at}, "emailAddress": object{"name": c.g.NameOf(a.Address), "address": a.Address}})
	}
	body, preview := object{"contentType": "html", "content": e.Body}, e.Body
	if e.BodyType == "text" {
		body["contentType"] = "text"
	}
	if len(preview) > 255 {
		preview = preview[:255]
	}
	place := object{"displayName": e.Location, "locationType": "default", "uniqueId": e.Location, "uniqueIdType": "private"}
	o := object{
		"@odata.etag": fmt.Sprintf(`W/"nfZyf7VcrEKLNoU37KWlkQAA%04d"`, e.Revision), "id": e.ID, "iCalUId": e.ICalUID, "createdDateTime": microsoft.Time(e.Created), "lastModifiedDateTime": microsoft.Time(e.Modified),
		"changeKey": fmt.Sprintf("nfZyf7VcrEKLNoU37KWlkQAA%04d", e.Revision), "categories": []string{}, "transactionId": nil, "originalStartTimeZone": "UTC", "originalEndTimeZone": "UTC",
		"reminderMinutesBeforeStart": 15, "isReminderOn": true, "hasAttachments": false, "subject": e.Subject, "bodyPreview": preview, "importance": "normal",
		"sensitivity": cmp.Or(e.Sensitivity, "normal"), "isAllDay": e.AllDay, "isCancelled": e.Cancelled, "isOrganizer": mine, "responseRequested": true, "seriesMasterId": nil,
		"showAs": cmp.Or(e.ShowAs, "busy"), "type": "singleInstance", "webLink": "https://outlook.office365.com/owa/?itemid=" + e.ID, "onlineMeetingUrl": nil, "isOnlineMeeting": e.Online,
		"onlineMeetingProvider": map[bool]string{true: "teamsForBusiness", false: "unknown"}[e.Online], "allowNewTimeProposals": true, "isDraft": false, "hideAttendees": false, "recurrence": nil, "onlineMeeting": nil,
		"responseStatus": object{"response": response, "time": microsoft.Time(e.Modified)}, "body": body, "start": when(e.Start), "end": when(e.End),
		"location": place, "locations": []object{}, "attendees": attendees,
		"organizer": object{"emailAddress": object{"name": c.g.NameOf(e.Organizer), "address": e.Organizer}},
	}
	if e.TransactionID != "" {
		o["transactionId"] = e.TransactionID
	}
	if !c.claims.HasAny("Calendars.Read", "Calendars.ReadWrite") && c.claims.HasAny("Calendars.ReadBasic.All", "Calendars.ReadBasic") {
		delete(o, "body")
		delete(o, "bodyPreview")
		o["subject"] = nil
	}
	return o
}

type zoned struct {
	DateTime string `json:"dateTime"`
	TimeZone string `json:"timeZone"`
}

type emailAddress struct {
	Address string `json:"address"`
	Name    string `json:"name,omitempty"`
}

// eventBody is what POST and PATCH of an event may carry.
type eventBody struct {
	Subject *string
	Body    *struct {
		ContentType string `json:"contentType"`
		Content     string `json:"content"`
	} `json:"body"`
	Start, End *zoned
	Attendees  []struct {
		EmailAddress emailAddress    `json:"emailAddress"`
		Type         string          `json:"type"`
		Status       json.RawMessage `json:"status,omitempty"`
	} `json:"attendees"`
	Location *struct {
		DisplayName  string `json:"displayName"`
		EmailAddress string `json:"locationEmailAddress,omitempty"`
		LocationType string `json:"locationType,omitempty"`
	} `json:"location"`
	Sensitivity, ShowAs, TransactionID, Importance       *string
	IsAllDay, IsOnlineMeeting, IsReminderOn              *bool
	OnlineMeetingProvider                                *string
	ResponseRequested, AllowNewTimeProposals             *bool
	HideAttendees                                        *bool
	ReminderMinutesBeforeStart                           *int
	Categories                                           []string
	Locations, Recurrence, SingleValueExtendedProperties json.RawMessage
}

// apply changes an event as a body says.
func (b *eventBody) apply(e *tenant.Event) error {
	wrong := func(what string) error {
		return microsoft.Refuse(http.StatusBadRequest, "ErrorInvalidRequest", what)
	}
	for to, text := range map[*string]*string{&e.Subject: b.Subject, &e.Sensitivity: b.Sensitivity, &e.ShowAs: b.ShowAs, &e.TransactionID: b.TransactionID} {
		if text != nil {
			*to = *text
		}
	}
	if b.Body != nil {
		e.Body, e.BodyType = b.Body.Content, strings.ToLower(b.Body.ContentType)
	}
	for to, z := range map[*time.Time]*zoned{&e.Start: b.Start, &e.End: b.End} {
		if z != nil {
			t, err := parseTime(z.DateTime, z.TimeZone)
			if err != nil {
				return wrong("The start or end time is not valid.")
			}
			*to = t
		}
	}
	if e.Start.IsZero() || !e.End.After(e.Start) {
		return wrong("The event needs a start, and an end after it.")
	}
	if b.Attendees != nil {
		old := e.Attendees
		e.Attendees = nil
		for _, a := range b.Attendees {
			if !strings.Contains(a.EmailAddress.Address, "@") {
				return microsoft.Refuse(http.StatusBadRequest, "ErrorInvalidRecipients", "At least one recipient is not valid.")
			}
			n := tenant.Attendee{Address: strings.ToLower(a.EmailAddress.Address), Name: a.EmailAddress.Name, Type: cmp.Or(a.Type, "required")}
			if at := slices.IndexFunc(old, func(o tenant.Attendee) bool { return o.Address == n.Address }); at >= 0 {
				n.Response, n.At = old[at].Response, old[at].At
			}
			e.Attendees = append(e.Attendees, n)
		}
	}
	if b.Location != nil {
		e.Location = b.Location.DisplayName
	}
	if b.IsAllDay != nil {
		e.AllDay = *b.IsAllDay
	}
	if b.IsOnlineMeeting != nil {
		e.Online = *b.IsOnlineMeeting
	}
	return nil
}

func (c *call) createEvent() (reply, error) {
	address, err := c.mailboxOf(true)
	if err != nil {
		return reply{}, err
	}
	var b eventBody
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	box := c.g.Box(address)
	if b.TransactionID != nil && *b.TransactionID != "" {
		for _, e := range box.Events { // a repeated call does not make a second event
			if e.TransactionID == *b.TransactionID {
				return created(c.shownEvent(address, e))
			}
		}
	}
	now := c.g.Now().UTC()
	e := &tenant.Event{ID: exchange.EventID(), ICalUID: "040000008200E00074C5B7101A82E008" + strings.ToUpper(strings.ReplaceAll(uuid.NewString(), "-", "")), Organizer: address, Created: now, Modified: now, Revision: 1}
	if err := b.apply(e); err != nil {
		return reply{}, err
	}
	box.Events[e.ID] = e
	c.g.Invite(address, e)
	o := c.shownEvent(address, e)
	o["@odata.context"] = c.context("users('" + address + "')/events/$entity")
	return created(o)
}

// eventAt finds the event that the path names.
func (c *call) eventAt(write bool) (string, *tenant.Event, error) {
	address, err := c.mailboxOf(write)
	if err != nil {
		return "", nil, err
	}
	c.g.Settle()
	id := c.vars[len(c.vars)-1]
	if m := c.g.State.Mailboxes[address]; m != nil && m.Events[id] != nil {
		return address, m.Events[id], nil
	}
	return "", nil, microsoft.Refuse(http.StatusNotFound, "ErrorItemNotFound", "The specified object was not found in the store.")
}

func (c *call) getEvent() (reply, error) {
	address, e, err := c.eventAt(false)
	if err != nil {
		return reply{}, err
	}
	return c.entity("users('"+address+"')/events", c.shownEvent(address, e), eventProperties)
}

func (c *call) listEvents() (reply, error) {
	address, err := c.mailboxOf(false)
	if err != nil {
		return reply{}, err
	}
	now := c.g.Now()
	return c.eventList(address, "events", c.g.EventsBetween(address, now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0)))
}

func (c *call) patchEvent() (reply, error) {
	address, e, err := c.eventAt(true)
	if err != nil {
		return reply{}, err
	}
	var b eventBody
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	changed := *e
	if err := b.apply(&changed); err != nil {
		return reply{}, err
	}
	changed.Modified, changed.Revision = c.g.Now().UTC(), e.Revision+1
	*e = changed
	if e.Organizer == address {
		c.g.Invite(address, e)
	}
	return c.entity("users('"+address+"')/events", c.shownEvent(address, e), eventProperties)
}

func (c *call) deleteEvent() (reply, error) {
	address, e, err := c.eventAt(true)
	if err != nil {
		return reply{}, err
	}
	delete(c.g.Box(address).Events, e.ID)
	if e.Organizer == address {
		c.g.Withdraw(address, e)
	}
	return noContent()
}

func (c *call) cancelEvent() (reply, error) {
	address, e, err := c.eventAt(true)
	if err != nil {
		return reply{}, err
	}
	var b struct {
		Comment *string `json:"comment"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	if e.Organizer != address {
		return reply{}, microsoft.Refuse(http.StatusBadRequest, "ErrorInvalidRequest", "Your request can't be completed. You need to be an organizer to cancel a meeting.")
	}
	delete(c.g.Box(address).Events, e.ID)
	c.g.Withdraw(address, e)
	return reply{status: http.StatusAccepted}, nil
}
