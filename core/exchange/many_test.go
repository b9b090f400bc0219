package exchange_test

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/simulator/cmdlet"
)

// TestCallsOfEachRoom counts the calls for rooms that differ and for rooms that do not:
// at most 2.1 and 1. ROOMKEY_MANY_ROOMS=3000 does it for so many, with 50 ms a call.
func TestCallsOfEachRoom(t *testing.T) {
	rooms, _ := strconv.Atoi(cmp.Or(os.Getenv("ROOMKEY_MANY_ROOMS"), "40"))
	l := newLab(t, rooms)
	if rooms >= 1000 {
		slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(50 * time.Millisecond)
			l.Organization.ServeHTTP(w, r)
		}))
		t.Cleanup(slow.Close)
		l.url = slow.URL
	}
	for _, name := range []string{"calendar-processing", "set-places"} {
		doc := l.make(name, nil)
		for _, run := range []struct {
			what   string
			status string
			most   float64
		}{{"differ", exchange.Changed, 2.1}, {"do not differ", exchange.Same, 1}} {
			l.Calls()
			began := time.Now()
			o := l.run(doc, cmdlet.Run{Seconds: 240 + rooms})
			calls := float64(len(l.Calls())) / float64(rooms)
			t.Logf("%s, %d rooms that %s: %.3f calls each, %s", name, rooms, run.what, calls, time.Since(began).Round(time.Second))
			if o.Hung || o.Exit != 0 || o.result.Summary[run.status] != rooms || calls > run.most+10/float64(rooms) {
				t.Errorf("%s: %d %v %v, %.3f calls", name, o.Exit, o.err, o.result.Summary, calls)
			}
		}
	}
}
