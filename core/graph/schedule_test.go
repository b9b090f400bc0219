package graph

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
)

func TestSchedule(t *testing.T) {
	monday := time.Date(2026, 7, 6, 0, 0, 0, 0, time.UTC)
	answers := func(room string) string { return `{"value":[` + room + `]}` }
	whole := `"availabilityView":"` + strings.Repeat("0", 8) + "2" + strings.Repeat("0", 87) + `"`
	hours := func(zone string) string {
		return `{` + whole + `,"workingHours":{"daysOfWeek":["monday"],"startTime":"08:30:00.0000000","endTime":"17:00:00.0000000","timeZone":` + zone + `}}`
	}
	for name, tt := range map[string]struct{ body, code, zone, without string }{
		"Windows zone":   {answers(hours(`{"name":"Pacific Standard Time"}`)), "", "America/Los_Angeles", ""},
		"zone of rules":  {answers(hours(`{"@odata.type":"#microsoft.graph.customTimeZone","name":"Customized Time Zone","bias":480,"standardOffset":{"time":"02:00:00.0000000","dayOccurrence":1,"dayOfWeek":"sunday","month":11,"year":0},"daylightOffset":{"daylightBias":-60,"time":"02:00:00.0000000","dayOccurrence":2,"dayOfWeek":"sunday","month":3,"year":0}}`)), "", "UTC-08:00", ""},
		"unknown zone":   {answers(hours(`{"name":"Middle Earth Standard Time"}`)), "", "", "Middle Earth"},
		"no zone":        {answers(hours(`null`)), "", "", "none is named"},
		"no hours":       {answers(`{` + whole + `}`), "", "", "no working hours"},
		"its own error":  {answers(`{"scheduleId":"r","error":{"message":"Not today.","responseCode":"ErrorMailRecipientNotFound"}}`), tenant.CodeNoSchedule.String(), "", ""},
		"nothing":        {`{"value":[]}`, tenant.CodeUnexpected.String(), "", ""},
		"null":           {`{"value":[null]}`, tenant.CodeUnexpected.String(), "", ""},
		"without a view": {answers(`{"scheduleId":"r"}`), tenant.CodeUnexpected.String(), "", ""},
		"an empty view":  {answers(`{"availabilityView":""}`), tenant.CodeUnexpected.String(), "", ""},
		"no time of day": {answers(strings.Replace(hours(`{"name":"UTC"}`), "08:30", "28:30", 1)), tenant.CodeUnexpected.String(), "", ""},
		"wrong types":    {`{"value":{"workingHours":7}}`, tenant.CodeUnexpected.String(), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(tt.body)) })
			s, err := l.Schedule(t.Context(), "o@contoso.example", "r@contoso.example", monday, monday.AddDate(0, 0, 1))
			switch {
			case problem.CodeOf(err).String() != tt.code:
				t.Fatalf("%v", err)
			case err != nil:
			case len(s.Busy) != 1 || !s.Busy[0].Start.Equal(monday.Add(2*time.Hour)) || !s.Busy[0].End.Equal(monday.Add(2*time.Hour+15*time.Minute)):
				t.Errorf("busy: %v", s.Busy)
			case tt.zone == "" && (s.Hours != nil || !strings.Contains(s.NoHours.String(), tt.without)):
				t.Errorf("%+v, %s", s.Hours, s.NoHours)
			case tt.zone != "" && (s.Hours.Zone.String() != tt.zone || s.Hours.From != 8*time.Hour+30*time.Minute || s.Hours.To != 17*time.Hour || len(s.Hours.Days) != 1 || s.Hours.Days[0] != time.Monday):
				t.Errorf("%+v", s.Hours)
			}
		})
	}
}

// TestHalfASchedule: what the view does not reach may be busy.
func TestHalfASchedule(t *testing.T) {
	l := newLab(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"value":[{"availabilityView":"0000"}]}`))
	})
	from := time.Date(2026, 7, 6, 8, 0, 0, 0, time.UTC)
	s, err := l.Schedule(t.Context(), "o@contoso.example", "r@contoso.example", from, from.Add(2*time.Hour))
	if err != nil || len(s.Busy) != 4 || !s.Busy[0].Start.Equal(from.Add(time.Hour)) {
		t.Errorf("%v, %v", s.Busy, err)
	}
}
