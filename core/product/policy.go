package product

import (
	"maps"
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/strictyaml"
	"github.com/roomkey/roomkey/core/words"
)

// kind is what a parameter of Set-CalendarProcessing takes.
type kind struct {
	what    words.Text
	accepts func(value any) bool
}

var (
	boolean = kind{words.T("true or false"), func(v any) bool { _, ok := v.(bool); return ok }}
	phrase  = kind{words.T("text"), func(v any) bool { s, ok := v.(string); return ok && s != "" }}
)

func number(to int) kind {
	return kind{words.T("a whole number from 0 to %d", to), func(v any) bool {
		n, ok := v.(int)
		return ok && n >= 0 && n <= to
	}}
}

func choice(of ...string) kind {
	return kind{words.T("one of %s", strings.Join(of, ", ")), func(v any) bool {
		s, ok := v.(string)
		return ok && slices.Contains(of, s)
	}}
}

// parameters are those of Set-CalendarProcessing that a room policy may set
// (Microsoft Learn "Set-CalendarProcessing"). Those that name people or
// delegates are the organization's own business and are not among them.
var parameters = map[string]kind{
	"AutomateProcessing":                   choice("None", "AutoUpdate", "AutoAccept"),
	"AddAdditionalResponse":                boolean,
	"AdditionalResponse":                   phrase,
	"AddNewRequestsTentatively":            boolean,
	"AddOrganizerToSubject":                boolean,
	"AllBookInPolicy":                      boolean,
	"AllowConflicts":                       boolean,
	"AllowRecurringMeetings":               boolean,
	"AllRequestInPolicy":                   boolean,
	"AllRequestOutOfPolicy":                boolean,
	"BookingType":                          choice("Standard", "Reserved"),
	"BookingWindowInDays":                  number(1080),
	"ConflictPercentageAllowed":            number(100),
	"DeleteAttachments":                    boolean,
	"DeleteComments":                       boolean,
	"DeleteNonCalendarItems":               boolean,
	"DeleteSubject":                        boolean,
	"EnableAutoRelease":                    boolean,
	"EnableResponseDetails":                boolean,
	"EnforceCapacity":                      boolean,
	"EnforceSchedulingHorizon":             boolean,
	"ForwardRequestsToDelegates":           boolean,
	"MaximumConflictInstances":             number(1<<31 - 1),
	"MaximumDurationInMinutes":             number(1<<31 - 1),
	"MinimumDurationInMinutes":             number(1<<31 - 1),
	"OrganizerInfo":                        boolean,
	"PostReservationMaxClaimTimeInMinutes": number(1<<31 - 1),
	"ProcessExternalMeetingMessages":       boolean,
	"RemoveCanceledMeetings":               boolean,
	"RemoveForwardedMeetingNotifications":  boolean,
	"RemoveOldMeetingMessages":             boolean,
	"RemovePrivateProperty":                boolean,
	"ScheduleOnlyDuringWorkHours":          boolean,
	"TentativePendingApproval":             boolean,
}

func policy(d *strictyaml.Document, settings []Setting) {
	seen := map[string]bool{}
	for i, s := range settings {
		at := strictyaml.Item("roomPolicy", i)
		k, known := parameters[s.Parameter]
		switch {
		case !known:
			d.Wrong(at+".parameter", words.T("Set-CalendarProcessing has no parameter %q that a product can set. %s", s.Parameter, strictyaml.OneOf(s.Parameter, slices.Sorted(maps.Keys(parameters))...)))
		case seen[s.Parameter]:
			d.Wrong(at+".parameter", words.T("%s is set twice.", s.Parameter))
		case s.Value == nil && s.Matches != "":
		case !k.accepts(s.Value):
			d.Wrong(at+".value", words.T("%s takes %s, not %v.", s.Parameter, k.what, s.Value))
		}
		seen[s.Parameter] = true
	}
}
