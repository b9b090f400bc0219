package main

import (
	"strings"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
)

// needed are the settings that the product of the simulated connection needs.
const needed = "AddOrganizerToSubject=False,DeleteSubject=False,DeleteComments=False,RemovePrivateProperty=False"

// readBack has a colleague show the calendar processing of all rooms.
func readBack(b *bench) string { return string(b.sim.ProcessingTable()) }

// readBefore is a table of the rooms from the time before there was one of them.
func readBefore(b *bench) string {
	var kept []string
	for _, line := range strings.SplitAfter(readBack(b), "\n") {
		if !strings.Contains(line, b.room(0)) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func three(b *bench, c *connection.Connection) { c.Rooms = selected(b, 3) }

func one(b *bench, c *connection.Connection) { c.Rooms = selected(b, 1) }

// set is a tenant whose first room has these settings beside those that the product
// needs. It is one of three chosen rooms, or the only one.
func set(name, values string, alone bool, code, remedy string) scenario {
	sc := scenario{area: "room settings", name: name, change: three, verdict: check.Warned, check: check.RoomSettings, code: code, remedy: remedy,
		settings: readBack, misset: []string{"room-settings=" + needed + ",{room0}," + values}}
	if alone {
		sc.change, sc.verdict = one, check.Failed
	}
	return sc
}

func byName(_ *bench, c *connection.Connection) {
	c.Rooms = connection.Rooms{Mode: connection.ByRule, Rule: connection.Rule{Name: "*"}}
}

// everyRoom is a tenant whose rooms all have these settings.
func everyRoom(name, values string, change func(*bench, *connection.Connection), code, remedy string) scenario {
	return scenario{area: "room settings", name: name, change: change, verdict: check.Failed, check: check.RoomSettings, code: code, remedy: remedy,
		settings: readBack, misset: []string{"room-settings=" + needed + "," + values}}
}

// lesser is such a tenant whose rooms can still be booked.
func lesser(name, values, code, remedy string) scenario {
	sc := everyRoom(name, values, three, code, remedy)
	sc.verdict = check.Warned
	return sc
}

// misset are tenants whose rooms cannot be booked as they should, by the calendar
// processing that was read back.
var misset = []scenario{
	set("a room accepts conflicts", "AllowConflicts=True", false, "exchange.books-twice", "AllowConflicts=False"),
	set("every room accepts conflicts", "AllowConflicts=True", true, "exchange.books-twice", "AllowConflicts=False"),
	everyRoom("every room of a list accepts conflicts", "AllowConflicts=True", ofLists("first"), "exchange.books-twice", "AllowConflicts=False"),
	everyRoom("every room of a rule accepts conflicts", "AllowConflicts=True", byName, "exchange.books-twice", "AllowConflicts=False"),
	set("out of policy for everyone", "AllRequestOutOfPolicy=True", false, "exchange.books-twice", "AllRequestOutOfPolicy=False"),
	set("reserved", "BookingType=Reserved", true, "exchange.accepts-nobody", "BookingType=Standard"),
	set("a window of no day", "BookingWindowInDays=0", false, "exchange.accepts-nobody", "BookingWindowInDays=180"),
	set("a window of a week", "BookingWindowInDays=7", false, "exchange.accepts-less", "BookingWindowInDays=180"),
	set("nobody in policy", "AllBookInPolicy=False", true, "exchange.accepts-nobody", "AllBookInPolicy=True"),
	set("asks delegates that it has not", "AllBookInPolicy=False,AllRequestInPolicy=True", false, "exchange.nobody-answers", "AllBookInPolicy=True"),
	set("asks delegates that it has not, for some", "AllBookInPolicy=False,RequestInPolicy=/o=X/cn=aa", false, "exchange.nobody-answers", "AllBookInPolicy=True"),
	set("out of policy for some, and no delegate", "RequestOutOfPolicy=/o=X/cn=aa", false, "exchange.accepts-less", "ResourceDelegates"),
	set("delegates who are not told", "AllBookInPolicy=False,AllRequestInPolicy=True,ResourceDelegates=/o=X/cn=aa,ForwardRequestsToDelegates=False", false, "exchange.nobody-answers", "AllBookInPolicy=True"),
	set("shows as free what waits for a delegate", "AllBookInPolicy=False,AllRequestInPolicy=True,ResourceDelegates=/o=X/cn=aa,TentativePendingApproval=False", false, "exchange.books-twice", "TentativePendingApproval=True"),
	set("delegates, and nobody answers", "AutomateProcessing=None,ResourceDelegates=/o=X/cn=aa", false, "exchange.nobody-answers", "AutomateProcessing=AutoAccept"),
	set("only updates its calendar", "AutomateProcessing=AutoUpdate", true, "exchange.nobody-answers", "AutomateProcessing=AutoAccept"),
	set("only some in policy", "AllBookInPolicy=False,BookInPolicy=/o=X/cn=aa", false, "exchange.accepts-some", "everyone who should be able to book"),
	set("half an hour at most", "MaximumDurationInMinutes=30", false, "exchange.accepts-less", "MaximumDurationInMinutes=1440"),
	lesser("a short window in every room", "BookingWindowInDays=7", "exchange.accepts-less", "BookingWindowInDays=180"),
	lesser("open to people outside in every room", "ProcessExternalMeetingMessages=True", "exchange.open-to-outside", "ProcessExternalMeetingMessages=False"),
	lesser("no room shows a subject", "DeleteSubject=True", "exchange.not-as-needed", "calendar-processing script"),
	set("some by approval, others not", "AllBookInPolicy=False,RequestInPolicy=/o=X/cn=aa,ResourceDelegates=/o=X/cn=aa", false, "exchange.accepts-some", "everyone who should be able to book"),
	set("no series", "AllowRecurringMeetings=False", false, "exchange.accepts-less", "AllowRecurringMeetings=True"),
	set("cuts off a series", "EnforceSchedulingHorizon=False", false, "exchange.accepts-less", "EnforceSchedulingHorizon=True"),
	set("open to people outside", "ProcessExternalMeetingMessages=True", false, "exchange.open-to-outside", "ProcessExternalMeetingMessages=False"),
	set("released by Exchange", "EnableAutoRelease=True", false, "exchange.releases", "EnableAutoRelease=False"),
	set("deletes what a meeting is called", "DeleteSubject=True", false, "exchange.not-as-needed", "calendar-processing script"),
	{area: "healthy", name: "settings read back and right", change: three, settings: readBack, misset: []string{"room-settings=" + needed}, verdict: check.Passed},
	{area: "healthy", name: "settings read back for some rooms only", settings: readBefore, misset: []string{"room-settings=" + needed}, verdict: check.Passed},
	{area: "healthy", name: "delegates who are asked", change: three, settings: readBack,
		misset: []string{"room-settings=" + needed + ",AllBookInPolicy=False,AllRequestInPolicy=True,ResourceDelegates=/o=X/cn=aa"}, verdict: check.Passed},
	{area: "healthy", name: "some book, everyone asks", change: three, settings: readBack,
		misset: []string{"room-settings=" + needed + ",AllBookInPolicy=False,BookInPolicy=/o=X/cn=aa,AllRequestInPolicy=True,ResourceDelegates=/o=X/cn=aa"}, verdict: check.Passed},
	{area: "healthy", name: "no limit of length, and a year ahead", change: three, settings: readBack,
		misset: []string{"room-settings=" + needed + ",MaximumDurationInMinutes=0,BookingWindowInDays=365"}, verdict: check.Passed},
}
