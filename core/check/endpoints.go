package check

import (
	"slices"

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

// Endpoints are the addresses of this cloud that the booking server needs, as a
// list for the people who run the firewall.
func Endpoints(in Input) []Endpoint {
	list := []Endpoint{}
	out := func(address string, why words.Text) {
		host, err := hostname(address)
		if err != nil || slices.ContainsFunc(list, func(e Endpoint) bool { return e.Host == host }) {
			return
		}
		list = append(list, Endpoint{"out", host, 443, why})
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
				list = append(list, Endpoint{"in", host, 443, words.T("Change notifications from Microsoft; its addresses: %s", inbound)})
			}
		}
	}
	return list
}
