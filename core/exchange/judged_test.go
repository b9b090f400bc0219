package exchange

import "testing"

// notJudged are settings of calendar processing that a CSV has for the script that
// puts the values from before back, and that no rule looks at, with the reason.
var notJudged = map[string]string{
	"AddOrganizerToSubject":                byPolicy,
	"DeleteSubject":                        byPolicy,
	"DeleteComments":                       byPolicy,
	"RemovePrivateProperty":                byPolicy,
	"RemoveOldMeetingMessages":             byPolicy,
	"DeleteAttachments":                    "no product reads attachments",
	"DeleteNonCalendarItems":               "mail that is no meeting books nothing",
	"RemoveForwardedMeetingNotifications":  "these notes book nothing",
	"RemoveCanceledMeetings":               "a cancelled meeting that stays is shown as free",
	"ConflictPercentageAllowed":            ofSeries,
	"MaximumConflictInstances":             ofSeries,
	"MinimumDurationInMinutes":             "it counts for workspaces only",
	"ScheduleOnlyDuringWorkHours":          "when a room is open is the tenant's choice; a test booking looks at the hours",
	"AddAdditionalResponse":                ofAnswer,
	"AdditionalResponse":                   ofAnswer,
	"OrganizerInfo":                        ofAnswer,
	"EnableResponseDetails":                ofAnswer,
	"AddNewRequestsTentatively":            "a room that accepts by itself leaves nothing tentative",
	"PostReservationMaxClaimTimeInMinutes": "it counts with EnableAutoRelease, which is judged",
	"EnforceCapacity":                      "to decline a meeting with too many people is the tenant's choice",
}

const (
	byPolicy = "the product's policy says what it has to be"
	ofSeries = "the meetings of a series that conflict are declined one by one"
	ofAnswer = "the text of the room's answer decides nothing"
)

// TestEverySettingIsJudged holds the settings that a CSV has against the rules.
func TestEverySettingIsJudged(t *testing.T) {
	judged := map[string]bool{}
	for _, answers := range []map[string]string{{}, {"AllBookInPolicy": "False"}, {"AllBookInPolicy": "False", "AllRequestInPolicy": "False"},
		{"AllBookInPolicy": "False", "AllRequestInPolicy": "True", "ResourceDelegates": "x", "RequestInPolicy": "x", "BookInPolicy": "x", "RequestOutOfPolicy": "x"}} {
		for _, r := range rules {
			r.text("a@contoso.com", func(parameter string) string { judged[parameter] = true; return answers[parameter] })
		}
	}
	for _, s := range loaded().settings {
		why, excused := notJudged[s.Name]
		switch {
		case judged[s.Name] && excused:
			t.Errorf("%s is judged, and the table says that it is not: %s", s.Name, why)
		case !judged[s.Name] && !excused:
			t.Errorf("%s is read and no rule looks at it", s.Name)
		}
		delete(notJudged, s.Name)
		delete(judged, s.Name)
	}
	for name := range notJudged {
		t.Errorf("%s is in the table and is no setting", name)
	}
	for name := range judged {
		t.Errorf("a rule looks at %s, which is no setting", name)
	}
}
