package export

import (
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// reminders are how long before the end of the credential the calendar speaks
// up. Microsoft sends no reminder of its own.
var reminders = []struct {
	before int // days
	id     string
	title  words.Key
}{
	{30, "renew", "Renew the Microsoft 365 credential of %s (it expires in 30 days)"},
	{7, "hurry", "The Microsoft 365 credential of %s expires in 7 days"},
	{0, "ends", "The Microsoft 365 credential of %s expires today"},
}

// Reminder is a calendar file with all-day entries 30 and 7 days before the
// credential ends and on the day itself, in UTC. Importing the file of a renewed
// credential replaces the entries of the old one. The problem export.no-expiry means that
// nobody knows when it ends.
func Reminder(c *connection.Connection, now time.Time) ([]byte, error) {
	end := c.Application.Credential.Expires
	if end.IsZero() {
		return nil, problem.New(codeNoExpiry, words.T("The credential's expiry date is not known.")).
			Run(words.T("Microsoft Entra ID shows it under App registrations, your application, Certificates & secrets, in the column “Expires”. Tell Roomkey with the command, with your date:"),
				"roomkeyctl connection set application.credential.expires=2028-01-31T00:00:00Z")
	}
	name := problem.Line(c.Name)
	cal := ics.NewCalendarFor("Roomkey")
	cal.SetMethod(ics.MethodPublish)
	for _, r := range reminders {
		day := end.UTC().AddDate(0, 0, -r.before)
		if r.before > 0 && day.Before(now) {
			continue
		}
		e := cal.AddEvent(r.id + "-" + c.ID + "@roomkey")
		e.SetDtStampTime(now.UTC())
		e.SetAllDayStartAt(day)
		e.SetAllDayEndAt(day.AddDate(0, 0, 1))
		e.SetSummary(words.T(r.title, name).String())
		e.SetDescription(words.T("Application %s (%s) in %s. After %s the booking server can no longer reach Microsoft 365. Create a new credential in Roomkey on the page “Register”, test, and push again.",
			problem.Line(c.Application.DisplayName), c.Application.ClientID, problem.Line(c.Tenant.Domain), end.UTC().Format("2006-01-02 15:04 MST")).String())
		e.SetTimeTransparency(ics.TransparencyTransparent)
		alarm := e.AddAlarm()
		alarm.SetAction(ics.ActionDisplay)
		alarm.SetTrigger("PT9H")
		alarm.SetProperty(ics.ComponentPropertyDescription, words.T(r.title, name).String())
	}
	return []byte(cal.Serialize()), nil
}
