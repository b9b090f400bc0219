package check

import (
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/problem"
)

// TestWhatWasReadOfSettingsHasAnAge: settings that were read long ago, or are dated
// in the future, say nothing about how rooms are booked now, also nothing bad.
func TestWhatWasReadOfSettingsHasAnAge(t *testing.T) {
	double := Processing{Wrong: refusal("exchange.books-twice")}
	short := Processing{Wrong: refusal("exchange.accepts-less"), Bookable: true}
	for name, tt := range map[string]struct {
		ago           time.Duration
		first, second Processing
		status        Status
		code          string
	}{
		"now":                 {0, Processing{}, Processing{}, Pass, ""},
		"four weeks ago":      {28 * 24 * time.Hour, Processing{}, Processing{}, Pass, ""},
		"a minute ahead":      {-time.Minute, Processing{}, Processing{}, Pass, ""},
		"now, and wrong":      {0, double, Processing{}, Warn, "exchange.books-twice"},
		"all wrong":           {0, double, double, Fail, "exchange.books-twice"},
		"all limited":         {0, short, short, Warn, "exchange.accepts-less"},
		"the worse first":     {0, short, double, Warn, "exchange.books-twice"},
		"long ago":            {31 * 24 * time.Hour, Processing{}, Processing{}, Unknown, "rooms.settings-old"},
		"long ago, and wrong": {31 * 24 * time.Hour, double, Processing{}, Unknown, "rooms.settings-old"},
		"tomorrow":            {-24 * time.Hour, Processing{}, Processing{}, Unknown, "rooms.settings-old"},
	} {
		w := healthy(2)
		w.in.Settings = map[string]Processing{"room0@contoso.example": tt.first, "room1@contoso.example": tt.second}
		w.in.SettingsAt = noon.Add(-tt.ago)
		f, _ := w.run(t).Finding(RoomSettings)
		if code := problem.CodeOf(f.Problem.Err()).String(); f.Status != tt.status || code != tt.code {
			t.Errorf("%s: %s %s", name, f.Status, code)
		}
		w.in.SettingsAt = time.Time{}
		if undated, _ := w.run(t).Finding(RoomSettings); tt.first.Wrong == nil && tt.second.Wrong == nil && (undated.Status != Unknown || undated.Problem.Code.String() != "rooms.settings-undated") ||
			tt.first.Wrong != nil && (undated.Status != Warn || !strings.Contains(undated.Note.String(), "not known when")) {
			t.Errorf("%s, and without a date: %s %v", name, undated.Status, undated.Problem)
		}
		if f.Status == Unknown && len(f.Problem.Remedies) == 0 {
			t.Errorf("%s: says not what to do", name)
		}
	}
}
