package exchange

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
)

// bookable are settings of a room that anybody can book, in the order of the
// header below.
const bookableHeader = "Tenant,Room,AutomateProcessing,AllowConflicts,AllRequestOutOfPolicy,BookingType,BookingWindowInDays,AllBookInPolicy,BookInPolicy,AllRequestInPolicy,ResourceDelegates,ForwardRequestsToDelegates,RequestInPolicy,RequestOutOfPolicy,TentativePendingApproval,MaximumDurationInMinutes,AllowRecurringMeetings,EnforceSchedulingHorizon,ProcessExternalMeetingMessages,EnableAutoRelease\n"

func TestWhatSettingsDoToBookings(t *testing.T) {
	c := &connection.Connection{Tenant: connection.Tenant{ID: tenantID}}
	policy := []product.Setting{{Parameter: "AutomateProcessing", Value: "AutoAccept"}, {Parameter: "BookingWindowInDays", Value: 60}}
	// rest are the settings after those that a case gives, unless it gives them all.
	const sound, rest = "AutoAccept,False,False,Standard,180,True,,False,,True", ",,,True,1440,True,True,False,"
	for _, tt := range []struct{ name, values, codes, unread string }{
		{"sound", "AutoAccept,False,False,Standard,180,True,,False,,True", "", ""},
		{"conflicts allowed", "AutoAccept,True,False,Standard,180,True,,False,,True", "exchange.books-twice", ""},
		{"out of policy for everyone", "AutoAccept,False,True,Standard,180,True,,False,,True", "exchange.books-twice", ""},
		{"reserved", "AutoAccept,False,False,Reserved,180,True,,False,,True", "exchange.accepts-nobody", ""},
		{"no window", "AutoAccept,False,False,Standard,0,True,,False,,True", "exchange.accepts-nobody", ""},
		{"nobody in policy", "AutoAccept,False,False,Standard,180,False,,False,,True", "exchange.accepts-nobody", ""},
		{"some in policy", "AutoAccept,False,False,Standard,180,False,/o=X/cn=1,False,,True", "exchange.accepts-some", ""},
		{"asks delegates that it has not", "AutoAccept,False,False,Standard,180,False,,True,,True", "exchange.nobody-answers", ""},
		{"does not tell its delegates", "AutoAccept,False,False,Standard,180,False,,True,/o=X/cn=1,False", "exchange.nobody-answers", ""},
		{"asks its delegates", "AutoAccept,False,False,Standard,180,False,,True,/o=X/cn=1,True", "", ""},
		{"does not answer", "None,False,False,Standard,180,True,,False,/o=X/cn=1,True", "exchange.nobody-answers", ""},
		{"some ask a delegate", "AutoAccept,False,False,Standard,180,False,,False,,True,/o=X/cn=1,,True,1440,True,True,False,", "exchange.nobody-answers", ""},
		{"some ask out of policy", sound + ",,/o=X/cn=1,True,1440,True,True,False,", "exchange.accepts-less", ""},
		{"shows times that await", "AutoAccept,False,False,Standard,180,False,,True,/o=X/cn=1,True,,,False,1440,True,True,False,", "exchange.books-twice", ""},
		{"a week ahead", strings.Replace(sound, "180", "7", 1), "exchange.accepts-less", ""},
		{"half an hour at most", sound + ",,,True,30,True,True,False,", "exchange.accepts-less", ""},
		{"any length", sound + ",,,True,0,True,True,False,", "", ""},
		{"no series", sound + ",,,True,1440,False,True,False,", "exchange.accepts-less", ""},
		{"cuts it off there", sound + ",,,True,1440,True,False,False,", "exchange.accepts-less", ""},
		{"open to outside", sound + ",,,True,1440,True,True,True,", "exchange.open-to-outside", ""},
		{"releases", sound + ",,,True,1440,True,True,False,True", "exchange.releases", ""},
		{"blank", ",False,,Standard,,True,,False,,True", "", "AutomateProcessing BookingWindowInDays AllRequestOutOfPolicy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if strings.Count(tt.values, ",") < 12 {
				tt.values += rest
			}
			states, err := ReadProcessing([]byte(bookableHeader+tenantID+",a@contoso.com,"+tt.values+"\n"), c, policy)
			if err != nil {
				t.Fatal(err)
			}
			var codes []string
			for _, e := range states[0].Effects {
				codes = append(codes, e.Code.String())
				if !strings.Contains(e.Remedies[len(e.Remedies)-1].Command, "--set only=a@contoso.com --set ") {
					t.Errorf("no command: %v", e.Remedies)
				}
			}
			if got := strings.Join(codes, " "); got != tt.codes || strings.Join(states[0].Unread, " ") != tt.unread {
				t.Errorf("%q, unread %v", got, states[0].Unread)
			}
			if sound := tt.codes == "" && tt.unread == ""; states[0].AsNeeded() != sound {
				t.Errorf("as needed: %v", states[0].AsNeeded())
			}
		})
	}
}

// TestAbsentIsNotRead takes what a CSV does not have for unknown.
func TestAbsentIsNotRead(t *testing.T) {
	c := &connection.Connection{Tenant: connection.Tenant{ID: tenantID}}
	policy := []product.Setting{{Parameter: "DeleteSubject", Value: false}}
	if _, err := ReadProcessing([]byte("Tenant,Room\n"+tenantID+",a@contoso.com\n"), c, policy); problem.CodeOf(err).String() != "exchange.no-settings" {
		t.Error(err)
	}
	states, err := ReadProcessing([]byte("Tenant,Room,DeleteComments\n"+tenantID+",a@contoso.com,False\n"), c, policy)
	if err != nil || states[0].AsNeeded() || states[0].Unread[0] != "DeleteSubject" {
		t.Errorf("%+v, %v", states, err)
	}
}

// TestTwoLinesOfOneRoom: neither is taken for the room's unless they agree.
func TestTwoLinesOfOneRoom(t *testing.T) {
	c := &connection.Connection{Tenant: connection.Tenant{ID: tenantID}}
	line := func(room, conflicts string) string { return tenantID + "," + room + "," + conflicts + "\n" }
	for _, tt := range []struct {
		lines  string
		unread int
		left   int
	}{
		{line("a@contoso.com", "False") + line("A@contoso.com", "True"), 2, 2},
		{line("a@contoso.com", "True") + line("a@contoso.com", "False") + line("b@contoso.com", "False"), 2, 3},
		{line("a@contoso.com", "False") + line("a@contoso.com", "False"), 0, 1},
	} {
		states, err := ReadProcessing([]byte("Tenant,Room,AllowConflicts\n"+tt.lines), c, nil)
		unread := 0
		for _, s := range states {
			if s.Problem != nil {
				unread++
			}
		}
		if err != nil || unread != tt.unread || len(states) != tt.left {
			t.Errorf("%q: %+v %v", tt.lines, states, err)
		}
	}
}

// TestAChoiceIsOneOfItsWords: a value that Exchange does not have is not read as one
// that lets the room be booked.
func TestAChoiceIsOneOfItsWords(t *testing.T) {
	c := connection.New("x")
	c.Tenant.ID = "8a4f2b1e-6c3d-4e5f-9a7b-1c2d3e4f5a6b"
	for value, usable := range map[string]bool{"AutoAccept": true, "autoaccept": true, "NONE": true, "Auto Accept": false, "2": false, "Automatisch": false} {
		states, err := ReadProcessing([]byte("Tenant,Room,AutomateProcessing\n"+c.Tenant.ID+",a@contoso.com,"+value+"\n"), c, nil)
		if err != nil || len(states) != 1 || (states[0].Problem == nil) != usable {
			t.Errorf("%s: %+v %v", value, states, err)
			continue
		}
		if value == "NONE" && (len(states[0].Effects) == 0 || states[0].Effects[0].Code != codeNobodyAnswers) {
			t.Errorf("%s: %+v", value, states[0].Effects)
		}
	}
}
