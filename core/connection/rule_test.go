package connection

import (
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/tenant"
)

func TestRule(t *testing.T) {
	seats := func(n int) *int { return &n }
	rooms := []tenant.Room{
		{EmailAddress: "oslo", DisplayName: "Meet Oslo", Building: "North", Capacity: seats(4)},
		{EmailAddress: "rome", DisplayName: "Meet Rome [1+1]", Building: "north ", Capacity: seats(12)},
		{EmailAddress: "board", DisplayName: "Board", Building: "South", Capacity: seats(20)},
		{EmailAddress: "bare", DisplayName: "Meet"},
		{EmailAddress: "broken", DisplayName: "Line\nmeet", Building: "South", Capacity: seats(-1)},
	}
	for _, c := range []struct {
		rule       Rule
		want, says string
	}{
		{Rule{Buildings: []string{"North"}}, "oslo rome", "in North"},
		{Rule{Buildings: []string{"north", "South"}, SeatsFrom: 12}, "rome board", "in north, South, with at least 12 seats"},
		{Rule{Name: "meet*"}, "oslo rome bare", "named meet*"},
		{Rule{Name: "meet"}, "bare", "named meet"},
		{Rule{Name: "*[1+1]"}, "rome", "named *[1+1]"},
		{Rule{Name: "B????"}, "board", "named B????"},
		{Rule{Name: "*meet"}, "bare broken", "named *meet"},
		{Rule{SeatsTo: 12}, "oslo rome", "with at most 12 seats"},
		{Rule{SeatsFrom: 1, Lists: []string{"a@x"}}, "oslo rome board", "with at least 1 seat, in the room list a@x"},
		{Rule{}, "oslo rome board bare broken", "an empty rule"},
	} {
		var got []string
		matches := c.rule.Matcher()
		for _, r := range rooms {
			if matches(r) {
				got = append(got, r.EmailAddress)
			}
		}
		if strings.Join(got, " ") != c.want || c.rule.Text().String() != c.says || c.rule.Given() == (c.says == "an empty rule") {
			t.Errorf("%s: %v", c.rule.Text(), got)
		}
	}
}

// TestRuleInTheDocument is what is typed for a rule, and what is wrong with it.
func TestRuleInTheDocument(t *testing.T) {
	c := New("x")
	for path, value := range map[string]string{
		"rooms.mode": "rule", "rooms.rule.buildings": "North, South", "rooms.rule.seatsFrom": "4", "rooms.rule.seatsTo": "12", "rooms.rule.lists": "a@x.example",
	} {
		if err := c.Set(path, value); err != nil {
			t.Fatal(path, err)
		}
		if got, _ := c.Get(path); strings.ReplaceAll(got, ",", ", ") != value {
			t.Errorf("%s is %q", path, got)
		}
	}
	for path, value := range map[string]string{"rooms.rule.seatsFrom": "-1", "rooms.rule.seatsTo": "3", "rooms.rule.lists": "nobody", "rooms.mode": "rules"} {
		if err := c.Set(path, value); err == nil {
			t.Errorf("%s took %q", path, value)
		}
	}
	data, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, p := Parse(data, "x.json")
	if p != nil {
		t.Fatal(p)
	}
	if again.Digest("f", nil) != c.Digest("f", nil) || !again.Rooms.Chosen() {
		t.Errorf("%+v", again.Rooms)
	}
	if err := c.Set("rooms.rule.seatsTo", ""); err != nil || c.Rooms.Rule.SeatsTo != 0 || c.Digest("f", nil) == again.Digest("f", nil) {
		t.Error("an emptied bound stays", err)
	}
	c.Rooms.Rule = Rule{}
	for _, f := range c.Lint() {
		if f.Of("rooms.rule.name") && f.Problem.Code == CodeEmpty {
			return
		}
	}
	t.Error("an empty rule passes")
}

// TestUnknownFieldOfAnEmptyRule is a field of a newer version in a rule that is
// empty to this one.
func TestUnknownFieldOfAnEmptyRule(t *testing.T) {
	c, p := Parse([]byte(`{"schema":1,"id":"a","rooms":{"mode":"rule","rule":{"tags":["quiet"]}}}`), "x.json")
	if p != nil {
		t.Fatal(p)
	}
	if data, err := c.Encode(); err != nil || !strings.Contains(string(data), "quiet") {
		t.Errorf("%s %v", data, err)
	}
}
