package graph

import (
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/roomkey/roomkey/resources"
)

// windowsZones are the IANA names by Microsoft's, in small letters.
var windowsZones = sync.OnceValue(func() map[string]string {
	zones := map[string]string{}
	for line := range strings.Lines(resources.WindowsZones) {
		if windows, iana, found := strings.Cut(strings.TrimSpace(line), "\t"); found && !strings.HasPrefix(line, "#") {
			zones[strings.ToLower(windows)] = iana
		}
	}
	return zones
})

// zone is the time zone of a name as Microsoft writes them: a Windows name, a
// URI of Outlook's, or an IANA name.
func zone(name string) (*time.Location, error) {
	if iana, known := windowsZones()[strings.ToLower(name)]; known {
		name = iana
	}
	if name == "" || name == "Local" { // Go's own names for UTC and this computer's zone
		return nil, fmt.Errorf("%q names no time zone", name)
	}
	return time.LoadLocation(name)
}

// zoneOf is the time zone of somebody's working hours: named, or described by
// its rules.
func zoneOf(m models.TimeZoneBaseable) (*time.Location, error) {
	if custom, is := m.(models.CustomTimeZoneable); is && custom.GetBias() != nil {
		return customZone(custom)
	}
	if isNil(m) {
		return zone("")
	}
	return zone(text(m.GetName()))
}

// customZone makes a zone of its rules. Go reads rules only as the footer of a
// zone file (RFC 9636), so one is made that has nothing else.
func customZone(m models.CustomTimeZoneable) (*time.Location, error) {
	standard, bias := m.GetStandardOffset(), int(*m.GetBias())
	if max(bias, -bias) > 24*60 {
		return nil, fmt.Errorf("a zone is not %d minutes away from UTC", bias)
	}
	rules := "STD" + clock(bias)
	if daylight := m.GetDaylightOffset(); !isNil(standard) && !isNil(daylight) && orZero(daylight.GetMonth()) != 0 {
		begins, err := changeover(daylight)
		if err != nil {
			return nil, err
		}
		ends, err := changeover(standard)
		if err != nil {
			return nil, err
		}
		rules += "DST" + clock(bias+orZero(daylight.GetDaylightBias())) + "," + begins + "," + ends
	}
	header := append([]byte("TZif2"), make([]byte, 15+6*4)...)
	header[4+16+4*4+3], header[4+16+5*4+3] = 1, 4 // one kind of time, four letters of names
	kind := append(binary.BigEndian.AppendUint32(nil, uint32(int32(-60*bias))), "\x00\x00STD\x00"...)
	file := string(header) + string(kind) // as old programs read it
	return time.LoadLocationFromTZData(fmt.Sprintf("UTC%+03d:%02d", -bias/60, max(bias, -bias)%60), []byte(file+file+"\n"+rules+"\n"))
}

// changeover is when the clocks are changed each year.
func changeover(m models.StandardTimeZoneOffsetable) (string, error) {
	month, occurrence, at := orZero(m.GetMonth()), orZero(m.GetDayOccurrence()), m.GetTime()
	if month < 1 || month > 12 || occurrence < 1 || occurrence > 5 || orZero(m.GetYear()) != 0 || m.GetDayOfWeek() == nil || at == nil {
		return "", fmt.Errorf("the clocks change by a rule of an unknown form")
	}
	return fmt.Sprintf("M%d.%d.%d/%s", month, occurrence, int(*m.GetDayOfWeek()), at), nil
}

// clock writes minutes behind UTC as POSIX does.
func clock(minutes int) string {
	sign := "+"
	if minutes < 0 {
		sign, minutes = "-", -minutes
	}
	return fmt.Sprintf("%s%d:%02d", sign, minutes/60, minutes%60)
}

func orZero(n *int32) int {
	if n == nil {
		return 0
	}
	return int(*n)
}
