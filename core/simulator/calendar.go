package simulator

import (
	"fmt"
	"net/http"
	"slices"
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
	if address, err = c.s.mailboxAddress(key); err != nil {
		return "", err
	}
	return address, c.mayOpen(address, write)
}

// mailboxAddress is the address of a mailbox that is in the cloud.
func (s *Simulator) mailboxAddress(key string) (string, error) {
	address := ""
	if i, ok := s.directory.FindPerson(key); ok {
		address = s.directory.UPN(i)
	} else if i, ok := s.directory.FindRoom(key); ok {
		address = s.directory.Room(i).Email
	} else if at := slices.IndexFunc(s.state.Exchange.MadeRooms, func(m madeRoom) bool { return m.ID == key || strings.EqualFold(m.Email, key) }); at >= 0 {
		address = strings.ToLower(s.state.Exchange.MadeRooms[at].Email)
	}
	if address == "" || s.gone(address) {
		return "", microsoft.Refuse(http.StatusNotFound, "ErrorInvalidUser", "The requested user '"+key+"' is invalid.")
	}
	if arg, on := s.Fault(fault.CalendarOnPremises); on && fault.Hits(orDefault(arg, s.directory.Room(0).Email), address, false) {
		return "", microsoft.Refuse(http.StatusNotFound, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise.")
	}
	return address, nil
}

// mayOpen joins what Entra granted with what Exchange's roles allow: either is
// enough. Application Access Policies limit the first only.
func (c *call) mayOpen(address string, write bool) error {
	if arg, on := c.s.Fault(fault.CalendarDenied); on && fault.Hits(arg, address, true) {
		return accessDenied(checkCredentials)
	}
	permissions, roles := calendarReaders, calendarReaderRoles
	if write {
		permissions, roles = calendarWriters, calendarWriterRoles
	}
	if c.claims.user() {
		i, _ := c.s.directory.FindPerson(c.claims.ObjectID)
		upn := c.s.directory.UPN(i)
		shared := c.claims.hasAny("Calendars.ReadWrite.Shared") || !write && c.claims.hasAny("Calendars.Read.Shared")
		right := c.s.state.Exchange.Folders[address+" "+upn]
		if upn == address && c.claims.hasAny(permissions...) || shared && (right == "Editor" || right == "Reviewer" && !write) {
			return nil
		}
		return accessDenied(checkCredentials)
	}
	if c.s.scopedRole(c.claims.AppID, address, roles...) {
		return nil
	}
	if !c.claims.hasAny(permissions...) {
		return accessDenied(checkCredentials)
	}
	if c.s.policyDenies(c.claims.AppID, address) {
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
		"id": "AQMkAGI" + strings.ReplaceAll(c.s.directory.ID(tenant.KindOther, int(tenant.Mix(hash(address))%1e6)), "-", ""), "name": "Calendar", "color": "auto", "hexColor": "",
		"isDefaultCalendar": true, "changeKey": "nfZyf7VcrEKLNoU37KWlkQAAA0x0+w==", "canShare": true, "canViewPrivateItems": true, "canEdit": true,
		"allowedOnlineMeetingProviders": []string{"teamsForBusiness"}, "defaultOnlineMeetingProvider": "teamsForBusiness", "isTallyingResponses": true, "isRemovable": false,
		"owner": object{"name": c.s.nameOf(address), "address": address},
	}, calendarProperties)
}

func hash(text string) (h uint64) {
	for _, b := range []byte(text) {
		h = tenant.Mix(h ^ uint64(b))
	}
	return h
}

// nameOf is what a mailbox is called.
func (s *Simulator) nameOf(address string) string {
	hostile := s.Has(fault.HostileNames)
	if i, ok := s.directory.FindPerson(address); ok {
		if p := s.directory.Person(i); !hostile || i <= tenant.OrganizerUser {
			return p.First + " " + p.Last
		}
		return tenant.Hostile(i)
	}
	if i, ok := s.directory.FindRoom(address); ok {
		if hostile {
			return tenant.Hostile(i)
		}
		return s.directory.Room(i).Name
	}
	for _, m := range s.state.Exchange.MadeRooms {
		if strings.EqualFold(m.Email, address) {
			return m.Name
		}
	}
	return address
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
	return c.eventList(address, "calendarView", c.s.eventsBetween(address, window[0], window[1]))
}

// eventList pages as Outlook does: ten at a time, with $skip in the nextLink.
func (c *call) eventList(address, what string, events []*event) (reply, error) {
	return c.list(collection{
		context: "users('" + address + "')/" + what, n: len(events), known: eventProperties, top: 10, maxTop: 1000, skip: true, nextLink: true,
		at: func(i int) object { return c.shownEvent(address, events[i]) },
	})
}

// seededEvents are the meetings that a room had anyway: a few each working day,
// with the organizer's name for a subject, as calendar processing leaves it.
func (s *Simulator) seededEvents(address string, from, to time.Time) (list []*event) {
	i, ok := s.directory.FindRoom(address)
	if !ok {
		return nil
	}
	for day := from.UTC().Truncate(24 * time.Hour); day.Before(to) && len(list) < 2000; day = day.AddDate(0, 0, 1) {
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		h := tenant.Mix(s.directory.Seed ^ uint64(i)<<32 ^ uint64(day.Unix()))
		for n := range int(h % 4) {
			start := day.Add(time.Duration(8+n*2)*time.Hour + time.Duration(h>>8%2*30)*time.Minute)
			end := start.Add(time.Hour)
			if !end.After(from) || !start.Before(to) {
				continue
			}
			person := int(h>>16%1e6+uint64(n)*7) % s.directory.Users
			id := fmt.Sprintf("AAMkAGI%016x%08x", h, n)
			list = append(list, &event{
				ID: id, ICalUID: "040000008200E00074C5B7101A82E008" + strings.ToUpper(id[7:]), Subject: s.nameOf(s.directory.UPN(person)) + " ",
				Start: start, End: end, Organizer: s.directory.UPN(person), Created: day.AddDate(0, 0, -7), Modified: day.AddDate(0, 0, -7),
				Attendees: []attendee{{Address: address, Type: "resource", Response: "accepted"}}, Response: "accepted", ShowAs: "busy",
			})
		}
	}
	return list
}

// eventsBetween are a mailbox's events in a time, oldest first.
func (s *Simulator) eventsBetween(address string, from, to time.Time) []*event {
	s.settle()
	list := s.seededEvents(address, from, to)
	if m := s.state.Mailboxes[address]; m != nil {
		for _, e := range m.Events {
			if e.End.After(from) && e.Start.Before(to) {
				list = append(list, e)
			}
		}
	}
	slices.SortFunc(list, func(a, b *event) int {
		if c := a.Start.Compare(b.Start); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
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
