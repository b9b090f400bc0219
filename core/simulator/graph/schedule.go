package graph

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
)

const maxSchedules = 20

// inView are the digits of an availability view.
var inView = map[string]byte{"free": '0', "tentative": '1', "busy": '2', "oof": '3', "workingElsewhere": '4', "unknown": '2'}

// getSchedule is free and busy for up to twenty mailboxes; one that cannot be
// read has an error of its own in a list that is otherwise well.
func (c *call) getSchedule() (reply, error) {
	if _, err := c.mailboxOf(false); err != nil {
		return reply{}, err
	}
	var b struct {
		Schedules                []string
		StartTime, EndTime       *zoned
		AvailabilityViewInterval *int
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	invalid := func(text string) (reply, error) {
		return reply{}, microsoft.Refuse(http.StatusBadRequest, "ErrorInvalidParameter", text)
	}
	if b.StartTime == nil || b.EndTime == nil || len(b.Schedules) == 0 {
		return invalid("schedules, startTime and endTime are needed.")
	}
	from, err := parseTime(b.StartTime.DateTime, b.StartTime.TimeZone)
	to, err2 := parseTime(b.EndTime.DateTime, b.EndTime.TimeZone)
	step := 30
	if b.AvailabilityViewInterval != nil {
		step = *b.AvailabilityViewInterval
	}
	switch {
	case err != nil || err2 != nil || !to.After(from) || to.Sub(from) > 62*24*time.Hour:
		return invalid("The time window is not valid: the end is after the start, by 62 days at most.")
	case step < 5 || step > 1440:
		return invalid("availabilityViewInterval is between 5 and 1440 minutes.")
	case len(b.Schedules) > maxSchedules:
		return invalid("The number of schedules must not exceed 20.")
	}
	list := []object{}
	for _, name := range b.Schedules {
		list = append(list, c.schedule(name, from, to, time.Duration(step)*time.Minute))
	}
	return ok(object{"@odata.context": c.context("Collection(microsoft.graph.scheduleInformation)"), "value": list})
}

func (c *call) schedule(name string, from, to time.Time, step time.Duration) object {
	address, err := c.g.MailboxAddress(strings.ToLower(name))
	if err != nil {
		return object{"scheduleId": name, "error": object{"message": "The SMTP address was not found.", "responseCode": "ErrorMailRecipientNotFound"}}
	}
	if arg, _ := c.g.Fault(fault.RoomHours); arg == "error" {
		return object{"scheduleId": name, "error": object{"message": "Unable to resolve free busy information.", "responseCode": "ErrorFreeBusyGenerationFailed"}}
	}
	events := c.g.EventsBetween(address, from, to)
	var view strings.Builder
	for t := from; t.Before(to); t = t.Add(step) {
		shown := byte('0')
		for _, e := range events {
			if !e.Cancelled && e.Start.Before(t.Add(step)) && e.End.After(t) {
				shown = max(shown, inView[cmp.Or(e.ShowAs, "busy")])
			}
		}
		view.WriteByte(shown)
	}
	items := []object{}
	when := func(t time.Time) object {
		return object{"dateTime": t.UTC().Format("2006-01-02T15:04:05.0000000"), "timeZone": "UTC"}
	}
	for _, e := range events {
		items = append(items, object{"isPrivate": e.Sensitivity == "private", "status": cmp.Or(e.ShowAs, "busy"), "subject": e.Subject, "location": e.Location, "isMeeting": len(e.Attendees) > 0, "isRecurring": false, "isException": false, "isReminderSet": false, "start": when(e.Start), "end": when(e.End)})
	}
	return object{"scheduleId": name, "availabilityView": view.String(), "scheduleItems": items, "workingHours": c.g.HoursOf(address).Object()}
}
