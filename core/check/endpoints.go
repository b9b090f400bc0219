package check

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/roomkey/roomkey/core/words"
)

// Endpoint is an address that a firewall has to let through.
type Endpoint struct {
	// Direction is "out" from the booking server or "in" to it.
	Direction string     `json:"direction"`
	Host      string     `json:"host"`
	Port      int        `json:"port"`
	Why       words.Text `json:"why"`
}

// endpoints are the addresses of this cloud that the booking server needs, as a
// list for the people who run the firewall.
func endpoints(in Input) []Endpoint {
	list := []Endpoint{}
	out := func(address string, why words.Text) {
		host, err := hostname(address)
		if err != nil || slices.ContainsFunc(list, func(e Endpoint) bool { return e.Host == host }) {
			return
		}
		list = append(list, Endpoint{"out", host, portOf(address), why})
	}
	out(in.Cloud.Authority, words.T("Tokens of the application, and sign-in of people"))
	for _, alias := range in.Cloud.Aliases {
		out("https://"+alias, words.T("The same sign-in under its other name"))
	}
	out(in.Cloud.Graph, words.T("Rooms, calendars, people: every call of the booking server"))
	if in.Product.Notifications {
		for _, own := range []string{in.Connection.Notifications.URL, in.Connection.Notifications.LifecycleURL} {
			host, err := hostname(own)
			if err == nil && !slices.ContainsFunc(list, func(e Endpoint) bool { return e.Host == host && e.Direction == "in" }) {
				list = append(list, Endpoint{"in", host, portOf(own), words.T("Change notifications from Microsoft; its addresses: %s", inbound)})
			}
		}
	}
	return list
}

// portOf is the port of an address, 443 when it names none.
func portOf(address string) int {
	if u, err := url.Parse(address); err == nil {
		if port, err := strconv.Atoi(u.Port()); err == nil {
			return port
		}
	}
	return 443
}
