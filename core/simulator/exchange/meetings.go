package exchange

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// Box is what was written into a mailbox.
func (x *Exchange) Box(address string) *tenant.Mailbox {
	m := x.State.Mailboxes[address]
	if m == nil {
		m = &tenant.Mailbox{Events: map[string]*tenant.Event{}}
		x.State.Mailboxes[address] = m
	}
	return m
}

// seededEvents are the meetings that a room had anyway: a few each working day,
// with the organizer's name for a subject, as calendar processing leaves it.
func (x *Exchange) seededEvents(address string, from, to time.Time) (list []*tenant.Event) {
	i, ok := x.Directory.FindRoom(address)
	if !ok {
		return nil
	}
	for day := from.UTC().Truncate(24 * time.Hour); day.Before(to) && len(list) < 2000; day = day.AddDate(0, 0, 1) {
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		h := tenant.Mix(x.Directory.Seed ^ uint64(i)<<32 ^ uint64(day.Unix()))
		for n := range int(h % 4) {
			start := day.Add(time.Duration(8+n*2)*time.Hour + time.Duration(h>>8%2*30)*time.Minute)
			end := start.Add(time.Hour)
			if !end.After(from) || !start.Before(to) {
				continue
			}
			person := int(h>>16%1e6+uint64(n)*7) % x.Directory.Users
			id := fmt.Sprintf("AAMkAGI%016x%08x", h, n)
			list = append(list, &tenant.Event{
				ID: id, ICalUID: "040000008200E00074C5B7101A82E008" + strings.ToUpper(id[7:]), Subject: x.NameOf(x.Directory.UPN(person)) + " ",
				Start: start, End: end, Organizer: x.Directory.UPN(person), Created: day.AddDate(0, 0, -7), Modified: day.AddDate(0, 0, -7),
				Attendees: []tenant.Attendee{{Address: address, Type: "resource", Response: "accepted"}}, Response: "accepted", ShowAs: "busy",
			})
		}
	}
	return list
}

// EventsBetween are a mailbox's events in a time, oldest first.
func (x *Exchange) EventsBetween(address string, from, to time.Time) []*tenant.Event {
	x.Settle()
	list := x.seededEvents(address, from, to)
	if m := x.State.Mailboxes[address]; m != nil {
		for _, e := range m.Events {
			if e.End.After(from) && e.Start.Before(to) {
				list = append(list, e)
			}
		}
	}
	slices.SortFunc(list, func(a, b *tenant.Event) int {
		if c := a.Start.Compare(b.Start); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}

// EventID is the id of a new event.
func EventID() string {
	return "AAMkAGE" + strings.ReplaceAll(uuid.NewString()+uuid.NewString(), "-", "") + "AAA="
}
