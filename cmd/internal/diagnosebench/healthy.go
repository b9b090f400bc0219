package main

import (
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
)

// sound is a tenant in which everything works: whatever its shape, the verdict
// has to be green.
func sound(name string, change func(*bench, *connection.Connection)) scenario {
	return scenario{area: "healthy", name: name, change: change, verdict: check.Passed}
}

// odd is a tenant in which everything works, with trouble on the way that passes.
func odd(name, faultName string) scenario {
	return scenario{area: "healthy", name: name, faults: []string{faultName}, verdict: check.Passed}
}

func selected(b *bench, n int) connection.Rooms {
	return connection.Rooms{Mode: connection.Selected, Items: b.known[:n]}
}

var healthy = []scenario{
	sound("secret, all rooms", nil),
	{area: "healthy", name: "certificate", change: certified, secret: certificate, verdict: check.Passed},
	sound("three rooms", func(b *bench, c *connection.Connection) { c.Rooms = selected(b, 3) }),
	sound("no booking server yet", func(_ *bench, c *connection.Connection) { c.Server = connection.Server{} }),
	{area: "healthy", name: "names that try to harm", faults: []string{"hostile-names"}, verdict: check.Passed},
	{area: "healthy", name: "throttled, then served", faults: []string{"throttled=/groups"}, verdict: check.Passed},
	{area: "healthy", name: "cloud without a list of rooms, rooms typed", faults: []string{"no-places"},
		change: func(b *bench, c *connection.Connection) { c.Rooms = selected(b, 4) }, verdict: check.Passed},
	{area: "healthy", name: "pushed, and the server works", pushed: true, verdict: check.Passed},
	odd("Graph stumbles once at each address", "error-once"),
	odd("sign-in stumbles once at each address", "error-once=entra"),
	odd("Graph is cut off once at each address", "cut-once"),
	odd("sign-in is cut off once at each address", "cut-once=entra"),
	odd("the booking server stumbles once at each address", "server-error-once"),
	odd("the booking server is cut off once at each address", "server-cut-once"),
	odd("a token is withdrawn in the middle of the run", "unauthorized-once=/calendarview"),
	odd("large pages time out", "large-pages-time-out"),
	sound("a product of one's own", func(_ *bench, c *connection.Connection) {
		c.Product = connection.Product{ID: "custom", Permissions: []string{"Calendars.ReadWrite", "Place.Read.All", "User.Read.All", "Group.Read.All"}}
	}),
	sound("credential good for a year", func(b *bench, c *connection.Connection) { c.Application.Credential.Expires = inAYear }),
}

// large is diagnosed on a tenant of its own.
var large = sound("3,000 rooms", nil)
