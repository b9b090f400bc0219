package page

import (
	"time"

	"github.com/roomkey/roomkey/core/words"
)

// CheckOptions are what the person chose for one run. The zero value runs every
// check that leaves no trace.
type CheckOptions struct {
	// Only limits the run to these checks and what they depend on.
	Only []string
	// Booking is the explicit yes to the test booking of Room by Organizer.
	Booking         bool
	Organizer, Room string
	// At is the start that was agreed to, as PlanBooking gave it.
	At time.Time
	// Notification is the explicit yes to the test subscription.
	Notification bool
	// OutOfReach is a mailbox that must be refused, "" for the connection's.
	OutOfReach string
}

// BookingPlan is when a test booking would be, and what is not known of that
// time, in a sentence.
type BookingPlan struct {
	At   time.Time
	Says words.Text
}

// Preparation is what may be chosen for a run.
type Preparation struct {
	// Rooms are the addresses of the chosen rooms, as the last test
	// found them.
	Rooms []string
	// Outside is the connection's mailbox that must be out of reach.
	Outside string
	// Books and Notified are whether the product books at all and asks to be
	// told of changes.
	Books, Notified bool
	// SignedIn is the administrator's account, "" for nobody.
	SignedIn string
	// Leftovers are what an interrupted run may have left, a sentence each.
	Leftovers []words.Text
}

// The forms of a report.
const (
	ReportPage   = "html"
	ReportJSON   = "json"
	ReportBundle = "zip"
)

// Feature is something that the product does. State is StatusPass when it
// works, StatusFail when it will not, else StatusUnknown.
type Feature struct {
	Title, Because words.Text
	State          string
}

// Endpoint is an address that a firewall has to let through.
type Endpoint struct {
	// Inbound is whether it is called from outside.
	Inbound bool
	Host    string
	Port    int
	Why     words.Text
}

// Change is a check that found something else than in the run before.
type Change struct {
	Title         words.Text
	Before, After string
}

// Processing is calendar processing that was read back.
type Processing struct {
	Rooms []RoomProcessing
	// At is when it was read back.
	At time.Time
}

// RoomProcessing is one room, or one line that could not be used.
type RoomProcessing struct {
	Room string
	// Differences are where it is not as the product needs it.
	Differences []Difference
	// Wrong says why line Line cannot be used, empty when it can.
	Wrong words.Text
	Line  int
}

// Differing are the rooms that are not as the product needs them.
func (p Processing) Differing() (rooms []string) {
	for _, r := range p.Rooms {
		if len(r.Differences) > 0 {
			rooms = append(rooms, r.Room)
		}
	}
	return rooms
}

// Readback is what was read back of scripts.
type Readback struct {
	// Results are the newest of each script, in the catalogue's order.
	Results    []ScriptResult
	Processing Processing
	// Simulated is whether a simulated colleague can run scripts.
	Simulated bool
}

// at is a time of day as it is shown, with the date unless it is today.
func at(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}
