package main

import (
	"strings"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
)

// soundSettings are settings of a room that everybody can book.
const soundSettings = "AutoAccept,False,False,Standard,180,True,,False,,True"

// settings are a CSV of the script calendar-processing-show: the first rooms have
// the given settings, the other chosen ones are sound.
func settings(first string, n int) func(*bench) string {
	return func(b *bench) string {
		out := "Tenant,Room,AutomateProcessing,AllowConflicts,AllRequestOutOfPolicy,BookingType,BookingWindowInDays,AllBookInPolicy,BookInPolicy,AllRequestInPolicy,ResourceDelegates,ForwardRequestsToDelegates," +
			"AddOrganizerToSubject,DeleteSubject,DeleteComments,RemovePrivateProperty,RemoveOldMeetingMessages\n"
		for i, room := range b.known[:3] {
			values := soundSettings
			if i < n {
				values = first
			}
			out += b.sim.Account().TenantID + "," + room + "," + values + ",False,False,False,False,True\n"
		}
		return out
	}
}

func three(b *bench, c *connection.Connection) { c.Rooms = selected(b, 3) }

// set is a tenant whose rooms have these settings: one of three rooms, or all.
func set(name, values string, rooms int, code, remedy string) scenario {
	verdict := check.Warned
	if rooms == 3 {
		verdict = check.Failed
	}
	return scenario{area: "room settings", name: name, change: three, settings: settings(values, rooms), verdict: verdict, check: check.RoomSettings, code: code, remedy: remedy}
}

// misset are tenants whose rooms cannot be booked as they should, by the calendar
// processing that was read back.
var misset = []scenario{
	set("a room accepts conflicts", strings.Replace(soundSettings, "AutoAccept,False", "AutoAccept,True", 1), 1, "exchange.books-twice", "AllowConflicts=False"),
	set("every room accepts conflicts", strings.Replace(soundSettings, "AutoAccept,False", "AutoAccept,True", 1), 3, "exchange.books-twice", "AllowConflicts=False"),
	set("out of policy for everyone", strings.Replace(soundSettings, "False,False,Standard", "False,True,Standard", 1), 1, "exchange.books-twice", "AllRequestOutOfPolicy=False"),
	set("reserved", strings.Replace(soundSettings, "Standard", "Reserved", 1), 3, "exchange.accepts-nobody", "BookingType=Standard"),
	set("a window of no day", strings.Replace(soundSettings, "180", "0", 1), 1, "exchange.accepts-nobody", "BookingWindowInDays=180"),
	set("nobody in policy", strings.Replace(soundSettings, "180,True", "180,False", 1), 3, "exchange.accepts-nobody", "AllBookInPolicy=True"),
	set("asks delegates that it has not", "AutoAccept,False,False,Standard,180,False,,True,,True", 1, "exchange.nobody-answers", "AllBookInPolicy=True"),
	set("delegates, and nobody answers", "None,False,False,Standard,180,True,,False,/o=X/cn=aa,True", 1, "exchange.nobody-answers", "AutomateProcessing=AutoAccept"),
	set("only some in policy", "AutoAccept,False,False,Standard,180,False,/o=X/cn=aa,False,,True", 1, "exchange.accepts-some", "everyone who is to book"),
	{area: "healthy", name: "settings read back and right", change: three, settings: settings("", 0), verdict: check.Passed},
	{area: "healthy", name: "settings read back for some rooms only", settings: settings("", 0), verdict: check.Passed},
	{area: "healthy", name: "delegates who are asked", change: three, settings: settings("AutoAccept,False,False,Standard,180,False,,True,/o=X/cn=aa,True", 1), verdict: check.Passed},
}
