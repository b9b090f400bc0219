package main

import (
	"strings"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
)

// ofLists chooses the rooms of room lists; "first" is the tenant's first.
func ofLists(lists ...string) func(*bench, *connection.Connection) {
	return func(b *bench, c *connection.Connection) {
		c.Rooms = connection.Rooms{Mode: connection.Lists}
		for _, l := range lists {
			if l == "first" {
				l = b.lists[0]
			}
			c.Rooms.Lists = append(c.Rooms.Lists, l)
		}
	}
}

// listed is a scenario of rooms that are chosen by room list.
func listed(name, fault string, verdict check.Verdict, id, code, remedy string, lists ...string) scenario {
	sc := scenario{area: mailboxes, name: name, change: ofLists(lists...), verdict: verdict, check: id, code: code, remedy: remedy}
	if fault != "" {
		sc.faults = []string{fault}
	}
	return sc
}

var brokenLists = []scenario{
	listed("chosen room list deleted", "room-list-gone", check.Failed, check.ChosenLists, "rooms.list-gone", "Choose the room lists again", "first"),
	listed("a room list that never was", "", check.Failed, check.ChosenLists, "rooms.list-gone", "Choose the room lists again", "first", "no-such-list@contoso.example"),
	listed("chosen room list empty", "room-list-empty", check.Failed, check.ChosenLists, "rooms.list-empty", "Choose another room list", "first"),
	listed("a room list of a cloud without any", "no-places", check.Failed, check.ChosenLists, "rooms.lists-not-in-cloud", "Choose the rooms themselves", "first"),
	listed("room list cut off", "cut=roomlist/rooms", check.Incomplete, check.ChosenLists, "net.cut", "", "first"),
	listed("a room of the list is gone", "room-gone={room0}", check.Failed, check.RoomCalendars, "graph.ErrorInvalidUser", "", "first"),
}

// ruled is a failure of rooms that are chosen by a rule.
func ruled(name, fault string, rule connection.Rule, id, code, remedy string) scenario {
	return scenario{area: mailboxes, name: name, faults: strings.Fields(fault), verdict: check.Failed, check: id, code: code, remedy: remedy,
		change: func(_ *bench, c *connection.Connection) {
			c.Rooms = connection.Rooms{Mode: connection.ByRule, Rule: rule}
		}}
}

var brokenRules = []scenario{
	ruled("a rule that matches no room", "", connection.Rule{Name: "Nowhere *"}, check.ChosenRule, "rooms.rule-empty", "Change the rule"),
	ruled("a rule of a room list that never was", "", connection.Rule{Name: "*", Lists: []string{"no-such-list@contoso.example"}}, check.ChosenRule, "rooms.list-gone", "Choose the room lists again"),
	ruled("a rule in a cloud that lists no rooms", "no-places", connection.Rule{SeatsFrom: 1}, check.ChosenRule, "rooms.rule-empty", "Change the rule"),
	ruled("a room of the rule is gone", "room-gone={room0}", connection.Rule{Name: "*"}, check.RoomCalendars, "graph.ErrorInvalidUser", ""),
}

var soundLists = []scenario{
	sound("rooms of a room list", ofLists("first")),
	sound("rooms by rule", func(_ *bench, c *connection.Connection) {
		c.Rooms = connection.Rooms{Mode: connection.ByRule, Rule: connection.Rule{Name: "*", SeatsFrom: 2}}
	}),
	{area: "healthy", name: "an empty room list that nobody chose", faults: []string{"room-list-empty"}, change: func(b *bench, c *connection.Connection) { c.Rooms = selected(b, 2) }, verdict: check.Passed},
}
