package graph

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"
	"time"
	_ "time/tzdata" // as both programs carry it

	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

func TestEveryWindowsZoneIsThere(t *testing.T) {
	zones := windowsZones()
	for windows, iana := range zones {
		if _, err := time.LoadLocation(iana); err != nil {
			t.Errorf("%s: %v", windows, err)
		}
	}
	// Go carries the same table for itself.
	source, err := os.ReadFile(filepath.Join(runtime.GOROOT(), "src", "time", "zoneinfo_abbrs_windows.go")) //nolint:staticcheck // only where the toolchain's sources are
	if err != nil {
		t.Skip(err)
	}
	pairs := regexp.MustCompile(`(?m)^\t"([^"]+)":.*// (\S+)$`).FindAllStringSubmatch(string(source), -1)
	for _, pair := range pairs {
		if _, err := zone(pair[1]); err != nil {
			t.Errorf("%s: %v", pair[1], err)
		}
	}
	if len(zones) < 140 || len(pairs) < 100 {
		t.Errorf("%d zones, compared with %d", len(zones), len(pairs))
	}
}

func TestZoneNames(t *testing.T) {
	july := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for name, want := range map[string]string{
		"W. Europe Standard Time": "+02:00", "w. europe standard time": "+02:00", "Pacific Standard Time": "-07:00",
		"UTC": "+00:00", "tzone://Microsoft/Utc": "+00:00", "India Standard Time": "+05:30", "Europe/Berlin": "+02:00",
	} {
		in, err := zone(name)
		if err != nil || july.In(in).Format("-07:00") != want {
			t.Errorf("%s: %v %v", name, in, err)
		}
	}
	for _, name := range []string{"", "Local", "Customized Time Zone", "../etc/passwd", "Middle Earth Standard Time"} {
		if in, err := zone(name); err == nil {
			t.Errorf("%q is %v", name, in)
		}
	}
}

// ruled is a zone of rules, as Graph's SDK reads it.
func ruled(bias int32, standardMonth, daylightMonth, occurrence int32) *models.CustomTimeZone {
	m := models.NewCustomTimeZone()
	m.SetBias(&bias)
	at, _ := serialization.ParseTimeOnly("02:00:00.0000000")
	standard, daylight := models.NewStandardTimeZoneOffset(), models.NewDaylightTimeZoneOffset()
	standard.SetMonth(&standardMonth)
	daylight.SetMonth(&daylightMonth)
	daylight.SetDaylightBias(pointer(int32(-60)))
	for _, o := range []models.StandardTimeZoneOffsetable{standard, daylight} {
		o.SetTime(at)
		o.SetDayOccurrence(pointer(occurrence))
		o.SetDayOfWeek(pointer(models.SUNDAY_DAYOFWEEK))
		o.SetYear(pointer(int32(0)))
	}
	daylight.SetTime(at)
	m.SetStandardOffset(standard)
	m.SetDaylightOffset(daylight)
	return m
}

func TestCustomZones(t *testing.T) {
	january, july := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC), time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		zone            *models.CustomTimeZone
		name            string
		winter, summer  string
		changes, before string // the clocks change at, and are at before
	}{
		{ruled(480, 11, 3, 1), "UTC-08:00", "-08:00", "-07:00", "2026-03-01T10:00:00Z", "01:59 -0800"},
		{ruled(-60, 10, 3, 5), "UTC+01:00", "+01:00", "+02:00", "2026-03-29T01:00:00Z", "01:59 +0100"},
		{ruled(-600, 4, 10, 1), "UTC+10:00", "+11:00", "+10:00", "2026-10-03T16:00:00Z", "01:59 +1000"}, // south
		{ruled(-330, 0, 0, 0), "UTC+05:30", "+05:30", "+05:30", "2026-03-01T00:00:00Z", "05:29 +0530"},
		{ruled(210, 0, 0, 0), "UTC-03:30", "-03:30", "-03:30", "2026-03-01T00:00:00Z", "20:29 -0330"},
	} {
		in, err := zoneOf(tt.zone)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		at, _ := time.Parse(time.RFC3339, tt.changes)
		if in.String() != tt.name || january.In(in).Format("-07:00") != tt.winter || july.In(in).Format("-07:00") != tt.summer ||
			at.Add(-time.Minute).In(in).Format("15:04 -0700") != tt.before {
			t.Errorf("%s: %s, %s, %s, %s", in, january.In(in), july.In(in), at.Add(-time.Minute).In(in), tt.name)
		}
	}
	for name, m := range map[string]*models.CustomTimeZone{
		"no rule": ruled(0, 0, 3, 1), "sixth Sunday": ruled(0, 11, 3, 6), "no month": ruled(0, 13, 3, 1),
		"no bias": models.NewCustomTimeZone(), "days away": ruled(-5000, 0, 0, 0),
	} {
		if in, err := zoneOf(m); err == nil {
			t.Errorf("%s: %v", name, in)
		}
	}
	if in, err := zoneOf(nil); err == nil {
		t.Errorf("no zone is %v", in)
	}
}
