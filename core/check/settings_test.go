package check

import (
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/problem"
)

// TestWhatWasReadOfSettingsHasAnAge: settings that were read long ago, or are dated
// in the future, say nothing about how rooms are booked now, also nothing bad.
func TestWhatWasReadOfSettingsHasAnAge(t *testing.T) {
	double := refusal("exchange.books-twice")
	for name, tt := range map[string]struct {
		ago    time.Duration
		first  *problem.Problem
		status Status
		code   string
	}{
		"now":                 {0, nil, Pass, ""},
		"four weeks ago":      {28 * 24 * time.Hour, nil, Pass, ""},
		"a minute ahead":      {-time.Minute, nil, Pass, ""},
		"now, and wrong":      {0, double, Warn, "exchange.books-twice"},
		"long ago":            {31 * 24 * time.Hour, nil, Unknown, "rooms.settings-old"},
		"long ago, and wrong": {31 * 24 * time.Hour, double, Unknown, "rooms.settings-old"},
		"tomorrow":            {-24 * time.Hour, nil, Unknown, "rooms.settings-old"},
	} {
		w := healthy(2)
		w.in.Settings = map[string]*problem.Problem{"room0@contoso.example": tt.first, "room1@contoso.example": nil}
		w.in.SettingsAt = noon.Add(-tt.ago)
		f, _ := w.run(t).Finding(RoomSettings)
		if code := problem.CodeOf(f.Problem.Err()).String(); f.Status != tt.status || code != tt.code {
			t.Errorf("%s: %s %s", name, f.Status, code)
		}
		if f.Status == Unknown && len(f.Problem.Remedies) == 0 {
			t.Errorf("%s: says not what to do", name)
		}
	}
}
