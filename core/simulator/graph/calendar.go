package graph

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

var calendarRoutes = []route{
	{pattern: "GET /users/{}/calendar", serve: (*call).calendar},
	{pattern: "GET /users/{}/calendarView", serve: (*call).calendarView},
	{pattern: "GET /users/{}/calendar/calendarView", serve: (*call).calendarView},
	{pattern: "GET /users/{}/events", serve: (*call).listEvents},
	{pattern: "GET /users/{}/calendar/events", serve: (*call).listEvents},
	{pattern: "POST /users/{}/events", serve: (*call).createEvent},
	{pattern: "POST /users/{}/calendar/events", serve: (*call).createEvent},
	{pattern: "GET /users/{}/events/{}", serve: (*call).getEvent},
	{pattern: "PATCH /users/{}/events/{}", serve: (*call).patchEvent},
	{pattern: "DELETE /users/{}/events/{}", serve: (*call).deleteEvent},
	{pattern: "POST /users/{}/events/{}/cancel", serve: (*call).cancelEvent},
	{pattern: "POST /users/{}/calendar/getSchedule", serve: (*call).getSchedule},
	{pattern: "GET /me/calendarView", serve: (*call).calendarView},
	{pattern: "GET /me/events", serve: (*call).listEvents},
	{pattern: "POST /me/events", serve: (*call).createEvent},
	{pattern: "POST /me/calendar/getSchedule", serve: (*call).getSchedule},
}

var (
	calendarProperties = strings.Fields("id name color hexColor isDefaultCalendar changeKey canShare canViewPrivateItems canEdit allowedOnlineMeetingProviders defaultOnlineMeetingProvider isTallyingResponses isRemovable owner")
	eventProperties    = strings.Fields("id createdDateTime lastModifiedDateTime changeKey categories transactionId originalStartTimeZone originalEndTimeZone iCalUId reminderMinutesBeforeStart isReminderOn hasAttachments subject bodyPreview importance sensitivity isAllDay isCancelled isOrganizer responseRequested seriesMasterId showAs type webLink onlineMeetingUrl isOnlineMeeting onlineMeetingProvider allowNewTimeProposals isDraft hideAttendees recurrence onlineMeeting responseStatus body start end location locations attendees organizer")
)

// The permissions for a calendar, and the Exchange roles that stand in for them.
var (
	calendarReaders     = []string{"Calendars.ReadWrite", "Calendars.Read", "Calendars.ReadBasic.All", "Calendars.ReadBasic"}
	calendarWriters     = []string{"Calendars.ReadWrite"}
	calendarReaderRoles = []string{"Application Calendars.ReadWrite", "Application Calendars.Read", "Application Exchange Full Access"}
	calendarWriterRoles = []string{"Application Calendars.ReadWrite", "Application Exchange Full Access"}
)

func accessDenied(message string) error {
	return microsoft.Refuse(http.StatusForbidden, "ErrorAccessDenied", message)
}

const checkCredentials = "Access is denied. Check credentials and try again."

// mailboxOf resolves the mailbox that a path names and whether the token may
// get into it.
func (c *call) mailboxOf(write bool) (address string, err error) {
	key := c.claims.ObjectID
	if len(c.vars) > 0 && !strings.HasPrefix(strings.ToLower(c.r.URL.Path), "/v1.0/me/") {
		key = c.vars[0]
	} else if err := c.signedIn(); err != nil {
		return "", err
	}
	if address, err = c.g.MailboxAddress(key); err != nil {
		return "", err
	}
	return address, c.mayOpen(address, write)
}

// mayOpen joins what Entra granted with what Exchange's roles allow: either is
// enough. Application Access Policies limit the first only.
func (c *call) mayOpen(address string, write bool) error {
	if arg, on := c.g.Fault(fault.CalendarDenied); on && fault.Hits(arg, address, true) {
		return accessDenied(checkCredentials)
	}
	permissions, roles := calendarReaders, calendarReaderRoles
	if write {
		permissions, roles = calendarWriters, calendarWriterRoles
	}
	if c.claims.User() {
		i, _ := c.g.Directory.FindPerson(c.claims.ObjectID)
		upn := c.g.Directory.UPN(i)
		shared := c.claims.HasAny("Calendars.ReadWrite.Shared") || !write && c.claims.HasAny("Calendars.Read.Shared")
		right := c.g.State.Exchange.Folders[address+" "+upn]
		if upn == address && c.claims.HasAny(permissions...) || shared && (right == "Editor" || right == "Reviewer" && !write) {
			return nil
		}
		return accessDenied(checkCredentials)
	}
	if c.g.ScopedRole(c.claims.AppID, address, roles...) {
		return nil
	}
	if !c.claims.HasAny(permissions...) {
		return accessDenied(checkCredentials)
	}
	if c.g.PolicyDenies(c.claims.AppID, address) {
		return accessDenied("Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.")
	}
	return nil
}

func (c *call) calendar() (reply, error) {
	address, err := c.mailboxOf(false)
	if err != nil {
		return reply{}, err
	}
	return c.entity("users('"+address+"')/calendar", object{
		"id": "AQMkAGI" + strings.ReplaceAll(c.g.Directory.ID(tenant.KindOther, int(tenant.Mix(hash(address))%1e6)), "-", ""), "name": "Calendar", "color": "auto", "hexColor": "",
		"isDefaultCalendar": true, "changeKey": "nfZyf7VcrEKLNoU37KWlkQAAA0x0+w==", "canShare": true, "canViewPrivateItems": true, "canEdit": true,
		"allowedOnlineMeetingProviders": []string{"teamsForBusiness"}, "defaultOnlineMeetingProvider": "teamsForBusiness", "isTallyingResponses": true, "isRemovable": false,
		"owner": object{"name": c.g.NameOf(address), "address": address},
	}, calendarProperties)
}

func hash(text string) (h uint64) {
	for _, b := range []byte(text) {
		h = tenant.Mix(h ^ uint64(b))
	}
	return h
}

// parameter reads a query parameter in whatever case it was written.
func (c *call) parameter(name string) string {
	for k, v := range c.query {
		if strings.EqualFold(k, name) && len(v) > 0 {
			return v[0]
		}
	}
	return ""
}

func (c *call) calendarView() (reply, error) {
	address, err := c.mailboxOf(false)
	if err != nil {
		return reply{}, err
	}
	var window [2]time.Time
	for i, name := range []string{"startDateTime", "endDateTime"} {
		v := c.parameter(name)
		if v == "" {
			return reply{}, microsoft.Refuse(http.StatusBadRequest, "ErrorInvalidParameter", "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.")
		}
		if window[i], err = parseTime(v, "UTC"); err != nil {
			return reply{}, microsoft.Refuse(http.StatusBadRequest, "ErrorInvalidParameter", "The value '"+v+"' of parameter '"+name+"' is invalid.")
		}
	}
	if window[1].Before(window[0]) {
		return reply{}, microsoft.Refuse(http.StatusBadRequest, "ErrorInvalidParameter", "The end time must be after the start time.")
	}
	if window[1].Sub(window[0]) > 1825*24*time.Hour {
		return reply{}, microsoft.Refuse(http.StatusBadRequest, "ErrorCalendarViewRangeTooBig", "The requested duration is too long.")
	}
	return c.eventList(address, "calendarView", c.g.EventsBetween(address, window[0], window[1]))
}

// eventList pages as Outlook does: ten at a time, with $skip in the nextLink.
func (c *call) eventList(address, what string, events []*tenant.Event) (reply, error) {
	return c.list(collection{
		context: "users('" + address + "')/" + what, n: len(events), known: eventProperties, top: 10, maxTop: 1000, skip: true, nextLink: true,
		at: func(i int) object { return c.shownEvent(address, events[i]) },
	})
}

// parseTime reads Graph's times, with or without a zone of their own.
func parseTime(text, zone string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t.UTC(), nil
	}
	loc, err := location(zone)
	if err != nil {
		return time.Time{}, err
	}
	for _, layout := range []string{"2006-01-02T15:04:05.9999999", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, loc); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time", text)
}

// windowsZones are the Windows names of the zones that clients in this tenant
// use; Graph takes these and the IANA names.
var windowsZones = map[string]string{
	"": "UTC", "tzone://Microsoft/Utc": "UTC", "W. Europe Standard Time": "Europe/Berlin", "GMT Standard Time": "Europe/London",
	"Pacific Standard Time": "America/Los_Angeles", "Eastern Standard Time": "America/New_York", "China Standard Time": "Asia/Shanghai",
}

func location(zone string) (*time.Location, error) {
	if name, ok := windowsZones[zone]; ok {
		zone = name
	}
	return time.LoadLocation(zone)
}
