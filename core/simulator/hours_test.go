package simulator

import (
	"net/http"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/simulator/fault"
)

// TestRoomsKeepHours: rooms decline what is outside the hours that Graph tells,
// in whatever way it names their zone.
func TestRoomsKeepHours(t *testing.T) {
	monday := time.Date(2026, 7, 6, 0, 0, 0, 0, time.UTC)
	now := monday.AddDate(0, 0, -3)
	c := start(t, Options{Rooms: 25, Now: func() time.Time { return now }})
	if err := c.SetFaults(fault.RoomHours); err != nil {
		t.Fatal(err)
	}
	organizer := c.Account().OrganizerUPN
	ask := func(room string) answered {
		return c.graph(http.MethodPost, "/users/"+organizer+"/calendar/getSchedule",
			`{"schedules":["`+room+`"],"startTime":{"dateTime":"2026-07-06T00:00:00","timeZone":"UTC"},"endTime":{"dateTime":"2026-07-07T00:00:00","timeZone":"UTC"}}`)
	}
	answerTo := func(room string, hour float64) string {
		t.Helper()
		at := monday.Add(time.Duration(hour * float64(time.Hour)))
		c.Colleague().Do("Set-CalendarProcessing", room, []byte(`{"AllowConflicts":true}`))
		clock := func(at time.Time) string {
			return `{"dateTime":"` + at.Format("2006-01-02T15:04:05") + `","timeZone":"UTC"}`
		}
		meeting := c.graph(http.MethodPost, "/users/"+organizer+"/events", `{"subject":"Hours","start":`+clock(at)+`,"end":`+clock(at.Add(15*time.Minute))+
			`,"attendees":[{"type":"resource","emailAddress":{"address":"`+room+`"}}]}`)
		c.Advance(time.Second)
		return c.graph(http.MethodGet, "/users/"+organizer+"/events/"+meeting.text("id"), "").text("attendees", "0", "status", "response")
	}
	for i, tt := range []struct {
		zone             string
		first, last, out float64 // hours UTC: within, within, outside
	}{
		{"W. Europe Standard Time", 6, 14.75, 15}, {"Pacific Standard Time", 15, 23.75, 14.75},
		{"Customized Time Zone", 13, 21.75, 22}, {"China Standard Time", 1, 9.75, 0.75}, {"tzone://Microsoft/Utc", 8, 16.75, 17},
	} {
		room := c.tenant.Directory.Room(i * c.tenant.Directory.PerBuilding).Email
		if got := ask(room).text("value", "0", "workingHours", "timeZone", "name"); got != tt.zone {
			t.Errorf("%s: %s, want %s", room, got, tt.zone)
		}
		if answerTo(room, tt.first) != "accepted" || answerTo(room, tt.last) != "accepted" || answerTo(room, tt.out) != "declined" || answerTo(room, tt.first-48) != "declined" {
			t.Errorf("%s: %s at first, %s at last, %s outside, %s on Saturday", tt.zone, answerTo(room, tt.first), answerTo(room, tt.last), answerTo(room, tt.out), answerTo(room, tt.first-48))
		}
	}
	room := c.tenant.Directory.Room(0).Email
	for arg, want := range map[string][2]string{
		"tonga": {"Tonga Standard Time", "<nil>"}, "unknown-zone": {"Middle Earth Standard Time", "<nil>"},
		"none": {"W. Europe Standard Time", "<nil>"}, "error": {"<nil>", "ErrorFreeBusyGenerationFailed"},
	} {
		if err := c.SetFaults(fault.RoomHours + "=" + arg); err != nil {
			t.Fatal(err)
		}
		got := ask(room)
		if got.status != 200 || got.text("value", "0", "workingHours", "timeZone", "name") != want[0] || got.text("value", "0", "error", "responseCode") != want[1] {
			t.Errorf("%s: %d %s", arg, got.status, got.raw)
		}
		if arg == "none" && answerTo(room, 8) != "declined" {
			t.Error("a room that is never open accepts")
		}
	}
}
