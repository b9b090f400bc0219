package booking

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/words"
)

// TestSeatsurfingSaysWhatItWaitsFor: a look that does not fit into the limit says
// when it continues and ends, and that the wait is over.
func TestSeatsurfingSaysWhatItWaitsFor(t *testing.T) {
	s := newSurf(t, "")
	cfg := surfing("d1")
	for i := range 600 {
		cfg.Rooms.Items = append(cfg.Rooms.Items, room(fmt.Sprintf("r%d@x", i), "Room", fmt.Sprintf("Building %d", i)))
	}
	s.must(s.push(cfg))
	var said []string
	ctx := task.WithWaiting(t.Context(), func(what words.Text) { said = append(said, what.String()) })
	if _, err := s.open().Current(ctx); err != nil {
		t.Fatal(err)
	}
	if len(said) < 4 || len(said)%2 != 0 {
		t.Fatalf("said %q", said)
	}
	for i, now := range said {
		if (now == "") != (i%2 == 1) {
			t.Errorf("said %q: a wait is not over before the next", said)
		}
	}
	end := regexp.MustCompile(`^Seatsurfing accepts 250 requests a minute\. This continues at \d\d:\d\d:\d\d and ends at about \d\d:\d\d\.$`)
	if !slices.ContainsFunc(said, end.MatchString) || !strings.Contains(said[len(said)-2], "This continues at") || end.MatchString(said[len(said)-2]) {
		t.Errorf("said %q", said)
	}
}
